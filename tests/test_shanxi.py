"""The forms and reference data of Shanxi are those of notice 晋环函〔2025〕344号, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from tests.shipped import NAMES, PILOTS, data, pilot, printed, service, shipped

DECLARATION = (
    "我单位自愿申报承担试点建设工作，提交的所有材料均真实、完整、有效，符合国家有关法律法规以及相关产业政策要求。"
    "积极拓展融资渠道，保障试点建设工作资金需求。若申报材料中有虚假、伪造及其他违规情况，"
    "愿承担相应的法律责任及由此产生的一切后果。"
)


def test_the_five_workflows_are_read_without_error_or_warning() -> None:
    assert sorted(shipped()) == sorted(NAMES)


def test_every_workflow_rests_on_the_notice() -> None:
    assert {one.basis.notice for one in shipped().values()} == {"晋环函〔2025〕344号"}
    assert {one.authority for one in shipped().values()} == {"shanxi"}


# Annex 2: the form


@pytest.mark.parametrize("name", PILOTS)
def test_the_applicant_part_of_annex_2_has_the_nine_rows_of_the_form_in_its_order(name: str) -> None:
    expected = [
        "申报单位", "单位负责人", "职务", "联系电话", "电子邮箱", "工作联系人", "职务", "联系电话", "电子邮箱",
    ]  # fmt: skip

    assert expected == [label for _, label, _ in printed(shipped()[name], "unit")]


@pytest.mark.parametrize("name", PILOTS)
def test_the_product_part_of_annex_2_has_the_rows_and_limits_of_the_form(name: str) -> None:
    expected = [
        ("category", "试点类别", None),
        ("product", "试点产品（产品碳足迹管理试点填写）", None),
        ("goal", "试点创建总体目标", None),
        ("tasks", "试点任务", None),
        ("introduction", "试点单位情况简介", 1000),
        ("conditions", "符合试点条件的说明", 2000),
        ("strengths", "试点工作优势", 2000),
        ("future", "未来计划", 1000),
    ]

    assert expected == printed(shipped()[name], "product")


def test_nothing_that_is_not_on_the_form_is_printed_on_it() -> None:
    expected = {"unit", "product", "declaration"}

    assert expected == {section for section in pilot().dossier if printed(pilot(), section)}
    assert expected == {section for section in service().dossier if printed(service(), section)}


def test_the_sections_follow_the_form_and_the_declaration_stands_last() -> None:
    assert list(pilot().dossier)[:2] == ["unit", "product"]
    assert list(pilot().dossier)[-1] == "declaration"


@pytest.mark.parametrize(
    ("name", "words"), [("pilot-management", "产品碳足迹管理试点"), ("pilot-service", "碳足迹专业化服务试点")]
)
def test_the_category_is_the_one_of_this_pilot_in_the_words_of_the_form(name: str, words: str) -> None:
    category = shipped()[name].dossier["product"].fields["category"]

    assert category.fixed
    assert [choice.title.zh for choice in category.choices.values()] == [words]


@pytest.mark.parametrize("name", PILOTS)
def test_product_priority_and_footprint_are_asked_of_management_pilots_only(name: str) -> None:
    dossier = shipped()[name].dossier

    assert {one: dossier["product"].fields[one].when for one in ("product", "product_class")} == {
        "product": "category == 'management'",
        "product_class": "category == 'management'",
    }
    assert {section.id for section in dossier.values() if section.when} == {"priority", "footprint_work"}


def test_the_partners_of_a_chain_owner_are_named_one_by_one_with_a_joint_statement() -> None:
    section = pilot().dossier["priority"].fields

    assert [one.label.zh for one in section["partners"].columns.values()] == [
        "单位名称", "统一社会信用代码", "产业链位置", "承担的工作",
    ]  # fmt: skip
    assert section["partners"].when == section["joint_statement"].when == "'chain_owner' in grounds"
    assert section["joint_statement"].required


def test_the_hint_for_the_tasks_is_the_one_of_the_form() -> None:
    hint = pilot().dossier["product"].fields["tasks"].help

    assert hint is not None
    assert hint.zh == "对照通知要求，简述试点创建工作举措、内容、工作计划、预期成果、创新点等。"


def test_the_declaration_is_the_text_of_the_notice_on_screen_and_on_paper() -> None:
    truth = pilot().dossier["declaration"].fields["truth"]
    paper = [block.text.zh for block in pilot().letters["annex_2"].blocks if block.text]

    assert truth.text is not None
    assert truth.text.zh == DECLARATION
    assert truth.required
    assert DECLARATION in paper


def test_the_printed_form_carries_the_printed_fields_in_order_and_blank_places_for_seal_signature_and_date() -> None:
    blocks = pilot().letters["annex_2"].blocks
    fields = [path for block in blocks for path in block.fields]
    expected = [f"dossier.{part}.{name}" for part in ("unit", "product") for name, _, _ in printed(pilot(), part)]
    ends = [block.text.zh for block in blocks if block.kind in ("signature", "date") and block.text]

    assert expected == fields
    assert ends == ["申报单位（盖章）：", "申报单位负责人（签字）：", "年　　月　　日"]
    assert blocks[-1].text is not None
    assert blocks[-1].text.zh == "试点建设工作方案附后。"


def test_names_and_ways_to_reach_people_are_personal_data() -> None:
    expected = {
        "leader", "leader_phone", "leader_email", "contact_name", "contact_phone", "contact_email",
    }  # fmt: skip

    assert expected == {one.id for one in pilot().dossier["unit"].fields.values() if one.personal}


def test_experts_see_the_unit_but_not_how_to_reach_its_people_or_to_whom_it_objects() -> None:
    hidden = pilot().roles["expert"].hides

    assert {f"dossier.unit.{one}" for one in (
        "leader_phone", "leader_email", "contact_name", "contact_title", "contact_phone", "contact_email",
    )} | {f"recusals.{one}" for one in ("name", "employer", "ground")} == set(hidden)  # fmt: skip


@pytest.mark.parametrize("name", PILOTS)
def test_what_the_form_asks_of_every_applicant_must_be_answered(name: str) -> None:
    dossier = shipped()[name].dossier
    expected = {
        "unit": {"unit_name", "leader", "contact_name", "contact_phone", "uscc", "region", "production_address"},
        "product": {
            "category", "product", "product_class", "goal", "tasks", "introduction", "conditions", "strengths", "future",
        },
        "plan": {"rows"},
        "attachments": {"work_plan"},
        "declaration": {"truth"},
    }  # fmt: skip

    assert expected == {part: {one.id for one in dossier[part].fields.values() if one.required} for part in expected}


def test_the_plan_table_has_task_measure_unit_date_indicator_and_heading_of_the_notice() -> None:
    rows = pilot().dossier["plan"].fields["rows"]

    assert [one.label.zh for one in rows.columns.values()] == [
        "任务", "举措", "责任单位", "完成时限", "指标", "对应通知任务",
    ]  # fmt: skip
    assert [one.title.zh for one in rows.columns["heading"].choices.values()] == [
        "参与国家产品碳足迹规则制定工作",
        "开展特定产品碳足迹标准制定",
        "开展产品碳足迹数据采集",
        "开展产品碳足迹核算，加强供应链管理",
    ]
    services = service().dossier["plan"].fields["rows"]
    assert [one.title.zh for one in services.columns["heading"].choices.values()] == [
        "探索建立地方产品碳足迹因子背景库",
        "规范开展产品碳足迹因子收集、报送",
        "开展产品碳足迹综合性专业化服务",
        "建立产品碳足迹公共服务平台",
    ]
    assert rows.required
    assert rows.min_rows == 1
    assert not rows.printed


def test_the_plan_file_is_mandatory_and_the_four_of_chapter_six_are_not() -> None:
    files = pilot().dossier["attachments"].fields

    assert [(one.label.zh, one.required) for one in files.values()] == [
        ("试点建设工作方案", True),
        ("企业生产经营相关文件", False),
        ("现有碳排放管理相关职能部门设置文件和规章制度", False),
        ("获批其他国家级或省级相关试点文件", False),
        ("其他相关材料", False),
    ]


def test_an_agent_needs_a_letter_of_authorisation() -> None:
    agent = pilot().dossier["agent"].fields

    assert agent["authorisation"].label.zh == "授权委托书"
    assert agent["authorisation"].required
    assert agent["authorisation"].when == "by_agent"


def test_the_priority_grounds_are_the_three_of_the_notice_and_proof_is_a_warning_not_a_refusal() -> None:
    section = pilot().dossier["priority"].fields
    submit = pilot().action("drafting", "submit")

    assert len(section["grounds"].choices) == 3
    assert not section["proofs"].required
    assert submit is not None
    assert "priority_without_proof" in [call.name for call in submit.warns]


def test_a_footprint_may_be_intended_only() -> None:
    status = pilot().dossier["footprint_work"].fields["status"]
    rule = pilot().states["municipal_review"].calculates

    assert [one.title.zh for one in status.choices.values()] == ["已开展", "拟开展"]
    assert rule is not None
    assert (rule.footprint, rule.tolerance, rule.over) == ("if_declared", "5%", "finding_to_answer")


# Annex 1: the summary table


def test_annex_1_has_the_heading_columns_and_foot_of_the_form() -> None:
    table = shipped()["municipal-submission"].tables["annex_1"]

    assert table.title.zh == "拟申报产品碳足迹管理体系试点汇总表"
    assert table.header is not None
    assert table.header.zh == "填报单位（盖章）：{prefecture}"
    assert table.foot is not None
    assert table.foot.zh == "备注：试点类别填“产品碳足迹管理试点”或“碳足迹专业化服务试点”。"
    assert [column.title.zh for column in table.columns.values()] == [
        "序号",
        "试点申报单位",
        "试点类别",
        "试点产品名称（产品碳足迹管理试点填写）",
        "试点工作优势（500字）",
        "试点工作计划简介（500字）",
        "联系人",
        "联系电话",
    ]


def test_the_two_summaries_of_annex_1_are_written_by_the_bureau_in_500_characters() -> None:
    recommend = pilot().action("municipal_review", "recommend")

    assert recommend is not None
    assert {name: recommend.asks[name].max_characters for name in ("summary_strengths", "summary_plan", "opinion")} == {
        "summary_strengths": 500,
        "summary_plan": 500,
        "opinion": 500,
    }


def rounds_of(kind: str) -> list[dict[str, Any]]:
    """The rounds of the pilots of the notice."""
    return [one for one in data("rounds")[kind] if PILOTS[0] in one["workflows"]]


def test_the_three_rounds_of_2025_close_on_the_dates_of_the_notice() -> None:
    rounds = rounds_of("rounds")

    assert [(one["title"]["zh"], one["closes"]) for one in rounds] == [
        ("2025年第一批", "2025-06-30 24:00"),
        ("2025年第二批", "2025-09-30 24:00"),
        ("2025年第三批", "2025-12-31 24:00"),
    ]


def test_every_round_takes_both_pilots_and_the_three_procedures_over_them() -> None:
    found = [*rounds_of("rounds"), *rounds_of("demo")]

    assert [sorted(one["workflows"]) for one in found] == [sorted(NAMES)] * 8
    assert {one["authority"] for one in found} == {"shanxi"}
    assert data("rounds")["extension_signed_by"]["shanxi"] == ["provincial_head", "provincial_leader"]


def test_only_the_first_round_has_priority_products() -> None:
    rounds = rounds_of("rounds")
    classes = data("product-classes")["entries"]

    assert [one["priority"] for one in rounds] == [["coke", "flange", "glass", "baijiu", "vinegar"], [], []]
    assert rounds[0]["priority"] == [name for name, one in classes.items() if "priority" in one]


def test_the_product_classes_are_those_of_the_notice_and_others() -> None:
    expected = [
        "电力", "煤炭", "天然气", "焦炭", "法兰", "电解铝", "水泥", "氢", "石灰", "玻璃", "合成氨", "电石", "甲醇",
        "电子电器", "白酒", "陈醋", "其他",
    ]  # fmt: skip

    assert expected == [one["title"]["zh"] for one in data("product-classes")["entries"].values()]
