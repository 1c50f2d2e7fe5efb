"""The one door. A case changes here and nowhere else.

role → offered here? → answers valid → all guards (every reason) → move → journal → effects as rows → timers.
The caller owns the transaction; all of it is committed, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import (
    beginning,
    circulating,
    deciding,
    desk_acts,
    disposal,
    duties,
    entry,
    filing,
    findings,
    guards,
    linking,
    members,
    sealed,
    service,
    signers,
    signing,
    standing,
    supervising,
    taken,
    taking_back,
    tasks,
    turns,
    warnings,
)
from caseflow.cases.effects import use_door
from caseflow.cases.entry import NotHere, Outcome
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.cases.vocabulary import effect_of
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.words import Refused
from caseflow.workflow import machine
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Action

_ENGINE: dict[str, tuple[Action, Callable[[Move, Mapping[str, Any], frozenset[str]], dict[str, Any]]]] = {
    filing.ACT: (filing.ACTION, filing.record),
    findings.ACT: (findings.ACTION, findings.answer),
    service.ACT: (service.ACTION, service.record),
    **{
        name: (action, room.run)
        for room in (desk_acts, disposal, signers, supervising, circulating, sealed)
        for name, action in room.ACTS.items()
    },
}
"""Acts of the engine on any case: where it stands does not change."""


def perform(
    tx: Connection,
    ground: Ground,
    actor: Actor | None,
    case_id: int,
    action_id: str,
    answers: Mapping[str, Any] | None = None,
    *,
    request_key: str,
    seen: int | None = None,
) -> Outcome:
    """Do one act on one case.

    Args:
        actor: who acts; nobody when a timer does.
        answers: what the form asked for, typed or as posted strings.
        request_key: unique per intent; the same key again returns the first outcome.
        seen: the version of the case on the screen.

    Raises:
        NotHere: the person may not know that the case exists.
        Stale: the case has changed since ``seen``.
        Invalid: answers that cannot be taken, by field.
        Refused: the guards that do not hold, every reason.
    """
    row = entry.locked(tx, case_id)  # before the key is looked for: of two at once the later one finds it
    earlier = journal.outcome(tx, request_key)
    if earlier is not None:
        if (earlier.case_id, earlier.person_id) != (case_id, actor.person_id if actor else None):
            raise NotHere
        return entry.again(tx, earlier)
    return _act(tx, ground, actor, row, action_id, answers or {}, request_key=request_key, seen=seen)


def record(move: Move, body: Mapping[str, Any]) -> Outcome:
    """Enter what the engine itself has noticed or counted; where the case stands does not change."""
    written = entry.write(move, act=move.action.id, to_state=move.case["state"], body=body)
    return Outcome(move.case["id"], move.action.id, written["state"], written["number"], written["version"])


def move_member(host: Move, case_id: int, action_id: str, given: Mapping[str, Any]) -> Outcome:
    """Do ``action_id`` on a member of the host's case, through the same door and in the same transaction."""
    key = f"{host.request_key}/{case_id}"
    row = entry.locked(host.tx, case_id)
    return _act(
        host.tx, host.ground, host.actor, row, action_id, {}, request_key=key, seen=None, host=host, given=given
    )


def _act(
    tx: Connection,
    ground: Ground,
    actor: Actor | None,
    row: Mapping[Any, Any],
    action_id: str,
    answers: Mapping[str, Any],
    *,
    request_key: str,
    seen: int | None,
    host: Move | None = None,
    given: Mapping[str, Any] | None = None,
) -> Outcome:
    loaded = ground.definition(tx, row["definition_id"])
    roles = _roles(tx, loaded.definition, actor, row, host)
    if seen is not None and seen != row["version"]:
        raise entry.stale(tx, row["id"])
    if action_id in signing.ACTS:
        move, complete = turns.take(tx, ground, loaded, actor, row, action_id, answers, request_key, roles)
        return _sign_off(move) if complete else _note_turn(move, action_id)
    if action_id == taking_back.ACT:
        return _take_back(Move(tx, ground, loaded, row, taking_back.ACTION, actor, "", clock.now(), request_key), roles)
    if action_id in _ENGINE:
        engine, do = _ENGINE[action_id]
        move = Move(tx, ground, loaded, row, engine, actor, "", clock.now(), request_key)
        return record(move, do(move, answers, roles))
    action = loaded.definition.action(row["state"], action_id)
    if action is None:
        raise Refused(guards.not_offered(loaded.definition, row, action_id))
    role = standing.acting_role(loaded.definition, row["state"], action, roles, host)
    if role is None:
        raise Refused(standing.not_yours(loaded.definition, row["state"], action))
    move = Move(
        tx, ground, loaded, row, action, actor, role, clock.now(), request_key,
        host=host.row if host else None, given=given or {},
    )  # fmt: skip
    move.answers = taken.clean(move, answers)
    reasons = guards.reasons(move)
    if reasons:
        raise Refused(*reasons)
    if signing.is_due(move):
        return _propose(move)
    return _carry_out(move)


