"""Rights down to the field: what a role types and sees in one state and not in another."""

from __future__ import annotations

from caseflow.cases import view
from caseflow.cases.view import View
from caseflow.people.rights import Actor
from tests.cases.test_deciding import reviewed
from tests.cases.world import World

MARK = "王二甲乙丙"


def seen(world: World, who: Actor, case_id: int) -> View:
    with world.database.read() as tx:
        found = view.load(tx, world.ground, who, case_id)
        found.dossier()
        return found


def test_what_a_state_hides_from_a_role_is_seen_in_another_state(world: World) -> None:
    case_id, officer = reviewed(world, contact=MARK)
    office = world.person("provincial", "office")

    with world.database.read() as tx:
        hidden = view.load(tx, world.ground, officer, case_id)
        assert MARK not in str(hidden.dossier())
        assert [one.id for one in hidden.sections()[0].fields.values()] == ["name", "intensity", "code"]
        assert MARK in str(view.load(tx, world.ground, office, case_id).dossier())
    world.do(officer, case_id, "assess", doubt=False)
    with world.database.read() as tx:
        assert MARK in str(view.load(tx, world.ground, officer, case_id).dossier())


def test_the_officer_types_the_field_that_is_opened_by_name_and_no_other(world: World) -> None:
    case_id, officer = reviewed(world)

    with world.database.read() as tx:
        found = view.load(tx, world.ground, officer, case_id)
        assert [found.may_edit("unit", name) for name in ("code", "name", "contact", None)] == [
            True,
            False,
            False,
            True,
        ]
        assert not view.load(tx, world.ground, world.person("applicant", "plant"), case_id).may_edit("unit")


def test_what_was_typed_so_is_part_of_the_revision_that_the_next_act_freezes(world: World) -> None:
    case_id, officer = reviewed(world, contact=MARK)
    applicant = world.person("applicant", "plant")
    with world.database.read() as tx:
        whole = view.load(tx, world.ground, officer, case_id).whole_dossier()["unit"]
    world.type(applicant, case_id, "unit", {**whole, "code": "S-1"})
    world.do(officer, case_id, "assess", doubt=False)

    with world.database.read() as tx:
        frozen = view.load(tx, world.ground, world.person("provincial", "office"), case_id).dossier()["unit"]

    assert (frozen["code"], frozen["contact"]) == ("S-1", MARK)
    assert world.row(case_id)["revision"] == 2
