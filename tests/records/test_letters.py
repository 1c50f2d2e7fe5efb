"""Letters: the same blocks as HTML and as .docx, numbers recorded, nothing of a seal."""

from __future__ import annotations

import io
import re
from typing import Any

import docx as python_docx
import pytest

from caseflow.db import Database
from caseflow.records import letters
from caseflow.records.docx import letter_docx
from caseflow.words import Refused

BODY: dict[str, Any] = {
    "title": {"zh": "收件回执", "en": "Receipt"},
    "number": "XX-2026-0001",
    "blocks": [
        {"kind": "text", "text": {"zh": "示例公司：\n材料已收到。<script>", "en": "Example Ltd:\nReceived.<script>"}},
        {"kind": "heading", "text": "一、材料"},
        {"kind": "list", "items": ["申报表", "方案"]},
        {"kind": "fields", "rows": [["批次", "第三批"]]},
        {"kind": "table", "columns": ["序号", "名称"], "rows": [[1, "甲\x01"], [2, None]]},
        {"kind": "signature", "text": "示例市局"},
        {"kind": "date", "text": "2026-03-05"},
    ],
}


def paragraphs(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in python_docx.Document(io.BytesIO(content)).paragraphs if paragraph.text]


def test_the_docx_opens_and_says_what_the_letter_says() -> None:
    content = letter_docx(BODY, "zh", demo=False)
    document = python_docx.Document(io.BytesIO(content))

    assert paragraphs(content) == [
        "编号：XX-2026-0001",
        "收件回执",
        "示例公司：",
        "材料已收到。<script>",
        "一、材料",
        "1. 申报表",
        "2. 方案",
        "示例市局（盖章）",
        "2026年3月5日",
    ]
    assert [[cell.text for cell in row.cells] for table in document.tables for row in table.rows] == [
        ["批次", "第三批"],
        ["序号", "名称"],
        ["1", "甲"],
        ["2", ""],
    ]
    section = document.sections[0]
    margins = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    assert [round(margin.mm) for margin in margins if margin is not None] == [37, 35, 28, 26]
    assert len(document.inline_shapes) == 0


def test_the_docx_of_a_demo_says_so_on_every_page() -> None:
    document = python_docx.Document(io.BytesIO(letter_docx(BODY, "en", demo=True, code="AB12-CD34")))
    section = document.sections[0]

    assert section.header.paragraphs[0].text == "Demonstration data, no legal effect"
    assert section.footer.paragraphs[0].text == "Page  of 　Revision AB12-CD34"
    assert re.findall(r"instrText>(\w+)<", section.footer._element.xml) == ["PAGE", "NUMPAGES"]


def test_the_page_escapes_what_people_wrote() -> None:
    page = letters.html(BODY, "en", demo=False)

    assert "<script>" not in page
    assert "Received.&lt;script&gt;" in page
    assert "2026-03-05" in page
    assert "<img" not in page


def test_an_empty_date_is_left_for_the_pen() -> None:
    body = {"title": "函", "blocks": [{"kind": "date", "text": None}]}

    assert "年　　月　　日" in letters.html(body, "zh", demo=False)
    assert paragraphs(letter_docx(body, "zh", demo=False))[-1].strip() == "年　　月　　日"


def test_a_strange_block_is_an_error_in_both() -> None:
    body = {"title": "函", "blocks": [{"kind": "seal", "text": "x"}]}

    for make in (letters.html, letter_docx):
        with pytest.raises(ValueError, match="seal"):
            make(body, "zh", demo=False)


def test_the_summary_table_keeps_its_columns_in_order() -> None:
    table = {
        "title": "汇总表",
        "header": "填报单位（盖章）：示例市局",
        "columns": [{"title": "序号", "width": 4}, {"title": "单位"}],
        "rows": [[1, "甲"]],
        "foot": "备注：无",
    }
    page = letters.table_html(table, "zh", demo=False)

    assert "A4 landscape" in page
    assert '<col style="width: 25.0000%"><col style="width: 75.0000%">' in page
    assert page.index("填报单位") < page.index("序号") < page.index("甲") < page.index("备注")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("晋环函〔2025〕344 号", "晋环函〔2025〕344号"),
        ("晋环函[2025]344号", "晋环函〔2025〕344号"),
        ("国市监认证发〔2024〕85号", "国市监认证发〔2024〕85号"),
    ],
)
def test_a_document_number_is_taken_without_its_spaces(given: str, kept: str) -> None:
    assert kept == letters.formal_number(given)


@pytest.mark.parametrize(
    "given", ["", "344号", "晋环函〔2025〕第344号", "晋环函〔2025〕0344号", "晋环函(2025)344号", "ABC〔2025〕1号"]
)
def test_what_is_no_document_number_is_refused(given: str) -> None:
    with pytest.raises(Refused, match=r"letter\.formal_number"):
        letters.formal_number(given)


def test_a_letter_keeps_its_files_and_the_offices_number(database: Database) -> None:
    with database.write() as tx:
        page = letters.html(BODY, "zh", demo=False)
        letter = letters.keep(tx, case_id=3, kind="receipt", body=BODY, page=page, number="XX-1", created_by=None)
        letters.printed(tx, letter, pdf_file_id=7)
        letters.printed(tx, letter, docx_file_id=8)
        letters.formal(tx, letter, "晋环函〔2025〕 344号", 9)

    with database.read() as tx:
        (row,) = letters.of_case(tx, 3)
    assert (row.body, row.pdf_file_id, row.docx_file_id, row.formal_number, row.formal_file_id) == (
        BODY,
        7,
        8,
        "晋环函〔2025〕344号",
        9,
    )
