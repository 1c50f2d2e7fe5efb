"""Where the checks of a definition write down what they find."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from caseflow.words import Message
from caseflow.workflow import lookups, publishing, sampling
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.kept import kept
from caseflow.workflow.many import Letter
from caseflow.workflow.parts import Text
from caseflow.workflow.problems import Finding, Level, Place, nearest
from caseflow.workflow.procedure import Action, State
from caseflow.workflow.vocabulary import Vocabulary

CASE_PATHS = (
    "number", "receipt_code", "workflow", "authority", "organisation", "prefecture", "round", "state", "revision",
    "title", "subject",
)  # fmt: skip
"""What every case has besides its dossier and its facts."""
ENGINE_ACTS = (
    "sign", "send_back", "answer_finding", "claim", "assign", "hand_back", "urge", "hand_over",
    "file_letter", "record_service", "take_back",
    "add_signer", "remove_signer",
    "supervision_demand", "supervision_answer", "supervision_close",
    "circulate", "circulation_read", "circulation_withdraw",
    "read_sealed",
)  # fmt: skip
"""Acts that the engine itself offers on every case; no definition may define them."""


SERVED = "served"
"""The store of how letters were served: ``served.<letter>.on`` and ``.way``."""
FOOTPRINT = "footprint"
"""Before the figures of the study that is filed with a case, as it was recomputed last."""
FIGURE_DECIMALS = 9
"""Places to which a figure (kgCO2e per unit) is compared and shown."""
FIGURES = (
    Field(
        id="declared", type="decimal", label=Text(zh="申报的产品碳足迹", en="Declared footprint"), decimals=FIGURE_DECIMALS,
        unit="kgCO2e",
    ),
    Field(
        id="recomputed", type="decimal", label=Text(zh="复算的产品碳足迹", en="Recomputed footprint"),
        decimals=FIGURE_DECIMALS, unit="kgCO2e",
    ),
    Field(id="unit", type="text", label=Text(zh="功能单位或声明单位", en="Functional or declared unit")),
    Field(id="boundary", type="text", label=Text(zh="系统边界", en="System boundary")),
    Field(id="period", type="text", label=Text(zh="数据时间范围", en="Period of the data")),
    Field(id="standard", type="text", label=Text(zh="核算依据", en="Standard")),
    Field(id="release", type="text", label=Text(zh="因子数据版本", en="Factor release")),
)  # fmt: skip
"""What of the study may be named, per functional unit."""


class Report:
    """The findings about one definition, and what its parts may refer to."""

    def __init__(self, definition: Definition, vocabulary: Vocabulary) -> None:
        self.definition = definition
        self.vocabulary = vocabulary
        self.findings: list[Finding] = []

    def say(self, rule: str, place: Place, hint: str | None = None, level: Level = "error", **values: Any) -> None:
        self.findings.append(Finding(rule, place, Message(f"workflow.{rule}", values), hint, level))

    def known(self, rule: str, name: str | None, names: Collection[str], place: Place) -> bool:
        """Whether a name stands among the names; if not, it is said with the nearest one."""
        if name is None or name in names:
            return True
        self.say(rule, place, nearest(name, names), name=name)
        return False

    def actions(self) -> tuple[tuple[Place, State | None, Action], ...]:
        """Every action with its place and the state in which it is offered (none: anywhere)."""
        return placed_actions(self.definition)

    def questions(self) -> tuple[tuple[Place, Field], ...]:
        """Every field of the dossier and of the actions, columns of tables included."""
        return _questions(self.definition)


@kept
def placed_actions(definition: Definition) -> tuple[tuple[Place, State | None, Action], ...]:
    """Every action with its place and the state in which it is offered (none: anywhere)."""
    found: list[tuple[Place, State | None, Action]] = [
        (("states", state.id, "actions", action.id), state, action)
        for state in definition.states.values()
        for action in state.actions.values()
    ]
    return (*found, *((("anywhere", action.id), None, action) for action in definition.anywhere.values()))


@kept
def _questions(definition: Definition) -> tuple[tuple[Place, Field], ...]:
    found: list[tuple[Place, Field]] = []
    for section in definition.dossier.values():
        found += _with_columns(("dossier", section.id, "fields"), section.fields)
    for place, _, action in placed_actions(definition):
        found += _with_columns((*place, "asks"), action.asks)
    return tuple(found)


@kept
def paths(definition: Definition) -> Mapping[str, Field]:
    """Every path that leads to an answer: ``dossier.section.field`` and ``store.field``, columns included."""
    found: dict[str, Field] = {}

    def put(path: str, field: Field) -> None:
        found.setdefault(path, field)
        for column in field.columns.values():
            put(f"{path}.{column.id}", column)

    for section in definition.dossier.values():
        for field in section.fields.values():
            put(f"dossier.{section.id}.{field.id}", field)
    for action in [*definition.anywhere.values(), *(a for s in definition.states.values() for a in s.actions.values())]:
        for field in action.asks.values():
            put(f"{action.store or action.id}.{field.id}", field)
    for letter in definition.letters.values():
        if letter.service is not None:
            for field in served(letter):
                put(f"{SERVED}.{letter.id}.{field.id}", field)
    for decision in definition.decisions.values():
        if decision.hit != "collect":
            for output in decision.outputs.values():
                put(f"{decision.id}.{output.id}", output)
    if definition.footprint:
        for figure in FIGURES:
            put(f"{FOOTPRINT}.{figure.id}", figure)
    for store, name in lookups.takes(definition).items():
        if name in definition.registers:
            asked = lookups.choices_of(definition, store, found)
            for field in lookups.stored(definition.registers[name], dict(found), asked).values():
                put(f"{store}.{field.id}", field)
    for store in sampling.samples(definition):
        for field in sampling.KEPT:
            put(f"{store}.{field.id}", field)
    for store in publishing.published(definition):
        for field in publishing.KEPT:
            put(f"{store}.{field.id}", field)
    return found


def served(letter: Letter) -> tuple[Field, Field]:
    """The day on which a letter counts as served, and in which way it was served."""
    title = letter.title
    on = Text(zh=f"《{title.zh}》送达日期", en=f"the day on which “{title.en}” was served")
    way = Text(zh=f"《{title.zh}》送达方式", en=f"the way in which “{title.en}” was served")
    return Field(id="on", type="date", label=on), Field(id="way", type="text", label=way)


@kept
def beside(definition: Definition) -> frozenset[str]:
    """The stores of what an act keeps beside its answers: entries that were taken over, samples, factors that were published."""
    return frozenset({**lookups.takes(definition), **sampling.samples(definition), **publishing.published(definition)})


@kept
def gathered(definition: Definition) -> frozenset[str]:
    """The stores in which an act leaves one more entry each time."""
    actions = [*definition.anywhere.values(), *(a for s in definition.states.values() for a in s.actions.values())]
    return frozenset(action.store or action.id for action in actions if action.appends)


def _with_columns(place: Place, fields: dict[str, Field]) -> Iterator[tuple[Place, Field]]:
    for field in fields.values():
        yield (*place, field.id), field
        if field.columns:
            yield from _with_columns((*place, field.id, "columns"), field.columns)
