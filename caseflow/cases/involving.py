"""Parts that organisations are given in a case: an agent, an office asked for its opinion or in copy, a party; and
organisations that are noted without an account, so that a register can name them.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from caseflow.cases import paths, standing, telling
from caseflow.cases.models import involvement
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, effect
from caseflow.people import organisations
from caseflow.words import Message, Refused
from caseflow.workflow.parties import INVOLVES, Involved, Recorded
from caseflow.workflow.parts import Call

_AGAIN = involvement.update().where(
    involvement.c.case_id == sa.bindparam("on_case"),
    involvement.c.organisation_id == sa.bindparam("of_organisation"),
    involvement.c.role == sa.bindparam("of_role"),
)


def named(move: Move, of: str | None = None) -> int | None:
    """The organisation that a path of the case names; without one the form's first ``organisation``, else its first
    ``credit_code`` if known.
    """
    if of is not None:
        question = paths.question(move.definition, of)
        asked = [(question.type if question is not None else "organisation", move.value(of))]
    else:
        asked = [(question.type, move.answers.get(question.id)) for question in move.action.asks.values()]
    found = next((value for kind, value in asked if kind == "organisation" and value), None)
    if found is not None:
        return int(found)
    code = next((value for kind, value in asked if kind == "credit_code" and value), None)
    row = organisations.by_credit_code(move.tx, code) if code else None
    known = row is not None and row["status"] == "active" and row["authority_id"] == move.case["authority_id"]
    return int(row["id"]) if row is not None and known else None


def _involved(argument: Any) -> Involved:
    """The argument of ``involve`` in a definition that was checked."""
    found = Involved.read(Call(name=INVOLVES, argument=argument))
    if found is None:
        raise LookupError(f"no part is meant by {argument!r}")
    return found


def _nobody(move: Move, argument: Any) -> list[Message]:
    meant = _involved(argument)
    if meant.if_known or named(move, meant.of) is not None:
        return []
    if meant.of is not None:
        code = move.value(meant.of)
    else:
        code = next((move.answers.get(one.id) for one in move.action.asks.values() if one.type == "credit_code"), None)
    return move.refuse("involving.unknown_code", code=code) if code else move.refuse("involving.nobody_named")


@effect(EFFECTS, "involve", against=_nobody)
def involve(move: Move, argument: Any) -> None:
    """Give an organisation named in the form, or by the case, a part in this case, in a role: it sees the case from now on."""
    meant = _involved(argument)
    organisation_id = named(move, meant.of)
    if organisation_id is None:
        if against := _nobody(move, argument):
            raise Refused(*against)
        return
    if not give(move, meant.role, organisation_id):
        return
    title = move.definition.roles[meant.role].title
    values = {"number": move.row["number"] or "", "title": move.row["title"], "role": {"zh": title.zh, "en": title.en}}
    notice = Message("inbox.involved", values)
    key = f"{move.request_key}/part"
    telling.tell_organisation(move.tx, move.row, organisation_id, notice, role=meant.role, key=key)


def _cannot_record(move: Move, argument: Any) -> list[Message]:
    meant = Recorded.model_validate(argument)
    code, name = (str(move.value(path) or "") for path in (meant.code, meant.name))
    return organisations.against_recording(move.tx, move.case["authority_id"], name, code) if code else []


@effect(EFFECTS, "record", against=_cannot_record)
def record_organisation(move: Move, argument: Any) -> None:
    """Note an organisation by its credit code without an account, so that a register can name it; a known one stays."""
    meant = Recorded.model_validate(argument)
    code, name = (str(move.value(path) or "") for path in (meant.code, meant.name))
    if not code:
        return
    division = str(move.value(meant.region) or "") if meant.region is not None else ""
    bureaus = {row["division"]: int(row["id"]) for row in organisations.bureaus(move.tx, move.case["authority_id"])}
    made = organisations.record(
        move.tx,
        authority_id=move.case["authority_id"],
        name_zh=name,
        credit_code=code,
        division=division or None,
        prefecture_id=bureaus.get(division, bureaus.get(f"{division[:4]}00")),
        by=move.actor.person_id if move.actor is not None else None,
    )
    move.notes.setdefault("recorded", []).append(made)


def give(move: Move, role: str, organisation_id: int) -> bool:
    """Open the part of an organisation, or open it again; false where it has that part already."""
    where = {"on_case": move.case["id"], "of_organisation": organisation_id, "of_role": role}
    if organisation_id in standing.involved(move.tx, move.case["id"], role):
        return False
    if move.tx.execute(_AGAIN.values(until=None, since=move.at), where).rowcount == 0:
        part = {"case_id": move.case["id"], "organisation_id": organisation_id, "role": role, "since": move.at}
        move.tx.execute(involvement.insert().values(**part))
    move.notes.setdefault("involved", []).append({"organisation": organisation_id, "role": role})
    return True


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
