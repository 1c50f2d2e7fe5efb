"""Recycled content, recycling and energy recovery at the end of life: the circular footprint formula of the EU's
product environmental footprint, whose factor A reaches from cut-off (1) to the avoided burden (0).

For each unit of a material, every E in kgCO2e:
``(1-R1) Ev + R1 (A Erecycled + (1-A) Ev Qin) + (1-A) R2 (Erecycling - Esubstituted Qout)``
``+ (1-B) R3 (Eburning - LHV Xheat Eheat - LHV Xpower Epower) + (1-R2-R3) Edisposal``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from caseflow.footprint import formulas
from caseflow.footprint.line import Line
from caseflow.footprint.parameters import computed, read_formula, tell
from caseflow.footprint.plain import Part, decimal_text
from caseflow.words import Refused

MOST_MATERIALS = 200
MOST_FORMULA = 300
"""Characters: the shares are put before it."""
_HANDLING = ("recycling", "spared", "burning", "heat", "power", "disposal")
_ONE = Decimal(1)
_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Content:
    """``share`` (R1) of the material comes from recycling, of ``quality`` (Qsin/Qp) beside primary material."""

    share: Decimal
    recycled: str
    quality: Decimal = _ONE

    def as_json(self) -> dict[str, str]:
        return {"share": decimal_text(self.share), "recycled": self.recycled, "quality": decimal_text(self.quality)}


@dataclass(frozen=True, slots=True)
class Recovery:
    """``share`` (R2) of the material is recycled after use, to ``quality`` (Qsout/Qp). ``substituted``: what that
    spares, where it is not primary material of the same kind.
    """

    share: Decimal
    recycling: str
    quality: Decimal = _ONE
    substituted: str = ""

    def as_json(self) -> dict[str, str]:
        body = {"share": decimal_text(self.share), "recycling": self.recycling, "quality": decimal_text(self.quality)}
        return {**body, "substituted": self.substituted} if self.substituted else body


@dataclass(frozen=True, slots=True)
class Gain:
    """Heat or power won from waste: ``efficiency`` (0 to 1), and the factor of what makes it elsewhere."""

    efficiency: Decimal
    factor: str

    def as_json(self) -> dict[str, str]:
        return {"efficiency": decimal_text(self.efficiency), "factor": self.factor}


@dataclass(frozen=True, slots=True)
class Burning:
    """``share`` (R3) is burnt for energy; ``allocation`` is B; ``heat_value``: MJ in one unit of the material."""

    share: Decimal
    burning: str
    allocation: Decimal = _NONE
    heat_value: Decimal = _NONE
    heat: Gain | None = None
    power: Gain | None = None

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "share": decimal_text(self.share),
            "burning": self.burning,
            "allocation": decimal_text(self.allocation),
        }
        if self.heat_value:
            body["heat_value"] = decimal_text(self.heat_value)
        return body | {name: gain.as_json() for name in ("heat", "power") if (gain := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Material:
    """A material of the product with its ways in and out. ``allocation`` is A: 1 cut-off, 0 avoided burden.

    ``virgin``, ``recycled``, ``recycling`` …: the factors (``release/factor`` or ``own/id``) that weigh each step.
    ``stage``: where it enters; ``end_stage``: where it ends.
    """

    id: str
    name: str
    stage: str
    amount: Decimal
    unit: str
    allocation: Decimal
    virgin: str
    end_stage: str = ""
    formula: str = ""
    content: Content | None = None
    recovery: Recovery | None = None
    energy: Burning | None = None
    disposal: str = ""
    primary: bool = False
    data_source: str = ""
    evidence: str = ""

    @property
    def activity(self) -> Iterator[Line]:
        """A line for each term of the formula that is not zero."""
        mine, passed = self.allocation, 1 - self.allocation
        content, recovery, energy = self.content, self.recovery, self.energy
        recycled = content.share if content else _NONE
        yield from self._line("virgin", 1 - recycled, self.virgin)
        if content:
            yield from self._line("recycled", recycled * mine, content.recycled)
            yield from self._line("inherited", recycled * passed * content.quality, self.virgin)
        if recovery:
            spared = -passed * recovery.share * recovery.quality
            yield from self._line("recycling", passed * recovery.share, recovery.recycling, at_end=True)
            yield from self._line("spared", spared, recovery.substituted or self.virgin, at_end=True)
        if energy:
            burnt = (1 - energy.allocation) * energy.share
            yield from self._line("burning", burnt, energy.burning, at_end=True)
            for name, gain in (("heat", energy.heat), ("power", energy.power)):
                if gain:
                    won = -burnt * energy.heat_value * gain.efficiency
                    yield from self._line(name, won, gain.factor, at_end=True, unit="MJ")
        if self.disposal:
            yield from self._line("disposal", 1 - self.recovered, self.disposal, at_end=True)

    @property
    def handling(self) -> frozenset[str]:
        """Ids of the lines at the end of life: what is done with the material and what that spares."""
        return frozenset(f"{self.id}.{term}" for term in _HANDLING)

    @property
    def recovered(self) -> Decimal:
        """R2 + R3."""
        return (self.recovery.share if self.recovery else _NONE) + (self.energy.share if self.energy else _NONE)

    def _line(self, term: str, share: Decimal, factor: str, *, at_end: bool = False, unit: str = "") -> Iterator[Line]:
        if share:
            yield Line(
                id=f"{self.id}.{term}",
                stage=self.end_stage if at_end else self.stage,
                name=self.name,
                amount=self.amount * share,
                unit=unit or self.unit,
                factor=factor,
                formula=_times(share, self.formula) if self.formula else "",
                credit=share < 0,
                primary=self.primary,
                data_source=self.data_source,
                evidence=self.evidence,
            )

    def requoted(self, change: Callable[[str], str]) -> Material:
        """The material with each of its factors as ``change`` gives it."""
        content, recovery, energy = self.content, self.recovery, self.energy
        if content:
            content = replace(content, recycled=change(content.recycled))
        if recovery:
            spared = change(recovery.substituted) if recovery.substituted else ""
            recovery = replace(recovery, recycling=change(recovery.recycling), substituted=spared)
        if energy:
            heat, power = (one and replace(one, factor=change(one.factor)) for one in (energy.heat, energy.power))
            energy = replace(energy, burning=change(energy.burning), heat=heat, power=power)
        disposal = change(self.disposal) if self.disposal else ""
        virgin = change(self.virgin)
        return replace(self, virgin=virgin, content=content, recovery=recovery, energy=energy, disposal=disposal)

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {name: getattr(self, name) for name in ("id", "name", "stage", "unit", "virgin")}
        body |= {"formula": self.formula} if self.formula else {"amount": decimal_text(self.amount)}
        body["allocation"] = decimal_text(self.allocation)
        for name in ("content", "recovery", "energy"):
            if part := getattr(self, name):
                body[name] = part.as_json()
        texts = ("end_stage", "disposal", "data_source", "evidence")
        body |= {name: text for name in texts if (text := getattr(self, name))}
        return {**body, "primary": True} if self.primary else body


def read_material(part: Part, values: Mapping[str, Decimal]) -> Material:
    """A material from plain data; ``values``: the study's parameters."""
    formula, tree = read_formula(part)
    if tree is not None:
        amount = computed(part, tree, values)
        if part.has("amount"):
            part.problem("footprint.value_and_formula", "formula")
        if len(formula) > MOST_FORMULA:
            part.problem("footprint.too_long", "formula", limit=MOST_FORMULA, excess=len(formula) - MOST_FORMULA)
        try:
            formulas.parse(_times(Decimal(-1), formula))
        except Refused as refused:
            tell(part, refused, "formula")
    else:
        amount = _ONE if formula else part.positive("amount")
    found = Material(
        id=part.id(),
        name=part.text("name"),
        stage=part.id("stage"),
        amount=amount,
        unit=part.unit(),
        allocation=_share(part, "allocation"),
        virgin=_factor(part, "virgin"),
        end_stage=part.optional_id("end_stage"),
        formula=formula,
        content=_content(part.part("content")) if part.has("content") else None,
        recovery=_recovery(part.part("recovery")) if part.has("recovery") else None,
        energy=_burning(part.part("energy")) if part.has("energy") else None,
        disposal=_factor(part, "disposal") if part.has("disposal") else "",
        primary=part.flag("primary"),
        data_source=part.text("data_source", 2000, optional=True),
        evidence=part.text("evidence", 500, optional=True),
    )
    if (found.recovery or found.energy or found.disposal) and not found.end_stage:
        part.problem("footprint.missing", "end_stage")
    if found.recovered > 1:
        got = decimal_text(found.recovered)
        part.problem("footprint.not_in_range", "recovery.share + energy.share", low=0, high=1, got=got)
    part.close()
    return found


