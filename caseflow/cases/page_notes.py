"""Notes that an expert pins to pages of a file. They are read by who wrote them and by nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.panel_models import page_note
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused
from caseflow.workflow.characters import excess

LONGEST = 1000
"""Characters of a note, counted as everywhere."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note, opened for who wrote it."""

    id: int
    file_id: int
    page: int
    text: str
    at: datetime


def of(tx: Connection, keys: Keyring, case_id: int, member_case_id: int, person_id: int) -> list[Note]:
    """A person's notes on the files of one case, by file and page."""
    rows = tx.execute(
        sa.select(page_note)
        .where(*_own(case_id, member_case_id, person_id))
        .order_by(page_note.c.file_id, page_note.c.page, page_note.c.id)
    ).mappings()
    return [
        Note(row["id"], row["file_id"], row["page"], personal.open_json(keys, row["sealed"], _context(row)), row["at"])
        for row in rows
    ]


def pin(
    tx: Connection,
    keys: Keyring,
    values: Mapping[str, int],
    text: str,
    *,
    pages: int,
    at: datetime,
) -> None:
    """Pin a note; ``values``: ``case_id``, ``member_case_id``, ``person_id``, ``file_id``, ``page`` (from 1).

    Raises:
        Refused: nothing was written, it is too long, or the file has no such page.
    """
    against = []
    said = text.replace("\r\n", "\n").strip()
    if not said:
        against.append(Message("page_notes.empty", {"input": "text"}))
    if (over := excess(said, LONGEST)) > 0:
        against.append(Message("page_notes.too_long", {"most": LONGEST, "over": over, "input": "text"}))
    if not 1 <= values["page"] <= pages:
        against.append(Message("page_notes.no_page", {"pages": pages, "input": "page"}))
    if against:
        raise Refused(*against)
    sealed = personal.seal_json(keys, said, _context(values))
    tx.execute(page_note.insert().values(**values, sealed=sealed, at=at))


def remove(tx: Connection, note_id: int, case_id: int, member_case_id: int, person_id: int, at: datetime) -> bool:
    """Take a note off the page; false where the person has none of this number there."""
    gone = tx.execute(
        page_note.update()
        .where(page_note.c.id == note_id, *_own(case_id, member_case_id, person_id))
        .values(removed_at=at)
    )
    return gone.rowcount == 1


def _own(case_id: int, member_case_id: int, person_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        page_note.c.case_id == case_id,
        page_note.c.member_case_id == member_case_id,
        page_note.c.person_id == person_id,
        page_note.c.removed_at.is_(None),
    )


def _context(row: Mapping[Any, Any]) -> str:
    names = ("case_id", "member_case_id", "person_id", "file_id", "page")
    return "/".join(["page-note", *(str(row[name]) for name in names)])
