"""Which cases are due for disposal, asked for, stopped and gone: for the office that decides, and as 销毁清册 on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import desk_acts, disposal, show, standing
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.people import accounts
from caseflow.people.rights import Actor
from caseflow.records.models import journal
from caseflow.words import LANGUAGES, Message, Refused, render
from caseflow.workflow.days.workdays import Limit
from caseflow.workflow.definition import Definition

SHOWN = ("due", "asked", "stopped", "done")
_SHORTEST = {"years": 365, "months": 28, "days": 1, "workdays": 1}
"""Days that a unit has at least."""
_TOUCHED = sa.type_coerce(case.c.facts, sa.Text).contains(f'"{disposal.KEPT}":', autoescape=True)
"""Only to read fewer rows: what was decided of a case stands in its facts."""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the acts: who, when, the reason, and what went by it."""

    person_id: int | None
    at: datetime
    reason: str
    erased: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """A case that is due, or of which something was decided."""

    row: Mapping[Any, Any]
    definition: Definition
    until: date | None
    """The last day on which it must be kept; none while it has not ended."""
    stands: str

    @property
    def number(self) -> str:
        return str(self.row["number"] or self.row["receipt_code"])

    @property
    def limit(self) -> Limit | None:
        """How long such a case is kept."""
        retention = self.definition.states[self.row["state"]].retention
        return Limit.parse(retention) if retention is not None else None


def of_reader(tx: Connection, ground: Ground, actor: Actor, day: date) -> list[Kept]:
    """Those of which the actor may decide, the oldest end first."""
    found = _found(tx, ground, _scope(tx, ground, actor), day)
    return [one for one in found if disposal.archivists(one.definition, actor)]


def of_authority(tx: Connection, ground: Ground, authority_id: int, day: date) -> list[Kept]:
    """All of an authority, whoever may decide of them."""
    return list(_found(tx, ground, case.c.authority_id == authority_id, day))


def of_number(tx: Connection, ground: Ground, actor: Actor, number: str) -> int:
    """The case with this number, due or not, if the actor may decide of it.

    Raises:
        Refused: there is none.
    """
    called = sa.or_(case.c.number == number.strip(), case.c.receipt_code == number.strip().upper())
    row = tx.execute(sa.select(case).where(_scope(tx, ground, actor), called)).mappings().first()
    if row is None or not disposal.archivists(ground.definition(tx, row["definition_id"]).definition, actor):
        raise Refused(Message("disposal.no_such_number", {"input": "number"}))
    return int(row["id"])


def steps(tx: Connection, ground: Ground, every: Iterable[Kept]) -> dict[int, dict[str, Step]]:
    """By case the last entry of each act of disposal. The reasons of those before the disposal went with it."""
    rows = {one.row["id"]: one.row for one in every}
    entries = tx.execute(
        sa.select(journal.c.case_id, journal.c.seq, journal.c.act, journal.c.person_id, journal.c.at, journal.c.body)
        .where(journal.c.case_id.in_(rows), journal.c.act.in_(disposal.ACTS))
        .order_by(journal.c.case_id, journal.c.seq)
    ).all()
    notes = {number: desk_acts.notes(tx, ground, rows[number]) for number in {one.case_id for one in entries}}
    found: dict[int, dict[str, Step]] = {}
    for one in entries:
        said = notes[one.case_id].get(one.seq, "")
        step = Step(one.person_id, one.at, said, one.body.get("erased") or {})
        acts = found.setdefault(one.case_id, {})
        acts.pop(one.act, None)  # what was done again stands where it was done last
        acts[one.act] = step
    return found


