"""What stands on a paper, part by part, in one language: the same for PDF, Word and the preview, which only draw it.

A letter's body is plain JSON, already filled: ``{"title", "number", "layout", "blocks": [...]}``. A text is a string or
a ``{zh, en}`` pair. Layouts: ``letter`` (an official letter of GB/T 9704-2012), ``slip`` and ``form`` (plain), ``table``
(landscape). Blocks by ``kind``:

``heading``, ``text``, ``signature``, ``date`` (an ISO date, or blank for writing by hand): ``{"text"}``;
``fields``: ``{"rows": [[label, value]]}``; ``list``: ``{"items"}``;
``table``, ``signatures``, ``seats``, ``entries``, ``fees``: ``{"columns", "rows"}`` and, if wanted, ``widths`` in characters and
``text``, ``header`` and ``foot`` around it; ``pledges``, ``sheets``: ``{"pages"}``, each
``{"title", "name", "texts", "columns", "rows", "signed"}``: a page of its own for each person;
``draw``, ``opinion``: ``{"parts"}``, blocks that stand one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from caseflow import words
from caseflow.records import measures
from caseflow.words import Language

LAYOUTS = ("letter", "slip", "form", "table")
TABLES = ("table", "signatures", "seats", "entries", "fees")
SEVERAL = ("draw", "opinion")
PERSONAL = ("pledges", "sheets")
_ENDING = ("signature", "date")
KINDS = ("heading", "text", "fields", "list", *SEVERAL, *TABLES, *PERSONAL, *_ENDING)

TITLE_WIDTHS = {"letter": 20, "slip": 25, "form": 25, "table": 36}
"""Characters that a line of the title holds."""
TABLE_WIDTHS = {"letter": 40, "slip": 42, "form": 42, "table": 72}
"""Characters that a line of a table with many columns holds."""
RIGHT_OF_DATE = 4.0
"""Characters between the date of a sealed letter and the right edge."""

_ANNEX_NOTE = re.compile(r"^(附件|Annexes|Annex)[：:]\s*")
_ANNEX_ITEM = re.compile(r"[\s　]+(?=\d{1,2}[.．])")
_ANNEX_MARK = re.compile(r"^(附件\d*|Annex \d+)[\s　:：]*(.*)$")
_SEALED_HERE = re.compile(r"\s*[（(](盖章|seals?)[）)]\s*$")
_BLANK_DATES = ("", "年　　月　　日", "Date:")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to draw. ``kind``: number, formal, mark, title, heading, addressee, text, item, annexes, caption, pairs,
    table, note, pen, closing, page.
    """

    kind: str
    text: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[float, ...] = ()
    lines: tuple[tuple[str, float], ...] = ()
    """Of ``closing``: each line with the characters between it and the right edge. Of ``annexes``: each name."""


Show = Callable[[Any], str]


def shower(language: Language) -> Show:
    """A function from a text of a body to what is printed."""

    def show(value: Any) -> str:
        if value is None:
            return ""
        return words.pick(value, language) if isinstance(value, Mapping) else str(value)

    return show


def layout(body: Mapping[str, Any]) -> str:
    found = body.get("layout") or "slip"
    if found not in LAYOUTS:
        raise ValueError(f"no such layout of a letter: {found}")
    return str(found)


def parts(body: Mapping[str, Any], language: Language) -> list[Part]:
    """The paper as it is drawn, from its number to its date.

    Raises:
        ValueError: the body has a block that papers do not have.
    """
    strange = [str(block["kind"]) for block in body["blocks"] if block["kind"] not in KINDS]
    if strange:
        raise ValueError(f"no such block in a letter: {', '.join(strange)}")
    show = shower(language)
    blocks = list(body["blocks"])
    official = layout(body) == "letter"
    found = list(_head(body, blocks, language, show))
    opening = blocks[0] if blocks else None
    while blocks:
        block = blocks.pop(0)
        if block["kind"] in SEVERAL:
            blocks[:0] = block["parts"]
        elif block["kind"] in _ENDING:
            found += _ending([block, *_taken(blocks)], language, show, official=official)
        elif block["kind"] in PERSONAL:
            # What is signed below a page for each person is signed on each of them.
            ending = _ending(_taken(blocks), language, show, official=False)
            for page in block["pages"]:
                found += [Part("page")] if found else []  # no paper begins with an empty page
                found += _person(page, body, show, ending)
        else:
            room = TABLE_WIDTHS[layout(body)]
            found += _drawn(block, show, official=official, opening=block is opening, room=room)
    return found


