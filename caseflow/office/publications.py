"""The publication desk: the procedures that post a list, how far each has come, and what is held back from it.

A procedure posts a list where one of its states has a publicity. In the order in which the definition gives its states,
those before it prepare, the one whose act leads into it waits for the posting, those after it wait for the announcement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import deadlines, standing
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, deadline, member
from caseflow.people.rights import Actor
from caseflow.records import personal
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.procedure import Action

Step = Literal["in_work", "to_post", "running", "to_issue", "issued"]
MOST_ANNOUNCED = 10
_RECORDED = frozenset({"document_number", "url"})
"""Types of question whose answers an office gives when it posts or announces."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One list in work, or announced."""

    row: RowMapping
    definition: Definition
    step: Step
    members: int
    until: date | None
    """The last day of a publicity that runs."""
    recorded: tuple[tuple[Field, str], ...]
    """Numbers and addresses that were registered, by their question."""


@dataclass(frozen=True, slots=True)
class Held:
    """A case that stands beside its list: objected to, or waiting to be announced alone."""

    row: RowMapping
    definition: Definition


def posts(definition: Definition) -> bool:
    """Whether a procedure posts a list."""
    return definition.kind == "collective" and any(state.publicity for state in definition.states.values())


def step_of(definition: Definition, state_id: str) -> Step | None:
    """How far a list has come; nothing where it was given up."""
    state = definition.states[state_id]
    if state.final:
        return "issued" if state.outcome == "positive" else None
    if state.publicity is not None:
        return "running"
    order = list(definition.states)
    posted = [order.index(one.id) for one in definition.states.values() if one.publicity is not None]
    targets = {target for action in state.actions.values() for target in action.leads_to}
    if any(definition.states[target].publicity for target in targets.intersection(order)):
        return "to_post"
    return "to_issue" if order.index(state_id) > max(posted) else "in_work"


def lists(tx: Connection, ground: Ground, actor: Actor, round_id: int | None) -> list[Posting]:
    """The lists in work that the reader may know of, and those announced last."""
    definitions = [one.definition for one in ground.all_current(tx) if posts(one.definition)]
    if not definitions:
        return []
    inside = (
        sa.select(sa.func.count())
        .select_from(member)
        .where(member.c.host_id == case.c.id, member.c.status != "out")
        .correlate(case)
        .scalar_subquery()
    )
    statement = sa.select(case, inside.label("members")).where(standing.visible(actor, definitions))
    if round_id is not None:
        statement = statement.where(case.c.round_id == round_id)
    open_ones = tx.execute(statement.where(~case.c.final).order_by(case.c.due_on.is_(None), case.c.due_on, case.c.id))
    closed = tx.execute(statement.where(case.c.final).order_by(case.c.moved_at.desc()).limit(MOST_ANNOUNCED))
    rows = [*open_ones.mappings(), *closed.mappings()]
    until = _running(tx, [row["id"] for row in rows])
    found = []
    for row in rows:
        definition = ground.definition(tx, row["definition_id"]).definition
        step = step_of(definition, row["state"])
        if step is not None:
            recorded = tuple(_recorded(definition, row["facts"]))
            found.append(Posting(row, definition, step, row["members"], until.get(row["id"]), recorded))
    return found


def held_back(tx: Connection, ground: Ground, actor: Actor, round_id: int | None) -> list[Held]:
    """The cases that stand beside their list: where no list moves them, or left behind by one that is over."""
    every = [one.definition for one in ground.all_current(tx)]
    lists_ = {one.workflow for one in every if posts(one)}
    definitions = [one for one in every if one.kind == "application"]
    inside = sa.select(member.c.id).where(member.c.case_id == case.c.id, member.c.status == "in").correlate(case)
    alone: list[sa.ColumnElement[bool]] = []
    for definition in definitions:
        apart, after = _apart(definition, lists_)
        left = sa.and_(case.c.state.in_(after), ~inside.exists())
        alone.append(sa.and_(case.c.workflow == definition.workflow, sa.or_(case.c.state.in_(apart), left)))
    if not alone:
        return []
    statement = sa.select(case).where(standing.visible(actor, definitions), sa.or_(*alone))
    if round_id is not None:
        statement = statement.where(case.c.round_id == round_id)
    rows = tx.execute(statement.order_by(case.c.due_on.is_(None), case.c.due_on, case.c.id)).mappings()
    return [Held(row, ground.definition(tx, row["definition_id"]).definition) for row in rows]


def _apart(definition: Definition, lists_: Collection[str]) -> tuple[list[str], list[str]]:
    """The states in a step of publicity that no list moves on, and those moved by a list that the public may see."""
    order = list(definition.states.values())
    shown = [state for state in order if state.listed == "publicity"]
    stages = {state.stage for state in shown if state.stage is not None}
    first = order.index(shown[0]) if shown else len(order)
    open_ones = [state for state in order if not state.final]
    beside = [one.id for one in open_ones if not one.moved_by and (one.listed == "publicity" or one.stage in stages)]
    after = [one.id for one in open_ones if set(one.moved_by) & set(lists_) and order.index(one) >= first]
    return beside, after


def _running(tx: Connection, case_ids: list[int]) -> dict[int, date]:
    """The last day of the publicity that runs, by case."""
    rows = tx.execute(
        sa.select(deadline.c.case_id, deadline.c.due_on)
        .where(deadline.c.case_id.in_(case_ids), deadline.c.status == "running")
        .where(deadline.c.clock.startswith(deadlines.PUBLICITY))
    )
    return {row.case_id: row.due_on for row in rows}


def _recorded(definition: Definition, facts: dict[str, Any]) -> Iterator[tuple[Field, str]]:
    """What was registered in the open, in the order of the procedure."""
    seen = set()
    for action in _acts(definition):
        given = facts.get(action.store or action.id, {})
        for question in action.asks.values():
            value = given.get(question.id)
            place = (action.store or action.id, question.id)
            if question.type in _RECORDED and value and not personal.is_sealed(value) and place not in seen:
                seen.add(place)
                yield question, str(value)


def _acts(definition: Definition) -> Iterator[Action]:
    for state in definition.states.values():
        yield from state.actions.values()
    yield from definition.anywhere.values()
