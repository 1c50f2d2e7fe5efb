"""Formulas of a study: numbers, names, + - * / ^ and a few functions. Read by a parser of its own; nothing is executed.

``amount = yield_rate * (coal + 0.05) / max(1, runs)``. A name is a parameter. Full-width signs are read as plain ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from caseflow.words import Message, Refused

MOST_CHARACTERS = 500
MOST_NODES = 200
DEEPEST = 40
LARGEST_POWER = 64
HERE = "formula"
"""The place of a formula that is read by itself; the reader of a study puts the formula's own place."""

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)|([^\W\d]\w{0,79})|(\*\*|[-+*/^(),]))")
_DECIMALS = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emax=60, Emin=-60, traps=[InvalidOperation, DivisionByZero, Overflow]
)

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function with its operands."""

    function: str
    operands: tuple[Formula, ...]


Formula: TypeAlias = Number | Name | Call


def parse(text: str) -> Formula:
    """The formula of a text. Raises :class:`~caseflow.words.Refused` with the position of what is wrong."""
    plain = unicodedata.normalize("NFKC", text).replace("×", "*").replace("÷", "/").replace("−", "-")
    if len(plain) > MOST_CHARACTERS:
        raise Refused(Message("footprint.formula_long", {"path": HERE, "limit": MOST_CHARACTERS}))
    return _Parser(plain).whole()


def names(formula: Formula) -> frozenset[str]:
    """The parameters that a formula mentions."""
    return frozenset(node.name for node in _walk(formula) if isinstance(node, Name))


def evaluate(formula: Formula, values: Mapping[str, Decimal]) -> Decimal:
    """The figure of a formula to 34 digits.

    Raises :class:`~caseflow.words.Refused`: an unknown name, a division by zero, a root of a negative figure, a
    result outside 1e-24 to 1e24.
    """
    try:
        found = _decimal(formula, values)
    except (ArithmeticError, ValueError) as error:
        raise Refused(Message("footprint.formula_undefined", {"path": HERE, "why": type(error).__name__})) from error
    if found and abs(found.adjusted()) > 24:
        raise Refused(Message("footprint.formula_undefined", {"path": HERE, "why": "Overflow"}))
    return found


def evaluate_arrays(formula: Formula, values: Mapping[str, Array]) -> Array:
    """The figures of a formula for arrays of its names; complex numbers pass through for exact derivatives."""
    if isinstance(formula, Number):
        return np.asarray(float(formula.value))
    if isinstance(formula, Name):
        return values[formula.name]
    return _ARRAYS[formula.function](*(evaluate_arrays(one, values) for one in formula.operands))


class _Parser:
    """Recursive descent: sum > product > sign > power > atom."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._nodes = 0
        self._depth = 0
        self._token: re.Match[str] | None = None
        self._next()

    def whole(self) -> Formula:
        found = self._sum()
        if self._token is not None:
            self._wrong()
        return found

    def _next(self) -> None:
        rest = self._text[self._at :]
        if not rest.strip():
            self._token = None
            return
        found = _TOKEN.match(self._text, self._at)
        self._token = found
        if found is None:
            self._wrong()
        self._at = found.end()

    def _sign(self, *signs: str) -> str:
        """The sign that stands here if it is one of these, and one further."""
        found = self._token[3] if self._token else None
        if found in signs:
            self._next()
            return found
        return ""

    def _sum(self) -> Formula:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Refused(Message("footprint.formula_deep", {"path": HERE, "limit": DEEPEST}))
        found = self._product()
        while sign := self._sign("+", "-"):
            found = self._made(sign, found, self._product())
        self._depth -= 1
        return found

    def _product(self) -> Formula:
        found = self._signed()
        while sign := self._sign("*", "/"):
            found = self._made(sign, found, self._signed())
        return found

    def _signed(self) -> Formula:
        minus = False
        while sign := self._sign("+", "-"):
            minus ^= sign == "-"
        found = self._power()
        return self._made("neg", found) if minus else found

    def _power(self) -> Formula:
        found = self._atom()
        if self._sign("^", "**"):
            self._depth += 1
            if self._depth > DEEPEST:
                raise Refused(Message("footprint.formula_deep", {"path": HERE, "limit": DEEPEST}))
            found = self._made("^", found, self._signed())
            self._depth -= 1
        return found

    def _atom(self) -> Formula:
        token = self._token
        if token is None:
            self._wrong()
        if token[1]:
            self._next()
            return self._counted(Number(Decimal(token[1])))
        if token[2]:
            self._next()
            return self._called(token[2]) if self._sign("(") else self._counted(Name(token[2]))
        if not self._sign("("):
            self._wrong()
        found = self._sum()
        self._closed()
        return found

    def _called(self, name: str) -> Formula:
        operands = [self._sum()]
        while self._sign(","):
            operands.append(self._sum())
        self._closed()
        if name not in FUNCTIONS:
            raise Refused(
                Message("footprint.formula_function", {"path": HERE, "got": name, "choices": sorted(FUNCTIONS)})
            )
        least, most = FUNCTIONS[name]
        if not least <= len(operands) <= most:
            raise Refused(Message("footprint.formula_operands", {"path": HERE, "got": name, "n": len(operands)}))
        return self._made(name, *operands)

    def _closed(self) -> None:
        if not self._sign(")"):
            self._wrong()

    def _made(self, function: str, *operands: Formula) -> Formula:
        return self._counted(Call(function, operands))

    def _counted(self, node: Formula) -> Formula:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise Refused(Message("footprint.formula_big", {"path": HERE, "limit": MOST_NODES}))
        return node

    def _wrong(self) -> NoReturn:
        if self._token:
            start = self._token.end() - len(self._token[0].lstrip())
        else:
            start = len(self._text) - len(self._text[self._at :].lstrip())
        raise Refused(
            Message("footprint.formula_wrong", {"path": HERE, "at": start + 1, "near": self._text[start : start + 12]})
        )


