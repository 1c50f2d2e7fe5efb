"""Parameters of a study: named figures that formulas use, some of them formulas themselves."""

from __future__ import annotations

import graphlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from caseflow.footprint import formulas
from caseflow.footprint.formulas import FUNCTIONS, Formula
from caseflow.footprint.plain import Part, decimal_text
from caseflow.footprint.uncertainty import Spread, read_spread
from caseflow.words import Refused

MOST_PARAMETERS = 500
_NAME = re.compile(r"[^\W\d]\w{0,79}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named figure. ``value`` is what it comes to, by itself or by its ``formula``; ``low`` and ``high`` bound it."""

    name: str
    value: Decimal
    formula: str = ""
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    spread: Spread | None = None
    description: str = ""

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"name": self.name}
        body |= {"formula": self.formula} if self.formula else {"value": decimal_text(self.value)}
        for name in ("unit", "description"):
            if text := getattr(self, name):
                body[name] = text
        for name in ("low", "high"):
            if (bound := getattr(self, name)) is not None:
                body[name] = decimal_text(bound)
        if self.spread:
            body["uncertainty"] = self.spread.as_json()
        return body


def read_parameters(parts: Sequence[Part]) -> tuple[Parameter, ...]:
    """The parameters in the order in which they are computed. Problems go to the parts."""
    found: dict[str, tuple[Part, Parameter, Formula | None]] = {}
    for part in parts:
        parameter, formula = _read(part)
        if parameter.name in found:
            part.problem("footprint.twice", "name", got=parameter.name)
        found.setdefault(parameter.name, (part, parameter, formula))
    needs = {name: formulas.names(formula) & found.keys() for name, (_, _, formula) in found.items() if formula}
    try:
        order = list(graphlib.TopologicalSorter({name: sorted(needs.get(name, ())) for name in found}).static_order())
    except graphlib.CycleError as error:
        parts[0].problem("footprint.parameter_circle", "name", names=list(error.args[1]))
        return ()
    values: dict[str, Decimal] = {}
    done = []
    for name in order:
        part, parameter, formula = found[name]
        value = computed(part, formula, values) if formula else parameter.value
        values[name] = value
        parameter = replace(parameter, value=value)
        _check_bounds(part, parameter)
        done.append(parameter)
    return tuple(done)


def read_formula(part: Part, name: str = "formula") -> tuple[str, Formula | None]:
    """The text of a formula and what it says; a wrong one is a problem of the part."""
    text = part.text(name, formulas.MOST_CHARACTERS, optional=True)
    if not text:
        return "", None
    try:
        return text, formulas.parse(text)
    except Refused as refused:
        tell(part, refused, name)
        return text, None


def computed(part: Part, formula: Formula, values: Mapping[str, Decimal], name: str = "formula") -> Decimal:
    """What a formula comes to; what cannot be computed is a problem of the part, and counts 1."""
    try:
        return formulas.evaluate(formula, values)
    except Refused as refused:
        tell(part, refused, name)
        return Decimal(1)


def tell(part: Part, refused: Refused, name: str) -> None:
    """What is wrong with a formula as problems of the part."""
    for reason in refused.reasons:
        part.problem(reason.key, name, **{key: value for key, value in reason.values.items() if key != "path"})


def values_of(parameters: Sequence[Parameter]) -> dict[str, Decimal]:
    return {one.name: one.value for one in parameters}


def _read(part: Part) -> tuple[Parameter, Formula | None]:
    name = part.text("name", 80)
    if name and (not _NAME.fullmatch(name) or name in FUNCTIONS):
        part.problem("footprint.not_a_name", "name", got=name)
    text, formula = read_formula(part)
    value = Decimal(1)
    if not text:
        value = part.number("value")
    elif part.has("value"):
        part.problem("footprint.value_and_formula", "value")
    spread = read_spread(part.part("uncertainty"), None if text else value) if part.has("uncertainty") else None
    if text and spread:
        part.problem("footprint.spread_of_formula", "uncertainty")
    parameter = Parameter(
        name, value, text, part.text("unit", 20, optional=True), part.optional_number("low"),
        part.optional_number("high"), spread, part.text("description", 2000, optional=True),
    )  # fmt: skip
    part.close()
    return parameter, formula


def _check_bounds(part: Part, parameter: Parameter) -> None:
    low, high = parameter.low, parameter.high
    if (low is not None and parameter.value < low) or (high is not None and parameter.value > high):
        part.problem(
            "footprint.not_in_range", "value",
            low="…" if low is None else decimal_text(low), high="…" if high is None else decimal_text(high),
            got=decimal_text(parameter.value),
        )  # fmt: skip
