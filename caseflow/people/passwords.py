"""What a password must be, and how it is kept."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from caseflow.words import Message

SHORTEST, LONGEST = 12, 128
"""Length before composition rules: NIST SP 800-63B, 3.1.1.2. The limit above keeps hashing cheap."""

_COMMON = (
    "password", "passw0rd", "qwerty", "qwertyuiop", "asdfghjkl", "1q2w3e4r", "1qaz2wsx", "abc123", "admin", "welcome",
    "iloveyou", "woaini", "5201314", "1314520", "letmein", "caseflow", "tanzuji", "shengtai", "huanbao", "zxcvbnm",
)  # fmt: skip
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
FEWEST_SIGNS = 4
"""Different signs that must be left when common words, the login and runs like 1234 are taken out."""

# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 iterations, 1 lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def faults(password: str, login: str = "", field: str = "password") -> list[Message]:
    """Why a password may not be used; empty if it may."""
    password = unicodedata.normalize("NFKC", password)
    found: list[Message] = []
    if len(password) < SHORTEST:
        found.append(Message("people.password_short", {"input": field, "shortest": SHORTEST, "length": len(password)}))
    if len(password) > LONGEST:
        found.append(Message("people.password_long", {"input": field, "longest": LONGEST}))
    if not found and len(set(_unguessed(password.lower(), login.lower()))) < FEWEST_SIGNS:
        found.append(Message("people.password_common", {"input": field}))
    return found


def hashed(password: str) -> str:
    return _hasher.hash(unicodedata.normalize("NFKC", password))


def right(kept: str | None, password: str) -> bool:
    """Whether ``password`` is the one kept. Without a kept hash it takes as long, and is wrong."""
    try:
        _hasher.verify(kept or _nobody(), unicodedata.normalize("NFKC", password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def one_time() -> str:
    """A password that is told once and changed at the first sign-in: four groups without look-alike signs."""
    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _ in range(4)) for _ in range(4))


def _unguessed(password: str, login: str) -> str:
    for word in (*_COMMON, login):
        password = password.replace(word, "") if word else password
    left, at = "", 0
    while at < len(password):
        four = password[at : at + 4]
        if len(four) == 4 and any(four in run or four[::-1] in run for run in _RUNS):
            at += 4
        else:
            left += password[at]
            at += 1
    return left


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_hex(16))
