"""A file of a dossier as an expert reads it, page by page under the own name, and the notes pinned to its pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for

from caseflow import clock
from caseflow.cases import page_notes
from caseflow.cases.view import load
from caseflow.web import expert_seat, expert_sheet, shell
from caseflow.web.shell import page

blueprint = Blueprint("expert_reading", __name__)

_PAPER = "/cases/<int:case_id>/panel/<int:member_id>/files/<int:file_id>"


@page(blueprint, _PAPER, policy=shell.signed_in)
def paper(case_id: int, member_id: int, file_id: int) -> Any:
    """One file beside the own notes on it. ``?page=`` opens it there."""
    own, row = expert_seat.reads(case_id, member_id)
    found = _paper(own, member_id, file_id)
    at = request.args.get("page", 1, type=int)
    every = page_notes.of(g.tx, own.view.ground.keys, case_id, member_id, g.actor.person_id)
    return render_template(
        "expert/paper.html",
        view=own.view,
        row=row,
        found=found,
        pages=_pages(found["row"]),
        at=min(max(at, 1), _pages(found["row"])),
        notes=[one for one in every if one.file_id == file_id],
        longest=page_notes.LONGEST,
    )


@page(blueprint, f"{_PAPER}/notes", methods=("POST",), policy=shell.signed_in, redraw=paper)
def pin(case_id: int, member_id: int, file_id: int) -> Any:
    """Pin a note to a page."""
    own, _ = expert_seat.reads(case_id, member_id)
    found = _paper(own, member_id, file_id)
    number = request.form.get("page", 0, type=int)
    values = {
        "case_id": case_id,
        "member_case_id": member_id,
        "person_id": g.actor.person_id,
        "file_id": file_id,
        "page": number,
    }
    keys, text = own.view.ground.keys, request.form.get("text", "")
    page_notes.pin(g.tx, keys, values, text, pages=_pages(found["row"]), at=clock.now())
    return shell.done(_link(case_id, member_id, file_id, number), "note_pinned")


@page(blueprint, f"{_PAPER}/notes/<int:note_id>/removal", methods=("POST",), policy=shell.signed_in)
def remove(case_id: int, member_id: int, file_id: int, note_id: int) -> Any:
    """Take an own note off its page."""
    expert_seat.reads(case_id, member_id)
    if not page_notes.remove(g.tx, note_id, case_id, member_id, g.actor.person_id, clock.now()):
        abort(404)
    return shell.done(_link(case_id, member_id, file_id, request.form.get("page", 1, type=int)), "note_removed")


def _paper(own: expert_seat.Own, member_id: int, file_id: int) -> dict[str, Any]:
    about = load(g.tx, own.view.ground, g.actor, member_id)
    found: dict[str, Any] | None = next(
        (one for one in expert_sheet.papers_of(about) if one["row"].id == file_id and one["opens"]), None
    )
    if found is None:
        abort(404)
    return found


def _pages(row: Any) -> int:
    """A picture is one page."""
    return int(row.pages or 1)


def _link(case_id: int, member_id: int, file_id: int, number: int) -> str:
    return url_for("expert_reading.paper", case_id=case_id, member_id=member_id, file_id=file_id, page=number)
