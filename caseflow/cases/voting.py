"""When enough organisations have answered, and what they have decided where their answers are votes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.task_models import ballot_box
from caseflow.workflow.beside import Vote
from caseflow.workflow.procedure import Duty

Status = Literal["open", "met", "passed", "lost", "tied", "no_quorum"]
YES, NO, ABSTAINED = "yes", "no", "abstained"
_NEWEST = (
    sa.select(ballot_box)
    .where(ballot_box.c.case_id == sa.bindparam("case_id"), ballot_box.c.duty == sa.bindparam("duty"))
    .order_by(ballot_box.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How a duty stands by its rule. ``needed`` are answers, or of a vote those that are for."""

    status: Status
    asked: int
    given: int
    needed: int
    yes: int = 0
    no: int = 0
    abstained: int = 0
    quorum: int = 0

    @property
    def settled(self) -> bool:
        """Whether no further answer changes anything."""
        return self.status != "open"


def tally(duty: Duty, asked: int, given: int, votes: Mapping[str, int], *, over: bool) -> Tally:
    """How a duty stands of which ``given`` of ``asked`` answers count.

    Args:
        votes: of a vote, how many were ``yes``, ``no`` and ``abstained``.
        over: nobody can answer any more: all have, or the last day has passed.
    """
    if isinstance(duty.counts, Vote):
        early = not duty.counts.secret or duty.closes_rest  # else the sums would tell what the last ones vote
        return _ballot(duty.counts, asked, given, votes, over=over, early=early)
    needed = {"all": asked, "any": 1, "majority": asked // 2 + 1}.get(str(duty.counts))
    needed = needed if needed is not None else int(str(duty.counts))
    return Tally("met" if given >= needed else "open", asked, given, needed)


def _ballot(rule: Vote, asked: int, given: int, votes: Mapping[str, int], *, over: bool, early: bool) -> Tally:
    yes, no, abstained = (votes.get(name, 0) for name in (YES, NO, ABSTAINED))
    needed = _needed(rule.of, {"owed": asked, "given": given, "decided": yes + no}[rule.base])
    quorum = _needed(rule.quorum, asked) if rule.quorum is not None else 0
    silent, certain = asked - given, early and rule.base == "owed"
    status: Status = "open"
    if over and given < quorum:
        status = "no_quorum"
    elif given >= quorum and (over or certain) and yes >= max(needed, 1):
        status = "passed"
    elif over or (certain and yes + silent < needed):
        status = "tied" if over and yes == no else "lost"
    return Tally(status, asked, given, needed, yes, no, abstained, quorum)


def _needed(share: str, of: int) -> int:
    """How many of so many are more than half, or at least a share."""
    if share == "majority":
        return of // 2 + 1
    return math.ceil(Fraction(share) * of)


def kind_of(rule: Vote, answers: Mapping[str, Any]) -> str:
    """What the answers of one act say as a vote."""
    question, _, choice = rule.for_.partition(".")
    said = answers.get(question)
    if said == choice:
        return YES
    return ABSTAINED if rule.abstain is not None and said == rule.abstain.partition(".")[2] else NO


def counted(rule: Vote, ballots: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The sums of votes that are kept one by one."""
    kinds = [kind_of(rule, one) for one in ballots]
    return {name: kinds.count(name) for name in (YES, NO, ABSTAINED)}


def is_secret(duty: Duty) -> bool:
    """Whether nothing is kept of what anybody answered."""
    return isinstance(duty.counts, Vote) and duty.counts.secret


def open_box(tx: Connection, case_id: int, duty_id: str, at: datetime) -> None:
    """Set up the sums of a secret vote."""
    tx.execute(ballot_box.insert().values(case_id=case_id, duty=duty_id, yes=0, no=0, abstained=0, opened_at=at))


def cast(tx: Connection, case_id: int, duty_id: str, kind: str) -> None:
    """Add one vote to the sums."""
    box, column = box_of(tx, case_id, duty_id), ballot_box.c[kind]
    tx.execute(ballot_box.update().where(ballot_box.c.id == box["id"]).values({kind: column + 1}))


def box_of(tx: Connection, case_id: int, duty_id: str) -> Mapping[str, Any]:
    """The sums of the newest vote under a duty."""
    row = tx.execute(_NEWEST, {"case_id": case_id, "duty": duty_id}).mappings().first()
    if row is None:
        raise LookupError(f"no box for {duty_id} of case {case_id}")
    return dict(row)
