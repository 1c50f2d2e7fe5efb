"""A footprint from the first line to a new release, over HTTP and without scripts: everybody who has to do with it."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from caseflow import worker
from caseflow.studies import store
from tests.footprint.published import shipped
from tests.footprint.test_exchange import foreign
from tests.journey import filing, offices
from tests.journey.pages import Page, Upload
from tests.journey.visitor import Visitor
from tests.journey.world import Site

OLD, NEW = "cn-electricity-footprint-2024", "corrected-2024"
MIX = f"{OLD}/mix"
PASTED = "名称\t数量\t单位\t因子数值\t因子单位\t因子来源\n洗精煤\t1.33\tt\t0.35\tkg\t供应商报告\n粘结剂\t12\tkg\t1.1\tkg\t供应商报告"
SUPPLIER = "供应商数据.json"
REASON = "已核对2025年电费结算单，偏差来自更正前的因子。"
WORD = "证书不受影响，已存档。"


def saved(applicant: Visitor, page: Page, go: str, **answers: Any) -> Page:
    """Send the page of the activity data by the button ``go``, as a browser without scripts does."""
    form = page.form("unit_quantity").fill(answers)
    name, value, text = next(one for one in form.buttons if one[1] == go)
    form.buttons = [(name, value, text or go)]
    found = applicant.send(page, form, text or go)
    assert (found.status, found.errors) == (200, []), found.errors
    return found


def typed(applicant: Visitor, case: int) -> Page:
    """The head of the study, two lines pasted from a spreadsheet, and one of electricity."""
    page = applicant.get(f"/cases/{case}/footprint")
    head = {"product": filing.PRODUCT, "unit_quantity": "1", "unit_unit": "t", "declared": "2000"}
    page = saved(applicant, page, "look:stage-raw_material", **head, **{"paste-raw_material": PASTED})
    assert "粘结剂" in page.words
    page = saved(applicant, page, "take:raw_material")
    grid = {"name": "外购电力", "amount": "120", "unit": "kWh", "factor": MIX, "primary": True, "data_source": "结算单"}
    start = next(iter(re.findall(r'name="(lines-manufacturing-\d+)-name"', page.text)))
    return saved(applicant, page, "declare", **{f"{start}-{cell}": value for cell, value in grid.items()})


def brought(applicant: Visitor, case: int, upload: Upload, go: str) -> tuple[Page, Page]:
    """A file uploaded and looked at, then taken over; both pages."""
    page = applicant.get(f"/cases/{case}/footprint/files")
    preview = applicant.send(page, page.form("上传并核对").fill(file=upload))
    assert (preview.status, preview.errors) == (200, []), preview.errors
    return preview, applicant.send(preview, preview.form("revision"), go)


def filled_offline(book: bytes) -> bytes:
    """The workbook as it comes back from a desk: the electricity is another, the rest as it was."""
    out = BytesIO()
    with ZipFile(BytesIO(book)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>120</v>", b"<v>150</v>"))
    return out.getvalue()


def declared(site: Site, case: int) -> Any:
    found = site.read(store.latest_study, case)
    assert found is not None
    return found.study


def by_applicant(site: Site, applicant: Visitor, case: int) -> None:
    page = typed(applicant, case)

    assert [line.name for line in declared(site, case).lines] == ["洗精煤", "粘结剂", "外购电力"]
    assert "69.324" in page.words

    asked = applicant.get(page.link("/what-if"))
    answer = applicant.send(asked, asked.form("electricity").fill(electricity=f"{OLD}/wind"))

    assert ("3.888" in answer.words, declared(site, case).lines[-1].factor) == (True, MIX)

    book = applicant.get(applicant.get(f"/cases/{case}/footprint/files").link("workbook.xlsx"))
    preview, _ = brought(applicant, case, Upload("核算表.xlsx", filled_offline(book.body)), "申报")

    assert "120 → 150" in preview.words
    assert str(declared(site, case).lines[-1].amount) == "150"

    supplied = Upload(SUPPLIER, json.dumps(foreign()).encode())
    _, after = brought(applicant, case, supplied, "申报")
    own = declared(site, case).factors

    assert [(one.origin, SUPPLIER in one.evidence) for one in own] == [("exchange", True)]
    assert after.status == 200


def by_bureau(site: Site, case: int) -> None:
    officer = site.visitor("linfen.officer")
    offices.do(officer, case, "accept")
    page = officer.get(f"/cases/{case}/footprint/review")
    form = next(one for one in page.forms if "/footprint/findings/" in one.action)
    nothing = officer.send(page, form.fill(answer=""))
    accepted = officer.send(page, form.fill(answer=REASON))

    assert (page.status, "R01" in page.words, "外购电力" in page.words) == (200, True, True)
    assert (nothing.status, accepted.status, REASON in accepted.words) == (422, 200, True)

    sheet = officer.get(accepted.link("/footprint/sheet.pdf"))
    line = officer.get(accepted.link("/footprint/lines/"))
    files = officer.get(accepted.link("/footprint/files"))
    taken = [officer.get(files.link(name)).status for name in ("workbook.xlsx", "study.json")]

    assert (sheet.headers["Content-Type"], sheet.body[:5]) == ("application/pdf", b"%PDF-")
    assert (line.status, line.faults(), taken) == (200, [], [200, 200])

    offices.answer_findings(officer, case)
    offices.do(officer, case, "recommend", offices.recommendation())
    offices.sign(site.visitor("linfen.head"), case)
    offices.sign(site.visitor("linfen.leader"), case)
    host = offices.bundle(site)
    offices.do(officer, host, "submit", offices.sealed())
    offices.take_in(site, host, case)


def by_expert(site: Site, case: int) -> None:
    meeting = offices.invite(site)
    for number in range(1, 8):
        offices.pledge(site, meeting, number)
    offices.convene(site, meeting)
    expert = site.visitor("expert1")
    sheet = expert.get(f"/cases/{meeting}/panel/{case}")
    whole = expert.get(sheet.link("/footprint/review"))

    assert ("碳足迹复算" in sheet.words, whole.status, "外购电力" in whole.words) == (True, 200, True)
    assert (REASON in whole.words, whole.has_form("/footprint/findings/"), filing.CONTACT in whole.text) == (
        False,
        False,
        False,
    )


def corrected() -> bytes:
    """The shipped electricity factors with another average, as another release."""
    found = shipped().factors.release(OLD)
    assert found is not None
    body = found.as_json() | {"id": NEW, "supersedes": [OLD]}
    body["factors"][0]["value"] = "0.9"
    return json.dumps(body).encode()


def by_province(site: Site, case: int) -> None:
    officer, second = site.visitor("province.officer"), site.visitor("province.head")
    page = officer.get("/releases/new")
    given = officer.send(page, page.form("title_zh").fill(file=Upload("新因子.json", corrected())))
    place = second.get(given.url.partition("?")[0])
    release = second.send(place, place.form("/publish"))
    page = officer.get(f"/releases/{NEW}")
    run = officer.send(page, page.form("/run"))
    with site.time():
        worker.recalculate(site.database, site.ground)
    worklist = officer.get(run.url.partition("?")[0])
    change = officer.get(worklist.link("/releases/changes/"))
    seen = officer.send(change, change.form("word").fill(word=WORD))

    assert (given.status, release.status, run.status) == (200, 200, 200)
    assert (filing.UNIT in worklist.words or "临汾" in worklist.words, "外购电力" in change.words) == (True, True)
    assert (seen.status, WORD in seen.words) == (200, True)

    review = officer.get(f"/cases/{case}/footprint/review")
    ids = re.findall(r'name="a" value="(\d+)"', review.text)
    compared = officer.get(f"/cases/{case}/footprint/compare?a={ids[-1]}&b={ids[0]}")

    assert ("按新因子重算" in review.words, "外购电力" in compared.words) == (True, True)


def test_a_footprint_is_typed_reviewed_read_and_recalculated(site: Site) -> None:
    applicant = filing.enterprise(site, "footprint", "临汾足迹示例焦化有限公司", 501)
    case = filing.start(applicant, site)
    filing.fill_in(applicant, case)
    by_applicant(site, applicant, case)
    filing.submit(applicant, case)
    by_bureau(site, case)
    by_expert(site, case)
    by_province(site, case)


def test_the_figures_of_a_filed_study_go_out_to_a_buyer(shared: Site) -> None:
    applicant = filing.enterprise(shared, "buyer", "临汾交换示例焦化有限公司", 502)
    case = filing.start(applicant, shared)
    page = typed(applicant, case)
    page = saved(
        applicant, page, "declare", maker="示例焦化", carbon_fossil="850", boundary="cradle_to_gate",
        **{"omitted-0-stage": "transport", "omitted-0-reason": "到厂价"},
    )  # fmt: skip
    files = applicant.get(f"/cases/{case}/footprint/files")
    names = {"company": "urn:company:example:coking", "product": "urn:example:coke"}
    sent = applicant.send(files, files.form("company").fill(names))

    assert (sent.status, sent.errors) == (200, [])
    assert json.loads(sent.body)["pcf"]["pcfExcludingBiogenicUptake"] == "548.024"
