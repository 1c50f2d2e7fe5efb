"""What the answers to a duty stand for: where that has changed since, an answer counts no longer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import dossier, members, tasks
from caseflow.cases.ground import Ground
from caseflow.cases.models import reply, task
from caseflow.db import Statement
from caseflow.records import personal
from caseflow.workflow.procedure import Duty

MEMBERS = "members"
"""In ``signs``: the cases inside, with what was said of each."""

_ASKED = Statement(
    sa.select(
        task.c.id, task.c.status, task.c.outcome, task.c.organisation_id, task.c.person_id, task.c.entry, task.c.due_on,
        reply.c.id.label("reply_id"), reply.c.entry.label("answered_in"), reply.c.status.label("reply"), reply.c.stands_for,
    )
    .select_from(task.outerjoin(reply, reply.c.task_id == task.c.id))
    .where(task.c.case_id == sa.bindparam("case_id"), task.c.kind == sa.bindparam("kind"))
    .order_by(task.c.id)
)  # fmt: skip


def asked(tx: Connection, case_id: int, duty_id: str) -> list[dict[str, Any]]:
    """Every time somebody was asked under a duty, oldest first, with the answer where there is one."""
    return _ASKED.rows(tx, {"case_id": case_id, "kind": f"{tasks.DUTY}{duty_id}"})


def stale(
    tx: Connection, ground: Ground, row: Mapping[Any, Any], duty: Duty, given: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The last answers that count no longer, one for each organisation that was not asked again since.

    Who was passed over, because the case went on without an answer, has none that could change.
    """
    last = {tasks.owner_of(one): one for one in given}
    done = [one for one in last.values() if one["status"] == "done" and one["reply"] is not None]
    if not done:
        return []
    present = set(_hashes(tx, ground, row, duty))
    return [one for one in done if one["reply"] != "given" or one["stands_for"] not in present]


def hash_of(tx: Connection, ground: Ground, row: Mapping[Any, Any], duty: Duty) -> str:
    """The keyed hash of what is signed at this moment."""
    return _hashes(tx, ground, row, duty)[0]


def _hashes(tx: Connection, ground: Ground, row: Mapping[Any, Any], duty: Duty) -> list[str]:
    """The keyed hash of what is signed, under the present key and those before it: free text is not to be guessed."""
    facts = dossier.facts(tx, ground, row)
    heads = {path.partition(".")[0] for path in duty.signs}
    filed = dossier.frozen(tx, ground, row["id"], row["revision"]) if "dossier" in heads else {}
    found: list[Any] = []
    for path in duty.signs:
        if path == MEMBERS:
            inside = sorted(members.rows(tx, row["id"]), key=lambda one: int(one["id"]))
            found.append([[one["id"], one["data"]] for one in inside])
            continue
        head, *rest = path.split(".")
        value: Any = filed if head == "dossier" else facts.get(head)
        for step in rest:
            value = value.get(step) if isinstance(value, dict) else None
        found.append(value)
    return [personal.digest(key, found) for key in (ground.keys.current, *ground.keys.earlier)]
