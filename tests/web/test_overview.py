"""The desk of the province: who may read it, what stands on it, and that every picture has its figures beside it."""

from __future__ import annotations

import re

from caseflow.cases.models import task
from caseflow.clock import today
from tests.web.conftest import words_of
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]


def glance(page: str) -> dict[str, list[str]]:
    """The table of prefectures: the cells of each line under its name."""
    table = re.search(r'(?s)<table class="zebra fits glance">.*?</table>', page)
    found = {}
    for line in re.findall(r"(?s)<tr><th scope=\"row\">.*?</tr>", table[0] if table else ""):
        cells = [
            re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", one)).strip()
            for one in re.findall(r"(?s)<t[hd].*?</t[hd]>", line)
        ]
        found[cells[0]] = cells[1:]
    return found


def test_the_province_sees_every_prefecture_with_its_counts(office: World) -> None:
    office.application("municipal_review", 1)
    office.application("municipal_correcting", 2)
    office.application("provincial_intake", 3)
    office.application("not_recommended", 4)
    office.application("drafting", 5)
    found = glance(office.visit("province").get("/overview").text)

    assert len(found) == 12
    assert (found["太原市生态环境局"][0], found["太原市生态环境局"][2:7]) == ("4", ["1", "1", "–", "1", "1"])
    assert (found["大同市生态环境局"][0], found["合计"][0]) == ("0", "4")


def test_a_bureau_reads_its_own_line_and_nothing_of_lists(office: World) -> None:
    office.application("municipal_review", 1)
    office.application("municipal_review", 2, "sx-datong")
    page = office.visit("datong").get("/overview")
    found = glance(page.text)

    assert (list(found), found["大同市生态环境局"][0]) == (["大同市生态环境局"], "1")
    assert ("公示公布" in page.text, "太原市" in words_of(page)) == (False, False)


def test_departments_experts_and_applicants_have_no_such_page(office: World) -> None:
    readers = ("finance", "expert-1", office.unit(1))

    assert [office.visit(login).get("/overview").status_code for login in readers] == [404, 404, 404]


def test_the_line_names_quota_last_day_and_officer(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.recommend(number)
    line = glance(office.visit("province").get("/overview").text)["太原市生态环境局"]

    assert ("1/3" in line[7], "24:00" in line[8], line[9]) == (True, True, "市局经办甲")


def test_the_funnel_says_how_many_ended_where_and_how(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.application("proposal", 2)
    office.do("taiyuan", number, "decline", reasons="不具代表性。")
    office.sign(number, "taiyuan-head", "taiyuan-leader")
    page = words_of(office.visit("province").get("/overview"))

    assert ("市级初审 2 100% – 1件 未获推荐 1" in page, "拟定建议 1 50% 1件" in page) == (True, True)


def test_states_that_a_bureau_cannot_tell_apart_are_one_for_it(office: World) -> None:
    office.application("proposal", 1)
    office.application("reserve", 2)
    page = words_of(office.visit("taiyuan").get("/overview"))

    assert ("评审结束 2" in page, "递补备选" in page) == (True, False)


def test_what_is_overdue_stands_under_its_office(office: World) -> None:
    number = office.application("municipal_review", 1)
    with office.database.write() as tx:
        tx.execute(task.update().where(task.c.case_id == number).values(due_on=today().replace(year=today().year - 1)))
    text = office.visit("province").get("/overview").text
    due = re.search(r'(?s)<table class="zebra fits due-table">.*?</table>', text)

    assert due is not None
    assert re.sub(r"<[^>]+>|\s+", " ", due[0]).split().count("太原市生态环境局") == 1
    assert re.search(r"(?s)太原市生态环境局</th><td class=\"number\"><span class=\"badge bad\">.*?1</span>", due[0])


def test_the_round_is_chosen_by_the_address(office: World) -> None:
    office.application("municipal_review", 1)
    reader = office.visit("province")
    every = glance(reader.get("/overview?round=all").text)["太原市生态环境局"]
    none = glance(reader.get("/overview?round=1").text)["太原市生态环境局"]

    assert (every[0], none[0]) == ("1", "0")


def test_the_pictures_are_drawn_without_style_and_hidden_from_readers_of_text(office: World) -> None:
    office.application("municipal_review", 1)
    pictures = re.findall(r"(?s)<svg class=\"(?:bar|due).*?</svg>", office.visit("province").get("/overview").text)

    assert pictures
    assert all('aria-hidden="true"' in one and "style=" not in one for one in pictures)


def test_it_is_complete_in_english(office: World) -> None:
    office.application("municipal_review", 1)
    reader = office.visit("province")
    reader.client.set_cookie("language", "en")
    page = words_of(reader.get("/overview"))

    assert ("All prefectures at a glance" in page, "With the bureau" in page, "Due within ten working days" in page) == (
        True, True, True,
    )  # fmt: skip
