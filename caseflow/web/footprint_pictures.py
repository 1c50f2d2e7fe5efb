"""The pictures of a footprint, each made of the same printed figures as the tables beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from caseflow.footprint.calculation import calculate
from caseflow.footprint.model import Undefined, model
from caseflow.footprint.montecarlo import simulate
from caseflow.footprint.rounding import rounded
from caseflow.footprint.shelf import Shelf
from caseflow.web import charts_bars, charts_histogram, charts_sankey
from caseflow.web.charts import Words, figure
from caseflow.web.charts_bars import Beside, Swing
from caseflow.web.charts_histogram import Mark
from caseflow.web.charts_sankey import Texts
from caseflow.web.charts_shown import Part, Ranked, ranking
from caseflow.web.drawing import named, t
from caseflow.web.footprint_sight import Sight

DRAWS = 10_000
MOST_RANKED = 20
"""Sources that the ranking draws one by one."""
MOST_SWINGS = 12
MARKED = ("2.5", "50", "97.5")
"""The percentiles that are marked."""
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Percentile:
    percent: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Spread:
    """A simulation as it is printed, in kgCO2e."""

    draws: int
    seed: int
    mean: Decimal
    sd: Decimal
    percentiles: tuple[Percentile, ...]


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of one result. ``simulation``: see :func:`simulation`."""

    sight: Sight
    simulation: Mapping[str, Any] | None = None

    @property
    def stage_bars(self) -> Markup:
        stages = [
            Beside(row.name, row.declared, row.part.shown, row.part.exact)
            for row in self.sight.stages
            if row.part is not None
        ]
        words = self._words("stages", t("footprint_review.stages_description", n=len(stages), total=self._total))
        return charts_bars.stage_bars(stages, words, t("footprint_review.declared"), t("footprint_review.recomputed"))

    @property
    def sankey(self) -> Markup:
        texts = Texts(
            t("footprint_review.emitted"),
            t("footprint_review.taken_off"),
            t("footprint_review.total"),
            "kgCO₂e",
            t("footprint_review.rest", n="{n}"),
        )
        drawn = charts_sankey.flows(self.sight.shown, texts)
        values = {
            "emitted": figure(drawn.emitted), "off": figure(drawn.taken_off), "total": self._total, "most": self._most(),
        }  # fmt: skip
        words = self._words("sankey", t("footprint_review.sankey_description", **values))
        return charts_sankey.sankey(self.sight.shown, words, texts)

    @property
    def ranked(self) -> list[Ranked]:
        """What the ranking draws: the greatest sources, and the rest as one."""
        every = ranking(self.sight.shown)
        rest = every[MOST_RANKED:]
        if len(rest) < 2:  # one alone is drawn under its own name
            return every
        parts = [one.part for one in rest]
        joined = Part(
            "",
            t("footprint_review.rest", n=len(rest)),
            sum((part.shown for part in parts), Decimal(0)),
            sum(part.exact for part in parts),
        )
        return [*every[:MOST_RANKED], Ranked(joined, 1.0)]

    @property
    def vital(self) -> int:
        """How many sources make up 80 % of the absolute sum."""
        every = ranking(self.sight.shown)
        return next((at + 1 for at, one in enumerate(every) if one.cumulated >= charts_bars.VITAL), len(every))

    @property
    def pareto(self) -> Markup:
        values = {"n": self.vital, "all": len(self.sight.shown.lines), "most": self._most()}
        words = self._words("pareto", t("footprint_review.pareto_description", **values))
        return charts_bars.pareto(self.ranked, words, "80%")

    @property
    def spread(self) -> Spread | None:
        found = self.simulation
        if found is None:
            return None
        percentiles = tuple(Percentile(name, self._rounded(value)) for name, value in found["percentiles"].items())
        return Spread(
            found["draws"], found["seed"], self._rounded(found["mean"]), self._rounded(found["sd"]), percentiles
        )

    @property
    def histogram(self) -> Markup | None:
        found = self.simulation
        if found is None:
            return None
        marks = [Mark(found["percentiles"][one], f"{one}% {self._figure(found['percentiles'][one])}") for one in MARKED]
        stated = t("footprint_review.static", value=self._total)
        low, middle, high = (self._figure(found["percentiles"][one]) for one in MARKED)
        values = {"draws": found["draws"], "low": low, "middle": middle, "high": high, "static": self._total}
        words = self._words("histogram", t("footprint_review.histogram_description", **values))
        marks.append(Mark(self.sight.stored.total, stated, stated=True))
        return charts_histogram.histogram(found["histogram"], found["edges"], marks, words)

    @property
    def swings(self) -> list[Swing]:
        bars = (self.sight.stored.body.get("uncertainty") or {}).get("tornado") or []
        return [
            Swing(
                self._variable(bar["variable"]),
                bar["low"],
                bar["high"],
                self._figure(bar["low"]),
                self._figure(bar["high"]),
            )
            for bar in bars[:MOST_SWINGS]
        ]

    @property
    def tornado(self) -> Markup | None:
        swings = self.swings
        if not swings:
            return None
        values = {"name": swings[0].name, "low": swings[0].low_text, "high": swings[0].high_text, "static": self._total}
        words = self._words("tornado", t("footprint_review.tornado_description", **values))
        return charts_bars.tornado(swings, words, self.sight.stored.total, self._total)

    @property
    def formula(self) -> Mapping[str, Any] | None:
        """Mean, deviation and interval by formula, printed."""
        found = (self.sight.stored.body.get("uncertainty") or {}).get("formula")
        return {name: self._rounded(found[name]) for name in ("mean", "sd", "low", "high")} if found else None

    @property
    def _total(self) -> str:
        return figure(self.sight.shown.total)

    def _rounded(self, value: float) -> Decimal:
        return rounded(value, self.sight.shown.digits)

    def _figure(self, value: float) -> str:
        return figure(self._rounded(value))

    def _words(self, picture: str, description: str) -> Words:
        title = t(f"footprint_review.picture.{picture}")
        return Words(f"{picture}-{self.sight.stored.id}", title, description)

    def _most(self) -> list[str]:
        """The greatest sources with their figures, for who does not see the picture."""
        return [f"{part.name} {figure(part.shown)}" for part in self.sight.shown.ranked()[:_NAMED]]

    def _variable(self, variable: str) -> str:
        """What moves the total, in words: the amount of a line, a factor, a parameter."""
        kind, _, name = variable.partition(":")
        for row in self.sight.lines:
            if kind == "line" and row.id == name:
                return t("footprint_review.amount_of", name=row.name)
            if kind == "factor" and name in (row.line["factor"], f"line/{row.id}"):
                title = row.line["factor_name"]
                return t("footprint_review.factor_of", name=named(title) if title else row.name)
        return name


def simulation(sight: Sight, shelf: Shelf) -> Mapping[str, Any] | None:
    """The simulation kept with the result; else the same draws made now, by the seed that belongs to the study.

    None where nothing is uncertain, or where the published data that the result stands on are no longer the same.
    """
    kept = sight.stored.body.get("uncertainty") or {}
    found: Mapping[str, Any] | None = kept.get("simulation")
    if found is not None or not kept:
        return found
    study = sight.filed.study
    if calculate(study, shelf).input_hash != sight.result.get("input_hash"):
        return None
    try:
        return simulate(model(study, shelf), DRAWS, int(study.hash[:8], 16)).as_json()
    except Undefined:
        return None
