"""The discussion of a panel: scores changed with a reason, remarks, and outlying scores asked for theirs.

Nothing of it happens while anybody may still score: a question about an outlier would tell the others' marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import members, panel_signatures, panels, ranking, remarks, scores, telling
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, GUARDS, effect, everything, guard
from caseflow.evaluation.diagnostics import Outlier, outliers
from caseflow.evaluation.table import totals
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.panel import Panel

SAID_OF_CASES = frozenset({"remark", "ask_outlier", "answer_outlier", "draft_opinion", "sign_panel"})
"""Effects that take what their form says of each case."""
_TALKING = SAID_OF_CASES | {"change_score"}


def is_open(definition: Definition, state: str, panel_id: str) -> bool:
    """Whether a panel discusses or signs where a case stands: something may be said there, and nobody scores."""
    here = {
        call.name for action in definition.actions_in(state) for call in action.then if str(call.argument) == panel_id
    }
    return bool(here & _TALKING) and "score_member" not in here


def reach(move: Move, panel_id: str) -> list[int]:
    """The cases of which the person who acts may say something: of an expert those whose own sheet is in."""
    if move.role != move.definition.panels[panel_id].role:
        return [row["id"] for row in members.rows(move.tx, move.case["id"])]
    return of_expert(move.tx, move.case["id"], panel_id, move.seat_holder)


def of_expert(tx: Connection, case_id: int, panel_id: str, person_id: int) -> list[int]:
    """The cases that are open to an expert in the discussion: no own interest, and the own sheet is in."""
    seat = panels.seat_of(tx, case_id, panel_id, person_id)
    if seat is None or seat["reserve"]:
        return []
    scored = {row["member_case_id"] for row in scores.newest(tx, case_id, panel_id, person_id=person_id)}
    return [number for number in panels.before(tx, case_id, panel_id, person_id) if number in scored]


def said(move: Move, panel_id: str) -> dict[int, str]:
    """What the form says, case by case.

    Raises:
        Refused: nothing was said, or something of a case that is not open to who said it.
    """
    found = remarks.told(move)
    if not found:
        raise Refused(Message("discussion.nothing_said"))
    if not set(found) <= set(reach(move, panel_id)):
        raise Refused(Message("panels.no_such_member"))
    return found


def outlying(tx: Connection, panel: Panel, case_id: int) -> tuple[Outlier, ...]:
    """The scores that lie further from the others' median than the panel allows, the furthest first."""
    if panel.outlier is None:
        return ()
    given = {number: ranking.sheets_of(tuple(rows)) for number, rows in scores.valid(tx, case_id, panel.id).items()}
    return outliers(totals(given, ranking.scheme_of(panel)), panel.outlier.over)


def waiting(tx: Connection, panel: Panel, case_id: int) -> list[tuple[int, int]]:
    """The outlying scores, as case and expert, that were not asked for their reason, or have not given it."""
    found = remarks.rows(tx, case_id, panel.id)
    answered = {(row["member_case_id"], row["person_id"]) for row in found if row["kind"] == "answer"}
    return [(one.case, one.expert) for one in outlying(tx, panel, case_id) if (one.case, one.expert) not in answered]


def is_chair(move: Move, panel_id: str) -> bool:
    """Whether the person who acts leads the panel."""
    seat = panels.seat_of(move.tx, move.case["id"], panel_id, move.seat_holder)
    return seat is not None and seat["chair"] and not seat["reserve"]


def not_yet(move: Move, panel_id: str) -> list[Message]:
    """Why nothing can be said of a case here."""
    against = [] if is_open(move.definition, move.case["state"], panel_id) else move.refuse("discussion.scoring")
    if move.role == move.definition.panels[panel_id].role:
        seat = panels.seat_of(move.tx, move.case["id"], panel_id, move.seat_holder)
        against += move.refuse("guards.not_seated") if seat is None or seat["reserve"] else []
    return against


def _may_not_ask(move: Move, panel_id: str) -> list[Message]:
    expert = move.role == move.definition.panels[panel_id].role
    return not_yet(move, panel_id) or (
        move.refuse("opinion.not_chair") if expert and not is_chair(move, panel_id) else []
    )


