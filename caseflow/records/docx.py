"""A letter as .docx, for the office to edit, check and put under its own red head."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from caseflow import words
from caseflow.records import letters
from caseflow.words import Language

BODY, TITLE, HEAD = "仿宋_GB2312", "方正小标宋简体", "黑体"
LATIN = "Times New Roman"
LINE = Pt(29)
"""Line pitch of GB/T 9704-2012: 225 mm for 22 lines."""


def letter_docx(body: dict[str, Any], language: Language, *, demo: bool, code: str = "") -> bytes:
    """The .docx of a letter body as ``letters.html`` takes it: same blocks, the fonts an office has."""

    def show(value: Any) -> str:
        if value is None:
            return ""
        return words.pick(value, language) if isinstance(value, dict) else str(value)

    document = Document()
    _page(document)
    _marks(document, language, demo, code)
    if body.get("number"):
        _line(document, words.text("print.number", language, number=body["number"]), right=0)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = LINE
    _run(title, show(body["title"]), TITLE, 22)
    for block in body["blocks"]:
        _block(document, block, language, show)
    document.core_properties.title = show(body["title"])
    document.core_properties.author = ""
    document.core_properties.comments = ""
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _block(document: Any, block: dict[str, Any], language: Language, show: Any) -> None:
    match block["kind"]:
        case "heading":
            paragraph = _paragraph(document)
            paragraph.paragraph_format.keep_with_next = True
            _run(paragraph, show(block["text"]), HEAD)
        case "text":
            for number, line in enumerate(filter(str.strip, show(block["text"]).splitlines())):
                flush = number == 0 and line.strip().endswith(("：", ":"))
                _run(_paragraph(document, indent=0 if flush else 32), line.strip())
        case "list":
            for number, item in enumerate(block["items"], start=1):
                _run(_paragraph(document), f"{number}. {show(item)}")
        case "fields":
            _table(document, [], [[show(label), show(value)] for label, value in block["rows"]])
        case "table":
            rows = [[show(cell) for cell in row] for row in block["rows"]]
            _table(document, [show(column) for column in block["columns"]], rows)
        case "signature":
            _line(document, words.text("print.seal_of", language, name=show(block["text"])), before=LINE)
        case "date":
            text = letters.day(show(block["text"]), language) or words.text("print.blank_date", language)
            _line(document, text)
        case kind:
            raise ValueError(f"no such block in a letter: {kind}")


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    normal = document.styles["Normal"]
    normal.font.size = Pt(16)
    normal.font.name = LATIN
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), BODY)
    form = normal.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE


def _marks(document: Any, language: Language, demo: bool, code: str) -> None:
    section = document.sections[0]
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, _, rest = words.text("print.page", language, page="\0", pages="\1").partition("\0")
    between, _, after = rest.partition("\1")
    _run(foot, before, BODY, 14)
    _field(foot, "PAGE")
    _run(foot, between, BODY, 14)
    _field(foot, "NUMPAGES")
    _run(foot, after, BODY, 14)
    if code:
        _run(foot, f"　{words.text('print.code', language, code=code)}", BODY, 10.5)
    if demo:
        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(head, words.text("print.demo", language), HEAD, 18, RGBColor(0xB0, 0x30, 0x30))


def _paragraph(document: Any, indent: float = 32) -> Any:
    """A paragraph, its first line set in by two characters of 16 pt unless told otherwise."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Pt(indent)
    return paragraph


def _line(document: Any, text: str, right: float = 64, before: Any = None) -> None:
    """A line at the right, four characters from the edge unless told otherwise."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.paragraph_format.right_indent = Pt(right)
    paragraph.paragraph_format.space_before = before
    _run(paragraph, text)


def _run(paragraph: Any, text: str, font: str = BODY, size: float = 16, colour: RGBColor | None = None) -> Any:
    # XML 1.0 has no control characters; python-docx refuses them with an error about something else.
    run = paragraph.add_run("".join(one for one in text if one >= " " or one in "\t\n"))
    run.font.name, run.font.size = LATIN, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)  # noqa: SLF001 -- python-docx has no name for this attribute
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _field(paragraph: Any, instruction: str) -> None:
    run = _run(paragraph, "", BODY, 14)
    for kind, text in (("begin", ""), ("", instruction), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._element.append(part)  # noqa: SLF001 -- fields have no public way in


def _table(document: Any, heads: list[str], rows: list[list[str]]) -> None:
    width = max([len(heads), *(len(row) for row in rows)], default=0)
    if not width:
        return
    table = document.add_table(rows=0, cols=width)
    table.style = "Table Grid"
    for number, row in enumerate([heads, *rows] if heads else rows):
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=False):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = Pt(18)
            _run(paragraph, text, HEAD if heads and number == 0 else BODY, 12)
    document.add_paragraph()
