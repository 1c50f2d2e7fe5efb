"""One list of Shanxi with several units on it: what happens to one of them leaves the others alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import act, fire, opening, timers
from caseflow.cases.models import case, quota_counter, reply
from caseflow.office import samples
from caseflow.office.cast import Cast
from caseflow.office.scene import Scene
from caseflow.records import letters
from caseflow.words import Refused
from caseflow.workflow.days import workdays
from caseflow.workflow.definition import Test as OwnTest
from tests.office.stage import Stage, built

LIST = "pilot-list"
SIGNERS = ("provincial_head", "provincial_leader")
DEPARTMENTS = 5
COKE = {"facts": {"intake": {"product_class": "coke"}}}
POSTED = {
    "url": "https://example.org/gongshi", "posted_on": "today", "first_day": "+1 days", "last_day": "+7 days",
    "screenshot": "page.pdf",
}  # fmt: skip
ANNOUNCED = {
    "document_number": "例环函〔2026〕9号", "issued_on": "today", "departments": ["ecology", "reform"],
    "signed_file": "notice.pdf", "countersigned": True,
}  # fmt: skip
MINUTES = {"held_on": "today", "kind": "topical_meeting", "minutes_file": "minutes.pdf"}
TWO = ["provincial", "provincial 2"]


class _Over(Exception):
    """What was played is undone."""


@dataclass
class Play:
    """A list with its units; ``unit`` numbers count from 1, the list itself is 0."""

    scene: Scene
    shifts: ExitStack

    def at(self, unit: int) -> Scene:
        if unit == 0:
            return self.scene
        number = self.scene.members[unit - 1]
        row = self.scene.tx.execute(sa.select(case).where(case.c.id == number)).mappings().one()
        loaded = self.scene.ground.definition(self.scene.tx, row["definition_id"])
        return replace(self.scene, case_id=number, loaded=loaded)

    def do(self, unit: int, role: str, name: str, **given: Any) -> None:
        where = self.at(unit)
        action = where.definition.action(where.row["state"], name)
        actor = where.actor(role, 1, action)
        answers = samples.answers(action.asks, given, where.names(role)) if action is not None else given
        act.perform(where.tx, where.ground, actor, where.case_id, name, answers, request_key=where.key())

    def refused(self, unit: int, role: str, name: str, **given: Any) -> list[str]:
        with pytest.raises(Refused) as caught, self.scene.tx.begin_nested():
            self.do(unit, role, name, **given)
        return sorted(
            str(reason.values["reason"].key if "reason" in reason.values else reason.key)
            for reason in caught.value.reasons
        )

    def signed(self, unit: int, role: str, name: str, **given: Any) -> None:
        """An act that both leaders of the province sign."""
        self.do(unit, role, name, **given)
        for signer in SIGNERS:
            self.do(unit, signer, "sign")

    def states(self) -> list[str]:
        """Where the list and its units stand."""
        return [self.at(unit).row["state"] for unit in range(len(self.scene.members) + 1)]

    def wait(self, period: str) -> None:
        calendar = self.scene.ground.calendars[self.scene.definition.calendar]
        until = workdays.count(calendar, clock.today(), workdays.Limit.parse(period)).due
        self.shifts.enter_context(clock.at(clock.at_local(until, time(12))))
        last = None
        while waiting := timers.due(self.scene.tx, clock.now(), 1, last):
            last = waiting[0]
            fire.fire(self.scene.tx, self.scene.ground, last, clock.now())

    def opinions(self) -> None:
        for _ in range(DEPARTMENTS):
            self.do(0, "department", "give_opinion", stance="agree")

    def to_publicity(self, **results: str) -> None:
        """From the draft to the posted list; results by ``unit_<number>``."""
        self.propose(**results)
        self.opinions()
        self.do(0, "provincial", "to_meeting")
        self.do(0, "provincial", "decide", **MINUTES)
        self.do(0, "provincial", "post", **POSTED)

    def propose(self, **results: str) -> None:
        self.do(0, "provincial", "include")
        said = {
            f"member {name.removeprefix('unit_')}": {"result": one, "reason": "按得分"} for name, one in results.items()
        }
        self.signed(0, "provincial", "propose", results=said)

    def notice(self) -> list[str]:
        """The units in the notice that announces the list, as drafted last."""
        drafts = [row for row in letters.of_case(self.scene.tx, self.scene.case_id) if row.kind == "list_notice"]
        body = letters.opened(self.scene.ground.keys, drafts[-1]._mapping)
        table = next(block for block in body["blocks"] if block["kind"] == "table")
        return [row[1]["zh"] for row in table["rows"]]

    def title(self, unit: int) -> str:
        return str(self.at(unit).row["title"])

    def taken(self) -> int | None:
        return self.scene.tx.scalar(sa.select(quota_counter.c.used).where(quota_counter.c.quota == "pilot_places"))


@pytest.fixture(scope="module")
def stage(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with built(migrated_sqlite, tmp_path_factory.mktemp("list")) as found:
        yield found


@contextmanager
def play(stage: Stage, *members: dict[str, Any]) -> Iterator[Play]:
    """A list in its draft, with these cases to be taken in."""
    loaded = stage.loaded(LIST)
    given = {"round": "open", "members": list(members)}
    test = OwnTest.model_validate({"name": {"zh": "名单", "en": "a list"}, "given": given, "steps": []})
    with suppress(_Over), ExitStack() as shifts, stage.database.write() as tx:
        shifts.enter_context(clock.at(clock.at_local(clock.today(), time(12))))
        cast = Cast(tx, stage.ground, stage.roles, stage.settings.files, loaded.definition)
        scene = Scene(tx, stage.ground, cast, loaded, test)
        scene.prepare()
        yield Play(scene, shifts)
        raise _Over


def test_an_objection_that_is_upheld_frees_a_place_for_a_unit_in_reserve_on_a_list_of_its_own(stage: Stage) -> None:
    with play(stage, COKE, COKE, COKE, COKE) as list_:
        list_.to_publicity(unit_1="selected", unit_2="selected", unit_3="selected", unit_4="reserve")
        list_.do(
            1, "provincial", "register_objection",
            objector="实名人", contact="400-000-0001", received_on="today", matter="产量不实",
        )  # fmt: skip
        list_.do(1, "provincial", "ask_explanation", matter="请说明产量", reply_by="+5 days")
        list_.do(1, "applicant", "explain", text="说明")
        full = list_.refused(4, "provincial", "promote", note="名额释放")
        list_.signed(
            1, "provincial", "uphold", officers=TWO, findings="产量不实", held_on="today", minutes_file="minutes.pdf"
        )
        after_upheld, taken = list_.states(), list_.taken()
        list_.wait("6 workdays")
        after_publicity, notice, units = list_.states(), list_.notice(), [list_.title(2), list_.title(3)]
        list_.do(0, "provincial", "announce", **ANNOUNCED)
        announced = list_.states()
        list_.signed(4, "provincial", "promote", note="名额释放")
        scene = list_.scene
        second = opening.open_case(
            scene.tx,
            scene.ground,
            scene.cast.actor("provincial"),
            LIST,
            round_id=scene.round_id,
            request_key=scene.key(),
        )
        again = Play(replace(scene, case_id=second.case_id), list_.shifts)
        again.to_publicity(unit_4="selected")
        again.wait("6 workdays")
        again.do(0, "provincial", "announce", **ANNOUNCED)
        promoted, all_taken = again.at(4).row["state"], again.taken()

    assert full == ["guards.in_collective", "quotas.full"]
    assert after_upheld == ["publicity", "not_selected", "publicity", "publicity", "reserve"]
    assert taken == 2
    assert after_publicity == ["to_announce", "not_selected", "to_announce", "to_announce", "reserve"]
    assert notice == units
    assert announced == ["announced", "not_selected", "implementing", "implementing", "reserve"]
    assert (promoted, all_taken) == ("implementing", 3)


ALONE = {"document_number": "例环函〔2026〕10号", "issued_on": "today", "signed_file": "notice.pdf"}


def held_back(list_: Play) -> None:
    """Both units are posted; the first is held back when the publicity ends."""
    list_.to_publicity(unit_1="selected", unit_2="selected")
    list_.do(
        1, "provincial", "register_objection",
        objector="实名人", contact="400-000-0001", received_on="today", matter="产量不实",
    )  # fmt: skip
    list_.do(1, "provincial", "ask_explanation", matter="请说明产量", reply_by="+5 days")
    list_.wait("6 workdays")


def dismissed(list_: Play) -> None:
    list_.do(1, "provincial", "dismiss", officers=TWO, findings="不属实")
    list_.do(1, "provincial_head", "sign")


def test_a_unit_held_back_by_an_objection_is_announced_alone_once_its_list_is_done(stage: Stage) -> None:
    with play(stage, COKE, {"of": "pilot-service"}) as list_:
        held_back(list_)
        waiting, notice, others = list_.states(), list_.notice(), [list_.title(2)]
        list_.do(0, "provincial", "announce", **ANNOUNCED)
        without = list_.states()
        dismissed(list_)
        list_.signed(1, "provincial", "announce_alone", **ALONE)
        alone = list_.states()

    assert waiting == ["to_announce", "objection", "to_announce"]
    assert notice == others
    assert without == ["announced", "objection", "implementing"]
    assert alone == ["announced", "implementing", "implementing"]


def test_a_unit_that_comes_back_in_time_is_announced_with_its_list(stage: Stage) -> None:
    with play(stage, COKE, {"of": "pilot-service"}) as list_:
        held_back(list_)
        dismissed(list_)
        too_early = list_.refused(1, "provincial", "announce_alone", **ALONE)
        list_.do(0, "provincial", "redraft_notice")
        notice, names = list_.notice(), {list_.title(1), list_.title(2)}
        list_.do(0, "provincial", "announce", **ANNOUNCED)
        states = list_.states()

    assert too_early == ["guards.in_collective"]
    assert set(notice) == names
    assert states == ["announced", "implementing", "implementing"]


def test_an_opinion_counts_no_longer_once_a_unit_has_left_the_list(stage: Stage) -> None:
    with play(stage, COKE, {"of": "pilot-service"}) as list_:
        list_.propose(unit_1="selected", unit_2="selected")
        list_.opinions()
        list_.do(2, "applicant", "withdraw", reasons="经营计划调整")
        against = list_.refused(0, "provincial", "to_meeting")
        void = list_.scene.tx.scalar(sa.select(sa.func.count()).select_from(reply).where(reply.c.status == "void"))
        list_.opinions()
        list_.do(0, "provincial", "to_meeting")
        states = list_.states()

    assert against == ["guards.duty_outdated"]
    assert void == DEPARTMENTS
    assert states == ["meeting", "proposal", "withdrawn"]


def test_an_opinion_counts_no_longer_at_the_meeting_either(stage: Stage) -> None:
    with play(stage, COKE, {"of": "pilot-service"}) as list_:
        list_.propose(unit_1="selected", unit_2="selected")
        list_.opinions()
        list_.do(0, "provincial", "to_meeting")
        list_.do(2, "applicant", "withdraw", reasons="经营计划调整")
        against = list_.refused(0, "provincial", "decide", **MINUTES)
        list_.do(0, "provincial", "consult_again", note="一家单位撤回申报")
        list_.opinions()
        list_.do(0, "provincial", "to_meeting")
        list_.do(0, "provincial", "decide", **MINUTES)
        states = list_.states()

    assert against == ["guards.duty_outdated"]
    assert states == ["publicity_waiting", "publicity_waiting", "withdrawn"]


def test_the_third_service_pilot_finds_no_place(stage: Stage) -> None:
    three = [{"of": "pilot-service"}] * 3
    with play(stage, *three) as list_:
        list_.do(0, "provincial", "include")
        said = {f"member {unit}": {"result": "selected", "reason": "按得分"} for unit in (1, 2, 3)}
        list_.do(0, "provincial", "propose", results=said)
        list_.do(0, "provincial_head", "sign")
        against = list_.refused(0, "provincial_leader", "sign")

    assert against == ["quotas.full"]
