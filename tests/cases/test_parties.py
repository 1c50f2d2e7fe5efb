"""A party to a case: it reads what was served on it and its own words, and nothing from inside."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow.cases import find, precedents, register_book, register_find, view
from caseflow.cases.find import Filters
from caseflow.cases.view import View
from caseflow.clock import today
from caseflow.people import organisations
from caseflow.people.rights import Actor
from caseflow.records import letters
from caseflow.words import Refused
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action
from tests.cases import parts
from tests.cases.test_service import serve
from tests.cases.world import World, on

FOUND, SOURCE, INSIDE = "线索内情甲", "来源内情乙", "内部记录丙"


def noted(world: World, code: str = parts.code(11), **values: str) -> tuple[int, Actor]:
    """A case against somebody, with a note from inside; and its inspector."""
    officer = world.person("inspector", "office")
    case_id = world.open(officer, "toy-party")
    given = {"party": "乙厂", "code": code, "region": "140100", "found": FOUND, "source": SOURCE, **values}
    world.type(officer, case_id, "matter", given)
    world.do(officer, case_id, "open")
    world.do(officer, case_id, "note_inside", words=INSIDE)
    return case_id, officer


def told(world: World) -> tuple[int, Actor, Actor]:
    """A case of which notice was given to a registered party that may look in, and is not served yet."""
    parts.organisation(world, "乙厂", "enterprise", credit_code=parts.code(11))
    case_id, officer = noted(world)
    party = world.person("party", "乙厂")
    world.do(officer, case_id, "tell", proposal="罚款一万元")
    world.do(world.person("head", "office"), case_id, "sign")
    world.do(officer, case_id, "admit_known")
    return case_id, officer, party


def letter_of(world: World, case_id: int, kind: str) -> int:
    with world.database.read() as tx:
        return next(row.id for row in letters.of_case(tx, case_id) if row.kind == kind)


def seen(world: World, who: Actor, case_id: int, name: str) -> Any:
    with world.database.read() as tx:
        found: View = view.load(tx, world.ground, who, case_id)
        value = getattr(found, name)
        return value() if callable(value) else value


def kinds(world: World, who: Actor, case_id: int) -> list[str]:
    return [row["kind"] for row in seen(world, who, case_id, "letters")]


def test_a_letter_to_a_party_is_there_for_it_from_its_service_and_then_it_is_told(world: World) -> None:
    case_id, officer, party = told(world)
    before = kinds(world, party, case_id), [row["clock"] for row in seen(world, party, case_id, "deadlines")]
    mails = parts.told(world, case_id, "inbox.letter")
    serve(world, officer, case_id, letter_of(world, case_id, "notice"), done_on=today().isoformat())
    owner = (world.organisations["乙厂"], "party", None)

    assert before == (["information"], [])
    assert mails == [(world.organisations["office"], None, None)]
    assert kinds(world, party, case_id) == ["notice", "information"]
    assert [row["clock"] for row in seen(world, party, case_id, "deadlines")] == ["hearing"]
    assert parts.told(world, case_id, "inbox.letter")[1:] == [owner]
    assert kinds(world, officer, case_id) == ["minutes", "notice", "information", "to_witness"]


def test_a_party_is_told_of_its_part_once_however_often_it_is_named(world: World) -> None:
    case_id, officer, _ = told(world)
    first = parts.told(world, case_id, "inbox.involved")
    world.do(officer, case_id, "admit_known")

    assert parts.told(world, case_id, "inbox.involved") == first == [(world.organisations["乙厂"], "party", None)]


def test_a_party_is_not_staff_and_reads_neither_the_dossier_nor_what_the_case_is_about(world: World) -> None:
    case_id, _, party = told(world)
    stand = {name: seen(world, party, case_id, name) for name in ("is_staff", "is_office", "is_applicant", "is_party")}
    with world.database.read() as tx:
        (row,) = find.cases(tx, world.ground, party, Filters(), today()).rows

    assert stand == {"is_staff": False, "is_office": False, "is_applicant": False, "is_party": True}
    assert (seen(world, party, case_id, "dossier"), seen(world, party, case_id, "facts")) == ({"matter": {}}, {})
    assert (row["subject"], seen(world, party, case_id, "row")["subject"]) == ("", "")
    assert [one.title["zh"] for one in seen(world, party, case_id, "timeline")] == ["听取意见", "办理中", "登记"]
    assert seen(world, party, case_id, "findings") == seen(world, party, case_id, "tasks") == []


def test_of_two_parties_neither_reads_the_others_words_or_papers(world: World) -> None:
    case_id, officer, party = told(world)
    parts.organisation(world, "丙厂", "body", credit_code=parts.code(12))
    third = world.person("witness", "丙厂")
    world.do(officer, case_id, "admit_witness", code=parts.code(12))
    world.do(third, case_id, "answer", words="丙的意见")
    of_third = seen(world, third, case_id, "facts")
    world.do(party, case_id, "answer", words="乙的意见")
    world.do(party, case_id, "add", words="乙的补充")
    world.do(third, case_id, "add", words="丙的补充")
    own = seen(world, party, case_id, "facts")

    assert of_third == {"answer": {"words": "丙的意见"}}
    assert own["answer"] == {"words": "乙的意见"}
    assert [one["words"] for one in own["added"].values()] == ["乙的补充"]
    assert [one["words"] for one in seen(world, third, case_id, "facts")["added"].values()] == ["丙的补充"]
    assert kinds(world, third, case_id) == ["to_witness"]
    world.do(officer, case_id, "answer", words="代录")
    assert "answer" not in seen(world, party, case_id, "facts")


def test_the_same_role_in_an_office_works_in_the_case(world: World) -> None:
    case_id, officer, _ = told(world)
    parts.organisation(world, "他局", "branch", credit_code=parts.code(13))
    world.do(officer, case_id, "admit_witness", code=parts.code(13))
    reader = world.person("witness", "他局")

    assert (seen(world, reader, case_id, "is_staff"), seen(world, reader, case_id, "is_party")) == (True, False)
    assert "notice" in kinds(world, reader, case_id)


def test_a_party_without_an_account_is_served_on_paper_and_nobody_is_told(world: World) -> None:
    case_id, officer = noted(world)
    world.do(officer, case_id, "tell", proposal="罚款一万元")
    world.do(world.person("head", "office"), case_id, "sign")
    world.do(officer, case_id, "admit_known")
    with pytest.raises(Refused) as refused:
        world.do(officer, case_id, "admit", code=parts.code(11))
    serve(world, officer, case_id, letter_of(world, case_id, "notice"), done_on=today().isoformat())

    assert [one.key for one in refused.value.reasons] == ["involving.unknown_code"]
    assert parts.told(world, case_id, "inbox.involved") == []
    assert parts.told(world, case_id, "inbox.letter") == [(world.organisations["office"], None, None)]


def test_a_register_names_a_holder_that_was_only_noted_and_one_that_registers_keeps_its_name(world: World) -> None:
    case_id, officer = noted(world)
    world.do(officer, case_id, "tell", proposal="罚款一万元")
    world.do(world.person("head", "office"), case_id, "sign")
    world.do(officer, case_id, "decide", fine="10000.00", day=today().isoformat())
    with world.database.read() as tx:
        made = organisations.by_credit_code(tx, parts.code(11))
        row = register_book.newest(tx, case_id, "notes")
    assert made is not None
    assert row is not None

    assert (made["name_zh"], made["data"], row["organisation_id"], row["called"]) == (
        "乙厂", {organisations.RECORDED: True}, made["id"], "乙厂",
    )  # fmt: skip


def test_a_code_under_another_name_is_refused_before_anybody_signs(world: World) -> None:
    parts.organisation(world, "别名厂", "enterprise", credit_code=parts.code(11))
    case_id, officer = noted(world)
    world.do(officer, case_id, "tell", proposal="罚款一万元")
    world.do(world.person("head", "office"), case_id, "sign")
    with pytest.raises(Refused) as refused:
        world.do(officer, case_id, "decide", fine="10000.00", day=today().isoformat())

    assert [one.key for one in refused.value.reasons] == ["people.code_of_other_name"]


def decided(world: World, number: int, found: str, fine: str) -> tuple[int, Actor]:
    """A case that has ended with an entry."""
    case_id, officer = noted(world, parts.code(number), party=f"{number}厂", found=found)
    world.do(officer, case_id, "tell", proposal="罚款")
    world.do(world.person("head", "office"), case_id, "sign")
    world.do(officer, case_id, "decide", fine=fine, day=today().isoformat())
    return case_id, officer


def test_how_long_an_entry_holds_is_what_the_decision_says(world: World) -> None:
    ends = {}
    with on("2026-11-20"):
        for number, fine in ((21, "500.00"), (22, "20000.00")):
            case_id, _ = decided(world, number, FOUND, fine)
            with world.database.read() as tx:
                row = register_book.newest(tx, case_id, "notes")
            ends[fine] = row and row["valid_until"]
        with pytest.raises(Refused) as refused:
            decided(world, 23, FOUND, "50.00")

    assert ends == {"500.00": date(2027, 2, 19), "20000.00": date(2027, 11, 19)}
    assert [one.key for one in refused.value.reasons] == ["registers.no_term"]


def test_like_entries_are_the_newest_of_the_same_matter_with_median_and_range(world: World) -> None:
    for number, (found, fine) in enumerate(
        ((FOUND, "500.00"), (FOUND, "900.00"), (FOUND, "20000.00"), ("别的线索", "700.00")), 31
    ):
        decided(world, number, found, fine)
    case_id, officer = noted(world)
    with world.database.read() as tx:
        seen_: View = view.load(tx, world.ground, officer, case_id)
        book = register_find.book(tx, world.ground, "north", "notes")
        assert book is not None
        look = seen_.move(Action(id="look", title=Text(zh="-", en="-")), "")
        (rule,) = seen_.definition.states["hearing"].beside
        found_ = precedents.of_case(look, rule, book, sa.true(), rule.columns, today())
        empty = look.definition.states["hearing"].beside[0].model_copy(update={"where": {"fine": "decide.fine"}})
        missing = precedents.of_case(look, empty, book, sa.true(), rule.columns, today())

    assert [one.values["fine"]["value"] for one in found_.entries] == ["20000", "900"]
    assert (found_.count, set(found_.spreads), missing.entries) == (3, {"fine"}, ())
    assert found_.spreads["fine"] == precedents.Spread(3, Decimal(500), Decimal(900), Decimal(20000))
    assert missing.missing is not None