def _times(share: Decimal, formula: str) -> str:
    return f"{decimal_text(share)} * ({formula})"


def _content(part: Part) -> Content:
    found = Content(_share(part, "share"), _factor(part, "recycled"), _quality(part))
    part.close()
    return found


def _recovery(part: Part) -> Recovery:
    spared = _factor(part, "substituted") if part.has("substituted") else ""
    found = Recovery(_share(part, "share"), _factor(part, "recycling"), _quality(part), spared)
    part.close()
    return found


def _burning(part: Part) -> Burning:
    found = Burning(
        share=_share(part, "share"),
        burning=_factor(part, "burning"),
        allocation=_share(part, "allocation") if part.has("allocation") else _NONE,
        heat_value=part.positive("heat_value") if part.has("heat_value") else _NONE,
        heat=_gain(part.part("heat")) if part.has("heat") else None,
        power=_gain(part.part("power")) if part.has("power") else None,
    )
    if (found.heat or found.power) and not found.heat_value:
        part.problem("footprint.missing", "heat_value")
    part.close()
    return found


def _gain(part: Part) -> Gain:
    found = Gain(_share(part, "efficiency"), _factor(part, "factor"))
    part.close()
    return found


def _share(part: Part, name: str) -> Decimal:
    value = part.number(name)
    if not 0 <= value <= 1:
        part.problem("footprint.not_in_range", name, low=0, high=1, got=decimal_text(value))
    return value


def _quality(part: Part) -> Decimal:
    return _share(part, "quality") if part.has("quality") else _ONE


def _factor(part: Part, name: str) -> str:
    return part.text(name, 161)
