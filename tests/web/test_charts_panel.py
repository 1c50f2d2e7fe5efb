"""Pictures of a panel: what is drawn is what the table beside it says, it is labelled, and stays inside its frame."""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Sequence
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseflow import words
from caseflow.web.charts_panel import Picture, ticks
from caseflow.web.charts_panel_round import Agreement, Cell, Load, agreements, assignment_matrix, loads
from caseflow.web.charts_panel_scores import CaseTotals, Interval, quartiles, rank_intervals, score_boxes
from caseflow.words import Language

SVG = "{http://www.w3.org/2000/svg}"
BOXES = (
    CaseTotals(
        "钢铁 & <一>", (Decimal(80), Decimal(82), Decimal("82.5")), (Decimal(60), Decimal(95)), Decimal("81.50")
    ),
    CaseTotals("水泥", (Decimal(70), Decimal(70), Decimal(70)), (), Decimal("70.00")),
    CaseTotals("无有效评分", (), (), None),
)
RANKS = (
    Interval("乙", Decimal("80.00"), 2, 1, 4, flips=True),
    Interval("甲", Decimal("90.00"), 1, 1, 2, flips=False),
    Interval("丙", Decimal("70.00"), 3, 2, 4, flips=True),
)
LOADS = (Load("专家一", 5, 2, 3, 8), Load("专家二", 0, 0, 0, 8))
AGREEMENT = (
    Agreement("典型性", "α", 0.7123, 0.5, 0.85, 40),
    Agreement("可行性", "α", -0.05, -0.3, 0.2, 40),
    Agreement("示范性", "ICC(2,k)", None, None, None, 40),
)
CELLS = (
    (Cell("assigned", 90), Cell("conflict", 0), Cell("free", 20)),
    (Cell("kept", 40), Cell("assigned", 70), Cell("free", 10)),
)


def every_picture(language: Language = "zh") -> dict[str, Picture]:
    return {
        "boxes": score_boxes(BOXES, language),
        "ranks": rank_intervals(RANKS, 2, language),
        "loads": loads(LOADS, language),
        "agreement": agreements(AGREEMENT, language),
        "matrix": assignment_matrix(["办件一", "办件二"], ["甲专家", "乙专家", "丙专家"], CELLS, language),
    }


KINDS = sorted(every_picture())


def tree(picture: Picture) -> ET.Element:
    return ET.fromstring(str(picture.svg))


def texts(picture: Picture) -> list[str]:
    return [str(one.text) for one in tree(picture).iter(f"{SVG}text")]


def circles(picture: Picture, fill: str) -> int:
    """Without the one of the legend."""
    return sum(one.get("fill") == fill for one in tree(picture).iter(f"{SVG}circle")) - 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_picture_names_itself_for_who_does_not_see_it(kind: str, language: Language) -> None:
    picture = every_picture(language)[kind]
    drawn = tree(picture)
    title, description = drawn.find(f"{SVG}title"), drawn.find(f"{SVG}desc")
    name = str(title.get("id")).removesuffix("-title") if title is not None else ""

    assert (drawn.get("role"), drawn.get("aria-labelledby")) == ("img", f"{name}-title {name}-desc")
    assert title is not None
    assert description is not None
    assert (title.text, description.get("id")) == (picture.caption, f"{name}-desc")
    assert re.search(r"\d", str(description.text))


@pytest.mark.parametrize("kind", KINDS)
def test_no_picture_needs_a_style_or_a_script(kind: str) -> None:
    assert re.search(r"style|<script|\son\w+=|href", str(every_picture()[kind].svg)) is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_filled_is_told_by_lightness_or_hatching(kind: str) -> None:
    """Grey of 0 to 255: the fills are dark, pale, white or hatched, never two that look alike."""
    fills = set(re.findall(r'fill="(#\w+)"', str(every_picture()[kind].svg))) - {"#51636b", "#1b2a30"}
    greys = sorted(
        sum(int(one[at : at + 2], 16) * part for at, part in ((1, 0.3), (3, 0.59), (5, 0.11))) for one in fills
    )

    assert min((high - low for low, high in itertools.pairwise(greys)), default=255) > 30


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_has_a_cell_for_every_heading(kind: str) -> None:
    for language in words.LANGUAGES:
        picture = every_picture(language)[kind]

        assert {len(row) for row in picture.rows} == {len(picture.head)}
        assert all(cell for row in picture.rows for cell in row)


def test_every_total_is_a_point_and_a_dropped_one_is_hollow() -> None:
    picture = score_boxes(BOXES, "zh")

    assert (circles(picture, "#0b5563"), circles(picture, "#ffffff")) == (6, 2)
    assert picture.rows[0] == (
        "钢铁 & <一>", "80.00、82.00、82.50", "60.00、95.00", "60.00", "80.00", "82.00", "82.50", "95.00", "81.50",
    )  # fmt: skip
    assert picture.rows[2] == ("无有效评分", *["—"] * 8)
    assert {"81.50", "70.00", "—", "钢铁 & <一>"} <= set(texts(picture))


def test_equal_totals_do_not_hide_one_another() -> None:
    picture = score_boxes([BOXES[1]], "zh")
    places = [(one.get("cx"), one.get("cy")) for one in tree(picture).iter(f"{SVG}circle")]

    assert len(set(places)) == len(places) == 3 + 2


@given(st.lists(st.integers(0, 100), min_size=2, max_size=12))
def test_the_quartiles_are_those_of_the_standard_library(values: list[int]) -> None:
    expected = statistics.quantiles(values, n=4, method="inclusive")

    assert [float(one) for one in quartiles([Decimal(one) for one in values])] == pytest.approx(expected)


