"""The form of one act for several cases: questions answered for all, and beside each case what is said of it alone.

Names of inputs: the questions for all under their own ids; those of one case under ``c<case>-<id>``; ``row`` once for
every case shown, ``case`` for those chosen, ``seen-<case>`` the version that was looked at. Comments on fields are lines
of text in the row of a case (see ``office.comments``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import g, request
from sqlalchemy.engine import Connection
from werkzeug.datastructures import FileStorage, MultiDict

from caseflow.cases import dossier
from caseflow.cases.ground import Ground
from caseflow.cases.view import View
from caseflow.office import bulk, comments
from caseflow.people.rights import Actor
from caseflow.web import act_context, clocks, drawing, filling, proposals
from caseflow.web.uploads import CaseStore
from caseflow.web.widgets import Context, Widget
from caseflow.words import LANGUAGES, text
from caseflow.workflow import fields
from caseflow.workflow.form import Field, Section
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

FORM_ROWS = 30
"""Of more cases than this the own answers are not typed on the page but in the worksheet."""
_NEEDS_CASE = frozenset({"each_row", "case_file", "dossier_fields", "organisation"})
"""Types whose choices depend on the case."""


@dataclass(slots=True)
class Given:
    """What a form, or a worksheet, said."""

    key: str
    common: dict[str, Any] = field(default_factory=dict)
    own: dict[int, dict[str, Any]] = field(default_factory=dict)
    chosen: list[int] = field(default_factory=list)
    seen: dict[int, int] = field(default_factory=dict)
    wrong: dict[int, list[str]] = field(default_factory=dict)
    """By case, in words: what cannot be taken."""
    marks: dict[int, str] = field(default_factory=dict)
    """By case: how a row of a worksheet differs from what was kept."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One case on the page."""

    row: bulk.Row
    due: clocks.Due | None
    chosen: bool
    wrong: list[str]
    mark: str
    widgets: list[Widget]
    hidden: list[tuple[str, str]]
    """Answers that are not typed here, as the form posts them."""
    said: list[str]
    """Labels of the questions that have an own answer."""
    waiting: dict[str, Any] | None


def draw(
    tx: Connection, ground: Ground, action: Action, rows: list[bulk.Row], given: Given | None
) -> tuple[list[Widget], list[Shown]]:
    """The questions for all, and every case with its own."""
    first = rows[0].view
    listed = bulk.for_all(action)
    about = replace(act_context.context(first, action), asked=None)
    common = filling.draw(listed, given.common if given else {}, tx=tx, ground=ground, context=about)
    dues = clocks.of_rows(tx, ground, [row.view.row for row in rows])
    return common, [_shown(tx, ground, action, row, given, dues, few=len(rows) <= FORM_ROWS) for row in rows]


def own_questions(action: Action, case_id: int) -> list[Field]:
    """The questions of one case, each under a name of its own."""
    return [_named(question, case_id) for question in bulk.for_each(action)]


def read(action: Action, case_ids: Iterable[int], sections: list[Section], key: str) -> Given:
    """What was posted, with uploads taken in."""
    given = Given(key, chosen=request.form.getlist("case", type=int))
    store = _Store(CaseStore(0, g.actor, f"act.{action.id}"), {})
    given.common, _ = filling.read(bulk.for_all(action), request.form, _no_uploads(), store)
    for case_id in case_ids:
        seen = request.form.get(f"seen-{case_id}", type=int)
        if seen is not None:
            given.seen[case_id] = seen
        originals = {f"c{case_id}-{one.id}": one for one in bulk.for_each(action)}
        store = _Store(CaseStore(case_id, g.actor, f"act.{action.id}"), originals)
        raw, against = filling.read(own_questions(action, case_id), request.form, request.files, store)
        own = {originals[name].id: value for name, value in raw.items()}
        wrong = [drawing.say(one) for found in against.values() for one in found]
        for question in bulk.for_each(action):
            if question.type == "field_comments":
                own[question.id], found = comments.read(str(own.get(question.id) or ""), sections)
                wrong += [drawing.say(one) for one in found]
        given.own[case_id] = own
        if wrong:
            given.wrong[case_id] = wrong
    return given


