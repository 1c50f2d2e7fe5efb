"""Pictures as SVG: from figures and texts to one string, which stands in a page or on paper and needs nothing else.

Colours stand in attributes, so that no style is needed; each is told from the others by its lightness, and what was
stated or taken off by its hatching, so that a picture is read in grey as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from caseflow.records import measures

INK, SOFT, RULE = "#1b2a30", "#51636b", "#9fb0b6"
DARK, PALE, WHITE = "#0b5563", "#c3dade", "#ffffff"
SIZE = 13
"""Of the letters, in the units of the drawing."""
WIDTH = 760
ROW = 22
"""What a line of text needs."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a picture says of itself: its name in the page, its title, and in a sentence or two what it shows."""

    name: str
    title: str
    description: str


@dataclass(slots=True)
class Drawing:
    """Shapes one after the other; those drawn later lie on top."""

    words: Words
    width: float = WIDTH
    height: float = 0
    shapes: list[Markup] = field(default_factory=list)

    def rect(self, x: float, y: float, width: float, height: float, fill: str, **more: Any) -> None:
        """A box; one without height or width is not drawn."""
        if width > 0 and height > 0:
            self.shape("rect", x=x, y=y, width=width, height=height, fill=fill, **{"stroke": INK, **more})

    def line(self, x1: float, y1: float, x2: float, y2: float, **more: Any) -> None:
        self.shape("line", x1=x1, y1=y1, x2=x2, y2=y2, **{"stroke": RULE, **more})

    def text(self, x: float, y: float, text: str, *, anchor: str = "start", **more: Any) -> None:
        """``y`` is the middle of the line."""
        self.shape("text", text, x=x, y=y + SIZE * 0.36, text_anchor=anchor, **{"fill": INK, **more})

    def shape(self, tag: str, inside: str = "", /, **attributes: Any) -> None:
        given = Markup("").join(
            Markup(' {}="{}"').format(name.replace("_", "-"), number(value)) for name, value in attributes.items()
        )
        self.shapes.append(Markup("<{0}{1}>{2}</{0}>").format(tag, given, inside))

    @property
    def hatch(self) -> str:
        """A fill of slanted lines."""
        return f"url(#{self.words.name}-hatch)"

    def svg(self) -> Markup:
        name = self.words.name
        head = Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-labelledby="{0}-title {0}-desc" '
            'viewBox="0 0 {1} {2}" width="{1}" height="{2}" font-size="{3}">'
            '<title id="{0}-title">{4}</title><desc id="{0}-desc">{5}</desc>'
            '<defs><pattern id="{0}-hatch" width="6" height="6" patternUnits="userSpaceOnUse">'
            '<rect width="6" height="6" fill="{6}"></rect>'
            '<path d="M0 6L6 0M-1 1L1 -1M5 7L7 5" stroke="{7}" stroke-width="1.2"></path></pattern></defs>'
        ).format(
            name, number(self.width), number(self.height), SIZE, self.words.title, self.words.description, WHITE, SOFT
        )
        return head + Markup("").join(self.shapes) + Markup("</svg>")


def number(value: Any) -> str:
    """A place on the drawing to a hundredth; a text stays as it is."""
    if isinstance(value, float | int):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)


def figure(value: Decimal) -> str:
    """A figure as it is printed, every digit written out."""
    return f"{value:f}"


def fitted(text: str, most: float) -> str:
    """A text that is no wider than ``most`` characters, cut where it must be."""
    if measures.width(text) <= most:
        return text
    room, kept = most - 1, ""
    for one in text:
        room -= measures.width(one)
        if room < 0:
            break
        kept += one
    return f"{kept.rstrip()}…"


def span(text: str) -> float:
    """The width of a text in units of the drawing, never too little."""
    return measures.width(text) * SIZE * 1.12


@dataclass(frozen=True, slots=True)
class Scale:
    """From figures to places between ``left`` and ``right``; zero is always among them."""

    low: float
    high: float
    left: float
    right: float

    @classmethod
    def of(cls, figures: Iterable[float], left: float, right: float, *, zero: bool = True) -> Scale:
        found = [*figures, *((0.0,) if zero else ())]
        low, high = min(found), max(found)
        return cls(low, high if high > low else low + 1.0, left, right)

    def at(self, value: float) -> float:
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)


def legend(drawing: Drawing, y: float, entries: Sequence[tuple[str, str]], x: float = 0) -> None:
    """Fill and text of each kind of box, in one line from ``x``."""
    for fill, text in entries:
        drawing.rect(x + 1, y - 6, 16, 12, fill)
        drawing.text(x + 23, y, text)
        x += 23 + span(text) + 22
