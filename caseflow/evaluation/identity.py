"""Who is one person, and what is one organisation, before anybody is drawn.

Rows come from lists, imports and accounts; the same expert may stand in several, and a conflict known of one row must
bar them all. What proves identity merges rows; what only suggests it is reported and merges nothing: an officer
decides, and the decision is given as evidence the next time. The answer does not depend on the order of the rows.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from caseflow.evaluation.linking import Link, Resolution, linked, settle
from caseflow.words import Message

_SHARED_BY = 2
"""A telephone or mailbox of more rows than this is an office's and says nothing of anybody."""
_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "集团", "公司")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row of a list of people. Hashes are keyed by the caller; an empty one is unknown."""

    id: str
    name: str
    pinyin: str = ""
    """A key that is equal for names that sound equal."""
    id_number: str = ""
    """Keyed hash of the number of the identity document."""
    phones: tuple[str, ...] = ()
    """Keyed hashes, confirmed or not: an unconfirmed address has belonged to the same person all the same."""
    mails: tuple[str, ...] = ()
    employers: tuple[str, ...] = ()
    """Names of organisations, or better their identities from :func:`organisations`."""
    credit_codes: tuple[str, ...] = ()
    """Of the employers."""


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One row of a list of organisations."""

    id: str
    name: str
    credit_code: str = ""
    """Checked by the caller; empty where unknown."""
    former_names: tuple[str, ...] = ()


def pseudonym(key: bytes, kind: str, id_: str) -> str:
    """A name for the record that tells nobody who it is and links no two draws: 16 hexadecimal digits.

    ``key`` is made for one draw (32 bytes) and kept by the office.
    """
    return hmac.digest(key, f"{kind}\n{id_}".encode(), "sha256").hex()[:16]


def people(
    rows: Sequence[PersonRow],
    same: Iterable[tuple[str, str]] = (),
    different: Iterable[tuple[str, str]] = (),
) -> Resolution:
    """Resolve rows to persons.

    Merged: one number and one name (or one sound); one name and one telephone or mailbox; what an officer found the
    same. Reported: one number under names that do not sound alike; one telephone or mailbox of just two rows under
    names that sound alike, or under other names; one name at one employer; one name of whom nothing else is known to
    differ; and whatever merging would put two numbers, or two rows that an officer found different, into one person.

    Args:
        rows: ids are unique.
        same: pairs of row ids that an officer found to be one person.
        different: pairs of row ids that an officer found to be two.

    Raises:
        ValueError: an id stands twice, or a decision names an unknown row.
    """
    return settle(
        [row.id for row in rows],
        {row.id: row.id_number for row in rows if row.id_number},
        [*_by_number(rows), *_by_contact(rows), *_by_name(rows)],
        same,
        different,
    )


def organisations(
    rows: Sequence[OrganisationRow],
    same: Iterable[tuple[str, str]] = (),
    different: Iterable[tuple[str, str]] = (),
) -> Resolution:
    """Resolve rows to organisations.

    Merged: one credit code (names change); one written name where not both codes are known. Reported: one name under
    two codes; names that differ only in the legal form or the brackets' content; a former name of another.

    Raises:
        ValueError: as :func:`people`.
    """
    links: list[Link] = []
    for code, pair in linked((row.credit_code, row) for row in rows):
        links.append(Link(*_ids(pair), Message("identity.same_code", {"code": code}), certain=True))
    for _, pair in linked((written(row.name), row) for row in rows):
        contradicts = _contradict(pair[0].credit_code, pair[1].credit_code)
        key = "identity.same_name_two_codes" if contradicts else "identity.same_organisation_name"
        links.append(Link(*_ids(pair), Message(key, {"name": pair[0].name}), certain=not contradicts))
    for _, pair in linked((_stem(row.name), row) for row in rows):
        if written(pair[0].name) != written(pair[1].name):
            values = {"left": pair[0].name, "right": pair[1].name}
            links.append(Link(*_ids(pair), Message("identity.other_legal_form", values)))
    links += _by_former_name(rows)
    return settle(
        [row.id for row in rows], {row.id: row.credit_code for row in rows if row.credit_code}, links, same, different
    )


def _by_number(rows: Sequence[PersonRow]) -> Iterable[Link]:
    for _, pair in linked((row.id_number, row) for row in rows):
        values = {"left": pair[0].name, "right": pair[1].name}
        if _same_name(*pair) or _sounds_alike(*pair):
            yield Link(*_ids(pair), Message("identity.same_number", values), certain=True, by_number=True)
        else:
            yield Link(*_ids(pair), Message("identity.same_number_other_name", values))


def _by_contact(rows: Sequence[PersonRow]) -> Iterable[Link]:
    phones = [(phone, row) for row in rows for phone in set(row.phones)]
    mails = [(mail, row) for row in rows for mail in set(row.mails)]
    for what, keyed in (("phone", phones), ("mail", mails)):
        owners = Counter(contact for contact, _ in keyed)
        for contact, pair in linked(keyed):
            values = {"left": pair[0].name, "right": pair[1].name}
            if _same_name(*pair):
                certain = not _contradict(pair[0].id_number, pair[1].id_number)
                yield Link(*_ids(pair), Message(f"identity.same_name_and_{what}", values), certain=certain)
            elif owners[contact] <= _SHARED_BY:
                yield Link(*_ids(pair), Message(f"identity.same_{what}", values))


def _by_name(rows: Sequence[PersonRow]) -> Iterable[Link]:
    for _, pair in linked((written(row.name), row) for row in rows):
        if _contradict(pair[0].id_number, pair[1].id_number):
            continue
        together = bool(_places(pair[0]) & _places(pair[1]))
        key = "identity.same_name_and_employer" if together else "identity.same_name"
        yield Link(*_ids(pair), Message(key, {"name": pair[0].name}))


def _by_former_name(rows: Sequence[OrganisationRow]) -> Iterable[Link]:
    current = [(written(row.name), row) for row in rows]
    former = [(written(name), row) for row in rows for name in row.former_names]
    for name, row in current:
        for earlier, other in former:
            if name == earlier and row.id != other.id and not _contradict(row.credit_code, other.credit_code):
                yield Link(*_ids((row, other)), Message("identity.former_name", {"name": row.name}))


def _ids(pair: tuple[PersonRow, PersonRow] | tuple[OrganisationRow, OrganisationRow]) -> tuple[str, str]:
    left, right = sorted((pair[0].id, pair[1].id))
    return left, right


def _contradict(left: str, right: str) -> bool:
    return bool(left and right and left != right)


def _same_name(left: PersonRow, right: PersonRow) -> bool:
    return bool(written(left.name)) and written(left.name) == written(right.name)


def _sounds_alike(left: PersonRow, right: PersonRow) -> bool:
    return bool(left.pinyin) and left.pinyin == right.pinyin


def _places(row: PersonRow) -> set[str]:
    return {*map(written, row.employers), *row.credit_codes} - {""}


def written(name: str) -> str:
    """A name without what differs between two hands: width, case, spaces, the dot of foreign names."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in folded if not one.isspace() and one not in "·•・‧.")


def _stem(name: str) -> str:
    """A name without brackets' content and legal form. Empty where nothing would be left."""
    depth, kept = 0, ""
    for one in written(name):
        depth += (one in "([") - (one in ")]")
        kept += one if depth == 0 and one not in ")]" else ""
    for form in _FORMS:
        kept = kept.removesuffix(form)
    return kept
