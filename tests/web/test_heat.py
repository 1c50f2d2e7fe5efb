"""The heat map: how many cases stand in each state and how long they stayed, of those that the reader may know of."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from caseflow import clock
from caseflow.office import heat
from caseflow.records.models import journal
from tests.web.office_world import PILOT, World, office, seeded

__all__ = ["office", "seeded"]


def figures(text: str) -> dict[str, list[str]]:
    """Cases now, stays that ended and their median, by state."""
    rows = re.findall(r'(?s)<tr><th scope="row">(.*?)</th>(.*?)</tr>', text[text.index('id="figures"') :])
    return {
        re.sub(r"<[^>]+>", "", name): re.findall(r'<td class="number">([^<]*)</td>', cells) for name, cells in rows
    }  # fmt: skip


def measured(office: World, login: str, days: int | None) -> dict[str, heat.Spot]:
    with office.database.read() as tx:
        definition = office.ground.current(tx, PILOT).definition
        since = clock.now() - timedelta(days=days) if days else None
        return heat.measured(
            tx, office.actor(login), definition, {one: one for one in definition.states}, since=since
        )  # fmt: skip


def test_it_counts_where_the_cases_of_the_own_office_stand(office: World) -> None:
    for number, bureau in ((1, "sx-taiyuan"), (2, "sx-taiyuan"), (3, "sx-datong")):
        office.application("municipal_review", number, bureau)
    counts = {
        login: figures(office.visit(login).get(f"/overview/heat?workflow={PILOT}").text)["市级初审"][0]
        for login in ("province", "taiyuan", "datong")
    }

    assert counts == {"province": "3", "taiyuan": "2", "datong": "1"}


def test_a_round_narrows_it(office: World) -> None:
    office.application("municipal_review", 1)
    reader = office.visit("province")
    here, elsewhere = (
        figures(reader.get(f"/overview/heat?workflow={PILOT}&round={one}").text)["市级初审"][0]
        for one in (office.round_id, 999)
    )

    assert (here, elsewhere) == ("1", "0")


def test_the_median_is_that_of_the_stays_that_ended(office: World) -> None:
    numbers = [office.application("municipal_review", number) for number in (1, 2, 3)]
    for number in numbers:
        office.do("taiyuan", number, "municipal_return", gaps={"unit.leader": "请补全负责人姓名"})
    with office.database.read() as tx:
        stays = [
            (rows[1].at - rows[0].at).total_seconds() / 86400
            for number in numbers
            for rows in [
                tx.execute(sa.select(journal).where(journal.c.case_id == number).order_by(journal.c.seq)).all()
            ]
        ]
    spot = measured(office, "province", 30)["municipal_review"]

    assert (spot.now, spot.ended) == (0, 3)
    assert spot.days == pytest.approx(sorted(stays)[1])


def test_a_stay_that_ended_before_the_period_does_not_count(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.do("taiyuan", number, "municipal_return", gaps={"unit.leader": "请补全负责人姓名"})
    with office.database.read() as tx:
        definition = office.ground.current(tx, PILOT).definition
        later = heat.measured(
            tx, office.actor("province"), definition, {one: one for one in definition.states},
            since=clock.now() + timedelta(days=1),
        )["municipal_review"]  # fmt: skip

    assert (later.ended, later.days) == (0, None)


def test_a_bureau_reads_the_states_of_the_authority_under_their_public_names(office: World) -> None:
    office.application("objection", 1)
    text = office.visit("taiyuan").get(f"/overview/heat?workflow={PILOT}").text

    assert figures(text)["公示中"][0] == "1"
    assert ("异议核查" in text, "拟取消资格" in text) == (False, False)


def test_a_box_carries_its_figures_and_leads_to_its_cases(office: World) -> None:
    office.application("municipal_review", 1)
    reader = office.visit("province")
    text = reader.get(f"/overview/heat?workflow={PILOT}").text
    link = re.search(r'<a href="([^"]+)">市级初审</a>', text)

    assert ">1件</text>" in text
    assert link is not None
    assert "示例焦化1有限公司" in reader.get(link[1].replace("&amp;", "&")).text


def test_the_table_is_taken_away_as_excel(office: World) -> None:
    office.application("municipal_review", 1)
    answer = office.visit("province").get(f"/overview/heat.xlsx?workflow={PILOT}")
    cells = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()

    assert [row[2] for row in cells if row[0] == "市级初审"] == [1]


@pytest.mark.parametrize(
    ("value", "most", "expected"), [(0, 5, 0), (1, 100, 1), (26, 100, 2), (75, 100, 3), (100, 100, 4)]
)
def test_darkness_follows_the_share_of_the_most(value: float, most: float, expected: int) -> None:
    assert heat.level(value, most) == expected


def test_applicants_and_experts_have_no_heat_map(office: World) -> None:
    office.unit(1)

    assert [office.visit(login).get("/overview/heat").status_code for login in ("unit-1", "expert-1")] == [404, 404]
