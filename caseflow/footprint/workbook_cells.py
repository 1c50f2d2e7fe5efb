"""The cells of a filled workbook as the plain data of a study, with the cell in which each place of it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from caseflow.footprint.workbook_columns import YES_NO, Column
from caseflow.footprint.workbook_layout import META, TOP, SheetLayout, address
from caseflow.words import Message

_REFERENCE = re.compile(r"\[([^\[\]]+)\]\s*$")
HAUL = ".haul"
"""What the id of a line's transport ends with."""


@dataclass(slots=True)
class Row:
    """A row under its heads: values by path, and the cell of every path."""

    sheet: SheetLayout
    number: int
    values: dict[str, Any]
    cells: dict[str, str]

    @property
    def ids(self) -> tuple[str, ...]:
        """Of the line that it holds, and of the transport that it brings along."""
        own = str(self.values.get("id", ""))
        return (own, f"{own}{HAUL}") if self.values.get("haul") else (own,)

    def body(self, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
        return _nested({path: value for path, value in self.values.items() if path not in without})


class Reader:
    def __init__(self) -> None:
        self.problems: list[tuple[str, Message]] = []
        self.remarks: list[tuple[str, Message]] = []
        self.lines: list[Row] = []
        self._cells: dict[str, str] = {}

    def plain(self, sheets: tuple[SheetLayout, ...], by_name: Mapping[str, Sequence[Sequence[Any]]]) -> dict[str, Any]:
        """The plain data of the study; the cells of its places are kept on the way."""
        tables = {one.number: list(self._rows(one, by_name[one.name])) for one in sheets if not one.is_form}
        forms: dict[str, Any] = {}
        for sheet in sheets:
            if sheet.is_form:
                forms |= self._form(sheet, by_name[sheet.name])
        omitted = {path: value for path, value in forms.items() if path.startswith("omitted.")}
        data = _nested({path: value for path, value in forms.items() if path not in omitted})
        data = {"functional_unit": {}, "period": {}, **data}
        data["stages"] = cell_text(by_name[META][0][1])
        self._list(data, "balance", tables[3])
        self._list(data, "cutoffs", tables[10])
        data["omitted"] = [{"stage": path.removeprefix("omitted."), "reason": text} for path, text in omitted.items()]
        for at, path in enumerate(omitted):
            self._cells[f"omitted[{at}]"] = self._cells[path]
        data["lines"] = []
        self._cells["lines"] = next((at_cell(one, TOP, 0) for one in sheets if one.lines_of), "")
        self._processes(data, tables[9])
        for sheet in sheets:
            if sheet.lines_of:
                for row in tables[sheet.number]:
                    self._line(data, row)
        self._scores(data, tables[11])
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
        text = cell_text(cell)
        if not text:
            return None
        if column.kind == "factor":
            named = _REFERENCE.search(text)
            return named[1] if named else text
        if column.kind == "flag":
            return self._chosen(YES_NO, text, where) == "yes" or None
        if column.kind == "choice":
            return self._chosen(column.choices, text, where)
        if column.kind == "whole":
            return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text
        return text

    def _chosen(self, choices: Mapping[str, str], text: str, where: str) -> str | None:
        if text in choices:
            return text
        found = next((id_ for id_, shown in choices.items() if shown == text), None)
        if found is None and choices is not YES_NO and len(choices) > 20:
            return text  # units and gases have other spellings, which the study knows
        if found is None:
            values = {"path": where, "got": text[:60], "choices": list(choices.values())}
            self.problems.append((where, Message("footprint.not_offered", values)))
        return found

    def _list(self, data: dict[str, Any], name: str, rows: list[Row]) -> None:
        data[name] = [row.body() for row in rows]
        for at, row in enumerate(rows):
            self._keep(f"{name}[{at}]", row)

    def _keep(self, place: str, row: Row, start: str = "") -> None:
        self._cells[place] = next(iter(row.cells.values()))
        for path, cell in row.cells.items():
            if path.startswith(start):
                self._cells[f"{place}.{path.removeprefix(start)}"] = cell

    def _line(self, data: dict[str, Any], row: Row) -> None:
        row.values.setdefault("id", f"{row.sheet.number}-{row.number + 1}")
        if row.sheet.lines_of:
            row.values.setdefault("stage", row.sheet.lines_of[0].id)
        self.lines.append(row)
        body = row.body(without=("process", "haul"))
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
                where = row.cells["process"]
                message = Message("footprint.workbook_process", {"path": where, "got": str(wanted)[:80]})
                self.problems.append((where, message))
                return
            place, lines = f"processes[{at}].lines", processes[at]["lines"]
        self._keep(f"{place}[{len(lines)}]", row)
        lines.append(body)

    def _processes(self, data: dict[str, Any], rows: list[Row]) -> None:
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            id_ = str(row.values.get("process", ""))
            process = found.setdefault(id_, {"id": id_, "outputs": [], "inputs": [], "lines": []})
            place = f"processes[{list(found).index(id_)}]"
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
                process["treats"] = flow
                self._keep(f"{place}.treats", row, "flow.")
            else:
                kind = "inputs" if role == "input" else "outputs"
                self._keep(f"{place}.{kind}[{len(process[kind])}]", row, "flow.")
                process[kind].append(flow if role == "input" else {**flow, "role": role})
        if found:
            data["processes"] = list(found.values())

    def _scores(self, data: dict[str, Any], rows: list[Row]) -> None:
        held = [("lines", data["lines"])]
        held += [(f"processes[{at}].lines", one["lines"]) for at, one in enumerate(data.get("processes", []))]
        by_id = {line["id"]: (f"{place}[{at}]", line) for place, lines in held for at, line in enumerate(lines)}
        for row in rows:
            place, line = by_id.get(row.values.get("id", ""), ("", None))
            if line is None:
                where, got = row.cells["id"], str(row.values.get("id", ""))[:80]
                self.problems.append((where, Message("footprint.workbook_line", {"path": where, "got": got})))
                continue
            body = row.body(without=("id",))
            scores = body.pop("score", {})
            if scores:
                body.setdefault("uncertainty", {})["pedigree"] = [scores.get(str(at)) for at in range(5)]
            line |= body
            first = row.cells["score.0"]
            self._cells |= {f"{place}.{name}": first for name in ("uncertainty", "uncertainty.pedigree", "quality")}
            self._cells |= {f"{place}.{path}": cell for path, cell in row.cells.items() if path != "id"}

    def _proofs(self, listed: set[str]) -> None:
        for row in self.lines:
            for path in ("evidence", "own.evidence"):
                got = str(row.values.get(path, ""))
                if got and got not in listed:
                    where = row.cells[path]
                    self.remarks.append((where, Message("footprint.workbook_proof", {"path": where, "got": got[:80]})))


def at_cell(sheet: SheetLayout, row: int, column: int) -> str:
    return f"{sheet.name}!{address(row, column)}"


def cell_text(cell: Any) -> str:
    """A cell as text. A whole number is a float in a workbook and loses its ``.0``."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return YES_NO["yes" if cell else "no"]
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for path, value in values.items():
        *folders, name = path.split(".")
        inner = body
        for folder in folders:
            inner = inner.setdefault(folder, {})
        inner[name] = value
    return body
