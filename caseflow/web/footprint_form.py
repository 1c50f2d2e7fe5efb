"""Activity data as a form: from a study to the fields of the page, and from what was typed to plain data to be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from caseflow.footprint.plain import canonical, number
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.stages import Scheme
from caseflow.footprint.study import Study
from caseflow.footprint.units import unit
from caseflow.web.footprint_cells import FAST, HEAD, LINE, REST, TABLES, carried, join, split
from caseflow.words import Message

Pairs = list[tuple[str, str]]

MORE = "more"
"""The input of a line that holds its folded inputs while they are not on the page, as JSON."""
PASTE = "paste-"
"""Begins the names of the texts that wait to be taken over, one for a stage."""
DECLARED = "declared-"

_LINE = re.compile(r"lines-([A-Za-z0-9._-]+)-(\d{1,5})-(\w+)")
_ROW = re.compile(rf"({'|'.join(TABLES)})-(\d{{1,5}})-(\w+)")
_STAGE = re.compile(rf"(?:{PASTE}|{DECLARED})[A-Za-z0-9._-]+")
_REFERENCE = re.compile(r"\[([^\[\]]+)\]\s*$")
_PLACE = re.compile(r"(\w+)\[(\d+)\]\.?(.*)")
_HEAD_OF = {path: name for name, path in HEAD.items()}
_CELL_OF = {path: name for name, path in LINE.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """A line, or a row of a table, as it stands on the page. ``start`` begins the names of its inputs.

    ``is_open``: the folded inputs of the line are on the page. ``came_from``: the start under which it was sent, where
    the list of stages has changed since.
    """

    start: str
    stage: str
    number: int
    cells: dict[str, str]
    is_open: bool = False
    came_from: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, as data for ``footprint.study.read``, with the inputs that each entry of its lists came from."""

    data: dict[str, Any]
    starts: dict[str, list[str]]
    """By list, in its order."""

    @property
    def by_line(self) -> dict[str, str]:
        """The start of the inputs by the id of the line."""
        return {line["id"]: start for line, start in zip(self.data["lines"], self.starts["lines"], strict=True)}


def pairs_of(study: Study) -> Pairs:
    """The fields of the page for a study as it was saved."""
    body = study.as_json()
    declared = body.pop("declared_stages", {})
    many = {name: body.pop(name, []) for name in ("lines", *TABLES)}
    found: Pairs = list(split(body, HEAD).items())
    found += [(f"{DECLARED}{stage}", value) for stage, value in declared.items()]
    for place, line in enumerate(many.pop("lines")):
        stage = line.pop("stage")
        found += of_row(Row(f"lines-{stage}-{place}", stage, place, split(line, LINE)))
    for name, rows in many.items():
        for place, row in enumerate(rows):
            found += [(f"{name}-{place}-{cell}", text) for cell, text in split(row, TABLES[name]).items()]
    return found


def of_row(row: Row) -> Pairs:
    """A row as fields: of a line that is not open the folded cells in one."""
    in_sight = {cell: text for cell, text in row.cells.items() if row.is_open or cell in FAST}
    found = [(f"{row.start}-{cell}", text) for cell, text in in_sight.items() if text]
    folded = {cell: text for cell, text in row.cells.items() if cell not in in_sight and text}
    return [*found, (f"{row.start}-{MORE}", canonical(folded))] if folded else found


def kept(form: MultiDict[str, str]) -> Pairs:
    """What of a posted form belongs to the study, to be kept as a draft."""
    return [
        (name, value.replace("\r\n", "\n"))
        for name, value in form.items(multi=True)
        if value.strip()
        and (name in HEAD or name == REST or _STAGE.fullmatch(name) or _ROW.fullmatch(name) or _LINE.fullmatch(name))
    ]


def lines(pairs: Iterable[tuple[str, str]]) -> list[Row]:
    """The lines as they stand on the page; one in which only a list was left at its first choice is none."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name, value in pairs:
        if (place := _LINE.fullmatch(name)) and value.strip():
            found.setdefault((place[1], place[2]), {})[place[3]] = value
    rows = []
    for (stage, place_), cells in found.items():
        folded = carried(cells.pop(MORE, ""))
        is_open = not cells.keys() <= {*FAST, "id", REST}
        whole = {cell: str(text) for cell, text in folded.items()} | cells
        if whole.keys() - {"unit", "own_unit", "own_kind", "id"}:
            rows.append(Row(f"lines-{stage}-{place_}", stage, int(place_), whole, is_open))
    return rows


def rows_of(pairs: Iterable[tuple[str, str]], table: str) -> list[Row]:
    """The rows of a small table."""
    found: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        if (place := _ROW.fullmatch(name)) and place[1] == table and value.strip():
            found.setdefault(place[2], {})[place[3]] = value
    return [Row(f"{table}-{place_}", "", int(place_), cells) for place_, cells in found.items()]


def plain(pairs: Pairs) -> Typed:
    """What was typed as the plain data that ``footprint.study.read`` takes."""
    typed = dict(pairs)
    data = join(typed, HEAD)
    ordered = _in_order(lines(pairs))
    ids = _Ids(data)
    data["lines"] = [_line(row, ids.of(row.cells)) for row in ordered]
    starts = {"lines": [row.start for row in ordered]}
    declared = {name.removeprefix(DECLARED): text for name, text in pairs if name.startswith(DECLARED)}
    if declared:
        data["declared_stages"] = {stage: text.strip() for stage, text in declared.items()}
    for table, shape in TABLES.items():
        rows = rows_of(pairs, table)
        starts[table] = [row.start for row in rows]
        if rows:
            data[table] = [join(row.cells, shape) for row in rows]
    for key in ("product", "boundary", "standard", "gwp_set", "stages"):
        data.setdefault(key, "")
    for key in ("functional_unit", "period"):
        data.setdefault(key, {})
    return Typed(data, starts)


def _in_order(rows: list[Row]) -> list[Row]:
    """The lines in the study's order, which runs through all stages: those of a stage take its places in turn."""
    places: dict[str, list[int]] = {}
    for row in rows:
        places.setdefault(row.stage, []).append(row.number)
    turns = {stage: iter(sorted(numbers)) for stage, numbers in places.items()}
    # Sorting keeps the order of equals: new lines of two stages may have one number.
    return [row for _, row in sorted(((next(turns[row.stage]), row) for row in rows), key=lambda pair: pair[0])]


