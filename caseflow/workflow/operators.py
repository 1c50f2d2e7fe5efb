"""The operators of conditions and the types that each of them takes; nothing else can be written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from cel_expr_python import cel

Kind = Literal["text", "integer", "decimal", "date", "boolean", "texts", "integers", "decimals", "dates", "booleans"]

Declared = tuple[tuple[str, tuple[Kind, int | None]], ...]
"""The names that a condition uses, in order: the type, and for decimals the places, of each."""

_T = cel.Type
_DATE = _T.AbstractType("date")
_WRITTEN: dict[str, cel.Type] = {
    "text": _T.STRING, "integer": _T.INT, "decimal": _T.DOUBLE, "date": _DATE, "boolean": _T.BOOL,
}  # fmt: skip
_COUNTED: dict[str, cel.Type] = {**_WRITTEN, "decimal": _T.INT, "date": _T.INT}
METHODS = ("contains", "startsWith", "endsWith", "matches")


@cache
def _functions() -> list[cel.FunctionDecl]:
    """Every operator of the language with the types that it takes."""
    whole, decimal, text, day, truth = _T.INT, _T.DOUBLE, _T.STRING, _DATE, _T.BOOL
    ordered = (whole, decimal, text, day)

    def over(name: str, result: cel.Type, *takes: cel.Type, member: bool = False) -> cel.Overload:
        return cel.Overload(name, return_type=result, parameters=list(takes), is_member=member)

    found = []
    for sign, name in (("_<_", "lt"), ("_<=_", "le"), ("_>_", "gt"), ("_>=_", "ge"), ("_==_", "eq"), ("_!=_", "ne")):
        takes = (*ordered, truth) if name in ("eq", "ne") else ordered
        found.append(cel.FunctionDecl(sign, [over(f"{name}_{kind.name()}", truth, kind, kind) for kind in takes]))
    lists = [_T.List(kind) for kind in (*ordered, truth)]
    found += [
        cel.FunctionDecl("@in", [over(f"in_{kind.name()}", truth, kind, _T.List(kind)) for kind in ordered]),
        cel.FunctionDecl(
            "_+_", [over("add_int", whole, whole, whole), over("add_dec", decimal, decimal, decimal),
                    over("add_days", day, day, whole)],
        ),
        cel.FunctionDecl(
            "_-_", [over("sub_int", whole, whole, whole), over("sub_dec", decimal, decimal, decimal),
                    over("sub_date", whole, day, day), over("sub_days", day, day, whole)],
        ),
        cel.FunctionDecl(
            "_*_", [over("mul_int", whole, whole, whole), over("mul_dec_int", decimal, decimal, whole),
                    over("mul_int_dec", decimal, whole, decimal)],
        ),
        cel.FunctionDecl("_%_", [over("mod_int", whole, whole, whole)]),
        cel.FunctionDecl("-_", [over("neg_int", whole, whole), over("neg_dec", decimal, decimal)]),
        cel.FunctionDecl("date", [over("date_of_text", day, text)]),
        cel.FunctionDecl(
            "size", [over("size_text", whole, text), *(over(f"size_{n}", whole, kind) for n, kind in enumerate(lists))]
        ),
        *(cel.FunctionDecl(name, [over(f"{name}_text", truth, text, text, member=True)]) for name in METHODS),
    ]  # fmt: skip
    return found


_ALLOWED = """stdlib:
  include_macros: [all, exists]
  include_functions:
    - name: "_&&_"
    - name: "_||_"
    - name: "!_"
    - name: "_?_:_"
    - name: "@not_strictly_false"
"""


class Compilers(NamedTuple):
    """What compiles the conditions over certain names."""

    checker: cel.Env
    """A condition as it is written; every operator takes only what may be compared."""
    evaluator: cel.Env
    """A checked condition for evaluation: decimals and dates are whole numbers."""


@lru_cache(maxsize=512)
def compilers(names: Declared) -> Compilers:
    """What compiles conditions over ``names``."""
    asked = {f"has_.{name}": _T.BOOL for name, _ in names}
    written = {name: _type(kind, _WRITTEN) for name, (kind, _) in names}
    counted = {name: _type(kind, _COUNTED) for name, (kind, _) in names}
    return Compilers(
        cel.NewEnv(config=cel.NewEnvConfigFromYaml(_ALLOWED), variables={**written, **asked}, functions=_functions()),
        cel.NewEnv(variables={**counted, **asked}),
    )


def _type(kind: Kind, types: Mapping[str, cel.Type]) -> cel.Type:
    return types[kind] if kind in types else _T.List(types[kind.removesuffix("s")])
