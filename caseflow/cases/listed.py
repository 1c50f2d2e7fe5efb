"""Whoever files is entered in a register: a finding on the case, raised by its acts and, once the register changes, by a
timer on every running case; taken away when no such entry holds any longer. It refuses nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import findings, register_find, show, telling, timers
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, finding
from caseflow.cases.move import Move
from caseflow.cases.register_book import status_on
from caseflow.cases.register_models import register_standing
from caseflow.cases.registry import WARNINGS, guard
from caseflow.db import Statement
from caseflow.people.rights import Actor
from caseflow.words import Message
from caseflow.workflow import consequences
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action
from caseflow.workflow.registers import LIVE, Register

TIMER = "listed:"
"""Before the name of the register, in the kind of a timer."""
NOTED = Action(id="listing_noted", title=Text(zh="名录登记变化核对", en="Register looked up"))
_HELD = Statement(
    sa.select(register_standing)
    .where(
        register_standing.c.authority_id == sa.bindparam("authority_id"),
        register_standing.c.register == sa.bindparam("name"),
        register_standing.c.organisation_id == sa.bindparam("organisation_id"),
    )
    .order_by(register_standing.c.entry_id)
)
_RUNNING = Statement(
    sa.select(case.c.id, case.c.definition_id)
    .where(
        case.c.organisation_id == sa.bindparam("organisation_id"),
        case.c.authority_id == sa.bindparam("authority_id"),
        ~case.c.final,
    )
    .order_by(case.c.id)
)


@guard(WARNINGS, "listed")
def listed_in(move: Move, register: str) -> list[Message]:
    """The organisation whose case it is has an entry in a register: it is answered, and refuses nothing by itself."""
    found = _said(move, register)
    return [found] if found is not None else []


def live_entries(move: Move, register: str, organisation_id: int) -> list[dict[str, Any]]:
    """The entries of an organisation that are valid or suspended at the time of an act, oldest first."""
    today = clock.local_date(move.at)
    here = {"authority_id": move.case["authority_id"], "name": register, "organisation_id": organisation_id}
    rows = _HELD.rows(move.tx, here)
    return [row for row in rows if status_on(row, today) in LIVE]


def leave_word(move: Move, entry: Mapping[str, Any]) -> None:
    """An entry was made, or its status changed: have every running case of its holder look, that wants to know.

    A case that is not filed yet gets the word too: it may be filed while this act is still being done.
    """
    here = {"organisation_id": entry["organisation_id"], "authority_id": entry["authority_id"]}
    for row in _RUNNING.rows(move.tx, here):
        definition = move.ground.definition(move.tx, row["definition_id"]).definition
        if row["id"] != move.case["id"] and entry["register"] in consequences.asked(definition):
            key = f"{TIMER}{row['id']}/{entry['entry_id']}/{entry['seq']}"
            timers.put_alone(move.tx, row["id"], f"{TIMER}{entry['register']}", key, move.at)


def look(move: Move, register: str) -> bool:
    """Raise or take away the finding as the register stands now; false where nothing is new, or the case wants none."""
    if move.case["final"] or not move.case["shared"] or register not in consequences.asked(move.definition):
        return False
    key = f"{consequences.LISTED}.{register}"
    before, found = _how(move, key), _said(move, register)
    if found is None:
        findings.clear(move.tx, move.case["id"], key)
    else:
        findings.note(move.tx, move.case["id"], "warning", key, found, move.at)
    if _how(move, key) == before:
        return False
    move.notes |= {"register": register, "found": found is not None}
    if found is not None:
        _tell(move, found, register)
    return True


def readable(tx: Connection, ground: Ground, actor: Actor, definition: Definition, row: Mapping[str, Any]) -> bool:
    """Whether somebody may read a finding: one from a register that is not public, whoever reads that register."""
    name, _, register = str(row["key"]).partition(".")
    if name != consequences.LISTED:
        return True
    book = register_find.book(tx, ground, definition.authority, register)
    return book is None or book.register.public or register_find.reach(book, actor) is not None


def _said(move: Move, register: str) -> Message | None:
    held = live_entries(move, register, move.case["organisation_id"])
    if not held:
        return None
    values = {"register": title_of(move, held[0]), "numbers": [one["number"] for one in held]}
    return Message(f"warnings.{consequences.LISTED}", values)


def title_of(move: Move, entry: Mapping[str, Any]) -> show.Pair:
    """What the register of an entry is called; its id where no workflow declares it any longer."""
    register = _register(move, entry["register"], entry["definition_id"])
    return show.pair(register.title) if register is not None else show.both(entry["register"])


def _register(move: Move, name: str, definition_id: int) -> Register | None:
    """The register of an entry, as the workflow says that made it, or else one of the authority that declares it."""
    made = move.ground.definition(move.tx, definition_id).definition
    if name in made.registers:
        return made.registers[name]
    book = register_find.book(move.tx, move.ground, made.authority, name)
    return book.register if book is not None else None


def _how(move: Move, key: str) -> Any:
    query = sa.select(finding.c.status, finding.c.message).where(
        finding.c.case_id == move.case["id"], finding.c.key == key
    )
    row = move.tx.execute(query).first()
    return None if row is None or row.status == "gone" else tuple(row)


def _tell(move: Move, found: Message, register: str) -> None:
    """The office that holds the case is told, of a register that is public; whoever files reads nothing of it."""
    book = register_find.book(move.tx, move.ground, move.definition.authority, register)
    holder = move.definition.states[move.case["state"]].holder
    inside = holder is not None and move.definition.roles[holder].sees in ("own_authority", "own_prefecture")
    if holder is not None and inside and book is not None and book.register.public:
        message = Message("inbox.listed", {**found.values, "title": move.case["title"]})
        telling.tell(move.tx, move.definition, move.row, holder, message, key=move.request_key)
