"""A factor that a case has brought to its end is a release of the calculator; retired, it is readable and flagged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow.footprint.calculation import calculate
from caseflow.footprint.factors import Release
from caseflow.footprint.findings import review
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import read
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.studies import store
from caseflow.studies.models import release_run
from tests.cases import footprints, parts
from tests.cases.world import World
from tests.footprint.published import line, study

FACTOR = {
    "name": "阴极铜", "kind": "footprint", "value": "3.21", "unit": "kg", "year": 2025, "region": "140000",
    "spread": "19.6", "source": "三家企业2025年台账",
}  # fmt: skip


@pytest.fixture
def office(world: World) -> Actor:
    return world.person("provincial", "office")


def filed(world: World, **changed: Any) -> int:
    who = world.person("applicant", "plant")
    case_id = world.open(who, "toy-factor")
    world.type(who, case_id, "factor", FACTOR | changed)
    world.do(who, case_id, "submit")
    return case_id


def shelf(world: World) -> Shelf:
    with world.database.read() as tx:
        return store.stored_shelf(tx)


def own(world: World, case_id: int) -> list[Release]:
    """The releases of a case, in their order."""
    found = [one for one in shelf(world).factors.releases if one.id.startswith(f"north-factor-{case_id}-")]
    return sorted(found, key=lambda one: one.id)


def runs(world: World) -> list[str]:
    with world.database.read() as tx:
        return list(tx.scalars(sa.select(release_run.c.release).order_by(release_run.c.id)))


def test_an_admitted_factor_weighs_lines_from_now_on_and_filed_studies_are_recomputed(
    world: World, office: Actor
) -> None:
    case_id = filed(world)
    world.do(office, case_id, "admit", document="例环函〔2026〕1号")
    (release,) = own(world, case_id)
    (factor,) = release.factors
    with world.database.read() as tx:
        told = [row.body["released"]["release"] for row in journal.entries(tx, case_id) if "released" in row.body]

    assert (str(factor.value), factor.unit, factor.region, factor.year, factor.kind) == (
        "3.21", "kg", "CN-140000", 2025, "footprint",
    )  # fmt: skip
    assert (release.authority, release.document, factor.source) == ("north", "例环函〔2026〕1号", FACTOR["source"])
    assert factor.spread is not None
    assert factor.spread.as_json() == {"distribution": "normal", "cv": "0.1"}
    assert parts.said(world, case_id)["published"] == {"ref": factor.ref, "release": release.id}
    assert runs(world) == told == [release.id]


def test_a_factor_without_an_english_name_is_called_by_the_chinese_one(world: World, office: Actor) -> None:
    named, unnamed = filed(world, english="Copper cathode"), filed(world)
    for case_id in (named, unnamed):
        world.do(office, case_id, "admit", document="例1")
    names = [own(world, case_id)[0].factors[0].name for case_id in (named, unnamed)]

    assert [(one.zh, one.en) for one in names] == [("阴极铜", "Copper cathode"), ("阴极铜", "阴极铜")]


def test_units_with_signs_are_found_by_their_letters(world: World, office: Actor) -> None:
    case_id = filed(world, unit="tkm", region="", spread="")
    world.do(office, case_id, "admit", document="例1")
    (factor,) = own(world, case_id)[0].factors

    assert (factor.unit, factor.region, factor.spread) == ("t·km", "CN", None)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"value": "0"}, "footprint.not_positive"),
        ({"year": 1066}, "footprint.not_in_range"),
    ],
)
def test_what_the_calculator_could_not_read_is_refused_before_anything_is_written(
    world: World, office: Actor, changed: dict[str, Any], said: str
) -> None:
    case_id = filed(world, **changed)

    assert said in world.refusal(office, case_id, "admit", document="例1")
    assert (own(world, case_id), runs(world)) == ([], [])


def test_a_renewed_factor_takes_the_place_of_the_old_one_which_stays_readable(world: World, office: Actor) -> None:
    case_id = filed(world)
    world.do(office, case_id, "admit", document="例1")
    world.do(office, case_id, "renew", value="2.5")
    world.do(office, case_id, "admit", document="例2")
    first, second = own(world, case_id)

    assert (second.supersedes, str(second.factors[0].value), str(first.factors[0].value)) == (
        (first.id,), "2.5", "3.21",
    )  # fmt: skip
    assert second.factors[0].series == first.factors[0].series
    assert parts.said(world, case_id)["published"]["release"] == second.id


def doubts(world: World, ref: str) -> set[str]:
    """The reviewer's findings on a study that quotes a factor, by their numbers."""
    quoting, known = read(study(line(unit="kg", factor=ref))), shelf(world)
    return {one.id.split(":")[0] for one in review(quoting, calculate(quoting, known), known, Decimal(5))}


def test_whoever_quotes_a_retired_factor_is_told_and_it_is_retired_once(world: World, office: Actor) -> None:
    footprints.published(world)
    case_id = filed(world)
    world.do(office, case_id, "admit", document="例1")
    ref = own(world, case_id)[0].factors[0].ref
    before = doubts(world, ref)
    world.do(office, case_id, "retire", document="例3")
    again = world.refusal(office, case_id, "retire", document="例4")

    assert doubts(world, ref) - before == {"R05-release"}
    assert again == ["factors.none_published"]
    assert own(world, case_id)[1].factors == ()
