"""What an applicant asks for is signed by the bureau: one sees it wait, and reads why it came back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.conftest import words_of
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]


@pytest.fixture
def asked(office: World) -> tuple[World, int, str]:
    """A case in correction whose applicant has asked for more time: the world, the case, the account."""
    number = office.application("municipal_correcting", 1)
    unit = office.unit(1, "sx-taiyuan")
    until = (office.row(number)["due_on"] + timedelta(days=1)).isoformat()
    office.do(unit, number, "ask_extension", until=until, reasons="设备检修")
    return office, number, unit


def test_the_applicant_reads_that_the_request_is_being_signed(asked: tuple[World, int, str]) -> None:
    office, number, unit = asked
    page = words_of(office.visit(unit).get(f"/cases/{number}"))

    assert "已提交审签" in page


def test_the_applicant_reads_the_reason_for_which_it_came_back(asked: tuple[World, int, str]) -> None:
    office, number, unit = asked
    office.do("taiyuan", number, "send_back", opinion="请附停产证明")
    page = words_of(office.visit(unit).get(f"/cases/{number}"))

    assert "请附停产证明" in page


def test_the_bureau_that_signs_reads_the_request(asked: tuple[World, int, str]) -> None:
    office, number, _ = asked
    page = words_of(office.visit("taiyuan").get(f"/cases/{number}"))

    assert "设备检修" in page
