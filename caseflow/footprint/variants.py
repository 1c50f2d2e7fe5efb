"""Named scenarios of a study: another use profile, another end of life, another supply, as other figures and factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from caseflow.footprint.plain import Part, decimal_text

MOST_VARIANTS = 20


@dataclass(frozen=True, slots=True)
class Variant:
    """What is otherwise: ``parameters`` by name, ``amounts`` and ``factors`` by the id of a line."""

    id: str
    name: str
    description: str = ""
    parameters: MappingProxyType[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    amounts: MappingProxyType[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    factors: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"id": self.id, "name": self.name}
        if self.description:
            body["description"] = self.description
        for name in ("parameters", "amounts"):
            if figures := getattr(self, name):
                body[name] = {key: decimal_text(value) for key, value in figures.items()}
        return {**body, "factors": dict(self.factors)} if self.factors else body


def read_variant(part: Part) -> Variant:
    found = Variant(
        id=part.id(),
        name=part.text("name"),
        description=part.text("description", 2000, optional=True),
        parameters=MappingProxyType(part.numbers("parameters")),
        amounts=MappingProxyType(part.numbers("amounts")),
        factors=MappingProxyType(_factors(part)),
    )
    if not (found.parameters or found.amounts or found.factors):
        part.problem("footprint.missing", "parameters")
    part.close()
    return found


def check_variant(part: Part, at: int, variant: Variant, parameters: Mapping[str, str], lines: list[str]) -> None:
    """What a scenario changes must be there. ``parameters``: formula by name; one that has a formula has no figure."""
    free = [name for name, formula in parameters.items() if not formula]
    for key, names, choices in (
        ("parameters", variant.parameters, free),
        ("amounts", variant.amounts, lines),
        ("factors", variant.factors, lines),
    ):
        for name in names:
            if name not in choices:
                part.problem("footprint.not_offered", f"scenarios[{at}].{key}", got=name, choices=choices[:50])


def _factors(part: Part) -> dict[str, str]:
    given = part.raw("factors") or {}
    inner = Part(given, part.at("factors"), part.problems)
    return {line: inner.text(line, 161) for line in given} if isinstance(given, Mapping) else {}
