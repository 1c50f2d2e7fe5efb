"""A new release over all filed studies: what each would come to, as rows of a worklist. Earlier results stay.

A run goes through the cases of an authority by their ids, batch by batch: ``prepare`` reads and calculates outside any
write, ``keep`` writes what came of it and moves the run on. Broken off, it goes on where it stood; done again, it finds
only what was filed since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.cases.register_models import register_standing
from caseflow.footprint import bulk
from caseflow.footprint.bulk import Change
from caseflow.footprint.context import Context
from caseflow.footprint.factors import Release
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study
from caseflow.records import inbox
from caseflow.studies import recompute, runs, store
from caseflow.studies.models import release_change, release_run, study_result
from caseflow.studies.recompute import Computed
from caseflow.studies.rule import read_rule
from caseflow.words import Message, Refused
from caseflow.workflow.registers import LIVE

BATCH = 25
"""Studies of one batch: a second of work, and a write of some tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A filed study that a release changes. ``decided``: a certificate, a grade or a place rests on its figure."""

    row: RowMapping
    study: Study
    change: Change
    decided: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """The next studies in the order of their cases. ``upto``: the last case of them, None where there are no more."""

    upto: int | None
    studies: int
    touched: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What ``keep`` writes."""

    run: RowMapping
    looked: Looked
    computed: tuple[Computed, ...]
    """For each that is touched, in their order."""
    title: dict[str, str]


def release_of(shelf: Shelf, name: str) -> Release:
    """A published release. Raises :class:`~caseflow.words.Refused` where there is none of this name."""
    found = shelf.factors.release(name)
    if found is None:
        known = [release.id for release in shelf.factors.releases]
        raise Refused(Message("releases.unknown", {"name": name, "known": known}))
    return found


def ask(tx: Connection, authority_id: int, name: str, by: int | None) -> int:
    """Ask for a run over the filed studies of an authority; returns its id. One that is over begins anew.

    Raises:
        Refused: no such release is published.
    """
    return runs.ask(tx, authority_id, release_of(store.stored_shelf(tx), name), by)


def waiting(tx: Connection) -> list[int]:
    """The runs that are not done, the oldest first."""
    open_runs = sa.select(release_run.c.id).where(release_run.c.status == "waiting")
    return list(tx.scalars(open_runs.order_by(release_run.c.started_at, release_run.c.id)))


def look(tx: Connection, ground: Ground, authority_id: int, name: str, after: int, size: int = BATCH) -> Looked:
    """The next ``size`` filed studies after a case, and which of them the release changes. Writes nothing."""
    shelf = store.stored_shelf(tx)
    release = release_of(shelf, name)
    newest = (
        sa.select(sa.func.max(study_result.c.id))
        .join(case, case.c.id == study_result.c.case_id)
        .where(
            case.c.authority_id == authority_id, study_result.c.case_id > after, study_result.c.run_id.is_(None)
        )
        .group_by(study_result.c.case_id)
        .order_by(study_result.c.case_id)
        .limit(size)
    )  # fmt: skip
    rows = (
        tx.execute(
            sa.select(
                study_result.c.study_id, study_result.c.rule, study_result.c.total, case.c.id, case.c.number,
                case.c.organisation_id, case.c.definition_id, case.c.state, case.c.title, case.c.subject,
            )
            .join(case, case.c.id == study_result.c.case_id)
            .where(study_result.c.id.in_(newest))
            .order_by(case.c.id)
        )
        .mappings()
        .all()
    )  # fmt: skip
    studies = {one.id: one.study for one in store.get_studies(tx, [row["study_id"] for row in rows])}
    changes = bulk.recompute({str(key): study for key, study in studies.items()}, shelf, release)
    by_study = {int(change.name): change for change in changes}
    found = [row for row in rows if row["study_id"] in by_study]
    positive = decided(tx, ground, found)
    touched = tuple(
        Touched(row, studies[row["study_id"]], by_study[row["study_id"]], row["id"] in positive) for row in found
    )
    return Looked(rows[-1]["id"] if len(rows) == size else None, len(rows), touched)


