"""All time limits of penalties, lists, repair, complaints and reports: the day before, the last day, and the day after.

The definitions are those that are shipped, the calendar is the real one, the dates were counted by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deadlines, guards, register_values, service, timers
from caseflow.cases.models import deadline, timer
from caseflow.cases.registry import EFFECTS
from caseflow.words import Message, render
from caseflow.workflow import running
from caseflow.workflow.bounds import default_of
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Call, Condition
from caseflow.workflow.procedure import Action
from caseflow.workflow.proof.timer_uses import uses
from caseflow.workflow.spans import ANSWERS, ASKS, BOUNDS, TODAY, Span
from tests.cases.bare import move_of, row_of
from tests.cases.counted import by_hand
from tests.office.stage import Stage, built
from tests.shipped import everything

DAY = timedelta(days=1)
D = date.fromisoformat
NAMES = sorted(name for name, definition in everything().items() if uses(definition))
"""Whose limits stand in the register of time limits."""
HOLDS = {"at_least": (False, True, True), "at_most": (True, True, False), "over": (False, False, True)}
"""Whether an act is done on the day before, on the last day, and on the day after."""
MARKET = "enforcement-measure", "penalty", "penalty-simple", "dishonesty-list", "credit-repair", "complaint", "report"


@pytest.fixture(scope="module")
def stage(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with built(migrated_sqlite, tmp_path_factory.mktemp("limits")) as found:
        yield found


@pytest.fixture
def tx(stage: Stage) -> Iterator[Connection]:
    """What a test writes is undone."""
    with stage.database.write() as found, found.begin_nested() as undone:
        yield found
        undone.rollback()


def rules(definition: Definition) -> Iterator[tuple[str, str | None]]:
    """The name and the limit of every clock and of every duty that has one."""
    yield from ((name, one.clock.limit) for name, one in running.clocks(definition).items())
    for state in definition.states.values():
        yield from ((f"{deadlines.DUTY}{state.id}.{one.id}", one.limit) for one in state.duties.values())


def spans(definition: Definition) -> Iterator[tuple[str, Action, Condition, Span]]:
    """Every condition that asks for a time between two dates, with its state and act."""
    for state in definition.states:
        for action in definition.actions_in(state):
            for need in action.needs:
                found = Span.read(need) if isinstance(need, Call) and need.name == ASKS else None
                if found is not None:
                    yield state, action, need, found


def test_every_clock_has_its_last_day_whole_and_is_late_when_that_is_over(stage: Stage, tx: Connection) -> None:
    wrong, seen = [], 0
    for name in NAMES:
        loaded = stage.loaded(name)
        for label, limit in rules(loaded.definition):
            if limit is None:
                continue
            rule = deadlines.rule_of(loaded.definition, label)
            row = row_of(tx, loaded, next(iter(loaded.definition.states)))
            for first, last in by_hand(default_of(loaded.definition, limit), moves=rule.roll != "none"):
                deadlines.insert(
                    tx, stage.ground, loaded.definition, rule, deadlines.made_of(row["id"], label, first, limit)
                )
                ends = tx.execute(sa.select(deadline.c.id, deadline.c.due_on).order_by(deadline.c.id.desc())).first()
                assert ends is not None
                over = [at for at in (last, last + DAY) if _late(tx, ends.id, at)]
                seen += 1
                if (ends.due_on, over) != (last, [last + DAY]):
                    wrong.append((name, label, limit, first, last, ends.due_on, over))

    assert wrong == []
    assert seen > 3 * len(MARKET)


def _late(tx: Connection, deadline_id: int, on: date) -> bool:
    """Whether a clock has run out by the first moment of a day."""
    found = timers.due(tx, clock.at_local(on), most=100_000)
    return any(one["deadline_id"] == deadline_id and one["kind"] != "warn" for one in found)


def test_nobody_is_warned_after_the_end_of_a_clock(stage: Stage, tx: Connection) -> None:
    wrong = []
    for name in NAMES:
        loaded = stage.loaded(name)
        for label, limit in rules(loaded.definition):
            rule = deadlines.rule_of(loaded.definition, label)
            if limit is None or rule.warn is None:
                continue
            row = row_of(tx, loaded, next(iter(loaded.definition.states)))
            for first, last in by_hand(default_of(loaded.definition, limit), moves=rule.roll != "none"):
                made = deadlines.made_of(row["id"], label, first, limit)
                deadlines.insert(tx, stage.ground, loaded.definition, rule, made)
                newest = sa.select(sa.func.max(deadline.c.id)).scalar_subquery()
                said = sa.select(timer.c.due_at).where(timer.c.deadline_id == newest, timer.c.kind == "warn")
                warned = tx.execute(said).scalar_one()
                if not first < clock.local_date(warned) < last:
                    wrong.append((name, label, first, last, warned))

    assert wrong == []


def test_every_act_that_asks_for_time_between_dates_is_refused_with_its_clause_on_the_wrong_days(
    stage: Stage, tx: Connection
) -> None:
    wrong, seen = [], set()
    for name in NAMES:
        loaded = stage.loaded(name)
        for state, action, need, span in spans(loaded.definition):
            row = row_of(tx, loaded, state)
            ((key, written),) = ((key, getattr(span, key)) for key in BOUNDS if getattr(span, key))
            for first, last in by_hand(default_of(loaded.definition, written)):
                days = (last - DAY, last, last + DAY)
                found = [_against(tx, stage, row, action, need, span, first, on) for on in days]
                seen.add((name, state, action.id, key))
                told = all(one.values["basis"] == _basis(need) for against in found for one in against)
                if tuple(not against for against in found) != HOLDS[key] or not told:
                    wrong.append((name, state, action.id, key, written, first, last, found))

    assert wrong == []
    assert {name for name, *_ in seen} >= {"penalty", "penalty-simple", "enforcement-measure", "dishonesty-list"}
    assert {name for name, *_ in seen} >= {"credit-repair", "complaint"}


def _against(
    tx: Connection,
    stage: Stage,
    row: Mapping[str, Any],
    action: Action,
    need: Condition,
    span: Span,
    first: date,
    last: date,
) -> list[Message]:
    today = first if span.from_ == TODAY else last
    values = {span.from_: first.isoformat(), span.to: last.isoformat()}
    return guards.objections(move_of(tx, stage, row, action, today, values), need)


def _basis(need: Condition) -> str | None:
    return need.basis


def test_every_extension_ends_on_the_last_day_that_its_clause_allows(stage: Stage, tx: Connection) -> None:
    wrong, seen = [], set()
    for name in NAMES:
        definition = stage.loaded(name).definition
        for label, one in running.clocks(definition).items():
            for up_to in [one.clock.extends[0].up_to] if one.clock.extends else []:
                if up_to is None:
                    continue
                state, action, call = _extending(definition, label)
                for due, last in by_hand(up_to):
                    row = row_of(tx, stage.loaded(name), state)
                    made = deadlines.made_of(row["id"], label, due - 30 * DAY, "1 day")
                    rule = deadlines.rule_of(definition, label)
                    deadlines.insert(tx, stage.ground, definition, rule, made)
                    tx.execute(deadline.update().where(deadline.c.case_id == row["id"]).values(due_on=due))
                    asked = next(each.id for each in action.asks.values() if each.type == "date")
                    found = []
                    for until in (last - DAY, last, last + DAY):
                        done = move_of(tx, stage, row, action, due, {f"{ANSWERS}{asked}": until.isoformat()})
                        against = EFFECTS[call.name].against
                        assert against is not None
                        found.append([each.key for each in against(done, call.argument)])
                    seen.add((name, label, up_to))
                    if found != [[], [], ["changing.extended_too_far"]]:
                        wrong.append((name, label, up_to, due, last, found))

    assert wrong == []
    assert seen >= {
        ("penalty", "checking", "15 workdays"), ("penalty", "clock:case_time", "30 days"),
        ("enforcement-measure", "sealed", "30 days"), ("report", "clock:check_time", "15 workdays"),
        ("credit-repair", "reviewing", "10 workdays"),
    }  # fmt: skip


def _extending(definition: Definition, label: str) -> tuple[str, Action, Call]:
    """The act that extends a clock, where it is offered."""
    return next(
        (state, action, call)
        for state in definition.states
        for action in definition.actions_in(state)
        for call in action.then
        if call.name == "extend_clock" and running.named(definition, _written(call), state) == label
    )


def _written(call: Call) -> str | None:
    return str(call.argument) if call.argument else None


def test_what_was_announced_counts_as_served_after_thirty_days_and_does_not_move_on(
    stage: Stage, tx: Connection
) -> None:
    wrong = []
    for name in NAMES:
        loaded = stage.loaded(name)
        for letter in loaded.definition.letters.values():
            rule = letter.service
            if rule is None or rule.deemed is None:
                continue
            state = next(iter(loaded.definition.states))
            action = next(iter(loaded.definition.actions_in(state)))
            done = move_of(tx, stage, row_of(tx, loaded, state), action, D("2026-03-10"), {})
            for first, last in by_hand(rule.deemed, moves=False):
                if (found := service.counts_from(done, rule, "announcement", first)) != last:
                    wrong.append((name, letter.id, first, found))

    assert wrong == []


CONDITIONS: list[tuple[str, str, str, str, dict[str, Any], str, str]] = [
    ("dishonesty-list", "listed", "ask_removal", "listing.decided_on", {"listing.decided_on": "2025-02-16"}, "2026-02-24", "over"),
    (
        "dishonesty-list", "removed_early", "close_removed", "listing.decided_on",
        {"listing.decided_on": "2023-02-18", "term.days": 1096}, "2026-02-18", "over",
    ),
    ("dishonesty-list", "drafting", "propose_refusal", "pressed_on", {"dossier.act.pressed_on": "2026-09-30"}, "2026-09-30", "over"),
    ("credit-repair", "repaired", "close_repaired", "valid_until", {"record.valid_until": "2026-02-18"}, "2026-02-18", "over"),
    (
        "penalty", "publishing", "publish", "publication.days",
        {"decision.decided_on": "2026-07-02", "publication.days": 92, "asks.until": TODAY}, "2026-10-02", "at_most",
    ),
    (
        "penalty", "performing", "set_surcharge", "asks.days <= today",
        {"asks.since": "2026-02-25", "asks.days": 3}, "2026-02-26", "over",
    ),
    (
        "penalty-simple", "performing", "set_surcharge", "asks.days <= today",
        {"asks.since": "2026-10-09", "asks.days": 2}, "2026-10-09", "over",
    ),
    (
        "penalty", "performing", "set_surcharge", "instalments.until",
        {"instalments.until": "2026-09-30", "asks.since": TODAY}, "2026-09-30", "over",
    ),
]  # fmt: skip
"""Conditions that compare dates themselves, by a part of their text: the last day on which they hold, or do not yet."""


@pytest.mark.parametrize(("name", "state", "act", "text", "values", "last", "key"), CONDITIONS)
def test_a_condition_that_compares_dates_itself_turns_on_the_right_day(
    stage: Stage,
    tx: Connection,
    name: str,
    state: str,
    act: str,
    text: str,
    values: dict[str, Any],
    last: str,
    key: str,
) -> None:
    loaded = stage.loaded(name)
    action = loaded.definition.action(state, act)
    assert action is not None
    row = row_of(tx, loaded, state)
    needs = [one for one in action.needs if text in (str(one.argument) if isinstance(one, Call) else one.check)]
    found = []
    for on in (D(last) - DAY, D(last), D(last) + DAY):
        said = {path: on.isoformat() if value == TODAY else value for path, value in values.items()}
        done = move_of(tx, stage, row, action, on, said)
        found.append(not any(guards.objections(done, need) for need in needs))

    assert needs != []
    assert tuple(found) == HOLDS[key]


def test_a_listing_ends_with_the_day_before_its_anniversary(stage: Stage, tx: Connection) -> None:
    loaded = stage.loaded("dishonesty-list")
    action = next(one for one in loaded.definition.actions_in("publishing") if one.id == "publish")
    row = row_of(tx, loaded, "publishing")
    ends = []
    for first in ("2023-02-18", "2023-10-05", "2024-02-29"):
        done = move_of(tx, stage, row, action, D(first), {"listing.decided_on": first, "term.months": 36})
        own = {"organisation_id": row["organisation_id"], "number": "例1号", "valid_from": D(first)}
        ends.append(register_values.said(done, loaded.definition.registers["serious_list"], own)["valid_until"])

    assert ends == [D("2026-02-17"), D("2026-10-04"), D("2027-02-27")]


def test_a_year_whose_holidays_are_not_announced_is_counted_for_the_time_being(stage: Stage, tx: Connection) -> None:
    loaded = stage.loaded("penalty")
    row = row_of(tx, loaded, "heard")
    rule = deadlines.rule_of(loaded.definition, "heard")
    made = deadlines.made_of(row["id"], "heard", D("2027-02-04"), "parameter.statement_time")
    due = deadlines.insert(tx, stage.ground, loaded.definition, rule, made)
    (written,) = deadlines.of_case(tx, row["id"])

    assert (due, written["provisional"]) == (D("2027-02-15"), True)


def test_the_sentence_names_both_dates_the_period_and_the_clause(stage: Stage, tx: Connection) -> None:
    loaded = stage.loaded("penalty")
    state, action, need, span = next(one for one in spans(loaded.definition) if one[1].id == "go_on")
    row = row_of(tx, loaded, state)
    said = _against(tx, stage, row, action, need, span, D("2026-02-13"), D("2026-02-27"))
    words = [render(one, "zh") for one in said]

    assert all(part in words[0] for part in ("5个工作日", "程序规定第五十七条"))
