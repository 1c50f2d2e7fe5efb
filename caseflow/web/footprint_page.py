"""What the page of the activity data shows, made ready for its template."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from caseflow.cases.view import View
from caseflow.footprint import gases, units
from caseflow.footprint.declarations import BALANCE_ROLES
from caseflow.footprint.factors import KINDS, REACHES
from caseflow.footprint.gases import GWP_SETS, PARTS
from caseflow.footprint.line import DATA_TYPES
from caseflow.footprint.own import ORIGINS
from caseflow.footprint.pedigree import MATRICES
from caseflow.footprint.plain import canonical
from caseflow.footprint.results import LineResult
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.stages import Scheme
from caseflow.footprint.study import UNIT_TYPES
from caseflow.footprint.supply import MODES, SOURCES
from caseflow.footprint.uncertainty import DISTRIBUTIONS
from caseflow.web import drawing, footprint_form, footprint_rows, footprint_search
from caseflow.web.footprint_cells import FAST, FOLDED, GROUPS, REST, TABLES, carried
from caseflow.web.footprint_form import DECLARED, PASTE, Pairs, Row
from caseflow.web.footprint_live import FIRST, Outcome, figure, outcome, percent
from caseflow.web.footprint_paste import Pasted, pasted

CHOICES: dict[str, tuple[str, ...]] = {
    "data_type": DATA_TYPES, "own_kind": KINDS, "own_origin": ORIGINS, "own_reach": REACHES, "transport_mode": MODES,
    "supply_source": SOURCES, "part": PARTS, "uncertainty_distribution": DISTRIBUTIONS, "uncertainty_matrix": MATRICES,
    **dict.fromkeys(("quality_technology", "quality_geography", "quality_time", "quality_precision"), tuple("12345")),
    "unit_type": UNIT_TYPES, "factors.kind": KINDS, "factors.origin": ORIGINS, "factors.reach": REACHES,
    "balance.role": BALANCE_ROLES,
}  # fmt: skip
"""What may be chosen, by the input."""

KEPT = ("recycling", "scenarios")
"""What the page names and does not edit, beside the processes."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A line on the page. ``folded``: its inputs that are not on the page, as JSON; ``about``: of which groups some are
    filled; ``weighed``: what weighs it where no factor is quoted; ``moved``: mass x distance in t·km.
    """

    row: Row
    folded: str
    about: list[str]
    factor: str
    weighed: str
    moved: str
    result: LineResult | None
    problem: str
    blank: bool = False


def drawn(view: View, scheme: Scheme, pairs: Pairs, opened: str) -> dict[str, Any]:
    """Everything that the template needs of the typed fields. ``opened``: the start of a line that is to be unfolded."""
    shelf = view.shelf
    found = outcome(view, pairs)
    wrong = {line.field for line in drawing.error_lines()}
    stages = footprint_rows.by_stage(pairs, scheme, shelf)
    next_ = max((row.number for rows in stages.values() for row in rows), default=-1) + 1
    rest = carried(dict(pairs).get(REST, ""))
    own = {f"own/{row.cells['id']}": row.cells.get("name", "") for row in _own(pairs)}
    results = found.lines if isinstance(found, Outcome) else {}
    return {
        "values": dict(pairs),
        "scheme": scheme,
        "schemes": shelf.schemes,
        "strangers": [stage for stage in stages if scheme.stage(stage) is None],
        "lines": {
            stage: [
                *(_shown(row, opened, wrong, results, shelf, own) for row in rows),
                Shown(
                    Row(f"lines-{stage}-{next_}", stage, next_, {}, is_open=True), "", [], "", "", "", None, "", True
                ),
            ]
            for stage, rows in stages.items()
        },
        "next_number": next_,
        "tables": {table: _table(pairs, table) for table in TABLES},
        "carried": [(name, value) for name, value in pairs if _is_carried(name, scheme)],
        "processes": _processes(rest),
        "kept": {name: texts for name in KEPT if (texts := _names(rest.get(name)))},
        "pasted": {stage: found_ for stage in stages if (found_ := _pasted(pairs, stage, shelf))},
        "groups": GROUPS,
        "shapes": TABLES,
        "choices": CHOICES,
        "units": units.UNITS,
        "gases": tuple(gases.GASES),
        "gwp_sets": GWP_SETS,
        "kinds": KINDS,
        "factors": [footprint_search.label(hit.factor) for hit in footprint_search.search(shelf, "")],
        "own_factors": own,
        "figure": figure,
        "percent": percent,
        "first": FIRST,
        "outcome": found if isinstance(found, Outcome) else None,
        "unreadable": () if isinstance(found, Outcome) else [drawing.say(one) for one in found],
    }


def _own(pairs: Pairs) -> list[Row]:
    return [row for row in footprint_form.rows_of(pairs, "factors") if row.cells.get("id")]


def _shown(
    row: Row, opened: str, wrong: set[str], results: dict[str, LineResult], shelf: Shelf, own: dict[str, str]
) -> Shown:
    is_open = row.is_open or row.start == opened or any(f"{row.start}-{cell}" in wrong for cell in FOLDED)
    folded = {cell: text for cell, text in row.cells.items() if cell not in FAST and not (is_open and cell in FOLDED)}
    label = row.cells.get("factor", "")
    factor = shelf.factors.get(label)
    if factor is not None:
        label = footprint_search.label(factor)
    elif own.get(label):
        label = f"{own[label]} [{label}]"
    line = results.get(row.came_from or row.start)
    return Shown(
        replace(row, is_open=is_open),
        canonical(folded) if folded else "",
        [name for name, shape in GROUPS.items() if any(row.cells.get(cell) for cell in shape)],
        label,
        _weighed(row.cells),
        footprint_form.kilometres(row.cells),
        line,
        drawing.say(line.problem) if line is not None and line.problem is not None else "",
    )


def _weighed(cells: dict[str, str]) -> str:
    """In the place of a factor: the line's own, or the gas that it sets free."""
    if value := cells.get("own_value"):
        return f"{drawing.t('footprint_web.own')} {value} kgCO₂e/{drawing.written(cells.get('own_unit', ''))}"
    return f"{drawing.t('footprint_web.gas')} {drawing.written(cells['gas'])}" if cells.get("gas") else ""


