"""A real server, a real browser for each person, and what every page must be: named, labelled, quiet in the console."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.journey.pages import Upload
from tests.journey.world import Site
from tests.people.conftest import PASSWORD

WIDE, NARROW = 1280, 390
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
]

FAULTS = """() => {
  const faults = [];
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) faults.push(`${headings} h1`);
  if (!["zh-CN", "en"].includes(document.documentElement.lang)) faults.push(`lang ${document.documentElement.lang}`);
  if (!document.querySelector("main#main")) faults.push("no main");
  document.querySelectorAll("input:not([type=hidden], [hidden]), select, textarea").forEach((one) => {
    const named = one.labels?.length || one.getAttribute("aria-label") ||
      (one.getAttribute("aria-labelledby") || "").split(" ").some((id) => id && document.getElementById(id));
    if (!named) faults.push(`no label: ${one.name || one.id}`);
  });
  document.querySelectorAll("[aria-describedby]").forEach((one) => one.getAttribute("aria-describedby").split(" ")
    .filter((id) => id && !document.getElementById(id)).forEach((id) => faults.push(`${one.name} is described by nothing: ${id}`)));
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => faults.push(`id stands twice: ${id}`));
  document.querySelectorAll("script:not([src]), style, [style]:not([style='']), [onclick]").forEach((one) => faults.push(`inline: ${one.outerHTML.slice(0, 300)}`));
  document.querySelectorAll("a, button").forEach((one) => {
    if (!one.textContent.trim() && !one.getAttribute("aria-label")) faults.push(`nameless: ${one.outerHTML.slice(0, 80)}`);
  });
  const wrong = document.querySelector(".errors[role=alert]") !== null;
  if (wrong !== /^(错误：|Error: )/.test(document.title)) faults.push(`title: ${document.title}`);
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over > 0) faults.push(`${over} px too wide at ${innerWidth}`);
  return faults;
}"""


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 -- its name in werkzeug
        pass


@contextmanager
def serving(site: Site) -> Iterator[str]:
    """The site on a free port; its address."""
    server = make_server("127.0.0.1", 0, site.app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield opened
        finally:
            opened.close()


@dataclass
class Stage:
    """The browsers of all who take part."""

    site: Site
    browser: Browser
    address: str
    shots: Path
    whole: bool
    """Pictures of whole pages: for those who want to look at them."""
    faults: list[str] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    taken: int = 0

    def person(self, name: str) -> Page:
        """A browser of one's own, signed in nowhere."""
        if name not in self.pages:
            context = self.browser.new_context(
                viewport={"width": WIDE, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai",
                base_url=self.address,
            )  # fmt: skip
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.on("console", lambda message: self._said(name, page, message))
            page.on("pageerror", lambda error: self.faults.append(f"{name} {page.url}: {error}"))
            page.on("response", lambda answer: self._answered(name, answer))
            self.pages[name] = page
        return self.pages[name]

    def signed_in(self, login: str) -> Page:
        """A browser of one's own, signed in on the page, with the second factor where it is asked."""
        if login in self.pages:
            return self.pages[login]
        page = self.person(login)
        page.goto("/sign-in")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        press(page, "登录")
        if "/second-factor" in page.url:
            page.fill("#code", self.site.code())
            press(page, "验证并登录")
        return page

    def look(self, page: Page, name: str, *, narrow: bool = False) -> None:
        """Take a picture, and note every fault of the page; ``narrow``: on a telephone too."""
        self.taken += 1
        self._shot(page, f"{self.taken:02}-{name}")
        broken = [fault for fault in self.faults if fault.endswith(": 500")]
        assert broken == []
        if narrow:
            page.set_viewport_size({"width": NARROW, "height": 844})
            self._shot(page, f"{self.taken:02}-{name}-narrow")
            page.set_viewport_size({"width": WIDE, "height": 900})

    def _shot(self, page: Page, name: str) -> None:
        self.faults += [f"{name} {page.url}: {fault}" for fault in page.evaluate(FAULTS)]
        page.screenshot(path=self.shots / f"{name}.png", full_page=self.whole)

    def _said(self, name: str, page: Page, message: Any) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"{name} {page.url}: {message.text}")

    def _answered(self, name: str, answer: Any) -> None:
        if answer.status >= 500 or (answer.status == 404 and "favicon" not in answer.url):
            self.faults.append(f"{name} {answer.url}: {answer.status}")


@contextmanager
def stage(site: Site, shots: Path) -> Iterator[Stage]:
    wanted = os.environ.get("CASEFLOW_SHOTS")
    kept = Path(wanted or shots)
    kept.mkdir(parents=True, exist_ok=True)
    with serving(site) as address, browser() as opened:
        yield Stage(site, opened, address, kept, whole=bool(wanted))


def chosen(upload: Upload) -> Any:
    """An upload as the browser's file chooser takes it."""
    return {"name": upload.name, "mimeType": "application/octet-stream", "buffer": upload.body}


def fill(page: Page | Locator, answers: dict[str, Any]) -> None:
    """Type, tick, choose by the names of the inputs."""
    for name, value in answers.items():
        if isinstance(value, Upload):
            page.locator(f'input[type=file][name="{name}"]').set_input_files(chosen(value))
            continue
        if isinstance(value, list):
            for one in value:
                page.locator(f'[name="{name}"][value="{one}"]').check()
            continue
        control = page.locator(f'[name="{name}"]:not([type=hidden])')
        kind = control.first.evaluate("(one) => one.tagName === 'INPUT' ? one.type : one.tagName")
        if kind == "checkbox":
            control.first.set_checked(bool(value))
        elif kind == "radio":
            page.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind == "SELECT":
            control.first.select_option(str(value))
        else:
            control.first.fill(str(value))


def press(page: Page, text: str) -> None:
    """Press the button whose text begins so, and wait for the page that comes."""
    with page.expect_navigation(wait_until="load"):
        page.locator("main button", has_text=re.compile(f"^\\s*{re.escape(text)}")).first.click()


def follow(page: Page, text: str, *, exact: bool = True) -> None:
    with page.expect_navigation(wait_until="load"):
        page.locator("main").get_by_role("link", name=text, exact=exact).first.click()
