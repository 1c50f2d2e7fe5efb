"""A workflow asks for a footprint that stands: what blocks, what an officer accepts, and what other cases show."""

from __future__ import annotations

from typing import Any

import pytest

from caseflow.cases import find, footprint_context
from caseflow.footprint.context import Requirement
from caseflow.footprint.plain import Pair
from caseflow.people.rights import Actor
from caseflow.studies import recompute
from caseflow.words import LANGUAGES, Refused, render
from tests.cases.footprints import WORKFLOW, declare, filed, found, published, result
from tests.cases.parts import another_round
from tests.cases.world import World
from tests.footprint.published import line

EVIDENCE = "a3f1.pdf"


@pytest.fixture
def applicant(world: World) -> Actor:
    published(world)
    return world.person("applicant", "plant")


@pytest.fixture
def officer(world: World) -> Actor:
    return world.person("municipal", "bureau")


def balance(lost: int) -> list[dict[str, Any]]:
    """So many percent of what goes in never come out."""
    rows = (("input", "洗精煤", 100), ("product", "焦炭", 100 - lost))
    return [{"role": role, "name": name, "mass": str(mass), "unit": "t"} for role, name, mass in rows]


def refusal(world: World, who: Actor, case_id: int, action: str) -> list[Any]:
    with pytest.raises(Refused) as refused:
        world.do(who, case_id, action)
    return list(refused.value.reasons)


def answer_all(world: World, who: Actor, case_id: int) -> None:
    for number in world.findings(case_id):
        world.do(who, case_id, "answer_finding", finding=number, answer="计量表已现场核对，差异来自四舍五入。")


def test_a_deviation_that_blocks_refuses_until_it_is_accepted_with_a_reason(
    world: World, applicant: Actor, officer: Actor
) -> None:
    case_id = filed(world, applicant, declared="300")
    against = refusal(world, officer, case_id, "pass")
    answer_all(world, officer, case_id)
    outcome = world.do(officer, case_id, "pass")

    assert [(one.key, one.values["check"]) for one in against] == [("guards.footprint", "R01")]
    assert all("300" in render(against[0], language) for language in LANGUAGES)
    assert (result(world, case_id).gate, outcome.state) == ("blocked", "passed")


def test_a_footprint_that_agrees_passes_at_once(world: World, applicant: Actor, officer: Actor) -> None:
    case_id = filed(world, applicant)

    assert world.do(officer, case_id, "pass").state == "passed"


def test_where_no_footprint_is_needed_and_none_was_filed_nothing_is_asked(
    world: World, applicant: Actor, officer: Actor
) -> None:
    case_id = world.open(applicant, WORKFLOW)
    world.do(applicant, case_id, "submit")

    assert world.do(officer, case_id, "pass").state == "passed"


def test_a_check_that_the_workflow_does_not_list_is_a_finding_and_no_obstacle(
    world: World, applicant: Actor, officer: Actor
) -> None:
    cut = {"item": "辅料", "reason": "用量小", "mass_percent": "6", "footprint_percent": "1"}
    case_id = filed(world, applicant, cutoffs=[cut])
    severities = {one["id"]: one["severity"] for one in result(world, case_id).body["findings"]}
    answer_all(world, officer, case_id)

    assert severities["R10-total:cutoffs.mass_percent"] == "block"
    assert world.do(officer, case_id, "pass").state == "passed"


def test_the_bounds_of_a_check_are_those_of_the_workflow(world: World, applicant: Actor, officer: Actor) -> None:
    within, beyond = (filed(world, applicant, balance=balance(lost)) for lost in (6, 9))

    assert world.do(officer, within, "pass").state == "passed"
    assert [one.values["check"] for one in refusal(world, officer, beyond, "pass")] == ["R09"]


def test_the_result_keeps_the_rule_and_the_draws_repeat(world: World, applicant: Actor) -> None:
    uncertain = line(uncertainty={"distribution": "lognormal", "gsd2": "1.2"})
    first = result(world, filed(world, applicant, uncertain))
    second = result(world, filed(world, applicant, uncertain))

    assert first.rule == {
        "tolerance": "5",
        "blocks": ["R01", "R09"],
        "thresholds": {"balance_block": "8", "peers": "3", "repeated_lines": "1"},
        "draws": 10000,
        "requires": True,
    }
    assert first.input_hash == first.body["result"]["input_hash"]
    assert first.body["uncertainty"]["simulation"]["draws"] == 10000
    assert first.body["uncertainty"] == second.body["uncertainty"]


