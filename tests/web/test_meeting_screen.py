"""A meeting case by case: in rank order, with places and flags beside, nothing typed lost, the act left to a person."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from caseflow.cases import dossier
from tests.cases.ranked import Ranked, alike
from tests.web.conftest import words_of
from tests.web.office_world import Reader
from tests.web.panel_world import Room, room

__all__ = ["room"]

THREE = (alike(20, 20), ((30, 30, 5), (30, 30, 5), (20, 10, 5)), alike(26, 25))
"""50; 63.33, or 75 without the third expert; 64: in rank order the last stands first."""


def base(found: Ranked) -> str:
    return f"/cases/{found.host}/meeting/decide"


def version(page: TestResponse) -> str:
    return re.findall(r'<input type="hidden" name="version" value="(\d+)"', page.text)[0]


def cells(case_id: int, **said: str) -> dict[str, str]:
    return {f"results-{case_id}-{name}": value for name, value in said.items()}


def keep(reader: Reader, found: Ranked, case_id: int, go: str = "next", seen: str = "", **said: str) -> TestResponse:
    path = f"{base(found)}/{case_id}"
    given = {**cells(case_id, **said), "version": seen or version(reader.get(path)), "go": go}
    return reader.post(path, given)


def kept(room: Room, found: Ranked) -> dict[str, Any]:
    with room.world.database.read() as tx:
        owner = f"person:{found.office.person_id}"
        _, values = dossier.read_draft(tx, room.world.ground, found.host, "act.decide", owner)
    return values


def titles(page: TestResponse) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><span><a [^>]*>.*?<small>(\S+)', page.text)


def test_the_cases_stand_in_rank_order_and_the_first_is_opened(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    reader = room.visit(found.office)
    page = reader.get(base(found))
    order = [found.cases[at] for at in (2, 1, 0)]

    assert titles(page) == [room.world.row(one)["number"] for one in order]
    assert re.findall(r'data-key="j" href="([^"]+)"', page.text) == [f"{base(found)}/{order[0]}"]
    assert "已填0件，共3件" in words_of(page)


def test_a_case_shows_its_figures_its_flags_and_its_neighbours(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    page = room.visit(found.office).get(f"{base(found)}/{found.cases[1]}")
    said = words_of(page)

    assert ("第2件，共3件" in said, "63.33" in said, "1–2" in said, "线外" in said) == (True,) * 4
    assert "3名专家中，不计其中1名任何一名的评分，结果都会改变" in said
    assert [one.name in page.text for one in found.experts] == [False] * 3
    keys = re.findall(r'data-key="(\w)" href="([^"]+)"', page.text)
    assert keys == [("k", f"{base(found)}/{found.cases[2]}"), ("j", f"{base(found)}/{found.cases[0]}")]


def test_what_is_kept_leads_to_the_next_case_and_fills_the_act(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    reader = room.visit(found.office)
    third, second, first = found.cases
    went = [
        keep(reader, found, case_id, result=result, reason="理由", said=f"发言{case_id}").headers["Location"]
        for case_id, result in ((first, "chosen"), (second, "not_chosen"), (third, "not_chosen"))
    ]
    form = reader.get(f"/cases/{found.host}/acts/decide").text

    assert went == [f"{base(found)}/{second}", f"{base(found)}/{third}", base(found)]
    assert [f"发言{case_id}" in form for case_id in found.cases] == [True] * 3
    assert "已填3件，共3件" in words_of(reader.get(base(found)))
    assert room.world.row(found.host)["state"] == "ranked"


def test_the_act_is_done_by_a_person_from_its_own_form(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    reader = room.visit(found.office)
    for case_id in found.cases:
        keep(reader, found, case_id, result="chosen" if case_id == found.cases[1] else "not_chosen", reason="理由")
    values = kept(room, found)["results"]
    posted = {"results": list(values), **{f"results-{case}-{name}": text for case, said in values.items()
                                          for name, text in said.items()}}  # fmt: skip
    reader.act(f"/cases/{found.host}/acts/decide", posted)

    assert (room.world.row(found.host)["state"], room.world.row(found.cases[1])["state"]) == ("closed", "placed")
    assert kept(room, found) == {}


def test_the_places_count_what_the_draft_gives_away(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    reader = room.visit(found.office)
    seen = []
    for case_id in (found.cases[1], found.cases[2]):
        keep(reader, found, case_id, result="chosen", reason="理由")
        seen.append(words_of(reader.get(base(found))))

    assert ["已占0，本次拟占1" in seen[0], "剩余 0 / 1" in seen[0], "超出名额" in seen[0]] == [True, True, False]
    assert ["已占0，本次拟占2" in seen[1], "剩余 -1 / 1" in seen[1], "超出名额1个" in seen[1]] == [True, True, True]


def test_a_case_that_is_passed_over_is_marked(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    reader = room.visit(found.office)
    keep(reader, found, found.cases[1], result="chosen", reason="理由")
    rows = re.findall(r"(?s)<tr><td.*?</tr>", reader.get(base(found)).text)

    assert ["次序变更" in row for row in rows] == [True, False, False]


def test_what_changed_elsewhere_is_shown_beside_what_was_typed(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    reader, case_id = room.visit(found.office), found.cases[1]
    old = version(reader.get(f"{base(found)}/{case_id}"))
    keep(reader, found, case_id, result="chosen", reason="先存的理由")
    answer = keep(reader, found, case_id, seen=old, result="not_chosen", reason="后写的理由")
    after = kept(room, found)["results"][str(case_id)]
    again = keep(reader, found, case_id, seen=version(answer), result="not_chosen", reason="后写的理由")

    assert (answer.status_code, after["reason"]) == (409, "先存的理由")
    assert ("先存的理由" in answer.text, "后写的理由" in answer.text) == (True, True)
    assert (again.status_code, kept(room, found)["results"][str(case_id)]["reason"]) == (303, "后写的理由")


def test_two_screens_write_two_cases_of_one_draft(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    one, two = room.visit(found.office), room.visit(found.office)
    first, second = found.cases[:2]
    seen = [version(reader.get(f"{base(found)}/{case}")) for reader, case in ((one, first), (two, second))]
    keep(one, found, first, seen=seen[0], reason="甲")
    keep(two, found, second, seen=seen[1], reason="乙")
    values = kept(room, found)["results"]

    assert [values[str(case)]["reason"] for case in (first, second)] == ["甲", "乙"]


def test_the_same_words_twice_are_no_conflict(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    reader, case_id = room.visit(found.office), found.cases[0]
    old = version(reader.get(f"{base(found)}/{case_id}"))
    answers = [keep(reader, found, case_id, seen=old, reason="同样").status_code for _ in range(2)]

    assert answers == [303, 303]


def test_typing_is_kept_on_the_way_and_told_where_it_differs(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    reader, case_id = room.visit(found.office), found.cases[0]
    path = f"{base(found)}/{case_id}"
    page = reader.get(path)
    token = re.findall(r'name="csrf-token" content="(\w+)"', page.text)[0]

    def send(seen: int, reason: str) -> TestResponse:
        body = {"version": seen, "fields": [[f"results-{case_id}-reason", reason], ["version", str(seen)]]}
        return reader.client.post(
            f"{path}/draft", json=body, headers={"X-CSRF-Token": token}, environ_base=reader.address
        )

    start = int(version(page))
    first = send(start, "一")
    second = send(first.json["version"], "二")
    late = send(start, "三")

    assert (first.status_code, second.status_code, late.status_code) == (200, 200, 409)
    assert [f"results-{case_id}-reason", "二"] in late.json["fields"]
    assert send(late.json["version"], "三").status_code == 200
    assert kept(room, found)["results"][str(case_id)]["reason"] == "三"


@pytest.mark.parametrize("body", ["[]", "5", '{"fields": 5}', '{"fields": [["a"]]}', "{", '{"version": 1}'])
def test_what_no_page_sends_is_refused(room: Room, body: str) -> None:
    found = room.ranked(*THREE, limit=1)
    reader, path = room.visit(found.office), f"{base(found)}/{found.cases[0]}"
    token = re.findall(r'name="csrf-token" content="(\w+)"', reader.get(path).text)[0]
    headers = {"X-CSRF-Token": token, "Content-Type": "application/json"}
    answer = reader.client.post(f"{path}/draft", data=body, headers=headers, environ_base=reader.address)

    assert (answer.status_code, kept(room, found)) == (400, {})


def test_where_nothing_must_be_said_of_a_case_it_counts_once_something_was(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    reader, path = room.visit(found.office), f"/cases/{found.host}/meeting/note_down"
    before = words_of(reader.get(path))
    one = f"{path}/{found.cases[0]}"
    reader.post(one, {f"remarks-{found.cases[0]}-said": "同意", "version": version(reader.get(one)), "go": "overview"})
    after = words_of(reader.get(path))

    assert ["已填0件，共3件" in before, "从第一件开始" in before] == [True, True]
    assert ["已填1件，共3件" in after, "继续会商" in after] == [True, True]


def test_a_text_that_is_too_long_is_kept_and_said(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    reader, case_id, long = room.visit(found.office), found.cases[0], "长" * 301
    keep(reader, found, case_id, go="stay", reason=long)
    page = reader.get(f"{base(found)}/{case_id}")

    assert (long in page.text, 'class="error"' in page.text) == (True, True)


def test_what_the_panel_and_the_meeting_said_before_is_read_there(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    room.world.do(
        found.office, found.host, "opine",
        opinions={str(one): {"opinion": f"组意见{one}", "dissent": f"不同意见{one}"} for one in found.cases},
    )  # fmt: skip
    said = words_of(room.visit(found.office).get(f"{base(found)}/{found.cases[0]}"))

    assert [f"{name}{found.cases[0]}" in said for name in ("组意见", "不同意见")] == [True, True]
    assert f"组意见{found.cases[1]}" not in said


def test_the_opinion_that_the_panel_signed_and_who_differed_is_read_without_a_name(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    chair, other, _ = found.experts
    texts = {str(one): {"text": f"组意见{one}"} for one in found.cases}
    room.world.do(chair, found.host, "draft", cases=texts)
    room.world.do(other, found.host, "sign_opinion", cases={str(found.cases[0]): {"text": "资金来源未落实"}})
    page = room.visit(found.office).get(f"{base(found)}/{found.cases[0]}")
    elsewhere = words_of(room.visit(found.office).get(f"{base(found)}/{found.cases[1]}"))

    assert (f"组意见{found.cases[0]}" in page.text, "资金来源未落实" in page.text) == (True, True)
    assert ("资金来源未落实" in elsewhere, other.name in page.text) == (False, False)


def test_a_meeting_on_cases_that_another_procedure_ranked_reads_its_result(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    turned_down = {str(one): {"result": "not_chosen", "reason": "缓办"} for one in found.cases}
    room.world.do(found.office, found.host, "decide", results=turned_down)
    later = room.world.open(found.office, "toy-ranked")
    room.world.do(found.office, later, "include", cases={str(one): {} for one in found.cases})
    room.world.do(found.office, later, "skip")
    reader = room.visit(found.office)
    page = reader.get(f"/cases/{later}/meeting/decide")
    said = words_of(reader.get(f"/cases/{later}/meeting/decide/{found.cases[1]}"))

    assert titles(page) == [room.world.row(found.cases[at])["number"] for at in (2, 1, 0)]
    assert ("63.33" in said, "结果不稳定" in said, "缓办" in said) == (True, True, True)


def test_only_who_may_act_opens_the_screens_and_only_for_acts_that_say_something_of_each_case(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    expert, applicant = room.visit(found.experts[0]), room.visit(room.world.person("applicant", "plant"))
    office = room.visit(found.office)
    paths = [base(found), f"{base(found)}/{found.cases[0]}"]

    assert [reader.get(path).status_code for reader in (expert, applicant) for path in paths] == [404] * 4
    assert [office.get(path).status_code for path in (f"{base(found)}/9999", f"/cases/{found.host}/meeting/again")] == [
        404,
        404,
    ]


def test_the_case_page_leads_to_the_meeting(room: Room) -> None:
    found = room.ranked(*THREE, limit=1)
    page = room.visit(found.office).get(f"/cases/{found.host}").text

    assert [f'href="{base(found)}"' in page, "meeting/again" in page] == [True, False]
