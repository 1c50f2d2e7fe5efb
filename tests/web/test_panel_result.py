"""The ranking on its page: for the office that runs the panel, with all that a place hangs on; for nobody else."""

from __future__ import annotations

import hashlib
import re
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from caseflow.evaluation import result
from tests.cases.ranked import Ranked, alike, scored
from tests.web.conftest import words_of
from tests.web.panel_world import Room, room

__all__ = ["room"]

CLOSE = (((30, 30, 5), (30, 30, 5), (20, 10, 5)), alike(26, 25), alike(12, 24))
"""63.33, or 75 without the third expert; 64; 42."""


def test_the_office_reads_places_line_flags_and_second_figure(room: Room) -> None:
    found = room.ranked(*CLOSE, alike(40, 9), limit=1)
    page = room.visit(found.office).get(f"/cases/{found.host}/ranking")
    said = words_of(page)

    assert page.status_code == 200
    assert ("名额线：1个" in said, "校正宽严后" in said, "可行得9.00，低于最低分10" in said) == (True, True, True)
    assert (f"不计{found.experts[2].name}的评分，第1名线内" in said, "结果不稳定" in said) == (True, True)
    assert page.text.count('class="at-line"') == 1


def test_tied_cases_are_left_to_the_meeting_in_words(room: Room) -> None:
    found = room.ranked(alike(20, 20), alike(20, 20), alike(18, 23), limit=2)
    said = words_of(room.visit(found.office).get(f"/cases/{found.host}/ranking"))

    assert (said.count("2件并列，由会议决定"), "得分相同，按可行定先后" in said) == (2, True)


def test_every_picture_stands_beside_the_table_of_its_figures(room: Room) -> None:
    found = room.ranked(*CLOSE, limit=1)
    page = room.visit(found.office).get(f"/cases/{found.host}/ranking").text
    figures = re.findall(r'(?s)<figure class="panel-picture">.*?</figure>', page)
    ids = re.findall(r'<svg[^>]*aria-labelledby="(\S+)-title', page)

    assert [one.count("<svg") == one.count("<table") == 1 for one in figures] == [True] * 4
    assert len(set(ids)) == 4


def test_once_it_is_decided_the_line_is_that_of_the_decision_whoever_takes_a_place_later(room: Room) -> None:
    found = room.ranked(alike(30, 30), alike(30, 20), limit=2)
    said = {str(one): {"result": "not_chosen", "reason": "二"} for one in found.cases}
    room.world.do(found.office, found.host, "decide", results=said)
    later = room.world.recommended(room.world.person("applicant", "plant"), product="下一批列入")
    room.world.do(found.office, later, "place")
    page = words_of(room.visit(found.office).get(f"/cases/{found.host}/ranking"))

    assert ("下表与该次汇总一致" in page, "名额线：2个" in page) == (True, True)


def test_where_no_act_works_the_scores_out_any_more_the_line_is_that_of_the_result(room: Room) -> None:
    found = room.ranked(alike(30, 30), alike(30, 20), limit=2)
    later = room.world.recommended(room.world.person("applicant", "plant"), product="另一批列入")
    room.world.do(found.office, later, "place")
    reader, path = room.visit(found.office), f"/cases/{found.host}/ranking"
    before = words_of(reader.get(path))
    room.world.do(found.office, found.host, "adjourn")
    after = words_of(reader.get(path))

    assert ("须重新汇总" in before, "名额线：1个" in before) == (True, True)
    assert ("下表与该次汇总一致" in after, "名额线：2个" in after) == (True, True)


def test_of_a_single_case_no_agreement_and_no_interval_of_places_is_drawn(room: Room) -> None:
    found = room.ranked(alike(30, 30), limit=2)
    pages = [
        room.visit(who).get(f"/cases/{found.host}/{path}")
        for who, path in ((found.office, "ranking"), (found.experts[0], "panel/agreement"))
    ]

    assert ["两件以上办件有评分时才能计算一致性" in words_of(one) for one in pages] == [True, True]
    assert [one.text.count("<figure") for one in pages] == [2, 0]


def test_a_sheet_that_came_after_the_result_is_said(room: Room) -> None:
    found = scored(room.world, alike(30, 30), alike(20, 20))
    path, reader = f"/cases/{found.host}/ranking", room.visit(found.office)
    before = words_of(reader.get(path))
    room.world.do(found.office, found.host, "summarise")
    kept = words_of(reader.get(path))
    with room.world.database.write() as tx:
        tx.exec_driver_sql(f"UPDATE seat SET status = 'left' WHERE person_id = {found.experts[2].person_id}")
    after = words_of(reader.get(path))

    assert [
        [sentence in said for sentence in ("尚未汇总", "下表与该次汇总一致", "须重新汇总")]
        for said in (before, kept, after)
    ] == [[True, False, False], [False, True, False], [False, False, True]]


