"""Experts before whom cases are put: who may sit, how they are drawn, what they score, how that becomes a ranking."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, StringConstraints, model_validator
from pydantic import Field as Value

from caseflow.workflow.parts import Id, Named, Part, Path, Period, Text, give_ids

Weight = Annotated[str, StringConstraints(pattern=r"^\d{1,9}(\.\d{1,9})?$")]
"""An exact decimal: ``1``, ``0.25``."""
Ratio = Annotated[str, StringConstraints(pattern=r"^[1-9]\d?/[1-9]\d?$")]
"""A share: ``1/3``."""
Avoided = Literal[
    "same_organisation", "agent_in_round", "adviser", "project", "shares", "kin", "filed", "declared", "raised",
]  # fmt: skip


class Anchor(Part):
    """What a mark in this range means, so that all experts mean the same by it."""

    from_: int = Value(alias="from", ge=0)
    to: int = Value(ge=0)
    text: Text
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Criterion(Named):
    title: Text
    maximum: int = Value(ge=1, le=1000)
    minimum: int | None = Value(default=None, ge=0)
    """A case whose mean mark is below it cannot be chosen, whatever its total."""
    weight: Weight = "1"
    apart: bool = False
    """Judged and shown on its own; it is not part of the total."""
    help: Text | None = None
    anchors: tuple[Anchor, ...] = ()
    basis: str


class Aggregate(Part):
    method: Literal["mean", "trimmed_mean", "median"]
    drop_high: int = Value(default=0, ge=0)
    drop_low: int = Value(default=0, ge=0)
    trim_from: int = 7
    """With fewer scores than this none is dropped."""
    min_scores: int = Value(ge=1)
    decimals: int = Value(default=2, ge=0, le=4)
    minimum: Weight | None = None
    """A case whose score is below it cannot be chosen."""
    ties: tuple[Id, ...] = ()
    """Equal scores: by which criteria, one after the other, the higher mean goes first; else the meeting decides."""
    beside: Literal["rater_effects"] | None = None
    """A second figure freed of severe and lenient experts; it is shown beside the score and decides nothing."""
    basis: str


class Lot(Part):
    """How the experts are drawn: by lot from all that nothing keeps off, so that anybody can draw it again."""

    fields: dict[Id, Annotated[int, Value(ge=1)]] = {}
    """At least so many of each field."""
    regions: Annotated[int, Value(ge=1)] | None = None
    """At most so many from one region."""
    per_employer: Annotated[int, Value(ge=1)] | None = 1
    officials: Ratio | None = None
    """At most this share of officials."""
    load: Annotated[int, Value(ge=1)] | None = None
    """Nobody who has more cases than this to score already."""
    pool: Annotated[int, Value(ge=1)] | None = None
    """First those who score least, until there are so many times as many as are needed."""
    trained: bool = False
    """Only those whose training is valid on the day."""
    basis: str


class Assign(Part):
    """Which expert scores which case, where not everybody scores every case: the best fit, balance and separation."""

    each: int = Value(ge=1)
    """So many experts for each case."""
    least: int = Value(default=0, ge=0)
    most: int = Value(ge=1)
    """So many cases for an expert, at most."""
    fit: int = Value(default=60, ge=0, le=100)
    balance: int = Value(default=30, ge=0, le=100)
    separate: int = Value(default=10, ge=0, le=100)
    """How much each counts: the field matches, the load is even, cases of one applicant go to different experts."""
    basis: str


class Outlier(Part):
    """From how many points away from the others' median a score is asked for its reason; in the discussion only."""

    over: int = Value(ge=1)
    basis: str


class Example(Named):
    """A sample case with its marks, against which experts try themselves before they score."""

    title: Text
    text: Text
    marks: dict[Id, int]
    why: Text


class Panel(Named):
    """Experts who score the members of a case, blind to each other until their own score is in."""

    title: Text
    role: Id
    size: int = Value(ge=1)
    reserves: int = Value(default=0, ge=0)
    match: tuple[Path, ...] = ()
    avoid: tuple[Avoided, ...] = ()
    objections: Path | None = None
    """Where applicants name the experts to whom they object, in the members' own workflow: ``recusals.name``."""
    history: Period = "3 years"
    """How long advice to an applicant, or a project with it, keeps an expert off."""
    lot: Lot | None = None
    assign: Assign | None = None
    rubric: dict[Id, Criterion]
    aggregate: Aggregate
    rank_within: Path | None = None
    line: Id | None = None
    """The ceiling of the members' own workflow that draws the line in the ranking."""
    sees_peers: Literal["anonymous", "named", "never"] = "anonymous"
    """What an expert sees of the others once the panel discusses and the own score is in."""
    outlier: Outlier | None = None
    examples: dict[Id, Example] = {}
    max_characters: int = Value(default=1000, ge=20, le=10_000)
    """So many 字 may each reason, the opinion and the reason of a change have; nothing is cut."""
    pledges: dict[Id, Text] = {}
    """What each expert accepts before the first dossier opens."""
    basis: str

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        return give_ids(data, "rubric", "examples")
