"""Accounts: one per person, named, made by an administrator or by registration, and never shared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.people import passwords, security, sessions
from caseflow.people.models import membership, organisation, person
from caseflow.people.organisations import sort_key
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Language, Message, Refused

Row = RowMapping

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{2,63}")


def login_form(login: str) -> str:
    """A login as it is kept: without full-width signs, capitals and spaces at the ends."""
    return unicodedata.normalize("NFKC", login).strip().lower()


def seal(keys: Keyring, login: str, name: str, value: str) -> str | None:
    """A personal value as its row keeps it, tied to the account and the column; nothing for nothing."""
    return personal.seal_json(keys, value, f"person/{login}/{name}") if value else None


def unseal(keys: Keyring, row: Mapping[str, Any] | Row, name: str) -> str:
    """The personal value in the column ``name`` of a ``person`` row."""
    return str(personal.open_json(keys, row[name], f"person/{row['login']}/{name}")) if row[name] else ""


def faults(tx: Connection, login: str, name: str) -> list[Message]:
    """Why no account can be made under this login and name."""
    found: list[Message] = []
    if not name.strip():
        found.append(Message("people.person_name_missing", {"input": "name"}))
    if not _LOGIN.fullmatch(login):
        found.append(Message("people.login_form", {"input": "login"}))
    elif tx.scalar(sa.select(person.c.id).where(person.c.login == login)) is not None:
        found.append(Message("people.login_taken", {"input": "login"}))
    return found


def create(
    tx: Connection,
    *,
    authority_id: int,
    login: str,
    name: str,
    password_hash: str,
    keys: Keyring,
    language: Language = "zh",
    email: str = "",
    phone: str = "",
    temporary: bool = False,
    by: int | None = None,
    address: str = "",
) -> int:
    """A new account, without any role. ``temporary``: the password must be changed at the first sign-in.

    ``keys`` seal e-mail and telephone. Refused when the login is taken or malformed, or the name is missing.
    """
    login = login_form(login)
    if reasons := faults(tx, login, name):
        raise Refused(*reasons)
    made = tx.scalars(
        sa.insert(person)
        .values(
            authority_id=authority_id,
            login=login,
            name=name.strip(),
            sort_key=sort_key(name.strip()),
            password_hash=password_hash,
            password_temporary=temporary,
            second_factor_required=False,
            language=language,
            email=seal(keys, login, "email", email.strip()),
            phone=seal(keys, login, "phone", phone.strip()),
            status="active",
            created_at=clock.now(),
        )
        .returning(person.c.id)
    ).one()
    security.log(tx, "account_created", authority_id=authority_id, by=by, about=made, address=address)
    return int(made)


def get(tx: Connection, person_id: int) -> Row | None:
    return tx.execute(sa.select(person).where(person.c.id == person_id)).mappings().one_or_none()


def names(tx: Connection, ids: Iterable[Any]) -> dict[int, str]:
    """The names of persons by row number."""
    wanted = {int(one) for one in ids if one is not None}
    return {
        row.id: row.name for row in tx.execute(sa.select(person.c.id, person.c.name).where(person.c.id.in_(wanted)))
    }


def by_login(tx: Connection, login: str) -> Row | None:
    return tx.execute(sa.select(person).where(person.c.login == login_form(login))).mappings().one_or_none()


def find(
    tx: Connection, authority_id: int, *, text: str = "", status: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[Row], int]:
    """Accounts kept by an authority, by a part of the name, its pinyin or the login; and how many there are."""
    where = [person.c.authority_id == authority_id]
    if text := text.strip():
        where.append(
            sa.or_(
                person.c.name.contains(text, autoescape=True),
                person.c.sort_key.contains(text.lower(), autoescape=True),
                person.c.login.contains(login_form(text), autoescape=True),
            )
        )
    if status:
        where.append(person.c.status == status)
    rows = tx.execute(
        sa.select(person).where(*where).order_by(person.c.sort_key, person.c.id).limit(limit).offset(offset)
    ).mappings()
    return list(rows), tx.scalar(sa.select(sa.func.count()).select_from(person).where(*where)) or 0


def memberships(tx: Connection, *person_ids: int) -> list[Row]:
    """The roles these persons hold at present, with the names of the organisations."""
    return list(
        tx.execute(
            sa.select(membership, organisation.c.name_zh, organisation.c.name_en, organisation.c.status)
            .join(organisation, organisation.c.id == membership.c.organisation_id)
            .where(membership.c.person_id.in_(person_ids), membership.c.until.is_(None))
            .order_by(membership.c.id)
        ).mappings()
    )


def members(tx: Connection, organisation_id: int) -> list[Row]:
    """Who belongs to an organisation at present: person id, name, login, status and role, one row for each role."""
    return list(
        tx.execute(
            sa.select(
                person.c.id, person.c.name, person.c.login, person.c.status, membership.c.role, membership.c.since
            )
            .join(membership, membership.c.person_id == person.c.id)
            .where(membership.c.organisation_id == organisation_id, membership.c.until.is_(None))
            .order_by(person.c.sort_key, person.c.id, membership.c.id)
        ).mappings()
    )


def change_profile(
    tx: Connection,
    person_id: int,
    *,
    name: str,
    language: Language,
    email: str,
    phone: str,
    keys: Keyring,
    by: int,
    address: str = "",
) -> None:
    """Correct name, language, e-mail and telephone."""
    if not name.strip():
        raise Refused(Message("people.person_name_missing", {"input": "name"}))
    login, authority_id = tx.execute(
        sa.select(person.c.login, person.c.authority_id).where(person.c.id == person_id)
    ).one()
    tx.execute(
        sa.update(person)
        .where(person.c.id == person_id)
        .values(
            name=name.strip(),
            sort_key=sort_key(name.strip()),
            language=language,
            email=seal(keys, login, "email", email.strip()),
            phone=seal(keys, login, "phone", phone.strip()),
        )
    )
    security.log(tx, "profile_changed", authority_id=authority_id, by=by, about=person_id, address=address)


def change_password(
    tx: Connection, person_id: int, password_hash: str, *, keep_session: str, by: int, address: str = ""
) -> None:
    """Set the own password. Every other session of the person ends."""
    authority_id = _set_password(tx, person_id, password_hash, temporary=False)
    sessions.end_all(tx, person_id, but=keep_session)
    security.log(tx, "password_changed", authority_id=authority_id, by=by, about=person_id, address=address)


def reset_password(tx: Connection, person_id: int, password_hash: str, *, by: int, address: str = "") -> None:
    """Give a one-time password after the person was identified; all sessions end."""
    if by == person_id:
        raise Refused(Message("people.not_for_oneself"))
    authority_id = _set_password(tx, person_id, password_hash, temporary=True)
    sessions.end_all(tx, person_id)
    security.log(tx, "password_reset", authority_id=authority_id, by=by, about=person_id, address=address)


def rehash(tx: Connection, person_id: int, password_hash: str) -> None:
    """Keep the same password under today's parameters."""
    tx.execute(sa.update(person).where(person.c.id == person_id).values(password_hash=password_hash))


def set_status(tx: Connection, person_id: int, status: str, *, by: int, address: str = "") -> None:
    """Lock, unlock or close an account. Unless it becomes active, all its sessions end."""
    if by == person_id:
        raise Refused(Message("people.not_for_oneself"))
    authority_id = tx.scalars(
        sa.update(person).where(person.c.id == person_id).values(status=status).returning(person.c.authority_id)
    ).one()
    if status != "active":
        sessions.end_all(tx, person_id)
    security.log(tx, f"account_{status}", authority_id=authority_id, by=by, about=person_id, address=address)


def _set_password(tx: Connection, person_id: int, password_hash: str, *, temporary: bool) -> int:
    return int(
        tx.scalars(
            sa.update(person)
            .where(person.c.id == person_id)
            .values(password_hash=password_hash, password_temporary=temporary)
            .returning(person.c.authority_id)
        ).one()
    )


def password_faults(password: str, again: str, login: str) -> list[Message]:
    """Why a chosen password, typed twice, may not be used."""
    found = passwords.faults(password, login)
    if password != again:
        found.append(Message("people.passwords_differ", {"input": "password_again"}))
    return found