def test_the_line_of_the_quota_stands_between_the_last_inside_and_the_first_outside() -> None:
    picture = rank_intervals(RANKS, 2, "en")
    dots = {round(float(str(one.get("cx"))), 1) for one in list(tree(picture).iter(f"{SVG}circle"))[1:]}
    lines = [one for one in tree(picture).iter(f"{SVG}line") if one.get("stroke-dasharray") == "6 4"]
    at = float(str(lines[0].get("x1")))
    _, second, third = sorted(dots)

    assert len(lines) == 1
    assert second < at < third
    assert at - second == pytest.approx(third - at, abs=0.2)
    assert picture.rows[1] == ("乙", "80.00", "2", "1–4", "yes")
    assert "2 (1–4)" in texts(picture)


def test_places_that_may_change_sides_are_hatched() -> None:
    picture = rank_intervals(RANKS, 2, "zh")

    assert str(picture.svg).count('fill="url(#panel-ranks-hatch)"') == 2 + 1
    assert [row[0] for row in picture.rows] == ["甲", "乙", "丙"]


def test_the_length_of_a_load_is_its_number_of_cases() -> None:
    picture = loads((Load("a", 4, 0, 0, 8), Load("b", 8, 0, 0, 8)), "en")
    wide = [float(str(one.get("width"))) for one in tree(picture).iter(f"{SVG}rect") if one.get("data-load")]

    assert wide[1] == pytest.approx(2 * wide[0], abs=0.1)
    assert {"4 (0–8)", "8 (0–8)"} <= set(texts(picture))


def test_agreement_is_written_with_its_interval_and_a_dash_where_nothing_varies() -> None:
    picture = agreements(AGREEMENT, "zh")

    assert {"0.712 (0.500–0.850)", "-0.050 (-0.300–0.200)", "—"} <= set(texts(picture))
    assert circles(picture, "#0b5563") == 2
    assert "可行性 α" in str(tree(picture).find(f"{SVG}desc").text)  # type: ignore[union-attr]  # it is there, as above


def test_the_matrix_marks_each_cell_and_the_table_lists_who_reads_what() -> None:
    picture = every_picture("en")["matrix"]
    marks = re.findall(r'data-mark="(\w+)"', str(picture.svg))

    assert marks == ["assigned", "conflict", "free", "kept", "assigned", "free"]
    assert picture.rows == (
        ("办件一", "甲专家 (90)", "—", "乙专家"),
        ("办件二", "甲专家 (40), 乙专家 (70)", "甲专家 (40)", "—"),
    )


@given(
    st.lists(st.lists(st.decimals(0, 100, places=2), min_size=0, max_size=9), max_size=8),
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12),
    st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 0.5)), max_size=8),
)
@settings(max_examples=60, deadline=None)
def test_everything_is_inside_the_frame(
    totals: list[list[Decimal]], places: list[tuple[int, int, int]], values: list[tuple[float, float]]
) -> None:
    pictures = [
        score_boxes([CaseTotals("办" * 40, tuple(own), (), own[0] if own else None) for own in totals], "zh"),
        rank_intervals(
            [Interval("x", Decimal(1), at, max(1, at - a), at + b, flips=False) for at, a, b in places], 3, "en"
        ),
        loads([Load("专" * 30, a, b, min(a, b), max(a, b)) for _, a, b in places], "zh"),
        agreements([Agreement("m", "α", value, value - half, value + half, 9) for value, half in values], "en"),
        assignment_matrix(["c"] * 3, ["专家" * 9] * len(places), [[Cell("free", 0)] * len(places)] * 3, "zh"),
    ]
    for picture in pictures:
        drawn = tree(picture)
        width, height = (float(one) for one in str(drawn.get("viewBox")).split()[2:])

        assert [
            box for box in boxes(drawn) if min(box[:2]) < -0.1 or box[2] > width + 0.1 or box[3] > height + 0.1
        ] == []


def boxes(drawn: ET.Element) -> list[Sequence[float]]:
    """Left, top, right and bottom of every box, point and line."""
    found = []
    for box in drawn.findall(f"{SVG}rect"):
        x, y, wide, tall = (float(str(box.get(name))) for name in ("x", "y", "width", "height"))
        found.append((x, y, x + wide, y + tall))
    for dot in drawn.findall(f"{SVG}circle"):
        x, y, r = (float(str(dot.get(name))) for name in ("cx", "cy", "r"))
        found.append((x - r, y - r, x + r, y + r))
    for line in drawn.findall(f"{SVG}line"):
        xs, ys = [float(str(line.get(n))) for n in ("x1", "x2")], [float(str(line.get(n))) for n in ("y1", "y2")]
        found.append((min(xs), min(ys), max(xs), max(ys)))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_figures_give_the_same_bytes(kind: str) -> None:
    assert every_picture()[kind] == every_picture()[kind]


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (0, 10, ["0", "2", "4", "6", "8", "10"]),
        (81.2, 82.9, ["81.5", "82.0", "82.5"]),
        (-0.3, 1, ["0.0", "0.5", "1.0"]),
        (5, 5, ["5"]),
    ],
)
def test_an_axis_has_round_figures(low: float, high: float, written: list[str]) -> None:
    assert [text for _, text in ticks(low, high)] == written


def test_what_is_counted_one_by_one_has_no_parts_on_its_axis() -> None:
    few = (Load("专家一", 2, 1, 0, 2), Load("专家二", 1, 0, 0, 2))
    two = RANKS[:2]
    axes = [
        [one for one in texts(picture) if re.fullmatch(r"\d+(\.\d+)?", one)]
        for picture in (loads(few, "zh"), rank_intervals(two, 1, "zh"))
    ]

    assert axes == [["0", "1", "2", "3"], ["1", "2", "3", "4"]]
