"""The invented units and people of the demonstration, from its data into rows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases.ground import Ground
from caseflow.office import sample_files
from caseflow.office.stories import roles_of
from caseflow.people import accounts, organisations, registration, roles, second_factor
from caseflow.people.registration import Application
from caseflow.people.roles import Roles
from caseflow.records import files
from caseflow.words import LANGUAGES, Message, Refused, text
from caseflow.workflow.identifiers import make_credit_code

_ENTERPRISE = "enterprise"
_BEGINNINGS = {"enterprise": "91", "institution": "12", "body": "51"}
"""How the credit codes of a kind of unit begin."""
_PHONE = "400-000-0000"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in, and where."""

    login: str
    name: str
    role: dict[str, str]
    organisation: dict[str, str]
    shown: bool
    second_factor: bool


def listed(tx: Connection, known_roles: Roles, data: Mapping[str, Any]) -> list[Account]:
    """The accounts of the data in their order."""
    found = []
    for one in data["people"]:
        company = data["companies"].get(one["at"])
        place = None if company else _place(tx, one["at"])
        found.append(
            Account(
                login=one["login"],
                name=one["name"],
                role=known_roles[roles_of(one)[0]].title,
                organisation=company["name"]
                if company
                else {"zh": place["name_zh"], "en": place["name_en"]}
                if place
                else {},
                shown=bool(one.get("shown")),
                second_factor=bool(one.get("second_factor")),
            )
        )
    return found


def is_there(tx: Connection, data: Mapping[str, Any]) -> bool:
    """Whether the people of the demonstration live in this database.

    Raises:
        Refused: others do, and no invented ones.
    """
    if any(accounts.by_login(tx, one["login"]) is not None for one in data["people"]):
        return True
    authorities = organisations.authorities(tx)
    if any(accounts.find(tx, row["id"])[1] for row in authorities):
        raise Refused(Message("demo.not_empty"))
    return False


def settle(
    tx: Connection, ground: Ground, known_roles: Roles, data: Mapping[str, Any], password_hash: str, root: Path
) -> None:
    """Make the units, the people with their roles, and the registrations that wait to be decided."""
    for code, one in data["branches"].items():
        _branch(tx, code, one)
    places = {key: _company(tx, one) for key, one in data["companies"].items() if not one.get("recorded")}
    for one in data["people"]:
        where = places.get(one["at"]) or _place(tx, one["at"])["id"]
        place = organisations.get(tx, where)
        if place is None:
            raise LookupError(one["at"])
        made = accounts.create(
            tx,
            authority_id=place["authority_id"],
            login=one["login"],
            name=one["name"],
            password_hash=password_hash,
            keys=ground.keys,
        )
        for role in roles_of(one):
            roles.grant(tx, known_roles, person_id=made, organisation_id=where, role=role, by=None)
        if not one.get("second_factor"):
            second_factor.waive(tx, made)
    for one in data["registrations"]:
        _register(tx, ground, one, password_hash, root)


def give_password(tx: Connection, data: Mapping[str, Any], password_hash: str) -> None:
    """A new password for all of them: the old one was lost with the file that held it."""
    for one in data["people"]:
        row = accounts.by_login(tx, one["login"])
        if row is not None:
            accounts.change_password(tx, row["id"], password_hash, keep_session="", by=row["id"])


def kept_password(path: Path) -> str | None:
    """The password in the file of accounts: its first line."""
    with suppress(FileNotFoundError):
        return path.read_text("utf-8").splitlines()[0]
    return None


def keep_accounts(path: Path, password: str, listed: list[Account]) -> None:
    """Write the password and the list of accounts, readable by the owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [password, "", *(text("demo.accounts_file", language) for language in LANGUAGES), ""]
    lines += [f"{one.login:16}{one.name}　{one.organisation['zh']}　{one.role['zh']}" for one in listed]
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def credit_code(company: Mapping[str, Any], division: str) -> str:
    """The computed code of an invented unit."""
    return make_credit_code(_BEGINNINGS[kind_of(company)], division, int(company["seed"]))


def kind_of(company: Mapping[str, Any]) -> str:
    """The kind of an invented unit, an enterprise where the data say nothing."""
    return str(company.get("kind", _ENTERPRISE))


def _company(tx: Connection, one: Mapping[str, Any]) -> int:
    bureau = _place(tx, one["at"])
    return organisations.create(
        tx,
        authority_id=bureau["authority_id"],
        kind=kind_of(one),
        name_zh=one["name"]["zh"],
        name_en=one["name"]["en"],
        credit_code=credit_code(one, bureau["division"]),
        division=bureau["division"],
        prefecture_id=bureau["id"],
        data={"address": one["address"]},
    )


def _branch(tx: Connection, code: str, one: Mapping[str, Any]) -> None:
    bureau = _place(tx, one["at"])
    organisations.create(
        tx,
        authority_id=bureau["authority_id"],
        kind="branch",
        name_zh=one["name"]["zh"],
        name_en=one["name"]["en"],
        division=bureau["division"],
        prefecture_id=bureau["id"],
        parent_id=bureau["id"],
        code=code,
    )


def _register(tx: Connection, ground: Ground, one: Mapping[str, Any], password_hash: str, root: Path) -> None:
    bureau = _place(tx, one["at"])
    made = sample_files.content("licence.pdf", one["unit"]["zh"])
    kept = files.keep(made.body, name="licence.pdf", media_type=made.media_type, root=root, pages=made.pages)
    asked = Application(
        kind=one["kind"],
        name_zh=one["unit"]["zh"],
        name_en=one["unit"]["en"],
        credit_code=make_credit_code(_BEGINNINGS[_ENTERPRISE], bureau["division"], int(one["seed"])),
        prefecture_id=bureau["id"],
        address=one["address"],
        login=one["login"],
        person_name=one["name"],
        phone=_PHONE,
        email="",
        password=password_hash,  # looked at for faults only; what is kept is the hash
        password_again=password_hash,
        agreed=True,
        language="zh",
    )
    licence = files.record(tx, kept, uploaded_by=None, organisation_id=None)
    registration.apply(tx, asked, password_hash=password_hash, licence_file_id=licence, keys=ground.keys)


def _place(tx: Connection, code: str) -> RowMapping:
    row = organisations.by_code(tx, code)
    if row is None:
        raise LookupError(f"no organisation has the code {code}")
    return row
