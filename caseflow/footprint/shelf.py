"""The reference data that a calculation stands on, held together: factor releases and stage schemes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from caseflow.footprint.factors import Factors, Release, read_release
from caseflow.footprint.stages import Scheme, read_schemes
from caseflow.words import Message, Refused


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
