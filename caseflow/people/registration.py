"""How an enterprise comes in: it registers with its licence, and the bureau in charge, or the authority, decides.

One organisation per credit code: whoever registers the same code again asks to join the one that is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.people import accounts, organisations, roles, security
from caseflow.people.models import organisation, person, registration
from caseflow.people.rights import Actor
from caseflow.people.roles import Roles
from caseflow.records import inbox
from caseflow.records.personal import Keyring
from caseflow.words import Language, Message, Refused
from caseflow.workflow.identifiers import check_credit_code, check_email, check_phone

REGISTERING = ("enterprise", "institution", "body")
"""Kinds of organisation that register themselves; the others are made by an administrator."""


@dataclass(frozen=True, slots=True)
class Application:
    """What the person who registers typed."""

    kind: str
    name_zh: str
    name_en: str
    credit_code: str
    prefecture_id: int | None
    address: str
    login: str
    person_name: str
    phone: str
    email: str
    password: str
    password_again: str
    agreed: bool
    language: Language


def faults(tx: Connection, asked: Application) -> list[Message]:
    """Everything that is wrong with an application, each with its field."""
    found: list[Message] = []
    if asked.kind not in REGISTERING:
        found.append(Message("people.kind_unknown", {"input": "kind"}))
    if not asked.name_zh.strip():
        found.append(Message("people.name_missing", {"input": "name_zh"}))
    if not asked.credit_code:
        found.append(Message("people.credit_code_missing", {"input": "credit_code"}))
    else:
        found += _at("credit_code", check_credit_code(asked.credit_code))
    if _bureau(tx, asked) is None:
        found.append(Message("people.prefecture_missing", {"input": "prefecture_id"}))
    if not asked.address.strip():
        found.append(Message("people.address_missing", {"input": "address"}))
    found += accounts.faults(tx, accounts.login_form(asked.login), asked.person_name)
    if not asked.phone.strip():
        found.append(Message("people.phone_missing", {"input": "phone"}))
    else:
        found += _at("phone", check_phone(asked.phone))
    if asked.email.strip():
        found += _at("email", check_email(asked.email))
    found += accounts.password_faults(asked.password, asked.password_again, accounts.login_form(asked.login))
    if not asked.agreed:
        found.append(Message("people.agreement_missing", {"input": "agreed"}))
    return found


def apply(
    tx: Connection,
    asked: Application,
    *,
    password_hash: str,
    licence_file_id: int,
    keys: Keyring,
    address: str = "",
) -> tuple[int, str]:
    """Keep an application that has no faults: its number, and ``organisation`` or ``joining``.

    A unit that was refused may apply again; its former entry is then used anew. So is one that an officer entered.
    """
    bureau = _bureau(tx, asked)
    if (reasons := faults(tx, asked)) or bureau is None:
        raise Refused(*reasons)
    known = organisations.by_credit_code(tx, asked.credit_code)
    if known is not None and known["status"] == "closed":
        raise Refused(Message("people.organisation_closed", {"input": "credit_code"}))
    person_id = accounts.create(
        tx,
        authority_id=bureau["authority_id"],
        login=asked.login,
        name=asked.person_name,
        password_hash=password_hash,
        keys=keys,
        language=asked.language,
        email=asked.email,
        phone=asked.phone,
        address=address,
    )
    kind = "organisation"
    if known is None:
        organisation_id = organisations.create(
            tx,
            authority_id=bureau["authority_id"],
            status="pending",
            address=address,
            by=person_id,
            **_described(asked, bureau),
        )
    elif known["status"] == "refused":
        organisation_id = known["id"]
        described = _described(asked, bureau)
        tx.execute(
            sa.update(organisation)
            .where(organisation.c.id == organisation_id)
            .values(status="pending", sort_key=organisations.sort_key(asked.name_zh.strip()), **described)
        )
    elif known["data"].get(organisations.RECORDED) and not _is_claimed(tx, known["id"]):
        organisation_id = known["id"]  # an officer entered it; it stays as it is until this is approved
    else:
        organisation_id, kind = known["id"], "joining"
    made = tx.scalars(
        sa.insert(registration)
        .values(
            kind=kind,
            organisation_id=organisation_id,
            person_id=person_id,
            licence_file_id=licence_file_id,
            status="pending",
            created_at=clock.now(),
        )
        .returning(registration.c.id)
    ).one()
    return int(made), kind


def _is_claimed(tx: Connection, organisation_id: int) -> bool:
    """Whether somebody's registration of an organisation waits for a decision."""
    waits = sa.select(registration.c.id).where(
        registration.c.organisation_id == organisation_id,
        registration.c.kind == "organisation",
        registration.c.status == "pending",
    )
    return tx.execute(waits).first() is not None


