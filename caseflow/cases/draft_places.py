"""The places that a decision on many cases would take while it is only drafted. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from caseflow.cases import quotas
from caseflow.cases.move import Move
from caseflow.cases.ranking import as_member
from caseflow.workflow.definition import Definition
from caseflow.workflow.many import Quota
from caseflow.workflow.procedure import Action
from caseflow.workflow.proof.pairs import STAY

TAKING = frozenset({"hold", "count"})
"""Effects by which a case takes a place."""
Deciding = dict[tuple[str, str], dict[str, str]]
"""By question and column, which value brings which act upon a member."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """One counter under which members fall."""

    quota: Quota
    key: str
    limit: int
    used: int
    """Places held or final as it stands."""
    drafted: frozenset[int]
    """The members that the draft would give a further place."""
    cases: frozenset[int]
    """Every member that falls under it."""

    @property
    def left(self) -> int:
        """What would be left; below 0 where the draft goes beyond it."""
        return self.limit - self.used - len(self.drafted)


def deciding(definition: Definition, action: Action) -> Deciding:
    """The columns of an act on which it hangs what is done to each member, by this act or by a later one."""
    store = action.store or action.id
    acts = [one for state in definition.states.values() for one in state.actions.values()]
    found: Deciding = {}
    for call in (call for one in (*acts, *definition.anywhere.values()) for call in one.then):
        argument = call.argument
        if call.name != "members" or not isinstance(argument, dict) or "by" not in argument:
            continue
        head, _, path = str(argument["by"]).partition(".")
        question, _, column = path.partition(".")
        if head == store and question in action.asks and column in action.asks[question].columns:
            done = {str(value): str(act) for value, act in argument["acts"].items() if act != STAY}
            found.setdefault((question, column), {}).update(done)
    return found


def ceilings(
    move: Move, action: Action, rows: Iterable[Mapping[Any, Any]], answers: Mapping[str, Any]
) -> tuple[list[Ceiling], frozenset[int]]:
    """Every counter that an answer may draw on, with what these answers would take; and who takes a place by them."""
    by = deciding(move.definition, action)
    counted: dict[tuple[str, str], dict[str, Any]] = {}
    taking: set[int] = set()
    reach: dict[str, str] = {}
    for row in rows if by else ():
        own = as_member(move, row)
        wanted = {
            name
            for (question, column), acts in by.items()
            if (act := acts.get(str(_said(answers, question, row).get(column)))) is not None
            for name in _takes(own, act)
        }
        if wanted:
            taking.add(row["id"])
        for name in {name for acts in by.values() for act in acts.values() for name in _takes(own, act)}:
            quota = own.definition.quotas[name]
            if quota.counted_as not in reach:
                reach[quota.counted_as] = quotas.setting(move.tx, move.case["authority_id"], quota, "")[1]
            key = _key(own, quota, reach[quota.counted_as])
            if key is None:
                continue
            one = counted.setdefault((quota.counted_as, key), {"quota": quota, "drafted": set(), "cases": set()})
            one["cases"].add(row["id"])
            if name in wanted and quotas.held(move.tx, row["id"], quota) is None:
                one["drafted"].add(row["id"])
    return [_ceiling(move, key, **one) for (_, key), one in sorted(counted.items())], frozenset(taking)


def _said(answers: Mapping[str, Any], question: str, row: Mapping[Any, Any]) -> Mapping[str, Any]:
    return (answers.get(question) or {}).get(str(row["id"])) or {}


def _takes(own: Move, act: str) -> list[str]:
    """The ceilings under which an act of the member takes a place."""
    definition = own.definition
    here = definition.action(own.case["state"], act)
    action = here or next((one.actions[act] for one in definition.states.values() if act in one.actions), None)
    then = action.then if action is not None else ()
    return [str(call.argument) for call in then if call.name in TAKING and str(call.argument) in definition.quotas]


def _key(own: Move, quota: Quota, across: str) -> str | None:
    """The key of the member's counter; none where it does not say yet under which it falls."""
    values = {path: own.value(path) for path in quota.per}
    if any(value is None for value in values.values()):
        return None
    return quotas.key_of(values, across, own.case["round_id"])


def _ceiling(move: Move, key: str, quota: Quota, drafted: set[int], cases: set[int]) -> Ceiling:
    authority_id = move.case["authority_id"]
    counter = next((row for row in quotas.counters(move.tx, authority_id, quota) if row["key"] == key), None)
    limit = counter["limit"] if counter is not None else quotas.setting(move.tx, authority_id, quota, key)[0]
    used = counter["used"] if counter is not None else 0
    return Ceiling(quota, key, limit, used, frozenset(drafted), frozenset(cases))
