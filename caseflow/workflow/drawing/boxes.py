"""The boxes of a diagram: a state with its name, whose turn it is, its badges, and how a case stands to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from caseflow.words import Language, text
from caseflow.workflow.drawing.layout import BOX_WIDTH, Box
from caseflow.workflow.drawing.lettering import width, wrapped
from caseflow.workflow.drawing.picture import Badge, BadgeKind, Node, Overlay

TITLE, SMALL = 14.0, 11.0
INK, SOFT, LINE, PAPER, SHADE, LIT = "#1b1f24", "#57606a", "#6e7781", "#ffffff", "#eceff2", "#dbe9ff"
HEAT = ("#ffffff", "#e3eef9", "#c3daf0", "#9fc2e2", "#7fabd3")
"""From nothing to most; every one takes ink with a contrast of at least 7."""
_ROOM = BOX_WIDTH - 24
_LINE_HEIGHTS = {"tag": 15.0, "title": 18.0, "note": 15.0, "heat": 15.0, "badge": 20.0}
_GLYPHS: dict[BadgeKind, str] = {
    "clock": '<circle cx="6" cy="6" r="5"/><path d="M6,3V6L8,7.5"/>',
    "paused": '<path d="M4,2V10M8,2V10" stroke-width="2"/>',
    "late": '<path d="M6,1L11.5,11H0.5Z M6,4.5V7.5M6,9V9.6"/>',
    "publicity": '<path d="M2,1H10V11H2Z M4,4H8M4,6.5H8M4,9H6.5"/>',
    "panel": '<circle cx="6" cy="3.4" r="2.2"/><path d="M1.5,11C1.5,7.5 10.5,7.5 10.5,11"/>',
    "duty": '<path d="M1.5,1.5H10.5V10.5H1.5Z M3.5,6L5.5,8L9,3.5"/>',
    "begins": '<path d="M1,6H10M7,2.5L10.5,6L7,9.5"/>',
}


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    text: str
    badge: BadgeKind | None = None
    """With its sign before the text; the first line of a badge."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a box."""

    lines: tuple[Line, ...]

    @property
    def inner(self) -> float:
        return sum(_LINE_HEIGHTS[line.kind] for line in self.lines)

    @property
    def height(self) -> float:
        return 20 + self.inner


def fill(node: Node, over: Overlay, language: Language) -> Filled:
    """The lines of a box, from top to bottom."""
    lines: list[Line] = []
    if node.id == over.current:
        lines.append(Line("tag", text("diagram.tag_current", language)))
    elif node.id in over.ahead:
        lines.append(Line("tag", text("diagram.tag_next", language)))
    lines += [Line("title", one) for one in wrapped(node.title, TITLE, _ROOM, 2)]
    if node.holder:
        lines += [Line("note", one) for one in wrapped(node.holder, SMALL, _ROOM, 1)]
    heat = over.heat.get(node.id)
    if heat is not None:
        lines += [Line("heat", one) for one in heat.lines]
    else:
        for badge in over.badges.get(node.id, node.badges):
            said = [wrapped(part, SMALL, BOX_WIDTH - 36, 2) for part in badge.text.split("\n")]
            first, *rest = (one for part in said for one in part)
            lines.append(Line("badge", first, badge.kind))
            lines += [Line("note", one) for one in rest]
    lines += [Line("note", one) for one in wrapped("，".join(over.visits.get(node.id, ())), SMALL, _ROOM, 2) if one]
    return Filled(tuple(lines))


def box(node: Node, place: Box, filled: Filled, over: Overlay) -> Iterator[str]:
    """A box as SVG."""
    lit, passed = node.id == over.current, node.id in over.visits
    ahead, heat = node.id in over.ahead and not lit, over.heat.get(node.id)
    kind = "flow-current" if lit else "flow-passed" if passed else "flow-ahead"
    radius = min(place.height / 2, 22) if node.final else 6
    paper = HEAT[heat.level] if heat is not None else LIT if lit else SHADE if passed else PAPER
    ink, stroke = (INK, 3.0) if lit else (INK, 2.0) if ahead else (INK if passed else LINE, 1.4)
    broken = ' stroke-dasharray="7 3"' if ahead else ""
    step = ' aria-current="step"' if lit else ""
    yield f'<g class="flow-state {kind}{" flow-next" if ahead else ""}{" flow-final" if node.final else ""}"{step}>'
    yield f"<title>{escape(' · '.join([node.title, *(one for one in _said(node, over))]))}</title>"
    yield (
        f'<rect x="{place.x:.1f}" y="{place.y:.1f}" width="{BOX_WIDTH}" height="{place.height:.1f}" rx="{radius:.0f}" '
        f'fill="{paper}" stroke="{ink}" stroke-width="{stroke}"{broken}/>'
    )
    if lit:
        yield (
            f'<rect x="{place.x + 4:.1f}" y="{place.y + 4:.1f}" width="{BOX_WIDTH - 8}" '
            f'height="{place.height - 8:.1f}" rx="{max(radius - 4, 2):.0f}" fill="none" stroke="{ink}" '
            'stroke-width="1"/>'
        )
    if node.begins:
        yield f'<circle class="flow-entrance" cx="{place.x + 16:.1f}" cy="{place.y:.1f}" r="4.5" fill="{ink}"/>'
    yield from _written(place, filled, bold=lit)
    yield "</g>"


def _written(place: Box, filled: Filled, *, bold: bool) -> Iterator[str]:
    middle = place.x + BOX_WIDTH / 2
    y = place.y + (place.height - filled.inner) / 2
    for line in filled.lines:
        high = _LINE_HEIGHTS[line.kind]
        base = y + high - 4
        y += high
        if line.badge is not None:
            yield from _badge(middle, base, Badge(line.badge, line.text))
            continue
        letters = TITLE if line.kind == "title" else SMALL
        weight = ' font-weight="bold"' if line.kind in ("tag", "heat") or (bold and line.kind == "title") else ""
        ink = SOFT if line.kind == "note" else INK
        yield (
            f'<text x="{middle:.1f}" y="{base:.1f}" font-size="{letters:.0f}" text-anchor="middle" '
            f'fill="{ink}"{weight}>{escape(line.text)}</text>'
        )


def _badge(middle: float, base: float, badge: Badge) -> Iterator[str]:
    """A pill with a sign of its own and its words."""
    room = width(badge.text, SMALL) + 30
    left = middle - room / 2
    heavy = "1.6" if badge.kind in ("paused", "late") else "0.9"
    yield (
        f'<rect class="flow-badge flow-{badge.kind}" x="{left:.1f}" y="{base - 13:.1f}" width="{room:.1f}" '
        f'height="17" rx="8.5" fill="{PAPER}" stroke="{SOFT}" stroke-width="{heavy}"/>'
    )
    yield (
        f'<g transform="translate({left + 7:.1f},{base - 10.5:.1f})" fill="none" stroke="{INK}" '
        f'stroke-width="1.2">{_GLYPHS[badge.kind]}</g>'
    )
    yield (f'<text x="{left + 23:.1f}" y="{base:.1f}" font-size="{SMALL:.0f}" fill="{INK}">{escape(badge.text)}</text>')


def _said(node: Node, over: Overlay) -> Iterator[str]:
    heat = over.heat.get(node.id)
    yield from [node.holder] if node.holder else []
    yield from heat.lines if heat is not None else (one.text for one in over.badges.get(node.id, node.badges))
    yield from over.visits.get(node.id, ())
