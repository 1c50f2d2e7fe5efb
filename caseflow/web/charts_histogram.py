"""How far a footprint may lie from what is stated: the totals of many draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from caseflow.web.charts import INK, PALE, ROW, SOFT, WIDTH, Drawing, Scale, Words, span

_HEIGHT = 190.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure marked on the axis. ``stated``: it is no percentile but the figure that is declared and stands for all."""

    value: float
    text: str
    stated: bool = False


def histogram(counts: Sequence[int], edges: Sequence[float], marks: Sequence[Mark], words: Words) -> Markup:
    """Counts between the edges, and the marks one below the other so that none hides another."""
    drawing = Drawing(words)
    scale = Scale.of([*edges, *(mark.value for mark in marks)], 12, WIDTH - 12, zero=False)
    top = ROW * (len(marks) + 0.5)
    floor = top + _HEIGHT
    most = max(counts, default=0) or 1
    for count, low, high in zip(counts, edges, edges[1:], strict=False):
        tall = count / most * _HEIGHT
        left, right = scale.at(low), scale.at(high)
        drawing.rect(left, floor - tall, right - left, tall, PALE, stroke=SOFT, stroke_width=0.6)
    drawing.line(12, floor, WIDTH - 12, floor, stroke=INK)
    for at, mark in enumerate(sorted(marks, key=lambda one: one.value)):
        x, y = scale.at(mark.value), ROW * (at + 0.6)
        drawing.line(
            x, y + ROW * 0.4, x, floor, stroke=INK, stroke_width=2.5 if mark.stated else 1.2,
            **({} if mark.stated else {"stroke_dasharray": "5 4"}),
        )  # fmt: skip
        half = span(mark.text) / 2
        anchor = "start" if x - half < 0 else "end" if x + half > WIDTH else "middle"
        drawing.text(x, y, mark.text, anchor=anchor, font_weight="bold" if mark.stated else "normal")
    drawing.height = floor + 6
    return drawing.svg()
