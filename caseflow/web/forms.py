"""Questions of a workflow as inputs of a form.

WTForms only draws here; whether an answer is valid is said by ``workflow.fields``. The names of the inputs:

- ``<field>``; of a file that lies in the store already a hidden input ``<field>`` with its number, of a signed form
  also ``<field>-revision_code``;
- ``<table>-<row>-<column>``; ``<list>-<point>-conclusion`` and ``<list>-<point>-remark``;
- what is said of each row of another table: ``<field>-<row>-<column>``, rows from 0;
- members: ``<field>`` once for each case chosen, ``<field>-<case>-<column>``;
- places of the dossier: ``<field>`` once for each ``section.field``;
- comments on fields: ``<field>-<section.field>``;
- a score sheet: ``<field>-member``, ``<field>-marks-<criterion>-mark`` and ``-reason``, ``<field>-opinion``.

``filling.read`` and ``posted.values`` turn them back into the nesting in which values are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wtforms import Field as Control
from wtforms import (
    FileField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from caseflow.web import drawing
from caseflow.words import Message
from caseflow.workflow.fields import CONCLUSIONS
from caseflow.workflow.form import Field

Choices = Sequence[tuple[str, str]]
"""Values with what is shown for them."""
Offer = Callable[[Field], Choices]
"""What one may choose from in a question."""
OWN_PAGE = ("field_comments", "score_sheet", "each_row", "dossier_fields")
"""Types that ``widgets`` draws."""

SHORT = 60
"""Texts of at most so many characters get a shorter box."""
FEW = 6
"""Up to so many choices stand open as buttons, more of them in a list."""

_INPUTS = {"date": "date", "email": "email", "phone": "tel", "url": "url"}
_MODES = {"integer": "numeric", "decimal": "decimal"}


@dataclass(frozen=True, slots=True)
class Member:
    """A case that may be chosen for ``members``, with what is said of it there."""

    id: str
    title: str
    chosen: bool
    cells: list[Drawn]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question ready to be drawn by the macro ``field``."""

    question: Field
    name: str
    control: Control | None
    """The WTForms control; None for a table, a checklist and types that their own page draws."""
    value: Any
    label: str
    help: str
    errors: list[str]
    attributes: dict[str, Any] = field(default_factory=dict)
    rows: list[list[Drawn]] = field(default_factory=list)
    """The rows of a table, and last of all an empty one to copy for a new row."""
    members: list[Member] = field(default_factory=list)
    points: list[tuple[str, Drawn, Drawn]] = field(default_factory=list)
    """The points of a checklist: the text, the answer, the remark."""

    @property
    def type(self) -> str:
        return self.question.type


def draw(
    fields: Iterable[Field],
    values: Mapping[str, Any],
    errors: Mapping[str, Sequence[Message]] | None = None,
    *,
    offer: Offer | None = None,
    prefix: str = "",
    framed: bool = False,
) -> list[Drawn]:
    """The questions with their values (as stored, or as posted) and errors by path (``tasks.0.due``).

    ``offer`` says what may be chosen where the question does not list it: regions, organisations, files, members.
    ``framed``: questions inside a row, each of which gets a label and help of its own nevertheless.
    """
    return [
        _one(one, values.get(one.id), errors or {}, offer or _nothing, prefix + one.id, one.id, framed=framed)
        for one in fields
    ]


def _nothing(_question: Field) -> Choices:
    return ()


def _one(
    one: Field,
    value: Any,
    errors: Mapping[str, Sequence[Message]],
    offer: Offer,
    name: str,
    path: str,
    *,
    framed: bool = False,
) -> Drawn:
    found = [drawing.say(reason) for reason in errors.get(path, ())]
    drawn: dict[str, Any] = {
        "question": one,
        "name": name,
        "value": value,
        "label": drawing.named(one.label),
        "help": drawing.named(one.help) if one.help else "",
        "errors": found,
    }
    if one.type == "members":
        given = value if isinstance(value, dict) else {}
        drawn["members"] = [
            Member(
                case,
                title,
                case in given,
                [
                    _one(
                        column,
                        (given.get(case) or {}).get(column.id),
                        errors,
                        offer,
                        f"{name}-{case}-{column.id}",
                        f"{path}.{case}.{column.id}",
                    )
                    for column in one.columns.values()
                ],
            )
            for case, title in sorted(
                offer(one),
                key=lambda offered: list(given).index(offered[0]) if offered[0] in given else len(given),
            )
        ]
        return Drawn(control=None, **drawn)
    if one.type == "table":
        rows = value if isinstance(value, list) else []
        shown = [*rows, *({} for _ in range(one.min_rows - len(rows))), {}]
        drawn["rows"] = [
            [
                _one(
                    column,
                    row.get(column.id),
                    errors,
                    offer,
                    f"{name}-{number}-{column.id}",
                    f"{path}.{number}.{column.id}",
                )
                for column in one.columns.values()
            ]
            for number, row in enumerate(shown)
        ]
        return Drawn(control=None, **drawn)
    if one.type == "checklist":
        given = value if isinstance(value, dict) else {}
        drawn["points"] = [
            (drawing.named(text), *_point(one, item, given.get(item) or {}, errors, f"{name}-{item}", f"{path}.{item}"))
            for item, text in one.items.items()
        ]
        return Drawn(control=None, **drawn)
    if one.type in OWN_PAGE:
        return Drawn(control=None, **drawn)
    return Drawn(
        control=_control(one, name, value, offer), attributes=_attributes(one, name, found, framed=framed), **drawn
    )


