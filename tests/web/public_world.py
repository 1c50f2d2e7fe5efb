"""An office that takes in reports from the public, its people, and a stranger who fills in the form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from caseflow.cases.models import case
from caseflow.config import Settings
from caseflow.db import Database
from tests.cases.world import World
from tests.elsewhere import test_pages
from tests.elsewhere import world as elsewhere
from tests.web.applicant_world import multipart
from tests.web.conftest import Visitor

FORM = "/public/forms/watch/violation-report"
MARKS = ("隐名甲", "13900000017")
"""Name and telephone of the informant: they stand on no page but the one that asks for a reason."""
REPORT = {
    "matter-about": "示例焦化厂", "matter-kind": "figures", "matter-text": "数据与台账不符",
    "informant-name": MARKS[0], "informant-phone": MARKS[1], "informant-told": "yes",
}  # fmt: skip


@dataclass
class Watch:
    """The office with its pages."""

    world: World
    app: Flask

    def stranger(self, address: str = "198.51.100.7") -> Visitor:
        return Visitor(self.app, address)

    def visit(self, who: Any) -> Visitor:
        return test_pages.visit(self.world, self.app, who)

    def cases(self) -> list[Any]:
        with self.world.database.read() as tx:
            return list(tx.execute(sa.select(case).order_by(case.c.id)).mappings())


def build(database: Database, settings: Settings) -> Watch:
    world = elsewhere.build(database, settings, "watch")
    return Watch(world, test_pages.app_of(world))


def hidden(page: TestResponse) -> dict[str, str]:
    """What the form carries unseen."""
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in inputs}


def send(visitor: Visitor, data: dict[str, Any], *, page: TestResponse | None = None, path: str = FORM) -> TestResponse:
    """The form as a browser without scripts sends it; ``page`` is the one that came back before."""
    drawn = page or visitor.get(path)
    return multipart(visitor, path, {**hidden(drawn), **data})


def code_in(page: TestResponse) -> str:
    found = re.search(r"\b([2-9A-Z]{4}(?:-[2-9A-Z]{4}){3})\b", page.text)
    assert found is not None
    return found[1]


def field(page: TestResponse, name: str) -> str:
    """What stands in an input of a page."""
    found = re.search(rf'(?s)<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page.text)
    if found:
        return unescape(found[1]).strip()
    one = re.search(rf'<input[^>]*name="{name}"[^>]*>', page.text)
    value = re.search(r'value="([^"]*)"', one[0]) if one else None
    return unescape(value[1]) if value else ""
