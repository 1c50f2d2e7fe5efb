"""Answers that are gathered entry by entry: none takes the place of another, each is the newest once."""

from __future__ import annotations

import pytest

from caseflow.cases import dossier, paths, view
from caseflow.cases.entry import Invalid
from caseflow.records import letters
from caseflow.words import Refused
from tests.cases.changed import implementing
from tests.cases.world import World


def visits(world: World, case_id: int) -> list[dict[str, str]]:
    with world.database.read() as tx:
        known = dossier.facts(tx, world.ground, world.row(case_id))
    return [said for _, said in paths.entries(known.get("visits"))]


def test_each_entry_stands_beside_those_before_it_with_its_sealed_text(world: World) -> None:
    officer = world.person("municipal", "bureau")
    case_id = implementing(world, world.person("applicant", "plant"))
    for day, note in (("2026-05-06", "第一次走访"), ("2026-06-07", "第二次走访"), ("2026-07-08", "第三次走访")):
        world.do(officer, case_id, "visit", day=day, note=note)

    assert visits(world, case_id) == [
        {"day": "2026-05-06", "note": "第一次走访"},
        {"day": "2026-06-07", "note": "第二次走访"},
        {"day": "2026-07-08", "note": "第三次走访"},
    ]
    assert "第二次走访" not in str(world.row(case_id)["facts"])


def test_an_entry_is_kept_under_the_number_of_its_journal_entry(world: World) -> None:
    case_id = implementing(world, world.person("applicant", "plant"))
    world.do(world.person("municipal", "bureau"), case_id, "visit", day="2026-05-06", note="走访")

    assert list(world.row(case_id)["facts"]["visits"]) == [str(world.row(case_id)["seq"])]


def test_entries_are_in_the_order_of_their_making_past_the_ninth_too(world: World) -> None:
    officer = world.person("municipal", "bureau")
    case_id = implementing(world, world.person("applicant", "plant"))
    for number in range(1, 7):
        world.do(officer, case_id, "visit", day="2026-05-06", note=f"第{number}次")

    assert world.row(case_id)["seq"] > 10
    assert [one["note"] for one in visits(world, case_id)] == [f"第{number}次" for number in range(1, 7)]


def test_a_condition_counts_the_entries_and_none_counts_as_no_entry(world: World) -> None:
    officer = world.person("municipal", "bureau")
    case_id = implementing(world, world.person("applicant", "plant"))
    against = []
    for number in range(2):
        with pytest.raises(Refused) as refused:
            world.do(officer, case_id, "sum_up")
        against.append([reason.values["text"]["zh"] for reason in refused.value.reasons])
        world.do(officer, case_id, "visit", day="2026-05-06", note=f"第{number}次")
    world.do(officer, case_id, "sum_up")

    assert against == [["走访不足两次"], ["走访不足两次"]]
    assert world.row(case_id)["state"] == "done"


def test_something_is_said_of_every_row_of_the_plan_and_the_letter_tells_this_entry(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = implementing(world, applicant)
    world.do(applicant, case_id, "report", state={"0": {"done": "not_yet"}, "1": {"done": "not_yet"}})
    world.do(applicant, case_id, "report", state={"0": {"done": "yes_", "remark": "已建"}, "1": {"done": "not_yet"}})

    with world.database.read() as tx:
        last = letters.opened(world.ground.keys, letters.of_case(tx, case_id)[-1]._mapping)
    assert [[cell["zh"] for cell in row] for row in last["blocks"][0]["rows"]] == [
        ["建立核算制度", "完成、已建"],
        ["开展核查", "未完成"],
        ["任务 1", "建立核算制度"],
        ["任务 2", "开展核查"],
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"0": {"done": "yes_"}}, ["state.1"]),
        ({"0": {"done": "yes_"}, "1": {"remark": "在做"}}, ["state.1.done"]),
        ({"0": {"done": "yes_"}, "1": {"done": "yes_"}, "2": {"done": "yes_"}}, ["state"]),
    ],
)
def test_a_row_left_out_half_answered_or_unknown_is_refused(
    world: World, said: dict[str, dict[str, str]], expected: list[str]
) -> None:
    applicant = world.person("applicant", "plant")
    case_id = implementing(world, applicant)
    with pytest.raises(Invalid) as wrong:
        world.do(applicant, case_id, "report", state=said)

    assert list(wrong.value.errors) == expected


def test_the_one_who_wrote_the_entries_reads_all_of_them(world: World) -> None:
    officer = world.person("municipal", "bureau")
    case_id = implementing(world, world.person("applicant", "plant"))
    for number in range(2):
        world.do(officer, case_id, "visit", day="2026-05-06", note=f"第{number}次")

    with world.database.read() as tx:
        seen = view.load(tx, world.ground, officer, case_id)
        entries = paths.entries(seen.facts()["visits"])
    assert [said["note"] for _, said in entries] == ["第0次", "第1次"]
