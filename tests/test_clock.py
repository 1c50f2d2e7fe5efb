"""The one clock: it can be set, and it can be made to stand."""

from __future__ import annotations

from datetime import UTC, date, datetime

from caseflow import clock

MOMENT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def test_a_clock_that_stands_tells_the_same_moment_again_and_again() -> None:
    with clock.still(MOMENT):
        told = {clock.now() for _ in range(1_000)}

    assert told == {MOMENT}
    assert clock.now() != MOMENT


def test_a_clock_that_is_set_runs_on_even_inside_one_that_stands() -> None:
    with clock.still(MOMENT):
        with clock.at(clock.at_local(date(2027, 1, 1))):
            later = clock.now()
            latest = max(clock.now() for _ in range(10_000))
        after = clock.now()

    assert clock.local_date(later) == date(2027, 1, 1)
    assert latest > later
    assert after == MOMENT
