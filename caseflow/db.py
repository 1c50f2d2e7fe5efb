"""The ground of the database: one metadata, its column types, and who opens a transaction.

Tables are SQLAlchemy Core: every statement of the hot path is written once and compiled once.
Only the edges (web, api, worker, demo, the command line) call ``read`` and ``write``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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


class Statement:
    """A statement of the hot path: compiled once for each kind of database, then handed straight to the driver.

    Types bind and read values as everywhere else; what falls away is the work that ``Connection.execute`` does
    anew for every execution. An insert, or an update without ``values``, writes the columns that it is given.
    """

    def __init__(self, clause: Any) -> None:
        self._clause = clause
        self._ready: dict[tuple[str, ...], _Ready] = {}

    def run(self, tx: Connection, values: Mapping[str, Any]) -> int:
        """Execute; how many rows it changed."""
        cursor, _ = self._execute(tx, values)
        changed: int = cursor.rowcount
        cursor.close()
        return changed

    def run_all(self, tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each of ``rows``, which name the same columns."""
        if rows:
            ready = self._for(tx, rows[0])
            _driven(tx, ready.text, [ready.bound(row) for row in rows], many=True).close()

    def rows(self, tx: Connection, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        cursor, ready = self._execute(tx, values)
        found = [ready.read(row) for row in cursor.fetchall()]
        cursor.close()
        return found

    def first(self, tx: Connection, values: Mapping[str, Any]) -> dict[str, Any] | None:
        cursor, ready = self._execute(tx, values)
        row = cursor.fetchone()
        cursor.close()
        return None if row is None else ready.read(row)

    def scalar(self, tx: Connection, values: Mapping[str, Any]) -> Any:
        """The first column of the first row; nothing where there is none."""
        row = self.first(tx, values)
        return None if row is None else next(iter(row.values()))

    def _execute(self, tx: Connection, values: Mapping[str, Any]) -> tuple[Any, _Ready]:
        ready = self._for(tx, values)
        return _driven(tx, ready.text, ready.bound(values)), ready

    def _for(self, tx: Connection, values: Mapping[str, Any]) -> _Ready:
        key = (tx.dialect.name, *values)
        return self._ready.get(key) or self._ready.setdefault(key, _Ready(self._clause, tx.dialect, list(values)))


class _Ready:
    """A statement as one driver takes it: its text, how to bind its values, and how to read its columns."""

    __slots__ = ("_binds", "_columns", "_named", "text")

    def __init__(self, clause: Any, dialect: sa.Dialect, given: list[str]) -> None:
        writes = isinstance(clause, sa.Insert | sa.Update)
        compiled: Any = clause.compile(dialect=dialect, column_keys=given if writes else None)
        self.text: str = compiled.string
        self._named = not compiled.positional
        constants = compiled.params
        kinds = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in compiled.bind_names.items()
        }
        self._binds = [
            (name, kinds[name], None if name in given else _through(kinds[name], constants[name]))
            for name in (compiled.positiontup if compiled.positional else compiled.bind_names.values())
        ]
        self._columns = [
            (column.key, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for column in clause.exported_columns
        ]

    def bound(self, values: Mapping[str, Any]) -> Any:
        if self._named:
            return {
                name: _through(kind, values[name]) if name in values else fixed for name, kind, fixed in self._binds
            }
        return [_through(kind, values[name]) if name in values else fixed for name, kind, fixed in self._binds]

    def read(self, row: Sequence[Any]) -> dict[str, Any]:
        return {
            name: value if kind is None else kind(value) for (name, kind), value in zip(self._columns, row, strict=True)
        }


def _through(kind: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if kind is None else kind(value)


def _driven(tx: Connection, text: str, values: Any, *, many: bool = False) -> Any:
    """Hand a statement to the driver; its errors come out as SQLAlchemy's, without the values."""
    cursor = tx.connection.cursor()
    try:
        if many:
            cursor.executemany(text, values)
        else:
            cursor.execute(text, values)
    except tx.dialect.loaded_dbapi.Error as error:
        raise sa.exc.DBAPIError.instance(
            text, None, error, tx.dialect.loaded_dbapi.Error, hide_parameters=True, dialect=tx.dialect
        ) from error
    return cursor


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

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that is rolled back at the end: what it sees is consistent, what it writes is lost."""
        with self.engine.connect() as tx:
            tx.begin()
            yield tx

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends well. On SQLite it holds the write lock from the start."""
        with self.engine.connect() as tx:
            if self.is_sqlite:
                tx.connection.info["begin"] = "BEGIN IMMEDIATE"
            with tx.begin():
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


IDLE_SECONDS = 2.0
"""A connection that lay in the pool for longer is asked whether its server still answers before it is used."""


class _Enough(Exception):
    """What was tried out has been seen."""


@contextmanager
def undone(tx: Connection) -> Iterator[None]:
    """Try something out: in the end everything goes back to the savepoint with which this begins."""
    with suppress(_Enough), tx.begin_nested():
        yield
        raise _Enough


def _ping_when_idle(engine: Engine) -> None:
    @sa.event.listens_for(engine, "checkin")
    def lay_down(_connection: Any, record: Any) -> None:
        record.info["laid_down"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def take_up(connection: Any, record: Any, _fairy: Any) -> None:
        if time.monotonic() - record.info.get("laid_down", 0.0) < IDLE_SECONDS:
            return
        try:
            alive = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            alive = False
        if not alive:
            raise sa.exc.DisconnectionError  # the pool opens another one


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        engine = sa.create_engine(url)
        _ping_when_idle(engine)
        return engine
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
            "cache_size=-65536",
            "mmap_size=1073741824",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Any) -> None:
        connection.execute(connection.info.pop("begin", "BEGIN"))

    # Not an event of the engine: one listener there makes every statement look for more of them.
    engine.dialect.do_begin = begin  # type: ignore[method-assign,assignment]  # how a driver that begins by itself is told not to
    return engine
