"""Letters: the same parts as HTML and as .docx, in the geometry of an office, numbers recorded, nothing of a seal."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import docx as python_docx
import pytest
from docx.oxml.ns import qn

from caseflow import clock
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.records import letters, measures, paper, personal
from caseflow.records.docx import letter_docx
from caseflow.words import Refused

RARE = "镕喆堃昇珺玥"
BODY: dict[str, Any] = {
    "title": {"zh": "收件回执", "en": "Receipt"},
    "number": "XX-2026-0001",
    "layout": "slip",
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
LETTER: dict[str, Any] = {
    "title": "报送函",
    "number": None,
    "layout": "letter",
    "blocks": [
        {"kind": "heading", "text": "关于报送产品碳足迹管理体系试点申报材料的函"},
        {"kind": "text", "text": "示例省生态环境厅："},
        {"kind": "text", "text": f"现将材料报送你厅，联系人{RARE}。"},
        {"kind": "text", "text": "附件：1.汇总表　2.申报材料"},
        {"kind": "signature", "text": "示例市生态环境局（盖章）"},
        {"kind": "date", "text": "2026-03-05"},
    ],
}


def opened(content: bytes) -> Any:
    return python_docx.Document(io.BytesIO(content))


def paragraphs(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in opened(content).paragraphs if paragraph.text.strip()]


def cells(content: bytes) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for table in opened(content).tables for row in table.rows]


def seen(page: str) -> list[str]:
    """The texts of a page in their order, without the footer and the mark of a demonstration."""
    body = re.sub(r'(?s)^.*?<body>|<div class="(foot|across)".*?</div>', "", page)
    return [one.strip() for one in re.sub(r"<[^>]+>", "\n", body).splitlines() if one.strip()]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("layout", ["letter", "slip"])
def test_only_the_addressee_with_whom_a_paper_opens_begins_at_the_edge(layout: str, language: Any) -> None:
    texts = [
        {"zh": "示例公司：", "en": "Example Ltd,"},
        {"zh": "你单位未通过审查，理由如下：", "en": "You have not passed, for these reasons:"},
        "材料不全。",
    ]
    body = {"title": "通知", "layout": layout, "blocks": [{"kind": "text", "text": one} for one in texts]}

    assert [one.kind for one in paper.parts(body, language)][1:] == ["addressee", "text", "text"]


def test_a_slip_says_the_same_in_word_and_on_the_page() -> None:
    content = letter_docx(BODY, "zh", demo=False)

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
    assert cells(content) == [["批次", "第三批"], ["序号", "名称"], ["1", "甲"], ["2", ""]]
    assert len(opened(content).inline_shapes) == 0
    assert [one for one in seen(letters.html(BODY, "zh", demo=False)) if one not in "批次第三批序号名称甲\x0112"] == [
        one.replace("<script>", "&lt;script&gt;") for one in paragraphs(content)
    ]


def test_an_official_letter_says_the_same_in_word_and_on_the_page() -> None:
    content = letter_docx(LETTER, "zh", demo=False)

    assert paragraphs(content) == [
        "关于报送产品碳足迹\n管理体系试点申报材料的函",
        "示例省生态环境厅：",
        f"现将材料报送你厅，联系人{RARE}。",
        "附件：1.汇总表",
        "2.申报材料",
        "示例市生态环境局",
        "2026年3月5日",
    ]
    assert "\n".join(seen(letters.html(LETTER, "zh", demo=False))) == "\n".join(paragraphs(content))


def test_an_official_letter_has_the_geometry_of_the_standard() -> None:
    """GB/T 9704-2012, 5.2: A4, 37 mm above, 28 mm beside, 22 lines of 28 characters on 156 by 225 mm."""
    document = opened(letter_docx(LETTER, "zh", demo=False))
    section = document.sections[0]
    grid = section._sectPr.find(qn("w:docGrid"))
    margins = [section.top_margin, section.right_margin, section.bottom_margin, section.left_margin]

    assert [round(side.mm) for side in (section.page_width, section.page_height, *margins)] == [
        210,
        297,
        37,
        26,
        35,
        28,
    ]
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch")), grid.get(qn("w:charSpace"))) == (
        "linesAndChars",
        "579",
        "-849",
    )
    assert 22 * int(grid.get(qn("w:linePitch"))) / 20 <= 225 / 25.4 * 72
    assert round(28 * (16 + int(grid.get(qn("w:charSpace"))) / 4096) / 72 * 25.4) == 156


def test_the_styles_of_an_official_letter_are_those_an_office_knows() -> None:
    document = opened(letter_docx(LETTER, "zh", demo=False))
    used = {paragraph.style.name for paragraph in document.paragraphs if paragraph.text}
    title = document.styles["公文标题"]
    body = document.styles["公文正文"]

    assert used == {"公文标题", "主送机关", "公文正文", "附件说明", "署名和成文日期"}
    assert (title.font.size.pt, title.element.rPr.rFonts.get(qn("w:eastAsia"))) == (22, "方正小标宋简体")
    assert (body.font.size.pt, body.element.rPr.rFonts.get(qn("w:eastAsia"))) == (16, "仿宋_GB2312")


def test_page_numbers_of_an_official_letter_stand_at_the_outer_side() -> None:
    document = opened(letter_docx(LETTER, "zh", demo=False))
    section = document.sections[0]
    feet = [section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]]

    assert document.settings.odd_and_even_pages_header_footer is True
    assert [(foot.alignment.name, foot.text) for foot in feet] == [("RIGHT", "—  —"), ("LEFT", "—  —")]


def test_the_date_stands_four_characters_from_the_edge_and_the_office_is_centred_above_it() -> None:
    (closing,) = (part for part in paper.parts(LETTER, "zh") if part.kind == "closing")
    (office, right_of_office), (dated, right_of_date) = closing.lines

    assert right_of_date == 4
    assert right_of_office + measures.width(office) / 2 == right_of_date + measures.width(dated) / 2


def test_an_office_with_a_long_name_stays_on_the_page() -> None:
    blocks = [
        {"kind": "signature", "text": "示例省示例市生态环境局高新技术产业开发区分局"},
        {"kind": "date", "text": "2026-03-05"},
    ]
    (closing,) = (part for part in paper.parts({**LETTER, "blocks": blocks}, "zh") if part.kind == "closing")

    assert closing.lines == (("示例省示例市生态环境局高新技术产业开发区分局", 0.0), ("2026年3月5日", 8.0))


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于公布产品碳足迹管理体系试点名单（2026年第三批）的通知", ["关于公布产品碳足迹管理体系", "试点名单（2026年第三批）的通知"]),
        ("关于征求产品碳足迹管理体系试点建议名单意见的函", ["关于征求产品碳足迹管理体系", "试点建议名单意见的函"]),
        ("收件回执", ["收件回执"]),
        ("A title in English that is much longer than one line of it", ["A title in English that is much longer than one line of it"]),
    ],
)  # fmt: skip
def test_a_long_title_is_broken_between_words(title: str, lines: list[str]) -> None:
    assert measures.broken(title, 20).splitlines() == lines


def test_a_title_without_a_place_to_break_stays_whole() -> None:
    assert measures.broken("〔" * 30, 20) == "〔" * 30


def test_a_line_for_the_pen_is_left_and_no_seal_is_asked_of_a_person() -> None:
    blocks = [{"kind": "signature", "text": "申报单位负责人（签字）："}, {"kind": "date", "text": "年　　月　　日"}]
    found = [(part.kind, part.text, part.lines) for part in paper.parts({**BODY, "blocks": blocks}, "zh")][2:]

    assert found == [
        ("pen", "申报单位负责人（签字）：", ()),
        ("closing", "", (("　　　　年　　月　　日", 4.0),)),
    ]


PAGES: dict[str, Any] = {
    "title": "专家承诺书",
    "number": None,
    "layout": "form",
    "blocks": [
        {
            "kind": "pledges",
            "pages": [
                {
                    "name": [["专家", name]],
                    "texts": ["对评审材料保密。"],
                    "text": "回避申报",
                    "columns": ["序号", "申报单位"],
                    "rows": [["1", "甲公司"]],
                    "signed": ["承诺人（签字）："],
                }
                for name in RARE
            ],
        }
    ],
}


def test_each_expert_has_a_page_of_his_own() -> None:
    content = letter_docx(PAGES, "zh", demo=False)
    breaks = opened(content).element.xml.count('w:type="page"')

    assert (breaks, paragraphs(content).count("专家承诺书"), paragraphs(content).count("承诺人（签字）：")) == (5, 6, 6)
    assert [row[1] for row in cells(content) if row[0] == "专家"] == list(RARE)
    assert letters.html(PAGES, "zh", demo=False).count('<div class="page">') == 5


def test_the_docx_of_a_demo_says_so_on_every_page() -> None:
    document = opened(letter_docx(BODY, "en", demo=True, code="AB12-CD34"))
    section = document.sections[0]

    assert section.header.paragraphs[0].text == "Demonstration data, no legal effect"
    assert section.footer.paragraphs[0].text == "Page  of 　Revision AB12-CD34"
    assert re.findall(r"instrText>(\w+)<", section.footer._element.xml) == ["PAGE", "NUMPAGES"]


def test_an_official_letter_of_a_demo_says_so_on_even_pages_too() -> None:
    section = opened(letter_docx(LETTER, "zh", demo=True)).sections[0]

    assert section.even_page_header.paragraphs[0].text == section.header.paragraphs[0].text == "演示数据 不具效力"


def test_the_page_escapes_what_people_wrote() -> None:
    page = letters.html(BODY, "en", demo=False)

    assert "<script>" not in page
    assert "Received.&lt;script&gt;" in page
    assert "5 March 2026" in page
    assert "<img" not in page


def test_an_empty_date_is_left_for_the_pen() -> None:
    body = {"title": "函", "layout": "slip", "blocks": [{"kind": "date", "text": None}]}

    assert "年　　月　　日" in letters.html(body, "zh", demo=False)
    assert paragraphs(letter_docx(body, "zh", demo=False))[-1].strip() == "年　　月　　日"


@pytest.mark.parametrize(
    "body",
    [{"title": "函", "blocks": [{"kind": "seal", "text": "x"}]}, {"title": "函", "layout": "seal", "blocks": []}],
    ids=["block", "layout"],
)
def test_what_papers_do_not_have_is_an_error_in_both(body: dict[str, Any]) -> None:
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


def test_an_annex_bears_its_mark_once_and_lies_across_the_page() -> None:
    block = {"kind": "table", "columns": ["序号"], "rows": [["1"]], "header": "填报单位（盖章）：示例市局"}
    heading = {"kind": "heading", "text": "附件1　拟申报汇总表"}
    body = {"title": "拟申报汇总表", "layout": "table", "blocks": [heading, block]}
    content = letter_docx(body, "zh", demo=False)
    section = opened(content).sections[0]

    assert seen(letters.html(body, "zh", demo=False))[:3] == ["附件1", "拟申报汇总表", "填报单位（盖章）：示例市局"]
    assert paragraphs(content)[:3] == ["附件1", "拟申报汇总表", "填报单位（盖章）：示例市局"]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [297, 210]


def widths_of(widths: list[int], *rows: list[str]) -> list[float]:
    block = {"kind": "table", "columns": ["列"] * len(widths), "widths": widths, "rows": list(rows)}
    (table,) = (part for part in paper.parts({**BODY, "blocks": [block]}, "zh") if part.kind == "table")
    return [round(one, 1) for one in table.widths]


def test_the_columns_share_the_line_as_they_were_given() -> None:
    assert widths_of([10, 20, 12], ["甲", "乙", "丙"]) == [10.0, 20.0, 12.0]


def test_a_number_is_not_cut_whatever_width_its_column_was_given() -> None:
    telephone, score, serial = "0351-12345678", "86.20", "11"
    found = widths_of([300, 30, 10, 1], ["甲公司", telephone, score, serial])

    assert all(wide >= measures.width(one) + 1 for wide, one in zip(found[1:], (telephone, score, serial), strict=True))
    assert sum(found) == pytest.approx(42, abs=0.2)


def test_a_column_holds_two_characters_beside_each_other() -> None:
    assert widths_of([1, 100], ["甲", "乙"]) == [3.0, 39.0]


def test_columns_that_need_more_than_the_line_share_what_there_is() -> None:
    assert widths_of([1, 1], ["1" * 60, "2" * 30]) == [34.0, 17.5]


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


def test_a_letter_keeps_its_files_and_the_offices_number(database: Database, settings: Settings) -> None:
    keys = personal.keyring(settings)
    with database.write() as tx:
        letter = letters.keep(
            tx, keys, case_id=3, kind="receipt", body=BODY, at=clock.now(), created_by=None, organisation_id=5
        )
        letters.printed(tx, letter, pdf_file_id=7)
        letters.printed(tx, letter, docx_file_id=8)
        letters.formal(tx, letter, "晋环函〔2025〕344号", date(2025, 5, 6), 9)
        letters.formal(tx, letter, "晋环函〔2025〕345号", date(2025, 5, 7), None)

    with database.read() as tx:
        (row,) = letters.of_case(tx, 3)
    assert (row.number, row.pdf_file_id, row.docx_file_id, row.organisation_id) == ("XX-2026-0001", 7, 8, 5)
    assert (row.formal_number, row.formal_date, row.formal_file_id) == ("晋环函〔2025〕345号", date(2025, 5, 7), 9)
    assert letters.opened(keys, row._mapping) == {
        **BODY,
        "table": True,
        "formal_number": "晋环函〔2025〕345号",
        "formal_date": date(2025, 5, 7),
    }


def test_what_people_wrote_lies_sealed_beside_the_letter(database: Database, settings: Settings) -> None:
    with database.write() as tx:
        letters.keep(
            tx, personal.keyring(settings), case_id=3, kind="receipt", body=LETTER, at=clock.now(), created_by=None,
            organisation_id=None,
        )  # fmt: skip
        stored = tx.exec_driver_sql("SELECT body, sealed FROM letter").one()

    assert RARE not in "".join(stored)
    assert "报送函" in stored[0]
