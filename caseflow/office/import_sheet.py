"""The sheet of cases decided before the system existed: its template, and what a filled one says cell by cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caseflow.cases import paths
from caseflow.cases.ground import Ground
from caseflow.office.returned_sheet import typed
from caseflow.office.worksheet import address
from caseflow.records import sheets
from caseflow.words import LANGUAGES, Language, Message, Refused, pick, text
from caseflow.workflow import fields
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.many import Imports

FIRST_ROWS = 30
"""The heads stand among these."""
_BETWEEN = re.compile(r"[、,，;；]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet."""

    path: str
    head: str
    question: Field

    @property
    def required(self) -> bool:
        """What an act would have asked may be unknown by now; what the dossier must hold may not."""
        return self.question.required and self.path.startswith("dossier.")


@dataclass(slots=True)
class Came:
    """One row of a filled sheet: its answers by path, and by cell what cannot be taken."""

    number: int
    """As Excel counts rows."""
    answers: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    """The address of the cell of each path."""
    errors: list[tuple[str, Message]] = field(default_factory=list)


def columns(definition: Definition, language: Language = "zh") -> list[Column]:
    """The columns of a workflow's sheet, under the names of its questions.

    Raises:
        Refused: the workflow takes no cases in.
    """
    asked = {path: paths.question(definition, path) for path in rule_of(definition).columns.values()}
    heads = [pick(question.label, language) for question in asked.values() if question is not None]
    found = []
    for path, question in asked.items():
        if question is not None:
            head = pick(question.label, language)
            head = f"{pick(_part(definition, path), language)}：{head}" if heads.count(head) > 1 else head
            found.append(Column(path, head, question))
    return found


def template(ground: Ground, definition: Definition, language: Language = "zh") -> bytes:
    """The empty sheet as .xlsx: heads (a star where something must stand), and above them what may be chosen."""
    listed = columns(definition, language)
    hints = [
        f"{column.head}：{' / '.join(pick(title, language) for title in titles.values())}"
        for column in listed
        if (titles := _titles(ground, column.question)) and len(titles) <= FIRST_ROWS
    ]
    return sheets.write_table(
        pick(definition.title, language),
        [(f"{one.head} *" if one.required else one.head, 22) for one in listed],
        [],
        header_lines=[text("importing.hint", language), *hints],
    )


def read(ground: Ground, definition: Definition, path: Path) -> list[Came]:
    """The rows of an uploaded sheet, read in the sandbox.

    Raises:
        Refused: it cannot be read, or its heads are not those of the template.
    """
    listed = {language: columns(definition, language) for language in LANGUAGES}
    rows = next(iter(sheets.read(path))).rows
    for top, cells in enumerate(rows[:FIRST_ROWS]):
        heads = [typed(cell).rstrip("* ") for cell in cells]
        for found in listed.values():
            if {one.head for one in found} <= set(heads):
                placed = [(heads.index(one.head), one) for one in found]
                return [
                    _row(ground, number, cells, placed)
                    for number, cells in enumerate(rows[top + 1 :], start=top + 1)
                    if any(typed(cell) for cell in cells)
                ]
    raise Refused(Message("importing.heads", {"heads": [one.head for one in listed["zh"]]}))


def rule_of(definition: Definition) -> Imports:
    """What a workflow says of the cases it takes in.

    Raises:
        Refused: it takes none.
    """
    if definition.imports is None:
        raise Refused(Message("importing.not_taken", {"workflow": _both(definition.title)}))
    return definition.imports


def _row(ground: Ground, number: int, cells: list[Any], placed: list[tuple[int, Column]]) -> Came:
    """One row with its answers as typed values."""
    row = Came(number + 1)
    references = {name: known.__contains__ for name, known in ground.references.items()}
    for at, column in placed:
        given, cell = typed(cells[at]) if at < len(cells) else "", address(number, at)
        row.cells[column.path] = cell
        if not given:
            if column.required:
                row.errors.append((cell, Message("importing.empty", {"column": _both(column.question.label)})))
            continue
        value, wrong = fields.clean(column.question, _meant(ground, column.question, given), references=references)
        row.errors += [(cell, one) for one in wrong]
        row.answers[column.path] = value
    return row


def _meant(ground: Ground, question: Field, given: str) -> Any:
    """What a cell says in the words of the template: titles stand for what is chosen."""
    codes = {
        str(title[language]).strip(): code
        for code, title in _titles(ground, question).items()
        for language in LANGUAGES
    }
    if question.type == "boolean":
        return codes.get(given.lower(), given)
    if question.type == "choices":
        return [codes.get(one.strip(), one.strip()) for one in _BETWEEN.split(given) if one.strip()]
    return codes.get(given, given)


def _titles(ground: Ground, question: Field) -> dict[Any, dict[Language, str]]:
    """What may be chosen: code and title in both languages."""
    if question.type == "boolean":
        return {value: {one: text(f"show.{word}", one) for one in LANGUAGES} for value, word in _YES_NO.items()}
    if question.type in ("choice", "choices"):
        return {one: _both(choice.title) for one, choice in question.choices.items()}
    return {code: entry["title"] for code, entry in ground.references.get(question.type, {}).items()}


_YES_NO = {True: "yes", False: "no"}


def _part(definition: Definition, path: str) -> Any:
    """The title of the section, or of the act, in which a question stands."""
    head, *rest = path.split(".")
    if head == "dossier":
        return definition.dossier[rest[0]].title
    acts = (action for state in definition.states for action in definition.actions_in(state))
    return next(action.title for action in acts if (action.store or action.id) == head)


def _both(title: Any) -> dict[Language, str]:
    return {"zh": title.zh, "en": title.en}
