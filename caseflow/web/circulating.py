"""A case passed to colleagues to read: who has read it, who has not, and what waits on the reader's own desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, request, url_for

from caseflow.cases import act, circulating, desk_acts
from caseflow.cases.view import View
from caseflow.web import posted, shell
from caseflow.web.act_form import request_key
from caseflow.web.shell import page

blueprint = Blueprint("circulating", __name__)


@dataclass(frozen=True, slots=True)
class Passed:
    """To whom the case was passed."""

    row: Mapping[str, Any]
    note: str
    may: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Board:
    """What the card on the page of a case shows."""

    rows: tuple[Passed, ...]
    readers: tuple[tuple[int, str], ...]
    key: str

    @property
    def read(self) -> int:
        return sum(one.row["status"] == "read" for one in self.rows)

    @property
    def waiting(self) -> int:
        return sum(one.row["status"] == "waiting" for one in self.rows)


def of_case(view: View) -> Board | None:
    """What circulates within the reader's own office; nothing where there is neither that nor anybody to send it to."""
    if not view.is_staff or not circulating.may_send(view.actor):
        return None
    own = view.actor.organisation_id
    rows = [one for one in circulating.of_case(view.tx, view.row["id"]) if one["organisation_id"] == own]
    readers = circulating.readers(view.tx, view.definition, view.actor, view.row)
    if not rows and not readers:
        return None
    notes = desk_acts.notes(view.tx, view.ground, view.row) if rows else {}
    return Board(
        rows=tuple(Passed(row, notes.get(row["entry"], ""), _may(view, row), request_key()) for row in rows),
        readers=tuple(readers.items()),
        key=request_key(),
    )


@page(blueprint, "/cases/<int:case_id>/circulation/<what>", methods=("POST",), policy=shell.signed_in)
def do(case_id: int, what: str) -> Any:
    """Do one of these acts through the one door."""
    if what not in circulating.ACTS:
        abort(404)
    given: dict[str, Any] = {name: request.form.get(name, "") for name in ("circulation", "text")}
    given["people"] = request.form.getlist("people")
    act.perform(g.tx, shell.house().ground, g.actor, case_id, what, given, request_key=posted.request_key())
    return shell.done(url_for("case.show", case_id=case_id, _anchor="circulation"), what)


def _may(view: View, row: Mapping[str, Any]) -> tuple[str, ...]:
    if row["status"] != "waiting":
        return ()
    reads = row["person_id"] == view.actor.person_id
    sent = row["sent_by"] == view.actor.person_id
    return (*((circulating.READ,) if reads else ()), *((circulating.WITHDRAW,) if sent else ()))
