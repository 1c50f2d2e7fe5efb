"""Chance that nobody can steer and everybody can recompute: commitment, seed and stream of a draw.

Three parties make the seed: who commits to a secret before the pool is frozen, the frozen pool itself (its hash), and
the supervisor who says a text after the freeze. Every formula works with ``printf``, ``sha256sum`` and ``openssl``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from typing import Any

COMMITMENT = "caseflow draw commitment 1"
SEED = "caseflow draw seed 1"
"""Domain tags: a hash made for one purpose is worth nothing for another."""
SECRET_BYTES = 32


def canonical(value: Any) -> str:
    """The one JSON text of a value: keys in code point order, no spaces, Unicode as it is, no floating-point numbers.

    Raises:
        ValueError: a number has a fraction, or a value is no JSON.
    """
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def parse(text: str) -> Any:
    """The value of a JSON text that has one meaning only.

    Raises:
        ValueError: it is no JSON, has a key twice or a number with a fraction. RecursionError where it is too deep.
    """
    return json.loads(text, object_pairs_hook=_once, parse_float=_no_fraction, parse_constant=_no_fraction)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, in hexadecimal."""
    return _sha256(canonical(value))


def commitment(secret: bytes) -> str:
    """What is published before the pool is frozen: it binds to the secret and tells nothing of it.

    Raises:
        ValueError: the secret is not 32 bytes long (a shorter one could be guessed from the commitment).
    """
    _check_secret(secret)
    return _sha256(f"{COMMITMENT}\n{secret.hex()}")


def spoken(witness: str) -> str:
    """The supervisor's text as it enters the seed: NFC, each run of white space one space, none at the ends."""
    return unicodedata.normalize("NFC", " ".join(witness.split()))


def final_seed(secret: bytes, snapshot_hash: str, witness: str) -> bytes:
    """The 32 bytes from which everything is drawn.

    The text is said after the freeze, so who knows the secret could not shape the pool; who says it does not know the
    secret, so the text cannot be shaped either.

    Raises:
        ValueError: the secret is not 32 bytes long, the hash is not one, or nothing was said.
    """
    _check_secret(secret)
    if len(snapshot_hash) != 64 or set(snapshot_hash) - set("0123456789abcdef"):
        raise ValueError("the hash of the pool is 64 hexadecimal digits")
    text = spoken(witness)
    if not text:
        raise ValueError("the supervisor said nothing")
    return bytes.fromhex(_sha256(f"{SEED}\n{secret.hex()}\n{snapshot_hash}\n{text}"))


class Stream:
    """Bytes without end from a seed: block i is HMAC-SHA-256(seed, i as 8 bytes, highest first), from i = 0."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._block = 0
        self._left = b""

    def take(self, count: int) -> bytes:
        """The next bytes."""
        while len(self._left) < count:
            self._left += hmac.digest(self._seed, self._block.to_bytes(8, "big"), "sha256")
            self._block += 1
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def below(self, bound: int) -> int:
        """A whole number of 0 … bound - 1, each equally likely, of any size.

        As few whole bytes as hold bound - 1 are read, highest first; their lowest surplus bits are dropped; a number
        that is too large is thrown away and the next is read. Nothing is read for bound 1.

        Raises:
            ValueError: the bound is less than 1.
        """
        if bound < 1:
            raise ValueError(f"no number lies below {bound}")
        bits = (bound - 1).bit_length()
        length = (bits + 7) // 8
        while True:
            number = int.from_bytes(self.take(length), "big") >> (8 * length - bits)
            if number < bound:
                return number

    def shuffle(self, listed: list[str], begin: int, end: int) -> None:
        """Bring places begin … end - 1 of a list into chance order (Fisher and Yates, from the front)."""
        for place in range(begin, end):
            other = place + self.below(len(listed) - place)
            listed[place], listed[other] = listed[other], listed[place]


def _check_secret(secret: bytes) -> None:
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"the secret has {SECRET_BYTES} bytes")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_fraction(number: str) -> Any:
    raise ValueError(f"{number} is no whole number")


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise ValueError("a number with a fraction has no one JSON text")  # noqa: TRY004 -- as json.dumps says it
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        _refuse_floats(part)
