"""A study recomputed on an occasion, and the frozen result of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.footprint.plain import digest
from caseflow.footprint.report import report
from caseflow.studies.models import study_result
from caseflow.studies.store import StoredStudy, stored_shelf


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A frozen result.

    ``body`` holds ``result`` (with its stages and lines), ``comparison``, ``findings`` and ``status`` as plain JSON.
    ``declared``, ``total``: kgCO2e per functional unit; ``deviation``: percent. ``over``: the declared figure cannot be
    confirmed, because it lies outside the tolerance or because a line could not be counted.
    """

    id: int
    study_id: int
    case_id: int | None
    at: datetime
    occasion: str
    release_hashes: dict[str, str]
    body: dict[str, Any]
    hash: str
    declared: float | None
    total: float
    deviation: float | None
    over: bool

    @property
    def intact(self) -> bool:
        """The stored body still has the hash it was stored with."""
        return digest(self.body) == self.hash


def recompute(
    tx: Connection, *, study: StoredStudy, occasion: str, tolerance: Decimal, case_id: int | None = None
) -> StoredResult:
    """Calculate a study with everything published and store the result.

    ``occasion`` names the step at which it was asked for; ``tolerance`` is in percent; ``case_id`` is the study's own
    unless another case asks.
    """
    result, body = report(study.study, stored_shelf(tx), tolerance)
    comparison = body["comparison"]
    values: dict[str, Any] = {
        "study_id": study.id,
        "case_id": study.case_id if case_id is None else case_id,
        "at": clock.now(),
        "occasion": occasion,
        "release_hashes": result.releases,
        "body": body,
        "hash": digest(body),
        "declared": None if study.study.declared is None else float(study.study.declared),
        "total": result.total,
        "deviation": None if comparison["deviation"] is None else float(comparison["deviation"]),
        "over": comparison["over"] or (study.study.declared is not None and not result.complete),
    }
    id_ = tx.execute(study_result.insert().values(values).returning(study_result.c.id)).scalar_one()
    return StoredResult(id=id_, **values)


def latest_result(tx: Connection, case_id: int) -> StoredResult | None:
    """The case's newest result."""
    row = tx.execute(_of(case_id).order_by(study_result.c.id.desc()).limit(1)).one_or_none()
    return _stored(row) if row else None


def results_of(tx: Connection, case_id: int) -> list[StoredResult]:
    """Every result of a case, oldest first."""
    return [_stored(row) for row in tx.execute(_of(case_id).order_by(study_result.c.id))]


def _of(case_id: int) -> sa.Select[Any]:
    columns = [study_result.c[field.name] for field in fields(StoredResult)]
    return sa.select(*columns).where(study_result.c.case_id == case_id)


def _stored(row: sa.Row[Any]) -> StoredResult:
    return StoredResult(**row._asdict())
