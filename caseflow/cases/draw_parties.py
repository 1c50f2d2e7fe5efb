"""The parties of the cases before a panel: organisations as they were named, and which cases compete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import avoiding
from caseflow.cases.models import case, involvement
from caseflow.cases.move import Move
from caseflow.evaluation.conflicts import Case
from caseflow.evaluation.identity import OrganisationRow
from caseflow.evaluation.linking import Resolution
from caseflow.people.models import organisation
from caseflow.workflow.panel import Panel


@dataclass(slots=True)
class Places:
    """The organisations that somebody has named, as rows to be resolved."""

    rows: dict[str, OrganisationRow] = field(default_factory=dict)

    def of(self, organisation_id: int | None, name: str, code: str | None) -> str:
        key = f"o{organisation_id}" if organisation_id is not None else f"n{code or ''}/{name}"
        self.rows.setdefault(key, OrganisationRow(key, name, code or ""))
        return key


def competing(move: Move, panel: Panel, inside: list[RowMapping], places: Places) -> tuple[list[Case], list[Case]]:
    """The cases before the panel, and all that compete with them in the round, each with applicant and agents."""
    rows: dict[int, Mapping[Any, Any]] = {row["id"]: row for row in inside}
    rule = move.definition.members
    if "agent_in_round" in panel.avoid and rule is not None and move.case["round_id"] is not None:
        others = sa.select(case).where(
            case.c.round_id == move.case["round_id"],
            case.c.authority_id == move.case["authority_id"],
            case.c.workflow.in_(rule.of),
            case.c.shared,
        )
        rows = {**{row["id"]: row for row in move.tx.execute(others).mappings()}, **rows}
    agents: dict[int, list[str]] = {}
    parts = move.tx.execute(
        sa.select(involvement.c.case_id, involvement.c.organisation_id, involvement.c.role)
        .where(involvement.c.case_id.in_(rows))
        .order_by(involvement.c.id)
    )
    for part in parts:
        definition = move.ground.definition(move.tx, rows[part.case_id]["definition_id"]).definition
        if definition.roles[part.role].assists is not None:
            agents.setdefault(part.case_id, []).append(places.of(part.organisation_id, "", None))
    every = {
        number: Case(
            str(number),
            avoiding.group(move, row, panel) if panel.rank_within is not None else "",
            (places.of(row["organisation_id"], "", None),),
            tuple(agents.get(number, ())),
        )
        for number, row in rows.items()
    }
    return [every[row["id"]] for row in inside], [every[number] for number in sorted(every)]


def known(tx: Connection, places: Places) -> dict[str, OrganisationRow]:
    """The rows with name and code as they stand, where the organisation itself is known; and all above those."""
    found = dict(places.rows)
    wanted = {int(key[1:]) for key in found if key.startswith("o")}
    while wanted:
        rows = tx.execute(sa.select(organisation).where(organisation.c.id.in_(wanted))).mappings().all()
        for row in rows:
            key = f"o{row['id']}"
            found[key] = OrganisationRow(key, row["name_zh"], row["credit_code"] or "")
        wanted = {row["parent_id"] for row in rows if row["parent_id"] and f"o{row['parent_id']}" not in found}
    return found


def parents(move: Move, of: Mapping[str, str]) -> dict[str, str]:
    wanted = [int(key[1:]) for key in of if key.startswith("o")]
    rows = move.tx.execute(
        sa.select(organisation.c.id, organisation.c.parent_id).where(
            organisation.c.id.in_(wanted), organisation.c.parent_id.is_not(None)
        )
    )
    found = {of[f"o{row.id}"]: of[f"o{row.parent_id}"] for row in rows}
    return {below: above for below, above in found.items() if below != above}


def meant(organisations: Resolution, place: str) -> list[str]:
    """An organisation, and every other that it may be: who cannot tell two names apart leaves the expert out."""
    doubtful = {other for pair in organisations.doubtful() if place in pair for other in pair}
    return sorted({place, *doubtful})


def resolved(one: Case, of: Mapping[str, str]) -> Case:
    applicants, agents = (tuple(sorted({of[key] for key in keys})) for keys in (one.applicants, one.agents))
    return Case(one.id, one.group, applicants, agents)
