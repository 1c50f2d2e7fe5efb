"""The pictures of a panel on its page, each with its table: scores, places, agreement and load."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g

from caseflow.cases.panel_reports import Agreed, Reader
from caseflow.evaluation.agreement import Intraclass
from caseflow.web import drawing
from caseflow.web.charts_panel import Picture
from caseflow.web.charts_panel_round import Agreement, Load, agreements, loads
from caseflow.web.charts_panel_scores import CaseTotals, Interval, rank_intervals, score_boxes
from caseflow.web.panel_boards import Board, RankedCase
from caseflow.workflow.panel import Panel

_FEWEST = 2
"""Cases that experts can be compared over."""


def of_board(board: Board, name: str) -> list[Picture]:
    """The box plots of a group, and the intervals of its places where it has a line."""
    found = [score_boxes([_totals(one) for one in board.cases], g.language, f"boxes-{name}")]
    ranked = [_interval(one) for one in board.cases if one.stable is not None and one.score is not None]
    if board.line is not None and len(ranked) > 1:
        found.append(
            rank_intervals([one for one in ranked if one is not None], board.line, g.language, f"ranks-{name}")
        )
    return found


def of_agreement(panel: Panel, found: Sequence[Agreed], name: str) -> Picture | None:
    """Krippendorff's alpha and the two intraclass correlations, of the total and of each criterion.

    Nothing below two cases: within a single one alpha is 0 whatever the marks.
    """
    if all(one.alpha.units < _FEWEST for one in found):
        return None
    lines = []
    for one in found:
        label = drawing.named(panel.rubric[one.criterion].title) if one.criterion else drawing.t("panel_result.total")
        low, high = one.between or (None, None)
        lines.append(Agreement(label, "α", one.alpha.value, low, high, one.alpha.units))
        lines += [_intraclass(label, form) for form in (one.single, one.mean) if form is not None]
    return agreements(lines, g.language, f"agreement-{name}")


def of_loads(readers: Sequence[Reader], panel: Panel, cases: int, name: str) -> Picture:
    """The cases before each expert, and what the expert still has to score elsewhere."""
    least, most = (panel.assign.least, panel.assign.most) if panel.assign is not None else (0, cases)
    found = [Load(one.name, one.before, one.elsewhere, least, most) for one in readers]
    return loads(found, g.language, f"loads-{name}")


def _totals(one: RankedCase) -> CaseTotals:
    used = tuple(found["total"] for found in one.totals if not found["dropped"])
    dropped = tuple(found["total"] for found in one.totals if found["dropped"])
    return CaseTotals(called(one), used, dropped, one.score)


def _interval(one: RankedCase) -> Interval | None:
    stable, place = one.stable, one.place.place
    if stable is None or one.score is None or place is None:
        return None
    best, worst = min(stable.best, stable.spread.low or place), max(stable.worst, stable.spread.high or place)
    return Interval(called(one), one.score, place, best, worst, flips=bool(stable.flips))


def called(one: RankedCase) -> str:
    """A case in a picture: the number is short and said in the table beside."""
    return str(one.row["number"] or one.row["title"])


def _intraclass(label: str, form: Intraclass) -> Agreement:
    return Agreement(label, f"ICC({form.form})", form.value, form.low, form.high, form.df1 + 1)
