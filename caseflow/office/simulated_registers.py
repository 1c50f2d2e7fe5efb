"""Entries of registers on which the acts of a simulation rest: what is looked for and not there is entered, as by others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import register_book, register_lookup, taken
from caseflow.cases.entry import Invalid
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.move import Move
from caseflow.cases.register_book import Why
from caseflow.cases.register_lookup import Wanted
from caseflow.office import rehearsed_registers, samples
from caseflow.office.rehearsed_registers import Shelf
from caseflow.office.simulated_people import Troupe
from caseflow.people import organisations
from caseflow.people.rights import Actor
from caseflow.words import Message, Refused
from caseflow.workflow import lookups
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.lookups import Lookup
from caseflow.workflow.parts import Call
from caseflow.workflow.procedure import Action
from caseflow.workflow.report import paths

MISSED = ("registers.no_such_entry", "registers.several_entries")
"""The refusals that an entry, or one less, would take away."""
PROVIDED = 0.8
"""How often it is entered when it is missed."""
_RENEWED = 0.3
"""How often an entry that a case takes over anew was replaced by another meanwhile."""
_NEAR = ("0.5", "0.8", "0.95", "1", "1.05", "1.3", "2")
"""A number of an entry, as so many times the footprint of the case that looks for it."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LASTS = (60, 400)
"""Days for which an entry holds."""


@dataclass(slots=True)
class Registers:
    """Keeps the registers on which others rely."""

    tx: Connection
    ground: Ground
    troupe: Troupe
    rng: Random
    shelf: Shelf

    def provide(
        self, loaded: Loaded, row: Mapping[Any, Any], action: Action, actor: Actor, role: str, posted: Mapping[str, Any]
    ) -> bool:
        """Enter what an act looks for with these answers; of several that fit leave the last. Whether anything was done."""
        move = Move(self.tx, self.ground, loaded, row, action, actor, role, clock.now(), "")
        with suppress(Invalid, Refused):
            move.answers = taken.clean(move, posted)
        done = False
        for meant, wanted in self._asked(move):
            done = self._provide(move, meant, wanted) or done
        return done

    def renew(self, loaded: Loaded, row: Mapping[Any, Any], action: Action, actor: Actor, role: str) -> None:
        """Now and then replace an entry of somebody else that a case took over before, and is about to take once more."""
        move = Move(self.tx, self.ground, loaded, row, action, actor, role, clock.now(), "")
        for meant, wanted in self._asked(move):
            if meant.into is None or meant.into not in row["facts"] or self.rng.random() > _RENEWED:
                continue
            for one in register_lookup.fitting(move, meant, wanted):
                stands = register_book.numbered(self.tx, row["authority_id"], meant.register_, one["number"])
                if stands is not None and stands["case_id"] == self.shelf.case_id:
                    self._change(move, meant.register_, one["number"], "superseded")
                    self._enter(move, meant, wanted)

    def _asked(self, move: Move) -> Iterator[tuple[Lookup, Wanted]]:
        """What an act looks for, where all that it is looked for by is known."""
        for one in (*move.action.needs, *move.action.then):
            meant = Lookup.read(one) if isinstance(one, Call) else None
            if meant is None or meant.none:
                continue
            wanted = register_lookup.asked(move, meant)
            if not isinstance(wanted, Message):
                yield meant, wanted

    def _provide(self, move: Move, meant: Lookup, wanted: Wanted) -> bool:
        found = register_lookup.fitting(move, meant, wanted)
        if not found:
            self._enter(move, meant, wanted)
            return True
        for one in found[:-1] if meant.into is not None else ():
            self._change(move, meant.register_, one["number"], "withdrawn")
        return meant.into is not None and len(found) > 1

    def _enter(self, move: Move, meant: Lookup, wanted: Wanted) -> None:
        register = move.definition.registers[meant.register_]
        held = lookups.stored(register, paths(move.definition))
        said = {name: one["value"] for name, one in wanted.items()}
        number = str(said["number"]) if "number" in said else None
        if number is not None and self._change(move, register.id, number, meant.status[0]):
            return
        values = {
            name: self._value(move, held[name], _cells(move.definition, meant, name))
            for name in register.fields
            if name in held
        }
        until = clock.today() + timedelta(days=self.rng.randint(*_LASTS))
        self.shelf.enter(
            register.id,
            {**values, **{name: value for name, value in said.items() if name not in lookups.OWN}},
            holder=self._holder(wanted),
            number=number,
            status=meant.status[0],
            until=until,
        )

    def _holder(self, wanted: Wanted) -> int:
        """Who is looked for; of a credit code that nobody has yet a new organisation."""
        if "holder" not in wanted:
            return self.troupe.cast.place("unit")
        code = str(wanted["holder"]["zh"])
        return int(wanted["holder"]["value"]) or organisations.create(
            self.tx,
            authority_id=self.troupe.cast.authority_id,
            kind="body",
            name_zh=f"模拟机构{code}",
            credit_code=code,
        )

    def _value(self, move: Move, field: Field, cells: list[Any]) -> Any:
        """A value of an entry; where a table of the case tells values apart, one of those."""
        if cells and field.type == "boolean":
            return self.rng.random() < 0.5
        if cells and field.type == "text":
            return self.rng.choice(cells)
        days = [date.fromisoformat(found) for one in cells for found in _DATE.findall(str(one))]
        if days and field.type == "date":
            return (self.rng.choice(days) - timedelta(days=self.rng.randint(0, 1))).isoformat()
        if field.type == "decimal":
            own = move.figures.get("recomputed") or str(10 ** self.rng.uniform(-3, 4))
            near = abs(Decimal(own)) * Decimal(self.rng.choice(_NEAR))
            return str(near.quantize(Decimal(1).scaleb(-(field.decimals or 3))))
        names = self.troupe.names(move.loaded, move.case["id"], move.case["organisation_id"])
        return samples.sample(field, self.ground, self.rng.randrange(100_000), names)

    def _change(self, move: Move, register: str, number: str, status: str) -> bool:
        """Let the entry with a number stand otherwise, without a last day; false where there is none."""
        row = register_book.numbered(self.tx, move.case["authority_id"], register, number)
        if row is None:
            return False
        kind = "restored" if status == "valid" else status
        why = Why(kind, clock.now(), self.shelf.case_id, "given", f"given/{number}/{row['seq']}", None)
        register_book.change(self.tx, row, {"status": status, "since": clock.today(), "valid_until": None}, why)
        return True


def _cells(definition: Definition, meant: Lookup, name: str) -> list[Any]:
    """What the tables of a definition say of a value that is taken from an entry."""
    found: list[Any] = []
    for table in definition.decisions.values():
        columns = [one for one, column in table.inputs.items() if column.value == f"{meant.into}.{name}"]
        said = [row.when[one] for one in columns for row in table.rows if one in row.when]
        found += [one for cell in said for one in (cell if isinstance(cell, list | tuple) else [cell])]
    return found


def shelf(tx: Connection, ground: Ground, family: Iterable[Loaded], organisation_id: int) -> Shelf | None:
    """Where entries hang that a family of workflows looks for; nothing where none of them looks for any."""
    asking = next((one for one in family if _looks(one.definition)), None)
    return rehearsed_registers.shelf(tx, ground, asking, organisation_id, None) if asking is not None else None


def _looks(definition: Definition) -> bool:
    return any(
        isinstance(one, Call) and Lookup.read(one) is not None
        for state in definition.states
        for action in definition.actions_in(state)
        for one in (*action.needs, *action.then)
    )
