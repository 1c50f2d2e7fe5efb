"""What happened in a case, as one person may read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.engine import Connection, Row

from caseflow.cases import circulating, desk_acts, disposal, sealed, supervising
from caseflow.cases.ground import Ground
from caseflow.people import accounts
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.workflow.definition import Definition

_BESIDE = frozenset({*disposal.ACTS, *desk_acts.ACTS, *circulating.ACTS, *supervising.ACTS, *sealed.ACTS})
"""Acts of the engine beside which words may stand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline, as far as this person may read it."""

    row: Row[Any]
    title: dict[str, str]
    state: dict[str, str]
    by: str
    """Empty where the person is not to be named to this reader."""
    note: str = ""
    """What was written beside an act of the engine: why a task was handed on, what was urged."""


class Reader(Protocol):
    """Who reads, and how far: a ``view.View``."""

    tx: Connection
    ground: Ground
    actor: Actor

    @property
    def row(self) -> Mapping[Any, Any]: ...
    @property
    def definition(self) -> Definition: ...
    @property
    def is_office(self) -> bool: ...
    @property
    def is_staff(self) -> bool: ...
    @property
    def is_applicant(self) -> bool: ...
    @property
    def is_party(self) -> bool: ...
    def name_of(self, state: str) -> dict[str, str]: ...
    def public_name(self, state: str) -> dict[str, str]: ...


def of(reader: Reader) -> list[Entry]:
    """What happened, newest first. What another level of office does inside, and an officer's name to outsiders,
    stays unsaid: there the public name of the state stands in its place.
    """
    rows = journal.entries(reader.tx, reader.row["id"])
    names = accounts.names(reader.tx, [row.person_id for row in rows])
    engine = any(row.act in _BESIDE for row in rows)
    notes = desk_acts.notes(reader.tx, reader.ground, reader.row) if engine else {}
    found: list[Entry] = []
    shown = ""
    for row in rows:
        inside = _inside(reader, row)
        public = reader.public_name(row.to_state)
        if not inside and (public["zh"] == shown or not (reader.is_applicant or reader.is_staff or reader.is_party)):
            continue
        shown = public["zh"]
        if inside:
            by = names.get(row.person_id, "") if reader.is_staff or not _is_outside(reader, row) else ""
            note = notes.get(row.seq, "")
            found.append(Entry(row, _act_title(reader.definition, row), reader.name_of(row.to_state), by, note))
        else:
            found.append(Entry(row, public, public, ""))
    return found[::-1]


def _inside(reader: Reader, row: Row[Any]) -> bool:
    """Whether this person may read who did what in an entry."""
    if row.act in circulating.ACTS:
        return bool(row.organisation_id == reader.actor.organisation_id)
    if row.act == desk_acts.URGE and row.body.get(desk_acts.URGED) == reader.actor.person_id:
        return True  # an expert, who otherwise reads of the own acts alone
    if reader.is_party:
        return bool(row.organisation_id == reader.actor.organisation_id)
    if not (reader.is_staff or reader.is_applicant):
        return bool(row.person_id == reader.actor.person_id)  # of a panel: experts may come from one organisation
    if reader.is_office or not _is_outside(reader, row):
        return True
    if row.act in _BESIDE and row.body.get("organisation") == reader.actor.organisation_id:
        return True  # whoever is urged or supervised reads that, if not by whom
    role = reader.definition.roles.get(row.role)
    return reader.is_staff and (role is None or role.sees != "own_authority") and not _answers_authority(reader, row)


def _answers_authority(reader: Reader, row: Row[Any]) -> bool:
    """Whether an act belongs to a state that the authority holds: an answer to what it is about to decide."""
    state = reader.definition.states.get(row.from_state or "")
    holder = reader.definition.roles.get(state.holder or "") if state is not None else None
    inside = holder is not None and holder.sees == "own_authority"
    return state is not None and inside and row.act in state.actions


def _is_outside(reader: Reader, row: Row[Any]) -> bool:
    """Whether somebody else did it than the own side: the own organisation, or the applicant that one assists."""
    sides = {reader.actor.organisation_id, *((reader.row["organisation_id"],) if reader.is_applicant else ())}
    return row.organisation_id not in sides


def _act_title(definition: Definition, row: Row[Any]) -> dict[str, str]:
    action = definition.action(row.from_state, row.act) if row.from_state else None
    if row.act == sealed.ACT:
        return {"key": f"act.engine.{row.act}", **sealed.titles(definition, row.body[sealed.READ])}
    if action is None:
        return {"key": f"act.engine.{row.act}", "zh": "", "en": ""}
    return {"zh": action.title.zh, "en": action.title.en}
