"""The page of a case: for its applicant, for an expert, for the office; what stands there and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for

from caseflow import clock
from caseflow.cases import attached, find, organisation_record, quotas, sealed
from caseflow.cases.find import Filters
from caseflow.cases.models import case as case_table
from caseflow.cases.models import member, round_
from caseflow.cases.view import Offer, View, state_name
from caseflow.people.models import OFFICES, organisation
from caseflow.records import files
from caseflow.web import (
    applicant,
    circulating,
    clocks,
    collective,
    decisions,
    drawing,
    duties,
    entries,
    involvement,
    linked,
    party,
    precedents,
    progress,
    proposals,
    record,
    review,
    shell,
    supervising,
    taking_back,
    tasks,
)
from caseflow.web.act_form import request_key, viewed, will_be_signed
from caseflow.web.shell import page
from caseflow.words import from_json

blueprint = Blueprint("case", __name__)

ASKED = frozenset({"open_duty", "close_duty"})
"""Effects of acts whose answers stand with the duties."""
PARTS = ("overview", "dossier", "footprint", "papers", "timeline", "diagram")


@dataclass(frozen=True, slots=True)
class Button:
    """An act as offered on the page. ``direct``: it asks nothing and is done at once."""

    offer: Offer
    direct: bool
    signed: bool
    key: str
    asked_again: str
    """What must be confirmed before."""

    @property
    def action(self) -> Any:
        return self.offer.action


@page(blueprint, "/cases/<int:case_id>", policy=shell.signed_in)
def show(case_id: int) -> Any:
    view = viewed(case_id)
    if view.is_applicant and not view.is_staff:
        return applicant.case_page(view)
    if view.is_party:
        return party.case_page(view)
    if not view.is_staff:
        return redirect(url_for("expert.assignment", case_id=case_id), 303)
    if view.definition.kind == "collective":
        return collective.case_page(view, common(view))
    return office_page(view)


def office_page(view: View) -> Any:
    """The case as the office reads it, one part at a time."""
    part = request.args.get("part", "")
    part = part if part in parts(view) else "overview"
    more: dict[str, Any] = {}
    if part in ("dossier", "footprint"):
        review.log_reading(view, part)
    if part == "dossier":
        more = {"parts": record.dossier(view, before=review.previous(view))}
    elif part == "footprint":
        more = {"footprint": review.footprint(view)}
    elif part == "overview":
        more = {
            "given": record.given_so_far(view, without=ASKED),
            "digest": record.digest(view) if view.row["revision"] else None,
            "footprint": review.footprint(view),
            "gathered": entries.gathered(view),
            "progress": entries.progress(view),
            "decisions": decisions.of_case(view),
            "typing": [one for one in progress.standings(view) if one.open] if progress.types_dossier(view) else [],
        }
    return render_template(f"case/{part}.html", **common(view), **more)


def common(view: View) -> dict[str, Any]:
    """What every part of the page shows: who, where, by when, what may be done."""
    tx, row = view.tx, view.row
    offers, owed = view.offers(), duties.of_case(view)
    before, after = _neighbours(view)
    part = request.args.get("part", "")
    readable = attached.readable(view) if part == "papers" else set()
    return {
        "view": view,
        "shown": parts(view),
        "at": request.args.get("part") if request.args.get("part") in parts(view) else "overview",
        "unit": _organisation(view, row["organisation_id"]),
        "prefecture": _organisation(view, row["prefecture_id"]),
        "round": tx.execute(sa.select(round_).where(round_.c.id == row["round_id"])).mappings().first(),
        "holder": view.definition.roles[view.state.holder].title if view.state.holder else None,
        "clocks": _clocks(view, owed),
        "clock_waits": clocks.waiting(view),
        "due": clocks.of_rows(tx, view.ground, [row]).get(row["id"]),
        "buttons": [button(view, offer) for offer in duties.in_order(view, offers, owed)],
        "has_form": any(offer.action.asks for offer in offers) and bool(view.definition.dossier),
        "findings": view.findings(),
        "say_finding": said,
        "pending": view.pending(),
        "proposals": proposals.waiting(view),
        "slips": proposals.slips(view),
        "timeline": timeline(view),
        "letters": view.letters(),
        "files": [one for one in files.of_case(tx, row["id"]) if one.id in readable] if part == "papers" else [],
        "key": request_key,
        "before": before,
        "after": after,
        "hosts": _hosts(view),
        "tasks": tasks.of_case(view),
        "duties": owed,
        "tallies": duties.tallies(view),
        "linked": linked.of_case(view),
        "take_back": taking_back.offered(view),
        "supervision": supervising.of_case(view),
        "circulation": circulating.of_case(view),
        "parts_in_it": involvement.of_case(view),
        "carried": _carried(view),
        "places": places(view),
        "sealed": sealed.readable(view.definition, view.roles),
    }


def _neighbours(view: View) -> tuple[int | None, int | None]:
    """The cases before and after this one on the reader's desk."""
    rows = find.desk(view.tx, view.ground, view.actor, Filters(), clock.today(), limit=200).rows
    order = list(dict.fromkeys(row["id"] for row in rows))
    if view.row["id"] not in order:
        return None, order[0] if order else None
    at = order.index(view.row["id"])
    return (order[at - 1] if at else None), (order[at + 1] if at + 1 < len(order) else None)


