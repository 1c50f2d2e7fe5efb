"""What a study states beside its lines: stages left out, things cut off, what goes in and comes out by mass."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast

from caseflow.footprint import units
from caseflow.footprint.plain import Part, decimal_text

BalanceRole = Literal["input", "product", "coproduct", "waste", "emission", "loss", "stock"]
BALANCE_ROLES: tuple[BalanceRole, ...] = ("input", "product", "coproduct", "waste", "emission", "loss", "stock")
"""Only the first goes in; ``stock``: what was added to the store."""


@dataclass(frozen=True, slots=True)
class Omission:
    """A stage that the study leaves out, and why."""

    stage: str
    reason: str

    def as_json(self) -> dict[str, str]:
        return {"stage": self.stage, "reason": self.reason}


def read_omission(part: Part) -> Omission:
    omission = Omission(part.id("stage"), part.text("reason", 2000))
    part.close()
    return omission


@dataclass(frozen=True, slots=True)
class CutOff:
    """A thing not counted. Percent of the product's mass and of its footprint (an estimate), and why.

    ``rare``: a rare or precious material, for which less may be cut.
    """

    item: str
    reason: str
    mass_percent: Decimal | None = None
    footprint_percent: Decimal | None = None
    rare: bool = False

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"item": self.item, "reason": self.reason}
        for name in ("mass_percent", "footprint_percent"):
            if (value := getattr(self, name)) is not None:
                body[name] = decimal_text(value)
        return {**body, "rare": True} if self.rare else body


def read_cutoff(part: Part) -> CutOff:
    found = CutOff(
        item=part.text("item"),
        reason=part.text("reason", 2000, optional=True),
        mass_percent=part.percent("mass_percent"),
        footprint_percent=part.percent("footprint_percent"),
        rare=part.flag("rare"),
    )
    part.close()
    return found


@dataclass(frozen=True, slots=True)
class Balance:
    """A row of the mass balance of the period. ``carbon``: percent of its mass that is carbon."""

    role: BalanceRole
    name: str
    mass: Decimal
    unit: str
    carbon: Decimal | None = None

    def as_json(self) -> dict[str, str]:
        body = {"role": self.role, "name": self.name, "mass": decimal_text(self.mass), "unit": self.unit}
        return body if self.carbon is None else {**body, "carbon": decimal_text(self.carbon)}


def read_balance(part: Part) -> Balance:
    found = Balance(
        role=cast("BalanceRole", part.choice("role", BALANCE_ROLES)),
        name=part.text("name"),
        mass=part.number("mass"),
        unit=part.unit(),
        carbon=part.percent("carbon"),
    )
    if units.unit(found.unit) and units.ratio(found.unit, "kg") is None:
        part.problem("footprint.not_mass", "unit", got=found.unit)
    part.close()
    return found
