"""Messages by key, in Chinese and English.

Inner rooms return ``Message(key, values)``; only the edge turns one into text. The texts stand in
``templates/words/*.yaml`` as ``key: {zh: …, en: …}`` with ``{name}`` for a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import yaml

from caseflow.config import ROOT

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence not yet in a language. ``values`` are plain JSON, other messages, or ``{zh, en}`` pairs."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "values": {name: _plain(value) for name, value in self.values.items()}}


class Refused(Exception):
    """What was asked cannot be done; carries every reason."""

    def __init__(self, *reasons: Message) -> None:
        super().__init__("; ".join(reason.key for reason in reasons))
        self.reasons = reasons


@cache
def catalogue() -> dict[str, dict[Language, str]]:
    """All texts. A key that stands twice, or lacks a language, keeps the program from starting."""
    texts: dict[str, dict[Language, str]] = {}
    for path in sorted((ROOT / "templates" / "words").glob("*.yaml")):
        for key, text in (yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) or {}).items():
            if key in texts:
                raise ValueError(f"{path.name}: the text {key} stands twice")
            if not isinstance(text, dict) or set(text) != set(LANGUAGES):
                raise ValueError(f"{path.name}: the text {key} needs exactly zh and en")
            texts[key] = text
    return texts


def text(key: str, language: Language, /, **values: Any) -> str:
    """The text of ``key`` with its values filled in."""
    found = catalogue()[key][language]
    return _PLACE.sub(lambda place: _show(values[place[1]], language), found)


def render(message: Message, language: Language) -> str:
    return text(message.key, language, **message.values)


def from_json(value: dict[str, Any]) -> Message:
    """A message as the journal stored it."""
    return Message(value["key"], {name: _revive(part) for name, part in value["values"].items()})


def pick(pair: Any, language: Language) -> str:
    """The side of a ``{zh, en}`` pair (a mapping or an object with these attributes) in a language."""
    return str(pair[language] if isinstance(pair, dict) else getattr(pair, language))


def _show(value: Any, language: Language) -> str:
    if isinstance(value, Message):
        return render(value, language)
    if isinstance(value, dict) and set(value) == set(LANGUAGES):
        return str(value[language])
    if isinstance(value, list | tuple):
        return ("、" if language == "zh" else ", ").join(_show(part, language) for part in value)
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return {"message": value.as_json()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, str | int | float | bool | dict | None):
        return value
    return str(value)


def _revive(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"message"}:
        return from_json(value["message"])
    if isinstance(value, list):
        return [_revive(part) for part in value]
    return value
