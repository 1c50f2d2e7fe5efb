"""The cases before a panel that was drawn by lot: its rules hold at every case, and whom the draw kept off stays off."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import assigning_round, view
from caseflow.cases.assigning_round import Known
from caseflow.people.expert_models import expert_tie
from tests.cases.assigned import LOOK, Assigning
from tests.cases.drawn import JURY, Drawing, in_pool, tie
from tests.cases.world import World


def drawn(world: World, pool: int = 7, tied: int = 0, officials: int = 0) -> Drawing:
    """Five of seven are drawn over four cases of two applicants; the first ``tied`` advised the second applicant."""
    office, supervisor = world.person("provincial", "office"), world.person("supervisor", "office")
    second = world.enterprise("乙焦化厂")
    applicants = [world.person("applicant", name) for name in ("plant", "plant", second, second)]
    cases = [world.recommended(one, product=f"产品{at}") for at, one in enumerate(applicants)]
    host = world.open(office, "toy-allotted")
    world.do(office, host, "include", cases={str(one): {} for one in cases})
    people = [in_pool(world, official=at < officials) for at in range(pool)]
    for one in people[:tied]:
        tie(world, one, "adviser", "乙焦化厂")
    found = Drawing(world, office, supervisor, host, cases, people)
    found.draw()
    return found


def known(found: Drawing) -> Known:
    with found.world.database.read() as tx:
        return assigning_round.gather(view.load(tx, found.world.ground, found.office, found.host).move(LOOK, ""), JURY)


def allotted(found: Drawing) -> Assigning:
    found.world.do(found.office, found.host, "allot")
    return Assigning(found.world, found.office, found.host, found.cases, found.pool)


def test_whom_the_draw_kept_off_a_case_stays_off_though_the_tie_was_taken_back_since(world: World) -> None:
    found = drawn(world, tied=3)
    off = {one.person_id for one in found.pool[:3]} & {row["person_id"] for row in found.seats()}
    with world.database.write() as tx:
        tx.execute(sa.update(expert_tie).values(ended_at=clock.now()))
    given = allotted(found).given()

    assert len(off) > 0
    assert {case_id for case_id, person in given if person in off} <= set(found.cases[:2])
    assert Counter(case_id for case_id, _ in given) == dict.fromkeys(found.cases, 2)


def test_a_tie_that_became_known_after_the_draw_keeps_off_too(world: World) -> None:
    found = drawn(world)
    late = found.seated()[0]
    tie(world, late, "adviser", "甲焦化厂")

    assert set(allotted(found).of(late)) <= set(found.cases[2:])


def test_the_share_of_officials_and_one_of_an_employer_hold_at_every_case(world: World) -> None:
    found = drawn(world, officials=2)
    asked = assigning_round.round_of(known(found))
    officials = {one.person_id for one in found.pool[:2]}
    given = allotted(found).given()

    assert [(one.tag, str(one.share)) for one in asked.rules.caps] == [("official", "3/5")]
    assert asked.rules.per_employer == 1
    assert max(sum(person in officials for case, person in given if case == one) for one in found.cases) <= 1


def test_an_invitation_that_waits_for_its_answer_stays_open_without_a_case(world: World) -> None:
    found = drawn(world)
    waits, accepts = found.seated()[:2]
    found.world.do(accepts, found.host, "answer", answer="accept")
    for one in (waits, accepts):
        tie(world, one, "adviser", "甲焦化厂")
        tie(world, one, "adviser", "乙焦化厂")
    owing = allotted(found).owing()

    assert (waits.person_id in owing, accepts.person_id in owing) == (True, False)


def test_one_more_reader_is_a_reserve_of_the_same_draw(world: World) -> None:
    found = drawn(world)
    asked = known(found)
    reserve = next(row["person_id"] for row in asked.seats if row["reserve"])
    plain, more = (assigning_round.round_of(asked, called_up=up) for up in ((), (reserve,)))

    assert (len(plain.experts), {one.id for one in more.experts} - {one.id for one in plain.experts}) == (
        5, {str(reserve)},
    )  # fmt: skip


def test_what_a_reserve_has_to_score_elsewhere_is_carried_whole(world: World) -> None:
    found = drawn(world)
    reserve = next(row["person_id"] for row in known(found).seats if row["reserve"])
    more = [world.recommended(world.person("applicant", "plant"), product=f"另{at}") for at in range(2)]
    host = world.open(found.office, "toy-assigned")
    world.do(found.office, host, "include", cases={str(one): {} for one in more})
    world.do(found.office, host, "seat", experts=[reserve])

    assert known(found).experts[reserve].carried == 2
