"""What hangs on a figure or on an entry that is no longer the newest: entries of registers, and decisions before and after.

Everything is for one reader: cases that the reader may know of, registers that the reader may look into, and of what
was decided only what the reader's role may see. Nobody as a reader is the operator, who sees all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import register_book, register_find, resting, said, standing, supposing, view
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.cases.register_find import Book
from caseflow.cases.register_models import register_standing
from caseflow.cases.supposing import Outcome
from caseflow.people.rights import Actor
from caseflow.workflow.procedure import Action
from caseflow.workflow.registers import LIVE, Register


@dataclass(frozen=True, slots=True)
class Held:
    """An entry that rests on the figure of a case."""

    authority: str
    register: Register
    id: int
    number: str
    status: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What hangs on the footprint of one case."""

    entries: tuple[Held, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Dependent:
    """An entry that rests on one which is no longer in force: its case, and what would come of the newer one."""

    register: Register
    number: str
    called: str
    status: str
    rests_on: str
    case: RowMapping
    outcomes: tuple[Outcome, ...]
    acts: tuple[Action, ...]
    """What the reader may do with the case first of all; a person decides whether to."""


@dataclass(frozen=True, slots=True)
class Succession:
    """The entry that is in force now (its number, if there is one), and what rests on those before it."""

    newest: str | None
    count: int
    dependents: tuple[Dependent, ...]


def of_figures(
    tx: Connection, ground: Ground, actor: Actor | None, figures: Sequence[tuple[int, float]]
) -> list[Impact]:
    """What hangs on the footprint of each case, were it another one: pairs of case and kgCO2e per functional unit."""
    ids = [number for number, _ in figures]
    entries: dict[int, list[Held]] = {}
    for number, one in _held(tx, ground, actor, ids):
        entries.setdefault(number, []).append(one)
    rows = {row["id"]: row for row in tx.execute(sa.select(case).where(case.c.id.in_(ids))).mappings()}
    return [
        Impact(
            tuple(entries.get(number, ())),
            _readable(tx, ground, actor, rows[number], supposing.with_footprint(tx, ground, rows[number], total)),
        )
        for number, total in figures
    ]


def of_entry(
    tx: Connection,
    ground: Ground,
    actor: Actor | None,
    one: Book,
    entry_id: int,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> Succession:
    """What rests on the entries before this one (of its case in its register); of one that ended, on itself."""
    this = tx.execute(sa.select(register_standing).where(register_standing.c.entry_id == entry_id)).mappings().one()
    newest = register_book.newest(tx, this["case_id"], one.register.id)
    in_force = newest if newest is not None and newest["status"] in LIVE else None
    within = _within(tx, ground, actor)
    found = [(old, held) for old in _before(tx, this) for held in resting.on(tx, ground, one.register.id, old, within)]
    shown = found[offset:] if limit is None else found[offset : offset + limit]
    dependents = (
        Dependent(
            _register(ground, tx, held, one),
            held.standing["number"],
            held.standing["called"],
            register_book.status_on(held.standing, clock.today()),
            old["number"],
            held.case,
            _after(tx, ground, actor, held, in_force),
            _acts(tx, ground, actor, held.case["id"]),
        )
        for old, held in shown
    )
    return Succession(in_force["number"] if in_force is not None else None, len(found), tuple(dependents))


def _before(tx: Connection, this: RowMapping) -> Sequence[RowMapping]:
    """The entries that are over and made way for this one; of an entry that is over, itself."""
    if this["status"] not in LIVE:
        return [this]
    earlier = sa.select(register_standing).where(
        register_standing.c.case_id == this["case_id"],
        register_standing.c.register == this["register"],
        register_standing.c.entry_id < this["entry_id"],
        register_standing.c.status.not_in(LIVE),
    )
    return tx.execute(earlier.order_by(register_standing.c.entry_id)).mappings().all()


def _after(
    tx: Connection, ground: Ground, actor: Actor | None, held: resting.Resting, newest: Mapping[str, Any] | None
) -> tuple[Outcome, ...]:
    """What would be decided on the newest entry; nothing where none is in force."""
    if newest is None:
        return ()
    found = [one for store in held.stores for one in supposing.with_entry(tx, ground, held.case, store, newest)]
    return _readable(tx, ground, actor, held.case, found)


def _readable(
    tx: Connection, ground: Ground, actor: Actor | None, row: Mapping[Any, Any], found: Iterable[Outcome]
) -> tuple[Outcome, ...]:
    """What of the decisions on a case the reader may see: what is decided there is for the office."""
    if actor is None:
        return tuple(found)
    seen = view.load(tx, ground, actor, row["id"])
    if not seen.is_office:
        return ()
    hidden = seen.hidden()
    return tuple(one for one in found if not said.is_hidden(one.decision, hidden))


def _acts(tx: Connection, ground: Ground, actor: Actor | None, case_id: int) -> tuple[Action, ...]:
    if actor is None:
        return ()
    offers = view.load(tx, ground, actor, case_id).offers()
    return tuple(one.action for one in offers if one.action.style == "primary" and not one.reasons)


def _within(tx: Connection, ground: Ground, actor: Actor | None) -> sa.ColumnElement[bool]:
    if actor is None:
        return sa.true()
    return standing.visible(actor, [loaded.definition for loaded in ground.all_current(tx)])


def _held(tx: Connection, ground: Ground, actor: Actor | None, case_ids: list[int]) -> Iterator[tuple[int, Held]]:
    """The entries of cases that are valid or suspended, in the registers that the reader may look into."""
    books = {}
    reached: list[sa.ColumnElement[bool]] = []
    for one in register_find.books(tx, ground):
        scope = sa.true() if actor is None else register_find.reach(one, actor)
        if scope is None:
            continue
        books[one.authority_id, one.register.id] = one
        columns = (register_standing.c.authority_id, one.authority_id), (register_standing.c.register, one.register.id)
        reached.append(sa.and_(*(column == value for column, value in columns), scope))
    wanted = sa.select(register_standing).where(
        register_standing.c.case_id.in_(case_ids), register_standing.c.status.in_(LIVE), sa.or_(sa.false(), *reached)
    )
    for row in tx.execute(wanted.order_by(register_standing.c.entry_id)).mappings():
        one = books[row["authority_id"], row["register"]]
        status = register_book.status_on(row, clock.today())
        yield row["case_id"], Held(one.authority, one.register, row["entry_id"], row["number"], status)


def _register(ground: Ground, tx: Connection, held: resting.Resting, one: Book) -> Register:
    """The register of a dependent entry, as its own workflow declares it."""
    definition = ground.definition(tx, held.case["definition_id"]).definition
    return definition.registers.get(held.standing["register"], one.register)
