"""What templates may call: texts, dates, errors, and what was typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup

from caseflow import clock
from caseflow.people.rights import Actor
from caseflow.web import safety
from caseflow.words import LANGUAGES, Language, Message, catalogue, pick, render, text

_INDEXED = re.compile(r"(?<=\bkgCO)2|(?<=\bCO)2|(?<=\bCH)4|(?<=\bN)2(?=O)|(?<=\bSF)6|(?<=\bNF)3")
_POWERS = re.compile(r"(?<=m)[23](?![0-9A-Za-z])")
_LOW, _HIGH = str.maketrans("2346", "₂₃₄₆"), str.maketrans("23", "²³")
_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One reason, at the field it concerns, or at none."""

    field: str
    text: str


def language_of(actor: Actor | None) -> Language:
    """The language chosen here, else that of the account, else the browser's, else Chinese."""
    chosen = request.cookies.get("language")
    if chosen in LANGUAGES:
        return chosen
    if actor is not None:
        return actor.language
    wished = request.accept_languages.best_match(["zh", "en"], default="zh")
    return "en" if wished == "en" else "zh"


def t(key: str, **values: Any) -> str:
    return text(key, g.language, **values)


def say(message: Message) -> str:
    return render(message, g.language)


def named(pair: Any) -> str:
    """The side of a ``{zh, en}`` pair in the reader's language."""
    return pick(pair, g.language)


def written(value: Any) -> str:
    """A unit or a gas as it is printed: ``kgCO₂e/m³`` of ``kgCO2e/m3``."""
    low = _INDEXED.sub(lambda found: found[0].translate(_LOW), str(value))
    return _POWERS.sub(lambda found: found[0].translate(_HIGH), low)


def day(value: date | datetime | str | None) -> str:
    """``2025年12月30日`` or ``30 December 2025``; a moment counts by its date in Shanghai."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    if isinstance(value, datetime):
        value = clock.local_date(value)
    if g.language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {value:%B %Y}"


def day_with_weekday(value: date) -> str:
    """``2026年6月12日（周五）`` or ``Fri 12 June 2026``."""
    return f"{day(value)}（{_WEEKDAYS[value.weekday()]}）" if g.language == "zh" else f"{value:%a} {day(value)}"


def moment(value: datetime | None) -> str:
    """``2025年12月30日 14:05`` or ``30 December 2025, 14:05``, in Shanghai."""
    if value is None:
        return ""
    local = value.astimezone(clock.SHANGHAI)
    return f"{day(value)}{' ' if g.language == 'zh' else ', '}{local:%H:%M}"


def error_lines() -> list[ErrorLine]:
    """The reasons of a refusal in the reader's language, in the order in which they were found."""
    return [ErrorLine(name, say(reason)) for name, reason in g.errors]


def errors_at(name: str) -> list[str]:
    return [line.text for line in error_lines() if line.field == name]


def typed(name: str, default: Any = "") -> Any:
    """What was typed into a field when the form came back, else ``default``."""
    return g.typed.get(name, default) if g.typed else default


def typed_all(name: str, default: Sequence[str] = ()) -> Sequence[str]:
    return g.typed.getlist(name) if g.typed else default


def csrf_token() -> str:
    return safety.token(current_app.extensions["caseflow"].secret)


def csrf_field() -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(safety.FIELD, csrf_token())


def notice() -> str:
    """What was just done, as the address of the page says (see ``shell.done``)."""
    key = f"notice.{request.args.get('done', '')}"
    return t(key) if key in catalogue() else ""


def script_words() -> dict[str, str]:
    """The texts of the scripts, with their places still open."""
    return {key.removeprefix("shell.js."): pair[g.language] for key, pair in catalogue().items() if "shell.js." in key}


def menu() -> list[Any]:
    """The entries of the main menu that are open to the reader."""
    return [item for item in current_app.extensions["caseflow"].menu if item.policy(g.actor)]


def here(**changed: Any) -> str:
    """The address of this page with other values in its query; None removes one."""
    query = {**request.args.to_dict(flat=False), **changed}
    query = {name: value for name, value in query.items() if value not in (None, "")}
    return _asking(url_for(str(request.endpoint), **(request.view_args or {})), query)


def there(endpoint: str, /, **place: Any) -> str:
    """The address of another page with the query of this one."""
    return _asking(url_for(endpoint, **place), request.args.to_dict(flat=False))


def _asking(address: str, query: dict[str, Any]) -> str:
    """An address with a query, whatever somebody typed into it: to ``url_for`` names like ``_scheme`` say something."""
    asked = urlencode(query, doseq=True)
    return f"{address}{'&' if '?' in address else '?'}{asked}" if asked else address


def install(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["written"] = written
    app.jinja_env.globals.update(
        t=t,
        say=say,
        pick=named,
        day=day,
        day_with_weekday=day_with_weekday,
        moment=moment,
        error_lines=error_lines,
        errors_at=errors_at,
        typed=typed,
        typed_all=typed_all,
        csrf_token=csrf_token,
        csrf_field=csrf_field,
        menu=menu,
        notice=notice,
        here=here,
        there=there,
        script_words=script_words,
        house=lambda: current_app.extensions["caseflow"],
    )
