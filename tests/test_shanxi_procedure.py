"""The procedure of Shanxi is that of notice 晋环函〔2025〕344号, clause by clause."""

from __future__ import annotations

import pytest

from caseflow.workflow.parts import Call
from tests.shipped import does, pilot, road, shipped

# 二（一）2, 四（一）: conditions, pre-review, sending up


def test_the_checklist_of_the_pre_review_has_the_six_conditions() -> None:
    recommend = pilot().action("municipal_review", "recommend")

    assert recommend is not None
    checklist = recommend.asks["checklist"]
    assert list(checklist.items) == ["typical", "leading", "chain", "data_basis", "life_cycle", "management"]
    assert checklist.required
    assert checklist.basis == "通知二（一）2"


def test_the_main_road_runs_from_the_blank_form_to_the_published_list() -> None:
    expected = [
        "drafting", "municipal_waiting", "municipal_review", "awaiting_submission", "provincial_intake",
        "awaiting_evaluation", "expert_evaluation", "proposal", "proposal", "publicity_waiting", "publicity",
        "to_announce", "implementing",
    ]  # fmt: skip

    assert expected == road(
        pilot(), "drafting", "finalise", "submit", "accept", "recommend", "forward", "pass", "start_evaluation",
        "finish_evaluation", "nominate", "select", "post_publicity", "end_publicity", "announce",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "name", "to"),
    [
        ("municipal_waiting", "withdraw_filing", "drafting"),
        ("municipal_review", "municipal_return", "municipal_correcting"),
        ("municipal_correcting", "resubmit", "origin"),
        ("municipal_review", "decline", "not_recommended"),
        ("awaiting_submission", "recall", "municipal_review"),
        ("provincial_intake", "provincial_return", "provincial_correcting"),
        ("provincial_intake", "return_to_bureau", "municipal_review"),
        ("provincial_intake", "fail", "intake_failed"),
        ("proposal", "set_in_reserve", "reserve"),
        ("proposal", "not_select", "not_selected"),
        ("reserve", "promote", "proposal"),
        ("municipal_review", "withdraw", "withdrawn"),
        ("publicity", "terminate", "terminated"),
    ],
)
def test_the_side_roads_lead_where_offices_expect(state: str, name: str, to: str) -> None:
    action = pilot().action(state, name)

    assert action is not None
    assert action.to == to


@pytest.mark.parametrize("state", ["drafting", "publicity_waiting", "publicity", "to_announce", "implementing"])
def test_an_application_cannot_be_withdrawn_once_publicity_is_prepared(state: str) -> None:
    assert pilot().action(state, "withdraw") is None


@pytest.mark.parametrize(
    ("workflow", "state", "name", "signers"),
    [
        ("pilot-management", "municipal_review", "recommend", ("municipal_head", "municipal_leader")),
        ("pilot-management", "municipal_review", "decline", ("municipal_head", "municipal_leader")),
        ("pilot-management", "provincial_intake", "fail", ("provincial_head", "provincial_leader")),
        ("municipal-submission", "collecting", "confirm", ("municipal_head", "municipal_leader")),
        ("pilot-list", "drafting", "propose", ("provincial_head", "provincial_leader")),
    ],
)
def test_what_leaves_an_office_is_signed(workflow: str, state: str, name: str, signers: tuple[str, ...]) -> None:
    action = shipped()[workflow].action(state, name)

    assert action is not None
    assert action.sign_off == signers


@pytest.mark.parametrize(
    ("state", "name"), [("municipal_review", "municipal_return"), ("provincial_intake", "provincial_return")]
)
def test_a_second_return_needs_a_signature_and_opens_only_what_was_commented(state: str, name: str) -> None:
    action = pilot().action(state, name)

    assert action is not None
    assert (action.at_most, action.beyond, action.unlocks, action.resume) == (1, "sign_off", "commented_fields", state)


def test_submitting_asks_for_the_sealed_scan_of_the_frozen_form() -> None:
    submit = pilot().action("drafting", "submit")

    assert submit is not None
    assert submit.asks["sealed_form"].of_revision == "current"
    assert [need.name for need in submit.needs if isinstance(need, Call)] == [
        "dossier_complete", "municipal_round_is_open", "truth_declared", "no_state_secret_confirmed", "signed_form_matches",
    ]  # fmt: skip


def test_the_bureau_sends_up_a_whole_round_before_the_province_closes_it() -> None:
    definition = shipped()["municipal-submission"]
    submit = definition.action("sealing", "submit")

    assert definition.members is not None
    assert (definition.members.in_, definition.members.same) == ("awaiting_submission", ("round", "prefecture"))
    assert submit is not None
    assert {"round_is_open", "members_ready"} <= {need.name for need in submit.needs if isinstance(need, Call)}
    assert ("members", "forward") in does(definition, "sealing", "submit")


@pytest.mark.parametrize("name", ["drafting", "municipal_correcting", "awaiting_submission"])
def test_the_closing_times_of_the_round_cut_the_clocks(name: str) -> None:
    clock = pilot().states[name].clock

    assert clock is not None
    assert clock.not_after == ("closes" if name == "awaiting_submission" else "municipal_closes")


