"""What acts have gathered one beside the other: visits, reports, support, clues; and how far the tasks of a plan are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from caseflow.cases import dossier, lines, paths, show
from caseflow.cases.view import View
from caseflow.records import journal
from caseflow.web import act_context, drawing, record
from caseflow.web.answers import Shown
from caseflow.web.widgets import TableRow
from caseflow.workflow.form import Field
from caseflow.workflow.procedure import Action

AMENDED = "amended"
"""In the journal: the places of the dossier that an act replaced."""
TABLES = ("each_row", "table")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: by whom and when, and an answer for each column (none where nothing was said)."""

    seq: int
    at: datetime
    organisation: show.Pair
    person: str
    """Empty where the person is not to be named to this reader."""
    cells: tuple[Shown | None, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """All entries of one store, the newest first."""

    id: str
    title: str
    columns: tuple[str, ...]
    wide: tuple[bool, ...]
    """Which columns hold long texts or rows of their own."""
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What an act said last of one row of a table."""

    act: str
    at: datetime
    answers: tuple[tuple[str, Shown], ...]
    earlier: bool
    """The table has been changed since."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A table of the dossier of whose rows acts speak, with what was said last of each row."""

    id: str
    title: str
    rows: tuple[tuple[TableRow, tuple[Said, ...]], ...]
    counts: tuple[tuple[str, int], ...]
    """How many rows stand how, by the first choice of the newest entry."""


def gathered(view: View) -> list[Gathered]:
    """Every store with entries that this reader may know, in the order of the procedure."""
    known, found = view.facts(), dict[str, Gathered]()
    stamps = None
    for action in record.acts(view.definition):
        store = action.store or action.id
        if not action.appends or store in found or not known.get(store):
            continue
        stamps = stamps or _Stamps(view)
        found[store] = _of_store(view, action, known[store], stamps)
    return list(found.values())


def progress(view: View) -> list[Progress]:
    """The tables of whose rows something may be said in this workflow, where this reader knows what was said."""
    spoken: dict[str, list[tuple[Action, Field]]] = {}
    for action in record.acts(view.definition):
        for question in action.asks.values():
            if question.type == "each_row" and question.of is not None:
                spoken.setdefault(question.of, []).append((action, question))
    known = view.facts()
    found = []
    for path, asked in spoken.items():
        if any(known.get(action.store or action.id) for action, _ in asked):
            found.append(_progress(view, path, asked, known))
    return found


def of_rows(view: View) -> list[Progress]:
    """The same tables before anything was said of their rows: what is to be done."""
    asked = (question.of for action in record.acts(view.definition) for question in action.asks.values())
    values = view.dossier()
    return [
        Progress(
            _id(path), _title(view, path), tuple((row, ()) for row in act_context.table_rows(view, values, path)), ()
        )
        for path in dict.fromkeys(path for path in asked if path is not None)
    ]


class _Stamps:
    """Who made which entry of the journal and when, and with which revision of the dossier the case stood then."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._rows = {row.seq: row for row in journal.entries(view.tx, view.row["id"])}
        self._by = {one.row.seq: one.by for one in view.timeline()}
        self._dossiers: dict[int, Mapping[str, Any]] = {}

    def entry(self, seq: int, cells: Iterable[Shown | None]) -> Entry:
        row = self._row(seq)
        organisation = lines.organisation_name(self._view.tx, row.organisation_id)
        return Entry(seq, row.at, organisation, self._by.get(seq, ""), tuple(cells))

    def at(self, seq: int) -> datetime:
        found: datetime = self._row(seq).at
        return found

    def _row(self, seq: int) -> Row[Any]:
        """The entry of the journal; of what was imported with the case, its first."""
        return self._rows.get(seq) or self._rows[min(self._rows)]

    def title(self, seq: int, otherwise: Action) -> str:
        """The title of the act that made an entry: several may gather in one store."""
        row = self._row(seq)
        action = self._view.definition.action(row.from_state, row.act) if row.from_state else None
        return drawing.named((action or otherwise).title)

    def dossier_at(self, seq: int) -> Mapping[str, Any]:
        """The dossier as it stood when an entry was made."""
        made = [row.body["revision"] for row in self._rows.values() if row.seq <= seq and row.body.get("revision")]
        number = made[-1] if made else self._view.row["revision"]
        if number == self._view.row["revision"]:
            return self._view.dossier()
        if number not in self._dossiers:
            view = self._view
            earlier = dossier.frozen(view.tx, view.ground, view.row["id"], number)
            self._dossiers[number] = view.scoped(earlier)
        return self._dossiers[number]

    def changed_since(self, seq: int, path: str) -> bool:
        """Whether a place of the dossier was replaced after an entry was made."""
        place = path.removeprefix("dossier.")
        return any(place in row.body.get(AMENDED, ()) for row in self._rows.values() if row.seq > seq)


def _of_store(view: View, action: Action, stored: Mapping[str, Any], stamps: _Stamps) -> Gathered:
    said = paths.entries(stored)
    asked = [
        one for one in action.asks.values() if any(given.get(one.id) not in (None, "", [], {}) for _, given in said)
    ]
    entries = [
        stamps.entry(
            seq,
            [
                record.shown(view, question, given[question.id], stamps.dossier_at(seq))
                if given.get(question.id) not in (None, "", [], {})
                else None
                for question in asked
            ],
        )
        for seq, given in reversed(said)
    ]
    return Gathered(
        action.store or action.id,
        stamps.title(said[-1][0], action),
        tuple(drawing.named(question.label) for question in asked),
        tuple(question.type in (*TABLES, "long_text") for question in asked),
        tuple(entries),
    )


def _progress(view: View, path: str, asked: Iterable[tuple[Action, Field]], known: Mapping[str, Any]) -> Progress:
    stamps, rows = _Stamps(view), act_context.table_rows(view, view.dossier(), path)
    said: list[list[Said]] = [[] for _ in rows]
    newest, counts = 0, dict[str, int]()
    for action, question in asked:
        store = known.get(action.store or action.id)
        given = paths.entries(store) if action.appends else [(_last(view, action), dict(store))] if store else []
        for number, list_of in enumerate(said):
            of_row = [
                (seq, one[question.id][str(number)]) for seq, one in given if str(number) in one.get(question.id, {})
            ]
            if of_row:
                seq, answers = of_row[-1]
                list_of.append(_said(view, action, question, answers, seq, stamps, path))
        choice = next((column for column in question.columns.values() if column.type == "choice"), None)
        if given and choice is not None and given[-1][0] > newest:
            newest, last = given[-1][0], given[-1][1].get(question.id, {})
            counts = _counted(choice, [row.get(choice.id) for row in last.values()])
    shown = tuple(
        (row, tuple(sorted(of, key=lambda one: one.at, reverse=True))) for row, of in zip(rows, said, strict=True)
    )
    return Progress(_id(path), _title(view, path), shown, tuple(counts.items()))


def _said(
    view: View, action: Action, question: Field, answers: Mapping[str, Any], seq: int, stamps: _Stamps, path: str
) -> Said:
    shown = tuple(
        (drawing.named(column.label), record.shown(view, column, answers[column.id]))
        for column in question.columns.values()
        if answers.get(column.id) not in (None, "", [])
    )
    return Said(drawing.named(action.title), stamps.at(seq), shown, stamps.changed_since(seq, path))


def _last(view: View, action: Action) -> int:
    """The journal entry in which an act took effect last."""
    rows = [row.seq for row in journal.entries(view.tx, view.row["id"]) if row.act == action.id]
    return rows[-1] if rows else 1


def _counted(choice: Field, given: Iterable[Any]) -> dict[str, int]:
    listed = list(given)
    return {drawing.named(one.title): listed.count(name) for name, one in choice.choices.items() if listed.count(name)}


def _title(view: View, path: str) -> str:
    _, section, name = path.split(".")
    return drawing.named(view.definition.dossier[section].fields[name].label)


def _id(path: str) -> str:
    return path.replace(".", "-")
