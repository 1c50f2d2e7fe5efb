"""字 are counted alike on the server and in the browser."""

from __future__ import annotations

import base64
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, sync_playwright

from caseflow.config import ROOT
from caseflow.workflow import characters

GOLDEN: list[dict[str, Any]] = json.loads((Path(__file__).parent / "golden_characters.json").read_text("utf-8"))
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["why"])
def test_a_golden_text_has_its_number(golden: dict[str, Any]) -> None:
    assert characters.count(golden["text"]) == golden["count"]


def test_the_golden_table_is_long_and_names_each_text_once() -> None:
    assert len({golden["text"] for golden in GOLDEN}) == len(GOLDEN) >= 60


def test_the_excess_is_named() -> None:
    text = "碳" * 2001

    assert (characters.excess(text, 2000), characters.excess(text, 2001), characters.excess("", 1)) == (1, 0, 0)


def test_no_range_stands_in_two_classes() -> None:
    ranges = sorted([*characters.SPACE, *characters.MARK, *characters.WIDE])

    assert [later for earlier, later in itertools.pairwise(ranges) if later[0] <= earlier[1]] == []


@given(TEXT, TEXT)
def test_texts_apart_count_as_their_sum(one: str, other: str) -> None:
    assert characters.count(f"{one} {other}") == characters.count(one) + characters.count(other)


@given(TEXT)
def test_line_ends_do_not_matter(text: str) -> None:
    assert characters.count(text.replace("\n", "\r\n")) == characters.count(text)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser.new_page()
        browser.close()


def _counted_in(page: Page, texts: list[str]) -> list[int]:
    module = base64.b64encode((ROOT / "caseflow/web/static/characters.js").read_bytes()).decode()
    counts: list[int] = page.evaluate(
        "async ([module, texts]) => {"
        " const {count} = await import(`data:text/javascript;base64,${module}`);"
        " return texts.map(count); }",
        [module, texts],
    )
    return counts


@pytest.mark.browser
def test_the_browser_counts_the_golden_texts_alike(page: Page) -> None:
    assert _counted_in(page, [golden["text"] for golden in GOLDEN]) == [golden["count"] for golden in GOLDEN]


@pytest.mark.browser
def test_the_browser_counts_every_assigned_character_alike(page: Page) -> None:
    texts = [f"a{chr(point)}{chr(point)}b" for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF]
    # A plane without assigned characters tells nothing that its first page does not.
    texts = [text for text in texts if ord(text[1]) < 0x40000 or 0xE0000 <= ord(text[1]) < 0xE1100]

    assert _counted_in(page, texts) == [characters.count(text) for text in texts]


@pytest.mark.browser
def test_the_browser_counts_random_texts_alike(page: Page) -> None:
    dice = random.Random(24067)
    blocks = [
        (0x20, 0x7E), (0x09, 0x0D), (0x80, 0x24F), (0x300, 0x36F), (0x590, 0x6FF), (0x2000, 0x206F), (0x2080, 0x2099),
        (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x1100, 0x11FF), (0xF900, 0xFAFF), (0xFE00, 0xFE6F),
        (0xFF00, 0xFFEF), (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0x30000, 0x323AF), (0xE0100, 0xE01EF),
    ]  # fmt: skip
    texts = [
        "".join(chr(dice.randint(*dice.choice(blocks))) for _ in range(dice.randint(0, 40))) for _ in range(100_000)
    ]

    assert _counted_in(page, texts) == [characters.count(text) for text in texts]
