"""Nobody comes across what the own part in a review meeting does not open: markers are planted, and every address walked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.printing import printing_home
from tests.web.blind_planting import (
    BEFORE,
    CONFLICTED,
    ELSEWHERE,
    EXPERTS,
    SECOND,
    account_of,
    mark,
    name_of,
    own_of,
    words_of,
)
from tests.web.blind_readers import FULL, OFFICE, OUTSIDE, PANEL, everything, of_case, of_draw, of_host
from tests.web.blind_walk import HIDDEN, PRINTED, Walked, walked
from tests.web.blind_walking import found_in
from tests.web.office_world import installed, seeded

__all__ = ["printing_home", "seeded"]


@pytest.fixture(scope="module")
def seen(seeded: tuple[Path, Path, dict[str, Any]], printing_home: Path) -> Iterator[Walked]:
    """One meeting for all tests of this file: they only read what was found."""
    worlds = installed(seeded)
    world = next(worlds)
    if not (fonts := world.settings.home / "fonts").exists():
        fonts.symlink_to(printing_home / "fonts")
    yield walked(world)
    next(worlds, None)


@pytest.mark.parametrize("reader", [*PANEL, *OUTSIDE])
def test_no_page_and_no_file_shows_what_the_reader_may_not_know(seen: Walked, reader: str) -> None:
    looked = {phase: leaks for (who, phase), leaks in seen.leaks.items() if who == reader}

    assert looked == {phase: set() for phase in looked}
    assert looked


def test_the_office_finds_all_of_it_but_what_is_the_experts_own_alone(seen: Walked) -> None:
    meeting, found = seen.meeting, seen.found("province")
    sheets = {
        one
        for who in meeting.sitting
        for number in BEFORE
        if (who, number) != (meeting.part["barred"], CONFLICTED)
        for one in words_of(who, number)
    }
    said = {mark(what, number) for what in ("remark", "group", "dissent") for number in BEFORE}
    said |= {mark(what, CONFLICTED) for what in ("question", "answer")}
    people = {one for who in meeting.sitting for one in (name_of(who), account_of(who))}
    planted = sheets | said | people | of_draw(meeting) | {mark("ground", meeting.part["barred"])}

    assert planted - found == set()
    assert found & {one for who in EXPERTS for one in own_of(who)} == set()


def test_the_secret_of_a_draw_is_nobodys_before_it_was_made_and_the_offices_after(seen: Walked) -> None:
    assert [seen.meeting.secret in seen.found("province", phase) for phase in ("frozen", "concluded")] == [False, True]


def test_office_and_supervisor_read_no_account_and_no_draft_that_is_not_theirs(seen: Walked) -> None:
    leaks = {one: where for one, where in seen.leaks.items() if one[0] in OFFICE}

    assert leaks == {one: set() for one in leaks}
    assert len(leaks) >= 4


def test_an_expert_finds_the_own_sheet_draft_and_cases(seen: Walked) -> None:
    meeting = seen.meeting
    late, early = meeting.part["late"], meeting.part["early"]
    own = {one for number in BEFORE for one in words_of(late, number) | of_case(meeting, number)}

    assert own - seen.found("late", "in_session") == set()
    assert own_of(early) - seen.found("early", "in_session", "notified") <= {mark("note", early)}


def test_the_others_words_come_with_the_discussion_and_not_before(seen: Walked) -> None:
    late = seen.meeting.part["late"]
    theirs = words_of(late, SECOND) | {mark("remark", SECOND)}

    assert theirs & seen.found("early", "notified", "in_session") == set()
    assert theirs - seen.found("early", "discussing") == set()


def test_a_case_of_an_own_interest_is_missing_from_the_counts_too(seen: Walked) -> None:
    assert "共1件" in seen.texts("barred", "in_session", "/desk")
    assert "共2件" in seen.texts("early", "in_session", "/desk")


def test_a_printed_dossier_opens_to_whom_the_case_is_open_and_shows_no_more(seen: Walked) -> None:
    opened = {reader: [one.status for one in seen.pages[reader, "print"]] for reader in PRINTED}
    (sheets,) = (one for one in seen.pages["province", "print"] if "/letters/" in one.path)
    read = {one for one, _ in found_in([sheets], seen.planted[FULL])}

    assert opened == {
        "barred": [404, 200, 404], "reserve": [404] * 3, "taiyuan": [200, 200, 404], "province": [200] * 3
    }  # fmt: skip
    assert {reader: seen.leaks[reader, "print"] for reader in PRINTED} == {one: set() for one in PRINTED}
    assert words_of(seen.meeting.part["late"], SECOND) - read == set()
    assert mark("unit", SECOND) in next(one.text for one in seen.pages["barred", "print"] if one.status == 200)


def test_no_mail_tells_more_than_that_there_is_a_meeting(seen: Walked) -> None:
    meeting = seen.meeting
    cases = {one for number in (*BEFORE, ELSEWHERE) for one in of_case(meeting, number)}
    secret = everything(meeting) - cases - of_host(meeting)
    drawn = {*meeting.sitting, meeting.part["left"], meeting.part["reserve"]}
    told = {
        login: {one for one in secret if one in text} - {name_of(login) if login in EXPERTS else ""}
        for login, text in seen.mails.items()
    }

    assert told == {login: set() for login in told}
    assert set(meeting.sitting) <= set(told) & set(EXPERTS) <= drawn
    assert not any(one in seen.mails[meeting.part["barred"]] for one in of_case(meeting, CONFLICTED))


@pytest.mark.parametrize("reader", HIDDEN)
def test_a_hidden_case_and_one_that_does_not_exist_cannot_be_told_apart(seen: Walked, reader: str) -> None:
    unlike = {
        rule: (one.status, other.status, one.statements, other.statements, one.body == other.body)
        for rule, one, other in seen.costs[reader]
        if one != other
    }

    assert unlike == {}
    assert len(seen.costs[reader]) >= 50


def test_no_page_fails_and_many_open(seen: Walked) -> None:
    every = [one for pages in seen.pages.values() for one in pages]
    opened = {one.path for one in every if one.status == 200}

    assert [one.path for one in every if one.status >= 500] == []
    assert len(opened) >= 100
