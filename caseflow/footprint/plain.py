"""Plain data (from JSON or YAML) read strictly, every problem at once; and the one text that is hashed."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from caseflow.footprint import units
from caseflow.words import Message, Refused

_NUMBER = re.compile(r"[+-]?\d{1,25}(\.\d{1,48})?([eE][+-]?\d{1,2})?")
_LARGEST_EXPONENT = 24
_MOST_DECIMALS = 48
_LONGEST = 80
"""Characters of a figure."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in Chinese and English."""

    zh: str
    en: str

    def as_json(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


def canonical(value: Any) -> str:
    """The one JSON text of a plain value: sorted keys, no spaces, Unicode as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical text of a plain value, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def decimal_text(value: Decimal) -> str:
    """A decimal without exponent and without idle zeros: one text for one number."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def number(value: Any) -> Decimal | None:
    """A finite decimal from a JSON number or its text (full-width digits too), or None.

    A magnitude between 1e-24 and 1e24 with at most 48 decimals: an exponent of a million digits must not reach
    exact arithmetic. What is taken is taken again from its ``decimal_text``.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    if isinstance(value, int) and value.bit_length() > 80:  # the text of a huge integer is itself slow
        return None
    text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else str(value)
    if len(text) > _LONGEST or not text.isascii() or not _NUMBER.fullmatch(text):
        return None
    found = Decimal(text)
    exponent = found.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_MOST_DECIMALS:
        return None
    return found if not found or abs(found.adjusted()) <= _LARGEST_EXPONENT else None


def _short(value: Any) -> str:
    """What was given, for a message; the text of a huge integer is not made."""
    return "…" if isinstance(value, int) and value.bit_length() > 200 else str(value)[:60]


def _is_unicode(text: str) -> bool:
    """Not so with half a surrogate pair in it, which no file and no hash can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Part:
    """A mapping being read. What is wrong is collected in ``problems`` with its path; reading goes on with a
    neutral value, and ``refuse_if_wrong`` at the end throws the whole away.
    """

    def __init__(self, value: Any, path: str = "", problems: list[Message] | None = None) -> None:
        self.problems: list[Message] = [] if problems is None else problems
        self.path = path
        self._asked: set[str] = set()
        self._value: Mapping[Any, Any] = {}
        self._is_mute = False
        if isinstance(value, Mapping):
            self._value = value
        else:
            self._say("footprint.not_a_mapping", path or "/")
            self._is_mute = True  # that each of its keys is missing, nobody need be told

    def over(self, common: Mapping[str, Any]) -> Part:
        """This part with ``common`` for the keys it does not give itself."""
        return Part({**common, **self._value}, self.path, self.problems)

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        self._asked.add(name)
        return self._value.get(name) not in (None, "")

    def raw(self, name: str) -> Any:
        self._asked.add(name)
        return self._value.get(name)

    def problem(self, key: str, name: str, **values: Any) -> None:
        self._say(key, self.at(name), **values)

    def text(self, name: str, limit: int = 500, *, optional: bool = False) -> str:
        """A text of 1 to ``limit`` characters; an optional one may be missing and is then empty."""
        if not self.has(name):
            if not optional:
                self.problem("footprint.missing", name)
            return ""
        given = self._value[name]
        if not isinstance(given, str) or not _is_unicode(given):
            self.problem("footprint.not_a_text", name)
            return ""
        value = given.strip()
        if len(value) > limit:
            self.problem("footprint.too_long", name, limit=limit, excess=len(value) - limit)
        if not value and not optional:
            self.problem("footprint.missing", name)
        return value

    def id(self, name: str = "id") -> str:
        value = self.text(name, 80)
        if value and not _ID.fullmatch(value):
            self.problem("footprint.not_an_id", name, got=value)
        return value

    def optional_id(self, name: str) -> str:
        return self.id(name) if self.has(name) else ""

    def unit(self, name: str = "unit") -> str:
        """The id of a unit, whichever of its spellings was given."""
        text = self.text(name, 20)
        found = units.unit(text)
        if text and found is None:
            if near := units.near(text):
                self.problem("footprint.not_offered_near", name, got=text, near=near)
            else:
                self.problem("footprint.unit_unknown", name, got=text, choices=list(units.UNITS))
        return found.id if found else text

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        if default is not None and not self.has(name):
            return default
        value = self.text(name, 80)
        if value and value not in choices:
            near = difflib.get_close_matches(value, choices, 1)
            if near:
                self.problem("footprint.not_offered_near", name, got=value, near=near[0])
            else:
                self.problem("footprint.not_offered", name, got=value, choices=list(choices))
        return value

    def number(self, name: str) -> Decimal:
        found = self.optional_number(name)
        if found is None:
            if not self.has(name):
                self.problem("footprint.missing", name)
            return Decimal(1)
        return found

    def optional_number(self, name: str) -> Decimal | None:
        if not self.has(name):
            return None
        found = number(self._value[name])
        if found is None:
            self.problem("footprint.not_a_number", name, got=_short(self._value[name]))
            return Decimal(1)
        return found

    def positive(self, name: str) -> Decimal:
        found = self.number(name)
        if found <= 0:
            self.problem("footprint.not_positive", name, got=decimal_text(found))
            return Decimal(1)
        return found

    def integer(self, name: str, low: int, high: int) -> int:
        found = self.number(name)
        if found != found.to_integral_value() or not low <= found <= high:
            self.problem("footprint.not_in_range", name, low=low, high=high, got=decimal_text(found))
            return low
        return int(found)

    def percent(self, name: str) -> Decimal | None:
        """0 to 100, or nothing."""
        found = self.optional_number(name)
        if found is not None and not 0 <= found <= 100:
            self.problem("footprint.not_in_range", name, low=0, high=100, got=decimal_text(found))
        return found

    def flag(self, name: str) -> bool:
        """Yes or no; missing is no."""
        if not self.has(name):
            return False
        value = self._value[name]
        if not isinstance(value, bool):
            self.problem("footprint.not_a_flag", name)
        return value is True

    def day(self, name: str) -> date:
        found = self.optional_day(name)
        if found is None:
            self.problem("footprint.missing", name)
        return found or date.min

    def optional_day(self, name: str) -> date | None:
        if not self.has(name):
            return None
        value = self._value[name]
        if type(value) is date:  # YAML reads an unquoted date itself; a datetime is not a date here
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.problem("footprint.not_a_date", name, got=_short(value))
            return date.min

    def pair(self, name: str) -> Pair:
        part = self.part(name)
        found = Pair(part.text("zh"), part.text("en"))
        part.close()
        return found

    def part(self, name: str) -> Part:
        if not self.has(name):
            self.problem("footprint.missing", name)
            return Part({}, self.at(name), [])
        return Part(self._value[name], self.at(name), self.problems)

    def parts(self, name: str, most: int, *, least: int = 1) -> Iterator[Part]:
        """The mappings of a list, in their order; fewer than ``least`` or more than ``most`` is a problem."""
        value = self.raw(name)
        if value is None:
            value = []
        if not isinstance(value, list | tuple):
            self.problem("footprint.not_a_list", name)
            return
        if not least <= len(value) <= most:
            self.problem("footprint.wrong_count", name, least=least, most=most, got=len(value))
        for position, item in enumerate(value[:most]):
            yield Part(item, f"{self.at(name)}[{position}]", self.problems)

    def ids(self, name: str) -> tuple[str, ...]:
        """A list of ids; missing is empty."""
        found = self.texts(name)
        for at, one in enumerate(found):
            if not _ID.fullmatch(one):
                self.problem("footprint.not_an_id", f"{name}[{at}]", got=_short(one))
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of up to 100 texts; missing is empty."""
        value = self.raw(name) or ()
        if not isinstance(value, list | tuple) or len(value) > 100 or not all(isinstance(one, str) for one in value):
            self.problem("footprint.not_a_list", name)
            return ()
        return tuple(value)

    def numbers(self, name: str, most: int = 50) -> dict[str, Decimal]:
        """A mapping of ids to numbers; missing is empty."""
        if not self.has(name):
            return {}
        value = self._value[name]
        part = self.part(name)
        if not isinstance(value, Mapping):
            return {}
        found = {key: part.number(key) for key in list(value)[:most]}
        if len(found) < len(value):
            self.problem("footprint.wrong_count", name, least=0, most=most, got=len(value))
        return found

    def close(self) -> None:
        """Say of every key that nobody asked for that it is unknown."""
        for key in self._value:
            if key not in self._asked:
                near = difflib.get_close_matches(str(key), sorted(self._asked), 1)
                if near:
                    self.problem("footprint.unknown_key_near", str(key)[:60], near=near[0])
                else:
                    self.problem("footprint.unknown_key", str(key)[:60])

    def refuse_if_wrong(self) -> None:
        """Raises :class:`Refused` with every problem found so far."""
        if self.problems:
            self.refuse()

    def refuse(self) -> NoReturn:
        raise Refused(*self.problems)

    def _say(self, key: str, path: str, **values: Any) -> None:
        if not self._is_mute:
            self.problems.append(Message(key, {"path": path, **values}))
