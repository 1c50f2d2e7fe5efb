"""``caseflow registers …``: what hangs on the entries of registers."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import Any

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import register_find
from caseflow.cases.supposing import Outcome
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import impact, reference
from caseflow.words import Language, Message, Refused, pick, text

LANGUAGE: Language = "en"
HELP = "what hangs on the entries of registers"


def add(commands: Any) -> None:
    """Add the commands below ``registers``."""
    resting = commands.add_parser(
        "impact", help="the entries that rest on what an entry has replaced, and what would be decided now"
    )
    resting.add_argument("authority", help="the code of the authority")
    resting.add_argument("register")
    resting.add_argument("number", help="the number of the newer entry, or of one that is over")
    resting.set_defaults(run=_impact)


def outcome(one: Outcome) -> str:
    """A decision before and after, as one line."""
    title, before = pick(one.title, LANGUAGE), pick(one.before, LANGUAGE)
    if one.after is None:
        return text("impact.untold", LANGUAGE, title=title, before=before)
    if not one.changes:
        return text("impact.unchanged", LANGUAGE, title=title, before=before)
    return text("impact.outcome", LANGUAGE, title=title, before=before, after=pick(one.after, LANGUAGE))


def _impact(settings: Settings, parsed: argparse.Namespace) -> int:
    with closing(Database(settings.database_url)) as database, database.read() as tx:
        ground = reference.ground(tx, settings)
        book = register_find.book(tx, ground, parsed.authority, parsed.register)
        entry = (
            register_find.by_number(tx, book, sa.true(), parsed.number, (), clock.today()) if book is not None else None
        )
        if book is None or entry is None:
            raise Refused(Message("impact.no_entry", {"register": parsed.register, "number": parsed.number}))
        found = impact.of_entry(tx, ground, None, book, entry.id)
    for one in found.dependents:
        _say(f"{pick(one.register.title, LANGUAGE)} {one.number} {one.called}")
        for said in one.outcomes:
            _say(f"    {outcome(said)}")
    key = "impact.resting_lead" if found.newest else "impact.resting_none"
    _say(text(key, LANGUAGE, n=found.count, number=found.newest or ""))
    return 0


def _say(line: str) -> None:
    print(line, flush=True)
