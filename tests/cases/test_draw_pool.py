"""The frozen pool of a draw: who is kept out of it on which ground, and what it cannot meet."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import draw_pool, draws, panels, view
from caseflow.cases import ground as grounds
from caseflow.cases.vocabulary import vocabulary
from caseflow.people import accounts, expert_identity, experts
from caseflow.people.models import membership, person
from caseflow.people.rights import Actor
from caseflow.words import Refused, render
from caseflow.workflow.reader import read_text
from tests.cases import parts
from tests.cases.drawn import JURY, Drawing, drawing, in_pool, tie
from tests.cases.world import HERE, World


def name_of(world: World, who: Actor) -> str:
    with world.database.read() as tx:
        return accounts.names(tx, [who.person_id])[who.person_id]


def barred(found: Drawing) -> dict[int, set[str]]:
    """By person the grounds that kept them out of the draw."""
    aside = draws.aside(found.world.ground.keys, found.held())
    grounds: dict[int, set[str]] = {}
    for one in aside["excluded"]:
        grounds.setdefault(aside["people"][one["person"]], set()).add(one["ground"])
    return grounds


def test_every_ground_that_the_panel_avoids_keeps_out_whoever_has_it(world: World) -> None:
    found = drawing(world)
    rival = world.person("applicant", world.enterprise("乙焦化厂"))
    world.recommended(rival, product="焦炭")
    employed = in_pool(world, employer_name="甲焦化厂")
    rivals = in_pool(world, employer_name="乙焦化厂")
    adviser, late, project, holder, kin, filed = (in_pool(world) for _ in range(6))
    today = clock.today()
    tie(world, adviser, "adviser", "甲焦化厂", until=today - timedelta(days=700))
    tie(world, late, "adviser", "甲焦化厂", until=today - timedelta(days=1200))
    tie(world, project, "project", "甲焦化厂", until=today - timedelta(days=30))
    tie(world, holder, "shares", "甲焦化厂")
    tie(world, kin, "kin", "甲焦化厂")
    tie(world, filed, "filed", "甲焦化厂")
    raised, doubtful = in_pool(world), in_pool(world, employer_name="甲焦化厂有限公司")
    world.do(found.office, found.host, "commit")
    world.do(found.office, found.host, "freeze", raised=[raised.person_id], grounds="曾与申报单位有诉讼")

    expected = [
        (employed, "same_organisation"), (rivals, "agent_in_round"), (adviser, "adviser"), (project, "co_project"),
        (holder, "shareholding"), (kin, "kin"), (filed, "filed"), (raised, "raised"), (doubtful, "same_organisation"),
    ]  # fmt: skip
    assert barred(found) == {one.person_id: {ground} for one, ground in expected}
    assert found.name_of(late) in {one.id for one in found.held().snapshot.candidates if not one.bars}


def test_to_whom_the_applicant_objects_by_name_is_kept_off_and_the_applicant_learns_nothing_of_the_pool(
    world: World,
) -> None:
    found = drawing(world)
    applicant = world.person("applicant", "plant")
    meant, namesake, seated = found.pool[0], in_pool(world), found.pool[1]
    names = {one.person_id: name_of(world, one) for one in (meant, seated)}
    with world.database.write() as tx:
        twin = {"name": f" {names[meant.person_id]}\u3000", "phone": None}
        tx.execute(person.update().where(person.c.id == namesake.person_id).values(twin))
    answers = [
        world.do(applicant, found.cases[0], "object", name=name, ground="曾与我单位有诉讼")
        for name in (names[meant.person_id], "查无此人")
    ]
    found.draw()
    first = {who for who, grounds in barred(found).items() if "raised" in grounds}
    found.accept()
    world.do(applicant, found.cases[0], "object", name=names[seated.person_id], ground="曾与我单位有诉讼")
    world.do(found.office, found.host, "again", reason="申报单位申请回避")
    world.do(found.office, found.host, "freeze")
    with world.database.read() as tx:
        seen = view.load(tx, world.ground, applicant, found.cases[0]).timeline()
        kept = str([[line.row.body, line.title, line.note] for line in seen]) + str(world.row(found.cases[0])["facts"])

    assert first == {meant.person_id, namesake.person_id}
    assert {who for who, grounds in barred(found).items() if "raised" in grounds} == first | {seated.person_id}
    assert len({(one.action, one.state, one.first, one.proposed) for one in answers}) == 1
    assert [name in kept for name in (*names.values(), "查无此人", "诉讼")] == [False] * 4
    assert parts.sound(world)


def test_who_works_for_an_agent_of_a_competitor_or_acted_for_the_applicant_is_kept_out(world: World) -> None:
    agency = parts.organisation(world, "低碳咨询公司", "body", credit_code=parts.code(7))
    competitor, applicant = world.person("applicant", world.enterprise("乙焦化厂")), world.person("applicant", "plant")
    passed(world, competitor, agent=parts.code(7))
    case_id = passed(world, applicant)
    found = drawing(world, cases=0, workflow=with_agents(world))
    world.do(found.office, found.host, "include", cases={str(case_id): {}})
    consultant = in_pool(world, employer_id=agency, employer_name="低碳咨询")
    in_pool(world, applicant)
    with world.database.write() as tx:
        held = {"person_id": applicant.person_id, "organisation_id": world.organisations["pool"], "since": clock.now()}
        tx.execute(membership.insert().values(role="expert", **held))
    found.freeze()

    assert barred(found) == {
        consultant.person_id: {"agent_in_round"},
        applicant.person_id: {"filed", "same_organisation"},
    }


def passed(world: World, applicant: Actor, agent: str | None = None) -> int:
    """A case of the workflow that knows agents, passed in a class."""
    case_id = parts.drafted(world, applicant)
    if agent is not None:
        world.do(applicant, case_id, "entrust", agent=agent)
        world.do(applicant, case_id, "dismiss")
    world.do(applicant, case_id, "submit")
    world.do(world.person("municipal", "bureau"), case_id, "check", **{"class": "coke"})
    world.do(world.person("municipal_head", "bureau"), case_id, "sign")
    return case_id


def with_agents(world: World) -> str:
    """The same meeting over the cases of a workflow that knows agents."""
    return changed(
        world,
        ("{of: [toy-case], in: recommended", "{of: [toy-part], in: working"),
        ("rank_within: dossier.unit.kind", "rank_within: check.class"),
    )


def changed(world: World, *changes: tuple[str, str]) -> str:
    """The meeting, written otherwise in some places; returns its name."""
    text = (HERE / "toy-drawn.yaml").read_text("utf-8")
    for before, after in (
        ("workflow: toy-drawn", "workflow: toy-drawn-otherwise"),
        ("CQ-{year}", "CP-{year}"),
        *changes,
    ):
        assert before in text

        text = text.replace(before, after)
    with world.database.write() as tx:
        grounds.publish(tx, [read_text(text, vocabulary=vocabulary())])
    return "toy-drawn-otherwise"


def test_a_name_that_the_form_asks_for_at_filing_keeps_off_too(world: World) -> None:
    found = drawing(
        world, workflow=changed(world, ("objections: recusals.name", "objections: dossier.unit.contact")), cases=0
    )
    case_id = world.recommended(world.person("applicant", "plant"), contact=name_of(world, found.pool[0]))
    world.do(found.office, found.host, "include", cases={str(case_id): {}})
    found.freeze()

    assert barred(found) == {found.pool[0].person_id: {"raised"}}


def test_where_cases_are_assigned_a_conflict_with_one_keeps_off_that_one_alone(world: World) -> None:
    drawn = changed(
        world,
        ("    rubric:\n", "    assign: {each: 2, least: 1, most: 5, basis: 内部}\n    rubric:\n"),
        ("then: [finish_members]", "then: [{assign_members: jury}, finish_members]"),
    )
    found = drawing(world, people=5, cases=0, workflow=drawn)
    other = world.person("applicant", world.enterprise("乙玻璃厂"))
    first = world.recommended(world.person("applicant", "plant"))
    second = world.recommended(other, product="平板玻璃", kind="glass")
    world.do(found.office, found.host, "include", cases={str(first): {}, str(second): {}})
    tie(world, found.pool[0], "kin", "甲焦化厂")
    found.draw()
    with world.database.read() as tx:
        sitting = {row["person_id"] for row in panels.seats(tx, found.host, JURY)}
    held = found.held()

    assert (held.snapshot.rule.free_per_case, sitting) == (2, {one.person_id for one in found.pool})
    assert draws.barred(world.ground.keys, held) == {(first, found.pool[0].person_id)}


@pytest.mark.parametrize(
    ("period", "wanted"), [("3 years", 3), ("36 months", 3), ("37 months", 4), ("30 days", 1), ("250 workdays", 2)]
)
def test_a_window_is_never_shorter_than_it_says(period: str, wanted: int) -> None:
    assert draw_pool.years(period) == wanted


def test_nobody_who_is_away_untrained_barred_or_fully_loaded_is_drawn(world: World) -> None:
    found = drawing(world, people=5)
    today = clock.today().isoformat()
    kept_out = {
        in_pool(world, away=[[today, today]]).person_id: ["away"],
        in_pool(world, trained_until=None).person_id: ["untrained"],
        in_pool(world, credit="barred").person_id: ["barred"],
        in_pool(world, most=0).person_id: ["full"],
    }
    found.draw()
    aside = draws.aside(world.ground.keys, found.held())

    assert {aside["people"][name]: codes for name, codes in aside["absent"].items()} == kept_out
    assert {row["person_id"] for row in found.seats()} & set(kept_out) == set()


def test_a_lot_that_cannot_be_met_is_refused_with_what_is_short_and_by_how_many(world: World) -> None:
    found = drawing(world, people=0)
    for _ in range(4):
        in_pool(world, fields=["energy"])
    world.do(found.office, found.host, "commit")
    with pytest.raises(Refused) as short:
        world.do(found.office, found.host, "freeze")
    said = [render(one, "zh") for one in short.value.reasons]

    assert [one.key for one in short.value.reasons] == ["draw.too_few", "draw.too_few_in_group"]
    assert ("可抽取4人，需要5人" in said[0], "缺1人" in said[1]) == (True, True)
    assert found.held().stage == "committed"


def test_one_person_under_two_accounts_is_drawn_once_and_a_tie_of_one_bars_both(world: World) -> None:
    found = drawing(world)
    twins = [in_pool(world), in_pool(world)]
    with world.database.write() as tx:
        for one in twins:
            named = sa.text("UPDATE person SET name = '同名者' WHERE id = :id")
            tx.execute(named, {"id": one.person_id})
    tie(world, twins[0], "kin", "甲焦化厂")
    found.freeze()

    assert barred(found) == {twins[0].person_id: {"kin"}, twins[1].person_id: {"identity_doubt"}}


def test_what_an_officer_found_of_two_namesakes_counts_in_the_next_draw(world: World) -> None:
    found = drawing(world)
    bound, namesake = in_pool(world), in_pool(world)
    with world.database.write() as tx:
        both = {"name": "演示同名", "phone": None, "email": None}
        tx.execute(person.update().where(person.c.id.in_([bound.person_id, namesake.person_id])).values(both))
    tie(world, bound, "kin", "甲焦化厂")
    world.do(found.office, found.host, "commit")
    stands = []
    for seen, finding in enumerate((None, "different", "same")):
        if finding is not None:
            with world.database.write() as tx:
                rows = [experts.of_person(tx, one.person_id) for one in (bound, namesake)]
                pair = sorted((row for row in rows if row is not None), key=lambda row: int(row["id"]))
                expert_identity.decide(
                    tx, world.ground.keys, pair, seen - 1, finding, "电话核实", by=found.office.person_id
                )
            world.do(found.office, found.host, "again", reason="身份已核实")
        world.do(found.office, found.host, "freeze")
        doubts = draws.aside(world.ground.keys, found.held())["doubts"]
        stands.append((barred(found), len(found.held().snapshot.candidates), len(doubts)))
        world.do(found.supervisor, found.host, "draw", witness="今日气温21.4度")

    one, two = bound.person_id, namesake.person_id
    assert stands == [
        ({one: {"kin"}, two: {"identity_doubt"}}, 10, 1), ({one: {"kin"}}, 10, 0), ({one: {"kin"}}, 9, 0),
    ]  # fmt: skip
