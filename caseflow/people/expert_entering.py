"""Newcomers of the expert pool: an account where there is none, the entry, and the numbers that are sealed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.people import accounts, expert_personal, expert_profile, experts, organisations
from caseflow.people.expert_models import expert
from caseflow.people.expert_personal import Own
from caseflow.people.expert_profile import Lists, Merits, Profile
from caseflow.people.models import person
from caseflow.people.roles import Roles
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused

_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be invited."""

    name: str
    profile: Profile
    merits: Merits = field(default_factory=Merits)
    own: Own = field(default_factory=Own)
    login: str = ""
    """Of an account that is there; empty: one is made."""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """Who was invited."""

    expert_id: int
    person_id: int
    login: str
    fresh: bool
    """The account is new."""


def enter(
    tx: Connection,
    keys: Keyring,
    known: Roles,
    lists: Lists,
    one: Newcomer,
    *,
    authority_id: int,
    password_hash: str,
    by: int | None,
    address: str = "",
) -> Entered:
    """Invite a newcomer: ``password_hash`` is the one-time password of a new account.

    Raises:
        Refused: with every reason that lies in what was said; then a person who is in the pool, or a number that is.
    """
    said: list[Message] = []
    if not one.name.strip():
        said.append(Message("experts.name_missing", {"input": "name"}))
    said += expert_profile.faults(one.profile, one.merits, lists)
    said += expert_personal.faults(one.own)
    there = accounts.by_login(tx, one.login) if one.login.strip() else None
    if one.login.strip():
        said += _not_this(there, authority_id, one)
    if said:
        raise Refused(*said)
    before = there["id"] if there is not None else None
    own = None if before is None else experts.of_person(tx, before)
    expert_personal.refuse_twin(tx, keys, authority_id, one.own.identity, own["id"] if own is not None else None)
    login = there["login"] if there is not None else free_login(tx, one.name)
    person_id = before or accounts.create(
        tx, authority_id=authority_id, login=login, name=one.name, password_hash=password_hash, keys=keys,
        email=one.email, phone=one.phone, temporary=True, by=by, address=address,
    )  # fmt: skip
    expert_id = experts.invite(
        tx, known, person_id=person_id, profile=one.profile, merits=one.merits, lists=lists, by=by, address=address
    )
    if one.own != Own():
        expert_personal.keep(tx, keys, expert_id, one.own, by=by)
    return Entered(expert_id, person_id, login, fresh=before is None)


def is_there(tx: Connection, keys: Keyring, authority_id: int, one: Newcomer) -> bool:
    """Whether somebody like this is in the pool: the same number, the same account, else one name at one employer.

    Two of one name at one employer whose numbers are both known and differ are two persons.
    """
    in_pool = (
        sa.select(expert.c.id)
        .join(person, person.c.id == expert.c.person_id)
        .where(expert.c.authority_id == authority_id, expert.c.status != "left")
        .limit(1)
    )
    twin = expert_personal.twin(tx, keys, authority_id, one.own.identity)
    if twin is not None and tx.execute(in_pool.where(expert.c.id == twin)).first() is not None:
        return True
    same = [person.c.name == one.name.strip(), expert.c.employer_name == one.profile.employer_name.strip()]
    if one.own.identity.strip():
        same.append(expert.c.identity_hash.is_(None))
    if one.login.strip():
        same = [person.c.login == accounts.login_form(one.login)]
    return tx.execute(in_pool.where(*same)).first() is not None


def free_login(tx: Connection, name: str) -> str:
    """A login made of the sound of a name, with a number where it is taken."""
    sound = _LETTERS.sub("-", organisations.sort_key(name)).strip("-")[:50]
    stem = sound if len(sound) > 2 else f"expert-{sound}".rstrip("-")  # the shortest login has three signs
    taken = set(tx.scalars(sa.select(person.c.login).where(person.c.login.startswith(stem, autoescape=True))))
    number = 2
    login = stem
    while login in taken:
        login, number = f"{stem}-{number}", number + 1
    return login


def _not_this(there: Any, authority_id: int, one: Newcomer) -> list[Message]:
    values = {"input": "login", "login": accounts.login_form(one.login)}
    if there is None or there["authority_id"] != authority_id or there["status"] != "active":
        return [Message("experts.no_account_there", values)]
    return [] if there["name"] == one.name.strip() else [Message("experts.other_name", values)]
