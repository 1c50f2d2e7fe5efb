"""One typed answer as a plain JSON value, with what is wrong with it.

What cannot be read stays as it was typed, beside its message: nothing is cut, rounded or guessed. Reading a value
that was read before gives the same value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from caseflow import clock
from caseflow.words import Message
from caseflow.workflow import characters, identifiers
from caseflow.workflow.characters import half_width
from caseflow.workflow.days.ledger import day_text
from caseflow.workflow.form import Field

References = Mapping[str, Callable[[str], bool]]
"""Whether a code or row number is known, by type of field. A type without an entry is checked elsewhere."""
Cleaned = tuple[Any, list[Message]]

_DATES = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_NUMBER = re.compile(r"([+-]?)(\d+|\d{1,3}(?:,\d{3})+)?(\.\d+)?(?:[eE]([+-]?\d{1,2}))?")
_PLACE = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]+", re.ASCII)
_DIGITS = 30
_WHOLE = 10**15
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_FORMS: dict[str, tuple[Callable[[str], str], Callable[[str], list[Message]]]] = {
    "phone": (identifiers.normalise_phone, identifiers.check_phone),
    "email": (identifiers.normalise_email, identifiers.check_email),
    "credit_code": (identifiers.normalise_credit_code, identifiers.check_credit_code),
    "document_number": (identifiers.normalise_document_number, identifiers.check_document_number),
    "url": (identifiers.normalise_url, identifiers.check_url),
}
_SIGNS_PER_CHARACTER, _LEAST_SIGNS = 30, 3000
_NO_LIMIT = 20_000


def label(field: Field) -> dict[str, str]:
    return {"zh": field.label.zh, "en": field.label.en}


def say(key: str, field: Field, **values: Any) -> Message:
    """A message about a field; every one carries the field's label."""
    return Message(f"fields.{key}", {"label": label(field), **values})


def is_blank(value: Any) -> bool:
    """Whether nothing was answered. False and 0 are answers."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def clean_value(field: Field, raw: Any, references: References) -> Cleaned:
    """The value of a single question, None where nothing was answered."""
    if field.type == "boolean":
        return _boolean(field, raw)
    if field.type == "dossier_fields":
        return _places(field, raw, references)
    if field.type in ("choices", "people", "files"):
        return _several(field, raw, references)
    if field.type == "file":
        return _file(field, raw, references)
    if raw is None or (isinstance(raw, str) and not plain_text(raw).strip()):
        return None, []
    if field.type == "integer":
        return _integer(field, raw)
    if field.type == "decimal":
        return _decimal(field, raw)
    if field.type in ("organisation", "case_file"):
        return _known(field, *_row(field, raw), references)
    if not isinstance(raw, str):
        return raw, [say("shape", field)]
    if field.type in ("text", "long_text"):
        return clean_text(field, raw)
    text = plain_text(raw).strip()
    if field.type == "date":
        return _date(field, text)
    if field.type in _FORMS:
        return _formed(field, text)
    if field.type == "choice":
        return text, [] if text in field.choices else [say("choice", field)]
    return _known(field, text, [], references)


def plain_text(raw: str) -> str:
    """NFC, with plain line ends and without what cannot be seen."""
    return normalize("NFC", _INVISIBLE.sub("", _BREAK.sub("\n", raw)))


def clean_text(field: Field, raw: str) -> Cleaned:
    """Text with its limit in 字; the excess is named and nothing is cut. A one-line text has no line ends."""
    if _SURROGATE.search(raw):
        return raw, [say("broken", field)]
    text = plain_text(raw).strip()
    if field.type == "text":
        text = re.sub(r"\s*\n\s*", " ", text)
    limit = field.max_characters
    over = characters.excess(text, limit) if limit else 0
    if limit and over:
        return text, [say("long", field, excess=over, count=limit + over, limit=limit)]
    # A run of letters is one 字 however long, so the signs are bounded too.
    signs = max(_LEAST_SIGNS, _SIGNS_PER_CHARACTER * (limit or _NO_LIMIT))
    return text, [say("huge", field, count=len(text), limit=signs)] if len(text) > signs else []


def _boolean(field: Field, raw: Any) -> Cleaned:
    if raw is None or isinstance(raw, bool):
        return raw, []
    said = raw.strip().lower() if isinstance(raw, str) else raw
    if said in ("on", "true", "1", "yes"):
        return True, []
    if said in ("off", "false", "0", "no"):
        return False, []
    return (None, []) if said == "" else (raw, [say("shape", field)])


def _date(field: Field, text: str) -> Cleaned:
    typed = re.sub(r"\s+", "", half_width(text))
    found = next((match for pattern in _DATES if (match := pattern.fullmatch(typed))), None)
    if found is None:
        return text, [say("date", field)]
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return text, [say("no_such_day", field, typed=text)]
    if not 1900 <= day.year <= 2200:
        return text, [say("year", field, year=day.year)]
    faults = []
    least, most = _day(field.minimum), _day(field.maximum)
    if least and day < least:
        faults.append(say("not_before", field, day=day_text(least)))
    if most and day > most:
        faults.append(say("not_after", field, day=day_text(most)))
    return day.isoformat(), faults


def _day(bound: int | str | None) -> date | None:
    if bound is None:
        return None
    return clock.today() if bound == "today" else date.fromisoformat(str(bound))


def _integer(field: Field, raw: Any) -> Cleaned:
    number = read_number(raw, field.unit)
    if number is None or number != number.to_integral_value():
        return raw, [say("integer", field)]
    if abs(number) >= _WHOLE:
        return raw, [say("digits", field)]
    return int(number), _bounds(field, number)


def _decimal(field: Field, raw: Any) -> Cleaned:
    number = read_number(raw, field.unit)
    if number is None:
        return raw, [say("decimal", field)]
    text = canonical(number)
    if len(text.lstrip("-").replace(".", "")) > _DIGITS:
        return raw, [say("digits", field)]
    places = len(text.partition(".")[2])
    if field.decimals is not None and places > field.decimals:
        return text, [say("places", field, places=places, limit=field.decimals)]
    return text, _bounds(field, number)


def read_number(raw: Any, unit: str | None = None) -> Decimal | None:
    """A number however it is usually typed: full width, grouped by commas, with its unit behind it; else None."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    text = re.sub(r"\s+", "", half_width(str(raw)))
    text = re.sub(r"[−–—]", "-", _INVISIBLE.sub("", text))
    if unit and (tail := re.sub(r"\s+", "", half_width(unit))) and text.endswith(tail):
        text = text.removesuffix(tail)
    found = _NUMBER.fullmatch(text) if len(text) <= 2 * _DIGITS else None
    if found is None or not (found[2] or found[3]):
        return None
    return Decimal(text.replace(",", ""))


