"""What taking a study over would change: entry by entry new, changed, the same or gone, with what stood and what comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from caseflow.footprint.study import Study
from caseflow.footprint.workbook_cells import Key, Reader, Row
from caseflow.footprint.workbook_columns import line_columns
from caseflow.footprint.workbook_filling import LISTS, flat, numbered
from caseflow.footprint.workbook_filling import Row as Values
from caseflow.footprint.workbook_tables import BASIC, CUTOFFS, FACTORS, MASSES, PARAMETERS, QUALITY, UNIT
from caseflow.words import Message

Status = Literal["new", "changed", "same", "error", "read"]
"""``read``: nothing is wrong with it, but the study as a whole cannot be compared yet."""

_HEADS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    sort: MappingProxyType({column.path: column.head for column in (*columns, *QUALITY)})
    for sort, columns in (
        ("study", (*BASIC, *UNIT)), ("line", line_columns(())), ("factor", FACTORS), ("parameter", PARAMETERS),
        ("balance", MASSES), ("cutoff", CUTOFFS),
    )
})  # fmt: skip
"""The heads of the values of an entry that came without a workbook."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs. ``where``: the cell, or the place in the study; ``head``: of its column."""

    where: str
    head: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowPreview:
    """A row of the workbook (or, of a study that came otherwise, an entry), and what is wrong in it by cell.

    ``of``: the sort of its entry (``line``, ``factor``, ``parameter``, ``process``, ``study`` …).
    """

    sheet: str
    row: int
    id: str
    name: str
    status: Status
    problems: tuple[tuple[str, Message], ...] = ()
    changes: tuple[Change, ...] = ()
    of: str = "line"


def entries(study: Study) -> dict[Key, Values]:
    """The values of a study by its entries."""
    whole = study.as_json()
    found: dict[Key, Values] = {("study", "", ""): flat({one: it for one, it in whole.items() if one not in LISTS})}
    for line in study.lines:
        found["line", line.id, ""] = flat(line.as_json())
    for process in study.processes:
        body = {
            name: it for name, it in process.as_json().items() if name not in ("outputs", "inputs", "treats", "lines")
        }
        found["process", process.id, ""] = flat(body)
        if process.treats:
            found["treats", process.id, process.treats.product] = flat(process.treats.as_json())
        for sort, flows in (("output", process.outputs), ("input", process.inputs)):
            for name, flow in numbered(flows):
                found[sort, process.id, name] = flat(flow.as_json())
        for line in process.lines:
            found["line", line.id, ""] = flat(line.as_json()) | {"process": process.id}
    for parameter in study.parameters:
        found["parameter", parameter.name, ""] = flat(parameter.as_json())
    for own in study.factors:
        found["factor", own.id, ""] = flat(own.as_json())
    for material in study.recycling:
        found["recycling", material.id, ""] = flat(material.as_json())
    for variant in study.scenarios:
        found["scenario", variant.id, ""] = flat(variant.as_json())
    for at, balance in enumerate(study.balance, 1):
        found["balance", str(at), ""] = flat(balance.as_json())
    for at, cutoff in enumerate(study.cutoffs, 1):
        found["cutoff", str(at), ""] = flat(cutoff.as_json())
    for omission in study.omitted:
        found["omitted", omission.stage, ""] = {"reason": omission.reason}
    return found


def compared(study: Study, previous: Study | None) -> tuple[RowPreview, ...]:
    """The entries of a study beside those of the previous one, without a workbook to point into."""
    before = entries(previous) if previous else {}
    found = []
    for key, after in entries(study).items():
        changes = tuple(
            Change(path, _HEADS.get(key[0], {}).get(path, path), _shown(old), _shown(new))
            for path, old, new in _differing(before.get(key), after)
        )
        status: Status = "new" if key not in before else "changed" if changes else "same"
        name = str(after.get("name", after.get("item", after.get("product", ""))))
        found.append(RowPreview("", 0, _id(key), name, status, (), changes if status == "changed" else (), key[0]))
    return tuple(found)


def gone(study: Study, previous: Study | None) -> tuple[Key, ...]:
    """The entries of the previous study that the other no longer has."""
    after = entries(study)
    return tuple(key for key in (entries(previous) if previous else {}) if key not in after)


