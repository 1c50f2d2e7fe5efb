"""What the demonstration shows of inspections drawn by lot, and of reports from the public."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from caseflow.app import create_app
from caseflow.cases import dossier, linking
from caseflow.cases.models import case, revision
from caseflow.evaluation.sampling import drawn
from caseflow.records.models import journal
from tests.demonstration import copied
from tests.office.stage import Stage

PLANS = "/public/registers/jiangxi/supervision_plans.json"
KINDS = ("key", "general")


@pytest.fixture(scope="module")
def stage(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with copied(filled, tmp_path_factory.mktemp("clues")) as found:
        yield found


def test_whoever_was_drawn_can_be_drawn_again_from_what_is_published(stage: Stage) -> None:
    client = create_app(stage.database, stage.settings).test_client()
    published = [
        {name: said["value"] for name, said in one["values"].items() if said["value"] is not None}
        for one in client.get(PLANS).get_json()["entries"]
    ]
    draws = [(plan, kind) for plan in published for kind in KINDS if f"{kind}_seed" in plan]
    again = [
        [str(row) for row in drawn(bytes.fromhex(plan[f"{kind}_seed"]), int(plan[f"{kind}_count"]), int(plan[f"{kind}_size"]))]
        for plan, kind in draws
    ]  # fmt: skip

    assert len(draws) == 4
    assert [plan[f"{kind}_rows"] for plan, kind in draws] == again


def test_the_inspections_of_a_plan_are_of_those_who_were_drawn(stage: Stage) -> None:
    found = []
    with stage.database.read() as tx:
        plans = tx.execute(sa.select(case).where(case.c.workflow == "supervision")).mappings().all()
        for plan in plans:
            lists = dossier.frozen(tx, stage.ground, plan["id"], plan["revision"])
            names = {
                lists[kind]["rows"][int(row) - 1]["name"]
                for kind in KINDS
                for row in plan["facts"].get(f"{kind}_sample", {}).get("rows", ())
            }
            found.append((names, {one["title"] for one in linking.opened_by(tx, plan["id"], "inspection")}))

    assert [names for names, seen in found if names != seen] == []
    assert sum(len(seen) for _, seen in found) == 8


def test_who_reported_stands_nowhere_in_plain_words(stage: Stage) -> None:
    with stage.database.read() as tx:
        reports = tx.execute(sa.select(case.c.id).where(case.c.workflow == "report")).scalars().all()
        kept = [str(body) for body in tx.scalars(sa.select(revision.c.body).where(revision.c.case_id.in_(reports)))]
        acts = [str(body) for body in tx.scalars(sa.select(journal.c.body).where(journal.c.case_id.in_(reports)))]

    assert len(kept) >= len(reports) > 0
    assert [one for one in kept + acts if "示例举报人" in one or "400-000-0009" in one] == []
