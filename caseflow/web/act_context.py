"""What the questions of an act may name: cases, people, organisations, files, rows and fields of the dossier."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import request

from caseflow.cases import attached, choosing, discussion, members, panel_reading, panels, questions, show
from caseflow.cases.registry import EFFECTS
from caseflow.cases.view import View
from caseflow.people.models import membership, person
from caseflow.web import answers, drawing
from caseflow.web.widgets import Context, TableRow
from caseflow.workflow.form import Field, Section
from caseflow.workflow.procedure import Action


def context(view: View, action: Action) -> Context:
    """What the questions of an act may name in a case, for who reads it."""
    what, rule = effects(action), view.definition.members
    asked_types = {question.type for question in action.asks.values()}
    listed: Any = ()
    if "members" in asked_types and rule is not None:
        taking_in = "include_members" in what
        listed = members.eligible(view.tx, rule, view.row) if taking_in else members.rows(view.tx, view.row["id"])
    panel_id = panel_of(view, action)
    if (
        listed
        and panel_id
        and panels.seat_of(view.tx, view.row["id"], panel_id, view.actor.person_id)
        and (what & discussion.SAID_OF_CASES or panel_reading.is_reader(view.definition, view.roles))
    ):
        listed = _before(view, what, panel_id, listed)
    panel = view.definition.panels.get(panel_id) if panel_id else None
    dossier = view.dossier()
    return Context(
        members=listed,
        choose=bool(what & {"include_members", "exclude_members"}) or "people" in asked_types,
        ordered="order_members" in what or "seat_experts" in what,
        people=_people(view, what, panel_id) if "people" in asked_types else (),
        sections=_sections(view, dossier, asked_types),
        panel=panel,
        member=member_here(),
        changing="change_score" in what,
        asked=questions.in_form(view.loaded, view.row["state"], action, {"dossier": dossier, "case": view.facts()}),
        offered=lambda question: offered(view, question),
        rows={
            question.of: table_rows(view, dossier, question.of)
            for question in action.asks.values()
            if question.type == "each_row" and question.of is not None
        },
        present=present(view, action, dossier),
    )


def _before(view: View, what: set[str], panel_id: str, listed: Sequence[Any]) -> Sequence[Any]:
    """Of the cases those of which somebody on the panel may know in this form; where own interests are declared, also
    those of which nothing was said yet.
    """
    place = (view.row["id"], panel_id, view.actor.person_id)
    if what & discussion.SAID_OF_CASES:
        known = set(discussion.of_expert(view.tx, *place))
    else:
        known = set(panels.before(view.tx, *place))
    if "declare_interest" in what:
        said = panels.declared(view.tx, view.ground.keys, view.row["id"], view.actor.person_id)
        known |= {row["id"] for row in listed if row["id"] not in said}
    return [row for row in listed if row["id"] in known]


def effects(action: Action) -> set[str]:
    return {call.name for call in action.then}


def panel_of(view: View, action: Action) -> str | None:
    """The panel that an act is about: named by its question, its effect or the state, else the only one there is."""
    definition = view.definition
    asked = [question.panel for question in action.asks.values() if question.panel]
    named = [str(call.argument) for call in action.then if EFFECTS[call.name].argument == "panel"]
    here = definition.states[view.row["state"]].panel
    only = list(definition.panels) if len(definition.panels) == 1 else []
    return next(iter((*asked, *named, *([here] if here else []), *only)), None)


def member_here() -> int | None:
    """The member that a form is about, named by the address of its page or by what was posted."""
    named: int | None = (request.view_args or {}).get("member_id")
    return named if named is not None else request.values.get("member", type=int)


def offered(view: View, question: Field) -> list[tuple[str, str]] | None:
    """The organisations, or the files of the case, that a question lets one choose; None for any other type."""
    if question.type == "organisation":
        return [(str(row["id"]), _name(row)) for row in choosing.organisations(view.tx, view.row, question)]
    if question.type == "case_file":
        known = {one.file_id: drawing.named(one.label) for one in attached.to(view)}
        rows = [row for row in choosing.case_files(view.tx, view.row["id"]) if row.id in known]
        return [(str(row.id), f"{known[row.id]}{drawing.t('case.colon')}{row.name}") for row in rows]
    return None


def table_rows(view: View, dossier: Mapping[str, Any], path: str) -> list[TableRow]:
    """The rows of a table of the dossier: called by their first column, the other cells beside."""
    _, section, name = path.split(".")
    columns = list(view.definition.dossier[section].fields[name].columns.values())
    found = []
    for number, row in enumerate(dossier.get(section, {}).get(name) or [], 1):
        cells = [(drawing.named(one.label), _text(view, one, row.get(one.id))) for one in columns]
        found.append(TableRow(cells[0][1] or str(number), tuple((label, text) for label, text in cells[1:] if text)))
    return found


def present(view: View, action: Action, dossier: Mapping[str, Any]) -> dict[str, answers.Shown]:
    """What stands at the places of the dossier that an act amends, by its questions."""
    standing = choosing.present(action.asks, dossier)
    return {
        question.id: answers.shown(view.tx, view.ground, question, standing.get(question.id))
        for question in action.asks.values()
        if question.amends is not None
    }


def _people(view: View, what: set[str], panel_id: str | None) -> Sequence[tuple[int, str]]:
    """The experts who may be seated, or sit, on a panel; where an act is about none, the officers of the own office."""
    panel = view.definition.panels.get(panel_id) if panel_id else None
    if panel is None or panel_id is None:
        held = membership.c.organisation_id == view.actor.organisation_id
        rows = view.tx.execute(
            sa.select(person.c.id, person.c.name)
            .join(membership, membership.c.person_id == person.c.id)
            .where(
                held,
                membership.c.until.is_(None),
                membership.c.role.in_(sorted(view.definition.roles)),
                person.c.status == "active",
            )
            .distinct()
            .order_by(person.c.id)
        )
        return [(row.id, row.name) for row in rows]
    if what & {"seat_experts", "freeze_pool"}:
        return [(row["id"], row["name"]) for row in panels.candidates(view.tx, view.row["authority_id"], panel.role)]
    return [(row["person_id"], row["name"]) for row in panels.seats(view.tx, view.row["id"], panel_id)]


def _sections(view: View, dossier: Mapping[str, Any], asked_types: Collection[str]) -> Sequence[Section]:
    """The dossier on which one may comment; of which one may ask to open more: what is part of it and still closed."""
    if "field_comments" in asked_types:
        return view.sections()
    if "dossier_fields" not in asked_types:
        return ()
    put, open_now = {one.id for one in questions.sections(view.loaded, dossier)}, set(view.row["unlocked"])
    return [
        section.model_copy(
            update={"fields": {k: v for k, v in section.fields.items() if f"{section.id}.{k}" not in open_now}}
        )
        for section in view.sections()
        if section.id in put
    ]


def _text(view: View, question: Field, stored: Any) -> str:
    return drawing.named(show.value(view.ground, question, stored))


def _name(row: Mapping[Any, Any]) -> str:
    return drawing.named({"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]})
