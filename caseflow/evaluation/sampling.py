"""A sample of rows drawn by lot, without putting any back: everybody can draw it again from its seed."""

from __future__ import annotations

from caseflow.evaluation.chance import Stream

SEED_BYTES = 32


def drawn(seed: bytes, count: int, size: int) -> tuple[int, ...]:
    """The numbers (from 1) of ``size`` of ``count`` rows, in the order in which they are drawn.

    The rows stand in a line; the first ``size`` places are brought into chance order from the front
    (``Stream.shuffle``). The same seed gives the same rows in the same order.

    Raises:
        ValueError: fewer than one or more than all are asked for, or the seed is not 32 bytes long.
    """
    if len(seed) != SEED_BYTES:
        raise ValueError(f"the seed has {SEED_BYTES} bytes")
    if not 1 <= size <= count:
        raise ValueError(f"{size} of {count} rows cannot be drawn")
    line = [str(number) for number in range(1, count + 1)]
    Stream(seed).shuffle(line, 0, size)
    return tuple(int(one) for one in line[:size])
