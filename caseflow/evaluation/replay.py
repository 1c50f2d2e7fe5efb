"""Draw again from a record, and say of each step whether it comes out as the record says.

Each step is recomputed from what the record *states* for the step before, so that a change is told where it was made
and not in everything that follows. That all steps agree still proves the whole: each result is the next one's ground.
What a forger could recompute throughout is caught by what was published or signed at the time: commitment, hash of the
pool, hash of the draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import Any

from caseflow.evaluation.chance import commitment, digest, final_seed, spoken
from caseflow.evaluation.draw import draw, seats, terms
from caseflow.evaluation.filters import pool_of
from caseflow.evaluation.pool import Snapshot, read_snapshot
from caseflow.evaluation.record import Record, draw_hash, drawn_of, heads, link_hash, standing_of
from caseflow.words import Message, Refused


@dataclass(frozen=True, slots=True)
class Published:
    """What was made known while the draw was held, from outside the record; empty where it is not at hand."""

    commitment: str = ""
    snapshot_hash: str = ""
    hashes: tuple[str, ...] = ()
    """As the signed papers name them: of the draw, or after a departure."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the draw: what was looked at, whether it agrees, and else what differs."""

    id: str
    name: Message
    differs: tuple[Message, ...] = ()

    @property
    def agrees(self) -> bool:
        return not self.differs


@dataclass(frozen=True, slots=True)
class Replay:
    """Every step in the order of the draw."""

    steps: tuple[Step, ...]

    @property
    def agrees(self) -> bool:
        return all(step.agrees for step in self.steps)

    @property
    def broken(self) -> tuple[str, ...]:
        """The ids of the steps that do not agree."""
        return tuple(step.id for step in self.steps if not step.agrees)


def replay(found: Record, published: Published | None = None) -> Replay:
    """Recompute everything that a record says. ``found`` comes from :func:`read_record`."""
    return Replay(tuple(_steps(found, published or Published())))


def _steps(found: Record, published: Published) -> Iterator[Step]:
    yield _step("commitment", lambda: (found["commitment"], commitment(_bytes(found["secret"]))))
    if published.commitment:
        yield _step("published_commitment", lambda: (found["commitment"], published.commitment))
    yield _step("snapshot_hash", lambda: (found["snapshot_hash"], digest(found["snapshot"])))
    if published.snapshot_hash:
        yield _step("published_snapshot", lambda: (found["snapshot_hash"], published.snapshot_hash))
    yield _step("witness", lambda: (found["witness"], spoken(found["witness"])))
    yield _step("seed", lambda: (found["seed"], _seed(found)))
    try:
        snapshot = read_snapshot(found["snapshot"])
    except Refused as refused:
        yield Step("snapshot", Message("draw.step.snapshot"), refused.reasons)
        return
    yield Step("snapshot", Message("draw.step.snapshot"))
    yield _step("pool", lambda: (found["pool"], pool_of(snapshot).as_json()))
    yield _step("order", lambda: (_part(found["draw"], _ORDER), _part(_drawn(found, snapshot), _ORDER)))
    yield _step("seats", lambda: (_part(found["draw"], _SEATS), _seats(found, snapshot)))
    yield _step("hash", lambda: (found["hash"], draw_hash(found)))
    for number in range(len(found["departures"])):
        yield _step("departure", partial(_departure, found, snapshot, number), {"number": number + 1})
    yield _step("standing", lambda: (found["standing"], _standing(found, snapshot)))
    for signed in published.hashes:
        yield _step("signed", partial(_signed, found, signed), {"hash": signed})


_ORDER = ("method", "tries", "panels", "order")
_SEATS = ("panel", "reserves")


def _step(id_: str, both: Callable[[], tuple[Any, Any]], values: dict[str, Any] | None = None) -> Step:
    """Compare what is stated with what is computed; what cannot be computed differs too."""
    name = Message(f"draw.step.{id_}", values or {})
    id_ = f"{id_} {values['number']}" if values and "number" in values else id_
    try:
        stated, computed = both()
    except Refused as refused:
        return Step(id_, name, refused.reasons)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        return Step(id_, name, (Message("draw.cannot_compute", {"why": str(error)[:200]}),))
    return Step(id_, name, tuple(_differences(stated, computed, "")))


def _differences(stated: Any, computed: Any, where: str) -> Iterator[Message]:
    """The first place of each part in which two values differ."""
    if type(stated) is type(computed) and stated == computed:
        return
    if isinstance(stated, dict) and isinstance(computed, dict) and set(stated) == set(computed):
        for key in stated:
            yield from _differences(stated[key], computed[key], f"{where}.{key}" if where else key)
        return
    if isinstance(stated, list) and isinstance(computed, list):
        for place, (left, right) in enumerate(zip_longest(stated, computed, fillvalue="-"), 1):
            if left != right or type(left) is not type(right):
                yield from _differences(left, right, f"{where}[{place}]")
                return
    shown = {"stated": str(stated)[:80], "computed": str(computed)[:80]}
    yield Message("draw.differs_at" if where else "draw.differs", {"where": where, **shown})


def _bytes(digits: str) -> bytes:
    """Raises ValueError for anything but lower-case digits: one secret has one text."""
    found = bytes.fromhex(digits)
    if found.hex() != digits:
        raise ValueError(digits[:80])
    return found


def _seed(found: Record) -> str:
    return final_seed(_bytes(found["secret"]), found["snapshot_hash"], found["witness"]).hex()


def _part(value: dict[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """Some keys of the stated or computed draw; a key that no draw has is told with the order."""
    known = {*_ORDER, *_SEATS}
    strange = {key: one for key, one in value.items() if key not in known and keys is _ORDER}
    return {**{key: value[key] for key in keys}, **strange}


def _signed(found: Record, signed: str) -> tuple[str, str]:
    """A signed hash agrees where it is any of the chain; else the latest one is shown."""
    known = heads(found)
    return (signed if signed in known else known[-1]), signed


def _drawn(found: Record, snapshot: Snapshot) -> dict[str, Any]:
    """The draw that follows from the stated seed and the pool."""
    return draw(_bytes(found["seed"]), snapshot).as_json()


def _seats(found: Record, snapshot: Snapshot) -> dict[str, Any]:
    """Panel and reserves that follow from the stated order."""
    _, limits = terms(snapshot)
    order = drawn_of(found["draw"]).order
    return _part(seats(order, limits, snapshot.rule.reserves).as_json(), _SEATS)


def _departure(found: Record, snapshot: Snapshot, at: int) -> tuple[Any, Any]:
    """One departure with what came of it and its hash, from the stated draw and the departures before."""
    entries = found["departures"]
    stands = standing_of(drawn_of(found["draw"]), snapshot, entries[: at + 1])
    stated = entries[at]
    computed = {"departure": stated["departure"], "replacements": [one.as_json() for one in stands.steps[at]]}
    return stated, {**computed, "hash": link_hash(heads(found)[at], stated)}


def _standing(found: Record, snapshot: Snapshot) -> dict[str, Any]:
    return standing_of(drawn_of(found["draw"]), snapshot, found["departures"]).as_json()
