"""Diagrams, explanations, the legal basis and the heat map in a real browser: what axe finds at three widths."""

from __future__ import annotations

import pytest

from tests.web.browsing import chromium, faults
from tests.web.office_world import World, office, seeded
from tests.web.test_desk_browser import Visit, visit

__all__ = ["chromium", "office", "seeded", "visit"]
pytestmark = pytest.mark.browser


def test_nothing_is_found_on_the_pages_of_the_offices(office: World, visit: Visit) -> None:
    number = office.application("municipal_review", 1)
    page = visit("province")
    addresses = (
        f"/cases/{number}?part=diagram", f"/cases/{number}/why", "/procedures", "/procedures/pilot-management",
        "/basis", "/basis/pilot-notice-2025", "/overview/heat",
    )  # fmt: skip

    assert [fault for address in addresses for fault in faults(page, address)] == []


def test_nothing_is_found_on_the_pages_of_applicants(office: World, visit: Visit) -> None:
    number = office.application("municipal_review", 1)
    page = visit("unit-1")
    addresses = (f"/cases/{number}/diagram", f"/cases/{number}/why", f"/cases/{number}")

    assert [fault for address in addresses for fault in faults(page, address)] == []


def test_a_wide_diagram_scrolls_inside_its_box_and_can_be_reached_by_key(office: World, visit: Visit) -> None:
    number = office.application("municipal_review", 1)
    page = visit("province")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"/cases/{number}?part=diagram")
    box = page.locator(".diagram")
    box.focus()
    inner, outer = box.evaluate("one => [one.scrollWidth, one.clientWidth]")

    assert inner > outer
    assert page.evaluate("document.activeElement.className") == "diagram"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
