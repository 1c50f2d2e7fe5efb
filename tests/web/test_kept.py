"""What an act takes from a register or draws by lot is read on the page of the case, with why it may be done."""

from __future__ import annotations

import pytest

from caseflow.cases import dossier, opening
from caseflow.cases import ground as grounds
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT
from caseflow.office import samples
from caseflow.studies import store
from caseflow.workflow.reader import read_text
from tests.web.office_world import World, office, seeded
from tests.web.test_decided import words

__all__ = ["office", "seeded"]

TOYS = ("toy-benchmark", "toy-rated", "toy-sampled")


def toy(name: str) -> str:
    text = (ROOT / "tests" / "cases" / f"{name}.yaml").read_text("utf-8")
    return text.replace("authority: north", "authority: shanxi")


@pytest.fixture
def published(office: World) -> World:
    with office.database.write() as tx:
        grounds.publish(tx, [read_text(toy(name), vocabulary=vocabulary()) for name in TOYS])
    office.unit(1)
    return office


def opened(world: World, login: str, workflow: str) -> int:
    with world.database.write() as tx:
        return opening.open_case(
            tx, world.ground, world.actor(login), workflow, round_id=None, request_key=world.key()
        ).case_id


def test_the_office_reads_what_was_taken_and_why_the_act_asks_for_it(published: World) -> None:
    kept = opened(published, "province", "toy-benchmark")
    published.do("province", kept, "publish", product="焦炭", baseline="1.5", places=["east"])
    case_id = opened(published, "unit-1", "toy-rated")
    with published.database.write() as tx:
        store.save_study(tx, case_id=case_id, study_=samples.study(store.stored_shelf(tx)), by=None)
    why = words(published.visit("unit-1").get(f"/cases/{case_id}/why").text)
    published.do("unit-1", case_id, "request", product="焦炭", place="east")
    page = published.visit("province")
    before = words(page.get(f"/cases/{case_id}/why").text)
    published.do("province", case_id, "compare")
    after = words(page.get(f"/cases/{case_id}").text)

    assert "“示例基准值”中的登记与本办件的内容相符" in why
    assert "从“示例基准值”中取用与本办件相符的登记内容" in before
    assert "取自“示例基准值”" in after
    assert "基准值 1.5" in after


def test_the_office_reads_the_sample_and_the_applicant_does_not(published: World) -> None:
    case_id = opened(published, "unit-1", "toy-sampled")
    who = published.actor("unit-1")
    rows = {"list": [{"name": f"发票{number}"} for number in range(1, 5)]}
    with published.database.write() as tx:
        owner = f"organisation:{who.organisation_id}"
        dossier.save_draft(tx, published.ground, case_id, "dossier.papers", owner, rows, 0, who.person_id)
    published.do("unit-1", case_id, "submit")
    published.do("province", case_id, "draw", many=4)
    page = words(published.visit("province").get(f"/cases/{case_id}").text)
    own = words(published.visit("unit-1").get(f"/cases/{case_id}").text)

    assert "“证据清单”抽样" in page
    assert [f"{number} 发票{number}" in page for number in range(1, 5)] == [True] * 4
    assert "随机种子" in page
    assert "随机种子" not in own
