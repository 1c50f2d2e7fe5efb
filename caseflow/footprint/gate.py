"""May the case go on with this footprint? What stands in the way, and the one thing to do next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from caseflow.footprint.finding import Finding
from caseflow.words import Message

Status = Literal["passed", "blocked"]


@dataclass(frozen=True, slots=True)
class Gate:
    """``blockers`` keep the case back; ``findings`` are the others; ``next_action`` is one sentence.

    ``accepted``: the reasons by which a reviewer accepted a finding, by the finding's id; it stands among the
    findings and blocks no more.
    """

    status: Status
    blockers: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    accepted: Mapping[str, str]
    next_action: Message

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "blockers": [one.as_json() for one in self.blockers],
            "findings": [one.as_json() for one in self.findings],
            "accepted": dict(self.accepted),
            "next_action": self.next_action.as_json(),
        }


def gate(
    findings: Collection[Finding],
    *,
    blocks: Collection[str] | None = None,
    accepted: Mapping[str, str] | None = None,
) -> Gate:
    """``blocks``: the checks (``R01`` …) whose findings of severity ``block`` keep the case back; None: all of them.

    Raises ValueError for an acceptance without a reason.
    """
    reasons = dict(accepted or {})
    if not all(reason.strip() for reason in reasons.values()):
        raise ValueError("a finding is accepted only with a reason")
    blockers = tuple(
        one
        for one in findings
        if one.severity == "block" and (blocks is None or one.check in blocks) and one.id not in reasons
    )
    rest = tuple(one for one in findings if one not in blockers)
    answered = {one.id: reasons[one.id] for one in rest if one.id in reasons}
    return Gate("blocked" if blockers else "passed", blockers, rest, answered, _next(blockers, rest, answered))


def _next(blockers: tuple[Finding, ...], rest: tuple[Finding, ...], accepted: Mapping[str, str]) -> Message:
    if blockers:
        first = blockers[0]
        values = {"check": first.check, "what": first.message, "do": first.advice, "n": len(blockers)}
        return Message("footprint.next.correct", values)
    doubts = [one for one in rest if one.severity != "info" and one.id not in accepted]
    if doubts:
        values = {"check": doubts[0].check, "what": doubts[0].message, "do": doubts[0].advice, "n": len(doubts)}
        return Message("footprint.next.explain", values)
    return Message("footprint.next.proceed")
