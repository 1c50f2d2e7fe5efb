"""Rows copied from a spreadsheet: what is recognised, what is named as wrong, and that nothing of it is lost."""

from __future__ import annotations

import pytest

from caseflow.web.footprint_paste import pasted
from tests.footprint.published import shipped
from tests.web import footprint_editing as world
from tests.web.footprint_editing import form_of
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]

MIX = "cn-electricity-footprint-2024/mix"
GOOD = f"名称\t用量\t计量单位\t因子\t数据来源\n外购电力\t1,200.5\t千瓦时\t{MIX}\t电费单\n柴油\t３\tt\t柴油燃烧\t台账"


def test_heads_say_which_column_is_which() -> None:
    found = pasted(GOOD, shipped())

    assert (found.columns, found.bad) == (("name", "amount", "unit", "factor", "data_source"), [])
    assert found.rows == [
        {"name": "外购电力", "amount": "1200.5", "unit": "kWh", "factor": MIX, "data_source": "电费单"},
        {
            "name": "柴油",
            "amount": "３",
            "unit": "t",
            "factor": "cn-fuel-combustion-2024/diesel",
            "data_source": "台账",
        },
    ]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("煤\t5\tt", {"name": "煤", "amount": "5", "unit": "t"}),
        ("煤,5,吨", {"name": "煤", "amount": "5", "unit": "t"}),
        ("t\t5\t煤", {"name": "煤", "amount": "5", "unit": "t"}),
        ("煤\t5 t", {"name": "煤", "amount": "5", "unit": "t"}),
        ('"煤\n（洗精）"\t5\tt', {"name": "煤\n（洗精）", "amount": "5", "unit": "t"}),
        (f"电\t5\tkWh\t{MIX}", {"name": "电", "amount": "5", "unit": "kWh", "factor": MIX}),
    ],
)
def test_without_heads_the_content_says_it(text: str, cells: dict[str, str]) -> None:
    assert pasted(text, shipped()).rows == [cells]


def test_each_bad_cell_is_named_and_keeps_what_stands_in_it() -> None:
    found = pasted("名称\t数量\t单位\t因子\n电力\t约500\t度数\t不存在的因子\n\t7\tkg\t", shipped())

    assert [(bad.row, bad.cell, bad.reason.key) for bad in found.bad] == [
        (2, "amount", "footprint_web.paste_figure"),
        (2, "unit", "footprint_web.paste_unit"),
        (2, "factor", "footprint_web.paste_factor"),
        (3, "name", "footprint_web.paste_missing"),
    ]
    assert found.rows[0] == {"name": "电力", "amount": "约500", "unit": "度数", "factor": "不存在的因子"}


@pytest.mark.parametrize("text", ["", "\n\n", "\t\t", '"', '"煤\t5\tt', "\0", "\ud800\t1"])
def test_any_text_is_read_without_harm(text: str) -> None:
    assert len(pasted(text, shipped()).rows) <= 1


def test_a_preview_names_the_cells_and_taking_over_loses_nothing(office: World) -> None:
    reader, case_id = world.opened(office)
    form = form_of(world.page(reader, case_id)).fill({"paste-manufacturing": "电力\t约500\tkWh\n热力\t3\tGJ"})
    seen = world.press(reader, case_id, form, "look:stage-manufacturing")
    taken = world.press(reader, case_id, form_of(seen), "take:manufacturing")
    form = form_of(taken)

    assert "第1行“数量”：“约500”不是数字" in seen.words
    assert form_of(seen)["paste-manufacturing"] == "电力\t约500\tkWh\n热力\t3\tGJ"
    assert [form[f"lines-manufacturing-{at}-amount"] for at in (0, 1)] == ["约500", "3"]
    assert form["paste-manufacturing"] == ""


def test_500_rows_come_in_at_once(office: World) -> None:
    reader, case_id = world.opened(office)
    text = "\n".join(f"活动{number}\t{number + 1}\tkWh\t{MIX}" for number in range(500))
    form = form_of(world.page(reader, case_id)).fill({"product": "焦炭", "paste-manufacturing": text})
    taken = world.press(reader, case_id, form, "take:manufacturing")
    answer = world.press(reader, case_id, form_of(taken))

    assert (answer.status, answer.errors) == (200, [])
    assert len(world.declared(office, case_id).lines) == 500


def test_a_formula_in_a_cell_stays_a_text_and_becomes_no_figure(office: World) -> None:
    text = '=HYPERLINK("http://x.example","点我")<script>\t=1+1\tkWh'
    found = pasted(text, shipped())
    reader, case_id = world.opened(office)
    form = form_of(world.page(reader, case_id)).fill({"product": "焦炭", "paste-manufacturing": text})
    taken = world.press(reader, case_id, form, "take:manufacturing")

    assert [(bad.cell, bad.reason.values["got"]) for bad in found.bad] == [("amount", "=1+1")]
    assert form_of(taken)["lines-manufacturing-0-name"] == '=HYPERLINK("http://x.example","点我")<script>'
    assert "点我&#34;)&lt;script&gt;" in taken.text
