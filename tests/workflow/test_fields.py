"""Answers as they are typed, and the values and sentences that come of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseflow import clock, words
from caseflow.workflow import fields
from caseflow.workflow.fields import clean, clean_section, missing
from caseflow.workflow.form import Field


def field(type_: str, **more: Any) -> Field:
    name = more.pop("id", "answer")
    return Field.model_validate({"id": name, "type": type_, "label": {"zh": "栏目", "en": "Field"}, **more})


def zh(messages: list[words.Message]) -> list[str]:
    assert all(words.render(message, "en") for message in messages)
    return [words.render(words.from_json(json.loads(json.dumps(message.as_json()))), "zh") for message in messages]


NAME = {"zh": "任务", "en": "Task"}
TASKS = field(
    "table",
    id="tasks",
    label={"zh": "任务清单", "en": "Tasks"},
    required=True,
    min_rows=2,
    max_rows=3,
    columns={
        "task": {"type": "text", "label": NAME, "required": True, "max_characters": 5},
        "due": {"type": "date", "label": {"zh": "完成时限", "en": "Due"}, "required": True, "minimum": "2026-01-01"},
        "own": {"type": "boolean", "label": {"zh": "自办", "en": "Own"}},
    },
)
CHECKLIST = field(
    "checklist",
    id="checks",
    label={"zh": "条件核对表", "en": "Checklist"},
    required=True,
    max_characters=5,
    items={"typical": {"zh": "典型性", "en": "Typical"}, "chain": {"zh": "产业链", "en": "Chain"}},
)


@pytest.mark.parametrize(
    ("question", "typed", "value"),
    [
        (field("text"), "  甲\u200b公司\r\n一厂 ", "甲公司 一厂"),
        (field("text"), "   ", None),
        (field("text"), "cafe\u0301", "café"),
        (field("long_text"), "一\r\n二\x0b三\u2028四\n", "一\n二\n三\n四"),
        (field("long_text"), "\u202e反\u202c", "反"),
        (field("boolean"), "yes", True),
        (field("boolean"), "on", True),
        (field("boolean"), "no", False),
        (field("boolean"), "", None),
        (field("boolean"), False, False),
        (field("date"), "2026-12-31", "2026-12-31"),
        (field("date"), "２０２６年１２月３１日", "2026-12-31"),
        (field("date"), "2026/1/5", "2026-01-05"),
        (field("date"), "2026.1.5", "2026-01-05"),
        (field("date"), "20260105", "2026-01-05"),
        (field("integer"), "１，２３４", 1234),
        (field("integer"), " −5 ", -5),
        (field("integer"), "12.0", 12),
        (field("integer"), 7, 7),
        (field("integer", unit="家"), "70家", 70),
        (field("decimal"), "1,234.50", "1234.5"),
        (field("decimal"), "１２．５０", "12.5"),
        (field("decimal"), "0.0", "0"),
        (field("decimal"), "-0", "0"),
        (field("decimal"), ".5", "0.5"),
        (field("decimal"), "1.2E-5", "0.000012"),
        (field("decimal"), "1e3", "1000"),
        (field("decimal"), 0.1, "0.1"),
        (field("decimal", unit="t CO₂e"), "12.5 t CO₂e", "12.5"),
        (field("decimal", unit="%"), "85％", "85"),
        (field("phone"), "１３８ ００００ ００００", "13800000000"),
        (field("email"), "a@Example。COM", "a@example.com"),
        (field("credit_code"), "91110000600037341l", "91110000600037341L"),
        (field("document_number"), "晋环函[2025]344 号", "晋环函〔2025〕344号"),
        (field("url"), "example.gov.cn/a", "https://example.gov.cn/a"),
        (field("organisation"), " 12 ", 12),
        (field("people"), ["3", "1", "3", ""], [3, 1]),
        (field("people"), "4", [4]),
        (field("file"), "9", 9),
        (field("file"), "", None),
        (field("files"), [9, "8"], [9, 8]),
        (field("file", of_revision="current"), {"file": "9", "revision_code": " ab12－cd34 "}, {"file": 9, "revision_code": "AB12-CD34"}),
        (field("file", of_revision="current"), {"file": "", "revision_code": "AB12-CD34"}, None),
        (field("choice", choices={"a": {"title": NAME}}), "a", "a"),
        (field("choices", choices={"a": {"title": NAME}, "b": {"title": NAME}}), ["b", "a", "b"], ["a", "b"]),
        (field("choices", choices={"a": {"title": NAME}}), [], []),
        (field("field_comments"), {"unit.name": " 请更正 ", "unit.phone": ""}, {"unit.name": "请更正"}),
        (field("members"), ["12", 7], {"12": {}, "7": {}}),
        (field("members"), [{"member": 12}, {"member": "7"}], {"12": {}, "7": {}}),
        (field("score_sheet", panel="p"), {"member": "4", "marks": {"a": {"mark": "２０", "reason": " 好 "}}}, {"member": 4, "marks": {"a": {"mark": 20, "reason": "好"}}, "opinion": ""}),
    ],
)  # fmt: skip
def test_what_is_typed_becomes_its_value_and_stays_it(question: Field, typed: Any, value: Any) -> None:
    assert clean(question, typed) == (value, [])
    assert clean(question, value) == (value, [])


@pytest.mark.parametrize(
    ("question", "typed", "sentence"),
    [
        (field("text", max_characters=3), "四个字呢", "“栏目”多出1字（现4字，限3字）"),
        (field("text"), "\ud800", "“栏目”含有无法识别的字符，请重新录入"),
        (field("text"), ["a"], "“栏目”的格式无法识别，请重新填写"),
        (field("boolean"), "maybe", "“栏目”的格式无法识别，请重新填写"),
        (field("date"), "明天", "“栏目”请填写年月日，如2026-12-31"),
        (field("date"), "2026-02-30", "“栏目”：2026-02-30不是有效日期"),
        (field("date"), "0202-01-01", "“栏目”：年份202可能有误，请核对"),
        (field("date", minimum="2026-01-01"), "2025-12-31", "“栏目”不得早于2026年1月1日"),
        (field("date", maximum="today"), "2026-11-22", "“栏目”不得晚于2026年11月21日"),
        (field("integer"), "1.5", "“栏目”请填写整数"),
        (field("integer"), "一", "“栏目”请填写整数"),
        (field("integer"), True, "“栏目”请填写整数"),
        (field("integer"), "10²", "“栏目”请填写整数"),
        (field("integer"), "9" * 16, "“栏目”数字位数过多，请核对"),
        (field("integer", minimum=70, unit="家"), "69", "“栏目”不得小于70家"),
        (field("decimal"), "1.234,5", "“栏目”请填写数字，如1234.5"),
        (field("decimal"), "12,34", "“栏目”请填写数字，如1234.5"),
        (field("decimal"), "nan", "“栏目”请填写数字，如1234.5"),
        (field("decimal"), "1e99", "“栏目”数字位数过多，请核对"),
        (field("decimal"), float("inf"), "“栏目”请填写数字，如1234.5"),
        (field("decimal", decimals=2), "1.234", "“栏目”最多保留2位小数，现为3位"),
        (field("decimal", maximum="100", unit="%"), "100.01", "“栏目”不得大于100%"),
        (field("phone"), "6000000", "“栏目”：固定电话请加区号，如0351-6000000"),
        (field("credit_code"), "914403001922038217", "“栏目”：末位校验码应为“6”，现为“7”，请核对是否录错"),
        (field("url", max_characters=1), "https://example.com/碳", "“栏目”多出1字（现2字，限1字）"),
        (field("choice", choices={"a": {"title": NAME}}), "b", "“栏目”请从所列选项中选择"),
        (field("choices", choices={"a": {"title": NAME}}), ["a", "b"], "“栏目”请从所列选项中选择"),
        (field("organisation"), "甲公司", "“栏目”的格式无法识别，请重新填写"),
        (field("people", max_rows=1), [1, 2], "“栏目”最多1项，现有2项"),
        (field("table", columns={"a": {"type": "text", "label": NAME}}), "x", "“栏目”的格式无法识别，请重新填写"),
        (field("members"), ["x"], "“栏目”：没有找到所选办件"),
        (field("score_sheet", panel="p"), {"member": 4, "marks": {"a": {"mark": "20.5"}}}, "“栏目”请填写整数"),
        (field("score_sheet", panel="p"), {"member": "", "marks": {}}, "“栏目”：没有找到所选办件"),
        (field("score_sheet", panel="p"), "20", "“栏目”的格式无法识别，请重新填写"),
        (field("field_comments"), ["unit.name"], "“栏目”的格式无法识别，请重新填写"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_named_in_one_sentence(question: Field, typed: Any, sentence: str) -> None:
    with clock.at(datetime(2026, 11, 21, 4, tzinfo=UTC)):
        _, messages = clean(question, typed)

    assert zh(messages[:1]) == [sentence]


def test_two_thousand_and_one_characters_name_the_excess_and_lose_nothing() -> None:
    typed = "碳" * 2001

    value, messages = clean(field("long_text", max_characters=2000), typed)

    assert (value, zh(messages)) == (typed, ["“栏目”多出1字（现2001字，限2000字）"])


def test_line_ends_of_a_browser_cost_nothing() -> None:
    assert clean(field("long_text", max_characters=4), "一二\r\n三四") == ("一二\n三四", [])


def test_one_endless_word_is_refused_though_it_counts_as_one() -> None:
    _, messages = clean(field("text", max_characters=100), "a" * 3001)

    assert zh(messages) == ["“栏目”内容过长（现3001个字符，最多3000个字符）"]


def test_what_cannot_be_read_stays_as_it_was_typed() -> None:
    kept = {
        "date": clean(field("date"), "明天")[0],
        "decimal": clean(field("decimal"), "约12")[0],
        "integer": clean(field("integer"), "一")[0],
        "phone": clean(field("phone"), "电话")[0],
    }

    assert kept == {"date": "明天", "decimal": "约12", "integer": "一", "phone": "电话"}


@pytest.mark.parametrize(
    ("type_", "known", "unknown", "sentence"),
    [
        ("region", "140100", "140199", "“栏目”：没有代码为“140199”的行政区划"),
        ("product_class", "coke", "coal", "“栏目”：没有代码为“coal”的产品类别"),
        ("organisation", "12", "13", "“栏目”：没有找到所选单位"),
        ("people", ["12"], ["12", "13", "14"], "“栏目”：没有找到所选人员"),
        ("file", "12", "13", "“栏目”：没有找到所上传的文件，请重新上传"),
        ("files", ["12"], ["13"], "“栏目”：没有找到所上传的文件，请重新上传"),
        ("members", ["12"], ["13"], "“栏目”：没有找到所选办件"),
        ("field_comments", {"12": "补"}, {"unit.x": "补"}, "“栏目”：申报材料中没有“unit.x”这一栏"),
    ],
)
def test_a_code_is_looked_up_where_the_list_is_given(type_: str, known: Any, unknown: Any, sentence: str) -> None:
    references = {type_: {"140100", "coke", "12"}.__contains__}

    assert clean(field(type_), known, references=references)[1] == []
    assert zh(clean(field(type_), unknown, references=references)[1])[:1] == [sentence]
    assert clean(field(type_), unknown)[1] == []


def test_a_table_names_row_and_column_of_every_fault() -> None:
    typed = [
        {"task": "建模", "due": "2026-06-30", "own": "yes"},
        {"task": "", "due": "", "own": False},
        {"task": "一二三四五六", "due": "2025-06-30"},
        {"task": "核查", "due": "年底"},
        {"task": "报送"},
    ]

    values, errors = clean_section([TASKS], {"tasks": typed}, complete=False)

    assert values == {
        "tasks": [
            {"task": "建模", "due": "2026-06-30", "own": True},
            {"task": "一二三四五六", "due": "2025-06-30"},
            {"task": "核查", "due": "年底"},
            {"task": "报送"},
        ]
    }
    assert {path: zh(messages) for path, messages in errors.items()} == {
        "tasks": ["“任务清单”最多3项，现有4项"],
        "tasks.1.task": ["“任务清单”第2行：“任务”多出1字（现6字，限5字）"],
        "tasks.1.due": ["“任务清单”第2行：“完成时限”不得早于2026年1月1日"],
        "tasks.2.due": ["“任务清单”第3行：“完成时限”请填写年月日，如2026-12-31"],
    }


def test_what_a_table_lacks_is_named_by_row() -> None:
    errors = missing([TASKS], {"tasks": [{"task": "建模"}]})

    assert {path: zh(messages) for path, messages in errors.items()} == {
        "tasks": ["“任务清单”至少2项，现有1项"],
        "tasks.0.due": ["“任务清单”第1行：请填写完成时限"],
    }


def test_an_empty_table_asks_for_a_row() -> None:
    assert zh(missing({"tasks": TASKS}, {})["tasks"]) == ["请填写任务清单，至少一行"]


def test_a_checklist_wants_a_conclusion_on_every_point() -> None:
    typed = {"typical": {"conclusion": "met", "remark": "一二三四五六"}, "chain": {"conclusion": "", "remark": "待核"}}

    values, errors = clean_section([CHECKLIST], {"checks": typed})

    assert values == {
        "checks": {
            "typical": {"conclusion": "met", "remark": "一二三四五六"},
            "chain": {"conclusion": None, "remark": "待核"},
        }
    }
    assert {path: zh(messages) for path, messages in errors.items()} == {
        "checks.typical": ["“条件核对表”中“典型性”：“条件核对表”多出1字（现6字，限5字）"],
        "checks.chain": ["“条件核对表”中“产业链”尚未给出结论"],
    }


def test_a_conclusion_is_one_of_three() -> None:
    _, errors = clean_section([CHECKLIST], {"checks": {"typical": "perhaps", "chain": "not_applicable"}})

    assert list(errors) == ["checks.typical"]


def test_what_is_said_of_each_case_keeps_its_order_and_names_its_row() -> None:
    question = field(
        "members",
        id="results",
        columns={"opinion": {"type": "text", "label": {"zh": "意见", "en": "Opinion"}, "required": True, "max_characters": 2},
                 "conflict": {"type": "boolean", "label": {"zh": "回避", "en": "Conflict"}, "required": True}},
    )  # fmt: skip
    typed = {"12": {"opinion": "同意", "conflict": False}, "7": {"opinion": "不同意"}}

    values, errors = clean_section([question], {"results": typed})

    assert list(values["results"].items()) == [
        ("12", {"opinion": "同意", "conflict": False}),
        ("7", {"opinion": "不同意"}),
    ]
    assert {path: zh(messages) for path, messages in errors.items()} == {
        "results.7.opinion": ["“栏目”第2行：“意见”多出1字（现3字，限2字）"],
        "results.7.conflict": ["“栏目”第2行：请选择回避"],
    }


@pytest.mark.parametrize(
    ("question", "values", "sentence"),
    [
        (field("text", required=True), {}, "请填写栏目"),
        (field("date", required=True), {"answer": ""}, "请填写栏目"),
        (field("choice", required=True, choices={"a": {"title": NAME}}), {}, "请选择栏目"),
        (field("region", required=True), {}, "请选择栏目"),
        (field("file", required=True), {}, "请上传栏目"),
        (field("files", required=True, min_rows=2), {"answer": [1]}, "“栏目”至少2项，现有1项"),
        (field("boolean", required=True, text=NAME), {"answer": False}, "请阅读并勾选确认“栏目”"),
        (field("boolean", required=True), {}, "请选择栏目"),
        (field("field_comments", required=True), {"answer": {}}, "请填写栏目"),
        (field("people", required=True), {"answer": []}, "请选择栏目"),
        (field("file", of_revision="current"), {"answer": {"file": 3}}, "请填写“栏目”页脚的版本校验码"),
        (field("phone"), {"answer": "电话"}, "“栏目”：请填写11位手机号码，或带区号的固定电话，如0351-6000000"),
    ],
)
def test_what_is_missing_or_wrong_in_stored_values_is_named(
    question: Field, values: dict[str, Any], sentence: str
) -> None:
    assert {path: zh(found) for path, found in missing([question], values).items()} == {"answer": [sentence]}


@pytest.mark.parametrize(
    ("question", "values"),
    [
        (field("text"), {}),
        (field("boolean", required=True), {"answer": False}),
        (field("boolean", required=True, text=NAME), {"answer": True}),
        (field("integer", required=True), {"answer": 0}),
        (field("checklist", items={"a": NAME}), {}),
        (field("table", columns={"a": {"type": "text", "label": NAME, "required": True}}), {}),
    ],
)
def test_nothing_is_missing_where_an_answer_stands_or_none_is_owed(question: Field, values: dict[str, Any]) -> None:
    assert missing([question], values) == {}


def is_yes(expression: str, values: Mapping[str, Any]) -> bool:
    return values.get(expression) is True


AGENT = [
    field("boolean", id="by_agent"),
    field("text", id="agent", when="by_agent", required=True),
    field("phone", id="agent_phone", when="by_agent"),
]


def test_a_question_that_is_not_put_is_neither_missing_nor_wrong_and_keeps_what_was_typed() -> None:
    values, errors = clean_section(AGENT, {"by_agent": False, "agent_phone": "电话"}, asked=is_yes)

    assert (values, errors) == ({"by_agent": False, "agent_phone": "电话"}, {})
    assert missing(AGENT, values, asked=is_yes) == {}
    assert fields.relevant(AGENT, values, is_yes) == {"by_agent": False}


def test_a_question_that_is_put_is_owed_and_checked() -> None:
    _, errors = clean_section(AGENT, {"by_agent": "yes", "agent_phone": "电话"}, asked=is_yes)

    assert sorted(errors) == ["agent", "agent_phone"]


def test_a_draft_may_be_incomplete_but_not_wrong() -> None:
    questions = [field("text", id="name", required=True), field("date", id="due", required=True)]

    _, errors = clean_section(questions, {"due": "年底"}, complete=False)

    assert list(errors) == ["due"]


def test_a_fixed_field_is_left_to_the_system() -> None:
    questions = [field("text", id="unit", fixed=True, required=True), field("text", id="name")]

    assert clean_section(questions, {"unit": "冒名", "name": "甲"}) == ({"name": "甲"}, {})
    assert list(missing(questions, {"name": "甲"})) == ["unit"]


def test_an_unknown_name_is_refused_with_the_nearest_known() -> None:
    _, errors = clean_section([field("text", id="strengths")], {"strenghts": "x", "zzz": "y"})

    assert {path: zh(found) for path, found in errors.items()} == {
        "strenghts": ["没有名为“strenghts”的填报项，是否为“strengths”？"],
        "zzz": ["没有名为“zzz”的填报项"],
    }


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
EVERY = [
    TASKS, CHECKLIST,
    *(field(name, id=name) for name in (
        "text", "long_text", "boolean", "date", "integer", "decimal", "phone", "email", "credit_code", "document_number",
        "url", "region", "product_class", "organisation", "people", "file", "files", "field_comments", "members",
    )),
    field("score_sheet", id="score_sheet", panel="p"),
    field("choice", id="choice", choices={"a": {"title": NAME}}),
    field("choices", id="choices", choices={"a": {"title": NAME}, "b": {"title": NAME}}),
    field("file", id="signed", of_revision="current"),
]  # fmt: skip


@given(st.sampled_from(EVERY), ANYTHING)
def test_whatever_is_sent_gets_values_or_sentences_and_never_breaks(question: Field, raw: Any) -> None:
    value, messages = clean(question, raw)

    zh(messages)
    if not messages:
        assert clean(question, value) == (value, [])
        json.dumps(value, ensure_ascii=False).encode()
    missing([question], {question.id: raw})


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_a_decimal_keeps_its_number(number: Any) -> None:
    value, messages = clean(field("decimal"), format(number, ","))

    assert messages == []
    assert type(number)(value) == number
