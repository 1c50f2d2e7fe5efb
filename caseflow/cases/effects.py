"""Everything that a workflow may name in ``then``: rows written in the same transaction as the act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from caseflow.cases import (
    dossier,
    letters,
    members,
    numbers,
    panel_results,
    panel_signatures,
    panels,
    paths,
    quotas,
    remarks,
    scores,
    telling,
)
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, effect
from caseflow.words import Message, Refused
from caseflow.workflow.procedure import Action
from caseflow.workflow.proof.pairs import STAY

MoveMember = Callable[[Move, int, str, dict[str, Any]], Any]
_door: list[MoveMember] = []


def use_door(move_member: MoveMember) -> None:
    """The door hands itself in, so that members are moved through it and no circle of imports arises."""
    _door[:] = [move_member]


@effect(EFFECTS)
def number_case(move: Move, _: Any) -> None:
    """Give the case its number, once."""
    if move.case["number"] is None:
        number = numbers.next_number(move.tx, move.definition, move.case["authority_id"], move.at)
        move.changes["number"] = number
        move.notes["number"] = number


@effect(EFFECTS, "letter")
def issue(move: Move, letter_id: str) -> None:
    """Write a letter of the workflow and put it into the case and the inbox."""
    letters.issue(move, letter_id)


@effect(EFFECTS, "quota", alters=True)
def hold(move: Move, quota_id: str) -> None:
    """Take a place under the ceiling; refuses when none is left."""
    quotas.take(move, quota_id)


@effect(EFFECTS, "quota", alters=True)
def count(move: Move, quota_id: str) -> None:
    """Count the case under a ceiling that only warns."""
    quotas.take(move, quota_id)


@effect(EFFECTS, "quota", alters=True)
def commit(move: Move, quota_id: str) -> None:
    """Make the held place final."""
    quotas.commit(move, quota_id)


@effect(EFFECTS, "quota", alters=True)
def release(move: Move, quota_id: str) -> None:
    """Give the place back, if one is held."""
    quotas.release(move, quota_id)


@effect(EFFECTS, "members", alters=True)
def members_(move: Move, argument: Any) -> None:
    """Act on every included case through the one door: all, or none."""
    rows = sorted(members.rows(move.tx, move.case["id"]), key=lambda row: int(row["id"]))
    only_in = argument.get("only_in") if isinstance(argument, dict) else None
    opinions = remarks.of_panels(move)
    for row in rows:
        if only_in is not None and row["state"] != only_in:
            continue  # it stands elsewhere by now: held back, withdrawn
        own = members.said_of(move.facts, row) | opinions.get(row["id"], {})
        action = _member_act(argument, own)
        if action is not None:
            _door[0](move, row["id"], action, own)


@effect(EFFECTS, alters=True)
def include_members(move: Move, _: Any) -> None:
    """Take in the cases named in the form; all that may be, where it names none."""
    named = _named(move)
    rule = move.definition.members
    if named is None and rule is not None:
        named = [row["id"] for row in members.eligible(move.tx, rule, move.case)]
    members.include(move, named or [])


@effect(EFFECTS, alters=True)
def exclude_members(move: Move, _: Any) -> None:
    """Take the cases named in the form out again."""
    members.exclude(move, _named(move) or [])


@effect(EFFECTS, alters=True)
def order_members(move: Move, _: Any) -> None:
    """Put the cases in the order of the form."""
    members.order(move, _named(move) or [])


@effect(EFFECTS, alters=True)
def record_results(move: Move, _: Any) -> None:
    """Keep with each case what the form said of it."""
    for question in move.action.asks.values():
        if question.type != "members":
            continue
        said = move.answers.get(question.id) or {}
        for row in members.rows(move.tx, move.case["id"]):
            given = said.get(str(row["id"]), {})
            open_part = {name: value for name, value in given.items() if not paths.is_sealed(question.columns[name])}
            members.say(move.tx, row["member_id"], row["data"], open_part)


@effect(EFFECTS, alters=True)
def finish_members(move: Move, _: Any) -> None:
    """Let the cases go: this procedure is over for them."""
    members.finish(move.tx, move.case["id"])


@effect(EFFECTS, "panel", alters=True)
def seat_experts(move: Move, panel_id: str) -> None:
    """Seat the experts named in the form: the first as chair, those past the size as reserves.

    Somebody to whom an applicant objects sits only where the form asks ``dismissed`` and says why that is not heard.
    """
    people = next((move.answers.get(one.id) or [] for one in move.action.asks.values() if one.type == "people"), [])
    panels.place(move, panel_id, [int(one) for one in people])


@effect(EFFECTS, "panel")
def sign_pledges(move: Move, panel_id: str) -> None:
    """The expert accepts the pledges of the panel."""
    panels.pledge(move, panel_id)


def _of_each_case(action: Action) -> list[str]:
    return [one.id for one in action.asks.values() if one.type == "members"]


@effect(EFFECTS, "panel", apart=_of_each_case)
def declare_interest(move: Move, panel_id: str | None) -> None:
    """Keep what the person says of an own interest: an expert for each case, an officer for this one."""
    if panel_id:
        said = next((move.answers.get(one.id) or {} for one in move.action.asks.values() if one.type == "members"), {})
        panels.declare(move, said)
        return
    panels.declare_own(
        move, conflict=move.answers.get("conflict") is True, ground=str(move.answers.get("ground") or "")
    )


@effect(EFFECTS, "panel")
def score_member(move: Move, panel_id: str) -> None:
    """Keep the expert's score sheet of one case, or that the expert abstains from it."""
    given = next((move.answers.get(one.id) for one in move.action.asks.values() if one.type == "score_sheet"), None)
    if not given:
        raise Refused(Message("panels.no_sheet"))
    scores.give(move, panel_id, given, "own")


