"""Life-cycle stages as data: each scheme names its own, and maps them to those of the standard."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from caseflow.footprint.plain import Pair, Part, digest


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a scheme; ``maps_to`` is the stage of the standard that it belongs to."""

    id: str
    title: Pair
    maps_to: str


@dataclass(frozen=True, slots=True)
class Boundary:
    """A system boundary: which stages of the standard lie inside it."""

    id: str
    title: Pair
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scheme:
    """The list of stages that a notice or standard uses, and the boundaries known to it."""

    id: str
    title: Pair
    basis: str
    stages: tuple[Stage, ...]
    boundaries: tuple[Boundary, ...]
    hash: str = field(default="", compare=False)

    def stage(self, id: str) -> Stage | None:  # noqa: A002 -- the word of the data
        return next((stage for stage in self.stages if stage.id == id), None)

    def boundary(self, id: str) -> Boundary | None:  # noqa: A002 -- the word of the data
        return next((boundary for boundary in self.boundaries if boundary.id == id), None)

    def inside(self, boundary: Boundary) -> tuple[Stage, ...]:
        """The stages of this scheme that lie inside ``boundary``, in their order."""
        return tuple(stage for stage in self.stages if stage.maps_to in boundary.stages)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title.as_json(),
            "basis": self.basis,
            "stages": [{"id": stage.id, **stage.title.as_json(), "maps_to": stage.maps_to} for stage in self.stages],
            "boundaries": [
                {"id": boundary.id, **boundary.title.as_json(), "stages": list(boundary.stages)}
                for boundary in self.boundaries
            ],
        }


def read_schemes(data: Any, name: str = "") -> tuple[Scheme, ...]:
    """The schemes of a parsed ``stages.yaml``: ``standard`` names the one that the others map to.

    Raises :class:`~caseflow.words.Refused` with every problem at once.
    """
    part = Part(data, name)
    standard = part.id("standard")
    found: dict[str, Scheme] = {}
    readings: list[tuple[Part, Scheme]] = []
    for item in part.parts("schemes", 50):
        id_ = item.id()
        if id_ in found:
            item.problem("footprint.twice", "id", got=id_)
        stages = tuple(_read_stage(one, is_standard=id_ == standard) for one in item.parts("stages", 30))
        scheme = Scheme(id_, item.pair("title"), item.text("basis"), stages, ())
        item.close()
        found[id_] = scheme
        readings.append((item, scheme))
    boundaries = tuple(_read_boundary(one) for one in part.parts("boundaries", 20))
    part.close()
    if standard not in found:
        part.problem("footprint.not_offered", "standard", got=standard, choices=sorted(found))
        part.refuse()
    known = [stage.id for stage in found[standard].stages]
    for item, scheme in readings:
        for stage in scheme.stages:
            if stage.maps_to not in known:
                item.problem("footprint.not_offered", f"stages.{stage.id}", got=stage.maps_to, choices=known)
        ids = [stage.id for stage in scheme.stages]
        for repeated in sorted({one for one in ids if ids.count(one) > 1}):
            item.problem("footprint.twice", "stages", got=repeated)
    for boundary in boundaries:
        for stage_id in boundary.stages:
            if stage_id not in known:
                part.problem("footprint.not_offered", f"boundaries.{boundary.id}", got=stage_id, choices=known)
    part.refuse_if_wrong()
    complete = (replace(scheme, boundaries=boundaries) for scheme in found.values())
    return tuple(replace(scheme, hash=digest(scheme.as_json())) for scheme in complete)


def scheme_from_json(body: dict[str, Any]) -> Scheme:
    """A scheme as :meth:`Scheme.as_json` wrote it."""
    scheme = Scheme(
        body["id"],
        Pair(**body["title"]),
        body["basis"],
        tuple(Stage(one["id"], Pair(one["zh"], one["en"]), one["maps_to"]) for one in body["stages"]),
        tuple(Boundary(one["id"], Pair(one["zh"], one["en"]), tuple(one["stages"])) for one in body["boundaries"]),
    )
    return replace(scheme, hash=digest(scheme.as_json()))


def _read_stage(part: Part, *, is_standard: bool) -> Stage:
    id_ = part.id()
    stage = Stage(id_, Pair(part.text("zh"), part.text("en")), id_ if is_standard else part.id("maps_to"))
    part.close()
    return stage


def _read_boundary(part: Part) -> Boundary:
    stages = part.raw("stages")
    if not isinstance(stages, list) or not all(isinstance(one, str) for one in stages):
        part.problem("footprint.not_a_list", "stages")
        stages = []
    boundary = Boundary(part.id(), Pair(part.text("zh"), part.text("en")), tuple(stages))
    part.close()
    return boundary
