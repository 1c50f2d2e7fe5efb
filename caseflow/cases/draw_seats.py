"""Who sits after a draw: seats filled in its order, answers to the invitation, and whoever leaves replaced by the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from caseflow.cases import draws, panels, tasks, telling
from caseflow.cases.move import Move
from caseflow.cases.panel_models import seat
from caseflow.cases.registry import EFFECTS, GUARDS, effect, guard
from caseflow.clock import local_date
from caseflow.evaluation.record import with_departure
from caseflow.evaluation.replacing import Departure
from caseflow.words import Message, Refused
from caseflow.workflow.form import Field

ANSWERS = ("accept", "decline")
GROUNDS = ("recused", "absent")
"""Why the office takes somebody off a panel."""
_ANEW: dict[str, Any] = {"answer": None, "answered_at": None, "pledged_at": None}
"""Who is drawn answers and pledges for this draw, whatever was said before an earlier one."""


def fill(move: Move, panel_id: str, people: list[int], reserves: list[int]) -> None:
    """Seat these people in their order, the first as chair; whoever sat before leaves."""
    panels.clear(move, panel_id)
    for number, person_id in enumerate(people):
        _seat(move, panel_id, person_id, chair=number == 0)
    for person_id in reserves:
        panels.put(move, panel_id, person_id, chair=False, reserve=True, **_ANEW)


def _may_not_answer(move: Move, panel_id: str) -> list[Message]:
    own = panels.seat_of(move.tx, move.case["id"], panel_id, move.seat_holder)
    if own is None or own["reserve"]:
        return move.refuse("guards.not_seated")
    return []


@effect(EFFECTS, "panel", against=_may_not_answer, asked_first=True)
def answer_seat(move: Move, panel_id: str) -> None:
    """The expert accepts the seat or declines it; for who declines the next of the same draw is seated at once."""
    answer = _chosen(move, ANSWERS)
    if answer == "decline":
        leave(move, panel_id, move.seat_holder, "declined", _reason(move))
        return
    accepted = move.tx.execute(
        seat.update()
        .where(
            seat.c.case_id == move.case["id"],
            seat.c.panel == panel_id,
            seat.c.person_id == move.seat_holder,
            seat.c.status == "seated",
            seat.c.answer.is_(None),
        )
        .values(answer="accepted", answered_at=move.at)
    )
    if accepted.rowcount == 0:
        raise Refused(Message("draws.answered"))
    if not _scores_here(move, panel_id):
        tasks.close(move.tx, move.case["id"], f"panel:{panel_id}", move.action.id, move.at, person_id=move.seat_holder)


@effect(EFFECTS, "panel", alters=True)
def recuse_expert(move: Move, panel_id: str) -> None:
    """Take the experts named off the panel, recused or absent; the next of the same draw are seated at once."""
    named = next((move.answers.get(one.id) or [] for one in move.action.asks.values() if one.type == "people"), [])
    if not named:
        raise Refused(Message("draws.nobody_named"))
    ground, reason = _chosen(move, GROUNDS), _reason(move)
    sits = {row["person_id"]: row["reserve"] for row in panels.seats(move.tx, move.case["id"], panel_id)}
    going = dict.fromkeys(int(one) for one in named)
    if strange := [one for one in going if one not in sits]:
        raise Refused(Message("draws.sits_not", {"person": strange}))
    for person_id in sorted(going, key=lambda one: not sits[one]):  # who waits goes first, and is not called up
        leave(move, panel_id, person_id, ground, reason)


@guard(GUARDS, "panel")
def seats_answered(move: Move, panel_id: str) -> list[Message]:
    """Every seat of the panel is taken, by somebody who has accepted it."""
    seated = [row for row in panels.seats(move.tx, move.case["id"], panel_id) if not row["reserve"]]
    size = move.definition.panels[panel_id].size
    against = move.refuse("guards.panel_size", size=size, seated=len(seated)) if len(seated) < size else []
    waiting = [row["name"] for row in seated if row["answer"] != "accepted"]
    return [*against, *move.refuse("draws.unanswered", names=waiting)] if waiting else against


def leave(move: Move, panel_id: str, person_id: int, why: str, reason: str) -> None:
    """Somebody who was drawn leaves; who comes follows from the draw alone.

    Raises:
        Refused: no draw, or the person was not drawn or has left before.
    """
    held, keys = draws.newest(move.tx, move.case["id"], panel_id), move.ground.keys
    if held is None or held.stage != "drawn":
        raise Refused(Message("draws.not_drawn"))
    who = draws.people(keys, held)
    name = next((one for one, number in who.items() if number == person_id), "")
    key = draws.key_of(keys, held.row)
    departure = Departure(name, why, local_date(move.at), draws.proof(key, name, why, reason))
    after = with_departure(held.record, departure)
    entry = after["departures"][-1]
    body = {
        "entry": entry,
        "standing": after["standing"],
        "sealed": draws.seal(keys, held.row, f"departed/{entry['hash']}", reason),
    }
    draws.add(move.tx, held, "departed", body, move.at, move.seat_holder)
    was_chair = _vacate(move, panel_id, person_id, why)
    for number, came in enumerate(entry["replacements"]):
        _seat(move, panel_id, who[came["came"]], chair=was_chair and number == 0)
    move.notes["draw"] = {"panel": panel_id, "number": held.row["number"], "departed": entry["hash"]}
    _tell_office(move, panel_id, vacant=after["standing"]["panel"].count(None), hash_=entry["hash"])


def _vacate(move: Move, panel_id: str, person_id: int, why: str) -> bool:
    """Whether it was the chair who left."""
    where = (seat.c.case_id == move.case["id"], seat.c.panel == panel_id, seat.c.person_id == person_id)
    was: RowMapping = move.tx.execute(sa.select(seat).where(*where)).mappings().one()
    answered = {"answer": "declined", "answered_at": move.at} if why == "declined" else {}
    left = move.tx.execute(
        seat.update()
        .where(*where, seat.c.status == "seated")
        .values(status="left", left_why=why, chair=False, **answered)
    )
    if left.rowcount == 0:
        raise Refused(Message("draws.sits_not", {"person": person_id}))
    tasks.close(move.tx, move.case["id"], f"panel:{panel_id}", why, move.at, person_id=person_id, status="void")
    if why != "declined":
        _tell(move, panel_id, person_id, "inbox.seat_ended")
    return bool(was["chair"])


def _seat(move: Move, panel_id: str, person_id: int, *, chair: bool) -> None:
    """Seat a person, who owes an answer and is told so."""
    panels.put(move, panel_id, person_id, chair=chair, reserve=False, **_ANEW)
    role = move.definition.panels[panel_id].role
    tasks.assign(move.tx, move.case, f"panel:{panel_id}", role, person_id, move.at)
    _tell(move, panel_id, person_id, "inbox.seat_drawn")


def _tell(move: Move, panel_id: str, person_id: int, key: str) -> None:
    """Tell one expert; of the others nothing is said."""
    once = f"{move.request_key}/{key}/{panel_id}"
    telling.tell_person(move.tx, move.row, person_id, Message(key, _named(move, panel_id)), key=once, kind="desk")


def _tell_office(move: Move, panel_id: str, *, vacant: int, hash_: str) -> None:
    holder = move.definition.states[move.case["state"]].holder
    if holder is not None:
        key = "inbox.seat_vacant" if vacant else "inbox.seat_replaced"
        message = Message(key, _named(move, panel_id))
        telling.tell(move.tx, move.definition, move.row, holder, message, key=hash_, kind="desk")


def _named(move: Move, panel_id: str) -> dict[str, Any]:
    title = move.definition.panels[panel_id].title
    values: Mapping[str, Any] = {"panel": {"zh": title.zh, "en": title.en}, "number": move.row["number"] or ""}
    return {**values, "title": move.row["title"]}


def _scores_here(move: Move, panel_id: str) -> bool:
    """Whether the same task goes on with scoring where the case stands."""
    here = move.definition.states[move.case["state"]].actions.values()
    return any(call.name == "score_member" and call.argument == panel_id for one in here for call in one.then)


def _chosen(move: Move, known: tuple[str, ...]) -> str:
    """The answer to the question whose choices these are."""
    found = next((move.answers.get(one.id) for one in move.action.asks.values() if _offers(one, known)), None)
    if found not in known:
        raise Refused(Message("draws.not_chosen"))
    return str(found)


def _offers(question: Field, known: tuple[str, ...]) -> bool:
    return question.type == "choice" and set(question.choices) <= set(known)


def _reason(move: Move) -> str:
    """Why somebody leaves, as the form says it."""
    asked = [one for one in move.action.asks.values() if one.type in ("text", "long_text")]
    found = next((str(move.answers.get(one.id) or "").strip() for one in asked), "")
    if not found:
        raise Refused(Message("draws.no_reason", {"input": asked[0].id if asked else ""}))
    return found