@effect(EFFECTS, "panel", alters=True)
def rank_members(move: Move, panel_id: str) -> None:
    """Work out score and place of every case, and keep them with it and with the sheets that they came from.

    Whoever signed what has changed by it owes the signature again.
    """
    panel_results.keep(move, panel_id)
    panel_signatures.ask_anew(move, panel_id)


@effect(EFFECTS, "notify")
def notify(move: Move, argument: dict[str, Any]) -> None:
    """Tell a role of this case, in its inbox and by mail where the person wishes it."""
    values = {"text": argument["text"], "number": _number(move)}
    told = move.notes.setdefault("told", [])
    telling.tell(
        move.tx,
        move.definition,
        move.row,
        argument["role"],
        Message("inbox.notice", values),
        key=f"{move.request_key}/{len(told)}",
        legal=telling.has_consequences(move.definition, move.action),
    )
    told.append(argument["role"])


@effect(EFFECTS)
def copy_given(move: Move, _: Any) -> None:
    """Keep in the case what the procedure over many cases said of it, as answers to the questions of this act."""
    given = {name: move.given[name] for name in move.action.asks if move.given.get(name) is not None}
    kept = dossier.keep_facts(move.tx, move.ground, move.case, move.store, move.action.asks, given)
    move.changes["facts"] = {**move.case["facts"], **move.changes.get("facts", {}), move.store: kept}
    move.answers = {**move.answers, **given}
    move.notes["given"] = kept


def _named(move: Move) -> list[int] | None:
    """The case ids of the first ``members`` question; a mapping by id keeps its order."""
    for question in move.action.asks.values():
        if question.type == "members":
            said = move.answers.get(question.id)
            return [int(one) for one in said] if said else None
    return None


def _member_act(argument: Any, own: dict[str, Any]) -> str | None:
    """The act for one case: one for all, or by what was said of it."""
    if isinstance(argument, str):
        return argument
    if "act" in argument:
        return str(argument["act"])
    action = argument["acts"].get(str(own.get(str(argument["by"]).split(".")[-1])))
    return None if action == STAY else action


def _number(move: Move) -> str:
    return str(move.changes.get("number") or move.case["number"] or "")
