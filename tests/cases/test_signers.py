"""A further signer is added to what waits for signatures, and taken out again."""

from __future__ import annotations

from typing import Any

from caseflow.cases import signing
from caseflow.people.rights import Actor
from tests.cases import changed, parts
from tests.cases.world import World


def proposed(world: World) -> tuple[int, str, Actor]:
    """A recommendation that waits for the head's signature, its number, and who proposed it."""
    case_id = world.submitted(world.person("applicant", "plant"))
    officer = world.person("municipal", "bureau")
    for finding in world.findings(case_id):
        world.do(officer, case_id, "answer_finding", finding=finding, answer="已核对")
    world.do(officer, case_id, "recommend", opinion="同意推荐")
    return case_id, str(waiting(world, case_id)["id"]), officer


def waiting(world: World, case_id: int) -> dict[str, Any]:
    with world.database.read() as tx:
        (row,) = signing.waiting(tx, case_id)
    return row


def test_who_is_added_signs_next_and_the_order_of_the_others_stays(world: World) -> None:
    case_id, number, officer = proposed(world)
    head, office = world.person("municipal_head", "bureau"), world.person("provincial", "office")
    world.do(officer, case_id, "add_signer", proposal=number, role="provincial")

    assert waiting(world, case_id)["signers"] == ["provincial", "municipal_head"]
    assert ("sign:recommend", world.organisations["office"]) in [row[:2] for row in parts.owed(world, case_id)]
    assert world.refusal(head, case_id, "sign") == ["signing.not_your_turn"]
    world.do(office, case_id, "sign", opinion="无意见")
    assert world.do(head, case_id, "sign", opinion="同意").state == "recommended"
    assert parts.acts(world, case_id)[-3:] == ["add_signer", "sign", "recommend"]
    assert parts.sound(world)


def test_only_an_added_signer_is_taken_out_again(world: World) -> None:
    case_id, number, officer = proposed(world)
    world.do(officer, case_id, "add_signer", proposal=number, role="provincial")
    own = world.refusal(officer, case_id, "remove_signer", proposal=number, role="municipal_head")
    world.do(officer, case_id, "remove_signer", proposal=number, role="provincial")

    assert own == ["signers.not_removable"]
    assert waiting(world, case_id)["signers"] == ["municipal_head"]
    assert [row[0] for row in parts.owed(world, case_id) if row[0].startswith("sign:")] == ["sign:recommend"]
    assert world.do(world.person("municipal_head", "bureau"), case_id, "sign").state == "recommended"


def test_whom_the_head_added_is_taken_out_by_the_head_and_by_nobody_who_signs_before(world: World) -> None:
    case_id, number, officer = proposed(world)
    head, office = world.person("municipal_head", "bureau"), world.person("provincial", "office")
    world.do(head, case_id, "add_signer", proposal=number, role="provincial")
    refused = [
        world.refusal(who, case_id, "remove_signer", proposal=number, role="provincial") for who in (officer, office)
    ]

    assert refused == [["signers.not_added_by_you"]] * 2
    assert waiting(world, case_id)["signers"] == ["provincial", "municipal_head"]
    world.do(head, case_id, "remove_signer", proposal=number, role="provincial")
    assert waiting(world, case_id)["signers"] == ["municipal_head"]


def test_whom_the_officer_added_is_taken_out_by_the_head_who_signs_after_them(world: World) -> None:
    case_id, number, officer = proposed(world)
    world.do(officer, case_id, "add_signer", proposal=number, role="provincial")
    world.do(world.person("municipal_head", "bureau"), case_id, "remove_signer", proposal=number, role="provincial")

    assert waiting(world, case_id)["signers"] == ["municipal_head"]


def test_nobody_else_says_who_signs_and_the_proposer_is_no_signer(world: World) -> None:
    case_id, number, officer = proposed(world)
    colleague = world.person("municipal", "bureau")

    assert world.refusal(colleague, case_id, "add_signer", proposal=number, role="provincial") == ["signers.not_yours"]
    assert world.refusal(officer, case_id, "add_signer", proposal=number, role="municipal") == ["signers.not_addable"]
    assert world.refusal(officer, case_id, "add_signer", proposal=number, role="expert") == ["signers.not_addable"]
    twice = world.refusal(officer, case_id, "add_signer", proposal=number, role="municipal_head")
    assert twice == ["signers.not_addable"]


def test_the_one_whose_turn_it_is_may_add_a_signer_too(world: World) -> None:
    case_id, number, _ = proposed(world)
    world.do(world.person("municipal_head", "bureau"), case_id, "add_signer", proposal=number, role="provincial")

    assert waiting(world, case_id)["signers"] == ["provincial", "municipal_head"]


def test_an_applicant_whose_wish_an_office_signs_names_no_signers(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.reviewed(world, applicant)
    world.do(applicant, case_id, "change", name="乙焦化厂")
    number = str(waiting(world, case_id)["id"])

    assert world.refusal(applicant, case_id, "add_signer", proposal=number, role="municipal") == ["signers.not_yours"]
    assert waiting(world, case_id)["signers"] == ["municipal_head", "provincial_head"]
