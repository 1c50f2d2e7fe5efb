"""Messages of the program to the signed-in person and to the roles held, newest first."""

from __future__ import annotations

from typing import Any, get_args

from flask import Blueprint, abort, g, redirect, render_template, request, url_for

from caseflow.office import notices
from caseflow.people.rights import Actor
from caseflow.records import inbox
from caseflow.records.inbox import KINDS, Kind, Reader
from caseflow.web import drawing, shell
from caseflow.web.shell import MenuItem, page
from caseflow.words import catalogue, from_json

blueprint = Blueprint("inbox", __name__)

SIZE = 30


def unread_count() -> int:
    """How many messages wait for the reader; nothing on a page that stands outside a transaction."""
    if g.actor is None or g.tx is None or g.tx.closed:
        return 0
    return inbox.unread(g.tx, reader(g.actor))


MENU = (MenuItem("inbox.menu", "inbox.messages", shell.signed_in, count=unread_count),)


@page(blueprint, "/inbox", policy=shell.signed_in)
def messages() -> Any:
    """The messages, as the address narrows them: by ``kind``, ``new`` only, ``before`` one shown already."""
    before, kind, new = request.args.get("before", type=int), _kind(), request.args.get("new") == "1"
    who = reader(g.actor)
    rows = inbox.messages(g.tx, who, kind=kind, unread_only=new, limit=SIZE + 1, before=before)
    return render_template(
        "inbox/messages.html",
        lines=[(row, worded(row)) for row in rows[:SIZE]],
        older=rows[SIZE - 1].id if len(rows) > SIZE else None,
        later=before is not None,
        unread=inbox.unread(g.tx, who),
        most=inbox.MOST_COUNTED,
        kinds=KINDS,
        kind=kind or "",
        new=new,
    )


@page(blueprint, "/inbox", methods=("POST",), policy=shell.signed_in)
def mark_read() -> Any:
    """Mark one message (``message``), or all, as read; ``open`` goes on to its case."""
    number = request.form.get("message", type=int)
    who = reader(g.actor)
    found = inbox.find(g.tx, who, number) if number is not None else None
    if number is not None and found is None:
        abort(404)
    inbox.mark_read(g.tx, who, number)
    if found is not None and found.case_id is not None and "open" in request.form:
        return redirect(url_for("case.show", case_id=found.case_id), 303)
    return shell.done(url_for("inbox.messages", **_kept()), "read")


def reader(actor: Actor) -> Reader:
    """Who reads, with the roles held in every organisation."""
    return notices.reader(actor.person_id, actor.memberships)


def worded(row: Any) -> str:
    """A message as text in the reader's language."""
    if row.key not in catalogue():
        return str(row.key)
    return drawing.say(from_json({"key": row.key, "values": row.values}))


def _kind() -> Kind | None:
    return next((kind for kind in get_args(Kind) if kind == request.args.get("kind")), None)


def _kept() -> dict[str, Any]:
    """What of the address narrows the list."""
    return {name: request.args[name] for name in ("kind", "new", "before") if request.args.get(name)}
