"""The acts of a draw in their order: commit to a secret, freeze the pool, say a text and draw, sign; and what asks for them."""

from __future__ import annotations

from typing import Any

from caseflow import clock
from caseflow.cases import draw_pool, draw_seats, draws, members
from caseflow.cases.draws import Held
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, GUARDS, effect, guard
from caseflow.evaluation.record import record
from caseflow.words import Message, Refused
from caseflow.workflow.panel import Lot, Panel

WITNESS = "witness"
"""The question of the drawing act that takes what the supervisor says."""
REASON = "reason"
"""The question in which it is said why an earlier draw is given up."""


def _not_committed(move: Move, panel_id: str) -> list[Message]:
    held = draws.newest(move.tx, move.case["id"], panel_id)
    if held is None or held.stage == "drawn":
        return move.refuse("draws.not_committed")
    return move.refuse("draws.frozen_already") if held.stage == "frozen" else []


def _not_frozen(move: Move, panel_id: str) -> list[Message]:
    held = draws.newest(move.tx, move.case["id"], panel_id)
    if held is not None and held.stage == "drawn":
        return move.refuse("draws.drawn_already")
    return [] if held is not None and held.stage == "frozen" else move.refuse("draws.not_frozen")


def _not_to_sign(move: Move, panel_id: str) -> list[Message]:
    held = draws.newest(move.tx, move.case["id"], panel_id)
    if held is None or held.stage != "drawn":
        return move.refuse("draws.not_drawn")
    signed = {one["person_id"] for one in held.signatures()}
    return move.refuse("draws.signed_already") if move.seat_holder in signed else []


@effect(EFFECTS, "panel")
def commit_draw(move: Move, panel_id: str) -> None:
    """Commit to the secret of a new draw; who gives an earlier one up says why."""
    earlier = draws.newest(move.tx, move.case["id"], panel_id)
    number = earlier.row["number"] + 1 if earlier is not None else 1
    body: dict[str, Any] = {"number": number}
    if earlier is not None:
        reason = str(move.answers.get(REASON) or "").strip()
        if not reason:
            raise Refused(Message("draws.why_again", {"input": REASON, "number": earlier.row["number"]}))
        body |= {"after": earlier.stage, "why": draws.seal(move.ground.keys, earlier.row, "anew", reason)}
    ground, here = move.ground, (move.case["id"], panel_id, number)
    committed = draws.begin(move.tx, ground.keys, *here, body, move.at, move.seat_holder, ground.entropy)
    _note(move, panel_id, number, "commitment", committed)


@effect(EFFECTS, "panel", against=_not_committed, asked_first=True)
def freeze_pool(move: Move, panel_id: str) -> None:
    """Freeze the pool of the draw, conflicts left out first; refuses where the lot cannot be met."""
    held, panel = _newest(move, panel_id), move.definition.panels[panel_id]
    if not members.rows(move.tx, move.case["id"]):
        raise Refused(Message("draws.no_members"))
    keys = move.ground.keys
    raised = next((move.answers.get(one.id) or [] for one in move.action.asks.values() if one.type == "people"), [])
    frozen = draw_pool.freeze(
        move,
        panel,
        _lot(panel),
        draws.key_of(keys, held.row),
        f"{move.definition.workflow}/{move.case['id']}/{panel_id}/{held.row['number']}",
        [int(one) for one in raised],
        clock.local_date(move.at),
    )
    hash_ = frozen.snapshot.hash()
    body = {
        "snapshot": frozen.snapshot.as_json(),
        "hash": hash_,
        "sealed": draws.seal(keys, held.row, "frozen", frozen.aside),
    }
    draws.add(move.tx, held, "frozen", body, move.at, move.seat_holder)
    _note(move, panel_id, held.row["number"], "snapshot", hash_)


