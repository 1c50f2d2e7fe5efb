"""Personal values apart: encrypted in a side table, found by a keyed hash, erased without a trace in the journal.

A dossier is split before it is stored. Its public part carries, at each personal place, the salted
hash of the value; value and salt lie in ``personal_value`` under AES-256-GCM. Erasing those rows leaves
hashes that nobody can guess back, and every revision and journal entry still verifies.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.engine import Connection

from caseflow.config import Settings
from caseflow.db import Statement, canonical
from caseflow.records.models import personal_value
from caseflow.words import Message, Refused

SEALED = "$sealed"
"""The one key of the mapping that stands in a public part where a personal value was."""
_SEALED_TEXT = re.compile(r"[0-9a-f]{12}:(?:[0-9a-f]{2}){28,}")
"""Key id, nonce and cipher with its tag."""
_ERASED = "erased:"


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of 32 bytes, and the two keys derived from it."""

    id: str
    sealing: bytes
    finding: bytes

    @classmethod
    def of(cls, secret: bytes) -> Key:
        def derived(purpose: bytes) -> bytes:
            return hmac.digest(secret, b"caseflow personal " + purpose, "sha256")

        return cls(derived(b"id").hex()[:12], derived(b"sealing"), derived(b"finding"))


@dataclass(frozen=True, slots=True)
class Keyring:
    """The key that seals now, and those that sealed before."""

    current: Key
    earlier: tuple[Key, ...] = ()

    def __getitem__(self, key_id: str) -> Key:
        for key in (self.current, *self.earlier):
            if key.id == key_id:
                return key
        raise Refused(Message("personal.key_missing", {"key": key_id}))


@dataclass(frozen=True, slots=True)
class Personal:
    """One personal value, with the salt of the hash that stands in the public part."""

    path: str
    value: Any
    salt: bytes


def keyring(settings: Settings) -> Keyring:
    """The keys of this installation: ``personal``, and retired ones as ``personal-*`` beside it."""
    current = Key.of(settings.key("personal"))
    return Keyring(current, tuple(Key.of(path.read_bytes()) for path in sorted(settings.keys.glob("personal-*"))))


def seal(key: Key, value: Any, context: str = "") -> tuple[bytes, bytes]:
    """Encrypt a JSON value: nonce (12 bytes) and cipher. It opens only with the same ``context``."""
    nonce = os.urandom(12)
    return nonce, AESGCM(key.sealing).encrypt(nonce, canonical(value).encode(), context.encode())


def open_(key: Key, nonce: bytes, cipher: bytes, context: str = "") -> Any:
    """The value that ``seal`` was given; refuses a cipher that was altered or moved elsewhere."""
    try:
        return json.loads(AESGCM(key.sealing).decrypt(nonce, cipher, context.encode()))
    except InvalidTag:
        raise Refused(Message("personal.altered")) from None


def seal_json(keys: Keyring, value: Any, context: str) -> str:
    """A whole value (a draft) as one encrypted text: ``key id:nonce and cipher in hexadecimal``."""
    nonce, cipher = seal(keys.current, value, context)
    return f"{keys.current.id}:{(nonce + cipher).hex()}"


def open_json(keys: Keyring, text: str, context: str) -> Any:
    """The value that ``seal_json`` was given.

    Raises:
        Refused: it was erased, altered or moved elsewhere, or its key is not here.
    """
    if is_erased(text):
        raise Refused(Message("personal.erased"))
    key_id, _, sealed = text.partition(":")
    raw = bytes.fromhex(sealed)
    return open_(keys[key_id], raw[:12], raw[12:], context)


def open_text(keys: Keyring, text: str, context: str) -> str:
    """A text that ``seal_json`` sealed; one that was written before such texts were sealed, as it stands."""
    return str(open_json(keys, text, context)) if _SEALED_TEXT.fullmatch(text) else text


def erased(named: str) -> str:
    """What stands in the place of a sealed text once it is erased: the hash by which others still name it."""
    return f"{_ERASED}{named}"


def is_erased(text: str) -> bool:
    return text.startswith(_ERASED)


def named(text: str) -> str:
    """The hash by which an erased text is still named."""
    return text.removeprefix(_ERASED)


def digest(key: Key, value: Any) -> str:
    """The keyed hash by which a value is found again; width, case and spaces of a text do not matter."""
    if isinstance(value, str):
        value = "".join(unicodedata.normalize("NFKC", value).casefold().split())
    return hmac.digest(key.finding, canonical(value).encode(), "sha256").hex()


