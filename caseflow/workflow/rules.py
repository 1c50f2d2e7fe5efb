"""The conditions of a definition, compiled once and held against the values of a case.

A condition holds only where CEL answers BOOL True. A value that is missing, or cannot be compared, is a refusal
that names the field; nothing is taken for true because it could not be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.expressions import Expression, Wrong, compile_expression
from caseflow.workflow.form import Field, FieldType
from caseflow.workflow.kept import kept
from caseflow.workflow.operators import Kind
from caseflow.workflow.parameters import PREFIX
from caseflow.workflow.parts import Check, Text
from caseflow.workflow.problems import Finding, Place
from caseflow.workflow.procedure import Action
from caseflow.workflow.readings import answer
from caseflow.workflow.report import FOOTPRINT, SERVED, beside, gathered, paths, served

Names = dict[str, tuple[Kind, int | None]]

_KINDS: dict[FieldType, Kind] = {
    "boolean": "boolean", "date": "date", "integer": "integer", "decimal": "decimal", "choices": "texts",
    "people": "texts", "files": "texts", "field_comments": "texts", "table": "texts", "members": "texts",
    "each_row": "texts", "dossier_fields": "texts",
}  # fmt: skip
_LISTS: dict[Kind, Kind] = {
    "text": "texts", "integer": "integers", "decimal": "decimals", "date": "dates", "boolean": "booleans",
}  # fmt: skip
_ENTRY = ("number", "status")
"""What a condition reads of the case's own entry in a register; nothing where it has none."""
_SETTINGS: dict[str, Kind] = {"integer": "integer", "decimal": "decimal", "boolean": "boolean", "date": "date"}
_NESTED = ("checklist", "score_sheet", "each_row")
CASE_NAMES: Names = {
    "today": ("date", None), "round.code": ("text", None), "round.opens": ("date", None), "round.closes": ("date", None),
    "round.municipal_closes": ("date", None), "organisation": ("text", None), "prefecture": ("text", None),
    "number": ("text", None),
}  # fmt: skip
"""What a condition may read besides answers. ``organisation`` and ``prefecture`` are the codes of offices; an applicant
has none."""
OF_TESTS: Place = ("tests",)
"""The owner of the conditions in a definition's own tests."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Every condition of one definition by the part that it belongs to and its text."""

    found: Mapping[tuple[Place, str], Expression]
    labels: Mapping[str, Text]
    stores: frozenset[str] = frozenset()
    """The stores whose answers are gathered: without an entry they are empty, not missing."""

    def holds(self, action: Action, check: Check, values: Mapping[str, Any], *, state: str | None) -> Message | None:
        """Nothing where a condition of an action holds; else why not.

        ``values`` is nested: ``dossier`` ``{section: {field: value}}``, ``asks``, ``case`` ``{store: {field:
        value}}``, ``round``, ``today`` and the names in ``CASE_NAMES``; dates are ``date`` or ISO texts,
        decimals ``Decimal`` or texts. ``state`` is none for an action offered anywhere.
        """
        expression = self.found[_owner(action, state), check.check]
        said = answer(expression, values, self.stores)
        if said is True:
            return None
        if isinstance(said, Message):
            named = self._named(said)
            return named if isinstance(named, Message) else said
        text = {"zh": check.message.zh, "en": check.message.en}
        if check.basis is None:
            return Message("workflow.condition", {"text": text})
        return Message("workflow.condition_with_basis", {"text": text, "basis": check.basis})

    def says(self, place: Place, text: str, values: Mapping[str, Any]) -> bool | Message:
        """What a condition that is the input of a decision says: true, false, or why it cannot be told."""
        return self._named(answer(self.found[place, text], values, self.stores))

    def applies(self, place: Place, when: str, values: Mapping[str, Any]) -> bool:
        """Whether a question or section with ``when`` is put. ``place`` as in ``when_places``.

        ``values`` are those of the same section or form by field id, besides what ``holds`` takes. While a value
        is missing the question is not put.
        """
        return answer(self.found[place, when], values, self.stores) is True

    def _named(self, said: bool | Message) -> bool | Message:
        """A refusal with the label of the field instead of its path."""
        label = self.labels.get(str(said.values["field"])) if isinstance(said, Message) else None
        if label is None or not isinstance(said, Message):
            return said
        return Message(said.key, {"field": {"zh": label.zh, "en": label.en}})


@kept
def compile_rules(definition: Definition) -> Rules:
    """The compiled conditions of a definition that has been checked. Cached for as long as it lives."""
    found, wrong = _compiled(definition)
    if wrong:
        raise ValueError("; ".join(f"{place}: {each.message.key}" for place, each in wrong))
    return Rules(found, _labels(definition), gathered(definition))


def check(definition: Definition) -> list[Finding]:
    """What is wrong with the conditions of a definition, with line and column inside each."""
    return [
        Finding(each.message.key.removeprefix("workflow."), place, each.message, each.hint)
        for place, each in _compiled(definition)[1]
    ]


def when_places(definition: Definition) -> Iterator[tuple[Place, str, Mapping[str, Field]]]:
    """Every ``when``: the place of its part, its text, and the fields that it may name without a path."""
    for section in definition.dossier.values():
        place: Place = ("dossier", section.id)
        if section.when:
            yield place, section.when, {}
        yield from _whens((*place, "fields"), section.fields)
    for place, _, action in _actions(definition):
        yield from _whens((*place, "asks"), action.asks)


