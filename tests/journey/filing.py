"""The enterprise over HTTP: it registers, fills in, has the form signed, and submits; each on the page for it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from caseflow.office import sample_files
from caseflow.workflow.identifiers import make_credit_code
from tests.journey.pages import Page, Upload
from tests.journey.visitor import Visitor
from tests.journey.world import Site
from tests.people.conftest import PASSWORD

UNIT = "临汾云岭示例焦化有限公司"
PRODUCT = "一级冶金焦"
CONTACT = "柏禾"
"""The contact person, whom no public page may name."""
LOGIN = "yunling"
UNIT_CODE = make_credit_code("91", "141000", 344)
PLAN = "碳足迹报告.pdf"
WORDS = "云岭焦化建有覆盖原料煤进厂、配煤炼焦、化产回收到焦炭出厂的计量体系，" * 3

DOSSIER: dict[str, dict[str, Any]] = {
    "unit": {
        "unit_name": UNIT,
        "leader": "柏岭",
        "leader_title": "总经理",
        "leader_phone": "0357-0000001",
        "leader_email": "leader@example.org",
        "contact_name": CONTACT,
        "contact_title": "能源环保部部长",
        "contact_phone": "0357-0000002",
        "contact_email": "contact@example.org",
        "production_address": "临汾市云岭县工业园区示例路1号",
    },
    "product": {
        "product": PRODUCT,
        "product_class": "coke",
        "goal": "一年内建成一级冶金焦产品碳足迹管理体系，吨焦碳足迹下降百分之三。",
        "tasks": "完成全生命周期数据采集，核算产品碳足迹，参与焦炭产品碳足迹规则制定。",
        "introduction": WORDS,
        "conditions": WORDS,
        "strengths": WORDS,
        "future": "向下游钢铁企业提供逐批碳足迹数据，带动上游洗煤企业开展数据采集。",
    },
    "plan": {
        "rows-0-task": "数据采集",
        "rows-0-measure": "在原料、炼焦、化产三个环节加装在线计量",
        "rows-0-responsible": "能源环保部",
        "rows-0-due": "2026-12-31",
        "rows-0-indicator": "一级计量覆盖率100%",
        "rows-0-heading": "data_collection",
    },
    "priority": {"grounds": ["green_title"]},
    "footprint_work": {"status": "started", "description": "2025年完成首次核算，边界为从摇篮到大门。"},
    "agent": {},
    "attachments": {},
    "declaration": {"truth": True},
}
UPLOADS = {"priority": ("proofs", "绿色工厂证书.pdf"), "attachments": ("work_plan", PLAN)}
DECLARED = "2000"
"""kgCO₂e per tonne; what is recomputed differs by more than the tolerance."""


@cache
def pdf(name: str, pages: int = 1) -> Upload:
    """A small real PDF under a name."""
    return Upload(name, sample_files.content(name, Path(name).stem, pages=pages).body)


# --- the enterprise comes in ------------------------------------------------------------------------------------


def registration(site: Site, **changed: Any) -> dict[str, Any]:
    """What somebody types who registers the enterprise."""
    return {
        "kind": "enterprise",
        "name_zh": UNIT,
        "credit_code": UNIT_CODE,
        "prefecture_id": site.ids["sx-linfen"],
        "address": "临汾市云岭县工业园区示例路1号",
        "licence": pdf("营业执照.pdf"),
        "name": CONTACT,
        "phone": "0357-0000002",
        "login": LOGIN,
        "password": PASSWORD,
        "password_again": PASSWORD,
        "agreed": True,
        **changed,
    }


def register(site: Site, **changed: Any) -> Page:
    visitor = Visitor(site.app, "198.51.100.7")
    page = visitor.get("/register")
    return visitor.send(page, page.form("credit_code").fill(registration(site, **changed)))


def approve(officer: Visitor, unit: str = UNIT) -> Page:
    waiting = officer.get("/registrations")
    number = re.search(rf'/registrations/(\d+)">{unit}<', waiting.text)
    assert number, waiting.words
    page = officer.get(f"/registrations/{number[1]}")
    return officer.send(page, page.form("decision").fill(decision="approve"))


def enterprise(site: Site, login: str, unit: str, number: int, bureau: str = "sx-linfen") -> Visitor:
    """A further enterprise, registered and approved."""
    code = make_credit_code("91", "141000", number)
    asked = {"name_zh": unit, "credit_code": code, "login": login, "prefecture_id": site.ids[bureau]}
    page = register(site, **asked)
    assert page.status == 200, page.errors
    approve(site.visitor(f"{bureau.removeprefix('sx-')}.officer"), unit)
    return site.visitor(login)


# --- filling in -------------------------------------------------------------------------------------------------


def start(applicant: Visitor, site: Site, bureau: str = "sx-linfen") -> int:
    """Open an application; its number."""
    home = applicant.get("/home")
    page = applicant.get(home.link("/start/pilot-management"))
    page = applicant.send(page, page.form("prefecture").fill(round=site.round_id, prefecture=site.ids[bureau]))
    return case_of(page)


def case_of(page: Page) -> int:
    found = re.search(r"/cases/(\d+)", page.url)
    assert found, f"{page.url}: {page.errors or page.words[:500]}"
    return int(found[1])


def section(applicant: Visitor, case_id: int, name: str, answers: dict[str, Any]) -> Page:
    """Type into a section and save it by its button."""
    page = applicant.get(f"/cases/{case_id}/dossier/{name}")
    return applicant.send(page, page.form("version").fill(answers))


def fill_in(applicant: Visitor, case_id: int, **changed: dict[str, Any]) -> None:
    """Every section of the form, and the attachments."""
    for name, answers in DOSSIER.items():
        given = {**answers, **changed.get(name, {})}
        if name in UPLOADS:
            field, file = UPLOADS[name]
            given.setdefault(field, pdf(file))
        page = section(applicant, case_id, name, given)
        assert (page.status, page.errors) == (200, [])


def declare_footprint(applicant: Visitor, case_id: int, declared: str = DECLARED) -> Page:
    """Activity data for a tonne of coke, with what is declared for it."""
    page = applicant.get(f"/cases/{case_id}/footprint")
    stages = [name.split("-")[1] for name in page.form("declared").controls if re.fullmatch(r"lines-\w+-0-name", name)]
    (
        first,
        *_,
    ) = stages
    making = next(one for one in stages if one.startswith(("manufacturing", "production")))
    form = page.form("declared").fill(
        product=PRODUCT,
        unit_quantity="1",
        unit_unit="t",
        declared=declared,
        **{
            f"lines-{first}-0-name": "洗精煤",
            f"lines-{first}-0-amount": "1.33",
            f"lines-{first}-0-unit": "t",
            f"lines-{first}-0-own_value": "0.35",
            f"lines-{first}-0-own_unit": "kg",
            f"lines-{first}-0-own_source": "供应商核算报告",
            f"lines-{first}-0-own_year": "2025",
            f"lines-{first}-0-data_source": "采购台账",
            f"lines-{making}-0-name": "外购电力",
            f"lines-{making}-0-amount": "120",
            f"lines-{making}-0-unit": "kWh",
            f"lines-{making}-0-factor": "cn-electricity-footprint-2024/mix",
            f"lines-{making}-0-data_source": "电费结算单",
            f"lines-{making}-0-primary": True,
        },
    )
    return applicant.send(page, form, "")


def make_form(applicant: Visitor, case_id: int) -> tuple[Upload, str]:
    """Freeze the form; the PDF that is to be signed, and the code in its footer."""
    page = applicant.get(f"/cases/{case_id}/check")
    page = applicant.send(page, page.form("/finalise"))
    assert page.status == 200, page.errors or page.words
    made = applicant.get(page.link("/form.pdf"))
    code = re.search(r"校验码 ([0-9A-F]{4}-[0-9A-F]{4})", page.words)
    assert code, page.words
    assert made.headers["Content-Type"] == "application/pdf"
    return Upload("盖章签字的申报表.pdf", made.body), code[1]


def submission(applicant: Visitor, case_id: int, scan: Upload, code: str) -> tuple[Page, Any]:
    """The last page with the signed form in it, ready to be sent."""
    page = applicant.get(f"/cases/{case_id}/check")
    form = page.form("/submit").fill({"sealed_form": scan, "sealed_form-revision_code": code, "no_state_secret": True})
    return page, form


def submit(applicant: Visitor, case_id: int) -> Page:
    scan, code = make_form(applicant, case_id)
    return applicant.send(*submission(applicant, case_id, scan, code))


def submitted(site: Site, applicant: Visitor, **changed: dict[str, Any]) -> int:
    """An application filled in and submitted."""
    case_id = start(applicant, site)
    fill_in(applicant, case_id, **changed)
    page = submit(applicant, case_id)
    assert "/receipt" in page.url, page.errors or page.words
    return case_id


def public(site: Site, path: str) -> Page:
    """A page as somebody sees it who is not signed in."""
    return Visitor(site.app, "203.0.113.5").get(path)


def status(site: Site, code: str) -> str:
    """What the public query says of a case by its receipt code."""
    visitor = Visitor(site.app, "203.0.113.6")
    page = visitor.get("/status")
    page = visitor.send(page, page.form("/status").fill(code=code))
    said = re.search(r"SXGL-\d{4}-\d{4} (\S+)", page.words)
    assert said, page.words
    return said[1]
