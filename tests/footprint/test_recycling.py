"""The circular footprint formula: published figures, its two ends, and what a study makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from caseflow.footprint.bulk import renewed
from caseflow.footprint.choosing import with_release
from caseflow.footprint.model import model
from caseflow.footprint.montecarlo import simulate
from caseflow.footprint.report import footprint_report
from caseflow.footprint.study import read
from caseflow.words import Refused, render
from tests.footprint.published import example, result, shipped, study

FIGURES = {"virgin": "10", "recycled": "2", "recycling": "3", "burning": "4", "disposal": "1", "steam": "0.1"}
GRID = "cn-electricity-footprint-2024/mix"


def _factors(**values: str) -> list[dict[str, Any]]:
    units = {"steam": "MJ"}
    return [
        {"id": name, "name": name, "value": value, "unit": units.get(name, "kg"), "source": "示例", "gwp_set": "AR6"}
        for name, value in {**FIGURES, **values}.items()
    ]


def _material(**values: Any) -> dict[str, Any]:
    own = {
        "id": "pet",
        "name": "PET",
        "stage": "raw_material",
        "end_stage": "end_of_life",
        "amount": "2",
        "unit": "kg",
        "allocation": "0.5",
        "virgin": "own/virgin",
    }
    return {name: value for name, value in {**own, **values}.items() if value is not None}


def _study(*materials: dict[str, Any], factors: list[dict[str, Any]] | None = None, **values: Any) -> Any:
    body = study(recycling=list(materials), boundary="cradle_to_grave", declared=None, **values)
    return {**body, "lines": [], "factors": _factors() if factors is None else factors}


def _total(*materials: dict[str, Any], **values: Any) -> float:
    found = result(_study(*materials, **values))

    assert found.complete, [one.problem for one in found.lines]
    return found.total


def test_recycled_wool_comes_to_the_published_figure() -> None:
    case = example("ecobalyse_circular")["content"]
    content = {"share": str(case["R1"]), "quality": str(case["quality"]), "recycled": "own/recycled"}
    material = _material(amount=str(case["amount"]), allocation=str(case["A"]), content=content, end_stage=None)

    found = _total(material, factors=_factors(virgin=str(case["virgin"]), recycled=str(case["recycled"])))

    assert found == pytest.approx(case["expected"], abs=case["tolerance"])


def test_recycling_into_wipers_saves_the_published_figure() -> None:
    case = example("ecobalyse_circular")["recovery"]
    recovery = {"share": str(case["R2"]), "quality": str(case["quality"]), "recycling": "own/recycling"}
    virgin, recycling = str(case["virgin"]), str(case["recycling"])
    material = _material(amount=str(case["amount"]), allocation=str(case["A"]), recovery=recovery)

    found = _total(material, factors=_factors(virgin=virgin, recycling=recycling)) - case["virgin"]

    assert found == pytest.approx(case["expected"], abs=case["tolerance"])


CONTENT = {"share": "0.4", "recycled": "own/recycled"}
RECOVERY = {"share": "0.6", "recycling": "own/recycling"}


def test_with_factor_one_it_is_the_cut_off() -> None:
    """Recycled material costs what its recycling costs; nothing is credited for what happens later."""
    found = _total(_material(allocation="1", content=CONTENT, recovery=RECOVERY, disposal="own/disposal"))

    assert found == pytest.approx(2 * (0.6 * 10 + 0.4 * 2 + 0.4 * 1))


def test_with_factor_zero_it_is_the_avoided_burden() -> None:
    """Recycled material costs what primary material costs; recycling later is credited in full."""
    found = _total(_material(allocation="0", content=CONTENT, recovery=RECOVERY, disposal="own/disposal"))

    assert found == pytest.approx(2 * (10 + 0.6 * (3 - 10) + 0.4 * 1))


def test_a_closed_loop_without_loss_is_the_same_by_every_factor() -> None:
    loop = {
        "content": {"share": "1", "recycled": "own/recycling"},
        "recovery": {"share": "1", "recycling": "own/recycling"},
    }

    found = [_total(_material(allocation=one, **loop)) for one in ("0", "0.2", "0.5", "0.8", "1")]

    assert found == pytest.approx([2 * 3] * 5)


def test_energy_that_is_recovered_spares_other_energy() -> None:
    energy = {
        "share": "0.5",
        "burning": "own/burning",
        "allocation": "0",
        "heat_value": "20",
        "heat": {"efficiency": "0.3", "factor": "own/steam"},
        "power": {"efficiency": "0.2", "factor": GRID},
    }

    found = _total(_material(energy=energy, disposal="own/disposal"))

    spared = 20 * 0.3 * 0.1 + 20 * 0.2 / 3.6 * 0.5777
    assert found == pytest.approx(2 * (10 + 0.5 * (4 - spared) + 0.5 * 1))


def test_each_term_is_a_line_in_its_stage_with_its_source() -> None:
    material = _material(content=CONTENT, recovery={**RECOVERY, "substituted": "own/disposal", "quality": "0.9"})

    found = result(_study(material))

    assert [(line.id, line.stage, line.factor) for line in found.lines] == [
        ("pet.virgin", "raw_material", "own/virgin"),
        ("pet.recycled", "raw_material", "own/recycled"),
        ("pet.inherited", "raw_material", "own/virgin"),
        ("pet.recycling", "end_of_life", "own/recycling"),
        ("pet.spared", "end_of_life", "own/disposal"),
    ]
    assert found.credits == pytest.approx(-2 * 0.5 * 0.6 * 0.9 * 1)


def test_the_terms_of_a_material_are_no_doubts_of_their_own() -> None:
    """Half of it recycled, by the avoided burden: two terms of one factor and amount, and factors named after handling."""
    factors = _factors()
    for one, name in zip(factors, ("PET切片", "再生PET", "塑料回收", "垃圾焚烧", "填埋处置", "蒸汽"), strict=True):
        one["name"] = name
    material = _material(
        name="聚酯PET",
        allocation="0",
        content={"share": "0.5", "recycled": "own/recycled"},
        recovery=RECOVERY,
        disposal="own/disposal",
    )

    found = footprint_report(_study(material, factors=factors), shipped())["findings"]

    assert [one["id"] for one in found if one["check"] in ("R02", "R08", "R15") and one["severity"] != "info"] == []


def test_one_draw_of_a_factor_serves_every_term() -> None:
    """Virgin material with a spread: what is used and what is spared move together."""
    factors = _factors()
    factors[0]["uncertainty"] = {"distribution": "normal", "cv": "0.1"}
    body = _study(_material(allocation="0", recovery={"share": "1", "recycling": "own/recycling"}), factors=factors)

    found = simulate(model(read(body), shipped()), 100, 7)

    assert found.static == pytest.approx(6)
    assert found.sd == pytest.approx(0, abs=1e-12)


def test_an_uncertain_parameter_moves_every_term() -> None:
    parameters = [{"name": "mass", "value": "2", "uncertainty": {"distribution": "uniform", "low": "1", "high": "3"}}]
    body = _study(_material(amount=None, formula="mass", content=CONTENT), parameters=parameters)

    found = simulate(model(read(body), shipped()), 2000, 7)

    assert found.static == pytest.approx(result(body).total)
    assert dict(found.percentiles)[97.5] == pytest.approx(found.static * 1.475, rel=0.01)


def test_a_study_with_materials_is_written_and_read_again() -> None:
    energy = {
        "share": "0.1",
        "burning": "own/burning",
        "heat_value": "20",
        "heat": {"efficiency": "0.3", "factor": "own/steam"},
    }
    whole = _material(
        content=CONTENT, recovery=RECOVERY, energy=energy, disposal="own/disposal", primary=True, evidence="附件1"
    )
    found = read(_study(whole))

    again = read(found.as_json())

    assert again == found
    assert again.hash == found.hash


def test_a_new_release_reaches_the_factors_of_a_material() -> None:
    old = "cn-electricity-footprint-2023/mix"
    material = _material(
        unit="kWh", virgin=old, content={"share": "0.5", "recycled": old}, recovery={"share": "0.1", "recycling": old}
    )
    base = read(_study(material))
    release = shipped().factors.release("cn-electricity-footprint-2024")
    assert release

    found = [with_release(base, shipped(), release), renewed(base, shipped(), release)]

    assert [{line.factor for line in one.activity} for one in found] == [{GRID}, {GRID}]


@pytest.mark.parametrize(
    ("material", "expected"),
    [
        (_material(allocation="1.2"), "recycling[0].allocation: must lie between 0 and 1, but is 1.2"),
        (_material(virgin=None), "recycling[0].virgin: is missing"),
        (_material(end_stage=None, recovery=RECOVERY), "recycling[0].end_stage: is missing"),
        (_material(recovery=RECOVERY, energy={"share": "0.5", "burning": "own/burning"}), "recycling[0].recovery.share + energy.share: must lie between 0 and 1, but is 1.1"),
        (_material(energy={"share": "0.5", "burning": "own/burning", "heat": {"efficiency": "0.5", "factor": "own/steam"}}), "recycling[0].energy.heat_value: is missing"),
        (_material(content={**CONTENT, "quality": "-1"}), "recycling[0].content.quality: must lie between 0 and 1, but is -1"),
        (_material(formula="2", amount="2"), "recycling[0].formula: give either a figure or a formula"),
        (_material(amount=None, formula="1" + "+1.000" * 60), "recycling[0].formula: at most 300 characters, 61 too many"),
        (_material(amount=None, formula="1" + "+1" * 99), "recycling[0].formula: the formula is too large (at most 200 parts)"),
        (_material(recovry=RECOVERY), "recycling[0].recovry: unknown key; did you mean “recovery”?"),
    ],
)  # fmt: skip
def test_what_is_no_material_is_refused_at_its_place(material: dict[str, Any], expected: str) -> None:
    with pytest.raises(Refused) as refused:
        read(_study(material))

    assert expected in [render(reason, "en") for reason in refused.value.reasons]


def test_two_materials_of_one_name_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        read(_study(_material(), _material()))

    assert "recycling[1].id" in [reason.values["path"] for reason in refused.value.reasons]
