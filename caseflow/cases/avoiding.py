"""What keeps a person off a panel: belonging to an applicant, or to somebody who helps one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import members
from caseflow.cases.models import case, involvement
from caseflow.cases.move import Move
from caseflow.people.models import membership
from caseflow.workflow.panel import Panel


def employers(tx: Connection, person_ids: list[int]) -> dict[int, set[int]]:
    """The organisations to which each person belongs at present, in whatever role."""
    found: dict[int, set[int]] = {}
    rows = tx.execute(
        sa.select(membership.c.person_id, membership.c.organisation_id).where(
            membership.c.person_id.in_(person_ids), membership.c.until.is_(None)
        )
    )
    for row in rows:
        found.setdefault(row.person_id, set()).add(row.organisation_id)
    return found


def agents_in_round(move: Move, panel: Panel) -> dict[int, list[str]]:
    """The organisations that helped an applicant of the same round, each with the cases' names.

    Where members are ranked within groups only cases of a group before this panel count; drafts count nowhere. An
    agent whose part has ended has helped all the same.
    """
    rows = move.tx.execute(
        sa.select(case, involvement.c.organisation_id.label("agent"), involvement.c.role.label("part"))
        .join(involvement, involvement.c.case_id == case.c.id)
        .where(
            case.c.round_id == move.case["round_id"], case.c.authority_id == move.case["authority_id"], case.c.shared
        )
        .order_by(case.c.id)
    ).mappings()
    groups = {group(move, row, panel) for row in members.rows(move.tx, move.case["id"])}
    found: dict[int, list[str]] = {}
    for row in rows:
        definition = move.ground.definition(move.tx, row["definition_id"]).definition
        helps = definition.roles[row["part"]].assists is not None
        if helps and (panel.rank_within is None or group(move, row, panel) in groups):
            found.setdefault(row["agent"], []).append(row["number"] or row["title"])
    return found


def group(move: Move, row: Mapping[Any, Any], panel: Panel) -> str:
    """The group within which a case is ranked."""
    return str(members.cell(move.tx, move.ground, row, panel.rank_within, {}) or "")
