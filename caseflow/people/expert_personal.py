"""Identity number and bank account of an expert: sealed, masked on screen, and one person known under two accounts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from caseflow.people import expert_history
from caseflow.people.expert_models import expert
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused

_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_OTHER = re.compile(r"(?=.*[A-Z])[A-Z0-9]{6,17}")
_ACCOUNT = re.compile(r"[0-9]{8,30}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
"""GB 11643-1999: the remainder of the weighted sum by 11 tells the last sign."""
_GROUP = 4
_MOBILE = 11


@dataclass(frozen=True, slots=True)
class Own:
    """What lies sealed. All of it may be empty."""

    identity: str = ""
    """Number of the identity document."""
    bank: str = ""
    """The branch at which the account is kept (开户行)."""
    account: str = ""


def opened(keys: Keyring, row: Mapping[Any, Any]) -> Own:
    """What an entry holds, whole: for its owner and the fee paper alone."""
    return Own(**personal.open_json(keys, row["sealed"], _context(row["person_id"]))) if row["sealed"] else Own()


def of_person(tx: Connection, keys: Keyring, person_id: int) -> Own:
    """What the entry of a person holds, whole; nothing where the person is in no pool."""
    row = tx.execute(sa.select(expert).where(expert.c.person_id == person_id)).mappings().one_or_none()
    return opened(keys, row) if row is not None else Own()


def masked(own: Own) -> Own:
    """As a screen shows it to others: the ends of the numbers."""
    return Own(mask_identity(own.identity), own.bank, mask_account(own.account))


def mask_account(account: str) -> str:
    """``6222 **** **** 1234``; of up to twelve digits only the last four, of fewer than eight none."""
    first = account[:_GROUP] if len(account) > 3 * _GROUP else ""
    last = account[-_GROUP:] if len(account) >= 2 * _GROUP else ""
    hidden = "*" * (len(account) - len(first) - len(last))
    groups = [hidden[at : at + _GROUP] for at in range(0, len(hidden), _GROUP)]
    return " ".join(part for part in (first, *groups, last) if part)


def mask_identity(number: str) -> str:
    """The first three and the last two signs of a resident number, only the last two of another document."""
    shown = 3 if len(number) == len(_WEIGHTS) + 1 else 0
    return number[:shown] + "*" * max(len(number) - shown - 2, 0) + number[max(len(number) - 2, shown) :]


def mask_phone(number: str) -> str:
    """``138****1234``; of fewer than eleven digits only the last two."""
    first, last = (3, 4) if len(number) >= _MOBILE else (0, 2)
    return number[:first] + "*" * max(len(number) - first - last, 0) + number[max(len(number) - last, first) :]


def mask_mail(address: str) -> str:
    """The first sign and the domain: ``w***@example.cn``."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***{at}{domain}" if address else ""


def plain_number(text: str) -> str:
    """A number as it is kept: without spaces, hyphens and full-width signs."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).upper() if not one.isspace() and one != "-")


def check_identity(number: str) -> list[Message]:
    """Why a plain number is not that of an identity document (GB 11643—1999, or a passport or permit)."""
    if _RESIDENT.fullmatch(number):
        total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
        if _CHECKS[total % 11] != number[-1] or not _is_day(number[6:14]):
            return [Message("experts.identity_check", {"input": "identity"})]
        return []
    return [] if _OTHER.fullmatch(number) else [Message("experts.identity_form", {"input": "identity"})]


def identity_digit(first17: str) -> str:
    """The last sign of a resident number that begins so."""
    return _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first17, strict=True)) % 11]


def checked(own: Own) -> Own:
    """The same as it is kept.

    Raises:
        Refused: a number is malformed, or the account lacks its bank.
    """
    tidy = _tidy(own)
    if against := faults(tidy):
        raise Refused(*against)
    return tidy


def faults(own: Own) -> list[Message]:
    """Every reason for which the numbers cannot be kept."""
    own = _tidy(own)
    found = check_identity(own.identity) if own.identity else []
    if own.account and not _ACCOUNT.fullmatch(own.account):
        found.append(Message("experts.account_form", {"input": "account"}))
    if bool(own.account) != bool(own.bank):
        missing = "bank" if own.account else "account"
        found.append(Message(f"experts.no_{missing}", {"input": missing}))
    return found


def keep(tx: Connection, keys: Keyring, expert_id: int, own: Own, *, by: int | None) -> bool:
    """Seal a person's numbers; whether anything was new. The history tells that it changed, never from what to what.

    Raises:
        Refused: a number is malformed, or the identity number is already that of somebody in this pool.
    """
    own = checked(own)
    row = tx.execute(sa.select(expert).where(expert.c.id == expert_id)).mappings().one()
    before = opened(keys, row)
    if own == before:
        return False
    refuse_twin(tx, keys, row["authority_id"], own.identity, but=expert_id)
    values = {
        "sealed": personal.seal_json(keys, asdict(own), _context(row["person_id"])),
        "identity_hash": _digests(keys, own.identity)[0] if own.identity else None,
        "version": expert.c.version + 1,
    }
    try:
        with tx.begin_nested():
            tx.execute(sa.update(expert).where(expert.c.id == expert_id).values(values))
    except IntegrityError:
        raise Refused(_TWIN) from None
    if own.identity != before.identity:
        expert_history.keep(tx, expert_id, "identity_set", by=by)
    if (own.bank, own.account) != (before.bank, before.account):
        expert_history.keep(tx, expert_id, "account_set", by=by)
    return True


def twin(tx: Connection, keys: Keyring, authority_id: int, identity: str) -> int | None:
    """The entry of the pool that has this identity number."""
    wanted = _digests(keys, plain_number(identity)) if identity.strip() else []
    found: int | None = tx.scalar(
        sa.select(expert.c.id).where(expert.c.authority_id == authority_id, expert.c.identity_hash.in_(wanted))
    )
    return found


def refuse_twin(tx: Connection, keys: Keyring, authority_id: int, identity: str, but: int | None = None) -> None:
    """Raises Refused where somebody else in the pool has this number. Who that is is not said."""
    if twin(tx, keys, authority_id, identity) not in (None, but):
        raise Refused(_TWIN)


_TWIN = Message("experts.same_person", {"input": "identity"})


def _digests(keys: Keyring, identity: str) -> list[str]:
    """The hash under the key of today, then under those before it."""
    return [personal.digest(key, ["identity", identity]) for key in (keys.current, *keys.earlier)]


def _tidy(own: Own) -> Own:
    return Own(plain_number(own.identity), own.bank.strip(), plain_number(own.account))


def _is_day(digits: str) -> bool:
    try:
        date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except ValueError:
        return False
    return True


def _context(person_id: int) -> str:
    return f"expert/{person_id}"
