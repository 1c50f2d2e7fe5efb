"""Entries that rest on an entry of another case: those of cases that took it over when they were decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import supposing, telling
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.cases.move import Move
from caseflow.cases.register_models import register_standing
from caseflow.db import canonical
from caseflow.words import Message
from caseflow.workflow import lookups
from caseflow.workflow.definition import Definition
from caseflow.workflow.registers import LIVE, Register


@dataclass(frozen=True, slots=True)
class Resting:
    """A live entry of a case that has taken over another entry: how it stands, its case, and where that keeps it."""

    standing: RowMapping
    case: RowMapping
    stores: tuple[str, ...]


def on(
    tx: Connection, ground: Ground, register: str, entry: Mapping[Any, Any], within: sa.ColumnElement[bool]
) -> list[Resting]:
    """The entries of other cases that are valid or suspended and rest on an entry of a register; the oldest first.

    ``entry`` has its number, case and authority; ``within`` narrows the cases to those that the reader may know of.

    Where an entry itself names the one that it rests on, its word counts: its case may have taken a newer one since.
    """
    takers = _takers(tx, ground, register)
    if not takers:
        return []
    number = str(entry["number"])
    said = canonical(number)  # as it stands in the text of a row; whether in the right place is looked at below
    facts, values = (sa.type_coerce(column, sa.Text) for column in (case.c.facts, register_standing.c["values"]))
    held = (
        sa.select(register_standing)
        .join(case, case.c.id == register_standing.c.case_id)
        .where(
            register_standing.c.authority_id == entry["authority_id"],
            register_standing.c.case_id != entry["case_id"],
            within,
            register_standing.c.status.in_(LIVE),
            case.c.workflow.in_([definition.workflow for definition in takers]),
            sa.or_(facts.contains(said, autoescape=True), values.contains(said, autoescape=True)),
        )
        .order_by(register_standing.c.entry_id)
    )
    standings = tx.execute(held).mappings().all()
    wanted = case.c.id.in_([row["case_id"] for row in standings])
    cases = {row["id"]: row for row in tx.execute(sa.select(case).where(wanted)).mappings()}
    found = []
    for row in standings:
        definition = ground.definition(tx, cases[row["case_id"]]["definition_id"]).definition
        kept = _stores(definition, row, cases[row["case_id"]], register, number)
        if kept:
            found.append(Resting(row, cases[row["case_id"]], tuple(kept)))
    return found


def tell_of_successor(move: Move, register: Register, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Tell the offices whose entries rest on an entry that a newer one replaces: each role once, however many they are."""
    found = on(move.tx, move.ground, register.id, old, sa.true())
    by_workflow: dict[str, list[Resting]] = {}
    for one in found:
        by_workflow.setdefault(one.case["workflow"], []).append(one)
    for resting in by_workflow.values():
        definition = move.ground.definition(move.tx, resting[0].case["definition_id"]).definition
        values = {
            "register": {"zh": register.title.zh, "en": register.title.en},
            "old": old["number"],
            "new": new["number"],
            "workflow": {"zh": definition.title.zh, "en": definition.title.en},
            "n": len(resting),
        }
        for role in _offices(definition, resting):
            message = Message("inbox.entry_replaced", values)
            telling.tell(move.tx, definition, move.row, role, message, key=f"replaced/{new['entry_id']}")


def _takers(tx: Connection, ground: Ground, register: str) -> list[Definition]:
    """The workflows that take entries of a register over."""
    known = (loaded.definition for loaded in ground.all_current(tx))
    return [definition for definition in known if register in lookups.takes(definition).values()]


def _stores(definition: Definition, row: RowMapping, case_row: RowMapping, register: str, number: str) -> list[str]:
    """Where a case keeps an entry that its own entry rests on; nothing where it rests on another one."""
    fields = definition.registers[row["register"]].fields.values() if row["register"] in definition.registers else ()
    kept = {store for store, of in lookups.takes(definition).items() if of == register}
    naming = {one.id: (one.value or "").partition(".")[0] for one in fields if (one.value or "").endswith(".number")}
    named = {name: store for name, store in naming.items() if store in kept}
    if named:
        return [store for name, store in named.items() if (row["values"].get(name) or {}).get("value") == number]
    return supposing.stores(definition, case_row["facts"], register, number)


def _offices(definition: Definition, resting: list[Resting]) -> list[str]:
    """Who is told: the roles of the office where the cases stand; where none holds them, the first that ever does."""
    inside = {role.id for role in definition.roles.values() if role.sees == "own_authority"}
    here = dict.fromkeys(definition.states[one.case["state"]].holder for one in resting)
    ever = dict.fromkeys(state.holder for state in definition.states.values())
    holding, held = ([role for role in roles if role is not None and role in inside] for roles in (here, ever))
    return holding or held[:1]
