"""The sheet of experts: its template, what a filled one says cell by cell, and the pool as a list to take away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.engine import RowMapping

from caseflow.cases.ground import Ground
from caseflow.office.returned_sheet import typed
from caseflow.office.worksheet import address
from caseflow.people import accounts, expert_personal
from caseflow.people.expert_entering import Newcomer
from caseflow.people.expert_personal import Own
from caseflow.people.expert_profile import Lists, Merits, Profile
from caseflow.records import sheets, workbooks
from caseflow.records.personal import Keyring
from caseflow.words import LANGUAGES, Language, Message, Refused, pick, text

MOST = 200
"""So many experts come with one sheet: each new account costs a hash of its password."""
FIRST_ROWS = 30
"""The heads stand among these."""
EXACT = 15
"""So many digits of a number a spreadsheet keeps."""
FIELD, CLASS, REGION = "expert_field", "product_class", "region"
"""Names of the reference lists."""
_BETWEEN = re.compile(r"[、,，;；]")
_LISTED = {"fields": FIELD, "classes": CLASS, "region": REGION}
_REQUIRED = frozenset({"name", "employer_name", "rank", "fields"})
IN = {
    "name": 12, "login": 16, "identity": 24, "employer_name": 30, "employer_code": 24, "rank": 16, "official": 14,
    "fields": 30, "classes": 30, "region": 14, "phone": 16, "email": 24, "trained_until": 16, "most": 14,
    "bank": 24, "account": 26,
}  # fmt: skip
"""The columns of the template, with their widths."""
OUT = (
    "name", "status", "fields", "classes", "region", "employer_name", "employer_code", "official", "rank",
    "trained_until", "credit", "most", "load", "away", "invited_at", "declared_at",
)  # fmt: skip
"""What may be taken away, column by column."""
PERSONAL = ("phone", "email", "account")
"""What may be taken away for a purpose that is said; the account masked."""


@dataclass(slots=True)
class Came:
    """One row of a filled sheet, and by cell what cannot be taken."""

    number: int
    """As Excel counts rows."""
    newcomer: Newcomer
    cells: dict[str, str] = field(default_factory=dict)
    """The address of the cell of each column."""
    errors: list[tuple[str, Message]] = field(default_factory=list)


def lists_of(ground: Ground) -> Lists:
    """The codes that may be chosen."""
    known = ground.references
    return Lists(known.get(FIELD, {}), known.get(CLASS, {}), known.get(REGION, {}))


def template(ground: Ground, language: Language = "zh") -> bytes:
    """The empty sheet as .xlsx: heads (a star where something must stand), and above them what may be chosen."""
    hints = []
    for name in ("fields", "classes"):
        titles = [pick(entry["title"], language) for entry in ground.references.get(_LISTED[name], {}).values()]
        hints.append(f"{text(f'experts.{name}', language)}: {' / '.join(titles)}")
    return sheets.write_table(
        text("experts.import_template_title", language),
        [(f"{head} *" if name in _REQUIRED else head, IN[name]) for name, head in heads(language).items()],
        [],
        header_lines=[text("experts.import_hint", language), *hints],
    )


def read(ground: Ground, path: Path) -> list[Came]:
    """The rows of an uploaded sheet, checked and read in the limited child.

    Raises:
        Refused: it cannot be read, its heads are not those of the template, or it holds too many rows.
    """
    rows = next(iter(workbooks.read(path))).rows
    for top, cells in enumerate(rows[:FIRST_ROWS]):
        stands = [typed(cell).rstrip("* ") for cell in cells]
        for language in LANGUAGES:
            wanted = heads(language)
            if set(wanted.values()) <= set(stands):
                placed = {name: stands.index(head) for name, head in wanted.items()}
                below = enumerate(rows[top + 1 :], start=top + 1)
                found = [_row(ground, number, cells, placed) for number, cells in below if any(map(typed, cells))]
                if len(found) > MOST:
                    raise Refused(Message("experts.import_too_many", {"input": "sheet", "most": MOST}))
                return found
    raise Refused(Message("experts.import_heads", {"input": "sheet", "heads": list(heads("zh").values())}))


def export(
    ground: Ground,
    rows: Iterable[RowMapping],
    load: Mapping[int, int],
    columns: Iterable[str],
    language: Language,
    made: str,
) -> bytes:
    """The pool as .xlsx: of the columns that may be taken away those that were asked for."""
    asked = set(columns)
    names = [name for name in (*OUT, *PERSONAL) if name in asked] or ["name"]
    return sheets.write_table(
        text("experts.title", language),
        [(text(f"experts.{name}", language), IN.get(name, 16)) for name in names],
        [[_cell(ground, row, load, name, language) for name in names] for row in rows],
        header_lines=[made],
    )


def _cell(ground: Ground, row: RowMapping, load: Mapping[int, int], name: str, language: Language) -> Any:
    if name == "load":
        return load.get(row["person_id"], 0)
    if name in ("phone", "email"):
        return accounts.unseal(ground.keys, row, name)
    if name == "account":
        return masked_account(ground.keys, row)
    value = row[name]
    if name in _LISTED:
        codes = value if isinstance(value, list) else [value] if value else []
        return "、".join(_title(ground, _LISTED[name], code, language) for code in codes)
    if name in ("status", "credit"):
        return text(f"experts.{name}.{value}", language)
    if name == "official":
        return text("show.yes" if value else "show.no", language)
    if name == "away":
        return "；".join(text("experts.away_period", language, first=one[0], last=one[1]) for one in value)
    return value


def masked_account(keys: Keyring, row: RowMapping) -> str:
    """The bank account of an entry by its ends."""
    return expert_personal.masked(expert_personal.opened(keys, row)).account


def heads(language: Language) -> dict[str, str]:
    """The heads of the template by column."""
    return {name: text(f"experts.{name}", language) for name in IN}


def _row(ground: Ground, number: int, cells: list[Any], placed: Mapping[str, int]) -> Came:
    raw = {name: cells[at] if at < len(cells) else None for name, at in placed.items()}
    where = {name: address(number, at) for name, at in placed.items()}
    said = {name: typed(value) for name, value in raw.items()}
    errors = [
        (where[name], Message("experts.import_empty", {"column": _both(name)}))
        for name in placed
        if name in _REQUIRED and not said[name]
    ]
    errors += [
        (where[name], Message("experts.import_as_text"))
        for name in ("identity", "account")
        if isinstance(raw[name], float) and len(said[name]) > EXACT
    ]

    def codes(name: str) -> tuple[str, ...]:
        found, strange = _codes(ground, _LISTED[name], said[name])
        errors.extend((where[name], Message("experts.import_unknown", {"value": one})) for one in strange)
        return tuple(found)

    def taken(name: str, turn: Any, key: str) -> Any:
        try:
            return turn(said[name]) if said[name] else None
        except ValueError:
            errors.append((where[name], Message(key, {"value": said[name]})))
            return None

    region = codes("region")
    profile = Profile(
        fields=codes("fields"),
        employer_name=said["employer_name"],
        rank=said["rank"],
        classes=codes("classes"),
        region=region[0] if region else "",
        employer_code=said["employer_code"],
        official=bool(taken("official", _yes, "experts.import_unknown")),
        most=taken("most", int, "experts.import_number"),
    )
    newcomer = Newcomer(
        name=said["name"],
        profile=profile,
        merits=Merits(trained_until=taken("trained_until", date.fromisoformat, "experts.import_day")),
        own=Own(said["identity"], said["bank"], said["account"]),
        login=said["login"],
        phone=said["phone"],
        email=said["email"],
    )
    return Came(number + 1, newcomer, where, errors)


def _codes(ground: Ground, reference: str, given: str) -> tuple[list[str], list[str]]:
    """What a cell chooses, by title or code, and what is none of the choices."""
    known = ground.references.get(reference, {})
    by_title = {entry["title"][language].strip(): code for code, entry in known.items() for language in LANGUAGES}
    wanted = [one.strip() for one in _BETWEEN.split(given) if one.strip()]
    found = [by_title.get(one, one) for one in wanted]
    return [one for one in found if one in known], [one for one in found if one not in known]


def _yes(given: str) -> bool:
    meant = {text(f"show.{word}", language).lower(): word == "yes" for word in ("yes", "no") for language in LANGUAGES}
    if given.lower() not in meant:
        raise ValueError(given)
    return meant[given.lower()]


def _title(ground: Ground, reference: str, code: str, language: Language) -> str:
    found = ground.titles(reference, code)
    return pick(found, language) if isinstance(found, dict) else str(found)


def _both(name: str) -> dict[Language, str]:
    return {language: text(f"experts.{name}", language) for language in LANGUAGES}
