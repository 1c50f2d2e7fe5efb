"""What is known of an expert by profession, and whether it can be taken so."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.engine import Connection, RowMapping

from caseflow.people.expert_models import CREDITS
from caseflow.people.expert_ties import known_as
from caseflow.words import Message, Refused
from caseflow.workflow.identifiers import check_credit_code, normalise_credit_code

MOST = 500
"""Nobody scores more cases than this at a time."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The codes that may be chosen."""

    fields: Container[str]
    classes: Container[str]
    regions: Container[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """What experts say of themselves."""

    fields: tuple[str, ...]
    employer_name: str
    rank: str
    """The professional title (职称)."""
    classes: tuple[str, ...] = ()
    region: str = ""
    """Of the division list; empty where nobody said."""
    employer_code: str = ""
    official: bool = False
    most: int | None = None
    """So many cases at a time at most; no limit where it is empty."""


@dataclass(frozen=True, slots=True)
class Merits:
    """What only the office says of an expert."""

    credit: str = "good"
    trained_until: date | None = None
    """The last day on which the training is valid."""


def checked(profile: Profile, merits: Merits, lists: Lists) -> tuple[Profile, Merits]:
    """The same as it is kept: codes and names without stray spaces, lists in order.

    Raises:
        Refused: with every reason.
    """
    if against := faults(profile, merits, lists):
        raise Refused(*against)
    return _tidy(profile), merits


def faults(profile: Profile, merits: Merits, lists: Lists) -> list[Message]:
    """Every reason for which a profile cannot be taken."""
    profile = _tidy(profile)
    found = []
    if not profile.fields:
        found.append(Message("experts.no_field", {"input": "fields"}))
    for given, known, name in (
        (profile.fields, lists.fields, "fields"),
        (profile.classes, lists.classes, "classes"),
        ((profile.region,) if profile.region else (), lists.regions, "region"),
    ):
        found += [Message("experts.unknown_code", {"input": name, "code": one}) for one in given if one not in known]
    if not profile.employer_name:
        found.append(Message("experts.no_employer", {"input": "employer_name"}))
    if profile.employer_code:
        wrong = check_credit_code(profile.employer_code)
        found += [Message(one.key, {**one.values, "input": "employer_code"}) for one in wrong]
    if not profile.rank:
        found.append(Message("experts.no_rank", {"input": "rank"}))
    if profile.most is not None and not 1 <= profile.most <= MOST:
        found.append(Message("experts.most_range", {"input": "most", "most": MOST}))
    if merits.credit not in CREDITS:
        found.append(Message("experts.unknown_credit", {"input": "credit"}))
    return found


def columns(tx: Connection, profile: Profile, merits: Merits) -> dict[str, Any]:
    """A checked profile as the columns of the entry; the employer is known by its code, else by its very name."""
    return {
        **asdict(profile),
        **asdict(merits),
        "fields": list(profile.fields),
        "classes": list(profile.classes),
        "region": profile.region or None,
        "employer_code": profile.employer_code or None,
        "employer_id": known_as(tx, profile.employer_name, profile.employer_code),
    }


def profile_of(row: RowMapping) -> Profile:
    """The profile that an entry holds."""
    return Profile(
        fields=tuple(row["fields"]),
        employer_name=row["employer_name"],
        rank=row["rank"],
        classes=tuple(row["classes"]),
        region=row["region"] or "",
        employer_code=row["employer_code"] or "",
        official=row["official"],
        most=row["most"],
    )


def merits_of(row: RowMapping) -> Merits:
    """What the office said of the expert."""
    return Merits(row["credit"], row["trained_until"])


def is_away(row: Mapping[Any, Any], day: date) -> bool:
    """Whether the expert said to be away on this day."""
    return any(first <= day.isoformat() <= last for first, last in row["away"])


def is_trained(row: Mapping[Any, Any], day: date) -> bool:
    """Whether the training is valid on this day."""
    return row["trained_until"] is not None and row["trained_until"] >= day


def _tidy(profile: Profile) -> Profile:
    code = normalise_credit_code(profile.employer_code) if profile.employer_code.strip() else ""
    return replace(
        profile,
        fields=tuple(sorted(set(profile.fields))),
        classes=tuple(sorted(set(profile.classes))),
        employer_name=profile.employer_name.strip(),
        employer_code=code,
        rank=profile.rank.strip(),
    )
