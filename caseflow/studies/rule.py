"""By what a study is judged on an occasion: how far the declared figure may be off, and which findings block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from caseflow.footprint.findings import DEFAULTS
from caseflow.footprint.plain import decimal_text
from caseflow.footprint.report import DEFAULT_TOLERANCE
from caseflow.footprint.thresholds import Thresholds, read_thresholds


@dataclass(frozen=True, slots=True)
class Rule:
    """``tolerance``: percent. ``blocks``: the checks that keep a case back, None: all. ``draws``: of a simulation.

    ``requires``: what is listed for this kind of product must be in the study.
    """

    tolerance: Decimal = DEFAULT_TOLERANCE
    blocks: tuple[str, ...] | None = None
    thresholds: Thresholds = DEFAULTS
    draws: int = 0
    requires: bool = True

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; of the thresholds those that are not the program's own."""
        given = {
            one.name: decimal_text(Decimal(value))
            for one in fields(Thresholds)
            if (value := getattr(self.thresholds, one.name)) is not None and value != one.default
        }
        return {
            "tolerance": decimal_text(self.tolerance),
            "blocks": None if self.blocks is None else list(self.blocks),
            "thresholds": given,
            "draws": self.draws,
            "requires": self.requires,
        }


def read_rule(data: Mapping[str, Any] | None) -> Rule:
    """The rule that a result was stored with; the program's own for results stored without one."""
    if data is None:
        return Rule()
    blocks = data["blocks"]
    return Rule(
        tolerance=Decimal(data["tolerance"]),
        blocks=None if blocks is None else tuple(blocks),
        thresholds=thresholds(data["thresholds"]),
        draws=data["draws"],
        requires=data["requires"],
    )


def thresholds(given: Mapping[str, Any]) -> Thresholds:
    """Thresholds from figures by name; those that are whole numbers may come as texts.

    Raises :class:`~caseflow.words.Refused` for a name that no check knows.
    """
    whole = {one.name for one in fields(Thresholds) if isinstance(one.default, int)}
    return read_thresholds({name: int(Decimal(str(one))) if name in whole else str(one) for name, one in given.items()})
