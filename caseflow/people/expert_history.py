"""What happened to an entry of the expert pool: codes, and reasons that are sealed; only added to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.people.expert_models import expert_event
from caseflow.people.models import person
from caseflow.records import personal
from caseflow.records.personal import Keyring


def keep(tx: Connection, expert_id: int, kind: str, *, by: int | None, detail: Mapping[str, Any] | None = None) -> None:
    """Write down that something happened; ``detail`` never holds what personal values were."""
    tx.execute(
        sa.insert(expert_event).values(
            expert_id=expert_id, kind=kind, at=clock.now(), person_id=by, detail=dict(detail or {})
        )
    )


def sealed_reason(keys: Keyring, expert_id: int, reason: str) -> dict[str, str]:
    """A reason as the detail of an event keeps it."""
    return {"sealed": personal.seal_json(keys, reason, _context(expert_id))}


def events(tx: Connection, expert_id: int) -> list[RowMapping]:
    """Everything that happened, newest first, with the ``name`` of who did it."""
    return list(
        tx.execute(
            sa.select(expert_event, person.c.name)
            .outerjoin(person, person.c.id == expert_event.c.person_id)
            .where(expert_event.c.expert_id == expert_id)
            .order_by(expert_event.c.id.desc())
        ).mappings()
    )


def reason(keys: Keyring, row: RowMapping) -> str:
    """The reason that stands with an event."""
    sealed = row["detail"].get("sealed")
    return str(personal.open_json(keys, sealed, _context(row["expert_id"]))) if sealed else ""


def _context(expert_id: int) -> str:
    return f"expert/{expert_id}/reason"