def previewed(reader: Reader, study: Study | None, previous: Study | None) -> tuple[RowPreview, ...]:
    """The rows of a workbook: those of tables all, those of forms where they differ or are wrong."""
    return tuple(_Preview(reader, study, previous).rows())


class _Preview:
    def __init__(self, reader: Reader, study: Study | None, previous: Study | None) -> None:
        self._reader, self._study = reader, study
        self._before = entries(previous) if previous else {}
        self._after = entries(study) if study else {}
        self._problems: dict[str, list[tuple[str, Message]]] = {}
        for one in reader.problems:
            self._problems.setdefault(one[0], []).append(one)

    def rows(self) -> Iterator[RowPreview]:
        told: set[str] = set()
        for row in (*self._reader.rows, *self._reader.quality, *self._reader.rest):
            wrong = tuple(one for cell in dict.fromkeys(row.cells.values()) for one in self._problems.get(cell, ()))
            told |= {cell for cell, _ in wrong}
            if row.keys or wrong:
                yield self._row(row, wrong)
        yield from self._form(told)

    def _row(self, row: Row, wrong: tuple[tuple[str, Message], ...]) -> RowPreview:
        changes = tuple(one for key in row.keys for one in self._changes(key))
        status: Status = "same"
        if wrong:
            status = "error"
        elif self._study is None:
            status = "read"
        elif not any(key in self._before for key in row.keys):
            status = "new"
        elif changes or any(key not in self._before for key in row.keys):
            status = "changed"
        shown = changes if status == "changed" else ()
        of, id_ = (row.keys[-1][0], _id(row.keys[-1])) if row.keys else ("line", str(row.values.get("id", "")))
        if row.keys and row.keys[0][0] == "line":
            id_ = row.keys[0][1]
        name = str(row.values.get("name", row.values.get("flow.name", row.values.get("item", ""))))
        return RowPreview(row.sheet.name, row.number + 1, id_, name, status, wrong, shown, of)

    def _form(self, told: set[str]) -> Iterator[RowPreview]:
        """The cells of forms that are wrong or changed, and what is wrong with the study as a whole."""
        changed = (
            [one for key in (("study", "", ""), *self._omitted()) for one in self._changes(key)] if self._before else []
        )
        cells = [cell for cell in self._problems if cell not in told]
        for cell in dict.fromkeys([*cells, *(one.where for one in changed)]):
            wrong = tuple(self._problems.get(cell, ()) if cell in cells else ())
            own = tuple(one for one in changed if one.where == cell)
            sheet, _, address = cell.rpartition("!")
            row = int("".join(sign for sign in address if sign.isdigit()) or 0)
            head = self._reader.heads.get(cell, cell)
            yield RowPreview(sheet, row, "", head, "error" if wrong else "changed", wrong, own, "study")

    def _omitted(self) -> Iterator[Key]:
        yield from dict.fromkeys(key for key in (*self._before, *self._after) if key[0] == "omitted")

    def _changes(self, key: Key) -> Iterator[Change]:
        after = self._after.get(key)
        if after is None and not (key[0] == "omitted" and self._study):
            return
        before = self._before.get(key)
        if before is None and key[0] != "omitted":
            return
        place = self._reader.places.get(key, "")
        for path, old, new in _differing(before, after or {}):
            where = f"{place}.{path}" if place else f"omitted.{key[1]}" if key[0] == "omitted" else path
            cell = self._reader.cell(where)
            yield Change(cell or where, self._reader.heads.get(cell, path), _shown(old), _shown(new))


def _differing(before: Values | None, after: Values) -> Iterator[tuple[str, Any, Any]]:
    known: Mapping[str, Any] = before or {}
    for path in dict.fromkeys((*after, *known)):
        old, new = known.get(path), after.get(path)
        if old != new and not (not old and not new):
            yield path, old, new


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {one}" for name, one in value.items())
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return "" if value is None or value is False else str(value)


def _id(key: Key) -> str:
    _, id_, product = key
    return f"{id_} · {product}" if product else id_
