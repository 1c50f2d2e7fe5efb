"""The whole journey over HTTP on PostgreSQL, and what the pages say when something is wrong."""

from __future__ import annotations

from datetime import date

from tests.journey import steps
from tests.journey.pages import Visitor
from tests.journey.world import Site


def test_a_case_goes_from_registration_to_the_published_list(site: Site) -> None:
    assert steps.register(site).status == 200
    steps.approve(site.visitor("linfen.officer"))
    applicant = site.visitor(steps.LOGIN)
    case = steps.start(applicant, site)
    steps.fill_in(applicant, case)
    assert steps.declare_footprint(applicant, case).errors == []
    receipt = steps.submit(applicant, case)
    print(receipt.words)
    import re

    code = re.search(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b", receipt.words)[0]

    officer = site.visitor("linfen.officer")
    steps.do(officer, case, "accept")
    steps.do(officer, case, "municipal_return", {"gaps-product.goal": "请写明阶段性目标。"})
    page = steps.section(applicant, case, "product", {"goal": "2026年底前完成数据采集，2027年6月底前完成核算。"})
    assert page.status == 200, page.errors
    receipt = steps.submit(applicant, case)
    assert "/receipt" in receipt.url, receipt.errors
    print(steps.answer_findings(officer, case))
    steps.do(officer, case, "recommend", steps.recommendation())
    print(steps.answer_findings(officer, case))
    steps.sign(site.visitor("linfen.head"), case)
    steps.sign(site.visitor("linfen.leader"), case)
    host = steps.bundle(site)
    steps.do(officer, host, "submit", steps.sealed())
    steps.take_in(site, host, case)
    meeting = steps.invite(site)
    for n in range(1, 8):
        steps.pledge(site, meeting, n)
    steps.convene(site, meeting)
    for n in range(1, 8):
        steps.score(site, meeting, n, case, 18 + n // 2)
    steps.conclude(site, meeting, case)
    listing = steps.propose(site, case)
    steps.consult(site, listing)
    steps.decide(site, listing)
    province = site.visitor("province.officer")
    steps.do(province, listing, "post", steps.posting(site.today))
    public = Visitor(site.app)
    assert steps.UNIT in public.get("/lists/publicity").words
    site.wait_until(date(2026, 6, 9))
    province = site.visitor("province.officer")
    steps.do(province, listing, "announce", steps.announcement(site.today))
    published = public.get("/lists/published")
    assert steps.UNIT in published.words
    assert steps.CONTACT not in published.text
    page = public.get("/status")
    page = public.send(page, page.form("/status").fill(code=code))
    print(page.words)
    assert "实施中" in page.words
