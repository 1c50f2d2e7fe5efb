"""The stations of the journey over HTTP, each on the page on which a person would do it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from caseflow.office import sample_files
from caseflow.workflow.identifiers import make_credit_code
from tests.journey.pages import Page, Upload, Visitor
from tests.journey.world import DEPARTMENTS, Site
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
CHECKLIST = ("typical", "leading", "chain", "data_basis", "life_cycle", "management")
CRITERIA = ("distinctive", "representative", "feasible", "replicable")


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


# --- acts in an office ------------------------------------------------------------------------------------------


def do(visitor: Visitor, case_id: int, action: str, answers: dict[str, Any] | None = None) -> Page:
    """Do an act: by its button where it asks nothing, else through its form."""
    page = visitor.get(f"/cases/{case_id}")
    where = f"/cases/{case_id}/acts/{action}"
    if answers is None:
        page = visitor.send(page, page.form(where))
    else:
        page = visitor.get(where)
        page = visitor.send(page, page.form(where).fill(answers))
    assert (page.status, page.errors) == (200, []), (action, page.errors, page.words[:1500])
    return page


def sign(visitor: Visitor, case_id: int, opinion: str = "同意。") -> Page:
    page = visitor.get(f"/cases/{case_id}")
    page = visitor.send(page, page.form("/signing").fill(opinion=opinion), "签")
    assert (page.status, page.errors) == (200, []), (page.errors, page.words[:1500])
    return page


def answer_findings(visitor: Visitor, case_id: int) -> int:
    """Answer everything that the system has found; how much it was."""
    answered = 0
    while True:
        page = visitor.get(f"/cases/{case_id}")
        open_ = [one for one in page.forms if "/findings/" in one.action and not one["answer"]]
        if not open_:
            return answered
        page = visitor.send(page, open_[0].fill(answer="已与申报单位核实，予以说明。"))
        assert page.status == 200, page.words
        answered += 1


def recommendation() -> dict[str, Any]:
    return {
        **{f"checklist-{item}-conclusion": "met" for item in CHECKLIST},
        "opinion": "符合试点条件，同意推荐。",
        "summary_strengths": "产业链完整，计量体系健全，数据基础较好。",
        "summary_plan": "一年内完成数据采集、核算和标准编制。",
        "no_interest": True,
    }


def recommend(site: Site, case_id: int) -> None:
    """Take in, answer the findings, recommend, and both signatures of the bureau."""
    officer = site.visitor("linfen.officer")
    do(officer, case_id, "accept")
    answer_findings(officer, case_id)
    do(officer, case_id, "recommend", recommendation())
    answer_findings(officer, case_id)
    sign(site.visitor("linfen.head"), case_id)
    sign(site.visitor("linfen.leader"), case_id)


def open_collective(visitor: Visitor, site: Site, workflow: str) -> int:
    page = visitor.get(f"/collective/{workflow}/new")
    return case_of(visitor.send(page, page.form("round").fill(round=site.round_id)))


def include(visitor: Visitor, host_id: int) -> Page:
    """Take in every case that may be taken in."""
    page = visitor.get(f"/cases/{host_id}")
    page = visitor.send(page, page.form("/acts/include"))
    assert (page.status, page.errors) == (200, []), page.errors or page.words
    return page


def bundle(site: Site) -> int:
    """The bureau's submission with everything recommended, signed and ready to be sealed."""
    officer = site.visitor("linfen.officer")
    host = open_collective(officer, site, "municipal-submission")
    include(officer, host)
    do(officer, host, "confirm")
    sign(site.visitor("linfen.head"), host)
    sign(site.visitor("linfen.leader"), host)
    return host


def sealed() -> dict[str, Any]:
    return {
        "sealed_table": pdf("附件1盖章件.pdf"),
        "letter_number": "临环函〔2026〕12号",
        "letter_file": pdf("报送函盖章件.pdf"),
    }


def take_in(site: Site, host_id: int, *members: int) -> None:
    """The province takes the submission in and passes each case."""
    officer = site.visitor("province.officer")
    do(officer, host_id, "receive")
    for case_id in members:
        answer_findings(officer, case_id)
        do(officer, case_id, "pass", {"product_class": "coke", "priority": "product", "consistent": True})
        sign(site.visitor("province.head"), case_id)


# --- the review meeting -----------------------------------------------------------------------------------------


