"""A case begun by somebody who is nobody in the system: what is asked, who holds it, and how it is opened."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import dossier, entry, numbers, opening, questions, tasks, telling
from caseflow.cases.entry import Invalid, Laid, NotHere, Outcome
from caseflow.cases.ground import Ground, Loaded
from caseflow.people import organisations
from caseflow.records import journal
from caseflow.words import Message
from caseflow.workflow import fields
from caseflow.workflow.definition import Definition, PublicForm
from caseflow.workflow.form import Section

FILED = "filed_publicly"
PUBLIC = "public"
"""The role under which the journal enters whoever filed it."""


def form_of(definition: Definition) -> PublicForm:
    """Raises NotHere where the public begins nothing."""
    if definition.public_form is None:
        raise NotHere
    return definition.public_form


def office(tx: Connection, definition: Definition) -> tuple[int, int] | None:
    """The authority, and its organisation that would hold the case; none where nobody is there to receive it."""
    try:
        authority_id = organisations.authority_id(tx, definition.authority)
    except LookupError:
        return None
    row = {"authority_id": authority_id}
    found = tasks.organisation_of(tx, definition, row, form_of(definition).receives)
    return (authority_id, found) if found is not None else None


def asked(definition: Definition) -> list[Section]:
    """The sections of the dossier with the questions that are put, in their order."""
    named = set(form_of(definition).fields)
    found = []
    for section in definition.dossier.values():
        put = {one.id: one for one in section.fields.values() if f"dossier.{section.id}.{one.id}" in named}
        if put:
            found.append(section.model_copy(update={"fields": put}))
    return found


def may_be_left_out(definition: Definition, section: str) -> bool:
    """Whether whoever files may keep a section of the form to themselves."""
    return f"dossier.{section}" in form_of(definition).anonymous


def cleaned(
    loaded: Loaded, ground: Ground, raw: Mapping[str, Mapping[str, Any]], left_out: Collection[str]
) -> tuple[dict[str, dict[str, Any]], dict[str, list[Message]]]:
    """The answers by section as they are stored, and everything that is wrong or missing by ``section.field``.

    What is asked on a condition that does not hold is dropped, and so are the sections left out.
    """
    references = {name: known.__contains__ for name, known in ground.references.items()}
    values: dict[str, dict[str, Any]] = {}
    errors: dict[str, list[Message]] = {}
    put = [
        one for one in asked(loaded.definition)
        if not (one.id in left_out and may_be_left_out(loaded.definition, one.id))
    ]  # fmt: skip
    for section in put:
        given = raw.get(section.id, {})
        holds = questions.in_section(loaded, section, {**values, section.id: given})
        found, wrong = fields.clean_section(section.fields, given, references=references, asked=holds)
        values[section.id] = fields.relevant(section.fields, found, holds)
        errors |= {f"{section.id}.{path}": messages for path, messages in wrong.items()}
    there = {one.id for one in questions.sections(loaded, values)}
    kept = {section: answers for section, answers in values.items() if section in there and answers}
    return kept, {path: said for path, said in errors.items() if path.partition(".")[0] in there}


def file_answers(
    tx: Connection, ground: Ground, loaded: Loaded, values: Mapping[str, Mapping[str, Any]], *, request_key: str
) -> Outcome:
    """Open a case with those answers of a dossier that the form asks for; a section without any is left out.

    Raises:
        Invalid: an answer is wrong, or one is missing.
        NotHere: as :func:`open_publicly`.
    """
    put = {
        one.id: {name: said for name, said in values.get(one.id, {}).items() if name in one.fields}
        for one in asked(loaded.definition)
    }
    kept, wrong = cleaned(loaded, ground, put, {section for section, given in put.items() if not given})
    if wrong:
        raise Invalid(wrong)
    return open_publicly(tx, ground, loaded, kept, request_key=request_key)


def open_publicly(
    tx: Connection, ground: Ground, loaded: Loaded, values: Mapping[str, Any], *, request_key: str
) -> Outcome:
    """Open a case with these answers (as :func:`cleaned` gives them) as its first revision; the office is told.

    Raises:
        NotHere: there is no such form, no office to receive it, or the key belongs to something else.
    """
    definition, form = loaded.definition, form_of(loaded.definition)
    earlier = journal.outcome(tx, request_key)
    if earlier is not None:
        again = entry.again(tx, earlier)
        if earlier.act != FILED or entry.locked(tx, again.case_id)["workflow"] != definition.workflow:
            raise NotHere
        return again
    holder = office(tx, definition)
    if holder is None:
        raise NotHere
    authority_id, organisation_id = holder
    at = clock.now()
    title, subject = (_called(values, path) for path in (definition.case_title, definition.case_subject))
    row = opening.columns_of(loaded, authority_id, None, organisation_id, None, title or form.title.zh, subject)
    row["number"] = numbers.next_number(tx, definition, authority_id, at)

    def lay(made: dict[str, Any]) -> Laid:
        digest = dossier.lay_down(tx, ground, definition, made["id"], values, at, None)
        return Laid({"revision": 1}, {"revision": 1, "revision_hash": digest})

    made = entry.create(tx, loaded, row, form.state, None, PUBLIC, at, request_key, FILED, lay)
    told = Message("inbox.filed_publicly", {"number": row["number"], "title": row["title"]})
    telling.tell_organisation(tx, made, organisation_id, told, role=form.receives, key=request_key, kind="desk")
    return opening.begun(tx, ground, loaded, made, at, FILED)


def _called(values: Mapping[str, Any], path: str | None) -> str:
    """What a case is called by: the answer at a path of the dossier, where it was given."""
    parts = (path or "").split(".")
    return str(values.get(parts[1], {}).get(parts[2]) or "") if len(parts) == 3 else ""
