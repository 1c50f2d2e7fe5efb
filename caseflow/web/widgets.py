"""One question of a form ready to be drawn, with all that its type needs beside an input. See ``filling``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.records import files
from caseflow.web import answers, drawing, forms, score_sheet
from caseflow.web.score_sheet import SheetForm
from caseflow.words import Message
from caseflow.workflow.form import Field, Section
from caseflow.workflow.gaps import Asked
from caseflow.workflow.panel import Panel

PICKED = ("people", "members")
Errors = Mapping[str, Sequence[Message]]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table of the dossier, of which a question says something."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    """Label and text of its other cells."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the questions of a form need to know besides their own text."""

    members: Sequence[Mapping[str, Any]] = ()
    """The cases that ``members`` may name or must answer for: ``id``, ``number``, ``title``, ``subject``."""
    choose: bool = True
    """Cases and people are picked; without it every case listed is answered for."""
    ordered: bool = False
    """The order in which they stand means something and may be changed."""
    people: Sequence[tuple[int, str]] = ()
    sections: Sequence[Section] = ()
    """The dossier on whose fields one may comment."""
    panel: Panel | None = None
    member: int | None = None
    """The case that a score sheet is about."""
    changing: bool = False
    """The sheet is changed in the discussion, which asks for a reason."""
    asked: Asked | None = None
    """Whether a question's ``when`` holds (see ``cases.questions``); without it every question is put."""
    comments: Mapping[str, str] = field(default_factory=dict)
    """What a reviewer said of a question, by its id."""
    locked: Callable[[Field], bool] | None = None
    """Questions that are shown and may not be changed now."""
    shown: Mapping[str, answers.Shown] = field(default_factory=dict)
    """The answers to read of the questions that are locked (``answers.Shown``)."""
    offered: Callable[[Field], list[tuple[str, str]] | None] | None = None
    """What may be chosen in a question of this case; None where the reference data says it."""
    rows: Mapping[str, Sequence[TableRow]] = field(default_factory=dict)
    """The rows of tables of the dossier, by path."""
    present: Mapping[str, answers.Shown] = field(default_factory=dict)
    """What stands now at the place that a question amends, by the question's id."""


