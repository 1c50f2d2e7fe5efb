"""The score sheet beside the dossier: its rubric, saved version by version, nothing lost, given in or abstained from."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from caseflow import clock
from caseflow.app import create_app
from caseflow.cases import scores
from caseflow.cases.panel_models import sheet as sheets
from caseflow.cases.panel_models import sheet_draft
from caseflow.config import Settings
from caseflow.db import Database
from tests.cases.world import World, build
from tests.web.conftest import errors_of, words_of
from tests.web.sheets_world import Scoring, decided, filled, scoring


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    return build(sqlite_database, settings)


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.database, world.settings, world.ground)


@pytest.fixture
def session(world: World, app: Flask) -> Scoring:
    return scoring(world, app, [decided(world, "甲厂"), decided(world, "乙厂")])


def given_in(session: Scoring, expert: int = 0, at: int = 0) -> list[tuple[int, dict[str, int], bool]]:
    """Version, marks and whether it abstains, of every sheet that was given in."""
    who, member = session.experts[expert].person_id, session.members[at]
    with session.world.database.read() as tx:
        return [
            (row["version"], row["marks"], row["abstained"])
            for row in scores.versions(tx, session.host, "jury", member, who)
        ]


def drafts(session: Scoring, at: int = 0) -> list[int]:
    query = sa.select(sheet_draft.c.version).where(sheet_draft.c.member_case_id == session.members[at])
    with session.world.database.read() as tx:
        return list(tx.scalars(query.order_by(sheet_draft.c.id)))


def test_each_criterion_says_what_its_marks_mean_what_it_weighs_and_what_is_judged_apart(session: Scoring) -> None:
    page = words_of(session.visit(session.experts[0]).get(session.sheet()))

    assert [part in page for part in ("5–7分 有一定特色", "权重0.4", "平均低于5分不得入选", "单独评定（不计入总分）")] == [
        True, True, True, True,
    ]  # fmt: skip


def test_the_total_of_what_was_typed_is_weighted_and_leaves_out_what_is_apart(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    session.type(reader, {**filled(7), "sheet-marks-care-mark": "1"}, 0)
    text = reader.get(session.sheet()).text

    assert "<output data-score-total>7</output> / 10" in text
    assert 'data-from="5" data-to="7" class="here"' in text


def test_a_sheet_is_given_in_from_the_page_and_the_next_case_follows(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    done = session.give(reader, filled(8))

    assert (done.status_code, done.headers["Location"]) == (303, f"{session.sheet(1)}?done=sheet_given")
    assert given_in(session) == [(1, {"distinctive": 8, "feasible": 8, "care": 5}, False)]


def test_after_the_last_sheet_the_list_says_that_all_are_done(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    for at in (0, 1):
        done = session.give(reader, filled(8), at)
    page = words_of(reader.get(done.headers["Location"]))

    assert ("评分表已提交" in page, "独立评分（2/2）" in page) == (True, True)


def test_what_is_missing_is_said_beside_its_criterion_and_everything_typed_stays(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    page = session.give(reader, {**filled(8, "写下的理由"), "sheet-marks-feasible-mark": ""})

    assert (page.status_code, errors_of(page)) == (422, ["“可执行”未评分。"])
    assert ('href="#sheet-marks-feasible"' in page.text, page.text.count("写下的理由")) == (True, 3)
    assert given_in(session) == []


def test_a_text_longer_than_the_panel_takes_is_refused_and_kept_whole_in_the_draft(session: Scoring) -> None:
    reader, long = session.visit(session.experts[0]), "理" * 1003
    typed = {**filled(8), "sheet-marks-feasible-reason": long, "sheet-opinion": long}
    session.type(reader, typed, 0)
    page = session.give(reader, typed)
    again = reader.get(session.sheet()).text

    assert (page.status_code, errors_of(page)) == (
        422, ["“可执行”的评分理由不超过1000字，已超出3字。", "评审意见不超过1000字，已超出3字。"],
    )  # fmt: skip
    assert (page.text.count(long), again.count(long), given_in(session)) == (2, 2, [])


def test_who_abstains_gives_a_reason_instead_of_marks(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    bare = session.give(reader, {"sheet-abstain": "yes"})
    session.give(reader, {"sheet-abstain": "yes", "sheet-why": "不熟悉该行业"})
    page = words_of(reader.get(session.sheet()))

    assert (bare.status_code, errors_of(bare)) == (422, ["弃权须说明理由。"])
    assert given_in(session) == [(1, {}, True)]
    assert ("已弃权" in page, "不熟悉该行业" in page) == (True, True)


def test_each_save_that_changes_something_is_a_version_and_none_is_written_over(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    answers = [session.type(reader, given, seen) for given, seen in
               ((filled(3), 0), (filled(3), 1), (filled(4), 1), (filled(9), 2))]  # fmt: skip

    assert [(one.status_code, one.json["version"]) for one in answers] == [(200, 1), (200, 1), (200, 2), (200, 3)]
    assert drafts(session) == [1, 2, 3]


def test_a_second_window_is_told_what_the_first_saved(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    session.type(reader, filled(3, "第一个窗口"), 0)
    told = session.type(reader, filled(4, "第二个窗口"), 0)

    assert (told.status_code, told.json["version"]) == (409, 1)
    assert ["sheet-marks-feasible-reason", "第一个窗口"] in told.json["fields"]
    assert drafts(session) == [1]


def test_without_scripts_the_second_window_gets_both_texts_and_gives_in_when_it_tries_again(
    session: Scoring,
) -> None:
    reader = session.visit(session.experts[0])
    session.type(reader, filled(3, "第一个窗口"), 0)
    with session.world.database.write() as tx:
        tx.execute(sheet_draft.update().values(at=clock.now() - timedelta(minutes=1)))
    late = session.give(reader, {**filled(4, "第二个窗口"), "version": "0"})
    again = session.give(reader, {**filled(4, "第二个窗口"), "version": "1"})

    assert (late.status_code, "第一个窗口" in late.text, "第二个窗口" in late.text) == (409, True, True)
    assert 'name="version" value="1"' in late.text
    assert (again.status_code, given_in(session)[0][1]["feasible"], drafts(session)) == (303, 4, [1, 2])


def test_an_earlier_version_is_taken_up_again_and_the_later_one_stays(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    for seen, mark in enumerate((3, 9)):
        session.type(reader, filled(mark, f"第{seen}次的理由"), seen)
    listed = words_of(reader.get(f"{session.sheet()}/versions"))
    session.post(reader, f"{session.sheet()}/versions", f"{session.sheet()}/versions/1")
    page = reader.get(session.sheet()).text

    assert ("第0次的理由" in listed, "第1次的理由" in listed) == (True, True)
    assert ("第0次的理由" in page, "第1次的理由" in page, drafts(session)) == (True, False, [1, 2, 3])


def test_what_is_typed_lies_sealed_and_no_draft_counts(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    session.type(reader, filled(3, "只有本人知道"), 0)
    with session.world.database.read() as tx:
        (row,) = tx.execute(sa.select(sheet_draft.c.sealed)).all()
        counted = tx.scalar(sa.select(sa.func.count()).select_from(sheets))

    assert ("只有本人知道" in row.sealed, counted) == (False, 0)


def test_nobody_else_reads_or_writes_what_an_expert_typed(session: Scoring) -> None:
    marker = "他人看不到的草稿"
    session.type(session.visit(session.experts[0]), filled(3, marker), 0)
    other, office = session.visit(session.experts[1]), session.visit(session.office)
    pages = (session.sheet(), f"{session.sheet()}/versions", session.panel, f"/cases/{session.host}")
    found = [marker in reader.get(path).text for reader in (other, office) for path in pages]

    assert found == [False] * 8
    assert office.get(f"{session.sheet()}/versions").status_code == 404
    assert session.type(other, filled(4, "自己的"), 0).json == {"version": 1}


def test_a_sheet_given_in_stands_in_its_form_until_something_is_typed_over_it(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    session.give(reader, filled(8, "已提交的理由"))
    same = words_of(reader.get(session.panel))
    session.type(reader, filled(9, "改后的理由"), 1)
    page, changed = reader.get(session.sheet()).text, words_of(reader.get(session.panel))

    assert ("提交后又有修改" in same, "提交后又有修改" in changed) == (False, True)
    assert ('name="sheet-marks-feasible-mark" min="0" max="10" step="1" value="9"' in page, "已提交的理由" in page) == (
        True, True,
    )  # fmt: skip
    assert given_in(session)[-1][1]["feasible"] == 8


def test_a_case_of_conflict_is_as_absent_as_one_that_is_not_there(world: World, app: Flask) -> None:
    session = scoring(world, app, [decided(world, "甲厂"), decided(world, "乙厂")], declared=False)
    shut, who = session.members[0], session.experts[0]
    world.do(who, session.host, "declare", interests={str(shut): {"conflict": True, "ground": "曾任顾问"}})
    reader = session.visit(who)
    found = [
        reader.get(f"{session.panel}/{number}{rest}").status_code
        for number in (shut, 99999)
        for rest in ("", "/versions", "/files/1")
    ]
    listed = reader.get(session.panel)

    assert found == [404] * 6
    assert reader.get(f"/cases/{shut}").status_code == 404
    assert ("甲厂" in listed.text, "乙厂" in listed.text, "已申报回避1件" in words_of(listed)) == (False, True, True)


def test_before_the_declaration_number_and_unit_of_all_are_listed_and_nothing_opens(world: World, app: Flask) -> None:
    session = scoring(world, app, [decided(world, "甲厂"), decided(world, "乙厂")], declared=False)
    reader = session.visit(session.experts[0])
    page = reader.get(session.panel)

    assert ("甲厂" in page.text, "乙厂" in page.text, session.sheet() in page.text) == (True, True, False)
    assert reader.get(session.sheet()).headers["Location"] == session.panel


def test_the_list_estimates_the_time_and_says_that_it_is_an_estimate(session: Scoring) -> None:
    page = words_of(session.visit(session.experts[0]).get(session.panel))

    assert ("剩余约需12分钟（估算" in page, "约6分钟" in page) == (True, True)


def test_all_complete_drafts_are_given_in_at_one_press_and_the_others_stay(session: Scoring) -> None:
    reader = session.visit(session.experts[0])
    session.type(reader, filled(6), 0)
    session.type(reader, {**filled(7), "sheet-marks-care-reason": ""}, 0, at=1)
    page = session.post(reader, session.panel, f"{session.panel}/sheets")

    assert (page.status_code, page.text.count("已提交"), "还有1件待评分" in page.text) == (200, 1, True)
    assert (len(given_in(session)), len(given_in(session, at=1))) == (1, 0)
