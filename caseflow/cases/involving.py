"""Parts that organisations are given in a case: an agent, an office asked for its opinion or in copy."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.cases import standing, telling
from caseflow.cases.models import involvement
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, effect
from caseflow.people import organisations
from caseflow.words import Message, Refused

_AGAIN = involvement.update().where(
    involvement.c.case_id == sa.bindparam("on_case"),
    involvement.c.organisation_id == sa.bindparam("of_organisation"),
    involvement.c.role == sa.bindparam("of_role"),
)


def named(move: Move) -> int | None:
    """The organisation that the form names: its first ``organisation``, else its first ``credit_code`` if known."""
    asked = [(question.type, move.answers.get(question.id)) for question in move.action.asks.values()]
    found = next((value for kind, value in asked if kind == "organisation" and value), None)
    if found is not None:
        return int(found)
    code = next((value for kind, value in asked if kind == "credit_code" and value), None)
    row = organisations.by_credit_code(move.tx, code) if code else None
    known = row is not None and row["status"] == "active" and row["authority_id"] == move.case["authority_id"]
    return int(row["id"]) if row is not None and known else None


def _nobody(move: Move, role: str) -> list[Message]:
    if named(move) is not None:
        return []
    code = next((move.answers.get(one.id) for one in move.action.asks.values() if one.type == "credit_code"), None)
    return move.refuse("involving.unknown_code", code=code) if code else move.refuse("involving.nobody_named")


@effect(EFFECTS, "role", against=_nobody)
def involve(move: Move, role: str) -> None:
    """Give the organisation named in the form a part in this case, in a role: it sees the case from now on."""
    organisation_id = named(move)
    if organisation_id is None:
        raise Refused(*_nobody(move, role))
    give(move, role, organisation_id)
    title = move.definition.roles[role].title
    values = {"number": move.row["number"] or "", "title": move.row["title"], "role": {"zh": title.zh, "en": title.en}}
    notice = Message("inbox.involved", values)
    telling.tell_organisation(move.tx, move.row, organisation_id, notice, role=role, key=f"{move.request_key}/part")


def give(move: Move, role: str, organisation_id: int) -> None:
    """Open the part of an organisation, or open it again."""
    where = {"on_case": move.case["id"], "of_organisation": organisation_id, "of_role": role}
    if organisation_id in standing.involved(move.tx, move.case["id"], role):
        return
    if move.tx.execute(_AGAIN.values(until=None, since=move.at), where).rowcount == 0:
        part = {"case_id": move.case["id"], "organisation_id": organisation_id, "role": role, "since": move.at}
        move.tx.execute(involvement.insert().values(**part))
    move.notes.setdefault("involved", []).append({"organisation": organisation_id, "role": role})


def _no_part(move: Move, role: str) -> list[Message]:
    parts = standing.involved(move.tx, move.case["id"], role)
    one = named(move)
    return move.refuse("involving.no_part") if one is not None and one not in parts else []


@effect(EFFECTS, "role", against=_no_part)
def end_involvement(move: Move, role: str) -> None:
    """End the part of the organisation named in the form, or of all in that role where none is named."""
    one = named(move)
    ending = [part for part in standing.involved(move.tx, move.case["id"], role) if one in (None, part)]
    for organisation_id in ending:
        where = {"on_case": move.case["id"], "of_organisation": organisation_id, "of_role": role}
        move.tx.execute(_AGAIN.values(until=move.at), where)
    move.notes["parts_ended"] = [{"organisation": part, "role": role} for part in ending]
