"""The scores of a panel: every total as a point in its box, and every place with the interval that it may take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from caseflow.web.charts import INK, PALE, ROW, WIDTH, Drawing, Scale, number, span
from caseflow.web.charts_panel import DOT, NAMES, Picture, Sheet, axis, diamond, dot, key, named, shown
from caseflow.words import Language


@dataclass(frozen=True, slots=True)
class CaseTotals:
    """The totals of one case, without who gave which: those that count, and those that the rule drops."""

    label: str
    used: tuple[Decimal, ...]
    dropped: tuple[Decimal, ...]
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a case stands in its group and may stand; ``flips``: something would move it over the line."""

    label: str
    score: Decimal
    place: int
    best: int
    worst: int
    flips: bool


def quartiles(values: Sequence[Decimal]) -> tuple[Fraction, Fraction, Fraction]:
    """Lower quartile, median, upper quartile, between the two nearest values in proportion.

    Definition 7 of Hyndman and Fan, The American Statistician 50 (1996) 361, as spreadsheets have it.
    """
    ordered = sorted(Fraction(one) for one in values)
    found = []
    for part in (1, 2, 3):
        at = Fraction(part * (len(ordered) - 1), 4)
        low = math.floor(at)
        high = min(low + 1, len(ordered) - 1)
        found.append(ordered[low] + (at - low) * (ordered[high] - ordered[low]))
    return found[0], found[1], found[2]


def score_boxes(cases: Sequence[CaseTotals], language: Language, name: str = "panel-boxes") -> Picture:
    """For each case the box of its totals with every total as a point, and its score; in the order given."""
    sheet = Sheet("boxes", name, language)
    scored = [one.score for one in cases if one.score is not None]
    texts = (
        {"low": shown(min(scored)), "high": shown(max(scored))} if scored else {"low": shown(None), "high": shown(None)}
    )
    drawing = Drawing(sheet.words(n=len(cases), **texts))
    marks = ((PALE, "box"), ("dot", "used"), ("hollow", "dropped"), ("diamond", "score"))
    top = key(drawing, [(mark, sheet.say(part)) for mark, part in marks])
    figures = [float(one) for case in cases for one in (*case.used, *case.dropped)]
    figures += [float(one) for one in scored]
    wide = max((span(shown(one.score)) for one in cases), default=0) + 14
    scale = Scale.of(figures or [0.0], NAMES + DOT, WIDTH - wide - DOT, zero=False)
    tall = ROW * 1.5
    bottom = top + tall * len(cases)
    axis(drawing, scale, top, bottom)
    rows = []
    for at, case in enumerate(cases):
        y = top + tall * (at + 0.5)
        named(drawing, y, case.label)
        _box(drawing, scale, y, case)
        if case.score is not None:
            diamond(drawing, scale.at(float(case.score)), y)
        drawing.text(WIDTH, y, shown(case.score), anchor="end", font_weight="bold")
        rows.append(_figures(sheet, case))
    drawing.height = bottom + ROW * 1.2
    columns = ("case", "totals", "dropped", "lowest", "lower_quartile", "median", "upper_quartile", "highest", "score")
    return sheet.picture(drawing, columns, rows)


def _box(drawing: Drawing, scale: Scale, y: float, case: CaseTotals) -> None:
    values = [*case.used, *case.dropped]
    if not values:
        return
    low, middle, high = (scale.at(float(one)) for one in quartiles(values))
    drawing.line(scale.at(float(min(values))), y, scale.at(float(max(values))), y, stroke=INK)
    drawing.rect(low, y - 9, high - low, 18, PALE)
    drawing.line(middle, y - 9, middle, y + 9, stroke=INK, stroke_width=2.5)
    stacked: dict[Decimal, int] = {}
    points = sorted([(one, False) for one in case.used] + [(one, True) for one in case.dropped])
    for value, hollow in points:
        nth = stacked.get(value, 0)
        stacked[value] = nth + 1
        aside = (nth + 1) // 2 * (1 if nth % 2 else -1)  # equal totals lie beside one another
        dot(drawing, scale.at(float(value)), y + max(-2, min(2, aside)) * DOT * 1.4, hollow=hollow)


def _figures(sheet: Sheet, case: CaseTotals) -> tuple[str, ...]:
    values = [*case.used, *case.dropped]
    low, middle, high = quartiles(values) if values else (None, None, None)
    lists = [sheet.joined([shown(one) for one in sorted(part)]) or shown(None) for part in (case.used, case.dropped)]
    ends = (min(values, default=None), low, middle, high, max(values, default=None), case.score)
    return (case.label, *lists, *(shown(one) for one in ends))


def rank_intervals(cases: Sequence[Interval], quota: int, language: Language, name: str = "panel-ranks") -> Picture:
    """The cases of one group by place: the interval of each, hatched where it may change sides, and the quota's line."""
    sheet = Sheet("ranks", name, language)
    flipping = [one.label for one in cases if one.flips]
    values = {"n": len(cases), "quota": quota, "flips": len(flipping), "names": sheet.joined(flipping) or shown(None)}
    drawing = Drawing(sheet.words(**values))
    marks = ((PALE, "stable"), (drawing.hatch, "flips"), ("dot", "place"), ("line", "quota"))
    top = key(drawing, [(mark, sheet.say(part, quota=quota)) for mark, part in marks])
    ordered = sorted(cases, key=lambda one: (one.place, one.label))
    last = max((one.worst for one in cases), default=1)
    texts = [f"{one.place} ({one.best}–{one.worst})" for one in ordered]
    wide = max((span(one) for one in texts), default=0) + 10
    scale = Scale(0.5, max(last, quota) + 0.5, NAMES, WIDTH - wide)
    bottom = top + ROW * len(cases)
    axis(drawing, Scale(1, max(last, quota, 2), scale.at(1), scale.at(max(last, quota, 2))), top, bottom, whole=True)
    for at, (one, text) in enumerate(zip(ordered, texts, strict=True)):
        y = top + ROW * (at + 0.5)
        named(drawing, y, one.label)
        left, right = scale.at(one.best - 0.4), scale.at(one.worst + 0.4)
        drawing.rect(left, y - 7, right - left, 14, drawing.hatch if one.flips else PALE)
        dot(drawing, scale.at(one.place), y)
        drawing.text(WIDTH, y, text, anchor="end", font_weight="bold" if one.flips else "normal")
    line = scale.at(quota + 0.5)
    drawing.line(line, top - 4, line, bottom, stroke=INK, stroke_width=1.8, stroke_dasharray="6 4")
    drawing.height = bottom + ROW * 1.2
    rows = [
        (
            one.label,
            shown(one.score),
            number(one.place),
            f"{one.best}–{one.worst}",
            sheet.say("yes" if one.flips else "no"),
        )
        for one in ordered
    ]
    return sheet.picture(drawing, ("case", "score", "place", "interval", "flips"), rows)
