"""Entries of registers that a rehearsal or a simulation finds there, as if other cases had made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import numbers, opening, register_book
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.register_book import Why
from caseflow.cases.register_models import register_entry
from caseflow.people import organisations
from caseflow.workflow.days import workdays
from caseflow.workflow.days.holidays import Calendar

OWN = ("number", "holder", "status", "until")
"""What is said of an entry beside its values."""
_ACT = "given"
_HOLDER = "unit"
"""The place whose entries they are unless it is said."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the entries hang: a case of nobody's procedure, opened for this alone."""

    tx: Connection
    loaded: Loaded
    case_id: int
    authority_id: int

    def lay(
        self, given: Mapping[str, Sequence[Mapping[str, Any]]], place: Callable[[str], int], calendar: Calendar
    ) -> None:
        """Make the entries that a test of a definition gives, by register; ``place`` finds who is named as holder."""
        for register, listed in given.items():
            for said in listed:
                until = workdays.Limit.parse(said["until"]) if "until" in said else None
                self.enter(
                    register,
                    {name: value for name, value in said.items() if name not in OWN},
                    holder=place(str(said.get("holder", _HOLDER))),
                    number=said.get("number"),
                    status=said.get("status", "valid"),
                    until=workdays.count(calendar, clock.today(), until).nominal if until is not None else None,
                )

    def enter(
        self,
        register: str,
        values: Mapping[str, Any],
        *,
        holder: int,
        number: str | None = None,
        status: str = "valid",
        until: date | None = None,
    ) -> str:
        """Make an entry; returns its number. ``until``: its last day."""
        count = self.tx.scalar(sa.select(sa.func.count()).select_from(register_entry)) or 0
        known = organisations.get(self.tx, holder)
        called = str(known["name_zh"]) if known is not None else ""
        number = number or f"{register}-{count + 1}"
        entry = {
            "authority_id": self.authority_id, "register": register, "number": number,
            "case_id": self.case_id, "definition_id": self.loaded.id, "organisation_id": holder,
        }  # fmt: skip
        held = {name: {"value": value, "zh": _text(value), "en": _text(value)} for name, value in values.items()}
        today = clock.today()
        words = " ".join([number, called, *(one["zh"] for one in held.values())])
        standing = {
            "called": called, "called_key": numbers.sort_key(called), "prefecture_id": None, "status": status,
            "since": today, "issued_on": today, "valid_from": today, "valid_until": until, "shown_until": None,
            "values": held, "open_text": words, "whole_text": words,
        }  # fmt: skip
        why = Why("issued", clock.now(), self.case_id, _ACT, f"{_ACT}/{register}/{count}", None)
        register_book.enter(self.tx, entry, standing, why)
        return number


def shelf(tx: Connection, ground: Ground, loaded: Loaded, organisation_id: int, round_id: int | None) -> Shelf:
    """Open the case on which entries hang."""
    made = opening.import_case(
        tx, ground, None, loaded.definition.workflow, loaded.definition.first_state, {},
        organisation_id=organisation_id, prefecture_id=None, round_id=round_id, request_key=f"{_ACT}/{organisation_id}",
    )  # fmt: skip
    authority_id = organisations.authority_id(tx, loaded.definition.authority)
    return Shelf(tx, loaded, made.case_id, authority_id)


def _text(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
