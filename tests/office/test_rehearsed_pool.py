"""The expert pool of a rehearsal is big enough for every lot, and nothing keeps its people off."""

from __future__ import annotations

from pathlib import Path

from caseflow.cases.vocabulary import vocabulary
from caseflow.office import rehearsed_pool
from caseflow.office.cast import Cast
from caseflow.people import expert_personal, experts
from caseflow.workflow.reader import read
from tests.office.stage import Stage

DRAWN = Path(__file__).parents[1] / "cases" / "toy-drawn.yaml"


def test_a_pool_is_stocked_once_with_people_who_each_have_an_account_of_their_own(stage: Stage) -> None:
    definition = read(DRAWN, vocabulary=vocabulary()).model_copy(update={"authority": "shanxi"})
    (panel,) = definition.panels.values()
    with stage.database.read() as tx:
        cast, keys = Cast(tx, stage.ground, stage.roles, stage.settings.files, definition), stage.ground.keys
        before = {row["person_id"] for row in experts.pool(tx, cast.authority_id, panel.role)}
        for _ in range(2):
            rehearsed_pool.stock(tx, keys, cast, definition, spare=2)
        made = [row for row in experts.pool(tx, cast.authority_id, panel.role) if row["person_id"] not in before]
        accounts = {expert_personal.of_person(tx, keys, row["person_id"]).account for row in made}

    assert len(made) == panel.size + panel.reserves + 2
    assert len(accounts - {""}) == len(made)
