"""A round of a panel: what each expert carries, how far they agree, and who reads what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from caseflow.web.charts import DARK, INK, ROW, RULE, SIZE, WHITE, WIDTH, Drawing, Scale, fitted, number, span
from caseflow.web.charts_panel import DOT, NAMES, Picture, Sheet, axis, dot, key, named, shown
from caseflow.words import Language

TENTATIVE, SOUND = 0.667, 0.8
"""From where an agreement allows tentative conclusions, and conclusions (Krippendorff, Content Analysis, ch. 12)."""
CELL = 18.0
Mark = Literal["free", "assigned", "kept", "conflict"]
_HEAD = 6.0
"""Characters of an expert's name above a column."""


@dataclass(frozen=True, slots=True)
class Load:
    """The cases of one expert: of this round, and carried from elsewhere; and how many they are to be."""

    label: str
    assigned: int
    carried: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far experts agree on a criterion, 1 being wholly; None where nothing varies. ``measure``: α, ICC(2,k)."""

    label: str
    measure: str
    value: float | None
    low: float | None
    high: float | None
    cases: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One expert at one case; ``kept`` was assigned before."""

    mark: Mark
    fit: int


def loads(experts: Sequence[Load], language: Language, name: str = "panel-loads") -> Picture:
    """A bar for each expert: the cases of the round, behind them those carried, and the limits as two strokes."""
    sheet = Sheet("loads", name, language)
    figures = [one.assigned for one in experts]
    values = {"n": len(experts), "low": min(figures, default=0), "high": max(figures, default=0), "all": sum(figures)}
    drawing = Drawing(sheet.words(**values))
    marks = ((DARK, "assigned"), (drawing.hatch, "carried"), ("line", "limits"))
    top = key(drawing, [(mark, sheet.say(part)) for mark, part in marks])
    texts = [f"{one.assigned} ({one.least}–{one.most})" for one in experts]
    wide = max((span(one) for one in texts), default=0) + 10
    most = max((max(one.assigned + one.carried, one.most) for one in experts), default=1)
    scale = Scale.of([float(most)], NAMES, WIDTH - wide)
    bottom = top + ROW * len(experts)
    axis(drawing, scale, top, bottom, whole=True)
    for at, (one, text) in enumerate(zip(experts, texts, strict=True)):
        y = top + ROW * (at + 0.5)
        named(drawing, y, one.label)
        own, whole = scale.at(one.assigned), scale.at(one.assigned + one.carried)
        drawing.rect(NAMES, y - 6, own - NAMES, 12, DARK, data_load=number(one.assigned))
        drawing.rect(own, y - 6, whole - own, 12, drawing.hatch)
        for limit in (one.least, one.most):
            x = scale.at(limit)
            drawing.line(x, y - 10, x, y + 10, stroke=INK, stroke_width=1.6, stroke_dasharray="5 3")
        drawing.text(WIDTH, y, text, anchor="end")
    drawing.height = bottom + ROW * 1.2
    rows = [(one.label, *(number(n) for n in (one.assigned, one.carried, one.least, one.most))) for one in experts]
    return sheet.picture(drawing, ("expert", "assigned", "carried", "least", "most"), rows)


def agreements(criteria: Sequence[Agreement], language: Language, name: str = "panel-agreement") -> Picture:
    """For each criterion and measure its value with the interval, and the two marks from which it says something."""
    sheet = Sheet("agreement", name, language)
    known = [one.value for one in criteria if one.value is not None]
    low = [f"{one.label} {one.measure}" for one in criteria if one.value is not None and one.value < TENTATIVE]
    values = {"n": len(criteria), "low": shown(min(known, default=None), 3), "below": sheet.joined(low) or shown(None)}
    drawing = Drawing(sheet.words(**values, mark=shown(TENTATIVE, 3)))
    marks = [("dot", sheet.say("value")), ("line", sheet.say("marks", tentative=TENTATIVE, sound=SOUND))]
    top = key(drawing, marks)
    ends = [one for each in criteria for one in (each.value, each.low, each.high) if one is not None]
    texts = [_interval(one) for one in criteria]
    wide = max((span(one) for one in texts), default=0) + 12
    scale = Scale.of([*ends, 1.0], NAMES + DOT, WIDTH - wide - DOT)
    bottom = top + ROW * len(criteria)
    axis(drawing, scale, top, bottom)
    for mark in (TENTATIVE, SOUND):
        x = scale.at(mark)
        drawing.line(x, top, x, bottom, stroke=INK, stroke_width=1.6, stroke_dasharray="5 3")
    for at, (one, text) in enumerate(zip(criteria, texts, strict=True)):
        y = top + ROW * (at + 0.5)
        named(drawing, y, f"{one.label} {one.measure}")
        if one.value is not None:
            left, right = (scale.at(one.value if end is None else end) for end in (one.low, one.high))
            drawing.line(left, y, right, y, stroke=INK, stroke_width=2)
            for end in (left, right) if right > left else ():
                drawing.line(end, y - 6, end, y + 6, stroke=INK, stroke_width=2)
            dot(drawing, scale.at(one.value), y)
        drawing.text(WIDTH, y, text, anchor="end")
    drawing.height = bottom + ROW * 1.2
    rows = [
        (one.label, one.measure, shown(one.value, 3), shown(one.low, 3), shown(one.high, 3), number(one.cases))
        for one in criteria
    ]
    return sheet.picture(drawing, ("criterion", "measure", "value", "low", "high", "cases"), rows)


