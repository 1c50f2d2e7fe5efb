"""The page of a case and the form of an act: what is offered, why not, and that nothing typed is lost."""

from __future__ import annotations

from caseflow.records import journal, reading
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]

ITEMS = ("typical", "leading", "chain", "data_basis", "life_cycle", "management")
RECOMMENDATION = {
    **{f"checklist-{item}-conclusion": "met" for item in ITEMS},
    "opinion": "初审意见：建议推荐。",
    "summary_strengths": "优势摘要",
    "summary_plan": "计划摘要",
    "no_interest": "yes",
}


def entries(office: World, case_id: int) -> list[str]:
    with office.database.read() as tx:
        return [row.act for row in journal.entries(tx, case_id)]


def test_the_case_of_another_prefecture_is_not_there(office: World) -> None:
    number = office.application("municipal_review", 1, "sx-datong")
    paths = ["", "/review", "/acts/recommend", "/diagram.svg", "?part=dossier"]

    assert [office.visit("taiyuan").get(f"/cases/{number}{path}").status_code for path in paths] == [404] * 5


def test_the_page_shows_where_the_case_stands_and_by_when(office: World) -> None:
    number = office.application("municipal_review", 1)
    page = words_of(office.visit("taiyuan").get(f"/cases/{number}"))

    assert [word in page for word in ("市级初审", "当前办理：市生态环境局经办", "剩余10个工作日", "期限怎么算的")] == [
        True
    ] * 4


def test_the_count_of_a_deadline_is_shown_day_by_day(office: World) -> None:
    number = office.application("municipal_review", 1)
    text = office.visit("taiyuan").get(f"/cases/{number}").text

    assert text[text.index('<ol class="ledger">') :].count("<li") >= 3


def test_a_greyed_button_lists_its_reasons(office: World) -> None:
    number = office.application("drafting", 1)
    office.do("unit-1", number, "finalise")
    host = office.host("taiyuan", "municipal-submission")
    page = office.visit("taiyuan").get(f"/cases/{host}")

    assert ("尚未纳入任何办件" in words_of(page), 'disabled aria-describedby="why-confirm"' in page.text) == (
        True,
        True,
    )


def test_an_act_that_is_not_offered_is_refused_with_the_reason(office: World) -> None:
    number = office.application("municipal_waiting", 1)
    page = office.visit("taiyuan").get(f"/cases/{number}/acts/recommend")

    assert (page.status_code, errors_of(page)) == (422, ["当前环节为“待初审”，不能进行“推荐”。"])


def test_a_refused_form_comes_back_with_every_reason_and_what_was_typed(office: World) -> None:
    number = office.application("municipal_review", 1, footprint=False)
    reader = office.visit("taiyuan")
    page = reader.act(f"/cases/{number}/acts/recommend", {"opinion": "只写了意见"})

    assert (page.status_code, "只写了意见" in page.text, len(errors_of(page)) >= 4) == (422, True, True)
    assert office.row(number)["state"] == "municipal_review"


def test_a_double_click_is_one_act_and_one_page(office: World) -> None:
    number = office.application("municipal_waiting", 1)
    reader = office.visit("taiyuan")
    hidden = hidden_inputs(reader.get(f"/cases/{number}").text, "/acts/accept")
    first = reader.act(f"/cases/{number}/acts/accept", {}, hidden)
    second = reader.act(f"/cases/{number}/acts/accept", {}, hidden)

    assert (first.status_code, words_of(first)) == (second.status_code, words_of(second))
    assert entries(office, number).count("accept") == 1


def test_a_stale_screen_says_who_acted_and_keeps_the_text(office: World) -> None:
    number = office.application("municipal_review", 1)
    reader = office.visit("taiyuan")
    hidden = reader.form_of(f"/cases/{number}/acts/municipal_return")
    office.answer_findings("taiyuan", number)
    office.do("taiyuan", number, "municipal_return", gaps={"unit.leader": "第一次退回"})
    office.do("taiyuan", number, "resume_review", note="材料已线下补齐")
    office.sign(number, "taiyuan-head")
    page = reader.act(f"/cases/{number}/acts/municipal_return", {"gaps-unit.leader": "我写的补正意见"}, hidden)

    assert (page.status_code, "我写的补正意见" in page.text) == (409, True)
    assert "市局科长乙办理了“按现有材料恢复初审”" in words_of(page)


def test_the_text_of_a_stale_screen_can_be_sent_again_at_once(office: World) -> None:
    number = office.application("municipal_review", 1)
    reader = office.visit("taiyuan")
    hidden = reader.form_of(f"/cases/{number}/acts/municipal_return")
    office.application("municipal_review", 2)
    office.recommend(number, signed=False)
    office.do("taiyuan-head", number, "send_back", opinion="请先补正")
    page = reader.act(f"/cases/{number}/acts/municipal_return", {"gaps-unit.leader": "请补全姓名"}, hidden)
    again = reader.act(
        f"/cases/{number}/acts/municipal_return",
        {"gaps-unit.leader": "请补全姓名"},
        hidden_inputs(page.text, 'id="act"'),
    )

    assert (page.status_code, again.status_code, office.row(number)["unlocked"]) == (409, 200, ["unit.leader"])


def test_what_is_typed_is_kept_for_the_person_who_typed(office: World) -> None:
    number = office.application("municipal_review", 1)
    reader = office.visit("taiyuan")
    path = f"/cases/{number}/acts/recommend"
    token = reader.form_of(path)["csrf_token"]
    kept = reader.client.post(
        f"{path}/draft", json={"version": 0, "fields": [["opinion", "写到一半的意见"]]},
        headers={"X-CSRF-Token": token}, environ_base=reader.address,
    )  # fmt: skip

    assert (kept.status_code, kept.json["version"]) == (200, 1)
    assert "写到一半的意见" in reader.get(path).text
    assert "recommend" not in entries(office, number)


