"""One case as each person may see it."""

from __future__ import annotations

import pytest

from caseflow.cases import entry, view
from caseflow.cases.view import View
from caseflow.people.rights import Actor
from tests.cases.world import World


def seen(world: World, who: Actor, case_id: int, part: str) -> object:
    """One part of the case for a person: read while the transaction is open."""
    with world.database.read() as tx:
        found: View = view.load(tx, world.ground, who, case_id)
        value = getattr(found, part)
        return value() if callable(value) else value


def actions(world: World, who: Actor, case_id: int) -> dict[str, list[str]]:
    with world.database.read() as tx:
        offers = view.load(tx, world.ground, who, case_id).offers()
        return {one.action.id: [reason.key for reason in one.reasons] for one in offers}


def test_a_draft_exists_for_its_applicant_alone(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant)
    people = [applicant, world.person("municipal", "bureau"), world.person("provincial", "office")]
    there = []
    for who in people:
        try:
            seen(world, who, case_id, "state")
        except entry.NotHere:
            there.append(False)
        else:
            there.append(True)

    assert there == [True, False, False]


def test_a_case_that_does_not_exist_and_one_that_may_not_be_known_look_the_same(world: World) -> None:
    case_id = world.submitted(world.person("applicant", "plant"))
    stranger = world.person("municipal", "elsewhere")
    for number in (case_id, case_id + 1000):
        with pytest.raises(entry.NotHere), world.database.read() as tx:
            view.load(tx, world.ground, stranger, number)


def test_the_buttons_are_those_of_the_role_with_what_stands_against_them(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant)
    before = actions(world, applicant, case_id)
    sent = world.submitted(applicant)

    assert before == {"submit": ["guards.field"] * 3, "withdraw": []}
    assert (
        actions(world, applicant, sent),
        actions(world, world.person("municipal", "bureau"), sent),
        actions(world, world.person("provincial", "office"), sent),
    ) == ({"withdraw": []}, {"recommend": [], "return": []}, {})


def test_an_expert_does_not_see_the_fields_hidden_from_experts(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    case_id = world.recommended(applicant)
    _, experts = world.meeting(office, [case_id])

    shown = {
        name: ("contact" in seen(world, who, case_id, "dossier")["unit"], _has_field(world, who, case_id))
        for name, who in (("office", office), ("expert", experts[0]))
    }
    assert shown == {"office": (True, True), "expert": (False, False)}


def _has_field(world: World, who: Actor, case_id: int) -> bool:
    with world.database.read() as tx:
        return any("contact" in section.fields for section in view.load(tx, world.ground, who, case_id).sections())


def test_the_applicant_reads_public_names_and_no_officers_name(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    case_id = world.recommended(applicant)
    world.do(office, case_id, "place")
    with world.database.read() as tx:
        lines = view.load(tx, world.ground, applicant, case_id).timeline()
        outside = [(line.state["zh"], line.by) for line in lines]
        inside = [line.by for line in view.load(tx, world.ground, office, case_id).timeline()]

    # Recommending moves the case inside; the applicant reads one state, "under review", once.
    assert [("公示中", ""), ("初审", applicant.name), ("填报中", applicant.name)] == outside
    assert all(inside)


def test_what_the_office_wrote_inside_is_not_the_applicants_to_read(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = world.recommended(applicant)

    facts = {name: seen(world, who, case_id, "facts") for name, who in (("applicant", applicant), ("officer", officer))}
    assert facts == {"applicant": {}, "officer": {"recommendation": {"opinion": "同意推荐"}}}


def test_findings_signatures_and_what_others_owe_stay_inside_the_office(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    world.submitted(applicant)
    case_id = world.submitted(applicant)  # the same product again: a finding
    for finding in world.findings(case_id):
        world.do(officer, case_id, "answer_finding", finding=finding, answer="已核对")
    world.do(officer, case_id, "recommend", opinion="同意")
    parts = ("findings", "pending", "tasks")

    assert [seen(world, applicant, case_id, part) for part in parts] == [[], None, []]
    assert [
        len(seen(world, officer, case_id, "findings")),
        seen(world, officer, case_id, "pending") is not None,
        len(seen(world, officer, case_id, "tasks")),
    ] == [1, True, 2]


def test_the_applicant_gets_the_receipt_and_reads_the_clock_of_the_step(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.submitted(applicant)

    assert [row["kind"] for row in seen(world, applicant, case_id, "letters")] == ["receipt"]
    assert [row["clock"] for row in seen(world, applicant, case_id, "deadlines")] == ["review"]
