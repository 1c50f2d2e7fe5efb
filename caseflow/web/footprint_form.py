"""Activity data as a form: from a study to the fields of the page, and from what was typed to plain data to be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from caseflow.footprint.factors import Factor
from caseflow.footprint.line import Line
from caseflow.footprint.plain import decimal_text
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.stages import Scheme
from caseflow.footprint.study import Study
from caseflow.words import Message

Pairs = list[tuple[str, str]]

HEAD = ("product", "model", "unit_quantity", "unit_unit", "unit_description", "output_quantity", "output_unit",
        "boundary", "from", "to", "standard", "gwp_set", "scheme", "declared")  # fmt: skip
CELLS = ("name", "amount", "unit", "factor", "data_source", "primary", "credit", "meter", "certificate",
         "valid_until", "own_value", "own_unit", "own_kind", "own_source", "own_year")  # fmt: skip
_LINE = re.compile(r"lines-([A-Za-z0-9_.]+)-(\d{1,4})-(\w+)")
_REFERENCE = re.compile(r"\[([^\[\]]+)\]\s*$")
_PLACE = re.compile(r"lines\[(\d+)\]\.?(.*)")
_HEAD_PLACES = {
    "functional_unit.quantity": "unit_quantity", "functional_unit.unit": "unit_unit",
    "functional_unit.description": "unit_description", "output.quantity": "output_quantity",
    "output.unit": "output_unit", "period.from": "from", "period.to": "to", "stages": "scheme",
}  # fmt: skip


def pairs_of(study: Study) -> Pairs:
    """The fields of the page for a study as it was saved."""
    found: Pairs = [
        ("product", study.product),
        ("model", study.model),
        ("unit_quantity", decimal_text(study.unit.quantity)),
        ("unit_unit", study.unit.unit),
        ("unit_description", study.unit.description),
        ("output_quantity", decimal_text(study.output.quantity) if study.output else ""),
        ("output_unit", study.output.unit if study.output else ""),
        ("boundary", study.boundary),
        ("from", study.period_from.isoformat()),
        ("to", study.period_to.isoformat()),
        ("standard", study.standard),
        ("gwp_set", study.gwp_set),
        ("scheme", study.stages),
        ("declared", "" if study.declared is None else decimal_text(study.declared)),
    ]
    found += [(f"declared-{stage}", decimal_text(value)) for stage, value in study.declared_stages.items()]
    found += [(f"omitted-{one.stage}", one.reason) for one in study.omitted]
    for number, line in enumerate(study.lines):
        found += [(f"lines-{line.stage}-{number}-{cell}", text) for cell, text in _cells(line) if text]
    return found


def _cells(line: Line) -> Iterator[tuple[str, str]]:
    yield from (("name", line.name), ("amount", decimal_text(line.amount)), ("unit", line.unit))
    yield from (("factor", line.factor), ("data_source", line.data_source), ("meter", line.meter))
    yield from (("primary", "yes" if line.primary else ""), ("credit", "yes" if line.credit else ""))
    yield ("certificate", line.certificate)
    yield ("valid_until", line.valid_until.isoformat() if line.valid_until else "")
    if line.own:
        yield from (("own_value", decimal_text(line.own.value)), ("own_unit", line.own.unit))
        yield from (("own_kind", line.own.kind), ("own_source", line.own.source))
        yield ("own_year", "" if line.own.year is None else str(line.own.year))


def kept(form: MultiDict[str, str]) -> Pairs:
    """What of a posted form belongs to the study, to be kept as a draft."""
    known = set(HEAD)
    return [
        (name, value.replace("\r\n", "\n"))
        for name, value in form.items(multi=True)
        if value.strip() and (name in known or name.startswith(("declared-", "omitted-")) or _LINE.fullmatch(name))
    ]


def plain(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, Any], list[str]]:
    """What was typed as the plain data that ``footprint.study.read`` takes; and for each line the start of its inputs' names."""
    typed = {name: value.strip() for name, value in pairs}
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for name, value in typed.items():
        if (found := _LINE.fullmatch(name)) and value:
            rows.setdefault((found[1], found[2]), {})[found[3]] = value
    # A row in which only a list was left at its first choice is an empty row.
    filled = {place: cells for place, cells in rows.items() if set(cells) - {"unit", "own_unit", "own_kind"}}
    data: dict[str, Any] = {
        "product": typed.get("product", ""),
        "functional_unit": {
            "quantity": typed.get("unit_quantity", ""),
            "unit": typed.get("unit_unit", ""),
            "description": typed.get("unit_description", ""),
        },
        "boundary": typed.get("boundary", ""),
        "period": {"from": typed.get("from", ""), "to": typed.get("to", "")},
        "standard": typed.get("standard", ""),
        "gwp_set": typed.get("gwp_set", ""),
        "stages": typed.get("scheme", ""),
        "declared": typed.get("declared", ""),
        "model": typed.get("model", ""),
        "declared_stages": _starting(typed, "declared-"),
        "omitted": [{"stage": stage, "reason": why} for stage, why in _starting(typed, "omitted-").items()],
        "lines": [_line(number, stage, cells) for number, ((stage, _), cells) in enumerate(filled.items(), 1)],
    }
    if typed.get("output_quantity"):
        data["output"] = {"quantity": typed["output_quantity"], "unit": typed.get("output_unit", "")}
    if not data["declared_stages"]:
        del data["declared_stages"]
    return data, [f"lines-{stage}-{number}" for stage, number in filled]


