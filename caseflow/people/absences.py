"""Who is away and who stands in: a colleague of the same organisation signs in the place of whoever is absent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.people.absence_models import absence
from caseflow.people.models import membership, organisation, person
from caseflow.people.rights import ADMINISTRATORS
from caseflow.records import inbox
from caseflow.words import Message, Refused

MOST_DAYS = 366
"""The longest absence, in days."""


def colleagues(tx: Connection, person_id: int) -> list[tuple[int, str]]:
    """The active people who hold a role in an organisation in which this person holds one; no administrators.

    Those of a pool are no colleagues: nobody in it stands in for another, or learns who else is in it.
    """
    own = (
        sa.select(membership.c.organisation_id)
        .join(organisation, organisation.c.id == membership.c.organisation_id)
        .where(membership.c.person_id == person_id, membership.c.until.is_(None), organisation.c.kind != "pool")
    )
    found = (
        sa.select(person.c.id, person.c.name)
        .join(membership, membership.c.person_id == person.c.id)
        .where(
            membership.c.organisation_id.in_(own), membership.c.until.is_(None),
            membership.c.role.not_in(ADMINISTRATORS),
            person.c.id != person_id, person.c.status == "active",
        )
        .distinct().order_by(person.c.name, person.c.id)
    )  # fmt: skip
    return [(row.id, row.name) for row in tx.execute(found)]


def of_person(tx: Connection, person_id: int) -> list[RowMapping]:
    """The absences of a person that have not passed or been ended, with the deputy's name; the nearest first."""
    found = (
        sa.select(absence, person.c.name.label("deputy"))
        .join(person, person.c.id == absence.c.deputy_id)
        .where(absence.c.person_id == person_id, absence.c.ended_at.is_(None), absence.c.last_day >= clock.today())
        .order_by(absence.c.first_day)
    )
    return list(tx.execute(found).mappings())


def enter(tx: Connection, person_id: int, posted: Mapping[str, Any], *, by: int) -> int:
    """Enter an absence from ``{deputy, first_day, last_day}``; the deputy is told, and whoever is away if another does it.

    Raises:
        Refused: every reason.
    """
    first, last = _day(posted.get("first_day")), _day(posted.get("last_day"))
    names = dict(colleagues(tx, person_id))
    deputy = int(posted["deputy"]) if str(posted.get("deputy") or "").isdecimal() else 0
    against = []
    if deputy not in names:
        against.append(Message("absences.no_colleague", {"input": "deputy"}))
    if first is None or first < clock.today():
        against.append(Message("absences.first_past", {"input": "first_day"}))
    if last is None or (first is not None and not 0 <= (last - first).days < MOST_DAYS):
        against.append(Message("absences.last_wrong", {"days": MOST_DAYS, "input": "last_day"}))
    if (
        first
        and last
        and any(one["first_day"] <= last and one["last_day"] >= first for one in of_person(tx, person_id))
    ):
        against.append(Message("absences.overlaps", {"input": "first_day"}))
    if against or first is None or last is None:
        raise Refused(*against)
    row = {"person_id": person_id, "deputy_id": deputy, "first_day": first, "last_day": last, "set_by": by}
    made = tx.execute(absence.insert().values(**row, at=clock.now()).returning(absence.c.id)).scalar_one()
    name = tx.scalar(sa.select(person.c.name).where(person.c.id == person_id))
    values = {"name": name, "first": first.isoformat(), "last": last.isoformat()}
    inbox.post(tx, Message("inbox.stands_in", values), person_id=deputy, kind="desk")
    if by != person_id:
        inbox.post(
            tx, Message("inbox.absence_entered", {**values, "name": names[deputy]}), person_id=person_id, kind="desk"
        )
    return int(made)


def end(tx: Connection, person_id: int, absence_id: int) -> bool:
    """End an absence of a person before its time; false where there is none such."""
    open_ = (absence.c.id == absence_id, absence.c.person_id == person_id, absence.c.ended_at.is_(None))
    return tx.execute(absence.update().where(*open_).values(ended_at=clock.now())).rowcount == 1


def absent_for(tx: Connection, deputy_id: int) -> list[int]:
    """The people in whose place somebody stands today."""
    found = sa.select(absence.c.person_id).where(*stands_in(deputy_id)).order_by(absence.c.id)
    return list(tx.scalars(found))


def stands_in(deputy_id: int) -> list[sa.ColumnElement[bool]]:
    """Of the rows of ``absence`` those under which somebody stands in for others today."""
    today = clock.today()
    return [
        absence.c.deputy_id == deputy_id,
        absence.c.ended_at.is_(None),
        absence.c.first_day <= today,
        absence.c.last_day >= today,
    ]


def _day(given: Any) -> date | None:
    try:
        return date.fromisoformat(str(given or ""))
    except ValueError:
        return None
