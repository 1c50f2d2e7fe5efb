"""The documents on which procedures rest, clause by clause, and how a ground in a definition names their clauses.

A ground is read part by part (``；`` ends one): what names clauses of the notice, what an office decided itself, and what
other law says. ``通知四（一）、（二）`` names 四（一） and 四（二）; half-width signs and the word ``notice`` are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field as Value
from pydantic import ValidationError

from caseflow.workflow.parts import Part, Text

INTERNAL = "内部默认"
"""What an office may decide otherwise; the law is silent."""
_HAN = "[一二三四五六七八九十]"
_CLAUSE = re.compile(
    rf"(?:附件(?P<annex>\d+))?(?P<outline>提纲)?(?P<top>{_HAN}+)?(?P<sub>（{_HAN}+）)?(?P<n>\d+)?(?P<item>（\d+）)?"
)
_WIDE = str.maketrans({"(": "（", ")": "）", ";": "；", ",": "、", "，": "、"})


class Clause(Part):
    """One clause. A heading has no rule of its own; ``leaves`` says why no procedure can carry a clause out."""

    id: str
    title: Text
    says: Text
    heading: bool = False
    also: tuple[str, ...] = ()
    """Other words by which grounds name it."""
    leaves: Text | None = None


class Notice(Part):
    """A document with its clauses in their order."""

    notice: str
    called: str
    """The word by which grounds name it."""
    title: Text
    issued: str | None = None
    by: Text | None = None
    law: bool = False
    """A law: any procedure may name it, whatever notice the procedure rests on."""
    clauses: tuple[Clause, ...] = Value(min_length=1)

    @property
    def known(self) -> Mapping[str, Clause]:
        return {clause.id: clause for clause in self.clauses}


@dataclass(frozen=True, slots=True)
class Read:
    """What a ground says: clauses of the notice by id, whether an office decided it itself, and what is left."""

    clauses: tuple[str, ...]
    internal: bool
    others: tuple[str, ...]


def read_notice(data: Any) -> Notice:
    """A notice from plain data.

    Raises:
        ValueError: with one line for every fault found.
    """
    try:
        found = Notice.model_validate(data, strict=False)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)]
        raise ValueError("\n".join(faults)) from None
    ids = [clause.id for clause in found.clauses]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ValueError(f"clauses that stand twice: {', '.join(twice)}")
    return found


def read_ground(basis: str, notice: Notice) -> Read:
    """What a ground says with regard to one notice."""
    clauses: list[str] = []
    others: list[str] = []
    internal = False
    for part in re.split("[；。]", basis.translate(_WIDE)):
        named = _named(part, notice, goes_on=bool(clauses))
        clauses += named
        internal = internal or INTERNAL in part
        if not named and INTERNAL not in part and part.strip():
            others.append(part.strip())
    return Read(tuple(dict.fromkeys(clauses)), internal, tuple(others))


def unknown(basis: str, notice: Notice) -> list[str]:
    """The clauses that a ground names and the notice does not have."""
    return [one for one in read_ground(basis, notice).clauses if one not in notice.known]


def _named(part: str, notice: Notice, *, goes_on: bool) -> list[str]:
    """The clauses that a part of a ground names, each whole: ``四（一）、（二）`` shares its beginning.

    ``goes_on``: the part before named clauses, so one that begins with a number goes on with the same notice.
    """
    begun = re.search("|".join(re.escape(one) for one in _names(notice)), part)
    if begun is None and goes_on and re.match(rf"{_HAN}+（{_HAN}+）", part):
        begun = re.match("", part)
    if begun is None:
        return []
    found: list[str] = []
    before: dict[str, str | None] = {}
    for piece in part[begun.end() :].split("、"):
        special = _special(piece, notice)
        if special is not None:
            found.append(special)
            before = {"annex": special} if special.startswith("附件") else {}
            continue
        match = _CLAUSE.match(piece.strip())
        given = {key: value for key, value in match.groupdict().items() if value} if match else {}
        if not given:
            break
        before = _filled(given, before)
        found.append(_written(before))
    return found


def _names(notice: Notice) -> Iterable[str]:
    return sorted({f"本{notice.called}", notice.notice, notice.called, "notice "}, key=len, reverse=True)


def _special(piece: str, notice: Notice) -> str | None:
    """A clause that has a name instead of a number, or a named part of an annex."""
    for clause in notice.clauses:
        annex = re.match(r"附件\d+", clause.id)
        own = clause.id if annex is None else clause.id[annex.end() :]
        words = [f"{annex[0]}{one}" for one in clause.also] if annex else [*clause.also]
        plain = _CLAUSE.fullmatch(clause.id) is None
        if (plain and own and piece.startswith(clause.id)) or any(piece.startswith(one) for one in words):
            return clause.id
    return None


def _filled(given: Mapping[str, str], before: Mapping[str, str | None]) -> dict[str, str | None]:
    """What is left out at the beginning is as in the clause before."""
    order = ("annex", "outline", "top", "sub", "n", "item")
    first = next(number for number, key in enumerate(order) if key in given)
    shared = {key: before.get(key) for key in order[:first]} if "annex" not in given else {}
    if "top" in given and "outline" not in given and not before.get("outline"):
        shared = {}
    return {**shared, **given}


def _written(parts: Mapping[str, str | None]) -> str:
    annex = f"附件{parts['annex']}" if parts.get("annex") else ""
    return annex + "".join(parts.get(key) or "" for key in ("outline", "top", "sub", "n", "item"))
