"""Sample cases on which an expert tries the rubric before the own sheets; nobody else sees how it went."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for

from caseflow.cases import practice, scores
from caseflow.web import expert_seat, score_sheet, shell
from caseflow.web.shell import page
from caseflow.workflow.panel import Example

blueprint = Blueprint("expert_practice", __name__)

_EXAMPLE = "/cases/<int:case_id>/panel/practice/<example_id>"


@page(blueprint, _EXAMPLE, policy=shell.signed_in)
def example(case_id: int, example_id: str) -> Any:
    """A sample case with the rubric; once it was marked, the own marks beside those it was given, with the reasons."""
    own, found = _found(case_id, example_id)
    if not own.ready:
        return redirect(url_for("expert.assignment", case_id=case_id), 303)
    view = own.view
    every = practice.given(g.tx, view.ground, case_id, own.panel_id, own.panel, g.actor.person_id)
    mine = every.get(example_id)
    gaps = practice.compared(own.panel, found, mine, g.actor.person_id) if mine is not None else None
    asked = practice.asked(own.panel, found)
    left = [one for one in own.panel.examples if one not in every and one != example_id]
    return render_template(
        "expert/practice.html",
        view=view,
        panel=own.panel,
        example=found,
        asked=[own.panel.rubric[name] for name in asked],
        full=score_sheet.plain(scores.total(own.panel, {name: own.panel.rubric[name].maximum for name in asked})),
        mine=mine,
        compared=gaps,
        after=left[0] if left else None,
    )


@page(blueprint, _EXAMPLE, methods=("POST",), policy=shell.signed_in, redraw=example)
def mark(case_id: int, example_id: str) -> Any:
    """Keep the own marks of a sample case; they are shown beside its own then."""
    own, found = _found(case_id, example_id)
    if not own.ready:
        abort(404)
    typed = {name: request.form.get(f"mark-{name}", "") for name in own.panel.rubric}
    marks = practice.read(own.panel, found, typed)
    practice.keep(g.tx, own.view.ground, case_id, own.panel_id, found, marks, g.actor.person_id)
    return shell.done(url_for("expert_practice.example", case_id=case_id, example_id=example_id), "practised")


def _found(case_id: int, example_id: str) -> tuple[expert_seat.Own, Example]:
    own = expert_seat.here(case_id)
    found = own.panel.examples.get(example_id)
    if found is None:
        abort(404)
    return own, found
