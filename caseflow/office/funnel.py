"""How far the cases of a round have come, by stage and by prefecture, and where and how the others ended.

Stages, outcomes and names are those of the definitions. A case that goes on counts for the stage where it stands and
those before it; one that has ended outside the stages, for the stage which it left to end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import standing
from caseflow.cases.models import case
from caseflow.office.overview import Counted, is_typed
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.records.models import journal
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import State


@dataclass(slots=True)
class Line:
    """One prefecture: how many cases reached each stage, in the order of the stages, and how many ended without."""

    name: dict[str, str]
    prefecture_id: int | None
    reached: list[int]
    ended: int = 0


@dataclass(slots=True)
class Stage:
    """One step of the funnel."""

    id: str
    title: dict[str, str]
    reached: int = 0
    """How many have come so far, or further."""
    here: dict[str, int] = field(default_factory=dict)
    """Where those stand that have come just so far: cases by state."""
    ended: dict[str, int] = field(default_factory=dict)
    """How those ended that came just so far and no further: cases by final state."""


@dataclass(slots=True)
class Funnel:
    """Cases of one workflow, of those the reader may know of."""

    definition: Definition
    stages: list[Stage]
    lines: list[Line] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many have entered the first stage."""
        return self.stages[0].reached if self.stages else 0


@dataclass(frozen=True, slots=True)
class _Come:
    """So many cases have come as far as a stage; ``ended`` where it was their last."""

    step: int
    state: str
    prefecture_id: int | None
    n: int
    ended: bool


def funnel(
    tx: Connection,
    actor: Actor,
    definition: Definition,
    counted: Iterable[Counted],
    round_id: int | None,
) -> Funnel:
    """The funnel of a workflow (its newest ``definition`` names the stages) from what ``overview.counted`` found."""
    stages = [Stage(one.id, {"zh": one.title.zh, "en": one.title.en}) for one in definition.stages.values()]
    found = Funnel(definition, stages)
    if not stages:
        return found
    own = [one for one in counted if one.definition.workflow == definition.workflow and not is_typed(one.place)]
    rank = {
        state.id: list(definition.stages).index(state.stage)
        for one in own
        for state in one.definition.states.values()
        if state.stage in definition.stages
    }
    here, asked = [], set()
    for one in own:
        step = rank.get(one.state)
        if step is None and one.place.final:
            step = _step_before(own, rank, one.state)
        if step is None and one.place.final:
            asked.add(one.state)
        else:
            here.append(_Come(step or 0, one.state, one.prefecture_id, one.n, ended=_is_lost(one.place)))
    lost = {one.state: _is_lost(one.place) for one in own}
    for state, left, prefecture_id, n in _ended(tx, actor, definition, asked, round_id) if asked else ():
        here.append(_Come(rank.get(left or "", 0), state, prefecture_id, n, ended=lost[state]))
    lines: dict[int | None, Line] = {}
    for come in here:
        fresh = Line({"zh": "", "en": ""}, come.prefecture_id, [0] * len(stages))
        line = lines.setdefault(come.prefecture_id, fresh)
        for number in range(come.step + 1):
            stages[number].reached += come.n
            line.reached[number] += come.n
        line.ended += come.n if come.ended else 0
        group = stages[come.step].ended if come.ended else stages[come.step].here
        group[come.state] = group.get(come.state, 0) + come.n
    found.lines = _named(tx, lines.values())
    return found


def _is_lost(state: State) -> bool:
    return state.final and state.outcome != "positive"


def _step_before(own: Iterable[Counted], rank: Mapping[str, int], final: str) -> int | None:
    """The one stage from which all acts lead to a final state; where there are several the journal must be asked."""
    steps = {
        rank.get(state, 0)
        for one in own
        for state in one.definition.states
        if any(final in action.leads_to for action in one.definition.actions_in(state))
    }
    return next(iter(steps)) if len(steps) == 1 else None


def _ended(
    tx: Connection, actor: Actor, definition: Definition, states: Collection[str], round_id: int | None
) -> list[tuple[str, str | None, int | None, int]]:
    """The cases that stand in final states without a stage: state, the state they left for it, prefecture, how many.

    The entry that ended a case is nearly always its last; the journal is searched only where something was noted since.
    """
    last, ending = journal.alias("last"), journal.alias("ending")
    statement = (
        sa.select(case.c.state, last.c.from_state, case.c.prefecture_id, sa.func.count().label("n"))
        .join(last, sa.and_(last.c.case_id == case.c.id, last.c.seq == case.c.seq))
        .where(
            case.c.workflow == definition.workflow,
            case.c.state.in_(sorted(states)),
            standing.visible(actor, [definition]),
        )
    )
    if round_id is not None:
        statement = statement.where(case.c.round_id == round_id)
    rows = tx.execute(statement.group_by(case.c.state, last.c.from_state, case.c.prefecture_id)).all()
    found = [(row.state, row.from_state, row.prefecture_id, row.n) for row in rows if row.from_state != row.state]
    if len(found) < len(rows):
        before = sa.and_(ending.c.case_id == case.c.id, ending.c.to_state == case.c.state, _moves(ending))
        noted = (
            statement.join(ending, before)
            .where(last.c.from_state == case.c.state)
            .with_only_columns(case.c.state, ending.c.from_state, case.c.prefecture_id, sa.func.count().label("n"))
            .group_by(case.c.state, ending.c.from_state, case.c.prefecture_id)
        )
        found += [(row.state, row.from_state, row.prefecture_id, row.n) for row in tx.execute(noted)]
    return found


def _moves(entry: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether an entry of the journal has brought its case to where it stands (the first has come from nowhere)."""
    return sa.or_(entry.c.from_state.is_(None), entry.c.from_state != entry.c.to_state)


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


def _name(row: RowMapping) -> dict[str, str]:
    return {"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]}
