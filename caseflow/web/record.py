"""What was said in a case, ready to be read: the dossier section by section, the answers of each act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import dossier as dossiers
from caseflow.cases import lines, show
from caseflow.cases.models import case
from caseflow.cases.view import View
from caseflow.records import journal
from caseflow.web import answers, drawing
from caseflow.web.answers import Shown
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.lookups import takes
from caseflow.workflow.procedure import Action
from caseflow.workflow.publishing import published
from caseflow.workflow.report import paths
from caseflow.workflow.sampling import samples

LONG = ("long_text", "each_row", "table")
"""Answers that need the whole width."""
NOT_READ = ("score_sheet",)
"""What no page shows from the answers of an act: scores are read through the panel's own rules."""
BRIEF = ("choice", "choices", "region", "product_class", "credit_code", "decimal", "integer", "date")
MOST_BRIEF = 10
MOST_TOLD = 3
"""Columns that tell which row of a table was drawn."""
_NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer under its label."""

    path: str
    label: str
    shown: Shown
    long: bool = False
    basis: str = ""
    comment: str = ""
    """What the last return said of it."""
    changed: bool = False
    """It differs from the revision before."""
    open: bool = False
    """The applicant may change it now."""
    before: Shown | None = None
    """What stands in the dossier at the place that it would replace."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the dossier, or the answers of one act."""

    id: str
    title: str
    answers: tuple[Answer, ...]


def dossier(view: View, *, before: Mapping[str, Mapping[str, Any]] | None = None) -> list[Part]:
    """The dossier as this reader may see it. ``before``: an earlier revision, from which changes are marked."""
    values, comments = view.dossier(), view.comments()
    unlocked = set(view.row["unlocked"])
    parts = []
    for section in view.sections():
        own = values.get(section.id, {})
        given = [
            Answer(
                path=f"{section.id}.{question.id}",
                label=drawing.named(question.label),
                shown=shown(view, question, own.get(question.id)),
                long=question.type == "long_text",
                basis=question.basis or "",
                comment=comments.get(f"{section.id}.{question.id}", ""),
                changed=before is not None and before.get(section.id, {}).get(question.id) != own.get(question.id),
                open=f"{section.id}.{question.id}" in unlocked,
            )
            for question in section.fields.values()
        ]
        parts.append(Part(section.id, drawing.named(section.title), tuple(given)))
    return parts


def digest(view: View) -> Part:
    """The short answers by which a reader knows what a dossier is about: nothing personal, no long text."""
    values = view.dossier()
    called = {view.definition.case_title, view.definition.case_subject}
    given = []
    for section in view.sections():
        for question in section.fields.values():
            path, stored = f"{section.id}.{question.id}", values.get(section.id, {}).get(question.id)
            brief = question.type in BRIEF or f"dossier.{path}" in called
            if brief and not question.personal and stored not in _NOTHING:
                given.append(Answer(path, drawing.named(question.label), shown(view, question, stored)))
    return Part("digest", drawing.t("case.digest"), tuple(given[:MOST_BRIEF]))


def of_act(view: View, action: Action, values: Mapping[str, Any], before: Mapping[str, Shown] | None = None) -> Part:
    """The answers of an act; ``before`` is what those would replace that amend the dossier."""
    store = action.store or action.id
    given = tuple(
        Answer(
            path=f"{store}.{question.id}",
            label=drawing.named(question.label),
            shown=shown(view, question, values.get(question.id)),
            long=question.type in LONG,
            basis=question.basis or "",
            before=(before or {}).get(question.id),
        )
        for question in action.asks.values()
        if question.type not in NOT_READ and values.get(question.id) not in _NOTHING
    )
    return Part(store, drawing.named(action.title), given)


def given_so_far(view: View, *, without: frozenset[str] = frozenset()) -> list[Part]:
    """What was said in the acts so far, in the order of the procedure, as far as this reader may know it.

    Acts that add one entry to another are left to ``entries``. ``without``: effects whose acts are left out.
    """
    known: dict[str, Any] = view.facts()
    parts: dict[str, Part] = {}
    done = _done(view)
    for action in acts(view.definition):
        store = action.store or action.id
        skipped = action.appends or without & {call.name for call in action.then}
        if store in known and store not in parts and not skipped:
            part = of_act(view, done.get(store, action), known[store])
            if part.answers:
                parts[store] = part
    return [*parts.values(), *_beside(view, known)]


def _done(view: View) -> dict[str, Action]:
    """By store the act that answered last, where several answer into the same."""
    titles: dict[str, set[str]] = {}
    for action in acts(view.definition):
        titles.setdefault(action.store or action.id, set()).add(action.id)
    shared = {store for store, named in titles.items() if len(named) > 1}
    found: dict[str, Action] = {}
    for row in journal.entries(view.tx, view.row["id"]) if shared else ():
        act = view.definition.action(row.from_state, row.act) if row.from_state and "answers" in row.body else None
        if act is not None and (act.store or act.id) in shared:
            found[act.store or act.id] = act
    return found


