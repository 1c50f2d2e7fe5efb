"""Several cases at once: the preview, one form for all, a result for each, and the worksheet out and back in."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from caseflow.records import files
from tests.records.uploads import docx
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import Reader, World, office, seeded

__all__ = ["office", "seeded"]


def ids(*cases: int) -> str:
    return "&".join(f"case={one}" for one in cases)


def opened(reader: Reader, action: str, *cases: int) -> Any:
    return reader.get(f"/bulk/acts/{action}?{ids(*cases)}")


def filled(page: str) -> list[tuple[str, str]]:
    """What the form holds as it is drawn: hidden inputs, ticked boxes and texts, as a browser would post them."""
    form = re.search(r'(?s)<form method="post" id="bulk".*?</form>', page)
    found = form[0] if form else ""
    ticked = re.findall(r'<input type="checkbox" name="case" value="(\d+)" checked>', found)
    texts = re.findall(r'(?s)<textarea[^>]* name="([^"]+)"[^>]*>\s*(.*?)</textarea>', found)
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found)
    return [*inputs, *(("case", one) for one in ticked), *((name, unescape(text)) for name, text in texts)]


def sent(reader: Reader, page: Any, action: str, **given: Any) -> Any:
    """The form of a page with what is typed into it."""
    data: dict[str, list[str]] = {}
    for name, value in filled(page.text):
        data.setdefault(name, []).append(value)
    for name, value in given.items():
        data[name.replace("__", "-")] = value if isinstance(value, list) else [value]
    return reader.client.post(f"/bulk/acts/{action}", data=data, environ_base=reader.address)


def states(office: World, *cases: int) -> list[str]:
    return [office.row(one)["state"] for one in cases]


def test_the_work_list_offers_what_the_chosen_cases_share(office: World) -> None:
    first, second = office.application("municipal_waiting", 1), office.application("municipal_waiting", 2)
    third = office.application("municipal_review", 3)
    page = words_of(office.visit("taiyuan").get(f"/bulk?{ids(first, second, third)}"))

    assert ("待初审 2件" in page, "签收 可用于2件" in page, "市级初审 1件" in page) == (True, True, True)


def test_an_act_that_asks_nothing_is_done_on_all(office: World) -> None:
    cases = [office.application("municipal_waiting", number) for number in (1, 2, 3)]
    reader = office.visit("taiyuan")
    page = sent(reader, opened(reader, "accept", *cases), "accept")

    assert (page.status_code, "已办理3件，未办成0件" in words_of(page)) == (200, True)
    assert states(office, *cases) == ["municipal_review"] * 3


def test_the_same_request_again_does_nothing_twice(office: World) -> None:
    cases = [office.application("municipal_waiting", number) for number in (1, 2)]
    reader = office.visit("taiyuan")
    drawn = opened(reader, "accept", *cases)
    sent(reader, drawn, "accept")
    before = [office.row(one)["seq"] for one in cases]
    again = words_of(sent(reader, drawn, "accept"))

    assert ("已办理2件" in again, again.count("此前已办理，未重复")) == (True, 2)
    assert [office.row(one)["seq"] for one in cases] == before


def test_what_cannot_be_done_says_why_and_is_not_chosen(office: World) -> None:
    ready, blocked = office.application("municipal_review", 1), office.application("municipal_review", 2)
    office.answer_findings("taiyuan", ready)
    from caseflow.cases import findings
    from caseflow.clock import now
    from caseflow.words import Message

    with office.database.write() as tx:
        findings.note(tx, blocked, "warning", "test", Message("warnings.footprint_missing"), now())
    page = opened(office.visit("taiyuan"), "recommend", ready, blocked)

    assert "共2件，其中1件现在可以办理" in words_of(page)
    assert ([value for name, value in filled(page.text) if name == "case"], "提示事项" in page.text) == (
        [str(ready)],
        True,
    )


def test_answers_for_all_and_answers_of_one(office: World) -> None:
    first, second = office.application("municipal_review", 1), office.application("municipal_review", 2)
    reader = office.visit("taiyuan")
    for one in (first, second):
        office.answer_findings("taiyuan", one)
    points = {
        f"checklist__{item}__conclusion": "met"
        for item in ("typical", "leading", "chain", "data_basis", "life_cycle", "management")
    }
    page = sent(
        reader, opened(reader, "recommend", first, second), "recommend", opinion="符合条件，同意推荐。",
        summary_strengths="链条完整。", summary_plan="分三步。", no_interest="yes",
        **{f"c{second}__opinion": "本件另有意见。", **points},
    )  # fmt: skip
    with office.database.read() as tx:
        from caseflow.cases import signing

        said = [signing.answers(office.ground, signing.waiting(tx, one)[0])["opinion"] for one in (first, second)]

    assert "已办理2件，未办成0件" in words_of(page)
    assert ("已提请审签" in page.text, said) == (True, ["符合条件，同意推荐。", "本件另有意见。"])


def test_what_fails_keeps_its_text_and_can_be_tried_again(office: World) -> None:
    good, late = office.application("municipal_review", 1), office.application("municipal_review", 2)
    reader = office.visit("taiyuan")
    drawn = opened(reader, "decline", good, late)
    office.do("taiyuan", late, "municipal_return", gaps={"product.goal": "请写明阶段性目标"})
    page = sent(reader, drawn, "decline", reasons="不具代表性。")
    words = words_of(page)

    assert ("已办理1件，未办成1件" in words, "市局经办甲已于" in words) == (True, True)


def test_a_failed_row_is_sent_again_with_what_was_typed(office: World) -> None:
    good, bare = office.application("municipal_review", 1), office.application("municipal_review", 2)
    reader = office.visit("taiyuan")
    first = sent(reader, opened(reader, "decline", good, bare), "decline", **{f"c{good}__reasons": "不具代表性。"})
    again = sent(reader, first, "decline", **{f"c{bare}__reasons": "产量过小。"})

    assert ("已办理1件，未办成1件" in words_of(first), [v for n, v in filled(first.text) if n == "case"]) == (
        True,
        [str(bare)],
    )
    assert "已办理1件，未办成0件" in words_of(again)


def test_comments_on_fields_go_to_all_and_more_of_them_to_one(office: World) -> None:
    first, second = office.application("municipal_review", 1), office.application("municipal_review", 2)
    reader = office.visit("taiyuan")
    page = sent(
        reader, opened(reader, "municipal_return", first, second), "municipal_return",
        **{"gaps__product.goal": "请写明阶段性目标", f"c{second}__gaps": "未来计划：请补充年份"},
    )  # fmt: skip

    assert "已办理2件，未办成0件" in words_of(page)
    assert [office.row(one)["unlocked"] for one in (first, second)] == [
        ["product.goal"],
        ["product.future", "product.goal"],
    ]


def test_a_line_that_names_no_field_is_refused_with_its_text(office: World) -> None:
    number = office.application("municipal_review", 1)
    reader = office.visit("taiyuan")
    page = sent(
        reader, opened(reader, "municipal_return", number), "municipal_return",
        **{f"c{number}__gaps": "没有这一栏：请补充"},
    )  # fmt: skip

    assert ("没有这个栏目" in words_of(page), states(office, number)) == (True, ["municipal_review"])


def test_a_signer_signs_several_and_sees_what_is_signed(office: World) -> None:
    cases = [office.application("municipal_review", number) for number in (1, 2)]
    for one in cases:
        office.recommend(one, signed=False)
    head = office.visit("taiyuan-head")
    drawn = opened(head, "sign", *cases)
    page = sent(head, drawn, "sign", opinion="同意")
    leader = office.visit("taiyuan-leader")
    sent(leader, opened(leader, "sign", *cases), "sign")

    assert ("待审签：推荐（市局经办甲）" in words_of(drawn), "已办理2件" in words_of(page)) == (True, True)
    assert states(office, *cases) == ["awaiting_submission"] * 2


def test_sending_back_needs_a_reason_in_every_row(office: World) -> None:
    cases = [office.application("municipal_review", number) for number in (1, 2)]
    for one in cases:
        office.recommend(one, signed=False)
    head = office.visit("taiyuan-head")
    page = sent(head, opened(head, "send_back", *cases), "send_back", **{f"c{cases[0]}__opinion": "请补充理由"})

    assert "已办理1件，未办成1件" in words_of(page)


def test_a_file_belongs_to_its_row(office: World) -> None:
    first, second = office.application("municipal_review", 1), office.application("municipal_review", 2)
    reader = office.visit("taiyuan")
    given = {f"c{second}__files": (BytesIO(docx()), "线索.docx"), "source": "来信", "findings": "反映数据不实。"}
    page = sent(reader, opened(reader, "register_clue", first, second), "register_clue", **given)
    with office.database.read() as tx:
        held = [[row.name for row in files.of_case(tx, one) if row.name == "线索.docx"] for one in (first, second)]

    assert ("已办理2件，未办成0件" in words_of(page), held) == (True, [[], ["线索.docx"]])


def test_an_office_is_named_once_for_all(office: World) -> None:
    first, second = office.application("municipal_review", 1), office.application("municipal_review", 2)
    reader = office.visit("taiyuan")
    drawn = opened(reader, "copy_to", first, second)
    page = sent(reader, drawn, "copy_to", office=str(office.offices["sx-datong"]))

    assert "已办理2件，未办成0件" in words_of(page)


def test_nobody_reaches_a_case_of_another_bureau(office: World) -> None:
    own, other = office.application("municipal_waiting", 1), office.application("municipal_waiting", 2, "sx-datong")
    reader = office.visit("taiyuan")
    drawn = opened(reader, "accept", own, other)
    forged = sent(reader, drawn, "accept", row=[str(own), str(other)], case=[str(own), str(other)])

    assert ("示例焦化2有限公司" in drawn.text, "已办理1件，未办成1件" in words_of(forged)) == (False, True)
    assert states(office, other) == ["municipal_waiting"]


def test_without_a_choice_nothing_is_done(office: World) -> None:
    number = office.application("municipal_waiting", 1)
    reader = office.visit("taiyuan")
    page = sent(reader, opened(reader, "accept", number), "accept", case=[])

    assert (page.status_code, errors_of(page), states(office, number)) == (
        422,
        ["请至少选择一件。"],
        ["municipal_waiting"],
    )


def test_what_is_kept_stands_in_the_form_of_the_case(office: World) -> None:
    number = office.application("municipal_review", 1)
    reader = office.visit("taiyuan")
    sent(reader, opened(reader, "decline", number), "decline", keep="yes", reasons="先记下")

    assert "先记下" in reader.get(f"/cases/{number}/acts/decline").text
    assert "先记下" in opened(reader, "decline", number).text


def test_an_applicant_and_a_stranger_have_no_such_page(office: World) -> None:
    number = office.application("municipal_waiting", 1)

    assert office.visit(office.unit(1)).get(f"/bulk?{ids(number)}").status_code == 404
    assert opened(office.visit("finance"), "accept", number).status_code == 404


# --- the worksheet --------------------------------------------------------------------------------------------------


def sheet_of(reader: Reader, action: str, *cases: int) -> list[list[Any]]:
    answer = reader.get(f"/bulk/acts/{action}/sheet.xlsx?{ids(*cases)}")
    return CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_name("bulk").to_python()


def book(rows: list[list[Any]]) -> BytesIO:
    """The rows as an .xlsx, as a spreadsheet program saves them."""
    import xlsxwriter

    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet("bulk")
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(at, column, value)
    out.seek(0)
    return out


def given_in(reader: Reader, rows: list[list[Any]]) -> Any:
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', reader.get("/bulk/sheet").text)
    data = {"csrf_token": token[1] if token else "", "sheet": (book(rows), "办理表.xlsx")}
    return reader.client.post("/bulk/sheet", data=data, environ_base=reader.address)


def test_a_filled_sheet_is_looked_over_and_then_done(office: World) -> None:
    cases = [office.application("municipal_review", number) for number in (1, 2, 3)]
    reader = office.visit("taiyuan")
    rows = sheet_of(reader, "decline", *cases)
    rows[3][8], rows[4][8], rows[5][3] = "不具代表性。", "产量过小。", "否"
    drawn = given_in(reader, rows)
    page = sent(reader, drawn, "decline")

    assert re.findall(r"新填|表中标明不办理", words_of(drawn)) == ["新填", "新填", "表中标明不办理"]
    assert "已办理2件，未办成0件" in words_of(page)
    with office.database.read() as tx:
        from caseflow.cases import signing

        said = [signing.answers(office.ground, signing.waiting(tx, one)[0])["reasons"] for one in cases[:2]]
    assert said == ["不具代表性。", "产量过小。"]


def test_the_same_sheet_twice_is_done_once(office: World) -> None:
    number = office.application("municipal_review", 1)
    reader = office.visit("taiyuan")
    rows = sheet_of(reader, "municipal_return", number)
    rows[3][8] = "未来计划：请补充年份\n阶段性目标：请写明"
    first = given_in(reader, rows)
    sent(reader, first, "municipal_return")
    before = office.row(number)["seq"]
    again = sent(reader, first, "municipal_return")
    late = words_of(given_in(reader, rows))

    assert ("此前已办理" in again.text, office.row(number)["seq"]) == (True, before)
    assert ("第4行" in late, "市局经办甲" in late, "退回补正" in late) == (True, True, True)


def test_a_row_whose_case_has_moved_on_is_refused_by_name(office: World) -> None:
    still, moved = office.application("municipal_review", 1), office.application("municipal_review", 2)
    reader = office.visit("taiyuan")
    rows = sheet_of(reader, "decline", still, moved)
    rows[3][8] = rows[4][8] = "不具代表性。"
    office.do("taiyuan", moved, "municipal_return", gaps={"product.goal": "请写明阶段性目标"})
    drawn = words_of(given_in(reader, rows))

    assert ("第5行" in drawn, "示例焦化2有限公司" in drawn, "市局经办甲已于" in drawn, "退回补正" in drawn) == (
        True, True, True, True,
    )  # fmt: skip


def test_faults_are_named_by_their_cells(office: World) -> None:
    number = office.application("municipal_review", 1)
    reader = office.visit("taiyuan")
    rows = sheet_of(reader, "recommend", number)
    rows[3][8], rows[3][10] = "很好", "x"
    page = words_of(given_in(reader, rows))

    assert ("I4单元格：“很好”不在可选范围内" in page, "有错误" in page) == (True, True)


def test_a_sheet_whose_hidden_columns_were_changed_is_refused(office: World) -> None:
    first, second = office.application("municipal_review", 1), office.application("municipal_review", 2)
    reader = office.visit("taiyuan")
    rows = sheet_of(reader, "decline", first, second)
    rows[3][8] = rows[4][8] = "不具代表性。"
    rows[3][0] = second
    swapped = words_of(given_in(reader, rows))
    rows[0][0] = rows[0][0].replace("decline", "recommend")
    foreign = given_in(reader, rows)

    assert "A4单元格：隐藏列被改动" in swapped
    assert (foreign.status_code, "不是由本系统导出的办理表" in words_of(foreign)) == (422, True)


def test_a_file_that_is_no_workbook_is_refused(office: World) -> None:
    reader = office.visit("taiyuan")
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', reader.get("/bulk/sheet").text)
    data = {"csrf_token": token[1] if token else "", "sheet": (BytesIO(b"a,b"), "a.xlsx")}
    answer = reader.client.post("/bulk/sheet", data=data, environ_base=reader.address)

    assert answer.status_code == 422
