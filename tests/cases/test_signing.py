"""Nothing leaves an office on one click: proposed, signed in order by others, or sent back with a reason."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from caseflow.cases import signing, view
from caseflow.cases.models import proposal, task
from caseflow.words import Refused
from tests.cases.world import World


def keys(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.key for reason in refused.value.reasons]


def tasks_of(world: World, case_id: int) -> list[tuple[str, str, str]]:
    with world.database.read() as tx:
        rows = tx.execute(
            sa.select(task.c.kind, task.c.role, task.c.status).where(task.c.case_id == case_id).order_by(task.c.id)
        )
        return [tuple(row) for row in rows]


def test_a_proposal_waits_for_its_signer_and_the_case_stays(world: World) -> None:
    officer = world.person("municipal", "bureau")
    case_id = world.submitted(world.person("applicant", "plant"))
    outcome = world.do(officer, case_id, "recommend", opinion="同意推荐")

    assert (outcome.proposed, outcome.state, world.row(case_id)["state"]) == (True, "review", "review")
    assert tasks_of(world, case_id)[-1] == ("sign:recommend", "municipal_head", "open")


def test_a_proposal_sent_back_needs_a_reason_and_may_be_made_again(world: World) -> None:
    officer, head = world.person("municipal", "bureau"), world.person("municipal_head", "bureau")
    case_id = world.submitted(world.person("applicant", "plant"))
    world.do(officer, case_id, "recommend", opinion="同意推荐")

    with pytest.raises(Refused) as refused:
        world.do(head, case_id, "send_back")
    world.do(head, case_id, "send_back", opinion="请补充理由")
    world.do(officer, case_id, "recommend", opinion="补充理由后同意")
    world.do(head, case_id, "sign", opinion="同意")

    assert keys(refused) == ["signing.reason_missing"]
    assert world.row(case_id)["state"] == "recommended"
    with world.database.read() as tx:
        slips = [(row["status"], [one["decision"] for one in signed]) for row, signed in signing.slips(tx, case_id)]
    assert slips == [("sent_back", ["send_back"]), ("signed", ["sign"])]


def test_nothing_else_is_done_inside_the_office_while_somebody_signs(world: World) -> None:
    officer = world.person("municipal", "bureau")
    case_id = world.submitted(world.person("applicant", "plant"))
    world.do(officer, case_id, "recommend", opinion="同意推荐")

    with pytest.raises(Refused) as refused:
        world.do(officer, case_id, "return", gaps={"unit.product": "写全称"})

    assert keys(refused) == ["signing.in_progress"]


def test_the_applicant_may_withdraw_while_somebody_signs_and_the_proposal_is_void(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.submitted(applicant)
    world.do(world.person("municipal", "bureau"), case_id, "recommend", opinion="同意推荐")
    world.do(applicant, case_id, "withdraw")

    with world.database.read() as tx:
        assert list(tx.scalars(sa.select(proposal.c.status))) == ["void"]
    assert (
        world.row(case_id)["state"],
        [one for one in tasks_of(world, case_id) if one[2] == "open"],
    ) == ("withdrawn", [])


def test_another_bureaus_head_is_not_told_and_a_person_without_the_role_may_not_sign(world: World) -> None:
    case_id = world.submitted(world.person("applicant", "plant"))
    world.do(world.person("municipal", "bureau"), case_id, "recommend", opinion="同意推荐")

    with pytest.raises(Refused) as refused:
        world.do(world.person("municipal", "bureau"), case_id, "sign", opinion="同意")
    with world.database.read() as tx, pytest.raises(view.entry.NotHere):
        view.load(tx, world.ground, world.person("municipal_head", "elsewhere"), case_id)

    assert keys(refused) == ["signing.not_your_turn"]


def test_guards_are_asked_again_when_the_last_signature_is_put(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    head = world.person("municipal_head", "bureau")
    case_id = world.submitted(applicant)
    world.do(officer, case_id, "recommend", opinion="同意推荐")
    world.raise_finding(case_id)

    with pytest.raises(Refused) as refused:
        world.do(head, case_id, "sign", opinion="同意")

    assert (keys(refused), world.row(case_id)["state"]) == (["guards.findings_open"], "review")


def test_only_who_may_sign_now_is_offered_the_pen(world: World) -> None:
    officer, head = world.person("municipal", "bureau"), world.person("municipal_head", "bureau")
    case_id = world.submitted(world.person("applicant", "plant"))
    world.do(officer, case_id, "recommend", opinion="同意推荐")

    with world.database.read() as tx:
        may = [view.load(tx, world.ground, who, case_id).may_sign() for who in (officer, head)]
    assert may == [False, True]
