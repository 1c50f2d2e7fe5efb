"""A walk over every page that a person can reach by links, each kind of page once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from http import HTTPStatus
from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from caseflow import clock
from caseflow.app import create_app
from caseflow.cases.models import case
from caseflow.people import accounts, sessions
from caseflow.people.models import membership, person
from tests.demonstration import TODAY, copied
from tests.journey.pages import Page
from tests.journey.world import Site, moving

MOST_PAGES = 600
"""Of one person: more means that a kind of page is not recognised as one."""
_BY_STATE = ("case.show", "applicant.show")
"""Pages that differ from state to state."""
_SWITCHES = ("account.choose_language", "account.choose_size")
"""Links that change how every page after them is drawn."""
_NAMES = frozenset(
    {("factor_page.show", "release"), ("factor_page.show", "factor"), ("releases.show", "name")}
    | {("footprint_review.line", "line_id")}
)
"""Words in an address that number rows, as an id would."""
_DESKS = count(1)
_ASKED = frozenset({"view", "tab"})
"""Questions in an address that make another page of it."""


@dataclass(frozen=True)
class Stop:
    """A page of one person, and the kind of page that it is; ``source`` is where the link to it stands."""

    path: str
    kind: tuple[str, ...]
    source: str
    page: Page

    @property
    def is_document(self) -> bool:
        """No page of the house: a file, or a letter as it was written, in a sandbox and in its own language."""
        headers = self.page.headers
        return "text/html" not in headers["Content-Type"] or "sandbox" in headers.get("Content-Security-Policy", "")


@contextmanager
def demonstration(filled: Path, folder: Path) -> Iterator[Site]:
    """A copy of the demonstration as somebody finds it in the morning."""
    with copied(filled, folder) as stage:
        now = datetime.combine(TODAY, time(10), clock.SHANGHAI)
        app = create_app(stage.database, stage.settings, stage.ground)
        yield moving(Site(app, stage.database, stage.settings, stage.ground, 1, 1, {}, {}, now - clock.now()))


def one_of_each_role(site: Site) -> dict[str, str]:
    """Somebody for each role: role and login."""
    found = sa.select(membership.c.role, sa.func.min(person.c.login).label("login")).join(
        person, person.c.id == membership.c.person_id
    )
    rows = site.read(lambda tx: tx.execute(found.group_by(membership.c.role).order_by(membership.c.role)).all())
    return {row.role: row.login for row in rows}


def signed_in(site: Site, login: str) -> str:
    """The token of a session of this person, begun without the sign-in page."""
    with site.time(), site.database.write() as tx:
        row = accounts.by_login(tx, login)
        assert row is not None, login
        return sessions.begin(tx, row["id"], idle_seconds=86_400, address="127.0.0.1", second_factor_done=True)


def stops(
    site: Site,
    token: str | None,
    language: str = "zh",
    *,
    made: set[str] | None = None,
    passed: set[tuple[str, ...]] | None = None,
) -> Iterator[Stop]:
    """Every kind of page that can be reached from the start, dead links too: for a case, each act and each state is a
    kind of its own. Everybody walks from a desk, that is an address, of their own: open data are counted by address.

    Every link to a file is followed. Files in ``made`` were made for somebody before: of them only the head is asked
    for, whether this person may have them. Kinds in ``passed`` are files that are not looked at. Both are added to.
    """
    client = site.app.test_client()
    client.environ_base["REMOTE_ADDR"] = _desk()
    client.set_cookie("language", language)
    if token is not None:
        client.set_cookie("caseflow", token)
    with site.database.read() as tx:
        standing = {row.id: row.state for row in tx.execute(sa.select(case.c.id, case.c.state))}
    seen: set[tuple[str, ...]] = set()
    waiting = deque([("/", "")] + ([("/home", "")] if token else []))
    asked: set[str] = set()
    while waiting:
        path, source = waiting.popleft()
        where = _route(site.app, path)
        if path in asked or where is None or (kind := _kind(where, path, standing)) in seen:
            continue
        if passed is not None and kind in passed:
            continue
        asked.add(path)
        method = "HEAD" if made is not None and path in made else "GET"
        page = _read(site, client, path, method)
        if page.status == HTTPStatus.TOO_MANY_REQUESTS:  # nobody fetches that many files from one desk
            client.environ_base["REMOTE_ADDR"] = _desk()
            page = _read(site, client, path, method)
        if page.status in (302, 303):
            waiting.append((_local(page.headers["Location"]), source))
        elif page.status >= 400 or page.text:
            seen.add(kind)
            yield Stop(path, kind, source, page)
            waiting += [(_local(_joined(path, link)), path) for link in page.links() if link.startswith(("/", "?"))]
        else:
            for known, one in ((made, path), (passed, kind)):
                if known is not None:
                    known.add(one)
        assert len(seen) <= MOST_PAGES, sorted(seen)


def _desk() -> str:
    desk = next(_DESKS)
    return f"10.0.{desk >> 8}.{desk & 255}"


def _read(site: Site, client: FlaskClient, path: str, method: str) -> Page:
    with site.time():
        answer = client.open(path, method=method, buffered=True)
        answer.close()
    return Page(answer.status_code, path, answer.data, answer.headers)


def _route(app: Flask, path: str) -> tuple[str, Mapping[str, object]] | None:
    try:
        endpoint, values = app.url_map.bind("localhost").match(urlsplit(path).path)
    except HTTPException:
        return None
    return None if endpoint in _SWITCHES else (endpoint, values)


def _kind(where: tuple[str, Mapping[str, object]], path: str, standing: dict[int, str]) -> tuple[str, ...]:
    """Numbers tell pages of one kind apart; words, and where a case stands, make a kind of their own."""
    endpoint, values = where
    words = tuple(
        str(value)
        for name, value in values.items()
        if not isinstance(value, int) and name != "number" and (endpoint, name) not in _NAMES
    )
    asked = tuple(sorted({name for name, _ in parse_qsl(urlsplit(path).query)} & _ASKED))
    case_id = values.get("case_id")
    stands = (standing.get(case_id, ""),) if isinstance(case_id, int) and endpoint in _BY_STATE else ()
    return (endpoint, *words, *asked, *stands)


def _joined(path: str, link: str) -> str:
    return f"{urlsplit(path).path}{link}" if link.startswith("?") else link


def _local(link: str) -> str:
    parts = urlsplit(link)
    return parts.path + (f"?{parts.query}" if parts.query else "")
