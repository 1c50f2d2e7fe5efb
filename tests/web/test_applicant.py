"""From the blank form to the receipt, and what the applicant reads afterwards."""

from __future__ import annotations

from datetime import timedelta

from caseflow import clock
from caseflow.cases.models import round_, round_deadline
from tests.records.uploads import pdf
from tests.web import applicant_world as applying
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]


def test_the_start_page_says_what_is_needed_and_by_when_and_no_number_of_free_places(office: World) -> None:
    page = words_of(office.visit(office.unit(1)).get(applying.WORKFLOW))

    assert ("试点建设工作方案" in page, "省级报送截止" in page, "是上限，不是指标" in page) == (True, True, True)
    assert "剩余名额" not in page


def test_a_double_click_opens_one_application(office: World) -> None:
    reader = office.visit(office.unit(1))
    hidden = hidden_inputs(reader.get(applying.WORKFLOW).text, "request_key")
    first, second = (applying.opened(office, reader, hidden=hidden) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]


def test_an_application_needs_a_round_that_is_open_and_a_bureau(office: World) -> None:
    reader = office.visit(office.unit(1))
    answer = reader.act(
        applying.WORKFLOW, {"round": "999"}, hidden_inputs(reader.get(applying.WORKFLOW).text, "request_key")
    )

    assert (answer.status_code, errors_of(answer)) == (
        422,
        ["请选择正在开放的申报批次", "请选择生产所在市的生态环境局"],
    )


