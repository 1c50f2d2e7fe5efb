"""Cases that an act on another one opens, and what happens there once they have come somewhere.

A case that has come somewhere leaves a row; the act that waits for it is done by the system in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import opening, standing, timers
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, GUARDS, effect, guard
from caseflow.cases.task_models import link
from caseflow.records import journal
from caseflow.words import Message
from caseflow.workflow.definition import Definition

TIMER = "linked:"
"""Before the name of the link, in the kind of a timer."""
_COLUMNS = (link.c.name.label("link"), link.c.at.label("linked_at"), link.c.entry)


@effect(EFFECTS, "open_case")
def open_case(move: Move, said: dict[str, Any]) -> None:
    """Open a case of another workflow for the same applicant, or for the office that holds it, with a link to this one."""
    values: dict[str, Any] = {}
    for target, path in said.get("copies", {}).items():
        _, section, name = target.split(".")
        value = move.value(path)
        if value is not None:
            values.setdefault(section, {})[name] = value
    made = opening.open_linked(
        move, said["workflow"], said.get("in"), values, link=said["link"], office="owner" in said
    )
    move.tx.execute(
        link.insert().values(
            from_id=move.case["id"], to_id=made.case_id, name=said["link"], entry=move.case["seq"] + 1, at=move.at
        )
    )
    move.notes.setdefault("opened", []).append({"link": said["link"], "case": made.case_id})


@guard(GUARDS, "linked_case")
def linked_case(move: Move, asked: dict[str, str]) -> list[Message]:
    """Every case opened under this link has reached a state, or has ended with an outcome."""
    rows = opened_by(move.tx, move.case["id"], asked["link"])
    if not rows:
        return move.refuse("guards.linked_none")
    open_ = [row for row in rows if not _has_reached(move.tx, move.ground, row, asked["reached"])]
    numbers = [row["number"] for row in open_ if row["number"] and _may_read(move, row)]
    unseen = len(open_) - len(numbers)
    return [
        *(move.refuse("guards.linked_open", numbers=numbers) if numbers else []),
        *(move.refuse("guards.linked_unseen", n=unseen) if unseen else []),
    ]


def opened_by(tx: Connection, case_id: int, name: str | None = None) -> list[dict[str, Any]]:
    """The cases that acts on a case have opened (under one link), oldest first, each with its link."""
    where = [link.c.from_id == case_id, *([link.c.name == name] if name is not None else [])]
    found = sa.select(case, *_COLUMNS).join(link, link.c.to_id == case.c.id).where(*where).order_by(link.c.id)
    return [dict(row) for row in tx.execute(found).mappings()]


def opener_of(tx: Connection, case_id: int) -> dict[str, Any] | None:
    """The case on which an act opened this one, with the link."""
    found = sa.select(case, *_COLUMNS).join(link, link.c.from_id == case.c.id).where(link.c.to_id == case_id)
    row = tx.execute(found).mappings().first()
    return dict(row) if row is not None else None


def note_move(move: Move, target: str) -> None:
    """Leave word where a case that was opened from another one has come to ``target``, or where others are awaited there."""
    if move.definition.states[target].when_linked:
        for name in dict.fromkeys(rule.link for rule in move.definition.states[target].when_linked):
            if opened_by(move.tx, move.case["id"], name):
                _leave_word(move, move.case["id"], name)
    row = move.tx.execute(sa.select(link).where(link.c.to_id == move.case["id"])).mappings().first()
    if row is not None:
        _leave_word(move, row["from_id"], row["name"])


def awaited(tx: Connection, ground: Ground, row: Mapping[Any, Any], name: str) -> str | None:
    """The act that is to be done on a case because all that it opened under a link have come where it waits for them."""
    definition = ground.definition(tx, row["definition_id"]).definition
    linked = opened_by(tx, row["id"], name)
    for rule in definition.states[row["state"]].when_linked:
        if rule.link == name and linked and all(_has_reached(tx, ground, one, rule.reaches) for one in linked):
            return rule.do
    return None


def _has_reached(tx: Connection, ground: Ground, row: Mapping[str, Any], where: str) -> bool:
    """Whether a case stands or has stood in a state, or has ended with an outcome."""
    definition: Definition = ground.definition(tx, row["definition_id"]).definition
    if where in definition.states:
        return row["state"] == where or journal.has_come(tx, row["id"], where)
    return definition.states[row["state"]].outcome == where


def _may_read(move: Move, row: Mapping[str, Any]) -> bool:
    """Whether a linked case may be named to whoever acts: it may be none of theirs."""
    if move.actor is None:
        return False
    definition = move.ground.definition(move.tx, row["definition_id"]).definition
    return bool(standing.roles_on(move.tx, definition, move.actor, row))


def _leave_word(move: Move, case_id: int, name: str) -> None:
    key = f"linked/{case_id}/{name}/{move.case['id']}/{move.case['seq'] + 1}"
    timers.put_alone(move.tx, case_id, f"{TIMER}{name}", key, clock.now())
