"""Every page of every role, walked over HTTP: no link leads nowhere, and an English page is English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import BaseModel

from caseflow.cases.models import round_
from caseflow.config import ROOT
from caseflow.office.notices_known import known
from caseflow.people.models import organisation
from caseflow.records.models import file
from caseflow.studies import store
from caseflow.words import catalogue
from caseflow.workflow import timer_reading
from caseflow.workflow.parts import Text
from tests.journey import walk
from tests.journey.world import Site
from tests.shipped import data, everything

HAN = re.compile(r"[\u4e00-\u9fff]")
_PLACE = re.compile(r"\{\w+\}")
"""What a text of the demonstration leaves open."""


@pytest.fixture(scope="module")
def site(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with walk.demonstration(filled, tmp_path_factory.mktemp("pages")) as site:
        yield site


@pytest.fixture(scope="module")
def every_stop(site: Site) -> list[tuple[str, walk.Stop]]:
    """Each role's walk, in English: with whose login, and where."""
    made: set[str] = set()
    return [
        (login, stop)
        for login in ("", *walk.one_of_each_role(site).values())
        for stop in walk.stops(site, walk.signed_in(site, login) if login else None, "en", made=made)
    ]


def test_no_link_leads_nowhere(every_stop: list[tuple[str, walk.Stop]]) -> None:
    dead = [
        f"{login}: {stop.source} -> {stop.path}: {stop.page.status}"
        for login, stop in every_stop
        if stop.page.status >= 400
    ]

    assert "\n".join(dead) == ""


def test_an_english_page_says_nothing_in_chinese_that_has_english_words(
    site: Site, every_stop: list[tuple[str, walk.Stop]]
) -> None:
    """What people wrote, names, document numbers and cited clauses stay as they are."""
    chinese, cited = translated(), as_they_are(site)
    found = set()
    for _, stop in every_stop:
        if stop.is_document:
            continue
        words = stop.page.words
        for text in cited:
            words = words.replace(text, " ")
        if _is_long(words):
            found |= {f"{stop.kind}: {text}" for text in chinese if text in words}

    assert "\n".join(sorted(found)) == ""


def translated() -> list[str]:
    """Every Chinese text of the interface and of the definitions that has words of its own in English."""
    texts = {pair["zh"] for pair in catalogue().values() if pair["zh"] != pair["en"]}
    for definition in everything().values():
        texts |= set(_texts(definition))
    return [text for text in texts if _is_long(text) and "{" not in text]


def _is_long(text: str) -> bool:
    """Long enough not to stand by chance in another text."""
    return len(HAN.findall(text)) >= 6


def as_they_are(site: Site) -> list[str]:
    """What no page translates: clauses, names of offices, documents and files, what the demonstration wrote; the longest
    first.
    """
    names = site.read(lambda tx: tx.scalars(sa.select(organisation.c.name_zh)).all())
    notices = site.read(lambda tx: tx.scalars(sa.select(round_.c.notice)).all())
    files = site.read(lambda tx: tx.scalars(sa.select(file.c.name)).all())
    clauses = {clause for definition in everything().values() for clause in _clauses(definition)}
    clauses |= {one.basis for one in timer_reading.known(ROOT / "workflows").timers.values()}
    clauses |= {one.id for notice in known(ROOT / "workflows").values() for one in notice.clauses if _is_long(one.id)}
    wrote = {
        piece
        for path in (ROOT / "workflows/data/demo").rglob("*.yaml")
        for text in _scalars(data(str(path.relative_to(ROOT / "workflows/data").with_suffix(""))))
        for piece in (text, *_PLACE.split(text))
        if HAN.search(piece)
    }
    releases = site.read(store.stored_shelf).factors.releases
    quoted = {text for one in releases for text in (one.document, *(factor.source for factor in one.factors))}
    return sorted({*names, *filter(None, notices), *files, *clauses, *wrote, *quoted}, key=len, reverse=True)


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, Text):
        yield part.zh
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            if name != "tests":
                yield from _texts(getattr(part, name))
    elif isinstance(part, dict):
        for one in part.values():
            yield from _texts(one)
    elif isinstance(part, tuple | list):
        for one in part:
            yield from _texts(one)


def _scalars(value: object) -> Iterator[str]:
    """Every text of a file, line by line, as it stands on a page."""
    if isinstance(value, str):
        yield from (line for line in value.splitlines() if HAN.search(line))
    elif isinstance(value, dict):
        for one in value.values():
            yield from _scalars(one)
    elif isinstance(value, list):
        for one in value:
            yield from _scalars(one)


def _clauses(part: object) -> Iterator[str]:
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            value = getattr(part, name)
            if name in ("basis", "reading", "notice") and isinstance(value, str):
                yield value
            elif name != "tests":
                yield from _clauses(value)
    elif isinstance(part, dict):
        for one in part.values():
            yield from _clauses(one)
    elif isinstance(part, tuple | list):
        for one in part:
            yield from _clauses(one)
