"""Whose turn it is to sign what waits on a case, and the signature itself: an own one, or in the place of somebody away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deputies, four_eyes, guards, signing
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.move import Move
from caseflow.people.rights import Actor
from caseflow.words import Message, Refused


def take(
    tx: Connection,
    ground: Ground,
    loaded: Loaded,
    actor: Actor | None,
    row: Mapping[Any, Any],
    act: str,
    answers: Mapping[str, Any],
    request_key: str,
    roles: frozenset[str],
) -> tuple[Move, bool]:
    """Sign, or send back, the act that is meant; returns it as it was proposed, and whether the last signature is there.

    Raises:
        Refused: nothing waits that is this person's to sign, a reason is missing, or four eyes would be two.
    """
    waiting = signing.waiting(tx, row["id"])
    own = roles
    if actor is not None:
        roles = own | deputies.signing_roles(tx, loaded.definition, row, waiting, actor)
    pending = signing.turn_of(tx, waiting, roles, actor.person_id, answers.get("proposal")) if actor else None
    if pending is None or actor is None:
        raise Refused(Message("signing.nothing_to_sign"))
    action = loaded.definition.action(row["state"], pending["action"])
    if action is None:
        raise Refused(guards.not_offered(loaded.definition, row, pending["action"]))
    move = Move(
        tx, ground, loaded, row, action, actor, pending["role"], clock.now(), request_key,
        signed=pending["id"], typed_by=pending["proposed_by"], waiting=waiting,
    )  # fmt: skip
    move.answers = signing.answers(ground, pending)
    signer = pending["signers"][pending["step"]]
    alone = four_eyes.against(tx, loaded.definition, row, action, signer, actor.person_id)
    if alone and act == signing.SIGN:
        raise Refused(*alone)
    absent = None if signer in own else deputies.for_whom(tx, loaded.definition, row, pending, actor)
    held = own | {signer} if absent is not None else own  # what waits beside it may be signed for others than this
    complete = signing.sign(move, pending, act, answers, held, absent)
    move.notes |= {"in_place_of": absent} if absent is not None else {}
    return move, complete
