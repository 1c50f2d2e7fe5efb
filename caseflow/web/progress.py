"""How far a form is filled in, section by section; and what of it the system answers itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import dossier, questions
from caseflow.cases.view import View
from caseflow.people import organisations
from caseflow.web import drafts
from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.fields import relevant
from caseflow.workflow.form import Field, Section
from caseflow.workflow.values import is_blank


@dataclass(frozen=True, slots=True)
class Standing:
    """One section of the task list. ``state``: not_started, in_progress, complete, optional, to_correct, corrected, locked."""

    section: Section
    state: str
    gaps: Mapping[str, list[Message]]
    """By question path inside the section."""
    comments: Mapping[str, str]
    """What the reviewer said, by question."""

    @property
    def open(self) -> bool:
        return self.state != "locked"


def types_dossier(view: View) -> bool:
    """Whether the reader types in the dossier where the case stands, or in the fields returned for correction."""
    return bool(view.own_fields()) or (view.types and not {"dossier", "unlocked"}.isdisjoint(view.state.edits))


def standings(view: View) -> list[Standing]:
    """Every section that is part of this dossier, with how far it is."""
    values = dossier.with_fixed(view.definition, view.whole_dossier())
    every = dossier.gaps(view.loaded, values)
    said = view.comments()
    put = {section.id for section in questions.sections(view.loaded, values)}
    given = own_answers(view.tx, view.definition, dict(view.row))
    correcting = bool(view.row["unlocked"]) and "unlocked" in view.state.edits
    found = []
    for section in view.sections():
        if section.id not in put:
            continue
        gaps = {path: one for path, one in _inside(every, section.id).items() if path.split(".")[0] in section.fields}
        comments = {path.partition(".")[2]: text for path, text in said.items() if path.startswith(f"{section.id}.")}
        if correcting:
            touched = _draft_version(view, section.id) > 0
            state = "locked" if not view.may_edit(section.id) else "corrected" if touched and not gaps else "to_correct"
        elif view.own_fields() and not view.may_edit(section.id):
            state = "locked"
        else:
            state = _state(view, section, values, gaps, given.get(section.id, {}))
        found.append(Standing(section, state, gaps, comments if correcting else {}))
    return found


def own_answers(tx: Connection, definition: Definition, row: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the system knows of the applicant already: name and credit code of the unit, the prefecture chosen at the start.

    They stand in the section whose field is the case's title.
    """
    own = organisations.get(tx, row["organisation_id"])
    if own is None or definition.case_title is None:
        return {}
    _, section_id, title = definition.case_title.split(".")
    found: dict[str, Any] = {title: own["name_zh"]}
    bureau = organisations.get(tx, row["prefecture_id"]) if row["prefecture_id"] else None
    for question in definition.dossier[section_id].fields.values():
        if _is_given(question):
            value = own["credit_code"] if question.type == "credit_code" else bureau["division"] if bureau else None
            if value:
                found[question.id] = value
    return {section_id: found}


def held(view: View, section: Section) -> dict[str, Any]:
    """The answers of a section that the system gives itself and that are shown without being put.

    They are known from the registration or were chosen at the start; one that is not known is put like any other, and
    so is one that a reviewer returned.
    """
    if "dossier" not in view.state.edits:
        return {}
    given = own_answers(view.tx, view.definition, dict(view.row)).get(section.id, {})
    return _shown_only(section, given)


def _shown_only(section: Section, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if _is_given(section.fields[name])}


def _is_given(question: Field) -> bool:
    return question.type in ("credit_code", "region") and question.when is None


def _state(
    view: View, section: Section, values: Mapping[str, Any], gaps: Mapping[str, Any], given: Mapping[str, Any]
) -> str:
    asked = questions.in_section(view.loaded, section, values)
    answered = relevant(section.fields, values.get(section.id, {}), asked)
    typed = {
        name: value
        for name, value in answered.items()
        if not is_blank(value) and value is not False and given.get(name) != value and not section.fields[name].fixed
    }
    if gaps:
        return "in_progress" if typed else "not_started"
    given_here = _shown_only(section, given) if "dossier" in view.state.edits else {}
    required = any(
        one.required and (one.when is None or asked(one.when, answered))
        for one in section.fields.values()
        if not one.fixed and one.id not in given_here
    )
    return "complete" if typed or required else "optional"


def _inside(every: Mapping[str, list[Message]], section: str) -> dict[str, list[Message]]:
    return {path.partition(".")[2]: found for path, found in every.items() if path.partition(".")[0] == section}


def _draft_version(view: View, section: str) -> int:
    return drafts.read(view, f"dossier.{section}")[0]
