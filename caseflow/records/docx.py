"""A paper as .docx, for the office to edit, check and put under its own red head.

An official letter has the geometry of GB/T 9704-2012 as page, grid and named styles, in the fonts an office has; a
slip, a form or a table is plainer. What stands in it is what ``paper`` says, as in the PDF.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from caseflow import words
from caseflow.records import paper
from caseflow.records.paper import Part
from caseflow.words import Language

BODY, TITLE, HEAD, SIGNS = "仿宋_GB2312", "方正小标宋简体", "黑体", "宋体"
LATIN = "Times New Roman"


@dataclass(frozen=True, slots=True)
class _Geometry:
    """A page: margins (top, right, bottom, left) in mm, sizes in points, the line pitch, how the title stands."""

    margins: tuple[int, int, int, int]
    foot: int
    size: float
    title: float
    line: float
    table: float
    landscape: bool = False


_GEOMETRY = {
    "letter": _Geometry((37, 26, 35, 28), 23, 16, 22, 28.95, 12),
    "slip": _Geometry((25, 22, 25, 25), 13, 14, 18, 26, 12),
    "form": _Geometry((25, 22, 25, 25), 13, 14, 18, 26, 10.5),
    "table": _Geometry((22, 18, 22, 18), 10, 12, 20, 20, 10.5, landscape=True),
}
"""Of ``letter``: 22 lines of 28 characters on 156 × 225 mm; the page number 7 mm below them."""
_PITCH = -849
"""28 characters of 16 pt on 156 mm: what a character lacks of its size, in 1/4096 pt."""
_STYLES = {
    "number": ("文书编号", BODY, WD_ALIGN_PARAGRAPH.RIGHT, 0),
    "formal": ("发文字号", BODY, WD_ALIGN_PARAGRAPH.CENTER, 0),
    "mark": ("附件标识", HEAD, WD_ALIGN_PARAGRAPH.LEFT, 0),
    "title": ("公文标题", TITLE, WD_ALIGN_PARAGRAPH.CENTER, 0),
    "heading": ("一级标题", HEAD, WD_ALIGN_PARAGRAPH.JUSTIFY, 2),
    "addressee": ("主送机关", BODY, WD_ALIGN_PARAGRAPH.JUSTIFY, 0),
    "text": ("公文正文", BODY, WD_ALIGN_PARAGRAPH.JUSTIFY, 2),
    "annexes": ("附件说明", BODY, WD_ALIGN_PARAGRAPH.LEFT, 0),
    "caption": ("表题", BODY, WD_ALIGN_PARAGRAPH.CENTER, 0),
    "note": ("表注", BODY, WD_ALIGN_PARAGRAPH.LEFT, 0),
    "pen": ("签字", BODY, WD_ALIGN_PARAGRAPH.LEFT, 0),
    "closing": ("署名和成文日期", BODY, WD_ALIGN_PARAGRAPH.RIGHT, 0),
}
"""A style for each part: its name, its font, how it is set, and the characters by which its first line is set in."""


def letter_docx(body: Mapping[str, Any], language: Language, *, demo: bool, code: str = "") -> bytes:
    """The .docx of a letter body as ``letters.html`` takes it.

    Raises:
        ValueError: the body has a layout or a block that papers do not have.
    """
    layout = paper.layout(body)
    parts = paper.parts(body, language)
    form = _GEOMETRY[layout]
    document = Document()
    _page(document, form, official=layout == "letter")
    _styles(document, form)
    _marks(document, language, demo, code, official=layout == "letter")
    for part in parts:
        _draw(document, part, form, official=layout == "letter")
    title = paper.shower(language)(body["title"])
    document.core_properties.title = _plain(title)
    document.core_properties.author = ""
    document.core_properties.comments = ""
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _draw(document: Any, part: Part, form: _Geometry, *, official: bool) -> None:
    if part.kind in ("pairs", "table"):
        _table(document, part, form)
    elif part.kind == "page":
        document.add_page_break()
    elif part.kind == "annexes":
        _annexes(document, part, form)
    elif part.kind == "closing":
        _closing(document, part, form)
    else:
        paragraph = _paragraph(document, "text" if part.kind == "item" else part.kind, part.text)
        if part.kind == "pen":
            paragraph.paragraph_format.left_indent = Pt(8 * form.size)
            paragraph.paragraph_format.space_before = Pt(form.line)
        elif part.kind == "title":
            space = Pt(form.line if official else form.line / 2)
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = space


def _annexes(document: Any, part: Part, form: _Geometry) -> None:
    """One blank line below the text, two characters in; each name under the one before it."""
    for at, (name, _) in enumerate(part.lines):
        paragraph = _paragraph(document, "annexes", f"{part.text}{name}" if at == 0 else name)
        paragraph.paragraph_format.left_indent = Pt(6 * form.size)
        paragraph.paragraph_format.first_line_indent = Pt(-(4 if at == 0 else 1) * form.size)
        if at == 0:
            paragraph.paragraph_format.space_before = Pt(form.line)


def _closing(document: Any, part: Part, form: _Geometry) -> None:
    """Two blank lines above where a seal is put; the lines stay together on one page."""
    for at, (line, right) in enumerate(part.lines):
        paragraph = _paragraph(document, "closing", line)
        paragraph.paragraph_format.right_indent = Pt(right * form.size)
        paragraph.paragraph_format.keep_with_next = at + 1 < len(part.lines)
        if at == 0:
            paragraph.paragraph_format.space_before = Pt(form.line * (2 if part.text else 1))


def _page(document: Any, form: _Geometry, *, official: bool) -> None:
    section = document.sections[0]
    sides = (Mm(210), Mm(297))
    section.page_width, section.page_height = sides[::-1] if form.landscape else sides
    section.orientation = WD_ORIENT.LANDSCAPE if form.landscape else WD_ORIENT.PORTRAIT
    top, right, bottom, left = form.margins
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.footer_distance = Mm(form.foot)
    if official:
        grid = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001 -- python-docx has no name for the grid
        if grid is None:
            grid = OxmlElement("w:docGrid")
            section._sectPr.append(grid)  # noqa: SLF001 -- as above
        grid.set(qn("w:type"), "linesAndChars")
        grid.set(qn("w:linePitch"), str(round(form.line * 20)))
        grid.set(qn("w:charSpace"), str(_PITCH))


def _styles(document: Any, form: _Geometry) -> None:
    normal = document.styles["Normal"]
    _face(normal, BODY, form.size)
    shape = normal.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(form.line)
    for kind, (name, font, alignment, indent) in _STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.quick_style = True
        _face(style, font, form.title if kind == "title" else form.size)
        style.paragraph_format.alignment = alignment
        if indent:
            style.paragraph_format.first_line_indent = Pt(indent * form.size)
        if kind in ("heading", "caption", "title"):
            style.paragraph_format.keep_with_next = True
        if kind == "title":
            style.paragraph_format.line_spacing = Pt(max(form.line, form.title * 1.3))


def _face(style: Any, font: str, size: float) -> None:
    style.font.name, style.font.size = LATIN, Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _marks(document: Any, language: Language, demo: bool, code: str, *, official: bool) -> None:
    """Page numbers: in an official letter — 1 — at the outer side, else counted in words. The code, and what a demo must say."""
    section = document.sections[0]
    feet: tuple[tuple[Any, WD_ALIGN_PARAGRAPH], ...]
    if official:
        document.settings.odd_and_even_pages_header_footer = True
        feet = ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT))
    else:
        feet = ((section.footer, WD_ALIGN_PARAGRAPH.CENTER),)
    for footer, side in feet:
        foot = footer.paragraphs[0]
        foot.alignment = side
        foot.paragraph_format.left_indent = foot.paragraph_format.right_indent = Pt(14 if official else 0)
        pattern = "— \0 —" if official else words.text("print.page", language, page="\0", pages="\1")
        before, _, rest = pattern.partition("\0")
        between, counted, after = rest.partition("\1")
        _run(foot, before, SIGNS, 14)
        _field(foot, "PAGE")
        _run(foot, between, SIGNS, 14)
        if counted:
            _field(foot, "NUMPAGES")
            _run(foot, after, SIGNS, 14)
        if code:
            _run(foot, f"　{words.text('print.code', language, code=code)}", BODY, 10.5)
    if demo:
        for header in (section.header, *((section.even_page_header,) if official else ())):
            head = header.paragraphs[0]
            head.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _run(head, words.text("print.demo", language), HEAD, 18, RGBColor(0xB0, 0x30, 0x30))


def _paragraph(document: Any, kind: str, text: str) -> Any:
    paragraph = document.add_paragraph(style=_STYLES[kind][0])
    paragraph.add_run(_plain(text))
    return paragraph


def _plain(text: str) -> str:
    """XML 1.0 has no control characters; python-docx refuses them with an error about something else."""
    return "".join(one for one in text if one >= " " or one in "\t\n")


def _run(paragraph: Any, text: str, font: str, size: float, colour: RGBColor | None = None) -> Any:
    run = paragraph.add_run(_plain(text))
    run.font.name, run.font.size = LATIN, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)  # noqa: SLF001 -- python-docx has no name for this attribute
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _field(paragraph: Any, instruction: str) -> None:
    run = _run(paragraph, "", SIGNS, 14)
    for kind, text in (("begin", ""), ("", instruction), ("end", "")):
        piece = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            piece.set(qn("w:fldCharType"), kind)
        else:
            piece.text = text
        run._element.append(piece)  # noqa: SLF001 -- fields have no public way in


def _table(document: Any, part: Part, form: _Geometry) -> None:
    """A grid as wide as the text; the row of heads stands again on each page."""
    columns = 2 if part.kind == "pairs" else len(part.heads)
    if not columns:
        return
    widths = (3, 7) if part.kind == "pairs" else part.widths
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    table = document.add_table(rows=0, cols=columns)
    table.style = "Table Grid"
    table.autofit = False
    size = form.table if columns <= 5 else min(form.table, 10.5)
    for at, row in enumerate([part.heads, *part.rows] if part.heads else part.rows):
        cells = table.add_row().cells
        for number, (cell, text) in enumerate(zip(cells, row, strict=False)):
            cell.width = int(room * widths[number] / sum(widths))
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = Pt(size * 1.5)
            head = bool(part.heads) and at == 0
            if head:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _run(paragraph, text, HEAD if head else BODY, size)
    if part.heads:
        repeated = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 -- python-docx has no name for it
    document.add_paragraph()
