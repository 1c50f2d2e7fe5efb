"""The cells of a filled workbook as the plain data of a study, with the cell in which each place of it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caseflow.footprint.workbook_columns import YES_NO, Column
from caseflow.footprint.workbook_layout import META, TOP, SheetLayout, address
from caseflow.footprint.workbook_values import NotOffered, cell_text, value_of
from caseflow.words import Message

Key = tuple[str, str, str]
"""What an entry of a study is called: its sort (``line``, ``factor`` …), its id, and of a flow the product."""

HAUL = ".haul"
"""What the id of a line's transport ends with."""

_SORTS = {
    "balance": "balance", "cutoffs": "cutoff", "parameters": "parameter", "factors": "factor", "recycling": "recycling",
    "scenarios": "scenario",
}  # fmt: skip


@dataclass(slots=True)
class Row:
    """A row under its heads: values by path, and the cell of every path."""

    sheet: SheetLayout
    number: int
    values: dict[str, Any]
    cells: dict[str, str]
    keys: tuple[Key, ...] = ()
    """Of the entries that it holds: a line, and the transport that it brings along; a process with its first flow."""

    def body(self, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
        return nested({path: value for path, value in self.values.items() if path not in without})


class Reader:
    def __init__(self) -> None:
        self.problems: list[tuple[str, Message]] = []
        self.remarks: list[tuple[str, Message]] = []
        self.rows: list[Row] = []
        """Those that hold an entry, in the order of the sheets."""
        self.quality: list[Row] = []
        self.rest: list[Row] = []
        """Those of sheets 11 and 16, which add to entries of other sheets."""
        self.places: dict[Key, str] = {}
        """Where each entry stands in the plain data."""
        self.heads: dict[str, str] = {}
        """The head over each cell."""
        self._cells: dict[str, str] = {}

    def plain(self, sheets: tuple[SheetLayout, ...], by_name: Mapping[str, Sequence[Sequence[Any]]]) -> dict[str, Any]:
        """The plain data of the study without what ``quality`` and ``rest`` add; the cells of its places are kept."""
        tables = {one.number: list(self._rows(one, by_name[one.name])) for one in sheets if not one.is_form}
        forms: dict[str, Any] = {}
        for sheet in sheets:
            if sheet.is_form:
                forms |= self._form(sheet, by_name[sheet.name])
        omitted = {path: value for path, value in forms.items() if path.startswith("omitted.")}
        data = nested({path: value for path, value in forms.items() if path not in omitted})
        data = {"functional_unit": {}, "period": {}, **data}
        data["stages"] = cell_text(by_name[META][0][1])
        data["omitted"] = [{"stage": path.removeprefix("omitted."), "reason": text} for path, text in omitted.items()]
        for at, path in enumerate(omitted):
            self._cells[f"omitted[{at}]"] = self._cells[path]
            self.places["omitted", path.removeprefix("omitted."), ""] = f"omitted[{at}]"
        self._list(data, "balance", tables[3])
        self._list(data, "cutoffs", tables[10])
        self._list(data, "parameters", tables.get(14, []), "name")
        self._list(data, "factors", tables.get(15, []), "id")
        self._list(data, "recycling", tables.get(17, []), "id")
        self._list(data, "scenarios", tables.get(18, []), "id")
        data["lines"] = []
        self._cells["lines"] = next((at_cell(one, TOP, 0) for one in sheets if one.lines_of), "")
        self._processes(data, tables[9])
        rows = [row for sheet in sheets if sheet.lines_of for row in tables[sheet.number]]
        self.rows += rows
        for row in _ordered(rows):
            self._line(data, row)
        self.rows.sort(key=lambda row: row.sheet.number)
        self.quality, self.rest = tables[11], tables.get(16, [])
        self._proofs({cell_text(row.values.get("number")) for row in tables[13]})
        return data

    def cell(self, path: str) -> str:
        """The cell of a place in the study: its own, the first of what it holds, or that of what holds it."""
        within = (cell for place, cell in self._cells.items() if place.startswith(f"{path}."))
        if path and path not in self._cells and (first := next(within, "")):
            return first
        while path and path not in self._cells:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._cells.get(path, "")

    def found(self, data: dict[str, Any], key: Key) -> dict[str, Any] | None:
        """The entry of a key in the plain data."""
        place = self.places.get(key)
        if place is None:
            return None
        body: Any = data
        for name, at in (part.rstrip("]").partition("[")[::2] for part in place.split(".")):
            body = body[name][int(at)] if at else body[name]
        return body if isinstance(body, dict) else None

    def say(self, row: Row, path: str, key: str, got: str) -> None:
        """A problem of one cell of a row."""
        where = row.cells[path]
        self.problems.append((where, Message(key, {"path": where, "got": got[:80]})))

    def keep(self, path: str, cell: str) -> None:
        """The cell in which a place of the study stands."""
        self._cells[path] = cell

    def _rows(self, sheet: SheetLayout, rows: Sequence[Sequence[Any]]) -> Iterator[Row]:
        for number, cells in enumerate(rows[TOP:], start=TOP):
            if sheet.columns and any(cell_text(cell) for cell in cells[: len(sheet.columns)]):
                row = Row(sheet, number, {}, {})
                for at, column in enumerate(sheet.columns):
                    row.cells[column.path] = at_cell(sheet, number, at)
                    value = self._value(column, cells[at] if at < len(cells) else None, row.cells[column.path])
                    if value is not None:
                        row.values[column.path] = value
                yield row

    def _form(self, sheet: SheetLayout, rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for at, column in enumerate(sheet.columns, start=TOP):
            cells = rows[at] if at < len(rows) else ()
            self._cells[column.path] = at_cell(sheet, at, 1)
            value = self._value(column, cells[1] if len(cells) > 1 else None, self._cells[column.path])
            if value is not None:
                given[column.path] = value
        return given

    def _value(self, column: Column, cell: Any, where: str) -> Any:
        """A cell as the plain value of its column; None where it is empty or wrong."""
        self.heads[where] = column.head
        try:
            return value_of(column, cell)
        except NotOffered as refused:
            choices = list((column.choices or YES_NO).values())
            values = {"path": where, "got": str(refused)[:60], "choices": choices}
            self.problems.append((where, Message("footprint.not_offered", values)))
            return None

    def _list(self, data: dict[str, Any], name: str, rows: list[Row], id_: str = "") -> None:
        data[name] = [row.body() for row in rows]
        self.rows += rows
        sort = _SORTS[name]
        for at, row in enumerate(rows):
            place = f"{name}[{at}]"
            self._keep(place, row)
            self._enter(row, (sort, str(row.values.get(id_, "")) if id_ else str(at + 1), ""), place)

    def _enter(self, row: Row, key: Key, place: str) -> None:
        self.places.setdefault(key, place)
        row.keys = (*row.keys, key)

    def _keep(self, place: str, row: Row, start: str = "") -> None:
        self._cells[place] = next(iter(row.cells.values()))
        for path, cell in row.cells.items():
            if path.startswith(start):
                self._cells[f"{place}.{path.removeprefix(start)}"] = cell

    def _line(self, data: dict[str, Any], row: Row) -> None:
        row.values.setdefault("id", f"{row.sheet.number}-{row.number + 1}")
        if row.sheet.lines_of:
            row.values.setdefault("stage", row.sheet.lines_of[0].id)
        body = row.body(without=("process", "haul", "order"))
        haul = row.values.get("haul")
        freight = body.pop("transport", {}) if haul else {}
        self._put(data, body, row)
        if haul:
            if "mass" not in freight:  # what is bought is what is moved
                freight |= {"mass": body.get("amount"), "mass_unit": body.get("unit")}
            moved = {
                "id": f"{body['id']}{HAUL}",
                "stage": row.sheet.lines_of[-1].id,
                "name": f"{body.get('name', '')}运输",
                "unit": "t·km",
                "transport": freight,
                "factor": haul,
            }
            self._put(data, moved, row)

    def _put(self, data: dict[str, Any], body: dict[str, Any], row: Row) -> None:
        """A line into the study, or into the process that it belongs to."""
        place, lines = "lines", data["lines"]
        if wanted := row.values.get("process"):
            processes = data.get("processes", [])
            at = next((at for at, one in enumerate(processes) if one["id"] == wanted), None)
            if at is None:
                self.say(row, "process", "footprint.workbook_process", str(wanted))
                return
            place, lines = f"processes[{at}].lines", processes[at]["lines"]
        self._keep(f"{place}[{len(lines)}]", row)
        self._enter(row, ("line", str(body["id"]), ""), f"{place}[{len(lines)}]")
        lines.append(body)

    def _processes(self, data: dict[str, Any], rows: list[Row]) -> None:
        found: dict[str, dict[str, Any]] = {}
        self.rows += rows
        for row in rows:
            id_ = str(row.values.get("process", ""))
            is_first = id_ not in found
            process = found.setdefault(id_, {"id": id_, "outputs": [], "inputs": [], "lines": []})
            place = f"processes[{list(found).index(id_)}]"
            if is_first:
                self._enter(row, ("process", id_, ""), place)
            for name in ("name", "stage"):
                if value := row.values.get(name):
                    process.setdefault(name, value)
            self._cells.setdefault(f"{place}.id", row.cells["process"])
            for name in ("name", "stage", "allocation", "allocation.method", "allocation.key"):
                self._cells.setdefault(f"{place}.{name}", row.cells.get(name, row.cells["allocation.method"]))
            self._cells.setdefault(place, row.cells["process"])
            flow, role = row.body().get("flow", {}), row.values.get("role", "product")
            if allocation := row.body().get("allocation"):
                process.setdefault("allocation", {}).update(allocation)
            if (share := row.values.get("share")) is not None:
                process.setdefault("allocation", {}).setdefault("shares", {})[flow.get("product", "")] = share
            if role == "treats":
                process["treats"], where = flow, f"{place}.treats"
            else:
                kind = "inputs" if role == "input" else "outputs"
                where = f"{place}.{kind}[{len(process[kind])}]"
                process[kind].append(flow if role == "input" else {**flow, "role": role})
            self._keep(where, row, "flow.")
            self._enter(row, self._flow_key(role, id_, str(flow.get("product", ""))), where)
        if found:
            data["processes"] = list(found.values())

    def _flow_key(self, role: str, process: str, product: str) -> Key:
        """The key of a flow; one more of the same product gets a number."""
        sort = role if role in ("treats", "input") else "output"
        again, name = 1, product
        while (sort, process, name) in self.places:
            again += 1
            name = f"{product}#{again}"
        return sort, process, name

    def _proofs(self, listed: set[str]) -> None:
        for row in self.rows:
            for path in ("evidence", "own.evidence"):
                got = str(row.values.get(path, ""))
                if got and got not in listed:
                    where = row.cells[path]
                    self.remarks.append((where, Message("footprint.workbook_proof", {"path": where, "got": got[:80]})))


def _ordered(rows: list[Row]) -> list[Row]:
    """Lines by their stated order; one without stays behind the one before it."""
    at = 0
    keyed = []
    for row in rows:
        order = row.values.get("order")
        at = order if isinstance(order, int) else at
        keyed.append((at, row))
    return [row for _, row in sorted(keyed, key=lambda one: one[0])]


def at_cell(sheet: SheetLayout, row: int, column: int) -> str:
    return f"{sheet.name}!{address(row, column)}"


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for path, value in values.items():
        *folders, name = path.split(".")
        inner = body
        for folder in folders:
            inner = inner.setdefault(folder, {})
        inner[name] = value
    return body
