"""The forms for the public in a real browser: readable, labelled, not wider than a telephone; the receipt too."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people import sessions
from tests.web import public_world as public
from tests.web.browsing import browsers, chromium, faults
from tests.web.public_world import FORM, MARKS, REPORT

__all__ = ["chromium"]


def filled(page: Page) -> None:
    for name in ("matter-about", "matter-text", "informant-name", "informant-phone"):
        page.fill(f"#{name}", REPORT[name])
    page.select_option("#matter-kind", REPORT["matter-kind"])
    page.click("main form button")


def here(page: Page) -> list[str]:
    """What axe finds on the page as it stands, on a telephone."""
    page.set_viewport_size({"width": 360, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth") > 360
    return [*(one["id"] for one in Axe().run(page).response["violations"]), *(["wide"] if wide else [])]


def test_a_stranger_files_on_a_telephone_and_the_keeper_reads_who_it_was(
    sqlite_database: Database, settings: Settings, chromium: Browser
) -> None:
    watch = public.build(sqlite_database, settings)
    keeper = watch.world.person("informant_keeper", "office")
    with sqlite_database.write() as tx:
        token = sessions.begin(tx, keeper.person_id, idle_seconds=3600, address="127.0.0.1", second_factor_done=True)
    with browsers(watch.app, chromium) as opened:
        page = opened("nobody").new_page()
        found = [*faults(page, "/public/forms"), *faults(page, FORM)]
        filled(page)
        receipt, wrong = page.inner_text("main"), here(page)
        case = watch.cases()[0]
        office = opened(token).new_page()
        wrong_office = faults(office, f"/cases/{case['id']}/sealed")
        office.fill("#reason", "核对联系方式")
        office.click("main form button")
        shown = office.inner_text("main")
        wrong_shown = here(office)

    assert (found, wrong, wrong_office, wrong_shown) == ([], [], [], [])
    assert (case["number"] in receipt, case["receipt_code"] in receipt) == (True, True)
    assert [mark in shown for mark in MARKS] == [True, True]