def day(text: str, language: Language) -> str:
    """A date as it is printed: ``2026年3月5日``; a text that is no ISO date stays as it is."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    if language == "en":
        return f"{found.day} {found:%B %Y}"
    return words.text("print.date", language, year=found.year, month=found.month, day=found.day)


def _head(body: Mapping[str, Any], blocks: list[Any], language: Language, show: Show) -> Iterator[Part]:
    """Number, annex mark and title. The heading with which a letter begins is its title; it is taken off the blocks."""
    title = show(body["title"])
    plain = layout(body) in ("slip", "form")
    if blocks and blocks[0]["kind"] == "heading" and not plain:
        first = show(blocks.pop(0)["text"])
        mark = _ANNEX_MARK.match(first)
        if mark is not None:
            yield Part("mark", mark[1])
        title = (mark[2] if mark is not None else first) or title
    number = body.get("formal_number") or ""
    if number and not plain:
        yield Part("formal", str(number))
    elif body.get("number"):
        yield Part("number", words.text("print.number", language, number=body["number"]))
    if not blocks or blocks[0]["kind"] not in PERSONAL:
        yield Part("title", measures.broken(title, TITLE_WIDTHS[layout(body)]))


def _drawn(block: Mapping[str, Any], show: Show, *, official: bool, opening: bool, room: float) -> Iterator[Part]:
    kind = block["kind"]
    if kind == "heading":
        yield Part("heading", show(block["text"]))
    elif kind == "text":
        yield from _text(show(block["text"]), official=official, opening=opening)
    elif kind == "list":
        yield from (Part("item", f"{number}. {show(item)}") for number, item in enumerate(block["items"], start=1))
    elif kind == "fields":
        yield Part("pairs", rows=tuple((show(label), show(value)) for label, value in block["rows"]))
    else:
        yield from _table(block, show, room)


def _text(text: str, *, official: bool, opening: bool) -> Iterator[Part]:
    """The paragraphs of a text. With the addressee a paper opens; a colon further down ends a sentence like any other."""
    for number, line in enumerate(one.strip() for one in text.splitlines() if one.strip()):
        note = _ANNEX_NOTE.match(line) if official else None
        if note is not None:
            names = tuple((name, 0.0) for name in _ANNEX_ITEM.split(line[note.end() :].strip()) if name)
            yield Part("annexes", line[: note.end()].strip(), lines=names)
        else:
            addressed = opening and number == 0 and line.endswith(("：", ":", "，", ","))
            yield Part("addressee" if addressed else "text", line)


def _table(block: Mapping[str, Any], show: Show, room: float) -> Iterator[Part]:
    if show(block.get("text")):
        yield Part("caption", show(block["text"]))
    if show(block.get("header")):
        yield Part("note", show(block["header"]))
    rows = tuple(tuple(show(cell) for cell in row) for row in block["rows"])
    heads = tuple(show(column) for column in block["columns"])
    widths = measures.columns(block.get("widths") or (10,) * len(heads), rows, room) if heads else ()
    yield Part("table", heads=heads, rows=rows, widths=widths)
    if show(block.get("foot")):
        yield Part("note", show(block["foot"]))


def _person(page: Mapping[str, Any], body: Mapping[str, Any], show: Show, ending: list[Part]) -> Iterator[Part]:
    """One person's page: who, what was accepted or said, and where to sign."""
    kind = layout(body)
    yield Part("title", measures.broken(show(page.get("title") or body["title"]), TITLE_WIDTHS[kind]))
    yield Part("pairs", rows=tuple((show(label), show(value)) for label, value in page["name"]))
    yield from (Part("text", show(text)) for text in page.get("texts") or ())
    if page.get("rows"):
        yield from _table(page, show, TABLE_WIDTHS[kind])
    yield from ending or [Part("pen", show(line)) for line in page.get("signed") or ()]


def _taken(blocks: list[Any]) -> list[Any]:
    """Take the signatures and dates off that stand at the head of ``blocks``."""
    found = []
    while blocks and blocks[0]["kind"] in _ENDING:
        found.append(blocks.pop(0))
    return found


def _ending(blocks: list[Any], language: Language, show: Show, *, official: bool) -> list[Part]:
    """Signatures and dates: lines for the pen, and what stands together at the right with the office's seal."""
    found: list[Part] = []
    together: list[Any] = []
    for block in [*blocks, None]:
        if block is not None and not _by_hand(block, show):
            together.append(block)
            continue
        if together:
            found.append(_closing(together, language, show, official=official))
            together = []
        if block is not None:
            found.append(Part("pen", show(block.get("text")).strip()))
    return found


def is_by_hand(text: str) -> bool:
    """Whether a signature is a line for somebody's pen, and not the name of an office."""
    return text.strip().endswith(("：", ":"))


def _by_hand(block: Mapping[str, Any], show: Show) -> bool:
    return block["kind"] == "signature" and is_by_hand(show(block.get("text")))


def _closing(blocks: list[Any], language: Language, show: Show, *, official: bool) -> Part:
    """The offices that sign, each centred above the date. An official letter leaves room for the seal and names no place for it."""
    lines = [
        _date(show(block.get("text")), language)
        if block["kind"] == "date"
        else _sealed(show(block.get("text")).strip(), language, official=official)
        for block in blocks
    ]
    widest = max(measures.width(line) for line in lines)
    right = max(0.0, RIGHT_OF_DATE - (widest - measures.width(lines[-1])) / 2)
    return Part(
        "closing",
        "seal" if official else "",
        lines=tuple((line, right + (widest - measures.width(line)) / 2) for line in lines),
    )


def _sealed(name: str, language: Language, *, official: bool) -> str:
    if official:
        return _SEALED_HERE.sub("", name)
    return name if _SEALED_HERE.search(name) else words.text("print.seal_of", language, name=name)


def _date(text: str, language: Language) -> str:
    plain = text.strip()
    return words.text("print.blank_date", language) if plain in _BLANK_DATES else day(plain, language)
