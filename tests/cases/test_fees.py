"""Fees: exact to the fen, confirmed with the account of the own profile, paid once; no paper shows an account whole."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import fees, tasks
from caseflow.cases.panel_models import fee
from caseflow.people import expert_personal
from caseflow.people.expert_models import expert as pool
from caseflow.people.expert_personal import Own
from caseflow.people.rights import Actor
from caseflow.records.models import inbox_message
from caseflow.records.paper import parts
from caseflow.words import Refused
from tests.cases.debate import Debate, debating, keys, paper, told
from tests.cases.world import World

ACCOUNT = "6222021234567890123"


def profile(world: World, who: Actor, account: str = ACCOUNT) -> None:
    """An expert's entry in the pool with a bank account."""
    with world.database.write() as tx:
        row = {
            "authority_id": world.authority_id, "person_id": who.person_id, "status": "active", "fields": [], "classes": [],
            "employer_name": "示例研究院", "official": False, "rank": "", "credit": "good", "away": [], "version": 1,
            "invited_at": clock.now(),
        }  # fmt: skip
        made = tx.execute(pool.insert().values(row).returning(pool.c.id)).scalar_one()
        expert_personal.keep(tx, world.ground.keys, made, Own("", "示例银行", account), by=None)


def paying(world: World, cases: int = 1) -> Debate:
    """The opinion is signed; the fees come next."""
    found = debating(world, (40, 40, 38), cases)
    found.do(found.office, "summarise")
    found.opinions()
    for one in found.experts:
        found.do(one, "sign_opinion")
    found.do(found.office, "conclude")
    return found


def amounts(found: Debate) -> list[tuple[int, int, str]]:
    with found.world.database.read() as tx:
        return [(row["fen"], row["sheets"], row["status"]) for row in fees.of_panel(tx, found.host, "jury")]


def owing(found: Debate) -> list[int]:
    """Who has still to confirm."""
    with found.world.database.read() as tx:
        rows = tasks.open_tasks(tx, found.host)
        return [row["person_id"] for row in rows if row["kind"] == f"{fees.FEE}jury"]


def test_a_rate_for_each_sheet_is_exact_to_the_fen(world: World) -> None:
    found = paying(world, cases=3)
    found.do(found.office, "settle", rate="33.35", per="per_sheet")

    assert amounts(found) == [(10005, 3, "settled")] * 3


def test_a_rate_for_the_meeting_may_be_settled_anew_until_somebody_confirms(world: World) -> None:
    found = paying(world)
    profile(world, found.experts[0])
    found.do(found.office, "settle", rate="500", per="per_meeting")
    found.do(found.office, "settle", rate="800.5", per="per_meeting")
    found.do(found.experts[0], "confirm")
    with pytest.raises(Refused) as refused:
        found.do(found.office, "settle", rate="900", per="per_meeting")

    assert amounts(found) == [(80050, 1, "confirmed"), (80050, 1, "settled"), (80050, 1, "settled")]
    assert keys(refused) == ["fees.confirmed_already"]


def test_no_rate_of_nothing(world: World) -> None:
    found = paying(world)

    with pytest.raises(Refused) as refused:
        found.do(found.office, "settle", rate="0", per="per_meeting")

    assert keys(refused) == ["fees.rate"]


def test_who_has_no_account_cannot_confirm(world: World) -> None:
    found = paying(world)
    found.do(found.office, "settle", rate="500", per="per_meeting")

    with pytest.raises(Refused) as refused:
        found.do(found.experts[0], "confirm")

    assert keys(refused) == ["fees.no_account"]


def test_only_confirmed_fees_are_paid_and_the_paper_shows_the_ends_of_the_account(world: World) -> None:
    found = paying(world)
    profile(world, found.experts[0])
    found.do(found.office, "settle", rate="500", per="per_meeting")
    with pytest.raises(Refused) as early:
        found.do(found.office, "pay", paid_on="2026-01-05")
    found.do(found.experts[0], "confirm")
    found.do(found.office, "pay", paid_on="2026-01-05")
    with pytest.raises(Refused) as again:
        found.do(found.office, "pay", paid_on="2026-01-06")

    assert (keys(early), keys(again)) == (["fees.none_confirmed"], ["fees.none_confirmed"])
    assert [row[2] for row in amounts(found)] == ["paid", "settled", "settled"]
    text, printed = told(found, "fees"), parts(paper(found, "fees"), "zh")
    assert "1,500.00" in str(printed)
    assert [part in text for part in (ACCOUNT, "6222", "1,500.00", "500.00")] == [False, True, True, True]
    with world.database.read() as tx:
        row = tx.execute(sa.select(fee).where(fee.c.person_id == found.experts[0].person_id)).mappings().one()
        assert (row["paid_on"], ACCOUNT in row["sealed"]) == (date(2026, 1, 5), False)
        assert fees.account(world.ground.keys, row) == Own("", "示例银行", ACCOUNT)


def test_each_expert_is_told_of_the_own_fee_without_its_amount(world: World) -> None:
    found = paying(world)
    profile(world, found.experts[0])
    found.do(found.office, "settle", rate="500", per="per_meeting")
    found.do(found.experts[0], "confirm")
    found.do(found.office, "pay", paid_on="2026-01-05")

    about = sa.select(inbox_message.c.key, inbox_message.c.person_id, inbox_message.c["values"]).where(
        inbox_message.c.case_id == found.host, inbox_message.c.key.in_(["inbox.fee_settled", "inbox.fee_paid"])
    )
    with world.database.read() as tx:
        rows = tx.execute(about.order_by(inbox_message.c.id)).all()
    people = [one.person_id for one in found.experts]
    assert [(row[0], row[1]) for row in rows] == [
        *(("inbox.fee_settled", one) for one in people),
        ("inbox.fee_paid", people[0]),
    ]
    assert {name for row in rows for name in row[2]} == {"number", "title"}


def test_the_own_fee_is_a_task_until_it_is_confirmed_and_settling_anew_asks_once(world: World) -> None:
    found = paying(world)
    profile(world, found.experts[0])
    for rate in ("400", "500"):
        found.do(found.office, "settle", rate=rate, per="per_meeting")
    before = owing(found)
    found.do(found.experts[0], "confirm")
    assert before == [one.person_id for one in found.experts]
    assert owing(found) == [one.person_id for one in found.experts[1:]]


def test_the_account_that_was_confirmed_stays_when_the_profile_changes(world: World) -> None:
    found = paying(world)
    profile(world, found.experts[0])
    found.do(found.office, "settle", rate="500", per="per_meeting")
    found.do(found.experts[0], "confirm")
    with world.database.write() as tx:
        known = tx.scalar(sa.select(pool.c.id))
        assert known is not None
        expert_personal.keep(tx, world.ground.keys, known, Own("", "另一银行", "99999999"), by=None)

    with world.database.read() as tx:
        row = next(iter(fees.of_panel(tx, found.host, "jury")))
        assert fees.account(world.ground.keys, row).account == ACCOUNT
