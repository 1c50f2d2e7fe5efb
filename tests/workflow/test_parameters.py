"""Parameters: bounds that hold, and nothing that breaks at either end of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from caseflow.words import render
from caseflow.workflow.bounds import settled
from caseflow.workflow.definition import Definition
from caseflow.workflow.parameters import Parameter, canonical, within
from caseflow.workflow.problems import Problem
from caseflow.workflow.reader import examine_text, read_text
from tests.workflow import garden

T = {"zh": "甲", "en": "A"}
SHOWN = {
    "beyond_law",
    "bound_wrong",
    "confirms_nothing",
    "default_outside",
    "field_key_unwanted",
    "limits_crossed",
    "one_choice",
    "parameter_breaks",
    "parameter_kind",
    "parameter_unbounded",
    "parameter_units",
    "set_outside_office",
    "unknown_parameter",
    "unknown_role",
    "unused",
}
"""The rules of which a bad example stands here."""
PERIOD: dict[str, Any] = {
    "title": {"zh": "审查期限", "en": "time for review"}, "type": "period", "default": "10 workdays", "minimum": "6 workdays",
    "maximum": "20 workdays", "set_by": "council", "basis": "内部默认",
}  # fmt: skip


def text(limit: Any = "parameter.review", warn: str = "3 workdays", **parameters: Any) -> str:
    body = yaml.safe_load(garden.TEXT)
    body["parameters"] = {"review": PERIOD, **parameters}
    body["states"]["review"]["clock"] = {"limit": limit, "warn": warn, "basis": "内部默认"}
    return json.dumps(body, ensure_ascii=False)


def said(*given: Any, **more: Any) -> list[Problem]:
    return examine_text(text(*given, **more), vocabulary=garden.VOCABULARY).problems


def rules(*given: Any, **more: Any) -> list[str]:
    return [one.rule for one in said(*given, **more)]


def loaded(**more: Any) -> Definition:
    return read_text(text(**more), vocabulary=garden.VOCABULARY)


def test_a_clock_may_name_a_parameter_and_is_compared_at_its_default() -> None:
    assert rules() == []


def test_what_breaks_at_the_end_of_the_bounds_is_told_with_the_value() -> None:
    problem = said(review=PERIOD | {"minimum": "2 workdays"})[0]

    assert problem.rule == "parameter_breaks"
    assert render(problem.message, "en").startswith(
        "with the parameter at 2 workdays: the warning 3 workdays ahead does not fit"
    )


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"default": "30 workdays"}, "default_outside"),
        ({"default": "soon"}, "bound_wrong"),
        ({"minimum": "20 days", "maximum": "30 days"}, "parameter_units"),
        ({"minimum": "12 workdays", "maximum": "6 workdays", "default": "12 workdays"}, "limits_crossed"),
        ({"at_least": "8 workdays"}, "beyond_law"),
        ({"at_most": "15 workdays"}, "beyond_law"),
        ({"maximum": None}, "parameter_unbounded"),
        ({"set_by": None, "confirmed_by": "head"}, "confirms_nothing"),
        ({"set_by": "haed"}, "unknown_role"),
        ({"set_by": "gardener"}, "set_outside_office"),
        ({"confirmed_by": "expert"}, "set_outside_office"),
        ({"choices": {"a": {"title": T}}}, "field_key_unwanted"),
    ],
)
def test_the_bounds_of_a_parameter_are_checked(change: dict[str, Any], rule: str) -> None:
    made = {key: value for key, value in (PERIOD | change).items() if value is not None}

    assert rule in rules(review=made)


def test_a_parameter_that_does_not_exist_or_is_of_another_type_is_refused() -> None:
    number = {"title": T, "type": "integer", "default": 5, "basis": "通知"}

    assert "unknown_parameter" in rules("parameter.reveiw")
    assert "parameter_kind" in rules("parameter.days", days=number)


def test_a_parameter_that_nothing_names_is_told() -> None:
    assert "unused" in rules("10 workdays")


def test_a_choice_needs_two_of_them() -> None:
    choice = {"title": T, "type": "choice", "default": "a", "choices": {"a": {"title": T}}, "basis": "通知"}

    assert "one_choice" in rules(mode=choice)


def test_the_settled_definition_holds_plain_periods() -> None:
    definition = loaded()
    clock = settled(definition, {"review": "7 workdays"}).states["review"].clock

    assert clock is not None
    assert clock.limit == "7 workdays"


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        ("integer", "5", "5"), ("integer", 5, "5"), ("integer", "5.0", None), ("integer", True, None), ("decimal", "0.80", "0.80"),
        ("decimal", "1e9", None), ("period", "1 workdays", "1 workday"), ("period", "0 days", None), ("period", "2 weeks", None),
        ("boolean", True, "true"), ("boolean", "yes", None), ("date", "2026-02-30", None), ("date", "2026-02-28", "2026-02-28"),
    ],
)  # fmt: skip
def test_a_value_is_kept_in_one_form_or_refused(kind: Any, written: Any, kept: str | None) -> None:
    parameter = Parameter.model_validate({"title": T, "type": kind, "default": "x", "basis": "—"})

    assert canonical(parameter, written) == kept


def test_periods_of_two_units_are_never_within_each_other() -> None:
    parameter = Parameter.model_validate({**PERIOD, "id": "review"})

    assert [within(parameter, one) for one in ("6 workdays", "20 workdays", "21 workdays", "10 days")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_condition_reads_a_parameter_by_its_type() -> None:
    body = yaml.safe_load(text())
    most = {"title": T, "type": "integer", "default": 3, "basis": "通知"}
    body["parameters"]["most"] = most
    condition = {"check": "dossier.plot.area <= parameter.most", "message": T, "basis": "通知"}
    body["states"]["drafting"]["actions"]["submit"]["needs"] = [condition]
    found = [
        one.rule for one in examine_text(json.dumps(body, ensure_ascii=False), vocabulary=garden.VOCABULARY).problems
    ]

    assert found == ["cel_decimal_written"]  # a decimal and a whole number are two types
    most |= {"type": "decimal", "default": "3.5"}
    assert examine_text(json.dumps(body, ensure_ascii=False), vocabulary=garden.VOCABULARY).problems == []
