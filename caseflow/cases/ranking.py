"""The ranking of the cases before a panel, worked out of the sheets that count by the rule of the definition."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.engine import Connection

from caseflow.cases import avoiding, members, scores
from caseflow.cases.move import Move
from caseflow.evaluation import scoring
from caseflow.workflow.panel import Panel


def of_panel(move: Move, panel_id: str) -> list[scoring.Ranked]:
    """Every case before the panel with its score and its place within its group."""
    panel = move.definition.panels[panel_id]
    rule = rule_of(panel)
    found = scores.valid(move.tx, move.case["id"], panel_id)
    results: dict[int, Decimal | None] = {
        key: scoring.aggregate([scores.total(panel, row["marks"]) for row in rows], rule).score
        for key, rows in found.items()
    }
    groups = {row["id"]: avoiding.group(move, row, panel) for row in members.rows(move.tx, move.case["id"])}
    return list(scoring.rank(results, groups))


def counted(tx: Connection, case_id: int, panel_id: str) -> list[tuple[str, int]]:
    """Number of each case and how many valid sheets it has."""
    found = scores.valid(tx, case_id, panel_id)
    return [(row["number"], len(found[row["id"]])) for row in members.rows(tx, case_id)]


def rule_of(panel: Panel) -> scoring.Rule:
    """The panel's rule as the pure room takes it."""
    how = panel.aggregate
    return scoring.Rule(how.method, how.drop_high, how.drop_low, how.trim_from, how.min_scores, how.decimals)
