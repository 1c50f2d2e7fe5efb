"""``caseflow disposal …``: cases whose retention is over, and what officers decided of them.

It lists and decides nothing: who asks, approves or stops signs in and does it on the page of disposal, since two names
typed by one person at a keyboard would not be two officers.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import Any

from caseflow import clock
from caseflow.cases import disposal_list
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import reference
from caseflow.people import organisations
from caseflow.words import Language, text

LANGUAGE: Language = "en"
HELP = "cases whose retention is over, and how their disposal stands; it is decided on the page /disposal, signed in"


def add(commands: Any) -> None:
    """Add the commands below ``disposal``."""
    due = commands.add_parser("due", help="the cases that nobody need keep any longer, with those asked for or stopped")
    due.add_argument("--disposed", action="store_true", help="list those that were disposed of instead")
    due.set_defaults(run=_due)


def _due(settings: Settings, parsed: argparse.Namespace) -> int:
    with closing(Database(settings.database_url)) as database, database.read() as tx:
        ground = reference.ground(tx, settings)
        for authority in organisations.authorities(tx):
            for one in disposal_list.of_authority(tx, ground, authority["id"], clock.today()):
                if parsed.disposed == (one.stands == "done"):
                    until = one.until.isoformat() if one.until else "-"
                    stands = text(f"disposal.show.{one.stands}", LANGUAGE)
                    told = {"until": until, "number": one.number, "title": one.row["title"], "stands": stands}
                    print(text("cli.disposal_due", LANGUAGE, **told), flush=True)
    return 0
