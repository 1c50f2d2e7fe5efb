"""Nothing leaves an office on one click: proposed, signed in order by others, or sent back with a reason."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from caseflow.cases import dossier, signing, tasks, view
from caseflow.cases.models import proposal, task
from caseflow.records.models import inbox_message
from caseflow.words import Refused
from tests.cases import changed
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
        slips = [
            (row["status"], [one["decision"] for one in signed])
            for row, signed in signing.slips(tx, world.ground.keys, case_id)
        ]
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


# --- across organisations ---------------------------------------------------------------------------------------------


def signers_asked(world: World, case_id: int) -> list[tuple[str, int]]:
    """Whose signature is awaited, and in which organisation."""
    with world.database.read() as tx:
        return [
            (row["role"], row["organisation_id"])
            for row in tasks.open_tasks(tx, case_id)
            if row["kind"].startswith("sign:")
        ]


def test_an_applicants_act_is_signed_by_the_bureau_and_then_by_the_authority(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.implementing(world, applicant)
    world.do(applicant, case_id, "change", contact="李四")
    first = signers_asked(world, case_id)
    world.do(world.person("municipal_head", "bureau"), case_id, "sign")
    second = signers_asked(world, case_id)
    outcome = world.do(world.person("provincial_head", "office"), case_id, "sign")

    assert (first, second, signers_asked(world, case_id)) == (
        [("municipal_head", world.organisations["bureau"])],
        [("provincial_head", world.organisations["office"])],
        [],
    )
    assert (outcome.action, changed.says(world, case_id)["unit"]["contact"]) == ("change", "李四")


def test_where_no_bureau_holds_the_case_the_authority_signs_alone(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.drafted(world, applicant)
    world.do(applicant, case_id, "submit_direct")
    world.do(applicant, case_id, "change", contact="李四")

    assert signers_asked(world, case_id) == [("provincial_head", world.organisations["office"])]


def test_the_same_act_is_not_proposed_twice_and_others_that_stay_go_on(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = changed.implementing(world, applicant)
    world.do(applicant, case_id, "change", contact="李四")
    with pytest.raises(Refused) as refused:
        world.do(applicant, case_id, "change", contact="王五")
    world.do(officer, case_id, "visit", day="2026-05-06", note="走访")
    world.do(applicant, case_id, "report", state={"0": {"done": "yes_"}, "1": {"done": "yes_"}})

    assert (keys(refused), changed.waiting(world, case_id)) == (["signing.waits"], ["change"])


def test_several_acts_wait_side_by_side_and_each_signer_meets_the_own_one(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = changed.implementing(world, applicant)
    number = changed.file_of(world, case_id, applicant)
    world.do(applicant, case_id, "change", contact="李四")
    world.do(officer, case_id, "remove_file", which=number, why="wrong")
    outcome = world.do(world.person("provincial_head", "office"), case_id, "sign")

    assert (outcome.action, changed.waiting(world, case_id)) == ("remove_file", ["change"])


def test_of_several_one_is_named_by_its_act(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = changed.returned(world, applicant)
    world.do(applicant, case_id, "ask_more", places=["plan.rows"])
    world.do(applicant, case_id, "change", contact="李四")
    world.do(officer, case_id, "remove_file", which=changed.file_of(world, case_id, applicant), why="wrong")
    head = world.person("municipal_head", "bureau")
    world.do(head, case_id, "send_back", proposal="change", opinion="理由不足")

    assert changed.waiting(world, case_id) == ["ask_more", "remove_file"]


def test_who_signed_something_else_in_the_meantime_is_not_counted_for_a_proposal_that_is_gone(world: World) -> None:
    applicant, head = world.person("applicant", "plant"), world.person("municipal_head", "bureau")
    case_id = changed.returned(world, applicant)
    world.do(applicant, case_id, "ask_more", places=["plan.rows"])
    with world.database.read() as tx:
        number = signing.waiting(tx, case_id)[0]["id"]
    world.do(head, case_id, "sign", proposal=number)
    world.do(applicant, case_id, "change", contact="李四")
    with pytest.raises(Refused) as refused:
        world.do(head, case_id, "sign", proposal=number)

    assert keys(refused) == ["signing.nothing_to_sign"]


def test_a_proposal_that_stays_survives_a_move_and_its_signer_is_asked_still(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.returned(world, applicant)
    world.do(applicant, case_id, "change", contact="李四")
    world.do(applicant, case_id, "resubmit")

    assert (world.row(case_id)["state"], changed.waiting(world, case_id)) == ("review", ["change"])
    assert signers_asked(world, case_id) == [("municipal_head", world.organisations["bureau"])]


def test_a_proposal_of_an_act_that_is_not_offered_where_the_case_goes_is_void(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.returned(world, applicant)
    world.do(applicant, case_id, "ask_more", places=["plan.rows"])
    world.do(applicant, case_id, "resubmit")

    assert changed.waiting(world, case_id) == []
    with world.database.read() as tx:
        assert list(tx.scalars(sa.select(proposal.c.status).where(proposal.c.action == "ask_more"))) == ["void"]


def test_a_case_handed_over_is_signed_for_by_the_new_bureau(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = changed.reviewed(world, applicant)
    world.do(applicant, case_id, "change", contact="李四")
    world.do(officer, case_id, "transfer", bureau=world.organisations["elsewhere"])
    world.do(world.person("municipal_head", "bureau"), case_id, "sign", proposal="transfer")

    assert signers_asked(world, case_id) == [("municipal_head", world.organisations["elsewhere"])]


def test_an_act_that_moves_waits_for_one_that_moves_in_the_signing_office_only(world: World) -> None:
    officer, office = world.person("municipal", "bureau"), world.person("provincial", "office")
    case_id = changed.reviewed(world, world.person("applicant", "plant"))
    world.do(officer, case_id, "send_up")
    with pytest.raises(Refused) as refused:
        world.do(officer, case_id, "return", gaps={"unit.product": "写全称"})
    number = changed.file_of(world, case_id, officer)
    outcome = world.do(office, case_id, "remove_file", which=number, why="wrong")

    assert (keys(refused), outcome.proposed) == (["signing.in_progress"], True)


def test_an_answer_that_is_given_anew_waits_too_for_it_may_be_what_is_signed(world: World) -> None:
    officer = world.person("municipal", "bureau")
    case_id = changed.reviewed(world, world.person("applicant", "plant"))
    world.do(officer, case_id, "classify", kind="coke")
    world.do(officer, case_id, "send_up")
    with pytest.raises(Refused) as refused:
        world.do(officer, case_id, "classify", kind="glass")

    assert keys(refused) == ["signing.in_progress"]


def test_a_change_of_the_dossier_takes_no_effect_under_the_pen_of_another_act(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    first, second = world.person("municipal_head", "bureau"), world.person("provincial_head", "office")
    case_id = changed.reviewed(world, applicant)
    world.do(applicant, case_id, "change", contact="李四")
    world.do(officer, case_id, "send_up")
    world.do(first, case_id, "sign", proposal="change")
    with pytest.raises(Refused) as refused:
        world.do(second, case_id, "sign", proposal="change")
    world.do(first, case_id, "sign", proposal="send_up")
    world.do(second, case_id, "sign", proposal="change")

    assert (keys(refused), world.row(case_id)["state"]) == (["signing.in_progress"], "province")
    assert changed.says(world, case_id)["unit"]["contact"] == "李四"


def test_what_the_authority_decides_inside_is_not_read_by_a_bureau_what_it_signs_itself_is(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    office = world.person("provincial", "office")
    case_id = changed.implementing(world, applicant)
    world.do(office, case_id, "remove_file", which=changed.file_of(world, case_id, applicant), why="wrong")
    with world.database.read() as tx:
        hidden = view.load(tx, world.ground, officer, case_id).pending()
    world.do(applicant, case_id, "change", contact="李四")

    with world.database.read() as tx:
        rows = [view.load(tx, world.ground, who, case_id).pending() for who in (officer, applicant)]
    assert (hidden, [row["action"] for row in rows if row]) == (None, ["change", "change"])


def test_who_proposed_an_act_is_told_that_it_was_sent_back(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.implementing(world, applicant)
    world.do(applicant, case_id, "change", contact="李四")
    world.do(world.person("municipal_head", "bureau"), case_id, "send_back", opinion="理由不足")

    with world.database.read() as tx:
        told = sa.select(inbox_message.c.person_id).where(inbox_message.c.key == "inbox.sent_back")
        assert list(tx.scalars(told)) == [applicant.person_id]
        assert signing.slips(tx, world.ground.keys, case_id)[-1][1][-1]["opinion"] == "理由不足"


def test_the_typed_answers_of_who_proposed_an_act_that_stays_go_when_it_takes_effect(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.implementing(world, applicant)
    owner = f"person:{applicant.person_id}"
    with world.database.write() as tx:
        dossier.save_draft(tx, world.ground, case_id, "act.change", owner, {"contact": "李四"}, 0, applicant.person_id)
    world.do(applicant, case_id, "change", contact="李四")
    for role, where in (("municipal_head", "bureau"), ("provincial_head", "office")):
        world.do(world.person(role, where), case_id, "sign")

    with world.database.read() as tx:
        assert dossier.read_draft(tx, world.ground, case_id, "act.change", owner) == (0, {})
