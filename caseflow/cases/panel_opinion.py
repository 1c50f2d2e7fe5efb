"""What a panel says of each case: drafted by its chair, signed by everybody who sits, with whoever differs recorded."""

from __future__ import annotations

import sqlalchemy as sa

from caseflow.cases import discussion, members, panel_signatures, panels, remarks
from caseflow.cases.move import Move
from caseflow.cases.panel_models import seat
from caseflow.cases.panel_signatures import Signature
from caseflow.cases.registry import EFFECTS, GUARDS, effect, everything, guard
from caseflow.words import Message, Refused


def drafts(move: Move, panel_id: str) -> list[int]:
    """The cases whose opinion the person who acts may draft: the chair's; of those with which the chair has an own
    interest, every other expert before whom they are.
    """
    mine = discussion.of_expert(move.tx, move.case["id"], panel_id, move.seat_holder)
    if discussion.is_chair(move, panel_id):
        return mine
    sitting = panels.seats(move.tx, move.case["id"], panel_id)
    chair = next((row["person_id"] for row in sitting if row["chair"] and not row["reserve"]), None)
    if chair is None:
        return []
    barred = panels.conflicts(move.tx, move.case["id"])
    return [number for number in mine if (number, chair) in barred]


def _may_not_draft(move: Move, panel_id: str) -> list[Message]:
    return discussion.not_yet(move, panel_id) or ([] if drafts(move, panel_id) else move.refuse("opinion.not_chair"))


def _may_not_sign(move: Move, panel_id: str) -> list[Message]:
    against = discussion.not_yet(move, panel_id)
    own = panel_signatures.own(move.tx, move.case["id"], panel_id, move.seat_holder)
    if against or own is None:
        return against or move.refuse("guards.not_seated")
    if own.signed is not None:
        return move.refuse("opinion.signed_already")
    drafted = remarks.opinions(remarks.rows(move.tx, move.case["id"], panel_id))
    rows = members.rows(move.tx, move.case["id"])
    missing = [row["number"] for row in rows if row["id"] in own.before and row["id"] not in drafted]
    return move.refuse("opinion.missing", numbers=missing) if missing else []


@effect(EFFECTS, "panel", against=_may_not_draft, asked_first=True, apart=everything)
def draft_opinion(move: Move, panel_id: str) -> None:
    """Keep the panel's opinion of the cases named; who signed an earlier one is asked again."""
    texts, open_to = discussion.said(move, panel_id), drafts(move, panel_id)
    if not set(texts) <= set(open_to):
        raise Refused(Message("opinion.not_chair"))
    drafted = remarks.opinions(remarks.rows(move.tx, move.case["id"], panel_id))
    for member_id, text in texts.items():
        if member_id not in drafted or remarks.words(move.ground.keys, drafted[member_id]) != text:
            remarks.add(move, panel_id, remarks.OPINION, member_id, text)
    panel_signatures.ask_anew(move, panel_id)


@effect(EFFECTS, "panel", against=_may_not_sign, asked_first=True, apart=everything)
def sign_panel(move: Move, panel_id: str) -> None:
    """The expert signs scores and opinions of the own cases as they stand, with a dissent where there is one."""
    own, texts = panel_signatures.own(move.tx, move.case["id"], panel_id, move.seat_holder), remarks.told(move)
    if own is None or not set(texts) <= set(own.before):
        raise Refused(Message("panels.no_such_member"))
    panel_signatures.keep(move, panel_id, own, {str(number): text for number, text in texts.items()})


@effect(EFFECTS, "panel", apart=everything)
def note_unsigned(move: Move, panel_id: str) -> None:
    """Note why the experts named cannot sign."""
    reason = next(
        (text for one in move.action.asks.values() if one.type in ("text", "long_text")
         and (text := str(move.answers.get(one.id) or "").strip())), "",
    )  # fmt: skip
    if not reason:
        raise Refused(Message("opinion.no_reason"))
    owed: dict[int, Signature] = {
        one.seat["person_id"]: one
        for one in panel_signatures.of_panel(move.tx, move.case["id"], panel_id)
        if one.missing
    }
    for person_id in _people(move):
        if person_id not in owed:
            raise Refused(Message("opinion.owes_none"))
        panel_signatures.keep(move, panel_id, owed[person_id], {"reason": reason}, noted=True)


@effect(EFFECTS, "panel", alters=True)
def choose_chair(move: Move, panel_id: str) -> None:
    """The expert named leads the panel from here on."""
    person_id, *others = _people(move)
    if others:
        raise Refused(Message("opinion.one_chair"))
    here = (seat.c.case_id == move.case["id"], seat.c.panel == panel_id, seat.c.status == "seated")
    named = seat.update().where(*here, ~seat.c.reserve, seat.c.person_id == person_id).values(chair=True)
    if move.tx.execute(named).rowcount == 0:
        raise Refused(Message("opinion.sits_not"))
    move.tx.execute(
        seat.update().where(seat.c.case_id == move.case["id"], seat.c.panel == panel_id, seat.c.person_id != person_id)
        .values(chair=sa.false())
    )  # fmt: skip
    move.notes["chair"] = {"panel": panel_id, "person": person_id}


@guard(GUARDS, "panel")
def panel_signed(move: Move, panel_id: str) -> list[Message]:
    """Everybody who sits has signed the opinion as it stands; why somebody cannot is noted."""
    missing = [one.seat["name"] for one in panel_signatures.of_panel(move.tx, move.case["id"], panel_id) if one.missing]
    if not missing:
        return []
    if move.role == move.definition.panels[panel_id].role:
        return move.refuse("opinion.unsigned_count", count=len(missing))
    return move.refuse("opinion.unsigned", names=missing)


def _people(move: Move) -> list[int]:
    """The experts named in the form."""
    found = next((move.answers.get(one.id) or [] for one in move.action.asks.values() if one.type == "people"), [])
    if not found:
        raise Refused(Message("opinion.nobody_named"))
    return [int(one) for one in dict.fromkeys(found)]
