"""Cases begun by the public, and what of them is sealed away: asked within bounds, held by an office, named nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from caseflow.words import Message
from caseflow.workflow.definition import Definition, PublicForm
from caseflow.workflow.form import Field
from caseflow.workflow.problems import Finding, Place
from caseflow.workflow.report import Report, paths
from caseflow.workflow.rights import covers, sealed_away, tells

TYPES = (
    "text", "long_text", "choice", "choices", "boolean", "date", "integer", "decimal", "phone", "email", "credit_code",
    "document_number", "url", "region", "product_class", "file", "files",
)  # fmt: skip
"""What a stranger can be asked: nothing that lists people, organisations or cases, and no tables."""
MOST_CHARACTERS = 10_000
FILE_QUESTIONS, FILE_MEGABYTES = 3, 10
_OWN = ("public_form", "roles", "tests")
_SILENT = {"hides", "leaves"}
"""Where a definition may name what is sealed away without showing it."""


def check(report: Report) -> None:
    for role in report.definition.roles.values():
        for number, path in enumerate(role.reads_sealed):
            _sealed(report, path, ("roles", role.id, "reads_sealed", number))
        if role.reads_sealed and role.sees not in ("own_authority", "own_prefecture"):
            report.say("sealed_reader", ("roles", role.id, "reads_sealed"), role=role.id)
    for place, path in _named(report.definition, report.definition):
        report.say("sealed_elsewhere", place, path=path)
    if report.definition.public_form is not None:
        _form(report, report.definition.public_form)


def gathered(definition: Definition, peers: Mapping[str, Definition]) -> Iterator[Finding]:
    """What a procedure over many cases names of that which is sealed away in its members."""
    for name in definition.members.of if definition.members is not None else ():
        for place, path in _named(definition, peers[name]) if name in peers else ():
            yield Finding("sealed_elsewhere", place, Message("workflow.sealed_elsewhere", {"path": path}))


def _form(report: Report, form: PublicForm) -> None:
    definition, at = report.definition, ("public_form",)
    if definition.kind == "collective" or definition.rounds == "required":
        report.say("public_of_many", at)
    if report.known("unknown_role", form.receives, definition.roles, (*at, "receives")):
        if definition.roles[form.receives].sees != "own_authority":
            report.say("public_receiver", (*at, "receives"), role=form.receives)
        if report.known("unknown_state", form.state, definition.states, (*at, "state")):
            state = definition.states[form.state]
            if state.final or state.private or state.holder != form.receives:
                report.say("public_state", (*at, "state"), name=state.id, role=form.receives)
    known, files = paths(definition), 0
    asked = [path for section in definition.dossier for path in _fields(definition, section)]
    for number, path in enumerate(form.fields):
        place: Place = (*at, "fields", number)
        if report.known("unknown_path", path, asked, place):
            _question(report, path, known[path], place)
            files += known[path].type in ("file", "files")
    if files > FILE_QUESTIONS:
        report.say("public_files", (*at, "fields"), most=FILE_QUESTIONS, megabytes=FILE_MEGABYTES)
    for number, section in enumerate(form.anonymous):
        sections = [f"dossier.{one}" for one in definition.dossier]
        if report.known("unknown_path", section, sections, (*at, "anonymous", number)) and not any(
            covers([section], path) for path in form.fields
        ):
            report.say("public_anonymous", (*at, "anonymous", number), name=section)


def _question(report: Report, path: str, question: Field, place: Place) -> None:
    """What may be asked of a stranger, and how much is taken in."""
    if question.type not in TYPES or question.fixed or question.of_revision is not None:
        report.say("public_type", place, path=path, type=question.type)
    elif question.type in ("text", "long_text") and not 0 < (question.max_characters or 0) <= MOST_CHARACTERS:
        report.say("public_unbounded", place, path=path, most=MOST_CHARACTERS)
    elif question.type in ("file", "files") and question.max_megabytes > FILE_MEGABYTES:
        report.say("public_files", place, most=FILE_QUESTIONS, megabytes=FILE_MEGABYTES)
    if question.personal and not covers(sealed_away(report.definition), path):
        report.say("public_personal", place, path=path)


def _sealed(report: Report, path: str, place: Place) -> None:
    """Everything that is sealed away is kept encrypted, and is no file: those who see a case see its list of files."""
    definition, known = report.definition, paths(report.definition)
    fields = [one for section in definition.dossier for one in _fields(definition, section)]
    sections = [f"dossier.{one}" for one in definition.dossier]
    if not report.known("unknown_path", path, [*sections, *fields], place):
        return
    for one in fields:
        if covers([path], one) and (not known[one].personal or known[one].type in ("file", "files")):
            report.say("sealed_not_personal", place, path=one)


def _fields(definition: Definition, section: str) -> list[str]:
    return [f"dossier.{section}.{name}" for name in definition.dossier[section].fields]


def _named(definition: Definition, owner: Definition) -> Iterator[tuple[Place, str]]:
    """Where a definition names what is sealed away in the cases of ``owner``: whatever it shows there would tell it."""
    sealed = sealed_away(owner)
    if not sealed:
        return
    pattern = re.compile(rf"(?<![\w.])(?:member\.)?({'|'.join(map(re.escape, sorted(sealed)))})(?!\w)")
    plain = {key: part for key, part in definition.plain().items() if key not in _OWN}
    for place, text in _texts(plain, ()):
        if (found := pattern.search(text)) and not _SILENT.intersection(place):
            yield place, found[1]
    for letter in definition.letters.values() if definition is owner else ():
        if tells(letter.model_copy(update={"layout": "letter"}), sealed):
            place = ("letters", letter.id)
            if not any(pattern.search(text) for _, text in _texts(plain["letters"][letter.id], ())):
                yield place, ", ".join(sorted(sealed))


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from _texts(inner, (*place, step))