@effect(EFFECTS, "panel", alters=True, against=_not_frozen, asked_first=True)
def draw_experts(move: Move, panel_id: str) -> None:
    """Draw the panel from the frozen pool with what the supervisor says, reveal the secret and seat who was drawn."""
    held, keys = _newest(move, panel_id), move.ground.keys
    if strange := not_foreseen(move, held):
        raise Refused(Message("draws.members_changed", {"numbers": strange}))
    context = {
        "authority": move.definition.authority,
        "case": str(move.case["number"] or move.case["id"]),
        "panel": panel_id,
        "number": str(held.row["number"]),
        "drawn_at": move.at.isoformat(timespec="seconds"),
        "drawn_by": str(move.seat_holder),
    }
    found = record(draws.secret_of(keys, held.row), str(move.answers[WITNESS]), held.snapshot, context)
    stored = {name: part for name, part in found.items() if name != "snapshot"}
    draws.add(move.tx, held, "drawn", {"witness": found["witness"], "record": stored}, move.at, move.seat_holder)
    who = draws.people(keys, held)
    panel, reserves = ([who[one] for one in found["draw"][part]] for part in ("panel", "reserves"))
    draw_seats.fill(move, panel_id, panel, reserves)
    _note(move, panel_id, held.row["number"], "draw", found["hash"])


@effect(EFFECTS, "panel", against=_not_to_sign, asked_first=True)
def sign_draw(move: Move, panel_id: str) -> None:
    """Sign the record of the draw as it stands, with every departure."""
    held = _newest(move, panel_id)
    draws.add(move.tx, held, "signed", {"hash": held.head, "role": move.role}, move.at, move.seat_holder)
    _note(move, panel_id, held.row["number"], "signed", held.head)


@guard(GUARDS, "panel")
def draw_committed(move: Move, panel_id: str) -> list[Message]:
    """The secret of the draw is committed to, and its pool is still open."""
    return _not_committed(move, panel_id)


@guard(GUARDS, "panel")
def pool_frozen(move: Move, panel_id: str) -> list[Message]:
    """The pool of the draw is frozen, and nobody has been drawn from it yet."""
    return _not_frozen(move, panel_id)


@guard(GUARDS, "panel")
def panel_drawn(move: Move, panel_id: str) -> list[Message]:
    """The panel was drawn, with regard to the conflicts of every case that is before it now."""
    held = draws.newest(move.tx, move.case["id"], panel_id)
    if held is None or held.stage != "drawn":
        return move.refuse("draws.not_drawn")
    strange = not_foreseen(move, held)
    return move.refuse("draws.members_changed", numbers=strange) if strange else []


@guard(GUARDS, "panel")
def draw_signed(move: Move, panel_id: str) -> list[Message]:
    """The record of the draw as it stands is signed by who held it and by another person."""
    held = draws.newest(move.tx, move.case["id"], panel_id)
    if held is None or held.stage != "drawn":
        return move.refuse("draws.not_drawn")
    signed = {one["person_id"] for one in held.signatures()}
    held_by = {one["person_id"] for one in held.steps if one["kind"] in ("committed", "frozen", "drawn")}
    against = [] if signed & held_by else move.refuse("draws.unsigned_by_drawer")
    return against if len(signed) > 1 else [*against, *move.refuse("draws.unsigned_by_other")]


def not_foreseen(move: Move, held: Held) -> list[str]:
    """The cases that were put in after the pool was frozen: nobody has looked for conflicts with them."""
    known = set(draws.aside(move.ground.keys, held)["cases"].values())
    inside = members.rows(move.tx, move.case["id"])
    return [row["number"] or row["title"] for row in inside if row["id"] not in known]


def _newest(move: Move, panel_id: str) -> Held:
    held = draws.newest(move.tx, move.case["id"], panel_id)
    if held is None:
        raise LookupError(f"no draw of {panel_id}")
    return held


def _lot(panel: Panel) -> Lot:
    if panel.lot is None:
        raise LookupError(f"{panel.id} is not drawn by lot")
    return panel.lot


def _note(move: Move, panel_id: str, number: int, what: str, found: str) -> None:
    """The journal keeps each hash when it becomes known."""
    move.notes["draw"] = {"panel": panel_id, "number": number, what: found}
