"""Where an expert stands before a panel: the seat, what was declared, which cases are open, what was typed and given in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import abort, g
from sqlalchemy.engine import RowMapping

from caseflow.cases import members, panels, scores, sheet_drafts
from caseflow.cases.panel_models import interest
from caseflow.cases.sheet_drafts import Place, Typed
from caseflow.cases.view import Offer, View
from caseflow.web import score_sheet
from caseflow.web.act_context import effects
from caseflow.web.act_form import viewed
from caseflow.words import Message
from caseflow.workflow.form import Field
from caseflow.workflow.panel import Panel
from caseflow.workflow.procedure import Action


@dataclass(frozen=True, slots=True)
class Own:
    """The reader's seat on the panel of a case."""

    view: View
    panel_id: str
    panel: Panel
    seat: RowMapping
    rows: tuple[RowMapping, ...]
    """Every case before the panel: number, unit and product of all are known to who declares."""
    said: dict[int, bool]
    """What was declared: by case whether there is an own interest."""
    given: frozenset[int] | None
    """The cases that this expert was assigned; none where everybody scores every case."""

    @property
    def ready(self) -> bool:
        """Whether pledges and declaration are given, so that dossiers open."""
        return self.seat["pledged_at"] is not None and all(row["id"] in self.said for row in self.rows)

    @property
    def open(self) -> list[RowMapping]:
        """The cases that this expert reads and scores, in their order."""
        given = frozenset() if self.given is None and self.seat["reserve"] else self.given
        return [row for row in self.rows if self.said.get(row["id"]) is False and (given is None or row["id"] in given)]

    def place(self, member_id: int) -> Place:
        return Place(self.view.row["id"], self.panel_id, member_id, self.view.actor.person_id)

    def offer(self, effect: str) -> Offer | None:
        """The act offered here that does something: pledges, declares, scores."""
        return next((one for one in self.view.offers() if effect in effects(one.action)), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """One case as the expert stands to it."""

    row: RowMapping
    mine: dict[str, Any] | None
    """The own sheet as it was given in last."""
    typed: Typed
    ahead: bool
    """Something was typed after the sheet was given in, or none was."""
    lacking: dict[str, list[Message]]
    """What keeps the typed sheet from being given in."""

    @property
    def total(self) -> str:
        """Of the sheet that was given in."""
        return score_sheet.plain(self.mine["total"]) if self.mine is not None else ""

    @property
    def complete(self) -> bool:
        """Typed, not given in, and ready to be."""
        return self.ahead and not self.lacking


def find(case_id: int) -> Own | None:
    """The reader's seat on a panel of this case; nothing where there is none. 404 where the case is not theirs."""
    view = viewed(case_id)
    for panel_id, panel in view.definition.panels.items():
        seat = panels.seat_of(view.tx, case_id, panel_id, view.actor.person_id)
        if seat is not None:
            return _own(view, panel_id, panel, seat)
    return None


def here(case_id: int) -> Own:
    """The same; 404 for who does not sit."""
    own = find(case_id)
    if own is None:
        abort(404)
    return own


def reads(case_id: int, member_id: int) -> tuple[Own, RowMapping]:
    """The seat, and a case that is open to the reader; 404 for every other, whatever shuts it."""
    own = here(case_id)
    row = next((one for one in own.open if one["id"] == member_id), None)
    if row is None or not own.ready:
        abort(404)
    return own, row


def standings(own: Own) -> list[Standing]:
    """Every open case with what was typed and given in."""
    tx, number, person_id = g.tx, own.view.row["id"], own.view.actor.person_id
    sheets = {
        row["member_case_id"]: scores.typed(own.view.ground.keys, own.panel, row)
        for row in scores.newest(tx, number, own.panel_id, person_id=person_id)
    }
    typed = sheet_drafts.newest_of(tx, own.view.ground.keys, number, own.panel_id, person_id)
    return [_standing(own, row, sheets.get(row["id"]), typed.get(row["id"], Typed())) for row in own.open]


def standing(own: Own, row: RowMapping) -> Standing:
    """One of them."""
    keys, panel = own.view.ground.keys, own.panel
    sheet = scores.own(g.tx, own.view.row["id"], own.panel_id, row["id"], own.view.actor.person_id)
    typed = sheet_drafts.newest(g.tx, keys, own.place(row["id"]))
    return _standing(own, row, scores.typed(keys, panel, sheet) if sheet is not None else None, typed)


def question_of(action: Action) -> Field | None:
    """The score sheet among the questions of an act."""
    return next((one for one in action.asks.values() if one.type == "score_sheet"), None)


def sheet_of(values: dict[str, Any]) -> dict[str, Any]:
    """The sheet among answers that were typed."""
    found = next((one for one in values.values() if isinstance(one, dict) and "marks" in one), None)
    return found or {}


def _own(view: View, panel_id: str, panel: Panel, seat: RowMapping) -> Own:
    person_id, case_id = view.actor.person_id, view.row["id"]
    declared = view.tx.execute(
        sa.select(interest.c.member_case_id, interest.c.conflict).where(
            interest.c.case_id == case_id, interest.c.person_id == person_id
        )
    )
    assigned = panels.assigned(view.tx, case_id, panel_id)
    return Own(
        view=view,
        panel_id=panel_id,
        panel=panel,
        seat=seat,
        rows=tuple(members.rows(view.tx, case_id)),
        said={row.member_case_id: row.conflict for row in declared},
        given=frozenset(number for number, who in assigned if who == person_id) if assigned else None,
    )


def _standing(own: Own, row: RowMapping, mine: dict[str, Any] | None, typed: Typed) -> Standing:
    ahead = typed.at is not None and (mine is None or typed.at > mine["at"])
    lacking = scores.lacking(own.panel, sheet_of(typed.values)) if ahead else {}
    return Standing(row, mine, typed, ahead, lacking)
