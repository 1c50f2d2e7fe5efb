"""What is done with a task: taken on, handed to a colleague, given back, urged, handed over with the post."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import entry, find, handover, tasks, view
from caseflow.cases.entry import Outcome
from caseflow.cases.find import Filters
from caseflow.cases.models import task
from caseflow.people.models import membership
from caseflow.people.rights import Actor
from caseflow.records.models import inbox_message
from caseflow.words import Refused
from tests.cases import parts
from tests.cases.world import World

KIND = "state:review"


def reviewed(world: World) -> tuple[int, int]:
    """A case before its bureau, and the task of the bureau."""
    case_id = parts.submitted(world, world.person("applicant", "plant"))
    return case_id, parts.open_task(world, case_id, KIND)


def holder(world: World, task_id: int) -> int | None:
    with world.database.read() as tx:
        found: int | None = tx.scalar(sa.select(task.c.person_id).where(task.c.id == task_id))
        return found


def desk(world: World, who: Actor) -> list[tuple[int, str | None]]:
    """The cases on a desk, and who took each on."""
    with world.database.read() as tx:
        return [(row["id"], row["taken_by"]) for row in find.desk(tx, world.ground, who, Filters(), clock.today()).rows]


def test_an_officer_takes_a_task_on_and_a_colleague_may_still_stand_in(world: World) -> None:
    case_id, number = reviewed(world)
    first, second = world.person("municipal", "bureau"), world.person("municipal", "bureau")
    before = world.row(case_id)
    outcome = world.do(first, case_id, "claim", task=number)

    assert (outcome.action, outcome.state, holder(world, number)) == ("claim", "review", first.person_id)
    assert (desk(world, first), desk(world, second)) == ([(case_id, first.name)], [(case_id, first.name)])
    assert world.refusal(second, case_id, "claim", task=number) == ["desk_acts.taken"]
    assert (parts.acts(world, case_id)[-1], world.row(case_id)["moved_at"]) == ("claim", before["moved_at"])
    assert parts.sound(world)
    assert world.do(second, case_id, "decline").state == "declined"


def test_two_who_take_a_task_on_with_the_same_key_are_not_mixed_up(world: World) -> None:
    case_id, number = reviewed(world)
    first, second = world.person("municipal", "bureau"), world.person("municipal", "bureau")
    world.do(first, case_id, "claim", key="one", task=number)
    again = world.do(first, case_id, "claim", key="one", task=number)
    with pytest.raises(entry.NotHere):
        world.do(second, case_id, "claim", key="one", task=number)

    assert (again.first, again.action) == (False, "claim")


def test_nobody_takes_on_what_another_role_or_organisation_owes(world: World) -> None:
    case_id, number = reviewed(world)

    assert world.refusal(world.person("municipal_head", "bureau"), case_id, "claim", task=number) == [
        "desk_acts.not_yours"
    ]
    assert world.refusal(world.person("applicant", "plant"), case_id, "claim", task=number) == ["desk_acts.not_yours"]
    assert world.refusal(world.person("municipal", "bureau"), case_id, "claim", task=number + 1000) == [
        "desk_acts.unknown"
    ]
    with pytest.raises(entry.NotHere):
        world.do(world.person("municipal", "elsewhere"), case_id, "claim", task=number)


def test_a_task_goes_to_a_colleague_of_the_same_role_who_is_told(world: World) -> None:
    case_id, number = reviewed(world)
    first, second = world.person("municipal", "bureau"), world.person("municipal", "bureau")
    stranger, head = world.person("municipal", "elsewhere"), world.person("municipal_head", "bureau")
    world.do(first, case_id, "claim", task=number)
    for wrong in (stranger, head):
        assert world.refusal(first, case_id, "assign", task=number, person=wrong.person_id) == [
            "desk_acts.not_a_colleague"
        ]
    world.do(first, case_id, "assign", task=number, person=second.person_id, note="出差")
    world.do(head, case_id, "assign", task=number, person=first.person_id)

    assert holder(world, number) == first.person_id
    assert parts.told(world, case_id, "inbox.assigned") == [
        (None, None, second.person_id),
        (None, None, first.person_id),
    ]


def test_whoever_signs_gives_out_the_work_and_another_signer_does_not(world: World) -> None:
    case_id, number = reviewed(world)
    officer = world.person("municipal", "bureau")

    assert world.refusal(
        world.person("provincial", "office"), case_id, "assign", task=number, person=officer.person_id
    ) == ["desk_acts.not_yours"]
    world.do(world.person("municipal_head", "bureau"), case_id, "assign", task=number, person=officer.person_id)
    assert holder(world, number) == officer.person_id


def test_a_task_is_given_back_by_who_has_it(world: World) -> None:
    case_id, number = reviewed(world)
    first, second = world.person("municipal", "bureau"), world.person("municipal", "bureau")
    world.do(first, case_id, "claim", task=number)
    other = world.refusal(second, case_id, "hand_back", task=number)
    world.do(first, case_id, "hand_back", task=number)

    assert (other, holder(world, number)) == (["desk_acts.not_taken_on"], None)
    assert world.refusal(first, case_id, "hand_back", task=number) == ["desk_acts.not_taken_on"]


def test_who_looks_wider_urges_and_the_one_who_owes_is_told(world: World) -> None:
    case_id, number = reviewed(world)
    officer, office = world.person("municipal", "bureau"), world.person("provincial", "office")
    world.do(office, case_id, "urge", task=number, note="请于本周内办理")
    world.do(officer, case_id, "claim", task=number)
    world.do(office, case_id, "urge", task=number)

    bureau = world.organisations["bureau"]
    assert parts.told(world, case_id, "inbox.urged_by") == [
        (bureau, "municipal", None),
        (None, None, officer.person_id),
        (bureau, "municipal", None),
    ]
    assert world.row(case_id)["state"] == "review"


def test_nobody_urges_upwards_or_himself(world: World) -> None:
    case_id, number = reviewed(world)

    assert world.refusal(world.person("applicant", "plant"), case_id, "urge", task=number) == ["desk_acts.may_not_urge"]
    assert world.refusal(world.person("municipal", "bureau"), case_id, "urge", task=number) == [
        "desk_acts.may_not_urge"
    ]


def test_a_bureau_urges_the_applicant(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = parts.working(world, applicant)
    number = parts.open_task(world, case_id, "state:working")
    world.do(world.person("municipal", "bureau"), case_id, "urge", task=number, note="请报送进展")

    with world.database.read() as tx:
        lines = view.load(tx, world.ground, applicant, case_id).timeline()
    assert (lines[0].row.act, lines[0].by, lines[0].note) == ("urge", "", "请报送进展")
    assert parts.told(world, case_id, "inbox.urged") == [(world.organisations["plant"], "applicant", None)]


def test_the_words_beside_such_an_act_are_sealed_and_read_by_those_inside(world: World) -> None:
    case_id, number = reviewed(world)
    office, officer = world.person("provincial", "office"), world.person("municipal", "bureau")
    world.do(office, case_id, "urge", task=number, note="请王二尽快办理")

    notes = {}
    for name, who in (("officer", officer), ("applicant", world.person("applicant", "plant"))):
        with world.database.read() as tx:
            seen = view.load(tx, world.ground, who, case_id).timeline()
        notes[name] = [line.note for line in seen if line.row.act == "urge"]
    assert notes == {"officer": ["请王二尽快办理"], "applicant": []}
    with world.database.read() as tx:
        journalled = str([line.row.body for line in view.load(tx, world.ground, office, case_id).timeline()])
        posted = str([row.values for row in tx.execute(sa.select(inbox_message.c["values"]))])
    assert "王二" not in journalled + posted + str(world.row(case_id)["facts"])
    assert "inbox.urged_note" in posted
    assert parts.sound(world)


def test_an_expert_who_is_urged_reads_the_words_in_the_record_of_the_case(world: World) -> None:
    office = world.person("provincial", "office")
    host, experts = world.meeting(office, [world.recommended(world.person("applicant", "plant"))])
    with world.database.read() as tx:
        number = next(row["id"] for row in tasks.open_tasks(tx, host) if row["person_id"] == experts[0].person_id)
    world.do(office, host, "urge", task=number, note="请今日评分")

    notes = []
    for who in experts[:2]:
        with world.database.read() as tx:
            seen = view.load(tx, world.ground, who, host).timeline()
        notes.append([(line.by, line.note) for line in seen if line.row.act == "urge"])
    assert notes == [[("", "请今日评分")], []]


def handed(world: World, who: Actor, leaving: Actor, to: Actor, key: str = "post") -> list[Outcome]:
    with world.database.write() as tx:
        return handover.hand_over(
            tx, world.ground, who, world.organisations["bureau"], leaving.person_id, to.person_id, "调离", key
        )


def test_a_post_changes_hands_with_one_entry_in_each_case(world: World) -> None:
    cases = [reviewed(world) for _ in range(2)]
    untouched, _ = reviewed(world)
    leaving, follows = world.person("municipal", "bureau"), world.person("municipal", "bureau")
    for case_id, number in cases:
        world.do(leaving, case_id, "claim", task=number)
    outcomes = handed(world, leaving, leaving, follows)

    assert [one.case_id for one in outcomes] == [case_id for case_id, _ in cases]
    assert [holder(world, number) for _, number in cases] == [follows.person_id] * 2
    assert [parts.acts(world, case_id).count("hand_over") for case_id, _ in cases] == [1, 1]
    assert "hand_over" not in parts.acts(world, untouched)
    assert handed(world, leaving, leaving, follows) == []


def test_the_post_of_somebody_gone_is_handed_over_by_who_signs_there_and_by_nobody_else(world: World) -> None:
    case_id, number = reviewed(world)
    leaving, follows = world.person("municipal", "bureau"), world.person("municipal", "bureau")
    world.do(leaving, case_id, "claim", task=number)
    with world.database.write() as tx:
        tx.execute(membership.update().where(membership.c.person_id == leaving.person_id).values(until=clock.now()))
    for who in (follows, world.person("provincial", "office")):
        with pytest.raises(Refused):
            handed(world, who, leaving, follows)
    handed(world, world.person("municipal_head", "bureau"), leaving, follows)

    assert holder(world, number) == follows.person_id


def test_nothing_is_handed_over_where_one_case_cannot_be(world: World) -> None:
    (first, one), (second, two) = reviewed(world), reviewed(world)
    leaving, stranger = world.person("municipal", "bureau"), world.person("municipal", "elsewhere")
    for case_id, number in ((first, one), (second, two)):
        world.do(leaving, case_id, "claim", task=number)
    with pytest.raises(Refused) as refused:
        handed(world, leaving, leaving, stranger)

    assert [reason.key for reason in refused.value.reasons] == ["handover.case"] * 2
    assert [holder(world, number) for number in (one, two)] == [leaving.person_id] * 2
