"""Experts: seated, pledged, kept apart from what is their own, blind to each other, ranked by the panel's rule."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow.cases import entry, find, guards, members, panels, ranking, scores, view
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, task
from caseflow.cases.panel_models import interest, seat
from caseflow.clock import today
from caseflow.people.rights import Actor
from caseflow.records.models import journal
from caseflow.words import Refused
from tests.cases.ranked import LOOK
from tests.cases.world import World, sheet


def keys(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.key for reason in refused.value.reasons]


def in_session(world: World, cases: int = 1) -> tuple[int, list[int], list[Actor]]:
    """A meeting with its cases and three seated experts."""
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    found = [world.recommended(applicant, product=f"焦炭{number}") for number in range(cases)]
    host, experts = world.meeting(office, found)
    return host, found, experts


def said(world: World, host: int) -> list[dict[str, Any]]:
    with world.database.read() as tx:
        return [row["data"] for row in members.rows(tx, host)]


def test_nobody_scores_before_the_pledges_and_nobody_who_is_not_seated(world: World) -> None:
    host, (case_id,), experts = in_session(world)

    with pytest.raises(Refused) as refused:
        world.do(experts[0], host, "score", sheet=sheet(case_id, 40, 40))
    with pytest.raises(entry.NotHere):
        world.do(world.person("expert", "pool"), host, "score", sheet=sheet(case_id, 40, 40))

    assert keys(refused) == ["guards.pledges"]


def test_a_score_names_every_mark_within_its_range_with_a_reason(world: World) -> None:
    host, (case_id,), experts = in_session(world)
    world.do(experts[0], host, "declare")

    with pytest.raises(Refused) as refused:
        world.do(experts[0], host, "score", sheet={**sheet(case_id, 51, 40), "opinion": ""})
    with pytest.raises(Refused) as bare:
        world.do(
            experts[0], host, "score",
            sheet={"member": case_id, "marks": {"distinctive": {"mark": 40, "reason": " "}}, "opinion": ""},
        )  # fmt: skip

    assert keys(refused) == ["panels.mark_range"]
    assert sorted(keys(bare)) == ["panels.mark_missing", "panels.reason_missing", "panels.reason_missing"]


def test_who_declared_an_interest_neither_scores_nor_counts(world: World) -> None:
    host, (first, second), experts = in_session(world, 2)
    world.do(experts[0], host, "declare", interests={str(first): {"conflict": True, "ground": "近三年顾问"}})

    with pytest.raises(Refused) as refused:
        world.do(experts[0], host, "score", sheet=sheet(first, 50, 50))
    world.do(experts[0], host, "score", sheet=sheet(second, 50, 50))

    assert keys(refused) == ["panels.declared_conflict"]
    with world.database.read() as tx:
        assert scores.owed_by(tx, host, "jury", experts[0].person_id) == []
        mine = sa.select(task.c.kind).where(task.c.case_id == host, task.c.person_id == experts[0].person_id)
        assert list(tx.scalars(mine.where(task.c.status == "open"))) == []


def test_the_ground_of_an_interest_lies_sealed_and_nowhere_in_the_open(world: World) -> None:
    host, (case_id,), experts = in_session(world)
    world.do(experts[0], host, "declare", interests={str(case_id): {"conflict": True, "ground": "只对组织方说的情形"}})

    with world.database.read() as tx:
        said = panels.declared(tx, world.ground.keys, host, experts[0].person_id)
        body = tx.scalar(sa.select(journal.c.body).where(journal.c.act == "declare"))
        everything = "".join(
            str(value) for table in (case, journal, interest) for row in tx.execute(sa.select(table)) for value in row
        )
    assert said == {case_id: {"conflict": True, "ground": "只对组织方说的情形"}}
    assert [(one["member"], one["conflict"], len(one["hash"])) for one in body["interests"]] == [(case_id, True, 64)]
    assert ("只对组织方说的情形" in everything, world.row(host)["facts"]["declare"]) == (False, {})


def test_a_score_given_before_an_interest_was_declared_counts_no_more(world: World) -> None:
    host, (case_id,), experts = in_session(world)
    for expert, marks in zip(experts, (10, 40, 40), strict=True):
        world.do(expert, host, "declare")
        world.do(expert, host, "score", sheet=sheet(case_id, marks, marks))
    world.do(experts[0], host, "declare", interests={str(case_id): {"conflict": True, "ground": "亲属"}})

    with world.database.read() as tx:
        assert [(world.row(case_id)["number"], 2)] == ranking.counted(tx, host, "jury")


def test_highest_and_lowest_are_dropped_and_places_are_counted_within_a_class(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    kinds = ("coke", "coke", "glass")
    cases = [world.recommended(applicant, product=f"{number}", kind=kind) for number, kind in enumerate(kinds)]
    host, experts = world.meeting(office, cases)
    for expert, marks in zip(experts, ((10, 30, 5), (20, 35, 5), (50, 40, 5)), strict=True):
        world.do(expert, host, "declare")
        for case_id, one in zip(cases, marks, strict=True):
            world.do(expert, host, "score", sheet=sheet(case_id, one, one))
    world.do(office, host, "summarise")

    assert [(one["score"], one["place"], one["group"]) for one in said(world, host)] == [
        ("40.00", 2, "coke"),
        ("70.00", 1, "coke"),
        ("10.00", 1, "glass"),
    ]


def test_without_enough_valid_scores_nothing_is_summarised(world: World) -> None:
    office = world.person("provincial", "office")
    host, (case_id,), experts = in_session(world)
    world.do(experts[0], host, "declare")
    world.do(experts[0], host, "score", sheet=sheet(case_id, 40, 40))

    with pytest.raises(Refused) as refused:
        world.do(office, host, "summarise")

    assert keys(refused) == ["guards.too_few_scores"]


def test_what_one_expert_wrote_reaches_no_other_by_any_way(world: World) -> None:
    host, (case_id,), (author, reader, _) = in_session(world)
    secret = "别人不该看到的理由"
    for expert in (author, reader):
        world.do(expert, host, "declare")
    world.do(author, host, "score", sheet={**sheet(case_id, 41, 37, reason=secret), "opinion": secret})

    with world.database.read() as tx:
        seen = view.load(tx, world.ground, reader, host)
        shown = {
            "facts": seen.facts(),
            "timeline": [(one.title, one.by) for one in seen.timeline()],
            "tasks": [(row["kind"], row["person_id"]) for row in seen.tasks()],
            "letters": seen.letters(),
            "findings": seen.findings(),
            "list": [row["facts"] for row in find.cases(tx, world.ground, reader, find.Filters(), today()).rows],
            "desk": [dict(row) for row in _desk(tx, world.ground, reader)],
        }
        own = [row for row in seen.timeline() if row.row.act == "score"]
        assert own == []
        assert shown["facts"] == {}
        assert [("panel:jury", reader.person_id)] == shown["tasks"]
        text = json.dumps(shown, ensure_ascii=False, default=str)
        assert [part in text for part in (secret, author.name)] == [False, False]
        everything = "".join(
            str(value) for table in (case, journal) for row in tx.execute(sa.select(table)) for value in row
        )  # the open tables hold neither the reason nor the marks
        assert [part in everything for part in (secret, '"mark":41')] == [False, False]


def _desk(tx: Any, ground: Ground, reader: Actor) -> list[Any]:
    return list(find.desk(tx, ground, reader, find.Filters(), today()).rows)


def test_nothing_is_before_who_has_left_the_panel(world: World) -> None:
    host, (case_id,), (gone, _, _) = in_session(world)
    with world.database.write() as tx:
        tx.execute(seat.update().where(seat.c.person_id == gone.person_id).values(status="left"))
        before = panels.before(tx, host, "jury", gone.person_id), scores.owed_by(tx, host, "jury", gone.person_id)

    assert (before, case_id > 0) == (([], []), True)


def test_a_reserve_fills_no_seat(world: World) -> None:
    (host, _, experts), office = in_session(world), world.person("provincial", "office")
    with world.database.write() as tx:
        tx.execute(seat.update().where(seat.c.person_id == experts[2].person_id).values(reserve=True))
        move = view.load(tx, world.ground, office, host).move(LOOK, "provincial")

        assert [one.values for one in guards.panel_seated(move, "jury")] == [{"size": 3, "seated": 2}]


def test_each_expert_reads_the_own_score(world: World) -> None:
    host, (case_id,), experts = in_session(world)
    world.do(experts[0], host, "declare")
    world.do(experts[0], host, "score", sheet=sheet(case_id, 41, 37))

    with world.database.read() as tx:
        own = scores.own(tx, host, "jury", case_id, experts[0].person_id)
        other = scores.own(tx, host, "jury", case_id, experts[1].person_id)
    assert (sum(own["marks"].values()) if own else None, other) == (78, None)


def test_neither_an_expert_of_an_applicant_is_seated_nor_anybody_outside_the_pool(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    inside, outside = world.person("expert", "plant"), world.person("expert", "pool")
    host = world.open(office, "toy-meeting")
    world.do(office, host, "include", cases={str(world.recommended(applicant)): {}})
    found = []
    for names in ([inside, outside], [applicant]):
        with pytest.raises(Refused) as refused:
            world.do(office, host, "seat", experts=[one.person_id for one in names])
        found.append(keys(refused))

    assert found == [["panels.same_organisation"], ["panels.not_in_pool"]]
