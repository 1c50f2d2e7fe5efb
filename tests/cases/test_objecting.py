"""An expert to whom an applicant objects is named to a panel only over a decision with its reason."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from caseflow.cases import dossier, panels
from caseflow.cases import ground as grounds
from caseflow.cases.vocabulary import vocabulary
from caseflow.people.models import person
from caseflow.people.rights import Actor
from caseflow.records.models import journal
from caseflow.workflow.reader import read_text
from tests.cases.drawn import refused
from tests.cases.world import World

HERE = Path(__file__).parent
PATH = (
    "    avoid: [same_organisation, declared]\n",
    "    avoid: [same_organisation, declared]\n    objections: recusals.name\n",
)
EXPERTS = "          experts: {type: people, label: {zh: 专家, en: Experts}, required: true}\n"
ASKED = "          dismissed: {type: long_text, label: {zh: 不予回避的理由, en: Why objections are not heard}}\n"
DISMISSED = (EXPERTS, EXPERTS + ASKED)


def meeting(world: World, *changes: tuple[str, str], objected: int = 1) -> tuple[Actor, int, int, list[Actor]]:
    """A meeting whose officer names the experts: the officer, meeting and case, and three experts, some objected to."""
    text = (HERE / "toy-meeting.yaml").read_text("utf-8")
    for before, after in (
        ("workflow: toy-meeting", "workflow: toy-meeting-otherwise"),
        ("PS-{year}", "PO-{year}"),
        *changes,
    ):
        assert before in text

        text = text.replace(before, after)
    with world.database.write() as tx:
        grounds.publish(tx, [read_text(text, vocabulary=vocabulary())])
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    case_id = world.recommended(applicant)
    experts = [world.person("expert", "pool") for _ in range(3)]
    for one in experts[:objected]:
        world.do(applicant, case_id, "object", name=f" {name(world, one)} ", ground="曾与我单位有诉讼")
    host = world.open(office, "toy-meeting-otherwise")
    world.do(office, host, "include", cases={str(case_id): {}})
    return office, host, case_id, experts


def name(world: World, who: Actor) -> str:
    with world.database.read() as tx:
        return str(tx.scalar(sa.select(person.c.name).where(person.c.id == who.person_id)))


def seated(world: World, host: int) -> list[int]:
    with world.database.read() as tx:
        return [row["person_id"] for row in panels.seats(tx, host, "jury")]


def test_whom_an_applicant_objects_to_is_not_named_where_no_decision_is_asked(world: World) -> None:
    office, host, _, experts = meeting(world, PATH, objected=2)
    people = [one.person_id for one in experts]

    assert refused(world.do, office, host, "seat", experts=people) == ["panels.objected", "panels.objected"]

    world.do(office, host, "seat", experts=people[2:])

    assert seated(world, host) == people[2:]


def test_over_a_decision_with_its_reason_the_expert_sits_and_the_decision_is_kept(world: World) -> None:
    office, host, case_id, experts = meeting(world, PATH, DISMISSED)
    people = [one.person_id for one in experts]

    assert refused(world.do, office, host, "seat", experts=people) == ["panels.objected_undecided"]
    assert refused(world.do, office, host, "seat", experts=people, dismissed="  ") == ["panels.objected_undecided"]

    world.do(office, host, "seat", experts=people, dismissed="经核实无诉讼，不予回避")
    with world.database.read() as tx:
        body = tx.scalar(sa.select(journal.c.body).where(journal.c.case_id == host, journal.c.act == "seat"))
        facts = dossier.facts(tx, world.ground, world.row(host))

    assert seated(world, host) == people
    assert body["objections_dismissed"] == [{"person": people[0], "member": case_id}]
    assert ("核实" in str(body), facts["seat"]["dismissed"]) == (False, "经核实无诉讼，不予回避")


def test_a_panel_that_takes_no_objections_is_named_as_before(world: World) -> None:
    office, host, _, experts = meeting(world)
    world.do(office, host, "seat", experts=[one.person_id for one in experts])

    assert seated(world, host) == [one.person_id for one in experts]
