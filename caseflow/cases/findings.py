"""What was noticed and must be answered. A finding never refuses an application; it asks for a word on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import dossier, footprint_context
from caseflow.cases.ground import Ground
from caseflow.cases.models import finding
from caseflow.cases.move import Move
from caseflow.db import Statement
from caseflow.footprint.gate import Gate
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.studies import store, traces
from caseflow.studies.recompute import StoredResult, compute, gate_of, keep
from caseflow.studies.rule import Rule, read_rule, thresholds
from caseflow.words import Message, Refused, from_json
from caseflow.workflow.form import Field
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action, Calculates

ACT = "answer_finding"
ACTION = Action(id=ACT, title=Text(zh="答复提示事项", en="Answer a finding"))
"""The engine's own act, offered to the holder of any case with open findings."""
MOST_ANSWER = 500
FOOTPRINT = "footprint"
"""The kind of finding that the recomputation raises."""
REASONS = "finding_answers"
"""Under which every word on a finding is kept, by journal entry: an answer that is asked anew is not lost."""
INPUT = "input"
"""Beside the words of a finding: the input hash of the result that raised it."""
_REASON = {"reason": Field(id="reason", type="long_text", label=Text(zh="答复", en="Answer"))}


def note(
    tx: Connection, case_id: int, kind: str, key: str, message: Message, at: datetime, *, of_input: str = "",
    severity: str = "warning",
) -> None:  # fmt: skip
    """Raise a finding, or raise it again where its words have changed, or the input (``of_input``: its hash)."""
    stored = tx.execute(sa.select(finding).where(finding.c.case_id == case_id, finding.c.key == key)).mappings().first()
    text = {**message.as_json(), INPUT: of_input} if of_input else message.as_json()
    fresh = {
        "message": text, "severity": severity, "status": "open", "answer": None, "answered_by": None,
        "answered_at": None,
    }  # fmt: skip
    if stored is None:
        tx.execute(finding.insert().values(case_id=case_id, kind=kind, key=key, raised_at=at, **fresh))
    elif stored["message"] != text or stored["status"] == "gone":
        tx.execute(finding.update().where(finding.c.id == stored["id"]).values(raised_at=at, **fresh))


def clear(tx: Connection, case_id: int, key: str) -> None:
    """What was found is no longer so."""
    tx.execute(
        finding.update()
        .where(finding.c.case_id == case_id, finding.c.key == key, finding.c.status != "gone")
        .values(status="gone")
    )


_OPEN = Statement(
    sa.select(finding)
    .where(finding.c.case_id == sa.bindparam("case_id"), finding.c.status == "open")
    .order_by(finding.c.id)
)


def open_findings(tx: Connection, case_id: int) -> list[dict[str, Any]]:
    return _OPEN.rows(tx, {"case_id": case_id})


_ALL = Statement(
    sa.select(finding)
    .where(finding.c.case_id == sa.bindparam("case_id"), finding.c.status != "gone")
    .order_by(finding.c.id)
)


def all_findings(tx: Connection, keys: Keyring, case_id: int) -> list[dict[str, Any]]:
    """What was found on a case and still is so, with the words that were said on it."""
    return [
        {**row, "answer": row["answer"] and personal.open_text(keys, row["answer"], _context(case_id, row["key"]))}
        for row in _ALL.rows(tx, {"case_id": case_id})
    ]


