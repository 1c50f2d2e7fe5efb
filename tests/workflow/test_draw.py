"""The picture shows every state and move once, in both languages, without anything that a strict policy forbids."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from caseflow.words import LANGUAGES, Language
from caseflow.workflow.draw import mermaid, svg
from caseflow.workflow.layout import BOX_WIDTH, MIDDLE, Layout, arrange
from tests.workflow import garden

GARDEN = garden.garden()
NS = "{http://www.w3.org/2000/svg}"


SHED = garden.read_text(garden.ROADS, vocabulary=garden.VOCABULARY)


def _layout() -> Layout:
    return arrange(GARDEN, dict.fromkeys(GARDEN.states, 56.0), {})


def test_the_longest_way_to_the_wanted_end_is_the_road_in_the_middle() -> None:
    boxes = _layout().boxes
    road = sorted((box for box in boxes.values() if box.column == MIDDLE), key=lambda box: box.y)

    assert [box.state for box in road] == ["drafting", "review", "shown", "granting", "granted"]
    assert {box.state: box.column for box in boxes.values() if box.column} == {
        "correcting": -1,
        "refused": 1,
        "withdrawn": 1,
    }


def test_no_two_states_overlap_and_every_line_begins_and_ends_at_its_states() -> None:
    layout = _layout()
    boxes = list(layout.boxes.values())
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = (
                one.x + BOX_WIDTH <= other.x or other.x + BOX_WIDTH <= one.x
                or one.y + one.height <= other.y or other.y + other.height <= one.y
            )  # fmt: skip

            assert apart, (one.state, other.state)
    for link in layout.links:
        for (x, y), name in ((link.points[0], link.source), (link.points[-1], link.target)):
            box = layout.boxes[name]

            assert box.x <= x <= box.x + BOX_WIDTH
            assert box.y <= y <= box.y + box.height


def test_no_line_runs_through_a_state() -> None:
    layout = _layout()
    for link in layout.links:
        for (ax, ay), (bx, by) in zip(link.points, link.points[1:], strict=False):
            for box in layout.boxes.values():
                inside_x = max(min(ax, bx), box.x + 1) < min(max(ax, bx), box.x + BOX_WIDTH - 1)
                inside_y = max(min(ay, by), box.y + 1) < min(max(ay, by), box.y + box.height - 1)
                through = (inside_x and box.y < ay < box.y + box.height) if ay == by else (
                    inside_y and box.x < ax < box.x + BOX_WIDTH)  # fmt: skip

                assert not through, (link.source, link.target, box.state)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_svg_is_well_formed_and_says_everything_in_its_language(language: Language) -> None:
    root = ET.fromstring(svg(GARDEN, current="review", walked=["drafting"], language=language))
    said = "".join(root.itertext())

    assert all(getattr(state.title, language) in said for state in GARDEN.states.values())
    assert all(
        getattr(action.title, language) in said
        for state in GARDEN.states.values()
        for action in state.actions.values()
        if action.to
    )
    assert root.find(f"{NS}title") is not None
    assert len(root.findall(f"{NS}g[@class]")) == len(GARDEN.states) + len(_layout().links)


def test_the_present_state_is_lit_and_told_without_colour() -> None:
    root = ET.fromstring(svg(GARDEN, current="review", walked=["drafting"]))
    lit = [group for group in root.iter(f"{NS}g") if group.get("aria-current") == "step"]

    assert [len(group.findall(f"{NS}rect")) for group in lit] == [2]
    assert "当前环节：审核。" in (root.findtext(f"{NS}desc") or "")


def test_the_svg_holds_nothing_that_a_strict_policy_forbids() -> None:
    drawn = svg(GARDEN, current="review")

    assert re.findall(r"<script|<style|style=|on\w+=|href|url\(|<foreignObject|<image", drawn) == []


def test_titles_are_escaped() -> None:
    text = garden.changed(
        ("title: {zh: 审核, en: Review}\n    public", 'title: {zh: "<script>&", en: "</svg>\\""}\n    public')
    )
    drawn = svg(garden.read_text(text, vocabulary=garden.VOCABULARY), language="en")

    assert '</svg>"' in "".join(ET.fromstring(drawn).itertext())
    assert drawn.count("</svg>") == 1


def test_the_same_definition_gives_the_same_picture() -> None:
    assert svg(garden.garden()) == svg(GARDEN)


def test_mermaid_has_every_state_and_move() -> None:
    lines = mermaid(GARDEN, "en").splitlines()

    assert lines[:2] == ["stateDiagram-v2", "    [*] --> drafting"]
    assert '    state "Review" as review' in lines
    assert "    correcting --> review: Resubmit" in lines
    assert sum("-->" in line for line in lines) == 1 + len(_layout().links) + 3
    assert lines[-1] == "    %% In every state: Withdraw → Withdrawn"


def test_fifty_states_are_drawn_within_a_second() -> None:
    many = "".join(
        f"  extra{n}: {{title: {{zh: 环节, en: Step}}, public: {{zh: 甲, en: A}}, holder: clerk, actions: {{go: {{title: {{zh: 前进, en: Forward}}, to: {f'extra{n + 1}' if n < 49 else 'granted'}}}, back: {{title: {{zh: 退回, en: Back}}, to: review}}}}}}\n"
        for n in range(50)
    )
    text = garden.changed(("  granted:\n", many + "  granted:\n"), ("style: careful, to: refused}", "to: extra0}"))
    drawn = svg(garden.read_text(text, vocabulary=garden.VOCABULARY))

    assert drawn.count('class="flow-state') == 58


def test_where_cases_begin_is_marked_and_said() -> None:
    root = ET.fromstring(svg(SHED, language="en"))
    said = [" ".join(text.itertext()) for text in root.iter(f"{NS}text")]
    boxes = {tuple((group.findtext(f"{NS}title") or "").split(" · ")) for group in root.iter(f"{NS}g")}

    assert len([mark for mark in root.iter(f"{NS}circle") if mark.get("class") == "flow-entrance"]) == 3
    assert ("Recording", "Clerk", "Begins here when recorded", "by Clerk") in boxes
    assert "Imported cases begin here" in said
    assert "Recording: Begins here when recorded by Clerk." in (root.findtext(f"{NS}desc") or "")


def test_what_others_owe_in_a_state_stands_in_its_box_and_in_words() -> None:
    root = ET.fromstring(svg(SHED))

    assert "会办：意见、踏勘" in "".join(root.itertext())
    assert "审核：会办：意见、踏勘。" in (root.findtext(f"{NS}desc") or "")


def test_mermaid_tells_every_beginning_and_what_is_owed() -> None:
    lines = mermaid(SHED, "en").splitlines()

    assert [line.strip() for line in lines if "[*] -->" in line] == [
        "[*] --> drafting",
        "[*] --> recording: Begins here when recorded by Clerk",
        "[*] --> building: Imported cases begin here",
    ]
    assert "    note right of review: Also owed： Opinion, Survey" in lines
