"""Experts from a filled sheet: what it would bring row by row, and the import itself, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.engine import Connection

from caseflow.cases.ground import Ground
from caseflow.db import undone
from caseflow.office import expert_sheet, import_lines
from caseflow.office.expert_sheet import Came
from caseflow.people import accounts, expert_entering, expert_personal
from caseflow.people.expert_entering import Newcomer
from caseflow.people.roles import Roles
from caseflow.words import Message, Refused

Status = Literal["new", "there", "error"]
_NOBODY_SIGNS_IN = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """What a row brings, or has brought."""

    number: int
    status: Status
    name: str
    employer: str
    errors: tuple[tuple[str, Message], ...] = ()
    """Address of the cell (empty: the row as a whole) and what is wrong there."""
    login: str = ""
    fresh: bool = False
    password: str = ""
    """One-time password of a new account; told once."""


def preview(
    tx: Connection, ground: Ground, known: Roles, authority_id: int, rows: Iterable[Came], *, by: int
) -> list[Line]:
    """What an import would bring, row by row; nothing of it stays."""
    with undone(tx):
        return list(_played(tx, ground, known, authority_id, rows, (), by, ""))


def run(
    tx: Connection,
    ground: Ground,
    known: Roles,
    authority_id: int,
    rows: Iterable[Came],
    passwords: Sequence[tuple[str, str]],
    *,
    by: int,
    address: str = "",
) -> list[Line]:
    """Invite everybody who is not in the pool yet: all of them, or none.

    Args:
        passwords: a one-time password and its hash for each row, made before the transaction: hashing is slow.

    Raises:
        Refused: everything that is wrong, with the addresses of the cells.
    """
    return import_lines.whole(_played(tx, ground, known, authority_id, rows, passwords, by, address))


def _played(
    tx: Connection,
    ground: Ground,
    known: Roles,
    authority_id: int,
    rows: Iterable[Came],
    passwords: Sequence[tuple[str, str]],
    by: int,
    address: str,
) -> Iterator[Line]:
    lists = expert_sheet.lists_of(ground)
    seen: list[Came] = []
    for place, row in enumerate(rows):
        one = row.newcomer
        plain = Line(row.number, "error", one.name, one.profile.employer_name)
        twice = _seen_before(seen, row)
        if row.errors or twice is not None:
            said = [] if twice is None else [("", Message("experts.import_twice", {"row": twice}))]
            yield _with(plain, (*row.errors, *said))
            continue
        if expert_entering.is_there(tx, ground.keys, authority_id, one):
            yield Line(row.number, "there", one.name, one.profile.employer_name)
            continue
        password, hashed = passwords[place] if passwords else ("", _NOBODY_SIGNS_IN)
        try:
            with tx.begin_nested():
                made = expert_entering.enter(
                    tx, ground.keys, known, lists, one,
                    authority_id=authority_id, password_hash=hashed, by=by, address=address,
                )  # fmt: skip
        except Refused as refused:
            yield _with(plain, ((row.cells.get(one.values.get("input", ""), ""), one) for one in refused.reasons))
        else:
            told = password if made.fresh else ""
            yield Line(row.number, "new", one.name, one.profile.employer_name, (), made.login, made.fresh, told)


def _with(line: Line, errors: Iterable[tuple[str, Message]]) -> Line:
    return Line(line.number, "error", line.name, line.employer, tuple(errors))


def _seen_before(seen: list[Came], row: Came) -> int | None:
    """The first row of the sheet that speaks of the same person."""
    found = next((one.number for one in seen if _same(one.newcomer, row.newcomer)), None)
    seen.append(row)
    return found


def _same(left: Newcomer, right: Newcomer) -> bool:
    """By number where both are known, else by account, or by name and employer."""
    numbers = [expert_personal.plain_number(one.own.identity) for one in (left, right)]
    if all(numbers):
        return numbers[0] == numbers[1]
    logins = [accounts.login_form(one.login) for one in (left, right)]
    if all(logins):
        return logins[0] == logins[1]
    named = [(one.name.strip(), one.profile.employer_name.strip()) for one in (left, right)]
    return named[0] == named[1]
