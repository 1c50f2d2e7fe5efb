"""By which way a message goes outside besides the inbox: a mail at once, the digest of the next working day, or not.

Decided after the commit for each person addressed, once however many workers run; what came of it stays readable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row, RowMapping

from caseflow import clock
from caseflow.cases.ground import Ground
from caseflow.people import rights
from caseflow.people.models import membership, organisation, person
from caseflow.people.rights import Standing
from caseflow.records import inbox, outbox
from caseflow.records.inbox import ALWAYS, KINDS, Kind, Reader
from caseflow.records.models import delivery, inbox_message, inbox_read, notice_choice
from caseflow.records.models import outbox as errand
from caseflow.words import Message, Refused

Way = Literal["mail", "digest", "inbox"]
WAYS: tuple[Way, ...] = get_args(Way)

SETTLED = timedelta(hours=1)
"""After this time no transaction is still posting a message."""
MAIL, DIGEST = "mail", "digest"
"""Kinds of errands: a mail about one message, a mail about all that waited for the digest."""


def open_ways(kind: Kind, *, official: bool) -> tuple[Way, ...]:
    """The ways among which a person may choose: nobody declines what has legal consequences, and a party learns of it
    at once; who works in an office may gather it for the digest.
    """
    if kind not in ALWAYS:
        return WAYS
    return ("mail", "digest") if official else ("mail",)


def default(kind: Kind, *, official: bool) -> Way:
    """The way where nothing was chosen: officers get one digest a day, but are urged at once."""
    return "digest" if official and kind != "desk" else "mail"


def choices(tx: Connection, person_id: int, *, official: bool) -> dict[Kind, Way]:
    """For each kind of notice the way in which the person is told."""
    query = sa.select(notice_choice.c.kind, notice_choice.c.way).where(notice_choice.c.person_id == person_id)
    wished = {row.kind: row.way for row in tx.execute(query)}
    return {kind: _allowed(kind, wished.get(kind), legal=False, official=official) for kind in KINDS}


def choose(tx: Connection, person_id: int, wished: Mapping[Kind, str], *, official: bool) -> None:
    """Keep what a person wishes for each kind.

    Raises:
        Refused: a way that does not exist, or is not open for this kind.
    """
    wrong = [kind for kind, way in wished.items() if way not in open_ways(kind, official=official)]
    if wrong:
        raise Refused(*(Message("notices.way_not_open", {"input": f"way_{kind}"}) for kind in wrong))
    tx.execute(notice_choice.delete().where(notice_choice.c.person_id == person_id))
    if wished:
        rows = [{"person_id": person_id, "kind": kind, "way": way} for kind, way in wished.items()]
        tx.execute(notice_choice.insert(), rows)


def reader(person_id: int, standings: Iterable[Standing]) -> Reader:
    """A person as the inbox knows one: with the roles held in every organisation, and since when."""
    found = list(standings)
    held = {(one.organisation_id, role) for one in found for role in one.roles}
    return Reader(person_id, held, {one.organisation_id: one.since for one in found})


def tidy(tx: Connection) -> None:
    """Note for every account up to which message nothing is new to it, so that counting stays quick."""
    for person_id in tx.scalars(sa.select(person.c.id).where(person.c.status == "active").order_by(person.c.id)).all():
        inbox.move_on(tx, reader(person_id, rights.standings(tx, person_id)), clock.now() - SETTLED)


def to_hand(tx: Connection, limit: int) -> list[Row[Any]]:
    """The messages for whose addressees no way was decided yet, oldest first."""
    query = sa.select(inbox_message).where(inbox_message.c.handed_at.is_(None))
    return list(tx.execute(query.order_by(inbox_message.c.id).limit(limit)))


def hand(tx: Connection, message: Row[Any], official_roles: Collection[str]) -> bool:
    """Decide for each addressee of a message by which way it goes, and leave the mails to be sent at once.

    False where another worker has done it.
    """
    claimed = tx.execute(
        inbox_message.update()
        .where(inbox_message.c.id == message.id, inbox_message.c.handed_at.is_(None))
        .values(handed_at=clock.now())
    )
    if claimed.rowcount != 1:
        return False
    told = _addressees(tx, message)
    ids = [row["id"] for row in told]
    officers = _officers(tx, ids, official_roles)
    wished = {
        row.person_id: row.way
        for row in tx.execute(
            sa.select(notice_choice).where(notice_choice.c.person_id.in_(ids), notice_choice.c.kind == message.kind)
        )
    }
    rows = []
    for row in told:
        official = row["id"] in officers
        way = _allowed(message.kind, wished.get(row["id"]), legal=message.legal, official=official)
        found: str = way if row["email"] or way == "inbox" else "no_address"
        number = _leave_mail(tx, message, row["id"]) if found == "mail" else None
        rows.append({"message_id": message.id, "person_id": row["id"], "way": found, "errand_id": number})
    if rows:
        tx.execute(delivery.insert(), rows)
    return True


def waiting_for_digest(tx: Connection, day: date) -> list[int]:
    """The persons for whom a message waits for a digest, and who have not had that of a day."""
    made = sa.exists().where(errand.c.key == _digest_key(sa.cast(delivery.c.person_id, sa.Text), day))
    query = sa.select(delivery.c.person_id).where(delivery.c.way == "digest", delivery.c.errand_id.is_(None), ~made)
    return list(tx.scalars(query.distinct().order_by(delivery.c.person_id)))


def gather(tx: Connection, person_id: int, day: date) -> bool:
    """Make the digest of a person for a day of everything that waits and was not read in the inbox meanwhile.

    False where nothing waits, or the person has had the digest of this day.
    """
    waits = sa.and_(delivery.c.person_id == person_id, delivery.c.way == "digest", delivery.c.errand_id.is_(None))
    read = sa.exists().where(
        inbox_read.c.message_id == delivery.c.message_id, inbox_read.c.person_id == delivery.c.person_id
    )
    tx.execute(delivery.update().where(waits, read).values(way="read"))
    if tx.scalar(sa.select(delivery.c.message_id).where(waits).limit(1)) is None:
        return False
    key = _digest_key(str(person_id), day)
    if not outbox.leave(tx, DIGEST, key, {"day": day.isoformat()}, person_id=person_id):
        return False
    tx.execute(delivery.update().where(waits).values(errand_id=outbox.number(tx, key)))
    return True


def _digest_key(person: Any, day: date) -> Any:
    """One digest for a person and a day; ``person`` is the number as text, or as a column."""
    return "digest/" + person + f"/{day}"


def is_time_for_digests(ground: Ground, now: datetime, at: Any) -> bool:
    """Whether the hour of the digest has come on a working day of one of the calendars."""
    local = now.astimezone(clock.SHANGHAI)
    return local.time() >= at and any(one.is_workday(local.date()) for one in ground.calendars.values())


def of_case(tx: Connection, case_id: int) -> list[Row[Any]]:
    """Every message about a case with each of its addressees, newest first: by which way it goes, and how that went.

    One row for each person; a message for which nothing is decided yet, or that reached nobody, has one row without
    a person.
    """
    query = (
        sa.select(
            inbox_message,
            delivery.c.way,
            delivery.c.person_id.label("to_person"),
            person.c.name.label("to_name"),
            organisation.c.name_zh,
            organisation.c.name_en,
            errand.c.status,
            errand.c.attempts,
            errand.c.sent_at,
            errand.c.next_try_at,
            errand.c.via,
            errand.c.last_error,
            inbox_read.c.read_at,
        )
        .select_from(inbox_message)
        .outerjoin(delivery, delivery.c.message_id == inbox_message.c.id)
        .outerjoin(person, person.c.id == sa.func.coalesce(delivery.c.person_id, inbox_message.c.person_id))
        .outerjoin(organisation, organisation.c.id == inbox_message.c.organisation_id)
        .outerjoin(errand, errand.c.id == delivery.c.errand_id)
        .outerjoin(
            inbox_read,
            sa.and_(inbox_read.c.message_id == inbox_message.c.id, inbox_read.c.person_id == delivery.c.person_id),
        )
        .where(inbox_message.c.case_id == case_id)
        .order_by(inbox_message.c.id.desc(), delivery.c.person_id)
    )
    return list(tx.execute(query))


def _allowed(kind: Kind, wished: Any, *, legal: bool, official: bool) -> Way:
    """The way that counts: the wish where it is open, else the default."""
    offered = open_ways("letter" if legal else kind, official=official)
    usual = default(kind, official=official)
    way: Way = wished if wished in offered else usual
    return way if way in offered else offered[0]


def _addressees(tx: Connection, message: Row[Any]) -> list[RowMapping]:
    """The active persons to whom a message is addressed, whether or not they have an address."""
    query = sa.select(person.c.id, person.c.email).where(person.c.status == "active").order_by(person.c.id)
    if message.person_id is not None:
        return list(tx.execute(query.where(person.c.id == message.person_id)).mappings())
    held = sa.select(membership.c.person_id).where(
        membership.c.organisation_id == message.organisation_id, membership.c.until.is_(None)
    )
    if message.role is not None:
        held = held.where(membership.c.role == message.role)
    return list(tx.execute(query.where(person.c.id.in_(held))).mappings())


def _officers(tx: Connection, person_ids: Collection[int], official_roles: Collection[str]) -> set[int]:
    """Those of the persons who work in an office."""
    return set(
        tx.scalars(
            sa.select(membership.c.person_id).where(
                membership.c.person_id.in_(person_ids),
                membership.c.role.in_(official_roles),
                membership.c.until.is_(None),
            )
        )
    )


def _leave_mail(tx: Connection, message: Row[Any], person_id: int) -> int:
    key = f"notice/{message.id}/{person_id}"
    outbox.leave(tx, MAIL, key, {"message": message.id}, message.case_id, person_id=person_id)
    return outbox.number(tx, key)
