"""Numbers that Caseflow gives itself: serials per year, receipt codes, sort keys."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

import sqlalchemy as sa
from pypinyin import Style, lazy_pinyin
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases.models import serial
from caseflow.db import Statement
from caseflow.records.models import InsertOnce
from caseflow.workflow.definition import Definition

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misread on paper or on the telephone
_FIRST = InsertOnce(serial).inline()
_TAKE = Statement(
    serial.update()
    .where(
        serial.c.authority_id == sa.bindparam("of_authority"),
        serial.c.name == sa.bindparam("of_name"),
        serial.c.year == sa.bindparam("of_year"),
    )
    .values(last=serial.c.last + 1)
    .returning(serial.c.last)
)
_PLACE = re.compile(r"\{(year|serial)(?::0?(\d+))?\}")


def receipt_code() -> str:
    """A random code by which anybody who holds it may ask where a case stands (about 79 bits)."""
    signs = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(signs[at : at + 4] for at in range(0, 16, 4))


def next_serial(tx: Connection, authority_id: int, name: str, year: int) -> int:
    """The next number of a series, by one conditional update: two at once never get the same."""
    here = {"of_authority": authority_id, "of_name": name, "of_year": year}
    taken = _TAKE.scalar(tx, here)
    if taken is None:
        tx.execute(_FIRST, {"authority_id": authority_id, "name": name, "year": year, "last": 0})
        taken = _TAKE.scalar(tx, here)
    return int(taken)


def fill(pattern: str, year: int, number: int) -> str:
    """A pattern such as ``"AB-{year}-{serial:04}"`` with its places filled."""
    values = {"year": year, "serial": number}
    return _PLACE.sub(lambda place: str(values[place[1]]).zfill(int(place[2] or 0)), pattern)


def next_number(tx: Connection, definition: Definition, authority_id: int, at: datetime) -> str:
    """The number of a new case of this workflow."""
    year = clock.local_date(at).year
    return fill(definition.case_number, year, next_serial(tx, authority_id, definition.case_number, year))


def sort_key(name: str) -> str:
    """Pinyin of a Chinese name, so that both databases sort it alike."""
    return " ".join(lazy_pinyin(name, style=Style.TONE3)).lower()