def _whens(place: Place, fields: Mapping[str, Field]) -> Iterator[tuple[Place, str, Mapping[str, Field]]]:
    for field in fields.values():
        if field.when:
            yield (*place, field.id), field.when, fields
        yield from _whens((*place, field.id, "columns"), field.columns)


def _compiled(definition: Definition) -> tuple[dict[tuple[Place, str], Expression], list[tuple[Place, Wrong]]]:
    found: dict[tuple[Place, str], Expression] = {}
    wrong: list[tuple[Place, Wrong]] = []
    shared = _shared(definition)

    def put(owner: Place, place: Place, text: str, names: Names) -> None:
        if (owner, text) in found:
            return
        result = compile_expression(text, names)
        if isinstance(result, Expression):
            found[owner, text] = result
        else:
            wrong.extend((place, each) for each in result)

    for place, _, action in _actions(definition):
        written = [(number, one.check) for number, one in enumerate(action.needs) if isinstance(one, Check)]
        names = {**shared, **_fields("asks", action.asks)} if written else shared
        for number, text in written:
            put(place, (*place, "needs", number, "check"), text, names)
    for decision in definition.decisions.values():
        for column in decision.inputs.values():
            if column.check is not None:
                place = ("decisions", decision.id, "inputs", column.id)
                put(place, (*place, "check"), column.check, shared)
    for number, test in enumerate(definition.tests):
        for at, step in enumerate(test.steps):
            if step.holds is not None:
                put(OF_TESTS, ("tests", number, "steps", at, "holds"), step.holds, shared)
    for place, text, fields in when_places(definition):
        own = {name: kind for name, kind in _fields("", fields).items() if name not in shared}
        put(place, (*place, "when"), text, {**shared, **own})
    return found, wrong


def _shared(definition: Definition) -> Names:
    names = dict(CASE_NAMES)
    names |= {f"entry.{register}.{what}": ("text", None) for register in definition.registers for what in _ENTRY}
    for section in definition.dossier.values():
        names |= _fields(f"dossier.{section.id}", section.fields)
    for letter in definition.letters.values():
        if letter.service is not None:
            names |= {f"case.{SERVED}.{letter.id}.on": ("date", None), f"case.{SERVED}.{letter.id}.way": ("text", None)}
    for _, _, action in _actions(definition):
        store = f"case.{action.store or action.id}"
        asked = {name: field for name, field in action.asks.items() if not field.personal}
        names |= _entries(store, asked) if action.appends else _fields(store, asked)
    for decision in definition.decisions.values():
        if decision.hit != "collect":
            names |= _fields(f"case.{decision.id}", decision.outputs)
    known, taken = paths(definition), beside(definition)
    for path, field in known.items():
        store = path.partition(".")[0]
        if store == FOOTPRINT:
            names |= _fields(store, {field.id: field})
        elif store in taken:
            names |= _fields(f"case.{store}", {field.id: field})
    for parameter in definition.parameters.values():
        names[f"{PREFIX}{parameter.id}"] = (_SETTINGS.get(parameter.type, "text"), None)
    return names


def _entries(store: str, fields: Mapping[str, Field]) -> Names:
    """What a condition reads of gathered answers: how many there are, and the list of each answer."""
    names: Names = {store: ("texts", None)}
    for field in fields.values():
        kind = None if field.type in _NESTED else _LISTS.get(_KINDS.get(field.type, "text"))
        if kind is not None:
            names[f"{store}.{field.id}"] = (kind, field.decimals)
    return names


def _fields(prefix: str, fields: Mapping[str, Field]) -> Names:
    """What a condition reads of some fields: a table has a size and, for each column, the list of its values."""
    names: Names = {}
    for field in fields.values():
        path = f"{prefix}.{field.id}" if prefix else field.id
        if field.type == "checklist":
            names |= {f"{path}.{item}": ("text", None) for item in field.items}
        elif field.type != "score_sheet":
            names[path] = (_KINDS.get(field.type, "text"), field.decimals)
        for column in field.columns.values():
            kind = _LISTS.get(_KINDS.get(column.type, "text"))
            if kind is not None:
                names[f"{path}.{column.id}"] = (kind, column.decimals)
    return names


def _actions(definition: Definition) -> Iterator[tuple[Place, str | None, Action]]:
    for state in definition.states.values():
        for action in state.actions.values():
            yield _owner(action, state.id), state.id, action
    for action in definition.anywhere.values():
        yield _owner(action, None), None, action


def _owner(action: Action, state: str | None) -> Place:
    return ("anywhere", action.id) if state is None else ("states", state, "actions", action.id)


def _labels(definition: Definition) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for section in definition.dossier.values():
        found |= {f"dossier.{section.id}.{field.id}": field.label for field in section.fields.values()}
    for decision in definition.decisions.values():
        found |= {f"case.{decision.id}.{output.id}": output.label for output in decision.outputs.values()}
    for letter in definition.letters.values():
        if letter.service is not None:
            found |= {f"case.{SERVED}.{letter.id}.{field.id}": field.label for field in served(letter)}
    taken = beside(definition)
    for path, field in paths(definition).items():
        store = path.partition(".")[0]
        if store == FOOTPRINT or store in taken:
            found[path if store == FOOTPRINT else f"case.{path}"] = field.label
    for _, _, action in _actions(definition):
        for field in action.asks.values():
            found |= {f"asks.{field.id}": field.label, f"case.{action.store or action.id}.{field.id}": field.label}
    return found