def canonical(number: Decimal) -> str:
    """A decimal as it is stored: no exponent, no zeros at the end, no minus before zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = text.removeprefix("+")
    return "0" if text in ("-0", "") else text


def _bounds(field: Field, number: Decimal) -> list[Message]:
    unit = field.unit or ""
    if field.minimum is not None and number < Decimal(field.minimum):
        return [say("minimum", field, bound=str(field.minimum), unit=unit)]
    if field.maximum is not None and number > Decimal(field.maximum):
        return [say("maximum", field, bound=str(field.maximum), unit=unit)]
    return []


def _formed(field: Field, text: str) -> Cleaned:
    normalise, check = _FORMS[field.type]
    value = normalise(text)
    if _SURROGATE.search(value) or len(value) > _LEAST_SIGNS:
        return value, [say("shape", field)]
    faults = [say("problem", field, problem=problem) for problem in check(value)]
    limit = field.max_characters
    over = characters.excess(value, limit) if limit else 0
    if limit and over:
        faults.append(say("long", field, excess=over, count=limit + over, limit=limit))
    return value, faults


def _several(field: Field, raw: Any, references: References) -> Cleaned:
    given = [] if is_blank(raw) else raw if isinstance(raw, list | tuple) else [raw]
    if field.type == "choices":
        named = [one for one in given if not is_blank(one)]
        known = [choice for choice in field.choices if choice in named]
        unknown = [one for one in named if not isinstance(one, str) or one not in field.choices]
        return [*known, *unknown], [say("choice", field)] if unknown else []
    values: list[Any] = []
    faults: list[Message] = []
    for one in given:
        if is_blank(one):
            continue
        value, wrong = _known(field, *_row(field, one), references)
        faults += [message for message in wrong if message not in faults]
        if value not in values:
            values.append(value)
    if len(values) > field.max_rows:
        faults.append(say("many", field, count=len(values), limit=field.max_rows))
    return values, faults


def _places(field: Field, raw: Any, references: References) -> Cleaned:
    """Places of the dossier, ``section.field``, each once and in the order given."""
    given = [] if is_blank(raw) else raw if isinstance(raw, list | tuple) else [raw]
    values: list[Any] = []
    faults: list[Message] = []
    for one in given:
        place = one.strip() if isinstance(one, str) else one
        if is_blank(place):
            continue
        wrong = [] if isinstance(place, str) and _PLACE.fullmatch(place) else [say("shape", field)]
        faults += [message for message in _known(field, place, wrong, references)[1] if message not in faults]
        if place not in values:
            values.append(place)
    return values, faults


def _file(field: Field, raw: Any, references: References) -> Cleaned:
    """A row number; of a signed form ``{file, revision_code}``."""
    if is_blank(raw):
        return None, []
    inner = raw.get("file") if isinstance(raw, Mapping) else raw
    if is_blank(inner):
        return None, []
    number, faults = _known(field, *_row(field, inner), references)
    if field.of_revision is None:
        return number, faults
    code = raw.get("revision_code") if isinstance(raw, Mapping) else None
    typed = re.sub(r"\s+", "", half_width(code)).upper() if isinstance(code, str) else ""
    return {"file": number, "revision_code": typed}, faults


def _row(field: Field, raw: Any) -> Cleaned:
    """The number of a row in the database."""
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,18}", raw.strip()):
        return int(raw), []
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return raw, []
    return raw, [say("shape", field)]


def _known(field: Field, value: Any, faults: list[Message], references: References) -> Cleaned:
    check = references.get(field.type)
    if faults or check is None or check(str(value)):
        return value, faults
    return value, [say(f"unknown.{field.type}", field, value=str(value))]
