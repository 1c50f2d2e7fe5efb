"""What the national notice on label pilots allows a province: no third product in a call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from caseflow.cases import act, opening
from caseflow.db import undone
from caseflow.office import samples
from caseflow.office.cast import Cast
from caseflow.office.rehearsal import reasons_of
from caseflow.office.scene import Scene
from caseflow.words import Refused, render
from caseflow.workflow import definition
from tests.office.stage import Stage, built

NAME = "label-pilot"
GIVEN = {
    "dossier": {"dossier.chain.coverage": "90.0", "dossier.chain.materials": 70},
    "round": "open",
    "state": "checking",
}
POINTS = {
    "checklist": ("scale", "chain", "data", "foundation", "mechanism", "units"),
    "tasks": (
        "system", "data_quality", "data_security", "management", "quality_control", "policy", "evaluation", "uses",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def stage(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with built(migrated_sqlite, tmp_path_factory.mktemp("label")) as found:
        yield found


def refusals(stage: Stage, earlier: int) -> list[str]:
    """What is said against proposing a product where so many of the call have been filed."""
    loaded = stage.loaded(NAME)
    test = definition.Test.model_validate({"name": {"zh": "试", "en": "a try"}, "given": GIVEN, "steps": []})
    with stage.database.write() as tx, undone(tx):
        cast = Cast(tx, stage.ground, stage.roles, stage.settings.files, loaded.definition)
        scene = Scene(tx, stage.ground, cast, loaded, test)
        scene.prepare()
        head, officer = cast.actor("market_head"), cast.actor("market_officer")
        for number in range(earlier):
            opening.import_case(
                tx, stage.ground, head, NAME, "sent", {}, organisation_id=int(head.organisation_id or 0),
                prefecture_id=None, round_id=scene.round_id, commits=("national_products",),
                request_key=f"earlier/{number}",
            )  # fmt: skip
        action = loaded.definition.action("checking", "propose_filing")
        points = {name: {item: {"conclusion": "met"} for item in items} for name, items in POINTS.items()}
        said = {**points, "opinion": "符合条件"}
        answers = samples.answers(action.asks if action else {}, said, scene.names("market_officer"))
        try:
            act.perform(tx, stage.ground, officer, scene.case_id, "propose_filing", answers, request_key="third")
        except Refused as refused:
            return [render(reason, "zh") for reason in reasons_of(refused)]
    return []


def test_a_second_product_of_a_call_may_be_proposed(stage: Stage) -> None:
    assert refusals(stage, 1) == []


def test_a_third_product_of_a_call_is_refused_with_its_clause(stage: Stage) -> None:
    (said,) = refusals(stage, 2)

    assert "每省每次申报试点产品数" in said
    assert "通知四（一）" in said
