"""Pages on paper, by keys alone, at twice the size, in the colours of the machine: in Chromium, on the demonstration."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page
from pypdf import PdfReader

from caseflow.cases.models import case, round_
from caseflow.people.models import organisation
from tests.journey import drive, walk
from tests.journey.world import Site
from tests.printing import squeezed, text_of
from tests.test_printed_papers import lines_of

pytestmark = pytest.mark.browser

A4 = (595, 842)
BESIDE = {595: 2 * 16, 842: 2 * 14}
"""The margins to the left and right in millimetres, upright and across."""
PAPERS = {
    "case": ("linfen", "/cases/{case}"),
    "review": ("linfen", "/cases/{case}/review"),
    "work list": ("linfen", "/desk"),
    "round": ("province", "/rounds/{round}"),
    "quota board": ("linfen", "/quota"),
    "desk of the province": ("province", "/overview"),
}
"""Whose page is printed, and its address."""
LONG = {"all cases": ("province", "/cases"), **PAPERS}
ON_PAPER = """() => {
  const faults = [];
  document.querySelectorAll("nav, button, .button, .skip, .foot, .toolbar, [data-choose]").forEach((one) => {
    if (one.getClientRects().length) faults.push(`on paper: ${one.outerHTML.slice(0, 80)}`);
  });
  document.querySelectorAll("table").forEach((table) => {
    const name = table.caption?.textContent || table.className;
    const { right } = table.getBoundingClientRect();
    if (right > document.documentElement.clientWidth + 1) faults.push(`${name} runs ${right} px wide`);
    if (getComputedStyle(table.tHead || table).display !== (table.tHead ? "table-header-group" : "table")) faults.push(`${name} does not repeat its heads`);
    for (let one = table.parentElement; one; one = one.parentElement) {
      if (getComputedStyle(one).overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1) faults.push(`${name} is cut by ${one.className}`);
    }
  });
  return faults;
}"""
WORDS = """(what) => {
  document.querySelectorAll(".hidden").forEach((one) => one.remove());
  return [...document.querySelectorAll(what)].filter((one) => one.getClientRects().length).map((one) => one.innerText).join(" ");
}"""
"""What is to be read there; names for the ear alone are on no paper."""
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const shown = one.matches("input[type=file]") && one.labels?.length ? one.labels[0].getBoundingClientRect() : box;
  return { what: one.outerHTML.slice(0, 120), ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    colour: style.outlineColor, inside: shown.width > 0 && shown.height > 0 && shown.bottom > 0 && shown.top < innerHeight };
}"""


@dataclass(frozen=True)
class Place:
    """The demonstration, served, with a browser before it."""

    site: Site
    address: str
    browser: Browser
    ids: dict[str, int]

    @contextmanager
    def page(self, login: str, language: str = "zh", **options: Any) -> Iterator[Page]:
        """A page of this person's browser; ``options`` as a browser's context takes them."""
        wanted = {"viewport": {"width": 1280, "height": 900}, **options}
        context = self.browser.new_context(base_url=self.address, **wanted)
        token = walk.signed_in(self.site, login)
        context.add_cookies(
            [
                {"name": "language", "value": language, "url": self.address},
                {"name": "caseflow", "value": token, "url": self.address},
            ]
        )
        try:
            yield context.new_page()
        finally:
            context.close()

    def open(self, page: Page, path: str) -> None:
        answer = page.goto(path.format(**self.ids))
        assert answer is not None
        assert answer.status == 200, path


