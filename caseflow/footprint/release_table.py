"""A factor release from the rows of a table (CSV, or the sheet of a workbook), with a report on every row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from caseflow.footprint import gases
from caseflow.footprint.factors import Factor, Release, read_factor, read_release
from caseflow.footprint.plain import Part
from caseflow.words import Message, Refused

MOST_ROWS = 20_000

_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("标识", "编号"),
    "name_zh": ("名称", "中文名称"),
    "name_en": ("英文名称",),
    "series": ("系列",),
    "kind": ("类型", "因子类型"),
    "value": ("数值", "因子值"),
    "unit": ("单位", "计量单位"),
    "region": ("地域", "地区"),
    "year": ("年份", "数据年份"),
    "source": ("来源",),
    "evidence": ("依据",),
    "gwp_set": ("全球变暖潜势",),
    "due": ("应改用",),
    "reach": ("范围", "系统边界"),
    "part": ("分项",),
    "heat": ("低位发热量",),
    "heat_unit": ("发热量单位",),
    "carbon": ("单位热值含碳量",),
    "oxidation": ("碳氧化率",),
    "gsd2": ("几何标准差平方",),
}
"""The columns by their name in English, with the Chinese ones; a column named like a gas holds kilograms of it per unit,
one named ``CH4 kgCO2e`` kilograms of CO2e."""
_CO2E = "kgCO2e"
_NEEDED = ("id", "name_zh", "value")
_FUEL = ("heat", "heat_unit", "carbon", "oxidation")
_KINDS = {
    "碳足迹因子": "footprint",
    "二氧化碳排放因子": "co2",
    "燃烧排放因子": "combustion",
    "运输排放因子": "transport",
    "投入产出因子": "spend",
}


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of a row. ``row``: its number in the table, 1 being the heading; ``problems``: why it was not taken."""

    row: int
    id: str
    status: Literal["new", "changed", "same", "wrong"]
    problems: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read. ``release`` is there only where every row was taken."""

    release: Release | None
    rows: tuple[RowReport, ...]
    problems: tuple[Message, ...] = ()
    """Of the table as a whole: its columns, its head."""


def rows_of_csv(data: bytes) -> list[list[str]]:
    """The rows of a CSV file in UTF-8 or GB 18030. Raises :class:`~caseflow.words.Refused` for anything else."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as error:
            raise Refused(Message("footprint.unreadable", {"path": "csv", "why": str(error)})) from error
    raise Refused(Message("footprint.table_encoding"))


def read_table(head: Mapping[str, Any], rows: Sequence[Sequence[Any]], previous: Release | None = None) -> Table:
    """A release from a table whose first row names the columns.

    ``head``: what stands once (``id``, ``title``, ``authority``, ``document``, ``common`` …), as in a release file;
    ``previous``: the release that the rows are compared with.
    """
    if len(rows) < 2:
        return Table(None, (), (Message("footprint.table_empty"),))
    names, problems = _heading(rows[0])
    if problems:
        return Table(None, (), tuple(problems))
    common = head.get("common")
    common = common if isinstance(common, dict) else {}
    known = {factor.id: factor for factor in previous.factors} if previous else {}
    reports: list[RowReport] = []
    bodies: list[dict[str, Any]] = []
    seen: set[str] = set()
    for number, row in enumerate(rows[1 : MOST_ROWS + 1], 2):
        body = _body(dict(zip(names, row, strict=False)))
        if not body:
            continue
        found: list[Message] = []
        factor = read_factor(Part(body, "", found), str(head.get("id", "")), common)
        if factor.id in seen:
            found.append(Message("footprint.twice", {"path": "id", "got": factor.id}))
        seen.add(factor.id)
        reports.append(RowReport(number, factor.id, _status(factor, known, found), tuple(found)))
        bodies.append(body)
    if any(report.problems for report in reports):
        return Table(None, tuple(reports))
    try:
        return Table(read_release({**head, "factors": bodies}), tuple(reports))
    except Refused as refused:
        return Table(None, tuple(reports), refused.reasons)


def _heading(row: Sequence[Any]) -> tuple[list[str], list[Message]]:
    by_name = {alias: name for name, aliases in _COLUMNS.items() for alias in (name, *aliases)}
    names: list[str] = []
    problems: list[Message] = []
    for at, cell in enumerate(row, 1):
        text = str(cell or "").strip()
        name = by_name.get(text) or _gas_column(text)
        if text and not name:
            problems.append(Message("footprint.column_unknown", {"at": at, "got": text[:60]}))
        elif name and name in names:
            problems.append(Message("footprint.column_twice", {"got": text[:60]}))
        names.append(name)
    missing = [_COLUMNS[name][0] for name in _NEEDED if name not in names]
    if missing:
        problems.append(Message("footprint.column_missing", {"names": missing}))
    return names, problems


def _gas_column(text: str) -> str:
    """``CH4`` holds kilograms of the gas, ``CH4 kgCO2e`` kilograms of CO2e."""
    bare = text.removesuffix(_CO2E)
    name = gases.gas(bare)
    return "" if name is None else name if bare == text else f"{name}{_CO2E}"


def _body(cells: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the plain data of a factor; nothing for an empty row."""
    given = {name: _text(cell) for name, cell in cells.items() if name and _text(cell) != ""}
    if not given:
        return {}
    body: dict[str, Any] = {name: value for name, value in given.items() if name in _COLUMNS}
    amounts = {name: value for name, value in given.items() if name not in _COLUMNS and not name.endswith(_CO2E)}
    co2e = {name.removesuffix(_CO2E): value for name, value in given.items() if name.endswith(_CO2E)}
    zh = body.pop("name_zh", "")
    body["name"] = {"zh": zh, "en": body.pop("name_en", zh)}
    fuel = {name: body.pop(name) for name in _FUEL if name in body}
    if fuel:
        body["fuel"] = fuel
    if amounts:
        body["gases"] = amounts
    if co2e:
        body["gases_co2e"] = co2e
    if "gsd2" in body:
        body["uncertainty"] = {"distribution": "lognormal", "gsd2": body.pop("gsd2")}
    body["kind"] = _KINDS.get(body.get("kind", ""), body.get("kind"))
    return {name: value for name, value in body.items() if value is not None}


def _text(cell: Any) -> str:
    """A cell as text; a whole number in a workbook is a float and loses its ``.0``."""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def _status(
    factor: Factor, known: Mapping[str, Factor], problems: Sequence[Message]
) -> Literal["new", "changed", "same", "wrong"]:
    if problems:
        return "wrong"
    before = known.get(factor.id)
    if before is None:
        return "new"
    return "same" if before.as_json() == factor.as_json() else "changed"
