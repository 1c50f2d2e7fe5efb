"""Where a footprint comes from: the greatest lines run into their stages, the stages into the total.

What is taken off (credits, uptake) has no width to take away from, so it stands below with its own sum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from caseflow.web.charts import DARK, PALE, ROW, SIZE, SOFT, Drawing, Words, figure, fitted, number, span
from caseflow.web.charts_shown import Part, Shown, lumped

MOST_LINES = 12
"""Lines drawn one by one; the rest of each stage is one band."""
ALWAYS = 5
"""So many lines are drawn one by one however small they are."""
LEAST_SHARE = 0.01
"""Of what is emitted: a smaller line is drawn with the rest of its stage."""

_LEFT, _MIDDLE, _RIGHT, _NODE = 250.0, 450.0, 606.0, 12.0
_ROOM = 300.0
"""The height of everything that is emitted together."""
_GAP = 4.0


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of the picture. ``rest`` has a place ``{n}`` for how many lines are drawn as one."""

    emitted: str
    taken_off: str
    total: str
    unit: str
    rest: str

    def rest_of(self, n: int) -> str:
        return self.rest.replace("{n}", str(n))


@dataclass(frozen=True, slots=True)
class Band:
    """What is drawn of one stage: its lines that emit, and the sum of them as it is printed."""

    stage: Part
    lines: tuple[Part, ...]

    @property
    def exact(self) -> float:
        return math.fsum(line.exact for line in self.lines)

    @property
    def shown(self) -> Decimal:
        return sum((line.shown for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Flows:
    """The parts that are drawn. Their printed figures add up to the printed total."""

    bands: tuple[Band, ...]
    off: tuple[Part, ...]

    @property
    def emitted(self) -> Decimal:
        return sum((band.shown for band in self.bands), Decimal(0))

    @property
    def taken_off(self) -> Decimal:
        return sum((part.shown for part in self.off), Decimal(0))


def flows(found: Shown, texts: Texts) -> Flows:
    """What the picture draws of a result."""
    emitting = [line for line in found.ranked() if line.exact > 0]
    least = LEAST_SHARE * math.fsum(line.exact for line in emitting)
    greatest = {line.id for at, line in enumerate(emitting[:MOST_LINES]) if at < ALWAYS or line.exact >= least}
    bands = []
    for stage in found.stages:
        inside = [line for line in emitting if line.stage == stage.id]
        drawn = [line for line in inside if line.id in greatest]
        rest = [line for line in inside if line.id not in greatest]
        if inside:
            bands.append(Band(stage, (*drawn, *lumped(rest, 0, texts.rest_of))))
    off = [line for line in found.ranked() if line.exact <= 0]
    return Flows(tuple(bands), tuple(lumped(off, MOST_LINES, texts.rest_of)))


def sankey(found: Shown, words: Words, texts: Texts) -> Markup:
    """The picture; where nothing is emitted, only the total and what is taken off."""
    drawn = flows(found, texts)
    drawing = Drawing(words)
    whole = math.fsum(band.exact for band in drawn.bands)
    per_kg = _ROOM / whole if whole else 0.0
    y = _stages(drawing, drawn, per_kg, texts)
    if drawn.off:
        y = _off(drawing, drawn, y, texts)
    drawing.line(0, y, drawing.width, y)
    drawing.text(0, y + ROW * 0.75, f"{texts.total} {figure(found.total)} {texts.unit}", font_weight="bold")
    drawing.height = y + ROW * 1.5
    return drawing.svg()


def _stages(drawing: Drawing, drawn: Flows, per_kg: float, texts: Texts) -> float:
    """Lines, stages and what is emitted in all; returns where they end."""
    top, tops = 0.0, []
    for band in drawn.bands:
        ys, y = [], top
        for line in band.lines:
            slot = max(line.exact * per_kg, ROW - _GAP)
            ys.append((y, slot))
            y += slot + _GAP
        tops.append((top, y - _GAP, ys))
        top = y + ROW * 0.4
    bottom = max(top, ROW * 2)
    if not drawn.bands:
        return ROW
    whole = math.fsum(band.exact for band in drawn.bands) * per_kg
    into = (bottom - whole) / 2
    right = into
    for band, (begin, end, ys) in zip(drawn.bands, tops, strict=True):
        height = band.exact * per_kg
        middle = (begin + end - height) / 2
        _ribbon(drawing, _MIDDLE + _NODE, middle, _RIGHT, right, height)
        right += height
        at = middle
        for line, (y, slot) in zip(band.lines, ys, strict=True):
            wide = line.exact * per_kg
            start = y + (slot - wide) / 2
            _ribbon(drawing, _LEFT + _NODE, start, _MIDDLE, at, wide)
            drawing.rect(_LEFT, start, _NODE, wide, DARK, stroke="none", data_kg=figure(line.shown))
            _named(drawing, line, y + slot / 2)
            at += wide
        drawing.rect(_MIDDLE, middle, _NODE, height, DARK, stroke="none", data_stage_kg=figure(band.shown))
    drawing.rect(_RIGHT, into, _NODE, whole, DARK, stroke="none")
    _stage_names(drawing, drawn, tops, per_kg)
    x = _RIGHT + _NODE + 6
    drawing.text(x, into + whole / 2 - ROW * 0.45, texts.emitted, font_weight="bold")
    drawing.text(x, into + whole / 2 + ROW * 0.45, figure(drawn.emitted), font_weight="bold")
    return bottom + ROW * 0.3


def _stage_names(drawing: Drawing, drawn: Flows, tops: Sequence[tuple[float, float, object]], per_kg: float) -> None:
    """Beside the stages, over the bands: none lies on another."""
    last = -float(ROW)
    for band, (begin, end, _) in zip(drawn.bands, tops, strict=True):
        y = max((begin + end) / 2, last + ROW * 1.7)
        y = max(y, ROW * 0.9)
        last = y
        name = fitted(band.stage.name, 9)
        x = _MIDDLE + _NODE + 5
        wide = max(span(name), span(figure(band.shown)))
        drawing.shape(
            "rect", x=x - 2, y=y - ROW * 0.85, width=wide, height=ROW * 1.6, fill="#ffffff", fill_opacity=0.75
        )
        drawing.text(x, y - ROW * 0.38, name)
        drawing.text(x, y + ROW * 0.38, figure(band.shown))


def _named(drawing: Drawing, line: Part, y: float) -> None:
    shown = figure(line.shown)
    room = (_LEFT - 8 - span(shown) - 8) / (SIZE * 1.12)
    drawing.text(_LEFT - 6, y, f"{fitted(line.name, room)} {shown}", anchor="end")


def _ribbon(drawing: Drawing, x1: float, y1: float, x2: float, y2: float, height: float) -> None:
    if height <= 0:
        return
    half = (x1 + x2) / 2
    corners = [x1, y1, half, y1, half, y2, x2, y2, x2, y2 + height, half, y2 + height, half, y1 + height, x1]
    a = [number(float(one)) for one in (*corners, y1 + height)]
    path = f"M{a[0]} {a[1]}C{a[2]} {a[3]} {a[4]} {a[5]} {a[6]} {a[7]}L{a[8]} {a[9]}C{a[10]} {a[11]} {a[12]} {a[13]} "
    drawing.shape("path", d=f"{path}{a[14]} {a[15]}Z", fill=PALE, stroke="none")


def _off(drawing: Drawing, drawn: Flows, y: float, texts: Texts) -> float:
    """What is taken off: hatched bars from the right, each with its name, below their heading."""
    drawing.line(0, y, drawing.width, y, stroke_dasharray="4 4")
    y += ROW * 0.8
    drawing.text(0, y, f"{texts.taken_off} {figure(drawn.taken_off)}", font_weight="bold")
    largest = max(abs(part.exact) for part in drawn.off)
    for part in drawn.off:
        y += ROW
        wide = abs(part.exact) / largest * (_RIGHT - _LEFT) if largest else 0.0
        drawing.rect(_LEFT, y - 6, wide, 12, drawing.hatch, stroke=SOFT, data_kg=figure(part.shown))
        _named(drawing, part, y)
    return y + ROW
