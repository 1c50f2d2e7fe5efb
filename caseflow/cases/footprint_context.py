"""What a review of a footprint is compared with: other applications, the unit's earlier study, products of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import find
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.footprint.context import Context, Peers, Requirement, Trace
from caseflow.footprint.study import Study
from caseflow.people.rights import Actor
from caseflow.studies import traces
from caseflow.studies.models import study_evidence, study_trace
from caseflow.studies.traces import Marks
from caseflow.words import LANGUAGES, text

MOST_PEERS = 500
"""So many products of a kind are compared with, those filed last."""
MOST_EVIDENCE = 1_000
_PREFIX = "case-"
_PATH = f"others.{_PREFIX}"

Row = Mapping[Any, Any]


def context(tx: Connection, ground: Ground, row: Row, study: Study, *, requires: bool = True) -> Context:
    """What is known beyond a study of the case ``row``. Drafts of others are no part of it, and no other case is named."""
    mine = traces.marks(study)
    required: tuple[Requirement, ...] = ground.required.get(study.product_code, ()) if requires else ()
    return Context(_peers(tx, row, study, mine), _others(tx, row, mine), _earlier(tx, row, mine), required)


def named(tx: Connection, ground: Ground, actor: Actor, findings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Findings of a stored result; another application stands in them by its number, if the actor may know of it."""
    shown = []
    for one in findings:
        other = str(one["path"]).removeprefix(_PATH)
        number = _number(tx, ground, actor, int(other)) if one["path"].startswith(_PATH) and other.isdigit() else None
        if number:
            message = one["message"]
            shown.append({**one, "message": {**message, "values": {**message["values"], "other": number}}})
        else:
            shown.append(dict(one))
    return shown


def _number(tx: Connection, ground: Ground, actor: Actor, case_id: int) -> str | None:
    if not find.may_know(tx, ground, actor, case_id):
        return None
    number: str | None = tx.scalar(sa.select(case.c.number).where(case.c.id == case_id))
    return number


def _others(tx: Connection, row: Row, mine: Marks) -> dict[str, Trace]:
    """The applications of the same round that show the same amounts or the same evidence."""
    title = {language: text("studies.other_application", language) for language in LANGUAGES}
    here = (
        case.c.authority_id == row["authority_id"],
        case.c.round_id.is_not_distinct_from(row["round_id"]),
        case.c.id != row["id"],
    )
    copies = sa.select(study_trace.c.case_id).join(case, case.c.id == study_trace.c.case_id)
    same = set(tx.scalars(copies.where(study_trace.c.amounts == mine.amounts, *here)))
    shared: dict[int, set[str]] = {}
    if mine.evidence:
        quoted = (
            sa.select(study_evidence.c.case_id, study_evidence.c.hash)
            .join(case, case.c.id == study_evidence.c.case_id)
            .where(study_evidence.c.hash.in_(sorted(mine.evidence)[:MOST_EVIDENCE]), *here)
        )
        for found in tx.execute(quoted):
            shared.setdefault(found.case_id, set()).add(mine.evidence[found.hash])
    return {
        f"{_PREFIX}{number}": Trace(
            frozenset(shared.get(number, ())), mine.trace.amounts if number in same else (), title
        )
        for number in sorted(same | shared.keys())
    }


def _earlier(tx: Connection, row: Row, mine: Marks) -> Trace | None:
    """The unit's last study of the same product, from an earlier round."""
    last = (
        sa.select(study_trace.c.amounts)
        .join(case, case.c.id == study_trace.c.case_id)
        .where(
            case.c.organisation_id == row["organisation_id"],
            case.c.authority_id == row["authority_id"],
            case.c.id < row["id"],
            sa.or_(case.c.round_id.is_distinct_from(row["round_id"]), case.c.round_id.is_(None)),
            study_trace.c.product == mine.product,
        )
        .order_by(case.c.id.desc())
        .limit(1)
    )
    found = tx.scalar(last)
    if found is None:
        return None
    return Trace(frozenset(), mine.trace.amounts if found == mine.amounts else ())


def _peers(tx: Connection, row: Row, study: Study, mine: Marks) -> Peers:
    """The figures of products of the same code, for as much product as this study's functional unit."""
    if not study.product_code:
        return Peers()
    similar = (
        sa.select(study_trace.c.profile)
        .join(case, case.c.id == study_trace.c.case_id)
        .where(
            study_trace.c.product_code == study.product_code,
            study_trace.c.dimension == mine.dimension,
            case.c.authority_id == row["authority_id"],
            case.c.id != row["id"],
        )
        .order_by(study_trace.c.study_id.desc())
        .limit(MOST_PEERS)
    )
    profiles = list(tx.scalars(similar))
    stages: dict[str, list[float]] = {}
    usage: dict[str, list[float]] = {}
    for one in profiles:
        for stage, share in one["stages"].items():
            stages.setdefault(stage, []).append(share)
        for carrier, amount in one["usage"].items():
            usage.setdefault(carrier, []).append(amount * mine.size)
    return Peers(
        tuple(one["total"] * mine.size for one in profiles),
        {name: tuple(values) for name, values in stages.items()},
        {name: tuple(values) for name, values in usage.items()},
    )
