"""Sheets as they are given in, what is typed before, notes, practice: each the expert's own, kept whole, sealed."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import find, panel_reading, reading_time, scores, sheet_drafts
from caseflow.cases.dossier import DraftChanged
from caseflow.cases.models import case
from caseflow.cases.panel_models import assignment, sheet_draft
from caseflow.cases.sheet_drafts import Place
from caseflow.clock import today
from caseflow.people.rights import Actor
from caseflow.words import Refused
from tests.cases.world import World


def marks(distinctive: Any = 8, feasible: Any = 6, care: Any = 4, reason: str = "理由") -> dict[str, Any]:
    given = {"distinctive": distinctive, "feasible": feasible, "care": care}
    return {name: {"mark": mark, "reason": reason} for name, mark in given.items()}


def in_session(world: World, *, declared: bool = True) -> tuple[int, list[int], list[Actor]]:
    """Two cases before two experts."""
    office, found = world.person("provincial", "office"), []
    for number in (1, 2):
        applicant = world.person("applicant", "plant")
        case_id = world.open(applicant, "toy-papers")
        world.type(applicant, case_id, "unit", {"name": f"示例厂{number}", "contact": "王二"})
        world.do(applicant, case_id, "submit")
        world.do(world.person("municipal", "bureau"), case_id, "decide", opinion="同意。")
        world.do(world.person("municipal_head", "bureau"), case_id, "sign", opinion="同意")
        found.append(case_id)
    host = world.open(office, "toy-sheets")
    world.do(office, host, "include", cases={str(one): {} for one in found})
    experts = [world.person("expert", "pool") for _ in range(2)]
    world.do(office, host, "seat", experts=[one.person_id for one in experts])
    for one in experts if declared else ():
        world.do(one, host, "declare")
    return host, found, experts


def keys_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.key for one in refused.value.reasons]


def test_a_sheet_keeps_marks_and_words_apart_and_each_change_is_a_version(world: World) -> None:
    host, (case_id, _), (expert, _) = in_session(world)
    for reason in ("先写的", "后写的"):
        world.do(expert, host, "score", sheet={"member": case_id, "marks": marks(reason=reason), "opinion": "可行"})
    with world.database.read() as tx:
        rows = scores.versions(tx, host, "jury", case_id, expert.person_id)
        said = [scores.words(world.ground.keys, row)["reasons"]["care"] for row in rows]
        panel = world.ground.current(tx, "toy-sheets").definition.panels["jury"]

    assert ([row["version"] for row in rows], said) == ([1, 2], ["先写的", "后写的"])
    assert (str(scores.total(panel, rows[-1]["marks"])), "写的" in rows[0]["sealed"]) == ("6.8", False)


def test_who_abstains_is_done_with_the_case_and_gives_no_mark(world: World) -> None:
    host, cases, (expert, _) = in_session(world)
    for case_id in cases:
        world.do(expert, host, "score", sheet={"member": case_id, "marks": {}, "abstain": "yes", "why": "不熟悉"})
    with world.database.read() as tx:
        left = scores.owed_by(tx, host, "jury", expert.person_id)
        valid = scores.valid(tx, host, "jury")
        (row,) = scores.versions(tx, host, "jury", cases[0], expert.person_id)

    assert (left, valid, row["marks"], row["abstained"]) == ([], {cases[0]: [], cases[1]: []}, {}, True)
    assert scores.words(world.ground.keys, row)["why"] == "不熟悉"


@pytest.mark.parametrize(
    ("given", "places"),
    [
        ({"marks": marks()}, []),
        ({"marks": marks(distinctive=11)}, ["marks.distinctive"]),
        ({"marks": marks(feasible="")}, ["marks.feasible"]),
        ({"marks": marks(care=-1, reason=" ")}, ["marks.distinctive", "marks.feasible", "marks.care"]),
        ({"marks": {}}, ["marks.distinctive", "marks.feasible", "marks.care"]),
        ({"abstain": True, "marks": {}}, ["why"]),
        ({"abstain": True, "marks": {}, "why": "不熟悉"}, []),
        ({"marks": marks(reason="字" * 1000), "opinion": "字" * 1000}, []),
        (
            {"marks": marks() | {"care": {"mark": 4, "reason": "字" * 1001}}, "opinion": "字" * 1001},
            ["marks.care", "opinion"],
        ),
        ({"abstain": True, "marks": {}, "why": "字" * 1001}, ["why"]),
    ],
)
def test_what_a_sheet_lacks_is_named_by_its_place(world: World, given: dict[str, Any], places: list[str]) -> None:
    with world.database.read() as tx:
        panel = world.ground.current(tx, "toy-sheets").definition.panels["jury"]

    assert list(scores.lacking(panel, given)) == places


def test_a_missing_mark_and_a_missing_reason_are_told_at_once(world: World) -> None:
    with world.database.read() as tx:
        panel = world.ground.current(tx, "toy-sheets").definition.panels["jury"]
    given = {"marks": marks() | {"care": {"mark": "", "reason": " "}, "feasible": {"mark": 99, "reason": ""}}}
    found = scores.lacking(panel, given)

    assert {place: [one.key for one in every] for place, every in found.items()} == {
        "marks.feasible": ["panels.mark_range", "panels.reason_missing"],
        "marks.care": ["panels.mark_missing", "panels.reason_missing"],
    }


def test_what_was_typed_and_never_given_in_goes_a_while_after_the_case_has_ended(world: World) -> None:
    host, (case_id, _), (expert, _) = in_session(world)
    now = clock.now()
    place = Place(host, "jury", case_id, expert.person_id)

    def left(days: int) -> int:
        with clock.at(now + timedelta(days=days)), world.database.write() as tx:
            sheet_drafts.expire(tx)
            return len(sheet_drafts.versions(tx, world.ground.keys, place, most=9))

    with world.database.write() as tx:
        for version, opinion in enumerate("一二"):
            sheet_drafts.keep(tx, world.ground.keys, place, {"sheet": {"opinion": opinion}}, version, now)
    running = left(100)
    with world.database.write() as tx:
        tx.execute(case.update().where(case.c.id == host).values(final=True, moved_at=now))

    assert (running, left(29), left(31)) == (2, 2, 0)


def test_a_draft_is_kept_over_the_version_that_was_read_and_over_no_other(world: World) -> None:
    host, (case_id, _), (expert, _) = in_session(world)
    place, keys = Place(host, "jury", case_id, expert.person_id), world.ground.keys
    with world.database.write() as tx:
        first = sheet_drafts.keep(tx, keys, place, {"sheet": {"opinion": "一"}}, 0, clock.now())
        second = sheet_drafts.keep(tx, keys, place, {"sheet": {"opinion": "二"}}, first, clock.now())
        with pytest.raises(DraftChanged) as changed:
            sheet_drafts.keep(tx, keys, place, {"sheet": {"opinion": "三"}}, first, clock.now())
        same = sheet_drafts.keep(tx, keys, place, {"sheet": {"opinion": "二"}}, first, clock.now())

    assert (first, second, same) == (1, 2, 2)
    assert (changed.value.version, changed.value.values) == (2, {"sheet": {"opinion": "二"}})


def test_of_two_windows_that_save_at_once_one_is_kept_and_the_other_told(world: World) -> None:
    host, (case_id, _), (expert, _) = in_session(world)
    place, keys = Place(host, "jury", case_id, expert.person_id), world.ground.keys
    ends: list[str] = []
    ready = threading.Barrier(2)

    def save(text: str) -> None:
        ready.wait()
        try:
            world.database.once(
                lambda tx: sheet_drafts.keep(tx, keys, place, {"sheet": {"opinion": text}}, 0, clock.now())
            )
            ends.append("kept")
        except DraftChanged:
            ends.append("told")

    threads = [threading.Thread(target=save, args=(text,)) for text in "甲乙"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with world.database.read() as tx:
        stored = list(tx.scalars(sa.select(sheet_draft.c.version)))

    assert (sorted(ends), stored) == (["kept", "told"], [1])


def test_a_draft_opens_at_its_own_place_alone(world: World) -> None:
    host, (case_id, _), (expert, other) = in_session(world)
    keys = world.ground.keys
    with world.database.write() as tx:
        place = Place(host, "jury", case_id, expert.person_id)
        sheet_drafts.keep(tx, keys, place, {"sheet": {"opinion": "一"}}, 0, clock.now())
        tx.execute(sheet_draft.update().values(person_id=other.person_id))
        with pytest.raises(Refused) as refused:
            sheet_drafts.newest(tx, keys, Place(host, "jury", case_id, other.person_id))

    assert keys_of(refused) == ["personal.altered"]


def test_the_newest_of_every_case_is_found_at_once(world: World) -> None:
    host, cases, (expert, _) = in_session(world)
    keys, at = world.ground.keys, clock.now() - timedelta(minutes=3)
    with world.database.write() as tx:
        for seen, text in enumerate("甲乙"):
            for case_id in cases:
                place = Place(host, "jury", case_id, expert.person_id)
                sheet_drafts.keep(tx, keys, place, {"sheet": {"opinion": f"{text}{case_id}"}}, seen, at)
        found = sheet_drafts.newest_of(tx, keys, host, "jury", expert.person_id)

    assert {number: (one.version, one.values["sheet"]["opinion"]) for number, one in found.items()} == {
        number: (2, f"乙{number}") for number in cases
    }


def test_an_expert_knows_of_no_case_of_conflict_nor_of_one_given_to_others(world: World) -> None:
    host, (first, second), (expert, other) = in_session(world, declared=False)

    def known(who: Actor) -> list[int]:
        with world.database.read() as tx:
            rows = find.cases(tx, world.ground, who, find.Filters(workflow="toy-papers"), today()).rows
            opened = [one for one in (first, second) if panel_reading.host_of(tx, who.person_id, one) is not None]
        return sorted({row["id"] for row in rows} | set(opened))

    before = known(expert)
    world.do(expert, host, "declare", interests={str(first): {"conflict": True, "ground": "顾问"}})
    world.do(other, host, "declare")
    after = known(expert)
    with world.database.write() as tx:
        given = {"case_id": host, "panel": "jury", "member_case_id": first, "person_id": other.person_id}
        tx.execute(assignment.insert().values(**given, status="in", why={}, at=clock.now()))

    assert (before, after, known(expert), known(other)) == ([first, second], [second], [], [first])


def test_a_dossier_opens_after_pledge_and_declaration_for_who_sits(world: World) -> None:
    host, (case_id, _), (expert, other) = in_session(world, declared=False)
    world.do(expert, host, "declare")
    with world.database.read() as tx:
        found = [panel_reading.host_of(tx, who.person_id, case_id) for who in (expert, other)]

    assert found == [host, None]


def test_the_estimate_counts_pages_words_and_criteria() -> None:
    extent = reading_time.Extent(pages=10, characters=600)

    assert (extent.minutes(3), reading_time.Extent(0, 0).minutes(0)) == (13, 0)