def test_the_record_that_is_handed_out_is_what_was_hashed(room: Room) -> None:
    found = room.ranked(*CLOSE, limit=1)
    reader = room.visit(found.office)
    path = f"/cases/{found.host}/results/jury/1.json"
    answer = reader.get(path)
    (row,) = found.kept()

    assert (hashlib.sha256(answer.data).hexdigest(), path in reader.get(f"/cases/{found.host}/ranking").text) == (
        row["hash"],
        True,
    )
    assert result.recompute(answer.text).differs == ()
    assert [reader.get(path.replace(*change)).status_code for change in (("1.json", "2.json"), ("jury", "none"))] == [
        404,
        404,
    ]


def test_the_table_for_excel_names_no_expert(room: Room) -> None:
    found = room.ranked(*CLOSE, limit=1)
    sheet = room.visit(found.office).get(f"/cases/{found.host}/ranking.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    first = next(row for row in rows if row[2] == 1)
    everything = "".join(str(cell) for row in rows for cell in row)

    assert first[3] == room.world.row(found.cases[1])["number"]
    assert (64.0 in first, "线内" in first) == (True, True)
    assert (
        "3名专家中，不计其中1名任何一名的评分" in everything,
        [one.name in everything for one in found.experts],
    ) == (
        True,
        [False] * 3,
    )


def test_who_does_not_run_the_panel_finds_no_ranking_and_a_missing_case_answers_alike(room: Room) -> None:
    found = room.ranked(*CLOSE, limit=1)
    others = (
        found.experts[0], room.world.person("applicant", "plant"), room.world.person("municipal", "bureau"),
    )  # fmt: skip
    paths = ("ranking", "ranking.xlsx", "results/jury/1.json")
    answers = [
        [room.visit(one).get(f"/cases/{host}/{path}") for host in (found.host, 9999)]
        for one in others
        for path in paths
    ]

    assert {answer.status_code for pair in answers for answer in pair} == {404}
    told = [[re.sub(r"\d{4}-[0-9A-F]{6}", "", words_of(answer)) for answer in pair] for pair in answers]
    assert [hidden == absent for hidden, absent in told] == [True] * 9


def test_the_chair_reads_the_agreement_once_scoring_is_over_and_no_names(room: Room) -> None:
    found = scored(room.world, *CLOSE, limit=1)
    chair, path = room.visit(found.experts[0]), f"/cases/{found.host}/panel/agreement"
    early = chair.get(path)
    room.world.do(found.office, found.host, "summarise")
    late = chair.get(path)
    said = words_of(late)

    assert (early.status_code, late.status_code) == (404, 200)
    assert ("按您参加评审的3件办件计算" in said, "专家1" in said, "本人" in said) == (True, True, True)
    assert re.search(r"总分 α -?[\d.]+ [（(]", said), said
    assert [one.name in late.text for one in found.experts[1:]] == [False, False]


def test_of_a_case_from_which_the_chair_stands_aside_nothing_is_counted(room: Room) -> None:
    found = scored(room.world, *CLOSE, limit=1)
    barred = {str(found.cases[0]): {"conflict": True, "ground": "亲属"}}
    room.world.do(found.experts[0], found.host, "declare", interests=barred)
    room.world.do(found.office, found.host, "summarise")
    said = words_of(room.visit(found.experts[0]).get(f"/cases/{found.host}/panel/agreement"))

    assert ("按您参加评审的2件办件计算" in said, "1.000" in said) == (True, True)


def test_the_chair_comes_to_the_agreement_from_the_discussion(room: Room) -> None:
    found = room.ranked(*CLOSE, limit=1)
    links = [
        "/panel/agreement" in room.visit(one).get(f"/cases/{found.host}/discussion").text for one in found.experts[:2]
    ]

    assert links == [True, False]


@pytest.mark.parametrize("who", ["another expert", "office", "outsider"])
def test_the_agreement_is_for_the_chair_alone(room: Room, who: str) -> None:
    found = room.ranked(*CLOSE, limit=1)
    person = {
        "another expert": found.experts[1], "office": found.office, "outsider": room.world.person("expert", "pool"),
    }[who]  # fmt: skip

    assert room.visit(person).get(f"/cases/{found.host}/panel/agreement").status_code == 404


@pytest.mark.parametrize("page", ["ranking", "panel/agreement", "meeting/decide", "meeting/decide/{}"])
def test_the_pages_speak_english_too(room: Room, page: str) -> None:
    found = room.ranked(*CLOSE, alike(40, 9), alike(20, 20), alike(20, 20), limit=1)
    reader = room.visit(found.experts[0] if page.startswith("panel") else found.office)
    reader.client.set_cookie("language", "en")
    answer = reader.get(f"/cases/{found.host}/{page.format(found.cases[0])}")
    main = words_of(answer).replace("中文", "")

    assert answer.status_code == 200
    assert not re.search(r"panel_result\.|meeting\.|名次|得分|名额", main)


def test_reading_the_ranking_is_logged(room: Room) -> None:
    found: Ranked = room.ranked(*CLOSE, limit=1)
    room.visit(found.office).get(f"/cases/{found.host}/ranking")
    with room.world.database.read() as tx:
        logged = [row.what for row in tx.exec_driver_sql("SELECT what FROM read_log")]

    assert logged == ["ranking"]
