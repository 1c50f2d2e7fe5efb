"""Where the states and moves of a procedure stand on paper.

The main road runs from top to bottom in the middle: the longest way forward, in the order of the file, to the
wanted end. What leaves it and comes back stands on the left, other ends on the right. Moves that are no single
step down run through the channels between; all that lead to one state share one line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from caseflow.workflow.drawing.picture import Picture

LEFT, MIDDLE, RIGHT = -1, 0, 1
BOX_WIDTH = 176
LABEL_WIDTH = 140
PORT = 38
LANE = 11
MARGIN = 16
GAP = 30
Point = tuple[float, float]


@dataclass(slots=True)
class Box:
    state: str
    column: int
    row: int
    height: float
    x: float = 0
    y: float = 0
    leaving: dict[int, list[Link]] = field(default_factory=lambda: {LEFT: [], RIGHT: []})
    entered: set[int] = field(default_factory=set)

    def port(self, side: int, link: Link | None) -> Point:
        """Where a move leaves on a side, or, without one, where all that come in on it enter.

        On the road they come in above what leaves, beside it below, so that there and back run level.
        """
        come: list[Link | None] = [None] if side in self.entered else []
        ports = [*come, *self.leaving[side]] if self.column == MIDDLE else [*self.leaving[side], *come]
        at = next(number for number, one in enumerate(ports) if one is link)
        x = self.x + (BOX_WIDTH if side == RIGHT else 0)
        return x, self.y + self.height * (at + 1) / (len(ports) + 1)


@dataclass(slots=True, eq=False)
class Link:
    """All actions that lead from one state to another."""

    source: str
    target: str
    labels: tuple[str, ...] = ()
    back: bool = False
    points: list[Point] = field(default_factory=list)
    side: int = MIDDLE
    """The side on which it leaves; the middle for a step straight down."""


@dataclass(slots=True)
class Layout:
    boxes: dict[str, Box]
    links: list[Link]
    width: float
    height: float


def arrange(seen: Picture, heights: Mapping[str, float], gaps: Mapping[tuple[str, str], float]) -> Layout:
    """Places for all states. ``heights`` are what their texts need, ``gaps`` what the label of a step down needs."""
    links = [Link(one.source, one.target, one.labels, one.back) for one in seen.moves]
    road = _main_road(seen, links)
    boxes = _boxes(seen, links, road, heights)
    crossings = _sides(boxes, links)
    for box in boxes.values():
        for side, leaving in box.leaving.items():
            leaving.sort(key=lambda link: boxes[link.target].row)
            box.height = max(box.height, PORT * (len(leaving) + (side in box.entered)) + 8)
    tracks = _rows(boxes, links, gaps, crossings)
    width = _columns(boxes, links, crossings, tracks)
    height = max(box.y + box.height for box in boxes.values()) + MARGIN
    return Layout(boxes, links, width, height)


def _main_road(seen: Picture, links: list[Link]) -> list[str]:
    """The longest way forward to a wanted end; where there is none, to any end, else as far as it goes."""
    first = seen.nodes[0].id
    best: dict[str, list[str]] = {first: [first]}
    for node in seen.nodes:
        if node.id in best:
            for link in links:
                if link.source == node.id and not link.back and len(best[node.id]) >= len(best.get(link.target, ())):
                    best[link.target] = [*best[node.id], link.target]
    reached = [node for node in seen.nodes if node.id in best]
    ends = [node for node in reached if node.wanted] or [node for node in reached if node.final]
    return max(([best[node.id] for node in ends] or list(best.values())), key=len)


def _boxes(seen: Picture, links: list[Link], road: list[str], heights: Mapping[str, float]) -> dict[str, Box]:
    """The road in the middle; beside it the others, each in the row of the first state from which it is reached.

    Those of one row stand in the order of the file, and none overtakes another: a state that is added moves what comes
    after it down and changes nothing else.
    """
    boxes = {name: Box(name, MIDDLE, row, heights[name]) for row, name in enumerate(road)}
    order = [node.id for node in seen.nodes]
    aside = [node for node in seen.nodes if node.id not in boxes]
    wanted = {name: box.row for name, box in boxes.items()}
    for node in aside:
        wanted[node.id] = _row(node.id, wanted, links, road)
    lowest = {LEFT: -1, RIGHT: -1}
    for node in sorted(aside, key=lambda one: (wanted[one.id], order.index(one.id))):
        column = RIGHT if node.final else LEFT
        lowest[column] = max(wanted[node.id], lowest[column] + 1)
        boxes[node.id] = Box(node.id, column, lowest[column], heights[node.id])
    return {name: boxes[name] for name in order}


def _row(name: str, known: Mapping[str, int], links: list[Link], road: list[str]) -> int:
    """The row of the first state of the road from which one is reached, or else to which it leads."""
    on_road = set(road)
    rows = [known[link.source] for link in links if link.target == name and link.source in on_road]
    rows = rows or [known[link.target] for link in links if link.source == name and link.target in on_road]
    rows = rows or [known[link.source] for link in links if link.target == name and link.source in known]
    return min(rows, default=len(road) - 1)


def _sides(boxes: dict[str, Box], links: list[Link]) -> list[tuple[Link, int]]:
    """On which side each move leaves and enters; those that cross the main road, with the side they enter."""
    crossings = []
    for link in links:
        source, target = boxes[link.source], boxes[link.target]
        if source.column == target.column == MIDDLE and target.row == source.row + 1:
            continue
        if source.column == target.column == MIDDLE:
            leave = enter = LEFT if link.back else RIGHT
        elif MIDDLE in (source.column, target.column):
            leave = enter = source.column or target.column
        else:
            leave, enter = source.column, target.column
        link.side = leave
        source_side = leave if source.column == MIDDLE else -source.column
        target_side = enter if target.column == MIDDLE else -target.column
        source.leaving[source_side].append(link)
        target.entered.add(target_side)
        if leave != enter:
            crossings.append((link, enter))
    return crossings


def _rows(
    boxes: dict[str, Box], links: list[Link], gaps: Mapping[tuple[str, str], float], crossings: list[tuple[Link, int]]
) -> dict[Link, float]:
    """Set the height of every row; returns where each crossing runs between two rows."""
    last = max(box.row for box in boxes.values())
    above: dict[int, list[Link]] = {row: [] for row in range(last + 2)}
    for link, _ in crossings:
        above[max(boxes[link.source].row, boxes[link.target].row)].append(link)
    tracks: dict[Link, float] = {}
    y: float = MARGIN
    for row in range(last + 1):
        for number, link in enumerate(above[row]):
            tracks[link] = y - 6 + number * 9
        y += 9 * len(above[row])
        here = [box for box in boxes.values() if box.row == row]
        tall = max((box.height for box in here), default=0)
        for box in here:
            box.y = y + (tall - box.height) / 2
        below = [gaps.get((link.source, link.target), 0) for link in links
                 if link.side == MIDDLE and boxes[link.source].row == row]  # fmt: skip
        y += tall + max([GAP, *below])
    return tracks


def _columns(
    boxes: dict[str, Box], links: list[Link], crossings: list[tuple[Link, int]], tracks: dict[Link, float]
) -> float:
    """Set the columns and lines: a channel has room for labels at its edges and lanes between them."""
    entering = dict(crossings)
    runs: dict[tuple[int, str, bool], list[tuple[float, float]]] = {}
    for link in links:
        if link.side == MIDDLE:
            continue
        start, end = _ends(boxes, link, entering.get(link, link.side))
        if link in tracks:
            runs.setdefault((link.side, link.target, True), []).append((start[1], tracks[link]))
            runs.setdefault((entering[link], link.target, False), []).append((tracks[link], end[1]))
        else:
            runs.setdefault((link.side, link.target, False), []).append((start[1], end[1]))
    lanes: dict[tuple[int, str, bool], int] = {}
    count = {LEFT: 0, RIGHT: 0}
    for side in (LEFT, RIGHT):
        busy: list[list[tuple[float, float]]] = []
        mine = {key: (min(min(pair) for pair in run), max(max(pair) for pair in run))
                for key, run in runs.items() if key[0] == side}  # fmt: skip
        for key, (top, bottom) in sorted(mine.items(), key=lambda item: item[1][1] - item[1][0]):
            free = (n for n, used in enumerate(busy) if all(bottom + 6 < a or b + 6 < top for a, b in used))
            lanes[key] = next(free, len(busy))
            if lanes[key] == len(busy):
                busy.append([])
            busy[lanes[key]].append((top, bottom))
        count[side] = len(busy)
    inner, outer, edge = {}, {}, {}
    for side in (LEFT, RIGHT):
        own = [box for box in boxes.values() if box.column == side]
        labels = [box.leaving[side] for box in boxes.values() if box.column == MIDDLE]
        inner[side] = LABEL_WIDTH if any(labels) else 22
        outer[side] = LABEL_WIDTH if any(box.leaving[-side] for box in own) else 22
        channel = inner[side] + count[side] * LANE + (outer[side] if own else 8)
        edge[side] = (channel if count[side] or own else 0) + (BOX_WIDTH if own else 0)
    middle = MARGIN + edge[LEFT]
    for box in boxes.values():
        box.x = {LEFT: MARGIN, MIDDLE: middle, RIGHT: middle + edge[RIGHT]}[box.column]

    def lane(side: int, target: str, away: bool) -> float:
        number = lanes[side, target, away] + 0.5
        if side == RIGHT:
            return middle + BOX_WIDTH + inner[side] + number * LANE
        return middle - inner[side] - number * LANE

    for link in links:
        source, target = boxes[link.source], boxes[link.target]
        if link.side == MIDDLE:
            x = source.x + BOX_WIDTH / 2
            link.points = [(x, source.y + source.height), (x, target.y)]
            continue
        enter = entering.get(link, link.side)
        start, end = _ends(boxes, link, enter)
        first, second = lane(link.side, link.target, link in tracks), lane(enter, link.target, False)
        if link in tracks:
            y = tracks[link]
            link.points = [start, (first, start[1]), (first, y), (second, y), (second, end[1]), end]
        else:
            link.points = [start, (first, start[1]), (first, end[1]), end]
    return middle + BOX_WIDTH + edge[RIGHT] + MARGIN


def _ends(boxes: dict[str, Box], link: Link, enter: int) -> tuple[Point, Point]:
    source, target = boxes[link.source], boxes[link.target]
    leaving = link.side if source.column == MIDDLE else -source.column
    entering = enter if target.column == MIDDLE else -target.column
    return source.port(leaving, link), target.port(entering, None)
