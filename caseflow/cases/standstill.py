"""What an act that waits for signatures keeps from being done meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caseflow.cases import signing, tasks
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS
from caseflow.words import Message
from caseflow.workflow.procedure import Action


def reasons(move: Move) -> list[Message]:
    """What an act that waits for signatures keeps from being done: itself, and what would move or alter the case.

    The applicant is never held up: the case may be withdrawn. What neither moves nor alters voids nothing and goes on.
    """
    moves, alters = move.action.to is not None, _alters(move.action)
    if move.actor is None or not (moves or alters or move.action.sign_off):
        return []
    for row in signing.waiting_here(move):
        action = move.definition.action(move.case["state"], row["action"])
        if action is None or row["id"] == move.signed:
            continue
        said = {
            "action": {"zh": action.title.zh, "en": action.title.en},
            "signers": signing.role_titles(move.definition, row),
        }
        if action.id == move.action.id:
            return move.refuse("signing.waits", **said)
        in_the_way = alters and not moves if move.signed is not None else moves or alters
        if action.to is None or not in_the_way:
            continue  # of two acts that move the case the one that is signed first goes
        if move.signed is not None or move.actor.organisation_id in _signing_offices(move, row):
            return move.refuse("signing.in_progress", **said)
    return []


def _alters(action: Action) -> bool:
    """Whether an act changes what signers look at: by an effect, or because all it does is to answer anew."""
    effects = [EFFECTS[call.name] for call in action.then]
    answers_anew = bool(action.asks) and not action.appends and not effects
    return answers_anew or any(one.alters for one in effects)


def _signing_offices(move: Move, row: Mapping[str, Any]) -> set[int | None]:
    """The organisations of whoever proposed an act and of those who sign it, without an applicant's."""
    offices = {tasks.organisation_of(move.tx, move.definition, move.case, signer) for signer in row["signers"]}
    applicant = move.case["organisation_id"] if move.definition.kind == "application" else None
    return {row["organisation_id"], *offices} - {applicant, None}
