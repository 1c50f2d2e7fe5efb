"""What is written about the language is what the code knows, and an editor's schema takes what the reader takes."""

from __future__ import annotations

import re

import pytest
import yaml
from pydantic import BaseModel

from caseflow.words import LANGUAGES, Language
from caseflow.workflow import manual
from caseflow.workflow.grammar import FILE_KEYS, json_schema, keys, known_at, models
from tests.workflow import garden

SHORT = ("Call", "Block")
"""Parts whose examples are written in short: the name itself is the key."""
REFERENCE = manual.PAGES["en"].read_text("utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (.+) \| `(.+)` \|$", re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_the_language_is_what_the_code_says(language: Language) -> None:
    page = manual.PAGES[language].read_text("utf-8")

    assert manual.placed(page, manual.tables(manual.book(), language)) == page


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_key_is_explained_with_an_example_that_names_it(model: type[BaseModel]) -> None:
    said = manual.book()[model.__name__]["keys"]

    assert list(said) == list(keys(model))
    assert [key for key, one in said.items() if not (one["zh"].strip() and one["en"].strip())] == []
    assert [key for key, one in said.items() if key not in one["example"] and model.__name__ not in SHORT] == []


def test_nothing_is_documented_that_does_not_exist() -> None:
    assert sorted(manual.book()) == sorted(model.__name__ for model in models())
    assert [key for key, _, _ in ROW.findall(REFERENCE.split("## Paths")[0])] == list(FILE_KEYS)


def test_bounds_are_told() -> None:
    assert manual.takes("Field", "max_rows", "en") == "whole number, 1 to 5000"
    assert manual.takes("Field", "max_rows", "zh") == "整数，1至5000"
    assert manual.takes("Clock", "ends_on", "en") == "`next_workday` `after_holidays` `last_day`"
    assert manual.takes("Decision", "rows", "en") == "list of at most 100: Row"


def test_the_names_that_may_stand_at_a_place_are_known() -> None:
    assert known_at(("states", "x", "clock", "?")) == [
        "limit",
        "pauses_in",
        "warn",
        "not_after",
        "starts",
        "ends_on",
        "extends",
        "stops",
        "breach",
        "soft",
        "timer",
        "basis",
    ]
    assert known_at(("states", "x", "actions", "y", "needs", 0, "Check", "?")) == ["check", "message", "basis"]
    assert known_at(("?",))[-3:] == ["extends", "part", "abstract"]


def test_the_schema_for_editors_takes_the_example_and_its_short_forms() -> None:
    """A small reading of JSON Schema, enough for what the schema uses."""
    schema = json_schema()

    def fits(value: object, rule: dict[str, object]) -> bool:
        if "$ref" in rule:
            return fits(value, schema["$defs"][str(rule["$ref"]).split("/")[-1]])
        for key, every in (("anyOf", any), ("oneOf", lambda found: sum(found) == 1), ("allOf", all)):
            if key in rule and not every([fits(value, each) for each in rule[key]]):  # type: ignore[operator,union-attr]
                return False
        if "not" in rule and fits(value, rule["not"]):  # type: ignore[arg-type]
            return False
        if "const" in rule and value != rule["const"]:
            return False
        if "enum" in rule and value not in rule["enum"]:  # type: ignore[operator]
            return False
        kinds = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}
        if "type" in rule and not isinstance(value, kinds[str(rule["type"])]):
            return False
        if isinstance(value, dict):
            properties = rule.get("properties", {})
            if any(name not in value for name in rule.get("required", ())):  # type: ignore[attr-defined]
                return False
            if rule.get("additionalProperties") is False and set(value) - set(properties):  # type: ignore[call-overload]
                return False
            rest = [*rule.get("patternProperties", {}).values(), rule.get("additionalProperties")]  # type: ignore[attr-defined]
            for name, inner in value.items():
                wanted = properties.get(name) or next((each for each in rest if isinstance(each, dict)), {})  # type: ignore[attr-defined]
                if not fits(inner, wanted):
                    return False
        if isinstance(value, list) and "items" in rule:
            return all(fits(inner, rule["items"]) for inner in value)  # type: ignore[arg-type]
        return not (isinstance(value, str) and "pattern" in rule) or re.search(str(rule["pattern"]), value) is not None

    assert fits(yaml.safe_load(garden.TEXT), schema)
    assert fits(yaml.safe_load(garden.ROADS), schema)
    assert fits({"part": True, "roles": {}}, schema)
    assert not fits(yaml.safe_load(garden.changed(("holder: clerk", "hodler: clerk"))), schema)
    assert not fits(yaml.safe_load(garden.changed(("type: decimal", "type: decimel"))), schema)
