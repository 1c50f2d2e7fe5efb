"""The discussion as an expert has it: the own sheet beside the others' as far as they are open, and what is said of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from caseflow.cases import (
    act,
    discussion,
    members,
    panel_opinion,
    panel_peers,
    panel_signatures,
    panels,
    remarks,
    scores,
)
from caseflow.cases.entry import Invalid
from caseflow.cases.view import Offer, View
from caseflow.web import posted, shell
from caseflow.web.act_context import effects
from caseflow.web.act_form import prepared, request_key, viewed
from caseflow.web.shell import page
from caseflow.words import Message, Refused
from caseflow.workflow.form import Field
from caseflow.workflow.procedure import Action

blueprint = Blueprint("panel_discussion", __name__)
_SAYS = ("answer_outlier", "remark", "ask_outlier", "draft_opinion")
"""What may be said of one case on its page, in the order in which it stands there."""


@dataclass(frozen=True, slots=True)
class Said:
    """A small form on the page of a case: an act that takes one text."""

    effect: str
    offer: Offer

    @property
    def name(self) -> str:
        """Of the input."""
        return f"text-{self.offer.action.id}"

    @property
    def longest(self) -> int | None:
        return longest(self.offer.action)


@page(blueprint, "/cases/<int:case_id>/discussion", policy=shell.signed_in)
def overview(case_id: int) -> Any:
    """The cases that are open to an expert, and what each of them asks for."""
    view = viewed(case_id)
    panel_id = seat_here(view)
    tx, person_id, panel = view.tx, view.actor.person_id, view.definition.panels[panel_id]
    open_to = discussion.of_expert(tx, case_id, panel_id, person_id)
    found = remarks.rows(tx, case_id, panel_id)
    own = {row["member_case_id"]: row for row in scores.newest(tx, case_id, panel_id, person_id=person_id)}
    return render_template(
        "discussion/overview.html",
        view=view,
        panel=panel,
        lines=[
            {"row": row, "mine": scores.typed(view.ground.keys, panel, own[row["id"]])}
            for row in members.rows(tx, case_id)
            if row["id"] in open_to
        ],
        asked={row["member_case_id"] for row in remarks.open_questions(found, person_id)},
        drafted=remarks.opinions(found),
        signature=panel_signatures.own(tx, case_id, panel_id, person_id),
        signs=any("sign_panel" in effects(one.action) for one in view.offers()),
    )


@page(blueprint, "/cases/<int:case_id>/discussion/<int:member_id>", policy=shell.signed_in)
def talk(case_id: int, member_id: int) -> Any:
    """One case: who gave what, what was said, and what the reader may say. 404 whatever keeps it shut."""
    view = viewed(case_id)
    panel_id = seat_here(view)
    found = panel_peers.talk(view.tx, view.ground, view.definition, view.row, panel_id, member_id, view.actor.person_id)
    if found is None:
        abort(404)
    changing = next((one for one in view.offers() if "change_score" in effects(one.action) and not one.reasons), None)
    form = prepared(view, changing) if changing is not None else {"view": view, "widgets": ()}
    open_to = discussion.of_expert(view.tx, case_id, panel_id, view.actor.person_id)
    at = open_to.index(member_id)
    return render_template(
        "discussion/talk.html",
        **{**form, "changing": changing},
        panel=view.definition.panels[panel_id],
        about=next(row for row in members.rows(view.tx, case_id) if row["id"] == member_id),
        talk=found,
        forms=_forms(view, panel_id, member_id, found),
        key=request_key,
        place=(at + 1, len(open_to)),
        neighbours=(open_to[at - 1] if at else None, open_to[at + 1] if at + 1 < len(open_to) else None),
    )


@page(
    blueprint,
    "/cases/<int:case_id>/discussion/<int:member_id>",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=talk,
    endpoint="say",
)
def say(case_id: int, member_id: int) -> Any:
    """Say something of one case."""
    view = viewed(case_id)
    panel_id = seat_here(view)
    if member_id not in discussion.of_expert(view.tx, case_id, panel_id, view.actor.person_id):
        abort(404)
    offer = view.offer(request.form.get("act", ""))
    if offer is None or effects(offer.action).isdisjoint(_SAYS):
        abort(404)
    name = f"text-{offer.action.id}"
    if not request.form.get(name, "").strip():
        raise Refused(Message("discussion.nothing_said", {"input": name}))
    perform(view, offer.action, {member_id: name})
    return shell.done(url_for("panel_discussion.talk", case_id=case_id, member_id=member_id), "said")


def seat_here(view: View) -> str:
    """The panel on which the reader sits and that discusses or signs where the case stands; 404 where there is none."""
    for panel_id in view.definition.panels:
        seat = panels.seat_of(view.tx, view.row["id"], panel_id, view.actor.person_id)
        sits = seat is not None and not seat["reserve"]
        if sits and discussion.is_open(view.definition, view.row["state"], panel_id):
            return panel_id
    return abort(404)


def perform(view: View, action: Action, inputs: Mapping[int, str]) -> None:
    """Do an act that says something of cases. ``inputs``: by case the input that holds its text.

    Raises:
        Invalid: a text cannot be taken; its reasons stand at its input.
    """
    answers, places = dict[str, Any](), dict[str, str]()
    asked = _asked(action)
    if asked is not None:
        question, column = asked
        texts = {number: request.form.get(name, "").replace("\r\n", "\n") for number, name in inputs.items()}
        answers = {question.id: {str(number): {column.id: text} for number, text in texts.items() if text.strip()}}
        places = {f"{question.id}.{number}.{column.id}": name for number, name in inputs.items()}
    try:
        act.perform(
            view.tx, view.ground, view.actor, view.row["id"], action.id, answers, request_key=posted.request_key()
        )
    except Invalid as invalid:
        raise Invalid({places.get(path, path): found for path, found in invalid.errors.items()}) from None


def longest(action: Action) -> int | None:
    """The most characters that an act takes of one case."""
    asked = _asked(action)
    return asked[1].max_characters if asked is not None else None


def _asked(action: Action) -> tuple[Field, Field] | None:
    """The question of an act that asks for a text of each case, and its column."""
    question = next((one for one in action.asks.values() if one.type == "members"), None)
    column = next((one for one in question.columns.values() if one.type == "long_text"), None) if question else None
    return (question, column) if question is not None and column is not None else None


def _forms(view: View, panel_id: str, member_id: int, found: panel_peers.Talk) -> list[Said]:
    """What the reader may say of this case now."""
    forms = []
    for effect in _SAYS:
        offer = next((one for one in view.offers() if effect in effects(one.action) and not one.reasons), None)
        if offer is None or (effect == "answer_outlier" and not found.questions):
            continue
        if effect == "ask_outlier" and not any(one.far for one in found.sheets):
            continue
        if effect == "draft_opinion" and member_id not in panel_opinion.drafts(
            view.move(offer.action, offer.role), panel_id
        ):
            continue
        forms.append(Said(effect, offer))
    return forms
