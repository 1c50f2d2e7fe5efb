"""What the province is about to decide stays inside the province until it is posted."""

from __future__ import annotations

from tests.web.conftest import words_of
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]

INSIDE = ("拟定建议", "递补备选", "列入建议名单", "占用名额")


def test_a_bureau_reads_the_public_name_of_what_the_province_holds(office: World) -> None:
    number = office.application("proposal", 1)
    reader = office.visit("taiyuan")
    pages = [f"/cases/{number}", f"/cases/{number}?part=timeline", "/cases", "/quota"]

    told = {path: [word for word in INSIDE if word in words_of(reader.get(path))] for path in pages}

    assert {path: [] for path in pages} == told


def test_a_filter_by_an_inner_state_finds_all_that_bear_its_public_name(office: World) -> None:
    office.application("proposal", 1)
    reader = office.visit("taiyuan")

    assert [
        words_of(reader.get(f"/cases?state=pilot-management/{state}")).count("SXGL-")
        for state in ("proposal", "reserve")
    ] == [1, 1]


def test_the_province_reads_its_own_names(office: World) -> None:
    number = office.application("proposal", 1)

    assert "拟定建议" in words_of(office.visit("province").get(f"/cases/{number}"))


def test_nothing_is_changed_in_what_is_being_signed(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.recommend(number)
    host = office.host("taiyuan", "municipal-submission")
    office.do("taiyuan", host, "include")
    office.do("taiyuan", host, "confirm")
    page = words_of(office.visit("taiyuan").get(f"/cases/{host}/acts/exclude"))

    assert ("正在审签" in page, office.row(number)["state"]) == (True, "awaiting_submission")
