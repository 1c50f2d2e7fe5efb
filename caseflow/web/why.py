"""Why something may be done or not, by whom, by when and on which ground, and what comes next: for one reader of a case.

The sentences are those of the refusals. Nothing is explained of which the reader may not know that it exists.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template

from caseflow.cases.view import View
from caseflow.cases.vocabulary import vocabulary
from caseflow.web import clocks, shell, sights, why_acts, why_fields, why_next
from caseflow.web.act_form import viewed
from caseflow.web.shell import page
from caseflow.workflow import places
from caseflow.workflow.problems import Place

blueprint = Blueprint("why", __name__)


@page(blueprint, "/cases/<int:case_id>/why", policy=shell.signed_in)
def show(case_id: int) -> Any:
    view = viewed(case_id)
    if not view.takes_part:
        abort(404)
    sight, lines, who = sights.of_view(view), lines_of(view), why_acts.naming(view)
    return render_template(
        "why/case.html",
        view=view,
        sight=sight,
        here=view.name_of(view.row["state"]) if view.is_staff else view.public_state(),
        holder=who((view.state.holder,)) if view.state.holder else "",
        acts=why_acts.here(view, sight, lines, who),
        elsewhere=why_acts.elsewhere(view, sight),
        sections=why_fields.of_case(view, lines),
        ahead=why_next.of_case(view, sight, who),
        clocks=[one for one in clocks.of_case(view) if one.row["task_id"] is None],
        clock_waits=clocks.waiting(view),
    )


def lines_of(view: View) -> why_acts.Lines:
    """Where a part stands in the file of the procedure, for those who work in an office; empty for others."""
    if not view.is_staff:
        return _unsaid
    found = places.find(shell.house().settings.workflows, view.definition, vocabulary())
    return found.at if found is not None else _unsaid


def _unsaid(_place: Place) -> str:
    return ""
