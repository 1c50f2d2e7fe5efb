"""Every name that a step of a definition's own test speaks of must exist, and its condition be one."""

from __future__ import annotations

import pytest

from tests.workflow import garden

STEP = "      - {as: clerk, do: approve, refused: place_free}"


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("issued: [reciept]", "unknown_letter"),
        ("told: [clark]", "unknown_role"),
        ("warned: [credit_recrod]", "unknown_warning"),
        ("places: {plot: held}", "unknown_quota"),
        ("due: {reviw: 3 workdays}", "unknown_state"),
        ("offered: [aprove]", "unknown_action"),
        ("hidden: [dossier.person.fone]", "unknown_path"),
        ("holds: dossier.plot.bedz > 1", "cel_unknown"),
        ("holds: dossier.plot.beds +", "cel_syntax"),
        ("do: submit, requires: [truht]", "unknown_path"),
        ("places: {plots: kept}", "not_one_of"),
        ("due: soon", "form_period"),
        ("ends: happy", "not_one_of"),
    ],
)
def test_a_name_that_does_not_exist_is_told(said: str, rule: str) -> None:
    step = f"      - {{as: clerk, {'' if said.startswith('do:') else 'do: approve, '}{said}}}"

    assert rule in garden.rules(garden.changed((STEP, step)))


@pytest.mark.parametrize(
    "said",
    [
        "do: approve, issued: [receipt], told: [gardener], warned: [], places: {plots: none}, ends: positive",
        "do: approve, due: 3 workdays, holds: dossier.plot.beds < 10",
        "do: approve, due: {review: 3 workdays, opinion: 5 days}",
        "offered: [approve, refuse, withdraw]",
        "hidden: [dossier.person.phone]",
    ],
)
def test_what_exists_may_be_said(said: str) -> None:
    assert garden.rules(garden.changed((STEP, f"      - {{as: clerk, {said}}}"))) == []


def test_a_step_that_says_nothing_does_nothing() -> None:
    assert "step_does_nothing" in garden.rules(garden.changed((STEP, "      - {as: clerk, state: review}")))
