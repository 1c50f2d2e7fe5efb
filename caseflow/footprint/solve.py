"""Square linear systems A x = b of products and processes: small ones dense, large ones sparse, all checked.

``scipy`` loads its parts when they are first used: a study without a system of processes waits for none of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

DENSE = 32
"""Up to so many rows a system is solved as a dense matrix. Above it LAPACK starts threads, which cost more than they
give on a busy machine, and sparse sweeps are faster anyhow."""
RESIDUAL = 1e-12
"""Largest residual of a solution, relative to the size of the terms that it is made of."""
_SWEEPS = 200
_LOOK = 4
_STILL = 1e-14
_ORDERED = 200
"""Up to so many rows the order of elimination does not matter, and a factorisation is quicker than many sweeps."""
_CORRECTIONS = 60


class Singular(Exception):
    """The system has no single solution: a loop that feeds on itself, or rows that say the same."""


class Technosphere:
    """The matrix A: rows are products, columns processes; row i is made by column i. Duplicate entries add up.

    Raises :class:`Singular` when a solution is asked for and there is none.
    """

    def __init__(self, size: int, rows: Ints, columns: Ints, values: Floats) -> None:
        self.size = size
        self._rows, self._columns, self._values = rows, columns, values
        self._dense: Floats | None = None
        self._forward: Callable[[Floats], Floats] | None = None
        self._backward: Callable[[Floats], Floats] | None = None

    def scaling(self, demand: Floats) -> Floats:
        """How much of each process a demand of products needs: x of A x = b."""
        if self.size <= DENSE:
            return self._checked(_dense_solve(self.dense(), demand), demand, transposed=False)
        if self._forward is None:
            self._forward = self._sparse_solver(transposed=False)
        return self._checked(self._forward(demand), demand, transposed=False)

    def intensities(self, direct: Floats) -> Floats:
        """What stands behind one unit of every product at once: y of Aᵀ y = direct burden of each process."""
        if self.size <= DENSE:
            return self._checked(_dense_solve(self.dense().T, direct), direct, transposed=True)
        if self._backward is None:
            self._backward = self._sparse_solver(transposed=True)
        return self._checked(self._backward(direct), direct, transposed=True)

    def dense(self) -> Floats:
        if self._dense is None:
            cells = self._rows * self.size + self._columns
            flat: Floats = np.bincount(cells, self._values, self.size * self.size).astype(np.float64, copy=False)
            self._dense = flat.reshape(self.size, self.size)
        return self._dense

    def sparse(self) -> Any:
        """A as a compressed matrix."""
        return self._compressed(scipy.sparse.csr_array, transposed=False)

    def _compressed(self, form: Any, *, transposed: bool) -> Any:
        rows, columns = (self._columns, self._rows) if transposed else (self._rows, self._columns)
        return form((self._values, (rows, columns)), shape=(self.size, self.size))

    def _sparse_solver(self, *, transposed: bool) -> Callable[[Floats], Floats]:
        """Sweeps where they settle quickly (they do for what economies look like), else a factorisation."""
        if self.size <= _ORDERED:
            return _lu(self._compressed(scipy.sparse.csc_array, transposed=transposed))
        matrix = self._compressed(scipy.sparse.csr_array, transposed=transposed)
        factorised: list[Callable[[Floats], Floats]] = []
        swept = _Sweeps.of(matrix)

        def solve(right: Floats) -> Floats:
            found = swept.solve(right) if swept is not None and not factorised else None
            if found is None:
                if not factorised:
                    factorised.append(_factorised(matrix))
                found = factorised[0](right)
            return found

        return solve

    def _checked(self, found: Floats, right: Floats, *, transposed: bool) -> Floats:
        if not np.all(np.isfinite(found)):
            raise Singular
        rows, columns = (self._columns, self._rows) if transposed else (self._rows, self._columns)
        terms = self._values * found[columns]
        residual = np.abs(np.bincount(rows, terms, self.size) - right)
        size = np.bincount(rows, np.abs(terms), self.size) + np.abs(right)
        if np.any(residual > RESIDUAL * np.maximum(size, np.max(size, initial=0.0) * 1e-9)):
            raise Singular
        return found


def _dense_solve(matrix: Floats, right: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise Singular from None


class _Sweeps:
    """x = b / D - (R / D) x, over and over, for A = D + R."""

    def __init__(self, diagonal: Floats, rest: Any) -> None:
        self._diagonal, self._rest = diagonal, rest

    @classmethod
    def of(cls, matrix: Any) -> _Sweeps | None:
        """None where a row has nothing on the diagonal."""
        diagonal = matrix.diagonal()
        if not np.all(diagonal):
            return None
        rest = matrix.copy()
        rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        rest.data = np.where(rows == rest.indices, 0.0, -rest.data / diagonal[rows])
        return cls(diagonal, rest)

    def solve(self, right: Floats) -> Floats | None:
        """None where it does not settle."""
        start: Floats = right / self._diagonal
        found, change = start, np.inf
        for sweep in range(1, _SWEEPS + 1):
            following = self._rest @ found
            following += start
            if sweep % _LOOK == 0:
                moves, sizes = np.abs(following - found), np.abs(following)
                largest = float(np.max(sizes, initial=0.0))
                if np.all(moves <= np.maximum(_STILL * sizes, _STILL**2 * largest)):
                    return np.asarray(following)
                before, change = change, float(np.max(moves))
                if not np.isfinite(change) or (sweep > 30 and change > 0.6 * before):
                    break
            found = following
        return None


def _factorised(matrix: Any) -> Callable[[Floats], Floats]:
    """LU in the order of the supply chain: loops stand together, so little fills in."""
    size = matrix.shape[0]
    if size <= _ORDERED:
        return _lu(matrix.tocsc())
    _, labels = scipy.sparse.csgraph.connected_components(matrix, directed=True, connection="strong")
    order = np.argsort(labels, kind="stable")
    inner = _lu(matrix[order][:, order].tocsc())
    back = np.argsort(order, kind="stable")
    return lambda right: inner(np.ascontiguousarray(right[order]))[back]


def _lu(matrix: Any) -> Callable[[Floats], Floats]:
    try:
        factors = scipy.sparse.linalg.splu(matrix, permc_spec="NATURAL", options={"SymmetricMode": True})
    except RuntimeError:
        raise Singular from None
    solve: Callable[[Floats], Floats] = factors.solve
    return solve


def exact_scaling(
    size: int, rows: Sequence[int], columns: Sequence[int], values: Sequence[Fraction], demand: dict[int, Fraction]
) -> list[float]:
    """The scaling of an exactly known system, each figure the double nearest to the truth.

    A floating solution is corrected by its residual in exact fractions until nothing moves, so the same study gives
    the same bits on every machine. Raises :class:`Singular`.
    """
    solver = _exact_solver(size, rows, columns, values)
    found = [Fraction(0)] * size
    residual = [demand.get(row, Fraction(0)) for row in range(size)]
    for _ in range(_CORRECTIONS):
        step = solver(np.array([float(one) for one in residual]))
        if not np.all(np.isfinite(step)):
            raise Singular
        found = [one + Fraction(float(more)) for one, more in zip(found, step, strict=True)]
        nothing = max((abs(float(one)) for one in found), default=0.0) * 1e-40
        if all(abs(more) <= max(1e-25 * abs(one), nothing) for one, more in zip(found, step.tolist(), strict=True)):
            return [0.0 if abs(one) <= nothing else float(one) for one in found]
        residual = [demand.get(row, Fraction(0)) for row in range(size)]
        for row, column, value in zip(rows, columns, values, strict=True):
            residual[row] -= value * found[column]
    raise Singular


def _exact_solver(
    size: int, rows: Sequence[int], columns: Sequence[int], values: Sequence[Fraction]
) -> Callable[[Floats], Floats]:
    floats = np.array([float(value) for value in values])
    system = Technosphere(size, np.array(rows, dtype=np.intp), np.array(columns, dtype=np.intp), floats)
    if size > DENSE:
        return _factorised(system.sparse())
    with warnings.catch_warnings():
        warnings.simplefilter("error", scipy.linalg.LinAlgWarning)
        try:
            factors = scipy.linalg.lu_factor(system.dense())
        except (scipy.linalg.LinAlgWarning, ValueError):
            raise Singular from None
    return lambda right: np.asarray(scipy.linalg.lu_solve(factors, right), dtype=np.float64)
