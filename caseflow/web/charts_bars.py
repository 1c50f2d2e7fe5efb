"""Bars that lie: stages declared beside recomputed, sources by rank, and what moves the total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from caseflow.web.charts import (
    DARK,
    INK,
    ROW,
    SIZE,
    SOFT,
    WIDTH,
    Drawing,
    Scale,
    Words,
    figure,
    fitted,
    legend,
    span,
)
from caseflow.web.charts_shown import Ranked

_NAMES = 210.0
_ROOM = 13.0
"""Characters of a name."""
VITAL = 0.8
"""The few sources that make up so much are the ones to work on."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A stage: what is declared of it (none: nothing) and what it comes to."""

    name: str
    declared: Decimal | None
    recomputed: Decimal
    exact: float


def stage_bars(stages: Sequence[Beside], words: Words, declared: str, recomputed: str) -> Markup:
    """For each stage the declared figure, hatched, above the recomputed one."""
    drawing = Drawing(words)
    labels = [figure(one.recomputed) for one in stages]
    labels += [figure(one.declared) for one in stages if one.declared is not None]
    right = WIDTH - max((span(one) for one in labels), default=0) - 12
    figures = [one.exact for one in stages] + [float(one.declared) for one in stages if one.declared is not None]
    left = _NAMES + (max(span(one) for one in labels) if any(one < 0 for one in figures) else 0)
    scale = Scale.of(figures, left, right)
    both = any(one.declared is not None for one in stages)
    legend(drawing, 10, [*([(drawing.hatch, declared)] if both else []), (DARK, recomputed)])
    y = ROW * 1.4
    for one in stages:
        middle = y + (ROW if one.declared is not None else ROW / 2)
        drawing.text(_NAMES - 10, middle, fitted(one.name, _ROOM), anchor="end")
        if one.declared is not None:
            _bar(drawing, scale, y + ROW / 2, float(one.declared), drawing.hatch, figure(one.declared))
            y += ROW
        _bar(drawing, scale, y + ROW / 2, one.exact, DARK, figure(one.recomputed), data_kg=figure(one.recomputed))
        y += ROW * 1.5
    drawing.line(scale.at(0), ROW * 1.2, scale.at(0), y, stroke=INK)
    drawing.height = y
    return drawing.svg()


def _bar(drawing: Drawing, scale: Scale, y: float, value: float, fill: str, text: str, **more: str) -> None:
    zero, end = scale.at(0), scale.at(value)
    drawing.rect(min(zero, end), y - 7, abs(end - zero), 14, fill, **more)
    if value < 0:
        drawing.text(end - 5, y, text, anchor="end")
    else:
        drawing.text(end + 5, y, text)


def pareto(ranked: Sequence[Ranked], words: Words, vital: str) -> Markup:
    """Each source as a step that begins where the one before it ends, on one axis of the absolute sum.

    What is taken off is hatched. ``vital``: what the line at 80 % is called.
    """
    drawing = Drawing(words)
    axis = Scale(0, 1, _NAMES, WIDTH - 24)
    top = y = ROW * 1.4
    edge = axis.at(VITAL)
    for percent in (0, 50, 100):
        drawing.line(axis.at(percent / 100), top, axis.at(percent / 100), top + ROW * len(ranked))
    before = 0.0
    for one in ranked:
        middle, text = y + ROW / 2, figure(one.part.shown)
        drawing.text(_NAMES - 10, middle, fitted(one.part.name, _ROOM), anchor="end")
        begin, end = axis.at(before), axis.at(one.cumulated)
        fill = DARK if one.part.exact >= 0 else drawing.hatch
        drawing.rect(begin, middle - 7, end - begin, 14, fill, data_kg=text)
        if end + 5 + span(text) < WIDTH:
            drawing.text(end + 5, middle, text)
        else:
            drawing.text(begin - 5, middle, text, anchor="end")
        before = one.cumulated
        y += ROW
    drawing.line(edge, top - 6, edge, y, stroke=INK, stroke_dasharray="6 4", stroke_width=1.5)
    drawing.text(edge, 10, vital, anchor="middle")
    for percent in (0, 50, 100):
        drawing.text(axis.at(percent / 100), y + ROW / 2, f"{percent}%", anchor="middle", fill=SOFT)
    drawing.height = y + ROW
    return drawing.svg()


@dataclass(frozen=True, slots=True)
class Swing:
    """What the total is with one figure low and high, all others as stated."""

    name: str
    low: float
    high: float
    low_text: str
    high_text: str


def tornado(swings: Sequence[Swing], words: Words, static: float, static_text: str) -> Markup:
    """The widest bar first; up to the stated total hatched where the figure is low, dark where it is high."""
    drawing = Drawing(words)
    wide = max((max(span(one.low_text), span(one.high_text)) for one in swings), default=0) + 10
    figures = [static, *(one.low for one in swings), *(one.high for one in swings)]
    scale = Scale.of(figures, _NAMES + wide, WIDTH - wide, zero=False)
    middle, y = scale.at(static), ROW * 1.4
    for one in swings:
        at = y + ROW / 2
        drawing.text(_NAMES - 10, at, fitted(one.name, _ROOM), anchor="end")
        ends = []
        for value, text, fill in ((one.low, one.low_text, drawing.hatch), (one.high, one.high_text, DARK)):
            end = scale.at(value)
            drawing.rect(min(end, middle), at - 7, abs(end - middle), 14, fill)
            ends.append((end, text))
        (left, left_text), (right, right_text) = sorted(ends)
        drawing.text(min(left, middle) - 5, at, left_text, anchor="end")
        drawing.text(max(right, middle) + 5, at, right_text)
        y += ROW
    drawing.line(middle, ROW * 1.1, middle, y + 4, stroke=INK, stroke_width=1.5)
    anchor = "middle" if middle - span(static_text) / 2 > _NAMES and middle + span(static_text) / 2 < WIDTH else "end"
    drawing.text(middle, SIZE * 0.8, static_text, anchor=anchor)
    drawing.height = y + ROW / 2
    return drawing.svg()
