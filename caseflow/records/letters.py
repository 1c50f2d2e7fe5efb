"""Papers: letters of typed blocks, the printed form, the summary table. HTML for the press, rows for the case.

A letter's body is plain JSON, already filled: ``{"title", "number", "blocks": [...]}``. A text is a string or
a ``{zh, en}`` pair. Blocks: ``{"kind": "heading" | "text", "text"}``, ``{"kind": "fields", "rows": [[label, value]]}``,
``{"kind": "list", "items"}``, ``{"kind": "table", "columns", "rows"}``, ``{"kind": "signature", "text"}`` (the seal's
place, always left blank), ``{"kind": "date", "text"}`` (an ISO date, or blank for writing by hand).

The layout follows GB/T 9704-2012 in paper, margins and lines; never a red head, an emblem or a seal.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import Any

import jinja2
import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.engine import Connection, Row

from caseflow import clock, words
from caseflow.config import ROOT
from caseflow.records.models import letter
from caseflow.words import Language, Message, Refused

KINDS = ("heading", "text", "fields", "list", "table", "signature", "date")

_FORMAL_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12}〔(19|20)\d{2}〕[1-9]\d{0,4}号")
_papers = jinja2.Environment(
    loader=jinja2.FileSystemLoader(ROOT / "templates" / "print"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def html(body: dict[str, Any], language: Language, *, demo: bool, code: str = "") -> str:
    """A letter as a page for the press. ``code`` stands in the footer; a demo letter says across each page that it is one."""
    strange = [block["kind"] for block in body["blocks"] if block["kind"] not in KINDS]
    if strange:
        raise ValueError(f"no such block in a letter: {', '.join(strange)}")
    return _page("letter.html", language, demo, code, letter=body)


def form_html(form: dict[str, Any], language: Language, *, demo: bool, code: str) -> str:
    """The printed form, its fields in their own order.

    ``{"title", "note", "sections": [{"title", "fields": [{"label", "hint", "value", "long"}]}], "declaration":
    {"title", "text"}, "signs": [label, …], "attached"}``; all but title and sections may be left out. A value is a
    text, a list of texts, or a table ``{"columns", "rows"}``. ``code`` is the code of the frozen revision.
    """
    return _page("form.html", language, demo, code, form=form)


def table_html(table: dict[str, Any], language: Language, *, demo: bool, code: str = "") -> str:
    """A summary table on landscape pages: ``{"title", "header", "columns": [{"title", "width"}], "rows", "foot"}``."""
    columns = [{"title": column["title"], "width": column.get("width", 12)} for column in table["columns"]]
    return _page("table.html", language, demo, code, table=table | {"columns": columns})


def _page(template: str, language: Language, demo: bool, code: str, **values: Any) -> str:
    def show(value: Any) -> str:
        if value is None:
            return ""
        return words.pick(value, language) if isinstance(value, dict) else str(value)

    def t(key: str, **given: Any) -> str:
        return words.text(key, language, **given)

    def page_of() -> Markup:
        counters = {"page": '<span class="page"></span>', "pages": '<span class="pages"></span>'}
        return Markup(words.text("print.page", language, **counters))  # noqa: S704 -- our own text and our own marks

    return _papers.get_template(template).render(
        language=language,
        demo=demo,
        code=code,
        show=show,
        t=t,
        page_of=page_of,
        day=lambda value: day(show(value), language),
        **values,
    )


def day(text: str, language: Language) -> str:
    """A date as it is printed: ``2026年3月5日``; a text that is no ISO date stays as it is."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    if language == "en":
        return text
    return words.text("print.date", language, year=found.year, month=found.month, day=found.day)


def keep(
    tx: Connection,
    *,
    case_id: int,
    kind: str,
    body: dict[str, Any],
    page: str,
    number: str | None,
    created_by: int | None,
) -> int:
    """Write a letter's row and return its id; ``page`` is its HTML, of which the hash is kept."""
    row = {
        "case_id": case_id,
        "kind": kind,
        "number": number,
        "body": body,
        "html_hash": hashlib.sha256(page.encode()).hexdigest(),
        "created_at": clock.now(),
        "created_by": created_by,
    }
    return int(tx.execute(letter.insert().returning(letter.c.id), row).scalar_one())


def find(tx: Connection, letter_id: int) -> Row[Any] | None:
    return tx.execute(sa.select(letter).where(letter.c.id == letter_id)).one_or_none()


def of_case(tx: Connection, case_id: int) -> list[Row[Any]]:
    """The letters of a case, oldest first."""
    return list(tx.execute(sa.select(letter).where(letter.c.case_id == case_id).order_by(letter.c.id)))


def printed(tx: Connection, letter_id: int, *, pdf_file_id: int | None = None, docx_file_id: int | None = None) -> None:
    """Note the files made from a letter."""
    made = {"pdf_file_id": pdf_file_id, "docx_file_id": docx_file_id}
    tx.execute(letter.update().where(letter.c.id == letter_id).values({k: v for k, v in made.items() if v is not None}))


def formal(tx: Connection, letter_id: int, number: str, file_id: int | None) -> str:
    """Record the office's number and its sealed file; returns the number as stored. Refuses what is no 发文字号."""
    plain = formal_number(number)
    tx.execute(letter.update().where(letter.c.id == letter_id).values(formal_number=plain, formal_file_id=file_id))
    return plain


def formal_number(text: str) -> str:
    """An official document number without the spaces that layout puts into it, such as ``晋环函〔2025〕344号``."""
    plain = "".join(text.split()).replace("[", "〔").replace("]", "〕").replace("［", "〔").replace("］", "〕")
    if not _FORMAL_NUMBER.fullmatch(plain):
        raise Refused(Message("letter.formal_number", {"given": text}))
    return plain
