"""How a panel was drawn, step by step, for those who hold and supervise the draw; its record to take away and replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import pairwise
from typing import Any

from flask import Blueprint, abort, render_template, request, send_file

from caseflow.cases import draw_papers, draw_pool, draws, panels
from caseflow.cases.draws import Held
from caseflow.cases.view import View
from caseflow.evaluation.record import Record, drawn_of, heads, standing_of, write_record
from caseflow.evaluation.replacing import vacancies
from caseflow.evaluation.replay import Published, replay
from caseflow.people import accounts
from caseflow.records import sheets
from caseflow.web import drawing, papers, record, review
from caseflow.web.act_context import effects
from caseflow.web.act_form import casework, viewed
from caseflow.web.shell import page
from caseflow.words import from_json

blueprint = Blueprint("draws", __name__)

ACTS = frozenset({"commit_draw", "freeze_pool", "draw_experts", "recuse_expert", "sign_draw"})
"""Whoever does one of these, or signs it, reads how the draw was held; experts and applicants never do."""


def may_read(view: View) -> bool:
    """Whether the reader holds or supervises the draw."""
    named = {
        role
        for state in view.definition.states
        for action in view.definition.actions_in(state)
        if effects(action) & ACTS
        for role in view.definition.by(state, action)
    }
    signers = {role for action in record.acts(view.definition) if effects(action) & ACTS for role in action.sign_off}
    return view.is_staff and bool(view.roles & (named | signers))


@page(blueprint, "/cases/<int:case_id>/draws/<panel_id>", policy=casework)
def show(case_id: int, panel_id: str) -> Any:
    """The newest draw, or that of ``number``; with ``check`` it is drawn again and compared."""
    view = _reader(case_id, panel_id)
    every = draws.every(view.tx, case_id, panel_id)
    number = request.args.get("number", type=int)
    held = next((one for one in every if number in (None, one.row["number"])), None)
    if held is None and every:
        abort(404)
    review.log_reading(view, "draw")
    told: dict[str, Any] = {"view": view, "panel": view.definition.panels[panel_id], "held": held, "every": every}
    if held is None:
        return render_template("draws/draw.html", **told)
    names = accounts.names(view.tx, [one["person_id"] for each in every for one in each.steps])
    later = {one.row["number"]: draw_papers.why(view.ground, one, after) for after, one in pairwise(every)}
    told |= {"names": names, "why": later, "newest": held is every[0]}
    if held.stage != "committed":
        told |= _frozen(view, held)
    if held.stage == "drawn":
        told |= _drawn(view, held, newest=held is every[0])
        told["signed_names"] = [names.get(one["person_id"], "") for one in held.signatures()]
    return render_template("draws/draw.html", **told)


@page(blueprint, "/cases/<int:case_id>/draws/<panel_id>/<int:number>.json", policy=casework)
def record_file(case_id: int, panel_id: str, number: int) -> Any:
    """The record as a file for ``caseflow evaluation replay``. It names nobody."""
    view = _reader(case_id, panel_id)
    held = _drawn_one(view, panel_id, number)
    review.log_reading(view, "export:draw")
    content = write_record(held.record).encode()
    name = f"{drawing.t('draws.record')} {view.row['number'] or case_id} {number}.json"
    return send_file(BytesIO(content), mimetype="application/json", as_attachment=True, download_name=name)


@page(blueprint, "/cases/<int:case_id>/draws/<panel_id>/<int:number>.xlsx", policy=casework)
def names_file(case_id: int, panel_id: str, number: int) -> Any:
    """Whom the record means: kept apart from it, and secret until the result."""
    view = _reader(case_id, panel_id)
    held = _drawn_one(view, panel_id, number)
    review.log_reading(view, "export:draw_names")
    called, offices = _called(view, held)
    found = held.record
    listed = [*found["draw"]["order"], *(one["candidate"] for one in found["pool"]["left_out"])]
    places = {one: at for at, one in enumerate(found["draw"]["order"], 1)}
    sits = {one: at for at, one in enumerate(found["standing"]["panel"], 1) if one is not None}
    heads_ = [
        (drawing.t(f"draws.column.{one}"), width)
        for one, width in (("place", 8), ("code", 20), ("name", 14), ("office", 32), ("seat", 8))
    ]
    rows = [[places.get(one), one, called[one], offices[one], sits.get(one)] for one in listed]
    title = drawing.t("draws.names")
    return papers.sent(
        sheets.write_table(title, heads_, rows), f"{title} {view.row['number'] or case_id} {number}", "xlsx"
    )


def _reader(case_id: int, panel_id: str) -> View:
    view = viewed(case_id)
    panel = view.definition.panels.get(panel_id)
    if panel is None or panel.lot is None or not may_read(view):
        abort(404)
    return view


def _drawn_one(view: View, panel_id: str, number: int) -> Held:
    every = draws.every(view.tx, view.row["id"], panel_id)
    held = next((one for one in every if one.row["number"] == number), None)
    if held is None or held.stage != "drawn":
        abort(404)
    return held


def _called(view: View, held: Held) -> tuple[dict[str, str], dict[str, str]]:
    """Name and employer of each person in the frozen pool."""
    aside = draws.aside(view.ground.keys, held)
    names = accounts.names(view.tx, aside["people"].values())
    return {one: names.get(person, "") for one, person in aside["people"].items()}, aside["offices"]


def _frozen(view: View, held: Held) -> dict[str, Any]:
    """Who stood in the pool, and why some of them were left out."""
    aside = draws.aside(view.ground.keys, held)
    called, offices = _called(view, held)
    why: dict[str, list[str]] = {}
    for one in aside["excluded"]:
        why.setdefault(one["person"], []).append(drawing.say(from_json(one["reason"])))
    for one, codes in aside["absent"].items():
        why.setdefault(one, []).extend(drawing.t(f"draw.absent.{code}") for code in codes)
    doubts = [[from_json(each) for each in one["why"]] for one in aside["doubts"]]
    rows = [{"name": called[one], "office": offices[one], "why": said} for one, said in why.items()]
    return {
        "pool": len(held.snapshot.candidates),
        "left_out": sorted(rows, key=lambda one: str(one["name"])),
        "rule": draw_papers.rule(view.ground, held),
        "doubts": doubts,
    }


def _drawn(view: View, held: Held, *, newest: bool) -> dict[str, Any]:
    called, offices = _called(view, held)
    found = held.record
    people = draws.people(view.ground.keys, held)
    seats = (
        {row["person_id"]: row for row in panels.seats(view.tx, view.row["id"], held.row["panel"])} if newest else {}
    )
    order = [
        {
            "cells": cells,
            "seat": seats.get(people[one]),
            "sits": one in found["standing"]["panel"],
        }
        for one, cells in zip(
            (*found["draw"]["panel"], *found["draw"]["reserves"]),
            draw_papers.order(found, called, offices),
            strict=True,
        )
    ]
    sitting = [
        {
            "name": called[one] if one else "",
            "office": offices[one] if one else "",
            "seat": seats.get(people[one]) if one else None,
        }
        for one in found["standing"]["panel"]
    ]
    return {
        "record": found,
        "drawn": draw_papers.drawn(held, found),
        "counts": draw_papers.left_out(held, found),
        "order": order,
        "sitting": sitting,
        "departures": list(_departures(view, held, called)),
        "vacant": _vacant(view, held, found),
        "heads": heads(found),
        "checked": replay(found, _published(held)) if request.args.get("check") == "1" else None,
    }


def _published(held: Held) -> Published:
    """What was kept when it was made known, apart from the record."""
    signed = tuple(dict.fromkeys(one["body"]["hash"] for one in held.every("signed")))
    return Published(held.commitment, held.snapshot_hash, signed)


def _vacant(view: View, held: Held, found: Record) -> list[str]:
    """Why seats stay empty."""
    stands = standing_of(drawn_of(found["draw"]), held.snapshot, found["departures"])
    aside = draws.aside(view.ground.keys, held)
    return [
        drawing.say(draw_pool.readable(one, view.ground, aside["names"])) for one in vacancies(held.snapshot, stands)
    ]


def _departures(view: View, held: Held, called: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for step, one in zip(held.every("departed"), held.record["departures"], strict=True):
        yield {
            "at": step["at"],
            "name": called[one["departure"]["candidate"]],
            "kind": one["departure"]["kind"],
            "reason": draws.unseal(view.ground.keys, held.row, f"departed/{one['hash']}", step["body"]["sealed"]),
            "came": [
                {
                    "name": called[each["came"]],
                    "passed": [
                        {
                            "name": called[other["candidate"]],
                            "why": [_limit(view, held, *each_) for each_ in other["breaks"]],
                        }
                        for other in each["passed"]
                    ],
                }
                for each in one["replacements"]
            ],
            "hash": one["hash"],
        }


def _limit(view: View, held: Held, kind: str, key: str) -> str:
    """The name of a limit that somebody would have broken."""
    aside = draws.aside(view.ground.keys, held)
    if kind == "field":
        return drawing.t("paper.draw.field", field=view.ground.titles("expert_field", key))
    if kind == "region":
        return f"{drawing.t('paper.draw.region')} {drawing.named(_pair(view.ground.titles('region', key)))}"
    if kind == "employer":
        return f"{drawing.t('paper.draw.employer')} {aside['names'].get(key, '')}"
    return drawing.t("paper.draw.officials") if kind == "officials" else drawing.t("paper.draw.free")


def _pair(title: Any) -> Any:
    return title if isinstance(title, dict) else {"zh": title, "en": title}


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    """What the templates of cases may call besides the shell's words."""
    return {"draws_of": draws_of}


def draws_of(view: View) -> list[tuple[str, Any]]:
    """The panels of a case whose draw the reader may look at, with their titles."""
    drawn = [(one.id, one.title) for one in view.definition.panels.values() if one.lot is not None]
    return drawn if drawn and may_read(view) else []
