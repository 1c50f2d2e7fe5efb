"""A study as a function of the figures that are not known exactly: one column of values in, one total out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from caseflow.footprint import calculation, formulas
from caseflow.footprint.batch import Batch
from caseflow.footprint.calculation import Solved
from caseflow.footprint.formulas import Formula
from caseflow.footprint.line import Line, in_unit
from caseflow.footprint.network import Network
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.solve import Singular
from caseflow.footprint.study import Study
from caseflow.footprint.uncertainty import Law, Spread
from caseflow.footprint.weights import Weight, weight

Array = NDArray[Any]
VariableKind = Literal["parameter", "factor", "line", "flow"]


class Undefined(Exception):
    """Some values have no total: a loop feeds on itself, or a formula divides by zero."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One uncertain figure: ``kind:name``. Whatever uses it uses the same draw."""

    id: str
    kind: VariableKind
    law: Law


@dataclass(frozen=True, slots=True)
class Term:
    """A line in the sum: ``coefficient`` x amount x weight x scaling.

    ``amount`` and ``weight``: the number of a variable, or -1 where the figure stands in the coefficient. ``formula``
    takes the place of an amount. ``columns``: the processes' columns that it falls on, with shares.
    """

    coefficient: float
    amount: int = -1
    weight: int = -1
    formula: Formula | None = None
    columns: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Model:
    """The total of a study as a function of its variables, which are sorted by id.

    Shares of an allocation are taken as they are; they do not move with the amounts.
    """

    variables: tuple[Variable, ...]
    terms: tuple[Term, ...]
    parameters: tuple[tuple[str, float, Formula | None, int], ...]
    """Name, figure, formula, number of the variable (-1: none), in the order of computation."""
    system: Batch | None
    scaling: tuple[float, ...] = ()
    """Of the columns, where no flow of the system is uncertain."""
    _separable: list[Separable] = field(default_factory=list, repr=False, compare=False)

    @property
    def figures(self) -> Array:
        """The variables at their stated figures."""
        return np.array([variable.law.figure for variable in self.variables])

    def evaluate(self, values: Array) -> Array:
        """The totals for the columns of ``values`` (one row for each variable). Complex values keep derivatives.

        Raises :class:`Undefined` where any of them has no total.
        """
        with np.errstate(all="ignore"):  # what is not finite is told below
            try:
                total = self.separable().evaluate(values) if self.is_separable() else self._summed(values)
            except Singular:
                raise Undefined from None
        if not np.all(np.isfinite(total)):
            raise Undefined
        return total

    def _summed(self, values: Array) -> Array:
        named = self._named(values)
        scaling = self.system.scaling(values, named) if self.system else None
        total: Array = np.zeros(values.shape[1], dtype=values.dtype)
        for term in self.terms:
            part: Any = term.coefficient
            if term.formula is not None:
                part = part * formulas.evaluate_arrays(term.formula, named)
            elif term.amount >= 0:
                part = part * values[term.amount]
            if term.weight >= 0:
                part = part * values[term.weight]
            if scaling is not None and term.columns:
                part = part * sum(share * scaling[column] for column, share in term.columns)
            total += part
        return total

    def separable(self) -> Separable:
        """The model as a sum of factors, each times a sum of amounts; only for one without formulas and moving flows."""
        if not self._separable:
            self._separable.append(Separable.of(self))
        return self._separable[0]

    def is_separable(self) -> bool:
        return self.system is None and not any(term.formula for term in self.terms)

    def _named(self, values: Array) -> dict[str, Array]:
        named: dict[str, Array] = {}
        for name, figure, formula, number in self.parameters:
            if number >= 0:
                named[name] = values[number]
            elif formula is not None:
                named[name] = formulas.evaluate_arrays(formula, named)
            else:
                named[name] = np.asarray(figure)
        return named


@dataclass(frozen=True, slots=True)
class Separable:
    """``sum over weights w of w x (base + sum of coefficient x amount)``; the first weight is one.

    ``weights``, ``amounts``: numbers of the variables; ``owner``: the weight that each amount belongs to.
    """

    weights: NDArray[np.intp]
    base: NDArray[np.float64]
    amounts: NDArray[np.intp]
    coefficients: NDArray[np.float64]
    owner: NDArray[np.intp]

    @classmethod
    def of(cls, model: Model) -> Separable:
        numbers = sorted({term.weight for term in model.terms if term.weight >= 0})
        place = {-1: 0, **{number: at for at, number in enumerate(numbers, 1)}}
        base = [0.0] * (len(numbers) + 1)
        amounts, coefficients, owner = [], [], []
        for term in model.terms:
            if term.amount < 0:
                base[place[term.weight]] += term.coefficient
            else:
                amounts.append(term.amount)
                coefficients.append(term.coefficient)
                owner.append(place[term.weight])
        whole = np.intp
        return cls(
            np.array(numbers, whole), np.array(base), np.array(amounts, whole), np.array(coefficients, float),
            np.array(owner, whole),
        )  # fmt: skip

    def evaluate(self, values: Array) -> Array:
        # Sparse, not dense: a matrix product by threads costs more than it gives on a busy machine.
        shape = (len(self.base), len(self.amounts))
        spread = scipy.sparse.csr_array((self.coefficients, (self.owner, range(shape[1]))), shape=shape)
        sums: Array = spread @ values[self.amounts]
        sums += self.base[:, None]
        total: Array = sums[0] + np.einsum("ij,ij->j", values[self.weights], sums[1:])
        return total


