"""``caseflow disposal …``: cases whose retention is over, and what officers decide of them."""

from __future__ import annotations

import argparse
import secrets
from contextlib import closing
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import act, disposal
from caseflow.cases.models import case
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import reference
from caseflow.people import accounts, organisations, rights
from caseflow.people.rights import Actor
from caseflow.words import Language, Message, Refused, text

LANGUAGE: Language = "en"
HELP = "cases whose retention is over: one officer asks for their disposal, another carries it out"
_COMMANDS = {
    "ask": (disposal.ASK, "ask for the disposal of a case"),
    "carry-out": (disposal.DISPOSE, "erase what was said in a case, as somebody else asked"),
    "stop": (disposal.STOP, "keep a case beyond its retention"),
    "resume": (disposal.RESUME, "let its disposal go on"),
}


def add(commands: Any) -> None:
    """Add the commands below ``disposal``."""
    commands.add_parser("due", help="the cases that nobody need keep any longer").set_defaults(run=_due)
    for name, (action, help_) in _COMMANDS.items():
        one = commands.add_parser(name, help=help_)
        one.add_argument("number", help="of the case")
        one.add_argument("--by", required=True, metavar="LOGIN", help="the officer who decides it")
        one.add_argument("--reason", required=True)
        one.set_defaults(run=_act, action=action)


def _due(settings: Settings, _: argparse.Namespace) -> int:
    with closing(Database(settings.database_url)) as database, database.read() as tx:
        ground = reference.ground(tx, settings)
        for authority in organisations.authorities(tx):
            for row, until in disposal.due(tx, ground, authority["id"], clock.today()):
                number, title = row["number"] or row["receipt_code"], row["title"]
                print(text("cli.disposal_due", LANGUAGE, until=until, number=number, title=title), flush=True)
    return 0


def _act(settings: Settings, parsed: argparse.Namespace) -> int:
    with closing(Database(settings.database_url)) as database, database.write() as tx:
        case_id = tx.scalar(
            sa.select(case.c.id).where(sa.or_(case.c.number == parsed.number, case.c.receipt_code == parsed.number))
        )
        officer = _actor(tx, settings, parsed.by)
        if case_id is None or officer is None:
            raise Refused(Message("cli.disposal_unknown", {"number": parsed.number, "login": parsed.by}))
        key, ground = f"cli/{secrets.token_hex(8)}", reference.ground(tx, settings)
        act.perform(tx, ground, officer, case_id, parsed.action, {"reason": parsed.reason}, request_key=key)
    print(text("cli.disposal_done", LANGUAGE, number=parsed.number), flush=True)
    return 0


def _actor(tx: Connection, settings: Settings, login: str) -> Actor | None:
    row = accounts.by_login(tx, login)
    if row is None or row["status"] != "active":
        return None
    return rights.actor(row, rights.standings(tx, row["id"]), None, reference.roles(settings).official)
