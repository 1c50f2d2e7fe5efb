"""What of a filed study other reviews are compared with: its evidence, its amounts, and its figures per unit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.footprint import calculation, units
from caseflow.footprint.checks.elsewhere import usage
from caseflow.footprint.context import Trace, trace
from caseflow.footprint.plain import digest
from caseflow.footprint.results import Result
from caseflow.footprint.study import Study
from caseflow.records.models import InsertOnce
from caseflow.studies.models import study_evidence, study_trace
from caseflow.studies.store import StoredStudy


@dataclass(frozen=True, slots=True)
class Marks:
    """By what a study is recognised. ``evidence``: the texts by their hashes; ``amounts``: one hash of all of them.

    ``size``: how many base units of ``dimension`` the functional unit is.
    """

    trace: Trace
    product: str
    amounts: str
    evidence: dict[str, str]
    dimension: str
    size: float


def marks(study: Study) -> Marks:
    """The marks of a study."""
    own = trace(study)
    unit = units.unit(study.unit.unit)
    return Marks(
        own,
        f"{study.product_code or study.product}|{study.model}".casefold(),
        digest([list(one) for one in own.amounts]),
        {hashlib.sha256(text.encode()).hexdigest(): text for text in own.evidence},
        unit.dimension if unit else study.unit.unit,
        float(study.unit.quantity) * float(unit.size if unit else 1),
    )


def profile(study: Study, result: Result, size: float) -> dict[str, Any]:
    """The figures that similar products are compared with: per base unit ``total`` (kgCO2e) and ``usage`` by energy
    carrier, and the ``stages`` of the standard as shares.
    """
    shares: dict[str, float] = {}
    if result.total > 0:
        for stage in result.stages:
            key = stage.maps_to or stage.id
            shares[key] = shares.get(key, 0.0) + (stage.share or 0.0)
    used = usage(study, calculation.solve(study))
    return {
        "total": result.total / size,
        "stages": shares,
        "usage": {carrier: amount / size for carrier, amount in used.items()},
    }


def write(tx: Connection, filed: StoredStudy, result: Result) -> None:
    """Keep the marks of the study that a case has filed, in place of those of an earlier one."""
    own = marks(filed.study)
    values = {
        "study_id": filed.id,
        "product": own.product,
        "product_code": filed.study.product_code,
        "dimension": own.dimension,
        "amounts": own.amounts,
        "profile": profile(filed.study, result, own.size),
    }
    here = study_trace.c.case_id == filed.case_id
    if tx.execute(study_trace.update().where(here).values(values)).rowcount == 0:
        tx.execute(InsertOnce(study_trace).values(case_id=filed.case_id, **values))
    tx.execute(study_evidence.delete().where(study_evidence.c.case_id == filed.case_id))
    if own.evidence:
        tx.execute(study_evidence.insert(), [{"case_id": filed.case_id, "hash": one} for one in sorted(own.evidence)])