def test_the_task_list_says_how_far_each_section_is(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    before = words_of(reader.get(f"/cases/{case_id}"))
    applying.save(reader, case_id, "declaration", {"truth": "yes"})
    after = words_of(reader.get(f"/cases/{case_id}"))

    assert ("申报材料真实性承诺 未填写" in before, "申报材料真实性承诺 已完成" in after) == (True, True)


def test_what_is_missing_is_listed_with_the_way_there(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    page = reader.get(f"/cases/{case_id}/check").text

    assert f'href="/cases/{case_id}/dossier/unit#leader"' in page
    assert 'disabled aria-disabled="true">定稿生成申报表' in page


def test_the_whole_road_from_the_filled_form_to_the_receipt(office: World) -> None:
    _, reader, case_id, code = applying.made(office)
    answer = applying.send(reader, case_id, pdf(3), code)
    receipt = reader.get(answer.headers["Location"])
    row = office.row(case_id)

    assert (answer.status_code, row["state"]) == (303, "municipal_waiting")
    assert (row["number"] in receipt.text, row["receipt_code"] in receipt.text) == (True, True)
    assert ("data:image/svg+xml" in receipt.text, "剩余2个工作日" in words_of(receipt)) == (True, True)


def test_a_double_click_on_submit_is_one_act(office: World) -> None:
    _, reader, case_id, code = applying.made(office)
    hidden = hidden_inputs(reader.get(f"/cases/{case_id}/check").text, f"/cases/{case_id}/submit")
    first, second = (applying.sent(reader, case_id, hidden, pdf(3), code) for _ in range(2))

    assert (first.status_code, second.status_code, first.headers["Location"]) == (303, 303, second.headers["Location"])
    assert office.row(case_id)["version"] == 3


def test_a_wrong_code_is_refused_and_the_scan_stays(office: World) -> None:
    _, reader, case_id, code = applying.made(office)
    refused = applying.send(reader, case_id, pdf(3), "AAAA-BBBB")
    kept = hidden_inputs(refused.text, f"/cases/{case_id}/submit")
    again = applying.sent(reader, case_id, kept, None, code)

    assert (refused.status_code, "盖章申报表.pdf" in refused.text, "sealed_form" in kept) == (422, True, True)
    assert (again.status_code, office.row(case_id)["state"]) == (303, "municipal_waiting")


def test_a_change_after_the_form_was_made_asks_for_a_new_form(office: World) -> None:
    _, reader, case_id, _ = applying.made(office)
    applying.save(reader, case_id, "unit", {**_unit(reader, case_id), "leader_title": "董事长"})
    page = words_of(reader.get(f"/cases/{case_id}/check"))

    assert "内容有修改，请重新生成" in page


def test_after_the_bureaus_deadline_nothing_is_taken_and_what_was_typed_stays(office: World) -> None:
    _, reader, case_id, code = applying.made(office)
    with office.database.write() as tx:
        tx.execute(
            round_deadline.insert().values(
                round_id=office.round_id,
                organisation_id=office.offices["sx-taiyuan"],
                closes_at=clock.now() - timedelta(minutes=1),
            )
        )
    answer = applying.send(reader, case_id, pdf(3), code)

    assert (answer.status_code, office.row(case_id)["state"]) == (422, "drafting")
    assert any("截止" in reason for reason in errors_of(answer))
    assert (applying.typed_again(answer, "sealed_form-revision_code"), "盖章申报表.pdf" in answer.text) == (code, True)


def test_a_screen_older_than_the_case_says_who_acted(office: World) -> None:
    _, reader, case_id, code = applying.made(office)
    hidden = hidden_inputs(reader.get(f"/cases/{case_id}/check").text, f"/cases/{case_id}/submit")
    answer = applying.sent(reader, case_id, {**hidden, "seen": "1"}, pdf(3), code)

    assert (answer.status_code, "申报人1" in answer.text, office.row(case_id)["state"]) == (409, True, "drafting")


def test_the_printed_form_carries_its_code_and_runs_nothing(office: World) -> None:
    _, reader, case_id, code = applying.made(office, unit__unit_name="示例焦化1有限公司")
    page = reader.get(f"/cases/{case_id}/form")

    assert (code in page.text, "申报单位（盖章）" in page.text, "示例焦化1有限公司" in page.text) == (True, True, True)
    assert "script" not in page.headers["Content-Security-Policy"]


def test_one_sees_the_own_applications_only(office: World) -> None:
    _, reader, case_id = applying.filled(office, 1)
    other = office.visit(office.unit(2))

    assert (other.get(f"/cases/{case_id}").status_code, other.get(f"/cases/{case_id}/check").status_code) == (404, 404)
    assert (f"/cases/{case_id}" in reader.get("/home").text, f"/cases/{case_id}" in other.get("/home").text) == (
        True,
        False,
    )


def test_after_a_return_only_the_fields_named_can_be_changed(office: World) -> None:
    case_id = office.application("municipal_review", 1)
    office.do("taiyuan", case_id, "municipal_return", gaps={"product.strengths": "请补充数据来源"})
    reader = office.visit("unit-1")
    page = reader.get(f"/cases/{case_id}/dossier/product")
    before = _stored(office, case_id, "product")
    applying.save(reader, case_id, "product", {"strengths": "已补充计量数据", "future": "偷偷改动"})
    after = _stored(office, case_id, "product")

    assert ("请补充数据来源" in page.text, 'name="strengths"' in page.text, 'name="future"' in page.text) == (
        True,
        True,
        False,
    )
    assert (after["strengths"], after["future"]) == ("已补充计量数据", before["future"])
    assert reader.get(f"/cases/{case_id}/dossier/unit").text.count("<textarea") == 0


def test_a_message_is_marked_as_read(office: World) -> None:
    _, reader, _, _ = applying.made(office)
    before = words_of(reader.get("/inbox"))
    reader.post("/inbox", {})
    after = words_of(reader.get("/inbox"))

    assert ("全部标为已读（1）" in before, "全部标为已读" in after) == (True, False)


def test_an_officer_goes_on_to_the_desk_and_a_visitor_to_the_start(office: World) -> None:
    from tests.web.conftest import Visitor

    assert office.visit("taiyuan").get("/home").headers["Location"] == "/desk"
    assert Visitor(office.app).get("/home").headers["Location"] == "/"


def test_the_pages_stand_in_english(office: World) -> None:
    import re

    _, reader, case_id = applying.filled(office)
    reader.client.set_cookie("language", "en")
    paths = ["/", "/home", applying.WORKFLOW, "/inbox", "/status", "/lists/published", f"/cases/{case_id}/footprint"]
    left = {}
    for path in paths:
        text = re.sub(r"(?s)<datalist.*?</datalist>|中文", "", reader.get(path).text)
        names = re.findall(r"[\u4e00-\u9fff]{7,}", re.sub(r"<[^>]+>", " ", text))
        left[path] = [name for name in names if "示例" not in name and "每类产品" not in name]

    assert left == {path: [] for path in paths}


def test_a_closed_round_is_not_offered(office: World) -> None:
    with office.database.write() as tx:
        tx.execute(round_.update().values(closes_at=clock.now() - timedelta(days=1)))
    page = words_of(office.visit(office.unit(1)).get(applying.WORKFLOW))

    assert "目前没有开放的申报批次" in page


def _stored(office: World, case_id: int, section: str) -> dict[str, object]:
    from caseflow.cases import dossier

    with office.database.read() as tx:
        found: dict[str, object] = dossier.working(tx, office.ground, office.row(case_id))[section]
        return found


def _unit(reader: object, case_id: int) -> dict[str, str]:
    names = ("unit_name", "leader", "contact_name", "contact_phone", "production_address", "uscc")
    page = reader.get(f"/cases/{case_id}/dossier/unit")  # type: ignore[attr-defined]
    return {name: applying.typed_again(page, name) for name in names}
