"""Every address of the application as one reader opens it, and all that stands in the answers: files opened, headers too."""

from __future__ import annotations

import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from caseflow.db import Database
from tests.web.conftest import Visitor

Values = Mapping[str, Sequence[object]]
"""For each thing that an address names, what stands for it."""
LEAVES = frozenset({"static", "account.choose_language", "account.choose_size"})
"""Addresses that show nothing, or change how all others look."""
ABSENT = 999_999_999


@dataclass(frozen=True, slots=True)
class Page:
    """What one reader got from one address."""

    path: str
    status: int
    text: str
    """Everything in it without blanks, so that a line broken in the middle of a word hides nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one can tell of an answer from outside, and how often the database was asked for it."""

    status: int
    body: str
    statements: int


def rules(app: Flask, method: str = "GET") -> list[Rule]:
    return [one for one in app.url_map.iter_rules() if method in (one.methods or ()) and one.endpoint not in LEAVES]


def addresses(found: Iterable[Rule], values: Values) -> list[str]:
    """The rules with everything for which there are ``values``; 1 stands for the rest."""
    built: dict[str, None] = {}
    for rule in found:
        names = sorted(rule.arguments)
        for chosen in itertools.product(*(values.get(name, ("1",)) for name in names)):
            made = rule.build({name: str(one) for name, one in zip(names, chosen, strict=True)})
            assert made is not None

            built[made[1]] = None
    return list(built)


def walk(reader: Visitor, paths: Iterable[str]) -> list[Page]:
    """Open every address; ways that lead on are not followed, for the addresses to which they lead are opened too.

    What is not there is answered in one line instead of a drawn page, which is the same for all (see :func:`cost`).
    """
    return [page_of(path, reader.get(path, content_type="application/json")) for path in paths]


def page_of(path: str, answer: TestResponse) -> Page:
    heads = " ".join(f"{name}: {unquote(value)}" for name, value in answer.headers)
    return Page(path, answer.status_code, squeezed(f"{heads} {said_in(answer)}"))


def said_in(answer: TestResponse) -> str:
    """The whole text of a page or file."""
    if answer.mimetype == "application/pdf":
        return " ".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages)
    if answer.data[:2] == b"PK":
        return " ".join(parts_of(answer.data))
    if answer.mimetype == "application/json":
        return json.dumps(answer.get_json(), ensure_ascii=False)
    return unquote(unescape(answer.text))


def parts_of(archive: bytes) -> Iterator[str]:
    """The names and texts in a workbook, a document or an archive of such."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for one in opened.infolist():
            yield one.filename
            body = opened.read(one)
            if body[:2] == b"PK":
                yield from parts_of(body)
            else:
                yield re.sub(r"<[^>]*>", "", unescape(body.decode("utf-8", "replace")))


def squeezed(text: str) -> str:
    return "".join(text.split())


def found_in(pages: Iterable[Page], markers: Iterable[str]) -> set[tuple[str, str]]:
    """Which marker stands where."""
    wanted = [(one, squeezed(one)) for one in markers]
    return {(one, page.path) for page in pages for one, bare in wanted if bare in page.text}


def cost(database: Database, reader: Visitor, path: str, method: str = "GET", **sent: object) -> Cost:
    """Ask once and count; what a page draws at random is taken out."""
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        answer = reader.client.open(path, method=method, environ_base=reader.address, **sent)  # type: ignore[arg-type]
        body = answer.text
        answer.close()
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)
    return Cost(answer.status_code, bare(body, path), len(asked))


def bare(body: str, path: str) -> str:
    """A page without its own address, and without incident, nonce, proof and key, which are new each time."""
    body = unquote(body).replace(path, "HERE")
    body = re.sub(r"\d{4}-[0-9A-F]{6}", "INCIDENT", body)
    return re.sub(r'(nonce|value|content)="[0-9A-Za-z_-]{16,}"', r'\1="…"', body)
