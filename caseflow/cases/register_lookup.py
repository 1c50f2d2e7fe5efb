"""Entries of other cases that an act rests on: whether there is one that fits, and what is taken over from it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import lines, paths, register_book, register_values, show
from caseflow.cases.move import Move
from caseflow.cases.register_models import register_standing
from caseflow.cases.registry import EFFECTS, GUARDS, WARNINGS, effect, guard
from caseflow.db import Statement
from caseflow.people.models import authority
from caseflow.words import Message, Refused
from caseflow.workflow import lookups
from caseflow.workflow.lookups import Lookup
from caseflow.workflow.parts import Call

_COLUMNS = (
    "entry_id", "register", "number", "called", "organisation_id", "status", "issued_on", "valid_until", "values",
)  # fmt: skip
_HERE = (
    register_standing.c.authority_id == sa.bindparam("authority_id"),
    register_standing.c.register == sa.bindparam("name"),
)
_STANDING = sa.select(*(register_standing.c[name] for name in _COLUMNS)).where(*_HERE)
_ORDER = register_standing.c.entry_id
_ALL = Statement(_STANDING.order_by(_ORDER))
_NUMBERED = Statement(_STANDING.where(register_standing.c.number == sa.bindparam("number")))
_HELD = Statement(
    _STANDING.where(register_standing.c.organisation_id == sa.bindparam("organisation_id")).order_by(_ORDER)
)
_REGISTRAR = Statement(
    sa.select(authority.c.id).where(authority.c.id == sa.bindparam("authority_id")).with_for_update(key_share=True)
)

Wanted = Mapping[str, Mapping[str, Any]]
"""By value of the entry what it must be: ``value``, and as people read it ``zh`` and ``en``."""


@guard(GUARDS, "lookup")
def entry_where(move: Move, argument: Any) -> list[Message]:
    """A register holds an entry with these values; with ``none`` it holds no such entry; with ``if_any`` nothing is asked
    where one of the values is missing.
    """
    meant = lookups.lookup(Call(name=lookups.ASKS, argument=argument))
    wanted = asked(move, meant)
    if isinstance(wanted, Message):
        return [] if meant.if_any else [wanted]
    found = fitting(move, meant, wanted)
    if bool(found) != meant.none:
        return []
    return [_said(move, meant, wanted, "registers.such_entry" if meant.none else "registers.no_such_entry")]


@guard(WARNINGS, "lookup")
def entry_there(move: Move, argument: Any) -> list[Message]:
    """A register holds an entry with these values: it is to be looked at and answered, and refuses nothing."""
    meant = lookups.lookup(Call(name=lookups.TELLS, argument=argument))
    wanted = asked(move, meant)
    found = [] if isinstance(wanted, Message) else fitting(move, meant, wanted)
    if not found:
        return []
    register = show.pair(move.definition.registers[meant.register_].title)
    return [Message("warnings.entry_there", {"register": register, "numbers": [one["number"] for one in found]})]


def _against_taking(move: Move, argument: Any) -> list[Message]:
    """What keeps an entry from being taken. The one that is found is what effects behind this one read."""
    meant = lookups.lookup(Call(name=lookups.TAKES, argument=argument))
    found = _one(move, meant)
    if isinstance(found, Message):
        return [found]
    move.taken[meant.into or ""] = kept_of(found)
    return []


@effect(EFFECTS, "lookup", alters=True, against=_against_taking, asked_first=True)
def take_entry(move: Move, argument: Any) -> None:
    """Keep number, days and values of the one entry with these values in the case."""
    meant = lookups.lookup(Call(name=lookups.TAKES, argument=argument))
    found = _one(move, meant)
    if isinstance(found, Message):
        raise Refused(found)
    store = meant.into or ""
    move.taken[store] = kept_of(found)
    move.changes["facts"] = {**move.row["facts"], store: move.taken[store]}
    move.notes.setdefault("taken", []).append({"register": meant.register_, "number": found["number"], "into": store})


def asked(move: Move, meant: Lookup) -> Wanted | Message:
    """What an entry must be by the values of the case, or the refusal that names a value which is missing."""
    wanted: dict[str, Mapping[str, Any]] = {}
    for name, path in meant.where.items():
        value = _holder(move, path) if name == "holder" else register_values.entered(move, path)
        if value is None:
            question = paths.question(move.definition, path)
            label = show.pair(question.label) if question is not None else _label(move, meant, name)
            return Message("workflow.value_missing", {"field": label})
        wanted[name] = value
    return wanted


def fitting(move: Move, meant: Lookup, wanted: Wanted) -> list[dict[str, Any]]:
    """The entries of the authority that are so, oldest first."""
    here, today = {"authority_id": move.case["authority_id"], "name": meant.register_}, clock.local_date(move.at)
    if "number" in wanted:
        rows = _NUMBERED.rows(move.tx, {**here, "number": str(wanted["number"]["value"])})
    elif "holder" in wanted:
        rows = _HELD.rows(move.tx, {**here, "organisation_id": wanted["holder"]["value"]})
    else:
        rows = _ALL.rows(move.tx, here)
    return [row for row in rows if register_book.status_on(row, today) in meant.status and fits(row, wanted)]


def ask_again(move: Move, register: str) -> None:
    """Where an act needs that a register holds no such entry: ask once more, when nobody else can make one any longer.

    Raises:
        Refused: somebody else has made one meanwhile.
    """
    for need in move.action.needs:
        meant = lookups.Lookup.read(need) if isinstance(need, Call) else None
        if meant is None or not meant.none or meant.register_ != register or not isinstance(need, Call):
            continue
        _REGISTRAR.first(move.tx, {"authority_id": move.case["authority_id"]})
        if against := entry_where(move, need.argument):
            raise Refused(*against)


def _one(move: Move, meant: Lookup) -> dict[str, Any] | Message:
    """The one entry that is meant, or why there is none to be taken."""
    wanted = asked(move, meant)
    if isinstance(wanted, Message):
        return wanted
    found = fitting(move, meant, wanted)
    if len(found) == 1:
        return found[0]
    said = _said(move, meant, wanted, "registers.several_entries" if found else "registers.no_such_entry")
    return Message(said.key, {**said.values, "n": len(found)})


def kept_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What stays of an entry with the case; nothing of it is personal."""
    values = {name: one["value"] for name, one in row["values"].items()}
    until = row["valid_until"].isoformat() if row["valid_until"] else None
    own = {"number": row["number"], "issued_on": row["issued_on"].isoformat(), "valid_until": until}
    return {**values, **{name: value for name, value in own.items() if value is not None}}


