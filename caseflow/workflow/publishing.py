"""Factors that an act publishes for the calculator, and those that it takes out of use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import ValidationError

from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field, FieldType
from caseflow.workflow.kept import kept
from caseflow.workflow.parts import Call, Id, Part, Path, Text

PUBLISHES, RETIRES = "publish_factor", "retire_factor"
KEPT = (
    Field(id="ref", type="text", label=Text(zh="因子编号", en="Reference of the factor")),
    Field(id="release", type="text", label=Text(zh="因子数据集", en="Factor release")),
)
"""What is kept of a published factor under its store: ``release/factor``, and the release."""
TEXTS: tuple[FieldType, ...] = ("text", "long_text", "document_number")
CODES: tuple[FieldType, ...] = ("choice",)
TAKES: Mapping[str, tuple[FieldType, ...]] = {
    "name": TEXTS, "english": TEXTS, "source": TEXTS, "document": TEXTS,
    "kind": CODES, "unit": CODES, "reach": CODES,
    "value": ("decimal",), "spread": ("decimal",), "year": ("integer",), "region": ("region",),
}  # fmt: skip
"""By key what may stand at its path."""


class PublishedFactor(Part):
    """What stands behind ``publish_factor``: paths of the case, and the store for what is kept."""

    into: Id
    name: Path
    english: Path | None = None
    kind: Path
    """A choice among the kinds of the calculator."""
    value: Path
    unit: Path
    """A choice among its units, without signs: ``kg``, ``kwh``, ``m3``, ``tkm``."""
    year: Path
    region: Path | None = None
    """A division; else the factor counts for the whole country."""
    reach: Path | None = None
    """A choice among what a factor may cover."""
    spread: Path | None = None
    """The uncertainty at 95 %, in percent of the value."""
    source: Path
    document: Path

    @classmethod
    def read(cls, call: Call) -> Self | None:
        """The argument of a call that publishes a factor; nothing where it is another call, or is not understood."""
        if call.name != PUBLISHES:
            return None
        try:
            return cls.model_validate(call.argument)
        except ValidationError:
            return None

    def paths(self) -> dict[str, str]:
        """By key the path that it names."""
        return {key: path for key in TAKES if (path := getattr(self, key)) is not None}


class RetiredFactor(Part):
    """What stands behind ``retire_factor``: the store of what was published, and the path of the document that says so."""

    of: Id
    document: Path

    @classmethod
    def read(cls, call: Call) -> Self | None:
        """The argument of a call that retires a factor; nothing where it is another call, or is not understood."""
        if call.name != RETIRES:
            return None
        try:
            return cls.model_validate(call.argument)
        except ValidationError:
            return None


@kept
def published(definition: Definition) -> Mapping[str, PublishedFactor]:
    """What is published, by the store in which its reference is kept."""
    calls = (call for state in definition.states for one in definition.actions_in(state) for call in one.then)
    found = (PublishedFactor.read(call) for call in calls)
    return {one.into: one for one in found if one is not None}
