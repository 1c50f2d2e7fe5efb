"""The roles of the house: the three administrators of the engine, and those that the reference data names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.people import security
from caseflow.people.models import ORGANISATION_KINDS, membership, organisation, person
from caseflow.people.rights import ADMINISTRATORS, AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN
from caseflow.words import LANGUAGES, Message, Refused, text

Reach = Literal["own_prefecture", "own_authority"]


@dataclass(frozen=True, slots=True)
class Role:
    """What may be held in an organisation. ``idle_minutes``: a session without a sign of life ends after them."""

    id: str
    title: dict[str, str]
    kinds: frozenset[str]
    official: bool = False
    """Of an office or a panel: a second factor is asked."""
    casework: bool = False
    """Works on cases that others opened, as every official role does: starts at the desk."""
    idle_minutes: int = 120
    approves_registration: Reach | None = None
    """Decides on organisations that register, within this reach."""
    approves_joining: bool = False
    """Decides who joins the own organisation."""
    given_at: frozenset[str] = frozenset()
    """Granted by approval: ``registration`` of an organisation, or ``joining`` one."""
    manages_experts: bool = False
    """Keeps the pool of experts of the authority."""


_KEYS = frozenset(
    {
        "title",
        "kinds",
        "official",
        "casework",
        "idle_minutes",
        "approves_registration",
        "approves_joining",
        "given_at",
        "manages_experts",
    }
)


class Roles(dict[str, Role]):
    """The roles by id, in the order of the data."""

    @property
    def official(self) -> frozenset[str]:
        return frozenset(role.id for role in self.values() if role.official)

    @property
    def casework(self) -> frozenset[str]:
        """The roles whose holders work on cases; the three administrators act on none."""
        return frozenset(role.id for role in self.values() if role.casework) - ADMINISTRATORS

    def given_at(self, occasion: str) -> list[str]:
        return [role.id for role in self.values() if occasion in role.given_at]

    @property
    def in_pool(self) -> str | None:
        """The role that is held in a pool of experts: the first of them."""
        return next((role.id for role in self.values() if "pool" in role.kinds), None)

    def may_manage_experts(self, held: frozenset[str]) -> bool:
        return any(self[role].manages_experts for role in held if role in self)

    def idle_seconds(self, held: frozenset[str]) -> int:
        """How long a session of somebody with these roles may stay idle: the shortest of them, 2 hours at most."""
        return 60 * min((self[role].idle_minutes for role in held if role in self), default=120)

    def reach(self, held: frozenset[str]) -> Reach | None:
        """How far somebody with these roles decides on registrations."""
        reaches = {self[role].approves_registration for role in held if role in self}
        return next((reach for reach in ("own_authority", "own_prefecture") if reach in reaches), None)

    def may_admit(self, held: frozenset[str]) -> bool:
        return any(self[role].approves_joining for role in held if role in self)


def read_roles(data: Mapping[str, Any]) -> Roles:
    """The roles from plain reference data; every mistake is named at once with ``ValueError``."""
    roles = Roles()
    for id_ in (SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN):
        title: dict[str, str] = {language: text(f"people.role.{id_}", language) for language in LANGUAGES}
        roles[id_] = Role(id_, title, frozenset({"authority"}), official=True, idle_minutes=30)
    problems: list[str] = []
    for id_, entry in data["roles"].items():
        if id_ in roles:
            problems.append(f"roles: {id_} is a role of the engine")
        if unknown := set(entry) - _KEYS:
            problems.append(f"roles: {id_}: unknown {', '.join(sorted(unknown))}")
        if set(entry.get("title", ())) != {"zh", "en"}:
            problems.append(f"roles: {id_}: the title needs zh and en")
        if strange := set(entry.get("kinds", ())) - set(ORGANISATION_KINDS):
            problems.append(f"roles: {id_}: no kind of organisation is called {', '.join(sorted(strange))}")
        if entry.get("approves_registration") not in {None, "own_prefecture", "own_authority"}:
            problems.append(f"roles: {id_}: approves_registration is own_prefecture or own_authority")
        if strange := set(entry.get("given_at", ())) - {"registration", "joining"}:
            problems.append(f"roles: {id_}: nothing is given at {', '.join(sorted(strange))}")
        if not problems:
            roles[id_] = Role(
                id_,
                dict(entry["title"]),
                frozenset(entry["kinds"]),
                official=entry.get("official", False),
                casework=entry.get("casework", False) or entry.get("official", False),
                idle_minutes=entry.get("idle_minutes", 30 if entry.get("official") else 120),
                approves_registration=entry.get("approves_registration"),
                approves_joining=entry.get("approves_joining", False),
                given_at=frozenset(entry.get("given_at", ())),
                manages_experts=entry.get("manages_experts", False),
            )
    if problems:
        raise ValueError("; ".join(problems))
    return roles


def grant(
    tx: Connection,
    roles: Roles,
    *,
    person_id: int,
    organisation_id: int,
    role: str,
    by: int | None,
    address: str = "",
) -> int:
    """Give a person a role in an organisation. A second factor is required from then on where the role is official.

    Refused: an unknown role, one not held in this kind of organisation, a second role beside an administrator's,
    a role for oneself. Holding it already changes nothing.
    """
    kind, authority_id = tx.execute(
        sa.select(organisation.c.kind, organisation.c.authority_id).where(organisation.c.id == organisation_id)
    ).one()
    if role not in roles or kind not in roles[role].kinds:
        raise Refused(Message("people.role_not_of_this_organisation", {"input": "role"}))
    if by == person_id:
        raise Refused(Message("people.no_role_for_oneself", {"input": "role"}))
    # The row lock keeps two grants at the same moment from each seeing the person without the other role.
    tx.execute(sa.update(person).where(person.c.id == person_id).values(status=person.c.status))
    held = tx.execute(
        sa.select(membership.c.id, membership.c.role, membership.c.organisation_id).where(
            membership.c.person_id == person_id, membership.c.until.is_(None)
        )
    ).all()
    for id_, other, where in held:
        if other == role and where == organisation_id:
            return int(id_)
        if other != role and (other in ADMINISTRATORS or role in ADMINISTRATORS):
            raise Refused(Message("people.administrator_holds_one_role", {"input": "role", "role": roles[other].title}))
    if roles[role].official:
        tx.execute(sa.update(person).where(person.c.id == person_id).values(second_factor_required=True))
    security.log(
        tx,
        "role_granted",
        authority_id=authority_id,
        by=by,
        about=person_id,
        organisation_id=organisation_id,
        address=address,
        detail={"role": role},
    )
    return int(
        tx.scalars(
            sa.insert(membership)
            .values(person_id=person_id, organisation_id=organisation_id, role=role, since=clock.now(), granted_by=by)
            .returning(membership.c.id)
        ).one()
    )


def withdraw(tx: Connection, membership_id: int, *, by: int | None, address: str = "") -> None:
    """End a membership; it counts no longer from the next request on.

    ``by`` nobody: it ends by itself, with what it was held for.
    """
    row = tx.execute(
        sa.select(membership.c.person_id, membership.c.organisation_id, membership.c.role, organisation.c.authority_id)
        .join(organisation, organisation.c.id == membership.c.organisation_id)
        .where(membership.c.id == membership_id, membership.c.until.is_(None))
    ).one_or_none()
    if row is None:
        raise Refused(Message("people.role_has_ended"))
    if row.person_id == by:
        raise Refused(Message("people.no_role_for_oneself"))
    tx.execute(sa.update(membership).where(membership.c.id == membership_id).values(until=clock.now()))
    security.log(
        tx,
        "role_withdrawn",
        authority_id=row.authority_id,
        by=by,
        about=row.person_id,
        organisation_id=row.organisation_id,
        address=address,
        detail={"role": row.role},
    )
