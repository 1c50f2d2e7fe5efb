"""The work list, several cases at once and the overview in a real browser: keys, three widths, and what axe finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.web.browsing import browsers, chromium, faults
from tests.web.office_world import World, office, seeded

__all__ = ["chromium", "office", "seeded"]
pytestmark = pytest.mark.browser

Visit = Callable[[str], Page]


@pytest.fixture
def visit(office: World, chromium: Browser) -> Iterator[Visit]:
    """A page of the browser in which somebody is signed in."""
    with browsers(office.app, chromium) as opened:
        yield lambda login: opened(office.visit(login).cookie()).new_page()


def test_nothing_is_found_on_the_desk_and_where_several_are_acted_on(office: World, visit: Visit) -> None:
    cases = [office.application("municipal_review", number) for number in (1, 2)]
    named = "&".join(f"case={one}" for one in cases)
    page = visit("taiyuan")
    found = [
        fault
        for address in (
            "/desk", "/cases", f"/bulk?{named}", f"/bulk/acts/recommend?{named}", f"/bulk/acts/municipal_return?{named}",
            "/bulk/sheet", "/overview", f"/rounds/{office.round_id}",
        )
        for fault in faults(page, address)
    ]  # fmt: skip

    assert found == []


def test_nothing_is_found_on_the_pages_of_the_province(office: World, visit: Visit) -> None:
    for number, state in enumerate(("municipal_review", "municipal_correcting", "proposal", "not_recommended"), 1):
        office.application(state, number)
    page = visit("province")
    found = [fault for address in ("/overview", f"/rounds/{office.round_id}") for fault in faults(page, address)]

    assert found == []


def test_keys_move_choose_open_and_tell(office: World, visit: Visit) -> None:
    first, second = (office.application("municipal_review", number) for number in (1, 2))
    page = visit("taiyuan")
    page.goto("/desk")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    chosen = [page.is_checked(f"[data-choose][value='{one}']") for one in (first, second)]
    page.keyboard.press("?")
    told = page.is_visible("text=勾选或取消")
    page.keyboard.press("o")
    page.wait_for_url(f"**/cases/{second}")

    assert (chosen, told) == ([True, False], True)


def test_single_keys_can_be_switched_off_for_good(office: World, visit: Visit) -> None:
    number = office.application("municipal_review", 1)
    page = visit("taiyuan")
    page.goto("/desk")
    page.click("[data-keys] summary")
    page.uncheck("[data-keys-on]")
    page.goto("/desk")
    page.keyboard.press("j")
    page.keyboard.press("x")

    assert page.is_checked(f"[data-choose][value='{number}']") is False
    assert page.evaluate("document.activeElement === document.body")


def test_several_are_chosen_with_one_tick_and_acted_on(office: World, visit: Visit) -> None:
    cases = [office.application("municipal_waiting", number) for number in (1, 2, 3)]
    page = visit("taiyuan")
    page.goto("/desk")
    page.check("[data-choose-all]")
    page.click("text=批量办理所选")
    page.click("button:has-text('签收')")
    page.click("button:has-text('对所选办件办理')")
    page.wait_for_selector("text=已办理3件，未办成0件")

    assert [office.row(one)["state"] for one in cases] == ["municipal_review"] * 3
