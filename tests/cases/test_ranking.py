"""What a panel comes to: by its whole rule, under the members' own ceiling, kept so that anybody can work it out again."""

from __future__ import annotations

import hashlib
import json

import pytest
import sqlalchemy as sa

from caseflow.cases import panel_reports, panel_results, ranking, scores, view
from caseflow.cases.models import case
from caseflow.cases.panel_models import sheet as sheet_table
from caseflow.evaluation import result
from caseflow.records.models import journal
from caseflow.words import Refused
from caseflow.workflow.panel import Aggregate
from tests.cases.ranked import LOOK, alike, scored, sheet
from tests.cases.world import World


def test_weights_count_and_a_criterion_apart_does_not(world: World) -> None:
    found = scored(world, ((30, 20, 0), (31, 20, 10), (30, 20, 10)))
    worked = found.worked()
    one = worked.scored[found.cases[0]]

    assert str(one.score) == "65.50"  # 65, 66.5, 65
    assert [(figure.criterion, str(figure.figure)) for figure in one.independent] == [("risk", "6.67")]


def test_a_case_below_a_minimum_keeps_its_score_and_takes_no_place(world: World) -> None:
    found = scored(world, alike(40, 9), alike(12, 20), alike(20, 20))
    world.do(found.office, found.host, "summarise")
    worked, said = found.worked(), found.said()
    low_mark, low_total, fair = found.cases

    assert [(said[one]["score"], said[one]["place"], said[one]["eligible"]) for one in found.cases] == [
        ("69.00", None, False),
        ("38.00", None, False),
        ("50.00", 1, True),
    ]
    assert [[short.criterion for short in worked.scored[one].shortfalls] for one in (low_mark, low_total, fair)] == [
        ["feasible"],
        [None],
        [],
    ]


def test_equal_scores_are_told_apart_by_the_criterion_else_left_to_the_meeting(world: World) -> None:
    found = scored(world, alike(20, 20), alike(18, 23), alike(20, 20))
    first, second, third = found.cases
    places = {one.key: one for one in found.worked().places}

    assert [(places[one].place, places[one].tied) for one in found.cases] == [(2, (third,)), (1, ()), (2, (first,))]
    assert [str(one.score) for one in places.values()] == ["50.00"] * 3
    assert (places[second].decided_by, places[first].last) == ("criterion.feasible", 3)


def test_the_line_of_each_group_is_what_is_left_under_the_members_own_ceiling(world: World) -> None:
    marks = (alike(30, 30), alike(30, 20), alike(20, 20), alike(20, 20))
    found = scored(world, *marks, kinds=("coke", "coke", "coke", "glass"), limit=2)
    taken = world.recommended(world.person("applicant", "plant"), product="此前列入")
    world.do(found.office, taken, "place")
    worked = found.worked()

    assert worked.lines == {"coke": 1, "glass": 2}
    assert [one.standing for one in worked.places] == ["inside", "outside", "outside", "inside"]


def test_the_line_stays_where_it_was_once_its_members_hold_their_places(world: World) -> None:
    found = scored(world, alike(30, 30), alike(30, 20), limit=1)
    world.do(found.office, found.host, "summarise")
    before = found.worked().lines
    chosen, other = found.cases
    world.do(
        found.office, found.host, "decide",
        results={str(chosen): {"result": "chosen", "reason": "一"}, str(other): {"result": "not_chosen", "reason": "二"}},
    )  # fmt: skip

    assert (before, found.worked().lines, world.row(chosen)["state"]) == ({"coke": 1}, {"coke": 1}, "placed")


def test_the_second_figure_frees_a_case_of_its_severe_expert(world: World) -> None:
    severe = ((30, 30, 5), (30, 30, 5), (20, 20, 5))
    found = scored(world, severe, severe)
    worked = found.worked()

    assert {one: str(score) for one, score in worked.outcome.second.items()} == dict.fromkeys(found.cases, "66.67")
    effects = [one.effect for one in worked.outcome.beside.experts] if worked.outcome.beside else []
    assert effects[2] < min(effects[:2])


