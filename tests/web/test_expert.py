"""Experts: pledges first, one sheet beside each dossier, blind to the others until the own score is in."""

from __future__ import annotations

from caseflow.records import reading
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]

MARKER = "只有他人评分里才有的字样"
CRITERIA = ("distinctive", "representative", "feasible", "replicable")


def sheet(mark: str, member: int) -> dict[str, str]:
    return {
        "sheet-member": str(member),
        **{f"sheet-marks-{one}-mark": mark for one in CRITERIA},
        **{f"sheet-marks-{one}-reason": "材料充分" for one in CRITERIA},
    }


def test_the_desk_counts_what_is_done(office: World) -> None:
    numbers = [office.application("awaiting_evaluation", one) for one in (1, 2)]
    host = office.meeting(*numbers)
    office.score("expert-1", host, numbers[0], 20)
    page = words_of(office.visit("expert-1").get("/desk"))

    assert "已完成1件，共2件" in page


def test_an_invited_expert_finds_the_panel_on_the_desk(office: World) -> None:
    number = office.application("awaiting_evaluation", 1)
    host = office.meeting(number, convened=False)
    text = office.visit("expert-1").get("/desk").text

    assert ("办理环节" in text, f'href="/cases/{host}/panel"' in text) == (True, True)


def test_no_dossier_opens_before_the_pledges(office: World) -> None:
    number = office.application("awaiting_evaluation", 1)
    host = office.meeting(number, convened=False)
    reader = office.visit("expert-1")
    answer = reader.get(f"/cases/{host}/panel/{number}")
    page = reader.get(f"/cases/{host}/panel")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{host}/panel")
    assert ("保密承诺" in page.text, f"/panel/{number}" in page.text, "（0/0）" in page.text) == (True, False, False)


def test_an_expert_declares_case_by_case_and_the_conflict_stays_shut(office: World) -> None:
    number, other = (office.application("awaiting_evaluation", one) for one in (1, 2))
    host = office.meeting(number, other, convened=False)
    reader = office.visit("expert-1")
    given = {
        "secrecy": "yes", "integrity": "yes", "interests": [str(number), str(other)],
        f"interests-{number}-conflict": "yes", f"interests-{number}-ground": "曾任顾问",
    }  # fmt: skip
    done = reader.act(f"/cases/{host}/acts/declare", given)
    page = words_of(reader.get(f"/cases/{host}/panel"))

    assert (done.status_code, "已申报回避1件" in page) == (200, True)
    assert reader.get(f"/cases/{host}/panel/{number}").status_code == 404
    assert reader.get(f"/cases/{host}/panel/{other}").status_code == 200


def test_the_sheet_stands_beside_the_dossier_and_is_sent_from_there(office: World) -> None:
    number = office.application("awaiting_evaluation", 1)
    host = office.meeting(number)
    reader = office.visit("expert-1")
    path = f"/cases/{host}/panel/{number}"
    page = reader.get(path)
    done = reader.act(path, sheet("20", number), hidden_inputs(page.text, 'id="act"'))

    assert ("申报单位基本信息" in words_of(page), "满分25分" in words_of(page)) == (True, True)
    assert (done.status_code, "已评80分" in words_of(reader.get(path))) == (200, True)


def test_contacts_are_hidden_from_an_expert(office: World) -> None:
    number = office.application("awaiting_evaluation", 1, unit__contact_name="张联络")
    host = office.meeting(number)
    text = office.visit("expert-1").get(f"/cases/{host}/panel/{number}").text

    assert ("张联络" in text, "工作联系人" in text) == (False, False)


def test_no_page_shows_another_score_before_the_own_is_in(office: World) -> None:
    number = office.application("awaiting_evaluation", 1)
    host = office.meeting(number)
    office.score("expert-2", host, number, 17, MARKER)
    reader = office.visit("expert-1")
    paths = [f"/cases/{host}", f"/cases/{host}/panel", f"/cases/{host}/panel/{number}", f"/cases/{host}/acts/score?member={number}",
             f"/cases/{number}", "/desk", "/cases", f"/cases/{host}/ranking", f"/cases/{host}/review", f"/cases/{host}?part=timeline"]  # fmt: skip
    texts = [reader.get(path).text for path in paths]

    assert [
        path for path, text in zip(paths, texts, strict=True) if MARKER in text or ">68<" in text or "68 " in text
    ] == []


def test_the_others_totals_appear_without_names_once_the_scores_are_worked_out(office: World) -> None:
    number = office.application("awaiting_evaluation", 1)
    host = office.meeting(number)
    for expert in range(1, 8):
        office.score(f"expert-{expert}", host, number, 17 if expert == 2 else 20, MARKER)
    path = f"/cases/{host}/panel/{number}"
    before = office.visit("expert-1").get(path).text
    office.summarise(host)
    after = office.visit("expert-1").get(path).text

    assert ("其他专家的总分" in before, "评分汇总之前看不到其他专家的评分" in before) == (False, True)
    assert ("68" in after[after.index("其他专家的总分") :], "专家2" in after) == (True, False)


def test_the_own_sheet_stands_in_the_form_until_the_scores_are_worked_out(office: World) -> None:
    number = office.application("awaiting_evaluation", 1)
    host = office.meeting(number)
    office.score("expert-1", host, number, 20, MARKER)
    text = office.visit("expert-1").get(f"/cases/{host}/panel/{number}").text

    assert text.count(MARKER) == 2 * (len(CRITERIA) + 1)


def test_a_sheet_with_a_gap_comes_back_with_what_was_typed(office: World) -> None:
    number = office.application("awaiting_evaluation", 1)
    host = office.meeting(number)
    reader = office.visit("expert-1")
    hidden = hidden_inputs(reader.get(f"/cases/{host}/panel/{number}").text, 'id="act"')
    given = {**sheet("20", number), "sheet-marks-feasible-mark": "", "sheet-opinion": "综合意见在此"}
    page = reader.act(f"/cases/{host}/panel/{number}", given, hidden)

    assert (page.status_code, "综合意见在此" in page.text, len(errors_of(page))) == (422, True, 1)


def test_somebody_who_does_not_sit_finds_no_panel(office: World) -> None:
    number = office.application("awaiting_evaluation", 1)
    host = office.meeting(number)
    reader = office.visit("expert-10")

    assert [reader.get(path).status_code for path in (f"/cases/{host}/panel", f"/cases/{host}/panel/{number}")] == [
        404,
        404,
    ]


def test_reading_a_dossier_as_an_expert_is_logged(office: World) -> None:
    number = office.application("awaiting_evaluation", 1)
    host = office.meeting(number)
    office.visit("expert-3").get(f"/cases/{host}/panel/{number}")
    with office.database.read() as tx:
        rows = [(row.person_id, row.what) for row in reading.of_case(tx, number)]

    assert rows == [(office.people["expert-3"], "dossier")]


def test_the_province_reads_the_ranking_with_what_was_dropped(office: World) -> None:
    numbers = [office.application("awaiting_evaluation", one) for one in (1, 2)]
    host = office.meeting(*numbers)
    for expert in range(1, 8):
        office.score(f"expert-{expert}", host, numbers[0], 10 + expert)
        office.score(f"expert-{expert}", host, numbers[1], 20)
    page = words_of(office.visit("province").get(f"/cases/{host}/ranking"))

    assert ("去掉" in page, "80.00" in page, "56.00" in page) == (True, True, True)


def test_a_bureau_reads_no_ranking(office: World) -> None:
    number = office.application("awaiting_evaluation", 1)
    host = office.meeting(number)

    assert office.visit("taiyuan").get(f"/cases/{host}/ranking").status_code == 404
