"""What a new release changes, to be looked at: through the one scoped query, what hangs on a decision first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import standing
from caseflow.cases.entry import NotHere
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.people.models import person
from caseflow.people.rights import Actor
from caseflow.records import personal
from caseflow.studies import recompute
from caseflow.studies.models import release_change, release_run, study_result
from caseflow.studies.recompute import StoredResult
from caseflow.words import Message, Refused

LEVELS = ("review", "notify", "note")
STATUSES = ("open", "done")
MOST_WORD = 500
MOST_EXPORTED = 20_000


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of a worklist is shown; all of it stands in the page's address."""

    level: str = ""
    status: str = ""
    decided: bool = False


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line in two results: its name, kgCO2e per functional unit, and itself as it was stored before and after; None where
    it is not.
    """

    id: str
    name: str
    before: float | None
    after: float | None
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


def runs(tx: Connection, authority_id: int) -> list[RowMapping]:
    """The runs of an authority, newest first, each with how many changes it ``found`` and how many are still ``open``."""
    counted = (
        sa.select(
            release_change.c.run_id,
            sa.func.count().label("found"),
            sa.func.sum(sa.case((release_change.c.status == "open", 1), else_=0)).label("open"),
        )
        .group_by(release_change.c.run_id)
        .subquery()
    )
    statement = (
        sa.select(
            release_run,
            sa.func.coalesce(counted.c.found, 0).label("found"),
            sa.func.coalesce(counted.c.open, 0).label("open"),
        )
        .outerjoin(counted, counted.c.run_id == release_run.c.id)
        .where(release_run.c.authority_id == authority_id)
        .order_by(release_run.c.started_at.desc(), release_run.c.id.desc())
    )
    return list(tx.execute(statement).mappings())


def run_of(tx: Connection, actor: Actor, run_id: int) -> RowMapping:
    """A run of the actor's authority. Raises NotHere."""
    here = sa.and_(release_run.c.id == run_id, release_run.c.authority_id == actor.authority_id)
    found = tx.execute(sa.select(release_run).where(here)).mappings().one_or_none()
    if found is None:
        raise NotHere
    return found


def changes(
    tx: Connection, ground: Ground, actor: Actor, run_id: int, narrowed: Narrowed, *, limit: int = 50, offset: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """The changes of a run in cases that the actor may know of, and how many: first where something was decided on
    the figure, then by weight and size.
    """
    statement = _scoped(tx, ground, actor).where(release_change.c.run_id == run_id)
    if narrowed.level:
        statement = statement.where(release_change.c.level == narrowed.level)
    if narrowed.status:
        statement = statement.where(release_change.c.status == narrowed.status)
    if narrowed.decided:
        statement = statement.where(release_change.c.decided)
    counted = statement.with_only_columns(sa.func.count()).order_by(None)
    weight = sa.case({level: number for number, level in enumerate(LEVELS)}, value=release_change.c.level)
    ordered = statement.order_by(
        release_change.c.decided.desc(),
        weight,
        sa.func.abs(sa.func.coalesce(release_change.c.percent, 0.0)).desc(),
        release_change.c.id,
    )
    rows = tx.execute(ordered.limit(limit).offset(offset)).mappings()
    return [_opened(ground, row) for row in rows], tx.scalar(counted) or 0


def find(tx: Connection, ground: Ground, actor: Actor, change_id: int) -> dict[str, Any]:
    """One change. Raises NotHere where the actor may not know of its case."""
    found = tx.execute(_scoped(tx, ground, actor).where(release_change.c.id == change_id)).mappings().one_or_none()
    if found is None:
        raise NotHere
    return _opened(ground, found)


def results(tx: Connection, change: Mapping[Any, Any]) -> tuple[StoredResult | None, StoredResult | None]:
    """The result that the case had filed, and that of the run."""
    filed = sa.select(sa.func.max(study_result.c.id)).where(
        study_result.c.study_id == change["study_id"],
        study_result.c.case_id == change["case_id"],
        study_result.c.run_id.is_(None),
    )
    number = tx.scalar(filed)
    before = recompute.get_result(tx, number) if number is not None else None
    return before, recompute.get_result(tx, change["result_id"])


def by_line(before: StoredResult | None, after: StoredResult | None) -> list[LineChange]:
    """The lines of two results beside each other, the largest change first."""
    old = {one["id"]: one for one in before.body["result"]["lines"]} if before else {}
    new = {one["id"]: one for one in after.body["result"]["lines"]} if after else {}
    found = [
        LineChange(
            id_,
            (new.get(id_) or old[id_])["name"],
            old[id_]["kg"] if id_ in old else None,
            new[id_]["kg"] if id_ in new else None,
            old.get(id_),
            new.get(id_),
        )
        for id_ in {**old, **new}
    ]
    return sorted(found, key=lambda one: (-abs((one.after or 0.0) - (one.before or 0.0)), one.id))


def mark(tx: Connection, ground: Ground, actor: Actor, change_id: int, word: str) -> None:
    """Note that somebody has looked at a change, and what is to be said of it. The first word stays.

    Raises:
        NotHere: the actor may not know of the case.
        Refused: no word, too long a one, or somebody else was there first.
    """
    case_id = find(tx, ground, actor, change_id)["case_id"]
    said = word.strip()
    if not said:
        raise Refused(Message("releases.word_missing", {"input": "word"}))
    if len(said) > MOST_WORD:
        raise Refused(Message("releases.word_too_long", {"input": "word", "limit": MOST_WORD}))
    sealed = personal.seal_json(ground.keys, said, _context(case_id))
    written = tx.execute(
        release_change.update()
        .where(release_change.c.id == change_id, release_change.c.status == "open")
        .values(status="done", word=sealed, done_by=actor.person_id, done_at=clock.now())
    )
    if written.rowcount != 1:
        raise Refused(Message("releases.done_already"))


def _scoped(tx: Connection, ground: Ground, actor: Actor) -> sa.Select[Any]:
    definitions = [loaded.definition for loaded in ground.all_current(tx)]
    return (
        sa.select(
            release_change, case.c.number, case.c.title, case.c.subject, case.c.definition_id, case.c.state,
            person.c.name.label("done_name"),
        )
        .join(case, case.c.id == release_change.c.case_id)
        .outerjoin(person, person.c.id == release_change.c.done_by)
        .where(standing.visible(actor, definitions))
    )  # fmt: skip


def _opened(ground: Ground, row: RowMapping) -> dict[str, Any]:
    """A change with its word in the open; it is stored sealed, as whatever is written of a case."""
    word = row["word"]
    return {**row, "word": personal.open_json(ground.keys, word, _context(row["case_id"])) if word else None}


def _context(case_id: int) -> str:
    return f"release_change/{case_id}"
