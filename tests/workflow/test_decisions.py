"""Decision tables: exact about gaps and overlaps, total and explained when they decide."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import yaml

from caseflow.words import Message, render
from caseflow.workflow import cells, graph, machine
from caseflow.workflow.cells import Domain, Unreadable, read, witnesses
from caseflow.workflow.deciding import Decided, decide, settings_of, tables
from caseflow.workflow.definition import Definition
from caseflow.workflow.problems import Problem
from caseflow.workflow.proof import coverage
from caseflow.workflow.reader import examine_text, read_text
from tests.workflow import garden

T = {"zh": "甲", "en": "A"}
SHOWN = {
    "choice_without_way",
    "cell_unreadable",
    "decision_gap",
    "decision_not_decided",
    "decision_overlap",
    "decision_too_wide",
    "input_shape",
    "input_type",
    "output_missing",
    "output_type",
    "output_value",
    "parameter_kind",
    "personal_shown",
    "reserved_id",
    "route_and_to",
    "route_undecided",
    "row_shadowed",
    "row_unreachable",
    "store_reserved",
    "unknown_choice",
    "unknown_decision",
    "unknown_input",
    "unknown_output",
    "unknown_parameter",
    "unknown_path",
    "unknown_state",
}
"""The rules of which a bad example stands here."""


def label(name: str) -> dict[str, str]:
    return {"zh": name, "en": name}


FIELDS: dict[str, Any] = {
    "intensity": {"type": "decimal", "label": label("intensity"), "minimum": 0},
    "share": {"type": "decimal", "label": label("share"), "decimals": 1, "minimum": 0, "maximum": 100},
    "size": {"type": "choice", "label": label("size"), "choices": {"big": {"title": T}, "small": {"title": T}}},
    "years": {"type": "integer", "label": label("years"), "minimum": 0, "maximum": 10},
    "since": {"type": "date", "label": label("since")},
    "sound": {"type": "boolean", "label": label("sound"), "text": T},
    "place": {"type": "text", "label": label("place")},
    "secret": {"type": "text", "label": label("secret"), "personal": True},
    "rows": {"type": "table", "label": label("rows"), "columns": {"n": {"type": "integer", "label": T}}},
}


def text(decision: dict[str, Any], **more: Any) -> str:
    """The example with one decision over fields of every kind."""
    body = yaml.safe_load(garden.TEXT)
    body["dossier"]["facts"] = {"title": T, "fields": FIELDS}
    body["decisions"] = {"grading": decision}
    return json.dumps({**body, **more}, ensure_ascii=False)


def table(inputs: dict[str, str], rows: list[tuple[dict[str, Any], str]], **more: Any) -> dict[str, Any]:
    return {
        "title": T,
        "inputs": {name: {"value": f"dossier.facts.{path}"} for name, path in inputs.items()},
        "outputs": {"grade": {"type": "choice", "label": T, "choices": {one: {"title": T} for one in ("a", "b", "c")}}},
        "rows": [{"when": when, "then": {"grade": grade}} for when, grade in rows],
        "basis": "第一条",
        **more,
    }


def said(decision: dict[str, Any], **more: Any) -> list[Problem]:
    """What is said of the decision, the rest of the example aside."""
    known = {"unused"}
    return [
        one
        for one in examine_text(text(decision, **more), vocabulary=garden.VOCABULARY).problems
        if one.rule not in known
    ]


def rules(decision: dict[str, Any], **more: Any) -> list[str]:
    return [one.rule for one in said(decision, **more)]


def example(decision: dict[str, Any], **more: Any) -> str:
    (problem,) = said(decision, **more)
    return render(problem.message, "en")


def loaded(decision: dict[str, Any], **more: Any) -> Definition:
    return read_text(text(decision, **more), vocabulary=garden.VOCABULARY)


def grade(definition: Definition, **values: Any) -> Any:
    found = decide(definition, "grading", values, settings_of(definition, {}))
    return found.outputs["grade"] if isinstance(found, Decided) else found


WHOLE = table(
    {"i": "intensity", "s": "size"},
    [({"i": "< 0.8"}, "a"), ({"i": ">= 0.8", "s": "big"}, "b"), ({"i": ">= 0.8", "s": "small"}, "c")],
)


def test_a_table_that_says_one_thing_of_everything_is_sound() -> None:
    assert rules(WHOLE) == []


def test_a_gap_at_a_single_value_is_found_and_told_in_the_words_of_the_inputs() -> None:
    gap = table({"i": "intensity"}, [({"i": "< 0.8"}, "a"), ({"i": "> 0.8"}, "b")])

    assert example(gap) == "the table leaves a gap; no row fits intensity = 0.8 (add a row or a default)"


def test_a_default_closes_the_gap() -> None:
    gap = table({"i": "intensity"}, [({"i": "< 0.8"}, "a"), ({"i": "> 0.8"}, "b")], default={"grade": "c"})

    assert rules(gap) == []
    assert grade(loaded(gap), i="0.80") == "c"


def test_between_two_places_of_a_decimal_there_is_no_gap_where_nothing_can_be_written() -> None:
    tight = [({"i": "<= 0.7"}, "a"), ({"i": ">= 0.8"}, "b")]

    assert rules(table({"i": "share"}, tight)) == []
    assert rules(table({"i": "intensity"}, tight)) == ["decision_gap"]


def test_whole_numbers_have_no_gap_between_neighbours() -> None:
    assert rules(table({"y": "years"}, [({"y": "[0, 3]"}, "a"), ({"y": "[4, 10]"}, "b")])) == []
    assert example(table({"y": "years"}, [({"y": "[0, 3)"}, "a"), ({"y": "[4, 10]"}, "b")])).endswith(
        "years = 3 (add a row or a default)"
    )


def test_an_overlap_names_both_rows_and_the_values() -> None:
    both = table({"i": "intensity", "s": "size"}, [({"i": "<= 1"}, "a"), ({"i": ">= 1"}, "b")])

    assert example(both) == "the rows 1, 2 both fit intensity = 1, size = A (with hit unique only one may)"


def test_the_first_row_that_fits_may_overlap_later_ones() -> None:
    first = table({"i": "intensity"}, [({"i": "<= 1"}, "a"), ({"i": "-"}, "b")], hit="first")

    assert rules(first) == []
    assert [grade(loaded(first), i=value) for value in ("1", "1.01")] == ["a", "b"]


def test_a_row_that_an_earlier_one_always_takes_is_told() -> None:
    first = table({"i": "intensity"}, [({}, "a"), ({"i": "<= 1"}, "b")], hit="first")
    (problem,) = said(first)

    assert (problem.rule, problem.level) == ("row_shadowed", "warning")


def test_a_row_outside_what_can_be_answered_is_refused() -> None:
    assert rules(table({"y": "years"}, [({"y": "<= 10"}, "a"), ({"y": "> 10"}, "b")])) == ["row_unreachable"]


def test_texts_and_dates_are_cut_exactly_too() -> None:
    places = [({"p": ["north", "south"]}, "a"), ({"p": "!= north"}, "b")]
    days = [({"d": "< 2026-01-01"}, "a"), ({"d": "[2026-01-01, 2026-06-30]"}, "b"), ({"d": ">= 2026-07-01"}, "c")]

    assert "place = south" in example(table({"p": "place"}, places))
    assert rules(table({"d": "since"}, days)) == []
    assert "place = any other" in example(table({"p": "place"}, [({"p": "north"}, "a")]))


def test_a_condition_may_be_an_input() -> None:
    decision = table(
        {"s": "size"}, [({"old": True}, "a"), ({"old": False, "s": "big"}, "b"), ({"old": False, "s": "small"}, "c")]
    )
    decision["inputs"]["old"] = {"check": "dossier.facts.years > 5", "title": label("old")}

    assert rules(decision) == []
    assert [grade(loaded(decision), s="big", old=value) for value in (True, False)] == ["a", "b"]


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("years", "1.5"), ("years", "soon"), ("years", True), ("years", "[3, 1"), ("years", "< 2026-01-01"), ("since", "5"),
        ("since", "2026-02-30"), ("size", "bgi"), ("sound", "true"), ("intensity", "< 2026-01-01"), ("years", "__import__"),
        ("years", "1 + 1"), ("years", "< parameter.x.y"), ("years", "< parameter.nothing"), ("years", []),
    ],
)  # fmt: skip
def test_a_cell_that_says_nothing_of_its_input_is_refused(path: str, cell: Any) -> None:
    found = rules(table({"v": path}, [({"v": cell}, "a")]))

    assert found in (["cell_unreadable"], ["unknown_parameter"])


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"inputs": {"v": {"value": "dossier.facts.nothing"}}}, "unknown_path"),
        ({"inputs": {"v": {"value": "dossier.facts.rows"}}}, "input_type"),
        ({"inputs": {"v": {"value": "dossier.facts.rows.n"}}}, "input_type"),
        ({"inputs": {"v": {"value": "dossier.facts.secret"}}}, "personal_shown"),
        ({"inputs": {"v": {}}}, "input_shape"),
        ({"inputs": {"v": {"check": "dossier.facts.years"}}}, "cel_not_boolean"),
        ({"inputs": {f"v{number}": {"value": "dossier.facts.years"} for number in range(9)}}, "decision_too_wide"),
        ({"outputs": {"grade": {"type": "file", "label": T}}}, "output_type"),
        ({"outputs": {"row": {"type": "text", "label": T}}, "rows": [{"then": {"row": "a"}}]}, "store_reserved"),
        ({"rows": [{"then": {"grade": "z"}}]}, "output_value"),
        ({"rows": [{"then": {}}]}, "output_missing"),
        ({"rows": [{"then": {"grade": "a", "other": 1}}]}, "unknown_output"),
        ({"rows": [{"when": {"w": 1}, "then": {"grade": "a"}}]}, "unknown_input"),
    ],
)
def test_every_part_of_a_table_is_checked(change: dict[str, Any], rule: str) -> None:
    assert rule in rules(table({"v": "years"}, [({}, "a")]) | change)


def test_a_missing_value_is_a_refusal_that_names_the_field() -> None:
    found = grade(loaded(WHOLE), i="0.5", s=None)

    assert isinstance(found, Message)
    assert render(found, "en") == "“size” is not given, so this cannot be decided"


def test_a_decision_explains_every_row() -> None:
    found = decide(loaded(WHOLE), "grading", {"i": "0.9", "s": "small"}, {})

    assert isinstance(found, Decided)
    assert found.rows == (3,)
    assert [(one.fits, one.against) for one in found.told] == [(False, "i"), (False, "s"), (True, None)]


def test_all_rows_that_fit_are_collected() -> None:
    every = table({"y": "years"}, [({"y": ">= 1"}, "a"), ({"y": ">= 5"}, "b")], hit="collect")

    assert rules(every) == []
    assert [grade(loaded(every), y=value) for value in (0, 3, 7)] == [[], ["a"], ["a", "b"]]


PARAMETER = {
    "benchmark": {
        "title": label("benchmark"),
        "type": "decimal",
        "default": "1.0",
        "minimum": "0.5",
        "maximum": "2.0",
        "set_by": "council",
        "basis": "第二条",
    }
}


def test_a_cell_may_stand_in_proportion_to_a_parameter_and_is_proved_for_all_its_values() -> None:
    sound = table(
        {"i": "intensity"}, [({"i": "<= 0.8 * parameter.benchmark"}, "a"), ({"i": "> 0.8 * parameter.benchmark"}, "b")]
    )
    broken = table(
        {"i": "intensity"},
        [({"i": "<= 0.8 * parameter.benchmark"}, "a"), ({"i": "> 1.5"}, "b"), ({"i": "(0.8, 1.5]"}, "c")],
    )
    definition = loaded(sound, parameters=PARAMETER)

    assert rules(sound, parameters=PARAMETER) == []
    assert "decision_gap" in rules(broken, parameters=PARAMETER)
    assert "benchmark = 0.5" in render(said(broken, parameters=PARAMETER)[0].message, "en")
    assert grade(definition, i="0.8") == "a"
    found = decide(definition, "grading", {"i": "0.8"}, settings_of(definition, {"benchmark": "0.9"}))
    assert isinstance(found, Decided)
    assert found.outputs == {"grade": "b"}


def test_a_date_parameter_stands_in_dates_only() -> None:
    day = {"start": {"title": T, "type": "date", "default": "2026-01-01", "basis": "第二条"}}
    days = [({"d": "< parameter.start"}, "a"), ({"d": ">= parameter.start"}, "b")]

    assert rules(table({"d": "since"}, days), parameters=day) == []
    assert rules(table({"d": "years"}, days), parameters=day) == ["parameter_kind", "parameter_kind"]


def test_what_the_survey_finds_is_what_every_single_value_says() -> None:
    """Random tables over small domains, against trying each value."""
    random.seed(20260101)
    seen = {"gap": 0, "overlap": 0, "sound": 0}
    for _ in range(400):
        domains = {
            "y": Domain("integer", cells.Fraction(0), cells.Fraction(6), cells.Fraction(1)),
            "s": Domain("choice", words=("big", "small")),
            "b": Domain("boolean"),
        }
        rows = []
        for _ in range(random.randint(1, 5)):
            low, high = sorted(random.choices(range(7), k=2))
            written: dict[str, Any] = {
                "y": random.choice(["-", f"[{low}, {high}]", f"({low}, {high}]", f"!= {low}", [low, f"> {high}"]]),
                "s": random.choice(["-", "big", "!= big"]),
                "b": random.choice(["-", True]),
            }
            rows.append(
                {
                    name: read(tuple(cell) if isinstance(cell, list) else cell, domains[name])
                    for name, cell in written.items()
                }
            )
        decision = tables(SMALL)["grading"].decision
        found = coverage.survey(coverage.Table(decision, domains, tuple(rows)), {})
        hits = [
            [n for n, row in enumerate(rows) if all(cells.fits(row[k], v, {}) for k, v in (("y", cells.Fraction(y)), ("s", s), ("b", b)))]
            for y in range(7) for s in ("big", "small") for b in (True, False)
        ]  # fmt: skip
        assert (found.gap is not None) == any(not one for one in hits)
        assert (found.overlap is not None) == any(len(one) > 1 for one in hits)
        assert found.reached == sum(1 << n for n in {n for one in hits for n in one})
        assert found.first == sum(1 << n for n in {one[0] for one in hits if one})
        seen["gap" if found.gap else "overlap" if found.overlap else "sound"] += 1

    assert min(seen.values()) > 3


SMALL = loaded(WHOLE)


def test_the_witnesses_of_a_column_meet_each_part_of_it() -> None:
    domain = Domain("decimal", cells.Fraction(0), None, cells.Fraction(1, 10))
    column = [read("< 0.25", domain), read("[0.3, 0.4)", domain)]

    assert [float(one) for one in witnesses(domain, column, {}) if isinstance(one, cells.Fraction)] == [
        0.0,
        0.1,
        0.3,
        0.4,
        0.5,
    ]  # type: ignore[arg-type]


def test_a_cell_that_is_neither_value_nor_comparison_cannot_be_read() -> None:
    with pytest.raises(Unreadable):
        read("about 5", Domain("integer"))


def routed(**ways: str) -> dict[str, Any]:
    body = yaml.safe_load(garden.TEXT)
    states = body["states"]
    states["review"]["actions"]["settle"] = {"title": T, "route": {"by": "grading.grade", "ways": ways}}
    return {"states": states}


WAYS = {"a": "refused", "b": "drafting", "c": "refused"}


def test_a_route_leads_where_the_decision_says_and_the_graph_takes_every_way() -> None:
    definition = loaded(WHOLE, **routed(**WAYS))
    steps = {(step.action, step.to.state) for found in graph.moves(definition).values() for step in found}

    assert {("settle", "refused"), ("settle", "drafting")} <= steps
    assert machine.target(definition, "review", "settle", None, "drafting") == "drafting"


@pytest.mark.parametrize(
    ("ways", "rule"),
    [
        ({"a": "refused", "b": "refused"}, "choice_without_way"),
        ({**WAYS, "d": "refused"}, "unknown_choice"),
        ({**WAYS, "c": "nowhere"}, "unknown_state"),
    ],
)
def test_every_way_of_a_route_is_a_choice_and_a_state(ways: dict[str, str], rule: str) -> None:
    assert rule in rules(WHOLE, **routed(**ways))


@pytest.mark.parametrize(
    ("by", "rule"),
    [("grading.nothing", "unknown_output"), ("grding.grade", "unknown_decision")],
)
def test_a_route_goes_by_an_output_that_exists(by: str, rule: str) -> None:
    body = routed(**WAYS)
    body["states"]["review"]["actions"]["settle"]["route"]["by"] = by

    assert rule in rules(WHOLE, **body)


def test_a_route_and_a_state_do_not_go_together() -> None:
    body = routed(**WAYS)
    body["states"]["review"]["actions"]["settle"]["to"] = "refused"

    assert "route_and_to" in rules(WHOLE, **body)


def test_a_route_needs_one_answer() -> None:
    assert "route_undecided" in rules({**WHOLE, "hit": "collect"}, **routed(**WAYS))


def test_no_state_is_called_what_a_route_stands_for() -> None:
    body = yaml.safe_load(garden.TEXT)
    body["states"]["by_decision"] = body["states"]["refused"]

    assert "reserved_id" in rules(WHOLE, states=body["states"])


def test_a_table_beyond_what_can_be_tried_says_so_instead_of_passing_for_proved() -> None:
    """Random cells in many columns of many rows: more ways than are looked at."""
    random.seed(7)
    inputs = {f"v{number}": "intensity" for number in range(8)}
    rows = [({name: f"> {random.randint(0, 99)}" for name in inputs}, "a") for _ in range(60)]

    found = said(table(inputs, rows, hit="first", default={"grade": "b"}))

    assert [(one.rule, one.level) for one in found] == [("decision_not_decided", "warning")]
