"""The pool of experts: invitation, own declaration, pause, exit. An entry changes against the version that was seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from caseflow import clock
from caseflow.people import expert_history, expert_profile, expert_telling, expert_ties, roles
from caseflow.people.expert_finding import NAMED
from caseflow.people.expert_models import CREDITS, expert
from caseflow.people.expert_profile import Lists, Merits, Profile
from caseflow.people.expert_ties import Said
from caseflow.people.models import membership, organisation, person
from caseflow.people.roles import Roles
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused

MOST_AWAY = 20
"""So many periods of absence are kept; those that are past go first."""


def pool(tx: Connection, authority_id: int, role: str) -> list[RowMapping]:
    """The active experts who hold the role at present, each with the ``name`` of the person, in the order of names."""
    holds = membership.select().where(
        membership.c.person_id == expert.c.person_id, membership.c.role == role, membership.c.until.is_(None)
    )
    return list(
        tx.execute(
            NAMED.where(
                expert.c.authority_id == authority_id,
                expert.c.status == "active",
                person.c.status == "active",
                holds.exists(),
            ).order_by(person.c.sort_key, expert.c.id)
        ).mappings()
    )


def get(tx: Connection, authority_id: int, expert_id: int) -> RowMapping | None:
    """An entry of an authority's pool with ``name``, ``login``, ``phone`` and ``email`` of the person."""
    found = NAMED.where(expert.c.id == expert_id, expert.c.authority_id == authority_id)
    return tx.execute(found).mappings().one_or_none()


def of_person(tx: Connection, person_id: int) -> RowMapping | None:
    """The entry of a person, whatever its status."""
    return tx.execute(NAMED.where(expert.c.person_id == person_id)).mappings().one_or_none()


def seat_of(tx: Connection, known: Roles, authority_id: int) -> tuple[int, str]:
    """The organisation in which an authority's experts hold their role, and the role.

    Raises:
        Refused: the reference data name no pool, or no role that is held in one.
    """
    where = tx.scalar(
        sa.select(organisation.c.id)
        .where(
            organisation.c.authority_id == authority_id,
            organisation.c.kind == "pool",
            organisation.c.status == "active",
        )
        .order_by(organisation.c.id)
        .limit(1)
    )
    role = known.in_pool
    if where is None or role is None:
        raise Refused(Message("experts.no_pool"))
    return int(where), role


def invite(
    tx: Connection,
    known: Roles,
    *,
    person_id: int,
    profile: Profile,
    merits: Merits,
    lists: Lists,
    by: int | None,
    address: str = "",
) -> int:
    """Take a person into the pool, to be confirmed by the own declaration; the role of the pool is given.

    Somebody who had left is invited again under the same entry; the invitation lifts no warning and no bar.

    Raises:
        Refused: the person is in the pool, or the profile cannot be taken.
    """
    profile, merits = expert_profile.checked(profile, merits, lists)
    authority_id = tx.scalar(sa.select(person.c.authority_id).where(person.c.id == person_id))
    where, role = seat_of(tx, known, authority_id or 0)
    before = of_person(tx, person_id)
    if before is not None and before["status"] != "left":
        raise Refused(Message("experts.in_pool", {"input": "login", "name": before["name"]}))
    values = {**expert_profile.columns(tx, profile, merits), "status": "invited", "invited_at": clock.now()}
    if before is None:
        fresh: dict[str, Any] = {"authority_id": authority_id, "person_id": person_id, "away": [], "version": 1}
        try:
            with tx.begin_nested():
                made = tx.scalar(sa.insert(expert).values(**values, **fresh).returning(expert.c.id))
        except IntegrityError:
            raise Refused(Message("experts.changed")) from None
        expert_id = int(made or 0)
    else:
        expert_id = int(before["id"])
        credit = max(merits.credit, before["credit"], key=CREDITS.index)
        _change(tx, before, before["version"], {**values, "credit": credit, "left_at": None, "declared_at": None})
    roles.grant(tx, known, person_id=person_id, organisation_id=where, role=role, by=by, address=address)
    expert_history.keep(tx, expert_id, "invited", by=by)
    expert_telling.invited(tx, person_id)
    return expert_id


def declare(
    tx: Connection,
    keys: Keyring,
    row: RowMapping,
    version: int,
    profile: Profile,
    lists: Lists,
    *,
    truthful: bool = True,
) -> None:
    """The own declaration: the expert confirms what is known, or corrects it, and is active from then on.

    Raises:
        Refused: not after exit nor without the pledge, the profile cannot be taken, or the entry was changed meanwhile.
    """
    against = [Message("experts.has_left")] * (row["status"] == "left")
    against += expert_profile.faults(profile, expert_profile.merits_of(row), lists)
    against += [Message("experts.not_truthful", {"input": "truthful"})] * (not truthful)
    if against:
        raise Refused(*against)
    first = row["status"] == "invited"
    values = {"status": "active", "declared_at": clock.now()} if first else {"declared_at": clock.now()}
    _new_profile(
        tx, keys, row, version, profile, expert_profile.merits_of(row), lists, "declared", row["person_id"], values
    )


def correct(
    tx: Connection,
    keys: Keyring,
    row: RowMapping,
    version: int,
    profile: Profile,
    merits: Merits,
    lists: Lists,
    *,
    by: int,
) -> None:
    """The office corrects what is known of an expert.

    Raises:
        Refused: the profile cannot be taken, or the entry was changed meanwhile.
    """
    _new_profile(tx, keys, row, version, profile, merits, lists, "changed", by, {})


