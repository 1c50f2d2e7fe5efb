"""What the national notice on label pilots allows a province: no third product in a call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from caseflow.cases import act, opening, register_book
from caseflow.db import undone
from caseflow.office import importing, samples
from caseflow.office.cast import Cast
from caseflow.office.import_sheet import Came
from caseflow.office.rehearsal import reasons_of
from caseflow.office.scene import Scene
from caseflow.words import Refused, render
from caseflow.workflow import definition
from caseflow.workflow.identifiers import make_credit_code
from tests.office.stage import Stage, built

NAME = "label-pilot"
GIVEN = {
    "dossier": {"dossier.chain.coverage": "90.0", "dossier.chain.materials": 70},
    "round": "open",
    "state": "checking",
}
TWO = ("动力锂电池", "电池电芯")
LISTED = {
    "dossier.applicant.lead_unit": "云锂示例锂电产业服务中心", "dossier.applicant.lead_uscc": make_credit_code("12", "360900", 77),
    "dossier.product.region": "360900", "dossier.product.product_class": "lithium_battery",
    "listing.document_number": "例监发〔2024〕1号", "listing.issued_on": "2024-12-10", "listing.url": "https://example.org/list",
}  # fmt: skip
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


def test_the_products_listed_in_2024_are_imported_by_the_regulator_with_their_entries(stage: Stage) -> None:
    loaded = stage.loaded(NAME)
    test = definition.Test.model_validate(
        {"name": {"zh": "试", "en": "a try"}, "given": {"round": "open"}, "steps": []}
    )
    with stage.database.write() as tx, undone(tx):
        cast = Cast(tx, stage.ground, stage.roles, stage.settings.files, loaded.definition)
        scene = Scene(tx, stage.ground, cast, loaded, test)
        scene.prepare()
        officer, partner = cast.actor("market_officer"), cast.actor("region_office")
        rows = [Came(row, {**LISTED, "dossier.product.product": product}) for row, product in enumerate(TWO, 4)]
        lines = importing.run(tx, stage.ground, officer, NAME, rows, round_id=scene.round_id, request_key="listed")
        again = importing.preview(tx, stage.ground, officer, NAME, rows, scene.round_id)
        third = Came(6, {**LISTED, "dossier.product.product": "正极材料"})
        (beyond,) = importing.preview(tx, stage.ground, officer, NAME, [third], scene.round_id)
        entered = [register_book.newest(tx, one.case_id or 0, "label_pilots") for one in lines]

    assert importing.may_import(loaded.definition, partner) is False
    assert [(one.status, one.subject) for one in lines] == [("new", product) for product in TWO]
    assert [one["status"] for one in entered if one is not None] == ["valid", "valid"]
    assert [one.status for one in again] == ["there", "there"]
    assert (beyond.status, "申报试点产品数" in str(beyond.errors)) == ("error", True)
