"""Decision tables of a case as people read them: every row, the one that hit lit, and why the others did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from caseflow.cases import deciding
from caseflow.cases.view import View
from caseflow.workflow.deciding import Decided, shown, shown_cell, tables, title_of, value_of
from caseflow.workflow.decisions import Decision
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field

Pair = dict[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    number: int
    cells: tuple[Pair, ...]
    results: tuple[Pair, ...]
    basis: str
    hit: bool
    against: Pair | None
    """The first input that does not fit; none where the row fits."""


@dataclass(frozen=True, slots=True)
class Card:
    """A decision as it was made."""

    title: Pair
    basis: str
    hit: str
    columns: tuple[Pair, ...]
    values: tuple[Pair, ...]
    """What each input was."""
    outputs: tuple[Pair, ...]
    results: tuple[Pair, ...]
    lines: tuple[Line, ...]


def of_case(view: View) -> list[Card]:
    """The decisions made on a case, as far as its reader may know on what they rest."""
    facts = view.facts()
    found = []
    for decision in view.definition.decisions.values():
        said = deciding.shown(view.definition, facts, decision.id)
        if said is not None:
            found.append(_card(view.definition, decision, said, facts[decision.id]["inputs"]))
    return found


def _card(definition: Definition, decision: Decision, said: Decided, given: dict[str, Any]) -> Card:
    columns = decision.inputs.values()
    domains = tables(definition)[decision.id].domains
    values = tuple(
        shown(definition, one, value)
        if (value := value_of(domains[one.id], given.get(one.id))) is not None
        else _bare("—")
        for one in columns
    )
    lines = tuple(
        Line(
            one.number,
            tuple(shown_cell(definition, column, one.row.when.get(column.id)) for column in columns),
            tuple(_result(output, one.row.then.get(output.id)) for output in decision.outputs.values()),
            one.row.basis or "",
            one.number in said.rows,
            title_of(definition, decision.inputs[one.against]) if one.against is not None else None,
        )
        for one in said.told
    )
    results = tuple(_result(output, said.outputs.get(output.id)) for output in decision.outputs.values())
    titles = tuple(title_of(definition, one) for one in columns)
    outputs = tuple(_pair(one.label) for one in decision.outputs.values())
    return Card(_pair(decision.title), decision.basis, decision.hit, titles, values, outputs, results, lines)


def _result(output: Field, value: Any) -> Pair:
    """An output in words; of several their list."""
    if isinstance(value, list):
        each = [_result(output, one) for one in value]
        return {"zh": "、".join(one["zh"] for one in each) or "—", "en": ", ".join(one["en"] for one in each) or "—"}
    if isinstance(value, bool):
        return {"zh": "是" if value else "否", "en": "yes" if value else "no"}
    choice = output.choices.get(value) if isinstance(value, str) else None
    return _pair(choice.title) if choice is not None else _bare("—" if value is None else str(value))


def _pair(text: Any) -> Pair:
    return {"zh": text.zh, "en": text.en}


def _bare(text: str) -> Pair:
    return {"zh": text, "en": text}
