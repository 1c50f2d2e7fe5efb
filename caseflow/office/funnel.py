"""How far the cases of a round have come, by prefecture: the funnel that the province reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import standing
from caseflow.cases.models import case
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.records.models import journal
from caseflow.workflow.definition import Definition


@dataclass(slots=True)
class Line:
    """One prefecture: how many cases reached each stage, in the order of the stages, and how many ended without."""

    name: dict[str, str]
    prefecture_id: int | None
    reached: list[int]
    ended: int = 0


@dataclass(slots=True)
class Funnel:
    """Cases of one workflow in one round, of those the reader may know of."""

    definition: Definition
    total: Line
    lines: list[Line] = field(default_factory=list)


def funnel(tx: Connection, actor: Actor, definition: Definition, round_id: int) -> Funnel:
    """Count how many cases have ever stood in each stage (a later stage counts for the ones before it)."""
    stages = list(definition.stages)
    rank = {
        state.id: stages.index(state.stage) for state in definition.states.values() if state.stage in definition.stages
    }
    total = Line({"zh": "", "en": ""}, None, [0] * len(stages))
    found = Funnel(definition, total)
    if not rank:
        return found
    lost = [state.id for state in definition.states.values() if state.final and state.outcome != "positive"]
    step = sa.case(*((journal.c.to_state == state, number) for state, number in rank.items()), else_=-1)
    each = (
        sa.select(case.c.id, case.c.prefecture_id, case.c.state, sa.func.max(step).label("step"))
        .join(journal, journal.c.case_id == case.c.id)
        .where(
            case.c.workflow == definition.workflow, case.c.round_id == round_id, standing.visible(actor, [definition])
        )
        .group_by(case.c.id, case.c.prefecture_id, case.c.state)
        .subquery()
    )
    ended = sa.func.sum(sa.case((each.c.state.in_(lost), 1), else_=0))
    rows = tx.execute(
        sa.select(each.c.prefecture_id, each.c.step, sa.func.count().label("n"), ended.label("ended")).group_by(
            each.c.prefecture_id, each.c.step
        )
    ).mappings()
    lines: dict[int | None, Line] = {}
    for row in rows:
        line = lines.setdefault(
            row["prefecture_id"], Line({"zh": "", "en": ""}, row["prefecture_id"], [0] * len(stages))
        )
        for one in (line, total):
            one.ended += int(row["ended"] or 0)
            for number in range(row["step"] + 1):
                one.reached[number] += row["n"]
    found.lines = _named(tx, lines.values())
    return found


def _named(tx: Connection, lines: Iterable[Line]) -> list[Line]:
    """The lines with the names of their bureaus, in the order of the bureaus' codes."""
    by_id = {line.prefecture_id: line for line in lines}
    rows = tx.execute(
        sa.select(organisation.c.id, organisation.c.name_zh, organisation.c.name_en)
        .where(organisation.c.id.in_([one for one in by_id if one is not None]))
        .order_by(organisation.c.division, organisation.c.sort_key, organisation.c.id)
    ).mappings()
    ordered = []
    for row in rows:
        by_id[row["id"]].name = _name(row)
        ordered.append(by_id[row["id"]])
    return [*ordered, *(line for line in by_id.values() if line.prefecture_id is None)]


def _name(row: RowMapping) -> dict[str, Any]:
    return {"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]}
