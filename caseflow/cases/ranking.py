"""The ranking of the cases before a panel, worked out of the sheets that count by the rule of the definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import avoiding, members, quotas, scores
from caseflow.cases.models import quota_counter, quota_entry
from caseflow.cases.move import Move
from caseflow.evaluation import result, scoring
from caseflow.evaluation.ranking import Place, TieBreak
from caseflow.evaluation.result import Given, Outcome
from caseflow.evaluation.sheets import Criterion, Scheme, Scored, Sheet
from caseflow.words import Refused
from caseflow.workflow.panel import Panel


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked out of the sheets of a panel: by member its figures, and every member's place in its group."""

    panel: Panel
    given: Mapping[int, tuple[RowMapping, ...]]
    """The sheets that count, by member, with those that abstain."""
    inputs: Given
    outcome: Outcome

    @property
    def scheme(self) -> Scheme:
        return self.inputs.scheme

    @property
    def scored(self) -> Mapping[int, Scored]:
        return self.outcome.scored

    @property
    def groups(self) -> Mapping[int, str]:
        return self.inputs.groups

    @property
    def lines(self) -> Mapping[str, int]:
        """By group, the places for which its members stand; a group without an entry has no line."""
        return self.inputs.lines

    @property
    def places(self) -> tuple[Place, ...]:
        return self.outcome.places

    @property
    def sheets(self) -> Mapping[int, tuple[Sheet, ...]]:
        return self.inputs.sheets


def work_out(move: Move, panel_id: str, lines: Mapping[str, int] | None = None) -> Worked:
    """Score and rank the members of a case by the sheets that are in at this moment.

    ``lines``: the places of each group as they were; without them those that the ceilings leave now.
    """
    panel = move.definition.panels[panel_id]
    inside = members.rows(move.tx, move.case["id"])
    rows = {
        key: tuple(found) for key, found in scores.valid(move.tx, move.case["id"], panel_id, abstained=True).items()
    }
    groups = {row["id"]: avoiding.group(move, row, panel) for row in inside}
    inputs = Given(
        scheme_of(panel),
        tie_breaks(panel),
        groups,
        {key: sheets_of(found) for key, found in rows.items()},
        _lines(move, panel, inside, groups) if lines is None else lines,
        beside=panel.aggregate.beside == "rater_effects",
    )
    return Worked(panel, rows, inputs, result.work_out(inputs))


def counted(tx: Connection, case_id: int, panel_id: str) -> list[tuple[str, int]]:
    """Number of each case and how many valid sheets it has."""
    found = scores.valid(tx, case_id, panel_id)
    return [(row["number"], len(found[row["id"]])) for row in members.rows(tx, case_id)]


def scheme_of(panel: Panel) -> Scheme:
    """Criteria and rule of a panel as the pure room takes them."""
    how = panel.aggregate
    rule = scoring.Rule(how.method, how.drop_high, how.drop_low, how.trim_from, how.min_scores, how.decimals)
    criteria = tuple(
        Criterion(one.id, Decimal(one.weight), one.maximum, one.minimum, one.apart) for one in panel.rubric.values()
    )
    return Scheme(criteria, rule, Decimal(how.minimum) if how.minimum is not None else None)


def tie_breaks(panel: Panel) -> tuple[TieBreak, ...]:
    """By which criteria equal scores are told apart."""
    return tuple(TieBreak(f"criterion.{name}") for name in panel.aggregate.ties)


def sheets_of(rows: tuple[RowMapping, ...]) -> tuple[Sheet, ...]:
    """Stored sheets as the pure room takes them; why somebody abstained is not told on."""
    return tuple(Sheet(row["person_id"], row["marks"], "abstained" if row["abstained"] else None) for row in rows)


def as_member(move: Move, row: Mapping[Any, Any]) -> Move:
    """One of the members, as rules and ceilings of its own workflow read it."""
    loaded = move.ground.definition(move.tx, row["definition_id"])
    own = {name: row[name] for name in move.case}
    return Move(move.tx, move.ground, loaded, own, move.action, move.actor, "", move.at, move.request_key)


def _lines(move: Move, panel: Panel, inside: list[RowMapping], groups: Mapping[int, str]) -> dict[str, int]:
    """The places of each group: those left, counted by the first of its members that says under which ceiling it
    falls, and those that members of the group hold already.
    """
    line, found = panel.line, dict[str, int]()
    if line is None:
        return found
    own = {row["id"]: as_member(move, row) for row in inside}
    known = {key: one.definition.quotas[line] for key, one in own.items() if line in one.definition.quotas}
    holding = _holding(move.tx, list(own), {quota.counted_as for quota in known.values()})
    for key in known:
        group = groups[key]
        if group in found:
            continue
        try:
            left = quotas.left(own[key], line)
        except Refused:  # it does not say yet under which ceiling it falls
            continue
        found[group] = left + sum(groups[one] == group for one in holding)
    return found


def _holding(tx: Connection, case_ids: list[int], counted_as: set[str]) -> set[int]:
    """Those of the cases that have a place under a ceiling, held or final."""
    rows = tx.execute(
        sa.select(quota_entry.c.case_id)
        .join(quota_counter, quota_counter.c.id == quota_entry.c.counter_id)
        .where(
            quota_counter.c.quota.in_(sorted(counted_as)),
            quota_entry.c.case_id.in_(case_ids),
            quota_entry.c.status != "released",
        )
    )
    return set(rows.scalars())
