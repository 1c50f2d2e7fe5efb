"""A case of a shipped definition as bare as can be, and an act on it as it would be done on some day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases.ground import Loaded
from caseflow.cases.models import case
from caseflow.cases.move import Move
from caseflow.people.models import organisation
from caseflow.workflow.procedure import Action
from caseflow.workflow.spans import ANSWERS, TODAY
from tests.office.stage import Stage


def row_of(tx: Connection, loaded: Loaded, state: str, **facts: Any) -> dict[str, Any]:
    """A case that stands in a state, as bare as can be."""
    now, number = clock.now(), tx.scalar(sa.select(sa.func.count()).select_from(case))
    holder = tx.execute(sa.select(organisation.c.id, organisation.c.authority_id).limit(1)).one()
    written = {
        "receipt_code": f"limits{number}", "workflow": loaded.definition.workflow, "definition_id": loaded.id,
        "authority_id": holder.authority_id, "organisation_id": holder.id, "state": state, "shared": True, "final": False,
        "version": 1, "revision": 0, "seq": 0, "last_hash": "0" * 64, "title": "例", "title_key": "例", "subject": "例",
        "facts": facts, "unlocked": [], "opened_at": now, "moved_at": now,
    }  # fmt: skip
    number = tx.execute(case.insert().values(written).returning(case.c.id)).scalar_one()
    return {**written, "id": number, "number": None, "prefecture_id": None, "round_id": None, "origin": None}


def move_of(
    tx: Connection, stage: Stage, row: Mapping[str, Any], action: Action, on: date, values: Mapping[str, Any]
) -> Move:
    """An act as it would be done on a day, with these values of the case and of its form by their paths."""
    loaded = stage.loaded(row["workflow"])
    facts: dict[str, Any] = {**row["facts"]}
    dossier: dict[str, dict[str, Any]] = {}
    answers: dict[str, Any] = {}
    for path, value in values.items():
        head, *rest = path.split(".")
        if path == TODAY:
            continue
        place = answers if path.startswith(ANSWERS) else facts.setdefault(head, {})
        for part in rest[:-1]:
            place = (dossier if head == "dossier" else place).setdefault(part, {})
        place[rest[-1]] = value
    facts.pop("dossier", None)
    at = clock.at_local(on)
    made = Move(tx, stage.ground, loaded, {**row, "facts": facts}, action, None, "", at, "limits", answers=answers)
    made.use_dossier(dossier)
    return made
