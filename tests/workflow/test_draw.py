"""The picture shows every state and move once, in both languages, without anything that a strict policy forbids."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from caseflow.words import LANGUAGES, Language
from caseflow.workflow.definition import Definition
from caseflow.workflow.drawing.draw import drawn, svg
from caseflow.workflow.drawing.layout import BOX_WIDTH, MIDDLE, Box, Layout, arrange
from caseflow.workflow.drawing.mermaid import mermaid
from caseflow.workflow.drawing.picture import Badge, Overlay, Sight, picture, walked
from tests.workflow import garden

GARDEN = garden.garden()
NS = "{http://www.w3.org/2000/svg}"


SHED = garden.read_text(garden.ROADS, vocabulary=garden.VOCABULARY)


def _layout() -> Layout:
    return arrange(picture(GARDEN), dict.fromkeys(GARDEN.states, 56.0), {})


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
    root = ET.fromstring(svg(GARDEN, current="review", passed=["drafting"], language=language))
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
    root = ET.fromstring(svg(GARDEN, current="review", passed=["drafting"]))
    lit = [group for group in root.iter(f"{NS}g") if group.get("aria-current") == "step"]
    frames = [[one for one in group.findall(f"{NS}rect") if "badge" not in (one.get("class") or "")] for group in lit]

    assert [len(one) for one in frames] == [2]
    assert ["▶ 当前环节" in "".join(group.itertext()) for group in lit] == [True]
    assert "当前环节：审核。" in (root.findtext(f"{NS}desc") or "")


def test_the_way_of_a_case_is_numbered_dated_and_drawn_thick_and_what_may_come_next_is_framed() -> None:
    seen = picture(GARDEN)
    over = walked(seen, [("drafting", "5月6日"), ("review", "5月8日"), ("correcting", "5月9日"), ("review", "5月12日")])
    root = ET.fromstring(drawn(seen, over))
    kinds = {
        (group.findtext(f"{NS}title") or "").split(" · ")[0]: group.get("class") or "" for group in root.iter(f"{NS}g")
    }
    thick = [group for group in root.iter(f"{NS}g") if "flow-gone" in (group.get("class") or "")]

    assert over.visits == {
        "drafting": ("1 · 5月6日",), "review": ("2 · 5月8日", "4 · 5月12日"), "correcting": ("3 · 5月9日",)
    }  # fmt: skip
    assert len(thick) == 3
    assert {name for name, kind in kinds.items() if "flow-next" in kind} == {
        seen.node(name).title for name in over.ahead
    }
    assert "4 · 5月12日" in "".join(root.itertext())


def test_a_clock_stands_as_a_badge_with_its_sign_and_on_a_case_as_it_stands_now() -> None:
    seen = picture(GARDEN, "en")
    plain = drawn(seen)
    paused = drawn(seen, Overlay(current="review", badges={"review": (Badge("paused", "Clock stopped"),)}))

    assert ("10 working days" in plain, 'class="flow-badge flow-clock"' in plain) == (True, True)
    assert ("Clock stopped" in paused, 'class="flow-badge flow-paused"' in paused) == (True, True)


def test_states_of_one_name_are_one_box_and_what_a_reader_may_not_know_is_not_in_it() -> None:
    public = Sight(
        lambda state: GARDEN.states[state].public or GARDEN.states[state].title,
        lambda _state, action: "clerk" not in action.by,
        frozenset(),
    )
    names = {state.public or state.title for state in GARDEN.states.values()}
    seen = picture(GARDEN, "en", public)
    said = drawn(seen)
    hidden = {state.title.en for state in GARDEN.states.values() if state.public} - {name.en for name in names}

    assert sorted(node.title for node in seen.nodes) == sorted({name.en for name in names})
    assert [title for title in hidden if f">{title}<" in said] == []


def _grown(definition: Definition, state: str, action: str, target: str) -> Definition:
    """The definition with a new state on one of its ways, standing in the file where that way begins."""
    data = json.loads(definition.canonical())
    data["states"][state]["actions"][action]["to"] = "grown"
    fresh = {
        "id": "grown", "title": {"zh": "新增环节", "en": "Grown"}, "holder": definition.states[state].holder,
        "actions": {"go": {"title": {"zh": "前进", "en": "Go"}, "to": target}},
    }  # fmt: skip
    states: dict[str, Any] = {}
    for name, body in data["states"].items():
        states[name] = body
        if name == state:
            states["grown"] = fresh
    return Definition.from_canonical(json.dumps({**data, "states": states}))


def _forward() -> list[tuple[str, str, str]]:
    order = list(GARDEN.states)
    return [
        (state.id, action.id, str(action.to))
        for state in GARDEN.states.values()
        for action in state.actions.values()
        if action.to in GARDEN.states and order.index(str(action.to)) > order.index(state.id)
    ]


@pytest.mark.parametrize(("state", "action", "target"), _forward())
def test_a_new_state_leaves_the_others_in_their_columns_and_in_their_order(
    state: str, action: str, target: str
) -> None:
    grown = picture(_grown(GARDEN, state, action, target))
    before = _layout().boxes
    after = arrange(grown, dict.fromkeys((node.id for node in grown.nodes), 56.0), {}).boxes

    def order(boxes: Mapping[str, Box], column: int) -> list[str]:
        inside = [box for box in boxes.values() if box.column == column and box.state != "grown"]
        return [box.state for box in sorted(inside, key=lambda box: box.row)]

    assert [order(after, column) for column in (-1, 0, 1)] == [order(before, column) for column in (-1, 0, 1)]
    assert all(0 <= after[name].row - before[name].row <= 1 for name in before)


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
    assert ("Recording", "Clerk", "Begins here when recorded by Clerk") in boxes
    assert "Imported cases begin here" in " ".join(said)
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
