"""What journals of an earlier time hold in the open: they are never changed, so whoever keeps the database must know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.ground import Ground
from caseflow.cases.models import case, workflow_version
from caseflow.records import personal
from caseflow.records.models import journal
from caseflow.workflow.definition import Definition

_DECLARES = "declare_interest"
_TEXT = sa.type_coerce(journal.c.body, sa.Text)


def declarations(tx: Connection, ground: Ground, authority_id: int | None) -> int:
    """Entries that hold the ground of an expert's interest in the open, written before declarations were kept apart."""
    found = 0
    for number in tx.scalars(sa.select(workflow_version.c.id).order_by(workflow_version.c.id)).all():
        for act, question in _asked(ground.definition(tx, number).definition):
            query = (
                sa.select(journal.c.body)
                .join(case, case.c.id == journal.c.case_id)
                .where(
                    case.c.definition_id == number, journal.c.act == act, _TEXT.contains('"ground":', autoescape=True)
                )
            )
            rows = tx.scalars(query if authority_id is None else query.where(case.c.authority_id == authority_id))
            found += sum(_says(body, question) for body in rows)
    return found


def _says(body: Mapping[str, Any], question: str) -> bool:
    """Whether the ground of any case stands in an entry as it was typed."""
    said = (body.get("answers") or {}).get(question) or {}
    return any(one.get("ground") and not personal.is_sealed(one["ground"]) for one in said.values())


def _asked(definition: Definition) -> Iterator[tuple[str, str]]:
    """The acts by which experts declare interests case by case, each with its question."""
    seen = set()
    for state in definition.states:
        for action in definition.actions_in(state):
            if any(call.name == _DECLARES for call in action.then) and action.id not in seen:
                seen.add(action.id)
                yield from ((action.id, one.id) for one in action.asks.values() if one.type == "members")
