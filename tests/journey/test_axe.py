"""Every page of every role, walked in Chromium: axe finds nothing, and nothing is too wide."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.journey import drive, pages, walk
from tests.journey.world import Site

pytestmark = pytest.mark.browser

WIDTHS = (360, 768, 1280)
ENDS = (360, 1280)
"""Of each kind of page in every run; what lies between, and English, in the long one."""
OPTIONS = json.dumps({"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}})
"""Targets of at least 24 px (WCAG 2.2, 2.5.8) are off in axe unless asked for."""
SEEN_BY = ("class", "disabled", "hidden", "lang", "open", "role", "scope", "tabindex", "type")
"""What decides, beside ``aria-*`` and whether it names what it is ``for``, how axe takes an element."""
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


class Examined:
    """What has been examined: pages by their kinds, and what they are made of."""

    def __init__(self) -> None:
        self.views: Counter[tuple[str, ...]] = Counter()
        self._inside: defaultdict[str, set[object]] = defaultdict(set)
        self._around: set[object] = set()

    def widths(self, stop: walk.Stop) -> tuple[int, ...]:
        """At which widths a page is to be examined: where anything stands on it otherwise than on the pages of the same
        address before it, or around it otherwise than on any page; a kind at both ends, as a second role sees it once more.
        """
        inside, around = pieces(stop.page)
        known, views = self._inside[stop.kind[0]], self.views[stop.kind]
        if views == 2 or (inside <= known and around <= self._around):
            return ()
        self.views[stop.kind] += 1
        known |= inside
        self._around |= around
        return ENDS if views == 0 else (1280,)


def pieces(page: pages.Page) -> tuple[set[object], set[object]]:
    """Each element with the one before it, as axe takes them: of the main part, and of what stands around it."""
    elements = [
        (
            tag,
            "for" in given,
            *(given.get(name) for name in SEEN_BY),
            *sorted(name for name in given if "aria-" in name),
        )
        for tag, given in page.tags
    ]
    tags = [tag for tag, _ in page.tags]
    begin = tags.index("main")
    end = tags.index("footer", begin) if "footer" in tags[begin:] else len(tags)
    return set(pairwise(elements[begin:end])), {*pairwise(elements[: begin + 1]), *pairwise(elements[end - 1 :])}


def test_axe_finds_nothing_on_any_page_of_any_role(site: Site) -> None:
    """Each kind of page as two roles see it, once on a telephone too; as every role sees it in the long run."""
    found: list[str] = []
    done, files = Examined(), set[tuple[str, ...]]()
    with drive.serving(site) as address, drive.browser() as browser:
        for login in ("", *walk.one_of_each_role(site).values()):
            token = walk.signed_in(site, login) if login else None
            with examined(browser, address, token, "zh") as page:
                for stop in walk.stops(site, token, passed=files):
                    if stop.is_document or not (widths := done.widths(stop)):
                        continue
                    page.goto(stop.path)
                    found += [f"{login}: {fault}" for fault in faults(page, widths)]

    assert found == [], "\n".join(found)
    assert done.views.total() > 200


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_at_any_width_in_either_language(site: Site, language: str) -> None:
    found: list[str] = []
    files = set[tuple[str, ...]]()
    with drive.serving(site) as address, drive.browser() as browser:
        for login in ("", *walk.one_of_each_role(site).values()):
            token = walk.signed_in(site, login) if login else None
            with examined(browser, address, token, language) as page:
                for stop in walk.stops(site, token, language, passed=files):
                    if stop.is_document:
                        continue
                    page.goto(stop.path)
                    found += [f"{login}: {fault}" for fault in faults(page, WIDTHS)]

    assert found == [], "\n".join(found)
