"""Taking back one's own act while nobody else has opened the case where it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, url_for

from caseflow.cases import act, taking_back
from caseflow.cases.view import View
from caseflow.records import journal
from caseflow.web import drawing, posted, shell
from caseflow.web.act_form import request_key
from caseflow.web.shell import page

blueprint = Blueprint("taking_back", __name__)


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be taken back, in words, and why not where it may no longer."""

    lead: str
    reasons: tuple[str, ...]
    key: str


def offered(view: View) -> Offered | None:
    """The act by which this person brought the case here; nothing where there is none."""
    against = taking_back.may_take_back(view.tx, view.definition, view.row["id"], view.actor, view.roles)
    if against is None:
        return None
    last = [one for one in journal.entries(view.tx, view.row["id"]) if one.from_state != one.to_state][-1]
    action = view.definition.action(last.from_state, last.act)
    title = drawing.named(action.title) if action is not None else last.act
    lead = drawing.t("taking_back.lead", act=title, state=drawing.named(view.name_of(last.from_state)))
    return Offered(lead, tuple(drawing.say(one) for one in against), request_key())


@page(blueprint, "/cases/<int:case_id>/take-back", methods=("POST",), policy=shell.signed_in)
def do(case_id: int) -> Any:
    """Take it back through the one door."""
    act.perform(g.tx, shell.house().ground, g.actor, case_id, taking_back.ACT, {}, request_key=posted.request_key())
    return shell.done(url_for("case.show", case_id=case_id), "taken_back")
