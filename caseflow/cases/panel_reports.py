"""How a panel marked: how far its experts agree, how each marks beside the others, and how much each has read.

None of it changes a score. Whoever shows it asks first who may read it: it tells what others gave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from caseflow.cases import expert_load, panels, scores
from caseflow.evaluation.agreement import Alpha, Intraclass, krippendorff, shrout_fleiss
from caseflow.evaluation.agreement_interval import interval
from caseflow.evaluation.diagnostics import Diagnostics, diagnose
from caseflow.evaluation.scoring import Mark
from caseflow.evaluation.sheets import Scheme, Sheet
from caseflow.evaluation.table import marks, table, totals
from caseflow.workflow.panel import Panel

Sheets = Mapping[int, Sequence[Sheet]]


@dataclass(frozen=True, slots=True)
class Agreed:
    """The agreement on one criterion, or on the total (``criterion`` is None)."""

    criterion: str | None
    alpha: Alpha
    between: tuple[float, float] | None
    """The interval of 95 % of alpha; None where there is no alpha."""
    single: Intraclass | None
    """ICC(2,1): of one expert's mark. None where fewer than two cases have the marks of all."""
    mean: Intraclass | None
    """ICC(2,k): of the mean of all experts."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One seat: how many cases are before the expert, and of how many the sheet is in."""

    person_id: int
    name: str
    before: int
    given: int
    elsewhere: int
    """Cases that the expert still has to score on other panels."""


def agreement(sheets: Sheets, scheme: Scheme) -> tuple[Agreed, ...]:
    """Krippendorff's alpha for intervals, and the ICC after Shrout and Fleiss, of the total and of each criterion."""
    each = [(one.id, marks(sheets, one.id)) for one in scheme.criteria]
    return (_agreed(None, totals(sheets, scheme)), *(_agreed(name, given) for name, given in each))


def diagnostics(panel: Panel, sheets: Sheets, scheme: Scheme) -> Diagnostics:
    """Each expert beside the others. Where the panel says of no distance that it is far, no total is far."""
    distance = panel.outlier.over if panel.outlier is not None else scores.full(panel)
    return diagnose(sheets, scheme, distance)


def readers(tx: Connection, case_id: int, panel_id: str) -> list[Reader]:
    """Everybody who sits, the chair first; reserves carry nothing."""
    given = {(row["member_case_id"], row["person_id"]) for row in scores.newest(tx, case_id, panel_id)}
    seated = [row for row in panels.seats(tx, case_id, panel_id) if not row["reserve"]]
    elsewhere = expert_load.load(tx, [row["person_id"] for row in seated], besides=(case_id, panel_id))
    found = []
    for row in seated:
        person_id = row["person_id"]
        before = panels.before(tx, case_id, panel_id, person_id)
        done = sum((number, person_id) in given for number in before)
        found.append(Reader(person_id, row["name"], len(before), done, elsewhere[person_id]))
    return found


def _agreed(criterion: str | None, given: Mapping[int, Mapping[int, Mark]]) -> Agreed:
    values = table(given).values
    alpha, between = krippendorff(values, "interval"), interval(values, "interval")
    try:
        forms = shrout_fleiss(values)
    except ValueError:  # fewer than two cases that all have marked
        return Agreed(criterion, alpha, between, None, None)
    return Agreed(criterion, alpha, between, forms.form("2,1"), forms.form("2,k"))
