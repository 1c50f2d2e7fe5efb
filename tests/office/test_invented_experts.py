"""The pool of the demonstration is large and mixed enough for a panel to be drawn, and invented."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from caseflow import demo
from caseflow.office import doctor_pools
from caseflow.people import expert_finding, expert_personal, experts, organisations
from caseflow.people.expert_finding import Wanted
from caseflow.people.expert_models import expert_event, expert_tie
from caseflow.workflow.identifiers import check_credit_code
from caseflow.workflow.panel import Lot
from tests.office.stage import Stage, built


@pytest.fixture(scope="module")
def settled(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The invented people, without their stories."""
    with built(migrated_sqlite, tmp_path_factory.mktemp("settled"), demo=True) as stage:
        demo.settle(stage.database, stage.settings)
        yield stage


def test_the_pool_has_two_dozen_who_can_be_drawn_and_one_of_each_other_kind(settled: Stage) -> None:
    with settled.database.read() as tx:
        counted = expert_finding.count(tx, organisations.authority_id(tx, "shanxi"), Wanted())

    assert counted == {"active": 24, "invited": 1, "paused": 1}


def test_a_demanding_lot_can_be_drawn(settled: Stage) -> None:
    lot = Lot(
        fields={"footprint_accounting": 2, "life_cycle": 1, "standards": 1, "policy": 1},
        regions=2, officials="1/3", trained=True, basis="internal",
    )  # fmt: skip
    with settled.database.read() as tx:
        authority_id = organisations.authority_id(tx, "shanxi")
        (panel,) = settled.ground.current(tx, "review-meeting").definition.panels.values()
        against = doctor_pools.unmet(tx, settled.ground, authority_id, panel, lot)

    assert against == ()


def test_ties_are_to_units_of_the_demonstration(settled: Stage) -> None:
    with settled.database.read() as tx:
        kinds = list(tx.scalars(sa.select(expert_tie.c.kind).where(expert_tie.c.organisation_id.is_not(None))))

    assert set(kinds) == {"employer", "adviser", "project", "shares", "kin", "filed"}


def test_numbers_are_of_nobody_and_codes_computed(settled: Stage) -> None:
    with settled.database.read() as tx:
        rows = experts.pool(tx, organisations.authority_id(tx, "shanxi"), "expert")
    own = [expert_personal.opened(settled.ground.keys, row) for row in rows]
    codes = [row["employer_code"] for row in rows if row["employer_code"]]

    assert {one.identity[:6] for one in own} == {"990000"}
    assert {one.account[:4] for one in own} == {"9999"}
    assert [check_credit_code(code) for code in codes] == [[]] * len(codes)


def test_settling_again_adds_nothing(settled: Stage) -> None:
    def events() -> int:
        with settled.database.read() as tx:
            return tx.scalar(sa.select(sa.func.count()).select_from(expert_event)) or 0

    before = events()
    demo.settle(settled.database, settled.settings)

    assert (events(), before > 26) == (before, True)
