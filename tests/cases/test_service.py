"""Letters that are served, the receipt of service, and clocks that begin on the day after a date said in the case."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from caseflow.cases import deadlines, service
from caseflow.people.rights import Actor
from caseflow.records import files, letters
from caseflow.words import Refused
from caseflow.workflow.days.ledger import runs_from_json
from tests.cases import parts
from tests.cases.world import World, on

THURSDAY = "2026-11-19"


def deciding(world: World) -> tuple[int, Actor, Actor]:
    """A case to be decided, its applicant and an officer."""
    plant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    case_id = world.open(plant, "toy-served")
    world.type(plant, case_id, "unit", {"name": "甲厂"})
    world.do(plant, case_id, "submit")
    return case_id, plant, office


def decided(world: World) -> tuple[int, int, Actor, Actor]:
    """A case with its decision: the case, the letter, its applicant and an officer."""
    case_id, plant, office = deciding(world)
    world.do(office, case_id, "decide")
    with world.database.read() as tx:
        (row,) = letters.of_case(tx, case_id)
    return case_id, row.id, plant, office


def scanned(world: World, case_id: int, letter_id: int, who: Actor, field: str = "service") -> str:
    """A receipt that was received for a letter."""
    kept = files.keep(b"%PDF-1.4 receipt", name="receipt.pdf", media_type="application/pdf", root=world.settings.files)
    with world.database.write() as tx:
        return str(
            files.record(
                tx, kept, uploaded_by=who.person_id, organisation_id=who.organisation_id, case_id=case_id,
                field=f"{field}.{letter_id}",
            )
        )  # fmt: skip


def serve(world: World, who: Actor, case_id: int, letter_id: int, **said: Any) -> None:
    given = {"letter": str(letter_id), "way": "direct", "receiver": "李收", **said}
    if given["way"] != "announcement" and "file" not in given:
        given["file"] = scanned(world, case_id, letter_id, who)
    world.do(who, case_id, "record_service", **given)


def clocks(world: World, case_id: int) -> list[tuple[date, date, str]]:
    """The clocks of a case: counted from, last day, standing."""
    with world.database.read() as tx:
        return [(row["started_on"], row["due_on"], row["status"]) for row in deadlines.of_case(tx, case_id)]


def refusal(world: World, who: Actor, case_id: int, letter_id: int, **said: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        serve(world, who, case_id, letter_id, **said)
    return [one.key for one in refused.value.reasons]


def test_the_clock_begins_on_the_day_after_service_and_ends_on_the_next_workday(world: World) -> None:
    with on(THURSDAY):
        case_id, letter_id, plant, office = decided(world)
        world.do(plant, case_id, "note")
        before = clocks(world, case_id), world.row(case_id)["due_on"]
    with on("2026-11-23"):
        serve(world, office, case_id, letter_id, done_on="2026-11-20")

    assert before == ([], None)
    assert clocks(world, case_id) == [(date(2026, 11, 20), date(2026, 12, 7), "running")]
    assert world.row(case_id)["due_on"] == date(2026, 12, 7)
    assert parts.said(world, case_id)["served"] == {"decision": {"on": "2026-11-20", "way": "direct"}}
    with world.database.read() as tx:
        (row,) = deadlines.of_case(tx, case_id)
    runs = runs_from_json(row["ledger"]["ledger"])
    assert [(one.kind, one.first, one.last) for one in runs] == [
        ("counted", date(2026, 11, 21), date(2026, 12, 5)),
        ("rolled", date(2026, 12, 6), date(2026, 12, 7)),
    ]
    assert parts.sound(world)


def test_a_corrected_service_counts_the_clock_anew_and_both_records_stay(world: World) -> None:
    with on(THURSDAY):
        case_id, letter_id, _, office = decided(world)
        serve(world, office, case_id, letter_id, done_on=THURSDAY)
    with on("2026-11-25"):
        serve(world, office, case_id, letter_id, done_on="2026-11-24", way="mail", receiver="门卫")

    assert clocks(world, case_id) == [(date(2026, 11, 24), date(2026, 12, 9), "running")]
    with world.database.read() as tx:
        known = service.of_letter(tx, world.ground, letter_id)
    assert [(one["way"], one["receiver"]) for one in known] == [("mail", "门卫"), ("direct", "李收")]
    assert "门卫" not in str(world.row(case_id)["facts"])


def test_what_is_announced_counts_as_served_after_its_time(world: World) -> None:
    with on(THURSDAY):
        case_id, letter_id, _, office = decided(world)
        serve(world, office, case_id, letter_id, way="announcement", done_on=THURSDAY, receiver="")

    assert parts.said(world, case_id)["served"]["decision"] == {"on": "2026-12-19", "way": "announcement"}
    assert clocks(world, case_id) == [(date(2026, 12, 19), date(2027, 1, 4), "running")]


def test_a_service_needs_its_way_its_day_its_receiver_and_its_receipt(world: World) -> None:
    with on(THURSDAY):
        case_id, letter_id, plant, office = decided(world)
        nothing = refusal(world, office, case_id, letter_id, way="fax", done_on="", receiver="", file="")
        early = refusal(world, office, case_id, letter_id, done_on="2026-11-18")
        ahead = refusal(world, office, case_id, letter_id, done_on="2026-11-20")
        other = scanned(world, case_id, letter_id, office, field="letter")
        foreign = refusal(world, office, case_id, letter_id, done_on=THURSDAY, file=other)
        stranger = refusal(world, plant, case_id, letter_id, done_on=THURSDAY)

    assert nothing == [
        "service.no_such_way", "service.date_missing", "service.no_receiver", "service.no_receipt",
    ]  # fmt: skip
    assert (early, ahead) == (["service.before_letter"], ["service.date_ahead"])
    assert foreign == ["filing.no_file", "service.no_receipt"]
    assert stranger == ["filing.not_yours"]
    assert clocks(world, case_id) == []


def test_a_condition_reads_the_day_of_service(world: World) -> None:
    with on(THURSDAY):
        case_id, letter_id, _, office = decided(world)
        with pytest.raises(Refused) as unserved:
            world.do(office, case_id, "let_be")
        serve(world, office, case_id, letter_id, done_on=THURSDAY)
        with pytest.raises(Refused) as early:
            world.do(office, case_id, "let_be")
    with on("2026-12-08"):
        outcome = world.do(office, case_id, "let_be")

    assert [one.key for one in unserved.value.reasons] == ["workflow.value_missing"]
    assert unserved.value.reasons[0].values["field"] == {
        "zh": "《决定书》送达日期", "en": "the day on which “Decision” was served",
    }  # fmt: skip
    assert [one.key for one in early.value.reasons] == ["workflow.condition_with_basis"]
    assert outcome.state == "closed"


def test_a_clock_counts_from_the_date_that_the_act_names_and_may_end_on_a_day_off(world: World) -> None:
    with on(THURSDAY):
        case_id, _, office = deciding(world)
        world.do(office, case_id, "agree", from_day="2026-11-23")

    assert clocks(world, case_id) == [(date(2026, 11, 23), date(2026, 11, 28), "running")]
