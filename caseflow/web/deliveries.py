"""Whether notices have arrived: of one case for its office, and of everything that could not be delivered."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from sqlalchemy.engine import Row

from caseflow.cases.view import View
from caseflow.office import errands, notices
from caseflow.people.rights import SYSTEM_ADMIN
from caseflow.web import drawing, shell
from caseflow.web.act_form import viewed
from caseflow.web.inbox import worded
from caseflow.web.shell import MenuItem, holding, page
from caseflow.words import from_json

blueprint = Blueprint("deliveries", __name__)

system = holding(SYSTEM_ADMIN)

MENU = (MenuItem("errands.outbox", "deliveries.outbox", system),)
MOST = 200


@page(blueprint, "/cases/<int:case_id>/notices", policy=shell.signed_in)
def of_case(case_id: int) -> Any:
    """Who was told what about a case, by which way, and whether it arrived; for those who work on it in an office."""
    view = viewed(case_id)
    if not view.is_staff:
        abort(404)
    lines = [
        {"row": row, "text": worded(row), "to": _to(view, row), **_state(row)}
        for row in notices.of_case(g.tx, case_id)
        if _may_read(view, row)
    ]
    return render_template("inbox/deliveries.html", view=view, lines=lines)


@page(blueprint, "/admin/errands", policy=system)
def outbox() -> Any:
    """What could not be delivered, with the reason, and a button that lets it start afresh."""
    found = errands.standing(g.tx, g.actor.authority_id, MOST)
    lines = [{"row": row, "why": drawing.say(from_json(row["last_error"]))} for row in found.rows]
    return render_template("inbox/errands.html", found=found, lines=lines, mails=errands.MAILS)


@page(blueprint, "/admin/errands", methods=("POST",), policy=system)
def retry() -> Any:
    """Let one failed errand (``errand``), or all, start afresh."""
    errands.retry(g.tx, g.actor.authority_id, request.form.get("errand", type=int))
    return shell.done(url_for("deliveries.outbox"), "errands_retried")


def _may_read(view: View, row: Row[Any]) -> bool:
    """The office reads all; a bureau what went to itself and to the applicant, not what the office tells its own."""
    if view.is_office or row.to_person == view.actor.person_id:
        return True
    return row.organisation_id in {view.actor.organisation_id, view.row["organisation_id"]}


def _to(view: View, row: Row[Any]) -> str:
    """The addressee as a line: a person by name, else the role and its organisation."""
    if row.to_name is not None:
        return str(row.to_name)
    organisation = drawing.named({"zh": row.name_zh or "", "en": row.name_en or row.name_zh or ""})
    if row.role is None:
        return drawing.t("notices.to_all", organisation=organisation)
    role = view.definition.roles.get(row.role)
    title = drawing.named(role.title) if role is not None else row.role
    return drawing.t("notices.to_role", organisation=organisation, role=title)


def _state(row: Row[Any]) -> dict[str, Any]:
    """By which way a message goes to one person and how that went: words, a tone, a moment, a reason."""
    if row.way is None:
        handed = row.handed_at is not None
        return {"way": "", "state": drawing.t(f"notices.state.{'nobody' if handed else 'waiting'}"), "tone": "warn"}
    way = drawing.t(f"notices.way.{row.way}")
    if row.way in ("inbox", "read", "no_address"):
        return {"way": way, "state": drawing.t("notices.state.in_inbox"), "tone": "neutral"}
    if row.status is None:
        return {"way": way, "state": drawing.t("notices.state.gathering"), "tone": "neutral"}
    why = drawing.say(from_json(row.last_error)) if row.last_error else ""
    if row.status == "failed":
        return {"way": way, "state": drawing.t("notices.state.failed"), "tone": "bad", "why": why}
    if row.status == "sent":
        kept = row.via == "folder"
        state = drawing.t(f"notices.state.{'kept' if kept else 'sent'}")
        return {"way": way, "state": state, "tone": "warn" if kept else "good", "at": row.sent_at}
    if why:
        again = drawing.t("notices.state.again", at=drawing.moment(row.next_try_at))
        return {"way": way, "state": again, "tone": "warn", "why": why}
    return {"way": way, "state": drawing.t("notices.state.waiting"), "tone": "neutral"}
