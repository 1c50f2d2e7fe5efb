"""The questions of a dossier explained: whether they can be typed now, whether they must be, and who does not see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from caseflow.cases import questions
from caseflow.cases.view import View
from caseflow.web import drawing
from caseflow.web.why_acts import Lines
from caseflow.workflow.definition import Definition
from caseflow.workflow.fields import relevant
from caseflow.workflow.form import Field, Section
from caseflow.workflow.rights import covers, hidden_from


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what holds of it."""

    label: str
    says: tuple[str, ...]
    basis: str
    line: str


@dataclass(frozen=True, slots=True)
class Part:
    """One section: whether it can be typed in now, and why not."""

    id: str
    title: str
    open: bool
    reason: str
    questions: tuple[Question, ...]


def of_case(view: View, lines: Lines) -> list[Part]:
    """The sections and questions that the reader may see."""
    values = view.dossier()
    return [_part(view, section, lines, values) for section in view.sections() if section.fields]


def _part(view: View, section: Section, lines: Lines, values: Mapping[str, Any]) -> Part:
    is_open = view.may_edit(section.id)
    put = questions.in_section(view.loaded, section, values)
    answered = relevant(section.fields, values.get(section.id, {}), put)
    asked = frozenset(one.id for one in section.fields.values() if one.when is None or put(one.when, answered))
    told = tuple(_question(view, section, one, lines, asked, is_open=is_open) for one in section.fields.values())
    return Part(section.id, drawing.named(section.title), is_open, "" if is_open else _closed(view, section), told)


def _closed(view: View, section: Section) -> str:
    """Why nothing can be typed in a section now."""
    state = view.state
    if state.final:
        return drawing.t("why.field_ended")
    if not state.typed_in:
        return drawing.t("why.field_filed")
    if not view.types and not view.own_fields():
        typing = _typing(view.definition, view.row["state"])
        return drawing.t("why.field_others", roles=typing) if typing else drawing.t("why.field_filed")
    if "unlocked" in state.edits:
        return drawing.t("why.field_locked")
    return drawing.t("why.field_not_here", section=drawing.named(section.title))


def _typing(definition: Definition, state: str) -> list[dict[str, str]]:
    """The roles that type the dossier in a state."""
    here = definition.states[state]
    roles = [here.holder] if here.holder is not None and {"dossier", "unlocked"} & set(here.edits) else []
    titles = [definition.roles[one].title for one in dict.fromkeys([*roles, *here.edits_of]) if one in definition.roles]
    return [{"zh": one.zh, "en": one.en} for one in titles]


def _question(
    view: View, section: Section, question: Field, lines: Lines, asked: frozenset[str], *, is_open: bool
) -> Question:  # fmt: skip
    says = [
        *_typed(view, section, question, is_open=is_open),
        *_must(section, question, asked),
        *_seen(view, section, question),
    ]
    place = ("dossier", section.id, "fields", question.id)
    return Question(drawing.named(question.label), tuple(says), question.basis or "", lines(place))


def _typed(view: View, section: Section, question: Field, *, is_open: bool) -> Iterator[str]:
    if question.fixed:
        yield drawing.t("why.field_fixed")
    elif is_open and not view.may_edit(section.id, question.id):
        locked = "unlocked" in view.state.edits and view.types
        yield drawing.t("why.field_locked" if locked else "why.field_not_yours")


def _must(section: Section, question: Field, asked: frozenset[str]) -> Iterator[str]:
    """Whether an answer is required, when the question is put at all, and how long it may be."""
    conditional = question.when is not None or section.when is not None
    if question.required:
        yield drawing.t("why.field_required_when" if conditional else "why.field_required")
    elif conditional:
        yield drawing.t("why.field_when")
    if question.id not in asked:
        yield drawing.t("why.field_not_asked")
    if question.max_characters is not None:
        yield drawing.t("why.field_characters", n=question.max_characters)
    if question.personal:
        yield drawing.t("why.field_personal")


def _seen(view: View, section: Section, question: Field) -> Iterator[str]:
    """Which roles do not see it here; told to the authority's own office alone, which sees all."""
    path = f"dossier.{section.id}.{question.id}"
    if not view.is_office:
        return
    blind = [
        {"zh": role.title.zh, "en": role.title.en}
        for role in view.definition.roles.values()
        if covers(hidden_from(view.definition, role.id, view.row["state"]), path)
    ]
    if blind:
        yield drawing.t("why.field_hidden", roles=blind)
