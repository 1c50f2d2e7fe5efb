"""An act rests on entries that other cases have made: found by their values, taken over, and refused where none fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import register_book, view
from caseflow.cases.register_models import register_standing
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.records import letters
from caseflow.records.models import journal
from caseflow.words import LANGUAGES, Refused, render
from tests.cases.footprints import declare, published
from tests.cases.parts import acts, code, told
from tests.cases.racing import Job, Racers, racers
from tests.cases.world import World, on


@pytest.fixture
def office(world: World) -> Actor:
    return world.person("provincial", "office")


@pytest.fixture
def applicant(world: World) -> Actor:
    return world.person("applicant", "plant")


def benchmark(world: World, office: Actor, product: str = "焦炭", baseline: str = "2000", **more: Any) -> int:
    case_id = world.open(office, "toy-benchmark")
    world.do(
        office, case_id, "publish", product=product, baseline=baseline, places=["east"], since="2026-01-01", **more
    )
    return case_id


def requested(world: World, who: Actor, **answers: Any) -> int:
    """A case in review, with its footprint recomputed."""
    published(world)
    case_id = world.open(who, "toy-rated")
    declare(world, case_id)
    world.do(who, case_id, "request", **{"product": "焦炭", "place": "east", **answers})
    return case_id


def refused(world: World, who: Actor, case_id: int, action: str, **answers: Any) -> list[str]:
    with pytest.raises(Refused) as against:
        world.do(who, case_id, action, **answers)
    return [render(reason, "zh") for reason in against.value.reasons]


def facts(world: World, case_id: int, store: str) -> Any:
    return world.row(case_id)["facts"].get(store)


def test_an_act_passes_only_where_a_valid_entry_has_what_the_answers_say(
    world: World, office: Actor, applicant: Actor
) -> None:
    kept = benchmark(world, office)
    case_id = world.open(applicant, "toy-rated")
    other = refused(world, applicant, case_id, "request", product="玻璃", place="east")
    elsewhere = refused(world, applicant, case_id, "request", product="焦炭", place="west")
    open_ = refused(world, applicant, case_id, "request", product="焦炭")
    world.do(office, kept, "suspend")
    suspended = refused(world, applicant, case_id, "request", product="焦炭", place="east")

    assert other == ["“示例基准值”中没有符合条件（产品：玻璃、覆盖地区：东部）且状态为“有效”的登记。（示例第四条）"]
    assert "覆盖地区：西部" in elsewhere[0]
    assert "“地区”" in open_[0]
    assert suspended == [other[0].replace("玻璃", "焦炭")]


def test_where_it_may_be_left_open_a_number_is_looked_up_only_if_one_is_given(
    world: World, office: Actor, applicant: Actor
) -> None:
    kept = benchmark(world, office)
    with world.database.read() as tx:
        number = register_book.of_case(tx, kept)["benchmarks"]["number"]
    case_id = requested(world, applicant)
    world.do(office, case_id, "follow")
    unknown = refused(world, office, case_id, "follow", former="基准〔1999〕0001")
    world.do(office, case_id, "follow", former=number)

    assert unknown == [
        "“示例基准值”中没有符合条件（登记编号：基准〔1999〕0001、产品：焦炭）且状态为“有效”的登记。（示例第七条）"
    ]
    assert facts(world, case_id, "follow") == {"former": number}


def test_before_the_answers_are_given_nothing_is_said_of_them(world: World, applicant: Actor) -> None:
    case_id = world.open(applicant, "toy-rated")
    with world.database.read() as tx:
        offer = view.load(tx, world.ground, applicant, case_id).offer("request")

    assert offer is not None
    assert offer.reasons == ()


def test_an_entry_is_taken_over_with_number_day_and_values_and_decides_at_once(
    world: World, office: Actor, applicant: Actor
) -> None:
    benchmark(world, office, baseline="0.001")
    case_id = requested(world, applicant)
    world.do(office, case_id, "compare")
    number = f"基准〔{clock.today().year}〕0001"
    with world.database.read() as tx:
        body = tx.scalar(sa.select(journal.c.body).where(journal.c.case_id == case_id, journal.c.act == "compare"))

    assert facts(world, case_id, "benchmark") == {
        "number": number, "issued_on": clock.today().isoformat(), "product": "焦炭", "places": ["east"],
        "baseline": "0.001", "since": "2026-01-01",
    }  # fmt: skip
    assert body["taken"] == [{"register": "benchmarks", "number": number, "into": "benchmark"}]
    assert facts(world, case_id, "rating")["grade"] == "b"


def test_of_none_or_several_nothing_is_taken_and_the_clause_is_named(
    world: World, office: Actor, applicant: Actor
) -> None:
    first = benchmark(world, office)
    case_id = requested(world, applicant)
    benchmark(world, office)
    several = refused(world, office, case_id, "compare")
    with world.database.read() as tx:
        offer = view.load(tx, world.ground, office, case_id).offer("compare")
    world.do(office, first, "withdraw")
    world.do(office, case_id, "compare")

    assert several[0] == "“示例基准值”中符合条件（产品：焦炭）的登记有2条，无法确定以哪一条为准。（示例第四条）"
    assert offer is not None
    assert [render(one, "zh") for one in offer.reasons][:1] == several[:1]
    assert facts(world, case_id, "benchmark")["number"].endswith("0002")


def test_a_grade_on_a_benchmark_that_was_withdrawn_is_refused_with_its_clause(
    world: World, office: Actor, applicant: Actor
) -> None:
    kept = benchmark(world, office)
    case_id = requested(world, applicant)
    world.do(office, case_id, "compare")
    world.do(office, kept, "withdraw")
    against = refused(world, office, case_id, "rate")

    assert against == [
        f"“示例基准值”中没有符合条件（登记编号：基准〔{clock.today().year}〕0001）且状态为“有效”的登记。（示例第五条）"
    ]


def test_an_entry_is_found_by_the_credit_code_of_its_holder(world: World, office: Actor, applicant: Actor) -> None:
    benchmark(world, office)
    of_plant = organisation.c.id == world.organisations["plant"]
    with world.database.write() as tx:
        tx.execute(organisation.update().where(of_plant).values(credit_code=code(7)))
    rated, unknown = requested(world, applicant, code=code(7)), requested(world, applicant, code=code(8))
    nobody = requested(world, applicant)
    before = refused(world, office, rated, "certify_by")
    world.do(office, rated, "compare")
    world.do(office, rated, "rate")
    again = requested(world, applicant, code=code(7))
    world.do(office, again, "certify_by")

    assert "登记单位：甲焦化厂" in before[0]
    assert f"登记单位：{code(8)}" in refused(world, office, unknown, "certify_by")[0]
    assert "“机构代码”" in refused(world, office, nobody, "certify_by")[0]


def test_letters_registers_conditions_and_decisions_read_the_recomputed_footprint(
    world: World, office: Actor, applicant: Actor
) -> None:
    benchmark(world, office)
    case_id = requested(world, applicant)
    world.do(office, case_id, "compare")
    world.do(office, case_id, "rate")
    with world.database.read() as tx:
        entry = register_book.newest(tx, case_id, "ratings")
        (paper,) = letters.of_case(tx, case_id)
        said = letters.opened(world.ground.keys, paper._mapping)["blocks"][0]["text"]

    assert entry is not None
    figure = entry["values"]["figure"]["value"]
    assert entry["values"]["benchmark"]["value"] == facts(world, case_id, "benchmark")["number"]
    assert facts(world, case_id, "rating")["grade"] == "a"
    assert all(
        said[language].startswith(f"复算{figure} kgCO2e（1 t" if language == "zh" else f"{figure} kgCO2e (1 t")
        for language in LANGUAGES
    )
    assert [said[language].count(name) for language, name in (("zh", "从大门到大门"), ("en", "Gate to gate"))] == [
        1,
        1,
    ]


def test_a_study_that_was_changed_since_counts_once_it_is_recomputed(
    world: World, office: Actor, applicant: Actor
) -> None:
    benchmark(world, office)
    case_id = requested(world, applicant)
    world.do(office, case_id, "return")
    declare(world, case_id, declared="1")
    with world.database.read() as tx:
        move = view.load(tx, world.ground, applicant, case_id)
        act = move.offers()[0].action
        before = dict(move.move(act, "applicant").figures)
    world.do(applicant, case_id, "request", product="焦炭", place="east")
    world.do(office, case_id, "compare")
    against = refused(world, office, case_id, "rate")

    assert before["declared"] != "1"
    assert against == ["复算值高于申报值（依据：示例第六条）"]


def test_without_a_study_a_condition_names_the_figure_that_is_missing(
    world: World, office: Actor, applicant: Actor
) -> None:
    benchmark(world, office)
    published(world)
    case_id = world.open(applicant, "toy-rated")
    world.do(applicant, case_id, "request", product="焦炭", place="east")

    assert any("复算的产品碳足迹" in one for one in refused(world, office, case_id, "compare"))


def test_before_an_entry_ends_those_are_told_who_see_to_what_comes_next(
    world: World, office: Actor, applicant: Actor
) -> None:
    with on("2026-03-10"):
        benchmark(world, office)
        case_id, ended = (requested(world, applicant) for _ in range(2))
        for one in (case_id, ended):
            world.do(office, one, "compare")
            world.do(office, one, "rate")
        world.do(office, ended, "end")
    counts = []
    for day_ in ("2027-01-08", "2027-01-09", "2027-02-01"):
        with on(day_):
            world.fire_all()
            counts.append(len(told(world, case_id, "inbox.entry_ends")))

    plant, province = world.organisations["plant"], world.organisations["office"]
    assert counts == [0, 2, 2]
    assert told(world, case_id, "inbox.entry_ends") == [(plant, "applicant", None), (province, "provincial", None)]
    assert told(world, ended, "inbox.entry_ends") == []
    assert acts(world, case_id)[-1] == "register_ending"


def test_a_first_entry_is_refused_where_one_with_the_same_value_stands(world: World, office: Actor) -> None:
    benchmark(world, office)
    case_id = world.open(office, "toy-benchmark")

    assert refused(world, office, case_id, "publish_first", product="焦炭") == [
        "“示例基准值”中已有符合条件（产品：焦炭）且状态为“有效”的登记。（示例第四条）"
    ]
    assert world.do(office, case_id, "publish_first", product="玻璃").state == "published"


@pytest.fixture(scope="module")
def four() -> Iterator[Racers]:
    with racers(4) as made:
        yield made


def test_of_many_who_would_make_the_first_entry_at_once_one_does(four: Racers, world: World, office: Actor) -> None:
    four.enter(world.settings)
    cases = [world.open(office, "toy-benchmark") for _ in range(4)]
    answers = {"product": "焦炭"}
    told = four.race([Job(office, one, "publish_first", f"first/{one}", answers) for one in cases])
    with world.database.read() as tx:
        entries = tx.scalar(sa.select(sa.func.count()).select_from(register_standing))

    assert (entries, sorted(one.how for one in told)) == (1, ["done", "refused", "refused", "refused"])
    assert {reason for one in told for reason in one.reasons} <= {"registers.such_entry", "guards.with_basis"}
