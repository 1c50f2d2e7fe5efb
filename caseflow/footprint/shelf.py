"""The reference data that a calculation stands on, held together: factor releases and stage schemes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from caseflow.footprint.factors import Factor, Release, read_release
from caseflow.footprint.stages import Scheme, read_schemes
from caseflow.words import Message, Refused


@dataclass(frozen=True, slots=True)
class Factors:
    """The factors of several releases, found by reference and by series."""

    releases: tuple[Release, ...]
    _by_ref: MappingProxyType[str, Factor] = field(init=False, repr=False, compare=False)
    _by_series: MappingProxyType[tuple[str, str], tuple[Factor, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_series: dict[tuple[str, str], list[Factor]] = {}
        for release in self.releases:
            for factor in release.factors:
                by_series.setdefault((factor.series, factor.region), []).append(factor)
        object.__setattr__(
            self,
            "_by_ref",
            MappingProxyType({factor.ref: factor for release in self.releases for factor in release.factors}),
        )
        object.__setattr__(
            self,
            "_by_series",
            MappingProxyType({key: tuple(sorted(found, key=lambda one: one.year)) for key, found in by_series.items()}),
        )

    def get(self, ref: str) -> Factor | None:
        """The factor that ``release/factor`` names."""
        return self._by_ref.get(ref)

    def near(self, ref: str) -> str:
        """A reference that looks like one that does not exist, or nothing."""
        return next(iter(difflib.get_close_matches(ref, self._by_ref, 1, 0.7)), "")

    def release(self, id: str) -> Release | None:  # noqa: A002 -- the word of the data
        return next((release for release in self.releases if release.id == id), None)

    def series(self, series: str, region: str) -> tuple[Factor, ...]:
        """Every year of a series in a region, oldest first."""
        return self._by_series.get((series, region), ())

    def best(self, series: str, region: str, year: int) -> Factor | None:
        """The factor of a series for activity in ``year``: the latest not after it, else the earliest there is."""
        found = self.series(series, region)
        return next((factor for factor in reversed(found) if factor.year <= year), found[0] if found else None)

    def search(self, text: str = "", *, kind: str = "", region: str = "", year: int | None = None) -> list[Factor]:
        """Factors whose Chinese or English name or series holds ``text``, newest first, then in release order."""
        wanted = text.casefold().strip()
        found = [
            factor
            for factor in self._by_ref.values()
            if (not wanted or wanted in f"{factor.name.zh}\n{factor.name.en}\n{factor.series}".casefold())
            and (not kind or factor.kind == kind)
            and (not region or factor.region == region)
            and (year is None or factor.year == year)
        ]
        return sorted(found, key=lambda factor: -factor.year)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Factor releases and stage schemes. What a study quotes is looked up here and nowhere else."""

    factors: Factors
    schemes: tuple[Scheme, ...]

    def scheme(self, id: str) -> Scheme | None:  # noqa: A002 -- the word of the data
        return next((scheme for scheme in self.schemes if scheme.id == id), None)


def shelf(releases: Iterable[Release], schemes: Iterable[Scheme]) -> Shelf:
    """A shelf of these releases and schemes; raises Refused where one id stands for two."""
    found, stages = tuple(releases), tuple(schemes)
    ids = [release.id for release in found] + [scheme.id for scheme in stages]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise Refused(*(Message("footprint.twice", {"path": "releases", "got": one}) for one in twice))
    return Shelf(Factors(found), stages)


def load(folder: Path) -> Shelf:
    """The shelf of a data folder: ``factors/*.yaml`` and ``stages.yaml``.

    Raises :class:`~caseflow.words.Refused` with the problems of all files.
    """
    problems: list[Message] = []
    releases = []
    for path in sorted((folder / "factors").glob("*.yaml")):
        try:
            releases.append(read_release(_yaml(path), path.name))
        except Refused as refused:
            problems.extend(refused.reasons)
    schemes: tuple[Scheme, ...] = ()
    try:
        schemes = read_schemes(_yaml(folder / "stages.yaml"), "stages.yaml")
    except Refused as refused:
        problems.extend(refused.reasons)
    if problems:
        raise Refused(*problems)
    return shelf(releases, schemes)


def _yaml(path: Path) -> Any:
    try:
        return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Refused(Message("footprint.unreadable", {"path": path.name, "why": str(error)})) from error
