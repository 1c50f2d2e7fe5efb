"""The small language of conditions: CEL with a closed set of operators over typed answers.

Each condition is compiled twice. First, as it is written, against an environment whose operators take only what
may be compared: whole numbers, decimals and dates are three types, so that none is silently taken for another,
and every error carries its line and column. Then for evaluation, where a decimal is a whole number of its
smallest unit (``decimal × 10^scale``, one scale per condition) and a date is days since 1970-01-01: exact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from cel_expr_python import cel

from caseflow.words import Message
from caseflow.workflow.operators import METHODS, Declared, Kind, compilers
from caseflow.workflow.problems import nearest

MAX_LENGTH = 2000
DEFAULT_DECIMALS = 6
"""Places of a decimal whose field declares none."""
EPOCH = date(1970, 1, 1)

_TYPE_NAMES = {"string": "text", "int": "integer", "double": "decimal", "bool": "boolean", "date": "date"}

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<string>"(?:[^"\\\n]|\\["'\\nt])*"|'(?:[^'\\\n]|\\["'\\nt])*')
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?![\w.]))
    | (?P<path>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    | (?P<sign>&&|\|\||==|!=|<=|>=|[-+*%<>!?:()\[\],.])""",
    re.VERBOSE | re.ASCII,
)
_CEL_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_NO_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'")
_SELECT = "cannot be the operand of a select operation"
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_MACROS = ("all", "exists")
_FUNCTIONS = ("size", "date", "has")


