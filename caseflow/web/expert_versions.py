"""Earlier versions of what an expert typed into a sheet: to be read, and to be taken up again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for

from caseflow import clock
from caseflow.cases import scores, sheet_drafts
from caseflow.web import expert_seat, score_sheet, shell
from caseflow.web.shell import page

blueprint = Blueprint("expert_versions", __name__)

MOST = 40
"""Versions on one page."""
_VERSIONS = "/cases/<int:case_id>/panel/<int:member_id>/versions"


@page(blueprint, _VERSIONS, policy=shell.signed_in)
def versions(case_id: int, member_id: int) -> Any:
    """Every version that was saved, the newest first, and every sheet that was given in."""
    own, row = expert_seat.reads(case_id, member_id)
    keys, person_id = own.view.ground.keys, g.actor.person_id
    before = request.args.get("before", type=int)
    found = sheet_drafts.versions(g.tx, keys, own.place(member_id), before=before, most=MOST)
    sheets = scores.versions(g.tx, case_id, own.panel_id, member_id, person_id)
    newest = sheet_drafts.newest(g.tx, keys, own.place(member_id)).version
    scoring = own.offer("score_member")
    return render_template(
        "expert/versions.html",
        view=own.view,
        row=row,
        panel=own.panel,
        newest=newest,
        found=[
            {"typed": one, "sheet": said, "total": score_sheet.total(own.panel, said)}
            for one in found
            for said in [expert_seat.sheet_of(one.values)]
        ],
        given=[
            {"sheet": said, "total": "" if said["abstain"] else score_sheet.plain(said["total"])}
            for said in (scores.typed(keys, own.panel, one) for one in reversed(sheets))
        ],
        older=found[-1].version if len(found) == MOST and found[-1].version > 1 else None,
        may=scoring is not None and not scoring.reasons,
    )


@page(blueprint, f"{_VERSIONS}/<int:number>", methods=("POST",), policy=shell.signed_in)
def restore(case_id: int, member_id: int, number: int) -> Any:
    """Take an earlier version up again, as the newest; the one that stood there stays among the others."""
    own, _ = expert_seat.reads(case_id, member_id)
    keys, place = own.view.ground.keys, own.place(member_id)
    found = sheet_drafts.version(g.tx, keys, place, number)
    if found is None or own.offer("score_member") is None:
        abort(404)
    sheet_drafts.keep(g.tx, keys, place, found.values, sheet_drafts.newest(g.tx, keys, place).version, clock.now())
    return shell.done(url_for("expert_sheet.sheet", case_id=case_id, member_id=member_id), "version_restored")
