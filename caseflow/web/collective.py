"""A procedure over many cases: which cases are inside, their tables, results, departments' opinions, publicity."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases import act, dossier, find, members, opening, panels, quotas, scores, show, standing
from caseflow.cases.find import Filters
from caseflow.cases.models import case as case_table
from caseflow.cases.models import quota_counter
from caseflow.cases.view import View, state_name
from caseflow.office import rounds, summaries
from caseflow.web import clocks, drawing, entries, quota_board, record, shell
from caseflow.web.act_context import effects
from caseflow.web.act_form import OWN_ROWS, blank_move, casework, officework, request_key, viewed
from caseflow.web.shell import MenuItem, page
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.procedure import Action

blueprint = Blueprint("collective", __name__)

_SHOWN_ELSEWHERE = frozenset({"include_members", "exclude_members", "order_members", "record_results", *OWN_ROWS})
"""Effects whose answers the page shows in its own tables."""

MENU = (MenuItem("collective.menu", "collective.overview", officework),)


@page(blueprint, "/collective", policy=casework)
def overview() -> Any:
    """Every procedure over many cases that the reader may know of, and what the own office may open for itself."""
    ground = shell.house().ground
    groups: list[dict[str, Any]] = []
    for loaded in ground.all_current(g.tx):
        definition = loaded.definition
        opens = standing.opening_role(definition, g.actor) is not None
        if definition.kind != "collective" and not opens:
            continue
        rows = find.cases(g.tx, ground, g.actor, Filters(workflow=definition.workflow), clock.today(), limit=30).rows
        if rows or opens:
            groups.append({"definition": definition, "rows": rows, "opens": opens})
    titles = {row["id"]: row["title"] for row in rounds.all_of(g.tx, g.actor.authority_id)}
    dues = clocks.of_rows(g.tx, ground, [row for group in groups for row in group["rows"]])
    return render_template("collective/overview.html", groups=groups, rounds=titles, dues=dues)


@page(blueprint, "/collective/<workflow>/new", policy=casework)
def new(workflow: str) -> Any:
    definition = _openable(workflow)
    return render_template(
        "collective/new.html",
        definition=definition,
        rounds=_offered(definition),
        chosen=request.values.get("round", type=int),
        request_key=request.form.get("request_key") or request_key(),
    )


@page(blueprint, "/collective/<workflow>/new", methods=("POST",), policy=casework, redraw=new)
def create(workflow: str) -> Any:
    definition = _openable(workflow)
    round_id = request.form.get("round", type=int)
    known = next((row for row in _offered(definition) if row["id"] == round_id), None)
    if definition.rounds == "required" and known is None:
        raise Refused(Message("collective.round_missing", {"input": "round"}))
    title = f"{g.actor.organisation_name['zh']} {known['title']['zh']}" if known else g.actor.organisation_name["zh"]
    key = request.form.get("request_key", "")
    if len(key) < 16:
        abort(400)
    outcome = opening.open_case(
        g.tx, shell.house().ground, g.actor, workflow, round_id=round_id, title=title, request_key=key
    )
    return redirect(url_for("case.show", case_id=outcome.case_id), 303)


@page(blueprint, "/collective/<int:case_id>/order", methods=("POST",), policy=casework)
def reorder(case_id: int) -> Any:
    """Put the members into the order of the numbers typed beside them."""
    view = viewed(case_id)
    doing = _doing(view, "order_members")
    if doing is None:
        abort(404)
    typed = {row["id"]: request.form.get(f"order-{row['id']}", "") for row in members.rows(view.tx, case_id)}
    ordered = sorted(typed, key=lambda number: int(typed[number]) if typed[number].isdecimal() else len(typed) + 1)
    act.perform(
        view.tx,
        view.ground,
        view.actor,
        case_id,
        doing["offer"].action.id,
        {doing["question"].id: {str(number): {} for number in ordered}},
        request_key=request.form.get("request_key", ""),
        seen=request.form.get("seen", type=int),
    )
    return shell.done(url_for("case.show", case_id=case_id), "members_changed")


def case_page(view: View, common: dict[str, Any]) -> Any:
    """The page of such a case for the office."""
    inside = members.rows(view.tx, view.row["id"])
    rule, facts = view.definition.members, dossier.facts(view.tx, view.ground, view.row)
    doing = {name: _doing(view, name) for name in ("include_members", "exclude_members", "order_members")}
    return render_template(
        "collective/case.html",
        **common,
        inside=[_member(view, row, facts) for row in inside],
        readable=_readable(view, inside),
        outside=members.eligible(view.tx, rule, view.row) if rule is not None and not view.row["final"] else [],
        columns=said_columns(view.definition),
        doing=doing,
        inline=[one["offer"].action.id for one in doing.values() if one is not None],
        tables=[
            (table_id, summaries.summary(view.tx, view.ground, view.definition, view.row, table_id))
            for table_id in view.definition.tables
        ]
        if inside
        else [],
        quota_lines=quota_lines(view, inside),
        panels=[_panel(view, panel_id) for panel_id in view.definition.panels] if manages_panel(view) else [],
        meetings=[one.action for one in view.offers() if case_by_case(one.action) and inside],
        given=record.given_so_far(view, without=_SHOWN_ELSEWHERE),
        gathered=entries.gathered(view),
    )


def case_by_case(action: Action) -> list[Field]:
    """The questions of an act in which something is said of each member; none where members are only picked."""
    if not _SHOWN_ELSEWHERE.isdisjoint(effects(action) - {"record_results"}):
        return []
    return [one for one in action.asks.values() if one.type == "members" and one.columns]


def _readable(view: View, inside: list[RowMapping]) -> set[int]:
    """The cases inside that the reader may open: not everybody who sees the procedure has a part in them."""
    used = {row["definition_id"] for row in inside}
    definitions = [view.ground.definition(view.tx, number).definition for number in used]
    asked = sa.select(case_table.c.id).where(
        case_table.c.id.in_([row["id"] for row in inside]), standing.visible(view.actor, definitions)
    )
    return set(view.tx.scalars(asked))


def may_know(view: View, definition: Definition, row: RowMapping) -> bool:
    return bool(standing.roles_on(view.tx, definition, view.actor, row))


def said_columns(definition: Definition) -> dict[str, Any]:
    """What this procedure says of each member: the columns of its results, and score and place of a panel."""
    found: dict[str, Any] = {}
    for action in record.acts(definition):
        if "record_results" in effects(action):
            for question in action.asks.values():
                if question.type == "members":
                    found |= question.columns
    return found


def quota_lines(view: View, inside: list[RowMapping]) -> list[dict[str, Any]]:
    """The ceilings that the members draw on, as they stand now; a bureau sees its own alone."""
    found: dict[int, dict[str, Any]] = {}
    for row in inside:
        definition = view.ground.definition(view.tx, row["definition_id"]).definition
        for quota in definition.quotas.values():
            place = quotas.held(view.tx, row["id"], quota)
            if place is not None and place["counter_id"] not in found:
                counter = view.tx.execute(
                    sa.select(quota_counter).where(quota_counter.c.id == place["counter_id"])
                ).mappings().one()  # fmt: skip
                if not view.is_office and "prefecture" not in json.loads(counter["key"]):
                    continue
                words = " · ".join(filter(None, quota_board.counter_words(counter["key"])))
                found[counter["id"]] = {"quota": quota, "counter": counter, "words": words}
    return list(found.values())


def manages_panel(view: View) -> bool:
    """Whether the reader seats the experts or works out the scores: only they read the names and all marks."""
    managing = {
        role
        for state in view.definition.states
        for action in view.definition.actions_in(state)
        if effects(action) & {"seat_experts", "rank_members"}
        for role in view.definition.by(state, action)
    }
    return bool(managing & view.roles) or any(role in managing for role in _heads(view))


def _heads(view: View) -> frozenset[str]:
    """Those who sign for this office read what they sign."""
    signers = {role for action in record.acts(view.definition) for role in action.sign_off}
    return frozenset(signers & view.roles)


def _openable(workflow: str) -> Definition:
    loaded = next((one for one in shell.house().ground.all_current(g.tx) if one.definition.workflow == workflow), None)
    if loaded is None or standing.opening_role(loaded.definition, g.actor) is None:
        abort(404)
    return loaded.definition


def _offered(definition: Definition) -> list[RowMapping]:
    """The rounds in which it may be opened: over many cases those begun, else those open."""
    if definition.members is None:
        return rounds.open_now(g.tx, g.actor.authority_id, definition.workflow)
    return rounds.begun(g.tx, g.actor.authority_id, definition.members.of[0])


def _member(view: View, row: RowMapping, facts: dict[str, Any]) -> dict[str, Any]:
    definition = view.ground.definition(view.tx, row["definition_id"]).definition
    known = members.said_of(facts, row)
    said = {
        name: drawing.named(show.value(view.ground, column, known.get(name)))
        for name, column in said_columns(view.definition).items()
    }
    asks_ready = any(
        getattr(need, "name", "") == "members_ready" for action in view.state.actions.values() for need in action.needs
    )
    return {
        "row": row,
        "state": state_name(definition, row["state"], is_office=view.is_office),
        "said": said,
        "score": row["data"].get("score") or evaluated(row, "score"),
        "place": row["data"].get("place") or evaluated(row, "place"),
        "lacking": members.empty_cells(blank_move(view), row) if asks_ready else [],
    }


def evaluated(row: RowMapping, name: str) -> Any:
    """Score or place from an earlier procedure, kept with the case under whatever store it used."""
    return next((said[name] for said in row["facts"].values() if isinstance(said, dict) and said.get(name)), None)


def _doing(view: View, effect: str) -> Any:
    """The act offered here that takes cases in, leaves them out or orders them, and the name of its question."""
    for offer in view.offers():
        if effect in effects(offer.action):
            question = next((one for one in offer.action.asks.values() if one.type == "members"), None)
            others = [one for one in offer.action.asks.values() if one.type != "members"]
            if question is not None:
                return {"offer": offer, "question": question, "others": others}
    return None


def _panel(view: View, panel_id: str) -> dict[str, Any]:
    panel = view.definition.panels[panel_id]
    seats = panels.seats(view.tx, view.row["id"], panel_id)
    conflicts = panels.conflicts(view.tx, view.row["id"])
    barred = {seat["id"]: sum(who == seat["person_id"] for _, who in conflicts) for seat in seats}
    lines = [
        {
            "seat": seat,
            "barred": barred[seat["id"]],
            "left": len(scores.owed_by(view.tx, view.row["id"], panel_id, seat["person_id"])),
            "all": len(panels.before(view.tx, view.row["id"], panel_id, seat["person_id"])) + barred[seat["id"]],
        }
        for seat in seats
    ]
    return {
        "id": panel_id,
        "panel": panel,
        "lines": lines,
        "scored": bool(scores.newest(view.tx, view.row["id"], panel_id)),
    }
