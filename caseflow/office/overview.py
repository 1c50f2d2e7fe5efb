"""How the cases of an office stand at a glance: by bureau, by what they wait for, and what is due.

Where a case stands is read off its definition (who holds the state, whether it moves with a joint procedure), never off
the name of a state. Drafts are seen by nobody; only how many there are is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import standing
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, quota_counter, task
from caseflow.people.models import membership, organisation, person
from caseflow.people.rights import Actor
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import State

Place = Literal["with_bureau", "to_correct", "to_send", "sent", "ended"]
PLACES: tuple[Place, ...] = ("with_bureau", "to_correct", "to_send", "sent", "ended")
"""Every submitted case stands in exactly one of them."""

_IS_OPEN = task.c.status == sa.literal_column("'open'")  # word for word as the partial indexes say it


@dataclass(frozen=True, slots=True)
class Counted:
    """So many cases of one version stand in one state and belong to one bureau (or to none)."""

    definition: Definition
    state: str
    prefecture_id: int | None
    n: int

    @property
    def place(self) -> State:
        return self.definition.states[self.state]


@dataclass(slots=True)
class Line:
    """One bureau, or what was filed with the authority directly."""

    prefecture_id: int | None
    counts: dict[Place, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 0))

    @property
    def submitted(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Used:
    """One counter of a quota that is kept by bureau."""

    quota: str
    title: dict[str, str]
    rest: str
    """What else it is counted by, as canonical JSON without bureau and round."""
    used: int
    limit: int


@dataclass(slots=True)
class Office:
    """What one office owes: overdue, and by day from today on."""

    organisation_id: int | None
    name: dict[str, str]
    kind: str
    overdue: int = 0
    by_day: dict[date, int] = field(default_factory=dict)


def counted(tx: Connection, ground: Ground, actor: Actor, round_id: int | None) -> list[Counted]:
    """How many applications stand where, of those the reader may know of; of one round, or of all."""
    definitions = applications(tx, ground)
    statement = (
        sa.select(case.c.definition_id, case.c.state, case.c.prefecture_id, sa.func.count().label("n"))
        .where(standing.visible(actor, definitions))
        .group_by(case.c.workflow, case.c.state, case.c.prefecture_id, case.c.definition_id)  # as the index stands
    )
    if round_id is not None:
        statement = statement.where(case.c.round_id == round_id)
    return [
        Counted(ground.definition(tx, row["definition_id"]).definition, row["state"], row["prefecture_id"], row["n"])
        for row in tx.execute(statement).mappings()
    ]


def applications(tx: Connection, ground: Ground) -> list[Definition]:
    """The newest version of every workflow of applications."""
    return [one.definition for one in ground.all_current(tx) if one.definition.kind == "application"]


def is_typed(state: State) -> bool:
    """Whether the dossier is still being filled in there, by its applicant or by an office for it: nothing is submitted."""
    return state.private or "dossier" in state.edits


def place_of(definition: Definition, state_id: str) -> Place | None:
    """Where a case stands as its authority sees it; nowhere while it is being filled in."""
    state = definition.states[state_id]
    if is_typed(state):
        return None
    if state.final:
        return "sent" if state.outcome == "positive" else "ended"
    if _sees(definition, state) == "own_organisation" and "unlocked" in state.edits:
        return "to_correct"
    if _sees(definition, state) != "own_prefecture":
        return "sent"
    if state.moved_by:
        return "to_send"
    return "with_bureau" if _rank(definition, state) <= _last_before_sending(definition) else "sent"


def _sees(definition: Definition, state: State) -> str | None:
    holder = definition.roles.get(state.holder or "")
    return holder.sees if holder is not None else None


def _rank(definition: Definition, state: State) -> int:
    return list(definition.stages).index(state.stage) if state.stage in definition.stages else 0


def _last_before_sending(definition: Definition) -> int:
    """The last stage from which a bureau sends its cases up; what it holds later it holds for the authority."""
    sending = [
        _rank(definition, state)
        for state in definition.states.values()
        if state.moved_by and _sees(definition, state) == "own_prefecture"
    ]
    return max(sending, default=len(definition.stages))


def by_bureau(found: Iterable[Counted], bureaus: Sequence[int]) -> list[Line]:
    """One line for each of ``bureaus``, in their order, also where nothing has come; last what belongs to none."""
    lines: dict[int | None, Line] = {number: Line(number) for number in bureaus}
    for one in found:
        place = place_of(one.definition, one.state)
        if place is not None:
            lines.setdefault(one.prefecture_id, Line(one.prefecture_id)).counts[place] += one.n
    return [*(line for key, line in lines.items() if key is not None), *([lines[None]] if None in lines else [])]


def total(lines: Iterable[Line]) -> Line:
    found = Line(None)
    for line in lines:
        for place in PLACES:
            found.counts[place] += line.counts[place]
    return found


def drafts(tx: Connection, ground: Ground, authority_id: int, round_id: int) -> int:
    """How many applications of a round stand with nobody but their applicants: the number alone, whosever they are."""
    private = [
        sa.and_(case.c.workflow == definition.workflow, case.c.state.in_(unseen))
        for definition in applications(tx, ground)
        if (unseen := [state.id for state in definition.states.values() if state.private and not state.final])
    ]
    statement = sa.select(sa.func.count()).select_from(case)
    return tx.scalar(
        statement.where(case.c.round_id == round_id, case.c.authority_id == authority_id, sa.or_(sa.false(), *private))
    ) or 0  # fmt: skip


def quotas(
    tx: Connection, ground: Ground, authority_id: int, round_id: int | None, bureaus: Iterable[int]
) -> dict[int, list[Used]]:
    """The counters of quotas that are kept by bureau: those of the round, and those that run across all rounds."""
    kept = {
        quota.counted_as: {"zh": quota.title.zh, "en": quota.title.en}
        for definition in applications(tx, ground)
        for quota in definition.quotas.values()
        if "prefecture" in quota.per
    }
    rows = tx.execute(
        sa.select(quota_counter)
        .where(quota_counter.c.authority_id == authority_id, quota_counter.c.quota.in_(sorted(kept)))
        .order_by(quota_counter.c.quota, quota_counter.c.key)
    ).mappings()
    found: dict[int, list[Used]] = {number: [] for number in bureaus}
    for row in rows:
        key = json.loads(row["key"])
        bureau, of_round = key.pop("prefecture", None), key.pop("round", None)
        if bureau in found and (of_round is None or of_round == round_id):
            used = Used(row["quota"], kept[row["quota"]], json.dumps(key), row["used"], row["limit"])
            found[bureau].append(used)
    return found


def officers(tx: Connection, ground: Ground, bureaus: Sequence[int]) -> dict[int, list[RowMapping]]:
    """Whom to call: the officers of each bureau who hold a state of an application."""
    working = {
        role.id
        for definition in applications(tx, ground)
        for state in definition.states.values()
        if (role := definition.roles.get(state.holder or "")) is not None and role.sees == "own_prefecture"
    }
    rows = tx.execute(
        sa.select(person, membership.c.organisation_id)
        .join(membership, membership.c.person_id == person.c.id)
        .where(
            membership.c.organisation_id.in_(bureaus),
            membership.c.role.in_(sorted(working)),
            membership.c.until.is_(None),
            person.c.status == "active",
        )
        .order_by(membership.c.id)
    ).mappings()
    found: dict[int, list[RowMapping]] = {}
    for row in rows:
        found.setdefault(row["organisation_id"], []).append(row)
    return found


def due(tx: Connection, ground: Ground, actor: Actor, today: date, until: date) -> list[Office]:
    """The open tasks that are overdue or due by ``until``, by the office that owes them; the most overdue first.

    Applicants stand in one line, and so do persons to whom something was put by name.
    """
    definitions = [loaded.definition for loaded in ground.all_current(tx)]
    rows = tx.execute(
        sa.select(
            organisation.c.kind, organisation.c.id, organisation.c.name_zh, organisation.c.name_en, task.c.due_on,
            sa.func.count().label("n"),
        )
        .select_from(task)
        .join(case, case.c.id == task.c.case_id)
        .outerjoin(organisation, organisation.c.id == task.c.organisation_id)
        .where(_IS_OPEN, task.c.due_on <= until, standing.visible(actor, definitions))
        .group_by(
            organisation.c.kind, organisation.c.id, organisation.c.name_zh, organisation.c.name_en, task.c.due_on
        )
    ).mappings()  # fmt: skip
    found: dict[Any, Office] = {}
    for row in rows:
        kind = row["kind"] or "person"
        own = kind in _OFFICES
        name = {"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]} if own else {}
        key = row["id"] if own else ("person" if kind == "person" else "applicant")
        office = found.setdefault(key, Office(row["id"] if own else None, name, kind if own else str(key)))
        if row["due_on"] < today:
            office.overdue += row["n"]
        else:
            office.by_day[row["due_on"]] = office.by_day.get(row["due_on"], 0) + row["n"]
    return sorted(found.values(), key=lambda one: (-one.overdue, -sum(one.by_day.values()), one.organisation_id or 0))


_OFFICES = frozenset({"authority", "department", "bureau", "branch"})
