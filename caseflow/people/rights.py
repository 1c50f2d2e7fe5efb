"""Who acts: the person of a session, in the organisation for which the person acts, with the roles held there.

Rights follow from memberships at the moment of the request; nothing is kept from an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.people.models import authority, membership, organisation
from caseflow.words import Language

SYSTEM_ADMIN = "system_admin"
"""Makes accounts and organisations; grants nothing."""
SECURITY_ADMIN = "security_admin"
"""Grants roles, unlocks accounts, resets passwords and second factors; makes no account."""
AUDIT_ADMIN = "audit_admin"
"""Reads what was done to accounts and who read which dossier; acts on nothing."""
ADMINISTRATORS = frozenset({SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN})
"""Who holds one of these holds no other role: the three powers stay with three persons."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is in one organisation."""

    authority_id: int
    authority_code: str
    authority_name: dict[str, str]
    organisation_id: int
    organisation_name: dict[str, str]
    kind: str
    prefecture_id: int | None
    """The bureau in charge of the organisation; a bureau is in charge of itself."""
    roles: frozenset[str]
    since: datetime
    """When the first of the roles held there at present was given."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, acting for one organisation (or, before any role is granted, for none)."""

    person_id: int
    name: str
    language: Language
    authority_id: int
    authority_code: str
    """By which workflows name their authority; empty while the person acts for nobody."""
    authority_name: dict[str, str]
    organisation_id: int | None
    organisation_name: dict[str, str]
    organisation_kind: str | None
    prefecture_id: int | None
    roles: frozenset[str]
    memberships: tuple[Standing, ...]
    official: bool = False
    """Holds a role of an office here: a second factor is asked and the session ends sooner."""
    must_change_password: bool = False
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return str(self.person_id)

    def holds(self, *roles: str) -> bool:
        """Whether the person holds one of ``roles`` in the organisation acted for."""
        return not self.roles.isdisjoint(roles)


def actor(
    person: RowMapping, standings: Iterable[Standing], acting_for: int | None, official_roles: frozenset[str]
) -> Actor:
    """The actor for a ``person`` row; acts for the first organisation when none, or one since left, was chosen."""
    found = tuple(standings)
    chosen = next((one for one in found if one.organisation_id == acting_for), found[0] if found else None)
    return Actor(
        person_id=person["id"],
        name=person["name"],
        language=person["language"],
        authority_id=chosen.authority_id if chosen else person["authority_id"],
        authority_code=chosen.authority_code if chosen else "",
        authority_name=chosen.authority_name if chosen else {"zh": "", "en": ""},
        organisation_id=chosen.organisation_id if chosen else None,
        organisation_name=chosen.organisation_name if chosen else {"zh": "", "en": ""},
        organisation_kind=chosen.kind if chosen else None,
        prefecture_id=chosen.prefecture_id if chosen else None,
        roles=chosen.roles if chosen else frozenset(),
        memberships=found,
        official=any(official_roles & one.roles for one in found),
        must_change_password=person["password_temporary"],
    )


_STANDINGS = (
    sa.select(
        membership.c.role,
        membership.c.since,
        organisation.c.id,
        organisation.c.authority_id,
        organisation.c.kind,
        organisation.c.prefecture_id,
        organisation.c.name_zh,
        organisation.c.name_en,
        authority.c.code.label("authority_code"),
        authority.c.name.label("authority_name"),
    )
    .select_from(membership)
    .join(organisation, organisation.c.id == membership.c.organisation_id)
    .join(authority, authority.c.id == organisation.c.authority_id)
    .where(
        membership.c.person_id == sa.bindparam("person_id"),
        membership.c.until.is_(None),
        organisation.c.status == "active",
    )
    .order_by(membership.c.id)
)


def standings(tx: Connection, person_id: int) -> list[Standing]:
    """What a person is, in every organisation, oldest membership first. An organisation not active gives nothing."""
    rows: dict[int, list[RowMapping]] = {}
    for row in tx.execute(_STANDINGS, {"person_id": person_id}).mappings():
        rows.setdefault(row["id"], []).append(row)
    return [
        Standing(
            authority_id=first["authority_id"],
            authority_code=first["authority_code"],
            authority_name=first["authority_name"],
            organisation_id=organisation_id,
            organisation_name={"zh": first["name_zh"], "en": first["name_en"] or first["name_zh"]},
            kind=first["kind"],
            prefecture_id=organisation_id if first["kind"] == "bureau" else first["prefecture_id"],
            roles=frozenset(row["role"] for row in group),
            since=first["since"],
        )
        for organisation_id, group in rows.items()
        for first in group[:1]
    ]


def holders(tx: Connection, organisation_id: int, *roles: str) -> list[int]:
    """Ids of the persons who hold one of ``roles`` in an organisation at present."""
    return list(
        tx.scalars(
            sa.select(membership.c.person_id)
            .where(
                membership.c.organisation_id == organisation_id,
                membership.c.until.is_(None),
                membership.c.role.in_(roles),
            )
            .distinct()
            .order_by(membership.c.person_id)
        )
    )
