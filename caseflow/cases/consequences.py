"""What follows for an organisation from an entry of a register: a case about each other entry that it holds, each once,
and all of them undone, the newest first, where the entry is found to be without basis.

An undoing is a timer for each case: one that somebody keeps from being done holds up those behind it and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import listed, opening, register_book, register_lookup, timers
from caseflow.cases.ground import Ground
from caseflow.cases.models import timer
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, effect
from caseflow.cases.task_models import link
from caseflow.people import organisations
from caseflow.words import Message, Refused
from caseflow.workflow import consequences as declared
from caseflow.workflow.consequences import ForEntries
from caseflow.workflow.lookups import Lookup
from caseflow.workflow.registers import LIVE

TIMER = "undo"
"""The kind of the timer of each case that is undone."""


@effect(EFFECTS, "for_entries")
def open_for_entries(move: Move, argument: Any) -> None:
    """Open a case, once, about each live entry in some registers of the holder of the case's own entry, or with some values."""
    meant = declared.for_entries(argument)
    basis = register_book.newest(move.tx, move.case["id"], meant.because)
    if basis is None or register_book.status_on(basis, clock.local_date(move.at)) not in LIVE:
        raise Refused(Message("consequences.no_basis"))
    known = set(move.tx.scalars(_opened(move, meant.link, basis["entry_id"])))
    for register in meant.registers:
        for entry in _entries(move, meant, register, basis["organisation_id"]):
            if entry["entry_id"] not in {*known, basis["entry_id"]}:
                _open(move, meant, basis, entry)


@effect(EFFECTS, "undone")
def undo_for_entries(move: Move, argument: Any) -> None:
    """Let the system undo, the newest first, every case that was opened because of the case's own entry."""
    meant = declared.undone(argument)
    basis = register_book.newest(move.tx, move.case["id"], meant.because)
    if basis is None:
        return
    here = (link.c.from_id == move.case["id"], link.c.name == meant.link, link.c.cause == basis["entry_id"])
    of = f"{move.case['id']}/{move.case['seq'] + 1}"
    for case_id in move.tx.scalars(sa.select(link.c.to_id).where(*here).order_by(link.c.id.desc())):
        undo(move.tx, case_id, of, move.at)


def undo(tx: Connection, case_id: int, of: str, at: datetime) -> None:
    """Have a case undone, behind all that were left so before under ``of``."""
    timers.put_alone(tx, case_id, TIMER, f"{TIMER}/{of}/{case_id}", at)


def held_up(tx: Connection, row: RowMapping) -> bool:
    """Whether a timer that undoes has to wait for one of the same act that comes before it."""
    if row["kind"] != TIMER:
        return False
    mark = row["key"].removesuffix(str(row["case_id"]))
    before = sa.select(timer.c.id).where(
        timer.c.key.startswith(mark, autoescape=True), timer.c.status == "waiting", timer.c.id < row["id"]
    )
    return tx.execute(before).first() is not None


def undoing(tx: Connection, ground: Ground, row: Mapping[Any, Any]) -> str | None:
    """The act by which a case is undone where it stands; nothing where it has ended, or is being undone already."""
    return ground.definition(tx, row["definition_id"]).definition.states[row["state"]].when_undone


def _entries(move: Move, meant: ForEntries, register: str, holder: int) -> list[dict[str, Any]]:
    if not meant.where:
        return listed.live_entries(move, register, holder)
    sought = Lookup(register_=register, where=meant.where, status=LIVE)
    wanted = register_lookup.asked(move, sought)
    if isinstance(wanted, Message):
        raise Refused(wanted)
    return register_lookup.fitting(move, sought, wanted)


def _open(move: Move, meant: ForEntries, basis: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
    values: dict[str, Any] = {}
    about = _about(move, basis, entry)
    for target, path in meant.copies.items():
        _, section, name = target.split(".")
        value = about.get(path) if path in declared.PATHS else move.value(path)
        if value is not None:
            values.setdefault(section, {})[name] = value
    made = opening.open_linked(
        move, meant.workflow, meant.in_, values, link=meant.link, office=True, about=entry["entry_id"]
    )
    move.tx.execute(
        link.insert().values(
            from_id=move.case["id"],
            to_id=made.case_id,
            name=meant.link,
            entry=move.case["seq"] + 1,
            at=move.at,
            about=entry["entry_id"],
            cause=basis["entry_id"],
        )
    )
    said = {"link": meant.link, "case": made.case_id, "register": entry["register"], "number": entry["number"]}
    move.notes.setdefault("opened", []).append(said)


def _about(move: Move, basis: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    holder = organisations.get(move.tx, entry["organisation_id"])
    said = {
        "register": entry["register"],
        "called": entry["called"],
        "number": entry["number"],
        "valid_until": entry["valid_until"].isoformat() if entry["valid_until"] else None,
        "holder": holder["name_zh"] if holder is not None else entry["called"],
        "code": holder["credit_code"] if holder is not None else None,
        "because": basis["number"],
    }
    return {f"{declared.ABOUT}.{name}": value for name, value in said.items()}


def _opened(move: Move, name: str, cause: int) -> sa.Select[tuple[int]]:
    """The entries about which cases were opened already. The case is held while this act is done: none comes between,
    and the key of ``link`` refuses one that did.
    """
    return sa.select(link.c.about).where(link.c.from_id == move.case["id"], link.c.name == name, link.c.cause == cause)
