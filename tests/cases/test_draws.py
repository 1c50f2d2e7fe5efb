"""The draw of a panel: committed before the pool is frozen, drawn from what is said after, signed, on paper."""

from __future__ import annotations

import json
import re

import pytest
import sqlalchemy as sa

from caseflow.cases import draws, panels
from caseflow.cases.entry import Invalid
from caseflow.cases.models import case, task
from caseflow.cases.panel_models import draw, draw_step
from caseflow.evaluation.record import heads, read_record, write_record
from caseflow.evaluation.replay import Published, replay
from caseflow.records import letters
from caseflow.records.models import inbox_message, journal
from tests.cases.drawn import JURY, at_once, drawing, in_pool, refused
from tests.cases.world import World


def test_a_draw_goes_from_commitment_to_seats_and_anybody_can_replay_it(world: World) -> None:
    found = drawing(world)
    found.draw("天气晴")
    held = found.held()
    published = Published(held.commitment, held.snapshot_hash, (held.head,))
    text = write_record(held.record)

    assert [one["kind"] for one in held.steps] == ["committed", "frozen", "drawn"]
    assert replay(read_record(text), published).agrees
    assert [one["chair"] for one in found.seats()] == [True, False, False]
    assert any(who.name in text for who in found.pool) is False


def test_those_who_were_drawn_owe_an_answer_and_are_told_and_reserves_are_not(world: World) -> None:
    found = drawing(world)
    found.draw()
    with world.database.read() as tx:
        owing = set(tx.scalars(sa.select(task.c.person_id).where(task.c.kind == "panel:jury", task.c.status == "open")))
        told = set(tx.scalars(sa.select(inbox_message.c.person_id).where(inbox_message.c.key == "inbox.seat_drawn")))
        waiting = [row["person_id"] for row in panels.seats(tx, found.host, JURY) if row["reserve"]]

    drawn = {row["person_id"] for row in found.seats()}
    assert (owing, told, len(waiting)) == (drawn, drawn, 2)
    assert drawn & set(waiting) == set()


def test_each_act_waits_for_the_one_before(world: World) -> None:
    found = drawing(world)

    before = refused(world.do, found.office, found.host, "freeze")
    world.do(found.office, found.host, "commit")
    early = refused(world.do, found.supervisor, found.host, "draw", witness="晴")
    world.do(found.office, found.host, "freeze")
    again = refused(world.do, found.office, found.host, "freeze")

    assert [set(before), set(early), set(again)] == [
        {"draws.not_committed"}, {"draws.not_frozen"}, {"draws.frozen_already"},
    ]  # fmt: skip


def test_a_commitment_that_led_to_no_draw_is_numbered_and_has_to_be_explained(world: World) -> None:
    found = drawing(world)
    found.freeze()
    bare = refused(world.do, found.office, found.host, "commit")
    world.do(found.office, found.host, "commit", reason="投影设备故障")
    with world.database.read() as tx:
        later, before = draws.every(tx, found.host, JURY)
        step = later.step("committed")
        stored = "".join(str(value) for row in tx.execute(sa.select(draw_step)) for value in row)
    why = draws.unseal(world.ground.keys, before.row, "anew", step["body"]["why"]) if step is not None else ""

    assert (bare, later.row["number"], later.stage, before.stage) == (["draws.why_again"], 2, "committed", "frozen")
    assert (why, "投影设备故障" in stored, later.commitment == before.commitment) == ("投影设备故障", False, False)


def test_before_the_draw_the_secret_stands_nowhere_in_the_open(world: World) -> None:
    found = drawing(world)
    found.freeze()
    held = found.held()
    secret = draws.secret_of(world.ground.keys, held.row).hex()
    key = draws.key_of(world.ground.keys, held.row).hex()
    tables = (draw, draw_step, journal, case, inbox_message)
    with world.database.read() as tx:
        open_before = "".join(str(value) for one in tables for row in tx.execute(sa.select(one)) for value in row)
    world.do(found.supervisor, found.host, "draw", witness="晴")
    with world.database.read() as tx:
        open_after = "".join(str(value) for one in tables for row in tx.execute(sa.select(one)) for value in row)

    assert [secret in open_before, key in open_before] == [False, False]
    assert [secret in open_after, key in open_after] == [True, False]
    assert found.held().record["secret"] == secret


def test_nothing_is_drawn_before_something_was_said(world: World) -> None:
    found = drawing(world)
    found.freeze()
    with pytest.raises(Invalid) as silent:
        world.do(found.supervisor, found.host, "draw", witness="\u3000 ")

    assert (list(silent.value.errors), found.held().stage, found.seats()) == (["witness"], "frozen", [])