def test_the_median_of_the_totals_is_taken_where_the_panel_says_so(world: World) -> None:
    found = scored(world, ((40, 40, 5), (20, 20, 5), (10, 10, 5)))
    rule = Aggregate(method="median", min_scores=2, basis="示例")
    panel = found.worked().panel.model_copy(update={"aggregate": rule})
    inputs = found.worked().inputs
    again = result.Given(
        ranking.scheme_of(panel), inputs.ties, inputs.groups, inputs.sheets, inputs.lines, beside=False
    )

    assert [str(one.score) for one in result.work_out(again).scored.values()] == ["50.00"]


def test_who_abstains_is_named_in_the_result_and_counts_in_no_figure(world: World) -> None:
    found = scored(world, alike(30, 30))
    last = found.experts[2]
    with world.database.write() as tx:
        move = view.load(tx, world.ground, last, found.host).move(LOOK, "expert")
        scores.give(move, "jury", {"member": found.cases[0], "abstain": "yes", "why": "不熟悉"}, "own")
    world.do(found.office, found.host, "summarise")
    body = json.loads(found.kept()[0]["body"])
    given = {one["expert"]: (one["abstained"], one["marks"], one["version"]) for one in body["cases"][0]["sheets"]}

    assert (given[last.person_id], len(body["outcome"][0]["totals"])) == ((True, {}, 2), 2)
    assert "不熟悉" not in found.kept()[0]["body"]


def test_each_working_out_is_kept_and_its_hash_stands_in_the_journal(world: World) -> None:
    found = scored(world, alike(30, 30), alike(20, 20))
    world.do(found.office, found.host, "summarise")
    world.do(found.office, found.host, "again")
    kept = found.kept()
    with world.database.read() as tx:
        noted = [
            one
            for body in tx.scalars(sa.select(journal.c.body).where(journal.c.case_id == found.host).order_by(journal.c.seq))
            for one in body.get("notes", body).get("results", ())
        ]  # fmt: skip

    assert [row["number"] for row in kept] == [2, 1]
    assert [one["hash"] for one in noted] == [row["hash"] for row in reversed(kept)]
    assert [row["hash"] for row in kept] == [hashlib.sha256(row["body"].encode()).hexdigest() for row in kept]
    assert kept[0]["body"] == kept[1]["body"]


def test_a_kept_result_names_the_version_and_the_hash_of_every_sheet(world: World) -> None:
    found = scored(world, alike(30, 30))
    world.do(found.experts[0], found.host, "score", sheet=sheet(found.cases[0], (31, 30, 5)))
    world.do(found.office, found.host, "summarise")
    given = json.loads(found.kept()[0]["body"])["cases"][0]["sheets"]
    with world.database.read() as tx:
        noted = [
            body.get("notes", body)["sheet"]
            for body in tx.scalars(
                sa.select(journal.c.body)
                .where(journal.c.case_id == found.host, journal.c.act == "score")
                .order_by(journal.c.seq)
            )
        ]

    assert [one["version"] for one in given] == [2, 1, 1]
    assert [one["hash"] for one in given] == [noted[3], noted[1], noted[2]]


def test_whoever_holds_the_text_works_it_out_again_and_sees_what_was_altered(world: World) -> None:
    found = scored(world, alike(30, 30), alike(20, 20), ((40, 40, 1), (10, 10, 1), (30, 20, 9)))
    world.do(found.office, found.host, "summarise")
    (row,) = found.kept()
    altered = json.loads(row["body"])
    altered["outcome"][0]["place"] = 2
    again = result.recompute(row["body"])

    assert (again.hash, again.cases, again.differs) == (row["hash"], 3, ())
    assert [
        (one.values["case"], one.values["what"], one.values["kept"], one.values["again"])
        for one in result.recompute(json.dumps(altered)).differs
    ] == [(found.cases[0], "place", "2", "1")]


