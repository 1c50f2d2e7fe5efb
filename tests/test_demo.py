"""The demonstration shows every state, keeps every rule, and is plainly invented."""

from __future__ import annotations

import re
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock, db, demo
from caseflow.cases import act, heads, panels, quota_settings, scores
from caseflow.cases.models import (
    case,
    deadline,
    finding,
    involvement,
    proposal,
    quota_counter,
    quota_entry,
    quota_setting,
    round_,
)
from caseflow.cases.panel_models import sheet
from caseflow.config import Settings, from_environment
from caseflow.db import Database
from caseflow.office import reference
from caseflow.people import accounts, organisations, passwords, registration, rights
from caseflow.people.models import organisation, person
from caseflow.records import journal
from caseflow.records.models import file
from caseflow.studies import recompute, store
from caseflow.studies.models import release_change, study_result
from caseflow.words import Refused
from caseflow.workflow.identifiers import check_credit_code
from caseflow.workflow.many import Quota
from tests.demonstration import TODAY, copied
from tests.office.stage import Stage, built
from tests.shipped import BY_NATIONAL_NOTICE, EVERY, PILOTS, data, everything

PILOT = "pilot-management"
LATE = ["duty:implementing.report", "municipal_correcting", "municipal_review"]
"""The clocks that the stories let run out."""
NEWER = dict.fromkeys(product(["credit-repair"], ["due_at_once", "due_three_months", "due_one_year"]), date(2026, 4, 1))
"""Where cases stand only since a rule came into force: from when."""
INVENTED = ("enterprise", "institution", "body", "branch")