def invite(site: Site) -> int:
    """A meeting with every case that waits, seven experts and two in reserve, all invited."""
    officer = site.visitor("province.officer")
    meeting = open_collective(officer, site, "review-meeting")
    include(officer, meeting)
    experts = [site.people[f"expert{number}"] for number in range(1, 10)]
    chosen = {f"experts-{person}-position": str(at) for at, person in enumerate(experts, 1)}
    do(officer, meeting, "seat", {"experts": experts, **chosen, "supervisors": "演示监督一、演示监督二"})
    do(
        officer, meeting, "notify_experts",
        {"held_on": site.today.isoformat(), "held_at": "9:30", "place": "第一会议室"},
    )  # fmt: skip
    return meeting


def pledge(site: Site, meeting: int, number: int) -> None:
    expert = site.visitor(f"expert{number}")
    page = expert.get(f"/cases/{meeting}/panel")
    page = expert.get(page.link("/acts/declare"))
    page = expert.send(page, page.form("/acts/declare").fill(secrecy=True, integrity=True))
    assert (page.status, page.errors) == (200, []), page.errors or page.words


def convene(site: Site, meeting: int) -> None:
    present = [site.people[f"expert{number}"] for number in range(1, 8)]
    do(site.visitor("province.officer"), meeting, "convene", {"present": present})


def sheet(mark: int) -> dict[str, Any]:
    marks = {f"sheet-marks-{name}-mark": str(mark) for name in CRITERIA}
    reasons = {f"sheet-marks-{name}-reason": "材料充分，理由成立。" for name in CRITERIA}
    return {**marks, **reasons, "sheet-opinion": "建议列入试点。"}


def score(site: Site, meeting: int, number: int, case_id: int, mark: int) -> Page:
    expert = site.visitor(f"expert{number}")
    page = expert.get(f"/cases/{meeting}/panel/{case_id}")
    page = expert.send(page, page.form("/acts/score").fill(sheet(mark)))
    assert (page.status, page.errors) == (200, []), page.errors or page.words
    return page


def conclude(site: Site, meeting: int, *members: int) -> None:
    """Work out the scores, the opinion of the panel by its chair, and close the meeting."""
    officer = site.visitor("province.officer")
    do(officer, meeting, "summarise")
    said = {f"opinions-{case_id}-opinion": "特色鲜明，建议列入试点。" for case_id in members}
    given = {**said, "signed_file": pdf("专家组评审意见.pdf"), "signed_on": site.today.isoformat()}
    do(site.visitor("expert1"), meeting, "sign_opinion", given)
    do(officer, meeting, "close_meeting")


# --- the list ---------------------------------------------------------------------------------------------------


def propose(site: Site, *members: int) -> int:
    """The proposed list with both signatures, before the departments."""
    officer = site.visitor("province.officer")
    host = open_collective(officer, site, "pilot-list")
    include(officer, host)
    said = {f"results-{case_id}-result": "selected" for case_id in members}
    said |= {f"results-{case_id}-reason": "专家评分同类第一，数据基础好。" for case_id in members}
    do(officer, host, "propose", said)
    sign(site.visitor("province.head"), host)
    sign(site.visitor("province.leader"), host)
    return host


def consult(site: Site, host: int, *departments: str) -> None:
    for code in departments or DEPARTMENTS:
        do(site.visitor(f"{code}.officer"), host, "give_opinion", {"stance": "agree"})


def decide(site: Site, host: int) -> None:
    officer = site.visitor("province.officer")
    do(officer, host, "to_meeting")
    minutes = {"held_on": site.today.isoformat(), "kind": "office_meeting", "minutes_number": "〔2026〕6次"}
    do(officer, host, "decide", {**minutes, "minutes_file": pdf("会议纪要.pdf")})


def posting(today: date) -> dict[str, Any]:
    return {
        "url": "https://example.org/gongshi/2026-1",
        "posted_on": today.isoformat(),
        "first_day": (today + timedelta(days=1)).isoformat(),
        "last_day": (today + timedelta(days=7)).isoformat(),
        "screenshot": pdf("公示网页.pdf"),
    }


def announcement(today: date) -> dict[str, Any]:
    return {
        "document_number": "晋环函〔2026〕99号",
        "issued_on": today.isoformat(),
        "departments": ["ecology", "reform", "industry", "finance", "commerce", "market"],
        "signed_file": pdf("关于公布试点名单的通知.pdf"),
        "url": "https://example.org/mingdan/2026-1",
        "countersigned": True,
    }
