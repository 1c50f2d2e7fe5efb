"""What if: another amount, factor or electricity, before and after beside each other, and nothing saved."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caseflow.footprint.calculation import calculate
from caseflow.footprint.study import read
from caseflow.web.footprint_what_if import changed
from tests.footprint.published import flow, line, process, shipped, study
from tests.web import footprint_editing as world
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]

MIX = "cn-electricity-footprint-2024/mix"
WIND = "cn-electricity-footprint-2024/wind"
PLANT = study(
    line(id="grid", amount="1000"),
    line(id="lamp", amount="200"),
    line(id="oil", amount="1", unit="t", factor="cn-fuel-combustion-2024/diesel"),
)


@pytest.mark.parametrize(
    ("given", "total"),
    [
        ({"amount-grid": "500"}, 700 * 0.5777 + 3095.9),
        ({"percent-grid": "-10"}, 1100 * 0.5777 + 3095.9),
        ({"factor-grid": f"风电 [{WIND}]"}, 1000 * 0.0324 + 200 * 0.5777 + 3095.9),
        ({"electricity": WIND}, 1200 * 0.0324 + 3095.9),
        ({"electricity": WIND, "electricity_share": "25"}, 300 * 0.0324 + 900 * 0.5777 + 3095.9),
    ],
)
def test_a_change_gives_the_total_it_should(given: dict[str, str], total: float) -> None:
    found, wrong = changed(read(PLANT), shipped(), given)

    assert wrong == []
    assert calculate(found, shipped()).total == pytest.approx(total, rel=1e-4)


def test_the_electricity_of_a_process_is_switched_too() -> None:
    made = process("making", flow("coke", "1", "t"), inputs=[], lines=[line(id="grid", amount="1000")])
    found, wrong = changed(
        read(study(lines=[], processes=[made], reference={"product": "coke"})),
        shipped(),
        {"electricity": WIND, "electricity_share": "25"},
    )

    assert wrong == []
    assert calculate(found, shipped()).total == pytest.approx(250 * 0.0324 + 750 * 0.5777)


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({"amount-grid": "很多"}, "amount-grid"),
        ({"amount-grid": "1", "percent-grid": "1"}, "amount-grid"),
        ({"factor-grid": "没有"}, "factor-grid"),
        ({"electricity": MIX, "electricity_share": "120"}, "electricity_share"),
    ],
)
def test_what_cannot_be_used_is_named_at_its_input(given: dict[str, str], at: str) -> None:
    assert [name for name, _ in changed(read(PLANT), shipped(), given)[1]] == [at]


def test_before_and_after_stand_beside_each_other_and_nothing_is_saved(office: World) -> None:
    reader, case_id = world.opened(office, PLANT)
    path = f"/cases/{case_id}/footprint/what-if"
    hidden = hidden_inputs(reader.get(path).text, "what-if")
    answer = reader.client.post(path, data={**hidden, "electricity": WIND}, environ_base=reader.address)
    before, after = (
        calculate(one, shipped()).total
        for one in (read(PLANT), changed(read(PLANT), shipped(), {"electricity": WIND})[0])
    )

    assert all(f"{Decimal(f'{total:.5g}'):,f}" in words_of(answer) for total in (before, after))
    assert world.declared(office, case_id).hash == read(PLANT).hash
    assert f"{Decimal(f'{before:.5g}'):,f}" in world.page(reader, case_id).words


def test_by_address_it_can_be_sent_to_a_colleague(office: World) -> None:
    reader, case_id = world.opened(office, PLANT)
    answer = reader.get(f"/cases/{case_id}/footprint/what-if?percent-grid=-100")
    wrong = reader.get(f"/cases/{case_id}/footprint/what-if?percent-grid=半")

    assert (answer.status_code, "试算" in words_of(answer), errors_of(answer)) == (200, True, [])
    assert (wrong.status_code, errors_of(wrong)) == (422, ["“半”不能用作“变动（%）”"])


def test_another_enterprise_does_not_find_it(office: World) -> None:
    _, case_id = world.opened(office, PLANT)
    stranger, _ = world.opened(office, number=2)

    assert stranger.get(f"/cases/{case_id}/footprint/what-if").status_code == 404
