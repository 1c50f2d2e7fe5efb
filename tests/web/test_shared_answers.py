"""Several acts may answer into the same place: the page names the one that did so last."""

from __future__ import annotations

import re

from caseflow.app import create_app
from caseflow.config import Settings
from caseflow.db import Database
from tests.cases.world import build
from tests.web.test_beside import visit


def test_the_answers_stand_under_the_act_that_gave_them(sqlite_database: Database, settings: Settings) -> None:
    world = build(sqlite_database, settings)
    office = world.person("provincial", "office")
    reader = visit(create_app(world.database, world.settings, world.ground), world, office)
    case_id = world.open(office, "toy-benchmark")
    seen = []
    for act, given in (("publish_first", {}), ("renew", {"baseline": "2.125"})):
        world.do(office, case_id, act, product="焦炭", **given)
        page = reader.get(f"/cases/{case_id}").text
        seen.append(re.findall(r">\s*(首次发布|发布新版|发布)\s*</h2>", page))

    assert seen == [["首次发布"], ["发布新版"]]
    assert "2.125" in page
