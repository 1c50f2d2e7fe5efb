"""Pictures of a footprint: what is drawn adds up to what is printed, is labelled, and stays inside its frame."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseflow.footprint.rounding import rounded
from caseflow.web.charts import Words, fitted
from caseflow.web.charts_bars import Beside, Swing, pareto, stage_bars, tornado
from caseflow.web.charts_histogram import Mark, histogram
from caseflow.web.charts_sankey import ALWAYS, MOST_LINES, Flows, Texts, flows, sankey
from caseflow.web.charts_shown import Part, Shown, digits_of, divided, percentages, ranking, shown

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = Texts("排放合计", "抵扣与吸收", "合计", "kgCO₂e", "其余{n}项")
WORDS = Words("picture", "标题", '说明 <与> 引号"')
STAGES = ("raw", "production", "use")
KG = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda kg: 0.0 if abs(kg) < 1e-6 else kg)


def result(*lines: tuple[str, float | None]) -> dict[str, Any]:
    """A stored result of lines given by stage and kgCO2e, summed as the calculation sums them."""
    counted = [kg for _, kg in lines if kg is not None]
    return {
        "total": math.fsum(counted),
        "stages": [
            {
                "id": stage,
                "title": {"zh": stage, "en": stage},
                "total": math.fsum(kg for at, kg in lines if at == stage and kg is not None),
            }
            for stage in STAGES
        ],
        "lines": [
            {"id": f"L{number}", "stage": stage, "name": f"活动 {number} & <更多>", "kg": kg}
            for number, (stage, kg) in enumerate(lines)
        ],
    }


def printed(*lines: tuple[str, float | None]) -> Shown:
    return shown(result(*lines), lambda pair: str(pair["zh"]))


def tree(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def figures(svg: str, attribute: str = "data-kg") -> list[Decimal]:
    return [Decimal(found) for found in re.findall(rf'{attribute}="([^"]+)"', svg)]


def texts(svg: str) -> list[str]:
    return [str(one.text) for one in tree(svg).iter(f"{SVG}text")]


LINES = st.lists(st.tuples(st.sampled_from(STAGES), st.none() | KG), max_size=40)


@given(LINES)
@settings(max_examples=150)
def test_lines_add_up_to_stages_and_stages_to_the_total_to_the_last_digit(lines: list[Any]) -> None:
    found = printed(*lines)
    total = rounded(result(*lines)["total"], found.digits)

    assert found.total == total == sum((stage.shown for stage in found.stages), Decimal(0))
    for stage in found.stages:
        assert stage.shown == sum((line.shown for line in found.of_stage(stage.id)), Decimal(0))


@given(LINES)
@settings(max_examples=100)
def test_no_printed_figure_is_a_whole_digit_beside_what_it_stands_for(lines: list[Any]) -> None:
    found = printed(*lines)
    step = Decimal(1).scaleb(-found.digits)

    assert [one for one in (*found.stages, *found.lines) if abs(one.shown - Decimal(one.exact)) >= 2 * step] == []


@given(LINES)
@settings(max_examples=100)
def test_what_the_sankey_draws_adds_up_to_the_printed_total(lines: list[Any]) -> None:
    found = printed(*lines)
    drawn = flows(found, TEXTS)
    picture = sankey(found, WORDS, TEXTS)

    assert found.total == drawn.emitted + drawn.taken_off
    assert {f"{part.shown:f}" for part in _parts(drawn)} <= set(" ".join(texts(picture)).split())
    assert sorted(figures(picture)) == sorted(part.shown for part in _parts(drawn) if part.exact)


def _parts(drawn: Flows) -> list[Part]:
    return [*(line for band in drawn.bands for line in band.lines), *drawn.off]


@given(LINES)
@settings(max_examples=100)
def test_the_bars_of_the_ranking_add_up_to_the_printed_total(lines: list[Any]) -> None:
    found = printed(*lines)
    ranked = ranking(found)

    assert found.total == sum((one.part.shown for one in ranked), Decimal(0))
    assert [abs(one.part.exact) for one in ranked] == sorted((abs(one.part.exact) for one in ranked), reverse=True)
    assert not ranked or not ranked[0].part.exact or ranked[-1].cumulated == pytest.approx(1)


@given(st.lists(KG, min_size=1, max_size=20))
def test_shares_add_up_to_a_hundred_or_are_not_given(values: list[float]) -> None:
    found = percentages([Part(str(at), "", Decimal(0), value) for at, value in enumerate(values)])

    assert set(found) == {None} or sum(one for one in found if one is not None) == 100


def test_another_division_of_the_total_adds_up_to_it_as_well() -> None:
    found = printed(("raw", 1.005), ("production", 2.0049), ("use", -0.3333333))

    assert found.total == sum(divided({"CO2": 2.0, "CH4": 0.6765667}, found).values())


def test_a_picture_names_itself_for_who_does_not_see_it() -> None:
    picture = tree(sankey(printed(("raw", 5.0)), WORDS, TEXTS))
    title, description = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")

    assert (picture.get("role"), picture.get("aria-labelledby")) == ("img", "picture-title picture-desc")
    assert title is not None
    assert description is not None
    assert (title.get("id"), title.text) == ("picture-title", WORDS.title)
    assert (description.get("id"), description.text) == ("picture-desc", WORDS.description)


def test_no_picture_needs_a_style_or_a_script() -> None:
    pictures = every_picture(printed(("raw", 5.0), ("use", -2.0)))

    assert [one for one in pictures if re.search(r"style|<script|\son\w+=|href", one)] == []


def test_names_are_text_and_never_marks() -> None:
    picture = sankey(printed(("raw", 5.0)), WORDS, TEXTS)

    assert "活动 0 & <更多> 5.0000" in texts(picture)


def test_what_is_taken_off_stands_apart_with_its_sum() -> None:
    found = printed(("raw", 10.0), ("production", -1.5), ("use", -0.5))
    written = texts(sankey(found, WORDS, TEXTS))

    assert "抵扣与吸收 -2.0000" in written
    assert "合计 8.0000 kgCO₂e" in written
    assert {"排放合计", "10.0000"} <= set(written)


def test_one_line_is_the_whole_picture() -> None:
    found = printed(("use", 3.25))

    assert [Decimal("3.2500")] == figures(sankey(found, WORDS, TEXTS))
    assert [Decimal("3.2500")] == figures(sankey(found, WORDS, TEXTS), "data-stage-kg")


@pytest.mark.parametrize(
    "lines", [(), (("raw", 0.0),), (("raw", None),), (("raw", 2.0), ("use", -2.0)), (("raw", -3.0),)]
)
def test_a_total_of_zero_or_below_is_drawn_too(lines: tuple[tuple[str, float | None], ...]) -> None:
    found = printed(*lines)

    for picture in every_picture(found):
        assert tree(picture).get("role") == "img"
    assert f"合计 {found.total:f} kgCO₂e" in texts(sankey(found, WORDS, TEXTS))


def test_of_two_hundred_lines_the_greatest_are_drawn_and_the_rest_together() -> None:
    found = printed(*((STAGES[number % 3], 1.0 + number) for number in range(200)))
    drawn = flows(found, TEXTS)
    own = [line for band in drawn.bands for line in band.lines if line.id]
    rest = [line for band in drawn.bands for line in band.lines if not line.id]

    assert (len(own), len(rest)) == (ALWAYS, 3)
    assert found.total == drawn.emitted
    assert min(line.exact for line in own) > 180


def test_lines_of_a_percent_and_more_are_drawn_one_by_one_up_to_a_number() -> None:
    drawn = flows(printed(*(("raw", 1.0) for _ in range(50)), *(("use", 0.1) for _ in range(20))), TEXTS)

    assert [len([line for line in band.lines if line.id]) for band in drawn.bands] == [MOST_LINES, 0]


@given(LINES)
@settings(max_examples=60)
def test_everything_is_inside_the_frame(lines: list[Any]) -> None:
    for picture in every_picture(printed(*lines)):
        drawn = tree(picture)
        width, height = (float(one) for one in str(drawn.get("viewBox")).split()[2:])
        for box in drawn.findall(f"{SVG}rect"):
            x, y = float(str(box.get("x"))), float(str(box.get("y")))
            right, bottom = x + float(str(box.get("width"))), y + float(str(box.get("height")))

            assert min(x, y, width - right, height - bottom) >= -0.1


def test_declared_is_hatched_above_recomputed_and_both_are_written() -> None:
    stages = [Beside("生产", Decimal("12.5"), Decimal("10.00"), 10.0), Beside("使用", None, Decimal("-1.00"), -1.0)]
    picture = stage_bars(stages, WORDS, "申报值", "复算值")

    assert {"生产", "12.5", "10.00", "使用", "-1.00", "申报值", "复算值"} == set(texts(picture))
    assert picture.count('fill="url(#picture-hatch)"') == 2
    assert [Decimal("10.00"), Decimal("-1.00")] == figures(picture)


def test_the_histogram_marks_percentiles_and_the_stated_figure() -> None:
    marks = [Mark(1.0, "2.5% 1.0"), Mark(2.0, "50% 2.0"), Mark(3.5, "97.5% 3.5"), Mark(2.2, "静态值 2.2", stated=True)]
    picture = histogram([1, 5, 2], [0.5, 1.5, 2.5, 4.0], marks, WORDS)

    assert texts(picture) == ["2.5% 1.0", "50% 2.0", "静态值 2.2", "97.5% 3.5"]
    assert len(tree(picture).findall(f"{SVG}rect")) == 3
    assert picture.count("stroke-dasharray") == 3


def test_the_tornado_writes_both_ends_of_each_bar() -> None:
    swings = [Swing("电力", 8.0, 13.0, "8.0", "13.0"), Swing("煤", 9.5, 10.4, "9.5", "10.4")]
    picture = tornado(swings, WORDS, 10.0, "10.0")

    assert texts(picture) == ["电力", "8.0", "13.0", "煤", "9.5", "10.4", "10.0"]


def test_a_long_name_is_cut_to_its_room() -> None:
    assert fitted("焦炉煤气（自产自用）", 8) == "焦炉煤气（自产…"
    assert fitted("coke", 8) == "coke"


@pytest.mark.parametrize(("total", "digits"), [(1234.5, 1), (0.012345, 6), (99999.0, 0), (3.0e9, 0), (0.0, 2)])
def test_the_total_is_shown_with_five_digits(total: float, digits: int) -> None:
    assert digits == digits_of([total])


def every_picture(found: Shown) -> list[str]:
    stages = [Beside(stage.name, None, stage.shown, stage.exact) for stage in found.stages]
    return [
        sankey(found, WORDS, TEXTS),
        pareto(ranking(found), WORDS, "80%"),
        stage_bars(stages, WORDS, "申报值", "复算值"),
    ]
