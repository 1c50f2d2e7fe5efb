"""The rows of a draw: its secret, and the steps by which it was held. The newest draw of a panel counts.

Commitment, hash of the pool and the supervisor's text are each kept when they are made known, so that the record of the
draw can be compared with them. A step is never changed.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases.panel_models import draw, draw_step
from caseflow.evaluation import chance
from caseflow.evaluation.pool import Snapshot, read_snapshot
from caseflow.evaluation.record import Record, heads
from caseflow.records import personal
from caseflow.records.personal import Key, Keyring

Kind = Literal["committed", "frozen", "drawn", "departed", "signed"]
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Held:
    """A draw with its steps, in their order."""

    row: RowMapping
    steps: tuple[RowMapping, ...]

    def every(self, kind: Kind) -> list[RowMapping]:
        return [one for one in self.steps if one["kind"] == kind]

    def step(self, kind: Kind) -> RowMapping | None:
        return next(iter(self.every(kind)), None)

    @property
    def stage(self) -> Literal["committed", "frozen", "drawn"]:
        """How far it has come."""
        if self.step("drawn") is not None:
            return "drawn"
        return "frozen" if self.step("frozen") is not None else "committed"

    @property
    def commitment(self) -> str:
        return str(self.body("committed")["commitment"])

    @property
    def snapshot_hash(self) -> str:
        """Of the pool, as it was told at the freeze."""
        return str(self.body("frozen")["hash"])

    @property
    def snapshot(self) -> Snapshot:
        return read_snapshot(self.body("frozen")["snapshot"])

    @property
    def record(self) -> Record:
        """The record that anybody can replay. Raises LookupError before the draw has been made."""
        found = {**self.body("drawn")["record"], "snapshot": self.body("frozen")["snapshot"]}
        for one in self.every("departed"):
            found["departures"] = [*found["departures"], one["body"]["entry"]]
            found["standing"] = one["body"]["standing"]
        return found

    @property
    def head(self) -> str:
        """The hash that is signed: of the draw, or of the last departure."""
        return heads(self.record)[-1]

    def signatures(self) -> list[RowMapping]:
        """The signatures under the draw as it stands now."""
        return [one for one in self.every("signed") if one["body"]["hash"] == self.head]

    def body(self, kind: Kind) -> Mapping[str, Any]:
        """What the first step of a kind holds. Raises LookupError where there is none."""
        found = self.step(kind)
        if found is None:
            raise LookupError(f"draw {self.row['id']} is not {kind}")
        body: Mapping[str, Any] = found["body"]
        return body


def every(tx: Connection, case_id: int, panel_id: str) -> list[Held]:
    """All draws of a panel, the newest first."""
    rows = tx.execute(
        sa.select(draw).where(draw.c.case_id == case_id, draw.c.panel == panel_id).order_by(sa.desc(draw.c.number))
    ).mappings()
    found = list(rows)
    steps = tx.execute(
        sa.select(draw_step)
        .where(draw_step.c.draw_id.in_([one["id"] for one in found]))
        .order_by(draw_step.c.draw_id, draw_step.c.seq)
    ).mappings()
    by_draw: dict[int, list[RowMapping]] = {}
    for one in steps:
        by_draw.setdefault(one["draw_id"], []).append(one)
    return [Held(one, tuple(by_draw.get(one["id"], ()))) for one in found]


def newest(tx: Connection, case_id: int, panel_id: str) -> Held | None:
    """The draw that counts."""
    return next(iter(every(tx, case_id, panel_id)), None)


def begin(
    tx: Connection,
    keys: Keyring,
    case_id: int,
    panel_id: str,
    number: int,
    body: Mapping[str, Any],
    at: datetime,
    by: int,
    entropy: Callable[[int], bytes],
) -> str:
    """Make secret and pseudonym key of a new draw, and keep its first step; returns the commitment.

    ``entropy`` gives so many bytes that nobody can foresee; see ``Ground.entropy``.
    """
    secret, key = entropy(chance.SECRET_BYTES), entropy(KEY_BYTES)
    sealed = personal.seal_json(
        keys, {"secret": secret.hex(), "key": key.hex()}, _context(case_id, panel_id, number, "secret")
    )
    made = tx.scalars(
        draw.insert().values(case_id=case_id, panel=panel_id, number=number, sealed=sealed, at=at).returning(draw.c.id)
    ).one()
    committed = chance.commitment(secret)
    _keep(tx, made, 1, "committed", {**body, "commitment": committed}, at, by)
    return committed


def add(tx: Connection, held: Held, kind: Kind, body: Mapping[str, Any], at: datetime, by: int) -> None:
    """Add a step. Two at once cannot both: each number is given once."""
    _keep(tx, held.row["id"], len(held.steps) + 1, kind, body, at, by)


def secret_of(keys: Keyring, row: Mapping[Any, Any]) -> bytes:
    """The secret; nobody is shown it before the draw has been made."""
    return bytes.fromhex(_opened(keys, row)["secret"])


def key_of(keys: Keyring, row: Mapping[Any, Any]) -> bytes:
    """The key under which people and proofs of this draw are named; it stays in the office."""
    return bytes.fromhex(_opened(keys, row)["key"])


def seal(keys: Keyring, row: Mapping[Any, Any], kind: str, value: Any) -> str:
    """What is kept of a step for the office alone: who is meant, and why.

    A step is never changed. Its words lie under the key of this draw, so that they are gone once that key is erased.
    """
    return personal.seal_json(_ring(keys, row), value, _context(row["case_id"], row["panel"], row["number"], kind))


def unseal(keys: Keyring, row: Mapping[Any, Any], kind: str, sealed: str) -> Any:
    """What ``seal`` was given. Raises Refused once it is erased."""
    return personal.open_json(_ring(keys, row), sealed, _context(row["case_id"], row["panel"], row["number"], kind))


def aside(keys: Keyring, held: Held) -> dict[str, Any]:
    """Who is meant in the frozen pool, and what proves each ground; see ``draw_pool``.

    Raises LookupError before the freeze.
    """
    found: dict[str, Any] = unseal(keys, held.row, "frozen", held.body("frozen")["sealed"])
    return found


def people(keys: Keyring, held: Held) -> dict[str, int]:
    """The persons of the frozen pool by the names that the record has for them."""
    found: dict[str, int] = aside(keys, held)["people"]
    return found


def barred(keys: Keyring, held: Held) -> set[tuple[int, int]]:
    """The cases that drawn people may not judge, as (member case, person), where a conflict keeps off one case only."""
    meant = aside(keys, held)
    return {
        (meant["cases"][bar.case], meant["people"][one.id])
        for one in held.snapshot.candidates
        for bar in one.bars
        if bar.case
    }


def proof(key: bytes, *parts: str) -> str:
    """A keyed hash of what the office can show and nobody else can guess."""
    return hmac.digest(key, chance.canonical(parts).encode(), "sha256").hex()


def _ring(keys: Keyring, row: Mapping[Any, Any]) -> Keyring:
    return Keyring(Key.of(key_of(keys, row)), (keys.current, *keys.earlier))


def _opened(keys: Keyring, row: Mapping[Any, Any]) -> dict[str, str]:
    context = _context(row["case_id"], row["panel"], row["number"], "secret")
    found: dict[str, str] = personal.open_json(keys, row["sealed"], context)
    return found


def _keep(tx: Connection, draw_id: int, seq: int, kind: str, body: Mapping[str, Any], at: datetime, by: int) -> None:
    tx.execute(draw_step.insert().values(draw_id=draw_id, seq=seq, kind=kind, body=body, person_id=by, at=at))


def _context(case_id: int, panel_id: str, number: int, what: str) -> str:
    return f"draw/{case_id}/{panel_id}/{number}/{what}"
