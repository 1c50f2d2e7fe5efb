"""Who is told of what happens in a case. Everybody is told in the inbox; mail follows after the commit, as each wishes.

The one room through which an act, a timer or an officer who urges sends a message about a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import deadlines, tasks
from caseflow.cases.models import involvement
from caseflow.cases.models import task as task_table
from caseflow.cases.panel_models import seat
from caseflow.records import inbox
from caseflow.records.inbox import Kind
from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Action


def tell(
    tx: Connection,
    definition: Definition,
    case_row: Mapping[Any, Any],
    role: str,
    message: Message,
    *,
    key: str,
    legal: bool = False,
    kind: Kind = "notice",
) -> None:
    """Tell a role of the case, wherever it answers for it: in one organisation, in several, or person by person.

    Args:
        case_row: the row as the act leaves it (a case just given to another office tells that one).
        key: unique for the occasion; telling the same addressee again under the same key does nothing.
        legal: it has legal consequences; nobody can decline it. Letters and deadlines always have.
    """
    for organisation_id in _organisations(tx, definition, case_row, role):
        tell_organisation(tx, case_row, organisation_id, message, role=role, key=key, legal=legal, kind=kind)
    for person_id in _persons(tx, definition, case_row, role):
        tell_person(tx, case_row, person_id, message, key=f"{key}/{role}", legal=legal, kind=kind)


def tell_organisation(
    tx: Connection,
    case_row: Mapping[Any, Any],
    organisation_id: int,
    message: Message,
    *,
    role: str | None = None,
    key: str,
    legal: bool = False,
    kind: Kind = "notice",
) -> None:
    """Tell a role in one organisation, or (no role) everybody who belongs to it."""
    inbox.post(
        tx,
        message,
        organisation_id=organisation_id,
        role=role,
        case_id=case_row["id"],
        kind=kind,
        legal=legal,
        once=f"{key}/{case_row['id']}/{role or ''}@{organisation_id}",
    )


def tell_person(
    tx: Connection,
    case_row: Mapping[Any, Any],
    person_id: int,
    message: Message,
    *,
    key: str,
    legal: bool = False,
    kind: Kind = "notice",
) -> None:
    """Tell one person: who took a task on, who sits on a panel, who is urged."""
    once = f"{key}/{case_row['id']}/person{person_id}"
    inbox.post(tx, message, person_id=person_id, case_id=case_row["id"], kind=kind, legal=legal, once=once)


def tell_owing(
    tx: Connection,
    case_row: Mapping[Any, Any],
    task: Mapping[Any, Any],
    message: Message,
    *,
    key: str,
    legal: bool = False,
    kind: Kind = "desk",
) -> None:
    """Tell who owes a task: the person who took it on or was given it, else the role in its organisation."""
    if task["person_id"] is not None:
        tell_person(tx, case_row, task["person_id"], message, key=key, legal=legal, kind=kind)
    elif task["organisation_id"] is not None:
        where = task["organisation_id"]
        tell_organisation(tx, case_row, where, message, role=task["role"], key=key, legal=legal, kind=kind)


def tell_clock(
    tx: Connection,
    definition: Definition,
    case_row: Mapping[Any, Any],
    clock_row: Mapping[Any, Any],
    key_of_message: str,
    values: Mapping[str, Any],
    *,
    also: Iterable[str] = (),
    key: str,
) -> None:
    """Tell who owes something under a clock: the holder of its state, or the one who was asked for a duty.

    ``values`` are those of the message beside number, title, state and last day; ``also``: further roles.
    """
    rule = deadlines.rule_of(definition, clock_row["clock"])
    holder = rule.holder(definition.states[case_row["state"]])
    message = Message(
        key_of_message,
        {
            "number": case_row["number"] or "",
            "title": case_row["title"],
            "state": {"zh": rule.title.zh, "en": rule.title.en},
            "due": clock_row["due_on"].isoformat(),
            **values,
        },
    )
    roles = [holder] if holder is not None else []
    if clock_row["task_id"] is not None:
        row = tx.execute(sa.select(task_table).where(task_table.c.id == clock_row["task_id"])).mappings().one()
        tell_owing(tx, case_row, row, message, key=key, kind="deadline")
    for role in dict.fromkeys((*roles, *also)):
        tell(tx, definition, case_row, role, message, key=key, kind="deadline")


def has_consequences(definition: Definition, action: Action) -> bool:
    """Whether what an act tells cannot be declined: it sends back for correction, serves a letter or ends the case."""
    serves = any(call.name == "issue" for call in action.then)
    ends = any(target in definition.states and definition.states[target].final for target in action.leads_to)
    return action.unlocks is not None or serves or ends


def _organisations(tx: Connection, definition: Definition, case_row: Mapping[Any, Any], role: str) -> list[int]:
    """Where a role is told: by its duty in every organisation that owes it, by its part in those given one."""
    for state in definition.states.values():
        for duty in state.duties.values():
            if duty.role == role and duty.each:
                return tasks.owing(tx, case_row["authority_id"], duty.each)
    if definition.roles[role].sees == "involved":
        return list(
            tx.scalars(
                sa.select(involvement.c.organisation_id)
                .where(
                    involvement.c.case_id == case_row["id"], involvement.c.role == role, involvement.c.until.is_(None)
                )
                .order_by(involvement.c.id)
            )
        )
    owner = tasks.organisation_of(tx, definition, case_row, role)
    return [] if owner is None else [owner]


def _persons(tx: Connection, definition: Definition, case_row: Mapping[Any, Any], role: str) -> list[int]:
    """The persons who hold a role one by one: those seated on its panels, reserves too."""
    panels = [panel.id for panel in definition.panels.values() if panel.role == role]
    if not panels:
        return []
    return list(
        tx.scalars(
            sa.select(seat.c.person_id)
            .where(seat.c.case_id == case_row["id"], seat.c.panel.in_(panels), seat.c.status == "seated")
            .order_by(seat.c.id)
        )
    )
