"""Trying oneself on the sample cases of a panel before the own sheets: private, compared with the marks given, never counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import dossier, ranking, scores
from caseflow.cases.dossier import DraftChanged
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.cases.registry import GUARDS, guard
from caseflow.evaluation.calibration import Calibration, calibrate
from caseflow.evaluation.sheets import Sheet
from caseflow.words import Message, Refused
from caseflow.workflow.panel import Example, Panel


def given(
    tx: Connection, ground: Ground, case_id: int, panel_id: str, panel: Panel, person_id: int
) -> dict[str, dict[str, int]]:
    """The marks that a person gave last, by sample case; those not tried yet are not in it."""
    found = {}
    for example_id in panel.examples:
        version, values = dossier.read_draft(tx, ground, case_id, _part(panel_id, example_id), _owner(person_id))
        if version:
            found[example_id] = {str(name): int(mark) for name, mark in values.items()}
    return found


def keep(
    tx: Connection, ground: Ground, case_id: int, panel_id: str, example: Example, marks: Mapping[str, int], by: int
) -> None:
    """Keep the marks that a person gave a sample case; trying again replaces them, also where both come at once."""
    place = (tx, ground, case_id, _part(panel_id, example.id), _owner(by))
    version, _ = dossier.read_draft(*place)
    try:
        dossier.save_draft(*place, dict(marks), version, by)
    except DraftChanged as changed:
        dossier.save_draft(*place, dict(marks), changed.version, by)


def read(panel: Panel, example: Example, typed: Mapping[str, Any]) -> dict[str, int]:
    """The marks of a practice sheet: one for each criterion that the sample case was marked on.

    Raises:
        Refused: a mark is missing or out of range; the reasons name the input ``mark-<criterion>``.
    """
    against = [
        Message(one.key, {**one.values, "input": f"mark-{criterion}"})
        for criterion in asked(panel, example)
        for one in scores.against_mark(panel.rubric[criterion], typed.get(criterion))
    ]
    if against:
        raise Refused(*against)
    return {criterion: int(str(typed[criterion])) for criterion in asked(panel, example)}


def asked(panel: Panel, example: Example) -> list[str]:
    """The criteria that a sample case is marked on, in the order of the rubric."""
    return [name for name in panel.rubric if name in example.marks]


def compared(panel: Panel, example: Example, marks: Mapping[str, int], person_id: int) -> Calibration:
    """How far the own marks lie from those that the sample case was given."""
    scheme = ranking.scheme_of(panel)
    tried = tuple(one for one in scheme.criteria if one.id in asked(panel, example))
    return calibrate(Sheet(person_id, marks), example.marks, replace(scheme, criteria=tried))


@guard(GUARDS, "panel")
def examples_practised(move: Move, panel_id: str) -> list[Message]:
    """The expert has tried every sample case of the panel before the own sheets."""
    panel = move.definition.panels[panel_id]
    done = given(move.tx, move.ground, move.case["id"], panel_id, panel, move.seat_holder)
    left = len(panel.examples) - len(done)
    return move.refuse("guards.examples_left", left=left) if left else []


def _part(panel_id: str, example_id: str) -> str:
    return f"practice.{panel_id}.{example_id}"


def _owner(person_id: int) -> str:
    return f"person:{person_id}"