def _starting(typed: Mapping[str, str], start: str) -> dict[str, str]:
    return {name.removeprefix(start): value for name, value in typed.items() if name.startswith(start) and value}


def _line(number: int, stage: str, cells: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": str(number),
        "stage": stage,
        "primary": cells.get("primary") == "yes",
        "credit": cells.get("credit") == "yes",
    }
    for name in ("name", "amount", "unit", "data_source", "meter", "certificate", "valid_until"):
        found[name] = cells.get(name, "")
    if cells.get("own_value"):
        found["own"] = {
            "value": cells["own_value"],
            "unit": cells.get("own_unit", ""),
            "kind": cells.get("own_kind", "footprint"),
            "source": cells.get("own_source", ""),
            "year": cells.get("own_year", ""),
        }
    if cells.get("factor"):
        named = _REFERENCE.search(cells["factor"])
        found["factor"] = named[1] if named else cells["factor"]
    return found


def placed(reason: Message, starts: list[str]) -> Message:
    """A reason of ``footprint.study`` with the input it concerns, and words for its place instead of a path."""
    path = str(reason.values.get("path", ""))
    found = _PLACE.fullmatch(path)
    if found:
        number, rest = int(found[1]), found[2].replace("own.", "own_")
        where = Message("footprint_web.at_line", {"n": number + 1, "field": _field(rest)})
        start = starts[number] if number < len(starts) else ""
        return Message(reason.key, {**reason.values, "path": where, "input": f"{start}-{rest or 'name'}"})
    if path == "lines":
        return Message(reason.key, {**reason.values, "path": Message("footprint_web.lines"), "input": "lines"})
    name = _HEAD_PLACES.get(path, path.replace("declared_stages.", "declared-"))
    return Message(reason.key, {**reason.values, "path": _field(name), "input": name})


def _field(name: str) -> Message | str:
    if name.startswith("declared-"):
        return Message("footprint_web.declared_stage")
    return Message(f"footprint_web.{name}") if name in (*HEAD, *CELLS) else name


def in_scheme(shelf: Shelf, scheme: Scheme, stage: str) -> str:
    """The stage of ``scheme`` for a stage of any scheme: itself, or the first that maps to the same of the standard."""
    if scheme.stage(stage):
        return stage
    meant = next((found.maps_to for other in shelf.schemes if (found := other.stage(stage))), "")
    return next((one.id for one in scheme.stages if one.maps_to == meant), scheme.stages[0].id)


def offered(shelf: Shelf) -> list[Factor]:
    """Every published factor, those fit for a footprint first, then the newest."""
    every = [factor for release in shelf.factors.releases for factor in release.factors]
    return sorted(every, key=lambda factor: (factor.kind == "co2", factor.kind != "footprint", -factor.year))
