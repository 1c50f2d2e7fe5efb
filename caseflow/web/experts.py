"""The pool of experts, for whoever keeps it: the list, an entry with its history, invitation, corrections, exit."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, abort, g, render_template, request, send_file, url_for
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases import expert_load, fees, organisation_doubts
from caseflow.office import expert_sheet
from caseflow.people import (
    expert_entering,
    expert_erasing,
    expert_finding,
    expert_identity,
    expert_personal,
    expert_profile,
    expert_ties,
    experts,
    passwords,
)
from caseflow.people.expert_entering import Newcomer
from caseflow.people.expert_finding import Wanted
from caseflow.people.expert_models import CREDITS, STATUSES
from caseflow.people.rights import Actor
from caseflow.records import reading
from caseflow.web import desk, drawing, expert_forms, shell
from caseflow.web.account import address
from caseflow.web.shell import MenuItem, page
from caseflow.words import Message, Refused

blueprint = Blueprint("experts", __name__)

SIZE = 50


def manages(actor: Actor | None, **_arguments: Any) -> bool:
    """Keeps the pool of the authority: acts for its own office, in a role that the reference data name for it."""
    here = actor is not None and actor.organisation_kind == "authority"
    return here and actor is not None and shell.house().roles.may_manage_experts(actor.roles)


MENU = (MenuItem("experts.menu", "experts.listed", manages),)


# The list


@page(blueprint, "/experts", policy=manages)
def listed() -> Any:
    wanted = _wanted()
    counts = expert_finding.count(g.tx, g.actor.authority_id, wanted)
    total = sum(counts.values())
    at = min(max(request.args.get("page", 1, type=int), 1), max(1, -(-total // SIZE)))
    rows = expert_finding.find(g.tx, g.actor.authority_id, wanted, limit=SIZE, offset=SIZE * (at - 1))
    known = expert_forms.choices()
    return render_template(
        "experts/list.html",
        rows=rows,
        load=expert_load.load(g.tx, [row["person_id"] for row in rows]),
        away={row["id"] for row in rows if expert_profile.is_away(row, clock.today())},
        trained={row["id"] for row in rows if expert_profile.is_trained(row, clock.today())},
        **known,
        titles={name: dict(known[name]) for name in known},
        statuses=STATUSES,
        credits=CREDITS,
        counts=counts,
        total=total,
        wanted=wanted,
        narrowed=wanted != Wanted(),
        columns=expert_sheet.OUT,
        at=at,
        size=SIZE,
        doubts=_doubts(),
    )


def _doubts() -> int:
    """How many pairs of entries may be one person, and of names that experts gave one organisation."""
    role = shell.house().roles.in_pool or ""
    pool = experts.pool(g.tx, g.actor.authority_id, role)
    people = expert_identity.resolved(g.tx, shell.house().keys, pool).doubts
    return len(people) + len(organisation_doubts.of_pool(g.tx, g.actor.authority_id, role).open)


@page(blueprint, "/experts.xlsx", policy=manages)
def export() -> Any:
    """The list as Excel, of the columns that were asked for; taking it away is logged."""
    asked = set(request.args.getlist("column")) & set(expert_sheet.OUT) or set(expert_sheet.OUT)
    return _taken_away(asked, "export:experts", None)


@page(blueprint, "/experts", methods=("POST",), policy=manages, redraw=listed)
def export_contacts() -> Any:
    """The list with telephone, e-mail and masked account, for a purpose that is said and logged."""
    purpose = request.form.get("purpose", "").strip()[:500]
    if not purpose:
        raise Refused(Message("experts.no_purpose", {"input": "purpose"}))
    return _taken_away({*expert_sheet.OUT, *expert_sheet.PERSONAL}, "export:expert_contacts", purpose)


def _taken_away(columns: set[str], what: str, purpose: str | None) -> Any:
    rows = expert_finding.find(g.tx, g.actor.authority_id, _wanted())
    load = expert_load.load(g.tx, [row["person_id"] for row in rows])
    made = drawing.t("experts.export_made", at=drawing.moment(clock.now()), name=g.actor.name, n=len(rows))
    content = expert_sheet.export(shell.house().ground, rows, load, columns, g.language, made)
    person_id = g.actor.person_id
    shell.after(lambda tx: reading.log(tx, person_id, None, f"{what}:{len(rows)}", purpose))
    name = f"{drawing.t('experts.title')}-{clock.today():%Y%m%d}.xlsx"
    return send_file(BytesIO(content), mimetype=desk.XLSX, as_attachment=True, download_name=name)


def _wanted() -> Wanted:
    """What the address narrows the list to."""
    asked = request.args
    return Wanted(
        text=asked.get("q", "")[:100],
        field=asked.get("field", ""),
        class_=asked.get("class", ""),
        region=asked.get("region", ""),
        status=asked.get("status", ""),
        credit=asked.get("credit", ""),
    )


# Invitation


@page(blueprint, "/experts/invite", policy=manages)
def invite() -> Any:
    return render_template("experts/invite.html", row=None, **expert_forms.choices(), credits=CREDITS)


@page(blueprint, "/experts/invite", methods=("POST",), policy=manages, redraw=invite)
def send_invitation() -> Any:
    """A newcomer; the one-time password of a new account is shown once, to be handed over in person."""
    once = passwords.one_time()
    form = request.form
    one = Newcomer(
        name=form.get("name", ""),
        profile=expert_forms.profile(),
        merits=expert_forms.merits(),
        own=expert_forms.numbers(),
        login=form.get("login", ""),
        phone=form.get("phone", ""),
        email=form.get("email", ""),
    )
    made = expert_entering.enter(
        g.tx, shell.house().keys, shell.house().roles, expert_forms.lists(), one,
        authority_id=g.actor.authority_id, password_hash=passwords.hashed(once), by=g.actor.person_id, address=address(),
    )  # fmt: skip
    return render_template("experts/invited.html", one=one, made=made, once=once if made.fresh else "")


# An entry


@page(blueprint, "/experts/<int:expert_id>", policy=manages)
def show(expert_id: int) -> Any:
    """An entry; opening it is logged. Numbers are shown by their ends."""
    row, person_id = _entry(expert_id), g.actor.person_id
    shell.after(lambda tx: reading.log(tx, person_id, None, f"expert:{expert_id}"))
    return render_template(
        "experts/show.html",
        **expert_forms.shown(row),
        own=expert_personal.masked(expert_personal.opened(shell.house().keys, row)),
        credits=CREDITS,
        history=expert_forms.history(row),
        sits=expert_load.sits(g.tx, row["person_id"]),
    )


@page(blueprint, "/experts/<int:expert_id>", methods=("POST",), policy=manages, redraw=show)
def correct(expert_id: int) -> Any:
    experts.correct(
        g.tx, shell.house().keys, _entry(expert_id), expert_forms.version(), expert_forms.profile(),
        expert_forms.merits(), expert_forms.lists(), by=g.actor.person_id,
    )  # fmt: skip
    return _done(expert_id)


@page(blueprint, "/experts/<int:expert_id>/pause", methods=("POST",), policy=manages, redraw=show)
def pause(expert_id: int) -> Any:
    experts.pause(g.tx, _entry(expert_id), expert_forms.version(), by=g.actor.person_id)
    return _done(expert_id)


@page(blueprint, "/experts/<int:expert_id>/resume", methods=("POST",), policy=manages, redraw=show)
def resume(expert_id: int) -> Any:
    experts.resume(g.tx, _entry(expert_id), expert_forms.version(), by=g.actor.person_id)
    return _done(expert_id)


@page(blueprint, "/experts/<int:expert_id>/end", methods=("POST",), policy=manages, redraw=show)
def end(expert_id: int) -> Any:
    row, house = _entry(expert_id), shell.house()
    experts.leave(
        g.tx, house.keys, house.roles, row, expert_forms.version(), request.form.get("reason", ""),
        sits=expert_load.sits(g.tx, row["person_id"]), by=g.actor.person_id,
    )  # fmt: skip
    return _done(expert_id)


@page(blueprint, "/experts/<int:expert_id>/erase", methods=("POST",), policy=manages, redraw=show)
def erase(expert_id: int) -> Any:
    """Erase what somebody who has left need not leave here, as that person asks."""
    row = _entry(expert_id)
    expert_erasing.erase(
        g.tx, row, expert_forms.version(), unpaid=fees.unpaid(g.tx, row["person_id"]), by=g.actor.person_id
    )
    return _done(expert_id)


@page(blueprint, "/experts/<int:expert_id>/again", methods=("POST",), policy=manages, redraw=show)
def invite_again(expert_id: int) -> Any:
    """Somebody who had left is invited again, as known."""
    row = _entry(expert_id)
    experts.invite(
        g.tx, shell.house().roles, person_id=row["person_id"], profile=expert_profile.profile_of(row),
        merits=expert_profile.merits_of(row), lists=expert_forms.lists(), by=g.actor.person_id, address=address(),
    )  # fmt: skip
    return _done(expert_id)


@page(blueprint, "/experts/<int:expert_id>/ties", methods=("POST",), policy=manages, redraw=show)
def add_tie(expert_id: int) -> Any:
    row, tie, by = _entry(expert_id), expert_forms.tie(), g.actor.person_id
    expert_ties.add(g.tx, shell.house().keys, row["id"], tie, by=by, said_by="office")
    return _done(expert_id, "#ties")


@page(
    blueprint, "/experts/<int:expert_id>/ties/<int:tie_id>/end", methods=("POST",), policy=manages,
    redraw=lambda expert_id, **_: show(expert_id),
)  # fmt: skip
def end_tie(expert_id: int, tie_id: int) -> Any:
    expert_ties.end(g.tx, _entry(expert_id)["id"], tie_id, by=g.actor.person_id, said_by="office")
    return _done(expert_id, "#ties")


def _entry(expert_id: int) -> RowMapping:
    """An entry of the pool of the reader's authority; 404 for every other."""
    row = experts.get(g.tx, g.actor.authority_id, expert_id)
    if row is None:
        abort(404)
    return row


def _done(expert_id: int, place: str = "") -> Any:
    return shell.done(url_for("experts.show", expert_id=expert_id) + place, "expert_saved")
