"""A meeting over many cases: one case a screen in rank order, what is decided and said written down as it goes.

What is typed is the draft of the ordinary act, kept case by case and version by version; the act itself is done by a
person, in its own form, at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from caseflow.cases import show
from caseflow.cases.draft_places import Ceiling
from caseflow.web import drawing, forms, meeting_draft, meeting_rows, quota_board, review, shell
from caseflow.web.act_form import casework
from caseflow.web.meeting_draft import CaseChanged, Cells, Meeting
from caseflow.web.meeting_rows import Heard
from caseflow.web.shell import page
from caseflow.words import Message
from caseflow.workflow import fields
from caseflow.workflow.form import Field

blueprint = Blueprint("meeting_screen", __name__)


@page(blueprint, "/cases/<int:case_id>/meeting/<action_id>", policy=casework)
def overview(case_id: int, action_id: str) -> Any:
    """Every case in rank order with what the draft says of it, the places, and the way to the act itself."""
    meeting = meeting_draft.opened(case_id, action_id)
    places, taking = meeting.ceilings()
    passed = _passed_over(meeting, taking)
    review.log_reading(meeting.view, "decision_meeting")
    open_ = [one for one in meeting.cases if not meeting.decided(one.row["id"])]
    return render_template(
        "meeting/overview.html",
        **_common(meeting, places),
        columns=[column for question in meeting.questions for column in question.columns.values() if _brief(column)],
        lines=[(one, _told(meeting, one), one.row["id"] in passed) for one in meeting.cases],
        first=next(iter(open_ or meeting.cases), None),
    )


@page(blueprint, "/cases/<int:case_id>/meeting/<action_id>/<int:one>", policy=casework)
def screen(case_id: int, action_id: str, one: int) -> Any:
    """One case, big enough to be read from the end of the table."""
    return _draw(meeting_draft.opened(case_id, action_id), one)


@page(blueprint, "/cases/<int:case_id>/meeting/<action_id>/<int:one>", methods=("POST",), policy=casework)
def save(case_id: int, action_id: str, one: int) -> Any:
    """Keep what was typed of one case, and go on."""
    meeting = meeting_draft.opened(case_id, action_id)
    at = meeting.at(one)
    if at < 0:
        abort(404)
    mine = meeting_draft.typed(meeting, request.form, one)
    try:
        meeting_draft.keep(meeting, one, mine, request.form.get("version", type=int))
    except CaseChanged as changed:
        return _draw(meeting, one, typed=mine, theirs=changed.theirs), 409
    step = {"next": 1, "previous": -1}.get(request.form.get("go", ""))
    if step is None:
        if request.form.get("go") == "overview":
            return redirect(url_for("meeting_screen.overview", case_id=case_id, action_id=action_id), 303)
        return shell.done(url_for("meeting_screen.screen", case_id=case_id, action_id=action_id, one=one), "draft_kept")
    to = at + step
    if not 0 <= to < len(meeting.cases):
        return redirect(url_for("meeting_screen.overview", case_id=case_id, action_id=action_id), 303)
    there = meeting.cases[to].row["id"]
    return redirect(url_for("meeting_screen.screen", case_id=case_id, action_id=action_id, one=there), 303)


@page(blueprint, "/cases/<int:case_id>/meeting/<action_id>/<int:one>/draft", methods=("POST",), policy=casework)
def save_draft(case_id: int, action_id: str, one: int) -> Any:
    """The same while typing: the version of what is kept now, or what somebody else has kept meanwhile."""
    meeting = meeting_draft.opened(case_id, action_id)
    body = request.get_json(silent=True)
    if meeting.at(one) < 0:
        abort(404)
    if not isinstance(body, dict) or not isinstance(given := body.get("fields"), list):
        abort(400)
    if not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair) for pair in given
    ):
        abort(400)
    typed = MultiDict((name, value) for name, value in given)
    seen = body.get("version")
    try:
        return jsonify(
            version=meeting_draft.keep(
                meeting, one, meeting_draft.typed(meeting, typed, one), seen if isinstance(seen, int) else None
            )
        )
    except CaseChanged as changed:
        return jsonify(
            version=meeting_draft.version_of(changed.theirs), fields=meeting_draft.pairs(meeting, changed.theirs, one)
        ), 409


def _draw(meeting: Meeting, one: int, *, typed: Cells | None = None, theirs: Cells | None = None) -> Any:
    """``typed`` is shown instead of what is kept; ``theirs`` is what is kept where the two differ."""
    at = meeting.at(one)
    if at < 0:
        abort(404)
    heard, places = meeting.cases[at], meeting.ceilings()[0]
    cells = typed if typed is not None else meeting.cells(one)
    review.log_reading(meeting.view, f"decision_meeting:{one}")
    return render_template(
        "meeting/screen.html",
        **_common(meeting, [place for place in places if one in place.cases]),
        one=heard,
        at=at,
        voices=meeting_rows.voices(meeting.view, heard, meeting.action),
        drawn=[(question, _cells_drawn(question, cells[question.id], one)) for question in meeting.questions],
        version=meeting_draft.version_of(theirs if theirs is not None else meeting.cells(one)),
        theirs=_kept(meeting, theirs) if theirs is not None else None,
        neighbours=(
            meeting.cases[at - 1] if at else None,
            meeting.cases[at + 1] if at + 1 < len(meeting.cases) else None,
        ),
    )


def _common(meeting: Meeting, places: list[Ceiling]) -> dict[str, Any]:
    return {
        "view": meeting.view,
        "action": meeting.action,
        "offer": meeting.offer,
        "cases": meeting.cases,
        "places": [(place, " · ".join(filter(None, quota_board.counter_words(place.key)))) for place in places],
        "done": {one.row["id"] for one in meeting.cases if meeting.decided(one.row["id"])},
    }


def _cells_drawn(question: Field, cells: Mapping[str, Any], one: int) -> list[forms.Drawn]:
    """The columns of a question for one case, with what is wrong in what was typed."""
    _, wrong = fields.clean_section([question], {question.id: {str(one): dict(cells)}}, complete=False)
    path = f"{question.id}.{one}."
    against: dict[str, list[Message]] = {
        name.removeprefix(path): list(found) for name, found in wrong.items() if name.startswith(path)
    }
    return forms.draw(
        question.columns.values(), cells, against, prefix=f"{question.id}-{one}-", offer=_offer, framed=True
    )


def _offer(question: Field) -> list[tuple[str, str]]:
    listed = shell.house().ground.references.get(question.type, {})
    return [(code, drawing.named(entry["title"])) for code, entry in listed.items()]


def _told(meeting: Meeting, one: Heard) -> dict[str, str]:
    """What the draft says of a case in the columns that the overview shows, by column."""
    cells = meeting.cells(one.row["id"])
    return {
        column.id: _text(column, cells[question.id].get(column.id))
        for question in meeting.questions
        for column in question.columns.values()
        if _brief(column)
    }


def _kept(meeting: Meeting, cells: Cells) -> list[tuple[str, str]]:
    """What is kept of a case, under its labels."""
    return [
        (drawing.named(column.label), _text(column, cells[question.id].get(column.id)))
        for question in meeting.questions
        for column in question.columns.values()
    ]


def _brief(column: Field) -> bool:
    return column.type in ("choice", "boolean")


def _text(column: Field, stored: Any) -> str:
    """A choice by its title; anything else as it was typed, right or wrong."""
    if _brief(column):
        return drawing.named(show.value(shell.house().ground, column, stored))
    return "" if stored is None else str(stored)


def _passed_over(meeting: Meeting, taking: frozenset[int]) -> frozenset[int]:
    """The cases that take no place by the draft, though a case that stands behind them in their group does."""
    last: dict[str, int] = {}
    for one in meeting.cases:
        if one.row["id"] in taking and one.place is not None:
            last[one.group] = max(last.get(one.group, 0), one.place)
    return frozenset(
        one.row["id"]
        for one in meeting.cases
        if one.row["id"] not in taking and one.place is not None and one.place < last.get(one.group, 0)
    )
