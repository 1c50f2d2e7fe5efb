"""The register of time limits for everybody, and the clock over several states on the pages of a case."""

from __future__ import annotations

import json
import re

from caseflow.cases import ground as grounds
from caseflow.config import ROOT
from caseflow.words import LANGUAGES
from caseflow.workflow import timer_reading
from caseflow.workflow.definition import Definition
from tests.web.conftest import Visitor
from tests.web.office_world import PILOT, World, office, seeded

__all__ = ["office", "seeded"]

SHIPPED = timer_reading.known(ROOT / "workflows")
STATES = ["municipal_review", "awaiting_submission"]


def row(text: str, key: str) -> str:
    """One line of the register without its marks."""
    start = text.index(f'<tr id="{key}">')
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text[start : text.index("</tr>", start)]))


def with_timers(office: World) -> None:
    """The pilots from now on with a clock over two states, and rows of the register named."""
    with office.database.write() as tx:
        body = json.loads(office.ground.current(tx, PILOT).definition.canonical())
        body["version"] = "2099.1"
        body["states"]["municipal_review"]["clock"]["timer"] = "pn.review"
        body["clocks"] = {
            "whole": {
                "title": {"zh": "全程办理期限", "en": "Time for the whole"}, "in": STATES, "limit": "90 days",
                "timer": "pn.case", "basis": "示例第一条",
            }
        }  # fmt: skip
        grounds.publish(tx, [Definition.model_validate(body)])
    office.ground._current.clear()  # what another process has published


def test_everybody_reads_each_row_with_whence_it_is_known_and_what_is_to_be_confirmed(office: World) -> None:
    visitor = Visitor(office.app)
    pages = {
        language: visitor.get("/public/timers", headers={"Accept-Language": language}).text for language in LANGUAGES
    }
    zh = pages["zh"]

    assert re.findall(r'<tr id="([a-z]+\.[a-z_]+)">', zh) == list(SHIPPED.timers)
    assert "15个工作日" in row(zh, "pn.clue_check")
    assert "全文已核" in row(zh, "pn.clue_check")
    assert "见于网页摘录，待核" in row(zh, "bl.early")
    assert "凭记忆，待核 令第44号期限条款未读到原文" in row(zh, "bl.term")
    assert "延长：经市场监督管理部门负责人批准延长一次" in row(zh, "pn.case")
    assert all("尚无流程使用" in row(zh, key) for key in SHIPPED.timers if key.startswith("pe."))
    assert "from memory, to be confirmed" in row(pages["en"], "bl.term")


def test_who_counts_by_a_row_is_named_as_the_reader_knows_it(office: World) -> None:
    with_timers(office)
    visitor = Visitor(office.app).get("/public/timers").text
    inside = office.visit("province").get("/public/timers").text

    assert "产品碳足迹管理试点 初审中" in row(visitor, "pn.review")
    assert "产品碳足迹管理试点 全程办理期限" in row(visitor, "pn.case")
    assert "产品碳足迹管理试点 市级初审" in row(inside, "pn.review")


def test_the_clocks_of_a_case_name_their_rows_and_run_side_by_side(office: World) -> None:
    with_timers(office)
    number = office.application("municipal_review", 1)
    reader = office.visit("taiyuan")
    pages = [reader.get(f"/cases/{number}{part}").text for part in ("", "/why", "/diagram.svg")]
    applicant = office.visit(office.unit(1)).get(f"/cases/{number}").text

    assert ["全程办理期限" in one for one in pages] == [True] * 3
    assert "时限登记：案件审核或者法制审核（全文已核）" in pages[1]
    assert "时限登记：办案期限（全文已核）" in pages[1]
    assert "全程办理期限" in applicant
