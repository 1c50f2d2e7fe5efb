"""A condition holds only where it is certainly true; every type is tried at its boundary."""

from __future__ import annotations

import gc
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from caseflow.words import Message
from caseflow.workflow.expressions import EPOCH, Expression, compile_expression
from caseflow.workflow.parts import Check
from caseflow.workflow.readings import answer
from caseflow.workflow.rules import Names, compile_rules, when_places
from tests.workflow import garden

NAMES: Names = {
    "today": ("date", None), "n": ("integer", None), "d": ("decimal", 2), "e": ("decimal", None), "t": ("text", None),
    "b": ("boolean", None), "day": ("date", None), "l": ("texts", None), "rows": ("texts", None),
    "rows.due": ("dates", None), "rows.mass": ("decimals", 3), "point.one": ("text", None),
}  # fmt: skip


def says(text: str, **values: Any) -> bool | str:
    """True, false, or the key of the refusal with the field that it names."""
    expression = compile_expression(text, NAMES)
    assert isinstance(expression, Expression), expression
    said = answer(expression, values)
    if isinstance(said, Message):
        return f"{said.key.removeprefix('workflow.')} {said.values['field']}"
    return said


BIG = 2**63 - 1
BOUNDARIES: list[tuple[str, dict[str, Any], bool | str]] = [
    ("n > 3", {"n": 3}, False),
    ("n > 3", {"n": 4}, True),
    ("n > 3", {"n": BIG}, True),
    ("n > 3", {"n": BIG + 1}, "value_too_great n"),
    ("n + n > 3", {"n": BIG}, "not_decided n + n > 3"),
    ("n < 0", {"n": -BIG}, True),
    ("n > 3", {"n": True}, "value_strange n"),
    ("n > 3", {"n": 4.0}, "value_strange n"),
    ("n > 3", {"n": "4"}, True),
    ("n > 3", {"n": "four"}, "value_strange n"),
    ("n > 3", {"n": None}, "value_missing n"),
    ("n > 3", {}, "value_missing n"),
    ("n % 2 == 0", {"n": 6}, True),
    ("d >= 40.5", {"d": "40.5"}, True),
    ("d >= 40.5", {"d": "40.49"}, False),
    ("d >= 40.5", {"d": Decimal("40.50")}, True),
    ("d == 0.1", {"d": "0.1"}, True),
    ("d + 0.2 == 0.3", {"d": "0.1"}, True),
    ("d * 3 == 0.3", {"d": "0.1"}, True),
    ("d > 0.0", {"d": "0.001"}, "value_strange d"),
    ("d > 0.0", {"d": 0.01}, "value_strange d"),
    ("d > 0.0", {"d": "1E+40"}, "value_too_great d"),
    ("d > 0.0", {"d": "NaN"}, "value_strange d"),
    ("d > 0.0", {"d": "Infinity"}, "value_strange d"),
    ("d > 0.0", {"d": "92233720368547758.07"}, True),
    ("d > 0.0", {"d": "92233720368547758.08"}, "value_too_great d"),
    ("e < d", {"d": "0.01", "e": "0.009999"}, True),
    ("e == 1.0", {"e": "1.00000000000000000000000000000000000000000000000001"}, "value_strange e"),
    ("d in [1.5, -2.25]", {"d": "-2.25"}, True),
    ("day <= today", {"day": date(2025, 6, 30), "today": date(2025, 6, 30)}, True),
    ("day <= today", {"day": "2025-07-01", "today": date(2025, 6, 30)}, False),
    ('day == date("2025-06-30")', {"day": "2025-06-30"}, True),
    ('day < date("0001-01-02")', {"day": "0001-01-01"}, True),
    ('day > date("9999-12-30")', {"day": "9999-12-31"}, True),
    ("today - day == 1", {"today": "2024-03-01", "day": "2024-02-29"}, True),
    ("day + 1 == today", {"today": "2024-03-01", "day": "2024-02-29"}, True),
    ("day <= today", {"day": "2025-02-30", "today": date(2025, 6, 30)}, "value_strange day"),
    ("day <= today", {"day": "", "today": date(2025, 6, 30)}, "value_missing day"),
    ('t == "碳足迹"', {"t": "碳足迹"}, True),
    ("size(t) == 3", {"t": "碳足迹"}, True),
    ("size(t) == 1", {"t": "𠮷"}, True),
    ('t.contains("足")', {"t": "碳足迹"}, True),
    ('t in ["sunny", "shady"]', {"t": "dark"}, False),
    ('t != "x"', {"t": ""}, "value_missing t"),
    ('t != "x"', {"t": 5}, "value_strange t"),
    ("b", {"b": True}, True),
    ("b", {"b": False}, False),
    ("!b", {"b": False}, True),
    ("!b", {}, "value_missing b"),
    ("b", {"b": 1}, "value_strange b"),
    ("b", {"b": "true"}, "value_strange b"),
    ("b == false", {"b": None}, "value_missing b"),
    ('"x" in l', {"l": ["x", "y"]}, True),
    ('"x" in l', {"l": []}, False),
    ('!("x" in l)', {}, "value_missing l"),
    ("size(l) == 2", {"l": ["x", "y"]}, True),
    ("size(rows) == 2", {"rows": [{"due": "2025-01-01"}, {"due": "2025-01-02"}]}, True),
    ("rows.due.all(a, a <= today)", {"rows": [{"due": "2025-01-01"}], "today": "2025-01-01"}, True),
    ("rows.due.all(a, a <= today)", {"rows": [{"due": "2025-01-02"}], "today": "2025-01-01"}, False),
    ("rows.due.all(a, a <= today)", {"rows": [{"mass": "1"}], "today": "2025-01-01"}, "value_missing rows.due"),
    ("rows.mass.exists(m, m > 1.5)", {"rows": [{"mass": "1.501"}]}, True),
    ('point.one == "met"', {"point": {"one": "met"}}, True),
    ('point.one == "met"', {"point": {"one": {"conclusion": "met", "remark": "x"}}}, True),
    ("rows.mass.all(m, m > 1.5)", {"rows": {"7": {"mass": "1.6"}, "12": {"mass": "1.4"}}}, False),
    ("size(rows) == 2", {"rows": {"7": {"mass": "1.6"}, "12": {"mass": "1.4"}}}, True),
    ("has(t)", {"t": "x"}, True),
    ("has(t)", {"t": ""}, False),
    ("has(t)", {}, False),
    ("!has(t) || size(t) > 2", {}, True),
    ("has(n) && n > 3", {}, False),
    ("b || n > 3", {"b": True}, True),
    ("b || n > 3", {"b": False}, "value_missing n"),
    ("b && n > 3", {"b": False}, False),
    ("b ? n > 3 : true", {"b": False}, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "values", "expected"), BOUNDARIES, ids=[f"{n} {case[0]}" for n, case in enumerate(BOUNDARIES)]
)
def test_each_type_at_its_boundary(text: str, values: dict[str, Any], expected: bool | str) -> None:
    assert says(text, **values) == expected