def split(values: dict[str, Any], personal_paths: Iterable[str]) -> tuple[dict[str, Any], list[Personal]]:
    """The public part of a dossier, and the personal values taken out of it.

    A path is ``section.field``; ``*`` stands for every row of a table: ``team.*.name``. An empty value stays.
    """
    public = _copied(values)
    taken = []
    for wanted in personal_paths:
        for holder, name, path in list(_places(public, wanted.split("."), ())):
            value = holder[name]
            if value in (None, "", [], {}) or is_sealed(value):
                continue
            salt = os.urandom(16)
            holder[name] = {SEALED: salted_hash(salt, value)}
            taken.append(Personal(path, value, salt))
    return public, taken


def join(public: dict[str, Any], personal: dict[str, Any]) -> dict[str, Any]:
    """The dossier whole again. What was erased, or may not be seen, keeps its hash: see ``is_sealed``."""
    values: dict[str, Any] = _copied(public)
    for wanted, value in personal.items():
        for holder, name, _ in list(_places(values, wanted.split("."), ())):
            holder[name] = value
    return values


def is_sealed(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {SEALED}


def has_sealed(value: Any) -> bool:
    """Whether a personal value was taken out anywhere in ``value``."""
    if isinstance(value, dict):
        return SEALED in value or any(has_sealed(part) for part in value.values())
    return isinstance(value, list) and any(has_sealed(part) for part in value)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list) else value


def salted_hash(salt: bytes, value: Any) -> str:
    return hashlib.sha256(salt + canonical(value).encode()).hexdigest()


def store(tx: Connection, keys: Keyring, case_id: int, revision: int, values: list[Personal]) -> None:
    """Keep the personal values of a revision."""
    rows = []
    for personal in values:
        nonce, cipher = seal(keys.current, personal.value, _context(case_id, revision, personal.path))
        rows.append(
            {
                "case_id": case_id,
                "revision": revision,
                "path": personal.path,
                "key_id": keys.current.id,
                "nonce": nonce,
                "cipher": cipher,
                "digest": digest(keys.current, personal.value),
                "salt": personal.salt,
            }
        )
    _STORE.run_all(tx, rows)


_FORGET = personal_value.delete().where(
    personal_value.c.case_id == sa.bindparam("on_case"),
    personal_value.c.revision == sa.bindparam("on_revision"),
    sa.or_(
        personal_value.c.path == sa.bindparam("place"),
        personal_value.c.path.startswith(sa.bindparam("below"), escape="/"),
    ),
)
_STORE = Statement(personal_value.insert().inline())
_LOAD = Statement(
    sa.select(personal_value.c.path, personal_value.c.key_id, personal_value.c.nonce, personal_value.c.cipher).where(
        personal_value.c.case_id == sa.bindparam("case_id"), personal_value.c.revision == sa.bindparam("revision")
    )
)


def forget(tx: Connection, case_id: int, revision: int, place: str) -> None:
    """Erase what stands at a place and below it, before newer values, or none, stand there."""
    below = f"{place}.".replace("/", "//").replace("_", "/_").replace("%", "/%")
    tx.execute(_FORGET, {"on_case": case_id, "on_revision": revision, "place": place, "below": below})


def load(tx: Connection, keys: Keyring, case_id: int, revision: int) -> dict[str, Any]:
    """The personal values of a revision by path; empty once they are erased."""
    return {
        row["path"]: open_(keys[row["key_id"]], row["nonce"], row["cipher"], _context(case_id, revision, row["path"]))
        for row in _LOAD.rows(tx, {"case_id": case_id, "revision": revision})
    }


def find(tx: Connection, keys: Keyring, value: Any, path: str | None = None) -> list[int]:
    """The cases in which a personal value stands (at ``path``, or anywhere)."""
    column = personal_value.c
    wanted = [digest(key, value) for key in (keys.current, *keys.earlier)]
    query = sa.select(column.case_id).where(column.digest.in_(wanted)).distinct().order_by(column.case_id)
    if path is not None:
        query = query.where(column.path == path)
    return list(tx.scalars(query))


def erase(tx: Connection, case_id: int) -> int:
    """Erase every personal value of a case, salts too, and say how many there were."""
    return tx.execute(personal_value.delete().where(personal_value.c.case_id == case_id)).rowcount


def _context(case_id: int, revision: int, path: str) -> str:
    return f"{case_id}/{revision}/{path}"


def _places(value: Any, wanted: list[str], walked: tuple[str, ...]) -> Iterator[tuple[Any, Any, str]]:
    """Every (holder, key or index, exact path) that a path with ``*`` means in ``value``."""
    head, *rest = wanted
    if isinstance(value, list):
        names: list[Any] = list(range(len(value))) if head == "*" else [int(head)] if head.isdigit() else []
        names = [name for name in names if name < len(value)]
    elif isinstance(value, dict):
        names = list(value) if head == "*" else [head] if head in value else []
    else:
        return
    for name in names:
        path = (*walked, str(name))
        if rest:
            yield from _places(value[name], rest, path)
        else:
            yield value, name, ".".join(path)
