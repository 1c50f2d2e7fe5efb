"""The figures of the study that is filed with a case, as conditions, letters and registers name them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import show
from caseflow.studies import store
from caseflow.studies.models import study, study_result
from caseflow.workflow.report import FIGURE_DECIMALS

_SEEN = (
    sa.select(study.c.body, study_result.c.total, study_result.c.release_hashes)
    .outerjoin(
        study_result,
        sa.and_(
            study_result.c.study_id == study.c.id,
            study_result.c.case_id == study.c.case_id,
            study_result.c.run_id.is_(None),
        ),
    )
    .where(study.c.case_id == sa.bindparam("case_id"))
    .order_by(sa.case((study_result.c.id.is_(None), 1), else_=0), study_result.c.id.desc(), study.c.revision.desc())
    .limit(1)
)
"""The revision that was recomputed last with what came of it; where none was, the newest one."""
BOUNDARY, STAGES = "boundary", "stages"
"""The code of the boundary, and the list of stages that has a name for it."""
_PLACES = Decimal(1).scaleb(-FIGURE_DECIMALS)


def of_case(tx: Connection, case_id: int) -> dict[str, str]:
    """What is known of the footprint of a case: declared and recomputed in kgCO2e per functional unit, and on what they
    rest. Of a study that was changed since, the figures stay those that were recomputed, until it is recomputed too.
    """
    row = tx.execute(_SEEN, {"case_id": case_id}).first()
    if row is None:
        return {}
    body = row.body
    found = {
        "declared": figure(body.get("declared")),
        "recomputed": figure(row.total),
        "unit": _unit(body["functional_unit"]),
        "boundary": body["boundary"],
        "period": f"{body['period']['from']}—{body['period']['to']}",
        "standard": body["standard"],
        STAGES: body["stages"],
        "release": "、".join(sorted(row.release_hashes or ())),
    }
    return {name: value for name, value in found.items() if value}


def boundary(tx: Connection, figures: Mapping[str, str]) -> show.Pair:
    """The boundary of a footprint by its name; its code where the list of stages does not name it."""
    code = figures.get(BOUNDARY, "")
    schemes = (one for one in store.stored_shelf(tx).schemes if one.id == figures.get(STAGES))
    found = next((known for one in schemes if (known := one.boundary(code)) is not None), None)
    return show.pair(found.title) if found is not None else show.both(code)


def figure(value: Any) -> str:
    """A figure as conditions, letters and registers hold it; empty where there is none."""
    if value is None:
        return ""
    exact = Decimal(value) if isinstance(value, str) else Decimal(repr(value))
    rounded = format(exact.quantize(_PLACES), "f")
    return rounded.rstrip("0").rstrip(".") if "." in rounded else rounded


def _unit(unit: Mapping[str, Any]) -> str:
    return " ".join(part for part in (str(unit["quantity"]), unit["unit"], unit.get("description", "")) if part)
