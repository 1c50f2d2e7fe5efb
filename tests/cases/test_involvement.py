"""Organisations with a part in a case: what they see, what they may do, and what others do not."""

from __future__ import annotations

import pytest

from caseflow import clock
from caseflow.cases import act, entry, find, tasks, view
from caseflow.cases.find import Filters
from caseflow.cases.view import View
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.models import membership
from caseflow.people.rights import Actor
from caseflow.words import Refused
from tests.cases import parts
from tests.cases.world import World, build


def sees(world: World, who: Actor, case_id: int) -> tuple[bool, bool, bool]:
    """Whether a case opens, stands in the lists, and may be known of: one right, three questions."""
    with world.database.read() as tx:
        try:
            view.load(tx, world.ground, who, case_id)
            opens = True
        except entry.NotHere:
            opens = False
        listed = find.cases(tx, world.ground, who, Filters(), clock.today())
        known = find.may_know(tx, world.ground, who, case_id)
    assert len(listed.rows) == listed.count

    return opens, case_id in {row["id"] for row in listed.rows}, known


def part(world: World, who: Actor, case_id: int, name: str, *arguments: str) -> object:
    with world.database.read() as tx:
        found: View = view.load(tx, world.ground, who, case_id)
        value = getattr(found, name)
        return value(*arguments) if callable(value) else value


def entrusted(world: World) -> tuple[Actor, Actor, int]:
    """An applicant, an agent and the draft in which the agent helps."""
    parts.organisation(world, "agency", "body", credit_code=parts.code(7))
    applicant, agent = world.person("applicant", "plant"), world.person("agent", "agency")
    case_id = parts.drafted(world, applicant)
    world.do(applicant, case_id, "entrust", agent=parts.code(7))
    return applicant, agent, case_id


def test_an_organisation_sees_a_case_while_it_has_a_part_in_it(world: World) -> None:
    applicant, agent, case_id = entrusted(world)
    other = parts.drafted(world, applicant, product="玻璃")
    before = (sees(world, agent, case_id), sees(world, agent, other))
    world.do(applicant, case_id, "dismiss")
    ended = sees(world, agent, case_id)
    world.do(applicant, case_id, "entrust", agent=parts.code(7))

    assert before == ((True, True, True), (False, False, False))
    assert ended == (False, False, False)
    assert sees(world, agent, case_id) == (True, True, True)


def test_a_part_is_given_in_one_role_and_to_one_organisation(world: World) -> None:
    _, _, case_id = entrusted(world)
    parts.organisation(world, "other agency", "body", credit_code=parts.code(8))

    assert sees(world, world.person("agent", "other agency"), case_id) == (False, False, False)
    assert sees(world, world.person("county", "agency"), case_id) == (False, False, False)


def test_who_assists_types_in_the_applicants_draft_and_does_none_of_its_acts(world: World) -> None:
    applicant, agent, case_id = entrusted(world)
    seen = {name: part(world, agent, case_id, name) for name in ("types", "is_holder", "is_applicant", "is_staff")}
    typed = part(world, agent, case_id, "dossier")
    with pytest.raises(Refused) as refused:
        world.do(agent, case_id, "submit")

    assert seen == {"types": True, "is_holder": False, "is_applicant": True, "is_staff": False}
    assert isinstance(typed, dict)
    assert typed["unit"]["contact"] == "王二"
    assert part(world, agent, case_id, "may_edit", "unit", "product") is True
    assert part(world, agent, case_id, "offers") == []
    assert [one.key for one in refused.value.reasons] == ["act.not_yours"]
    world.do(applicant, case_id, "submit")
    assert part(world, agent, case_id, "may_edit", "unit", "product") is False


def test_who_assists_reads_who_did_what_on_the_applicants_side_and_nothing_more(world: World) -> None:
    applicant, agent, case_id = entrusted(world)
    world.do(applicant, case_id, "submit")
    world.do(world.person("municipal", "bureau"), case_id, "decline")
    with world.database.read() as tx:
        lines = [(line.by, line.title) for line in view.load(tx, world.ground, agent, case_id).timeline()]

    assert {by for by, _ in lines} == {applicant.name, ""}
    assert [title for by, title in lines if not by] == [{"zh": "未通过", "en": "Declined"}]


