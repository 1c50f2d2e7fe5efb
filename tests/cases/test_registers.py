"""Entries of registers: made once with a number of their own, changed step by step, never edited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from caseflow import clock
from caseflow.cases import ground as grounds
from caseflow.cases import members, opening, register_book, register_find, view
from caseflow.cases.register_find import Wanted
from caseflow.cases.register_models import register_entry, register_event, register_standing
from caseflow.cases.vocabulary import vocabulary
from caseflow.db import Database
from caseflow.people.rights import Actor
from caseflow.records import letters, personal, triggers
from caseflow.records.models import journal
from caseflow.words import Refused
from caseflow.workflow.reader import read
from tests.cases.racing import Job, Racers, racers
from tests.cases.world import HERE, World

CERTIFICATES = "certificates"


def office(world: World) -> Actor:
    return world.person("provincial", "office")


def reviewed(world: World, product: str = "冶金焦", **more: Any) -> int:
    """A case before its certificate is granted."""
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant, "toy-certificate")
    world.do(applicant, case_id, "request", product=product, kind="coke", **more)
    return case_id


def granted(world: World, who: Actor, product: str = "冶金焦", remark: str = "仅供内部") -> int:
    case_id = reviewed(world, product)
    world.do(who, case_id, "grant", remark=remark)
    return case_id


def standing(world: World, case_id: int) -> dict[str, Any]:
    with world.database.read() as tx:
        found = register_book.newest(tx, case_id, CERTIFICATES)
    assert found is not None

    return found


def history(world: World, entry_id: int) -> list[tuple[str, str, str]]:
    """Kind, status and product of every event."""
    with world.database.read() as tx:
        return [
            (row.kind, row.body["status"], row.body["values"]["product"]["zh"])
            for row in register_book.events(tx, entry_id)
        ]


def of_book(world: World) -> register_find.Book:
    with world.database.read() as tx:
        found = register_find.book(tx, world.ground, "north", CERTIFICATES)
    assert found is not None

    return found


def refused(world: World, who: Actor, case_id: int, action: str, **answers: Any) -> list[str]:
    with pytest.raises(Refused) as against:
        world.do(who, case_id, action, **answers)
    return [reason.key for reason in against.value.reasons]


def test_an_entry_is_made_with_the_next_number_its_values_and_its_last_day(world: World) -> None:
    who = office(world)
    first, second = granted(world, who), granted(world, who, "玻璃瓶")
    row, other = standing(world, first), standing(world, second)
    year = clock.today().year

    assert [one["number"] for one in (row, other)] == [f"示证〔{year}〕0001", f"示证〔{year}〕0002"]
    assert (row["called"], row["status"], row["valid_from"]) == ("甲焦化厂", "valid", clock.today())
    assert row["valid_until"].year == year + 1
    assert row["values"]["class"] == {"value": "coke", "zh": "焦炭", "en": "Coke"}


def test_the_journal_names_the_entry_and_the_event_names_the_act(world: World) -> None:
    case_id = granted(world, office(world))
    with world.database.read() as tx:
        said = tx.execute(sa.select(journal).where(journal.c.case_id == case_id, journal.c.act == "grant")).one()
        (event,) = register_book.events(tx, standing(world, case_id)["entry_id"])

    assert said.body["registers"] == [
        {"register": CERTIFICATES, "number": standing(world, case_id)["number"], "kind": "issued"}
    ]
    assert (event.request_key, event.person_id, event.act) == (said.request_key, said.person_id, "grant")


def test_a_letter_of_the_same_act_shows_number_status_last_day_and_where_to_look_it_up(world: World) -> None:
    case_id = granted(world, office(world))
    row = standing(world, case_id)
    with world.database.read() as tx:
        (paper,) = [row._mapping for row in letters.of_case(tx, case_id)]
        said = letters.opened(world.ground.keys, paper)["blocks"][0]["text"]["zh"]
    last = row["valid_until"]

    assert said.startswith(f"编号{row['number']}，有效，有效期至{last.year}年{last.month}月{last.day}日，")
    assert said.endswith("/public/verify?number=%E7%A4%BA%E8%AF%81%E3%80%94" + f"{last.year - 1}%E3%80%950001")


def test_a_summary_table_shows_the_number_and_the_last_day_of_a_member(world: World) -> None:
    case_id = granted(world, office(world))
    row = standing(world, case_id)
    with world.database.read() as tx:
        cells = [
            members.cell(tx, world.ground, world.row(case_id), f"entry.certificates.{what}", {})
            for what in ("number", "valid_until")
        ]

    assert cells == [row["number"], row["valid_until"]]


def test_each_step_is_done_from_the_right_status_only_and_the_history_keeps_all(world: World) -> None:
    who = office(world)
    case_id = granted(world, who)
    against = refused(world, who, case_id, "restore")
    world.do(who, case_id, "suspend", why="数据不实")
    again = refused(world, who, case_id, "suspend")
    world.do(who, case_id, "restore")
    world.do(who, case_id, "rename", product="铸造焦")
    entry_id = standing(world, case_id)["entry_id"]

    assert (against, again) == (["registers.not_so"], ["registers.not_so"])
    assert history(world, entry_id) == [
        ("issued", "valid", "冶金焦"),
        ("suspended", "suspended", "冶金焦"),
        ("restored", "valid", "冶金焦"),
        ("corrected", "valid", "铸造焦"),
    ]


def test_a_revocation_that_was_wrong_is_undone_for_the_rest_of_the_term(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = office(world)
    case_id = granted(world, who)
    against = refused(world, who, case_id, "reinstate")
    world.do(who, case_id, "revoke")
    restored = refused(world, who, case_id, "restore")
    world.do(who, case_id, "reinstate")
    before, until = standing(world, case_id)["status"], standing(world, case_id)["valid_until"]
    monkeypatch.setattr(clock, "now", lambda: clock.end_of(until))
    world.fire_all()

    assert (against, restored, before) == (["registers.not_so"], ["registers.not_so"], "valid")
    assert [kind for kind, *_ in history(world, standing(world, case_id)["entry_id"])] == [
        "issued", "revoked", "restored", "expired",
    ]  # fmt: skip


def test_what_is_restored_after_its_term_has_expired_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    who = office(world)
    case_id = granted(world, who)
    world.do(who, case_id, "revoke")
    until = standing(world, case_id)["valid_until"]
    monkeypatch.setattr(clock, "now", lambda: clock.end_of(until))
    world.fire_all()
    passed = standing(world, case_id)["status"]
    world.do(who, case_id, "reinstate")
    world.fire_all()

    assert (passed, standing(world, case_id)["status"]) == ("revoked", "expired")


def test_a_step_that_cannot_be_done_greys_its_button_with_the_reason(world: World) -> None:
    who = office(world)
    case_id = granted(world, who)
    with world.database.read() as tx:
        offers = view.load(tx, world.ground, who, case_id).offers()
    reasons = {offer.action.id: [reason.key for reason in offer.reasons] for offer in offers}

    assert (reasons["restore"], reasons["suspend"]) == (["registers.not_so"], [])


def test_the_reason_of_a_step_lies_apart_and_once_it_is_erased_the_history_still_verifies(world: World) -> None:
    who = office(world)
    case_id = granted(world, who)
    world.do(who, case_id, "suspend", why="举报核查属实")
    entry_id = standing(world, case_id)["entry_id"]
    with world.database.write() as tx:
        event = register_book.events(tx, entry_id)[-1]
        before = register_book.reasons(tx, world.ground.keys, case_id)
        personal.erase(tx, case_id)
        after = register_book.reasons(tx, world.ground.keys, case_id)
        whole = register_book.verify(tx, entry_id)

    assert "举报" not in str(tuple(event))
    assert (before, after, whole) == ({event.sealed: "举报核查属实"}, {}, True)


def test_another_procedure_revokes_an_entry_by_its_number(world: World) -> None:
    who = office(world)
    case_id = granted(world, who)
    number = standing(world, case_id)["number"]
    check = world.open(who, "toy-supervision")
    unknown = refused(world, who, check, "revoke", number="示证〔1999〕0001", why="无")
    world.do(who, check, "revoke", number=number, why="弄虚作假")
    twice = refused(world, who, check, "revoke", number=number, why="再次")
    row = standing(world, case_id)

    assert (unknown, twice, row["status"]) == (["registers.none"], ["registers.not_so"], "revoked")
    assert row["shown_until"] == clock.today() + timedelta(days=30)


def test_an_entry_with_a_number_of_others_is_made_once_and_for_its_own_holder(world: World) -> None:
    who = office(world)
    given = {"number": "CCC-1", "holder": world.organisations["plant"], "since": "2026-01-01", "until": "2027-12-31"}
    first, second = world.open(who, "toy-supervision"), world.open(who, "toy-supervision")
    world.do(who, first, "record", **given)
    against = refused(world, who, second, "record", **given)
    with world.database.read() as tx:
        row = register_book.newest(tx, first, "awards")

    assert against == ["registers.has_one"]
    assert row is not None
    assert (row["number"], row["called"], row["valid_until"].isoformat()) == ("CCC-1", "甲焦化厂", "2027-12-31")


def test_a_renewed_entry_supersedes_the_one_before(world: World) -> None:
    who = office(world)
    case_id = granted(world, who)
    old = standing(world, case_id)
    world.do(who, case_id, "renew")
    with world.database.read() as tx:
        before = register_book.numbered(tx, world.authority_id, CERTIFICATES, old["number"])

    assert before is not None
    assert (before["status"], standing(world, case_id)["status"]) == ("superseded", "valid")
    assert standing(world, case_id)["number"] != old["number"]


def test_guards_ask_for_the_status_and_for_an_entry_of_the_organisation(world: World) -> None:
    who = office(world)
    case_id = granted(world, who)
    world.do(who, case_id, "inspect")
    cel = refused(world, who, case_id, "note")
    has = refused(world, who, reviewed(world), "grant_first")
    world.do(who, case_id, "suspend")
    status = refused(world, who, case_id, "inspect")
    world.do(who, case_id, "note")

    assert (cel, has, status) == (
        ["workflow.condition_with_basis"],
        ["registers.has_entry"],
        ["registers.entry_is_not"],
    )


def test_an_entry_expires_after_its_last_day_by_itself_and_once(world: World) -> None:
    case_id = granted(world, office(world))
    last = standing(world, case_id)["valid_until"]
    with clock.at(clock.end_of(last) - timedelta(minutes=1)):
        early = (world.fire_all(), standing(world, case_id)["status"])
    with clock.at(clock.end_of(last) + timedelta(minutes=1)):
        row = standing(world, case_id)
        before_timer = register_book.status_on(row, clock.today())
        fired = [world.fire_all(), world.fire_all()]
    kinds = [kind for kind, _, _ in history(world, row["entry_id"])]

    assert (early, before_timer, fired) == ((0, "valid"), "expired", [1, 0])
    assert kinds == ["issued", "expired"]
    assert world.row(case_id)["state"] == "granted"


def test_what_has_ended_does_not_expire_again(world: World) -> None:
    who = office(world)
    case_id = granted(world, who)
    row = standing(world, case_id)
    world.do(who, case_id, "close")
    with clock.at(clock.end_of(row["valid_until"]) + timedelta(minutes=1)):
        world.fire_all()

    assert [kind for kind, _, _ in history(world, row["entry_id"])] == ["issued", "withdrawn"]


def test_an_imported_case_stands_in_the_register_as_its_way_would_have_left_it(world: World) -> None:
    who = office(world)
    with world.database.write() as tx:
        made = opening.import_case(
            tx, world.ground, who, "toy-certificate", "granted", {}, organisation_id=world.organisations["plant"],
            prefecture_id=world.organisations["bureau"], round_id=None, facts={"request": {"product": "焦炭"}},
            request_key="import",
        ).case_id  # fmt: skip

    assert standing(world, made)["values"]["product"]["zh"] == "焦炭"


def test_nobody_changes_or_takes_away_an_entry_or_what_happened_to_it(world: World) -> None:
    granted(world, office(world))
    for table in (register_entry, register_event):
        for statement in (table.delete(), table.update().values(id=99)):
            with pytest.raises(DatabaseError, match="append-only"), world.database.write() as tx:
                tx.execute(statement)
    with world.database.read() as tx:
        absent = triggers.missing(tx)

    assert absent == []


def test_a_history_that_was_tampered_with_does_not_verify(sqlite_database: Database, world: World) -> None:
    case_id = granted(world, office(world))
    entry_id = standing(world, case_id)["entry_id"]
    with world.database.write() as tx:
        whole = register_book.verify(tx, entry_id)
        tx.execute(register_standing.update().values(last_hash="0" * 64))
        cut = register_book.verify(tx, entry_id)

    assert (whole, cut) == (True, False)


def test_a_list_is_searched_by_two_characters_filtered_and_sorted(world: World) -> None:
    who = office(world)
    for product in ("冶金焦炭", "玻璃瓶", "铸造生铁"):
        granted(world, who, product)
    gone = granted(world, who, "法兰")
    world.do(who, gone, "close")
    book, today = of_book(world), clock.today()

    def found(wanted: Wanted, names: tuple[str, ...] = book.open_fields) -> list[str]:
        with world.database.read() as tx:
            rows = register_find.listed(tx, book, sa.true(), wanted, names, today, limit=10)
            counted = register_find.count(tx, book, sa.true(), wanted, names, today)
        assert counted == len(rows)

        return [row.values["product"]["zh"] for row in rows]

    assert found(Wanted("金焦")) == ["冶金焦炭"]
    assert found(Wanted("璃瓶 甲焦")) == ["玻璃瓶"]
    assert found(Wanted("炭金")) == []
    assert found(Wanted(status="withdrawn")) == ["法兰"]
    assert found(Wanted(order="number")) == ["冶金焦炭", "玻璃瓶", "铸造生铁", "法兰"]
    assert found(Wanted(year=today.year - 1)) == []


def test_internal_values_are_found_by_whoever_may_read_them_alone(world: World) -> None:
    granted(world, office(world), remark="机密备注")
    book, today = of_book(world), clock.today()
    with world.database.read() as tx:
        for_all = register_find.listed(tx, book, sa.true(), Wanted("机密"), book.open_fields, today, limit=10)
        every = tuple(book.register.fields)
        inside = register_find.listed(tx, book, sa.true(), Wanted("机密"), every, today, limit=10)

    assert (for_all, [row.values["remark"]["zh"] for row in inside]) == ([], ["机密备注"])


def test_a_bureau_reads_the_entries_of_its_own_prefecture(world: World) -> None:
    granted(world, office(world))
    book, today = of_book(world), clock.today()
    seen = []
    for where in ("bureau", "elsewhere"):
        scope = register_find.reach(book, world.person("municipal", where))
        assert scope is not None

        with world.database.read() as tx:
            seen.append(register_find.count(tx, book, scope, Wanted(), book.open_fields, today))

    assert seen == [1, 0]
    assert register_find.reach(book, world.person("applicant", "plant")) is None


RACERS = 6


@pytest.fixture(scope="module")
def six() -> Iterator[Racers]:
    with racers(RACERS) as made:
        yield made


def test_many_at_once_get_numbers_without_gap_or_double_and_a_case_one_entry(six: Racers, world: World) -> None:
    six.enter(world.settings)
    who = office(world)
    cases = [reviewed(world) for _ in range(RACERS)]
    apart = six.race([Job(who, case_id, "grant", f"apart/{case_id}") for case_id in cases])
    one = reviewed(world)
    together = six.race([Job(who, one, "grant", f"together/{number}") for number in range(RACERS)])
    with world.database.read() as tx:
        numbers = sorted(tx.scalars(sa.select(register_entry.c.number)))
    year = clock.today().year

    assert [(told.how, told.reasons) for told in apart] == [("done", ())] * RACERS
    assert sorted(told.how for told in together) == ["done", *["refused"] * (RACERS - 1)]
    assert numbers == [f"示证〔{year}〕{serial:04}" for serial in range(1, RACERS + 2)]


def test_many_who_enter_the_same_number_of_others_make_one_entry(six: Racers, world: World) -> None:
    six.enter(world.settings)
    who = office(world)
    given = {"number": "CCC-9", "holder": world.organisations["plant"], "since": "2026-01-01", "until": "2027-12-31"}
    cases = [world.open(who, "toy-supervision") for _ in range(RACERS)]
    told = six.race([Job(who, case_id, "record", f"same/{case_id}", dict(given)) for case_id in cases])

    assert sorted(one.how for one in told) == ["done", *["refused"] * (RACERS - 1)]
    assert {reason for one in told for reason in one.reasons} == {"registers.has_one"}


def test_many_cases_of_one_holder_that_may_have_no_entry_yet_make_one(six: Racers, world: World) -> None:
    six.enter(world.settings)
    who = office(world)
    cases = [reviewed(world) for _ in range(RACERS)]
    told = six.race([Job(who, case_id, "grant_first", f"first/{case_id}") for case_id in cases])

    assert sorted(one.how for one in told) == ["done", *["refused"] * (RACERS - 1)]
    assert {reason for one in told for reason in one.reasons} == {"registers.has_entry"}


def test_many_procedures_that_end_one_entry_at_once_end_it_once(six: Racers, world: World) -> None:
    six.enter(world.settings)
    who = office(world)
    row = standing(world, granted(world, who))
    cases = [world.open(who, "toy-supervision") for _ in range(RACERS)]
    given = {"number": row["number"], "why": "弄虚作假"}
    told = six.race([Job(who, case_id, "revoke", f"end/{case_id}", dict(given)) for case_id in cases])
    with world.database.read() as tx:
        whole = register_book.verify(tx, row["entry_id"])

    assert sorted(one.how for one in told) == ["done", *["refused"] * (RACERS - 1)]
    assert {reason for one in told for reason in one.reasons} <= {"registers.not_so", "registers.changed"}
    assert ([kind for kind, _, _ in history(world, row["entry_id"])], whole) == (["issued", "revoked"], True)


def test_an_applicant_gives_back_no_entry_of_others_by_typing_its_number(world: World, tmp_path: Path) -> None:
    written = (HERE / "toy-certificate.yaml").read_text("utf-8").replace("toy-certificate", "toy-giving")
    by_number = """asks: {which: {type: text, label: {zh: 编号, en: Number}, required: true}},
        then: [register_withdraw: {register: certificates, entry: give_back.which}]"""
    written = written.replace("then: [register_withdraw: certificates]", by_number, 1)
    path = tmp_path / "toy-giving.yaml"
    path.write_text(written, "utf-8")
    with world.database.write() as tx:
        grounds.publish(tx, [read(path, vocabulary=vocabulary())])
    who = office(world)
    of_others = standing(world, granted(world, who))["number"]
    neighbour = world.person("applicant", world.enterprise("乙玻璃厂"))
    own = world.open(neighbour, "toy-giving")
    world.do(neighbour, own, "request", product="玻璃", kind="glass")
    world.do(who, own, "grant")
    against = refused(world, neighbour, own, "give_back", which=of_others)
    world.do(neighbour, own, "give_back", which=standing(world, own)["number"])

    assert against == ["registers.none"]
    assert standing(world, own)["status"] == "withdrawn"
