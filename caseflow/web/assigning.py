"""Who would score what: the best assignment of a panel's cases as a dry run, its reasons, and what would be otherwise if."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, g, render_template, request

from caseflow.cases import assigning, assigning_round
from caseflow.cases.assigning_round import Known
from caseflow.cases.view import View
from caseflow.evaluation.assignment import Plan
from caseflow.evaluation.assignment_reasons import Difference, what_if, with_conflicts, without_expert
from caseflow.evaluation.assignment_round import Pair, Round
from caseflow.web import case as case_page
from caseflow.web import record, review
from caseflow.web.act_context import effects
from caseflow.web.act_form import blank_move, casework, request_key, viewed
from caseflow.web.charts_panel import Picture
from caseflow.web.charts_panel_round import Cell, Load, Mark, assignment_matrix, loads
from caseflow.web.shell import page
from caseflow.words import Message

blueprint = Blueprint("assigning", __name__)

ACT = "assign_members"
_WEIGHTS = ("fit", "balance", "separate")
_MOST_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked to be otherwise. ``wrong``: the weights that are none."""

    without: int | None
    called_up: int | None
    conflict: Pair | None
    weights: tuple[int, int, int]
    wrong: tuple[str, ...]
    asked: bool


def may_read(view: View) -> bool:
    """Whether the reader assigns, or signs it; experts and applicants never do."""
    acts = [
        (state, action)
        for state in view.definition.states
        for action in view.definition.actions_in(state)
        if ACT in effects(action)
    ]
    named = {role for state, action in acts for role in view.definition.by(state, action)}
    signers = {role for action in record.acts(view.definition) if ACT in effects(action) for role in action.sign_off}
    return view.is_staff and bool(view.roles & (named | signers))


@page(blueprint, "/cases/<int:case_id>/assignment/<panel_id>", policy=casework)
def show(case_id: int, panel_id: str) -> Any:
    """The assignment as it would be written now; nothing of it is kept."""
    view = viewed(case_id)
    panel = view.definition.panels.get(panel_id)
    if panel is None or panel.assign is None or not may_read(view):
        abort(404)
    review.log_reading(view, "assignment")
    known = assigning_round.gather(blank_move(view), panel_id)
    told: dict[str, Any] = {"view": view, "panel": panel, "rule": known.rule}
    told |= {"buttons": [case_page.button(view, one) for one in view.offers() if _assigns(one.action, panel_id)]}
    if not known.cases or not known.seats:
        return render_template("panel/assignment.html", **told, known=None)
    asked, plan = assigning_round.best(known)
    question = _question(known)
    return render_template(
        "panel/assignment.html",
        **told,
        known=known,
        cases=known.numbers(),
        experts=known.called(),
        plan=plan,
        short=[assigning_round.readable(one, known) for one in plan.refused],
        input=assigning_round.hash_of(asked),
        mean=round(sum(known.fits[pair] for pair in plan.assigned) / len(plan.assigned)) if plan.assigned else 0,
        added=plan.assigned - known.given,
        removed=known.given - plan.assigned,
        why=assigning.figures(known, asked, plan) if plan.assigned else {},
        pictures=_pictures(known, asked, plan),
        question=question,
        sitting=[(row["person_id"], row["name"]) for row in known.seats if not row["reserve"]],
        reserves=[(row["person_id"], row["name"]) for row in known.seats if row["reserve"]],
        difference=_difference(known, asked, plan, question) if question.asked and not question.wrong else None,
        key=request_key,
    )


def _assigns(action: Any, panel_id: str) -> bool:
    return any(call.name == ACT and call.argument == panel_id for call in action.then)


def _question(known: Known) -> Question:
    """What the address asks; names that are none are not asked about."""
    people = {row["person_id"]: row["reserve"] for row in known.seats}
    rows = {row["id"] for row in known.cases}
    without, up = (request.args.get(name, type=int) for name in ("without", "with"))
    case_id, expert = (request.args.get(f"conflict-{name}", type=int) for name in ("case", "expert"))
    rule = known.rule
    weights, wrong = [rule.fit, rule.balance, rule.separate], []
    for at, name in enumerate(_WEIGHTS):
        typed = request.args.get(f"weight-{name}", "").strip()
        if len(typed) <= len(str(_MOST_WEIGHT)) and typed.isdecimal() and int(typed) <= _MOST_WEIGHT:
            weights[at] = int(typed)
        elif typed:
            wrong.append(f"weight-{name}")
    found = Question(
        without=without if people.get(without or 0) is False else None,
        called_up=up if people.get(up or 0) is True else None,
        conflict=(str(case_id), str(expert)) if case_id in rows and expert in people else None,
        weights=(weights[0], weights[1], weights[2]),
        wrong=tuple(wrong),
        asked=False,
    )
    other = found.weights != (rule.fit, rule.balance, rule.separate)
    asked = bool(found.without or found.called_up or found.conflict or other)
    return replace(found, asked=asked)


def _difference(known: Known, asked: Round, plan: Plan, question: Question) -> dict[str, Any]:
    """What a changed round does to the plan, in the same way in which the plan was made."""
    free = asked.fixed != assigning_round.round_of(known).fixed
    up = [question.called_up] if question.called_up is not None else []
    changed = assigning_round.round_of(known, free=free, called_up=up, weights=question.weights)
    if question.without is not None:
        changed = without_expert(changed, str(question.without))
    if question.conflict is not None and question.conflict[1] in {one.id for one in changed.experts}:
        changed = with_conflicts(changed, [question.conflict])
    found: Difference = what_if(asked, plan, changed)
    same = changed.weights == asked.weights and changed.rules == asked.rules
    refused: list[Message] = [assigning_round.readable(one, known) for one in found.plan.refused]
    return {
        "short": refused,
        "added": found.added,
        "removed": found.removed,
        "lines": [(case, _of(found.added, case), _of(found.removed, case)) for case in found.cases],
        "value": found.value if same and not refused and not plan.refused else None,
    }


def _of(pairs: tuple[Pair, ...], case: str) -> list[str]:
    return [expert for one, expert in pairs if one == case]


def _pictures(known: Known, asked: Round, plan: Plan) -> list[Picture]:
    """The matrix and the load of the plan; where there is none, of what is assigned now."""
    taken = plan.assigned or known.given
    names, numbers = known.called(), known.numbers()
    cells = [
        [
            Cell(_mark(known, (case.id, one.id), taken=(case.id, one.id) in taken), known.fits[case.id, one.id])
            for one in asked.experts
        ]
        for case in asked.cases
    ]
    matrix = assignment_matrix(
        [numbers[one.id] for one in asked.cases], [names[one.id] for one in asked.experts], cells, g.language
    )
    own = Counter(expert for _, expert in taken)
    carried = [Load(names[one.id], own[one.id], one.carried, one.least, one.most) for one in asked.experts]
    return [matrix, loads(carried, g.language)]


def _mark(known: Known, pair: Pair, *, taken: bool) -> Mark:
    if pair in known.barred:
        return "conflict"
    if not taken:
        return "free"
    return "kept" if pair in known.kept else "assigned"


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    """What the templates of cases may call besides the shell's words."""
    return {"assignments_of": assignments_of}


def assignments_of(view: View) -> list[tuple[str, Any]]:
    """The panels of a case whose assignment the reader may look at, with their titles."""
    found = [(one.id, one.title) for one in view.definition.panels.values() if one.assign is not None]
    return found if found and may_read(view) else []
