"""The page of what is kept no longer: one officer asks, another approves, a stop keeps, the register tells what went."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from caseflow import clock
from caseflow.cases import disposal
from caseflow.records.models import personal_value, read_log
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import Reader, World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]


@contextmanager
def years_on(years: int = 11) -> Iterator[None]:
    with clock.at(clock.now() + timedelta(days=366 * years)):
        yield


def sent(reader: Reader, act: str, *cases: int, show: str = "due", **more: str) -> TestResponse:
    """A decision sent from a list, with the key of a page; the answer is the page at which the browser ends."""
    path = f"/disposal?show={show}"
    hidden = hidden_inputs(reader.get("/disposal?show=stopped").text, 'id="stop-reason"')
    data = {**hidden, "act": act, "case": [str(one) for one in cases], "reason": "届满，无保存价值", **more}
    answer = reader.client.post(path, data=data, environ_base=reader.address)
    return reader.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def counts(reader: Reader) -> list[int]:
    """What the four tabs say: due, to approve, stopped, gone."""
    tabs = reader.get("/disposal").text.split('<nav class="tabs"')[1].split("</nav>")[0]
    return [int(one) for one in re.findall(r"(\d+)</span>", tabs)]


def secrets_of(office: World, case_id: int) -> int:
    with office.database.read() as tx:
        return int(tx.scalar(sa.select(sa.func.count()).where(personal_value.c.case_id == case_id)) or 0)


def stands(office: World, case_id: int) -> dict[str, Any]:
    return dict(office.row(case_id)["facts"].get(disposal.KEPT, {}))


def test_only_officers_of_the_authority_open_the_page_and_those_who_only_read_find_nothing(office: World) -> None:
    office.application("withdrawn")
    with years_on():
        codes = {
            login: office.visit(login).get("/disposal").status_code
            for login in ("province", "province-head", "taiyuan", "finance", "expert-1", office.unit(1))
        }
        tile = 'href="/disposal"'
        linked = [tile in office.visit(login).get("/work").text for login in ("province", "taiyuan")]
        found = counts(office.visit("province")), counts(office.visit("supervisor"))
        office.elsewhere("south")
        abroad = counts(office.visit("south"))

    assert codes == {
        "province": 200, "province-head": 200, "taiyuan": 404, "finance": 404, "expert-1": 404, "unit-1": 404,
    }  # fmt: skip
    assert (linked, found, abroad) == ([True, False], ([1, 0, 0, 0], [0, 0, 0, 0]), [0, 0, 0, 0])


def test_one_officer_asks_another_approves_and_the_content_is_gone(office: World) -> None:
    first, second = (office.application("withdrawn", number) for number in (1, 2))
    running = office.application("awaiting_evaluation", 3)
    before = secrets_of(office, first)
    with years_on(9):
        early = counts(office.visit("province"))
    with years_on():
        asks, approves = office.visit("province"), office.visit("province-head")
        due = words_of(asks.get("/disposal"))
        asked = sent(asks, "disposal_ask", first, second)
        waiting = words_of(asks.get("/disposal?show=asked"))
        alone = sent(asks, "dispose", first, show="asked", sure="yes")
        careless = sent(approves, "dispose", first, show="asked")
        silent = sent(approves, "dispose", first, show="asked", sure="yes", reason=" ")
        nobody = sent(approves, "dispose", show="asked", sure="yes")
        kept = secrets_of(office, first)
        sent(approves, "dispose", first, show="asked", sure="yes", reason="审批同意，两人监销")
        after = counts(approves)
        gone = words_of(approves.get("/disposal?show=done"))
        stranger = sent(approves, "disposal_ask", 999999)
        numbers = [office.row(one)["number"] for one in (first, second, running)]

    assert early == [0, 0, 0, 0]
    assert [one in due for one in numbers] == [True, True, False]
    assert ("已提出销毁，待另一人批准" in asked.text, "由您提出，须由另一人批准" in waiting) == (True, True)
    assert ("届满，无保存价值" in waiting, "省厅经办戊" in waiting) == (True, True)
    assert errors_of(alone) == [f"{numbers[0]}：提出销毁的人不得自己销毁。"]
    assert errors_of(careless) == ["批准销毁的，须确认已与销毁清册逐件核对。"]
    assert errors_of(silent) == ["请说明理由。"]
    assert errors_of(nobody) == ["请选择办件，一次不超过200件。"]
    assert (before > 0, kept, secrets_of(office, first) < before) == (True, before + 1, True)
    assert (after, "审批同意，两人监销" in gone, numbers[0] in gone) == ([0, 1, 0, 1], True, True)
    assert ("done" in stands(office, first), stranger.status_code) == (True, 404)


def test_where_one_of_several_cannot_be_decided_nothing_is(office: World) -> None:
    first, second = (office.application("withdrawn", number) for number in (1, 2))
    with years_on():
        reader = office.visit("province")
        sent(reader, "disposal_ask", first)
        both = sent(reader, "disposal_ask", first, second)

    assert errors_of(both) == [f"{office.row(first)['number']}：已提出销毁，待另一人办理。"]
    assert stands(office, second) == {}


def test_a_stop_keeps_what_is_due_and_what_is_not_until_it_is_lifted(office: World) -> None:
    due, running = office.application("withdrawn", 1), office.application("awaiting_evaluation", 2)
    number = office.row(running)["number"]
    with years_on():
        reader = office.visit("province")
        sent(reader, "disposal_ask", due)
        sent(office.visit("province-head"), "disposal_stop", due, show="asked", reason="涉及行政复议")
        unknown = sent(reader, "disposal_stop", show="stopped", number="无此件")
        sent(reader, "disposal_stop", show="stopped", number=f" {number} ", reason="涉及审计")
        stopped = words_of(reader.get("/disposal?show=stopped"))
        held = counts(reader)
        refused = sent(reader, "dispose", due, show="asked", sure="yes")
        sent(reader, "disposal_resume", due, show="stopped", reason="复议终结")
        lifted = counts(reader)

    assert errors_of(unknown) == ["没有这个编号的办件，或者不由您办理销毁。"]
    assert [one in stopped for one in ("涉及行政复议", "涉及审计", number, "尚未办结")] == [True] * 4
    assert (held, lifted) == ([0, 0, 2, 0], [1, 0, 1, 0])
    assert errors_of(refused) == [f"{office.row(due)['number']}：该办件已暂停销毁。"]


def test_the_register_is_printed_for_approval_and_of_what_is_gone_and_each_printing_is_logged(office: World) -> None:
    case_id = office.application("withdrawn")
    number = office.row(case_id)["number"]
    with years_on():
        asks, approves = office.visit("province"), office.visit("province-head")
        sent(asks, "disposal_ask", case_id)
        draft = words_of(asks.get("/disposal/register.html?show=asked"))
        sent(approves, "dispose", case_id, show="asked", sure="yes")
        year = clock.today().year
        final = words_of(approves.get(f"/disposal/register.html?show=done&year={year}"))
        empty = words_of(approves.get(f"/disposal/register.html?show=done&year={year - 1}"))
        english = words_of(approves.get("/disposal/register.html?show=done&language=en"))
        missing = [
            approves.get(f"/disposal/register.{kind}").status_code for kind in ("html?show=due", "doc?show=done")
        ]
    with office.database.read() as tx:
        logged = list(tx.scalars(sa.select(read_log.c.what).where(read_log.c.what.startswith("export:disposal"))))

    assert [one in draft for one in ("（送审）", number, "省厅经办戊", "鉴定意见", "10年")] == [True] * 5
    assert [one in final for one in ("销毁清册", number, "省厅处长己", "监销人", "个人信息")] == [True] * 5
    assert (number in empty, "Register of destroyed records" in english, missing) == (False, True, [404, 404])
    assert logged == [
        "export:disposal:asked:1",
        "export:disposal:done:1",
        "export:disposal:done:0",
        "export:disposal:done:1",
    ]


def test_a_button_pressed_twice_asks_once(office: World) -> None:
    case_id = office.application("withdrawn")
    with years_on():
        reader = office.visit("province")
        path = "/disposal?show=due"
        hidden = hidden_inputs(reader.get(path).text, 'name="reason"')
        data = {**hidden, "act": "disposal_ask", "case": str(case_id), "reason": "届满"}
        codes = [reader.client.post(path, data=data, environ_base=reader.address).status_code for _ in range(2)]

    assert (codes, list(stands(office, case_id))) == ([303, 303], ["asked_by"])
