"""The papers of a case on its pages: previewed, downloaded, numbered and sealed by the office, bound into one."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
import sqlalchemy as sa

from caseflow import clock, press, worker
from caseflow.office import bundle
from caseflow.records import files, letters, reading, sheets
from caseflow.records.models import letter as letter_table
from tests.printing import bookmarks, printing_home, squeezed, text_of
from tests.records import uploads
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import Reader, World, hidden_inputs, office, seeded

__all__ = ["office", "printing_home", "seeded"]

SEALED = uploads.pdf(2)


@pytest.fixture
def printing(office: World, printing_home: Path) -> Iterator[World]:
    """The installation, with fonts to print."""
    fonts = office.settings.home / "fonts"
    if not fonts.exists():
        fonts.symlink_to(printing_home / "fonts")
    return office


def returned(office: World) -> tuple[int, int]:
    """A case that its bureau returned, and the letter that says so."""
    case_id = office.application("municipal_review", 1)
    office.do("taiyuan", case_id, "municipal_return", gaps={"unit.leader": "请补全负责人姓名"})
    with office.database.read() as tx:
        (row,) = letters.of_case(tx, case_id)
    return case_id, row.id


def path_of(case_id: int, letter_id: int) -> str:
    return f"/cases/{case_id}/letters/{letter_id}"


def sent(reader: Reader, path: str, **given: Any) -> Any:
    """The form of a letter's page, sent."""
    page = reader.get(path)
    hidden = hidden_inputs(page.text, 'id="filing"')
    return reader.client.post(path, data={**hidden, **given}, environ_base=reader.address)


def test_the_page_of_a_letter_frames_its_preview_and_offers_its_files(office: World) -> None:
    case_id, letter_id = returned(office)
    reader = office.visit("taiyuan")
    page = reader.get(path_of(case_id, letter_id))
    frame = re.search(r'<iframe[^>]*src="([^"]+)"[^>]*>', page.text)

    assert frame is not None
    assert f"{path_of(case_id, letter_id)}.html" == frame[1]
    assert [f"{path_of(case_id, letter_id)}.{kind}" in page.text for kind in ("pdf", "docx", "xlsx")] == [
        True,
        True,
        False,
    ]
    preview = reader.get(frame[1])
    assert "请补全负责人姓名" in words_of(preview)
    assert preview.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in preview.headers["Content-Security-Policy"]
    assert "script-src" not in preview.headers["Content-Security-Policy"]


def test_the_office_records_number_date_and_sealed_file_and_sees_the_hash_verified(office: World) -> None:
    case_id, letter_id = returned(office)
    reader, path = office.visit("taiyuan"), path_of(case_id, letter_id)
    answer = sent(
        reader, path, number="演环函〔2026〕 12号", dated="2026-03-05", file=(io.BytesIO(SEALED), "盖章件.pdf")
    )
    page = words_of(reader.get(answer.headers["Location"]))

    assert answer.status_code == 303
    assert all(
        one in page for one in ("演环函〔2026〕12号", "2026年3月5日", "盖章件.pdf", "校验一致", "文号和盖章件已登记。")
    )
    assert hashlib.sha256(SEALED).hexdigest() in page
    assert "演环函〔2026〕12号" in words_of(reader.get(f"/cases/{case_id}?part=papers"))


def test_a_sealed_file_whose_bytes_have_changed_does_not_match(office: World) -> None:
    case_id, letter_id = returned(office)
    reader, path = office.visit("taiyuan"), path_of(case_id, letter_id)
    sent(reader, path, number="演环函〔2026〕12号", dated="2026-03-05", file=(io.BytesIO(SEALED), "a.pdf"))
    stored = files.place(office.settings.files, hashlib.sha256(SEALED).hexdigest())
    stored.chmod(0o600)
    stored.write_bytes(SEALED + b" ")
    page = words_of(reader.get(path))
    stored.write_bytes(SEALED)

    assert ("校验不一致" in page, "校验一致" in words_of(reader.get(path))) == (True, True)


def test_a_refused_record_keeps_what_was_typed_and_the_file(office: World) -> None:
    case_id, letter_id = returned(office)
    reader, path = office.visit("taiyuan"), path_of(case_id, letter_id)
    refused = sent(reader, path, number="12号", dated="2026-03-05", file=(io.BytesIO(SEALED), "盖章件.pdf"))
    hidden = hidden_inputs(refused.text, 'id="filing"')
    again = reader.client.post(
        path, data={**hidden, "number": "演环函〔2026〕12号", "dated": "2026-03-05"}, environ_base=reader.address
    )

    assert refused.status_code == 422
    assert len(errors_of(refused)) == 1
    assert 'value="12号"' in refused.text
    assert "盖章件.pdf" in words_of(refused)
    assert again.status_code == 303
    assert hashlib.sha256(SEALED).hexdigest() in reader.get(path).text


