"""Commitment, seed and stream."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from caseflow.evaluation.chance import Stream, canonical, commitment, final_seed, spoken
from tests.evaluation.draws import SECRET

HASH = "0" * 63 + "a"


def test_the_commitment_is_a_hash_that_a_shell_can_make() -> None:
    text = "caseflow draw commitment 1\n000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

    assert commitment(SECRET) == hashlib.sha256(text.encode()).hexdigest()


def test_the_seed_is_a_hash_of_secret_pool_and_word() -> None:
    text = f"caseflow draw seed 1\n{SECRET.hex()}\n{HASH}\n今天 有雨"

    assert final_seed(SECRET, HASH, "今天 有雨") == hashlib.sha256(text.encode()).digest()


def test_the_seed_depends_on_each_of_its_three_parts() -> None:
    found = {
        final_seed(SECRET, HASH, "one"),
        final_seed(SECRET, HASH, "two"),
        final_seed(SECRET, "f" * 64, "one"),
        final_seed(bytes(32), HASH, "one"),
    }

    assert len(found) == 4


def test_what_was_said_does_not_depend_on_how_it_was_typed() -> None:
    assert spoken("  e\u0301t\u00e9 \n 1 ") == "\u00e9t\u00e9 1"


@pytest.mark.parametrize(
    ("secret", "pool", "witness"),
    [
        (b"short", HASH, "word"),
        (SECRET, HASH[1:], "word"),
        (SECRET, HASH.upper(), "word"),
        (SECRET, HASH, " \n "),
    ],
)
def test_a_seed_is_refused_where_a_part_is_missing(secret: bytes, pool: str, witness: str) -> None:
    with pytest.raises(ValueError, match=r"secret|hash|said"):
        final_seed(secret, pool, witness)


def test_a_short_secret_makes_no_commitment() -> None:
    with pytest.raises(ValueError, match="32"):
        commitment(b"1234")


def test_the_stream_is_the_hmac_of_a_counter() -> None:
    blocks = [hmac.digest(SECRET, number.to_bytes(8, "big"), "sha256") for number in range(3)]

    stream = Stream(SECRET)

    assert stream.take(5) + stream.take(60) + stream.take(31) == b"".join(blocks)


@pytest.mark.parametrize("bound", [2, 3, 6, 7, 10, 255, 256, 257])
def test_numbers_below_a_bound_are_equally_likely(bound: int) -> None:
    stream = Stream(hashlib.sha256(str(bound).encode()).digest())
    counted = Counter(stream.below(bound) for _ in range(200 * bound))

    assert chisquare([counted[number] for number in range(bound)]).pvalue > 0.001


def test_the_remainder_of_a_byte_would_have_been_told() -> None:
    """The power of the test above: byte modulo 160 makes 0 … 95 twice as likely."""
    stream = Stream(SECRET)
    counted = Counter(stream.take(1)[0] % 160 for _ in range(32_000))

    assert chisquare([counted[number] for number in range(160)]).pvalue < 1e-9


@given(st.integers(1, 2**200), st.binary(min_size=32, max_size=32))
def test_a_number_lies_below_its_bound(bound: int, seed: bytes) -> None:
    assert 0 <= Stream(seed).below(bound) < bound


def test_nothing_is_read_for_a_bound_of_one() -> None:
    stream = Stream(SECRET)
    stream.below(1)

    assert stream.take(8) == Stream(SECRET).take(8)


def test_no_number_lies_below_nought() -> None:
    with pytest.raises(ValueError, match="below 0"):
        Stream(SECRET).below(0)


def test_canonical_json_has_one_text() -> None:
    assert canonical({"b": [1, True], "a": "煤"}) == '{"a":"煤","b":[1,true]}'


def test_a_fraction_has_no_canonical_text() -> None:
    with pytest.raises(ValueError, match="fraction"):
        canonical({"a": [{"b": 1.0}]})