@given(some.decimals(-(10**9), 10**9, places=2), some.decimals(-(10**9), 10**9, places=2))
def test_decimals_compare_as_in_exact_arithmetic(one: Decimal, other: Decimal) -> None:
    literal = f"{other:f}" if "." in f"{other:f}" else f"{other:f}.0"

    assert says(f"d < {literal}", d=str(one)) is (one < other)


@given(some.dates(), some.integers(-3000, 3000))
def test_dates_compare_as_days(day: date, shift: int) -> None:
    try:
        later = day + timedelta(days=shift)
    except OverflowError:
        return

    assert says(f"today - day == {shift}", today=later, day=day.isoformat()) is True
    assert (day - EPOCH).days + shift == (later - EPOCH).days


@given(
    some.one_of(
        some.none(),
        some.floats(),
        some.binary(),
        some.lists(some.integers()),
        some.dictionaries(some.text(), some.text()),
        some.text(),
    )
)
def test_nothing_that_is_no_boolean_is_taken_for_true(value: Any) -> None:
    for text in ("b", "!b", "b == true", "b || b"):
        assert says(text, b=value) not in (True, False)


def test_a_condition_of_the_example_names_the_field_that_is_missing() -> None:
    definition = garden.garden()
    rules = compile_rules(definition)
    action = definition.states["drafting"].actions["submit"]
    check = action.needs[1]
    assert isinstance(check, Check)

    def said(**plot: Any) -> Message | None:
        return rules.holds(action, check, {"dossier": {"plot": plot}}, state="drafting")

    assert said(area="40.50", beds=9) is None
    assert said(area="40.51", beds=9) == Message(
        "workflow.condition_with_basis", {"text": {"zh": "地块过大", "en": "The plot is too large"}, "basis": "镇规一"}
    )
    assert said(beds=9) == Message("workflow.value_missing", {"field": {"zh": "面积", "en": "Area"}})
    assert said(area="41") == Message(
        "workflow.condition_with_basis", {"text": {"zh": "地块过大", "en": "The plot is too large"}, "basis": "镇规一"}
    )


