"""The one door: who may, what is asked, what stands against it, and that all of it is written or nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from caseflow.cases import act, dossier, entry, view
from caseflow.cases.models import case, task
from caseflow.records import journal
from caseflow.words import Refused
from tests.cases.world import World


def test_a_case_goes_from_the_blank_form_to_publication(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    head, province = world.person("municipal_head", "bureau"), world.person("provincial", "office")

    case_id = world.submitted(applicant)
    proposed = world.do(officer, case_id, "recommend", opinion="同意推荐")
    world.do(head, case_id, "sign", opinion="同意")
    world.do(province, case_id, "place")
    world.do(province, case_id, "finish")

    row = world.row(case_id)
    assert (proposed.proposed, proposed.state) == (True, "review")
    assert (row["state"], row["final"], row["listed"], row["number"][:3]) == ("done", True, "published", "BJ-")
    with world.database.read() as tx:
        assert journal.verify(tx, heads={case_id: (row["seq"], row["last_hash"])}) == []
        assert [one.act for one in journal.entries(tx, case_id)] == [
            "open",
            "submit",
            "recommend",
            "recommend",
            "place",
            "finish",
        ]


def test_the_same_request_twice_is_one_act(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant)
    world.type(applicant, case_id, "unit", {"name": "甲", "product": "焦炭", "kind": "coke"})

    first = world.do(applicant, case_id, "submit", key="one")
    second = world.do(applicant, case_id, "submit", key="one")

    assert (first.first, second.first) == (True, False)
    assert (first.state, first.number) == (second.state, second.number)
    assert world.row(case_id)["seq"] == 2


def test_every_reason_is_said_at_once(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant)

    with pytest.raises(Refused) as refused:
        world.do(applicant, case_id, "submit")

    assert len(refused.value.reasons) == 3
    assert world.row(case_id)["state"] == "drafting"


def test_another_bureau_is_not_told_that_the_case_exists(world: World) -> None:
    case_id = world.submitted(world.person("applicant", "plant"))
    stranger = world.person("municipal", "elsewhere")

    with pytest.raises(entry.NotHere):
        world.do(stranger, case_id, "recommend", opinion="同意")


def test_nobody_signs_what_they_proposed(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = world.submitted(applicant)
    world.do(officer, case_id, "recommend", opinion="同意推荐")

    with pytest.raises(Refused) as refused:
        world.do(officer, case_id, "sign")

    assert [one.key for one in refused.value.reasons] == ["signing.not_your_turn"]


def test_an_old_screen_is_told_what_happened_since(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = world.submitted(applicant)
    seen = world.row(case_id)["version"]
    world.do(officer, case_id, "return", gaps={"unit.strengths": "请补充"})

    with pytest.raises(entry.Stale) as stale, world.database.write() as tx:
        act.perform(tx, world.ground, officer, case_id, "recommend", {"opinion": "同意"}, request_key="late", seen=seen)

    assert ("return", officer.name) == (stale.value.entry.act, stale.value.by)


def test_a_return_opens_only_the_fields_it_names_and_comes_back(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = world.submitted(applicant)
    world.do(officer, case_id, "return", gaps={"unit.strengths": "请补充优势"})

    with world.database.read() as tx:
        seen = view.load(tx, world.ground, applicant, case_id)
        assert (seen.may_edit("unit", "strengths"), seen.may_edit("unit", "name")) == (True, False)
        assert seen.comments() == {"unit.strengths": "请补充优势"}
        values = dossier.working(tx, world.ground, world.row(case_id))["unit"]
    world.type(applicant, case_id, "unit", {**values, "strengths": "规模大"})
    outcome = world.do(applicant, case_id, "resubmit")

    row = world.row(case_id)
    assert (outcome.state, row["revision"], row["unlocked"]) == ("review", 2, [])


def test_personal_data_and_free_text_stand_sealed_beside_the_case(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = world.submitted(applicant, strengths="独门工艺")
    world.do(officer, case_id, "recommend", opinion="内部意见全文")

    with world.database.read() as tx:
        stored = "".join(
            str(value)
            for table in ("case", "journal", "dossier_revision", "draft", "proposal", "letter", "personal_value")
            for row in tx.execute(sa.text(f'SELECT * FROM "{table}"'))
            for value in row
        )
    assert [text in stored for text in ("王二", "独门工艺", "内部意见全文")] == [False, False, False]


def test_what_is_owed_follows_the_case(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = world.submitted(applicant)
    world.do(officer, case_id, "return", gaps={"unit.product": "写全称"})

    with world.database.read() as tx:
        owed = tx.execute(sa.select(task.c.kind, task.c.status).where(task.c.case_id == case_id).order_by(task.c.id))
        assert [tuple(row) for row in owed] == [
            ("state:drafting", "done"),
            ("state:review", "done"),
            ("state:correcting", "open"),
        ]


def test_a_failure_in_the_middle_leaves_nothing(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant)
    world.type(applicant, case_id, "unit", {"name": "甲", "product": "焦炭", "kind": "coke"})
    before = world.row(case_id)

    with pytest.raises(RuntimeError), world.database.write() as tx:
        act.perform(tx, world.ground, applicant, case_id, "submit", request_key="broken")
        raise RuntimeError("the machine stops before the commit")

    with world.database.read() as tx:
        assert len(journal.entries(tx, case_id)) == 1
        assert tx.scalar(sa.select(sa.func.count()).select_from(case)) == 1
    assert dict(before) == dict(world.row(case_id))