def _beside(view: View, known: Mapping[str, Any]) -> Iterator[Part]:
    """What acts have kept beside their answers: entries of registers, samples drawn by lot, factors published."""
    definition, fields = view.definition, paths(view.definition)
    kinds = {
        **{store: ("entry", definition.registers[name].title) for store, name in takes(definition).items()},
        **{store: ("sample", fields[one.of].label) for store, one in samples(definition).items()},
        **{store: ("factor", fields[one.name].label) for store, one in published(definition).items()},
    }
    for store, (kind, of) in ((one, found) for one, found in kinds.items() if known.get(one)):
        said = {name: field for name, field in fields.items() if name.rpartition(".")[0] == store}
        found = tuple(
            Answer(name, drawing.named(field.label), shown(view, field, known[store][field.id]))
            for name, field in said.items()
            if known[store].get(field.id) is not None
        )
        if kind == "sample":
            drawn = _drawn(view, samples(definition)[store].of, known[store])
            found = tuple(replace(one, shown=drawn, long=True) if one.path == f"{store}.rows" else one for one in found)
        yield Part(store, drawing.t(f"case.kept.{kind}", of=drawing.named(of)), found)


def _drawn(view: View, table: str, kept: Mapping[str, Any]) -> Shown:
    """The rows of a sample in the order of the draw, each with its number and what it says first."""
    _, section, name = table.split(".")
    question = paths(view.definition)[table]
    told = [one for one in question.columns.values() if not one.personal and one.type not in ("file", "files")]
    stored = view.scoped(dossiers.frozen(view.tx, view.ground, view.row["id"], kept["revision"]))
    rows = stored.get(section, {}).get(name) or []
    columns = [show.words("case.sampled_row"), *(show.pair(column.label) for column in told[:MOST_TOLD])]
    cells: list[list[Any]] = []
    for number in kept["rows"]:
        row = rows[int(number) - 1] if int(number) <= len(rows) else {}
        cells.append([show.both(number), *(show.value(view.ground, one, row.get(one.id)) for one in told[:MOST_TOLD])])
    return Shown("table", columns=columns, rows=cells, empty=not cells)


def acts(definition: Definition) -> Iterable[Action]:
    """Every act of a definition, in the order of its states."""
    for state in definition.states.values():
        yield from state.actions.values()
    yield from definition.anywhere.values()


def case_names(tx: Connection, ids: Iterable[int]) -> dict[int, str]:
    """Number and title of cases."""
    rows = tx.execute(sa.select(case.c.id, case.c.number, case.c.title).where(case.c.id.in_(list(ids))))
    return {row.id: f"{row.number or ''} {row.title}".strip() for row in rows}


def shown(view: View, question: Field, stored: Any, dossier: Mapping[str, Any] | None = None) -> Shown:
    """One answer of the dossier or of an act, ready to be read; ``dossier`` is the one it spoke of, if not the present."""
    if question.type == "members" and isinstance(stored, Mapping):
        return _members(view, question, stored)
    if question.type == "field_comments" and isinstance(stored, Mapping):
        said = [(_field_name(view.definition, place), str(text)) for place, text in stored.items()]
        return Shown("comments", lines=said, empty=not said)
    if question.type == "each_row" and isinstance(stored, Mapping):
        return _each_row(view, question, stored, view.dossier() if dossier is None else dossier)
    if question.type in ("people", "organisation", "case_file", "dossier_fields") and stored:
        ((_, told),) = lines.answered(view.tx, view.ground, view.definition, question, stored, {})
        return Shown("text", text=told)
    return answers.shown(view.tx, view.ground, question, stored)


def _each_row(
    view: View, question: Field, stored: Mapping[str, Mapping[str, Any]], dossier: Mapping[str, Any]
) -> Shown:
    """What was said of each row of a table of the dossier, a column for each question."""
    titles = lines.row_titles(view.definition, dossier, question)
    columns = [show.words("case.row"), *(show.pair(column.label) for column in question.columns.values())]
    rows: list[list[Any]] = [
        [
            titles.get(number, show.both(int(number) + 1)),
            *(shown(view, column, said.get(column.id)) for column in question.columns.values()),
        ]
        for number, said in stored.items()
    ]
    return Shown("table", columns=columns, rows=rows, empty=not rows)


def _members(view: View, question: Field, stored: Mapping[str, Mapping[str, Any]]) -> Shown:
    names = case_names(view.tx, [int(one) for one in stored])
    head = show.both(drawing.t("case.case"))
    columns = [head, *(show.pair(column.label) for column in question.columns.values())]
    rows = [
        [
            show.both(names.get(int(number), number)),
            *(show.value(view.ground, column, (said or {}).get(column.id)) for column in question.columns.values()),
        ]
        for number, said in stored.items()
    ]
    return Shown("table", columns=columns, rows=rows, empty=not rows)


def _field_name(definition: Definition, place: str) -> show.Pair:
    section, _, name = place.partition(".")
    found = definition.dossier.get(section)
    if found is None or name not in found.fields:
        return show.both(place)
    label = found.fields[name].label
    return {"zh": f"{found.title.zh}：{label.zh}", "en": f"{found.title.en}: {label.en}"}
