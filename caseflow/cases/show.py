"""Stored answers as people read them, in both languages. Used by letters, tables, pages and exports alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from caseflow import clock
from caseflow.cases.ground import Ground
from caseflow.records import personal
from caseflow.words import LANGUAGES, Language, text
from caseflow.workflow.form import Field

Pair = dict[Language, str]
LISTED = ("product_class", "region", "organisation")


def both(value: Any) -> Pair:
    """A text that reads the same in both languages."""
    return {"zh": str(value), "en": str(value)}


def pair(title: Any) -> Pair:
    """The two sides of a text of a definition."""
    return {"zh": title.zh, "en": title.en}


def value(ground: Ground, question: Field, stored: Any) -> Pair:
    """One answer as text; empty where there is none, and a word for what was erased."""
    if stored in (None, "", []):
        return both("")
    if personal.is_sealed(stored):
        return words("show.erased")
    kind = question.type
    if kind == "boolean":
        return words("show.yes" if stored else "show.no")
    if kind == "date":
        return day(date.fromisoformat(stored))
    if kind == "choice":
        return _choice(question, stored)
    if kind == "choices":
        return joined([_choice(question, one) for one in stored])
    if kind in LISTED:
        title = ground.titles(kind, str(stored))
        return {"zh": title["zh"], "en": title["en"]} if isinstance(title, dict) else both(title)
    if kind == "decimal" and question.unit:
        return both(f"{stored} {question.unit}")
    return both(stored)


def rows(ground: Ground, question: Field, stored: Any) -> list[list[Pair]]:
    """The cells of a table answer."""
    return [[value(ground, column, row.get(column.id)) for column in question.columns.values()] for row in stored or []]


def points(question: Field, stored: Mapping[str, Any] | None) -> list[tuple[Pair, str, str]]:
    """A checklist: point, conclusion code, remark."""
    given = stored or {}
    return [
        (pair(item), str(given.get(name, {}).get("conclusion") or ""), str(given.get(name, {}).get("remark") or ""))
        for name, item in question.items.items()
    ]


def conclusion(code: str) -> Pair:
    """The conclusion on a point of a checklist as a word."""
    return words(f"shell.checklist.{code}") if code else both("")


def day(when: date) -> Pair:
    """A date as official papers write it."""
    return {"zh": f"{when.year}年{when.month}月{when.day}日", "en": f"{when.day} {when:%B} {when.year}"}


def moment(at: datetime) -> Pair:
    """A moment in Shanghai as official papers write it, to the minute."""
    local = at.astimezone(clock.SHANGHAI)
    called = day(local.date())
    return {"zh": f"{called['zh']} {local:%H:%M}", "en": f"{called['en']}, {local:%H:%M}"}


def _choice(question: Field, stored: str) -> Pair:
    found = question.choices.get(stored)
    return pair(found.title) if found else both(stored)


def joined(parts: list[Pair]) -> Pair:
    """Several texts as one."""
    return {"zh": "、".join(part["zh"] for part in parts), "en": ", ".join(part["en"] for part in parts)}


def words(key: str, **values: Any) -> Pair:
    """A text of the house in both languages."""
    return {language: text(key, language, **values) for language in LANGUAGES}