def decide(
    tx: Connection,
    registration_id: int,
    *,
    approved: bool,
    reason: str,
    by: Actor,
    known_roles: Roles,
    address: str = "",
) -> None:
    """Approve or refuse; the person learns it from the inbox. A refusal needs its reason.

    Refused when it was decided meanwhile, when a joining is decided before its organisation, or by its own applicant.
    """
    row = get(tx, registration_id)
    if row is None or not may_decide(by, row, known_roles):
        raise Refused(Message("people.registration_not_yours"))
    if not approved and not reason.strip():
        raise Refused(Message("people.reason_missing", {"input": "reason"}))
    if row["kind"] == "joining" and row["organisation_status"] != "active":
        raise Refused(Message("people.organisation_not_active"))
    changed = tx.execute(
        sa.update(registration)
        .where(registration.c.id == registration_id, registration.c.status == "pending")
        .values(
            status="approved" if approved else "refused",
            decided_by=by.person_id,
            decided_at=clock.now(),
            reason=reason.strip() or None,
        )
    ).rowcount
    if not changed:
        raise Refused(Message("people.registration_decided"))
    if row["kind"] == "organisation":
        recorded = bool(row["data"].get(organisations.RECORDED))
        data = {key: value for key, value in row["data"].items() if not (approved and key == organisations.RECORDED)}
        tx.execute(
            sa.update(organisation)
            .where(organisation.c.id == row["organisation_id"])
            .values(status="active" if approved or recorded else "refused", data=data)
        )
    if approved:
        for role in known_roles.given_at("registration" if row["kind"] == "organisation" else "joining"):
            if row["organisation_kind"] in known_roles[role].kinds:
                roles.grant(
                    tx,
                    known_roles,
                    person_id=row["person_id"],
                    organisation_id=row["organisation_id"],
                    role=role,
                    by=by.person_id,
                    address=address,
                )
    outcome = "approved" if approved else "refused"
    inbox.post(
        tx,
        Message(f"people.inbox.{row['kind']}_{outcome}", {"organisation": row["name_zh"], "reason": reason.strip()}),
        person_id=row["person_id"],
        kind="account",
        legal=True,
    )
    security.log(
        tx,
        f"registration_{outcome}",
        authority_id=row["authority_id"],
        by=by.person_id,
        about=row["person_id"],
        organisation_id=row["organisation_id"],
        address=address,
        detail={"registration": registration_id, "kind": row["kind"]},
    )


def may_decide(by: Actor, row: RowMapping, known_roles: Roles) -> bool:
    """Whether an actor decides on a row of ``waiting``: the bureau in charge, its authority, or the unit's own head."""
    if row["authority_id"] != by.authority_id or row["person_id"] == by.person_id:
        return False
    if row["kind"] == "joining":
        return row["organisation_id"] == by.organisation_id and known_roles.may_admit(by.roles)
    reach = known_roles.reach(by.roles)
    if reach == "own_authority":
        return True
    return reach == "own_prefecture" and by.prefecture_id is not None and row["prefecture_id"] == by.prefecture_id


_ROWS = (
    sa.select(
        registration,
        organisation.c.authority_id,
        organisation.c.prefecture_id,
        organisation.c.kind.label("organisation_kind"),
        organisation.c.status.label("organisation_status"),
        organisation.c.name_zh,
        organisation.c.name_en,
        organisation.c.credit_code,
        organisation.c.division,
        organisation.c.data,
        person.c.name.label("person_name"),
        person.c.login,
        person.c.email,
        person.c.phone,
    )
    .join(organisation, organisation.c.id == registration.c.organisation_id)
    .join(person, person.c.id == registration.c.person_id)
)


def get(tx: Connection, registration_id: int) -> RowMapping | None:
    return tx.execute(_ROWS.where(registration.c.id == registration_id)).mappings().one_or_none()


def waiting(
    tx: Connection, by: Actor, known_roles: Roles, *, status: str = "pending", limit: int = 50, offset: int = 0
) -> tuple[list[RowMapping], int]:
    """The applications an actor decides on, oldest first, and how many; the same bounds as ``may_decide``."""
    bounds: list[sa.ColumnElement[bool]] = []
    reach = known_roles.reach(by.roles)
    if reach == "own_authority":
        bounds.append(registration.c.kind == "organisation")
    elif reach == "own_prefecture" and by.prefecture_id is not None:
        bounds.append(sa.and_(registration.c.kind == "organisation", organisation.c.prefecture_id == by.prefecture_id))
    if known_roles.may_admit(by.roles):
        bounds.append(sa.and_(registration.c.kind == "joining", registration.c.organisation_id == by.organisation_id))
    where = (
        sa.or_(sa.false(), *bounds),
        organisation.c.authority_id == by.authority_id,
        registration.c.person_id != by.person_id,
        registration.c.status == status,
    )
    rows = list(tx.execute(_ROWS.where(*where).order_by(registration.c.id).limit(limit).offset(offset)).mappings())
    counted = (
        sa.select(sa.func.count())
        .select_from(registration)
        .join(organisation, organisation.c.id == registration.c.organisation_id)
    )
    return rows, tx.scalar(counted.where(*where)) or 0


def of_person(tx: Connection, person_id: int) -> list[RowMapping]:
    """The own applications of a person, newest first."""
    return list(
        tx.execute(_ROWS.where(registration.c.person_id == person_id).order_by(registration.c.id.desc())).mappings()
    )


def _bureau(tx: Connection, asked: Application) -> RowMapping | None:
    row = organisations.get(tx, asked.prefecture_id) if asked.prefecture_id is not None else None
    return row if row is not None and row["kind"] == "bureau" and row["status"] == "active" else None


def _described(asked: Application, bureau: RowMapping) -> dict[str, Any]:
    return {
        "kind": asked.kind,
        "name_zh": asked.name_zh.strip(),
        "name_en": asked.name_en.strip(),
        "credit_code": asked.credit_code,
        "division": bureau["division"],
        "prefecture_id": bureau["id"],
        "data": {"address": asked.address.strip()},
    }


def _at(field: str, messages: list[Message]) -> list[Message]:
    return [Message(message.key, {**message.values, "input": field}) for message in messages]