def paper(
    tx: Connection, ground: Ground, every: list[Kept], *, shown: str, office: Mapping[str, str], by: str, at: datetime
) -> dict[str, Any]:
    """The register of destruction (销毁清册) as the body of a paper: what is asked for, to be signed; or what is gone."""
    told = steps(tx, ground, every)
    names = accounts.names(tx, {step.person_id for acts in told.values() for step in acts.values() if step.person_id})
    rows = [_line(number, one, told.get(one.row["id"], {}), names) for number, one in enumerate(every, start=1)]
    heads = ("serial", "number", "case", "ended", "kept", "asked", "disposed", "erased")
    made = show.words(
        "disposal.paper.made", office=dict(office), n=len(rows), at=show.moment(at), name=by,
    )  # fmt: skip
    table = {
        "kind": "table",
        "columns": [show.words(f"disposal.paper.{one}") for one in heads],
        "widths": [4, 12, 16, 9, 11, 14, 14, 11],
        "rows": rows,
        "header": made,
        "foot": show.words("disposal.paper.signed" if shown == "done" else "disposal.paper.to_sign"),
    }
    return {"title": show.words(f"disposal.paper.title.{shown}"), "number": None, "layout": "table", "blocks": [table]}


def _scope(tx: Connection, ground: Ground, actor: Actor) -> sa.ColumnElement[bool]:
    current = [one.definition for one in ground.all_current(tx)]
    return standing.visible(actor, [one for one in current if disposal.archivists(one, actor)])


def _found(tx: Connection, ground: Ground, scope: sa.ColumnElement[bool], day: date) -> Iterable[Kept]:
    ends = _ends(tx, ground, scope, day)
    rows = tx.execute(
        sa.select(case).where(scope, sa.or_(_TOUCHED, *ends)).order_by(case.c.moved_at, case.c.id)
    ).mappings()
    for row in rows.all():
        definition = ground.definition(tx, row["definition_id"]).definition
        until = disposal.kept_until(ground, definition, row)
        stands = disposal.stand_of(row, until, day)
        if stands is not None:
            yield Kept(row, definition, until, stands)


def _ends(tx: Connection, ground: Ground, scope: sa.ColumnElement[bool], day: date) -> list[sa.ColumnElement[bool]]:
    """For each end the cases that came there so long ago that their retention may be over; the days are counted later."""
    found: list[sa.ColumnElement[bool]] = []
    here = sa.select(case.c.definition_id, case.c.state).where(scope, case.c.final).distinct()
    for one in tx.execute(here.order_by(case.c.definition_id, case.c.state)):
        state = ground.definition(tx, one.definition_id).definition.states.get(one.state)
        if state is not None and state.retention is not None:
            limit = Limit.parse(state.retention)
            before = clock.end_of(day - timedelta(days=limit.n * _SHORTEST[limit.unit]))
            at_end = (case.c.final, case.c.definition_id == one.definition_id, case.c.state == one.state)
            found.append(sa.and_(*at_end, case.c.moved_at < before))
    return found


def _line(number: int, one: Kept, acts: Mapping[str, Step], names: Mapping[int, str]) -> list[show.Pair]:
    row, limit = one.row, one.limit
    called = [part for part in (row["title"], row["subject"]) if part]
    title: show.Pair = {
        language: " · ".join((*called, show.pair(one.definition.title)[language])) for language in LANGUAGES
    }
    length: show.Pair = (
        {language: render(limit.message(), language) for language in LANGUAGES} if limit is not None else show.both("")
    )
    kept = show.words("disposal.paper.until", limit=length, day=show.day(one.until)) if one.until else show.both("–")
    gone = acts.get(disposal.DISPOSE)
    return [
        show.both(number),
        show.both(one.number),
        title,
        show.day(clock.local_date(row["moved_at"])),
        kept,
        _told(acts.get(disposal.ASK), names),
        _told(gone, names),
        show.words("disposal.paper.gone", **_counts(gone)) if gone is not None else show.both(""),
    ]


def _counts(gone: Step) -> dict[str, int]:
    return {name: gone.erased.get(name, 0) for name in ("values", "texts", "files")}


def _told(step: Step | None, names: Mapping[int, str]) -> show.Pair:
    if step is None:
        return show.both("")
    who, day = names.get(step.person_id or 0, ""), show.day(clock.local_date(step.at))
    message = show.words("disposal.paper.step", who=who, day=day)
    return {language: f"{message[language]}\n{step.reason}".strip() for language in LANGUAGES}
