"""Every road of the two pilots: what the notice leaves to practice is there, and the files' own tests reach all of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from caseflow.cases import said
from caseflow.workflow.definition import Definition
from caseflow.workflow.definition import Test as OwnTest
from caseflow.workflow.parts import Call
from caseflow.workflow.procedure import Action
from tests.shipped import NAMES, PILOTS, actions, does, pilot, service, shipped

SIDE_ROADS = [
    ("municipal_waiting", "transfer_case", "municipal_waiting", ("municipal_head",)),
    ("municipal_review", "ask_county", None, ()),
    ("municipal_correcting", "ask_extension", None, ("municipal",)),
    ("municipal_correcting", "ask_more_fields", None, ("municipal",)),
    ("provincial_correcting", "ask_extension", None, ("provincial",)),
    ("provincial_correcting", "ask_more_fields", None, ("provincial",)),
    ("awaiting_evaluation", "recall_pass", "provincial_intake", ()),
    ("awaiting_evaluation", "defer", "deferred", ("provincial_head",)),
    ("deferred", "take_up", "awaiting_evaluation", ()),
    ("publicity", "register_objection", "objection", ()),
    ("objection", "dismiss", "to_announce", ("provincial_head",)),
    ("objection", "uphold", "not_selected", ("provincial_head", "provincial_leader")),
    ("objection", "turn_into_clue", "to_announce", ("provincial_head",)),
    ("to_announce", "announce_alone", "implementing", ("provincial_head", "provincial_leader")),
    ("reserve", "promote", "proposal", ("provincial_head", "provincial_leader")),
    ("municipal_review", "purge_upload", None, ("provincial_head",)),
    ("implementing", "call_report", None, ("provincial_head",)),
    ("implementing", "supervise", None, ("provincial_head",)),
    ("implementing", "municipal_supervise", None, ("municipal_head",)),
    ("implementing", "change_plan", None, ("municipal", "provincial_head")),
    ("implementing", "change_contact", None, ()),
    ("implementing", "ask_term_extension", None, ("municipal", "provincial_head")),
    ("implementing", "apply_summary", "summary", ()),
    ("implementing", "quit", "withdrawn_pilot", ("provincial_head", "provincial_leader")),
    ("implementing", "start_cancellation", "cancel_notice", ("provincial_head", "provincial_leader")),
    ("summary", "report_summary", "summary_evaluation", ("municipal_head",)),
    ("summary_evaluation", "complete", "completed", ("provincial_head", "provincial_leader")),
    ("summary_evaluation", "not_complete", "not_completed", ("provincial_head", "provincial_leader")),
    ("summary_evaluation", "order_rectification", "rectifying", ("provincial_head",)),
    ("rectifying", "submit_rectification", "summary", ()),
    ("cancel_notice", "keep_pilot", "implementing", ("provincial_head", "provincial_leader")),
    ("cancel_notice", "cancel_pilot", "cancelled", ("provincial_head", "provincial_leader")),
]


def act(definition: Definition, state: str, name: str) -> Action:
    found = definition.action(state, name)
    assert found is not None, f"{name} is not offered in {state}"
    return found


def guards(action: Action) -> list[str]:
    return [need.name for need in action.needs if isinstance(need, Call)]


# What the files' own tests reach


def reached(definition: Definition, test: OwnTest) -> Iterator[str]:
    """The actions that a test carries through, as ``state.action``; those offered anywhere as ``anywhere.action``."""
    stands = str(test.given.get("state", definition.first_state))
    recorder = test.given.get("recorded")
    if recorder is not None:
        stands = str(definition.roles[recorder].opens)
    for step in test.steps:
        found = definition.action(stands, step.do) if step.do is not None and step.refused is None else None
        if found is not None:
            yield f"{stands if found.id in definition.states[stands].actions else 'anywhere'}.{found.id}"
        ends = definition.states[stands].publicity
        if step.after is not None and ends is not None and step.state not in (None, stands):
            yield f"{stands}.{ends.ends}"
        stands = step.state or stands


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_reached_by_a_test_of_its_own_file(name: str) -> None:
    definition = shipped()[name]
    offered = {where for where, _ in actions(definition)}

    assert offered == {where for test in definition.tests for where in reached(definition, test)}


@pytest.mark.parametrize("name", NAMES)
def test_every_state_is_entered_by_a_test_of_its_own_file(name: str) -> None:
    definition = shipped()[name]
    entered = {step.state for test in definition.tests for step in test.steps}
    entered |= {
        str(definition.roles[test.given["recorded"]].opens) for test in definition.tests if "recorded" in test.given
    }

    assert set(definition.states) - entered - {definition.first_state} == set()


# Both pilots


@pytest.mark.parametrize("name", PILOTS)
@pytest.mark.parametrize(("state", "action", "to", "signers"), SIDE_ROADS)
def test_both_pilots_have_the_side_road(
    name: str, state: str, action: str, to: str | None, signers: tuple[str, ...]
) -> None:
    found = act(shipped()[name], state, action)

    assert (found.to, found.sign_off) == (to, signers)


@pytest.mark.parametrize("name", PILOTS)
def test_every_end_of_the_procedure_is_there(name: str) -> None:
    ends = {state.id: state.title.zh for state in shipped()[name].states.values() if state.final and not state.private}

    assert ends == {
        "not_recommended": "未获推荐",
        "intake_failed": "形式审查未通过",
        "not_selected": "未入选",
        "withdrawn": "已撤回",
        "terminated": "已终止",
        "completed": "试点完成",
        "not_completed": "未完成",
        "withdrawn_pilot": "已退出",
        "cancelled": "已取消资格",
    }


@pytest.mark.parametrize("name", PILOTS)
def test_a_dossier_is_carried_into_a_later_round_from_drafts_and_from_ends_before_selection(name: str) -> None:
    assert {state.id for state in shipped()[name].states.values() if state.carries_over} == {
        "drafting", "not_recommended", "intake_failed", "not_selected", "withdrawn",
    }  # fmt: skip


@pytest.mark.parametrize("name", PILOTS)
def test_who_checks_on_site_or_an_objection_or_a_cancellation_comes_in_twos(name: str) -> None:
    definition = shipped()[name]
    found = [
        where
        for where, action in actions(definition)
        if "officers" in action.asks
        and any(getattr(need, "check", "") == "size(asks.officers) >= 2" for need in action.needs)
    ]

    assert found == [where for where, action in actions(definition) if "officers" in action.asks]
    assert sorted(found) == [
        "anywhere.check_on_site", "implementing.start_cancellation", "objection.dismiss", "objection.uphold",
    ]  # fmt: skip


@pytest.mark.parametrize("name", PILOTS)
def test_an_end_of_implementation_by_exit_or_cancellation_gives_the_place_back(name: str) -> None:
    definition = shipped()[name]

    for state, action in (
        ("implementing", "quit"), ("cancel_notice", "cancel_pilot"), ("objection", "uphold"), ("implementing", "terminate"),
    ):  # fmt: skip
        assert ("release", "pilot_places") in does(definition, state, action)


@pytest.mark.parametrize("name", PILOTS)
def test_a_unit_held_back_is_announced_alone_only_when_its_list_is_done(name: str) -> None:
    assert "not_in_collective" in guards(act(shipped()[name], "to_announce", "announce_alone"))
    assert guards(act(shipped()[name], "reserve", "promote")) == ["not_in_collective", "place_free"]


@pytest.mark.parametrize("name", PILOTS)
def test_the_year_of_implementation_is_pointed_out_and_lapses_nothing(name: str) -> None:
    clock = shipped()[name].states["implementing"].clock

    assert clock is not None
    assert (clock.limit, clock.breach.notify) == ("12 months", ("applicant", "municipal", "provincial"))
    assert not any(action.system for action in shipped()[name].states["implementing"].actions.values())


@pytest.mark.parametrize("name", PILOTS)
def test_reports_are_due_when_called_for_and_never_at_an_interval(name: str) -> None:
    duty = shipped()[name].states["implementing"].duties["report"]

    assert (duty.each, duty.limit, duty.due, duty.action) == (None, None, "due_on", "report_progress")


@pytest.mark.parametrize("name", PILOTS)
def test_the_tasks_of_the_applicants_own_plan_are_what_is_reported_and_evaluated(name: str) -> None:
    of = {
        where: question.of
        for where, action in actions(shipped()[name])
        for question in action.asks.values()
        if question.type == "each_row"
    }

    assert of == dict.fromkeys(
        ("implementing.report_progress", "implementing.submit_evidence", "implementing.apply_summary"),
        "dossier.plan.rows",
    )


@pytest.mark.parametrize("name", PILOTS)
def test_a_changed_plan_asks_for_the_columns_and_headings_of_the_plan(name: str) -> None:
    definition = shipped()[name]
    plan = definition.dossier["plan"].fields["rows"]
    changed = act(definition, "implementing", "change_plan").asks["rows"]

    assert changed.amends == "dossier.plan.rows"
    assert changed.columns == plan.columns


@pytest.mark.parametrize("name", PILOTS)
def test_a_finished_pilot_may_be_called_outstanding_and_recommended_as_a_national_pilot(name: str) -> None:
    definition = shipped()[name]
    plain, both = (act(definition, "summary_evaluation", one) for one in ("complete", "complete_and_recommend"))
    opened = [call.argument for call in both.then if call.name == "open_case"]

    assert [one.asks["outstanding"].type for one in (plain, both)] == ["boolean"] * 2
    assert [call.name for call in plain.then if call.name == "open_case"] == []
    assert [(one["link"], one["owner"]) for one in opened] == [("recommendation", "office")]


@pytest.mark.parametrize("name", PILOTS)
def test_an_agent_fills_in_and_every_act_stays_with_the_applicant(name: str) -> None:
    definition = shipped()[name]
    agent = definition.roles["agent"]

    assert (agent.sees, agent.assists) == ("involved", "applicant")
    assert [where for where, action in actions(definition) if "agent" in action.by] == []
    assert act(definition, "drafting", "authorise_agent").asks["authorisation"].required


@pytest.mark.parametrize("name", PILOTS)
def test_the_first_list_is_imported_into_implementation_with_its_places(name: str) -> None:
    imports = shipped()[name].imports

    assert imports is not None
    assert (imports.in_, imports.commits) == ("implementing", ("pilot_places",))
    assert {"unit_name", "uscc", "region", "document_number", "issued_on"} <= set(imports.columns)


def test_the_parts_are_shared_and_only_the_differences_are_written_twice() -> None:
    mine, other = ({where for where, _ in actions(shipped()[name])} for name in PILOTS)

    assert mine - other == set()
    assert other - mine == {
        "drafting.submit_direct", "recording_direct.record_direct", "recording_direct.discard_direct_record",
    }  # fmt: skip


# 专业化服务试点


def test_the_checklist_of_a_service_pilot_has_the_three_conditions_of_the_notice() -> None:
    checklist = act(service(), "municipal_review", "recommend").asks["checklist"]

    assert [text.zh for text in checklist.items.values()] == [
        "在产品碳足迹业务和绿色低碳领域资源协调整合能力较强",
        "能够积极对接争取各方支持",
        "具备开展试点所需要的相关资金和人员能力储备",
    ]
    assert checklist.basis == "通知二（二）2"


def test_two_service_pilots_over_all_rounds_and_two_recommendations_per_bureau_and_round() -> None:
    assert {one.id: (one.per, one.across, one.limit, one.over) for one in service().quotas.values()} == {
        "recommended": (("round", "prefecture"), "round", 2, "warn"),
        "pilot_places": (("workflow",), "all_rounds", 2, "block"),
    }


def test_filed_directly_it_goes_to_the_formal_check_until_the_province_closes_the_round() -> None:
    submit = act(service(), "drafting", "submit_direct")
    clock = service().states["drafting"].clock

    assert submit.to == "provincial_intake"
    assert "round_is_open" in guards(submit)
    assert "municipal_round_is_open" not in guards(submit)
    assert submit.then[0].name == "leave_prefecture"
    assert ("issue", "receipt_direct") in does(service(), "drafting", "submit_direct")
    assert clock is not None
    assert clock.not_after == "closes"


@pytest.mark.parametrize("name", ["announce", "announce_alone"])
def test_once_announced_a_service_pilot_is_copied_to_the_bureau_of_its_city(name: str) -> None:
    done = does(service(), "to_announce", name)

    assert [one for one, _ in done] == ["commit", "enter_prefecture", "register_issue", "notify", "notify"]
    assert [argument["role"] for one, argument in done if one == "notify"] == ["applicant", "municipal"]


def test_a_service_pilot_has_no_footprint_to_recompute() -> None:
    assert not service().footprint
    assert [state.id for state in service().states.values() if state.calculates or "footprint" in state.edits] == []
    assert pilot().states["summary"].calculates is not None


# Procedures over both


@pytest.mark.parametrize("name", ["municipal-submission", "review-meeting", "pilot-list"])
def test_the_procedures_over_many_cases_take_both_pilots(name: str) -> None:
    members = shipped()[name].members

    assert members is not None
    assert members.of == PILOTS


def test_experts_of_an_agent_of_the_round_do_not_review_the_same_class() -> None:
    panel = shipped()["review-meeting"].panels["pilot_panel"]

    assert {"same_organisation", "agent_in_round", "declared"} <= set(panel.avoid)
    assert panel.rank_within == "intake.product_class"


def test_an_opinion_stands_for_the_list_that_was_before_the_department() -> None:
    definition = shipped()["pilot-list"]
    duty = definition.states["consulting"].duties["opinions"]

    assert duty.signs == ("members", "draft.results")
    assert "duty_done" in guards(act(definition, "meeting", "decide"))
    assert act(definition, "meeting", "consult_again").to == "consulting"


@pytest.mark.parametrize(
    ("state", "name", "only_in"),
    [
        ("publicity_waiting", "post", "publicity_waiting"),
        ("publicity", "end_publicity", "publicity"),
        ("to_announce", "announce", "to_announce"),
    ],
)
def test_an_objection_holds_back_its_unit_only(state: str, name: str, only_in: str) -> None:
    arguments = [argument for one, argument in does(shipped()["pilot-list"], state, name) if one == "members"]

    assert [argument["only_in"] for argument in arguments] == [only_in]


def test_the_notice_names_only_the_units_that_may_be_announced() -> None:
    definition = shipped()["pilot-list"]

    assert definition.tables["announced"].having == {"member.result": "selected", "state": "to_announce"}
    assert [block.table for block in definition.letters["list_notice"].blocks if block.table] == ["announced"]


@pytest.mark.parametrize("role", ["department", "reader"])
def test_who_objected_is_not_read_outside_the_offices_in_charge(role: str) -> None:
    hidden = frozenset(pilot().roles[role].hides)
    known = {"objections": {"12": {"objector": "甲", "contact": "信箱", "matter": "产能不实"}}}

    assert said.without_hidden(pilot(), known, hidden) == {"objections": {"12": {"matter": "产能不实"}}}
