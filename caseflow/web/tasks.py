"""Who does what is owed in a case: taken on, handed to a colleague, given back, urged. One form for each, beside the task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, request, url_for

from caseflow.cases import act, desk_acts, fees, lines, show, signing, tasks
from caseflow.cases.view import View
from caseflow.people import accounts, rights
from caseflow.web import clocks, drawing, duties, posted, shell
from caseflow.web.act_form import request_key
from caseflow.web.shell import page
from caseflow.workflow.definition import Definition

blueprint = Blueprint("tasks", __name__)

OFFERED = (desk_acts.CLAIM, desk_acts.ASSIGN, desk_acts.HAND_BACK, desk_acts.URGE)


@dataclass(frozen=True, slots=True)
class Held:
    """An open task in words: what, by whom, until when, and what the reader may do with it."""

    id: int
    kind: str
    title: str
    who: str
    where: show.Pair
    person: str
    """Who took it on; empty where nobody did."""
    due: clocks.Due | None
    mine: bool
    may: tuple[str, ...]
    colleagues: tuple[tuple[int, str], ...]
    """To whom it may be handed."""
    key: str


def of_case(view: View) -> list[Held]:
    """The open tasks that this reader may know of."""
    waiting = {row["action"]: row for row in signing.waiting(view.tx, view.row["id"])}
    rows = [row for row in view.tasks() if not _hidden(view, row, waiting)]
    names = accounts.names(view.tx, [row["person_id"] for row in rows])
    return [_held(view, row, names) for row in rows]


@page(blueprint, "/cases/<int:case_id>/tasks/<int:task_id>/<what>", methods=("POST",), policy=shell.signed_in)
def do(case_id: int, task_id: int, what: str) -> Any:
    """Do one of these acts through the one door."""
    key = posted.request_key()
    if what not in OFFERED:
        abort(404)
    answers = {"task": task_id, **{name: request.form.get(name, "") for name in ("person", "note")}}
    act.perform(g.tx, shell.house().ground, g.actor, case_id, what, answers, request_key=key)
    return shell.done(url_for("case.show", case_id=case_id, _anchor="tasks"), f"task_{what}")


def _hidden(view: View, row: Mapping[str, Any], waiting: dict[str, dict[str, Any]]) -> bool:
    """What somebody is asked to sign, or to say, shows what is about to be decided: only those concerned read it."""
    kind, _, what = row["kind"].partition(":")
    if kind == "duty":
        return not (duties.is_mine(view, row) or duties.may_know(view, what, row["organisation_id"]))
    return kind == signing.SIGN and not (what in waiting and view.concerned(waiting[what]))


def _held(view: View, row: Mapping[str, Any], names: dict[int, str]) -> Held:
    kind = row["kind"].partition(":")[0]
    role = view.definition.roles.get(row["role"])
    may = _may(view, row)
    mine = tasks.is_for(view.actor, row) and row["role"] in view.roles
    in_sight = view.is_office or row["organisation_id"] == view.actor.organisation_id
    return Held(
        id=row["id"],
        kind=kind,
        title=title(view.definition, view.row["state"], row["kind"], drawing.named(view.name_of(view.row["state"]))),
        who=drawing.named(role.title) if role else row["role"],
        where=lines.organisation_name(view.tx, row["organisation_id"]),
        person=names.get(row["person_id"] or 0, "") if in_sight and row["organisation_id"] is not None else "",
        due=clocks.due(view.ground, view.definition, row["due_on"]),
        mine=mine,
        may=may,
        colleagues=_colleagues(view, row) if desk_acts.ASSIGN in may else (),
        key=request_key(),
    )


def title(definition: Definition, state: str, kind: str, otherwise: str = "") -> str:
    """What is owed, in words; of what the holder of a state owes, ``otherwise`` or the state's own name."""
    what, _, of = kind.partition(":")
    if what == signing.SIGN:
        action = definition.action(state, of)
        return drawing.t("desk.to_sign", what=drawing.named(action.title) if action else of)
    if what == "panel" and of in definition.panels:
        return drawing.named(definition.panels[of].title)
    if f"{what}:" == fees.FEE:
        return drawing.named(fees.TO_CONFIRM)
    for one in definition.states.values():
        if what == "duty" and of in one.duties:
            return drawing.named(one.duties[of].title)
    return otherwise or drawing.named(definition.states[state].title)


def _may(view: View, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Which of the acts the reader may do with a task now; the door asks again."""
    if row["organisation_id"] is None:
        return ()
    own = row["organisation_id"] == view.actor.organisation_id
    of_role = own and tasks.is_for(view.actor, row) and row["role"] in view.roles
    directs = own and desk_acts.may_direct(view.definition, row["role"], view.roles)
    allowed = {
        desk_acts.CLAIM: of_role and row["person_id"] is None,
        desk_acts.ASSIGN: (of_role or directs) and bool(_colleagues(view, row)),
        desk_acts.HAND_BACK: row["person_id"] is not None
        and (directs or (of_role and row["person_id"] == view.actor.person_id)),
        desk_acts.URGE: desk_acts.may_urge(view.definition, row, view.actor, view.roles),
    }
    return tuple(one for one in OFFERED if allowed[one])


def _colleagues(view: View, row: Mapping[str, Any]) -> tuple[tuple[int, str], ...]:
    """Those who hold the task's role in its organisation, apart from whoever has it."""
    held = rights.holders(view.tx, row["organisation_id"], row["role"])
    people = (accounts.get(view.tx, one) for one in held if one != row["person_id"])
    return tuple((one["id"], one["name"]) for one in people if one is not None and one["status"] == "active")
