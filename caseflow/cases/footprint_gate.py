"""What a workflow may ask of the recomputed footprint, and have done with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from caseflow.cases import findings, footprint_context
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, GUARDS, effect, guard
from caseflow.footprint.gate import Gate
from caseflow.studies import recompute, store
from caseflow.studies.recompute import StoredResult
from caseflow.studies.store import StoredStudy
from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Calculates


def rule_here(definition: Definition, state: str, occasion: str = "") -> Calculates | None:
    """By what the footprint is judged in a state: its own rule, else that of the step that calculated last, else the
    first of the workflow.
    """
    for name in (state, occasion):
        found = definition.states.get(name)
        if found is not None and found.calculates is not None:
            return found.calculates
    return next((one.calculates for one in definition.states.values() if one.calculates is not None), None)


@guard(GUARDS)
def footprint_gate(move: Move, _: Any) -> list[Message]:
    """No finding of the reviewer's checks that blocks here stands against the footprint as it is now filed."""
    filed = store.latest_study(move.tx, move.case["id"])
    newest = recompute.latest_result(move.tx, move.case["id"])
    written = rule_here(move.definition, move.case["state"], newest.occasion if newest else "")
    if written is None:
        return []
    if filed is None:
        return move.refuse("findings.footprint_required") if written.footprint == "required" else []
    judged = _judged(move, filed, newest, written)
    return [
        Message("guards.footprint", {"check": one.check, "what": one.message, "do": one.advice})
        for one in judged.blockers
    ]


@effect(EFFECTS, alters=True)
def recalculate(move: Move, _: Any) -> None:
    """Recompute the footprint as it is now filed, keep the result, and note what is off."""
    newest = recompute.latest_result(move.tx, move.case["id"])
    written = rule_here(move.definition, move.case["state"], newest.occasion if newest else "")
    if written is not None:
        findings.recompute(move, move.row, written)


def _judged(move: Move, filed: StoredStudy, newest: StoredResult | None, written: Calculates) -> Gate:
    """The newest result with what is accepted by now; where the study or the rule is another one, what it would be."""
    rule = findings.rule_of(written)
    if newest is not None and newest.study_id == filed.id and newest.rule == rule.as_json():
        return findings.standing(move.tx, move.ground.keys, move.case["id"], newest)
    about = footprint_context.context(move.tx, move.ground, move.row, filed.study, requires=rule.requires)
    # No finding rests on a simulation, and a page asks this too.
    computed = recompute.compute(filed.study, store.stored_shelf(move.tx), replace(rule, draws=0), about)
    return findings.judged(move.tx, move.ground.keys, move.case["id"], computed.body, rule)
