"""What an authority sets about a ceiling: how many, and over one round or over all of them."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import quotas
from caseflow.cases.models import case, quota_counter, quota_entry, quota_setting
from caseflow.people.models import person
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused
from caseflow.workflow.many import Quota


def set_limit(
    tx: Connection,
    keys: Keyring,
    authority_id: int,
    quota: Quota,
    *,
    key: str,
    limit: int | None,
    across: str | None,
    reason: str,
    by: int,
    at: Any,
) -> None:
    """Set the ceiling of one counter (or the default, with an empty key), with its reason, which is kept sealed.

    Raises:
        Refused: no reason; or more places are taken already than the new ceiling allows.
    """
    if not reason.strip():
        raise Refused(Message("quotas.reason_missing"))
    tx.execute(
        quota_setting.insert().values(
            authority_id=authority_id,
            quota=quota.counted_as,
            key=key,
            limit=limit,
            across=across,
            reason=personal.seal_json(keys, reason.strip(), _context(authority_id, quota.counted_as, key)),
            set_by=by,
            at=at,
        )
    )
    if across is not None:
        _regroup(tx, authority_id, quota, across)
    if limit is None:
        return
    here = [quota_counter.c.authority_id == authority_id, quota_counter.c.quota == quota.counted_as]
    if key:
        here.append(quota_counter.c.key == key)
    too_many = tx.execute(
        sa.select(quota_counter).where(*here, quota_counter.c.blocks, quota_counter.c.used > limit)
    ).mappings().first()  # fmt: skip
    if too_many is not None:
        raise Refused(Message("quotas.more_taken", {"used": too_many["used"], "limit": limit}))
    tx.execute(quota_counter.update().where(*here).values(limit=limit))


def settings(tx: Connection, keys: Keyring, authority_id: int, quota: Quota, most: int) -> list[dict[str, Any]]:
    """What was set about a ceiling, the newest first, each with its reason and the ``name`` of who set it."""
    rows = tx.execute(
        sa.select(quota_setting, person.c.name)
        .join(person, person.c.id == quota_setting.c.set_by)
        .where(quota_setting.c.authority_id == authority_id, quota_setting.c.quota == quota.counted_as)
        .order_by(quota_setting.c.id.desc())
        .limit(most)
    ).mappings()
    return [
        {**row, "reason": personal.open_json(keys, row["reason"], _context(authority_id, row["quota"], row["key"]))}
        for row in rows
    ]


def _context(authority_id: int, counted_as: str, key: str) -> str:
    return f"quota_setting/{authority_id}/{counted_as}/{key}"


def _regroup(tx: Connection, authority_id: int, quota: Quota, across: str) -> None:
    """Put every place that is taken under the counter to which it belongs from now on.

    Raises:
        Refused: more are taken together than the ceiling allows.
    """
    live = tx.execute(
        sa.select(quota_entry.c.id, quota_counter.c.key, case.c.round_id)
        .join(quota_counter, quota_counter.c.id == quota_entry.c.counter_id)
        .join(case, case.c.id == quota_entry.c.case_id)
        .where(
            quota_counter.c.authority_id == authority_id,
            quota_counter.c.quota == quota.counted_as,
            quota_entry.c.status != "released",
        )
        .order_by(quota_entry.c.id)
    ).all()
    own = (quota_counter.c.authority_id == authority_id, quota_counter.c.quota == quota.counted_as)
    tx.execute(quota_counter.update().where(*own).values(used=0))
    for row in live:
        counter = quotas.counter_for(tx, authority_id, quota, quotas.key_of(json.loads(row.key), across, row.round_id))
        if counter["blocks"] and counter["used"] >= counter["limit"]:
            raise Refused(Message("quotas.more_taken", {"used": counter["used"] + 1, "limit": counter["limit"]}))
        tx.execute(quota_entry.update().where(quota_entry.c.id == row.id).values(counter_id=counter["id"]))
        tx.execute(quota_counter.update().where(quota_counter.c.id == counter["id"]).values(used=counter["used"] + 1))
