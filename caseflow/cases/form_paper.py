"""The printed form of a dossier: its fields in their own order, the declaration and the places to sign and seal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import lines, paths, questions, show
from caseflow.cases.ground import Ground, Loaded
from caseflow.records import files
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.many import Letter
from caseflow.workflow.procedure import Action


def makes_form(action: Action) -> bool:
    """Whether an act freezes the dossier for printing: it freezes, and the case stays where it is."""
    return action.to is None and any(call.name == "freeze" for call in action.then)


def letter_of(definition: Definition) -> Letter | None:
    """The paper that is issued when the form is made."""
    for state in definition.states.values():
        for action in state.actions.values():
            if makes_form(action):
                issued = (call.argument for call in action.then if call.name == "issue")
                return next((definition.letters[str(argument)] for argument in issued), None)
    return None


def title(definition: Definition) -> show.Pair:
    form = letter_of(definition)
    return show.pair(form.title if form is not None else definition.title)


def body(
    tx: Connection, ground: Ground, loaded: Loaded, values: Mapping[str, Any], hidden: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The form of a frozen dossier as ``letters.form_html`` takes it; ``hidden`` are paths that the reader may not see."""
    declaration, sections = None, []
    for section in questions.sections(loaded, values):
        given = values.get(section.id, {})
        put = questions.in_section(loaded, section, values)
        rows = []
        for question in section.fields.values():
            if not question.printed or (question.when is not None and not put(question.when, given)):
                continue
            if _is_hidden(f"dossier.{section.id}.{question.id}", hidden):
                continue
            if question.type == "boolean" and question.text is not None:
                declaration = {"title": show.pair(question.label), "text": show.pair(question.text)}
            else:
                rows.append(_row(tx, ground, question, given.get(question.id)))
        if rows:
            sections.append({"title": show.pair(section.title), "fields": rows})
    form = letter_of(loaded.definition)
    blocks = form.blocks if form is not None else ()
    last = blocks[-1] if blocks and blocks[-1].kind == "text" else None
    return {
        "title": title(loaded.definition),
        "sections": sections,
        "declaration": declaration,
        "signs": [
            {side: text.strip("：: ") for side, text in show.pair(block.text).items()}
            for block in blocks
            if block.kind == "signature"
        ],
        "attached": show.pair(last.text) if last is not None else None,
    }


def _is_hidden(path: str, hidden: frozenset[str]) -> bool:
    return any(path == one or path.startswith(f"{one}.") for one in hidden)


def _row(tx: Connection, ground: Ground, question: Field, stored: Any) -> dict[str, Any]:
    if question.type == "table":
        value: Any = {
            "columns": [show.pair(column.label) for column in question.columns.values()],
            "rows": show.rows(ground, question, stored),
        }
    elif question.type in ("file", "files"):
        found = (files.find(tx, number) for number in paths.file_ids({question.id: question}, {question.id: stored}))
        value = [row.name for row in found if row is not None]
    else:
        value = lines.text(tx, ground, question, stored)
    return {
        "label": show.pair(question.label),
        "hint": show.pair(question.help) if question.help and question.type == "long_text" else None,
        "value": value,
        "long": question.type in ("long_text", "table"),
    }
