"""What the decisions on a case would say if one thing were different: its footprint, or an entry that it has taken over.

Nothing is written, and nothing is decided: what a decision said once stands until somebody lets it decide again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deciding, dossier, footprint_values, lines, paths, register_lookup, show
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.words import Message
from caseflow.workflow import lookups
from caseflow.workflow.decisions import Decision
from caseflow.workflow.definition import Definition
from caseflow.workflow.expressions import tokens_of
from caseflow.workflow.procedure import Action
from caseflow.workflow.report import FOOTPRINT

_FIGURE = "recomputed"
_OF_CASE = "case."


@dataclass(frozen=True, slots=True)
class Outcome:
    """One output of a decision: what it said when it decided, and what it would say now by the parameters in force."""

    decision: str
    title: show.Pair
    before: show.Pair
    after: show.Pair | None
    why: Message | None = None
    """Why the decision would say nothing."""

    @property
    def changes(self) -> bool:
        return self.after != self.before


def with_footprint(tx: Connection, ground: Ground, row: Mapping[Any, Any], total: float) -> list[Outcome]:
    """Every decision that has decided on the footprint, were it ``total`` kgCO2e per functional unit.

    ``row`` are the columns of the case.
    """
    figures = footprint_values.of_case(tx, row["id"]) | {_FIGURE: footprint_values.figure(total)}
    return _suppose(tx, ground, row, f"{FOOTPRINT}.{_FIGURE}", figures=figures)


def with_entry(
    tx: Connection, ground: Ground, row: Mapping[Any, Any], store: str, standing: Mapping[str, Any]
) -> list[Outcome]:
    """Every decision that has decided on what stands in ``store``, were it taken from the entry ``standing``."""
    return _suppose(tx, ground, row, store, taken={store: register_lookup.kept_of(standing)})


def stores(definition: Definition, facts: Mapping[str, Any], register: str, number: str) -> list[str]:
    """The stores in which a case keeps what it took from the entry of a register with this number."""
    taken = lookups.takes(definition)
    return [name for name, of in taken.items() if of == register and (facts.get(name) or {}).get("number") == number]


def _suppose(
    tx: Connection,
    ground: Ground,
    row: Mapping[Any, Any],
    changed: str,
    *,
    figures: dict[str, str] | None = None,
    taken: Mapping[str, dict[str, Any]] | None = None,
) -> list[Outcome]:
    loaded, at = ground.definition(tx, row["definition_id"]), clock.now()
    facts = dossier.facts(tx, ground, row)
    touched, decided = {changed}, dict[str, dict[str, Any]]()
    found: list[Outcome] = []
    for decision in loaded.definition.decisions.values():
        action = _deciding(loaded.definition, decision.id)
        if action is None or decision.id not in facts or not _rests_on(decision, touched):
            continue
        given = paths.given(action, facts.get(action.store or action.id))
        answers = given[-1] if action.asks and given else {}
        # The parameters of today count: so it would be decided if somebody let it decide now.
        move = Move(tx, ground, loaded, {**row, "moved_at": at}, action, None, "", at, "", answers)
        move.taken.update(taken or {})
        move.decided.update(decided)
        if figures is not None:
            move.suppose(figures)
        said = deciding.said(move, decision.id)
        outputs = said.outputs if not isinstance(said, Message) else {}
        decided[decision.id] = {**facts[decision.id], **outputs}
        touched.add(decision.id)
        for output in decision.outputs.values():
            before = lines.text(tx, ground, output, facts[decision.id].get(output.id))
            after = lines.text(tx, ground, output, outputs.get(output.id)) if not isinstance(said, Message) else None
            why = said if isinstance(said, Message) else None
            found.append(Outcome(decision.id, show.pair(output.label), before, after, why))
    return found


def _deciding(definition: Definition, decision_id: str) -> Action | None:
    """The first act with which a decision decides."""
    for state in definition.states:
        for action in definition.actions_in(state):
            routed = action.route is not None and action.route.by.partition(".")[0] == decision_id
            if routed or any(call.name == "decide" and call.argument == decision_id for call in action.then):
                return action
    return None


def _rests_on(decision: Decision, touched: set[str]) -> bool:
    return any(path == one or path.startswith(f"{one}.") for path in _reads(decision) for one in touched)


def _reads(decision: Decision) -> Iterator[str]:
    """The paths of everything that a decision reads."""
    for column in decision.inputs.values():
        if column.value is not None:
            yield column.value
        for token in tokens_of(column.check or ""):
            if token.kind == "path":
                yield token.text.removeprefix(_OF_CASE)
