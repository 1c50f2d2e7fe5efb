"""Papers as pages for the press and the preview, and their rows: letters, the printed form, summary tables.

What a body may hold stands in ``paper``. A paper has never a red head, an emblem or a seal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import jinja2
import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.engine import Connection, Row

from caseflow import fonts, words
from caseflow.config import ROOT
from caseflow.records import paper, personal
from caseflow.records.models import letter
from caseflow.records.personal import Keyring
from caseflow.words import Language, Message, Refused

FACES = ", ".join(f'"{family}"' for family in fonts.FAMILIES) + ", sans-serif"
"""The faces of every paper, all of one design: what an office has (FangSong, XiaoBiaoSong) may not be shipped."""

_TEMPLATES = {"letter": "letter.html", "slip": "plain.html", "form": "plain.html", "table": "table.html"}
_FORMAL_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12}〔(19|20)\d{2}〕[1-9]\d{0,4}号")
_papers = jinja2.Environment(
    loader=jinja2.FileSystemLoader(ROOT / "templates" / "print"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def html(body: Mapping[str, Any], language: Language, *, demo: bool, code: str = "", screen: bool = False) -> str:
    """A letter as a page for the press, or to look at on a ``screen``. ``code`` stands in the footer; a demo letter says
    across each page that it is one.

    Raises:
        ValueError: the body has a layout or a block that papers do not have.
    """
    parts = paper.parts(body, language)
    return page(_TEMPLATES[paper.layout(body)], language, demo=demo, code=code, screen=screen, letter=body, parts=parts)


def form_html(form: Mapping[str, Any], language: Language, *, demo: bool, code: str, screen: bool = False) -> str:
    """The printed form, its fields in their own order.

    ``{"title", "note", "sections": [{"title", "fields": [{"label", "hint", "value", "long"}]}], "declaration":
    {"title", "text"}, "signs": [label, …], "attached"}``; all but title and sections may be left out. A value is a
    text, a list of texts, or a table ``{"columns", "rows"}``. ``code`` is the code of the frozen revision.
    """
    return page("form.html", language, demo=demo, code=code, screen=screen, form=form)


def table_html(
    table: Mapping[str, Any], language: Language, *, demo: bool, code: str = "", screen: bool = False
) -> str:
    """A summary table on landscape pages: ``{"title", "header", "columns": [{"title", "width"}], "rows", "foot"}``."""
    block = {
        "kind": "table",
        "columns": [column["title"] for column in table["columns"]],
        "widths": [column.get("width", 12) for column in table["columns"]],
        "rows": table["rows"],
        "header": table.get("header"),
        "foot": table.get("foot"),
    }
    body = {"title": table["title"], "layout": "table", "blocks": [block]}
    return html(body, language, demo=demo, code=code, screen=screen)


def page(template: str, language: Language, *, demo: bool, code: str = "", screen: bool = False, **values: Any) -> str:
    """A page of ``templates/print`` with its values filled in; what it looks like on a ``screen`` costs the press time."""

    def t(key: str, **given: Any) -> str:
        return words.text(key, language, **given)

    def page_of() -> Markup:
        counters = {"page": '<span class="count"></span>', "pages": '<span class="counts"></span>'}
        return Markup(words.text("print.page", language, **counters))  # noqa: S704 -- our own text and our own marks

    return _papers.get_template(template).render(
        language=language,
        demo=demo,
        code=code,
        screen=screen,
        show=paper.shower(language),
        t=t,
        page_of=page_of,
        faces=Markup(FACES),  # noqa: S704 -- as above
        **values,
    )


def keep(
    tx: Connection,
    keys: Keyring,
    *,
    case_id: int,
    kind: str,
    body: Mapping[str, Any],
    at: datetime,
    created_by: int | None,
    organisation_id: int | None,
) -> int:
    """Write a letter's row and return its id. Its blocks are sealed: names and free text stand in them."""
    row = {
        "case_id": case_id,
        "kind": kind,
        "number": body["number"],
        "body": {
            **{name: value for name, value in body.items() if name != "blocks"},
            "table": any(block["kind"] in paper.TABLES for block in body["blocks"]),
        },
        "sealed": personal.seal_json(keys, body["blocks"], f"letter/{case_id}"),
        "created_at": at,
        "created_by": created_by,
        "organisation_id": organisation_id,
    }
    return int(tx.execute(letter.insert().returning(letter.c.id), row).scalar_one())


def opened(keys: Keyring, row: Mapping[str, Any]) -> dict[str, Any]:
    """The whole body of a letter's row, with the number and date that the office gave it."""
    body = {"blocks": [], **row["body"]}
    if row["sealed"] is not None:
        body["blocks"] = personal.open_json(keys, row["sealed"], f"letter/{row['case_id']}")
    return {**body, "formal_number": row["formal_number"], "formal_date": row["formal_date"]}


def find(tx: Connection, letter_id: int) -> Row[Any] | None:
    return tx.execute(sa.select(letter).where(letter.c.id == letter_id)).one_or_none()


def of_case(tx: Connection, case_id: int) -> list[Row[Any]]:
    """The letters of a case, oldest first."""
    return list(tx.execute(sa.select(letter).where(letter.c.case_id == case_id).order_by(letter.c.id)))


def printed(tx: Connection, letter_id: int, *, pdf_file_id: int | None = None, docx_file_id: int | None = None) -> None:
    """Note the files made from a letter."""
    made = {"pdf_file_id": pdf_file_id, "docx_file_id": docx_file_id}
    tx.execute(letter.update().where(letter.c.id == letter_id).values({k: v for k, v in made.items() if v is not None}))


def formal(tx: Connection, letter_id: int, number: str, dated: date, file_id: int | None) -> None:
    """Record the number and date that the office gave a letter, and its sealed file; without one an earlier file stays."""
    values: dict[str, Any] = {"formal_number": number, "formal_date": dated}
    if file_id is not None:
        values["formal_file_id"] = file_id
    tx.execute(letter.update().where(letter.c.id == letter_id).values(values))


def formal_number(text: str) -> str:
    """An official document number without the spaces that layout puts into it, such as ``晋环函〔2025〕344号``.

    Raises:
        Refused: it is no 发文字号.
    """
    plain = "".join(text.split()).replace("[", "〔").replace("]", "〕").replace("［", "〔").replace("］", "〕")
    if not _FORMAL_NUMBER.fullmatch(plain):
        raise Refused(Message("letter.formal_number", {"given": text}))
    return plain
