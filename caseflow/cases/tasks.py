"""What somebody owes. Opened when a case enters a state, closed by the act that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import standing
from caseflow.cases.models import task
from caseflow.cases.panel_models import assignment, seat
from caseflow.db import Statement
from caseflow.people import rights
from caseflow.people.models import membership, organisation
from caseflow.people.rights import Actor
from caseflow.workflow.definition import Definition

DUTY = "duty:"
"""Before the id of a duty, in the kind of its tasks."""
_IS_DUTY = task.c.kind.like(f"{DUTY}%")
_CLOSE = Statement(
    task.update()
    .where(task.c.case_id == sa.bindparam("on_case"), task.c.status == "open")
    .values(
        status=sa.case((_IS_DUTY, "void"), else_="done"), outcome=sa.bindparam("by_act"), closed_at=sa.bindparam("at")
    )
)
_OWE = Statement(task.insert().inline())
_OPEN_TASKS = Statement(
    sa.select(task).where(task.c.case_id == sa.bindparam("case_id"), task.c.status == "open").order_by(task.c.id)
)
_OPEN_ONE = Statement(task.insert().returning(task.c.id))
_TAKE = task.update().where(task.c.id == sa.bindparam("on_task"), task.c.status == "open")
_DUE = Statement(task.update().where(task.c.id == sa.bindparam("on_task"), task.c.status == "open"))
_OFFICE = Statement(
    sa.select(organisation.c.id)
    .where(organisation.c.authority_id == sa.bindparam("authority_id"), organisation.c.kind == "authority")
    .order_by(organisation.c.id)
    .limit(1)
)
_HELD_THERE = sa.exists().where(
    membership.c.organisation_id == organisation.c.id,
    membership.c.role == sa.bindparam("role"),
    membership.c.until.is_(None),
)
_ANSWERS = Statement(
    sa.select(organisation.c.id, organisation.c.kind, _HELD_THERE.label("held"))
    .where(
        organisation.c.authority_id == sa.bindparam("authority_id"),
        sa.or_(organisation.c.kind == "authority", _HELD_THERE),
    )
    .order_by(organisation.c.id)
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owes a task: an organisation, or one person alone."""

    organisation_id: int | None = None
    person_id: int | None = None


def owner_of(row: Mapping[str, Any]) -> Owner:
    """Who owes a task; a person beside an organisation only took it on there."""
    if row["organisation_id"] is not None:
        return Owner(organisation_id=row["organisation_id"])
    return Owner(person_id=row["person_id"])


def organisation_of(tx: Connection, definition: Definition, row: Mapping[Any, Any], role: str) -> int | None:
    """The organisation in which a role answers for a case.

    None where persons are assigned one by one, and where several organisations have a part in that role.
    """
    sees = definition.roles[role].sees
    if sees == "own_organisation":
        return int(row["organisation_id"])
    if sees == "own_prefecture":
        return row["prefecture_id"]  # type: ignore[no-any-return]  # a row mapping gives no column types
    if sees == "own_authority":
        return _answering(tx, row["authority_id"], role)
    if sees == "involved":
        parts = standing.involved(tx, row["id"], role)
        return parts[0] if len(parts) == 1 else None
    return None


def _answering(tx: Connection, authority_id: int, role: str) -> int | None:
    """The authority's own office; the one other office whose people hold the role where nobody of the first does."""
    rows = _ANSWERS.rows(tx, {"authority_id": authority_id, "role": role})
    own = next((row for row in rows if row["kind"] == "authority"), None)
    others = [int(row["id"]) for row in rows if row["kind"] != "authority"]
    if len(others) == 1 and (own is None or not own["held"]):
        return others[0]
    return int(own["id"]) if own is not None else None


def office_of(tx: Connection, authority_id: int) -> int | None:
    """The authority's own office among its organisations."""
    found: int | None = _OFFICE.scalar(tx, {"authority_id": authority_id})
    return found


def enter(
    tx: Connection, definition: Definition, row: Mapping[Any, Any], state_id: str, at: datetime, due_on: date | None
) -> None:
    """Open what is owed in a state by its holder and by each expert of its panel."""
    state = definition.states[state_id]
    rows = []
    if state.holder is not None:
        owner = organisation_of(tx, definition, row, state.holder)
        rows.append(_row(row["id"], f"state:{state_id}", owner, state.holder, None, at, due_on))
    if state.panel is not None:
        role = definition.panels[state.panel].role
        rows += [
            _row(row["id"], f"panel:{state.panel}", None, role, one, at) for one in _reading(tx, row["id"], state.panel)
        ]
    _OWE.run_all(tx, rows)


def _sitting(tx: Connection, case_id: int, panel_id: str) -> list[int]:
    """The experts who score on a panel; reserves wait."""
    return list(
        tx.scalars(
            sa.select(seat.c.person_id)
            .where(seat.c.case_id == case_id, seat.c.panel == panel_id, seat.c.status == "seated", ~seat.c.reserve)
            .order_by(seat.c.id)
        )
    )


