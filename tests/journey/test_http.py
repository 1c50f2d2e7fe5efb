"""The whole journey over HTTP on PostgreSQL, and what the pages say when something is wrong."""

from __future__ import annotations

import re
from datetime import date

from werkzeug.http import parse_options_header

from caseflow.records import journal
from tests.journey import filing, offices
from tests.journey.pages import Upload
from tests.journey.visitor import Visitor
from tests.journey.world import Site

GOAL = "2026年底前完成数据采集，2027年6月底前完成核算和标准编制。"


def test_a_case_goes_from_registration_to_the_published_list(site: Site) -> None:
    registered = filing.register(site)
    filing.approve(site.visitor("linfen.officer"))
    applicant, officer = site.visitor(filing.LOGIN), site.visitor("linfen.officer")
    case = filing.start(applicant, site)
    filing.fill_in(applicant, case)
    footprint = filing.declare_footprint(applicant, case)
    receipt = filing.submit(applicant, case)
    code = re.search(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b", receipt.words)

    assert ("注册申请已提交" in registered.words, footprint.errors, code is not None) == (True, [], True)
    assert filing.status(site, code[0]) == "已提交"

    offices.do(officer, case, "accept")
    offices.do(officer, case, "municipal_return", {"gaps-product.goal": "请写明两个阶段各自的目标。"})
    form = applicant.get(f"/cases/{case}/dossier/product").form("version")
    filing.section(applicant, case, "product", {"goal": GOAL})
    again = filing.submit(applicant, case)

    assert [name for name, one in form.controls.items() if one.kind == "textarea"] == ["goal"]
    assert "/receipt" in again.url

    found = offices.answer_findings(officer, case)
    offices.do(officer, case, "recommend", offices.recommendation())
    offices.sign(site.visitor("linfen.head"), case)
    offices.sign(site.visitor("linfen.leader"), case)
    bundle = offices.bundle(site)
    offices.do(officer, bundle, "submit", offices.sealed())
    offices.take_in(site, bundle, case)

    assert (found, filing.status(site, code[0])) == (3, "待评审")

    meeting = offices.invite(site)
    for number in range(1, 8):
        offices.pledge(site, meeting, number)
    offices.convene(site, meeting)
    for number, mark in zip(range(1, 8), (18, 19, 20, 21, 22, 23, 25), strict=True):
        offices.score(site, meeting, number, case, mark)
    offices.conclude(site, meeting, case)
    ranking = site.visitor("province.officer").get(f"/cases/{meeting}/ranking")

    assert "84.00" in ranking.words  # the highest total of 100 and the lowest of 72 are dropped

    listing = offices.propose(site, case)
    offices.consult(site, listing)
    offices.decide(site, listing)
    offices.do(site.visitor("province.officer"), listing, "post", offices.posting(site.today))

    assert (filing.status(site, code[0]), filing.UNIT in filing.public(site, "/lists/publicity").words) == (
        "公示中",
        True,
    )

    site.wait_until(date(2026, 6, 9))
    offices.do(site.visitor("province.officer"), listing, "announce", offices.announcement(site.today))
    published = filing.public(site, "/lists/published")
    shown = filing.public(site, published.link(f"/lists/published/{case}"))

    assert (filing.UNIT in published.words, filing.PRODUCT in published.words) == (True, True)
    assert (filing.CONTACT in published.text, filing.CONTACT in shown.text) == (False, False)
    assert filing.status(site, code[0]) == "实施中"
    assert site.read(journal.verify) == []


# --- one click, one act; one screen, one moment -----------------------------------------------------------------


def test_two_clicks_on_submit_are_one_act(shared: Site) -> None:
    applicant = filing.enterprise(shared, "twice", "临汾双击示例有限公司", 1)
    case = filing.start(applicant, shared)
    filing.fill_in(applicant, case)
    page, form = filing.submission(applicant, case, *filing.make_form(applicant, case))
    answers = [applicant.send(page, form) for _ in range(2)]
    acts = [entry.act for entry in shared.read(journal.entries, case)]

    assert [answer.url.partition("?")[0] for answer in answers] == [f"/cases/{case}/receipt"] * 2
    assert acts.count("submit") == 1


def test_a_stale_screen_says_who_did_what_and_keeps_the_text(shared: Site) -> None:
    case = filing.submitted(shared, filing.enterprise(shared, "stale", "临汾旧屏示例有限公司", 2))
    first, second = shared.visitor("linfen.officer"), shared.visitor("linfen.second")
    offices.do(first, case, "accept")
    old = first.get(f"/cases/{case}/review?act=recommend")
    form = old.form("/acts/recommend").fill({**offices.recommendation(), "opinion": "旧屏上写的意见。"})
    assert offices.answer_findings(second, case) == 1
    stale = first.send(old, form)
    kept = stale.form("/acts/recommend")
    done = first.send(stale, kept)

    assert (stale.status, "演示柴临" in stale.words, "答复提示事项" in stale.words) == (409, True, True)
    assert (kept["opinion"], kept["summary_plan"]) == ("旧屏上写的意见。", offices.recommendation()["summary_plan"])
    assert (done.status, "审签" in done.words) == (200, True)


def test_a_stale_screen_on_a_case_that_went_on_keeps_the_text_too(shared: Site) -> None:
    case = filing.submitted(shared, filing.enterprise(shared, "gone", "临汾流转示例有限公司", 3))
    first, second = shared.visitor("linfen.officer"), shared.visitor("linfen.second")
    offices.do(first, case, "accept")
    old = first.get(f"/cases/{case}/acts/decline")
    form = old.form("/acts/decline").fill(reasons="旧屏上写的理由。")
    offices.do(second, case, "municipal_return", {"gaps-product.goal": "请补充。"})
    stale = first.send(old, form)

    assert (stale.status, "演示柴临办理了“退回补正”，当前环节为“初审补正”" in stale.words) == (409, True)
    assert "不予推荐的理由 旧屏上写的理由。" in stale.words


def test_an_act_that_is_not_offered_is_refused_in_a_sentence(shared: Site) -> None:
    case = filing.submitted(shared, filing.enterprise(shared, "offered", "临汾越步示例有限公司", 4))
    officer = shared.visitor("linfen.officer")
    page = officer.get(f"/cases/{case}")
    form = page.form("/acts/accept")
    officer.send(page, form)
    seen = officer.get(f"/cases/{case}/acts/decline").form("/acts/decline")["seen"]
    form.attributes["action"] = f"/cases/{case}/acts/withdraw_filing"
    form.fill(request_key="another-click-than-before", seen=seen)
    refused = officer.send(page, form)

    assert (refused.status, refused.title.startswith("错误：")) == (422, True)
    assert "当前环节为“市级初审”，不能进行“撤回修改”。" in refused.words


def test_another_bureaus_officer_finds_no_such_case(shared: Site) -> None:
    case = filing.submitted(shared, filing.enterprise(shared, "scoped", "临汾辖区示例有限公司", 5))
    stranger = shared.visitor("datong.officer")
    work_plan = shared.visitor("scoped").get(f"/cases/{case}/dossier/attachments").link("/files/")
    paths = [
        "",
        "/review",
        "/acts/accept",
        "/done?key=x",
        "/diagram.svg",
        "/form.pdf",
        "/receipt",
        "/footprint",
        "/check",
    ]
    answers = {path: stranger.get(f"/cases/{case}{path}").status for path in paths}

    assert answers == dict.fromkeys(paths, 404)
    assert (stranger.get(work_plan).status, shared.visitor("scoped").get(work_plan).status) == (404, 200)
    assert "临汾辖区示例有限公司" not in stranger.get("/cases?q=临汾辖区").words.replace("临汾辖区 ", "")


# --- deadlines --------------------------------------------------------------------------------------------------


def test_after_the_bureaus_deadline_nothing_is_submitted_and_everything_typed_stays(site: Site) -> None:
    applicant = filing.enterprise(site, "late", "大同迟报示例有限公司", 6, "sx-datong")
    officer = site.visitor("datong.officer")
    page = officer.get(f"/rounds/{site.round_id}")
    own = page.form("/own").fill(closes_on="2026-06-10", closes_time="17:30", reason="留出市级初审时间")
    assert officer.send(page, own).errors == []
    case = filing.start(applicant, site, "sx-datong")
    filing.fill_in(applicant, case)
    page, form = filing.submission(applicant, case, *filing.make_form(applicant, case))
    site.wait_until(date(2026, 6, 10), hour=18)
    refused = site.visitor("late").send(*filing.submission(site.visitor("late"), case, *_last(form)))
    section = site.visitor("late").get(f"/cases/{case}/dossier/product").form("version")

    assert (refused.status, refused.title.startswith("错误：")) == (422, True)
    assert any("已过市级受理截止时间（2026-06-10 17:30）" in line for line in refused.errors), refused.errors
    assert section["strengths"] == filing.WORDS


def _last(form: object) -> tuple[Upload, str]:
    """The scan and the code that stand in a form."""
    return form.uploads["sealed_form"], form["sealed_form-revision_code"]  # type: ignore[attr-defined,index]


def test_after_the_provinces_deadline_no_submission_is_sent_and_everything_typed_stays(site: Site) -> None:
    case = filing.submitted(site, filing.enterprise(site, "closing", "临汾截止示例有限公司", 7))
    offices.recommend(site, case)
    host = offices.bundle(site)
    site.wait_until(date(2026, 6, 19), hour=18)
    officer = site.visitor("linfen.officer")
    page = officer.get(f"/cases/{host}/acts/submit")
    refused = officer.send(page, page.form("/acts/submit").fill(offices.sealed()))
    form = refused.form("/acts/submit")
    standing = officer.get(f"/cases/{host}")

    assert refused.status == 422
    assert any("已过省级报送截止时间（2026-06-19 18:00）" in line for line in refused.errors), refused.errors
    assert (form["letter_number"], "附件1盖章件.pdf" in refused.words) == (offices.sealed()["letter_number"], True)
    assert "待用印" in standing.words


# --- bad input, named -------------------------------------------------------------------------------------------


def test_one_character_too_many_is_named_and_nothing_is_cut(shared: Site) -> None:
    applicant = filing.enterprise(shared, "longer", "临汾超字示例有限公司", 8)
    case = filing.start(applicant, shared)
    text = "碳" * 2001
    page = filing.section(applicant, case, "product", {"strengths": text})

    assert (page.status, page.title.startswith("错误：")) == (422, True)
    assert [line for line in page.errors if "试点工作优势" in line] == ["“试点工作优势”多出1字（现2001字，限2000字）"]
    assert page.form("version")["strengths"] == text


def test_a_wrong_check_digit_is_named_at_registration(shared: Site) -> None:
    right = filing.UNIT_CODE[-1]
    wrong = "A" if right != "A" else "B"
    page = filing.register(shared, credit_code=filing.UNIT_CODE[:-1] + wrong, login="digit")

    assert (page.status, page.title.startswith("错误：")) == (422, True)
    assert page.errors == [f"末位校验码应为“{right}”，现为“{wrong}”，请核对是否录错"]
    assert (page.form("credit_code")["name_zh"], "营业执照.pdf" in page.words) == (filing.UNIT, True)


def test_an_upload_that_is_empty_too_large_or_of_another_kind_is_named(shared: Site) -> None:
    applicant = filing.enterprise(shared, "uploads", "临汾附件示例有限公司", 9)
    case = filing.start(applicant, shared)
    megabyte = 1024 * 1024
    uploads = {
        "空白.pdf": b"",
        "过大.pdf": filing.pdf("过大.pdf").body + b"\n" * (20 * megabyte),
        "程序.pdf": b"MZ" + b"\0" * 4096,
        "脚本.html": b"<script>1</script>",
    }
    said = {
        name: " ".join(filing.section(applicant, case, "attachments", {"other_files": Upload(name, body)}).errors)
        for name, body in uploads.items()
    }

    assert {name: name in text for name, text in said.items()} == dict.fromkeys(uploads, True)
    assert ["空" in said["空白.pdf"], "20 MB" in said["过大.pdf"], "PDF" in said["程序.pdf"].upper()] == [
        True,
        True,
        True,
    ]
    assert len(set(said.values())) == len(uploads)


def test_a_chinese_file_name_is_kept_on_its_way_back(shared: Site) -> None:
    applicant = filing.enterprise(shared, "named", "临汾文件示例有限公司", 10)
    case = filing.start(applicant, shared)
    page = filing.section(applicant, case, "attachments", {"work_plan": filing.pdf("碳足迹报告.pdf")})
    link = applicant.get(f"/cases/{case}/dossier/attachments").link("/files/")
    back = applicant.get(link)
    kind, options = parse_options_header(back.headers["Content-Disposition"])

    assert page.errors == []
    assert (kind, options["filename"]) == ("attachment", "碳足迹报告.pdf")
    assert (back.body, back.headers["X-Content-Type-Options"]) == (filing.pdf("碳足迹报告.pdf").body, "nosniff")


# --- a page is named, labelled, and says in its title that something is wrong ------------------------------------


def test_every_main_page_has_one_heading_a_language_and_labelled_inputs(shared: Site) -> None:
    applicant = filing.enterprise(shared, "reader", "临汾读屏示例有限公司", 11)
    case = filing.submitted(shared, applicant)
    officer = shared.visitor("linfen.officer")
    pages = [
        *(Visitor(shared.app).get(path) for path in ("/", "/register", "/sign-in", "/status", "/lists/published", "/nowhere")),
        *(applicant.get(path) for path in ("/home", "/inbox", "/account", f"/cases/{case}", "/start/pilot-management")),
        *(officer.get(path) for path in ("/desk", "/cases", "/collective", "/rounds", "/quota", "/inbox", "/registrations")),
        *(officer.get(f"/cases/{case}{part}") for part in ("", "?part=dossier", "?part=footprint", "/review")),
    ]  # fmt: skip

    assert {page.url: page.faults() for page in pages if page.faults()} == {}
