"""The pool of the demonstration: its experts with their profiles, ties, and numbers that belong to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases.ground import Ground
from caseflow.office import expert_sheet, invented
from caseflow.people import accounts, expert_personal, expert_ties, experts, organisations
from caseflow.people.expert_personal import Own, identity_digit
from caseflow.people.expert_profile import Merits, Profile
from caseflow.people.expert_ties import Said
from caseflow.people.roles import Roles
from caseflow.workflow.identifiers import make_credit_code

_NOWHERE = "990000"
"""No division has this code, so no identity number begins with it."""
_BANK = "示例银行（演示）"


def settle(tx: Connection, ground: Ground, known: Roles, data: Mapping[str, Any]) -> None:
    """Enter whoever of the data has an account and no entry yet: invited, and but for who still waits, declared."""
    lists = expert_sheet.lists_of(ground)
    for place, (login, one) in enumerate(data["experts"].items(), start=1):
        person = accounts.by_login(tx, login)
        if person is None or experts.of_person(tx, person["id"]) is not None:
            continue
        profile = _profile(one)
        merits = Merits(trained_until=one.get("trained_until"))
        expert_id = experts.invite(
            tx, known, person_id=person["id"], profile=profile, merits=merits, lists=lists, by=None
        )
        expert_personal.keep(tx, ground.keys, expert_id, _own(place), by=person["id"])
        for tie in one.get("ties", ()):
            said_by = tie.get("said_by", "expert")
            expert_ties.add(tx, ground.keys, expert_id, _tie(tx, data, tie), by=person["id"], said_by=said_by)
        if one.get("status") == "invited":
            continue
        row = _row(tx, person["id"])
        experts.declare(tx, ground.keys, row, row["version"], profile, lists)
        for first, last in one.get("away", ()):
            row = _row(tx, person["id"])
            experts.set_away(tx, row, row["version"], first, last, by=person["id"])
        if one.get("status") == "paused":
            row = _row(tx, person["id"])
            experts.pause(tx, row, row["version"], by=person["id"])


def _profile(one: Mapping[str, Any]) -> Profile:
    employer = one["employer"]
    return Profile(
        fields=tuple(one["fields"]),
        employer_name=employer["name"],
        rank=one["rank"],
        classes=tuple(one["classes"]),
        region=one["region"],
        employer_code=make_credit_code("12", one["region"], employer["seed"]) if "seed" in employer else "",
        official=one.get("official", False),
        most=one.get("most"),
    )


def _own(place: int) -> Own:
    """Numbers counted through."""
    first = f"{_NOWHERE}19700101{place:03}"
    return Own(first + identity_digit(first), _BANK, f"9999{place:015}")


def _tie(tx: Connection, data: Mapping[str, Any], tie: Mapping[str, Any]) -> Said:
    company = data["companies"][tie["at"]]
    bureau = organisations.by_code(tx, company["at"])
    if bureau is None:
        raise LookupError(company["at"])
    return Said(
        kind=tie["kind"],
        name=company["name"]["zh"],
        credit_code=invented.credit_code(company, bureau["division"]),
        since=tie.get("since"),
        until=tie.get("until"),
        remark=tie.get("remark", ""),
    )


def _row(tx: Connection, person_id: int) -> RowMapping:
    row = experts.of_person(tx, person_id)
    if row is None:
        raise LookupError(person_id)
    return row
