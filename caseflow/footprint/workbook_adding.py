"""What sheets 11 and 16 of a filled workbook add to the entries of the others: distributions, scores, and what is rare."""

from __future__ import annotations

from typing import Any

from caseflow.footprint.workbook_cells import Key, Reader, Row
from caseflow.footprint.workbook_filling import LISTS
from caseflow.footprint.workbook_values import read

_FLOWS = ("outputs", "inputs", "treats", "lines")
"""What of a process stands in rows of its own."""


def add(reader: Reader, data: dict[str, Any]) -> None:
    """Put the rows of both sheets into the plain data; what finds no place is a problem of the reader."""
    for row in reader.quality:
        _add_quality(reader, data, row)
    for row in reader.rest:
        _add_rest(reader, data, row)


def _add_quality(reader: Reader, data: dict[str, Any], row: Row) -> None:
    of, id_ = str(row.values.get("of", "line")), str(row.values.get("id", ""))
    key: Key = ("line" if of == "own" else of, id_, "")
    target, place = reader.found(data, key), reader.places.get(key, "")
    if target is not None and of == "own":
        target, place = target.get("own"), f"{place}.own"
    if target is None:
        reader.say(row, "id", "footprint.workbook_line" if of == "line" else "footprint.workbook_entry", id_)
        return
    body = row.body(without=("id", "of"))
    scores = body.pop("score", {})
    if scores:
        body.setdefault("uncertainty", {})["pedigree"] = [scores.get(str(at)) for at in range(5)]
    target |= body
    for name in ("uncertainty", "uncertainty.pedigree", "quality"):
        reader.keep(f"{place}.{name}", row.cells["score.0"])
    for path, cell in row.cells.items():
        if path not in ("id", "of"):
            reader.keep(f"{place}.{path}", cell)


def _add_rest(reader: Reader, data: dict[str, Any], row: Row) -> None:
    of, id_, product, path = (str(row.values.get(name, "")) for name in ("of", "id", "product", "path"))
    value = read(str(row.values.get("value", "")))
    if of == "omitted":
        place = f"omitted[{len(data['omitted'])}]"
        data["omitted"].append({"stage": id_, "reason": value})
        reader.keep(place, row.cells["value"])
        reader.places["omitted", id_, ""] = place
        return
    target: Any = data if of == "study" else reader.found(data, (of, id_, product))
    place = "" if of == "study" else reader.places.get((of, id_, product), "")
    if target is None:
        reader.say(row, "id", "footprint.workbook_entry", product or id_)
        return
    *folders, name = path.split(".")
    taken = {"study": LISTS, "process": _FLOWS}.get(of, ())
    for folder in folders:
        target = target.setdefault(folder, {}) if isinstance(target, dict) else None
    if not isinstance(target, dict) or not name or path.partition(".")[0] in taken:
        reader.say(row, "path", "footprint.workbook_content", path)
        return
    target[name] = value
    reader.heads[row.cells["value"]] = path
    reader.keep(f"{place}.{path}".lstrip("."), row.cells["value"])