@effect(EFFECTS, "panel", against=not_yet, asked_first=True, apart=everything)
def change_score(move: Move, panel_id: str) -> None:
    """Keep a changed score sheet of one case with the reason, once the own one is in."""
    given = next((move.answers.get(one.id) for one in move.action.asks.values() if one.type == "score_sheet"), None)
    if not given:
        raise Refused(Message("panels.no_sheet"))
    if int(given.get("member") or 0) not in of_expert(move.tx, move.case["id"], panel_id, move.seat_holder):
        raise Refused(Message("discussion.no_own_sheet"))
    scores.give(move, panel_id, given, "discussion")
    panel_signatures.ask_anew(move, panel_id)


@effect(EFFECTS, "panel", against=not_yet, asked_first=True, apart=everything)
def remark(move: Move, panel_id: str) -> None:
    """Keep what the person says of one or more cases in the discussion."""
    for member_id, text in said(move, panel_id).items():
        remarks.add(move, panel_id, "remark", member_id, text)


@effect(EFFECTS, "panel", against=_may_not_ask, asked_first=True, apart=everything)
def ask_outlier(move: Move, panel_id: str) -> None:
    """Ask those whose score of a case lies far from the others' for its reason; of experts only the chair may."""
    panel, texts = move.definition.panels[panel_id], said(move, panel_id)
    found = remarks.rows(move.tx, move.case["id"], panel_id)
    asked = {(row["member_case_id"], row["to_person_id"]) for row in remarks.open_questions(found)}
    far = [(one.case, one.expert) for one in outlying(move.tx, panel, move.case["id"])]
    for member_id, text in texts.items():
        people = [expert for number, expert in far if number == member_id and (number, expert) not in asked]
        if not people:
            raise Refused(Message("discussion.not_outlying", {"number": _numbers(move)[member_id]}))
        for person_id in people:
            remarks.add(move, panel_id, "question", member_id, text, person_id)
            once = f"{move.request_key}/outlier/{member_id}"
            values = {"number": move.row["number"] or "", "title": move.row["title"]}
            telling.tell_person(
                move.tx, move.row, person_id, Message("inbox.outlier_asked", values), key=once, kind="desk"
            )


@effect(EFFECTS, "panel", against=not_yet, asked_first=True, apart=everything)
def answer_outlier(move: Move, panel_id: str) -> None:
    """Give the reason of an outlying score to who asked for it."""
    found = remarks.rows(move.tx, move.case["id"], panel_id)
    asked = {row["member_case_id"] for row in remarks.open_questions(found, move.seat_holder)}
    for member_id, text in said(move, panel_id).items():
        if member_id not in asked:
            raise Refused(Message("discussion.not_asked"))
        remarks.add(move, panel_id, "answer", member_id, text)


@guard(GUARDS, "panel")
def own_sheets_in(move: Move, panel_id: str) -> list[Message]:
    """Every expert has given a sheet of every case that is before that expert; of an expert who acts, the own ones."""
    if move.role == move.definition.panels[panel_id].role:
        owed = scores.owed_by(move.tx, move.case["id"], panel_id, move.seat_holder)
        return move.refuse("discussion.own_owed", count=len(owed)) if owed else []
    names = [
        seat["name"]
        for seat in panels.seats(move.tx, move.case["id"], panel_id)
        if not seat["reserve"] and scores.owed_by(move.tx, move.case["id"], panel_id, seat["person_id"])
    ]
    return move.refuse("discussion.sheets_owed", names=names) if names else []


@guard(GUARDS, "panel")
def outliers_answered(move: Move, panel_id: str) -> list[Message]:
    """Everybody whose score lies far from the others' was asked for its reason and gave it."""
    panel, numbers, mine = move.definition.panels[panel_id], _numbers(move), set(reach(move, panel_id))
    sitting = {seat["person_id"] for seat in panels.seats(move.tx, move.case["id"], panel_id)}
    found = remarks.rows(move.tx, move.case["id"], panel_id)
    asked = {row["member_case_id"] for row in remarks.open_questions(found) if row["to_person_id"] in sitting}
    silent = {number for number, _ in waiting(move.tx, panel, move.case["id"])} | asked
    told = [numbers[number] for number in numbers if number in silent & mine]
    return move.refuse("discussion.outliers_open", numbers=told) if told else []


def _numbers(move: Move) -> Mapping[int, Any]:
    return {row["id"]: row["number"] for row in members.rows(move.tx, move.case["id"])}