FUNCTIONS = {"min": (1, 20), "max": (1, 20), "abs": (1, 1), "sqrt": (1, 1), "exp": (1, 1), "ln": (1, 1)}
"""The functions by name, with the fewest and the most operands."""


def _walk(formula: Formula) -> Iterator[Formula]:
    yield formula
    if isinstance(formula, Call):
        for operand in formula.operands:
            yield from _walk(operand)


def _decimal(formula: Formula, values: Mapping[str, Decimal]) -> Decimal:
    if isinstance(formula, Number):
        return formula.value
    if isinstance(formula, Name):
        if formula.name not in values:
            raise Refused(Message("footprint.formula_name", {"path": HERE, "got": formula.name}))
        return values[formula.name]
    return _DECIMAL[formula.function](*(_decimal(one, values) for one in formula.operands))


def _decimal_power(base: Decimal, power: Decimal) -> Decimal:
    if abs(power) > LARGEST_POWER:
        raise OverflowError
    return _DECIMALS.power(base, power)


_DECIMAL: dict[str, Callable[..., Decimal]] = {
    "+": _DECIMALS.add,
    "-": _DECIMALS.subtract,
    "*": _DECIMALS.multiply,
    "/": _DECIMALS.divide,
    "^": _decimal_power,
    "neg": _DECIMALS.minus,
    "min": lambda *them: min(them),
    "max": lambda *them: max(them),
    "abs": _DECIMALS.abs,
    "sqrt": _DECIMALS.sqrt,
    "exp": _DECIMALS.exp,
    "ln": _DECIMALS.ln,
}


def _chosen(pick: Callable[[Array, Array], Array], *them: Array) -> Array:
    """The least or the largest by real part: a derivative follows the operand that is taken."""
    found = them[0]
    for one in them[1:]:
        found = np.asarray(np.where(pick(np.real(one), np.real(found)), one, found))
    return found


def _absolute(one: Array) -> Array:
    return np.asarray(np.where(np.real(one) < 0, np.negative(one), one))


_ARRAYS: dict[str, Callable[..., Array]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "neg": np.negative,
    "min": lambda *them: _chosen(np.less, *them),
    "max": lambda *them: _chosen(np.greater, *them),
    "abs": _absolute,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "ln": np.log,
}