def test_nobody_is_involved_by_a_code_that_is_not_registered(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = parts.drafted(world, applicant)
    with pytest.raises(Refused) as refused:
        world.do(applicant, case_id, "entrust", agent=parts.code(9))

    assert [(one.key, one.values) for one in refused.value.reasons] == [
        ("involving.unknown_code", {"code": parts.code(9)})
    ]


def test_an_office_in_copy_reads_the_case_and_has_nothing_to_do_in_it(world: World) -> None:
    case_id = parts.submitted(world, world.person("applicant", "plant"))
    officer, reader = world.person("municipal", "bureau"), world.person("reader", "elsewhere")
    before = sees(world, reader, case_id)
    world.do(officer, case_id, "copy", to=world.organisations["elsewhere"])

    assert (before, sees(world, reader, case_id)) == ((False, False, False), (True, True, True))
    assert (part(world, reader, case_id, "is_staff"), part(world, reader, case_id, "offers")) == (True, [])
    assert parts.told(world, case_id, "inbox.involved") == [(world.organisations["elsewhere"], "reader", None)]
    assert parts.sound(world)


def test_a_role_with_parts_answers_in_one_organisation_or_in_none(world: World) -> None:
    case_id = parts.submitted(world, world.person("applicant", "plant"))
    officer = world.person("municipal", "bureau")
    found = []
    for name in ("", "elsewhere", "pool"):
        if name:
            world.do(officer, case_id, "copy", to=world.organisations[name])
        with world.database.read() as tx:
            row = world.row(case_id)
            definition = world.ground.definition(tx, row["definition_id"]).definition
            found.append(tasks.organisation_of(tx, definition, row, "reader"))

    assert found == [None, world.organisations["elsewhere"], None]


def test_a_plain_act_asks_nothing_about_parts_and_answers(sqlite_database: Database, settings: Settings) -> None:
    plain = build(sqlite_database, settings)
    applicant = plain.person("applicant", "plant")
    case_id = plain.submitted(applicant)
    asked: list[str] = []
    with plain.database.write() as tx:
        tx.connection.driver_connection.set_trace_callback(asked.append)
        act.perform(tx, plain.ground, applicant, case_id, "withdraw", {}, request_key="plain")
        tx.connection.driver_connection.set_trace_callback(None)

    assert [one for one in asked if "involvement" in one or "reply" in one] == []
    assert len(asked) > 5


def employed(world: World, who: Actor, organisation: str) -> Actor:
    """The same person, who also works for another organisation."""
    with world.database.write() as tx:
        tx.execute(
            membership.insert().values(
                person_id=who.person_id,
                organisation_id=world.organisations[organisation],
                role="agent",
                since=clock.now(),
            )
        )
    return who


def helped(world: World, name: str, kind: str, agent: int | None = None) -> int:
    """A case of an applicant, entrusted to an agent, that was passed in a class."""
    applicant = world.person("applicant", world.enterprise(name))
    case_id = parts.drafted(world, applicant)
    if agent is not None:
        world.do(applicant, case_id, "entrust", agent=parts.code(agent))
        world.do(applicant, case_id, "dismiss")
    world.do(applicant, case_id, "submit")
    world.do(world.person("municipal", "bureau"), case_id, "check", **{"class": kind})
    world.do(world.person("municipal_head", "bureau"), case_id, "sign")
    return case_id


def test_who_works_for_an_agent_in_the_same_round_and_class_sits_on_no_panel(world: World) -> None:
    for name, seed in (("agency", 7), ("glass agency", 8)):
        parts.organisation(world, name, "body", credit_code=parts.code(seed))
    member, _, glass = (
        helped(world, "乙厂", "coke"),
        helped(world, "丙厂", "coke", 7),
        helped(world, "丁厂", "glass", 8),
    )
    office = world.person("provincial", "office")
    host = world.open(office, "toy-jury")
    world.do(office, host, "include", cases={str(member): {}})
    of_agent = employed(world, world.person("expert", "pool"), "agency")
    of_other = employed(world, world.person("expert", "pool"), "glass agency")
    of_applicant = employed(world, world.person("expert", "pool"), "乙厂")

    against = {}
    for name, who in (("agent", of_agent), ("other class", of_other), ("applicant", of_applicant)):
        try:
            world.do(office, host, "seat", experts=[who.person_id])
            against[name] = []
        except Refused as refused:
            against[name] = [one.key for one in refused.reasons]
    assert world.row(glass)["state"] == "working"
    assert against == {
        "agent": ["panels.agent_in_round"],
        "other class": [],
        "applicant": ["panels.same_organisation"],
    }