@pytest.fixture(scope="session")
def stage(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with copied(filled, tmp_path_factory.mktemp("demo")) as found:
        yield found


def all_of(stage: Stage, statement: sa.Select[Any]) -> list[sa.Row[Any]]:
    with stage.database.read() as tx:
        return list(tx.execute(statement))


def actor(tx: Connection, login: str) -> rights.Actor:
    row = accounts.by_login(tx, login)
    assert row is not None
    return rights.actor(row, rights.standings(tx, row["id"]), None, frozenset())


def contents(stage: Stage) -> dict[str, int]:
    with stage.database.read() as tx:
        return {
            table.name: tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in db.metadata.sorted_tables
        }


def titled(stage: Stage, state: str) -> list[str]:
    """The units whose case stands there."""
    rows = all_of(stage, sa.select(case.c.title).where(case.c.workflow == PILOT, case.c.state == state))
    return [row.title for row in rows]


def places(stage: Stage) -> set[tuple[str, str]]:
    """Where cases stand: workflow and state."""
    return {(row.workflow, row.state) for row in all_of(stage, sa.select(case.c.workflow, case.c.state))}


@pytest.mark.parametrize("workflow", [name for name in EVERY if name != BY_NATIONAL_NOTICE])
def test_every_state_of_every_workflow_has_a_case(stage: Stage, workflow: str) -> None:
    stand = {state for of, state in places(stage) if of == workflow}

    assert stand == set(everything()[workflow].states)


def test_everything_came_through_the_one_door(stage: Stage) -> None:
    with stage.database.read() as tx:
        problems = journal.verify(tx, heads=heads.of_all(tx))
        entries = heads.entries(tx)

    assert problems == []
    assert entries == sum(row.seq for row in all_of(stage, sa.select(case.c.seq)))


def test_filling_again_adds_nothing(stage: Stage) -> None:
    before = contents(stage)
    again = demo.fill(stage.database, stage.settings, TODAY)
    later = demo.fill(stage.database, stage.settings, TODAY + timedelta(days=3))

    assert (again, later) == (0, 0)
    assert contents(stage) == before


def test_what_people_did_since_is_left_as_it_is(tmp_path: Path, stage: Stage) -> None:
    path = tmp_path / "caseflow.db"
    with sqlite3.connect(str(stage.database.engine.url.database)) as source, sqlite3.connect(path) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    settings = replace(stage.settings, database_url=f"sqlite:///{path}")
    database = Database(settings.database_url)
    with database.write() as tx:
        ground = reference.ground(tx, settings)
        meeting = tx.scalar(
            sa.select(case.c.id).where(case.c.workflow == "review-meeting", case.c.state == "in_session")
        )
        marks = {
            one: {"mark": 20, "reason": "方案可行"}
            for one in ("distinctive", "representative", "feasible", "replicable")
        }
        for one in panels.seats(tx, meeting, "pilot_panel"):
            login = tx.scalar(sa.select(person.c.login).where(person.c.id == one["person_id"]))
            for member in [] if one["reserve"] else scores.owed_by(tx, meeting, "pilot_panel", one["person_id"]):
                given = {"member": member, "marks": marks, "opinion": ""}
                key = f"mine-{login}-{member}"
                act.perform(tx, ground, actor(tx, login), meeting, "score", {"sheet": given}, request_key=key)
        ended = act.perform(tx, ground, actor(tx, "province"), meeting, "discuss", {}, request_key="mine-ended")
    added = demo.fill(database, settings, TODAY)
    database.close()

    assert ended.state == "discussing"
    assert added == 0


def test_the_names_are_plainly_invented(stage: Stage) -> None:
    real = [one["code"] for province in data("organisations")["authorities"] for one in province["organisations"]]
    invented = organisation.c.kind.in_(INVENTED), organisation.c.code.is_(None) | organisation.c.code.not_in(real)
    companies = all_of(stage, sa.select(organisation.c.name_zh).where(*invented))
    people = data("demo/people")

    assert [row.name_zh for row in companies if "示例" not in row.name_zh] == []
    assert len({one["name"] for one in people["people"]}) == len(people["people"])
    assert len({row.name_zh for row in companies}) == len(companies)


def test_the_credit_codes_are_computed_and_registered_to_nobody(stage: Stage) -> None:
    codes = [
        row.credit_code
        for row in all_of(stage, sa.select(organisation.c.credit_code).where(organisation.c.kind.in_(INVENTED[:3])))
    ]

    assert [code for code in codes if check_credit_code(code)] == []
    assert {code[8:10] for code in codes} == {"DM"}


def test_the_data_hold_no_password_and_no_personal_address() -> None:
    stories = reference.stories(from_environment())
    people = data("demo/people")

    assert "password" not in str(people) + str(stories)
    assert set(re.findall(r"[\w.]+@[\w.]+", str(stories) + str(people))) == {
        "leader@example.org",
        "contact@example.org",
    }


def test_the_bureaus_of_both_provinces_exist_and_five_of_them_have_people(stage: Stage) -> None:
    bureaus = all_of(stage, sa.select(organisation.c.code).where(organisation.c.kind == "bureau"))
    staffed = {one["at"] for one in data("demo/people")["people"] if "municipal" in one["role"]}

    assert len(bureaus) == 11 + 12
    assert len(staffed & {row.code for row in bureaus}) == 3 + 2


def test_two_registrations_wait_to_be_decided(stage: Stage) -> None:
    with stage.database.read() as tx:
        rows = [
            registration.get(tx, number)
            for number in tx.scalars(sa.select(registration.registration.c.id).order_by(registration.registration.c.id))
        ]

    assert [(row["kind"], row["status"]) for row in rows if row] == [
        ("organisation", "pending"),
        ("joining", "pending"),
    ]


def test_places_are_counted_as_they_are_held(stage: Stage) -> None:
    used = dict(tuple(row) for row in all_of(stage, sa.select(quota_counter.c.id, quota_counter.c.used)))
    taken = Counter(
        row.counter_id
        for row in all_of(stage, sa.select(quota_entry.c.counter_id).where(quota_entry.c.status != "released"))
    )
    full = all_of(
        stage,
        sa.select(quota_counter.c.key).where(quota_counter.c.blocks, quota_counter.c.used == quota_counter.c.limit),
    )

    assert {key: count for key, count in used.items() if count} == dict(taken)
    assert (
        all_of(
            stage, sa.select(quota_counter).where(quota_counter.c.blocks, quota_counter.c.used > quota_counter.c.limit)
        )
        == []
    )
    by_class = {row.key for row in full if "product_class" in row.key}
    assert by_class == {'{"intake.product_class":"coke"}', '{"intake.product_class":"flange"}'}
    assert any(row.key.startswith('{"round":') for row in full)


def test_the_higher_ceiling_of_the_demonstration_says_what_the_notice_allows(stage: Stage) -> None:
    (kept,) = all_of(stage, sa.select(quota_setting))
    quota = Quota.model_construct(id=kept.quota, counter=None)
    with stage.database.read() as tx:
        (row,) = quota_settings.settings(tx, stage.ground.keys, kept.authority_id, quota, most=2)

    assert (row["limit"], row["key"]) == (15, '{"workflow":"pilot-service"}')
    assert ["演示数据" in one for one in (row["reason"], kept.reason)] == [True, False]
    assert "不超过2个" in row["reason"]


def test_only_what_the_stories_call_overdue_is_overdue(stage: Stage) -> None:
    late = all_of(
        stage,
        sa.select(deadline.c.clock)
        .join(case, case.c.id == deadline.c.case_id)
        .where(
            sa.or_(deadline.c.status == "breached", sa.and_(deadline.c.status == "running", deadline.c.due_on < TODAY))
        )
        .order_by(deadline.c.clock),
    )

    assert [row.clock for row in late] == LATE


@pytest.mark.parametrize(
    "today",
    [
        date(2026, 2, 24),
        pytest.param(date(2026, 10, 9), marks=pytest.mark.long),
        pytest.param(date(2027, 1, 3), marks=pytest.mark.long),
    ],
)
def test_no_other_day_brings_other_overdue_work(migrated_sqlite: Path, tmp_path: Path, today: date) -> None:
    with built(migrated_sqlite, tmp_path) as stage:
        demo.fill(stage.database, stage.settings, today)
        late = all_of(
            stage,
            sa.select(deadline.c.clock).where(
                sa.or_(
                    deadline.c.status == "breached",
                    sa.and_(deadline.c.status == "running", deadline.c.due_on < today),
                )
            ),
        )
        stand = places(stage)

    assert sorted(row.clock for row in late) == LATE
    told = {(name, state) for name, one in everything().items() for state in one.states if name != BY_NATIONAL_NOTICE}
    assert {one for one in stand if one[0] != BY_NATIONAL_NOTICE} == {
        one for one in told if NEWER.get(one, today) <= today
    }


def test_nothing_happened_on_a_day_off_or_after_the_day_on_which_it_stands(stage: Stage) -> None:
    days = {
        clock.local_date(row.at)
        for row in all_of(stage, sa.select(journal.journal.c.at).where(journal.journal.c.person_id.is_not(None)))
    }
    calendar = stage.ground.calendars["mainland-china"]

    assert [day for day in days if not calendar.is_workday(day) or day >= TODAY] == []


def test_a_footprint_deviates_and_another_uses_the_wrong_factor(stage: Stage) -> None:
    rows = all_of(
        stage,
        sa.select(case.c.title, finding.c.key)
        .join(finding, finding.c.case_id == case.c.id)
        .where(finding.c.kind == "footprint", finding.c.status == "open"),
    )

    open_ = {(row.title[:2], row.key) for row in rows}

    assert {("云岭", "footprint.R01:declared"), ("松泉", "footprint.R04:lines.grid")} <= open_


def test_acts_of_offices_and_of_pilots_wait_for_signatures(stage: Stage) -> None:
    rows = all_of(
        stage,
        sa.select(case.c.title, proposal.c.action)
        .join(proposal, proposal.c.case_id == case.c.id)
        .where(proposal.c.status == "signing", case.c.workflow.in_(PILOTS)),
    )

    assert {(row.title[:2], row.action) for row in rows} == {
        ("墨耘", "change_plan"),
        ("苍霭", "change_unit"),
        ("鸣泉", "ask_extension"),
        ("雪霁", "municipal_return"),
    }


def test_one_report_is_called_for_soon_and_another_is_overdue(stage: Stage) -> None:
    rows = all_of(
        stage,
        sa.select(case.c.title, deadline.c.due_on, deadline.c.status)
        .join(case, case.c.id == deadline.c.case_id)
        .where(deadline.c.clock == "duty:implementing.report", deadline.c.status.in_(("running", "breached")))
        .order_by(deadline.c.due_on),
    )

    assert [(row.title[:2], (row.due_on - TODAY).days, row.status) for row in rows] == [
        ("苍霭", -6, "breached"),
        ("墨耘", 4, "running"),
        ("云章", 25, "running"),
    ]


def test_branches_agents_and_readers_have_a_part_in_cases(stage: Stage) -> None:
    parts = Counter(row.role for row in all_of(stage, sa.select(involvement.c.role)))

    assert {role: parts[role] for role in ("county", "agent", "reader")} == {"county": 2, "agent": 1, "reader": 1}
    assert parts["partner"] >= 3


def test_cases_came_by_every_way(stage: Stage) -> None:
    """Opened, entered from paper, carried over from an earlier round, imported; each for both kinds of pilots."""
    rows = all_of(
        stage,
        sa.select(journal.journal.c.act, case.c.workflow)
        .join(case, case.c.id == journal.journal.c.case_id)
        .where(journal.journal.c.seq == 1, case.c.workflow.in_(PILOTS)),
    )

    assert {tuple(row) for row in rows} == set(product(("open", "recorded", "carried_over", "imported"), PILOTS))


def test_units_whose_cases_were_entered_for_them_have_no_account(stage: Stage) -> None:
    recorded = {key for key, one in data("demo/people")["companies"].items() if one.get("recorded")}
    rows = all_of(stage, sa.select(organisation.c.name_zh, organisation.c.data))

    assert {one["at"] for one in data("demo/people")["people"]}.isdisjoint(recorded)
    assert sum(bool(row.data.get(organisations.RECORDED)) for row in rows) == len(recorded)


def test_a_file_was_purged_and_its_name_stays(stage: Stage) -> None:
    rows = all_of(stage, sa.select(file.c.name).where(file.c.purged_at.is_not(None)))

    assert [row.name for row in rows] == ["误传的员工名册.pdf"]


def test_a_completed_pilot_is_recommended_to_the_nation(stage: Stage) -> None:
    rows = all_of(
        stage, sa.select(case.c.facts, case.c.workflow).where(case.c.state == "completed", case.c.workflow.in_(PILOTS))
    )

    assert {row.workflow for row in rows} == set(PILOTS)
    assert {bool(row.facts["evaluation_result"]["recommendation"]) for row in rows} == {True}
    filed = sa.select(case.c.subject).where(case.c.workflow == "national-recommendation", case.c.state == "filed")
    assert [row.subject for row in all_of(stage, filed)] == ["老陈醋"]


def test_pilots_are_published_and_a_list_is_under_publicity(stage: Stage) -> None:
    listed = Counter(row.listed for row in all_of(stage, sa.select(case.c.listed).where(case.c.workflow == PILOT)))

    assert (listed["published"], listed["publicity"]) == (14, 3)
    assert titled(stage, "reserve") == ["暮烟示例煤焦有限公司"]


def test_seven_experts_scored_and_one_stood_aside(stage: Stage) -> None:
    scored = all_of(
        stage, sa.select(sheet.c.member_case_id, sa.func.count().label("given")).group_by(sheet.c.member_case_id)
    )
    given = Counter(row.given for row in scored)

    assert given[6] == 1
    assert given[7] >= 40


def test_a_round_is_open_and_the_bureaus_close_before_it(stage: Stage) -> None:
    rows = all_of(stage, sa.select(round_.c.code, round_.c.opens_at, round_.c.closes_at))
    now = clock.at_local(TODAY)

    assert sorted(row.code for row in rows if row.opens_at <= now < row.closes_at) == [
        "demo",
        "jx-city-demo",
        "jx-label-demo",
        "sx-label-demo",
    ]


def test_all_accounts_have_one_password_that_stands_in_a_file_for_its_owner_alone(stage: Stage) -> None:
    path = stage.settings.home / demo.ACCOUNTS
    password, listed = demo.settle(stage.database, stage.settings)
    kept = {row.login: row.password_hash for row in all_of(stage, sa.select(person.c.login, person.c.password_hash))}

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text("utf-8").splitlines()[0] == password
    assert passwords.faults(password) == []
    assert passwords.right(kept[listed[0].login], password)
    assert {one.login for one in listed} <= set(kept)


def test_one_official_shows_the_second_factor_and_the_others_sign_in_without(stage: Stage) -> None:
    rows = all_of(stage, sa.select(person.c.login).where(person.c.second_factor_required))

    assert [row.login for row in rows] == [
        one["login"] for one in data("demo/people")["people"] if one.get("second_factor")
    ]


def test_a_lost_file_of_accounts_brings_a_new_password(migrated_sqlite: Path, tmp_path: Path) -> None:
    with built(migrated_sqlite, tmp_path) as stage:
        first, _ = demo.settle(stage.database, stage.settings)
        (stage.settings.home / demo.ACCOUNTS).unlink()
        second, listed = demo.settle(stage.database, stage.settings)
        kept = all_of(stage, sa.select(person.c.password_hash).where(person.c.login == listed[0].login))

    assert first != second
    assert passwords.right(kept[0].password_hash, second)


def test_a_database_with_other_people_is_left_alone(migrated_sqlite: Path, tmp_path: Path) -> None:
    with built(migrated_sqlite, tmp_path) as stage:
        with stage.database.write() as tx:
            authority_id = tx.scalar(sa.select(organisation.c.authority_id).limit(1))
            tx.execute(
                person.insert().values(
                    authority_id=authority_id, login="real", name="某人", sort_key="mou ren", password_hash="-",
                    password_temporary=False, second_factor_required=False, language="zh", status="active",
                    created_at=clock.now(),
                )
            )  # fmt: skip
        with pytest.raises(Refused) as refused:
            demo.fill(stage.database, stage.settings, TODAY)

    assert [reason.key for reason in refused.value.reasons] == ["demo.not_empty"]


def test_a_day_before_the_stories_is_refused(migrated_sqlite: Path, tmp_path: Path) -> None:
    with built(migrated_sqlite, tmp_path) as stage, pytest.raises(Refused) as refused:
        demo.fill(stage.database, stage.settings, date(2025, 10, 1))

    assert [reason.key for reason in refused.value.reasons] == ["demo.too_early"]


def test_the_demonstration_plays_on_postgresql_too_and_goes_on_where_it_was_broken_off(
    postgresql_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    """It comes to what one fill at a stretch on SQLite came to."""
    settings = replace(settings, demo=True)
    with postgresql_database.write() as tx:
        reference.seed(tx, settings)
    steps = demo.stories.timeline
    with monkeypatch.context() as patch:
        patch.setattr(demo.stories, "timeline", lambda *given: steps(*given)[:300])
        part = demo.fill(postgresql_database, settings, TODAY)
    rest = demo.fill(postgresql_database, settings, TODAY)
    standing = sa.select(case.c.state, case.c.subject)
    with postgresql_database.read() as tx:
        problems = journal.verify(tx, heads=heads.of_all(tx))
        found = [tuple(row) for row in tx.execute(standing)]

    assert part > 0
    assert rest > 0
    assert part + rest > 1200
    assert problems == []
    assert Counter(found) == Counter(tuple(row) for row in all_of(stage, standing))


def test_the_footprints_show_what_an_office_meets(stage: Stage) -> None:
    with stage.database.read() as tx:
        changes = tx.execute(sa.select(release_change.c.level, release_change.c.status, release_change.c.decided)).all()
        numbers = sa.select(sa.func.max(study_result.c.id)).group_by(study_result.c.case_id)
        found = [recompute.get_result(tx, number) for number in tx.scalars(numbers)]
        typed = [one.study for one in store.get_studies(tx, [one.study_id for one in found if one])]
    gates = {one.body["gate"]["status"] for one in found if one}

    assert {level for level, *_ in changes} == {"note", "notify", "review"}
    assert ({status for _, status, _ in changes}, {decided for *_, decided in changes}) == ({"open"}, {True, False})
    assert gates == {"passed", "blocked"}
    assert [any(one.processes for one in typed), any(line.transport for one in typed for line in one.lines)] == [
        True
    ] * 2