def _point(
    one: Field, item: str, given: Mapping[str, Any], errors: Mapping[str, Sequence[Message]], name: str, path: str
) -> tuple[Drawn, Drawn]:
    form = BaseForm(
        {
            f"{name}-conclusion": RadioField(
                choices=[SelectChoice(key, drawing.t(f"shell.checklist.{key}")) for key in CONCLUSIONS]
            ),
            f"{name}-remark": StringField(),
        }
    )
    form.process(data={f"{name}-conclusion": given.get("conclusion"), f"{name}-remark": given.get("remark", "")})
    found = [drawing.say(reason) for reason in errors.get(path, ())]
    texts: dict[str, Any] = {"question": one, "value": given, "help": ""}
    label = drawing.named(one.items[item])
    return (
        Drawn(name=f"{name}-conclusion", control=form[f"{name}-conclusion"], label=label, errors=found, **texts),
        Drawn(
            name=f"{name}-remark",
            control=form[f"{name}-remark"],
            label=drawing.t("shell.checklist.remark"),
            errors=[],
            attributes={"id": f"{name}-remark", "aria-label": f"{drawing.t('shell.checklist.remark')}: {label}"},
            **texts,
        ),
    )


def _control(one: Field, name: str, value: Any, offer: Offer) -> Control:
    unbound: Any
    if one.type == "long_text":
        unbound = TextAreaField()
    elif one.type in {"choice", "choices", "region", "product_class", "organisation", "people", "case_file"}:
        own = [(key, drawing.named(choice.title)) for key, choice in one.choices.items()]
        offered = [SelectChoice(key, text) for key, text in own or offer(one)]
        if one.type in {"choices", "people"}:
            unbound = SelectMultipleField(
                choices=offered, validate_choice=False, widget=ListWidget(), option_widget=CheckboxInput()
            )
        elif len(offered) <= FEW and one.type == "choice" and "-" not in name:  # in a row of a table a list is shorter
            unbound = RadioField(choices=offered, validate_choice=False)
        else:
            unbound = SelectField(
                choices=[SelectChoice("", drawing.t("shell.choose")), *offered], validate_choice=False
            )
    elif one.type == "file":
        unbound = FileField()
    elif one.type == "files":
        unbound = MultipleFileField()
    elif one.type == "boolean":
        unbound = StringField(widget=TextInput("checkbox"))
        value = "yes"
    else:
        unbound = StringField(widget=TextInput(_INPUTS.get(one.type, "text")))
    form = BaseForm({name: unbound})
    form.process(data={name: "" if value is None and one.type not in {"choices", "people"} else value})
    return form[name]


def _attributes(one: Field, name: str, errors: list[str], *, framed: bool) -> dict[str, Any]:
    # The column of a table says for all its cells what each should hold.
    described = [f"{name}-help"] if (framed or name == one.id) and (one.help or one.max_characters) else []
    described += [f"{name}-error"] if errors else []
    found: dict[str, Any] = {"id": name}
    if described:
        found["aria-describedby"] = " ".join(described)
    if errors:
        found["aria-invalid"] = "true"
    if one.required:
        found["aria-required"] = "true"
    if one.max_characters:
        found["data-limit"] = one.max_characters
    if one.type == "text" and (one.max_characters or SHORT + 1) <= SHORT:
        found["class"] = "medium"
    if one.type == "long_text":
        found["rows"] = 12 if (one.max_characters or 0) > 600 else 6
    if one.type in _MODES:
        found["inputmode"] = _MODES[one.type]
    if one.type in {"file", "files"}:
        found["accept"] = ",".join(f".{kind}" for kind in one.accept)
        found["data-megabytes"] = one.max_megabytes
    if one.fixed:
        found["readonly"] = True
    return found
