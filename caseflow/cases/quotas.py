"""Ceilings. A place is taken by one conditional update of a counter row, never by counting and then inserting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases.models import quota_counter, quota_entry, quota_setting
from caseflow.cases.move import Move
from caseflow.db import Statement, canonical
from caseflow.records.models import InsertOnce
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.many import Quota

_MAKE = InsertOnce(quota_counter).inline()
_TAKE = Statement(
    quota_counter.update()
    .where(
        quota_counter.c.id == sa.bindparam("on_counter"),
        sa.or_(~quota_counter.c.blocks, quota_counter.c.used < quota_counter.c.limit),
    )
    .values(used=quota_counter.c.used + 1)
)
_COUNTER = Statement(
    sa.select(quota_counter).where(
        quota_counter.c.authority_id == sa.bindparam("authority_id"),
        quota_counter.c.quota == sa.bindparam("quota"),
        quota_counter.c.key == sa.bindparam("key"),
    )
)
_SETTINGS = Statement(
    sa.select(quota_setting.c.limit, quota_setting.c.across)
    .where(
        quota_setting.c.authority_id == sa.bindparam("authority_id"),
        quota_setting.c.quota == sa.bindparam("quota"),
        sa.or_(quota_setting.c.key == "", quota_setting.c.key == sa.bindparam("key")),
    )
    .order_by(quota_setting.c.id)
)
_ENTRIES = Statement(
    sa.select(quota_entry)
    .join(quota_counter, quota_counter.c.id == quota_entry.c.counter_id)
    .where(quota_entry.c.case_id == sa.bindparam("case_id"), quota_counter.c.quota == sa.bindparam("quota"))
)
_ENTER = Statement(quota_entry.insert().inline())
_ALTER = Statement(quota_entry.update().where(quota_entry.c.id == sa.bindparam("on_id")))
_GIVE = (
    quota_counter.update()
    .where(quota_counter.c.id == sa.bindparam("on_counter"), quota_counter.c.used > 0)
    .values(used=quota_counter.c.used - 1)
)


def take(move: Move, quota_id: str) -> None:
    """Hold a place for the case.

    Raises:
        Refused: no place is left where the ceiling blocks.
    """
    quota = quota_of(move.definition, quota_id)
    entries = _ENTRIES.rows(move.tx, {"case_id": move.case["id"], "quota": quota.counted_as})
    if any(row["status"] != "released" for row in entries):
        return
    counter = _counter(move, quota)
    if _TAKE.run(move.tx, {"on_counter": counter["id"]}) != 1:
        raise Refused(full(quota, counter))
    earlier = next((row for row in entries if row["counter_id"] == counter["id"]), None)
    if earlier is not None:
        _ALTER.run(move.tx, {"on_id": earlier["id"], "status": "held", "at": move.at})
        return
    place = {"counter_id": counter["id"], "case_id": move.case["id"]}
    _ENTER.run(move.tx, {**place, "status": "held", "at": move.at})


def commit(move: Move, quota_id: str) -> None:
    """Make a held place final."""
    row = held(move.tx, move.case["id"], quota_of(move.definition, quota_id))
    if row is None:
        raise Refused(Message("quotas.nothing_held"))
    _ALTER.run(move.tx, {"on_id": row["id"], "status": "committed", "at": move.at})


def release(move: Move, quota_id: str) -> None:
    """Give a place back; nothing happens where none is held."""
    row = held(move.tx, move.case["id"], quota_of(move.definition, quota_id))
    if row is None:
        return
    given = move.tx.execute(
        quota_entry.update()
        .where(quota_entry.c.id == row["id"], quota_entry.c.status != "released")
        .values(status="released", at=move.at)
    )
    if given.rowcount:
        move.tx.execute(_GIVE, {"on_counter": row["counter_id"]})


def full(quota: Quota, counter: Mapping[Any, Any]) -> Message:
    return Message(
        "quotas.full",
        {"quota": {"zh": quota.title.zh, "en": quota.title.en}, "limit": counter["limit"], "basis": quota.basis},
    )


def is_over(move: Move, quota_id: str) -> Message | None:
    """What to say where one more would exceed the ceiling (or where a warning ceiling is exceeded already)."""
    quota = quota_of(move.definition, quota_id)
    counter = _counter(move, quota)
    mine = held(move.tx, move.case["id"], quota) is not None
    return full(quota, counter) if counter["used"] + (0 if mine else 1) > counter["limit"] else None


def left(move: Move, quota_id: str) -> int:
    """How many places are left under the ceiling that counts this case; nothing is written."""
    quota = quota_of(move.definition, quota_id)
    key = _key(move, quota)
    where = {"authority_id": move.case["authority_id"], "quota": quota.counted_as, "key": key}
    row = _COUNTER.first(move.tx, where)
    limit = row["limit"] if row is not None else setting(move.tx, move.case["authority_id"], quota, key)[0]
    return max(0, limit - (row["used"] if row is not None else 0))


def held(tx: Connection, case_id: int, quota: Quota) -> dict[str, Any] | None:
    """The place of a case under a quota, held or committed."""
    entries = _ENTRIES.rows(tx, {"case_id": case_id, "quota": quota.counted_as})
    return next((row for row in entries if row["status"] != "released"), None)


def quota_of(definition: Definition, quota_id: str) -> Quota:
    return definition.quotas[quota_id]


def setting(tx: Connection, authority_id: int, quota: Quota, key: str) -> tuple[int, str]:
    """Limit and reach in force: what the authority set last, else the definition's."""
    limit, across = quota.limit, str(quota.across)
    for row in _SETTINGS.rows(tx, {"authority_id": authority_id, "quota": quota.counted_as, "key": key}):
        limit = row["limit"] if row["limit"] is not None else limit
        across = row["across"] or across
    return limit, across


def counters(tx: Connection, authority_id: int, quota: Quota) -> list[RowMapping]:
    """Every counter of a quota, for the board."""
    return list(
        tx.execute(
            sa.select(quota_counter)
            .where(quota_counter.c.authority_id == authority_id, quota_counter.c.quota == quota.counted_as)
            .order_by(quota_counter.c.key)
        ).mappings()
    )


def _counter(move: Move, quota: Quota) -> dict[str, Any]:
    """The counter row of this case under a quota, made on first use."""
    return counter_for(move.tx, move.case["authority_id"], quota, _key(move, quota))


def _key(move: Move, quota: Quota) -> str:
    """The key of the counter of this case."""
    values = {path: move.value(path) for path in quota.per}
    missing = [path for path, value in values.items() if value is None]
    if missing:
        raise Refused(Message("quotas.key_missing", {"path": ", ".join(missing)}))
    _, across = setting(move.tx, move.case["authority_id"], quota, "")
    return key_of(values, across, move.case["round_id"])


def key_of(values: Mapping[str, Any], across: str, round_id: int | None) -> str:
    """The key of a counter: the values it is kept for, with or without the round."""
    apart = {path: value for path, value in values.items() if path != "round"}
    return canonical({**apart, "round": round_id} if across == "round" else apart)


def counter_for(tx: Connection, authority_id: int, quota: Quota, key: str) -> dict[str, Any]:
    """The counter row with this key, made on first use."""
    where = {"authority_id": authority_id, "quota": quota.counted_as, "key": key}
    row = _COUNTER.first(tx, where)
    if row is not None:
        return row
    limit, _ = setting(tx, authority_id, quota, key)
    tx.execute(_MAKE, {**where, "limit": limit, "used": 0, "blocks": quota.over == "block"})
    return counter_for(tx, authority_id, quota, key)