class _Ids:
    """An id for each line: its own, or for a new line and for a copy the next number that is free."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._taken = set(_ids_in([data.get("processes"), data.get("recycling")]))
        self._next = 1

    def of(self, cells: Mapping[str, str]) -> str:
        found = cells.get("id", "").strip()
        while not found or found in self._taken:
            found, self._next = str(self._next), self._next + 1
        self._taken.add(found)
        return found


def _ids_in(value: Any) -> Iterator[str]:
    """Every id in what is carried along."""
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        yield value["id"]
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _ids_in(one)


def _line(row: Row, id_: str) -> dict[str, Any]:
    cells = {**row.cells, "id": id_, **_referred(row.cells, "factor", "gas")}
    if not cells.get("unit") and cells.get("transport_distance"):
        cells["unit"] = "t·km"
    return {"name": "", **join(cells, LINE), "stage": row.stage}


def _referred(cells: Mapping[str, str], *names: str) -> dict[str, str]:
    """Of a label with its reference in brackets, the reference."""
    return {name: found[1] for name in names if (found := _REFERENCE.search(cells.get(name, "")))}


def reference(label: str) -> str:
    """What a label of a factor refers to, else the text itself."""
    found = _REFERENCE.search(label)
    return found[1] if found else label.strip()


def kilometres(cells: Mapping[str, str]) -> str:
    """Mass x distance of a transport as it is typed, in t·km; empty while one of them is missing."""
    mass, distance = number(cells.get("transport_mass", "")), number(cells.get("transport_distance", ""))
    heavy, far = unit(cells.get("transport_mass_unit") or "t"), unit(cells.get("transport_distance_unit") or "km")
    if mass is None or distance is None or heavy is None or far is None:
        return ""
    back = number(cells.get("transport_empty_return", "")) or 0
    moved = float(mass) * float(heavy.size) / 1000 * float(distance) * float(far.size) * (1 + float(back))
    return f"{moved:,.6g}" if abs(moved) < 1e6 else f"{moved:,.0f}"


def placed(reason: Message, starts: Mapping[str, list[str]]) -> Message:
    """A reason of ``footprint.study`` with the input it concerns, and words for its place instead of a path."""
    path = str(reason.values.get("path", ""))
    found = _PLACE.fullmatch(path)
    many = starts.get(found[1]) if found else None
    if found and many is not None:
        table, place, rest = found[1], int(found[2]), found[3]
        cell = _CELL_OF.get(rest, rest or "name") if table == "lines" else rest
        cell = "transport_mass" if rest == "transport" else cell
        where = Message(f"footprint_web.at_{table}", {"n": place + 1, "field": field(table, cell)})
        start = many[place] if place < len(many) else ""
        return Message(reason.key, {**reason.values, "path": where, "input": f"{start}-{cell}"})
    if path == "lines":
        return Message(reason.key, {**reason.values, "path": Message("footprint_web.lines"), "input": "lines"})
    name = _HEAD_OF.get(path, path.replace("declared_stages.", DECLARED))
    return Message(reason.key, {**reason.values, "path": field("", name), "input": name})


def field(table: str, name: str) -> Message | str:
    """The words for an input; for what has none its key."""
    if name.startswith(DECLARED):
        return Message("footprint_web.declared_stage")
    if table not in ("", "lines"):
        return Message(f"footprint_web.{table}.{name}") if name in TABLES[table] else name
    return Message(f"footprint_web.{name}") if name in HEAD or name in LINE else name


def in_scheme(shelf: Shelf, scheme: Scheme, stage: str) -> str:
    """The stage of ``scheme`` for a stage of any scheme: itself, or the first that maps to the same of the standard.

    A stage that no scheme knows stays what it is.
    """
    if scheme.stage(stage):
        return stage
    meant = next((found.maps_to for other in shelf.schemes if (found := other.stage(stage))), "")
    return next((one.id for one in scheme.stages if one.maps_to == meant), scheme.stages[0].id if meant else stage)
