"""The draft of a meeting: what is typed of each case, laid into the draft of the act version by version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort
from werkzeug.datastructures import MultiDict

from caseflow.cases import dossier, draft_places
from caseflow.cases.dossier import DraftChanged
from caseflow.cases.draft_places import Ceiling
from caseflow.cases.view import Offer, View
from caseflow.db import canonical
from caseflow.web import collective, filling, meeting_rows, posted
from caseflow.web.act_form import offered, typed_values, viewed
from caseflow.web.meeting_rows import Heard
from caseflow.workflow import fields
from caseflow.workflow.form import Field
from caseflow.workflow.procedure import Action

Cells = dict[str, dict[str, Any]]
"""What is said of one case: by question, by column."""
_TRIES = 5
"""Somebody else may be typing at another case of the same draft."""


class CaseChanged(Exception):
    """What is kept of this case is not what the screen had shown. Carries what is kept."""

    def __init__(self, theirs: Cells) -> None:
        super().__init__("case changed")
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class Meeting:
    """An act over many cases, with its draft."""

    view: View
    offer: Offer
    questions: list[Field]
    cases: list[Heard]
    values: dict[str, Any]
    """The draft of the act: its questions by id, of the cases ``{case: {column: value}}``."""

    @property
    def action(self) -> Action:
        return self.offer.action

    def at(self, one: int) -> int:
        """Where a case stands in the order, from 0; below 0 where it is none of them."""
        return next((at for at, case in enumerate(self.cases) if case.row["id"] == one), -1)

    def cells(self, one: int) -> Cells:
        return cells_of(self.questions, self.values, one)

    def decided(self, one: int) -> bool:
        """Whether everything that must be said of a case has been; where nothing must, whether anything has."""
        cells = self.cells(one)
        said = [
            (column.required, value not in (None, "", [], {}) if column.required else bool(value))
            for question in self.questions
            for column in question.columns.values()
            for value in (cells[question.id].get(column.id),)
        ]
        owed = [there for required, there in said if required]
        return all(owed) if owed else any(there for _, there in said)

    def ceilings(self) -> tuple[list[Ceiling], frozenset[int]]:
        move = self.view.move(self.action, self.offer.role)
        return draft_places.ceilings(move, self.action, [one.row for one in self.cases], self.values)


def cells_of(questions: list[Field], values: Mapping[str, Any], one: int) -> Cells:
    """What answers say of one case."""
    return {question.id: dict((values.get(question.id) or {}).get(str(one)) or {}) for question in questions}


def version_of(cells: Cells) -> int:
    """A number for what is said of a case: the same for the same words, whoever kept them."""
    said = {
        name: {column: value for column, value in part.items() if value not in ("", None, [], False)}
        for name, part in cells.items()
    }
    return int(hashlib.sha256(canonical(said).encode()).hexdigest()[:12], 16)


def opened(case_id: int, action_id: str) -> Meeting:
    """The act as it is offered to the reader; 404 where it says nothing case by case, or for who is of no office."""
    view = viewed(case_id)
    if not view.is_staff:
        abort(404)
    offer = offered(view, action_id)
    questions = collective.case_by_case(offer.action)
    if not questions:
        abort(404)
    return Meeting(view, offer, questions, meeting_rows.in_order(view), typed_values(view, offer))


def typed(meeting: Meeting, form: MultiDict[str, str], one: int) -> Cells:
    """What a form says of one case, nested as it is stored; what is too long or misread stays as it was typed."""
    found: Cells = {}
    for question in meeting.questions:
        raw = posted.values(question.columns.values(), form, f"{question.id}-{one}-")
        cleaned, _ = fields.clean_section([question], {question.id: {str(one): raw}}, complete=False)
        found[question.id] = cleaned.get(question.id, {}).get(str(one), {})
    return found


def keep(meeting: Meeting, one: int, mine: Cells, seen: int | None) -> int:
    """Lay what was typed of one case into the draft of the act; returns the new version of this case.

    Raises:
        CaseChanged: what is kept is neither what the screen had shown nor what was typed now.
    """
    view, part = meeting.view, f"act.{meeting.action.id}"
    owner = f"person:{view.actor.person_id}"
    version, kept = dossier.read_draft(view.tx, view.ground, view.row["id"], part, owner)
    values = kept if version else meeting.values
    for _ in range(_TRIES):
        theirs = cells_of(meeting.questions, values, one)
        if seen != version_of(theirs) and version_of(mine) != version_of(theirs):
            raise CaseChanged(theirs)
        merged = {**values, **{name: {**(values.get(name) or {}), str(one): said} for name, said in mine.items()}}
        try:
            dossier.save_draft(view.tx, view.ground, view.row["id"], part, owner, merged, version, view.actor.person_id)
        except DraftChanged as changed:
            version, values = changed.version, changed.values
            continue
        return version_of(mine)
    raise CaseChanged(cells_of(meeting.questions, values, one))


def pairs(meeting: Meeting, cells: Cells, one: int) -> list[tuple[str, str]]:
    """The names and values with which the form would post what is kept."""
    return [
        (f"{question.id}-{one}-{name}", value)
        for question in meeting.questions
        for name, value in filling.pairs(
            question.columns.values(), {column: cells[question.id].get(column) for column in question.columns}
        )
    ]
