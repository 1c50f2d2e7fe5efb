"""The rules of accounts, roles and organisations beneath the pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.db import Database
from caseflow.people import (
    accounts,
    organisations,
    passwords,
    rights,
    roles,
    second_factor,
    security,
    sessions,
    throttle,
)
from caseflow.people.models import organisation, security_log
from caseflow.people.roles import Roles, read_roles
from caseflow.records.personal import Keyring
from caseflow.words import Refused
from tests.people.conftest import reference

Make = Callable[..., int]


def keys_of(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.key for reason in refusal.value.reasons]


def test_loading_the_offices_twice_changes_nothing(database: Database, offices: dict[str, int]) -> None:
    with database.write() as tx:
        again = organisations.load_reference(tx, reference("organisations"))
        count = tx.scalar(sa.select(sa.func.count()).select_from(organisation))

    assert offices == again
    assert len(offices) == count


def test_the_offices_stand_in_a_tree_with_their_codes(database: Database, offices: dict[str, int]) -> None:
    with database.read() as tx:
        authority_id = organisations.authority_id(tx, "shanxi")
        bureaus = organisations.bureaus(tx, authority_id)
        below = organisations.subtree(tx, offices["sx-ecology"])
        departments = organisations.find(tx, authority_id, kind="department")[1]

    assert [f"14{number:02}00" for number in range(1, 12)] == [row["division"] for row in bureaus]
    assert [row["id"] for row in bureaus] == [row["prefecture_id"] for row in bureaus]
    assert {offices["sx-ecology"], offices["sx-experts"], *(row["id"] for row in bureaus)} == set(below)
    assert departments == 5


@pytest.mark.parametrize(
    ("text", "code"),
    [("大同", "sx-datong"), ("da tong", "sx-datong"), ("Datong", "sx-datong"), ("chang zhi", "sx-changzhi")],
)
def test_an_office_is_found_by_name_pinyin_and_english(
    database: Database, offices: dict[str, int], text: str, code: str
) -> None:
    with database.read() as tx:
        rows, _ = organisations.find(tx, organisations.authority_id(tx, "shanxi"), text=text)

    assert [row["id"] for row in rows] == [offices[code]]


@pytest.mark.parametrize(
    ("password", "faults"),
    [
        ("walnut-candle-orbit", []),
        ("太行山下有一片杏树林很好看", []),
        ("short", ["people.password_short"]),
        ("x" * 129, ["people.password_long"]),
        ("aaaaaaaaaaaa", ["people.password_common"]),
        ("password123456", ["people.password_common"]),
        ("gao.lin.gao.lin", ["people.password_common"]),
        ("abcdefghijkl", ["people.password_common"]),
        ("9876543210987", ["people.password_common"]),
        ("qwertyuiop123", ["people.password_common"]),
    ],
)
def test_a_password_is_long_and_not_what_is_guessed_first(password: str, faults: list[str]) -> None:
    assert faults == [reason.key for reason in passwords.faults(password, "gao.lin")]


def test_a_password_typed_in_full_width_signs_is_the_same_password() -> None:
    kept = passwords.hashed("walnut-candle-7")

    assert passwords.right(kept, "walnut-candle-７")
    assert not passwords.right(kept, "walnut-candle-8")
    assert not passwords.right(None, "walnut-candle-7")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_one_time_password_meets_the_rules_itself() -> None:
    made = {passwords.one_time() for _ in range(50)}

    assert len(made) == 50
    assert [reason for one in made for reason in passwords.faults(one) if reason.key != "people.password_common"] == []


def test_every_mistake_in_the_roles_is_named_at_once() -> None:
    with pytest.raises(ValueError, match="roles: ") as mistake:
        read_roles(
            {
                "roles": {
                    "system_admin": {"title": {"zh": "甲", "en": "A"}, "kinds": ["authority"]},
                    "one": {"title": {"zh": "甲"}, "kinds": ["planet"], "colour": "red"},
                }
            }
        )

    assert str(mistake.value) == (
        "roles: system_admin is a role of the engine; roles: one: unknown colour; "
        "roles: one: the title needs zh and en; roles: one: no kind of organisation is called planet"
    )


def test_a_role_granted_twice_is_one_membership(
    database: Database, account: Make, offices: dict[str, int], known_roles: Roles
) -> None:
    person_id = account("gao.lin", ("municipal", "sx-datong"))
    with database.write() as tx:
        roles.grant(
            tx, known_roles, person_id=person_id, organisation_id=offices["sx-datong"], role="municipal", by=None
        )

    with database.read() as tx:
        assert len(accounts.memberships(tx, person_id)) == 1
        assert [person_id] == rights.holders(tx, offices["sx-datong"], "municipal")


def test_an_official_role_requires_the_second_factor(
    database: Database, account: Make, offices: dict[str, int], known_roles: Roles
) -> None:
    person_id = account("gao.lin")
    with database.write() as tx:
        roles.grant(
            tx, known_roles, person_id=person_id, organisation_id=offices["sx-datong"], role="municipal", by=None
        )
        row = accounts.get(tx, person_id)

    assert row is not None
    assert row["second_factor_required"]


def test_a_code_used_by_two_requests_at_once_opens_only_one(database: Database, account: Make, keys: Keyring) -> None:
    person_id = account("gao.lin")
    secret = pyotp.random_base32()
    with database.write() as tx:
        assert second_factor.enrol(tx, person_id, secret, pyotp.TOTP(secret).at(clock.now()), keys=keys)
    later = clock.now() + timedelta(minutes=2)
    code = pyotp.TOTP(secret).at(later)
    results: list[bool] = []
    ready = threading.Barrier(4)

    def use() -> None:
        ready.wait()
        with clock.at(later), database.write() as tx:
            results.append(second_factor.accept(tx, person_id, code, keys=keys))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [False, False, False, True]


def test_attempts_at_once_cannot_slip_through_together(database: Database) -> None:
    waits: list[int] = []
    ready = threading.Barrier(8)

    def attempt() -> None:
        ready.wait()
        with database.write() as tx:
            waits.append(throttle.enter(tx, ("code", "7")))

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert throttle.RULES["code"].free == waits.count(0)


def test_the_wait_doubles_up_to_its_limit_and_is_forgotten(database: Database) -> None:
    rule = throttle.Rule(free=4, first=2, longest=900)
    with database.write() as tx:
        for _ in range(4):
            throttle.enter(tx, ("code", "7"))
        blocked = throttle.enter(tx, ("code", "7"))
    with clock.at(clock.now() + timedelta(hours=2)), database.write() as tx:
        later = throttle.enter(tx, ("code", "7"))

    assert [rule.wait(attempts) for attempts in (1, 2, 3, 4, 5, 6, 1000)] == [0, 0, 0, 2, 4, 8, 900]
    assert (blocked > 0, later) == (True, 0)


def test_sealed_values_open_only_in_the_account_they_belong_to(
    database: Database, account: Make, keys: Keyring
) -> None:
    first, second = account("gao.lin"), account("li.chuan")
    with database.write() as tx:
        accounts.change_profile(
            tx, first, name="高林", language="zh", email="a@example.com", phone="13800000000", keys=keys, by=first
        )
        row, other = accounts.get(tx, first), accounts.get(tx, second)
    assert row is not None
    assert other is not None
    moved = {**other, "phone": row["phone"]}

    assert accounts.unseal(keys, row, "phone") == "13800000000"
    with pytest.raises(Refused) as refusal:
        accounts.unseal(keys, moved, "phone")
    assert keys_of(refusal) == ["personal.altered"]


def test_a_login_has_one_account_however_it_is_typed(database: Database, account: Make, keys: Keyring) -> None:
    account("gao.lin")
    with database.write() as tx, pytest.raises(Refused) as refusal:
        accounts.create(
            tx,
            authority_id=organisations.authority_id(tx, "shanxi"),
            login=" ＧAO.lin ",
            name="",
            password_hash="x",
            keys=keys,
        )

    assert keys_of(refusal) == ["people.person_name_missing", "people.login_taken"]


@pytest.mark.parametrize("statement", ["UPDATE security_log SET act = 'x'", "DELETE FROM security_log"])
def test_the_security_log_cannot_be_altered(database: Database, account: Make, statement: str) -> None:
    account("gao.lin")
    with pytest.raises(sa.exc.DBAPIError), database.write() as tx:
        tx.exec_driver_sql(statement)

    with database.read() as tx:
        assert list(tx.scalars(sa.select(security_log.c.act))) == ["account_created"]


def test_the_log_of_one_authority_is_not_shown_to_another(database: Database, account: Make) -> None:
    account("gao.lin")
    with database.write() as tx:
        own = organisations.authority_id(tx, "shanxi")
        security.log(tx, "sign_in", succeeded=False)

    with database.read() as tx:
        assert security.entries(tx, own)[1] == 2
        assert [row["act"] for row in security.entries(tx, own + 1)[0]] == ["sign_in"]


def test_a_closed_organisation_gives_no_rights(database: Database, account: Make, offices: dict[str, int]) -> None:
    person_id = account("gao.lin", ("municipal", "sx-datong"), ("municipal", "sx-linfen"))
    with database.write() as tx:
        tx.execute(sa.update(organisation).where(organisation.c.id == offices["sx-datong"]).values(status="closed"))

    with database.read() as tx:
        assert [offices["sx-linfen"]] == [one.organisation_id for one in rights.standings(tx, person_id)]


def test_sessions_that_are_over_are_swept(database: Database, account: Make) -> None:
    person_id = account("gao.lin")
    with database.write() as tx:
        sessions.begin(tx, person_id, idle_seconds=60, address="", second_factor_done=True)
    with clock.at(clock.now() + timedelta(days=2)), database.write() as tx:
        swept = sessions.sweep(tx), sessions.sweep(tx)

    assert swept == (1, 0)
