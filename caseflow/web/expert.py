"""The expert: pledges and interests first, then one score sheet beside each dossier, blind until the own score is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, redirect, render_template, url_for

from caseflow.cases import members, panels, scores
from caseflow.cases import ranking as rankings
from caseflow.cases.models import member
from caseflow.cases.panel_models import interest, seat
from caseflow.cases.view import Offer, View, load
from caseflow.evaluation.ranking import Place
from caseflow.records import sheets
from caseflow.web import case as case_page
from caseflow.web import collective, drawing, papers, record, review, shell
from caseflow.web.act_context import effects
from caseflow.web.act_form import blank_move, casework, prepared, request_key, viewed
from caseflow.web.shell import page

blueprint = Blueprint("expert", __name__)


@dataclass(frozen=True, slots=True)
class Before:
    """One case before the panel, as the expert stands to it."""

    row: Any
    mine: Any
    """The own score, or none yet."""
    barred: bool


@page(blueprint, "/cases/<int:case_id>/panel", policy=shell.signed_in)
def assignment(case_id: int) -> Any:
    """What the expert has to do on this panel, how much is done."""
    view = viewed(case_id)
    panel_id, own = _seat(view)
    if panel_id is None:
        return _member_of(view)
    before = _before(view, panel_id)
    declared = _has_declared(view)
    left = [one for one in before if one.mine is None and not one.barred]
    return render_template(
        "expert/assignment.html",
        view=view,
        panel=view.definition.panels[panel_id],
        seat=own,
        before=before,
        declared=declared,
        left=left,
        buttons=[case_page.button(view, offer) for offer in view.offers() if not _scores(offer)],
        pledging=_offer(view, "sign_pledges") or _offer(view, "declare_interest"),
        scoring=_offer(view, "score_member"),
        letters=view.letters(),
        key=request_key,
    )


@page(blueprint, "/cases/<int:case_id>/panel/<int:member_id>", policy=shell.signed_in)
def sheet(case_id: int, member_id: int) -> Any:
    """The score sheet of one case beside its dossier. Nothing of a dossier opens before pledges and declaration."""
    view = viewed(case_id)
    panel_id, own = _seat(view)
    if panel_id is None or own is None:
        abort(404)
    one = next((found for found in _before(view, panel_id) if found.row["id"] == member_id), None)
    if one is None:
        abort(404)
    if own["pledged_at"] is None or not _has_declared(view) or one.barred:
        return redirect(url_for("expert.assignment", case_id=case_id), 303)
    about = load(g.tx, shell.house().ground, g.actor, member_id)
    review.log_reading(about, "dossier")
    offer = _offer(view, "score_member")
    form = prepared(view, offer) if offer is not None and not offer.reasons else {"view": view, "widgets": ()}
    order = [found.row["id"] for found in _before(view, panel_id) if not found.barred]
    at = order.index(member_id)
    return render_template(
        "expert/sheet.html",
        **{**form, "view": view, "offer": offer},
        about=about,
        one=one,
        panel=view.definition.panels[panel_id],
        parts=record.dossier(about),
        footprint=review.footprint(about),
        others=_others(view, panel_id, member_id) if one.mine is not None and offer is None else None,
        neighbours=(order[at - 1] if at else None, order[at + 1] if at + 1 < len(order) else None),
        place=(at + 1, len(order)),
    )


@page(blueprint, "/cases/<int:case_id>/ranking", policy=casework)
def ranking(case_id: int) -> Any:
    """Every case before the panel with all totals, what was dropped, score and place; for the office that runs it."""
    view = viewed(case_id)
    if not collective.manages_panel(view):
        abort(404)
    return render_template("expert/ranking.html", view=view, boards=_boards(view))


@page(blueprint, "/cases/<int:case_id>/ranking.xlsx", policy=casework)
def ranking_sheet(case_id: int) -> Any:
    view = viewed(case_id)
    if not collective.manages_panel(view):
        abort(404)
    boards = _boards(view)
    heads: list[tuple[str, int]] = [
        (drawing.t(f"expert.column.{name}"), width)
        for name, width in (("group", 16), ("place", 8), ("number", 18), ("unit", 30), ("product", 22))
    ]
    most = max((len(line["totals"]) for board in boards for line in board["lines"]), default=0)
    heads += [(drawing.t("expert.column.mark_of", n=number + 1), 10) for number in range(most)]
    heads.append((drawing.t("expert.column.score"), 10))
    rows = [
        [
            board["group"],
            line["place"],
            line["row"]["number"],
            line["row"]["title"],
            line["row"]["subject"],
            *(mark["total"] for mark in line["totals"]),
            *([None] * (most - len(line["totals"]))),
            line["score"],
        ]
        for board in boards
        for line in board["lines"]
    ]
    title = drawing.t("expert.ranking")
    review.log_reading(view, "export:ranking")
    return papers.sent(sheets.write_table(title, heads, rows), f"{title} {view.row['number']}", "xlsx")


def _seat(view: View) -> tuple[str | None, Any]:
    """The panel on which the reader sits, and the seat."""
    for panel_id in view.definition.panels:
        found = panels.seat_of(view.tx, view.row["id"], panel_id, view.actor.person_id)
        if found is not None:
            return panel_id, found
    return None, None


def _member_of(view: View) -> Any:
    """Of a case that is before a panel of the reader: the way to its score sheet."""
    host = view.tx.scalar(
        sa.select(member.c.host_id)
        .join(seat, seat.c.case_id == member.c.host_id)
        .where(
            member.c.case_id == view.row["id"],
            member.c.status != "out",
            seat.c.person_id == view.actor.person_id,
            seat.c.status == "seated",
        )
        .order_by(member.c.id.desc())
        .limit(1)
    )
    if host is None:
        abort(404)
    return redirect(url_for("expert.sheet", case_id=host, member_id=view.row["id"]), 303)


def _before(view: View, panel_id: str) -> list[Before]:
    tx, number, person_id = view.tx, view.row["id"], view.actor.person_id
    panel = view.definition.panels[panel_id]
    conflicts = panels.conflicts(tx, number)
    mine = {
        row["member_case_id"]: scores.typed(view.ground.keys, panel, row)
        for row in scores.newest(tx, number, panel_id, person_id=person_id)
    }
    return [Before(row, mine.get(row["id"]), (row["id"], person_id) in conflicts) for row in members.rows(tx, number)]


def _has_declared(view: View) -> bool:
    """Whether the reader has said of every case whether there is an own interest."""
    declared = set(
        view.tx.scalars(
            interest.select()
            .with_only_columns(interest.c.member_case_id)
            .where(interest.c.case_id == view.row["id"], interest.c.person_id == view.actor.person_id)
        )
    )
    return all(row["id"] in declared for row in members.rows(view.tx, view.row["id"]))


def _offer(view: View, effect: str) -> Offer | None:
    return next((offer for offer in view.offers() if effect in effects(offer.action)), None)


def _scores(offer: Offer) -> bool:
    return bool(effects(offer.action) & {"score_member", "sign_pledges", "declare_interest"})


def _others(view: View, panel_id: str, member_id: int) -> list[Any]:
    """The totals of the others, without names; asked for only when the own score is in and can no longer change."""
    rows = scores.newest(view.tx, view.row["id"], panel_id, member_id=member_id)
    panel = view.definition.panels[panel_id]
    others = [row for row in rows if row["person_id"] != view.actor.person_id and not row["abstained"]]
    return sorted(scores.total(panel, row["marks"]) for row in others)


def _boards(view: View) -> list[dict[str, Any]]:
    boards: list[dict[str, Any]] = []
    for panel_id, panel in view.definition.panels.items():
        worked = rankings.work_out(blank_move(view), panel_id)
        rows = {row["id"]: row for row in members.rows(view.tx, view.row["id"])}
        for group in dict.fromkeys(one.group for one in worked.places):
            lines = [_ranked_line(view, worked, rows[one.key], one) for one in worked.places if one.group == group]
            boards.append({"panel": panel, "group": _group_title(view, group), "lines": lines})
    return boards


def _ranked_line(view: View, worked: rankings.Worked, row: Any, one: Place) -> dict[str, Any]:
    scored = worked.scored[one.key]
    counted = {line.expert: line.counted for line in scored.lines}
    given = [sheet for sheet in worked.given[one.key] if not sheet["abstained"]]
    totals = [
        {
            **scores.typed(view.ground.keys, worked.panel, sheet),
            "name": sheet["name"],
            "dropped": counted[sheet["person_id"]] == 0,
        }
        for sheet in given
    ]
    totals.sort(key=lambda found: -found["total"])
    return {"row": row, "score": scored.score, "place": one.place, "totals": totals}


def _group_title(view: View, code: str) -> str:
    title = view.ground.titles("product_class", code) if code else ""
    return drawing.named(title) if isinstance(title, dict) else str(title)