class Wrong(NamedTuple):
    """What is wrong with a condition, and where in its text (from 1)."""

    line: int
    column: int
    message: Message
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled condition and what it reads."""

    text: str
    compiled: cel.Expression = field(compare=False)
    reads: tuple[tuple[str, Kind, tuple[str, ...]], ...]
    """Name, type, and the steps of the path."""
    asks_for: tuple[str, ...]
    """Names whose presence is asked with ``has``."""
    scale: int


class Token(NamedTuple):
    kind: str
    text: str
    at: int


def compile_expression(text: str, names: Mapping[str, tuple[Kind, int | None]]) -> Expression | list[Wrong]:
    """Compile a condition over ``names`` (type, and decimal places for decimals), or say what is wrong with it."""
    if len(text) > MAX_LENGTH:
        return [_say((1, 1), "cel_too_long", limit=MAX_LENGTH)]
    tokens = _tokens(text)
    if isinstance(tokens, Wrong):
        return [tokens]
    wrong = [*_lists(tokens, text), *_loops(tokens, text, names)]
    if wrong:
        return wrong
    written, asked = _presence(tokens, text)
    reads = _reads(tokens, names)
    used = {name: names[name] for name in dict.fromkeys([*reads, *asked]) if name in names}
    declared = tuple(sorted(used.items()))
    try:
        kind = _kind_of(written, declared)
    except RuntimeError:
        return _told(written, text, names)
    if kind != "BOOL":
        return [_say((1, 1), "cel_not_boolean")]
    literals = [token.text.partition(".")[2] for token in tokens if token.kind == "number"]
    places = [
        DEFAULT_DECIMALS if found[1] is None else found[1] for found in used.values() if found[0][:7] == "decimal"
    ]
    scale = max([0, *places, *map(len, literals)])
    counted, problem = _counted(tokens, text, written, scale)
    if problem:
        return [problem]
    try:
        compiled = _evaluated(counted, declared)
    except RuntimeError as error:
        return _said(str(error), text, names)
    return Expression(
        text, compiled, tuple((name, names[name][0], tuple(name.split("."))) for name in reads), tuple(asked), scale
    )


@lru_cache(maxsize=2048)
def _kind_of(written: str, names: Declared) -> str:
    """The type of a condition. Raises ``RuntimeError`` where an operator does not take what stands there.

    Workflows that share parts share conditions: what is said of the same names is compiled once.
    """
    return str(compilers(names).checker.compile(written).return_type().name())


@lru_cache(maxsize=2048)
def _evaluated(counted: str, names: Declared) -> cel.Expression:
    return compilers(names).evaluator.compile(counted)


def _told(written: str, text: str, names: Mapping[str, tuple[Kind, int | None]]) -> list[Wrong]:
    """What is wrong with a condition, told by a compiler that knows every name and not only those that it uses."""
    try:
        compilers(tuple(sorted(names.items()))).checker.compile(written)
    except RuntimeError as error:
        return _said(str(error), text, names)
    raise LookupError(f"a name of {text!r} was overlooked")


def tokens_of(text: str) -> list[Token]:
    """The words and signs of a condition; none where it cannot be read."""
    found = _tokens(text)
    return [] if isinstance(found, Wrong) else list(found)


@lru_cache(maxsize=2048)
def _tokens(text: str) -> tuple[Token, ...] | Wrong:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return _wrong(text, at, "cel_strange", near=text[at : at + 12].split("\n", maxsplit=1)[0])
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match[0], at))
        at = match.end()
    for token in found:
        if token.kind == "path" and token.text in ("null", "NULL"):
            return _wrong(text, token.at, "cel_null")
    return tuple(found)


def _lists(tokens: Sequence[Token], text: str) -> list[Wrong]:
    """A list holds literals of one kind, so that no type can slip in unseen."""
    wrong = []
    for number, token in enumerate(tokens):
        if token.text != "[" or token.kind != "sign":
            continue
        kinds, index = set(), number + 1
        while index < len(tokens) and tokens[index].text != "]":
            inner = tokens[index]
            if inner.kind == "number":
                kinds.add("decimal" if "." in inner.text else "integer")
            elif inner.kind == "string":
                kinds.add("text")
            elif inner.kind == "path" and inner.text == "date":
                kinds.add("date")
                index += 3
            elif inner.text not in (",", "-"):
                kinds.add("other")
            index += 1
        if len(kinds) != 1 or "other" in kinds:
            wrong.append(_wrong(text, token.at, "cel_list"))
    return wrong


def _loops(tokens: Sequence[Token], text: str, names: Mapping[str, tuple[Kind, int | None]]) -> list[Wrong]:
    """``all`` and ``exists`` are not nested, and their variable hides no name."""
    wrong, depth, inside = [], 0, 0
    for number, token in enumerate(tokens):
        if token.text == "(" and token.kind == "sign":
            depth += 1
            before = tokens[number - 1] if number else None
            if before and before.kind == "path" and before.text.split(".")[-1] in _MACROS and "." in before.text:
                if inside:
                    wrong.append(_wrong(text, before.at, "cel_nested"))
                inside = inside or depth
                bound = tokens[number + 1].text if number + 1 < len(tokens) else ""
                if bound in names or any(name.startswith(f"{bound}.") for name in names):
                    wrong.append(_wrong(text, tokens[number + 1].at, "cel_hides", name=bound))
        elif token.text == ")" and token.kind == "sign":
            if inside == depth:
                inside = 0
            depth -= 1
    return wrong


def _presence(tokens: Sequence[Token], text: str) -> tuple[str, list[str]]:
    """``has(a.b)`` becomes a name of the same length, so that no column shifts."""
    asked = []
    for number in range(len(tokens) - 3):
        name, opened, path, closed = tokens[number : number + 4]
        if name.text == "has" and opened.text == "(" and path.kind == "path" and closed.text == ")":
            asked.append(path.text)
            end = closed.at + 1
            text = text[: name.at] + f"has_.{path.text}".ljust(end - name.at) + text[end:]
    return text, list(dict.fromkeys(asked))


def _reads(tokens: Sequence[Token], names: Mapping[str, tuple[Kind, int | None]]) -> list[str]:
    """The declared names that a condition reads, outside ``has``."""
    found: list[str] = []
    for number, token in enumerate(tokens):
        if token.kind != "path" or (number > 1 and tokens[number - 2].text == "has" and tokens[number - 1].text == "("):
            continue
        steps = token.text.split(".")
        for length in range(len(steps), 0, -1):
            name = ".".join(steps[:length])
            if name in names:
                found.append(name)
                break
    return list(dict.fromkeys(found))


def _counted(tokens: Sequence[Token], text: str, written: str, scale: int) -> tuple[str, Wrong | None]:
    """The text for evaluation: decimals as whole numbers, dates as days."""
    pieces, at = [], 0
    for number, token in enumerate(tokens):
        if token.kind == "number" and "." in token.text:
            value = int(Decimal(token.text).scaleb(scale))
            if value >= 2**63:
                return "", _wrong(text, token.at, "cel_number_too_great", value=token.text[:40])
            pieces += [written[at : token.at], str(value)]
            at = token.at + len(token.text)
        elif token.kind == "path" and token.text == "date":
            literal = tokens[number + 2] if number + 2 < len(tokens) else token
            try:
                day = date.fromisoformat(literal.text[1:-1] if literal.kind == "string" else "")
            except ValueError:
                return "", _wrong(text, token.at, "cel_date", value=literal.text[:40])
            end = tokens[number + 3].at + 1
            pieces += [written[at : token.at], f"({(day - EPOCH).days})"]
            at = end
    return "".join([*pieces, written[at:]]), None


def _said(error: str, text: str, names: Mapping[str, tuple[Kind, int | None]]) -> list[Wrong]:
    """The errors of the compiler in our own sentences."""
    found = []
    for row, letter, said in _CEL_ERROR.findall(error):
        at = (int(row), int(letter))
        if undeclared := _UNDECLARED.match(said):
            name = undeclared[1].removeprefix("has_.")
            hint = nearest(name, [*names, *_FUNCTIONS, *METHODS, *_MACROS])
            found.append(_say(at, "cel_unknown", hint, name=name))
        elif "*error*" in said:  # what follows from an error that is told already
            continue
        elif _SELECT in said:
            name = _path_at(text, *at)
            found.append(_say(at, "cel_unknown", nearest(name, names), name=name))
        elif overload := _NO_OVERLOAD.match(said):
            kinds = _kinds(overload[2])
            key = "cel_decimal_written" if set(kinds) == {"decimal", "integer"} else "cel_types"
            found.append(_say(at, key, sign=overload[1].replace("_", "").replace("@", ""), types=kinds))
        else:
            detail = said.removeprefix("Syntax error: ").split(" expecting ")[0]
            found.append(_say(at, "cel_syntax", said=detail[:120]))
    return found[:5] or [_say((1, 1), "cel_syntax", said=error.splitlines()[0][:120])]


def _path_at(text: str, row: int, letter: int) -> str:
    """The path around a spot, without the macro or method at its end."""
    line = text.split("\n")[row - 1]
    found = next((match[0] for match in _PATH.finditer(line) if match.start() <= letter <= match.end()), line)
    name, _, last = found.rpartition(".")
    return name if last in (*_MACROS, *METHODS) else found


def _kinds(written: str) -> list[str]:
    return [
        f"{_TYPE_NAMES.get(kind[5:-1], kind)} [ ]" if kind.startswith("list(") else _TYPE_NAMES.get(kind, kind)
        for kind in written.split(", ")
    ]


def _wrong(text: str, at: int, key: str, **values: Any) -> Wrong:
    before = text[:at]
    return _say((before.count("\n") + 1, at - before.rfind("\n")), key, **values)


def _say(at: tuple[int, int], key: str, hint: str | None = None, **values: Any) -> Wrong:
    line, column = at
    return Wrong(line, column, Message(f"workflow.{key}", {**values, "line": line, "column": column}), hint)
