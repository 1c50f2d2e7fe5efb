"""Any list of questions as a form, and the form as plain answers again: the dossier and every act go through here.

``draw`` prepares what ``templates/pages/filling.html`` shows, ``read`` takes in what came back, in the nesting that
``workflow.fields`` cleans. Names of inputs are those of ``forms``; besides them, for a question ``q``: ``q-drop`` for
stored files to be left out, and ``q-<id>-position`` for the order of people and members.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from flask import g
from sqlalchemy.engine import Connection
from werkzeug.datastructures import FileStorage, MultiDict

from caseflow.cases.ground import Ground
from caseflow.records import files
from caseflow.web import answers, drawing, forms, widgets
from caseflow.web.widgets import Context, Errors, Widget
from caseflow.words import Message, Refused
from caseflow.workflow.form import Field


class Store(Protocol):
    """Where uploads of a form go, and which stored files it may name."""

    def take(self, question: Field, upload: FileStorage) -> int:
        """Store an upload and return its row number; raises ``Refused`` with everything against it."""

    def holds(self, file_id: int) -> bool:
        """Whether this form may name a stored file."""


def draw(
    questions: Iterable[Field],
    values: Mapping[str, Any],
    errors: Errors | None = None,
    *,
    tx: Connection,
    ground: Ground,
    context: Context | None = None,
) -> list[Widget]:
    """The questions with their answers (as stored, or as ``read`` gave them) and errors by path."""
    about, found = context or Context(), errors or {}
    choices = {name: _listed(ground, name) for name in ("product_class", "region", "organisation")}
    listed = list(questions)
    drawn = forms.draw(listed, values, found, choices=choices)
    return [
        widgets.prepare(one, question, values, found, tx, about) for one, question in zip(drawn, listed, strict=True)
    ]


def read(
    questions: Iterable[Field], form: MultiDict[str, str], uploads: MultiDict[str, FileStorage], store: Store
) -> tuple[dict[str, Any], dict[str, list[Message]]]:
    """What a form holds for these questions, as plain answers, and what is wrong with its uploads, by question.

    Fixed questions are left to the system.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, list[Message]] = {}
    for question in questions:
        if question.fixed:
            continue
        if question.type in ("file", "files"):
            values[question.id], against = _read_files(question, form, uploads, store)
            if against:
                wrong[question.id] = against
        elif question.type == "people":
            values[question.id] = _in_order(question, form)
        elif question.type == "members":
            said = forms.posted([question], form)[question.id]
            values[question.id] = {number: said[number] for number in _in_order(question, form)}
        else:
            values |= forms.posted([question], form)
    return values, wrong


def pairs(questions: Iterable[Field], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The names and values with which a form would post these answers."""
    return [
        pair
        for question in questions
        if question.id in values
        for pair in _pairs_of(question, values[question.id], question.id)
    ]


def errors_here() -> dict[str, list[Message]]:
    """The errors with which a form came back, by path."""
    found: dict[str, list[Message]] = {}
    for path, message in g.errors:
        found.setdefault(path, []).append(message)
    return found


def _listed(ground: Ground, reference: str) -> list[tuple[str, str]]:
    return [(code, drawing.named(entry["title"])) for code, entry in ground.references.get(reference, {}).items()]


def _read_files(
    question: Field, form: MultiDict[str, str], uploads: MultiDict[str, FileStorage], store: Store
) -> tuple[Any, list[Message]]:
    dropped = set(form.getlist(f"{question.id}-drop"))
    kept = [
        int(one)
        for one in form.getlist(question.id)
        if one.isdecimal() and one not in dropped and store.holds(int(one))
    ]
    against: list[Message] = []
    for upload in uploads.getlist(question.id):
        if not upload.filename:
            continue
        try:
            number = store.take(question, upload)
        except Refused as refusal:
            name = files.clean_name(upload.filename)
            against += [Message("files_web.refused", {"name": name, "reason": one}) for one in refusal.reasons]
            continue
        kept = [*kept, number] if question.type == "files" else [number]
    if question.type == "files":
        return kept, against
    if question.of_revision is None:
        return (kept[-1] if kept else None), against
    code = form.get(f"{question.id}-revision_code", "").strip()
    return ({"file": kept[-1], "revision_code": code} if kept else None), against


def _in_order(question: Field, form: MultiDict[str, str]) -> list[str]:
    """The chosen people or cases by the positions typed beside them; those without one come last, as listed."""
    chosen = form.getlist(question.id)
    typed = {one: form.get(f"{question.id}-{one}-position", "").strip() for one in chosen}
    return sorted(chosen, key=lambda one: int(typed[one]) if typed[one].isdecimal() else len(chosen) + 1)


def _pairs_of(question: Field, value: Any, name: str) -> list[tuple[str, str]]:
    if question.type == "table":
        return [
            pair
            for number, row in enumerate(value)
            for column in question.columns.values()
            for pair in _pairs_of(column, row.get(column.id), f"{name}-{number}-{column.id}")
        ]
    if question.type == "checklist":
        return [
            (f"{name}-{item}-{part}", str(said.get(part) or ""))
            for item, said in (value or {}).items()
            for part in ("conclusion", "remark")
        ]
    if question.type == "boolean":
        return [(name, "yes")] if value is True else []
    if question.type in ("file", "files"):
        return [(name, str(number)) for number in answers.file_ids(value)]
    if isinstance(value, list):
        return [(name, str(one)) for one in value]
    return [(name, "" if value is None else str(value))]
