"""Papers as they are printed: geometry, page numbers, what stands on which page, fonts inside, names readable."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from caseflow import press
from caseflow.records import letters
from caseflow.records.docx import letter_docx
from tests.printing import fonts_of, printing_home, squeezed, text_of
from tests.records.test_letters import LETTER, PAGES, RARE, cells, paragraphs

__all__ = ["printing_home"]

MM = 72 / 25.4


@dataclass(frozen=True)
class Line:
    """A line of print: its text and its edges in millimetres from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def lines_of(pdf: bytes) -> list[list[Line]]:
    """The lines of each page, from the top, with their edges."""
    program = shutil.which("pdftotext") or pytest.fail("pdftotext (poppler-utils) is not installed", pytrace=False)
    found = subprocess.run([program, "-bbox-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    pages = []
    for page in found.stdout.decode().split("<page ")[1:]:
        lines = []
        for edges, inner in re.findall(r"(?s)<line ([^>]*)>(.*?)</line>", page):
            left, top, right, bottom = (float(one) / MM for one in re.findall(r'="([\d.]+)"', edges))
            lines.append(Line("".join(re.findall(r">([^<]+)</word>", inner)), left, top, right, bottom))
        pages.append(sorted(lines, key=lambda line: line.top))
    return pages


def printed(body: dict[str, Any], home: Path, **options: Any) -> bytes:
    return press.render(letters.html(body, "zh", demo=False, **options), home)


def letter(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"title": "函", "number": None, "layout": "letter", "blocks": list(blocks)}


def text(said: str) -> dict[str, Any]:
    return {"kind": "text", "text": said}


def test_a_full_page_of_an_official_letter_has_22_lines_of_28_characters(printing_home: Path) -> None:
    """GB/T 9704-2012, 5.2.3: 22 lines a page, 28 characters a line, on 156 by 225 mm below 37 and beside 28 mm."""
    pages = lines_of(printed(letter(text("省" * 28 * 60)), printing_home))
    body = [line for line in pages[1] if set(line.text) == {"省"}]

    assert [len(line.text) for line in body] == [28] * 22
    assert all(abs(line.left - 28) < 1 and abs(line.right - 184) < 1 for line in body)
    assert 36 < body[0].top < 39
    assert 258 < body[-1].bottom <= 262.5


def test_page_numbers_stand_at_the_outer_side_below_the_text(printing_home: Path) -> None:
    pages = lines_of(printed(letter(text("省" * 28 * 60)), printing_home))
    numbers = [next(line for line in page if line.text == f"—{at}—") for at, page in enumerate(pages, start=1)]

    assert [(line.left > 160, line.right < 50) for line in numbers] == [(True, False), (False, True), (True, False)]
    assert all(266 < line.top < 273 for line in numbers)


def test_the_first_line_of_a_paragraph_is_set_in_by_two_characters(printing_home: Path) -> None:
    (page,) = lines_of(printed(letter(text("省" * 60)), printing_home))
    first, second, _ = (line for line in page if set(line.text) == {"省"})

    assert (len(first.text), len(second.text)) == (26, 28)
    assert abs(first.left - second.left - 2 * 156 / 28) < 0.3


def test_the_date_stands_four_characters_in_with_room_for_the_seal(printing_home: Path) -> None:
    (page,) = lines_of(printed(LETTER, printing_home))
    office = next(line for line in page if line.text == "示例市生态环境局")
    dated = next(line for line in page if line.text == "2026年3月5日")
    above = next(line for line in page if line.text == "2.申报材料")

    assert abs(184 - dated.right - 4 * 16 / MM) < 1.5
    assert abs((office.left + office.right) - (dated.left + dated.right)) < 2
    assert office.top - above.bottom > 2 * 28.95 / MM - 1


@pytest.mark.parametrize("length", range(17, 24))
def test_signature_and_date_never_stand_alone_on_a_page(printing_home: Path, length: int) -> None:
    body = letter(
        *(text("省" * 26) for _ in range(length)),
        {"kind": "signature", "text": "示例市生态环境局"},
        {"kind": "date", "text": "2026-03-05"},
    )
    last = [line.text for line in lines_of(printed(body, printing_home))[-1] if not line.text.startswith("—")]

    assert last[-2:] == ["示例市生态环境局", "2026年3月5日"]
    assert len(last) > 2


def test_the_pdf_says_what_the_word_file_says_with_its_fonts_inside(printing_home: Path) -> None:
    pdf = printed(LETTER, printing_home)
    said = re.sub("—1—", "", squeezed(text_of(pdf)))

    assert said == squeezed("".join(paragraphs(letter_docx(LETTER, "zh", demo=False))))
    assert RARE in said
    assert {(one["embedded"], one["subset"]) for one in fonts_of(pdf)} == {("yes", "yes")}
    assert all(re.search(r"\+Caseflow-(Body|Rare-[A-E])$", one["name"]) for one in fonts_of(pdf))


def test_each_expert_s_page_is_a_page_of_print(printing_home: Path) -> None:
    pdf = printed(PAGES, printing_home)
    names = [row[1] for row in cells(letter_docx(PAGES, "zh", demo=False)) if row[0] == "专家"]
    pages = [squeezed(text_of(pdf, number)) for number in range(1, len(names) + 1)]

    assert len(names) == press.pages(pdf)
    assert all(f"专家{name}" in page and "承诺人（签字）：" in page for name, page in zip(names, pages, strict=True))


def test_the_annex_lies_across_its_pages_with_the_heads_on_each(printing_home: Path) -> None:
    columns = [
        "序号", "试点申报单位", "试点类别", "试点产品名称（产品碳足迹管理试点填写）", "试点工作优势（500字）",
        "试点工作计划简介（500字）", "联系人", "联系电话",
    ]  # fmt: skip
    rows = [
        [str(at), f"{RARE}公司", "产品碳足迹管理试点", "冶金焦", "优" * 500, "计" * 500, "王昇", "0351-12345678"]
        for at in (1, 2, 3)
    ]
    block = {"kind": "table", "columns": columns, "widths": [6, 20, 16, 18, 40, 40, 10, 17], "rows": rows}
    around = {"header": "填报单位（盖章）：示例市生态环境局", "foot": "备注：无"}
    body = {
        "title": "拟申报产品碳足迹管理体系试点汇总表",
        "number": None,
        "layout": "table",
        "blocks": [{"kind": "heading", "text": "附件1　拟申报产品碳足迹管理体系试点汇总表"}, {**block, **around}],
    }
    pdf = printed(body, printing_home)
    pages = [squeezed(text_of(pdf, at)) for at in range(1, press.pages(pdf) + 1)]
    whole = "".join(pages)

    assert len(pages) > 1
    assert pages[0].startswith("附件1拟申报产品碳足迹管理体系试点汇总表填报单位（盖章）：示例市生态环境局")
    assert all("试点申报单位" in page and "联系电话" in page for page in pages)
    assert (whole.count("优"), whole.count("0351-12345678"), whole.count("备注：无")) == (3 * 500 + len(pages), 3, 1)


def test_a_slip_counts_its_pages_in_words(printing_home: Path) -> None:
    body = {"title": "回执", "number": "HZ2026-0001", "layout": "slip", "blocks": [text("收到。")]}

    assert "第1页，共1页版本校验码AB12-CD34" in squeezed(text_of(printed(body, printing_home, code="AB12-CD34")))
