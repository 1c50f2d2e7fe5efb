"""Everything that a workflow may name in ``warns``: shown to the reviewer and to be answered, never a refusal."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from caseflow.cases import findings, quotas
from caseflow.cases.models import case
from caseflow.cases.move import Move
from caseflow.cases.registry import WARNINGS, guard
from caseflow.people.models import organisation
from caseflow.studies import store
from caseflow.words import Message
from caseflow.workflow.lookups import register_of


def raise_all(move: Move) -> None:
    """Ask every warning of the act; keep what was found, clear what is no longer so."""
    for call in move.action.warns:
        of = register_of(call) or call.argument
        key = f"{call.name}.{of}" if of else call.name
        found = WARNINGS[call.name].ask(move, call.argument)
        if found:
            findings.note(move.tx, move.case["id"], "warning", key, found[0], move.at)
        else:
            findings.clear(move.tx, move.case["id"], key)


@guard(WARNINGS)
def credit_record(move: Move, _: Any) -> list[Message]:
    """The applicant stands on a list of dishonest subjects: the reviewer says whether to recommend all the same."""
    data = move.tx.scalar(sa.select(organisation.c.data).where(organisation.c.id == move.case["organisation_id"])) or {}
    record = data.get("credit_record")
    return move.refuse("warnings.credit_record", **record) if record else []


@guard(WARNINGS)
def same_unit_same_product(move: Move, _: Any) -> list[Message]:
    """The same organisation has another open or successful case about the same thing."""
    subject = move.changes.get("subject") or move.case["subject"]
    other = move.tx.execute(
        sa.select(case.c.number).where(
            case.c.workflow == move.case["workflow"],
            case.c.organisation_id == move.case["organisation_id"],
            case.c.subject == subject,
            case.c.id != move.case["id"],
            case.c.shared,
        )
    ).first()
    return move.refuse("warnings.same_product", number=other.number or "", subject=subject) if other else []


@guard(WARNINGS)
def footprint_missing(move: Move, _: Any) -> list[Message]:
    """No footprint was declared; the notice allows it where the work is only planned."""
    return [] if store.latest_study(move.tx, move.case["id"]) is not None else move.refuse("warnings.footprint_missing")


@guard(WARNINGS, "section")
def priority_without_proof(move: Move, section: str) -> list[Message]:
    """A ground for priority is claimed and no proof is attached."""
    values = move.dossier.get(section, {})
    questions = move.definition.dossier[section].fields.values()
    claimed = any(values.get(one.id) for one in questions if one.type == "choices")
    proved = any(values.get(one.id) for one in questions if one.type in ("file", "files", "table"))
    return move.refuse("warnings.priority_without_proof") if claimed and not proved else []


@guard(WARNINGS, "quota")
def quota_exceeded(move: Move, quota_id: str) -> list[Message]:
    """More are put forward than the ceiling names."""
    found = quotas.is_over(move, quota_id)
    return [found] if found is not None else []
