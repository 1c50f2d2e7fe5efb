"""The picture of a procedure as SVG that a page can hold under a strict policy.

Nothing is said by colour alone: the present state has a thick double frame and says so, states passed are shaded and
numbered, those that may come next have a broken frame and say so, ends are round, ways back are dashed, a dot marks
where cases begin. Colours stand in presentation attributes; pages may restyle by the class names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from xml.sax.saxutils import escape, quoteattr

from caseflow.words import Language, text
from caseflow.workflow.definition import Definition
from caseflow.workflow.drawing import boxes
from caseflow.workflow.drawing.boxes import INK, LINE, PAPER, SMALL, SOFT
from caseflow.workflow.drawing.layout import LABEL_WIDTH, MARGIN, Layout, Link, Point, arrange
from caseflow.workflow.drawing.lettering import joined, wrapped
from caseflow.workflow.drawing.picture import Overlay, Picture, picture, walked

FONT = "'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',sans-serif"


def svg(
    definition: Definition, *, current: str | None = None, passed: Collection[str] = (), language: Language = "zh"
) -> str:
    """The diagram of a definition as the offices read it; ``current`` is where a case stands, ``passed`` where it was."""
    seen = picture(definition, language)
    ways = [*passed, *([current] if current is not None else [])]
    return drawn(seen, walked(seen, [(state, "") for state in ways]))


def drawn(seen: Picture, over: Overlay | None = None, *, told: bool = True) -> str:
    """The diagram. ``told``: the picture in words is part of it; without, where a page tells the same beside it."""
    over = over or Overlay()
    filled = {node.id: boxes.fill(node, over, seen.language) for node in seen.nodes}
    layout = arrange(seen, {name: box.height for name, box in filled.items()}, _gaps(seen))
    anywhere = _anywhere(seen, layout.width)
    height = layout.height + (18 * len(anywhere) + MARGIN if anywhere else 0)
    size = f'viewBox="0 0 {layout.width:.0f} {height:.0f}" width="{layout.width:.0f}" height="{height:.0f}"'
    called = text("workflow.drawn_title", seen.language, name=seen.title)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="img" {size} font-family={quoteattr(FONT)}>',
        f"<title>{escape(called)}</title>",
        f"<desc>{escape(described(seen, over) if told else text('diagram.told_beside', seen.language))}</desc>",
        f'<rect class="flow-paper" width="100%" height="100%" fill="{PAPER}"/>',
    ]
    out += [_line(link, over) for link in layout.links]
    out += [part for link in layout.links for part in _label(layout, link)]
    for node in seen.nodes:
        out += boxes.box(node, layout.boxes[node.id], filled[node.id], over)
    for number, line in enumerate(anywhere):
        y = layout.height + 18 * number + 6
        out.append(
            f'<text class="flow-anywhere" x="{MARGIN}" y="{y:.0f}" font-size="12" fill="{SOFT}">{escape(line)}</text>'
        )
    out.append("</svg>")
    return "\n".join(out)


def described(seen: Picture, over: Overlay | None = None) -> str:
    """The picture in words, for those who do not see it."""
    over, language = over or Overlay(), seen.language
    titles = {node.id: node.title for node in seen.nodes}
    sentences = []
    if over.current is not None:
        sentences.append(text("workflow.drawn_current", language, name=titles[over.current]))
    for node in seen.nodes:
        heat = over.heat.get(node.id)
        said = [badge.text for badge in over.badges.get(node.id, node.badges)]
        said += heat.lines if heat is not None else ()
        sentences += [text("workflow.drawn_state", language, name=node.title, said=one) for one in said]
    for move in seen.moves:
        ends = {"source": titles[move.source], "target": titles[move.target]}
        sentences += [text("workflow.drawn_move", language, action=label, **ends) for label in move.labels]
        if not move.labels:
            sentences.append(text("diagram.drawn_way", language, **ends))
    return ("" if language == "zh" else " ").join(sentences)


def _gaps(seen: Picture) -> dict[tuple[str, str], float]:
    """The room that the label of a step down needs under its state."""
    return {(one.source, one.target): 22 + 14.0 * len(joined(one.labels, 150, SMALL)) for one in seen.moves}


def _line(link: Link, over: Overlay) -> str:
    done = (link.source, link.target) in over.gone
    dashed = ' stroke-dasharray="5 3"' if link.back else ""
    ink, width = (INK, 2.4) if done else (LINE, 1.2)
    kind = (" flow-back" if link.back else "") + (" flow-gone" if done else "")
    (x, y), before_x = link.points[-1], link.points[-2][0]
    if abs(before_x - x) < 1:
        head = f"{x:.1f},{y:.1f} {x - 4:.1f},{y - 8:.1f} {x + 4:.1f},{y - 8:.1f}"
    else:
        step = -8 if before_x < x else 8
        head = f"{x:.1f},{y:.1f} {x + step:.1f},{y - 4:.1f} {x + step:.1f},{y + 4:.1f}"
    return (
        f'<g class="flow-move{kind}"><path d="{_path(link.points)}" fill="none" stroke="{ink}" '
        f'stroke-width="{width}"{dashed}/><polygon points="{head}" fill="{ink}"/></g>'
    )


def _path(points: list[Point]) -> str:
    """Straight pieces with rounded corners."""
    out = [f"M{points[0][0]:.1f},{points[0][1]:.1f}"]
    for (ax, ay), (bx, by), (cx, cy) in zip(points, points[1:], points[2:], strict=False):
        first, second = abs(bx - ax) + abs(by - ay), abs(cx - bx) + abs(cy - by)
        round_ = min(7.0, first / 2, second / 2)
        if round_ < 0.5:
            out.append(f"L{bx:.1f},{by:.1f}")
            continue
        px, py = bx - (bx - ax) / first * round_, by - (by - ay) / first * round_
        qx, qy = bx + (cx - bx) / second * round_, by + (cy - by) / second * round_
        out.append(f"L{px:.1f},{py:.1f} Q{bx:.1f},{by:.1f} {qx:.1f},{qy:.1f}")
    out.append(f"L{points[-1][0]:.1f},{points[-1][1]:.1f}")
    return " ".join(out)


def _label(layout: Layout, link: Link) -> Iterator[str]:
    """What is done there, beside the line where it leaves; a pale edge keeps it readable over other lines."""
    x, y = link.points[0]
    if link.points[1][0] == x:
        lines = [(x + 6, y + 15 + 14 * number, line) for number, line in enumerate(joined(link.labels, 150, SMALL))]
        anchor = "start"
    else:
        outward = link.points[1][0] > x
        written = joined(link.labels, LABEL_WIDTH - 14, SMALL, 2)
        at = x + 5 if outward else x - 5
        lines = [(at, y - 4 + 15 * number, line) for number, line in enumerate(written)]
        anchor = "start" if outward else "end"
    for at_x, at_y, line in lines:
        yield (
            f'<text class="flow-label" x="{at_x:.1f}" y="{at_y:.1f}" font-size="{SMALL:.0f}" text-anchor="{anchor}" '
            f'fill="{INK}" stroke="{PAPER}" stroke-width="3" paint-order="stroke">{escape(line)}</text>'
        )


def _anywhere(seen: Picture, width: float) -> list[str]:
    """The actions that every state offers, in words instead of lines from everywhere."""
    if not seen.anywhere:
        return []
    actions = ("；" if seen.language == "zh" else "; ").join(seen.anywhere)
    return wrapped(text("workflow.drawn_anywhere", seen.language, actions=actions), 12, width - 2 * MARGIN, 8)
