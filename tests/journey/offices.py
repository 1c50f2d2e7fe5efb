"""The offices over HTTP: bureau, province, experts and departments, each act on the page on which a person would do it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests import pool
from tests.journey.filing import case_of, pdf
from tests.journey.pages import Page
from tests.journey.visitor import Visitor
from tests.journey.world import DEPARTMENTS, Site

CHECKLIST = ("typical", "leading", "chain", "data_basis", "life_cycle", "management")
EXPERTS = [f"expert{number}" for number in range(1, 10)]
"""Seven who sit and two in reserve."""
CRITERIA = ("distinctive", "representative", "feasible", "replicable")


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
    draw(site, meeting)
    do(
        officer, meeting, "notify_experts",
        {"held_on": site.today.isoformat(), "held_at": "9:30", "place": "第一会议室"},
    )  # fmt: skip
    return meeting


def draw(site: Site, meeting: int) -> None:
    """The draw by officer and supervisor; then those who were drawn are put in the order of their names."""
    officer, supervisor = site.visitor("province.officer"), site.visitor("supervisor")
    enrol(site)
    do(officer, meeting, "commit", {})
    do(officer, meeting, "freeze", {})
    do(supervisor, meeting, "draw", {"witness": "七四一九"})
    do(officer, meeting, "attest")
    do(supervisor, meeting, "attest")
    reseat(site, meeting)


def enrol(site: Site) -> None:
    """The nine experts of these tests are in the pool."""
    with site.time(), site.database.write() as tx:
        pool.enrol(tx, [site.people[login] for login in EXPERTS])


def reseat(site: Site, meeting: int) -> None:
    with site.time(), site.database.write() as tx:
        pool.reseat(tx, meeting, "pilot_panel", [site.people[login] for login in EXPERTS])


def pledge(site: Site, meeting: int, number: int) -> None:
    expert = site.visitor(f"expert{number}")
    do(expert, meeting, "answer", {"answer": "accept"})
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
    page = expert.send(page, page.form("sheet-member").fill(sheet(mark)))
    assert (page.status, page.errors) == (200, []), page.errors or page.words
    return page


def conclude(site: Site, meeting: int, *members: int) -> None:
    """Work out the scores, the opinion of the panel by its chair, and close the meeting."""
    officer = site.visitor("province.officer")
    do(officer, meeting, "discuss")
    do(officer, meeting, "summarise")
    said = {f"cases-{case_id}-text": "特色鲜明，建议列入试点。" for case_id in members}
    do(site.visitor("expert1"), meeting, "draft_opinion", said)
    for number in range(1, 8):
        do(site.visitor(f"expert{number}"), meeting, "sign_opinion", {})
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