def kept(tx: Connection, ground: Ground, actor: Actor, action: Action, case_id: int) -> dict[str, Any]:
    """What this person has typed of an act on one case before."""
    _, values = dossier.read_draft(tx, ground, case_id, f"act.{action.id}", f"person:{actor.person_id}")
    known = {question.id for question in bulk.for_each(action)}
    return {name: value for name, value in values.items() if name in known}


def keep(tx: Connection, ground: Ground, actor: Actor, action: Action, given: Given) -> None:
    """Keep what was typed with each case, as its own form does."""
    part, owner = f"act.{action.id}", f"person:{actor.person_id}"
    for case_id in given.chosen:
        answers = bulk.merged(action, given.common, given.own.get(case_id, {}))
        values, _ = fields.clean_section(list(action.asks.values()), answers, complete=False)
        version, _ = dossier.read_draft(tx, ground, case_id, part, owner)
        dossier.save_draft(tx, ground, case_id, part, owner, values, version, actor.person_id)


def _shown(
    tx: Connection,
    ground: Ground,
    action: Action,
    row: bulk.Row,
    given: Given | None,
    dues: Mapping[int, clocks.Due],
    *,
    few: bool,
) -> Shown:
    view, case_id = row.view, row.view.row["id"]
    own = given.own.get(case_id, {}) if given else kept(tx, ground, view.actor, action, case_id)
    values = {f"c{case_id}-{name}": _typed(view, action, name, value) for name, value in own.items()}
    questions = own_questions(action, case_id) if row.may else []
    return Shown(
        row=row,
        due=dues.get(case_id),
        chosen=row.may and (case_id in given.chosen if given else True),
        wrong=given.wrong.get(case_id, []) if given else [],
        mark=given.marks.get(case_id, "") if given else "",
        widgets=_widgets(tx, ground, view, action, questions, values) if few else [],
        hidden=[] if few else filling.pairs(questions, values),
        said=[drawing.named(one.label) for one in bulk.for_each(action) if not bulk.nothing(own.get(one.id))],
        waiting=proposals.proposed(view) if row.waiting is not None else None,
    )


def _widgets(
    tx: Connection, ground: Ground, view: View, action: Action, questions: list[Field], values: dict[str, Any]
) -> list[Widget]:
    about = Context()
    if any(question.type in _NEEDS_CASE for question in questions):
        about = replace(act_context.context(view, action), asked=None)
    return filling.draw(questions, values, tx=tx, ground=ground, context=about)


def _named(question: Field, case_id: int) -> Field:
    """A question as it stands in the row of a case: never required there, and comments as lines."""
    changed: dict[str, Any] = {"id": f"c{case_id}-{question.id}", "required": False, "when": None}
    if question.type == "field_comments":
        help_ = {language: text("bulk.comment_lines", language) for language in LANGUAGES}
        changed |= {"type": "long_text", "help": Text(**help_), "max_characters": None}
    return question.model_copy(update=changed)


def _typed(view: View, action: Action, name: str, value: Any) -> Any:
    """A stored answer as it is typed into the row of a case."""
    if action.asks[name].type == "field_comments" and isinstance(value, Mapping):
        return comments.written(value, view.sections(), g.language)
    return value


def _no_uploads() -> MultiDict[str, FileStorage]:
    return MultiDict()


@dataclass(frozen=True, slots=True)
class _Store:
    """Where the uploads of one row go: recorded under the question's own name."""

    inner: CaseStore
    originals: Mapping[str, Field]

    def take(self, question: Field, upload: FileStorage) -> int:
        return self.inner.take(self.originals.get(question.id, question), upload)

    def holds(self, file_id: int) -> bool:
        return self.inner.holds(file_id)