def preview(tx: Connection, ground: Ground, authority_id: int, name: str) -> Iterator[Looked]:
    """Everything that a run would go through, batch by batch. Writes nothing."""
    after: int | None = 0
    while after is not None:
        looked = look(tx, ground, authority_id, name, after)
        yield looked
        after = looked.upto


def decided(tx: Connection, ground: Ground, rows: Sequence[RowMapping]) -> set[int]:
    """On the figures of which cases something rests: those that ended well, and those that stand in a register."""
    entered = sa.select(register_standing.c.case_id).where(
        register_standing.c.case_id.in_([row["id"] for row in rows]), register_standing.c.status.in_(LIVE)
    )
    found = set(tx.scalars(entered))
    for row in rows:
        state = ground.definition(tx, row["definition_id"]).definition.states.get(row["state"])
        if state is not None and state.final and state.outcome == "positive":
            found.add(row["id"])
    return found


def prepare(tx: Connection, ground: Ground, run_id: int, size: int = BATCH) -> Batch | None:
    """Calculate the next batch of a run, ``size`` studies; nothing where it is done. Writes nothing."""
    run = tx.execute(sa.select(release_run).where(release_run.c.id == run_id)).mappings().one()
    if run["status"] != "waiting":
        return None
    looked = look(tx, ground, run["authority_id"], run["release"], run["after_case"], size)
    known = set(
        tx.scalars(
            sa.select(release_change.c.study_id).where(
                release_change.c.run_id == run_id,
                release_change.c.study_id.in_([one.row["study_id"] for one in looked.touched]),
            )
        )
    )
    fresh = tuple(one for one in looked.touched if one.row["study_id"] not in known)
    shelf = store.stored_shelf(tx)
    release = release_of(shelf, run["release"])
    computed = tuple(_computed(ground, one, shelf, release) for one in fresh)
    return Batch(run, Looked(looked.upto, looked.studies, fresh), computed, release.title.as_json())


def _computed(ground: Ground, one: Touched, shelf: Shelf, release: Release) -> Computed:
    rule = read_rule(one.row["rule"])
    required = ground.required.get(one.study.product_code, ()) if rule.requires else ()
    return recompute.compute(bulk.renewed(one.study, shelf, release), shelf, rule, Context(required=required))


def keep(tx: Connection, batch: Batch) -> bool:
    """Write a batch and move the run on; false where somebody else did so meanwhile."""
    run, looked = batch.run, batch.looked
    ending = {"status": "done", "finished_at": clock.now()} if looked.upto is None else {"after_case": looked.upto}
    moved = tx.execute(
        release_run.update()
        .where(
            release_run.c.id == run["id"],
            release_run.c.status == "waiting",
            release_run.c.after_case == run["after_case"],
            release_run.c.started_at == run["started_at"],
        )
        .values(studies=release_run.c.studies + looked.studies, **ending)
    )
    if moved.rowcount != 1:
        return False
    for one, computed in zip(looked.touched, batch.computed, strict=True):
        _keep(tx, run, one, computed, batch.title)
    return True


def _keep(tx: Connection, run: RowMapping, one: Touched, computed: Computed, title: dict[str, str]) -> None:
    row, change = one.row, one.change
    stored = recompute.keep(
        tx, computed, study_id=row["study_id"], case_id=row["id"], occasion=run["release"], run_id=run["id"]
    )
    values: dict[str, Any] = {
        "run_id": run["id"],
        "case_id": row["id"],
        "study_id": row["study_id"],
        "result_id": stored.id,
        "before": change.before,
        "after": change.after,
        "percent": change.percent,
        "level": change.level,
        "decided": one.decided,
        "status": "open",
    }
    tx.execute(release_change.insert().values(values))
    if change.level != "note":
        inbox.post(
            tx,
            Message(
                "inbox.release_changed",
                {"number": row["number"] or "", "release": title, "percent": str(bulk.NOTIFY)},
            ),
            organisation_id=row["organisation_id"],
            case_id=row["id"],
            once=f"release/{run['id']}/{row['study_id']}",
        )
