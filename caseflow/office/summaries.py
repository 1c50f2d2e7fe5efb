"""Summary tables over the members of a case (an annex of the notice): for the page, for Excel and for the press."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import members, show
from caseflow.cases.ground import Ground
from caseflow.cases.models import round_
from caseflow.cases.show import Pair
from caseflow.people.models import authority, organisation
from caseflow.records import letters, paper, sheets
from caseflow.words import LANGUAGES, Language
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text

_PLACE = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary table ready to be shown: titles with their widths in characters, one row of texts per case."""

    title: Pair
    header: Pair
    foot: Pair
    columns: tuple[tuple[Pair, int], ...]
    rows: tuple[tuple[Pair, ...], ...]


def summary(tx: Connection, ground: Ground, definition: Definition, host: Mapping[Any, Any], table_id: str) -> Summary:
    """The table ``table_id`` of a case over many cases, as its members stand now."""
    table = definition.tables[table_id]
    places = _places(tx, host)
    return Summary(
        title=show.pair(table.title),
        header=_filled(table.header, places),
        foot=_filled(table.foot, places),
        columns=tuple((show.pair(column.title), column.width) for column in table.columns.values()),
        rows=tuple(tuple(row) for row in members.table_rows(tx, ground, host, table)),
    )


def of_letter(body: Mapping[str, Any]) -> Summary | None:
    """The first table of a letter, as it was filled; none where it has no table."""
    block = next((one for one in body["blocks"] if one["kind"] in paper.TABLES and one["columns"]), None)
    if block is None:
        return None
    empty = show.both("")
    widths = block.get("widths") or [16] * len(block["columns"])
    return Summary(
        title=body["title"],
        header=block.get("header") or empty,
        foot=block.get("foot") or empty,
        columns=tuple(zip(block["columns"], widths, strict=True)),
        rows=tuple(tuple(row) for row in block["rows"]),
    )


def workbook(found: Summary, language: Language) -> bytes:
    """The table as .xlsx."""
    return sheets.write_table(
        found.title[language],
        [(title[language], width) for title, width in found.columns],
        [[_number(cell[language]) for cell in row] for row in found.rows],
        header_lines=[found.header[language]] if found.header[language] else [],
        notes=[found.foot[language]] if found.foot[language] else [],
    )


def page(found: Summary, language: Language, *, demo: bool, code: str = "", screen: bool = False) -> str:
    """The table as landscape pages for the press."""
    body = {
        "title": found.title,
        "header": found.header if found.header[language] else None,
        "foot": found.foot if found.foot[language] else None,
        "columns": [{"title": title, "width": width} for title, width in found.columns],
        "rows": found.rows,
    }
    return letters.table_html(body, language, demo=demo, code=code, screen=screen)


def _number(text: str) -> int | str:
    """A small whole number as a number, so that a serial column sorts; a telephone number stays text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 and not text.startswith("0") else text


def _filled(text: Text | None, places: Mapping[str, Pair]) -> Pair:
    if text is None:
        return show.both("")
    pair = show.pair(text)
    return {language: _in(pair[language], places, language) for language in LANGUAGES}


def _in(pattern: str, places: Mapping[str, Pair], language: Language) -> str:
    """The pattern with its places filled; one that nothing fills stays as it is written."""
    return _PLACE.sub(lambda place: places[place[1]][language] if place[1] in places else place[0], pattern)


def _places(tx: Connection, host: Mapping[Any, Any]) -> dict[str, Pair]:
    names: dict[int, Pair] = {
        row.id: {"zh": row.name_zh, "en": row.name_en or row.name_zh}
        for row in tx.execute(
            sa.select(organisation.c.id, organisation.c.name_zh, organisation.c.name_en).where(
                organisation.c.id.in_([one for one in (host["prefecture_id"], host["organisation_id"]) if one])
            )
        )
    }
    empty = show.both("")
    return {
        "prefecture": names.get(host["prefecture_id"], empty),
        "organisation": names.get(host["organisation_id"], empty),
        "authority": tx.scalar(sa.select(authority.c.name).where(authority.c.id == host["authority_id"])) or empty,
        "round": tx.scalar(sa.select(round_.c.title).where(round_.c.id == host["round_id"])) or empty,
        "number": show.both(host["number"] or ""),
        "today": show.day(clock.today()),
    }
