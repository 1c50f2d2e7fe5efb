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
from caseflow.web import answers, drawing, posted, score_sheet, widgets
from caseflow.web.widgets import Context, Errors, Widget
from caseflow.words import Message, Refused
from caseflow.workflow.form import Field

Uploads = MultiDict[str, FileStorage]
Wrong = dict[str, list[Message]]


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
    about = context or Context()

    def offer(question: Field) -> list[tuple[str, str]]:
        if about.offered is not None and (found := about.offered(question)) is not None:
            return found
        listed = ground.references.get(question.type, {})
        return [(code, drawing.named(entry["title"])) for code, entry in listed.items()]

    return widgets.prepared(questions, values, errors or {}, tx, about, offer)


def read(
    questions: Iterable[Field], form: MultiDict[str, str], uploads: Uploads, store: Store
) -> tuple[dict[str, Any], Wrong]:
    """What a form holds for these questions, as plain answers, and what is wrong with its uploads, by path.

    Fixed questions are left to the system.
    """
    wrong: Wrong = {}
    return _read([one for one in questions if not one.fixed], form, uploads, store, "", "", wrong), wrong


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


def _read(
    questions: Iterable[Field],
    form: MultiDict[str, str],
    uploads: Uploads,
    store: Store,
    prefix: str,
    above: str,
    wrong: Wrong,
) -> dict[str, Any]:
    """The answers to questions whose inputs begin with ``prefix`` and whose paths begin with ``above``."""
    values: dict[str, Any] = {}
    for question in questions:
        name, path = prefix + question.id, above + question.id
        if question.type in ("file", "files"):
            values[question.id], against = _read_files(question, name, form, uploads, store)
            if against:
                wrong[path] = against
        elif question.type == "people":
            values[question.id] = _in_order(name, form)
        elif question.type == "each_row":
            columns = list(question.columns.values())
            values[question.id] = {
                str(number): _read(columns, form, uploads, store, f"{name}-{number}-", f"{path}.{number}.", wrong)
                for number in posted.row_numbers(name, [*form, *uploads])
            }
        elif question.type == "members":
            said = posted.values([question], form, prefix)[question.id]
            values[question.id] = {number: said[number] for number in _in_order(name, form)}
        else:
            values |= posted.values([question], form, prefix)
    return values


def _read_files(
    question: Field, name: str, form: MultiDict[str, str], uploads: Uploads, store: Store
) -> tuple[Any, list[Message]]:
    dropped = set(form.getlist(f"{name}-drop"))
    kept = [int(one) for one in form.getlist(name) if one.isdecimal() and one not in dropped and store.holds(int(one))]
    against: list[Message] = []
    for upload in uploads.getlist(name):
        if not upload.filename:
            continue
        try:
            number = store.take(question, upload)
        except Refused as refusal:
            called = files.clean_name(upload.filename)
            against += [Message("files_web.refused", {"name": called, "reason": one}) for one in refusal.reasons]
            continue
        kept = [*kept, number] if question.type == "files" else [number]
    if question.type == "files":
        return kept, against
    if question.of_revision is None:
        return (kept[-1] if kept else None), against
    code = form.get(f"{name}-revision_code", "").strip()
    return ({"file": kept[-1], "revision_code": code} if kept else None), against


def _in_order(name: str, form: MultiDict[str, str]) -> list[str]:
    """The chosen people or cases by the positions typed beside them; those without one come last, as listed."""
    chosen = form.getlist(name)
    typed = {one: form.get(f"{name}-{one}-position", "").strip() for one in chosen}
    return sorted(chosen, key=lambda one: int(typed[one]) if typed[one].isdecimal() else len(chosen) + 1)


def _pairs_of(question: Field, value: Any, name: str) -> list[tuple[str, str]]:
    if question.type in ("table", "each_row"):
        rows = (value or {}).items() if isinstance(value, Mapping) else enumerate(value or ())
        return [
            pair
            for number, row in rows
            for column in question.columns.values()
            for pair in _pairs_of(column, row.get(column.id), f"{name}-{number}-{column.id}")
        ]
    if question.type == "checklist":
        return [
            (f"{name}-{item}-{part}", str(said.get(part) or ""))
            for item, said in (value or {}).items()
            for part in ("conclusion", "remark")
        ]
    if question.type == "score_sheet":
        return score_sheet.pairs(value or {}, name)
    if question.type == "boolean":
        return [(name, "yes")] if value is True else []
    if question.type in ("file", "files"):
        return [(name, str(number)) for number in answers.file_ids(value)]
    if isinstance(value, list):
        return [(name, str(one)) for one in value]
    return [(name, "" if value is None else str(value))]
