"""What holds for every shipped workflow of Shanxi: grounds, words, papers, own tests."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from caseflow.workflow.form import Field
from caseflow.workflow.parts import Check
from tests.shipped import NAMES, actions, pilot, shipped


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
    strange = [one for one in grounds if one and not re.search(r"通知|内部|参照|GB", one)]

    assert strange == []


@pytest.mark.parametrize("name", NAMES)
def test_every_final_state_says_how_long_its_file_is_kept(name: str) -> None:
    assert [state.id for state in shipped()[name].states.values() if state.final and not state.retention] == []


def test_the_applicant_reads_a_word_for_every_state_and_a_stage_of_the_tracker() -> None:
    definition = pilot()
    open_states = [state for state in definition.states.values() if not state.final]

    assert [state.id for state in open_states if state.public is None or state.stage is None] == []
    assert 5 <= len(definition.stages) <= 7


@pytest.mark.parametrize("name", NAMES)
def test_no_paper_shows_a_seal_but_every_letter_leaves_room_for_one(name: str) -> None:
    signed = [
        letter.id
        for letter in shipped()[name].letters.values()
        if any(block.kind == "signature" for block in letter.blocks) or letter.number or letter.id == "annex_1"
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
        "征求意见函", "公示", "关于公布产品碳足迹管理体系试点名单的通知",
    } <= titles  # fmt: skip


def test_each_file_carries_its_own_tests() -> None:
    assert {name: len(one.tests) > 0 for name, one in shipped().items()} == dict.fromkeys(shipped(), True)
    assert len(pilot().tests) >= 6


def test_the_main_road_is_tested_in_the_file_state_by_state() -> None:
    first = pilot().tests[0]

    assert [step.do for step in first.steps if step.do != "sign"] == [
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
