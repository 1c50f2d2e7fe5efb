"""Who does what is owed: taken on, handed to a colleague, given back, urged; and a post that changes hands."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from caseflow.cases.models import task
from caseflow.records import journal
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import Reader, World, hidden_inputs, office, seeded
from tests.web.pilot_world import person

__all__ = ["office", "seeded"]


def colleague(office: World, login: str = "taiyuan-2", name: str = "市局经办壬") -> int:
    return person(office, login, "municipal", office.offices["sx-taiyuan"], name)


def holder(office: World, case_id: int) -> int | None:
    """Who took on what the holder of the state owes."""
    with office.database.read() as tx:
        return tx.scalar(
            sa.select(task.c.person_id).where(
                task.c.case_id == case_id, task.c.status == "open", task.c.kind.startswith("state:")
            )
        )


def do(reader: Reader, case_id: int, what: str, **given: Any) -> TestResponse:
    """Send the form beside the first task on which this may be done."""
    page = reader.get(f"/cases/{case_id}").text
    marker = next(part.split('"')[0] for part in page.split('action="')[1:] if part.split('"')[0].endswith(f"/{what}"))
    return reader.act(marker, given, hidden_inputs(page, f'action="{marker}"'))


def test_a_task_taken_on_bears_the_name_and_may_be_given_back(office: World) -> None:
    number = office.application("municipal_review")
    reader = office.visit("taiyuan")
    taken = words_of(do(reader, number, "claim"))
    after = holder(office, number)
    do(reader, number, "hand_back")

    assert "由市局经办甲承办" in taken
    assert (after, holder(office, number)) == (office.people["taiyuan"], None)


def test_a_task_is_handed_to_a_colleague_with_a_word(office: World) -> None:
    number, to = office.application("municipal_review"), colleague(office)
    page = words_of(do(office.visit("taiyuan"), number, "assign", person=to, note="出差期间请代办"))
    timeline = words_of(office.visit("taiyuan").get(f"/cases/{number}?part=timeline"))

    assert ("由市局经办壬承办" in page, holder(office, number)) == (True, to)
    assert "出差期间请代办" in timeline


def test_the_province_urges_a_bureau_and_the_bureau_is_told(office: World) -> None:
    number = office.application("municipal_review")
    do(office.visit("province"), number, "urge", note="请尽快初审")

    bureau = office.visit("taiyuan")
    told, timeline = words_of(bureau.get("/inbox")), words_of(bureau.get(f"/cases/{number}?part=timeline"))

    assert "说明见办理记录" in told
    assert "请尽快初审" in timeline


def test_nobody_urges_above_or_claims_what_is_not_theirs(office: World) -> None:
    number = office.application("provincial_intake")
    page = office.visit("taiyuan").get(f"/cases/{number}").text

    assert f"/cases/{number}/tasks/" not in page


def test_a_bureau_does_not_read_what_the_province_is_about_to_sign(office: World) -> None:
    number = office.application("provincial_intake")
    office.do("province", number, "fail", reasons="不符合申报条件")
    own, other = (words_of(office.visit(one).get(f"/cases/{number}")) for one in ("province", "taiyuan"))

    assert ("审签：" in own, "审签：" in other, "不符合申报条件" in other) == (True, False, False)


def test_a_double_click_takes_on_once(office: World) -> None:
    number = office.application("municipal_review")
    reader = office.visit("taiyuan")
    page = reader.get(f"/cases/{number}").text
    address = next(part.split('"')[0] for part in page.split('action="')[1:] if part.split('"')[0].endswith("/claim"))
    hidden = hidden_inputs(page, f'action="{address}"')
    codes = [reader.client.post(address, data=hidden, environ_base=reader.address).status_code for _ in "12"]
    with office.database.read() as tx:
        acts = [row.act for row in journal.entries(tx, number)]

    assert (codes, acts.count("claim")) == ([303, 303], 1)


def test_a_post_changes_hands_with_a_line_for_each_case(office: World) -> None:
    numbers = [office.application("municipal_review", one) for one in (1, 2)]
    to = colleague(office)
    for number in numbers:
        do(office.visit("taiyuan"), number, "claim")
    reader = office.visit("taiyuan")
    form = reader.get("/handover")
    hidden = hidden_inputs(form.text, 'name="request_key"')
    page = words_of(reader.act("/handover", {"person": to, "note": "调任"}, hidden))

    assert "待交接事项（2项）" in words_of(form)
    assert ("已将2件的待办交给市局经办壬" in page, page.count("1项，由市局经办壬承办")) == (True, 2)
    assert [holder(office, number) for number in numbers] == [to, to]


def test_a_successor_must_hold_the_role_and_be_named(office: World) -> None:
    number = office.application("municipal_review")
    do(office.visit("taiyuan"), number, "claim")
    reader = office.visit("taiyuan")
    alone = words_of(reader.get("/handover"))
    colleague(office)
    hidden = hidden_inputs(reader.get("/handover").text, 'name="request_key"')
    unnamed = reader.act("/handover", {"person": ""}, hidden)
    stranger = reader.act("/handover", {"person": office.people["datong"]}, hidden)

    assert "本单位没有其他同岗位的在岗人员" in alone
    assert errors_of(unnamed) == ["请选择接任人员"]
    assert "请选择本单位同一岗位的在岗人员" in errors_of(stranger)[0]
    assert holder(office, number) == office.people["taiyuan"]


def test_who_signs_for_an_officer_hands_the_post_over_for_him(office: World) -> None:
    number, to = office.application("municipal_review"), colleague(office)
    do(office.visit("taiyuan"), number, "claim")
    head = office.visit("taiyuan-head")
    leaving = office.people["taiyuan"]
    hidden = hidden_inputs(head.get(f"/handover?from={leaving}").text, 'name="request_key"')
    head.act("/handover", {"person": to}, hidden)

    assert holder(office, number) == to


def test_of_an_office_of_experts_nobody_hands_over(office: World) -> None:
    assert office.visit("expert-1").get("/handover").status_code == 404