def test_the_meeting_waits_for_every_answer_and_for_both_signatures(world: World) -> None:
    found = drawing(world)
    found.draw()
    bare = refused(world.do, found.office, found.host, "convene")
    found.accept()
    world.do(found.supervisor, found.host, "attest")
    one = refused(world.do, found.office, found.host, "convene")
    twice = refused(world.do, found.supervisor, found.host, "attest")
    world.do(found.office, found.host, "attest")
    world.do(found.office, found.host, "convene")

    assert bare == ["draws.unanswered", "draws.unsigned_by_drawer", "draws.unsigned_by_other"]
    assert (one, twice) == (["draws.unsigned_by_other"], ["draws.signed_already"])
    assert world.row(found.host)["state"] == "in_session"


def test_a_case_put_in_after_the_freeze_keeps_the_draw_from_being_made(world: World) -> None:
    found = drawing(world)
    other = world.recommended(world.person("applicant", world.enterprise("丙焦化厂")), product="焦炭")
    found.freeze()
    world.do(found.office, found.host, "include", cases={str(other): {}})

    assert refused(world.do, found.supervisor, found.host, "draw", witness="晴") == ["draws.members_changed"]


def test_a_new_draw_replaces_the_whole_panel_and_the_earlier_one_stays_on_record(world: World) -> None:
    found = drawing(world)
    found.draw()
    first = found.held()
    world.do(found.office, found.host, "again", reason="办件有增减")
    world.do(found.office, found.host, "freeze")
    world.do(found.supervisor, found.host, "draw", witness="第二次")
    with world.database.read() as tx:
        later, before = draws.every(tx, found.host, JURY)

    assert (later.row["number"], before.head, len(found.seats())) == (2, first.head, 3)
    assert {row["answer"] for row in found.seats()} == {None}
    assert {one.id for one in before.snapshot.candidates} & {one.id for one in later.snapshot.candidates} == set()


def test_the_seats_that_a_new_draw_gives_up_are_no_load(world: World) -> None:
    found = drawing(world, people=0)
    found.pool += [in_pool(world, most=1) for _ in range(5)]
    found.draw()
    world.do(found.office, found.host, "again", reason="办件有增减")
    world.do(found.office, found.host, "freeze")

    assert {one.load for one in found.held().snapshot.candidates} == {0}
    assert draws.aside(world.ground.keys, found.held())["absent"] == {}


def test_the_paper_of_the_draw_says_how_it_was_held_and_who_signed(world: World) -> None:
    found = drawing(world)
    in_pool(world, employer_name="甲焦化厂")
    found.draw("气温21.4度")
    world.do(found.seated()[0], found.host, "answer", answer="decline", why="住院")
    found.accept()
    for one in (found.office, found.supervisor):
        world.do(one, found.host, "attest")
    world.do(found.office, found.host, "convene")
    with world.database.read() as tx:
        row = next(one for one in letters.of_case(tx, found.host) if one.kind == "draw_record")
        body = letters.opened(world.ground.keys, row._mapping)
    said, held = json.dumps(body, ensure_ascii=False), found.held()
    wanted = [
        held.commitment, held.snapshot_hash, held.record["seed"], held.head, "气温21.4度", "住院",
        "属于申报单位或其关联单位1人", "9人", "至少1人", found.office.name, found.supervisor.name,
        *(one.name for one in found.seated()),
    ]  # fmt: skip

    assert [one for one in wanted if one not in said] == []
    assert (
        bool(re.search(r"\d{4}年\d{1,2}月\d{1,2}日 \d\d:\d\d", said)),
        re.findall(r"\d{4}-\d\d-\d\d \d\d:", said),
    ) == (
        True,
        [],
    )
    assert "氛" not in letters.html(body, "zh", demo=False)


def test_the_journal_binds_every_step_by_its_hash_and_says_nothing_else(world: World) -> None:
    found = drawing(world)
    found.draw()
    held = found.held()
    with world.database.read() as tx:
        bodies = list(
            tx.scalars(sa.select(journal.c.body).where(journal.c.case_id == found.host).order_by(journal.c.seq))
        )
    noted = [one["draw"] for one in bodies if "draw" in one]

    assert noted == [
        {"panel": JURY, "number": 1, "commitment": held.commitment},
        {"panel": JURY, "number": 1, "snapshot": held.snapshot_hash},
        {"panel": JURY, "number": 1, "draw": heads(held.record)[0]},
    ]


def test_of_two_who_commit_at_once_one_does(world: World) -> None:
    found = drawing(world)
    told = at_once([lambda at=at: world.do(found.office, found.host, "commit", key=f"race{at}") for at in range(2)])
    with world.database.read() as tx:
        numbers = [one.row["number"] for one in draws.every(tx, found.host, JURY)]

    assert (sorted(told), numbers) == (["done", "draws.why_again"], [1])
