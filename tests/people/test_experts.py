"""The pool of experts: who is in it, what is known of each, and how it came about; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow.db import Database
from caseflow.people import (
    accounts,
    expert_erasing,
    expert_finding,
    expert_history,
    expert_personal,
    expert_profile,
    expert_ties,
    experts,
    organisations,
)
from caseflow.people.expert_finding import Wanted
from caseflow.people.expert_models import expert, expert_tie
from caseflow.people.expert_personal import Own
from caseflow.people.expert_profile import Lists, Merits, Profile
from caseflow.people.expert_ties import Said
from caseflow.people.models import person
from caseflow.people.roles import Roles
from caseflow.records.models import inbox_message
from caseflow.records.personal import Keyring
from caseflow.words import Refused
from caseflow.workflow.identifiers import make_credit_code

LISTS = Lists({"lca", "energy"}, {"steel", "glass"}, {"140100", "140200"})
PROFILE = Profile(("lca",), "示例研究院", "高级工程师")
CODE = make_credit_code("12", "140100", 77)
NUMBER = "99000019800101001"
IDENTITY = NUMBER + expert_personal.identity_digit(NUMBER)
OWN = Own(IDENTITY, "示例银行太原支行", "6222000011111234")


@dataclass
class Pool:
    """A database with an officer, and people who can be invited."""

    database: Database
    known: Roles
    keys: Keyring
    officer: int
    account: Callable[..., int]

    def invite(self, login: str, profile: Profile = PROFILE, merits: Merits = Merits()) -> int:  # noqa: B008 -- frozen
        person_id = self.account(login)
        with self.database.write() as tx:
            return experts.invite(
                tx, self.known, person_id=person_id, profile=profile, merits=merits, lists=LISTS, by=self.officer
            )

    def active(self, login: str, profile: Profile = PROFILE, merits: Merits = Merits()) -> int:  # noqa: B008 -- frozen
        expert_id = self.invite(login, profile, merits)
        self.do(experts.declare, expert_id, profile, LISTS, keyed=True)
        return expert_id

    def row(self, expert_id: int) -> Any:
        with self.database.read() as tx:
            return tx.execute(expert_finding.NAMED.where(expert.c.id == expert_id)).mappings().one()

    def do(self, act: Callable[..., None], expert_id: int, *given: Any, keyed: bool = False, **more: Any) -> None:
        row = self.row(expert_id)
        with self.database.write() as tx:
            act(tx, *([self.keys] if keyed else []), row, row["version"], *given, **more)

    def drawable(self) -> list[str]:
        with self.database.read() as tx:
            authority_id = organisations.authority_id(tx, "shanxi")
            return [row["login"] for row in experts.pool(tx, authority_id, "expert")]

    def events(self, expert_id: int) -> list[str]:
        with self.database.read() as tx:
            return [row["kind"] for row in expert_history.events(tx, expert_id)]


@pytest.fixture
def pool(database: Database, known_roles: Roles, keys: Keyring, account: Callable[..., int]) -> Pool:
    return Pool(database, known_roles, keys, account("officer", ("provincial", "sx-ecology")), account)


def keys_of(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.key for reason in refusal.value.reasons]


def test_only_who_has_declared_can_be_drawn(pool: Pool) -> None:
    pool.invite("invited")
    pool.active("active")

    assert pool.drawable() == ["active"]


def test_an_invitation_gives_the_role_of_the_pool(pool: Pool) -> None:
    person_id = pool.row(pool.invite("invited"))["person_id"]
    with pool.database.read() as tx:
        held = accounts.memberships(tx, person_id)

    assert [(row["role"], row["name_zh"]) for row in held] == [("expert", "山西省产品碳足迹专家库")]


def test_nobody_is_invited_twice(pool: Pool) -> None:
    person_id = pool.row(pool.invite("invited"))["person_id"]
    with pytest.raises(Refused) as refusal, pool.database.write() as tx:
        experts.invite(tx, pool.known, person_id=person_id, profile=PROFILE, merits=Merits(), lists=LISTS, by=None)

    assert keys_of(refusal) == ["experts.in_pool"]


def test_a_profile_is_refused_with_every_reason(pool: Pool) -> None:
    wrong = Profile(("alchemy",), " ", "", ("steel",), "140100", "123", most=0)
    with pytest.raises(Refused) as refusal:
        pool.invite("invited", wrong, Merits("splendid"))

    named = [reason.values["input"] for reason in refusal.value.reasons]
    assert named == ["fields", "employer_name", "employer_code", "rank", "most", "credit"]


def test_a_paused_expert_is_not_drawn_until_resumed(pool: Pool) -> None:
    expert_id = pool.active("one")
    pool.do(experts.pause, expert_id, by=pool.officer)
    paused = pool.drawable()
    pool.do(experts.resume, expert_id, by=pool.officer)

    assert (paused, pool.drawable()) == ([], ["one"])
    assert pool.events(expert_id) == ["resumed", "paused", "declared", "invited"]


def test_whoever_leaves_holds_the_role_no_longer_and_may_be_invited_again(pool: Pool) -> None:
    expert_id = pool.active("one")
    row = pool.row(expert_id)
    with pool.database.write() as tx:
        experts.leave(tx, pool.keys, pool.known, row, row["version"], "工作变动", sits=0, by=row["person_id"])
    with pool.database.read() as tx:
        held = accounts.memberships(tx, row["person_id"])
        (left, *_) = expert_history.events(tx, expert_id)
        why = expert_history.reason(pool.keys, left)
    with pool.database.write() as tx:
        again = experts.invite(
            tx, pool.known, person_id=row["person_id"], profile=PROFILE, merits=Merits(), lists=LISTS, by=pool.officer
        )

    assert (held, why, left["detail"]["own"], "工作变动" in str(left["detail"])) == ([], "工作变动", True, False)
    assert (again, pool.row(expert_id)["status"]) == (expert_id, "invited")


def test_the_invited_are_told_and_the_office_of_whoever_leaves(pool: Pool) -> None:
    expert_id = pool.active("one")
    row = pool.row(expert_id)
    with pool.database.write() as tx:
        experts.leave(tx, pool.keys, pool.known, row, row["version"], "工作变动", sits=0, by=row["person_id"])
        told = [
            (one.key, one.person_id, one.role)
            for one in tx.execute(sa.select(inbox_message).order_by(inbox_message.c.id))
        ]

    assert told == [
        ("inbox.expert_invited", row["person_id"], None),
        ("inbox.expert_left", None, "provincial"),
    ]


def test_an_exit_needs_a_reason_and_no_seat(pool: Pool) -> None:
    expert_id = pool.active("one")
    row = pool.row(expert_id)
    with pytest.raises(Refused) as refusal, pool.database.write() as tx:
        experts.leave(tx, pool.keys, pool.known, row, row["version"], " ", sits=2, by=pool.officer)

    assert keys_of(refusal) == ["experts.no_reason", "experts.still_sits"]


def test_of_two_who_change_one_entry_at_once_one_is_told(pool: Pool) -> None:
    expert_id = pool.active("one")
    row = pool.row(expert_id)
    told: list[str] = []

    def change(rank: str) -> None:
        try:
            with pool.database.write() as tx:
                new = replace(PROFILE, rank=rank)
                experts.correct(tx, pool.keys, row, row["version"], new, Merits(), LISTS, by=pool.officer)
        except Refused as refused:
            told.append(refused.reasons[0].key)

    both = [threading.Thread(target=change, args=(rank,)) for rank in ("教授", "研究员")]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert told == ["experts.changed"]
    assert pool.events(expert_id).count("changed") == 1


def test_the_employer_before_is_kept_as_a_tie_that_ended(pool: Pool) -> None:
    expert_id = pool.active("one", replace(PROFILE, employer_code=CODE))
    pool.do(experts.declare, expert_id, replace(PROFILE, employer_name="另一示例院"), LISTS, keyed=True)
    with pool.database.read() as tx:
        (tie,) = expert_ties.ties(tx, [expert_id])[expert_id]

    assert (tie["kind"], tie["name"], tie["credit_code"], tie["said_by"]) == ("employer", "示例研究院", CODE, "expert")
    assert tie["until"] is not None


def test_the_history_names_what_changed(pool: Pool) -> None:
    expert_id = pool.active("one")
    pool.do(
        experts.correct, expert_id, replace(PROFILE, rank="教授"), Merits("warned"), LISTS, keyed=True, by=pool.officer
    )
    with pool.database.read() as tx:
        (last, *_) = expert_history.events(tx, expert_id)

    assert (last["kind"], last["detail"]) == ("changed", {"changed": ["credit", "rank"]})


def test_a_tie_is_known_by_the_credit_code_and_ended_not_deleted(pool: Pool) -> None:
    expert_id = pool.active("one")
    with pool.database.write() as tx:
        authority_id = organisations.authority_id(tx, "shanxi")
        unit = organisations.record(tx, authority_id=authority_id, name_zh="示例焦化有限公司", credit_code=CODE)
        said = Said("kin", "示例焦化", CODE, date(2024, 1, 1), remark="配偶在该单位任职")
        tie_id = expert_ties.add(tx, pool.keys, expert_id, said, by=pool.officer, said_by="office")
    with pool.database.read() as tx:
        (kept,) = expert_ties.ties(tx, [expert_id])[expert_id]
    with pytest.raises(Refused) as refusal, pool.database.write() as tx:
        expert_ties.end(tx, expert_id, tie_id, by=1, said_by="expert")
    with pool.database.write() as tx:
        expert_ties.end(tx, expert_id, tie_id, by=pool.officer, said_by="office")
        now, ever = (
            expert_ties.ties(tx, [expert_id])[expert_id],
            expert_ties.ties(tx, [expert_id], ended=True)[expert_id],
        )

    assert (kept["organisation_id"], expert_ties.remark(pool.keys, kept)) == (unit, "配偶在该单位任职")
    assert "配偶" not in kept["sealed"]
    assert keys_of(refusal) == ["experts.no_such_tie"]
    assert (now, [row["id"] for row in ever]) == ([], [tie_id])


def test_a_tie_is_refused_with_every_reason(pool: Pool) -> None:
    expert_id = pool.active("one")
    said = Said("friend", " ", "1", date(2025, 1, 2), date(2025, 1, 1))
    with pytest.raises(Refused) as refusal, pool.database.write() as tx:
        expert_ties.add(tx, pool.keys, expert_id, said, by=pool.officer, said_by="office")

    named = [reason.values["input"] for reason in refusal.value.reasons]
    assert named == ["tie_kind", "tie_name", "tie_code", "tie_until"]


def test_two_organisations_of_one_name_are_not_guessed_between(pool: Pool) -> None:
    with pool.database.write() as tx:
        authority_id = organisations.authority_id(tx, "shanxi")
        for seed in (1, 2):
            code = make_credit_code("91", "140100", seed)
            organisations.create(
                tx, authority_id=authority_id, kind="enterprise", name_zh="同名示例公司", credit_code=code
            )
        found = expert_ties.known_as(tx, "同名示例公司", "")

    assert found is None


def test_numbers_lie_sealed_and_are_shown_by_their_ends(pool: Pool) -> None:
    expert_id = pool.active("one")
    with pool.database.write() as tx:
        expert_personal.keep(tx, pool.keys, expert_id, OWN, by=None)
    row = pool.row(expert_id)
    with pool.database.read() as tx:
        dumped = str([dict(one) for one in tx.execute(sa.select(expert)).mappings()])
        dumped += str([dict(one["detail"]) for one in expert_history.events(tx, expert_id)])
        whole = expert_personal.of_person(tx, pool.keys, row["person_id"])

    assert [part in dumped for part in (OWN.identity, OWN.account, OWN.bank)] == [False, False, False]
    assert whole == OWN
    assert expert_personal.masked(whole).account == "6222 **** **** 1234"
    assert expert_personal.masked(whole).identity == "990*************" + IDENTITY[-2:]
    assert pool.events(expert_id)[:2] == ["account_set", "identity_set"]


def test_whoever_has_left_is_erased_on_request_but_for_what_proves_past_meetings(pool: Pool) -> None:
    expert_id = pool.active("one")
    with pool.database.write() as tx:
        expert_personal.keep(tx, pool.keys, expert_id, OWN, by=None)
        said = Said("kin", "示例焦化厂", remark="配偶在该厂任职")
        expert_ties.add(tx, pool.keys, expert_id, said, by=pool.officer, said_by="office")
        posting = {one: accounts.seal(pool.keys, "one", one, f"{one}-of-one") for one in ("phone", "email")}
        tx.execute(person.update().where(person.c.id == pool.row(expert_id)["person_id"]).values(posting))
    with pytest.raises(Refused) as early:
        pool.do(expert_erasing.erase, expert_id, unpaid=0, by=pool.officer)
    row = pool.row(expert_id)
    with pool.database.write() as tx:
        experts.leave(tx, pool.keys, pool.known, row, row["version"], "本人申请", sits=0, by=row["person_id"])
    with pytest.raises(Refused) as owed:
        pool.do(expert_erasing.erase, expert_id, unpaid=2, by=pool.officer)
    pool.do(expert_erasing.erase, expert_id, unpaid=0, by=pool.officer)

    after = pool.row(expert_id)
    with pool.database.read() as tx:
        (tie,) = expert_ties.ties(tx, [expert_id])[expert_id]
        contact = tx.execute(sa.select(person.c.phone, person.c.email).where(person.c.id == row["person_id"])).one()
        whole = expert_personal.of_person(tx, pool.keys, row["person_id"])
    assert (keys_of(early), keys_of(owed)) == (["experts.erase_left_only"], ["experts.erase_unpaid"])
    assert (whole, after["identity_hash"], after["away"], tuple(contact)) == (Own(), None, [], (None, None))
    assert (tie["name"], tie["sealed"], after["name"], after["employer_name"]) == (
        "示例焦化厂", None, row["name"], row["employer_name"],
    )  # fmt: skip
    assert pool.events(expert_id)[0] == "erased"


@pytest.mark.parametrize(
    ("account", "shown"),
    [
        ("", ""),
        ("1234567", "**** ***"),
        ("12345678", "**** 5678"),
        ("123456789012", "**** **** 9012"),
        ("1234567890123", "1234 **** * 0123"),
        ("622200001111222", "6222 **** *** 1222"),
    ],
)
def test_an_account_is_masked_in_groups(account: str, shown: str) -> None:
    assert expert_personal.mask_account(account) == shown


def test_one_person_under_two_accounts_is_refused(pool: Pool) -> None:
    first, second = pool.active("one"), pool.active("two")
    with pool.database.write() as tx:
        expert_personal.keep(tx, pool.keys, first, OWN, by=None)
    spaced = replace(OWN, identity=f"{IDENTITY[:6]} {IDENTITY[6:].lower()}")
    with pytest.raises(Refused) as refusal, pool.database.write() as tx:
        expert_personal.keep(tx, pool.keys, second, spaced, by=None)

    assert keys_of(refusal) == ["experts.same_person"]
    assert pool.row(second)["identity_hash"] is None


def test_of_two_accounts_that_take_one_number_at_once_one_gets_it(pool: Pool) -> None:
    both = [pool.active("one"), pool.active("two")]
    told: list[str] = []

    def take(expert_id: int) -> None:
        try:
            with pool.database.write() as tx:
                expert_personal.keep(tx, pool.keys, expert_id, OWN, by=None)
        except Refused as refused:
            told.append(refused.reasons[0].key)

    threads = [threading.Thread(target=take, args=(one,)) for one in both]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert told == ["experts.same_person"]
    assert [pool.row(one)["identity_hash"] is None for one in both].count(True) == 1


@pytest.mark.parametrize(
    ("own", "keys"),
    [
        (Own(identity=NUMBER + ("1" if IDENTITY[-1] == "0" else "0")), ["experts.identity_check"]),
        (Own(identity="99000019801301001X"), ["experts.identity_check"]),
        (Own(identity="12345678"), ["experts.identity_form"]),
        (Own(identity="E12345678"), []),
        (Own(bank="示例银行"), ["experts.no_account"]),
        (Own(account="1234-5678 9012"), ["experts.no_bank"]),
        (Own(bank="示例银行", account="6222x"), ["experts.account_form"]),
    ],
)
def test_numbers_are_checked(own: Own, keys: list[str]) -> None:
    found: list[str] = []
    try:
        expert_personal.checked(own)
    except Refused as refused:
        found = [one.key for one in refused.reasons]

    assert found == keys


def test_absences_are_kept_in_order_and_those_that_are_past_go(pool: Pool) -> None:
    expert_id = pool.active("one")
    for first, last in ((date(2020, 1, 1), date(2020, 1, 9)), (date(2099, 5, 1), date(2099, 5, 3))):
        pool.do(experts.set_away, expert_id, first, last, by=pool.officer)
    pool.do(experts.set_away, expert_id, date(2099, 1, 1), date(2099, 1, 1), by=pool.officer)
    row = pool.row(expert_id)

    assert row["away"] == [["2099-01-01", "2099-01-01"], ["2099-05-01", "2099-05-03"]]
    days = [date(2099, 4, 30), date(2099, 5, 1), date(2099, 5, 3), date(2099, 5, 4)]
    assert [expert_profile.is_away(row, day) for day in days] == [False, True, True, False]
    pool.do(experts.unset_away, expert_id, 0, by=pool.officer)
    assert pool.row(expert_id)["away"] == [["2099-05-01", "2099-05-03"]]


def test_the_pool_is_found_by_what_is_known(pool: Pool) -> None:
    pool.active("one", replace(PROFILE, fields=("lca", "energy"), region="140100"))
    pool.active("two", replace(PROFILE, classes=("glass",)), Merits("warned"))
    pool.invite("three", replace(PROFILE, employer_name="百分之100%院"))
    with pool.database.read() as tx:
        authority_id = organisations.authority_id(tx, "shanxi")

        def found(**wanted: str) -> list[str]:
            return [row["login"] for row in expert_finding.find(tx, authority_id, Wanted(**wanted))]

        narrowed = [
            found(field="energy"), found(class_="glass"), found(region="140100"), found(credit="warned"),
            found(status="invited"), found(text="100%"), found(text="_"), found(field="en"),
        ]  # fmt: skip
        counted = expert_finding.count(tx, authority_id, Wanted())

    assert narrowed == [["one"], ["two"], ["one"], ["two"], ["three"], ["three"], [], []]
    assert counted == {"active": 2, "invited": 1}


def test_a_tie_cannot_be_of_another_expert(pool: Pool) -> None:
    first, second = pool.active("one"), pool.active("two")
    with pool.database.write() as tx:
        tie_id = expert_ties.add(tx, pool.keys, first, Said("shares", "示例"), by=1, said_by="expert")
    with pytest.raises(Refused), pool.database.write() as tx:
        expert_ties.end(tx, second, tie_id, by=pool.officer, said_by="office")
    with pool.database.read() as tx:
        open_ = tx.scalar(sa.select(sa.func.count()).where(expert_tie.c.ended_at.is_(None)))

    assert open_ == 1
