"""How a panel marked: how far its experts agree, how each marks beside the others, and how much each has read.

None of it changes a score. Whoever shows it asks first who may read it: it tells what others gave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from caseflow.cases import expert_load, panels, scores
from caseflow.evaluation.agreement import Alpha, Intraclass, krippendorff, shrout_fleiss
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
    given: dict[int, int] = {}
    for row in scores.newest(tx, case_id, panel_id):
        given[row["person_id"]] = given.get(row["person_id"], 0) + 1
    seated = [row for row in panels.seats(tx, case_id, panel_id) if not row["reserve"]]
    owed = expert_load.load(tx, [row["person_id"] for row in seated])
    found = []
    for row in seated:
        person_id = row["person_id"]
        before, done = len(panels.before(tx, case_id, panel_id, person_id)), given.get(person_id, 0)
        elsewhere = max(0, owed[person_id] - max(0, before - done))
        found.append(Reader(person_id, row["name"], before, done, elsewhere))
    return found


def _agreed(criterion: str | None, given: Mapping[int, Mapping[int, Mark]]) -> Agreed:
    values = table(given).values
    try:
        forms = shrout_fleiss(values)
    except ValueError:  # fewer than two cases that all have marked
        return Agreed(criterion, krippendorff(values, "interval"), None, None)
    return Agreed(criterion, krippendorff(values, "interval"), forms.form("2,1"), forms.form("2,k"))
