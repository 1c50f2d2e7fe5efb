"""What a review knows beyond the study itself: other products, other applications, what a product must contain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from caseflow.footprint.plain import Pair, Part, decimal_text
from caseflow.footprint.study import Study


@dataclass(frozen=True, slots=True)
class Peers:
    """Figures of other studies of the same kind of product, for the same functional unit.

    ``totals``: kgCO2e. ``stages``: shares (0 to 1) by stage of the standard. ``usage``: by energy carrier, how much
    of it one unit takes, in the base unit of its dimension.
    """

    totals: tuple[float, ...] = ()
    stages: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: MappingProxyType({}))
    usage: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Trace:
    """What of a study would be seen again in a copy of it: its evidence and its amounts."""

    evidence: frozenset[str]
    amounts: tuple[tuple[str, str], ...]
    """Amount and unit of each line, sorted."""
    title: Any = ""
    """What the other study is called in a sentence, where that is not its name in the context."""


def trace(study: Study) -> Trace:
    lines = list(study.activity)
    owned = [line.own.evidence for line in lines if line.own] + [own.evidence for own in study.factors]
    evidence = {text for text in [line.evidence for line in lines] + owned if text}
    return Trace(frozenset(evidence), tuple(sorted((decimal_text(line.amount), line.unit) for line in lines)))


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that the footprint of a kind of product must contain: a line of one of these carriers, with a factor
    of one of these series, or named with one of these words.
    """

    id: str
    title: Pair
    carriers: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """``others``: traces of other applications by what they are called; ``earlier``: of the same product's last study."""

    peers: Peers = Peers()
    others: Mapping[str, Trace] = field(default_factory=lambda: MappingProxyType({}))
    earlier: Trace | None = None
    required: tuple[Requirement, ...] = ()


def read_requirements(data: Any, name: str = "") -> dict[str, tuple[Requirement, ...]]:
    """By product code, what its footprint must contain. Raises Refused with every problem."""
    part = Part(data, name)
    found: dict[str, tuple[Requirement, ...]] = {}
    for item in part.parts("products", 2_000):
        code = item.id("product_code")
        if code in found:
            item.problem("footprint.twice", "product_code", got=code)
        found[code] = tuple(_read_requirement(one) for one in item.parts("requires", 50))
        item.close()
    part.close()
    part.refuse_if_wrong()
    return found


def _read_requirement(part: Part) -> Requirement:
    found = Requirement(part.id(), part.pair("title"), part.ids("carriers"), part.ids("series"), part.texts("words"))
    if not (found.carriers or found.series or found.words):
        part.problem("footprint.missing", "words")
    part.close()
    return found
