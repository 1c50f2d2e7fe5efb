"""Finding the question behind a path, and the files that answers name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from caseflow.workflow import report
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.kept import kept
from caseflow.workflow.procedure import Action

SEALED_TYPES = ("long_text", "field_comments", "score_sheet")


def is_sealed(question: Field) -> bool:
    """Personal, or free text in which anybody may stand."""
    return question.personal or question.type in SEALED_TYPES


def sealed(prefix: str, questions: Mapping[str, Field]) -> list[str]:
    """The paths of everything among these questions that is kept apart; ``*`` stands for every row."""
    found: list[str] = []
    for question in questions.values():
        path = f"{prefix}.{question.id}"
        if is_sealed(question):
            found.append(path)
        else:
            found += sealed(f"{path}.*", question.columns)
    return found


@kept
def appended(definition: Definition) -> frozenset[str]:
    """The stores in which an act adds one entry to another."""
    acts = (action for state in definition.states for action in definition.actions_in(state))
    return frozenset(action.store or action.id for action in acts if action.appends)


def entries(stored: Mapping[str, Any] | None) -> list[tuple[int, dict[str, Any]]]:
    """What an act with ``appends`` has gathered, oldest first, each with the number of its journal entry."""
    return sorted((int(seq), said) for seq, said in (stored or {}).items() if seq.isdecimal())


def given(action: Action, stored: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The answers that an act has left: those given last, or every entry where it appends."""
    if action.appends:
        return [said for _, said in entries(stored)]
    return [dict(stored)] if stored else []


def question(definition: Definition, path: str) -> Field | None:
    """The question whose answer stands at a path of the dossier or of an act's answers, columns included."""
    head, *rest = path.split(".")
    if head == "dossier":
        section = definition.dossier.get(rest[0]) if rest else None
        return _inside(section.fields if section else {}, rest[1:])
    for state in definition.states:
        for action in definition.actions_in(state):
            if (action.store or action.id) == head:
                found = _inside(action.asks, rest)
                if found is not None:
                    return found
    decision = definition.decisions.get(head)
    if decision is not None:
        return _inside(decision.outputs, rest)
    known = head in (report.FOOTPRINT, report.SERVED) or head in report.beside(definition)
    return report.paths(definition).get(path) if known else None


def column(definition: Definition, name: str) -> Field | None:
    """The question that a procedure over many cases asks of each of them under this name."""
    for state in definition.states:
        for action in definition.actions_in(state):
            for asked in action.asks.values():
                if asked.type == "members" and name in asked.columns:
                    return asked.columns[name]
    return None


def file_ids(questions: Mapping[str, Field], values: Mapping[str, Any]) -> Iterator[int]:
    """The ids of all files that these answers name."""
    for asked in questions.values():
        value = values.get(asked.id)
        if not value:
            continue
        if asked.type == "file":
            yield file_id(value)
        elif asked.type == "files":
            yield from (file_id(one) for one in value)
        elif asked.columns:
            for row in value.values() if isinstance(value, Mapping) else value:
                yield from file_ids(asked.columns, row)


def file_id(value: Any) -> int:
    """The id of a file answer; one that must match a revision carries its code beside it."""
    return int(value["file"] if isinstance(value, Mapping) else value)


def _inside(questions: Mapping[str, Field], steps: list[str]) -> Field | None:
    found: Field | None = None
    for step in steps:
        found = questions.get(step)
        if found is None:
            return None
        questions = found.columns
    return found
