"""A case is passed to colleagues to read (传阅): each marks that it was read. It gives nobody anything to do or to see more.

Who is named sees the case already, in a role of the same office.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import desk_acts, filing, standing, telling
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.cases.move import Move
from caseflow.cases.task_models import circulation
from caseflow.people.models import OFFICES, membership, person
from caseflow.people.rights import Actor
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

SEND, READ, WITHDRAW = "circulate", "circulation_read", "circulation_withdraw"
ACTS = {
    SEND: Action(id=SEND, title=Text(zh="传阅", en="Circulate")),
    READ: Action(id=READ, title=Text(zh="已阅", en="Read")),
    WITHDRAW: Action(id=WITHDRAW, title=Text(zh="撤回传阅", en="Withdraw from circulation")),
}
"""The engine's own acts within one office on any case."""
MOST_TEXT = 200
_BY = person.alias("by")


def run(move: Move, posted: Mapping[str, Any], roles: frozenset[str]) -> dict[str, Any]:
    """Do one of these acts: ``{people, text}`` to send, ``{circulation}`` to mark as read or to withdraw.

    Returns what the journal keeps.

    Raises:
        Refused: nobody fit is named, the words are too long, or it is not this person's.
    """
    if move.actor is None or not may_send(move.actor):
        raise Refused(Message("circulating.offices_only"))
    move.role = min(roles)
    if move.action.id == SEND:
        return _send(move, move.actor, posted)
    return _settle(move, move.actor, filing.number_in(posted.get("circulation")))


def may_send(actor: Actor) -> bool:
    """Whether somebody belongs to an office, whose colleagues read along."""
    return actor.organisation_kind in OFFICES


def readers(tx: Connection, definition: Definition, actor: Actor, row: Mapping[Any, Any]) -> dict[int, str]:
    """The colleagues in the actor's office who may see a case already, with their names; those waiting to read it left out."""
    waiting = {one["person_id"] for one in of_case(tx, row["id"]) if one["status"] == "waiting"}
    found = tx.execute(
        sa.select(membership.c.person_id, membership.c.role, person.c.name)
        .join(person, person.c.id == membership.c.person_id)
        .where(
            membership.c.organisation_id == actor.organisation_id, membership.c.until.is_(None),
            person.c.status == "active", person.c.id != actor.person_id, person.c.id.not_in(waiting),
        )
        .order_by(person.c.sort_key, person.c.id)
    )  # fmt: skip
    held: dict[int, set[str]] = {}
    names: dict[int, str] = {}
    for one in found:
        held.setdefault(one.person_id, set()).add(one.role)
        names[one.person_id] = one.name
    return {
        number: names[number]
        for number, roles in held.items()
        if standing.roles_on(tx, definition, replace(actor, person_id=number, roles=frozenset(roles)), row)
    }


def of_case(tx: Connection, case_id: int) -> list[dict[str, Any]]:
    """To whom a case was passed, oldest first, with both names."""
    rows = tx.execute(
        sa.select(circulation, person.c.name, _BY.c.name.label("by"))
        .join(person, person.c.id == circulation.c.person_id)
        .join(_BY, _BY.c.id == circulation.c.sent_by)
        .where(circulation.c.case_id == case_id)
        .order_by(circulation.c.id)
    )
    return [dict(row) for row in rows.mappings()]


def waiting_for(tx: Connection, ground: Ground, actor: Actor) -> list[dict[str, Any]]:
    """The cases that the actor was asked to read and has not, as far as the actor may know of them; oldest first."""
    definitions = [loaded.definition for loaded in ground.all_current(tx)]
    rows = tx.execute(
        sa.select(case, _BY.c.name.label("by"), circulation.c.sent_at)
        .join(case, case.c.id == circulation.c.case_id)
        .join(_BY, _BY.c.id == circulation.c.sent_by)
        .where(
            circulation.c.person_id == actor.person_id, circulation.c.status == "waiting",
            circulation.c.organisation_id == actor.organisation_id, standing.visible(actor, definitions),
        )
        .order_by(circulation.c.id)
    )  # fmt: skip
    return [dict(row) for row in rows.mappings()]


def _send(move: Move, actor: Actor, posted: Mapping[str, Any]) -> dict[str, Any]:
    text = str(posted.get("text") or "").strip()
    named = list(dict.fromkeys(filing.number_in(one) for one in posted.get("people") or []))
    fit = readers(move.tx, move.definition, actor, move.case)
    against = [] if named and set(named) <= set(fit) else [Message("circulating.nobody", {"input": "people"})]
    if len(text) > MOST_TEXT:
        against.append(Message("circulating.too_long", {"limit": MOST_TEXT, "input": "text"}))
    if against:
        raise Refused(*against)
    row = {
        "case_id": move.case["id"], "organisation_id": actor.organisation_id, "sent_by": actor.person_id,
        "entry": move.case["seq"] + 1, "status": "waiting", "sent_at": move.at,
    }  # fmt: skip
    move.tx.execute(circulation.insert(), [{**row, "person_id": one} for one in named])
    values = {"number": move.case["number"] or "", "title": move.case["title"], "by": actor.name}
    for one in named:
        notice = Message("inbox.circulated", values)
        telling.tell_person(move.tx, move.case, one, notice, key=move.request_key, kind="desk")
    body = {"readers": named, "organisation": actor.organisation_id}
    return {**body, "answers": desk_acts.keep_note(move, text)} if text else body


def _settle(move: Move, actor: Actor, number: int) -> dict[str, Any]:
    """Mark as read, for oneself, or withdraw what one has sent and nobody has read."""
    reads = move.action.id == READ
    own = (circulation.c.person_id if reads else circulation.c.sent_by) == actor.person_id
    here = (circulation.c.id == number, circulation.c.case_id == move.case["id"], circulation.c.status == "waiting")
    status = "read" if reads else "withdrawn"
    changed = circulation.update().where(*here, own).values(status=status, closed_at=move.at)
    if move.tx.execute(changed).rowcount != 1:
        raise Refused(Message("circulating.not_yours"))
    return {"circulation": number, "organisation": actor.organisation_id}
