"""What is seen of a simulation: from the journal what was taken, and after every act whether all rows still agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from caseflow import clock
from caseflow.cases import dossier, fire, members, register_book, signing, taking_back
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.models import case, proposal, quota_counter, quota_entry, signature, task, timer
from caseflow.cases.register_models import register_entry
from caseflow.db import Statement
from caseflow.office import simulated_goals as goals
from caseflow.office.simulated_goals import Goal
from caseflow.records import journal
from caseflow.records.models import journal as entries
from caseflow.words import Message
from caseflow.workflow import graph

_NEW = sa.select(entries).where(entries.c.id > sa.bindparam("last")).order_by(entries.c.id)
_HELD = (
    sa.select(sa.func.count())
    .select_from(quota_entry)
    .where(quota_entry.c.counter_id == quota_counter.c.id, quota_entry.c.status != "released")
    .scalar_subquery()
)
_COUNTED = sa.select(quota_counter.c.quota, quota_counter.c.used, _HELD.label("held"))
_CASE = Statement(sa.select(case).where(case.c.id == sa.bindparam("case_id")))
_ENTRIES = Statement(sa.select(register_entry.c.id).where(register_entry.c.case_id == sa.bindparam("case_id")))
_OWED = Statement(sa.select(task.c.kind).where(task.c.case_id == sa.bindparam("case_id"), task.c.status == "open"))
_TIMED = Statement(
    sa.select(timer.c.kind).where(
        timer.c.case_id == sa.bindparam("case_id"), timer.c.status == "waiting", timer.c.deadline_id.is_not(None)
    )
)
_SIGNED = (
    sa.select(signature.c.role, signature.c.decision, proposal.c.action)
    .join(proposal, proposal.c.id == signature.c.proposal_id)
    .where(signature.c.proposal_id == sa.bindparam("proposal"))
    .order_by(signature.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Broken:
    """Rows of a case that contradict each other, with the journal entry after which they did."""

    case_id: int
    seq: int
    what: Message


@dataclass(slots=True)
class Watch:
    """Reads on in the journal after every act."""

    tx: Connection
    ground: Ground
    taken: dict[str, Counter[Goal]] = field(default_factory=lambda: defaultdict(Counter))
    """By workflow how often each goal was taken."""
    visits: dict[tuple[str, str], list[tuple[date, date]]] = field(default_factory=lambda: defaultdict(list))
    """By workflow and state every stay that is over: first and last day."""
    breaches: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By workflow and clock."""
    most: Counter[str] = field(default_factory=Counter)
    """By quota how many places one of its counters ever held."""
    broken: list[Broken] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)
    """The cases that came to another state since this was emptied."""
    acts: int = 0
    cases: dict[int, Loaded] = field(default_factory=dict)
    _since: dict[int, tuple[str, date]] = field(default_factory=dict)
    _left: dict[str, tuple[int, list[Goal]]] = field(default_factory=dict)
    _heads: dict[int, tuple[int, str]] = field(default_factory=dict)
    """By case the number and the hash of its last entry."""
    _last: int = 0

    def look(self) -> list[Row[Any]]:
        """Take in what has been entered since, and check the cases that it concerns; returns the entries."""
        new = list(self.tx.execute(_NEW, {"last": self._last}))
        for row in new:
            self._take_in(row)
            self._follow(row)
            self._last = row.id
        self.acts += len(new)
        for case_id in sorted({row.case_id for row in new}):
            self.check(case_id)
        if new:
            self._count(new[-1])
        return new

    def open_goals(self, workflow: Loaded) -> list[Goal]:
        """What of a workflow has not been taken yet."""
        known = self.taken[workflow.definition.workflow]
        left = self._left.get(workflow.definition.workflow)
        if left is None or left[0] != len(known):
            left = (len(known), [goal for goal in goals.goals(workflow.definition) if goal not in known])
            self._left[workflow.definition.workflow] = left
        return left[1]

    def is_open(self, loaded: Loaded, *goal: str) -> bool:
        return goal not in self.taken[loaded.definition.workflow]

    def loaded(self, case_id: int) -> Loaded:
        if case_id not in self.cases:
            number = self.tx.scalar(sa.select(case.c.definition_id).where(case.c.id == case_id)) or 0
            self.cases[case_id] = self.ground.definition(self.tx, number)
        return self.cases[case_id]

    # --- what was taken -------------------------------------------------------------------------------------------

    def _take_in(self, row: Row[Any]) -> None:
        loaded = self.loaded(row.case_id)
        name, known = loaded.definition.workflow, self.taken[loaded.definition.workflow]
        for goal in self._goals(loaded, row):
            known[goal] += 1
        if row.act in (fire.BREACHED.id, fire.OVER.id):
            self.breaches[name, row.body["clock"]] += 1
        stood = self._since.get(row.case_id)
        if stood is None or stood[0] != row.to_state:
            today = clock.local_date(row.at)
            if stood is not None:
                self.visits[name, stood[0]].append((stood[1], today))
            self._since[row.case_id] = (row.to_state, today)
            self.moved.add(row.case_id)

    def _goals(self, loaded: Loaded, row: Row[Any]) -> Iterator[Goal]:
        definition, phase = loaded.definition, row.body.get("phase")
        yield "state", row.to_state
        if row.from_state is None:
            yield "opened", row.to_state
            return
        if row.act in (fire.BREACHED.id, fire.OVER.id):
            yield "breach", row.body["clock"]
        if row.act == taking_back.ACT and "taken_back" in row.body:
            yield "taken_back", row.from_state
            return
        if row.act in signing.ACTS or phase == "signed":
            yield from self._signature(loaded, row)
        action = definition.action(row.from_state, row.act)
        if action is None or phase == "proposed":
            return
        state = goals.where(definition, row.from_state, action.id)
        yield "action", state, action.id
        for decision, said in row.body.get("decided", {}).items():
            yield from (("row", decision, str(number)) for number in said["row"] or [goals.DEFAULT])
        if action.route is not None:
            yield "way", state, action.id, row.to_state
        if action.to == graph.ORIGIN:
            yield "return", state, action.id, row.to_state
        for duty in definition.states[row.from_state].duties.values():
            if duty.action == action.id:
                yield "duty", row.from_state, duty.id
        for name, acts in goals.by_result(action):
            for value in sorted(self._results(row.case_id, name) & set(acts)):
                yield "choice", state, action.id, value

    def _signature(self, loaded: Loaded, row: Row[Any]) -> Iterator[Goal]:
        found = self.tx.execute(_SIGNED, {"proposal": row.body["proposal"]}).first()
        if found is not None:
            kind = "signed" if found.decision == signing.SIGN else "sent_back"
            yield kind, goals.where(loaded.definition, row.from_state, found.action), found.action, found.role

    def _results(self, case_id: int, name: str) -> set[str]:
        """What a procedure over many cases has said of its members under a name."""
        host = self.tx.execute(sa.select(case).where(case.c.id == case_id)).mappings().one()
        facts = dossier.facts(self.tx, self.ground, host)
        said = (members.said_of(facts, row).get(name) for row in members.rows(self.tx, case_id))
        return {str(value) for value in said if value is not None}

    # --- whether the rows agree -----------------------------------------------------------------------------------

    def check(self, case_id: int, *, whole: bool = False) -> None:
        """Note what about a case does not agree; of its journal the end, or all of it once it has ended (or ``whole``)."""
        row = _CASE.rows(self.tx, {"case_id": case_id})[0]
        head, wrong = (row["seq"], row["last_hash"]), list(self._position(row))
        if row["final"] or whole:
            wrong += [problem.message for problem in journal.verify(self.tx, case_id, {case_id: head})]
        elif self._heads.get(case_id) != head:
            wrong.append(Message("journal.cut"))
        wrong += self._registers(case_id)
        self.broken += [Broken(case_id, row["seq"], one) for one in wrong]

    def _follow(self, row: Row[Any]) -> None:
        """An entry stands behind the one before it."""
        seq, last = self._heads.get(row.case_id, (0, journal.GENESIS))
        if (row.seq, row.previous_hash) != (seq + 1, last):
            self.broken.append(Broken(row.case_id, row.seq, Message("journal.unlinked")))
        self._heads[row.case_id] = (row.seq, row.hash)

    def _position(self, row: Mapping[Any, Any]) -> Iterator[Message]:
        """A case stands in one state, owes what belongs there alone, and nothing waits for it once it has ended."""
        state = self.loaded(row["id"]).definition.states.get(row["state"])
        if state is None or state.final != row["final"] or self._since[row["id"]][0] != row["state"]:
            yield Message("simulation.broken_position", {"state": row["state"]})
        where = {"case_id": row["id"]}
        owed = [one["kind"] for one in _OWED.rows(self.tx, where)]
        here = [kind for kind in owed if kind.startswith("state:")]
        if here not in ([], [f"state:{row['state']}"]):
            yield Message("simulation.broken_tasks", {"state": row["state"], "tasks": here})
        left = [*owed, *(one["kind"] for one in _TIMED.rows(self.tx, where))] if row["final"] else []
        if left:
            yield Message("simulation.broken_end", {"state": row["state"], "left": left})

    def _registers(self, case_id: int) -> Iterator[Message]:
        for entry in _ENTRIES.rows(self.tx, {"case_id": case_id}):
            if not register_book.verify(self.tx, entry["id"]):
                yield Message("simulation.broken_register", {"entry": entry["id"]})

    def _count(self, last: Row[Any]) -> None:
        for row in self.tx.execute(_COUNTED):
            self.most[row.quota] = max(self.most[row.quota], row.used)
            if row.used == row.held:
                continue
            what = Message("simulation.broken_quota", {"quota": row.quota, "used": row.used, "held": row.held})
            self.broken.append(Broken(last.case_id, last.seq, what))


def story(tx: Connection, case_ids: Iterable[int]) -> dict[int, list[dict[str, str]]]:
    """What happened to cases, entry by entry, from their journals: day, role, act, and from where to where."""
    return {
        case_id: [
            {
                "day": clock.local_date(row.at).isoformat(),
                "role": row.role,
                "act": f"{row.act} ({row.body['phase']})" if row.body.get("phase") else row.act,
                "from": row.from_state or "",
                "to": row.to_state,
            }
            for row in journal.entries(tx, case_id)
        ]
        for case_id in case_ids
    }