@dataclass(frozen=True, slots=True)
class Pick:
    """One case or person to be picked."""

    id: int
    name: str
    title: str
    hint: str
    chosen: bool
    position: int | None
    cells: list[forms.Drawn]
    errors: list[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a question with several: a field to comment on, or to be ticked."""

    name: str
    label: str
    help: str
    value: Any
    errors: list[str]


@dataclass(frozen=True, slots=True)
class RowForm:
    """What is said of one row of a table of the dossier."""

    name: str
    row: TableRow
    cells: list[Widget]
    errors: list[str]


@dataclass(frozen=True, slots=True)
class Widget:
    """One question, ready for the macro ``question``."""

    drawn: forms.Drawn
    files: tuple[Any, ...] = ()
    """Rows of the stored files that are part of the answer."""
    code: str = ""
    picks: tuple[Pick, ...] = ()
    groups: tuple[tuple[str, tuple[Line, ...]], ...] = ()
    sheet: SheetForm | None = None
    choose: bool = True
    ordered: bool = False
    asked: bool = True
    locked: bool = False
    shown: answers.Shown | None = None
    """The answer to read, where it is locked."""
    comment: str = ""
    rows: tuple[RowForm, ...] = ()
    present: answers.Shown | None = None
    """What its answer would replace."""

    @property
    def type(self) -> str:
        return self.drawn.type

    @property
    def name(self) -> str:
        return self.drawn.name


def prepared(
    questions: Iterable[Field],
    values: Mapping[str, Any],
    errors: Errors,
    tx: Connection,
    about: Context,
    offer: forms.Offer,
    *,
    prefix: str = "",
) -> list[Widget]:
    """The widgets of these questions; those inside a row have a ``prefix`` before the names of their inputs."""
    listed = list(questions)
    drawn = forms.draw(listed, values, errors, offer=offer, prefix=prefix, framed=bool(prefix))
    return [
        _widget(one, question, values, errors, tx, about, offer) for one, question in zip(drawn, listed, strict=True)
    ]


def _widget(
    drawn: forms.Drawn,
    question: Field,
    values: Mapping[str, Any],
    errors: Errors,
    tx: Connection,
    about: Context,
    offer: forms.Offer,
) -> Widget:
    value = values.get(question.id)
    common: dict[str, Any] = {
        "drawn": drawn,
        "asked": about.asked is None or question.when is None or about.asked(question.when, values),
        "locked": question.fixed or (about.locked is not None and about.locked(question)),
        "comment": about.comments.get(question.id, ""),
        "present": about.present.get(question.id) if question.amends is not None else None,
    }
    if common["locked"]:
        return Widget(shown=about.shown.get(question.id), **common)
    if question.type in ("file", "files"):
        stored = [row for number in answers.file_ids(value) if (row := files.find(tx, number)) is not None]
        code = str(value.get("revision_code") or "") if isinstance(value, Mapping) else ""
        return Widget(files=tuple(stored), code=code, **common)
    if question.type in PICKED:
        picks = _picks(question, value, errors, about)
        return Widget(picks=picks, choose=about.choose, ordered=about.ordered, **common)
    if question.type == "field_comments":
        return Widget(groups=_comment_groups(question, value, errors, about.sections), **common)
    if question.type == "dossier_fields":
        return Widget(groups=_place_groups(value, about.sections), **common)
    if question.type == "each_row":
        return Widget(rows=_row_forms(question, drawn.name, value, errors, tx, about, offer), **common)
    if question.type == "score_sheet" and about.panel is not None:
        sheet = score_sheet.form(question, value, errors, about.panel, member=about.member, changing=about.changing)
        return Widget(sheet=sheet, **common)
    return Widget(**common)


def _row_forms(
    question: Field, name: str, value: Any, errors: Errors, tx: Connection, about: Context, offer: forms.Offer
) -> tuple[RowForm, ...]:
    """The questions put of every row of the table, each with what was said of it."""
    said = dict(enumerate(value)) if isinstance(value, list) else value if isinstance(value, Mapping) else {}
    inside = replace(about, comments={}, present={}, locked=None)
    found = []
    for number, row in enumerate(about.rows.get(question.of or "", ())):
        given = said.get(str(number)) or {}
        path = f"{question.id}.{number}"
        cells = prepared(
            question.columns.values(), given, _below(errors, path), tx, inside, offer, prefix=f"{name}-{number}-"
        )
        found.append(RowForm(f"{name}-{number}", row, cells, [drawing.say(one) for one in errors.get(path, ())]))
    return tuple(found)


def _place_groups(value: Any, sections: Sequence[Section]) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """The fields of the dossier, by section, each to be ticked."""
    named = set(value) if isinstance(value, list | tuple) else set()
    groups = (
        (
            drawing.named(section.title),
            tuple(
                Line(f"{section.id}.{one.id}", drawing.named(one.label), "", f"{section.id}.{one.id}" in named, [])
                for one in section.fields.values()
                if not one.fixed
            ),
        )
        for section in sections
    )
    return tuple((title, lines) for title, lines in groups if lines)


def _picks(question: Field, value: Any, errors: Errors, about: Context) -> tuple[Pick, ...]:
    if question.type == "people":
        order = [int(one) for one in value or [] if str(one).isdecimal()]
        listed = [(number, name, "") for number, name in about.people]
        said: Mapping[str, Any] = {}
    else:
        said = value if isinstance(value, Mapping) else {}
        order = [int(one) for one in said]
        listed = [
            (int(row["id"]), f"{row['number'] or ''} {row['title']}".strip(), str(row["subject"] or ""))
            for row in about.members
        ]
    if about.ordered:
        listed.sort(key=lambda one: order.index(one[0]) if one[0] in order else len(order))
    found = []
    for number, title, hint in listed:
        name = f"{question.id}-{number}"
        cells = forms.draw(
            question.columns.values(), said.get(str(number)) or {}, _below(errors, f"{question.id}.{number}"),
            prefix=f"{name}-",
        )  # fmt: skip
        position = order.index(number) + 1 if number in order else None
        against = [drawing.say(one) for one in errors.get(f"{question.id}.{number}", ())]
        found.append(Pick(number, name, title, hint, number in order, position, cells, against))
    return tuple(found)


def _below(errors: Errors, path: str) -> dict[str, Sequence[Message]]:
    return {key.removeprefix(f"{path}."): found for key, found in errors.items() if key.startswith(f"{path}.")}


def _comment_groups(
    question: Field, value: Any, errors: Errors, sections: Sequence[Section]
) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    said = value if isinstance(value, Mapping) else {}
    return tuple(
        (
            drawing.named(section.title),
            tuple(
                Line(
                    name=f"{question.id}-{section.id}.{one.id}",
                    label=drawing.named(one.label),
                    help="",
                    value=said.get(f"{section.id}.{one.id}", ""),
                    errors=[drawing.say(found) for found in errors.get(f"{question.id}.{section.id}.{one.id}", ())],
                )
                for one in section.fields.values()
                if not one.fixed
            ),
        )
        for section in sections
    )