def _carry_out(move: Move) -> Outcome:
    """The move itself, once nothing stands against it."""
    case, action, definition = move.case, move.action, move.definition
    if move.answers:
        taken.keep(move)
    way = deciding.way(move, action.route) if action.route is not None else None
    target = machine.target(definition, case["state"], action.id, case["origin"], way)
    for call in action.then:
        effect_of(call).run(move, call.argument)
    warnings.raise_all(move)
    moves = target != case["state"] or action.to is not None
    state = definition.states[target]
    if moves:
        move.changes |= {
            "state": target,
            "final": state.final,
            "listed": state.listed,
            "shared": case["shared"] or not state.private,
            "moved_at": move.at,
        }
        if action.resume is not None:
            move.changes["origin"] = action.resume
        if action.unlocks is not None:
            move.changes["unlocked"] = sorted(
                {path for question in action.asks.values() if question.type == "field_comments"
                 for path in move.answers.get(question.id, {})}
            )  # fmt: skip
        elif case["unlocked"] and "unlocked" not in state.edits:
            move.changes["unlocked"] = []
    if moves:
        _settle(move, target)
    else:
        duties.renew(move)
        beginning.begin(move)
    written = entry.write(move, act=action.id, to_state=target, body=_body(move))
    if moves:
        linking.note_move(move, target)
    if moves and state.calculates is not None:
        findings.recompute(move, written, state.calculates)
    return Outcome(case["id"], action.id, target, written["number"], written["version"])


def _take_back(move: Move, roles: frozenset[str]) -> Outcome:
    """The case goes back to where the same person brought it from; nothing of what was entered is undone."""
    target = taking_back.go_back(move, roles)
    state = move.definition.states[target]
    move.changes |= {"state": target, "listed": state.listed, "moved_at": move.at}
    _settle(move, target)
    written = entry.write(move, act=move.action.id, to_state=target, body=_body(move))
    return Outcome(move.case["id"], move.action.id, target, written["number"], written["version"])


def _settle(move: Move, target: str) -> None:
    """Close what was owed where the case stood, open what is owed where it goes."""
    row = move.row
    kept = signing.go_along(move, target)
    tasks.leave(move.tx, row, move.action.id, move.at)
    move.changes["due_on"] = beginning.move(move, row, target)
    if move.definition.states[target].final and move.host is None:
        for outdated in duties.without(move, members.leave(move)):
            record(outdated, {**outdated.notes, "member": move.case["id"]})
    if not move.definition.states[target].final:
        tasks.enter(move.tx, move.definition, row, target, move.at, move.changes["due_on"])
        duties.enter(move.tx, move.ground, move.definition, row, target, move.at)
    signing.ask_again(move, move.row, kept)


def _propose(move: Move) -> Outcome:
    """Leave the act with its answers for the first signer; where the case stands does not change."""
    proposal_id = signing.propose(move)
    written = entry.write(
        move,
        act=move.action.id,
        to_state=move.case["state"],
        body={"phase": "proposed", "proposal": proposal_id},
    )
    return Outcome(
        move.case["id"], move.action.id, move.case["state"], written["number"], written["version"], proposed=True
    )


def _sign_off(move: Move) -> Outcome:
    """The last signature carries the act out after its guards were asked again."""
    reasons = guards.reasons(move)
    if reasons:
        raise Refused(*reasons)
    move.notes |= {"phase": "signed", "proposal": move.signed}
    return _carry_out(move)


def _note_turn(move: Move, act: str) -> Outcome:
    """A signer has signed, or sent back; where the case stands does not change."""
    case, body = move.case, {"phase": act, "proposal": move.signed, **move.notes}
    written = entry.write(move, act=act, to_state=case["state"], body=body)
    return Outcome(case["id"], act, case["state"], written["number"], written["version"])


def _roles(
    tx: Connection, definition: Definition, actor: Actor | None, row: Mapping[Any, Any], host: Move | None
) -> frozenset[str]:
    """The roles in which the actor stands to this case. A host or a timer needs none; a stranger is not told."""
    if host is not None or actor is None:
        return frozenset()
    roles = standing.roles_on(tx, definition, actor, row)
    if not roles:
        raise NotHere
    return roles


def _body(move: Move) -> dict[str, Any]:
    """What the journal keeps of an act: codes and salted hashes, never a person's data or free text."""
    body: dict[str, Any] = {**move.notes}
    if move.host is not None:
        body["host"] = move.host["id"]
    return body


use_door(move_member)
