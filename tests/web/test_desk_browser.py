"""The work list, several cases at once and the overview in a real browser: keys, three widths, and what axe finds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]
pytestmark = pytest.mark.browser

WIDTHS = (360, 768, 1280)
Visit = Callable[[str], Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(office: World, chromium: Browser) -> Iterator[Visit]:
    """A page of the browser in which somebody is signed in."""
    server = make_server("127.0.0.1", 0, office.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    contexts = []

    def opened(login: str) -> Page:
        context = chromium.new_context(locale="zh-CN", base_url=address)
        contexts.append(context)
        context.add_cookies([{"name": "caseflow", "value": office.visit(login).cookie(), "url": address}])
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def faults(page: Page, address: str) -> list[tuple[int, str, str]]:
    """What axe finds on a page at three widths, and where it is wider than the window."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        answer = Axe().run(page)
        found += [(width, one["id"], one["nodes"][0]["html"][:120]) for one in answer.response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((width, "wider than the window", address))
    return found


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