def test_the_button_keeps_a_form_without_scripts(office: World) -> None:
    number = office.application("municipal_review", 1)
    reader = office.visit("taiyuan")
    path = f"/cases/{number}/acts/recommend"
    page = reader.act(path, {"opinion": "先放着", "keep": "yes"})

    assert ("已暂存" in words_of(page), "先放着" in page.text) == (True, True)


def test_a_proposal_waits_for_signatures_and_the_case_stays(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.answer_findings("taiyuan", number)
    page = office.visit("taiyuan").act(f"/cases/{number}/acts/recommend", RECOMMENDATION)

    assert (page.status_code, office.row(number)["state"]) == (200, "municipal_review")
    assert "已送审签：推荐" in words_of(page)


def test_a_signer_reads_what_is_proposed_and_signs_on_the_page(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.recommend(number, signed=False)
    head = office.visit("taiyuan-head")
    page = head.get(f"/cases/{number}")
    hidden = hidden_inputs(page.text, "/signing")
    answer = head.act(f"/cases/{number}/signing", {"decision": "sign", "opinion": "同意推荐"}, hidden)
    then = words_of(office.visit("taiyuan-leader").get(f"/cases/{number}"))

    assert "材料齐全，符合试点条件，建议推荐。" in words_of(page)
    assert (answer.status_code, "同意推荐" in then, "同意签署" in then) == (200, True, True)


def test_sending_back_needs_a_reason(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.recommend(number, signed=False)
    head = office.visit("taiyuan-head")
    hidden = hidden_inputs(head.get(f"/cases/{number}").text, "/signing")
    page = head.act(f"/cases/{number}/signing", {"decision": "send_back", "opinion": ""}, hidden)

    assert (page.status_code, errors_of(page)) == (422, ["退回经办须写明理由。"])


def test_the_approval_slip_lists_every_signature(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.recommend(number)
    reader = office.visit("taiyuan")
    slip = next(part for part in reader.get(f"/cases/{number}").text.split('"') if "/slips/" in part)
    page = words_of(reader.get(slip.replace(".pdf", ".html")))

    assert [word in page for word in ("审批单", "市局经办甲", "市局科长乙", "市局分管丙", "同意")] == [True] * 5


def test_a_finding_is_answered_on_the_page(office: World) -> None:
    number = office.application("drafting", 1)
    office.do("unit-1", number, "finalise")
    office.do("unit-1", number, "submit", sealed_form="form.pdf", no_state_secret=True)
    office.do("taiyuan", number, "accept")
    reader = office.visit("taiyuan")
    page = reader.get(f"/cases/{number}")
    target = next(part for part in page.text.split('"') if "/findings/" in part)
    answer = reader.act(target, {"answer": "拟开展，已核实"}, hidden_inputs(page.text, target))

    assert ("未申报碳足迹数值" in words_of(page), "拟开展，已核实" in answer.text) == (True, True)


def test_the_review_puts_comments_beside_each_field(office: World) -> None:
    number = office.application("municipal_review", 1)
    reader = office.visit("taiyuan")
    text = reader.get(f"/cases/{number}/review?act=municipal_return").text

    assert 'form="act" id="gaps-unit.leader" name="gaps-unit.leader"' in text


def test_the_review_shows_the_declared_beside_the_recomputed_footprint(office: World) -> None:
    number = office.application("municipal_waiting", 1, footprint=True)
    office.do("taiyuan", number, "accept")
    page = words_of(office.visit("taiyuan").get(f"/cases/{number}/review"))

    assert [word in page for word in ("申报值", "平台复算值", "在允许偏差内", "按生命周期阶段")] == [True] * 4


def test_opening_a_dossier_is_logged(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.visit("taiyuan").get(f"/cases/{number}?part=dossier")
    with office.database.read() as tx:
        rows = [(row.person_id, row.what) for row in reading.of_case(tx, number)]

    assert rows == [(office.people["taiyuan"], "dossier")]


def test_a_letter_comes_as_word_and_as_a_page(office: World) -> None:
    number = office.application("municipal_review", 1)
    office.do("taiyuan", number, "municipal_return", gaps={"unit.leader": "请补全负责人姓名"})
    reader = office.visit("taiyuan")
    links = [part for part in reader.get(f"/cases/{number}?part=papers").text.split('"') if "/letters/" in part]
    link = next(link for link in links if link.endswith(".docx"))
    page, word = words_of(reader.get(link.replace(".docx", ".html"))), reader.get(link)

    assert ("补正通知" in page, word.data[:2]) == (True, b"PK")


def test_the_diagram_lights_the_present_state(office: World) -> None:
    number = office.application("municipal_review", 1)
    answer = office.visit("taiyuan").get(f"/cases/{number}/diagram.svg")

    assert (answer.mimetype, "市级初审" in answer.text) == ("image/svg+xml", True)


def test_every_part_of_a_case_is_complete_in_english(office: World) -> None:
    number = office.application("municipal_review", 1, footprint=True)
    reader = office.visit("taiyuan")
    reader.client.set_cookie("language", "en")
    answers = [reader.get(f"/cases/{number}{part}") for part in ("", "?part=papers", "?part=timeline", "/review")]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert "Municipal pre-review" in answers[0].text
