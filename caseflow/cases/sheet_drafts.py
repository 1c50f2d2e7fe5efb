"""What an expert types into a sheet before it is given in: a version for each save that changed something.

No version is ever written over, so that an older one can be taken up again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases.dossier import DraftChanged
from caseflow.cases.models import case
from caseflow.cases.panel_models import sheet_draft
from caseflow.db import canonical
from caseflow.records import personal
from caseflow.records.personal import Keyring

KEPT = timedelta(days=30)
"""How long after the end of the case what was typed or brought from Excel, and perhaps never given in, can be looked at."""
_COLUMNS = ("case_id", "panel", "member_case_id", "person_id")


@dataclass(frozen=True, slots=True)
class Place:
    """Whose sheet of which case, before which panel."""

    case_id: int
    panel: str
    member_case_id: int
    person_id: int

    @property
    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _COLUMNS}

    def rows(self) -> sa.Select[Any]:
        return sa.select(sheet_draft).where(*(sheet_draft.c[name] == value for name, value in self.columns.items()))


@dataclass(frozen=True, slots=True)
class Typed:
    """One version of what was typed: the answers of the act by question. Version 0 is that nothing was."""

    version: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def newest(tx: Connection, keys: Keyring, place: Place) -> Typed:
    """What stands there now."""
    row = tx.execute(place.rows().order_by(sheet_draft.c.version.desc()).limit(1)).mappings().first()
    return _opened(keys, row) if row is not None else Typed()


def newest_of(tx: Connection, keys: Keyring, case_id: int, panel_id: str, person_id: int) -> dict[int, Typed]:
    """What stands there now, by case, of everything that a person typed for a panel."""
    mine = (
        sheet_draft.c.case_id == case_id,
        sheet_draft.c.panel == panel_id,
        sheet_draft.c.person_id == person_id,
    )
    last = sa.select(sa.func.max(sheet_draft.c.id)).where(*mine).group_by(sheet_draft.c.member_case_id)
    rows = tx.execute(sa.select(sheet_draft).where(sheet_draft.c.id.in_(last))).mappings()
    return {row["member_case_id"]: _opened(keys, row) for row in rows}


def version(tx: Connection, keys: Keyring, place: Place, number: int) -> Typed | None:
    """One version; nothing where there is none of this number."""
    row = tx.execute(place.rows().where(sheet_draft.c.version == number)).mappings().first()
    return _opened(keys, row) if row is not None else None


def versions(tx: Connection, keys: Keyring, place: Place, *, before: int | None = None, most: int) -> list[Typed]:
    """The newest versions, the last first; with ``before`` those older than that number."""
    query = place.rows().order_by(sheet_draft.c.version.desc()).limit(most)
    if before is not None:
        query = query.where(sheet_draft.c.version < before)
    return [_opened(keys, row) for row in tx.execute(query).mappings()]


def keep(tx: Connection, keys: Keyring, place: Place, values: Mapping[str, Any], seen: int, at: datetime) -> int:
    """Add a version over version ``seen``; the version that stands then. What changes nothing adds none.

    Raises:
        DraftChanged: something else was saved in the meantime, in another window.
    """
    last = newest(tx, keys, place)
    if last.version and canonical(last.values) == canonical(dict(values)):
        return last.version
    if last.at is not None and seen != last.version:
        raise DraftChanged(last.version, last.values, place.person_id, last.at)
    number = last.version + 1
    sealed = personal.seal_json(keys, dict(values), _context(place.columns, number))
    # Two at once take the same number; the second is refused by the unique key, done again, and told what changed.
    tx.execute(sheet_draft.insert().values(**place.columns, version=number, sealed=sealed, at=at))
    return number


def expire(tx: Connection) -> int:
    """Forget everything that was only typed for panels of cases that ended long enough ago; how many versions went."""
    over = sa.select(case.c.id).where(case.c.final, case.c.moved_at < clock.now() - KEPT)
    return tx.execute(sheet_draft.delete().where(sheet_draft.c.case_id.in_(over))).rowcount


def _opened(keys: Keyring, row: Mapping[Any, Any]) -> Typed:
    values = personal.open_json(keys, row["sealed"], _context(row, row["version"]))
    return Typed(row["version"], values, row["at"])


def _context(row: Mapping[Any, Any], number: int) -> str:
    return "/".join(["sheet-draft", *(str(row[name]) for name in _COLUMNS), str(number)])
