"""Who was drawn answers; whoever leaves is replaced by the next of the same draw, and by nobody's choice."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from caseflow.cases import panels
from caseflow.cases.entry import NotHere
from caseflow.cases.models import task
from caseflow.cases.panel_models import draw_step, seat
from caseflow.evaluation.replay import Published, replay
from caseflow.records.models import inbox_message
from tests.cases.drawn import JURY, at_once, drawing, refused
from tests.cases.world import World


def test_who_declines_is_replaced_at_once_by_the_next_of_the_same_draw(world: World) -> None:
    found = drawing(world)
    found.draw()
    before, held = found.seated(), found.held()
    world.do(before[0], found.host, "answer", answer="decline", why="出差")
    after = found.held()
    came = [one for one in found.seated() if one not in before]
    queue = [*held.record["draw"]["reserves"]]

    assert [found.name_of(one) for one in came] == queue[:1]
    assert replay(after.record, Published(hashes=(held.head, after.head))).agrees
    assert [row["chair"] for row in found.seats() if row["person_id"] == came[0].person_id] == [True]
    with world.database.read() as tx:
        gone = tx.execute(sa.select(seat).where(seat.c.person_id == before[0].person_id)).mappings().one()
        owing = list(
            tx.scalars(sa.select(task.c.person_id).where(task.c.kind == "panel:jury", task.c.status == "open"))
        )
        stored = "".join(str(value) for row in tx.execute(sa.select(draw_step)) for value in row)
    assert (gone["status"], gone["answer"], gone["left_why"], gone["chair"]) == ("left", "declined", "declined", False)
    assert (sorted(owing), "出差" in stored) == (sorted(one.person_id for one in found.seated()), False)


def test_who_has_left_finds_nothing_of_the_case_any_more(world: World) -> None:
    found = drawing(world)
    found.draw()
    gone = found.seated()[1]
    world.do(gone, found.host, "answer", answer="decline", why="出差")

    with pytest.raises(NotHere):
        world.do(gone, found.host, "answer", answer="accept")


def test_an_answer_needs_a_reason_to_decline_and_is_given_once(world: World) -> None:
    found = drawing(world)
    found.draw()
    one = found.seated()[0]
    bare = refused(world.do, one, found.host, "answer", answer="decline")
    world.do(one, found.host, "answer", answer="accept")
    again = refused(world.do, one, found.host, "answer", answer="accept")

    assert (bare, again) == (["draws.no_reason"], ["draws.answered"])


def test_a_reserve_has_no_seat_to_answer_for(world: World) -> None:
    found = drawing(world)
    found.draw()
    with world.database.read() as tx:
        waits = next(row["person_id"] for row in panels.seats(tx, found.host, JURY) if row["reserve"])
    reserve = next(one for one in found.pool if one.person_id == waits)

    assert refused(world.do, reserve, found.host, "answer", answer="accept") == ["guards.not_seated"]


def test_the_office_takes_off_several_and_who_waits_among_them_is_not_called_up(world: World) -> None:
    found = drawing(world)
    found.draw()
    with world.database.read() as tx:
        waiting = [row["person_id"] for row in panels.seats(tx, found.host, JURY) if row["reserve"]]
    sits = found.seated()[2]
    world.do(
        found.office, found.host, "recuse", experts=[sits.person_id, waiting[0]], ground="recused", why="亲属在申报单位"
    )

    assert {row["person_id"] for row in found.seats()} & {sits.person_id, waiting[0]} == set()
    assert waiting[1] in {row["person_id"] for row in found.seats()}
    assert replay(found.held().record).agrees


def test_where_nobody_can_come_the_seat_stays_empty_and_the_office_is_told(world: World) -> None:
    found = drawing(world, people=5)
    found.draw()
    for _ in range(3):
        world.do(found.seated()[0], found.host, "answer", answer="decline", why="出差")
    with world.database.read() as tx:
        told = list(tx.scalars(sa.select(inbox_message.c.key).where(inbox_message.c.key.like("inbox.seat_%ed"))))
        vacant = tx.scalar(sa.select(sa.func.count()).where(inbox_message.c.key == "inbox.seat_vacant"))
    found.accept()

    assert (len(found.seats()), told.count("inbox.seat_replaced"), vacant) == (2, 2, 1)
    assert "guards.panel_size" in refused(world.do, found.office, found.host, "convene")


def test_a_signature_counts_no_more_once_somebody_has_left(world: World) -> None:
    found = drawing(world)
    found.draw()
    for one in (found.office, found.supervisor):
        world.do(one, found.host, "attest")
    world.do(found.seated()[0], found.host, "answer", answer="decline", why="出差")
    found.accept()

    assert refused(world.do, found.office, found.host, "convene") == [
        "draws.unsigned_by_drawer",
        "draws.unsigned_by_other",
    ]


def test_two_who_decline_at_once_are_each_replaced_by_somebody_else(world: World) -> None:
    found = drawing(world)
    found.draw()
    going = found.seated()[:2]
    told = at_once(
        [
            lambda who=who, at=at: world.do(who, found.host, "answer", key=f"go{at}", answer="decline", why="出差")
            for at, who in enumerate(going)
        ]
    )

    assert (told, len({row["person_id"] for row in found.seats()})) == (["done", "done"], 3)
    assert {one.person_id for one in going} & {row["person_id"] for row in found.seats()} == set()
    assert replay(found.held().record).agrees