def answer(move: Move, posted: Mapping[str, Any], roles: frozenset[str]) -> dict[str, Any]:
    """Write the holder's word on a finding; returns what the journal keeps: which finding, said of which input, and
    the reason, sealed. ``move.role`` is set to the role of the holder.

    Raises:
        Refused: somebody else holds the case, no reason is given, or the finding is gone.
    """
    holder = move.definition.states[move.case["state"]].holder
    if move.actor is None or holder is None or holder not in roles:
        raise Refused(Message("findings.holder_only"))
    move.role = holder
    text = str(posted.get("answer", "")).strip()
    if not text:
        raise Refused(Message("findings.answer_missing"))
    if len(text) > MOST_ANSWER:
        raise Refused(Message("findings.answer_too_long", {"limit": MOST_ANSWER}))
    rows, wanted = _ALL.rows(move.tx, {"case_id": move.case["id"]}), str(posted.get("finding"))
    said = next((row for row in rows if str(row["id"]) == wanted), None)
    if said is None:
        raise Refused(Message("findings.unknown"))
    sealed = personal.seal_json(move.ground.keys, text, _context(move.case["id"], said["key"]))
    move.tx.execute(
        finding.update()
        .where(finding.c.id == said["id"])
        .values(status="answered", answer=sealed, answered_by=move.seat_holder, answered_at=move.at)
    )
    known = move.case["facts"]
    kept = dossier.keep_facts(move.tx, move.ground, move.case, REASONS, _REASON, {"reason": text}, under=move.entry)
    move.changes["facts"] = {**known, REASONS: {**known.get(REASONS, {}), move.entry: kept}}
    return {
        "finding": said["id"],
        "code": said["key"].removeprefix(f"{FOOTPRINT}."),
        INPUT: said["message"].get(INPUT, ""),
        "answers": kept,
    }


def reasons(tx: Connection, ground: Ground, row: Mapping[Any, Any]) -> dict[int, str]:
    """Every word that was said on findings, by the number of its journal entry; without those that were disposed of."""
    kept = dossier.facts(tx, ground, row).get(REASONS, {})
    return {int(seq): one["reason"] for seq, one in kept.items() if isinstance(one["reason"], str)}


def accepted(tx: Connection, keys: Keyring, case_id: int, input_hash: str) -> dict[str, str]:
    """The reasons by which findings of the footprint were accepted, by the finding's id, as far as they were said of
    this input. Once a figure, a factor or the method changes they are asked anew.
    """
    if not input_hash:
        return {}
    return {
        row["key"].removeprefix(f"{FOOTPRINT}."): row["answer"]
        for row in all_findings(tx, keys, case_id)
        if row["kind"] == FOOTPRINT and row["status"] == "answered" and row["message"].get(INPUT) == input_hash
    }


def standing(tx: Connection, keys: Keyring, case_id: int, result: StoredResult) -> Gate:
    """The gate of a stored result as it stands now: with what was accepted since, and the checks that block by its rule."""
    return judged(tx, keys, case_id, result.body, read_rule(result.rule))


def judged(tx: Connection, keys: Keyring, case_id: int, body: Mapping[str, Any], rule: Rule) -> Gate:
    """What of a report stands in the way, by the checks that block and with what was accepted of this input."""
    return gate_of(body, rule, accepted(tx, keys, case_id, body["result"].get("input_hash", "")))


def rule_of(written: Calculates) -> Rule:
    """The rule that a workflow has written."""
    return Rule(
        Decimal(written.tolerance.rstrip("%")),
        written.blocks,
        thresholds(written.thresholds),
        written.draws,
        written.requires,
    )


def recompute(move: Move, row: Mapping[Any, Any], written: Calculates) -> None:
    """Recompute the declared footprint as the case enters a review step; freeze the result; note what is off."""
    tx, case_id, at = move.tx, row["id"], move.at
    stored = store.latest_study(tx, case_id)
    if stored is None:
        if written.footprint == "required":
            note(tx, case_id, FOOTPRINT, FOOTPRINT, Message("findings.footprint_required"), at)
        return
    rule = rule_of(written)
    about = footprint_context.context(tx, move.ground, row, stored.study, requires=rule.requires)
    computed = compute(stored.study, store.stored_shelf(tx), rule, about)
    of_input = computed.result.input_hash
    found = {one["id"]: one for one in computed.body["findings"] if one["severity"] != "info"}
    for old in _ALL.rows(tx, {"case_id": case_id}):
        if old["kind"] == FOOTPRINT and old["key"].removeprefix("footprint.") not in found:
            clear(tx, case_id, old["key"])
    for key, one in found.items():
        message = from_json(one["message"])
        note(tx, case_id, FOOTPRINT, f"footprint.{key}", message, at, of_input=of_input, severity=one["severity"])
    computed.body["gate"] = judged(tx, move.ground.keys, case_id, computed.body, rule).as_json()
    keep(tx, computed, study_id=stored.id, case_id=case_id, occasion=row["state"])
    traces.write(tx, stored, computed.result)


def _context(case_id: int, key: str) -> str:
    return f"finding/{case_id}/{key}"