def test_an_unfiled_change_is_judged_as_it_now_stands_and_an_old_acceptance_does_not_cover_it(
    world: World, applicant: Actor, officer: Actor
) -> None:
    case_id = filed(world, applicant, declared="300")
    answer_all(world, officer, case_id)
    world.do(officer, case_id, "return")
    declare(world, case_id, declared="200")
    against = refusal(world, applicant, case_id, "resubmit")
    with world.database.read() as tx:
        stored = len(recompute.results_of(tx, case_id))
    declare(world, case_id, declared="577.7")
    outcome = world.do(applicant, case_id, "resubmit")

    assert [one.values["check"] for one in against] == ["R01"]
    assert stored == 1
    assert outcome.state == "checking"


def test_an_act_that_recalculates_leaves_a_result_of_its_own(world: World, applicant: Actor, officer: Actor) -> None:
    case_id = filed(world, applicant, declared="300")
    world.do(officer, case_id, "return")
    declare(world, case_id)
    world.do(applicant, case_id, "announce")

    assert (result(world, case_id).occasion, result(world, case_id).gate) == ("correcting", "passed")
    assert world.findings(case_id) == []


def test_a_copy_of_another_application_is_found_and_names_it_only_to_whoever_may_know_it(
    world: World, applicant: Actor, officer: Actor
) -> None:
    world.enterprise("other")
    copied = line(evidence=EVIDENCE)
    first = filed(world, applicant, copied)
    second = filed(world, world.person("applicant", "other"), copied)
    number = world.row(first)["number"]
    stranger = world.person("municipal", "elsewhere")
    findings = [one for one in result(world, second).body["findings"] if one["check"] == "R16"]

    with world.database.read() as tx:
        seen = {who.person_id: footprint_context.named(tx, world.ground, who, findings) for who in (officer, stranger)}
        reach = [find.may_know(tx, world.ground, who, first) for who in (officer, stranger)]

    assert [one["id"] for one in findings] == [f"R16:others.case-{first}", f"R16-copy:others.case-{first}"]
    assert number not in str(result(world, second).body)
    assert reach == [True, False]
    assert [one["message"]["values"]["other"] for one in seen[officer.person_id]] == [number, number]
    assert seen[stranger.person_id] == findings
    assert "another application" in str(findings)


def test_a_draft_of_somebody_else_is_never_compared_with(world: World, applicant: Actor) -> None:
    world.enterprise("other")
    draft = world.open(world.person("applicant", "other"), WORKFLOW)
    declare(world, draft, line(evidence=EVIDENCE))
    case_id = filed(world, applicant, line(evidence=EVIDENCE))

    assert [one for one in found(world, case_id) if one.startswith("R16")] == []


def test_the_figures_of_an_earlier_round_come_again(world: World, applicant: Actor) -> None:
    filed(world, applicant)
    world.round_id = another_round(world)
    again = filed(world, applicant)
    other_product = filed(world, applicant, product="玻璃")

    assert "R16-year:lines" in found(world, again)
    assert "R16-year:lines" not in found(world, other_product)


def test_a_figure_far_from_those_of_its_kind_is_an_outlier(world: World, applicant: Actor) -> None:
    for number, amount in enumerate(("1000", "1010", "990")):
        filed(world, applicant, line(amount=amount), product_code="coke", model=str(number), declared=None)
    far = filed(world, applicant, line(amount="9000"), product_code="coke", declared=None)
    near = filed(world, applicant, line(amount="1005"), product_code="coke", declared=None)
    # The same per tonne, said of ten tonnes.
    tenfold = filed(
        world, applicant, line(amount="10050"), product_code="coke", declared=None,
        functional_unit={"quantity": 10, "unit": "t"},
    )  # fmt: skip

    assert [("R07:total" in found(world, one)) for one in (far, near, tenfold)] == [True, False, False]


def test_what_a_product_of_its_kind_cannot_do_without_is_asked_for(world: World, applicant: Actor) -> None:
    title = Pair("炼焦用煤", "Coking coal")
    world.ground.required = {"coke": (Requirement("coal", title, carriers=("coal",)),)}
    lacking = filed(world, applicant, product_code="coke")
    other = filed(world, applicant, product_code="glass")

    assert [("R03-required:required.coal" in found(world, one)) for one in (lacking, other)] == [True, False]
