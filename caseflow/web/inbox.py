"""Messages of the program to the signed-in person and to the roles held, newest first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from caseflow.people.rights import Actor
from caseflow.records import inbox
from caseflow.records.inbox import Reader
from caseflow.web import drawing, shell
from caseflow.web.shell import MenuItem, page
from caseflow.words import catalogue, from_json

blueprint = Blueprint("inbox", __name__)

MENU = (MenuItem("inbox.menu", "inbox.messages", shell.signed_in),)
SIZE = 30


@page(blueprint, "/inbox", policy=shell.signed_in)
def messages() -> Any:
    before = request.args.get("before", type=int)
    rows = inbox.messages(g.tx, reader(g.actor), limit=SIZE + 1, before=before)
    return render_template(
        "applicant/inbox.html",
        lines=[(row, worded(row)) for row in rows[:SIZE]],
        older=rows[SIZE - 1].id if len(rows) > SIZE else None,
        unread=inbox.unread(g.tx, reader(g.actor)),
    )


@page(blueprint, "/inbox", methods=("POST",), policy=shell.signed_in)
def mark_read() -> Any:
    """Mark one message (``message``), or all, as read."""
    inbox.mark_read(g.tx, reader(g.actor), request.form.get("message", type=int))
    return shell.done(url_for("inbox.messages"), "read")


def reader(actor: Actor) -> Reader:
    """Who reads, with the roles held in every organisation."""
    held = {(one.organisation_id, role) for one in actor.memberships for role in one.roles}
    return Reader(actor.person_id, held)


def worded(row: Any) -> str:
    """A message as text in the reader's language."""
    if row.key not in catalogue():
        return str(row.key)
    return drawing.say(from_json({"key": row.key, "values": row.values}))
