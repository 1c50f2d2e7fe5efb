"""The ties of experts to organisations: said by the expert or the office, ended when they were wrong, never deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.people import expert_history, organisations
from caseflow.people.expert_models import TIES, expert_tie
from caseflow.people.models import organisation
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused
from caseflow.workflow.identifiers import check_credit_code, normalise_credit_code


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a tie. ``until`` is its last day; nobody knows it, or it lasts, where it is empty."""

    kind: str
    name: str
    """Of the organisation."""
    credit_code: str = ""
    since: date | None = None
    until: date | None = None
    remark: str = ""


def ties(tx: Connection, expert_ids: Iterable[int], *, ended: bool = False) -> dict[int, list[RowMapping]]:
    """The ties of each expert, oldest first; with ``ended`` those too that were found wrong."""
    wanted = sorted(set(expert_ids))
    query = sa.select(expert_tie).where(expert_tie.c.expert_id.in_(wanted)).order_by(expert_tie.c.id)
    if not ended:
        query = query.where(expert_tie.c.ended_at.is_(None))
    found: dict[int, list[RowMapping]] = {one: [] for one in wanted}
    for row in tx.execute(query).mappings():
        found[row["expert_id"]].append(row)
    return found


def remark(keys: Keyring, row: RowMapping) -> str:
    """What was remarked of a tie."""
    return str(personal.open_json(keys, row["sealed"], _context(row["expert_id"]))) if row["sealed"] else ""


def add(tx: Connection, keys: Keyring, expert_id: int, said: Said, *, by: int, said_by: str) -> int:
    """Keep a tie; ``said_by`` is ``expert`` or ``office``.

    Raises:
        Refused: no such kind, no name, a malformed credit code, or it ends before it begins.
    """
    code = normalise_credit_code(said.credit_code) if said.credit_code.strip() else ""
    if against := _faults(said, code):
        raise Refused(*against)
    made = tx.scalars(
        sa.insert(expert_tie)
        .values(
            expert_id=expert_id,
            kind=said.kind,
            organisation_id=known_as(tx, said.name, code),
            name=said.name.strip(),
            credit_code=code or None,
            since=said.since,
            until=said.until,
            sealed=personal.seal_json(keys, said.remark.strip(), _context(expert_id)) if said.remark.strip() else None,
            said_by=said_by,
            person_id=by,
            at=clock.now(),
        )
        .returning(expert_tie.c.id)
    ).one()
    expert_history.keep(tx, expert_id, "tie_added", by=by, detail={"tie": int(made), "kind": said.kind})
    return int(made)


def end(tx: Connection, expert_id: int, tie_id: int, *, by: int, said_by: str) -> None:
    """A tie that is wrong ends, and is kept. What the office said only the office ends.

    Raises:
        Refused: there is none, it has ended, or the office said it.
    """
    mine = [expert_tie.c.said_by == "expert"] if said_by == "expert" else []
    ended = tx.execute(
        sa.update(expert_tie)
        .where(expert_tie.c.id == tie_id, expert_tie.c.expert_id == expert_id, expert_tie.c.ended_at.is_(None), *mine)
        .values(ended_at=clock.now())
    )
    if ended.rowcount == 0:
        raise Refused(Message("experts.no_such_tie"))
    expert_history.keep(tx, expert_id, "tie_ended", by=by, detail={"tie": tie_id})


def known_as(tx: Connection, name: str, credit_code: str) -> int | None:
    """The organisation of this code, else the only one of exactly this name; nothing where nobody can tell."""
    if credit_code:
        row = organisations.by_credit_code(tx, credit_code)
        return row["id"] if row is not None else None
    found = list(tx.scalars(sa.select(organisation.c.id).where(organisation.c.name_zh == name.strip()).limit(2)))
    return int(found[0]) if len(found) == 1 else None


def _faults(said: Said, code: str) -> list[Message]:
    found = []
    if said.kind not in TIES:
        found.append(Message("experts.tie_kind", {"input": "tie_kind"}))
    if not said.name.strip():
        found.append(Message("experts.tie_name", {"input": "tie_name"}))
    if code:
        found += [Message(one.key, {**one.values, "input": "tie_code"}) for one in check_credit_code(code)]
    if said.since and said.until and said.until < said.since:
        found.append(Message("experts.tie_days", {"input": "tie_until"}))
    return found


def _context(expert_id: int) -> str:
    return f"expert/{expert_id}/tie"
