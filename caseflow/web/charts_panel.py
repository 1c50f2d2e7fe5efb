"""Pictures of a panel's work, each with the table of the same figures: what is shared by all of them.

Pure: from plain figures and a language to one string and one table. No expert is named by a point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from caseflow import words
from caseflow.footprint.rounding import rounded
from caseflow.web.charts import DARK, INK, ROW, SOFT, WHITE, Drawing, Scale, Words, figure, fitted, span
from caseflow.words import Language

NAMES = 190.0
"""Room for the names at the left, in units of the drawing; ROOM in characters."""
ROOM = 11.5
DOT = 4.0
_TICKS = 6


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing and the table that stands beside it. The first cell of each row names what the row is about."""

    svg: Markup
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a picture is drawn on: its name in the page, its texts, its language."""

    kind: str
    name: str
    language: Language

    def say(self, part: str, **values: Any) -> str:
        return words.text(f"charts_panel.{self.kind}.{part}", self.language, **values)

    def words(self, **values: Any) -> Words:
        return Words(self.name, self.say("title"), self.say("description", **values))

    def picture(self, drawing: Drawing, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Picture:
        """``columns``: the keys of the headings."""
        head = tuple(words.text(f"charts_panel.column.{one}", self.language) for one in columns)
        return Picture(drawing.svg(), self.say("title"), head, tuple(tuple(row) for row in rows))

    def joined(self, parts: Sequence[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(parts)


def shown(value: Decimal | Fraction | float | None, digits: int = 2) -> str:
    """A figure as it is printed in picture and table; a dash where there is none."""
    return "—" if value is None else figure(rounded(value, digits))


def dot(drawing: Drawing, x: float, y: float, *, hollow: bool = False) -> None:
    drawing.shape("circle", cx=x, cy=y, r=DOT, fill=WHITE if hollow else DARK, stroke=INK, stroke_width=1.2)


def diamond(drawing: Drawing, x: float, y: float) -> None:
    """What counts in the end."""
    points = f"{x:.1f},{y - 7:.1f} {x + 5:.1f},{y:.1f} {x:.1f},{y + 7:.1f} {x - 5:.1f},{y:.1f}"
    drawing.shape("polygon", points=points, fill=WHITE, stroke=INK, stroke_width=1.6)


def named(drawing: Drawing, y: float, name: str) -> None:
    drawing.text(NAMES - 12, y, fitted(name, ROOM), anchor="end")


def key(drawing: Drawing, entries: Sequence[tuple[str, str]]) -> float:
    """The meaning of each mark, in as many lines as they need; gives where the last one ends.

    A mark is ``dot``, ``hollow``, ``diamond``, ``line``, or the fill of a box.
    """
    x, y = 0.0, 10.0
    for mark, text in entries:
        wide = 23 + span(text) + 20
        if x and x + wide > drawing.width:
            x, y = 0.0, y + ROW
        if mark in {"dot", "hollow"}:
            dot(drawing, x + 9, y, hollow=mark == "hollow")
        elif mark == "diamond":
            diamond(drawing, x + 9, y)
        elif mark == "line":
            drawing.line(x + 9, y - 8, x + 9, y + 8, stroke=INK, stroke_width=1.6, stroke_dasharray="5 3")
        else:
            drawing.rect(x + 1, y - 6, 16, 12, mark)
        drawing.text(x + 23, y, text)
        x += wide
    return y + ROW * 0.7


def axis(drawing: Drawing, scale: Scale, top: float, bottom: float, *, whole: bool = False) -> None:
    """Pale lines at round figures, which are written below; ``whole``: of what is counted one by one."""
    for value, text in ticks(scale.low, scale.high, whole=whole):
        x = scale.at(value)
        drawing.line(x, top, x, bottom, stroke_width=0.6)
        drawing.text(x, bottom + ROW * 0.6, text, anchor="middle", fill=SOFT)


def ticks(low: float, high: float, *, whole: bool = False) -> list[tuple[float, str]]:
    """At most seven round figures between two ends, as they are written; ``whole``: no part of one."""
    raw = (high - low) / _TICKS
    if whole:
        raw = max(raw, 1.0)
    if not raw > 0:
        return [(low, f"{low:g}")]
    power = math.floor(math.log10(raw))
    step = next(one for one in (1, 2, 5, 10) if one * 10.0**power >= raw * (1 - 1e-9))
    first, last = math.ceil(low / (step * 10.0**power) - 1e-9), math.floor(high / (step * 10.0**power) + 1e-9)
    digits = max(0, -power)
    return [(n * step * 10.0**power, f"{n * step * 10.0**power + 0.0:.{digits}f}") for n in range(first, last + 1)]
