"""The ranking of the cases before a panel, worked out of the sheets that count by the rule of the definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import avoiding, members, quotas, scores
from caseflow.cases.move import Move
from caseflow.evaluation import ranking, scoring, sheets
from caseflow.evaluation.ranking import Place, TieBreak
from caseflow.evaluation.sheets import Criterion, Scheme, Scored, Sheet
from caseflow.workflow.panel import Panel


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked out of the sheets of a panel: by member its figures, and every member's place in its group."""

    panel: Panel
    scheme: Scheme
    given: Mapping[int, tuple[RowMapping, ...]]
    """The sheets that count, by member, with those that abstain."""
    scored: Mapping[int, Scored]
    groups: Mapping[int, str]
    lines: Mapping[str, int]
    """By group, how many places are left under the ceiling that draws the line; empty where there is none."""
    places: tuple[Place, ...]

    @property
    def sheets(self) -> dict[int, tuple[Sheet, ...]]:
        return {key: sheets_of(rows) for key, rows in self.given.items()}


def work_out(move: Move, panel_id: str) -> Worked:
    """Score and rank the members of a case by the sheets that are in at this moment."""
    panel = move.definition.panels[panel_id]
    scheme, inside = scheme_of(panel), members.rows(move.tx, move.case["id"])
    given = {key: tuple(rows) for key, rows in scores.valid(move.tx, move.case["id"], panel_id, abstained=True).items()}
    scored = {key: sheets.score(sheets_of(rows), scheme) for key, rows in given.items()}
    groups = {row["id"]: avoiding.group(move, row, panel) for row in inside}
    lines = _lines(move, panel, inside, groups)
    found = ranking.entries(scored, groups, tie_breaks(panel))
    return Worked(panel, scheme, given, scored, groups, lines, ranking.ranking(found, tie_breaks(panel), lines))


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


def _lines(move: Move, panel: Panel, inside: list[RowMapping], groups: Mapping[int, str]) -> dict[str, int]:
    """The places left in each group, counted by the first of its members whose workflow has the ceiling."""
    found: dict[str, int] = {}
    for row in inside if panel.line is not None else ():
        loaded = move.ground.definition(move.tx, row["definition_id"])
        if groups[row["id"]] not in found and panel.line in loaded.definition.quotas:
            member: dict[str, Any] = {name: row[name] for name in move.case}
            found[groups[row["id"]]] = quotas.left(
                Move(move.tx, move.ground, loaded, member, move.action, None, "", move.at, move.request_key), panel.line
            )
    return found
