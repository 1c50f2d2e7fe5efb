"""The reference of the language, made from the code: every part, each of its keys, and what may stand there.

Kinds and bounds are read off the models; what a key means, and its example, stand in ``templates/language.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from caseflow.words import Language, text
from caseflow.workflow.definition import Definition
from caseflow.workflow.grammar import keys, models
from caseflow.workflow.proof.rulebook import ROOT

PAGES: Mapping[Language, Path] = {"en": ROOT / "docs" / "language.md", "zh": ROOT / "docs" / "language.zh.md"}
Book = Mapping[str, Mapping[str, Any]]
"""By part: ``title``, and under ``keys`` by key ``zh``, ``en`` and ``example``."""

_FORMS = {
    "^[a-z][a-z0-9_]{0,59}$": "id",
    "^[a-z_]+$": "id",
    "^[a-z][a-z0-9-]{0,59}$": "name",
    r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$": "path",
    r"^[1-9]\d{0,3} (workdays?|days?|months?|years?)$": "period",
    r"^([1-9]\d{0,3} (workdays?|days?|months?|years?)|parameter\.[a-z][a-z0-9_]{0,59})$": "period_or_parameter",
    r"^[a-z]{2,4}\.[a-z][a-z0-9_]{0,59}$": "timer",
    r"^parameter\.[a-z][a-z0-9_]{0,59}$": "parameter",
    r"^\d{4}\.\d{1,3}$": "version",
    r"^\d{1,2}(\.\d)?%$": "percent",
    r"^\d{1,9}(\.\d{1,9})?$": "decimal",
    r"^(majority|[1-9]\d?/[1-9]\d?)$": "share",
    r"^[1-9]\d?/[1-9]\d?$": "ratio",
}
BEGIN, END = "<!-- keys: made by caseflow workflow reference -->", "<!-- end of keys -->"
_ENOUGH = 6
"""Words of an enumeration that are listed; a longer one stands in the meaning of its key."""


@cache
def book() -> Book:
    """What every key means, and an example of each."""
    found: Book = yaml.load((ROOT / "templates" / "language.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return found


def tables(known: Book, language: Language) -> str:
    """A heading and a table for each part, in the order in which one meets them.

    Raises KeyError for a part or key that ``known`` lacks.
    """
    return "\n\n".join(_table(model.__name__, list(keys(model)), known, language) for model in models())


def placed(page: str, made: str) -> str:
    """A page with the tables between its marks renewed. Raises ValueError where there are no marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def _table(name: str, names: list[str], known: Book, language: Language) -> str:
    part = known[name]
    head = [text(f"manual.{column}", language) for column in ("key", "meaning", "takes", "example")]
    lines = [f"### {name}", "", str(part["title"][language]), "", _row(head), "|---|---|---|---|"]
    required = _rules()[name].get("required", ())
    for key in names:
        said = part["keys"][key]
        lines.append(
            _row(
                [
                    f"`{key}`{' *' if key in required else ''}",
                    said[language],
                    takes(name, key, language),
                    f"`{said['example']}`",
                ]
            )
        )
    return "\n".join(lines)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def takes(part: str, key: str, language: Language) -> str:
    """What may stand behind a key, with its bounds, in words."""
    said = dict.fromkeys(_kinds(_rules()[part]["properties"][key], language))
    return text("manual.or", language).join(said)


@cache
def _rules() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each part."""
    schema = Definition.model_json_schema(by_alias=True, mode="validation")
    return {Definition.__name__: schema, **schema["$defs"]}


def _kinds(rule: Mapping[str, Any], language: Language) -> Iterator[str]:
    if "$ref" in rule:
        yield str(rule["$ref"]).split("/")[-1]
    elif "anyOf" in rule or "oneOf" in rule:
        for one in rule.get("anyOf", rule.get("oneOf", ())):
            if one.get("type") != "null":
                yield from _kinds(one, language)
    elif "const" in rule:
        yield f"`{rule['const']}`"
    elif "enum" in rule:
        listed = rule["enum"]
        yield (
            text("manual.one_of", language, n=len(listed))
            if len(listed) > _ENOUGH
            else " ".join(f"`{one}`" for one in listed)
        )
    elif rule.get("type") == "array":
        inner = text("manual.or", language).join(dict.fromkeys(_kinds(rule.get("items", {}), language)))
        yield (
            text("manual.list_at_most", language, of=inner, most=rule["maxItems"])
            if "maxItems" in rule
            else text("manual.list", language, of=inner)
        )
    elif rule.get("type") == "object":
        values = [*rule.get("patternProperties", {}).values(), rule.get("additionalProperties")]
        shapes = [one for one in values if isinstance(one, Mapping)]
        inner = text("manual.or", language).join(
            dict.fromkeys(kind for one in shapes for kind in _kinds(one, language))
        )
        yield text("manual.mapping", language, of=inner) if inner else text("manual.any_mapping", language)
    elif rule.get("type") == "integer":
        yield _bounded("integer", rule.get("minimum"), rule.get("maximum"), language)
    elif "pattern" in rule:
        yield text(f"manual.form.{_FORMS[rule['pattern']]}", language)
    elif rule.get("type") == "string":
        yield _bounded("text", None, rule.get("maxLength"), language)
    else:
        yield text(f"manual.{rule.get('type', 'anything')}", language)


def _bounded(kind: str, least: int | None, most: int | None, language: Language) -> str:
    if least is not None and most is not None:
        return text(f"manual.{kind}_between", language, least=least, most=most)
    if least is not None:
        return text(f"manual.{kind}_from", language, least=least)
    return text(f"manual.{kind}_to", language, most=most) if most is not None else text(f"manual.{kind}", language)
