"""The picture of a procedure: as SVG that a page can hold under a strict policy, and as Mermaid text.

Nothing is said by colour alone: the present state has a thick double frame, states passed are shaded, ends are
round, ways back are dashed, a dot marks where cases begin. Colours stand in presentation attributes; pages may restyle by the class names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from xml.sax.saxutils import escape, quoteattr

from caseflow.words import Language, pick, render, text
from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import ORIGIN, entrances, recorded
from caseflow.workflow.layout import BOX_WIDTH, LABEL_WIDTH, MARGIN, Layout, Link, Point, arrange
from caseflow.workflow.workdays import Limit

FONT = "'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',sans-serif"
TITLE, SMALL = 14.0, 11.0
INK, SOFT, LINE, PAPER, SHADE, LIT = "#1b1f24", "#57606a", "#6e7781", "#ffffff", "#eceff2", "#dbe9ff"


def svg(
    definition: Definition, *, current: str | None = None, walked: Collection[str] = (), language: Language = "zh"
) -> str:
    """The diagram; ``current`` is the state in which a case stands, ``walked`` are the states that it has passed."""
    titles = {
        name: _wrapped(pick(state.title, language), TITLE, BOX_WIDTH - 24, 2)
        for name, state in definition.states.items()
    }
    notes = {name: _notes(definition, name, language) for name in definition.states}
    heights = {name: 20 + 18.0 * len(titles[name]) + 15.0 * len(notes[name]) for name in definition.states}
    layout = arrange(definition, heights, _gaps(definition, language))
    anywhere = _anywhere(definition, language, layout.width)
    height = layout.height + (18 * len(anywhere) + MARGIN if anywhere else 0)
    name = pick(definition.title, language)
    called = text("workflow.drawn_title", language, name=name)
    size = f'viewBox="0 0 {layout.width:.0f} {height:.0f}" width="{layout.width:.0f}" height="{height:.0f}"'
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="img" {size} font-family={quoteattr(FONT)}>',
        f"<title>{escape(called)}</title>",
        f"<desc>{escape(_described(definition, current, language))}</desc>",
        f'<rect class="flow-paper" width="100%" height="100%" fill="{PAPER}"/>',
    ]
    passed = set(walked)
    out += [
        _line(link, not link.back and link.source in passed and link.target in passed | {current})
        for link in layout.links
    ]
    out += [part for link in layout.links for part in _label(definition, layout, link, language)]
    for state in definition.states:
        out += _box(definition, layout, state, titles[state], notes[state], current, passed)
    for number, line in enumerate(anywhere):
        y = layout.height + 18 * number + 6
        out.append(
            f'<text class="flow-anywhere" x="{MARGIN}" y="{y:.0f}" font-size="12" fill="{SOFT}">{escape(line)}</text>'
        )
    out.append("</svg>")
    return "\n".join(out)


def mermaid(definition: Definition, language: Language = "zh") -> str:
    """The same graph as a Mermaid state diagram, for documents that draw it themselves."""
    out = ["stateDiagram-v2", f"    [*] --> {definition.first_state}"]
    for state in definition.states.values():
        title = pick(state.title, language).replace('"', "'").replace("\n", " ")
        out.append(f'    state "{title}" as {state.id}')
    for name in definition.states:
        out += [f"    [*] --> {name}: {_plain(said)}" for said in _beginning(definition, name, language)]
        out += [f"    note right of {name}: {_plain(said)}" for said in _owed(definition, name, language)]
    for source, target, action in _edges(definition):
        label = pick(definition.states[source].actions[action].title, language)
        out.append(f"    {source} --> {target}: {_plain(label)}")
    out += [f"    {state.id} --> [*]" for state in definition.states.values() if state.final]
    for line in _anywhere(definition, language, 10_000):
        out.append(f"    %% {line}")
    return "\n".join(out) + "\n"


def _plain(label: str) -> str:
    """One line without the sign that ends a label."""
    return label.replace(":", "：").replace("\n", " ")


def _edges(definition: Definition) -> Iterator[tuple[str, str, str]]:
    layout = arrange(definition, dict.fromkeys(definition.states, 40.0), {})
    for link in layout.links:
        for action in link.actions:
            yield link.source, link.target, action


def _notes(definition: Definition, name: str, language: Language) -> list[str]:
    """Whose turn it is, and how long there is for it."""
    state = definition.states[name]
    notes = []
    if state.holder in definition.roles:
        notes += _wrapped(pick(definition.roles[str(state.holder)].title, language), SMALL, BOX_WIDTH - 24, 1)
    limit = state.publicity.period if state.publicity else state.clock.limit if state.clock else None
    if limit:
        notes.append(render(Limit.parse(limit).message(), language))
    for said in [*_beginning(definition, name, language), *_owed(definition, name, language)]:
        notes += _wrapped(said, SMALL, BOX_WIDTH - 24, 2)
    return notes


def _beginning(definition: Definition, name: str, language: Language) -> list[str]:
    """Which cases begin in a state, besides those that begin at the first as usual."""
    said = []
    if name != definition.first_state and name in recorded(definition):
        roles = [pick(role.title, language) for role in definition.roles.values() if role.opens == name]
        said.append(text("workflow.drawn_recorded", language, roles=("、" if language == "zh" else ", ").join(roles)))
    if definition.imports is not None and definition.imports.in_ == name:
        said.append(text("workflow.drawn_imported", language))
    return said


def _owed(definition: Definition, name: str, language: Language) -> list[str]:
    """What others owe beside the holder, in one line."""
    duties = [pick(duty.title, language) for duty in definition.states[name].duties.values()]
    if not duties:
        return []
    return [text("workflow.drawn_duties", language, duties=("、" if language == "zh" else ", ").join(duties))]


def _gaps(definition: Definition, language: Language) -> dict[tuple[str, str], float]:
    """The room that the label of a step down needs under its state."""
    found: dict[tuple[str, str], list[str]] = {}
    for state in definition.states.values():
        for action in state.actions.values():
            if action.to not in (None, ORIGIN, state.id):
                found.setdefault((state.id, str(action.to)), []).append(pick(action.title, language))
    return {key: 22 + 14.0 * len(_joined(titles, 150)) for key, titles in found.items()}


def _joined(titles: list[str], width: float, most: int = 3) -> list[str]:
    return _wrapped(" / ".join(dict.fromkeys(titles)), SMALL, width, most)


def _line(link: Link, done: bool) -> str:
    dashed = ' stroke-dasharray="5 3"' if link.back else ""
    ink, width = (INK, 2) if done else (LINE, 1.2)
    kind = " flow-back" if link.back else ""
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


def _label(definition: Definition, layout: Layout, link: Link, language: Language) -> Iterator[str]:
    """What is done there, beside the line where it leaves; a pale edge keeps it readable over other lines."""
    titles = [pick(definition.states[link.source].actions[action].title, language) for action in link.actions]
    x, y = link.points[0]
    if link.points[1][0] == x:
        lines = [(x + 6, y + 15 + 14 * number, line) for number, line in enumerate(_joined(titles, 150))]
        anchor = "start"
    else:
        outward = link.points[1][0] > x
        written = _joined(titles, LABEL_WIDTH - 14, 2)
        at = x + 5 if outward else x - 5
        lines = [(at, y - 4 + 15 * number, line) for number, line in enumerate(written)]
        anchor = "start" if outward else "end"
    for at_x, at_y, line in lines:
        yield (
            f'<text class="flow-label" x="{at_x:.1f}" y="{at_y:.1f}" font-size="{SMALL:.0f}" text-anchor="{anchor}" '
            f'fill="{INK}" stroke="{PAPER}" stroke-width="3" paint-order="stroke">{escape(line)}</text>'
        )


def _box(
    definition: Definition, layout: Layout, name: str, title: list[str], notes: list[str], current: str | None,
    passed: set[str],
) -> Iterator[str]:  # fmt: skip
    state, box = definition.states[name], layout.boxes[name]
    lit = name == current
    kind = "flow-current" if lit else "flow-passed" if name in passed else "flow-ahead"
    radius = min(box.height / 2, 22) if state.final else 6
    fill = LIT if lit else SHADE if name in passed else PAPER
    ink, width = (INK, 3) if lit else (INK if name in passed else LINE, 1.4)
    yield f'<g class="flow-state {kind}{" flow-final" if state.final else ""}"{" aria-current=" + quoteattr("step") if lit else ""}>'
    yield f"<title>{escape(' · '.join([''.join(title), *notes]))}</title>"
    yield (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{BOX_WIDTH}" height="{box.height:.1f}" rx="{radius:.0f}" '
        f'fill="{fill}" stroke="{ink}" stroke-width="{width}"/>'
    )
    if lit:
        yield (
            f'<rect x="{box.x + 4:.1f}" y="{box.y + 4:.1f}" width="{BOX_WIDTH - 8}" height="{box.height - 8:.1f}" '
            f'rx="{max(radius - 4, 2):.0f}" fill="none" stroke="{ink}" stroke-width="1"/>'
        )
    if name in entrances(definition):
        yield f'<circle class="flow-entrance" cx="{box.x + 16:.1f}" cy="{box.y:.1f}" r="4.5" fill="{ink}"/>'
    middle = box.x + BOX_WIDTH / 2
    y = box.y + (box.height - 18 * len(title) - 15 * len(notes)) / 2 + 14
    for line in title:
        weight = ' font-weight="bold"' if lit else ""
        yield f'<text x="{middle:.1f}" y="{y:.1f}" font-size="{TITLE:.0f}" text-anchor="middle" fill="{INK}"{weight}>{escape(line)}</text>'
        y += 18
    for line in notes:
        yield f'<text x="{middle:.1f}" y="{y:.1f}" font-size="{SMALL:.0f}" text-anchor="middle" fill="{SOFT}">{escape(line)}</text>'
        y += 15
    yield "</g>"


def _anywhere(definition: Definition, language: Language, width: float) -> list[str]:
    """The actions that every state offers, in words instead of lines from everywhere."""
    said = []
    for action in definition.anywhere.values():
        title = pick(action.title, language)
        if action.to in definition.states:
            title += " → " + pick(definition.states[str(action.to)].title, language)
        said.append(title)
    if not said:
        return []
    joined = text("workflow.drawn_anywhere", language, actions=("；" if language == "zh" else "; ").join(said))
    return _wrapped(joined, 12, width - 2 * MARGIN, 8)


def _described(definition: Definition, current: str | None, language: Language) -> str:
    """The picture in words, for those who do not see it."""
    sentences = []
    for name, state in definition.states.items():
        told = [*_beginning(definition, name, language), *_owed(definition, name, language)]
        title = pick(state.title, language)
        sentences += [text("workflow.drawn_state", language, name=title, said=said) for said in told]
    for source, target, action in _edges(definition):
        values = {
            "source": pick(definition.states[source].title, language),
            "action": pick(definition.states[source].actions[action].title, language),
            "target": pick(definition.states[target].title, language),
        }
        sentences.append(text("workflow.drawn_move", language, **values))
    if current in definition.states:
        here = pick(definition.states[str(current)].title, language)
        sentences.insert(0, text("workflow.drawn_current", language, name=here))
    return ("" if language == "zh" else " ").join(sentences)


def _size(char: str) -> float:
    return 1.0 if ord(char) > 0x2E7F or char in "→…“”" else 0.3 if char in " .,:;|il'" else 0.58


def _wrapped(said: str, size: float, width: float, most: int) -> list[str]:
    """A text in at most ``most`` lines of a width; Latin words stay whole, the rest is cut with a sign."""
    words: list[str] = []
    for char in said:
        latin = ord(char) < 0x2E80 and not char.isspace()
        if latin and words and ord(words[-1][-1]) < 0x2E80 and not words[-1][-1].isspace():
            words[-1] += char
        else:
            words.append(char)
    lines = [""]
    for word in words:
        if sum(map(_size, lines[-1] + word)) * size > width and lines[-1].strip():
            lines.append("")
        lines[-1] += word if lines[-1] else word.lstrip()
    lines = [line.strip() for line in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][:-1].rstrip(" /") + "…"]
    return lines