def model(study: Study, shelf: Shelf, *, every: bool = False) -> Model:
    """The model of a study. ``every``: each figure is a variable, spread or not (for multipliers), not only the uncertain."""
    solved = calculation.solve(study)
    builder = _Builder(study, shelf, solved, every=every)
    return builder.build()


class _Builder:
    def __init__(self, study: Study, shelf: Shelf, solved: Solved, *, every: bool) -> None:
        self._study, self._shelf, self._solved, self._every = study, shelf, solved, every
        self._laws: dict[str, tuple[VariableKind, Law]] = {}

    def build(self) -> Model:
        trees: Mapping[str, Formula] = {
            one.name: formulas.parse(one.formula) for one in self._study.parameters if one.formula
        }
        for one in self._study.parameters:
            if one.name not in trees:
                self._variable("parameter", one.name, one.value, one.spread)
        network = self._solved.network
        moving = network is not None and self._flows(network)
        drafts = [draft for line in self._study.activity if (draft := self._term(line, moving=moving)) is not None]
        order = {name: number for number, name in enumerate(sorted(self._laws))}
        variables = tuple(Variable(name, *self._laws[name]) for name in sorted(self._laws))
        terms = tuple(
            Term(coefficient, order.get(amount, -1), order.get(factor, -1), formula, columns)
            for coefficient, amount, factor, formula, columns in drafts
        )
        parameters = tuple(
            (one.name, float(one.value), trees.get(one.name), order.get(f"parameter:{one.name}", -1))
            for one in self._study.parameters
        )
        system = self._system(network, order) if network is not None and moving else None
        return Model(variables, terms, parameters, system, self._solved.scaling)

    def _variable(self, kind: VariableKind, name: str, figure: Decimal, spread: Spread | None) -> str:
        """The id of the variable for a figure, or nothing where it is taken as certain."""
        if spread is None and not self._every:
            return ""
        id_ = f"{kind}:{name}"
        value = float(figure)
        self._laws.setdefault(id_, (kind, spread.law(value) if spread else Law("normal", value)))
        return id_

    def _flows(self, network: Network) -> bool:
        """Whether any flow of the system is uncertain, by itself or by a parameter."""
        moving = False
        for flow, name in zip(network.flows, network.names, strict=True):
            moving |= bool(flow.formula and any(key.startswith("parameter:") for key in self._laws))
            if not flow.formula:
                moving |= bool(self._variable("flow", name, flow.amount, flow.spread))
        return moving

    def _system(self, network: Network, order: Mapping[str, int]) -> Batch:
        amounts: list[tuple[float, int, Formula | None]] = []
        for flow, name in zip(network.flows, network.names, strict=True):
            formula = formulas.parse(flow.formula) if flow.formula else None
            amounts.append((float(flow.amount), order.get(f"flow:{name}", -1), formula))
        demand = np.zeros(len(network.products))
        demand[network.demand] = float(network.demand_amount)
        return Batch(
            size=len(network.products),
            rows=[entry.row for entry in network.entries],
            columns=[entry.column for entry in network.entries],
            coefficients=[float(entry.coefficient) for entry in network.entries],
            flows=[entry.flow for entry in network.entries],
            amounts=amounts,
            demand=demand,
        )

    def _term(
        self, line: Line, *, moving: bool
    ) -> tuple[float, str, str, Formula | None, tuple[tuple[int, float], ...]] | None:
        found = weight(line, self._study, self._shelf)
        ratio = in_unit(line, found.unit) if isinstance(found, Weight) else None
        if not isinstance(found, Weight) or ratio is None or (line.process and self._solved.network is None):
            return None  # the result says why it is not counted
        coefficient = float(ratio)
        columns: tuple[tuple[int, float], ...] = ()
        if line.process and moving and self._solved.network is not None:
            columns = tuple((column, float(share)) for column, share in self._solved.network.columns_of(line))
        else:
            coefficient *= float(calculation.portion(line, self._study, self._solved))
        formula = formulas.parse(line.formula) if line.formula else None
        amount = "" if formula else self._variable("line", line.id, line.amount, line.spread)
        if not amount and formula is None:
            coefficient *= float(line.amount)
        factor = self._variable("factor", found.ref, found.value, found.spread) if found.value else ""
        coefficient *= float(found.total) / float(found.value) if factor else float(found.total)
        return coefficient, amount, factor, formula, columns
