"""Rounds: opened and extended by the authority with a notice; each bureau may close earlier for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import deadlines, recounting, surroundings
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, deadline, round_, round_deadline
from caseflow.office.models import round_change
from caseflow.people.models import authority, organisation, person
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused
from caseflow.workflow import running

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,39}")
_OFFSET = re.compile(r"([+-]\d{1,4})d")


def all_of(tx: Connection, authority_id: int) -> list[RowMapping]:
    """The rounds of an authority, the newest first."""
    return list(
        tx.execute(
            sa.select(round_)
            .where(round_.c.authority_id == authority_id)
            .order_by(round_.c.closes_at.desc(), round_.c.id)
        ).mappings()
    )


def find(tx: Connection, authority_id: int, round_id: int) -> RowMapping | None:
    return (
        tx.execute(sa.select(round_).where(round_.c.id == round_id, round_.c.authority_id == authority_id))
        .mappings()
        .first()
    )


def open_now(tx: Connection, authority_id: int, workflow: str) -> list[RowMapping]:
    """The rounds in which cases of a workflow may be opened at present."""
    now = clock.now()
    return [
        row
        for row in all_of(tx, authority_id)
        if workflow in row["workflows"] and row["opens_at"] <= now < row["closes_at"]
    ]


def begun(tx: Connection, authority_id: int, workflow: str) -> list[RowMapping]:
    """The rounds of a workflow that have opened, closed ones too: what an office goes on working on."""
    now = clock.now()
    return [row for row in all_of(tx, authority_id) if workflow in row["workflows"] and row["opens_at"] <= now]


def create(
    tx: Connection,
    authority_id: int,
    *,
    code: str,
    title: Mapping[str, str],
    workflows: Iterable[str],
    opens_at: datetime,
    closes_at: datetime,
    priority_classes: Iterable[str] = (),
    notice: str = "",
    contact: Mapping[str, Any] | None = None,
) -> int:
    """Make a round.

    Raises:
        Refused: every field that is wrong, each with the input it concerns.
    """
    against = []
    if not _CODE.fullmatch(code):
        against.append(Message("office.round_code", {"input": "code"}))
    elif tx.execute(sa.select(round_.c.id).where(round_.c.authority_id == authority_id, round_.c.code == code)).first():
        against.append(Message("office.round_code_taken", {"input": "code", "code": code}))
    against += [
        Message("office.round_title", {"input": f"title_{language}"})
        for language in ("zh", "en")
        if not str(title.get(language, "")).strip()
    ]
    chosen = list(workflows)
    if not chosen:
        against.append(Message("office.round_workflows", {"input": "workflows"}))
    if closes_at <= opens_at:
        against.append(Message("office.round_order", {"input": "closes_on"}))
    if not notice.strip():
        against.append(Message("office.notice_missing", {"input": "notice"}))
    if against:
        raise Refused(*against)
    values = {
        "authority_id": authority_id,
        "code": code,
        "title": {language: str(title[language]).strip() for language in ("zh", "en")},
        "workflows": chosen,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "priority_classes": list(priority_classes),
        "notice": notice.strip(),
        "contact": dict(contact) if contact else None,
        "created_at": clock.now(),
    }
    return int(tx.execute(round_.insert().values(values).returning(round_.c.id)).scalar_one())


def extend(
    tx: Connection, ground: Ground, row: RowMapping, closes_at: datetime, *, notice: str, reason: str, by: int
) -> list[int]:
    """Move the authority's closing time later, with a notice; returns the cases whose clocks run longer now.

    Raises:
        Refused: not later than before, or without notice or reason.
    """
    if against := extension_faults(row, closes_at, notice=notice, reason=reason):
        raise Refused(*against)
    later = round_.update().where(round_.c.id == row["id"], round_.c.closes_at < closes_at)
    if tx.execute(later.values(closes_at=closes_at)).rowcount != 1:
        raise Refused(Message("office.extension_not_later", {"input": "closes_on"}))
    change = _note(tx, ground.keys, row["id"], None, row["closes_at"], closes_at, notice, reason, by)
    return _recut(tx, ground, row["id"], None, change, notice.strip())


def extension_faults(row: RowMapping, closes_at: datetime, *, notice: str, reason: str) -> list[Message]:
    """Everything that stands against moving the closing time of a round."""
    against = []
    if closes_at <= row["closes_at"]:
        against.append(Message("office.extension_not_later", {"input": "closes_on"}))
    if not notice.strip():
        against.append(Message("office.notice_missing", {"input": "notice"}))
    if not reason.strip():
        against.append(Message("office.reason_missing", {"input": "reason"}))
    return against


def set_own(
    tx: Connection, ground: Ground, row: RowMapping, bureau_id: int, closes_at: datetime, *, reason: str, by: int
) -> list[int]:
    """Set a bureau's own closing time, no later than the authority's; returns the cases whose clocks changed.

    Raises:
        Refused: later than the authority's, before the round opens, or in the past.
    """
    against = []
    if closes_at > row["closes_at"]:
        against.append(Message("office.own_too_late", {"input": "closes_on"}))
    if closes_at <= row["opens_at"]:
        against.append(Message("office.own_before_opening", {"input": "closes_on"}))
    elif closes_at <= clock.now():
        against.append(Message("office.own_in_the_past", {"input": "closes_on"}))
    if against:
        raise Refused(*against)
    here = (round_deadline.c.round_id == row["id"], round_deadline.c.organisation_id == bureau_id)
    was = tx.scalar(sa.select(round_deadline.c.closes_at).where(*here))
    if was is None:
        tx.execute(round_deadline.insert().values(round_id=row["id"], organisation_id=bureau_id, closes_at=closes_at))
    else:
        tx.execute(round_deadline.update().where(*here).values(closes_at=closes_at))
    change = _note(tx, ground.keys, row["id"], bureau_id, was, closes_at, "", reason, by)
    return _recut(tx, ground, row["id"], bureau_id, change, row["title"]["zh"])  # never the reason: journals keep it


def own_deadlines(tx: Connection, round_id: int) -> dict[int, datetime]:
    """The closing times that bureaus set for themselves, by bureau."""
    rows = tx.execute(
        sa.select(round_deadline.c.organisation_id, round_deadline.c.closes_at).where(
            round_deadline.c.round_id == round_id
        )
    )
    return {row.organisation_id: row.closes_at for row in rows}


def changes(tx: Connection, keys: Keyring, round_id: int) -> list[dict[str, Any]]:
    """Every closing time set after the round began, newest first, with who set it and why."""
    rows = tx.execute(
        sa.select(round_change, person.c.name, organisation.c.name_zh, organisation.c.name_en)
        .join(person, person.c.id == round_change.c.by)
        .outerjoin(organisation, organisation.c.id == round_change.c.organisation_id)
        .where(round_change.c.round_id == round_id)
        .order_by(round_change.c.id.desc())
    ).mappings()
    return [{**row, "reason": personal.open_json(keys, row["reason"], _reason_of(round_id))} for row in rows]


def _reason_of(round_id: int) -> str:
    return f"round_change/{round_id}"


def seed(tx: Connection, data: Iterable[Mapping[str, Any]]) -> list[str]:
    """Store the reference rounds that are not stored yet; returns their codes.

    Dates are local dates with a time of day (``"2025-06-30 24:00"``), or days from today (``+20d``) for a demonstration.
    """
    authorities = {row.code: row.id for row in tx.execute(sa.select(authority.c.code, authority.c.id))}
    fresh = []
    for one in data:
        authority_id = authorities[one["authority"]]
        known = sa.select(round_.c.id).where(round_.c.authority_id == authority_id, round_.c.code == one["code"])
        if tx.execute(known).first():
            continue
        made = create(
            tx,
            authority_id,
            code=one["code"],
            title=one["title"],
            workflows=one["workflows"],
            opens_at=moment(one["opens"]),
            closes_at=moment(one["closes"]),
            priority_classes=one.get("priority", ()),
            notice=one["notice"],
            contact=one.get("contact"),
        )
        if "municipal_closes" in one:
            _all_bureaus_close(tx, authority_id, made, moment(one["municipal_closes"]))
        fresh.append(str(one["code"]))
    return fresh


def _all_bureaus_close(tx: Connection, authority_id: int, round_id: int, at: datetime) -> None:
    bureaus = tx.scalars(
        sa.select(organisation.c.id).where(
            organisation.c.authority_id == authority_id,
            organisation.c.kind == "bureau",
            organisation.c.status == "active",
        )
    )
    rows = [{"round_id": round_id, "organisation_id": bureau, "closes_at": at} for bureau in bureaus]
    if rows:
        tx.execute(round_deadline.insert(), rows)


def moment(text: str) -> datetime:
    """``2025-06-30``, ``2025-06-30 17:30``, ``2025-06-30 24:00``, or days from today such as ``+20d 24:00``."""
    day_text, _, at = text.strip().partition(" ")
    offset = _OFFSET.fullmatch(day_text)
    day = clock.today() + timedelta(days=int(offset[1])) if offset else date.fromisoformat(day_text)
    if not at:
        return clock.at_local(day)
    hours, minutes = (int(part) for part in at.split(":"))
    return clock.end_of(day) if (hours, minutes) == (24, 0) else clock.at_local(day, time(hours, minutes))


def _note(
    tx: Connection,
    keys: Keyring,
    round_id: int,
    bureau: int | None,
    was: datetime | None,
    now: datetime,
    notice: str,
    reason: str,
    by: int,
) -> int:
    made = tx.execute(
        round_change.insert()
        .values(
            round_id=round_id,
            organisation_id=bureau,
            was=was,
            closes_at=now,
            notice=notice.strip(),
            reason=personal.seal_json(keys, reason.strip(), _reason_of(round_id)),
            at=clock.now(),
            by=by,
        )
        .returning(round_change.c.id)
    )
    return int(made.scalar_one())


def _recut(tx: Connection, ground: Ground, round_id: int, bureau: int | None, change: int, reason: str) -> list[int]:
    """Cut the open clocks of the round by its closing times as they are now; returns the cases whose dates moved."""
    statement = (
        sa.select(deadline, case.c.definition_id, case.c.prefecture_id, case.c.round_id)
        .join(case, case.c.id == deadline.c.case_id)
        .where(case.c.round_id == round_id, deadlines.IS_OPEN, deadline.c.not_after.is_not(None))
        .order_by(deadline.c.case_id, deadline.c.id)
    )
    if bureau is not None:
        statement = statement.where(case.c.prefecture_id == bureau)
    cases = []
    for row in tx.execute(statement).mappings().all():
        rule = running.clocks(ground.definition(tx, row["definition_id"]).definition).get(row["clock"])
        if rule is None or rule.clock.not_after is None:
            continue
        closes = surroundings.round_closes(tx, row, rule.clock.not_after)
        cut = surroundings.last_day(closes) if closes is not None else None
        if cut != row["not_after"]:
            tx.execute(deadline.update().where(deadline.c.id == row["id"]).values(not_after=cut))
            cases.append(int(row["case_id"]))
    return [
        case_id
        for case_id in dict.fromkeys(cases)
        if recounting.recount(tx, ground, case_id, reason=reason, request_key=f"round/{change}/{case_id}")
    ]
