"""What holds for every shipped workflow of Shanxi: grounds, words, papers, own tests."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from caseflow.workflow.form import Field
from caseflow.workflow.parts import Check
from tests.shipped import NAMES, PILOTS, actions, pilot, shipped


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_names_its_ground(name: str) -> None:
    definition = shipped()[name]
    without = [where for where, action in actions(definition) if not action.basis]
    without += [
        f"{where}.needs" for where, action in actions(definition)
        for need in action.needs if isinstance(need, Check) and not need.basis
    ]  # fmt: skip
    without += [f"always.{number}" for number, one in enumerate(definition.always) if not one.basis]
    without += [f"tables.{table.id}" for table in definition.tables.values() if not table.basis]
    without += [
        f"dossier.{section.id}.{field.id}"
        for section in definition.dossier.values()
        for field in section.fields.values()
        if not field.basis
    ]

    assert without == []


@pytest.mark.parametrize("name", NAMES)
def test_every_ground_is_the_notice_a_law_or_marked_as_internal(name: str) -> None:
    definition = shipped()[name]
    grounds = {action.basis for _, action in actions(definition)}
    grounds |= {state.clock.basis for state in definition.states.values() if state.clock}
    grounds |= {duty.basis for state in definition.states.values() for duty in state.duties.values()}
    strange = [one for one in grounds if one and not re.search(r"通知|内部|参照|GB", one)]

    assert strange == []


@pytest.mark.parametrize("name", NAMES)
def test_every_final_state_says_how_long_its_file_is_kept(name: str) -> None:
    assert [state.id for state in shipped()[name].states.values() if state.final and not state.retention] == []


@pytest.mark.parametrize("name", PILOTS)
def test_the_applicant_reads_a_word_for_every_state_and_a_stage_of_the_tracker(name: str) -> None:
    definition = shipped()[name]
    open_states = [state for state in definition.states.values() if not state.final]

    assert [state.id for state in open_states if state.public is None or state.stage is None] == []
    assert 5 <= len(definition.stages) <= 7


@pytest.mark.parametrize("name", NAMES)
def test_no_paper_shows_a_seal_but_every_letter_leaves_room_for_one(name: str) -> None:
    signed = [
        letter.id
        for letter in shipped()[name].letters.values()
        if any(block.kind in ("signature", "draw", "opinion") for block in letter.blocks)
        or letter.number
        or letter.id == "annex_1"
    ]

    assert signed == list(shipped()[name].letters)


@pytest.mark.parametrize("name", NAMES)
def test_the_words_are_those_of_the_office(name: str) -> None:
    forbidden = re.compile(r"落选|候补|验收|督办函|公示公告|受理通知书|撤销试点|拟定名单|审批流|案件")
    text = shipped()[name].canonical()

    assert forbidden.findall(text) == []


def test_the_titles_of_the_papers_are_the_official_ones() -> None:
    titles = {letter.title.zh for one in shipped().values() for letter in one.letters.values()}

    assert {
        "收件回执", "补正通知", "不予推荐告知", "形式审查结果告知", "未入选告知", "报送函", "评审会通知", "专家组评审意见",
        "征求意见函", "公示", "关于公布产品碳足迹管理体系试点名单的通知", "碳足迹管理体系试点申报材料",
        "拟申报产品碳足迹管理体系试点汇总表", "初审意见", "建议名单审批单", "保密廉洁承诺书", "专家抽取记录表", "评分表",
        "会议纪要（稿）", "异议答复函", "督办通知", "调度通知", "进展报告", "调研记录", "整改通知", "总结评估意见",
        "拟取消试点资格告知书", "取消试点资格决定", "终止告知",
    } <= titles  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_only_slips_of_our_own_are_numbered_by_the_system(name: str) -> None:
    numbered = {letter.title.zh for letter in shipped()[name].letters.values() if letter.number}

    assert [title for title in numbered if not re.search(r"回执|补正通知|告知|转交通知|延期答复", title)] == []


def test_the_signatures_stand_on_the_papers_that_stay_inside_the_offices() -> None:
    outside = [
        letter.id
        for one in shipped().values()
        for letter in one.letters.values()
        if letter.to == "applicant" and any(block.kind == "signatures" for block in letter.blocks)
    ]
    inside = {
        letter.title.zh
        for one in shipped().values()
        for letter in one.letters.values()
        if any(block.kind == "signatures" for block in letter.blocks)
    }

    assert outside == []
    assert inside == {"初审意见", "报送审批单", "建议名单审批单"}


def test_the_answer_to_an_objector_never_names_him_in_the_system() -> None:
    reply = pilot().letters["objection_reply"]
    register = pilot().action("publicity", "register_objection")
    shown = {path for block in reply.blocks for path in block.fields}
    shown |= {place for block in reply.blocks if block.text for place in re.findall(r"\{([^}]*)\}", block.text.zh)}

    assert register is not None
    assert {one.id for one in register.asks.values() if one.personal} == {"objector", "contact"}
    assert reply.to == "authority"
    assert shown == {"dossier.unit.unit_name", "dossier.product.category", "findings", "authority", "today"}


def test_each_file_carries_its_own_tests() -> None:
    assert {name: len(one.tests) > 0 for name, one in shipped().items()} == dict.fromkeys(shipped(), True)
    assert len(pilot().tests) >= 6


def test_the_main_road_is_tested_in_the_file_state_by_state() -> None:
    main = next(test for test in pilot().tests if test.name.zh.startswith("主线"))

    assert [step.do for step in main.steps if step.do != "sign"] == [
        "finalise", "submit", "accept", "recommend", "forward", "pass", "start_evaluation", "finish_evaluation", "nominate",
        "select", "post_publicity", "end_publicity", "announce",
    ]  # fmt: skip


def test_questions_that_are_put_on_a_condition_name_a_question_beside_them() -> None:
    def conditional(fields: dict[str, Field]) -> Iterator[tuple[str, bool]]:
        for one in fields.values():
            if one.when is not None:
                yield one.id, any(re.search(rf"\b{name}\b", one.when) for name in fields if name != one.id)

    found = [pair for section in pilot().dossier.values() for pair in conditional(dict(section.fields))]

    assert found
    assert [name for name, known in found if not known] == []