def test_a_stale_screen_is_told_who_recorded_before(office: World) -> None:
    case_id, letter_id = returned(office)
    reader, path = office.visit("taiyuan"), path_of(case_id, letter_id)
    hidden = hidden_inputs(reader.get(path).text, 'id="filing"')
    sent(reader, path, number="演环函〔2026〕12号", dated="2026-03-05")
    late = reader.client.post(
        path, data={**hidden, "number": "演环函〔2026〕13号", "dated": "2026-03-05", "request_key": office.key()},
        environ_base=reader.address,
    )  # fmt: skip

    assert late.status_code == 409
    with office.database.read() as tx:
        assert tx.scalar(sa.select(letter_table.c.formal_number)) == "演环函〔2026〕12号"


@pytest.mark.parametrize("login", ["datong", "expert-1"])
def test_who_does_not_see_the_case_finds_no_letter(office: World, login: str) -> None:
    case_id, letter_id = returned(office)

    assert office.visit(login).get(path_of(case_id, letter_id)).status_code == 404


@pytest.mark.parametrize("login", ["unit-1", "province"])
def test_who_reads_a_letter_of_another_office_finds_no_form_and_may_not_send_one(office: World, login: str) -> None:
    case_id, letter_id = returned(office)
    reader, path = office.visit(login), path_of(case_id, letter_id)
    page = reader.get(path)
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', reader.get("/profile").text)
    data = {
        "csrf_token": token[1] if token else "", "request_key": office.key(), "number": "演环函〔2026〕12号",
        "dated": "2026-03-05",
    }  # fmt: skip
    answer = reader.client.post(path, data=data, environ_base=reader.address)

    assert (page.status_code, 'id="filing"' in page.text, answer.status_code) == (200, False, 404)


def test_the_approval_slip_prints_every_signature_with_opinion_and_time(office: World) -> None:
    case_id = office.application("municipal_review", 1)
    office.recommend(case_id, signed=False)
    office.do("taiyuan-head", case_id, "sign", opinion="拟同意推荐。")
    reader = office.visit("taiyuan")
    link = re.search(r'href="([^"]+/slips/\d+)\.pdf"', reader.get(f"/cases/{case_id}").text)

    assert link is not None
    page = words_of(reader.get(f"{link[1]}.html"))
    today = f"{clock.today():%Y}年{clock.today().month}月{clock.today().day}日"
    said = ("市局经办甲", "提出", "市局科长乙", "同意", "拟同意推荐。", today)
    assert [one for one in said if one not in page] == []
    assert page.index("市局经办甲") < page.index("拟同意推荐。")
    document = docx.Document(io.BytesIO(reader.get(f"{link[1]}.docx").data))
    rows = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    assert [row[:4] for row in rows[1:3]] == [
        [rows[1][0], "提出", "", "市局经办甲"],
        [rows[2][0], "同意", "拟同意推荐。", "市局科长乙"],
    ]
    assert rows[3][1:] == ["", "", "", ""]


def test_the_head_of_a_paper_says_what_it_is_without_printing_it(printing: World) -> None:
    case_id, letter_id = returned(printing)
    reader, path = printing.visit("taiyuan"), f"{path_of(case_id, letter_id)}.pdf"
    whole = reader.get(path)
    head = reader.client.head(path, environ_base=reader.address)
    elsewhere = printing.visit("datong")
    refused = elsewhere.client.head(path, environ_base=elsewhere.address)

    assert (head.status_code, refused.status_code) == (200, 404)
    assert "Content-Length" not in head.headers
    said = ("Content-Type", "Content-Disposition", "Content-Security-Policy")
    assert [head.headers.get(one) for one in said] == [whole.headers.get(one) for one in said]


ANNEX_1 = (
    "序号", "试点申报单位", "试点类别", "试点产品名称（产品碳足迹管理试点填写）", "试点工作优势（500字）",
    "试点工作计划简介（500字）", "联系人", "联系电话",
)  # fmt: skip


def test_annex_1_has_the_heading_and_the_columns_of_the_notice_in_excel_and_in_print(
    printing: World, tmp_path: Path
) -> None:
    """晋环函〔2025〕344号, annex 1."""
    case_id = printing.application("municipal_review", 1)
    printing.recommend(case_id)
    host = printing.host("taiyuan", "municipal-submission")
    printing.do("taiyuan", host, "include", cases=[case_id])
    reader = printing.visit("taiyuan")
    (tmp_path / "annex.xlsx").write_bytes(reader.get(f"/cases/{host}/tables/annex_1.xlsx").data)
    pdf = reader.get(f"/cases/{host}/tables/annex_1.pdf").data
    (sheet,) = sheets.read(tmp_path / "annex.xlsx")
    heads = next(row for row in sheet.rows if row[0] == "序号")
    said = squeezed(text_of(pdf, order="-raw"))

    assert sheet.rows[0][0] == "拟申报产品碳足迹管理体系试点汇总表"
    assert str(sheet.rows[1][0]).startswith("填报单位（盖章）：")
    assert tuple(heads) == ANNEX_1
    row = sheet.rows[sheet.rows.index(heads) + 1]
    assert row[:5] == [1, "示例焦化1有限公司", "产品碳足迹管理试点", "冶金焦1号", "产业链完整，数据基础好。"]
    assert (
        said.index("拟申报产品碳足迹管理体系试点汇总表") < said.index("填报单位（盖章）：") < said.index("试点申报单位")
    )
    assert [cell for cell in (*ANNEX_1, *row[1:8]) if squeezed(str(cell)) not in said] == []


