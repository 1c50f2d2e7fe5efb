"""The offices of the reference data, and accounts in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import yaml

from caseflow.config import ROOT, Settings
from caseflow.db import Database
from caseflow.people import accounts, organisations, passwords, roles
from caseflow.people.roles import Roles
from caseflow.records import personal

PASSWORD = "walnut-candle-orbit-7"


@cache
def reference(name: str) -> Any:
    return yaml.load((ROOT / "workflows" / "data" / f"{name}.yaml").read_text("utf-8"), yaml.CSafeLoader)


@cache
def password_hash() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture
def known_roles() -> Roles:
    return roles.read_roles(reference("roles"))


@pytest.fixture
def offices(database: Database) -> dict[str, int]:
    """The row numbers of the offices by their codes."""
    with database.write() as tx:
        return organisations.load_reference(tx, reference("organisations"))


@pytest.fixture
def keys(settings: Settings) -> personal.Keyring:
    return personal.keyring(settings)


@pytest.fixture
def account(
    database: Database, offices: dict[str, int], keys: personal.Keyring, known_roles: Roles
) -> Callable[..., int]:
    """Make an account with ``PASSWORD``, and grant it ``(role, office)`` pairs. Without a second factor unless told."""

    def make(login: str, *held: tuple[str, str], second_factor: bool = False, temporary: bool = False) -> int:
        with database.write() as tx:
            authority_id = organisations.authorities(tx)[0]["id"]
            person_id = accounts.create(
                tx,
                authority_id=authority_id,
                login=login,
                name=f"演示{login}",
                password_hash=password_hash(),
                keys=keys,
                temporary=temporary,
            )
            for role, office in held:
                roles.grant(tx, known_roles, person_id=person_id, organisation_id=offices[office], role=role, by=None)
            if not second_factor:
                tx.execute(
                    accounts.person.update()
                    .where(accounts.person.c.id == person_id)
                    .values(second_factor_required=False)
                )
        return person_id

    return make