def _table(pairs: Pairs, table: str) -> list[Row]:
    """The rows of a small table, and last of all an empty one to copy."""
    rows = footprint_form.rows_of(pairs, table)
    number = max((row.number for row in rows), default=-1) + 1
    return [*rows, Row(f"{table}-{number}", "", number, {})]


def _is_carried(name: str, scheme: Scheme) -> bool:
    """Fields that have no input on this page of their own."""
    if name.startswith(DECLARED):
        return scheme.stage(name.removeprefix(DECLARED)) is None
    return name == REST


def _pasted(pairs: Pairs, stage: str, shelf: Shelf) -> Pasted | None:
    text = dict(pairs).get(f"{PASTE}{stage}", "")
    return pasted(text, shelf) if text.strip() else None


def _names(value: Any) -> list[str]:
    return [str(one.get("name", "")) for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _processes(rest: dict[str, Any]) -> list[dict[str, Any]]:
    """The processes that came by workbook or file, to be read: name, what goes in and out, how it is shared."""
    processes = rest.get("processes")
    found = []
    names = _products(processes)
    for one in processes if isinstance(processes, list) else ():
        if isinstance(one, dict):
            shared = one.get("allocation")
            found.append({
                "name": one.get("name", ""),
                "outputs": [_flow(flow, names) for flow in one.get("outputs", ()) if isinstance(flow, dict)],
                "inputs": [_flow(flow, names) for flow in one.get("inputs", ()) if isinstance(flow, dict)],
                "lines": len(one.get("lines", ())),
                "method": shared.get("method", "") if isinstance(shared, dict) else "",
                "why": shared.get("justification", "") if isinstance(shared, dict) else "",
            })  # fmt: skip
    return found


def _products(processes: Any) -> dict[str, str]:
    """What the products are called where they come out, by their ids."""
    outputs = [
        flow
        for one in (processes if isinstance(processes, list) else ())
        if isinstance(one, dict)
        for flow in one.get("outputs", ())
        if isinstance(flow, dict)
    ]
    return {str(flow.get("product", "")): str(flow["name"]) for flow in outputs if flow.get("name")}


def _flow(flow: dict[str, Any], names: dict[str, str]) -> str:
    amount = flow.get("amount") or flow.get("formula", "")
    product = str(flow.get("product", ""))
    name = flow.get("name") or names.get(product, product)
    return f"{name} {amount} {drawing.written(flow.get('unit', ''))}"
