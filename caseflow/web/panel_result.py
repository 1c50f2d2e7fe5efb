"""What a panel came to, on its pages: the ranking with all that it hangs on for the office, the agreement for the chair."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, render_template, send_file

from caseflow.cases import discussion, panel_reports, panel_results, panels
from caseflow.cases import ranking as rankings
from caseflow.cases.view import View
from caseflow.evaluation.diagnostics import Diagnostics
from caseflow.records import sheets
from caseflow.web import collective, drawing, panel_boards, panel_pictures, papers, review, shell
from caseflow.web.act_context import effects
from caseflow.web.act_form import blank_move, casework, viewed
from caseflow.web.panel_boards import Board, Panelled, RankedCase
from caseflow.web.shell import page

blueprint = Blueprint("panel_result", __name__)


@page(blueprint, "/cases/<int:case_id>/ranking", policy=casework)
def ranking(case_id: int) -> Any:
    """Every case before the panel by group and place, and what its place hangs on; for the office that runs it."""
    view = _managed(case_id)
    review.log_reading(view, "ranking")
    return render_template("panel/ranking.html", view=view, shown=[_shown(view, one) for one in _all(view)])


@page(blueprint, "/cases/<int:case_id>/ranking.xlsx", policy=casework)
def ranking_sheet(case_id: int) -> Any:
    """The same as a table, without names of experts."""
    view = _managed(case_id)
    found = _all(view)
    most = max((len(one.totals) for panelled in found for board in panelled.boards for one in board.cases), default=0)
    second = any(panelled.panel.aggregate.beside for panelled in found)
    widths = {"panel": 18, "group": 16, "place": 8, "number": 18, "unit": 30, "product": 22}
    heads = [(drawing.t(f"panel_result.column.{name}"), width) for name, width in widths.items()]
    heads += [(drawing.t("panel_result.column.total_of", n=number + 1), 10) for number in range(most)]
    after = {
        "dropped": 14,
        "score": 10,
        **({"second": 12} if second else {}),
        "standing": 10,
        "interval": 12,
        "flags": 50,
    }
    heads += [(drawing.t(f"panel_result.column.{name}"), width) for name, width in after.items()]
    rows = [
        _row(panelled, board, one, most, second=second)
        for panelled in found
        for board in panelled.boards
        for one in board.cases
    ]
    title = drawing.t("panel_result.title")
    notes = [drawing.t("panel_result.hash", hash=one.kept[0]["hash"]) for one in found if one.kept]
    review.log_reading(view, "export:ranking")
    return papers.sent(
        sheets.write_table(title, heads, rows, notes=notes), f"{title} {view.row['number'] or case_id}", "xlsx"
    )


@page(blueprint, "/cases/<int:case_id>/results/<panel_id>/<int:number>.json", policy=casework)
def record(case_id: int, panel_id: str, number: int) -> Any:
    """A kept result, byte by byte as it was hashed, for whoever works it out again."""
    view = _managed(case_id)
    kept = panel_results.history(view.tx, case_id, panel_id) if panel_id in view.definition.panels else []
    row = next((one for one in kept if one["number"] == number), None)
    if row is None:
        abort(404)
    review.log_reading(view, "export:result")
    name = f"{view.row['number'] or case_id} {panel_id} {number}.json"
    return send_file(BytesIO(row["body"].encode()), "application/json", as_attachment=True, download_name=name)


@page(blueprint, "/cases/<int:case_id>/panel/agreement", policy=shell.signed_in)
def agreement(case_id: int) -> Any:
    """How far the experts agree and how each marks, for the chair: once nobody scores any more, and without the cases
    in which the chair has an interest.
    """
    view = viewed(case_id)
    led = chaired(view)
    if led is None:
        abort(404)
    panel_id, open_to = led
    worked = rankings.work_out(blank_move(view), panel_id)
    seen = {key: own for key, own in worked.sheets.items() if key in open_to}
    panel = worked.panel
    agreed = panel_reports.agreement(seen, worked.scheme)
    told, names = None, dict[int, str]()
    if panel.sees_peers != "never":
        told, names = _called(view, panel_id, panel_reports.diagnostics(panel, seen, worked.scheme))
    review.log_reading(view, "agreement")
    return render_template(
        "panel/agreement.html",
        view=view,
        panel=panel,
        cases=len(seen),
        picture=panel_pictures.of_agreement(panel, agreed, panel_id),
        told=told,
        names=names,
    )


def chaired(view: View) -> tuple[str, list[int]] | None:
    """The panel of which the reader is the chair, once no act scores any more where the case stands, with the cases
    that are open to the reader: without own interest, and the own sheet is in. None for anybody else.
    """
    if any("score_member" in effects(one) for one in view.definition.actions_in(view.row["state"])):
        return None
    for panel_id in view.definition.panels:
        seat = panels.seat_of(view.tx, view.row["id"], panel_id, view.actor.person_id)
        if seat is not None and seat["chair"]:
            open_to = discussion.of_expert(view.tx, view.row["id"], panel_id, view.actor.person_id)
            return (panel_id, open_to) if open_to else None
    return None


def _managed(case_id: int) -> View:
    view = viewed(case_id)
    if not collective.manages_panel(view):
        abort(404)
    return view


def _all(view: View) -> list[Panelled]:
    return panel_boards.of_view(view)


def _shown(view: View, found: Panelled) -> dict[str, Any]:
    """What the page shows of one panel."""
    agreed = panel_reports.agreement(found.worked.sheets, found.worked.scheme)
    readers = panel_reports.readers(view.tx, view.row["id"], found.id)
    scored = any(one.totals for board in found.boards for one in board.cases)
    cases = sum(len(board.cases) for board in found.boards)
    return {
        "found": found,
        "boards": [
            (board, panel_pictures.of_board(board, f"{found.id}-{at}") if scored else [])
            for at, board in enumerate(found.boards)
        ],
        "scored": scored,
        "agreement": panel_pictures.of_agreement(found.panel, agreed, found.id) if scored else None,
        "loads": panel_pictures.of_loads(readers, found.panel, cases, found.id) if readers else None,
        "told": panel_reports.diagnostics(found.panel, found.worked.sheets, found.worked.scheme) if scored else None,
        "flagged": [
            one for board in found.boards for one in board.cases if one.stable is not None and one.stable.flagged
        ],
        "sampling": found.worked.outcome.stability,
    }


def _called(view: View, panel_id: str, told: Diagnostics) -> tuple[Diagnostics, dict[int, str]]:
    """What the chair calls each expert, and the experts in that order: by name only where the panel shows names.

    Else neither name nor order says who it is.
    """
    own = view.actor.person_id
    if view.definition.panels[panel_id].sees_peers == "named":
        return told, {row["person_id"]: row["name"] for row in panels.seats(view.tx, view.row["id"], panel_id)}
    others = [one for one in told.profiles if one.expert != own]
    others.sort(key=lambda one: hashlib.sha256(f"{view.row['id']}/{panel_id}/{one.expert}".encode()).digest())
    mine = [one for one in told.profiles if one.expert == own]
    names = {one.expert: drawing.t("panel_result.expert", n=at) for at, one in enumerate(others, 1)}
    return replace(told, profiles=(*mine, *others)), {**names, own: drawing.t("panel_result.myself")}


def _row(found: Panelled, board: Board, one: RankedCase, most: int, *, second: bool) -> list[Any]:
    stable, rubric = one.stable, found.panel.rubric
    criteria = [
        drawing.named(rubric[flip.criterion].title) for flip in (stable.flips if stable else ()) if flip.criterion
    ]
    experts = (len(stable.flips) if stable else 0) - len(criteria)
    flags = [*one.below, *panel_boards.flips_unnamed(experts, len(one.totals), criteria)]
    if one.place.tied:
        flags.insert(0, drawing.t("panel_result.tied", n=len(one.place.tied) + 1))
    return [
        drawing.named(found.panel.title),
        board.title,
        one.place.place,
        one.row["number"],
        one.row["title"],
        one.row["subject"],
        *(mark["total"] for mark in one.totals),
        *([None] * (most - len(one.totals))),
        "、".join(str(mark["total"]) for mark in one.totals if mark["dropped"]),
        one.score,
        *([one.second] if second else []),
        drawing.t(f"panel_result.standing.{one.place.standing}") if one.place.standing else "",
        f"{stable.best}–{stable.worst}" if stable is not None else "",
        "；".join(flags),
    ]
