"""Why something may be done or not, on which ground, and what comes next: in the words of the refusals, per reader."""

from __future__ import annotations

import re

import pytest

from caseflow.cases.registry import EFFECTS, GUARDS, WARNINGS
from caseflow.words import catalogue
from tests.web.conftest import words_of
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]


def act_of(text: str, action: str) -> str:
    """What the page says of one act."""
    start = text.index(f'id="act-{action}"')
    return text[start : text.index("</article>", start)]


def bare(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize(("kind", "known"), [("needs", GUARDS), ("warns", WARNINGS), ("then", EFFECTS)])
def test_every_guard_warning_and_effect_has_a_sentence_of_its_own(kind: str, known: dict[str, object]) -> None:
    said = {key.removeprefix(f"why.{kind}.") for key in catalogue() if key.startswith(f"why.{kind}.")}

    assert said == set(known)


def test_a_greyed_act_is_explained_with_the_same_sentences_and_linked_from_its_button(office: World) -> None:
    number = office.host("taiyuan", "municipal-submission")
    reader = office.visit("taiyuan")
    page = reader.get(f"/cases/{number}").text
    start = page.index('id="why-confirm"')
    greyed = re.findall(r"<li>(.*?)</li>", page[start : page.index("</ul>", start)])
    told = act_of(reader.get(f"/cases/{number}/why").text, "confirm")

    assert f'href="/cases/{number}/why#act-confirm"' in page
    assert "尚未纳入任何办件" in greyed[0]
    assert [reason in told for reason in greyed] == [True] * len(greyed)
    assert ("暂不能办理" in told, re.search(r"未满足\s+至少纳入一件办件", bare(told)) is not None) == (True, True)


def test_an_act_names_its_conditions_signers_ground_and_line(office: World) -> None:
    number = office.application("municipal_review", 1)
    told = bare(act_of(office.visit("taiyuan").get(f"/cases/{number}/why").text, "recommend"))

    assert "提示和复算发现的问题均已答复" in told
    assert re.search(r"已满足\s+办理人与申报单位没有利害关系", told)
    assert "须依次审签：" in told
    assert "办理后：已推荐待报送" in told
    assert re.search(r"依据：通知.*流程文件：shanxi/pilot-management\.yaml:\d+", told)


def test_the_line_is_that_at_which_the_act_stands_in_its_file(office: World) -> None:
    number = office.application("municipal_review", 1)
    told = act_of(office.visit("taiyuan").get(f"/cases/{number}/why").text, "recommend")
    file, line = re.findall(r"(shanxi/[a-z-]+\.yaml):(\d+)", told)[-1]
    written = (office.settings.workflows / file).read_text("utf-8").splitlines()

    assert written[int(line) - 1].strip() == "recommend:"


def test_who_may_not_act_reads_who_may_in_the_words_of_the_refusal(office: World) -> None:
    number = office.application("municipal_review", 1)
    told = bare(act_of(office.visit("province").get(f"/cases/{number}/why").text, "recommend"))

    assert "由他人办理" in told
    assert "市生态环境局经办（太原市生态环境局）" in told
    assert "暂不能办理" not in told


def test_the_applicant_reads_its_own_acts_and_no_file_and_nothing_of_the_authoritys(office: World) -> None:
    number = office.application("objection", 1)
    text = office.visit("unit-1").get(f"/cases/{number}/why").text
    acts = set(re.findall(r'id="act-([a-z_]+)"', text))
    state = office.ground._loaded[office.row(number)["definition_id"]].definition.states["objection"]

    assert acts.isdisjoint({one.id for one in state.actions.values() if "applicant" not in one.by})
    assert (".yaml" in text, "异议核查" in text, "异议成立" in text) == (False, False, False)
    assert "公示中" in bare(text)


def test_a_bureau_is_not_told_of_acts_of_the_authority(office: World) -> None:
    number = office.application("objection", 1)
    text = office.visit("taiyuan").get(f"/cases/{number}/why").text

    assert [one for one in ("uphold", "dismiss", "异议成立", "异议核查", "拟取消资格") if one in text] == []


def test_what_comes_next_is_told_with_who_and_until_when(office: World) -> None:
    number = office.application("municipal_review", 1)
    page = bare(office.visit("province").get(f"/cases/{number}/why").text)
    ahead = page[page.index("接下来 去向") : page.index("期限怎么算的")]

    assert "初审补正 退回补正" in ahead
    assert "申报单位（10个工作日）" in ahead
    assert "试点完成" in ahead[ahead.index("可能的结果") :]
    assert "剩余10个工作日" in page


def test_a_case_that_has_ended_says_so(office: World) -> None:
    number = office.application("not_selected", 1)
    page = bare(office.visit("province").get(f"/cases/{number}/why").text)

    assert "办件已经办结，没有后续环节。" in page


def test_a_field_that_cannot_be_typed_says_why_and_one_that_must_be_says_so(office: World) -> None:
    number = office.application("drafting", 1)
    writing = bare(office.visit("unit-1").get(f"/cases/{number}/why").text)
    filed = office.application("municipal_review", 2)
    reading = office.visit("unit-2").get(f"/cases/{filed}/why").text
    link = f'href="/cases/{filed}/why#section-unit"'

    assert ("现在可以填写" in writing, re.search(r"申报单位 必填", writing) is not None) == (True, True)
    assert "申报材料已经提交，这个环节不填报。" in reading
    assert link in office.visit("unit-2").get(f"/cases/{filed}/dossier/unit").text


def test_what_was_not_returned_is_locked_and_says_so(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.do("taiyuan", number, "municipal_return", gaps={"unit.leader": "请补全负责人姓名"})
    page = bare(office.visit("unit-1").get(f"/cases/{number}/why").text)

    assert "补正只开放退回时指出的栏目，这里没有被指出。" in page


def test_only_the_authority_is_told_who_does_not_see_a_field(office: World) -> None:
    number = office.application("municipal_review", 1)
    pages = {login: bare(office.visit(login).get(f"/cases/{number}/why").text) for login in ("province", "taiyuan")}

    assert {login: "这个环节对" in page for login, page in pages.items()} == {"province": True, "taiyuan": False}


@pytest.mark.parametrize("login", ["datong", "expert-1"])
def test_strangers_find_no_such_page(office: World, login: str) -> None:
    number = office.application("municipal_review", 1)

    assert office.visit(login).get(f"/cases/{number}/why").status_code == 404


@pytest.mark.parametrize("login", ["province", "taiyuan", "unit-1"])
def test_the_page_is_whole_in_english(office: World, login: str) -> None:
    number = office.application("municipal_review", 1)
    reader = office.visit(login)
    reader.client.set_cookie("language", "en")
    answer = reader.get(f"/cases/{number}/why")

    assert answer.status_code == 200
    assert "What comes next" in words_of(answer)


def test_what_comes_next_does_not_tell_an_objection_from_the_publicity_around_it(office: World) -> None:
    looks_alike = [office.application(state, number) for number, state in ((1, "publicity"), (2, "objection"))]
    told = []
    for number in looks_alike:
        page = bare(office.visit("taiyuan").get(f"/cases/{number}/why").text)
        told.append(page[page.index("接下来 去向") : page.index("办理期限")])

    assert told[0] == told[1]
    assert "公示结束" in told[0]


def test_applicants_read_neither_how_places_are_counted_nor_what_reviewers_are_warned_of(office: World) -> None:
    number = office.application("drafting", 1)
    text = bare(office.visit("unit-1").get(f"/cases/{number}/why").text)

    assert "申报材料必填项齐全" in text
    assert [one for one in ("名额”一个名额", "释放所占", "失信名单", "计入“") if one in text] == []
