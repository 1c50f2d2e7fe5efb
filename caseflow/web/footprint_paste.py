"""Rows copied from a spreadsheet: which column is which, and what in a cell cannot be right."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from caseflow.footprint import units
from caseflow.footprint.plain import number
from caseflow.footprint.shelf import Shelf
from caseflow.web import footprint_search
from caseflow.words import Message

MOST_ROWS = 2_000
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,\uff0c]\d{3})+(?:\.\d+)?")
_WITH_UNIT = re.compile(r"([+-]?[\d.,]+)\s*([^\d\s.,].*)")

_REFERENCE = re.compile(r"[\w.-]+/[\w.-]+")

_HEADS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "name": ("名称", "项目", "活动数据", "物料", "原材料", "材料", "能源", "品种", "name", "item", "material"),
    "amount": ("数量", "用量", "消耗量", "使用量", "耗量", "活动水平", "amount", "quantity", "qty"),
    "unit": ("单位", "计量单位", "unit"),
    "factor": ("因子", "因子名称", "因子编号", "因子代码", "排放因子", "碳足迹因子", "factor", "factor code"),
    "own_value": ("因子数值", "因子值", "自有因子", "factor value"),
    "own_unit": ("因子单位", "factor unit"),
    "own_source": ("因子来源", "factor source"),
    "own_year": ("因子年份", "factor year"),
    "data_source": ("来源", "数据来源", "source", "data source"),
    "evidence": ("证明材料", "证明", "凭证", "evidence"),
    "meter": ("计量器具", "计量器具编号", "电表", "表号", "meter"),
    "supplier": ("供应商", "supplier"),
    "region": ("地区", "产地", "region"),
    "year": ("年份", "年度", "year"),
    "transport_mass": ("运输质量", "运输重量"),
    "transport_distance": ("运距", "运输距离", "distance"),
    "proxy": ("替代说明", "proxy"),
})  # fmt: skip
_PLAIN = ("name", "amount", "unit", "factor", "data_source")
"""The order of columns without heads."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that cannot be right: its row as counted in the text, its column, and why."""

    row: int
    cell: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Pasted:
    """``columns``: the input that each column fills, empty for one that nobody recognised; ``heads``: what stood above."""

    columns: tuple[str, ...]
    heads: tuple[str, ...]
    rows: list[dict[str, str]]
    bad: list[Bad]
    left_over: int = 0
    """Rows beyond the limit, which were not read."""


def pasted(text: str, shelf: Shelf) -> Pasted:
    """A text of rows and columns (tabs, as spreadsheets copy them; else commas or semicolons) as lines of a study.

    What cannot be right is named and stays in its cell as it is.
    """
    table = _table(text)
    if not table:
        return Pasted((), (), [], [])
    heads, first = _heads(table[0]), 1
    if heads is None:
        heads, first = _guessed(table), 0
    rows, bad = [], []
    for place, texts in enumerate(table[first : first + MOST_ROWS], first + 1):
        cells, wrong = _row(dict(zip(heads, texts, strict=False)), shelf)
        if cells:
            rows.append(cells)
            bad += [Bad(place, cell, reason) for cell, reason in wrong]
    return Pasted(heads, tuple(table[0]) if first else (), rows, bad, max(0, len(table) - first - MOST_ROWS))


def _table(text: str) -> list[list[str]]:
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    mark = "\t" if "\t" in text else Counter(one for one in text if one in ",;，；").most_common(1)
    delimiter = mark if isinstance(mark, str) else mark[0][0] if mark else "\t"
    try:
        found = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:  # a cell without end: each line for itself
        found = [line.split(delimiter) for line in text.split("\n")]
    return [[cell.strip() for cell in row] for row in found if any(cell.strip() for cell in row)]


def _heads(row: list[str]) -> tuple[str, ...] | None:
    """The inputs that the heads of columns name; None where the first row is no head."""
    found = [_input(text) for text in row]
    known = [one for one in found if one]
    if len(known) < 2 or "name" not in known:
        return None
    return tuple(one if found.index(one) == at else "" for at, one in enumerate(found))


def _input(text: str) -> str:
    bare = re.sub(r"[(（\[].*|[*:：]", "", text).strip().casefold()
    return next((cell for cell, names in _HEADS.items() if bare in names), "")


def _guessed(table: list[list[str]]) -> tuple[str, ...]:
    """Without heads: the column of figures, that of units, that with references, and texts in the usual order."""
    columns = [[row[at] for row in table[:50] if at < len(row) and row[at]] for at in range(max(map(len, table)))]
    found = ["" for _ in columns]
    tests = {
        "amount": lambda text: _figure(text) is not None or bool(_WITH_UNIT.fullmatch(text)),
        "unit": lambda text: units.unit(text) is not None,
        "factor": lambda text: bool(_REFERENCE.fullmatch(text)),
    }
    for cell, fits in tests.items():
        for at, texts in enumerate(columns):
            if not found[at] and texts and sum(map(fits, texts)) * 2 > len(texts):
                found[at] = cell
                break
    left = [cell for cell in _PLAIN if cell not in found]
    return tuple(one or (left.pop(0) if left else "") for one in found)


def _row(given: dict[str, str], shelf: Shelf) -> tuple[dict[str, str], list[tuple[str, Message]]]:
    cells = {cell: text for cell, text in given.items() if cell and text}
    wrong: list[tuple[str, Message]] = []
    if not cells:
        return cells, wrong
    if not cells.get("name"):
        wrong.append(("name", Message("footprint_web.paste_missing")))
    joined = _WITH_UNIT.fullmatch(cells.get("amount", ""))
    if joined and not cells.get("unit") and _figure(joined[1]) and units.unit(joined[2]):
        cells |= {"amount": joined[1], "unit": joined[2]}
    for cell in ("amount", "own_value", "transport_mass", "transport_distance"):
        if text := cells.get(cell):
            figure = _figure(text)
            if figure is None:
                wrong.append((cell, Message("footprint_web.paste_figure", {"got": text[:60]})))
            cells[cell] = figure or text
    for cell in ("unit", "own_unit"):
        if text := cells.get(cell):
            found = units.unit(text)
            if found is None:
                wrong.append((cell, Message("footprint_web.paste_unit", {"got": text[:60]})))
            cells[cell] = found.id if found else text
    if not (cells.get("amount") or cells.get("transport_distance")):
        wrong.append(("amount", Message("footprint_web.paste_missing")))
    if text := cells.get("factor"):
        factor = footprint_search.named(shelf, text)
        if factor is None:
            wrong.append(("factor", Message("footprint_web.paste_factor", {"got": text[:60]})))
        cells["factor"] = factor.ref if factor else text
    return cells, wrong


def _figure(text: str) -> str | None:
    """A figure without the marks between its thousands; None where it is none."""
    bare = re.sub("[,\uff0c]", "", text) if _GROUPED.fullmatch(text) else text
    return bare if number(bare) is not None else None
