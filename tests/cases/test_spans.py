"""How much time lies between two dates: the first day not counted, working days by the calendar, told with the clause."""

from __future__ import annotations

import pytest

from caseflow.cases import view
from caseflow.words import Refused, render
from tests.cases import parts
from tests.cases.test_long_clocks import investigated
from tests.cases.world import World, on


def told(world: World, who: object, case_id: int, act: str, **given: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        world.do(who, case_id, act, **given)  # type: ignore[arg-type]
    return [render(one, "zh") for one in refused.value.reasons]


def test_a_hearing_lies_so_many_working_days_after_the_notice_and_not_too_late(world: World) -> None:
    case_id, officer, _ = investigated(world)
    with on("2026-09-24"):
        world.do(officer, case_id, "review")
        nothing = told(world, officer, case_id, "summon", hearing_on="2026-10-15")
        world.do(officer, case_id, "inform", informed_on="2026-09-24")
        before = told(world, officer, case_id, "summon", hearing_on="2026-09-23")
        early = told(world, officer, case_id, "summon", hearing_on="2026-10-11")
        late = told(world, officer, case_id, "summon", hearing_on="2026-12-24")
        first = world.do(officer, case_id, "summon", hearing_on="2026-10-12")
        last = world.do(officer, case_id, "summon", hearing_on="2026-12-23")

    assert nothing == ["还没有“告知日期”，无法计算期限。（示例第二十一条）"]
    assert before == ["“听证日期”（2026年9月23日）早于“告知日期”（2026年9月24日）。（示例第二十一条）"]
    assert early == [
        "“告知日期”为2026年9月24日，7个工作日后为2026年10月12日，“听证日期”（2026年10月11日）不得早于该日。（示例第二十一条）"
    ]
    assert late == [
        "“告知日期”为2026年9月24日，90日至2026年12月23日届满，“听证日期”（2026年12月24日）不得晚于该日。（示例第二十一条）"
    ]
    assert (first.state, last.state) == ("reviewing", "reviewing")
    assert parts.sound(world)


def test_a_time_that_must_have_run_out_is_open_on_its_last_day_and_over_on_the_next(world: World) -> None:
    case_id, officer, _ = investigated(world)
    with on("2026-11-03"):
        world.do(officer, case_id, "review")
        world.do(officer, case_id, "inform", informed_on="2026-11-03")
    with on("2026-11-10"):
        open_still = told(world, officer, case_id, "sum_up")
    with on("2026-11-11"):
        over = world.do(officer, case_id, "sum_up")

    assert open_still == [
        "“告知日期”为2026年11月3日，5个工作日至2026年11月10日届满，届满后才能办理。（示例第二十二条）"
    ]
    assert over.state == "reviewing"


def test_a_date_that_is_not_asked_yet_keeps_no_button_closed(world: World) -> None:
    case_id, officer, _ = investigated(world)
    with on("2026-11-03"):
        world.do(officer, case_id, "review")
        with world.database.read() as tx:
            seen = view.load(tx, world.ground, officer, case_id)
            offers = {offer.action.id: offer.reasons for offer in seen.offers()}

    assert list(offers["summon"]) == []
    assert [one.key for one in offers["sum_up"]] == ["guards.with_basis"]