def _interval(one: Agreement) -> str:
    if one.low is None or one.high is None:
        return shown(one.value, 3)
    return f"{shown(one.value, 3)} ({shown(one.low, 3)}–{shown(one.high, 3)})"


def assignment_matrix(
    cases: Sequence[str],
    experts: Sequence[str],
    cells: Sequence[Sequence[Cell]],
    language: Language,
    name: str = "panel-matrix",
) -> Picture:
    """Cases by experts: assigned dark, kept with a point within, conflicts hatched; the table lists who reads what.

    ``cells`` has a row for each case.
    """
    sheet = Sheet("matrix", name, language)
    taken = [[one.mark in {"assigned", "kept"} for one in row] for row in cells]
    values = {"cases": len(cases), "experts": len(experts), "n": sum(map(sum, taken))}
    values["conflicts"] = sum(one.mark == "conflict" for row in cells for one in row)
    drawing = Drawing(sheet.words(**values), width=max(WIDTH, NAMES + CELL * len(experts) + 60))
    heads = [fitted(one, _HEAD) for one in experts]
    entries = [(DARK, "assigned"), ("hollow", "kept"), (drawing.hatch, "conflict"), (WHITE, "free")]
    top = key(drawing, [(mark, sheet.say(part)) for mark, part in entries])
    top += max((span(one) for one in heads), default=0.0) + 6
    for at, label in enumerate(heads):
        x = NAMES + CELL * (at + 0.5)
        turned = f"rotate(-90 {number(x)} {number(top - 6)})"
        drawing.shape("text", label, x=x, y=top - 6 + SIZE * 0.36, text_anchor="start", fill=INK, transform=turned)
    for at, (label, row, own) in enumerate(zip(cases, cells, taken, strict=True)):
        y = top + CELL * at
        named(drawing, y + CELL / 2, label)
        for place, cell in enumerate(row):
            x = NAMES + CELL * place
            fill = DARK if own[place] else drawing.hatch if cell.mark == "conflict" else WHITE
            drawing.rect(x, y, CELL, CELL, fill, stroke=RULE, stroke_width=0.6, data_mark=cell.mark)
            if cell.mark == "kept":
                dot(drawing, x + CELL / 2, y + CELL / 2, hollow=True)
        drawing.text(NAMES + CELL * len(experts) + 8, y + CELL / 2, number(sum(own)))
    foot = top + CELL * len(cases) + ROW * 0.6
    named(drawing, foot, sheet.say("load"))
    for place in range(len(experts)):
        drawing.text(NAMES + CELL * (place + 0.5), foot, number(sum(own[place] for own in taken)), anchor="middle")
    drawing.height = foot + ROW * 0.8
    rows = [
        (
            label,
            _readers(sheet, experts, row, ("assigned", "kept")),
            _readers(sheet, experts, row, ("kept",)),
            _readers(sheet, experts, row, ("conflict",)),
        )
        for label, row in zip(cases, cells, strict=True)
    ]
    return sheet.picture(drawing, ("case", "readers", "kept", "conflicts"), rows)


def _readers(sheet: Sheet, experts: Sequence[str], row: Sequence[Cell], marks: Sequence[str]) -> str:
    """The experts with one of the marks; those who read with their fit."""
    found = [
        label if cell.mark == "conflict" else f"{label} ({cell.fit})"
        for label, cell in zip(experts, row, strict=True)
        if cell.mark in marks
    ]
    return sheet.joined(found) or shown(None)
