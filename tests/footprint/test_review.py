"""Checks that need more than a study (peers, other applications, another shelf), thresholds, and the gate."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import yaml

from caseflow.config import ROOT
from caseflow.footprint.checks.elsewhere import robust_z
from caseflow.footprint.checks.exchanged import identities
from caseflow.footprint.context import Context, Peers, read_requirements, trace
from caseflow.footprint.factors import read_release
from caseflow.footprint.gate import gate
from caseflow.footprint.shelf import Shelf, shelf
from caseflow.footprint.study import read
from caseflow.footprint.thresholds import Thresholds, read_thresholds
from caseflow.words import Refused, render
from tests.footprint.published import line, shipped, study
from tests.footprint.test_checks import heat, reviewed, short


def _renewed(**release: Any) -> Shelf:
    factor = {
        "id": "steam", "series": "steam", "kind": "footprint", "name": {"zh": "蒸汽", "en": "Steam"}, "value": "100",
        "unit": "GJ", "region": "CN", "year": 2024, "source": "x", "evidence": "read",
    }  # fmt: skip
    head = {"title": {"zh": "甲", "en": "A"}, "authority": "a", "document": "d"}
    old = {**head, "id": "old", "factors": [factor, {**factor, "id": "local", "region": "140000"}], **release}
    new = {**head, "id": "new", "supersedes": ["old"], "factors": [{**factor, "id": "other", "series": "other"}]}
    return shelf([*shipped().factors.releases, read_release(old), read_release(new)], shipped().schemes)


def test_a_superseded_release_a_nearer_region_and_an_expired_one_are_found() -> None:
    data = _renewed(valid_to="2023-06-30")
    body = study(heat(own=None, factor="old/steam", carrier="steam"), region="140000")

    found = [one[:2] for one in short(body, data=data)]

    assert [one for one in found if one[0].startswith("R05")] == [
        ("R05-release:lines.heat", "warning"),
        ("R05-expired:lines.heat", "warning"),
        ("R05-region:lines.heat", "warning"),
    ]


def test_a_product_without_what_its_kind_contains_is_found() -> None:
    text = (ROOT / "workflows/data/footprint-requirements.yaml").read_text("utf-8")
    required = read_requirements(yaml.safe_load(text))["coke"]
    full = study(heat(name="炼焦洗精煤"), line(), line(id="gas", name="焦炉煤气", amount="3"))

    missing = [one for one in short(study(), context=Context(required=required)) if one[0].startswith("R03")]

    assert missing == [
        ("R03-required:required.coal", "warning", "required_missing"),
        ("R03-required:required.gas", "warning", "required_missing"),
    ]
    assert [one for one in short(full, context=Context(required=required)) if one[0].startswith("R03")] == []


def test_a_requirement_without_any_sign_is_refused() -> None:
    with pytest.raises(Refused):
        read_requirements(
            {"products": [{"product_code": "x", "requires": [{"id": "a", "title": {"zh": "甲", "en": "A"}}]}]}
        )


def test_a_total_far_from_its_peers_is_found() -> None:
    """Robust z of the logarithm above 3.5: ten times the median of products that differ by some tenths."""
    peers = Peers(
        totals=(50.0, 55.0, 57.77, 60.0, 65.0, 70.0),
        stages={"production": (0.4, 0.5, 0.5, 0.5, 0.6)},
        usage={"electricity": (300.0,) * 6},
    )
    body = study(line(carrier="electricity"))

    found = [one for one in short(body, context=Context(peers=peers)) if one[0].startswith("R07")]

    assert [one[0] for one in found] == ["R07:total", "R07-stage:stages.production", "R07-usage:usage.electricity"]
    assert (
        short(
            body, context=Context(peers=replace(peers, totals=(500.0, 550.0, 577.7, 600.0, 650.0), stages={}, usage={}))
        )
        == []
    )
    assert short(body, context=Context(peers=Peers(totals=(1.0, 1.0, 1.0, 1.0)))) == []


def test_a_robust_score_is_that_of_the_literature() -> None:
    """Iglewicz and Hoaglin: 0.6745 (x - median) / MAD."""
    assert robust_z(10.0, [1.0, 2.0, 3.0, 4.0, 5.0]) == pytest.approx(0.6745 * 7 / 1)


def test_evidence_and_amounts_seen_elsewhere_are_found() -> None:
    lines = [line(id=f"l{n}", amount=str(n + 1), evidence=f"sha256:{n}") for n in range(5)]
    mine = read(study(*lines))
    other = read(study(*lines, maker="另一单位"))
    copied = Context(others={"SXGL-2025-0001": trace(other)}, earlier=trace(other))
    only_paper = Context(others={"SXGL-2025-0002": trace(read(study(line(amount="7", evidence="sha256:3"))))})

    def seen(context: Context) -> list[str]:
        return [one[0] for one in short(mine.as_json(), context=context) if one[0].startswith("R16")]

    assert seen(copied) == ["R16:others.SXGL-2025-0001", "R16-copy:others.SXGL-2025-0001", "R16-year:lines"]
    assert seen(only_paper) == ["R16:others.SXGL-2025-0002"]
    assert seen(Context()) == []


EXCHANGED = {
    "pcfExcludingBiogenicUptake": Decimal("12.5"),
    "pcfIncludingBiogenicUptake": Decimal("10.5"),
    "biogenicCO2Uptake": Decimal(-2),
    "fossilGhgEmissions": Decimal(11),
    "landUseChangeGhgEmissions": Decimal(1),
    "biogenicNonCO2Emissions": Decimal("0.5"),
    "exemptedEmissionsPercent": Decimal(2),
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"landManagementFossilGhgEmissions": "3"}, []),  # inside the fossil emissions already
        ({"pcfIncludingBiogenicUptake": "11"}, ["R17-uptake"]),
        ({"fossilGhgEmissions": "12"}, ["R17-sum"]),
        ({"exemptedEmissionsPercent": "5.1"}, ["R17-exempted"]),
        ({"pcfExcludingBiogenicUptake": None}, []),
    ],
)
def test_the_identities_of_an_exchange_file_are_recomputed(change: dict[str, str | None], expected: list[str]) -> None:
    """PACT 3.0.3, CarbonFootprint."""
    given = {**EXCHANGED, **{name: None if value is None else Decimal(value) for name, value in change.items()}}
    found = list(identities({name: value for name, value in given.items() if value is not None}, "exchange"))

    assert expected == [one.id.split(":")[0] for one in found]
    assert [render(one.message, "zh") for one in found if "{" in render(one.message, "zh")] == []


def test_thresholds_are_given_by_name_and_the_rest_keeps_its_default() -> None:
    found = read_thresholds({"agreement": "1", "old_years": 4, "primary": "30"})

    assert (found.agreement, found.old_years, found.primary, found.too_old_years) == (1, 4, 30, 5)
    with pytest.raises(Refused):
        read_thresholds({"agreemnt": 1})


def test_another_threshold_is_another_finding() -> None:
    body = study(line(primary=False), declared="575")

    assert ("R01:declared", "info", "deviation_small") in short(body, thresholds=Thresholds(agreement=Decimal(1)))
    assert ("R12-primary:primary_share", "warning", "primary_low") in short(
        body, thresholds=Thresholds(primary=Decimal(10))
    )
    assert [
        one for one in short(body, thresholds=Thresholds(large_line=Decimal(100))) if one[0].startswith("R12")
    ] == []


def test_the_gate_is_shut_by_what_blocks_and_says_the_next_step() -> None:
    found = reviewed(study(line(factor="cn-electricity-co2-2023/CN"), boundary="cradle_to_gate"))
    shut = gate(found)
    first = shut.blockers[0]

    assert (shut.status, {one.check for one in shut.blockers}) == ("blocked", {"R03", "R04"})
    assert shut.next_action.key == "footprint.next.correct"
    assert render(first.message, "zh") in render(shut.next_action, "zh")


def test_only_the_named_checks_shut_the_gate() -> None:
    found = reviewed(study(line(factor="cn-electricity-co2-2023/CN"), boundary="cradle_to_gate"))
    shut = gate(found, blocks=["R04"])

    assert [one.check for one in shut.blockers] == ["R04"]
    assert gate(found, blocks=["R01"]).status == "passed"


def test_a_finding_that_was_accepted_with_a_reason_blocks_no_more() -> None:
    found = reviewed(study(declared="600", boundary="gate_to_gate"))
    passed = gate(found, accepted={"R01:declared": "产量按湿基填报，已核对"})

    assert (gate(found).status, gate(found).next_action.key) == ("passed", "footprint.next.explain")
    assert (passed.status, passed.accepted) == ("passed", {"R01:declared": "产量按湿基填报，已核对"})
    assert passed.next_action.key == "footprint.next.proceed"
    with pytest.raises(ValueError):
        gate(found, accepted={"R01:declared": " "})
