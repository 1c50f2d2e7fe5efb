"""Two results of one case beside each other, by stage and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caseflow.web.charts_shown import Part, Shown
from caseflow.web.footprint_sight import Answered, Group

_SAYS = ("amount", "unit", "factor", "factor_value", "factor_unit", "stage")


@dataclass(frozen=True, slots=True)
class Beside:
    """A stage or line before and after; None on the side where it does not stand or was not counted.

    ``changed``: what is another than before (``amount``, ``factor`` …); the figure alone may move by another method.
    """

    id: str
    name: str
    before: Decimal | None
    after: Decimal | None
    old: Mapping[str, Any]
    new: Mapping[str, Any]

    @property
    def difference(self) -> Decimal:
        return (self.after or Decimal(0)) - (self.before or Decimal(0))

    @property
    def changed(self) -> list[str]:
        if not self.old or not self.new:
            return []
        return [name for name in _SAYS if self.old.get(name) != self.new.get(name)]


@dataclass(frozen=True, slots=True)
class Compared:
    """The differences, ``rounding`` among them, add up to the difference of the totals, in printed figures."""

    stages: tuple[Beside, ...]
    lines: tuple[Beside, ...]
    """Those that differ, the largest difference first."""
    same: int
    """Lines in which nothing differs."""
    rounding: Decimal
    """By how much those lines differ in print alone, because they are rounded to add up with others."""


def compared(old: Mapping[str, Any], new: Mapping[str, Any], before: Shown, after: Shown) -> Compared:
    """``body["result"]`` of two stored results with their printed figures."""
    stages = _beside(before.stages, after.stages, (), ())
    lines = _beside(before.lines, after.lines, old["lines"], new["lines"])
    differing = [one for one in lines if one.changed or one.old.get("kg") != one.new.get("kg") or not one.old]
    differing.sort(key=lambda one: (-abs(one.difference), one.id))
    same = [one for one in lines if one not in differing]
    rounding = sum((one.difference for one in same), Decimal(0))
    return Compared(tuple(stages), tuple(differing), len(same), rounding)


@dataclass(frozen=True, slots=True)
class Remarks:
    """The findings that one of two results has alone."""

    gone: tuple[Answered, ...]
    fresh: tuple[Answered, ...]


def remarks(before: Iterable[Group], after: Iterable[Group]) -> Remarks:
    old, new = ({one.finding.id: one for group in groups for one in group.findings} for groups in (before, after))
    return Remarks(
        tuple(one for id_, one in old.items() if id_ not in new),
        tuple(one for id_, one in new.items() if id_ not in old),
    )


def _beside(
    before: Iterable[Part], after: Iterable[Part], old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]
) -> list[Beside]:
    was, now = {part.id: part for part in before}, {part.id: part for part in after}
    earlier, later = {line["id"]: line for line in old}, {line["id"]: line for line in new}
    return [
        Beside(
            id_,
            _name(id_, now, was, later, earlier),
            was[id_].shown if id_ in was else None,
            now[id_].shown if id_ in now else None,
            earlier.get(id_, {}),
            later.get(id_, {}),
        )
        for id_ in dict.fromkeys([*was, *earlier, *now, *later])
    ]


def _name(id_: str, *known: Mapping[str, Any]) -> str:
    found = next(one[id_] for one in known if id_ in one)
    return found.name if isinstance(found, Part) else str(found["name"])
