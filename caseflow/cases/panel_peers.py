"""What an expert sees of the others in the discussion: of a case that is open to that expert, and of no other.

Without names the others are called by signs whose order differs from case to case, so that nobody is followed through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import discussion, panels, remarks, scores
from caseflow.cases.ground import Ground
from caseflow.people import accounts
from caseflow.records import personal
from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.panel import Panel

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_LETTERS = "ABCDEFGHIJ"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of somebody on the panel, under the name by which the reader knows who gave it."""

    label: Message
    typed: dict[str, Any]
    own: bool
    far: bool
    """It lies far from the others'."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something said of the case."""

    label: Message
    text: str
    kind: str
    own: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """What is open to one expert of the discussion of one case."""

    sheets: tuple[Sheet, ...]
    """The own first."""
    said: tuple[Line, ...]
    questions: tuple[str, ...]
    """Those to this expert that wait for an answer."""
    opinion: str


def talk(
    tx: Connection, ground: Ground, definition: Definition, row: Mapping[Any, Any], panel_id: str, member_id: int,
    person_id: int,
) -> Talk | None:  # fmt: skip
    """The discussion of one case as an expert may read it; nothing where it is not open to that expert."""
    panel, case_id = definition.panels[panel_id], row["id"]
    open_here = discussion.is_open(definition, row["state"], panel_id)
    if not open_here or member_id not in discussion.of_expert(tx, case_id, panel_id, person_id):
        return None
    found = [one for one in remarks.rows(tx, case_id, panel_id) if one["member_case_id"] == member_id]
    called = labels(tx, ground, panel, case_id, member_id, person_id)
    sheets = scores.valid(tx, case_id, panel_id, abstained=True)[member_id]
    seen = [
        one
        for one in sheets
        if one["person_id"] in called and (panel.sees_peers != "never" or one["person_id"] == person_id)
    ]
    places = list(called)
    far = {one.expert for one in discussion.outlying(tx, panel, case_id) if one.case == member_id}
    shown = [
        Sheet(
            called[one["person_id"]],
            scores.typed(ground.keys, panel, one),
            one["person_id"] == person_id,
            one["person_id"] in far and panel.sees_peers != "never",
        )
        for one in sorted(seen, key=lambda one: places.index(one["person_id"]))
    ]
    opinion = remarks.opinions(found).get(member_id)
    return Talk(
        sheets=tuple(sorted(shown, key=lambda one: not one.own)),
        said=tuple(_lines(tx, ground, panel, called, found, person_id)),
        questions=tuple(remarks.words(ground.keys, one) for one in remarks.open_questions(found, person_id)),
        opinion=remarks.words(ground.keys, opinion) if opinion is not None else "",
    )


def labels(
    tx: Connection, ground: Ground, panel: Panel, case_id: int, member_id: int, reader: int | None
) -> dict[int, Message]:
    """How everybody who sits before a case is called to a reader (an expert; nobody: the office, which reads names)."""
    barred = _barred(tx, case_id, member_id)
    sitting = [one for one in panels.seats(tx, case_id, panel.id) if not one["reserve"]]
    people = {one["person_id"]: one["name"] for one in sitting if one["person_id"] not in barred}
    if reader is None or panel.sees_peers == "named":
        return {number: Message("discussion.named", {"name": name}) for number, name in people.items()}
    order = sorted(people, key=lambda one: _mixed(ground, panel, case_id, member_id, one))
    return {
        number: Message("discussion.own_label" if number == reader else "discussion.label", {"sign": _sign(place)})
        for place, number in enumerate(order)
    }


def names(tx: Connection, case_id: int, panel_id: str) -> dict[int, str]:
    """Everybody who sat or said something on a panel by name, for the office that runs it."""
    spoke = {row["person_id"] for row in remarks.rows(tx, case_id, panel_id)}
    return accounts.names(tx, spoke | panels.ever_seated(tx, case_id, panel_id))


def _lines(
    tx: Connection, ground: Ground, panel: Panel, called: Mapping[int, Message], found: list[Any], person_id: int
) -> Iterable[Line]:
    """What was said. Who asked is not told; of who stands aside by now nothing is."""
    sat = panels.ever_seated(tx, found[0]["case_id"], panel.id) if found else frozenset()
    barred = _barred(tx, found[0]["case_id"], found[0]["member_case_id"]) if found else set()
    for row in found:
        own, to_own = row["person_id"] == person_id, row["to_person_id"] == person_id
        asks = row["kind"] == "question"
        if row["kind"] == remarks.OPINION or (asks and row["to_person_id"] not in called):
            continue
        if (row["person_id"] in barred and not asks) or (panel.sees_peers == "never" and not (own or to_own)):
            continue
        if asks:
            label = Message("discussion.question_to", {"who": called[row["to_person_id"]]})
        else:
            former = Message("discussion.former" if row["person_id"] in sat else "discussion.office")
            label = called.get(row["person_id"], former)
        yield Line(label, remarks.words(ground.keys, row), row["kind"], own)


def _barred(tx: Connection, case_id: int, member_id: int) -> set[int]:
    return {person for number, person in panels.conflicts(tx, case_id) if number == member_id}


def _mixed(ground: Ground, panel: Panel, case_id: int, member_id: int, person_id: int) -> str:
    """An order that nobody without the key can foresee, and another for each case."""
    return personal.digest(ground.keys.current, ["panel label", case_id, panel.id, member_id, person_id])


def _sign(place: int) -> dict[str, str]:
    if place < len(_STEMS):
        return {"zh": _STEMS[place], "en": _LETTERS[place]}
    return {"zh": str(place + 1), "en": str(place + 1)}