def test_the_printed_form_carries_its_code_and_page_of_pages_on_every_page(printing: World) -> None:
    case_id = printing.application("municipal_review", 1)
    pdf = printing.visit("unit-1").get(f"/cases/{case_id}/form.pdf").data
    count = press.pages(pdf)
    pages = [squeezed(text_of(pdf, number)) for number in range(1, count + 1)]
    (code,) = set(re.findall(r"校验码([0-9A-F]{4}-[0-9A-F]{4})", "".join(pages)))

    assert count > 1
    assert all(f"第{at}页，共{count}页版本校验码{code}" in page for at, page in enumerate(pages, start=1))


def test_the_volume_of_a_case_is_a_pdf_that_is_logged(printing: World) -> None:
    case_id, _ = returned(printing)
    reader = printing.visit("taiyuan")
    answer = reader.get(f"/cases/{case_id}/dossier.pdf")
    titles = [title for _, title, _ in bookmarks(answer.data)]

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert titles[0] == "目录"
    assert any(title.startswith("补正通知") for title in titles)
    assert "示例焦化1有限公司" in squeezed(text_of(answer.data, 1))
    with printing.database.read() as tx:
        assert [(row.person_id, row.what) for row in reading.of_case(tx, case_id)] == [
            (printing.people["taiyuan"], "dossier.pdf")
        ]


def test_another_bureau_finds_no_volume(office: World) -> None:
    case_id, _ = returned(office)

    assert office.visit("datong").get(f"/cases/{case_id}/dossier.pdf").status_code == 404


def test_an_expert_has_the_volume_after_the_pledge_and_not_before(printing: World) -> None:
    case_id = printing.application("awaiting_evaluation", 1)
    host = printing.meeting(case_id, convened=False)
    reader = printing.visit("expert-1")
    before = reader.get(f"/cases/{case_id}/dossier.pdf").status_code
    printing.declare("expert-1", host)
    after = reader.get(f"/cases/{case_id}/dossier.pdf")

    assert (before, after.status_code) == (404, 200)
    assert "专家1" in squeezed(text_of(after.data, 1))


def test_a_case_without_papers_says_so(printing: World) -> None:
    host = printing.host("province", "review-meeting")
    answer = printing.visit("province").get(f"/cases/{host}/dossier.pdf")

    assert (answer.status_code, "本办件还没有可以合订的材料" in words_of(answer)) == (422, True)


def test_the_archive_of_a_round_is_asked_for_made_and_downloaded_by_the_province_alone(printing: World) -> None:
    printing.application("municipal_review", 1)
    path = f"/rounds/{printing.round_id}/papers"
    reader = printing.visit("province")
    first = reader.post(path)
    waiting = words_of(reader.get(path))
    worker.run_errands(printing.database, replace(printing.settings, smtp=""), printing.ground)
    page = reader.get(path)
    link = re.search(r'href="([^"]+\.zip)"', page.text)

    assert first.status_code == 303
    assert "材料包正在生成" in waiting
    assert link is not None
    archive = reader.get(link[1])
    assert (archive.status_code, archive.mimetype) == (200, bundle.MEDIA_TYPE)
    assert hashlib.sha256(archive.data).hexdigest() in page.text
    assert [printing.visit(login).get(link[1]).status_code for login in ("taiyuan", "unit-1", "finance")] == [404] * 3
    with printing.database.read() as tx:
        logged = [row.what for row in tx.execute(sa.text("SELECT what FROM read_log WHERE what LIKE 'bundle %'"))]
    assert logged == ["bundle 1"]


def test_the_pages_of_papers_are_complete_in_english(office: World) -> None:
    case_id, letter_id = returned(office)
    reader = office.visit("taiyuan")
    reader.client.set_cookie("language", "en")
    province = office.visit("province")
    province.client.set_cookie("language", "en")
    pages = [
        reader.get(path_of(case_id, letter_id)),
        reader.get(f"/cases/{case_id}?part=papers"),
        province.get(f"/rounds/{office.round_id}/papers"),
    ]

    assert [page.status_code for page in pages] == [200] * 3
    assert "Record number and sealed file" in words_of(pages[0])
    assert "Make the archive" in words_of(pages[2])