# 四（一）: the ceiling of three


def test_the_ceiling_of_three_warns_for_recommendations_and_blocks_places() -> None:
    quotas = pilot().quotas

    assert {one.id: (one.per, one.across, one.limit, one.over) for one in quotas.values()} == {
        "recommended": (("round", "prefecture", "dossier.product.product_class"), "round", 3, "warn"),
        "pilot_places": (("intake.product_class",), "all_rounds", 3, "block"),
    }


def test_a_place_is_taken_with_the_nomination_made_final_with_the_announcement_and_given_back_otherwise() -> None:
    definition = pilot()

    assert ("hold", "pilot_places") in does(definition, "proposal", "nominate")
    assert ("commit", "pilot_places") in does(definition, "to_announce", "announce")
    assert ("release", "pilot_places") in does(definition, "proposal", "drop_nomination")
    assert ("release", "pilot_places") in does(definition, "proposal", "not_select")
    assert ("release", "pilot_places") in does(definition, "proposal", "withdraw")


def test_a_recommendation_counts_until_it_is_recalled_or_returned() -> None:
    definition = pilot()

    assert ("count", "recommended") in does(definition, "municipal_review", "recommend")
    assert ("release", "recommended") in does(definition, "awaiting_submission", "recall")
    assert ("release", "recommended") in does(definition, "provincial_intake", "return_to_bureau")


# 四（二）: review, list, publicity, publication


def test_the_experts_score_the_four_criteria_of_the_notice() -> None:
    panel = shipped()["review-meeting"].panels["pilot_panel"]

    assert [(one.title.zh, one.maximum) for one in panel.rubric.values()] == [
        ("特色鲜明", 25),
        ("有代表性", 25),
        ("试点方案具有较好可执行性", 25),
        ("有复制推广价值", 25),
    ]
    assert all("通知四（二）" in one.basis and "内部" in one.basis for one in panel.rubric.values())


def test_the_panel_has_seven_and_two_reserves_and_trims_only_full_panels() -> None:
    panel = shipped()["review-meeting"].panels["pilot_panel"]
    rule = panel.aggregate

    assert (panel.size, panel.reserves) == (7, 2)
    assert (rule.method, rule.drop_high, rule.drop_low, rule.trim_from, rule.min_scores) == ("trimmed_mean", 1, 1, 7, 5)
    assert list(panel.pledges) == ["secrecy", "integrity"]


def test_scores_need_a_seat_and_both_pledges() -> None:
    score = shipped()["review-meeting"].action("in_session", "score")

    assert score is not None
    assert score.by == ("expert",)
    assert [need.name for need in score.needs if isinstance(need, Call)] == ["is_seated", "pledges_signed"]


def test_the_list_goes_through_departments_meeting_publicity_and_joint_issue() -> None:
    expected = ["consulting", "meeting", "publicity_waiting", "publicity", "to_announce", "announced"]

    assert expected == road(
        shipped()["pilot-list"], "drafting", "propose", "to_meeting", "decide", "post", "end_publicity", "announce"
    )


def test_publicity_runs_five_working_days_from_the_registered_posting_and_the_system_ends_it() -> None:
    definition = shipped()["pilot-list"]
    publicity = definition.states["publicity"].publicity

    assert publicity is not None
    assert (publicity.period, publicity.posted_on, publicity.ends) == (
        "5 workdays",
        "posting.posted_on",
        "end_publicity",
    )
    ending = definition.action("publicity", "end_publicity")
    assert ending is not None
    assert ending.system


def test_every_department_gives_its_opinion_before_the_meeting() -> None:
    definition = shipped()["pilot-list"]
    duty = definition.states["consulting"].duties["opinions"]
    onwards = definition.action("consulting", "to_meeting")

    assert (duty.each, duty.limit) == ("department", "5 workdays")
    assert onwards is not None
    assert [need.name for need in onwards.needs if isinstance(need, Call)] == ["duty_done"]


def test_the_public_table_names_selected_units_only_and_no_person() -> None:
    table = shipped()["pilot-list"].tables["selected"]

    assert table.having == {"member.result": "selected"}
    assert not {"contact_name", "leader"} & {str(column.value).split(".")[-1] for column in table.columns.values()}


def test_published_pilots_and_lists_under_publicity_are_public_and_nothing_else_is() -> None:
    listed = {state.id: state.listed for state in pilot().states.values() if state.listed}

    running = ("implementing", "summary", "summary_evaluation", "rectifying", "cancel_notice", "completed")
    assert listed == {
        "publicity": "publicity", "objection": "publicity", **dict.fromkeys(running, "published"),
    }  # fmt: skip


def test_the_bureau_is_told_of_every_published_pilot_of_its_prefecture() -> None:
    told = [argument["role"] for name, argument in does(pilot(), "to_announce", "announce") if name == "notify"]

    assert told == ["applicant", "municipal"]