def set_away(tx: Connection, row: RowMapping, version: int, first: date, last: date, *, by: int) -> None:
    """The expert is away from one day to another, both included.

    Raises:
        Refused: the days are crossed, there are too many periods, or the entry was changed meanwhile.
    """
    today = clock.today().isoformat()
    kept = sorted([*(one for one in row["away"] if one[1] >= today), [first.isoformat(), last.isoformat()]])
    if last < first:
        raise Refused(Message("experts.days_crossed", {"input": "away_last"}))
    if len(kept) > MOST_AWAY:
        raise Refused(Message("experts.too_often_away", {"input": "away_first", "most": MOST_AWAY}))
    _change(tx, row, version, {"away": kept})
    expert_history.keep(tx, row["id"], "away", by=by, detail={"first": first.isoformat(), "last": last.isoformat()})


def unset_away(tx: Connection, row: RowMapping, version: int, period: int, *, by: int) -> None:
    """A period of absence is taken back.

    Raises:
        Refused: there is none in this place, or the entry was changed meanwhile.
    """
    if not 0 <= period < len(row["away"]):
        raise Refused(Message("experts.no_such_period"))
    first, last = row["away"][period]
    _change(tx, row, version, {"away": [one for at, one in enumerate(row["away"]) if at != period]})
    expert_history.keep(tx, row["id"], "not_away", by=by, detail={"first": first, "last": last})


def pause(tx: Connection, row: RowMapping, version: int, *, by: int) -> None:
    """An active expert is not drawn until further notice.

    Raises:
        Refused: not active, or the entry was changed meanwhile.
    """
    _turn(tx, row, version, "active", "paused", by)


def resume(tx: Connection, row: RowMapping, version: int, *, by: int) -> None:
    """A paused expert is drawn again.

    Raises:
        Refused: not paused, or the entry was changed meanwhile.
    """
    _turn(tx, row, version, "paused", "active", by)


def leave(
    tx: Connection, keys: Keyring, known: Roles, row: RowMapping, version: int, reason: str, *, sits: int, by: int
) -> None:
    """The expert leaves the pool and holds its role no longer; the entry and its history are kept.

    Args:
        reason: why, kept sealed.
        sits: on how many open panels the expert still sits.
        by: the expert, or an officer.

    Raises:
        Refused: no reason, still on a panel, has left already, or the entry was changed meanwhile.
    """
    against = []
    if not reason.strip():
        against.append(Message("experts.no_reason", {"input": "reason"}))
    if row["status"] == "left":
        against.append(Message("experts.has_left"))
    if sits:
        against.append(Message("experts.still_sits", {"count": sits}))
    if against:
        raise Refused(*against)
    _change(tx, row, version, {"status": "left", "left_at": clock.now()})
    where, role = seat_of(tx, known, row["authority_id"])
    held = sa.select(membership.c.id).where(
        membership.c.person_id == row["person_id"],
        membership.c.organisation_id == where,
        membership.c.role == role,
        membership.c.until.is_(None),
    )
    for membership_id in tx.scalars(held).all():
        roles.withdraw(tx, membership_id, by=by if by != row["person_id"] else None)
    detail = {"own": by == row["person_id"], **expert_history.sealed_reason(keys, row["id"], reason.strip())}
    expert_history.keep(tx, row["id"], "left", by=by, detail=detail)
    if detail["own"]:
        expert_telling.left(tx, known, row["authority_id"], row["name"])
    else:
        expert_telling.ended(tx, row["person_id"])


def _new_profile(
    tx: Connection,
    keys: Keyring,
    row: RowMapping,
    version: int,
    profile: Profile,
    merits: Merits,
    lists: Lists,
    kind: str,
    by: int,
    also: Mapping[str, Any],
) -> None:
    profile, merits = expert_profile.checked(profile, merits, lists)
    values = expert_profile.columns(tx, profile, merits)
    changed = sorted(name for name, value in values.items() if row[name] != value and name != "employer_id")
    _change(tx, row, version, {**values, **also})
    if row["employer_name"] != profile.employer_name:
        _was_employed(tx, keys, row, by)
    expert_history.keep(tx, row["id"], kind, by=by, detail={"changed": changed})


def _was_employed(tx: Connection, keys: Keyring, row: RowMapping, by: int) -> None:
    """Whoever changes the employer was employed by the one before until today."""
    before = Said("employer", row["employer_name"], row["employer_code"] or "", until=clock.today())
    expert_ties.add(tx, keys, row["id"], before, by=by, said_by="expert" if by == row["person_id"] else "office")


def _turn(tx: Connection, row: RowMapping, version: int, before: str, after: str, by: int) -> None:
    if row["status"] != before:
        raise Refused(Message(f"experts.not_{before}"))
    _change(tx, row, version, {"status": after})
    expert_history.keep(tx, row["id"], "paused" if after == "paused" else "resumed", by=by)


def _change(tx: Connection, row: RowMapping, version: int, values: Mapping[str, Any]) -> None:
    changed = tx.execute(
        sa.update(expert)
        .where(expert.c.id == row["id"], expert.c.version == version, expert.c.status == row["status"])
        .values(**values, version=version + 1)
    )
    if changed.rowcount == 0:
        raise Refused(Message("experts.changed"))