@pytest.fixture(scope="module")
def place(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("paper")
    with walk.demonstration(filled, folder) as site, drive.serving(site) as address, drive.browser() as opened:
        yield Place(site, address, opened, numbers(site))


def numbers(site: Site) -> dict[str, int]:
    """A case that the bureau of one city reviews, a pilot of its, and a round with cases."""
    of_city = (
        sa.select(sa.func.max(case.c.id))
        .join(organisation, organisation.c.id == case.c.prefecture_id)
        .where(organisation.c.code == "sx-linfen")
    )
    asked = {
        "case": of_city.where(case.c.workflow == "pilot-management", case.c.state == "municipal_review"),
        "pilot": of_city.where(case.c.workflow == "pilot-management", case.c.state == "implementing"),
        "round": sa.select(sa.func.min(round_.c.id)),
    }
    found = {name: site.read(lambda tx, query: tx.scalar(query), query) for name, query in asked.items()}
    assert None not in found.values(), found
    return found


def words(text: str) -> set[str]:
    """Latin words and numbers: what a reader of PDF finds whatever fonts the machine has."""
    return set(re.findall(r"[A-Za-z0-9]{3,}", text))


def sheets(pdf: bytes) -> list[tuple[int, int]]:
    return [(round(one.mediabox.width), round(one.mediabox.height)) for one in PdfReader(io.BytesIO(pdf)).pages]


def as_paper(page: Page, width: int) -> None:
    """Lay the open page out as on a sheet of this width (in points)."""
    millimetres = width * 25.4 / 72 - BESIDE[width]
    page.set_viewport_size({"width": int(millimetres / 25.4 * 96), "height": 900})
    page.emulate_media(media="print")


@pytest.mark.parametrize("name", PAPERS)
def test_a_page_is_printed_on_a4_without_navigation_and_with_whole_tables(place: Place, name: str) -> None:
    login, path = PAPERS[name]
    with place.page(login, "en") as page:
        place.open(page, path)
        menu = page.evaluate(WORDS, "nav.menu a")
        pdf = page.pdf(prefer_css_page_size=True)
        (size,) = set(sheets(pdf))
        as_paper(page, size[0])
        faults = page.evaluate(ON_PAPER)
        tables = page.evaluate(WORDS, "th, td")
    each = [squeezed(text_of(pdf, at)) for at in range(1, len(sheets(pdf)) + 1)]
    printed = text_of(pdf)

    assert sorted(size) == sorted(A4)
    assert faults == []
    assert words(tables) - words(printed) == set()
    assert menu
    assert "Sign out" not in printed
    assert [one.endswith(f"{at}/{len(each)}") for at, one in enumerate(each, start=1)] == [True] * len(each)


@pytest.mark.parametrize("name", LONG)
def test_no_sheet_but_the_last_is_left_half_empty(place: Place, name: str) -> None:
    login, path = LONG[name]
    with place.page(login, "en") as page:
        place.open(page, path)
        pdf = page.pdf(prefer_css_page_size=True)
    height = sheets(pdf)[0][1] * 25.4 / 72
    lowest = [max(line.bottom for line in sheet if line.bottom < height - 20) for sheet in lines_of(pdf)[:-1]]

    assert [round(one / height, 2) for one in lowest if one < height / 2] == []


def test_the_heads_of_a_long_table_stand_on_each_of_its_sheets(place: Place) -> None:
    login, path = LONG["all cases"]
    with place.page(login, "en") as page:
        place.open(page, path)
        pdf = page.pdf(prefer_css_page_size=True)
        as_paper(page, sheets(pdf)[0][0])
        heads = page.evaluate(WORDS, ".worklist thead th")
    each = [words(text_of(pdf, at)) for at in range(1, len(sheets(pdf)) + 1)]

    assert len(each) > 2
    assert len(words(heads)) > 4
    assert [words(heads) - one for one in each] == [set()] * len(each)


def test_what_is_folded_away_on_the_screen_is_open_on_paper(place: Place) -> None:
    with place.page("linfen", "en") as page:
        place.open(page, "/cases/{case}")
        folded = " ".join(page.locator("details:not([open]) .ledger li").all_text_contents())
        pdf = page.pdf(prefer_css_page_size=True)

    assert len(words(folded)) > 3
    assert words(folded) - words(text_of(pdf)) == set()


def reach(page: Page, wanted: Locator, most: int = 150) -> None:
    """Go on with the tabulator until this one has the focus."""
    for _ in range(most):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keys do not reach {wanted}")


def test_the_first_key_offers_to_skip_to_the_content(place: Place) -> None:
    with place.page("linfen") as page:
        place.open(page, "/desk")
        page.keyboard.press("Tab")
        skip = page.locator("a.skip")
        seen = page.evaluate(FOCUSED)
        was_first = skip.evaluate("(one) => one === document.activeElement")
        page.keyboard.press("Enter")
        arrived = page.evaluate("document.activeElement.id")
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement.closest('main') !== null")

    assert was_first
    assert seen["inside"]
    assert arrived == "main"
    assert inside


def test_the_work_list_is_worked_with_the_keys_alone(place: Place) -> None:
    """Down and up, a choice, help, into a case and on to the next, and an act on what was chosen."""
    with place.page("linfen") as page:
        place.open(page, "/desk")
        rows = page.locator("[data-row]")
        current = "[...document.querySelectorAll('[data-row]')].findIndex((one) => one.hasAttribute('aria-current'))"
        went = []
        for key in "kjjk":
            page.keyboard.press(key)
            went.append(page.evaluate(current))
        focused = page.evaluate("document.activeElement.matches('[data-row][aria-current] [data-open]')")
        page.keyboard.press("j")
        page.keyboard.press("x")
        chosen = rows.locator("[data-choose]:checked").count()
        value = rows.nth(2).locator("[data-choose]").get_attribute("value")
        page.keyboard.press("?")
        helped = page.locator("[data-keys][open]").count()
        reach(page, page.locator(".bulk-go button"))
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press("Enter")
        bulk = page.url
        place.open(page, "/desk")
        page.keyboard.press("j")
        target = page.locator("[data-row][aria-current] [data-open]").get_attribute("href")
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press("o")
        opened = page.url

    assert went == [0, 1, 2, 1]
    assert focused
    assert (chosen, helped) == (1, 1)
    assert f"case={value}" in bulk
    assert opened == f"{place.address}{target}"


def test_single_keys_can_be_switched_off_with_the_keys(place: Place) -> None:
    """WCAG 2.1, 2.1.4: a key of one character can be turned off."""
    with place.page("linfen") as page:
        place.open(page, "/desk")
        page.keyboard.press("?")
        reach(page, page.locator("[data-keys-on]"))
        page.keyboard.press("Space")
        page.keyboard.press("j")
        now = page.locator("[data-row][aria-current]").count()
        page.reload()
        page.keyboard.press("j")
        later = page.locator("[data-row][aria-current]").count()

    assert (now, later) == (0, 0)


def test_an_act_is_done_with_the_keys_alone_and_the_first_mistake_is_reached_from_its_list(place: Place) -> None:
    with place.page("linfen") as page:
        place.open(page, "/cases/{pilot}/acts/record_guidance")
        act = page.locator("#act .act-foot button").first
        content = page.locator("#act [name=content]")
        reach(page, act)
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press("Enter")
        on_errors = page.evaluate("document.activeElement.closest('.errors') !== null")
        reach(page, page.locator(".errors a").last)
        page.keyboard.press("Enter")
        at_question = page.evaluate("document.activeElement.closest('.has-error') !== null")
        reach(page, page.locator("#act [name=day]"))
        day: date = place.site.today
        page.keyboard.type(f"{day:%m%d%Y}")
        reach(page, content)
        page.keyboard.type("按规则核对了活动数据。")
        reach(page, act)
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press("Enter")
        answered = page.locator("main").inner_text()
        place.open(page, "/cases/{pilot}")
        shown = page.content()

    assert on_errors
    assert at_question
    assert "错误" not in answered
    assert "按规则核对了活动数据。" in shown


@pytest.mark.parametrize("colours", ["none", "active"])
@pytest.mark.parametrize(
    "path", ["/desk", "/cases/{case}", "/cases/{case}/review", "/cases/{pilot}/acts/record_guidance"]
)
def test_the_focus_is_seen_wherever_the_keys_lead_and_leaves_again(place: Place, path: str, colours: str) -> None:
    """With the colours of the machine (forced colours) too; after the last stop the keys leave the page."""
    with place.page("linfen", forced_colors=colours) as page:
        place.open(page, path)
        stops: list[dict[str, Any]] = []
        page.keyboard.press("Tab")
        while (stop := page.evaluate(FOCUSED)) is not None and len(stops) < 300:
            stops.append(stop)
            page.keyboard.press("Tab")

    assert [one["what"] for one in stops if not (one["ring"] and one["inside"])] == []
    assert 10 < len(stops) < 300


def test_forced_colours_keep_what_a_colour_alone_would_say(place: Place) -> None:
    """The place in the menu, a badge and a row that is chosen have a line around them."""
    line = "(one) => { const s = getComputedStyle(one); return Math.max(parseFloat(s.borderBottomWidth), parseFloat(s.outlineWidth)) }"
    with place.page("linfen", forced_colors="active") as page:
        place.open(page, "/desk")
        page.keyboard.press("j")
        lines = [
            page.locator(one).first.evaluate(line)
            for one in ("nav.menu a[aria-current]", "main .badge", "[data-row][aria-current]")
        ]
        marks = page.locator("main .badge .mark").first.evaluate("(one) => getComputedStyle(one).backgroundColor")

    assert min(lines) >= 1
    assert marks != "rgba(0, 0, 0, 0)"


def test_nothing_moves_for_who_asked_for_less_motion(place: Place) -> None:
    moving = """() => [...document.querySelectorAll("*")].filter((one) => {
      const s = getComputedStyle(one);
      return s.transitionDuration !== "0s" || s.animationName !== "none" || s.scrollBehavior === "smooth";
    }).map((one) => one.outerHTML.slice(0, 80))"""
    with place.page("linfen", reduced_motion="reduce") as page:
        found = []
        for path in ("/desk", "/cases/{case}", "/cases/{case}/review"):
            place.open(page, path)
            found += page.evaluate(moving)

    assert found == []


@pytest.mark.parametrize("size", ["normal", "large"])
def test_a_page_at_twice_its_size_is_read_without_scrolling_sideways(place: Place, size: str) -> None:
    """WCAG 2.1, 1.4.4: 1280 px at 200 % are 640 px; with the large type of the house on top."""
    with place.page("province", viewport={"width": 640, "height": 450}, device_scale_factor=2) as page:
        page.context.add_cookies([{"name": "type_size", "value": size, "url": place.address}])
        found = []
        for path in (
            "/desk",
            "/cases",
            "/overview",
            "/rounds/{round}",
            "/quota",
            "/cases/{pilot}",
            "/cases/{pilot}/acts/record_visit",
        ):
            place.open(page, path)
            found += [f"{path}: {fault}" for fault in page.evaluate(drive.FAULTS)]

    assert found == []
