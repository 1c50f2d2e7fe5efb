"""The ranking and the meeting in a real browser: keys, typing that is kept, three widths, and what axe finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from caseflow.people.rights import Actor
from tests.cases.ranked import Ranked
from tests.web.browsing import browsers, chromium, faults
from tests.web.panel_world import Room, room
from tests.web.test_meeting_screen import THREE, base

__all__ = ["chromium", "room"]
pytestmark = pytest.mark.browser

Visit = Callable[[Actor], Page]


@pytest.fixture
def visit(room: Room, chromium: Browser) -> Iterator[Visit]:
    """A page of the browser in which somebody is signed in."""
    with browsers(room.app, chromium, viewport={"width": 1920, "height": 1080}) as opened:
        yield lambda who: opened(room.visit(who).cookie()).new_page()


def here(page: Page) -> str:
    return page.locator("h1 + .meeting-subject").inner_text()


def test_the_keys_lead_from_case_to_case_and_typing_is_kept_on_the_way(room: Room, visit: Visit) -> None:
    found: Ranked = room.ranked(*THREE, limit=1)
    page = visit(found.office)
    page.goto(base(found))
    page.keyboard.press("j")
    page.wait_for_url("**/decide/*")
    seen = [here(page)]
    page.get_by_label("会上发言").fill("先补充运输数据")
    page.get_by_text("入选", exact=True).click()
    page.locator("[data-save-state]", has_text="已保存").wait_for()
    page.locator("h1").click()
    for key in ("j", "k"):
        with page.expect_navigation():
            page.keyboard.press(key)
        seen.append(here(page))

    assert seen == ["产品2", "产品1", "产品2"]
    assert (page.get_by_label("会上发言").input_value(), page.get_by_label("入选", exact=True).is_checked()) == (
        "先补充运输数据",
        True,
    )
    assert "本次拟占1" in page.locator("aside").inner_text()


def test_on_a_projector_a_case_is_read_without_scrolling(room: Room, visit: Visit) -> None:
    found = room.ranked(*THREE, limit=1)
    page = visit(found.office)
    page.goto(f"{base(found)}/{found.cases[2]}")
    foot = page.locator("#meeting .buttons").bounding_box()
    size = page.locator(".meeting-figures dd").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")

    assert foot is not None
    assert (foot["y"] + foot["height"] <= 1080, size >= 40) == (True, True)


def test_nothing_is_found_on_the_pages_of_a_result_and_of_a_meeting(room: Room, visit: Visit) -> None:
    found = room.ranked(*THREE, limit=1)
    office, chair = visit(found.office), visit(found.experts[0])
    told = [
        fault
        for page, address in (
            (office, base(found)), (office, f"{base(found)}/{found.cases[1]}"), (office, f"/cases/{found.host}/ranking"),
            (chair, f"/cases/{found.host}/panel/agreement"),
        )
        for fault in faults(page, address)
    ]  # fmt: skip

    assert told == []
