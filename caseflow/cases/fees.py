"""What experts are paid for a meeting (劳务费): settled by the office, confirmed with the own account, then paid.

Amounts are kept in fen, exactly. The account is copied, sealed, when the expert confirms; only who pays reads it whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import panels, scores, tasks, telling
from caseflow.cases.models import case
from caseflow.cases.move import Move
from caseflow.cases.panel_models import fee
from caseflow.cases.registry import EFFECTS, effect
from caseflow.people import expert_personal
from caseflow.people.expert_personal import Own
from caseflow.people.models import person
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused
from caseflow.workflow.parts import Text

BASES = ("per_sheet", "per_meeting")
"""The rate is for each score sheet, or for the whole meeting."""
FEE = "fee:"
"""Before the id of a panel, in the kind of the task to confirm the own fee."""
TO_CONFIRM = Text(zh="确认劳务费", en="Confirm the fee")
_FEN = 100


def of_panel(tx: Connection, case_id: int, panel_id: str) -> list[RowMapping]:
    """The fees of a panel with the names of the experts, in the order in which they were settled."""
    return list(
        tx.execute(
            sa.select(fee, person.c.name)
            .join(person, person.c.id == fee.c.person_id)
            .where(fee.c.case_id == case_id, fee.c.panel == panel_id)
            .order_by(fee.c.id)
        ).mappings()
    )


def own(tx: Connection, case_id: int, panel_id: str, person_id: int) -> RowMapping | None:
    """The fee of one expert."""
    return next((row for row in of_panel(tx, case_id, panel_id) if row["person_id"] == person_id), None)


def unpaid(tx: Connection, person_id: int) -> int:
    """How many fees of an expert are settled and not paid yet, of meetings that are not over."""
    query = (
        sa.select(sa.func.count())
        .select_from(fee.join(case, case.c.id == fee.c.case_id))
        .where(fee.c.person_id == person_id, fee.c.status != "paid", ~case.c.final)
    )
    return tx.scalar(query) or 0


def account(keys: Keyring, row: Mapping[Any, Any]) -> Own:
    """Bank and account as they were confirmed, whole: for who pays, and the expert alone. Empty before that."""
    return Own(**personal.open_json(keys, row["sealed"], _context(row))) if row["sealed"] else Own()


def yuan(fen: int) -> Decimal:
    """An amount in yuan, with both digits of the fen."""
    return Decimal(fen).scaleb(-2)


@effect(EFFECTS, "panel", alters=True)
def settle_fees(move: Move, panel_id: str) -> None:
    """Settle what each expert is paid: the rate for the meeting, or for each sheet with marks; each owes a word on it."""
    rate, per = _rate(move), _basis(move)
    where = (fee.c.case_id == move.case["id"], fee.c.panel == panel_id)
    if move.tx.scalar(sa.select(sa.func.count()).where(*where, fee.c.status != "settled")):
        raise Refused(Message("fees.confirmed_already"))
    move.tx.execute(fee.delete().where(*where, fee.c.status == "settled"))
    kind, role = f"{FEE}{panel_id}", move.definition.panels[panel_id].role
    tasks.close(move.tx, move.case["id"], kind, move.action.id, move.at, status="void")
    given: dict[int, int] = {}
    for row in scores.newest(move.tx, move.case["id"], panel_id):
        given[row["person_id"]] = given.get(row["person_id"], 0) + (not row["abstained"])
    sitting = [row["person_id"] for row in panels.seats(move.tx, move.case["id"], panel_id) if not row["reserve"]]
    paid = [one for one in given if given[one]] if per == "per_sheet" else sitting
    if not paid:
        raise Refused(Message("fees.nobody"))
    for person_id in paid:
        sheets = given.get(person_id, 0)
        amount = rate * sheets if per == "per_sheet" else rate
        move.tx.execute(
            fee.insert().values(
                case_id=move.case["id"], panel=panel_id, person_id=person_id, fen=amount, sheets=sheets,
                status="settled", at=move.at,
            )
        )  # fmt: skip
        tasks.assign(move.tx, move.case, kind, role, person_id, move.at)
        _tell(move, person_id, "inbox.fee_settled")
    move.notes["fees"] = {"panel": panel_id, "rate": rate, "per": per, "experts": len(paid)}


def _may_not_confirm(move: Move, panel_id: str) -> list[Message]:
    mine = own(move.tx, move.case["id"], panel_id, move.seat_holder)
    if mine is None or mine["status"] != "settled":
        return move.refuse("fees.none_open")
    known = expert_personal.of_person(move.tx, move.ground.keys, move.seat_holder)
    return [] if known.account else move.refuse("fees.no_account")


@effect(EFFECTS, "panel", against=_may_not_confirm, asked_first=True)
def confirm_fee(move: Move, panel_id: str) -> None:
    """The expert confirms the own fee with the bank account of the own profile."""
    known = expert_personal.of_person(move.tx, move.ground.keys, move.seat_holder)
    place = {"case_id": move.case["id"], "panel": panel_id, "person_id": move.seat_holder}
    said = {"identity": "", "bank": known.bank, "account": known.account}
    sealed = personal.seal_json(move.ground.keys, said, _context(place))
    confirmed = move.tx.execute(
        fee.update()
        .where(*(fee.c[name] == value for name, value in place.items()), fee.c.status == "settled")
        .values(status="confirmed", sealed=sealed, confirmed_at=move.at)
    )
    if confirmed.rowcount == 0:
        raise Refused(Message("fees.none_open"))
    kind, who = f"{FEE}{panel_id}", move.seat_holder
    tasks.close(move.tx, move.case["id"], kind, move.action.id, move.at, person_id=who)


@effect(EFFECTS, "panel", alters=True)
def mark_fees_paid(move: Move, panel_id: str) -> None:
    """Note the day on which the confirmed fees were paid."""
    day = next((move.answers.get(one.id) for one in move.action.asks.values() if one.type == "date"), None)
    paid_on = date.fromisoformat(str(day)) if day else clock.local_date(move.at)
    if paid_on > clock.local_date(move.at):
        raise Refused(Message("fees.paid_later"))
    paid = list(
        move.tx.scalars(
            fee.update()
            .where(fee.c.case_id == move.case["id"], fee.c.panel == panel_id, fee.c.status == "confirmed")
            .values(status="paid", paid_on=paid_on)
            .returning(fee.c.person_id)
        )
    )
    if not paid:
        raise Refused(Message("fees.none_confirmed"))
    for person_id in sorted(paid):
        _tell(move, person_id, "inbox.fee_paid")
    move.notes["fees_paid"] = {"panel": panel_id, "experts": len(paid), "on": paid_on.isoformat()}


def _tell(move: Move, person_id: int, key: str) -> None:
    """Tell an expert; the amount stands on the page alone."""
    values = {"number": move.row["number"] or "", "title": move.row["title"]}
    telling.tell_person(
        move.tx, move.row, person_id, Message(key, values), key=f"{move.request_key}/{key}", kind="desk"
    )


def _rate(move: Move) -> int:
    """The rate of the form in fen."""
    said = next(
        (move.answers.get(one.id) for one in move.action.asks.values() if one.type in ("decimal", "integer")), None
    )
    exact = Decimal(str(said or 0)) * _FEN
    if exact <= 0 or exact != int(exact):
        raise Refused(Message("fees.rate"))
    return int(exact)


def _basis(move: Move) -> str:
    """For what the rate is paid; for the meeting where the form does not ask."""
    asked = (one for one in move.action.asks.values() if one.type == "choice" and set(one.choices) <= set(BASES))
    return next((str(move.answers.get(one.id)) for one in asked if move.answers.get(one.id)), "per_meeting")


def _context(row: Mapping[Any, Any]) -> str:
    return f"fee/{row['case_id']}/{row['panel']}/{row['person_id']}"
