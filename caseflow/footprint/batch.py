"""Many systems at once that differ only in their figures: one column for each draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from caseflow.footprint import formulas
from caseflow.footprint.formulas import Formula
from caseflow.footprint.solve import Singular

Array = NDArray[Any]

_SWEEPS = 100
_LARGEST_ONE_BY_ONE = 500
_BYTES = 256 << 20
"""About so much memory one round of draws may take."""


class Batch:
    """A foreground system whose flows depend on variables.

    Entry e of the matrix is ``coefficients[e]`` x the amount of flow ``flows[e]``, at (``rows[e]``, ``columns[e]``). The
    amount of a flow is a figure, a variable's number, or a formula.
    """

    def __init__(
        self,
        *,
        size: int,
        rows: Sequence[int],
        columns: Sequence[int],
        coefficients: Sequence[float],
        flows: Sequence[int],
        amounts: Sequence[tuple[float, int, Formula | None]],
        demand: NDArray[np.float64],
    ) -> None:
        self.size, self._demand, self._amounts = size, demand, amounts
        # One cell for each place of the matrix; the entries that add up in it stand side by side.
        cells = np.array(rows, np.intp) * size + np.array(columns, np.intp)
        order = np.argsort(cells, kind="stable")
        places, starts = np.unique(cells[order], return_index=True)
        self._flows = np.array(flows, np.intp)[order]
        self._coefficients = np.array(coefficients)[order][:, None]
        self._starts = starts
        self._rows, self._columns = places // size, places % size

    def scaling(self, values: Array, named: Mapping[str, Array]) -> Array:
        """How much of each process every draw needs: a row for each column of the system. Raises Singular."""
        draws = values.shape[1]
        found: Array = np.empty((self.size, draws), dtype=values.dtype)
        step = max(16, _BYTES // (8 * (len(self._flows) + self.size)))
        for begin in range(0, draws, step):
            part = slice(begin, min(begin + step, draws))
            here = {name: one[part] if one.ndim else one for name, one in named.items()}
            found[:, part] = solve_many(
                self.size, self._rows, self._columns, self._cells(values[:, part], here), self._demand
            )
        return found

    def _cells(self, values: Array, named: Mapping[str, Array]) -> Array:
        amounts: Array = np.empty((len(self._amounts), values.shape[1]), dtype=values.dtype)
        for number, (figure, variable, formula) in enumerate(self._amounts):
            if variable >= 0:
                amounts[number] = values[variable]
            else:
                amounts[number] = figure if formula is None else formulas.evaluate_arrays(formula, named)
        return np.add.reduceat(self._coefficients * amounts[self._flows], self._starts, axis=0)


def solve_many(size: int, rows: Array, columns: Array, cells: Array, demand: Array) -> Array:
    """x of A x = b for every draw. ``cells``: the figures at (``rows``, ``columns``), sorted by row, a column per draw.

    Sweeps in the order of the supply chain; where they do not settle, each draw is solved for itself. Raises
    :class:`~caseflow.footprint.solve.Singular`.
    """
    found = _swept(size, rows, columns, cells, demand)
    return _one_by_one(size, rows, columns, cells, demand) if found is None else found


def _swept(size: int, rows: Array, columns: Array, cells: Array, demand: Array) -> Array | None:
    """Row by row, each with what was found before it."""
    on_diagonal = rows == columns
    diagonal: Array = np.zeros((size, cells.shape[1]), dtype=cells.dtype)
    diagonal[rows[on_diagonal]] = cells[on_diagonal]
    if not np.all(diagonal):
        return None
    rest = np.flatnonzero(~on_diagonal)
    scaled = cells[rest]
    scaled /= -diagonal[rows[rest]]
    bounds = np.searchsorted(rows[rest], np.arange(size + 1))
    sources = columns[rest]
    start: Array = demand[:, None] / diagonal
    found = start.copy()
    plan = [
        (row, scaled[bounds[row] : bounds[row + 1]], sources[bounds[row] : bounds[row + 1]], bool(demand[row]))
        for row in _downstream_first(size, rows, columns)
        if bounds[row] < bounds[row + 1]
    ]
    taken = np.empty((int(np.max(np.diff(bounds), initial=0)), cells.shape[1]), dtype=cells.dtype)
    before = np.empty_like(found)
    for _ in range(_SWEEPS):
        np.copyto(before, found)
        for row, weights, makers, is_wanted in plan:
            following, here = found[row], taken[: len(makers)]
            np.take(found, makers, axis=0, out=here, mode="clip")  # clip: not buffered, and every index is right
            np.einsum("ij,ij->j", weights, here, out=following)
            if is_wanted:
                following += start[row]
        np.subtract(found, before, out=before)
        change = _change(before, found)
        if change <= _settled(cells):
            return found
        if not np.isfinite(change):
            break
    return None


def _settled(cells: Array) -> float:
    """A draw is one of thousands; a derivative (in the imaginary part) is a figure of its own."""
    return 1e-15 if np.iscomplexobj(cells) else 1e-11


def _change(moves: Array, figures: Array) -> float:
    """The largest move of any product, relative to the most that is needed of it; of a derivative in the imaginary
    part as well.
    """
    if np.iscomplexobj(figures):
        return max(_relative(moves.real, figures.real), _relative(moves.imag, figures.imag))
    return _relative(moves, figures)


def _relative(moves: Array, figures: Array) -> float:
    moved = np.max(np.abs(moves), axis=1, initial=0.0)
    sizes = np.max(np.abs(figures), axis=1, initial=0.0)
    return float(np.max(np.divide(moved, sizes, out=np.zeros_like(moved), where=sizes > 0), initial=0.0))


def _downstream_first(size: int, rows: Array, columns: Array) -> list[int]:
    """The rows so that, where there is no loop, all users of a product stand before it."""
    graph = scipy.sparse.csr_array((np.ones(len(rows)), (columns, rows)), shape=(size, size))
    _, labels = scipy.sparse.csgraph.connected_components(graph, directed=True, connection="strong")
    return [int(row) for row in np.argsort(-labels, kind="stable")]


def _one_by_one(size: int, rows: Array, columns: Array, cells: Array, demand: Array) -> Array:
    if size > _LARGEST_ONE_BY_ONE:
        raise Singular
    found: Array = np.empty((size, cells.shape[1]), dtype=cells.dtype)
    step = max(1, _BYTES // (64 * size * size))
    for begin in range(0, cells.shape[1], step):
        part = cells[:, begin : begin + step]
        matrices: Array = np.zeros((part.shape[1], size, size), dtype=cells.dtype)
        matrices[:, rows, columns] = part.T
        try:
            found[:, begin : begin + step] = np.linalg.solve(matrices, demand[None, :, None])[:, :, 0].T
        except np.linalg.LinAlgError:
            raise Singular from None
    return found
