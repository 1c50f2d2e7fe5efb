"""What waits for signatures, and the approval slips of what was proposed before, as far as a reader may know them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from caseflow.cases import deputies, signers, signing
from caseflow.cases.view import View
from caseflow.people import accounts
from caseflow.web import act_context, drawing, record
from caseflow.web.act_form import request_key


def waiting(view: View) -> list[dict[str, Any]]:
    """Every act that waits, that which this reader may sign first: answers, signatures so far, who is next.

    An applicant reads what the own organisation proposed.
    """
    rows = [row for row in signing.waiting(view.tx, view.row["id"]) if _may_read(view, row)]
    every = signing.slips(view.tx, view.ground.keys, view.row["id"]) if rows else []
    signed = {slip["id"]: given for slip, given in every}
    found = [_told(view, row, signed[row["id"]]) for row in rows]
    return sorted(found, key=lambda one: not one["may_sign"])


def proposed(view: View) -> dict[str, Any] | None:
    """The first of them, for those inside an office."""
    return next(iter(waiting(view)), None) if view.is_staff else None


def slips(view: View) -> list[dict[str, Any]]:
    """The approval slips of the case that the reader may open."""
    found = []
    for row, signed in signing.slips(view.tx, view.ground.keys, view.row["id"]):
        if view.is_staff and view.concerned(row):
            action = next((one for one in record.acts(view.definition) if one.id == row["action"]), None)
            title = drawing.named(action.title) if action else row["action"]
            found.append({"row": row, "signed": signed, "title": title})
    return found


def _may_read(view: View, row: Mapping[str, Any]) -> bool:
    return view.concerned(row) if view.is_staff else row["organisation_id"] == view.actor.organisation_id


def _told(view: View, row: Mapping[str, Any], signed: list[dict[str, Any]]) -> dict[str, Any]:
    action = view.definition.action(view.row["state"], row["action"])
    asked = [
        {"title": title, "signed": signed[at] if at < len(signed) else None, "next": at == row["step"]}
        for at, title in enumerate(signing.role_titles(view.definition, row))
    ]
    move = view.move(signers.ACTS[signers.ADD], row["role"])
    may_add = view.is_staff and signers.may_add(row, view.actor, view.roles)
    removable = signers.removable(move, row, view.actor, view.roles) if view.is_staff else []
    part = None
    if action is not None:
        before = act_context.present(view, action, view.dossier())
        part = record.of_act(view, action, signing.answers(view.ground, row), before)
    return {
        "row": row,
        "action": action,
        "part": part,
        "names": accounts.names(view.tx, signing.people_of(row, signed)),
        "signers": asked,
        "may_sign": deputies.may_sign(view.tx, view.definition, view.row, row, view.actor, view.roles),
        "key": request_key(),
        "addable": _titles(view, signers.addable(move, row)) if may_add else [],
        "removable": _titles(view, removable),
    }


def _titles(view: View, roles: Iterable[str]) -> list[tuple[str, str]]:
    return [(role, drawing.named(view.definition.roles[role].title)) for role in roles]
