"""Durable steps of the one door against the same reads and writes by hand, interleaved in one run."""

from __future__ import annotations

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from benchmarks import door, raw
from benchmarks.ground import Place
from caseflow.db import metadata

AIM = {"SQLite": 3.0, "PostgreSQL": 1.5}
WARM_UP = 5


def measured(place: Place, rounds: int, cases: int) -> dict[str, Any]:
    """Medians over interleaved rounds, in microseconds per step, and by step; with the rows that both wrote."""
    hand = raw.Raw(place)
    for _ in range(WARM_UP):
        list(door.case(place))
        list(raw.case(hand))
    by_door, by_hand = _rows(place, lambda: list(door.case(place))), _rows(place, lambda: list(raw.case(hand)))
    per_step: dict[str, dict[str, list[float]]] = {"door": defaultdict(list), "hand": defaultdict(list)}
    means: dict[str, list[float]] = {"door": [], "hand": []}
    for _ in range(rounds):
        for name, work in (("hand", lambda: raw.case(hand)), ("door", lambda: door.case(place))):
            begun = time.perf_counter()
            for _ in range(cases):
                _time(work(), per_step[name])
            means[name].append((time.perf_counter() - begun) / cases / len(door.STEPS))
    hand.connection.close()
    found = {name: statistics.median(values) * 1e6 for name, values in means.items()}
    return {
        **found,
        "ratio": found["door"] / found["hand"],
        "steps": {
            step: tuple(statistics.median(per_step[name][step]) * 1e6 for name in ("door", "hand"))
            for step in door.STEPS
        },
        "rows": (by_door, by_hand),
    }


def _time(steps: Iterator[tuple[str, int]], into: dict[str, list[float]]) -> None:
    last = time.perf_counter()
    for step, _ in steps:
        now = time.perf_counter()
        into[step].append(now - last)
        last = now


def _rows(place: Place, work: Any) -> Counter[str]:
    """How many rows one case adds to each table."""

    def counted() -> Counter[str]:
        with place.database.read() as tx:
            return Counter(
                {
                    name: tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                    for name, table in metadata.tables.items()
                }
            )

    before = counted()
    work()
    return counted() - before
