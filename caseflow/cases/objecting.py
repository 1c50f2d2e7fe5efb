"""Objections of applicants where an officer names the experts: who is objected to sits only over a decision with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from caseflow.cases import draw_statements, members
from caseflow.cases.move import Move
from caseflow.words import Message
from caseflow.workflow.panel import Panel

DISMISSED = "dismissed"
"""The question under which an act that seats experts asks why objections to them are not heard."""


def objected(move: Move, panel: Panel, people: Mapping[int, str]) -> dict[int, list[int]]:
    """By person the cases whose applicants object to somebody of that name; ``people`` are names by person."""
    if panel.objections is None:
        return {}
    rows = [{"person_id": number, "name": name} for number, name in people.items()]
    who = {str(number): str(number) for number in people}
    found: dict[int, set[int]] = {}
    inside = members.rows(move.tx, move.case["id"])
    for one in draw_statements.raised(move, panel.objections, rows, inside, who):
        found.setdefault(int(one.person), set()).add(int(one.case))
    return {person: sorted(cases) for person, cases in sorted(found.items())}


def undecided(move: Move, panel: Panel, people: Mapping[int, str]) -> list[Message]:
    """What stands against seating these people: an objection to each that nobody has decided.

    With the reason under ``dismissed`` it is decided: the journal names who was seated over which objections, and the
    reason is sealed with the answers of the act. Where each case goes to some of the panel only, the objection keeps
    the expert off that case (see :mod:`~caseflow.cases.draw_facts`), and off no other.
    """
    if panel.assign is not None and "raised" in panel.avoid:
        return []
    found = objected(move, panel, people)
    if not found:
        return []
    if str(move.answers.get(DISMISSED) or "").strip():
        move.notes["objections_dismissed"] = [
            {"person": person, "member": case} for person, cases in found.items() for case in cases
        ]
        return []
    called = {row["id"]: row["number"] or row["title"] for row in members.rows(move.tx, move.case["id"])}
    against = []
    for person, cases in found.items():
        values = {"name": people[person], "numbers": [called[one] for one in cases]}
        if DISMISSED in move.action.asks:
            against.append(Message("panels.objected_undecided", {**values, "input": DISMISSED}))
        else:
            against.append(Message("panels.objected", values))
    return against