def _clocks(view: View, owed: list[duties.Owed]) -> list[clocks.Told]:
    """The clocks of the case without those of duties of which the reader does not know."""
    known = {one.task_id for one in owed}
    return [one for one in clocks.of_case(view) if one.row["task_id"] is None or one.row["task_id"] in known]


def parts(view: View) -> tuple[str, ...]:
    """The parts that this case has."""
    return tuple(
        part
        for part in PARTS
        if (part != "dossier" or view.definition.dossier) and (part != "footprint" or view.definition.footprint)
    )


def button(view: View, offer: Offer) -> Button:
    action = offer.action
    return Button(
        offer,
        direct=not action.asks,
        signed=will_be_signed(view, offer),
        key=request_key(),
        asked_again=drawing.named(action.confirm) if action.confirm else "",
    )


def said(row: Any) -> str:
    """A finding as a sentence."""
    return drawing.say(from_json(row["message"]))


def timeline(view: View) -> list[dict[str, Any]]:
    """What happened, newest first, as the macro takes it."""
    entries = []
    for one in view.timeline():
        title = drawing.named(one.title)
        if "key" in one.title:
            title = drawing.t(one.title["key"], what=title)
        phase = one.row.body.get("phase")
        if phase == "proposed":
            title = drawing.t("case.proposed_act", what=title)
        elif phase == "signed":
            title = drawing.t("case.signed_act", what=title)
        moved = one.row.from_state != one.row.to_state
        entries.append(
            {
                "at": one.row.at,
                "who": one.by,
                "title": title,
                "text": drawing.t("case.moved_to", state=drawing.named(one.state)) if moved else one.note,
                "tone": "info" if moved else "neutral",
            }
        )
    return entries


def places(view: View) -> list[dict[str, Any]]:
    """The quota places that the case holds."""
    found = []
    for quota in view.definition.quotas.values():
        row = quotas.held(view.tx, view.row["id"], quota)
        if row is not None:
            found.append({"title": quota.title, "status": row["status"], "at": row["at"]})
    return found


def _organisation(view: View, organisation_id: int | None) -> Any:
    if organisation_id is None:
        return None
    row = view.tx.execute(sa.select(organisation).where(organisation.c.id == organisation_id)).mappings().first()
    if row is None:
        return None
    name, kind = {"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]}, row["kind"]
    return {**row, "name": name, "has_page": kind in organisation_record.KINDS, "is_office": kind in OFFICES}


def _hosts(view: View) -> list[dict[str, Any]]:
    """The procedures over many cases in which this one is, as far as the reader may know of them."""
    rows = view.tx.execute(
        sa.select(case_table, member.c.status.label("member_status"))
        .join(member, member.c.host_id == case_table.c.id)
        .where(member.c.case_id == view.row["id"], member.c.status != "out")
        .order_by(case_table.c.id)
    ).mappings()
    found = []
    for row in rows:
        definition = view.ground.definition(view.tx, row["definition_id"]).definition
        if collective.may_know(view, definition, row):
            found.append(
                {
                    "id": row["id"],
                    "number": row["number"],
                    "title": definition.title,
                    "state": state_name(definition, row["state"], is_office=view.is_office),
                }
            )
    return found


def _carried(view: View) -> dict[str, Any]:
    """The case of an earlier round with whose dossier this one began, and those that went on with its own."""
    column = case_table.c
    rows = view.tx.execute(
        sa.select(case_table).where(
            column.organisation_id == view.row["organisation_id"],
            sa.or_(column.id == view.row["carried_from"], column.carried_from == view.row["id"]),
        )
    ).mappings()
    readable = [one for one in rows if collective.may_know(view, view.definition, one)]
    return {
        "from": next((one for one in readable if one["id"] == view.row["carried_from"]), None),
        "into": [one for one in readable if one["carried_from"] == view.row["id"]],
    }


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    """What the templates of cases may call besides the shell's words."""
    return {
        "say_json": lambda stored: drawing.say(from_json(stored)),
        "act_title": act_title,
        "acted_by": acted_by,
        "like_entries": precedents.of_case,
        "opening": drawing.moment,
        "closing": clocks.closing,
    }


def act_title(view: View, entry: Any) -> str:
    """What an entry of the journal says was done; to a party not what others do inside."""
    if _is_inside(view, entry):
        return drawing.t("party.something")
    action = view.definition.action(entry.from_state, entry.act) if entry.from_state else None
    return drawing.named(action.title) if action is not None else drawing.t(f"act.engine.{entry.act}")


def acted_by(view: View, entry: Any, name: str) -> str:
    """Who did what an entry tells; to a party the office and no name."""
    return drawing.t("party.somebody") if _is_inside(view, entry) else name


def _is_inside(view: View, entry: Any) -> bool:
    return view.is_party and entry.organisation_id != view.actor.organisation_id
