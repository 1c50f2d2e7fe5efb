"""A grant programme written only in YAML: two stages, external reviewers, a determination by table, contract reports."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from caseflow import clock
from caseflow.cases import find, register_find, settings, view
from caseflow.people.rights import Actor
from caseflow.records import letters
from caseflow.words import Refused
from tests.cases import parts
from tests.cases.world import World, on
from tests.elsewhere import world as elsewhere

CASES, PANEL = "grant-programme", "grant-panel"
MARK, LEAD = "王二甲乙丙", "李负责人"


def concept(world: World, who: Actor, title: str = "城市热岛", **said: Any) -> int:
    """A concept note that is typed."""
    case_id = world.open(who, CASES)
    world.type(who, case_id, "concept", {"title": title, "area": "climate", "amount": "80.00", "months": 24, **said})
    world.type(who, case_id, "contact", {"name": MARK, "phone": "400-000-0001", "email": "sample@example.org"})
    return case_id


def screened(world: World, who: Actor, officer: Actor, **said: Any) -> int:
    """A full proposal that goes where the table of the file sends it."""
    case_id = concept(world, who, **said)
    world.do(who, case_id, "submit_concept")
    world.do(officer, case_id, "invite")
    world.type(
        who, case_id, "proposal",
        {"lead": LEAD, "methods": "长期观测", "subjects": "none", "budget": [{"item": "设备", "amount": "80.00"}]},
    )  # fmt: skip
    world.do(who, case_id, "submit_proposal")
    world.do(officer, case_id, "screen")
    return case_id


def sheet(case_id: int, merit: int, feasible: int, value: int) -> dict[str, Any]:
    marks = {"merit": merit, "feasible": feasible, "value": value}
    return {
        "member": case_id, "marks": {name: {"mark": one, "reason": "理由"} for name, one in marks.items()}, "opinion": ""
    }  # fmt: skip


def scored(world: World, officer: Actor, given: dict[int, list[tuple[int, int, int]]]) -> int:
    """A panel of three whose members gave these marks."""
    host = world.open(officer, PANEL)
    world.do(officer, host, "include")
    referees = [world.person("referee", "pool") for _ in range(3)]
    world.do(officer, host, "seat", people=[one.person_id for one in referees])
    for number, referee in enumerate(referees):
        world.do(referee, host, "declare")
        for case_id, marks in given.items():
            world.do(referee, host, "assess", sheet=sheet(case_id, *marks[number]))
    world.do(officer, host, "sum_up")
    for referee in referees[:2]:
        world.do(referee, host, "vote", stance="agree")
    world.do(officer, host, "close")
    return host


def determined(world: World, officer: Actor, case_id: int) -> str:
    world.do(officer, case_id, "determine", remarks="按表")
    return world.do(world.person("director", "office"), case_id, "sign").state


def running(world: World) -> tuple[int, Actor, Actor]:
    """A grant that runs, its applicant and the officer who is in charge of it."""
    applicant, officer = world.person("applicant", "first"), world.person("officer", "office")
    case_id = screened(world, applicant, officer)
    scored(world, officer, {case_id: [(45, 25, 15), (40, 25, 15), (50, 30, 20)]})
    determined(world, officer, case_id)
    signed = elsewhere.uploaded(world, "first", "contract.pdf")
    world.do(applicant, case_id, "sign_contract", contract_file=signed)
    today = clock.today()
    world.do(
        world.person("officer", "office"), case_id, "countersign",
        since=today.isoformat(), until=(today + timedelta(days=300)).isoformat(), amount="75.00",
    )  # fmt: skip
    return case_id, applicant, officer


def keys(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.key for one in refused.value.reasons]


def test_the_check_has_nothing_to_say_of_the_files() -> None:
    assert elsewhere.complaints(CASES, PANEL) == []


def test_the_tests_of_the_files_pass(foundation: World) -> None:
    found = elsewhere.rehearsed(foundation)

    assert [one for one in found if one[2]] == []
    assert {workflow for workflow, *_ in found} == {CASES, PANEL}


def test_a_concept_note_alone_is_taken_and_the_proposal_is_asked_for_later(foundation: World) -> None:
    applicant, officer = foundation.person("applicant", "first"), foundation.person("officer", "office")
    case_id = concept(foundation, applicant)
    with foundation.database.read() as tx:
        first = view.load(tx, foundation.ground, applicant, case_id)
        typed = [first.may_edit(section) for section in ("concept", "contact", "proposal")]
    foundation.do(applicant, case_id, "submit_concept")
    foundation.do(officer, case_id, "invite")
    with foundation.database.read() as tx:
        second = view.load(tx, foundation.ground, applicant, case_id)
        later = [second.may_edit(section) for section in ("concept", "contact", "proposal")]
    with pytest.raises(Refused):
        foundation.do(applicant, case_id, "submit_proposal")

    assert (typed, later) == ([True, True, False], [False, False, True])


def test_the_scores_of_the_panel_decide_by_the_table(foundation: World) -> None:
    applicant, officer = foundation.person("applicant", "first"), foundation.person("officer", "office")
    best, middling, worst = (screened(foundation, applicant, officer, title=title) for title in ("甲", "乙", "丙"))
    scored(
        foundation, officer,
        {best: [(45, 25, 15)] * 3, middling: [(30, 20, 10), (30, 20, 12), (35, 20, 10)], worst: [(10, 10, 5)] * 3},
    )  # fmt: skip

    assert [parts.said(foundation, one)["review"]["score"] for one in (best, middling, worst)] == [
        "85.00",
        "62.33",
        "25.00",
    ]
    assert [determined(foundation, officer, one) for one in (best, middling, worst)] == [
        "contracting",
        "explaining",
        "declined",
    ]
    foundation.do(applicant, middling, "explain", text="补充样本")
    assert determined(foundation, officer, middling) == "contracting"
    assert parts.said(foundation, middling)["determination"]["outcome"] == "conditional"
    assert parts.sound(foundation)


def test_no_score_is_handed_on_before_most_reviewers_have_adopted_the_ranking(foundation: World) -> None:
    applicant, officer = foundation.person("applicant", "first"), foundation.person("officer", "office")
    case_id = screened(foundation, applicant, officer)
    host = foundation.open(officer, PANEL)
    foundation.do(officer, host, "include")
    referees = [foundation.person("referee", "pool") for _ in range(3)]
    foundation.do(officer, host, "seat", people=[one.person_id for one in referees])
    for referee in referees:
        foundation.do(referee, host, "declare")
        foundation.do(referee, host, "assess", sheet=sheet(case_id, 45, 25, 15))
    foundation.do(officer, host, "sum_up")
    foundation.do(referees[0], host, "vote", stance="agree")
    with pytest.raises(Refused) as one_vote:
        foundation.do(officer, host, "close")
    with pytest.raises(Refused) as twice:
        foundation.do(referees[0], host, "vote", stance="agree")
    foundation.do(referees[2], host, "vote", stance="agree")
    foundation.do(officer, host, "close")

    assert keys(one_vote) == ["guards.with_basis"]
    assert keys(twice) == ["act.duty_not_yours"]
    assert foundation.row(case_id)["state"] == "determining"


def test_who_has_signed_once_may_sign_again(foundation: World) -> None:
    applicant, officer = foundation.person("applicant", "first"), foundation.person("officer", "office")
    director = foundation.person("director", "office")
    case_id = screened(foundation, applicant, officer)
    scored(foundation, officer, {case_id: [(30, 20, 12)] * 3})
    foundation.do(officer, case_id, "determine")
    first = foundation.do(director, case_id, "sign").state
    foundation.do(applicant, case_id, "explain", text="补充样本")
    foundation.do(officer, case_id, "determine")

    assert (first, foundation.do(director, case_id, "sign").state) == ("explaining", "contracting")


def test_who_proposed_a_determination_does_not_sign_it_as_director(foundation: World) -> None:
    applicant, officer = foundation.person("applicant", "first"), foundation.person("officer", "office")
    case_id = screened(foundation, applicant, officer)
    scored(foundation, officer, {case_id: [(45, 25, 15)] * 3})
    other = foundation.person("officer", "office")
    foundation.do(other, case_id, "determine")
    with pytest.raises(Refused) as refused:
        foundation.do(elsewhere.holding_too(foundation, officer, "director", "office"), case_id, "sign")

    assert keys(refused) == ["four_eyes.role"]


def test_the_letter_names_the_outcome_in_words(foundation: World) -> None:
    applicant, officer = foundation.person("applicant", "first"), foundation.person("officer", "office")
    case_id = screened(foundation, applicant, officer)
    scored(foundation, officer, {case_id: [(45, 25, 15)] * 3})
    determined(foundation, officer, case_id)
    with foundation.database.read() as tx:
        written = next(one for one in letters.of_case(tx, case_id) if one.kind == "determination_letter")

        text = str(letters.opened(foundation.ground.keys, written._mapping))

    assert "的决定为资助。" in text


def test_the_line_that_the_director_sets_counts_from_its_day_on(foundation: World) -> None:
    applicant, officer = foundation.person("applicant", "first"), foundation.person("officer", "office")
    director = foundation.person("director", "office")
    case_id = screened(foundation, applicant, officer)
    with foundation.database.write() as tx:
        settings.set_value(
            tx, foundation.ground.keys, foundation.authority_id, foundation.ground.current(tx, CASES).definition, "line", "90.00",
            from_on=clock.today() + timedelta(days=1), reason="理事会决定", by=director.person_id, at=clock.now(), request_key="the-line-of-the-director",
        )  # fmt: skip
    with on((clock.today() + timedelta(days=2)).isoformat()):
        scored(foundation, officer, {case_id: [(45, 25, 15)] * 3})
        state = determined(foundation, officer, case_id)

    assert state == "explaining"


def test_a_reviewer_finds_the_contact_of_an_applicant_nowhere(foundation: World) -> None:
    applicant, officer = foundation.person("applicant", "first"), foundation.person("officer", "office")
    case_id = screened(foundation, applicant, officer)
    host = foundation.open(officer, PANEL)
    foundation.do(officer, host, "include")
    referee = foundation.person("referee", "pool")
    stranger = foundation.person("referee", "pool")
    foundation.do(officer, host, "seat", people=[referee.person_id])

    with foundation.database.read() as tx:
        seen = view.load(tx, foundation.ground, referee, case_id)
        fields = [one.id for section in seen.sections() for one in section.fields.values()]
        found = find.cases(tx, foundation.ground, referee, find.Filters(text=MARK), clock.today()).rows
        shown = json.dumps(
            [seen.dossier(), seen.facts(), [one.title for one in seen.timeline()], seen.letters(), seen.comments()],
            ensure_ascii=False, default=str,
        )  # fmt: skip
        office = str(view.load(tx, foundation.ground, officer, case_id).dossier())
        assert not find.may_know(tx, foundation.ground, stranger, case_id)
    assert "城市热岛" in shown
    assert [mark in shown for mark in (MARK, LEAD, "400-000-0001", "sample@example.org")] == [False] * 4
    assert not {"name", "phone", "email", "lead"} & set(fields)
    assert found == []
    assert MARK in office


def test_a_reviewer_who_belongs_to_an_applicant_is_not_seated(foundation: World) -> None:
    applicant, officer = foundation.person("applicant", "first"), foundation.person("officer", "office")
    screened(foundation, applicant, officer)
    host = foundation.open(officer, PANEL)
    foundation.do(officer, host, "include")
    own = foundation.person("referee", "first")

    with pytest.raises(Refused) as refused:
        foundation.do(officer, host, "seat", people=[own.person_id])

    assert keys(refused) == ["panels.same_organisation"]


def test_the_time_to_sign_begins_when_the_determination_is_served(foundation: World) -> None:
    elsewhere.open_all_the_time(foundation)
    with on("2026-03-02"):
        applicant, officer = foundation.person("applicant", "first"), foundation.person("officer", "office")
        case_id = screened(foundation, applicant, officer)
        scored(foundation, officer, {case_id: [(45, 25, 15)] * 3})
        determined(foundation, officer, case_id)
        before = foundation.row(case_id)["due_on"]
        with foundation.database.read() as tx:
            letter = next(one for one in letters.of_case(tx, case_id) if one.kind == "determination_letter")
    with on("2026-03-10"):
        foundation.do(
            officer, case_id, "record_service", letter=str(letter.id), way="electronic", done_on="2026-03-09",
            receiver=MARK,
        )  # fmt: skip

    # Sixty days from the day after 9 March end on Friday 8 May.
    assert (before, foundation.row(case_id)["due_on"]) == (None, date(2026, 5, 8))


def test_a_grant_stands_in_the_public_register_without_its_score(foundation: World) -> None:
    case_id, *_ = running(foundation)

    with foundation.database.read() as tx:
        book = register_find.book(tx, foundation.ground, "foundation", "grants")
        assert book is not None
        (entry,) = register_find.listed(
            tx, book, register_find.shown_to_all(clock.today()), register_find.Wanted(), book.open_fields,
            clock.today(), limit=5,
        )  # fmt: skip

    assert (entry.case_id, entry.number, entry.called, entry.status) == (
        case_id, f"资助〔{clock.today().year}〕001", "城市热岛", "valid",
    )  # fmt: skip
    assert {name: value["zh"] for name, value in entry.values.items()} == {"area": "气候", "amount": "75"}


def test_reports_are_owed_again_and_again_and_all_stay(foundation: World) -> None:
    case_id, applicant, officer = running(foundation)
    with on("2027-03-01"):
        foundation.do(officer, case_id, "call_report", period="第一年")
    first = parts.owed(foundation, case_id)
    with pytest.raises(Refused) as early:
        foundation.do(officer, case_id, "complete")
    foundation.do(applicant, case_id, "report", progress="顺利", spent="30.00")
    with pytest.raises(Refused) as nothing_owed:
        foundation.do(applicant, case_id, "report", progress="顺利", spent="30.00")
    foundation.do(officer, case_id, "call_report", period="第二年")
    foundation.do(applicant, case_id, "report", progress="完成", spent="75.00")
    foundation.do(officer, case_id, "complete")
    ended = foundation.do(foundation.person("director", "office"), case_id, "sign")

    assert [(kind, due) for kind, _, due in first if kind.startswith("duty")] == [
        ("duty:contract_report", date(2027, 3, 31))
    ]
    assert keys(early) == ["guards.with_basis", "workflow.condition_with_basis"]
    assert keys(nothing_owed) == ["act.duty_not_yours"]
    assert [one["spent"] for one in parts.said(foundation, case_id)["reports"].values()] == ["30", "75"]
    assert ended.state == "completed"
    assert parts.sound(foundation)
