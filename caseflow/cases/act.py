"""The one door. A case changes here and nowhere else.

role → offered here? → answers valid → all guards (every reason) → move → journal → effects as rows → timers.
The caller owns the transaction; all of it is committed, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import (
    deadlines,
    desk_acts,
    dossier,
    duties,
    entry,
    filing,
    findings,
    guards,
    members,
    signing,
    standing,
    taken,
    tasks,
    warnings,
)
from caseflow.cases.effects import use_door
from caseflow.cases.entry import NotHere, Outcome
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.move import Move
from caseflow.cases.vocabulary import effect_of
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.words import Message, Refused
from caseflow.workflow import machine
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Action


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
        return _sign(tx, ground, loaded, actor, row, action_id, answers, request_key, roles)
    if action_id == findings.ACT:
        return _answer_finding(tx, ground, loaded, actor, row, answers, request_key, roles)
    if action_id == filing.ACT:
        move = Move(tx, ground, loaded, row, filing.ACTION, actor, "", clock.now(), request_key)
        return record(move, filing.record(move, answers, roles))
    if action_id in desk_acts.ACTS:
        move = Move(tx, ground, loaded, row, desk_acts.ACTS[action_id], actor, "", clock.now(), request_key)
        return record(move, desk_acts.run(move, answers, roles))
    action = loaded.definition.action(row["state"], action_id)
    if action is None:
        raise Refused(guards.not_offered(loaded.definition, row, action_id))
    role = standing.acting_role(loaded.definition, row["state"], action, roles, host)
    if role is None:
        raise Refused(
            Message("act.not_yours", {"action": _pair(action), "roles": _who(loaded.definition, row, action)})
        )
    move = Move(
        tx, ground, loaded, row, action, actor, role, clock.now(), request_key,
        host=host.case if host else None, given=given or {},
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
    target = machine.target(definition, case["state"], action.id, case["origin"])
    if move.answers:
        _keep_answers(move)
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
    written = entry.write(move, act=action.id, to_state=target, body=_body(move))
    if moves and state.calculates is not None:
        findings.recompute(move, written, state.calculates)
    return Outcome(case["id"], action.id, target, written["number"], written["version"])


def _keep_answers(move: Move) -> None:
    """Keep what the form was answered with, in place of earlier answers or as one more entry beside them."""
    tx, case, action, known = move.tx, move.case, move.action, move.case["facts"]
    under = move.entry if action.appends else None
    kept = dossier.keep_facts(tx, move.ground, case, move.store, action.asks, move.answers, under=under)
    stored = {**known.get(move.store, {}), under: kept} if under is not None else kept
    move.changes["facts"] = {**known, move.store: stored}
    move.notes["answers"] = kept
    # While the case stays where it is, others go on typing their own answers to the same act.
    typed_by = move.typed_by or (move.actor.person_id if move.actor else None)
    own = f"person:{typed_by}" if typed_by and action.to is None else None
    dossier.drop_drafts(tx, case["id"], f"act.{action.id}", own)


def _settle(move: Move, target: str) -> None:
    """Close what was owed where the case stood, open what is owed where it goes."""
    row = move.row
    kept = signing.go_along(move, target)
    tasks.leave(move.tx, row, move.action.id, move.at)
    move.changes["due_on"] = deadlines.move(move, row, target)
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


def _sign(
    tx: Connection,
    ground: Ground,
    loaded: Loaded,
    actor: Actor | None,
    row: Mapping[Any, Any],
    act: str,
    answers: Mapping[str, Any],
    request_key: str,
    roles: frozenset[str],
) -> Outcome:
    """A signer signs or sends back; the last signature carries the act out after its guards were asked again."""
    waiting = signing.waiting(tx, row["id"])
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
    complete = signing.sign(move, pending, act, answers, roles)
    if complete:
        reasons = guards.reasons(move)
        if reasons:
            raise Refused(*reasons)
        move.notes |= {"phase": "signed", "proposal": pending["id"]}
        return _carry_out(move)
    written = entry.write(move, act=act, to_state=row["state"], body={"phase": act, "proposal": pending["id"]})
    return Outcome(row["id"], act, row["state"], written["number"], written["version"])


def _answer_finding(
    tx: Connection,
    ground: Ground,
    loaded: Loaded,
    actor: Actor | None,
    row: Mapping[Any, Any],
    answers: Mapping[str, Any],
    request_key: str,
    roles: frozenset[str],
) -> Outcome:
    """The holder answers what a warning or the recomputation found."""
    holder = loaded.definition.states[row["state"]].holder
    if actor is None or holder is None or holder not in roles:
        raise Refused(Message("findings.holder_only"))
    at = clock.now()
    body = findings.answer(tx, row["id"], answers, actor.person_id, at)
    move = Move(tx, ground, loaded, row, findings.ACTION, actor, holder, at, request_key)
    written = entry.write(move, act=findings.ACT, to_state=row["state"], body=body)
    return Outcome(row["id"], findings.ACT, row["state"], written["number"], written["version"])


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


def _pair(action: Action) -> dict[str, str]:
    return {"zh": action.title.zh, "en": action.title.en}


def _who(definition: Definition, row: Mapping[Any, Any], action: Action) -> list[dict[str, str]]:
    """The titles of the roles that may do what this person may not."""
    titles = (definition.roles[role].title for role in definition.by(row["state"], action))
    return [{"zh": title.zh, "en": title.en} for title in titles]


use_door(move_member)
