"""Conditions as trees of comparisons, as far as ``truth`` can decide them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from caseflow.workflow.expressions import Token, tokens_of

Value = bool | str | Fraction | None
"""None: it is not given."""
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Undecided(Exception):
    """The condition holds something that is not decided here."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One value against what is written: ``name sign value``; ``has`` and ``in`` are signs too. Or against another."""

    name: str
    sign: str
    values: tuple[Value, ...] = ()
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """``&&``, ``||`` or ``!`` over parts; without parts and with ``true`` or ``false`` as sign a constant."""

    sign: str
    parts: tuple[Compared | Joined, ...] = ()


Tree = Compared | Joined


@lru_cache(maxsize=2048)
def read(text: str) -> Tree:
    """The condition as a tree. Raises ``Undecided``."""
    parser = _Parser(tokens_of(text))
    tree = parser.either()
    if parser.left():
        raise Undecided
    return tree


class _Parser:
    """Reads tokens by falling through the strengths of the signs."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def left(self) -> bool:
        return self.at < len(self.tokens)

    def sees(self, *signs: str) -> bool:
        return self.left() and self.tokens[self.at].text in signs and self.tokens[self.at].kind in ("sign", "path")

    def take(self, *signs: str) -> Token:
        if not self.left() or (signs and not self.sees(*signs)):
            raise Undecided
        self.at += 1
        return self.tokens[self.at - 1]

    def either(self) -> Tree:
        return self._joined("||", self._both)

    def _both(self) -> Tree:
        return self._joined("&&", self._unary)

    def _joined(self, sign: str, inner: Callable[[], Tree]) -> Tree:
        parts = [inner()]
        while self.sees(sign):
            self.take()
            parts.append(inner())
        return parts[0] if len(parts) == 1 else Joined(sign, tuple(parts))

    def _unary(self) -> Tree:
        if self.sees("!"):
            self.take()
            return Joined("!", (self._unary(),))
        if self.sees("("):
            self.take()
            tree = self.either()
            self.take(")")
            return tree
        return self._comparison()

    def _comparison(self) -> Tree:
        if self.sees("has"):
            self.take()
            self.take("(")
            name = self._name()
            self.take(")")
            return Compared(name, "has")
        left = self._operand()
        if self.sees("in"):
            self.take()
            return Compared(_named(left), "in", self._list())
        if not self.sees(*_TURNED):
            return _alone(left)
        sign = self.take().text
        right = self._operand()
        if isinstance(left, _Name) and not isinstance(right, _Name):
            return Compared(left.text, sign, (right,))
        if isinstance(right, _Name) and not isinstance(left, _Name):
            return Compared(right.text, _TURNED[sign], (left,))
        return Compared(_named(left), sign, (), _named(right))

    def _list(self) -> tuple[Value, ...]:
        self.take("[")
        found: list[Value] = []
        while not self.sees("]"):
            value = self._operand()
            if isinstance(value, _Name):
                raise Undecided
            found.append(value)
            if not self.sees("]"):
                self.take(",")
        self.take("]")
        return tuple(found)

    def _name(self) -> str:
        return _named(self._operand())

    def _operand(self) -> Value | _Name:
        token = self.take()
        if token.kind == "number":
            return Fraction(token.text)
        if token.text == "-":
            value = self._operand()
            if isinstance(value, Fraction):
                return -value
            raise Undecided
        if token.kind == "string":
            if "\\" in token.text:
                raise Undecided
            return token.text[1:-1]
        if token.text in ("true", "false"):
            return token.text == "true"
        if token.text == "date":
            return self._date()
        if token.text == "size" and self.sees("("):
            self.take("(")
            name = self._name()
            self.take(")")
            return _Name(f"size({name})")
        if token.kind == "path":
            return _Name(token.text)
        raise Undecided

    def _date(self) -> Fraction:
        self.take("(")
        written = self.take()
        self.take(")")
        try:
            return Fraction(date.fromisoformat(written.text[1:-1]).toordinal())
        except ValueError:
            raise Undecided from None


@dataclass(frozen=True, slots=True)
class _Name:
    text: str


def _named(found: Value | _Name) -> str:
    if isinstance(found, _Name):
        return found.text
    raise Undecided


def _alone(found: Value | _Name) -> Tree:
    """A boolean by itself."""
    if isinstance(found, _Name):
        return Compared(found.text, "==", (True,))
    if isinstance(found, bool):
        return Joined("true" if found else "false")
    raise Undecided
