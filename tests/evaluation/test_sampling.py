"""A sample can be drawn again by anybody who has the seed; every row has the same chance."""

from __future__ import annotations

import hmac
from collections import Counter

import pytest

from caseflow.evaluation.sampling import drawn

SEED = bytes(range(32))


def by_hand(seed: bytes, count: int, size: int) -> list[int]:
    """The published rule once more: bytes from HMAC-SHA-256, Fisher and Yates from the front."""
    stream = b"".join(hmac.digest(seed, block.to_bytes(8, "big"), "sha256") for block in range(64))
    line, at = list(range(1, count + 1)), 0
    for place in range(size):
        left = count - place
        number = left if left > 1 else 0
        while number >= left:
            bits = (left - 1).bit_length()
            length = (bits + 7) // 8
            number = int.from_bytes(stream[at : at + length], "big") >> (8 * length - bits)
            at += length
        line[place], line[place + number] = line[place + number], line[place]
    return line[:size]


@pytest.mark.parametrize(("count", "size"), [(1, 1), (7, 3), (10, 10), (300, 18), (1000, 32)])
def test_the_rows_are_those_of_the_published_rule_and_none_is_drawn_twice(count: int, size: int) -> None:
    found = drawn(SEED, count, size)

    assert list(found) == by_hand(SEED, count, size)
    assert len(set(found)) == size


def test_every_row_has_the_same_chance() -> None:
    found = Counter(row for number in range(2000) for row in drawn(number.to_bytes(32, "big"), 10, 3))

    assert set(found) == set(range(1, 11))
    assert max(abs(times - 600) for times in found.values()) < 100


@pytest.mark.parametrize(("seed", "count", "size"), [(SEED, 5, 0), (SEED, 5, 6), (SEED, 0, 0), (b"short", 5, 2)])
def test_what_cannot_be_drawn_is_refused(seed: bytes, count: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"drawn|seed"):
        drawn(seed, count, size)
