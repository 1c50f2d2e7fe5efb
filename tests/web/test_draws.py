"""The pages of a draw: held through their forms, read by who holds and supervises it, replayed by anybody."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from caseflow.cases import draws, erasing
from caseflow.cli import main as cli
from tests.cases.drawn import JURY, Drawing, drawing, in_pool
from tests.web.conftest import errors_of, words_of
from tests.web.panel_world import Room, room

__all__ = ["room"]


def of(found: Drawing, more: str = "") -> str:
    return f"/cases/{found.host}/draws/{JURY}{more}"


def test_a_draw_is_held_through_the_pages_from_commitment_to_an_answer(room: Room) -> None:
    found = drawing(room.world)
    office, supervisor = room.visit(found.office), room.visit(found.supervisor)
    acts = f"/cases/{found.host}/acts"
    office.act(f"{acts}/commit", {})
    form = office.get(f"{acts}/freeze").text
    office.act(f"{acts}/freeze", {"grounds": ""})
    supervisor.act(f"{acts}/draw", {"witness": "气温21.4度"})
    expert = found.seated()[0]
    reader = room.visit(expert)
    asked = words_of(reader.get(f"/cases/{found.host}/panel"))
    reader.act(f"{acts}/answer", {"answer": "accept"})

    assert all(one.name in form for one in found.pool)
    assert ("答复邀请" in asked, [row["answer"] for row in found.seats()].count("accepted")) == (True, 1)


def test_who_holds_the_draw_finds_each_step_and_who_was_left_out_and_why(room: Room) -> None:
    found = drawing(room.world)
    left_out = in_pool(room.world, employer_name="甲焦化厂")
    reader = room.visit(found.office)
    nothing = words_of(reader.get(of(found)))
    found.draw("气温21.4度")
    gone = found.seated()[0]
    room.world.do(gone, found.host, "answer", answer="decline", why="住院")
    linked = reader.get(f"/cases/{found.host}").text
    page = reader.get(of(found), query_string={"check": "1"})
    said, held = words_of(page), found.held()

    assert ("尚未开始抽取" in nothing, f'href="{of(found)}"' in linked) == (True, True)
    shown = [held.commitment, held.snapshot_hash, held.record["seed"], held.head, "气温21.4度", "住院", "一致"]
    shown += [left_out.name, "属于办件", gone.name, *(one.name for one in found.seated())]
    assert [one for one in shown if one not in said] == []


def test_of_a_meeting_that_was_disposed_of_the_draw_says_so_and_can_be_taken_away(room: Room) -> None:
    found = drawing(room.world)
    found.draw()
    with room.world.database.write() as tx:
        erasing.erase(tx, found.host, "届满")
    reader = room.visit(found.office)
    page = words_of(reader.get(of(found)))

    assert "保存期限届满，已按规定销毁" in page


def test_before_the_draw_no_page_tells_the_secret_and_nothing_can_be_taken_away(room: Room) -> None:
    found = drawing(room.world)
    found.freeze()
    held = found.held()
    secret = draws.secret_of(room.world.ground.keys, held.row).hex()
    reader = room.visit(found.office)
    seen = [reader.get(path) for path in (of(found), f"/cases/{found.host}", f"/cases/{found.host}?part=timeline")]

    assert [secret in one.text for one in seen] == [False] * 3
    assert [reader.get(of(found, f"/1.{kind}")).status_code for kind in ("json", "xlsx")] == [404, 404]


def test_neither_experts_nor_applicants_nor_a_bureau_find_anything_of_a_draw(room: Room) -> None:
    found = drawing(room.world)
    found.draw()
    drawn = found.seated()[0]
    outside = [
        drawn, next(one for one in found.pool if one.person_id not in {row["person_id"] for row in found.seats()}),
        room.world.person("applicant", "plant"), room.world.person("municipal", "bureau"),
    ]  # fmt: skip
    told = [
        [room.visit(one).get(of(found, more)).status_code for more in ("", "/1.json", "/1.xlsx")] for one in outside
    ]
    other = room.visit(found.office).get(f"/cases/{found.host}/draws/nobody").status_code

    assert (told, other) == ([[404] * 3] * 4, 404)


def test_an_expert_reads_no_other_name_and_nothing_of_the_seed(room: Room) -> None:
    found = drawing(room.world)
    found.draw("只有在场者听到")
    expert, *others = found.seated()
    hidden = [*(one.name for one in found.pool if one is not expert), found.held().record["seed"], "只有在场者听到"]
    reader = room.visit(expert)
    pages = [f"/cases/{found.host}/panel", "/desk", "/inbox", f"/cases/{found.host}/acts/answer"]
    seen = "".join(reader.get(path, follow_redirects=True).text for path in pages)

    assert [one for one in hidden if one in seen] == []
    assert len(others) == 2


def test_the_record_is_taken_away_and_replayed_by_the_command_line_against_what_was_published(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = drawing(room.world)
    found.draw()
    room.world.do(found.seated()[1], found.host, "answer", answer="decline", why="出差")
    held = found.held()
    answer = room.visit(found.supervisor).get(of(found, "/1.json"))
    path = tmp_path / "record.json"
    path.write_bytes(answer.data)
    published = ["--commitment", held.commitment, "--snapshot", held.snapshot_hash, "--hash", held.head]
    codes = [cli.main(["evaluation", "replay", str(path), *published])]
    path.write_text(answer.text.replace(held.record["witness"], "别的文字"), "utf-8")
    codes.append(cli.main(["evaluation", "replay", str(path), *published]))

    assert (codes, "agree" in capsys.readouterr().out) == ([0, 1], True)
    assert [one.name for one in found.pool if one.name in answer.text] == []
    assert re.search(r"attachment", answer.headers["Content-Disposition"])


def test_the_list_of_names_tells_whom_the_record_means(room: Room) -> None:
    found = drawing(room.world)
    found.draw()
    answer = room.visit(found.office).get(of(found, "/1.xlsx"))
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    names = {row[1]: row[2] for row in rows if row[2]}

    assert {found.name_of(one): one.name for one in found.pool}.items() <= names.items()


def test_a_draw_that_was_given_up_stays_to_be_read_with_its_reason(room: Room) -> None:
    found = drawing(room.world)
    found.draw()
    first = found.held()
    room.world.do(found.office, found.host, "again", reason="办件有增减")
    reader = room.visit(found.supervisor)
    now, before = (words_of(reader.get(of(found, more))) for more in ("", "?number=1"))

    assert ("办件有增减" in now, first.record["seed"] in now, first.record["seed"] in before) == (True, False, True)
    assert reader.get(of(found, "?number=3")).status_code == 404


def test_an_empty_seat_says_why_nobody_took_it(room: Room) -> None:
    found = drawing(room.world, people=5)
    found.draw()
    for _ in range(3):
        room.world.do(found.seated()[0], found.host, "answer", answer="decline", why="出差")
    said = words_of(room.visit(found.office).get(of(found)))

    assert ("空缺" in said, "备选名单已用完" in said, "无人可以递补" in said) == (True, True, True)


def test_a_lot_that_cannot_be_met_says_so_on_the_form(room: Room) -> None:
    found = drawing(room.world, people=4)
    reader = room.visit(found.office)
    room.world.do(found.office, found.host, "commit")
    answer = reader.act(f"/cases/{found.host}/acts/freeze", {"grounds": ""})

    assert (answer.status_code, "缺1人" in "".join(errors_of(answer))) == (422, True)