@pytest.mark.parametrize("text", ["{", "[]", '{"method":"other"}', '{"method":"caseflow-panel/1"}', "1.5"])
def test_what_is_no_kept_result_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(Refused):
        result.recompute(text)


def test_the_case_that_one_expert_flips_is_flagged_in_the_result(world: World) -> None:
    found = scored(world, ((30, 30, 5), (30, 30, 5), (20, 10, 5)), alike(26, 25), alike(12, 24), limit=1)
    world.do(found.office, found.host, "summarise")
    with world.database.read() as tx:
        kept = panel_results.of_members(tx, found.cases)
    first, second, third = (kept[one] for one in found.cases)
    flips = {one["expert"] for one in first["stability"]["flips"] if one["expert"] is not None}

    assert [one["stability"]["flagged"] for one in (first, second, third)] == [True, True, False]
    assert (first["place"], second["place"], flips) == (2, 1, {found.experts[2].person_id})
    assert (first["host"], first["lines"], first["group"]) == (found.host, {"coke": 1}, "coke")


def test_agreement_is_told_for_the_total_and_for_each_criterion(world: World) -> None:
    found = scored(world, alike(30, 30, 9), alike(20, 20, 4), ((10, 20, 5), (10, 20, 1), (10, 20, 9)))
    worked = found.worked()
    told = {one.criterion: one for one in panel_reports.agreement(worked.sheets, worked.scheme)}

    assert [told[name].alpha.value for name in (None, "distinctive", "feasible")] == [1.0, 1.0, 1.0]
    assert (told["risk"].alpha.value or 0) < 0.8
    assert told[None].mean is not None


def test_a_criterion_on_which_too_little_was_said_has_no_coefficient(world: World) -> None:
    found = scored(world, alike(30, 30))
    worked = found.worked()

    assert {(one.alpha.value, one.mean) for one in panel_reports.agreement(worked.sheets, worked.scheme)} == {
        (None, None)
    }


def test_a_sheet_of_a_case_that_is_no_longer_before_an_expert_is_not_counted_as_read(world: World) -> None:
    found = scored(world, alike(30, 30), alike(20, 20))
    world.do(found.experts[0], found.host, "declare", interests={str(found.cases[0]): {"conflict": True}})
    with world.database.read() as tx:
        told = panel_reports.readers(tx, found.host, "jury")

    assert [(one.before, one.given, one.elsewhere) for one in told] == [(1, 1, 0), (2, 2, 0), (2, 2, 0)]


def test_what_an_expert_has_to_score_elsewhere_stays_when_the_meeting_is_over(world: World) -> None:
    found = scored(world, alike(30, 30))
    more = [world.recommended(world.person("applicant", "plant"), product=f"另{at}") for at in range(2)]
    other = world.open(found.office, "toy-ranked")
    world.do(found.office, other, "include", cases={str(one): {} for one in more})
    world.do(found.office, other, "seat", experts=[found.experts[1].person_id])
    with world.database.write() as tx:
        tx.execute(sheet_table.delete().where(sheet_table.c.person_id == found.experts[1].person_id))
        tx.execute(case.update().where(case.c.id == found.host).values(final=True))
        told = {one.person_id: one.elsewhere for one in panel_reports.readers(tx, found.host, "jury")}

    assert told[found.experts[1].person_id] == 2


def test_a_severe_expert_is_told_from_the_others(world: World) -> None:
    found = scored(world, ((30, 30, 5), (30, 30, 5), (20, 20, 5)), ((20, 20, 5), (20, 20, 5), (10, 11, 5)))
    worked = found.worked()
    profiles = panel_reports.diagnostics(worked.panel, worked.sheets, worked.scheme).profiles

    assert [one.severity is not None and one.severity < 0 for one in profiles] == [False, False, True]
