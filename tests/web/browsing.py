"""Real browsers before an application: one for each person who is signed in, and what axe finds on a page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

WIDTHS = (360, 768, 1280)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@contextmanager
def browsers(app: Flask, chromium: Browser, **shape: Any) -> Iterator[Callable[[str], BrowserContext]]:
    """The application on a free port; what opens a browser of its own for the token of a session."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    contexts: list[BrowserContext] = []

    def opened(token: str) -> BrowserContext:
        context = chromium.new_context(locale="zh-CN", base_url=address, **shape)
        contexts.append(context)
        context.add_cookies([{"name": "caseflow", "value": token, "url": address}])
        return context

    try:
        yield opened
    finally:
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
