"""What the worker delivers outside: who gets which mail, in which language."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.ground import Ground
from caseflow.mail import Mail
from caseflow.people import accounts, rights
from caseflow.people.models import person
from caseflow.words import LANGUAGES, Message, Refused, render, text


def mails(tx: Connection, ground: Ground, errand: sa.Row[Any]) -> list[Mail]:
    """The mails of an errand: one for each person who holds the role and has an address.

    Raises:
        Refused: an errand of a kind that nobody delivers.
    """
    if errand.kind != "mail":
        raise Refused(Message("errands.unknown_kind", {"kind": errand.kind}))
    payload = errand.payload
    people = rights.holders(tx, payload["organisation"], payload["role"])
    if not people:
        return []
    message = Message(payload.get("key", "inbox.notice"), payload.get("values", payload))
    found = []
    for row in tx.execute(sa.select(person).where(person.c.id.in_(people), person.c.status == "active")).mappings():
        address = accounts.unseal(ground.keys, row, "email")
        if address:
            language = row["language"] if row["language"] in LANGUAGES else LANGUAGES[0]
            found.append(
                Mail(
                    key=f"{errand.key}/{row['id']}",
                    to=address,
                    subject=text("errands.subject", language, number=message.values.get("number", "")),
                    text=render(message, language),
                )
            )
    return found