def _reading(tx: Connection, case_id: int, panel_id: str) -> list[int]:
    """Those who sit and, where the members were assigned, were given one."""
    given = set(
        tx.scalars(
            sa.select(assignment.c.person_id).where(
                assignment.c.case_id == case_id, assignment.c.panel == panel_id, assignment.c.status == "in"
            )
        )
    )
    return [one for one in _sitting(tx, case_id, panel_id) if not given or one in given]


def owing(tx: Connection, authority_id: int, kind: str) -> list[int]:
    """The active organisations of a kind under an authority: each owes a duty of that kind."""
    return list(
        tx.scalars(
            sa.select(organisation.c.id)
            .where(
                organisation.c.authority_id == authority_id,
                organisation.c.kind == kind,
                organisation.c.status == "active",
            )
            .order_by(organisation.c.id)
        )
    )


def people(tx: Connection, definition: Definition, row: Mapping[Any, Any], of: str) -> list[int]:
    """The persons of a panel who sit on a case, reserves left out; of a role, who holds it in the office that answers."""
    if of in definition.panels:
        return _sitting(tx, row["id"], of)
    office = organisation_of(tx, definition, row, of)
    return rights.holders(tx, office, of) if office is not None else []


def leave(tx: Connection, row: Mapping[Any, Any], act: str, at: datetime) -> None:
    """Close everything owed where the case stood; a duty that nobody answered is void."""
    _CLOSE.run(tx, {"on_case": row["id"], "by_act": act, "at": at})


def assign(tx: Connection, row: Mapping[Any, Any], kind: str, role: str, person_id: int, at: datetime) -> None:
    """A task of one person, due when the case is."""
    _OWE.run(tx, _row(row["id"], kind, None, role, person_id, at, row["due_on"]))


def ask(
    tx: Connection, row: Mapping[Any, Any], kind: str, role: str, organisation_id: int | None, at: datetime
) -> None:
    """A task of a role in an organisation, due when the case is."""
    _OWE.run(tx, _row(row["id"], kind, organisation_id, role, None, at, row["due_on"]))


def open_one(
    tx: Connection, case_id: int, kind: str, role: str, owner: Owner, at: datetime, entry: int | None = None
) -> int:
    """A task with dates of its own, asked for by the act at ``entry`` of the journal; returns its number."""
    row = _row(case_id, kind, owner.organisation_id, role, owner.person_id, at)
    return int(_OPEN_ONE.scalar(tx, {**row, "entry": entry}))


def take(tx: Connection, task_id: int, before: int | None, person_id: int | None) -> bool:
    """Name who does an open task of an organisation, nobody or ``before`` until now; false where that has changed."""
    was = task.c.person_id.is_(None) if before is None else task.c.person_id == before
    return tx.execute(_TAKE.where(was).values(person_id=person_id), {"on_task": task_id}).rowcount == 1


def close(
    tx: Connection,
    case_id: int,
    kind: str,
    outcome: str,
    at: datetime,
    *,
    organisation_id: int | None = None,
    person_id: int | None = None,
    status: str = "done",
) -> int:
    """Close the open tasks of a kind (of an organisation or a person, where given); returns how many."""
    where = [task.c.case_id == case_id, task.c.kind == kind, task.c.status == "open"]
    if organisation_id is not None:
        where.append(task.c.organisation_id == organisation_id)
    if person_id is not None:
        where.append(task.c.person_id == person_id)
    closed = tx.execute(task.update().where(*where).values(status=status, outcome=outcome, closed_at=at))
    return closed.rowcount


def postpone(tx: Connection, case_id: int, due_on: date | None) -> None:
    """Set by when the open tasks of a case are due now; those with a clock of their own keep their dates."""
    owed = (task.c.case_id == case_id, task.c.status == "open", ~_IS_DUTY)
    tx.execute(task.update().where(*owed).values(due_on=due_on))


def set_due(tx: Connection, task_id: int, due_on: date | None) -> None:
    """Set by when one open task is due."""
    _DUE.run(tx, {"on_task": task_id, "due_on": due_on})


def open_tasks(tx: Connection, case_id: int) -> list[dict[str, Any]]:
    return _OPEN_TASKS.rows(tx, {"case_id": case_id})


def owed(tx: Connection, case_id: int, kind: str) -> int:
    """How many tasks of a kind are still open."""
    return tx.scalar(
        sa.select(sa.func.count())
        .select_from(task)
        .where(task.c.case_id == case_id, task.c.kind == kind, task.c.status == "open")
    ) or 0  # fmt: skip


def is_for(actor: Actor, row: Mapping[Any, Any]) -> bool:
    """Whether a task is the actor's to do. Who took it on does not keep the others of the role from it."""
    if row["organisation_id"] is None:
        return bool(row["person_id"] == actor.person_id)
    return row["organisation_id"] == actor.organisation_id and actor.holds(row["role"])


def _row(
    case_id: int,
    kind: str,
    organisation_id: int | None,
    role: str,
    person_id: int | None,
    at: datetime,
    due_on: date | None = None,
) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "kind": kind,
        "organisation_id": organisation_id,
        "role": role,
        "person_id": person_id,
        "due_on": due_on,
        "status": "open",
        "opened_at": at,
    }