def fits(row: Mapping[Any, Any], wanted: Wanted) -> bool:
    """Whether an entry is so."""
    own = {"number": row["number"], "holder": row["organisation_id"]}
    held = {name: (row["values"].get(name) or {}).get("value") for name in wanted}
    return all(_same(own.get(name, held[name]), one["value"]) for name, one in wanted.items())


def _same(held: Any, wanted: Any) -> bool:
    """Whether a value of an entry is one that is asked for; where it holds several, one of them will do."""
    if held is None:
        return False
    if isinstance(held, list) and not isinstance(wanted, list):
        return any(_same(one, wanted) for one in held)
    if isinstance(held, list):
        return set(map(str, held)) == set(map(str, wanted))
    if isinstance(held, bool) or isinstance(wanted, bool):
        return held is wanted
    if held == wanted:
        return True
    try:  # 1.50 and 1.5 are one number
        return Decimal(str(held)) == Decimal(str(wanted))
    except InvalidOperation:
        return False


def _holder(move: Move, path: str) -> dict[str, Any] | None:
    found = register_values.organisation(move, path)
    if found is not None:
        return _named(found, lines.organisation_name(move.tx, found))
    said = move.value(path)  # a credit code of which nothing is known here is held by nobody
    return _named(0, show.both(said)) if said else None


def _named(value: Any, text: show.Pair) -> dict[str, Any]:
    return {"value": value, "zh": text["zh"], "en": text["en"]}


def _said(move: Move, meant: Lookup, wanted: Wanted, key: str) -> Message:
    named = [
        Message(
            "registers.named_value", {"name": _label(move, meant, name), "value": {"zh": one["zh"], "en": one["en"]}}
        )
        for name, one in wanted.items()
    ]
    register = move.definition.registers[meant.register_]
    statuses = [Message(f"registers.status.{status}") for status in meant.status]
    return Message(key, {"register": show.pair(register.title), "values": named, "wanted": statuses})


def _label(move: Move, meant: Lookup, name: str) -> dict[Any, str]:
    if name in lookups.OWN:
        return show.words(f"registers.own.{name}")
    return show.pair(move.definition.registers[meant.register_].fields[name].title)
