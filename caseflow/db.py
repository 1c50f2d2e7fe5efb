"""The ground of the database: one metadata, its column types, and who opens a transaction.

Tables are SQLAlchemy Core: every statement of the hot path is written once and compiled once.
Only the edges (web, api, worker, demo, the command line) call ``read`` and ``write``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A row number: 64 bits on PostgreSQL, the row id on SQLite."""


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, Unicode as it is. This is what is hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC moment. SQLite has no zones, so the text form is fixed and sorts by time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(27))
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value kept as canonical text, on both databases the same bytes."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else json.loads(value)


T = TypeVar("T")

TRIES = 5
"""How often a transaction is begun that others kept from ending."""
_PASSING = frozenset({"40001", "40P01", "55P03", "23505"})
"""PostgreSQL's words for: could not serialise, deadlock, lock not to be had, a row with this key has just come."""


def is_passing(error: BaseException) -> bool:
    """Whether another transaction was in the way, so that all of this one may be done again.

    A row that has come in between with the same unique key counts too: looked for again, it is found.
    """
    if not isinstance(error, sa.exc.DBAPIError) or error.orig is None:
        return False
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig)
    return state in _PASSING or "database is locked" in text or "UNIQUE constraint failed" in text


class Database:
    """An engine, and the two ways to open a transaction on it."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writing = self.engine.execution_options(writes=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that is rolled back at the end: what it sees is consistent, what it writes is lost."""
        with self.engine.connect() as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends well. On SQLite it holds the write lock from the start."""
        with self._writing.begin() as tx:
            yield tx

    def once(self, work: Callable[[Connection], T]) -> T:
        """Do ``work`` in a write transaction, from the start again where another transaction was in the way.

        For work that may be repeated as a whole: everything in it is rolled back before it begins anew.
        """
        for tried in range(1, TRIES):
            try:
                with self.write() as tx:
                    return work(tx)
            except sa.exc.DBAPIError as error:
                if not is_passing(error):
                    raise
            time.sleep(0.02 * tried)
        with self.write() as tx:
            return work(tx)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin on its own: see begin() below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",  # else INSERT OR REPLACE slips past the journal's triggers
            "busy_timeout=30000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
