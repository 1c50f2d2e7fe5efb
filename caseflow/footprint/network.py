"""From the processes of a study to the columns and rows of a square system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from caseflow.footprint import units
from caseflow.footprint.allocation import shares
from caseflow.footprint.line import Line, share_of
from caseflow.footprint.process import Flow, Process
from caseflow.footprint.study import Study
from caseflow.words import Message, Refused


@dataclass(frozen=True, slots=True)
class Column:
    """A process seen as the maker of one of its products; ``share``: of what the products have in common."""

    process: Process
    product: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class Entry:
    """``coefficient`` x the amount of ``flows[flow]`` is added to the matrix at (row, column)."""

    row: int
    column: int
    coefficient: Fraction
    flow: int


@dataclass(frozen=True, slots=True)
class Network:
    """The foreground system: a row for each product in its own unit, a column for each product of a process.

    The matrix times the scaling of the columns is the demand: ``demand_amount`` of the product in row ``demand``.
    """

    products: tuple[str, ...]
    units: tuple[str, ...]
    columns: tuple[Column, ...]
    flows: tuple[Flow, ...]
    """Every flow of every process."""
    names: tuple[str, ...]
    """Of the flows: ``process>product`` for an output, ``process<product`` for an input."""
    entries: tuple[Entry, ...]
    demand: int
    demand_amount: Fraction
    places: dict[str, tuple[int, ...]]
    """The numbers of the columns of each process."""

    def values(self) -> list[Fraction]:
        """The value that each entry adds."""
        return [entry.coefficient * Fraction(self.flows[entry.flow].amount) for entry in self.entries]

    def columns_of(self, line: Line) -> list[tuple[int, Fraction]]:
        """The columns that a line of a process falls on, each with its share."""
        found = (
            (number, line.share_of(self.columns[number].product, self.columns[number].share))
            for number in self.places.get(line.process, ())
        )
        return [(number, share) for number, share in found if share]


def network(study: Study) -> Network:
    """The system of a study's processes.

    Raises :class:`~caseflow.words.Refused` with everything that keeps it from being square: a product that nobody
    makes or two make, units that do not fit, an allocation that does not add up.
    """
    problems: list[Message] = []
    columns: list[Column] = []
    for process in study.processes:
        try:
            found = shares(process)
        except Refused as refused:
            problems += refused.reasons
            found = {flow.product: Fraction(1) for flow in process.functions}
        columns += [Column(process, product, share) for product, share in found.items()]
    rows: dict[str, int] = {}
    row_units: list[str] = []
    for column in columns:
        if column.product in rows:
            problems.append(Message("footprint.product_of_two", {"product": column.product}))
            continue
        rows[column.product] = len(rows)
        row_units.append(next(flow.unit for flow in column.process.functions if flow.product == column.product))
    flows: list[Flow] = []
    names: list[str] = []
    entries: list[Entry] = []
    places = {
        process.id: tuple(number for number, column in enumerate(columns) if column.process is process)
        for process in study.processes
    }
    treated = wastes(study)
    for process in study.processes:
        for flow, direction, mark in _flows(process):
            # A product that is not needed is put out; a waste that is spared its treatment is taken back.
            sign = -direction if flow.role == "avoided" and flow.product in treated else direction
            if (flow.role in ("waste", "avoided") and flow.by_factor) or _dropped(flow, rows):
                continue
            row = rows.get(flow.product)
            ratio = None if row is None else units.ratio(flow.unit, row_units[row])
            if row is None:
                problems.append(
                    Message("footprint.product_of_none", {"product": flow.product, "process": process.name})
                )
            elif ratio is None:
                values = {"product": flow.product, "unit": flow.unit, "other": row_units[row], "process": process.name}
                problems.append(Message("footprint.product_unit", values))
            else:
                flows.append(flow)
                names.append(f"{process.id}{mark}{flow.product}")
                entries += [
                    Entry(row, number, sign * ratio * share, len(flows) - 1)
                    for number, share in _columns(columns, places[process.id], process, flow)
                ]
    demand, amount = _demand(study, rows, row_units, columns, problems)
    if problems:
        raise Refused(*problems)
    return Network(
        tuple(rows),
        tuple(row_units),
        tuple(columns),
        tuple(flows),
        tuple(names),
        tuple(entries),
        demand,
        amount,
        places,
    )


def wastes(study: Study) -> frozenset[str]:
    """The wastes for which the system has a treatment."""
    return frozenset(waste for process in study.processes for waste in process.treated)


def untreated(study: Study) -> list[tuple[Process, Flow]]:
    """Wastes that leave the system without any treatment being counted."""
    treated = wastes(study)
    return [
        (process, flow)
        for process in study.processes
        for flow in process.outputs
        if flow.role == "waste" and not flow.by_factor and flow.product not in treated
    ]


def _dropped(flow: Flow, rows: dict[str, int]) -> bool:
    """A waste that nobody treats has no row; R03 tells of it."""
    return flow.role == "waste" and flow.product not in rows


def _flows(process: Process) -> Iterator[tuple[Flow, int, str]]:
    """Each flow with its sign in the matrix. Waste to be treated is put out (+) here and taken in (-) there."""
    for flow in process.outputs:
        yield (flow, -1, "<") if flow.role == "treated" else (flow, 1, ">")
    for flow in process.inputs:
        yield flow, -1, "<"
    if process.treats:
        yield process.treats, -1, "<"


def _columns(
    columns: list[Column], places: tuple[int, ...], process: Process, flow: Flow
) -> Iterator[tuple[int, Fraction]]:
    """The columns of the process that a flow falls on: its own for a product, all by their share for what is shared."""
    is_function = flow in process.functions
    for number in places:
        product = columns[number].product
        if is_function:
            share = Fraction(int(product == flow.product))
        else:
            share = share_of(product, flow.only, flow.shares, columns[number].share)
        if share:
            yield number, share


def _demand(
    study: Study, rows: dict[str, int], row_units: list[str], columns: list[Column], problems: list[Message]
) -> tuple[int, Fraction]:
    reference = study.reference
    wanted = (reference.flow if reference else None) or study.unit
    row = rows.get(reference.product) if reference else None
    if reference is None or row is None:
        problems.append(Message("footprint.reference_unknown", {"product": reference.product if reference else ""}))
        return 0, Fraction(0)
    ratio = units.ratio(wanted.unit, row_units[row])
    if ratio is None:
        values = {"product": reference.product, "unit": wanted.unit, "other": row_units[row]}
        problems.append(Message("footprint.reference_unit", values))
        return row, Fraction(0)
    maker = next(column.process for column in columns if column.product == reference.product)
    sign = -1 if reference.product in maker.treated else 1
    return row, sign * Fraction(wanted.quantity) * ratio
