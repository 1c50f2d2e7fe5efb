"""Every page of every role, walked in Chromium: axe finds nothing, and nothing is too wide."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.journey import drive, walk
from tests.journey.world import Site

pytestmark = pytest.mark.browser

WIDTHS = (360, 768, 1280)
ENDS = (360, 1280)
"""Of each kind of page in every run; what lies between, and English, in the long one."""
OPTIONS = json.dumps({"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}})
"""Targets of at least 24 px (WCAG 2.2, 2.5.8) are off in axe unless asked for."""
EXAMINE = f"""async () => {{
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const {{ violations }} = await axe.run({OPTIONS});
  return violations.map((one) => `${{one.id}}: ` +
    one.nodes.map((node) => `${{node.target.join(" ")}} (${{node.failureSummary}})`).join(" | "));
}}"""


@pytest.fixture(scope="module")
def site(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with walk.demonstration(filled, tmp_path_factory.mktemp("axe")) as site:
        yield site


@contextmanager
def examined(browser: Browser, address: str, token: str | None, language: str) -> Iterator[Page]:
    """A page of this person's browser, with axe in it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address, reduced_motion="reduce")
    cookies = [{"name": "language", "value": language, "url": address}]
    cookies += [{"name": "caseflow", "value": token, "url": address}] if token else []
    context.add_cookies(cookies)
    context.add_init_script(AXE_SCRIPT)
    try:
        yield context.new_page()
    finally:
        context.close()


def faults(page: Page, widths: Iterable[int]) -> Iterator[str]:
    """What axe and the house's own rules find on the page that is open."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for fault in (*page.evaluate(EXAMINE), *page.evaluate(drive.FAULTS)):
            yield f"{page.url} at {width}: {fault}"


def test_axe_finds_nothing_on_any_page_of_any_role(site: Site) -> None:
    """Each kind of page as two roles see it, once on a telephone too; as every role sees it in the long run."""
    found: list[str] = []
    known: Counter[tuple[str, ...]] = Counter()
    with drive.serving(site) as address, drive.browser() as browser:
        for login in ("", *walk.one_of_each_role(site).values()):
            token = walk.signed_in(site, login) if login else None
            with examined(browser, address, token, "zh") as page:
                for stop in walk.stops(site, token):
                    if stop.is_document or known[stop.kind] == 2:
                        continue
                    page.goto(stop.path)
                    widths = (1280,) if known[stop.kind] else ENDS
                    known[stop.kind] += 1
                    found += [f"{login}: {fault}" for fault in faults(page, widths)]

    assert found == [], "\n".join(found)
    assert known.total() > 200


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_at_any_width_in_either_language(site: Site, language: str) -> None:
    found: list[str] = []
    with drive.serving(site) as address, drive.browser() as browser:
        for login in ("", *walk.one_of_each_role(site).values()):
            token = walk.signed_in(site, login) if login else None
            with examined(browser, address, token, language) as page:
                for stop in walk.stops(site, token, language):
                    if stop.is_document:
                        continue
                    page.goto(stop.path)
                    found += [f"{login}: {fault}" for fault in faults(page, WIDTHS)]

    assert found == [], "\n".join(found)
