"""Working days: official vectors, agreement with an independent table, pauses, months, and the ledger."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import chinese_calendar
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from caseflow import words
from caseflow.config import ROOT
from caseflow.workflow.days import ledger, workdays
from caseflow.workflow.days.holidays import Calendar, read_calendar, read_year
from caseflow.workflow.days.ledger import COUNTED
from caseflow.workflow.days.workdays import Limit, count

DAY = timedelta(days=1)
DATA: dict[str, Any] = yaml.load(
    (ROOT / "workflows/data/calendars/mainland-china.yaml").read_text("utf-8"), yaml.CSafeLoader
)
CALENDAR = read_calendar(DATA)
D = date.fromisoformat


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2025-09-26", "5 workdays", "2025-10-10"),
        ("2025-12-26", "5 workdays", "2026-01-05"),
        ("2025-01-20", "15 workdays", "2025-02-14"),
        ("2026-02-13", "5 workdays", "2026-02-27"),
        ("2026-04-28", "5 workdays", "2026-05-08"),
        ("2026-09-18", "5 workdays", "2026-09-24"),
        ("2026-09-24", "7 workdays", "2026-10-12"),
        ("2026-09-30", "15 workdays", "2026-10-27"),
        ("2026-11-20", "20 workdays", "2026-12-18"),
        ("2026-07-08", "90 days", "2026-10-08"),
        ("2025-07-04", "90 days", "2025-10-09"),
        ("2026-02-05", "15 days", "2026-02-24"),
        ("2026-06-20", "15 days", "2026-07-06"),
        ("2026-08-27", "30 days", "2026-09-28"),
    ],
)
def test_the_published_vectors_end_where_they_say(start: str, limit: str, due: str) -> None:
    counted = count(CALENDAR, D(start), Limit.parse(limit))

    assert counted.due == D(due)


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_its_published_number_of_working_days(year: int, days: int) -> None:
    assert CALENDAR.workdays_in(year) == days


def test_every_day_of_three_years_agrees_with_an_independent_table() -> None:
    days = [D("2024-01-01") + DAY * n for n in range(366 + 365 + 365)]

    assert [CALENDAR.is_workday(day) for day in days] == [chinese_calendar.is_workday(day) for day in days]


def test_the_law_names_eleven_days_until_2024_and_thirteen_from_2025() -> None:
    named = {
        year: sum(CALENDAR.is_statutory(date(year, 1, 1) + DAY * n) for n in range(365))
        for year in (2024, 2025, 2026, 2027)
    }

    assert named == {2024: 11, 2025: 13, 2026: 13, 2027: 13}


def test_a_year_without_a_notice_is_provisional_and_still_counts() -> None:
    counted = count(CALENDAR, D("2026-12-30"), Limit(5, "workdays"))

    assert (counted.due, counted.provisional, counted.notices) == (D("2027-01-07"), True, ("国办发明电〔2025〕7号",))


def test_a_year_with_no_entry_falls_back_to_weekends_and_fixed_holidays() -> None:
    worked = {text: CALENDAR.is_workday(D(text)) for text in ("2030-05-01", "2030-05-02", "2030-05-03", "2030-10-01")}

    assert worked == {"2030-05-01": False, "2030-05-02": False, "2030-05-03": True, "2030-10-01": False}


def test_a_day_named_since_2025_was_worked_before() -> None:
    assert (CALENDAR.is_workday(D("2023-05-01")), CALENDAR.is_workday(D("2023-05-02"))) == (False, True)


def test_a_limit_inside_years_with_notices_is_final_and_names_them() -> None:
    counted = count(CALENDAR, D("2025-12-26"), Limit(5, "workdays"))

    assert (counted.provisional, counted.notices) == (False, ("国办发明电〔2024〕12号", "国办发明电〔2025〕7号"))


def test_a_long_limit_depends_only_on_the_year_in_which_it_ends() -> None:
    assert not count(CALENDAR, D("2020-03-02"), Limit(5, "years")).provisional
    assert not count(CALENDAR, D("2026-12-01"), Limit(1, "years"), roll="none").provisional
    assert count(CALENDAR, D("2026-12-01"), Limit(1, "years")).provisional


@pytest.mark.parametrize(
    ("start", "limit", "nominal"),
    [
        ("2025-01-31", "1 month", "2025-02-28"),
        ("2024-01-31", "1 month", "2024-02-29"),
        ("2024-02-29", "1 year", "2025-02-28"),
        ("2025-08-31", "6 months", "2026-02-28"),
        ("2025-11-15", "12 months", "2026-11-15"),
        ("2025-12-31", "3 years", "2028-12-31"),
    ],
)
def test_a_month_ends_on_the_same_number_or_the_last_day(start: str, limit: str, nominal: str) -> None:
    assert count(CALENDAR, D(start), Limit.parse(limit)).nominal == D(nominal)


def test_a_weekend_day_that_is_worked_does_not_roll() -> None:
    counted = count(CALENDAR, D("2026-02-13"), Limit(15, "days"))

    assert (counted.nominal, counted.due) == (D("2026-02-28"), D("2026-02-28"))


def test_the_basis_decides_from_which_days_a_limit_rolls() -> None:
    rolls = {
        roll: count(CALENDAR, D("2026-07-03"), Limit(90, "days"), roll=roll).due
        for roll in ("rest_days", "statutory_holidays", "none")
    }

    assert rolls == {
        "rest_days": D("2026-10-08"),
        "statutory_holidays": D("2026-10-04"),
        "none": D("2026-10-01"),
    }


def test_an_ordinary_weekend_rolls_only_where_every_day_of_rest_does() -> None:
    saturday = D("2026-11-21")

    assert count(CALENDAR, saturday - DAY * 10, Limit(10, "days")).due == D("2026-11-23")
    assert count(CALENDAR, saturday - DAY * 10, Limit(10, "days"), roll="statutory_holidays").due == saturday


def test_paused_days_do_not_count_and_say_so() -> None:
    counted = count(CALENDAR, D("2026-11-02"), Limit(10, "workdays"), pauses=[(D("2026-11-05"), D("2026-11-12"))])

    assert counted.due == D("2026-11-24")
    assert [run.as_json()[:4] for run in counted.runs()] == [
        ["2026-11-03", "2026-11-04", "counted", 2],
        ["2026-11-05", "2026-11-12", "paused", 2],
        ["2026-11-13", "2026-11-13", "counted", 3],
        ["2026-11-14", "2026-11-15", "weekend", 3],
        ["2026-11-16", "2026-11-20", "counted", 8],
        ["2026-11-21", "2026-11-22", "weekend", 8],
        ["2026-11-23", "2026-11-24", "counted", 10],
    ]


def test_a_pause_after_the_end_changes_nothing() -> None:
    late = [(D("2027-01-04"), D("2027-01-08"))]

    assert count(CALENDAR, D("2026-11-02"), Limit(10, "workdays"), pauses=late).due == D("2026-11-16")


def test_overlapping_pauses_count_once() -> None:
    pauses = [(D("2026-11-05"), D("2026-11-12")), (D("2026-11-09"), D("2026-11-12"))]

    assert count(CALENDAR, D("2026-11-02"), Limit(10, "workdays"), pauses=pauses).due == D("2026-11-24")


def test_a_pause_in_a_limit_of_months_is_given_back_in_days() -> None:
    counted = count(CALENDAR, D("2026-03-10"), Limit(3, "months"), pauses=[(D("2026-04-01"), D("2026-04-05"))])

    assert (counted.nominal, counted.due) == (D("2026-06-15"), D("2026-06-15"))
    assert [(run.first, run.last, run.kind, run.n) for run in counted.runs()] == [
        (D("2026-04-01"), D("2026-04-05"), "paused", 0),
        (D("2026-04-10"), D("2026-04-10"), "counted", 1),
        (D("2026-05-10"), D("2026-05-10"), "counted", 2),
        (D("2026-06-10"), D("2026-06-10"), "counted", 3),
        (D("2026-06-11"), D("2026-06-15"), "carried", 3),
    ]


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="a pause cannot run from 2026-11-12 to 2026-11-05"):
        count(CALENDAR, D("2026-11-02"), Limit(10, "workdays"), pauses=[(D("2026-11-12"), D("2026-11-05"))])


def test_a_pause_on_the_days_to_which_an_end_rolls_moves_it_on() -> None:
    pauses = [(D("2026-11-22"), D("2026-11-24"))]

    assert count(CALENDAR, D("2026-11-11"), Limit(10, "days"), pauses=pauses).due == D("2026-11-25")


def test_an_extension_follows_the_end_before_it_rolled() -> None:
    ends_on_saturday = count(CALENDAR, D("2026-11-11"), Limit(10, "days"))

    extended = workdays.extend(CALENDAR, ends_on_saturday, Limit(10, "days"))

    assert (ends_on_saturday.due, extended.due) == (D("2026-11-23"), D("2026-12-01"))
    assert extended.ledger[-1].n == 20


def test_a_stored_count_is_counted_again_when_the_notice_comes() -> None:
    stored = json.loads(json.dumps(count(CALENDAR, D("2026-12-30"), Limit(5, "workdays")).as_json()))
    notice = read_year(
        2027,
        {
            "notice": "国办发明电〔2026〕1号",
            "holidays": [{"zh": "元旦", "en": "New Year", "from": "2027-01-01", "to": "2027-01-04"}],
        },
    )

    again = workdays.recount(CALENDAR.with_year(notice), stored)

    assert (stored["due"], again.due, again.provisional) == ("2027-01-07", D("2027-01-08"), False)


def test_a_stored_ledger_reads_back_as_it_was() -> None:
    counted = count(CALENDAR, D("2026-09-24"), Limit(7, "workdays"))

    assert ledger.runs_from_json(json.loads(json.dumps(counted.as_json()))["ledger"]) == counted.runs()


def test_a_ledger_reads_as_sentences_in_both_languages() -> None:
    runs = count(CALENDAR, D("2026-09-24"), Limit(7, "workdays")).runs()

    assert [words.render(run.message(), "zh") for run in runs] == [
        "2026年9月25日至2026年9月27日：中秋节放假，不计",
        "2026年9月28日至2026年9月30日：第1至3个工作日",
        "2026年10月1日至2026年10月7日：国庆节放假，不计",
        "2026年10月8日至2026年10月9日：第4至5个工作日",
        "2026年10月10日：第6个工作日（调休上班）",
        "2026年10月11日：周末，不计",
        "2026年10月12日：第7个工作日",
    ]
    assert words.render(runs[0].message(), "en") == (
        "25 September 2026 to 27 September 2026: Mid-Autumn Festival, not counted"
    )


@pytest.mark.parametrize("kind", ["counted", "made_up", "weekend", "holiday", "paused", "carried", "rolled"])
@pytest.mark.parametrize("unit", ["workdays", "days", "months", "years"])
def test_every_kind_of_line_has_its_words(kind: ledger.Kind, unit: ledger.Unit) -> None:
    for last in ("2026-11-20", "2026-11-21"):
        run = ledger.Run(D("2026-11-20"), D(last), kind, 4, unit)
        assert words.render(run.message(), "zh") != words.render(run.message(), "en")


@pytest.mark.parametrize(
    ("today", "standing", "zh", "en"),
    [
        ("2026-06-01", "normal", "剩余9个工作日（截至2026年6月12日24:00）", "9 working days left (until 12 June 2026, 24:00)"),
        ("2026-06-05", "soon", "剩余5个工作日（截至2026年6月12日24:00）", "5 working days left (until 12 June 2026, 24:00)"),
        ("2026-06-11", "near", "剩余1个工作日（截至2026年6月12日24:00）", "1 working day left (until 12 June 2026, 24:00)"),
        ("2026-06-12", "near", "今日截止（2026年6月12日24:00）", "due today (12 June 2026, 24:00)"),
        ("2026-06-16", "overdue", "已超期2个工作日（2026年6月12日24:00截止）", "overdue by 2 working days (was due 12 June 2026, 24:00)"),
    ],
)  # fmt: skip
def test_what_is_left_is_said_in_working_days(today: str, standing: str, zh: str, en: str) -> None:
    left = workdays.remaining(CALENDAR, D("2026-06-12"), D(today))

    assert (left.standing, words.render(left.message, "zh"), words.render(left.message, "en")) == (standing, zh, en)


@pytest.mark.parametrize(
    ("day", "limit", "latest"),
    [
        ("2026-11-20", "3 workdays", "2026-11-17"),
        ("2026-10-09", "3 workdays", "2026-09-29"),
        ("2026-11-20", "10 days", "2026-11-10"),
        ("2026-03-31", "1 month", "2026-02-28"),
    ],
)
def test_a_warning_comes_while_its_time_is_still_left(day: str, limit: str, latest: str) -> None:
    assert workdays.before(CALENDAR, D(day), Limit.parse(limit)) == D(latest)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("10 workdays", "10个工作日", "10 working days"),
        ("1 workday", "1个工作日", "1 working day"),
        ("15 days", "15日", "15 days"),
        ("1 day", "1日", "1 day"),
        ("12 months", "12个月", "12 months"),
        ("1 month", "1个月", "1 month"),
        ("1 year", "1年", "1 year"),
        ("3 years", "3年", "3 years"),
    ],
)
def test_a_limit_reads_from_its_text_and_back(text: str, zh: str, en: str) -> None:
    limit = Limit.parse(text)

    assert (str(limit), words.render(limit.message(), "zh"), words.render(limit.message(), "en")) == (text, zh, en)


@pytest.mark.parametrize("text", ["", "0 days", "10", "10 weeks", "ten days", "10  days", "10 workdays ", "-1 days"])
def test_what_is_not_a_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a limit such as"):
        Limit.parse(text)


STARTS = st.dates(D("2023-06-01"), D("2029-12-31"))
LIMITS = st.one_of(
    st.builds(Limit, st.integers(1, 300), st.just("workdays")),
    st.builds(Limit, st.integers(1, 700), st.just("days")),
    st.builds(Limit, st.integers(1, 40), st.just("months")),
    st.builds(Limit, st.integers(1, 20), st.just("years")),
)
PAUSES = st.lists(
    st.tuples(STARTS, st.integers(0, 40)).map(lambda pair: (pair[0], pair[0] + DAY * pair[1])), max_size=3
)


@given(STARTS, LIMITS, PAUSES)
def test_a_ledger_counts_exactly_what_the_limit_says(start: date, limit: Limit, pauses: list[workdays.Pause]) -> None:
    counted = count(CALENDAR, start, limit, pauses=pauses)

    assert sum(entry.kind in COUNTED for entry in counted.ledger) == limit.n
    assert counted.ledger[-1].date == counted.due
    assert sorted(entry.date for entry in counted.ledger) == [entry.date for entry in counted.ledger]


@given(STARTS, st.integers(0, 60), LIMITS, PAUSES)
def test_who_starts_later_never_ends_sooner(
    start: date, later: int, limit: Limit, pauses: list[workdays.Pause]
) -> None:
    # Two dates of one month may end on the same last day of a shorter one; with a pause between them nothing orders them.
    pauses = pauses if limit.unit in ("workdays", "days") else []
    first = count(CALENDAR, start, limit, pauses=pauses)
    second = count(CALENDAR, start + DAY * later, limit, pauses=pauses)

    assert first.due <= second.due


@given(STARTS, LIMITS, PAUSES)
def test_a_pause_never_shortens(start: date, limit: Limit, pauses: list[workdays.Pause]) -> None:
    assert count(CALENDAR, start, limit).due <= count(CALENDAR, start, limit, pauses=pauses).due


@given(STARTS, st.integers(1, 400))
def test_counting_and_measuring_agree(start: date, n: int) -> None:
    due = count(CALENDAR, start, Limit(n, "workdays")).due

    assert (workdays.workdays_between(CALENDAR, start, due), CALENDAR.nth_workday(start, n)) == (n, due)
    assert workdays.workdays_between(CALENDAR, due, start) == -n
    assert workdays.before(CALENDAR, due, Limit(n, "workdays")) >= start


@given(STARTS, LIMITS)
def test_nothing_ends_on_a_day_of_rest(start: date, limit: Limit) -> None:
    assert CALENDAR.is_workday(count(CALENDAR, start, limit).due)


def test_equal_data_are_equal_calendars() -> None:
    CALENDAR.workdays_in(2026)

    assert read_calendar(DATA) == CALENDAR


def test_a_calendar_names_every_fault_at_once() -> None:
    bad = {
        "calendar": "x",
        "title": {"zh": "甲"},
        "weekends": [],
        "fixed": [{"zh": "元旦", "en": "New Year", "day": "13-01"}],
        "years": {
            2030: {
                "notice": 7,
                "source": "hearsay",
                "holidays": [
                    {"zh": "元旦", "en": "New Year", "from": "2030-01-01", "to": "2030-01-03", "statutory": ["2030-01-09"]},
                    {"zh": "春节", "en": "Spring", "from": "2030-01-03", "to": "2030-01-05"},
                    {"zh": "国庆节", "en": "National", "from": "2030-10-07", "to": "2030-10-01"},
                    {"zh": "劳动节", "en": "Labour", "from": "1 May"},
                ],
                "worked": ["2030-01-04", "2030-01-07", "2031-01-04"],
            },
            "soon": {},
        },
    }  # fmt: skip

    with pytest.raises(ValueError) as caught:
        read_calendar(bad)

    assert str(caught.value).splitlines() == [
        "unknown key weekends",
        "title: needs zh and en",
        "fixed: 13-01 is not a month and day",
        "2030: the notice is a document number, or null while it is not out",
        "2030: source is read or memory, not hearsay",
        "2030: holidays: 2030-01-09 is statutory but not inside 元旦",
        "2030: holidays: 国庆节 runs from 2030-10-07 to 2030-10-01",
        "2030: holidays: 劳动节: from: 1 May is not a date",
        "2030: holidays: 劳动节: to: 1 May is not a date",
        "2030: worked: 2031-01-04 lies outside the year",
        "2030: 2030-01-04 is made up but is not a weekend day",
        "2030: 2030-01-07 is made up but is not a weekend day",
        "years: soon is not a year",
        "2030: 2030-01-03 is both 元旦 and 春节",
        "2030: 2030-01-04 is both 春节 and a day made up",
    ]


def test_an_imported_year_is_checked_like_the_others() -> None:
    with pytest.raises(ValueError, match="2027: 2027-02-03 is made up but is not a weekend day"):
        read_year(2027, {"notice": "国办发明电〔2026〕1号", "worked": ["2027-02-03"]})


def test_a_calendar_without_years_is_all_provisional() -> None:
    bare = Calendar("bare", "空", "Bare")

    assert (bare.provisional(2026), bare.workdays_in(2026)) == (True, 261)
