"""The footprint beside the form of a review, and the newest or any other result for a reader."""

from __future__ import annotations

from typing import Any

from caseflow.cases.entry import NotHere
from caseflow.cases.view import View
from caseflow.studies import recompute, store
from caseflow.studies.recompute import StoredResult
from caseflow.web.footprint_pictures import Pictures
from caseflow.web.footprint_sight import Sight, may_see, sight


def pane(view: View) -> dict[str, Any] | None:
    """What was filed, and the newest result of it; nothing where no study was filed or it is not for this reader."""
    if not may_see(view):
        return None
    filed = store.latest_study(view.tx, view.row["id"])
    if filed is None:
        return None
    result = recompute.latest_result(view.tx, view.row["id"])
    found = seen(view, result) if result is not None else None
    return {"study": filed, "result": result, "sight": found, "pictures": Pictures(found) if found else None}


def seen(view: View, result: StoredResult, digits: int | None = None) -> Sight:
    """A stored result of the case for this reader.

    Raises:
        NotHere: its study is gone.
    """
    latest = store.latest_study(view.tx, view.row["id"])
    outdated = latest is not None and latest.id != result.study_id
    filed = store.get_study(view.tx, result.study_id) if latest is None or outdated else latest
    if filed is None:
        raise NotHere
    return sight(view, result, filed, outdated=outdated, digits=digits)


def result_of(view: View, number: int | None) -> StoredResult:
    """The result of the case with this number, else the newest.

    Raises:
        NotHere: the case has no such result.
    """
    if number is None:
        found = recompute.latest_result(view.tx, view.row["id"])
    else:
        found = recompute.get_result(view.tx, number)
    if found is None or found.case_id != view.row["id"]:
        raise NotHere
    return found
