"""The second factor: time-based one-time codes (RFC 6238: SHA-1, 30 s, 6 digits), each accepted once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata

import pyotp
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.people import security, sessions
from caseflow.people.accounts import seal, unseal
from caseflow.people.models import person
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused

STEP = 30
DRIFT = 1
"""Steps by which the clock of a telephone may be off, either way."""


def proposal(key: bytes, session_hash: str) -> str:
    """The secret offered for enrolment: the same for the whole session, so that a reload shows the same picture."""
    return base64.b32encode(hmac.digest(key, b"second factor:" + session_hash.encode(), hashlib.sha256)[:20]).decode()


def address_of(secret: str, login: str, issuer: str) -> str:
    """The ``otpauth:`` address that the picture for the telephone holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def enrol(tx: Connection, person_id: int, secret: str, code: str, *, keys: Keyring, address: str = "") -> bool:
    """Keep a secret once a code made with it was typed. Refused when the account has one already."""
    step = _step_of(secret, code)
    if step is None:
        return False
    login = tx.scalars(sa.select(person.c.login).where(person.c.id == person_id)).one()
    changed = tx.execute(
        sa.update(person)
        .where(person.c.id == person_id, person.c.second_factor.is_(None))
        .values(second_factor=seal(keys, login, "second_factor", secret), last_step=step)
    ).rowcount
    if not changed:
        raise Refused(Message("people.second_factor_enrolled"))
    _log(tx, "second_factor_enrolled", person_id, person_id, address)
    return True


def accept(tx: Connection, person_id: int, code: str, *, keys: Keyring) -> bool:
    """Whether the code is right and neither it nor a later one was used before."""
    row = tx.execute(sa.select(person).where(person.c.id == person_id)).mappings().one()
    secret = unseal(keys, row, "second_factor")
    step = _step_of(secret, code) if secret else None
    if step is None:
        return False
    # One conditional statement: of two requests with the same code only one finds an older step.
    used = tx.execute(
        sa.update(person).where(person.c.id == person_id, person.c.last_step < step).values(last_step=step)
    )
    return used.rowcount == 1


def reset(tx: Connection, person_id: int, *, by: int, address: str = "") -> None:
    """Forget a lost second factor; the person enrols a new one at the next sign-in. All sessions end."""
    if by == person_id:
        raise Refused(Message("people.not_for_oneself"))
    tx.execute(sa.update(person).where(person.c.id == person_id).values(second_factor=None))
    sessions.end_all(tx, person_id)
    _log(tx, "second_factor_reset", person_id, by, address)


def waive(tx: Connection, person_id: int, *, by: int | None = None) -> None:
    """Ask no second factor of this account, whatever its roles; an entry in the log says so."""
    tx.execute(sa.update(person).where(person.c.id == person_id).values(second_factor_required=False))
    _log(tx, "second_factor_waived", person_id, by, "")


def _step_of(secret: str, code: str) -> int | None:
    digits = "".join(unicodedata.normalize("NFKC", code).split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    totp = pyotp.TOTP(secret)
    now = int(clock.now().timestamp()) // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step), digits):
            return step
    return None


def _log(tx: Connection, act: str, person_id: int, by: int | None, address: str) -> None:
    authority_id = tx.scalar(sa.select(person.c.authority_id).where(person.c.id == person_id))
    security.log(tx, act, authority_id=authority_id, by=by, about=person_id, address=address)
