"""Database triggers that keep records from being changed, whoever holds the connection.

They refuse UPDATE, DELETE, TRUNCATE and, on SQLite, INSERT OR REPLACE, which otherwise deletes the old
row without asking unless ``recursive_triggers`` is on. Alembic's batch mode drops triggers silently,
so the program asks ``missing`` before it starts.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.engine import Connection

PROTECTED: dict[str, str | None] = {
    "journal": "position",
    "read_log": None,
    "security_log": None,
    "register_entry": None,
    "register_event": None,
    "parameter_setting": None,
    "parameter_confirmation": None,
    "expert_event": None,
    "organisation_identity": None,
    "draw_step": None,
    "panel_result": None,
}
"""Append-only tables; a column named beside one may be filled in once, from NULL."""

_FUNCTION = """
CREATE OR REPLACE FUNCTION caseflow_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE once text := TG_ARGV[0];
BEGIN
  IF TG_OP = 'UPDATE' AND once <> ''
     AND to_jsonb(OLD) - once = to_jsonb(NEW) - once
     AND to_jsonb(OLD) -> once = 'null'::jsonb AND to_jsonb(NEW) -> once <> 'null'::jsonb THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'integrity_constraint_violation';
END $$
"""


def create(tx: Connection) -> None:
    """Create the triggers of every protected table that there is. Creating them again replaces them."""
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(_FUNCTION)
    there = set(sa.inspect(tx).get_table_names())
    for table in (one for one in PROTECTED if one in there):
        for name, statement in _statements(tx, table).items():
            on = f" ON {table}" if tx.dialect.name == "postgresql" else ""
            tx.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")
            tx.exec_driver_sql(statement)
            if on:  # also while a replica applies changes: a superuser could use that mode to slip past
                tx.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def missing(tx: Connection) -> list[str]:
    """The names of the triggers that are absent, switched off or altered."""
    if tx.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
        found = {name for (name,) in tx.exec_driver_sql(query)}
        whole = _squeezed(_FUNCTION.split("$$")[1])
        body = tx.exec_driver_sql("SELECT prosrc FROM pg_proc WHERE proname = 'caseflow_append_only'").scalar()
        if body is None or _squeezed(body) != whole:
            found = set()
        return [name for table in PROTECTED for name in _statements(tx, table) if name not in found]
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    texts = {name: _squeezed(sql) for name, sql in tx.exec_driver_sql(query)}
    return [
        name
        for table in PROTECTED
        for name, statement in _statements(tx, table).items()
        if texts.get(name) != _squeezed(statement)
    ]


def _statements(tx: Connection, table: str) -> dict[str, str]:
    if tx.dialect.name == "postgresql":
        once = PROTECTED[table] or ""
        call = f"EXECUTE FUNCTION caseflow_append_only('{once}')"
        return {
            f"{table}_unchanged": (
                f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}"
            ),
            f"{table}_kept": f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
        }
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return {
        f"{table}_unchanged": f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table}"
        f"{_unless_filled_in(tx, table)} {refuse}",
        f"{table}_kept": f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {refuse}",
        f"{table}_not_replaced": f"CREATE TRIGGER {table}_not_replaced BEFORE INSERT ON {table}"
        f" WHEN {_stands_already(tx, table)} {refuse}",
    }


def _unless_filled_in(tx: Connection, table: str) -> str:
    once = PROTECTED[table]
    if once is None:
        return ""
    others = [column["name"] for column in sa.inspect(tx).get_columns(table) if column["name"] != once]
    same = " AND ".join(f'OLD."{name}" IS NEW."{name}"' for name in others)
    return f' WHEN NOT (OLD."{once}" IS NULL AND NEW."{once}" IS NOT NULL AND {same})'


def _stands_already(tx: Connection, table: str) -> str:
    """A condition that holds when a new row meets an old one, whatever the connection's pragmas are."""
    inspector = sa.inspect(tx)
    keys = [inspector.get_pk_constraint(table)["constrained_columns"]]
    keys += [list(unique["column_names"]) for unique in inspector.get_unique_constraints(table)]
    found = (" AND ".join(f'"{name}" = NEW."{name}"' for name in key) for key in sorted(keys))
    return " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {condition})" for condition in found)


def _squeezed(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()
