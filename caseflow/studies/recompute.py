"""A study recomputed on an occasion, and the frozen result of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.footprint.context import Context
from caseflow.footprint.finding import Finding
from caseflow.footprint.findings import ALONE
from caseflow.footprint.gate import Gate, gate
from caseflow.footprint.plain import digest
from caseflow.footprint.report import report
from caseflow.footprint.results import Result
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study
from caseflow.studies.models import study_result
from caseflow.studies.rule import Rule
from caseflow.studies.store import StoredStudy, stored_shelf
from caseflow.words import from_json


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A frozen result.

    ``body`` holds ``result`` (with its stages and lines), ``comparison``, ``findings`` and ``status`` as plain JSON.
    ``declared``, ``total``: kgCO2e per functional unit; ``deviation``: percent. ``over``: the declared figure cannot be
    confirmed, because it lies outside the tolerance or because a line could not be counted. ``rule``, ``input_hash``
    and ``gate`` are not known of results stored before these were kept; ``run_id``: the run over a new release.
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
    rule: dict[str, Any] | None
    input_hash: str | None
    gate: str | None
    run_id: int | None

    @property
    def intact(self) -> bool:
        """The stored body still has the hash it was stored with."""
        return digest(self.body) == self.hash


@dataclass(frozen=True, slots=True)
class Computed:
    """A study recomputed, not stored yet. ``body``: see :class:`StoredResult`."""

    study: Study
    result: Result
    body: dict[str, Any]
    rule: Rule


def compute(
    study: Study, shelf: Shelf, rule: Rule, context: Context = ALONE, accepted: Mapping[str, str] | None = None
) -> Computed:
    """The whole report of a study by a rule. Its seed follows from the study, so the draws repeat.

    ``accepted``: the reasons by which findings were accepted, by their ids.
    """
    result, body = report(
        study, shelf, rule.tolerance, rule.thresholds, context,
        blocks=rule.blocks, accepted=accepted, draws=rule.draws, seed=int(study.hash[:8], 16),
    )  # fmt: skip
    return Computed(study, result, body, rule)


def keep(
    tx: Connection, computed: Computed, *, study_id: int, case_id: int | None, occasion: str, run_id: int | None = None
) -> StoredResult:
    """Store what was computed of a stored study; ``occasion`` names the step at which it was asked for."""
    declared, result, body = computed.study.declared, computed.result, computed.body
    comparison = body["comparison"]
    values: dict[str, Any] = {
        "study_id": study_id,
        "case_id": case_id,
        "at": clock.now(),
        "occasion": occasion,
        "release_hashes": result.releases,
        "body": body,
        "hash": digest(body),
        "declared": None if declared is None else float(declared),
        "total": result.total,
        "deviation": None if comparison["deviation"] is None else float(comparison["deviation"]),
        "over": comparison["over"] or (declared is not None and not result.complete),
        "rule": computed.rule.as_json(),
        "input_hash": result.input_hash,
        "gate": body["gate"]["status"],
        "run_id": run_id,
    }
    id_ = tx.execute(study_result.insert().values(values).returning(study_result.c.id)).scalar_one()
    return StoredResult(id=id_, **values)


def recompute(
    tx: Connection,
    *,
    study: StoredStudy,
    occasion: str,
    rule: Rule,
    context: Context = ALONE,
    accepted: Mapping[str, str] | None = None,
    case_id: int | None = None,
) -> StoredResult:
    """Calculate a study with everything published and store the result.

    ``case_id`` is the study's own unless another case asks; see :func:`compute` and :func:`keep` for the rest.
    """
    computed = compute(study.study, stored_shelf(tx), rule, context, accepted)
    asking = study.case_id if case_id is None else case_id
    return keep(tx, computed, study_id=study.id, case_id=asking, occasion=occasion)


def gate_of(body: Mapping[str, Any], rule: Rule, accepted: Mapping[str, str]) -> Gate:
    """What stands in the way of a result, with what has been accepted by now."""
    found = [Finding(one["id"], from_json(one["message"]), one["severity"], one["path"]) for one in body["findings"]]
    known = {one.id for one in found}
    return gate(found, blocks=rule.blocks, accepted={key: why for key, why in accepted.items() if key in known})


def latest_result(tx: Connection, case_id: int) -> StoredResult | None:
    """The newest result of what the case itself filed; what a new release would make of it is not one."""
    newest = _of(case_id).where(study_result.c.run_id.is_(None)).order_by(study_result.c.id.desc()).limit(1)
    row = tx.execute(newest).one_or_none()
    return _stored(row) if row else None


def results_of(tx: Connection, case_id: int) -> list[StoredResult]:
    """Every result of a case, those of runs over a new release too, oldest first."""
    return [_stored(row) for row in tx.execute(_of(case_id).order_by(study_result.c.id))]


def get_result(tx: Connection, result_id: int) -> StoredResult | None:
    columns = [study_result.c[field.name] for field in fields(StoredResult)]
    row = tx.execute(sa.select(*columns).where(study_result.c.id == result_id)).one_or_none()
    return _stored(row) if row else None


def _of(case_id: int) -> sa.Select[Any]:
    columns = [study_result.c[field.name] for field in fields(StoredResult)]
    return sa.select(*columns).where(study_result.c.case_id == case_id)


def _stored(row: sa.Row[Any]) -> StoredResult:
    return StoredResult(**row._asdict())