def test_a_question_is_put_only_where_its_condition_holds() -> None:
    definition = garden.garden()
    rules = compile_rules(definition)
    [(place, text, fields)] = when_places(definition)

    assert place == ("dossier", "person", "fields", "proxy")
    assert list(fields) == ["name", "phone", "agent", "proxy"]
    assert [rules.applies(place, text, {"agent": value}) for value in (True, False, None)] == [True, False, False]


def test_rules_are_compiled_once_for_a_definition_and_go_with_it() -> None:
    definition = garden.garden()

    assert compile_rules(definition) is compile_rules(definition)
    other = garden.garden()
    assert compile_rules(other) is not compile_rules(definition)
    before = compile_rules(other)
    del other
    gc.collect()
    assert before is not compile_rules(garden.garden())


def test_personal_facts_cannot_be_read_by_a_condition() -> None:
    text = garden.changed(
        ("asks: {sealed: {type: file,", "asks: {helper: {type: text, label: {zh: 甲, en: A}, personal: true}, sealed: {type: file,"),
        ("        needs: [{place_free: plots}, {duty_done: opinion}]",
         "        needs: [{check: 'case.submit.helper == \"x\"', message: {zh: 甲, en: A}, basis: 甲}, {place_free: plots}, {duty_done: opinion}]"),
    )  # fmt: skip

    assert garden.rules(text) == ["cel_unknown"]


def test_an_evaluation_that_would_not_end_is_given_up_and_refused() -> None:
    rows = [{"due": "2025-01-01"}] * 200_000
    start = time.perf_counter()
    answer = says("rows.due.all(a, a <= today)", rows=rows, today="2025-01-01")

    assert answer == "not_decided rows.due.all(a, a <= today)"
    assert time.perf_counter() - start < 5


def test_five_thousand_rows_are_within_the_budget() -> None:
    assert says("rows.due.all(a, a <= today)", rows=[{"due": "2025-01-01"}] * 5000, today="2025-01-01") is True


def test_a_guard_takes_microseconds() -> None:
    expression = compile_expression("n > 3 && day <= today", NAMES)
    assert isinstance(expression, Expression)
    values = {"n": 4, "day": date(2025, 1, 1), "today": date(2025, 1, 2)}
    best = 1.0
    for _ in range(20):
        start = time.perf_counter()
        for _ in range(100):
            answer(expression, values)
        best = min(best, (time.perf_counter() - start) / 100)

    assert best < 100e-6


SHED = garden.read_text(garden.ROADS, vocabulary=garden.VOCABULARY)
OFFICERS = {"officers": [4, 9], "day": "2025-06-30"}


@pytest.mark.parametrize(
    ("visits", "asks", "holds"),
    [
        (None, OFFICERS, True),
        ({}, OFFICERS, True),
        ({"12": {"day": "2025-06-01"}, "15": {"day": "2025-06-30"}}, OFFICERS, True),
        ({"12": {"day": "2025-06-01"}, "15": {"day": "2025-07-01"}}, OFFICERS, False),
        ({str(n): {"day": "2025-06-01"} for n in range(5)}, OFFICERS, False),
        (None, {"officers": [4], "day": "2025-06-30"}, False),
        ({"12": {}}, OFFICERS, False),
    ],
)
def test_gathered_answers_are_read_like_a_table_and_are_empty_before_the_first(
    visits: dict[str, Any] | None, asks: dict[str, Any], holds: bool
) -> None:
    action = SHED.states["review"].actions["visit"]
    facts = {"approve": {"opinion": "x"}} | ({} if visits is None else {"visits": visits})
    said = compile_rules(SHED).holds(action, action.needs[0], {"asks": asks, "case": facts}, state="review")  # type: ignore[arg-type]

    assert (said is None) is holds


def test_nothing_gathered_yet_refuses_with_the_words_of_the_condition() -> None:
    action = SHED.states["building"].actions["finish"]
    check = action.needs[0]
    assert isinstance(check, Check)
    said = compile_rules(SHED).holds(action, check, {"case": {}}, state="building")

    assert said is not None
    assert said.values["text"] == {"zh": "尚未报送", "en": "Nothing reported"}
