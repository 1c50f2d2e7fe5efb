"""What an act changes of a case: its dossier, its clock, the fields that are open, its bureau, a file of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import deadlines, dossier, tasks, view
from caseflow.cases.entry import Invalid
from caseflow.cases.models import quota_counter, task
from caseflow.records import files, journal
from caseflow.records.models import inbox_message
from caseflow.words import Refused
from tests.cases import changed
from tests.cases.world import World


def keys(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.key for reason in refused.value.reasons]


def signed(world: World, case_id: int, *signers: tuple[str, str]) -> None:
    for role, organisation in signers:
        world.do(world.person(role, organisation), case_id, "sign")


BOTH = (("municipal_head", "bureau"), ("provincial_head", "office"))


def last_body(world: World, case_id: int) -> dict[str, Any]:
    with world.database.read() as tx:
        return dict(journal.entries(tx, case_id)[-1].body)


# --- the dossier ------------------------------------------------------------------------------------------------------


def test_an_answer_replaces_its_place_in_a_new_revision_and_what_is_left_out_stays(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.implementing(world, applicant)
    world.do(applicant, case_id, "change", contact="李四", rows=[{"task": "只做一件"}])
    signed(world, case_id, *BOTH)

    assert changed.says(world, case_id) == {
        "unit": {"name": "甲焦化厂", "product": "焦炭", "contact": "李四"},
        "plan": {"rows": [{"task": "只做一件"}]},
    }
    assert (world.row(case_id)["revision"], last_body(world, case_id)["amended"]) == (2, ["unit.contact", "plan.rows"])


def test_nothing_of_the_dossier_changes_before_the_last_signature(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.implementing(world, applicant)
    world.do(applicant, case_id, "change", name="乙焦化厂")
    signed(world, case_id, BOTH[0])

    assert (world.row(case_id)["revision"], world.row(case_id)["title"]) == (1, "甲焦化厂")


def test_the_case_is_called_by_the_new_name(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.implementing(world, applicant)
    world.do(applicant, case_id, "change", name="乙焦化厂")
    signed(world, case_id, *BOTH)

    row = world.row(case_id)
    assert (row["title"], row["title_key"], row["subject"]) == ("乙焦化厂", "yi3 jiao1 hua4 chang3", "焦炭")


def test_an_amendment_that_changes_nothing_makes_no_revision(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.implementing(world, applicant)
    world.do(applicant, case_id, "change", name="甲焦化厂")
    signed(world, case_id, *BOTH)

    assert world.row(case_id)["revision"] == 1


def test_what_is_being_corrected_meanwhile_stays_typed_with_the_new_answer_in_it(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.returned(world, applicant)
    world.type(applicant, case_id, "unit", changed.UNIT | {"product": "一级焦炭"})
    world.do(applicant, case_id, "change", contact="李四")
    signed(world, case_id, *BOTH)

    with world.database.read() as tx:
        working = dossier.working(tx, world.ground, world.row(case_id))
    assert changed.says(world, case_id)["unit"] == changed.UNIT | {"contact": "李四"}
    assert working["unit"] == changed.UNIT | {"product": "一级焦炭", "contact": "李四"}


def test_a_new_name_stays_out_of_the_rows_that_are_not_sealed(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.implementing(world, applicant)
    world.do(applicant, case_id, "change", contact="李四")
    signed(world, case_id, *BOTH)

    assert "李四" not in str(world.row(case_id)["facts"])
    with world.database.read() as tx:
        assert "李四" not in str([entry.body for entry in journal.entries(tx, case_id)])


# --- clocks and fields ------------------------------------------------------------------------------------------------


def running(world: World, case_id: int, name: str) -> Any:
    with world.database.read() as tx:
        return next(row for row in deadlines.of_case(tx, case_id) if row["clock"] == name)


def test_more_time_is_given_by_whoever_signs_and_the_case_and_its_task_are_due_later(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.returned(world, applicant)
    before = running(world, case_id, "correcting")["due_on"]
    until = before + timedelta(days=10)
    world.do(applicant, case_id, "ask_longer", until=until.isoformat())
    signed(world, case_id, BOTH[0])

    row = running(world, case_id, "correcting")
    assert (row["due_on"], row["extended_to"], world.row(case_id)["due_on"]) == (until, until, until)
    with world.database.read() as tx:
        assert [one["due_on"] for one in tasks.open_tasks(tx, case_id)] == [until]
    assert last_body(world, case_id)["extended"] == {
        "clock": "correcting",
        "deadline": row["id"],
        "from": before.isoformat(),
        "to": until.isoformat(),
    }


def test_an_earlier_day_is_refused_before_anybody_signs(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.returned(world, applicant)
    with pytest.raises(Refused) as refused:
        world.do(applicant, case_id, "ask_longer", until=clock.today().isoformat())

    assert keys(refused) == ["changing.day_too_early"]


def test_further_fields_are_opened_beside_those_that_were_returned(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.returned(world, applicant)
    world.do(applicant, case_id, "ask_more", places=["plan.rows", "unit.place"])
    signed(world, case_id, BOTH[0])

    assert world.row(case_id)["unlocked"] == ["plan.rows", "unit.place", "unit.product"]
    with world.database.read() as tx:
        seen = view.load(tx, world.ground, applicant, case_id)
        assert [seen.may_edit("plan", "rows"), seen.may_edit("unit", "contact")] == [True, False]


def test_a_place_that_the_dossier_does_not_have_cannot_be_asked_for(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.returned(world, applicant)
    with pytest.raises(Invalid) as wrong:
        world.do(applicant, case_id, "ask_more", places=["plan.money"])

    assert list(wrong.value.errors) == ["places"]


# --- the bureau -------------------------------------------------------------------------------------------------------


def places_taken(world: World) -> dict[str, int]:
    with world.database.read() as tx:
        return {row.key: row.used for row in tx.execute(sa.select(quota_counter.c.key, quota_counter.c.used))}


def test_a_case_handed_over_stands_with_the_other_bureau_which_is_told(world: World) -> None:
    elsewhere, officer = world.organisations["elsewhere"], world.person("municipal", "bureau")
    case_id = changed.reviewed(world, world.person("applicant", "plant"))
    world.do(officer, case_id, "transfer", bureau=elsewhere)
    signed(world, case_id, BOTH[0])
    there = world.person("municipal", "elsewhere")

    with world.database.read() as tx:
        owed = [(row["kind"], row["organisation_id"]) for row in tasks.open_tasks(tx, case_id)]
        told = list(tx.scalars(sa.select(inbox_message.c.organisation_id).where(inbox_message.c.key == "inbox.notice")))
        with pytest.raises(view.entry.NotHere):
            view.load(tx, world.ground, officer, case_id)
        offered = [offer.action.id for offer in view.load(tx, world.ground, there, case_id).offers()]
    assert (world.row(case_id)["prefecture_id"], owed, told) == (elsewhere, [("state:review", elsewhere)], [elsewhere])
    assert offered == ["transfer", "return", "classify", "send_up", "remove_file"]


def test_its_place_under_a_ceiling_goes_along(world: World) -> None:
    case_id = changed.reviewed(world, world.person("applicant", "plant"))
    world.do(world.person("municipal", "bureau"), case_id, "transfer", bureau=world.organisations["elsewhere"])
    signed(world, case_id, BOTH[0])

    taken = places_taken(world)
    assert sorted(taken.values()) == [0, 1]
    assert [key for key, used in taken.items() if used] == [f'{{"prefecture":{world.organisations["elsewhere"]}}}']


def test_it_cannot_be_handed_to_its_own_bureau_nor_to_what_is_no_bureau(world: World) -> None:
    officer = world.person("municipal", "bureau")
    case_id = changed.reviewed(world, world.person("applicant", "plant"))
    with pytest.raises(Refused) as refused:
        world.do(officer, case_id, "transfer", bureau=world.organisations["bureau"])
    with pytest.raises(Invalid) as wrong:
        world.do(officer, case_id, "transfer", bureau=world.organisations["plant"])

    assert (keys(refused), list(wrong.value.errors)) == (["changing.same_bureau"], ["bureau"])


def test_a_closed_bureau_cannot_be_chosen(world: World) -> None:
    with world.database.write() as tx:
        organisation = changed.organisation
        tx.execute(
            sa.update(organisation).where(organisation.c.id == world.organisations["elsewhere"]).values(status="closed")
        )
    case_id = changed.reviewed(world, world.person("applicant", "plant"))
    with pytest.raises(Invalid) as wrong:
        world.do(world.person("municipal", "bureau"), case_id, "transfer", bureau=world.organisations["elsewhere"])

    assert list(wrong.value.errors) == ["bureau"]


def test_what_is_filed_with_the_authority_itself_stands_with_no_bureau_until_it_is_announced(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = changed.drafted(world, applicant)
    world.do(applicant, case_id, "submit_direct")
    held = world.row(case_id)["prefecture_id"]
    with world.database.read() as tx, pytest.raises(view.entry.NotHere):
        view.load(tx, world.ground, officer, case_id)
    world.do(world.person("provincial", "office"), case_id, "announce")

    with world.database.read() as tx:
        told = list(tx.scalars(sa.select(inbox_message.c.organisation_id).where(inbox_message.c.key == "inbox.notice")))
    assert (held, world.row(case_id)["prefecture_id"], told) == (
        None,
        world.organisations["bureau"],
        [world.organisations["bureau"]],
    )


@pytest.mark.parametrize(("region", "bureau"), [("990200", "elsewhere"), ("990203", "elsewhere"), ("880101", "bureau")])
def test_the_bureau_is_that_of_the_place_in_the_dossier_else_of_the_organisation(
    world: World, region: str, bureau: str
) -> None:
    changed.place(world, "elsewhere", "990200")
    applicant = world.person("applicant", "plant")
    case_id = changed.drafted(world, applicant, place=region)
    world.do(applicant, case_id, "submit_direct")
    world.do(world.person("provincial", "office"), case_id, "announce")

    assert world.row(case_id)["prefecture_id"] == world.organisations[bureau]


def test_a_case_inside_a_running_procedure_is_not_handed_over(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    officer = world.person("municipal", "bureau")
    case_id = changed.reviewed(world, applicant)
    host = world.open(office, "toy-change-list")
    world.do(office, host, "include", cases={str(case_id): {}})
    with pytest.raises(Refused) as refused:
        world.do(officer, case_id, "transfer", bureau=world.organisations["elsewhere"])
    world.do(office, host, "decide", results={str(case_id): {"result": "wait"}})
    outcome = world.do(officer, case_id, "transfer", bureau=world.organisations["elsewhere"])

    assert (keys(refused), outcome.proposed) == (["guards.in_collective"], True)


def test_a_member_that_stands_elsewhere_is_left_as_it_is_where_the_act_says_so(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    held, going = changed.reviewed(world, applicant), changed.reviewed(world, applicant)
    host = world.open(office, "toy-change-list")
    world.do(office, host, "include", cases={str(held): {}, str(going): {}})
    world.do(world.person("municipal", "bureau"), held, "return", gaps={"unit.product": "写全称"})
    said = {str(held): {"result": "up"}, str(going): {"result": "up"}}
    world.do(office, host, "decide", results=said)

    assert [world.row(one)["state"] for one in (held, going)] == ["correcting", "province"]


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_destroyed_and_its_record_hash_and_reason_stay(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.reviewed(world, applicant)
    number = changed.file_of(world, case_id, applicant)
    world.do(world.person("municipal", "bureau"), case_id, "remove_file", which=number, why="secret")
    signed(world, case_id, BOTH[1])

    with world.database.read() as tx:
        row = files.find(tx, number)
    assert row is not None
    assert (row.purged_at is not None, row.purge_reason) == (True, "涉密")
    assert last_body(world, case_id)["purged"] == {"file": number, "sha256": row.sha256}


def test_a_file_of_another_case_or_one_that_is_gone_cannot_be_named(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id, other = changed.reviewed(world, applicant), changed.reviewed(world, applicant)
    foreign, own = changed.file_of(world, other, applicant), changed.file_of(world, case_id, applicant)
    with world.database.write() as tx:
        files.purge(tx, own, "误传")

    for number in (foreign, own):
        with pytest.raises(Invalid) as wrong:
            world.do(officer, case_id, "remove_file", which=number, why="secret")

        assert list(wrong.value.errors) == ["which"]


def test_a_file_purged_while_the_act_waits_is_told_to_the_signer(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.reviewed(world, applicant)
    number = changed.file_of(world, case_id, applicant)
    world.do(world.person("municipal", "bureau"), case_id, "remove_file", which=number, why="secret")
    with world.database.write() as tx:
        files.purge(tx, number, "误传")
    with pytest.raises(Refused) as refused:
        signed(world, case_id, BOTH[1])

    assert keys(refused) == ["changing.file_gone"]
    with world.database.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).where(task.c.case_id == case_id, task.c.status == "open")) == 2
