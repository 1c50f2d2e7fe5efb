"""A footprint under review: figures that agree, findings accepted with a reason, and one click from figure to source."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from caseflow.cases import findings
from caseflow.records import journal, reading
from caseflow.web.footprint_sight import VEIL
from tests.web.conftest import errors_of, words_of
from tests.web.footprint_world import GRID, again, entry, newest, old_method, own, plant, recomputed, reviewed
from tests.web.office_world import Reader, World, office, seeded

__all__ = ["office", "seeded"]

REASON = "现场核对领料台账与电表读数，差异由停产检修造成。"


def review(office: World, case_id: int, login: str = "taiyuan", **query: Any) -> Any:
    return office.visit(login).get(f"/cases/{case_id}/footprint/review", query_string=query)


def finding(office: World, case_id: int, code: str) -> Any:
    with office.database.read() as tx:
        return next(
            row for row in findings.all_findings(tx, office.ground.keys, case_id) if row["key"] == f"footprint.{code}"
        )


def accept(reader: Reader, case_id: int, number: int, reason: str) -> Any:
    page = f"/cases/{case_id}/footprint/review"
    hidden = reader.form_of(page, f"/footprint/findings/{number}")
    return reader.act(f"/cases/{case_id}/footprint/findings/{number}", {"answer": reason}, hidden)


def rows_of(page: Any, caption: str) -> list[list[str]]:
    """The cells of the table that has this caption."""
    tables = re.findall(r"(?s)<table.*?</table>", page.text)
    table = next(one for one in tables if caption in re.sub(r"(?s)<thead.*", "", one))
    return [
        [re.sub(r"<[^>]+>|\s+", "", cell) for cell in re.findall(r"(?s)<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"(?s)<tr.*?</tr>", table)
    ][1:]


def test_declared_and_recomputed_stand_beside_each_other_in_total_by_stage_and_by_line(office: World) -> None:
    body = plant(10, declared="900", declared_stages={"raw_material": "40"})
    body["lines"][0]["declared"] = "1"
    case_id = reviewed(office, body)
    page = review(office, case_id)
    total = f"{newest(office, case_id).total:.2f}"
    stages = {row[0]: row for row in rows_of(page, "按生命周期阶段")}
    lines = {row[0].split("初级")[0]: row for row in rows_of(page, "按活动数据")}

    assert stages["合计"][1:3] == ["900", total]
    assert stages["合计"][3].startswith(f"{900 - Decimal(total):+}")
    assert stages["原材料获取"][1] == "40"
    assert lines["物料001"][3:5] == ["1", "5.48"]
    assert "超过允许偏差" in page.text


def test_every_picture_and_table_of_the_page_agrees_with_the_total_to_the_last_digit(office: World) -> None:
    case_id = reviewed(office, plant(50))
    page = review(office, case_id)
    total = Decimal(rows_of(page, "按生命周期阶段")[-1][2])
    pictures = {
        name: [Decimal(one) for one in re.findall(r'data-kg="([^"]+)"', svg)]
        for name, svg in re.findall(r'(?s)aria-labelledby="([a-z]+)-\d+-title(.*?)</svg>', page.text)
    }

    assert {name: sum(pictures[name]) for name in ("sankey", "pareto", "stages")} == dict.fromkeys(
        ("sankey", "pareto", "stages"), total
    )
    for caption in ("排放源排序", "按来源性质", "按气体"):
        *parts, last = rows_of(page, caption)

        assert sum(Decimal(row[1]) for row in parts) == Decimal(last[1]) == total
    assert pictures.keys() == {"sankey", "pareto", "stages", "histogram", "tornado"}


def test_a_finding_says_code_line_expected_found_and_what_to_do(office: World) -> None:
    case_id = reviewed(office, plant(10, declared="900"))
    page = words_of(review(office, case_id))

    assert "R01 申报值与复算值" in page
    assert re.search(r"编号 R01:declared 应为 [\d.]+ 现为 900", page)
    assert "处理建议：核对申报值与逐项数据" in page


def test_without_a_reason_nothing_is_accepted_and_with_one_the_gate_opens(office: World) -> None:
    case_id = reviewed(office, plant(10, declared="900"))
    number = finding(office, case_id, "R01:declared")["id"]
    reader = office.visit("taiyuan")
    before = words_of(reader.get(f"/cases/{case_id}/footprint/review"))
    refused = accept(reader, case_id, number, "  ")
    done = accept(reader, case_id, number, REASON)

    assert "有未解决的问题 须更正" in before
    assert (refused.status_code, errors_of(refused)) == (422, ["请填写答复。"])
    assert (done.status_code, "有未解决的问题 须更正" in words_of(done)) == (200, False)
    assert "可以继续" in words_of(done)
    assert REASON in done.text


def test_what_was_too_long_stands_in_its_form_again(office: World) -> None:
    case_id = reviewed(office, plant(10, declared="900"))
    number = finding(office, case_id, "R01:declared")["id"]
    page = accept(office.visit("taiyuan"), case_id, number, "太长" * 300)

    assert page.status_code == 422
    assert re.search(rf'(?s)<textarea id="answer-{number}"[^>]*>{"太长" * 300}</textarea>', page.text)


def test_the_journal_keeps_code_and_input_and_the_reason_sealed(office: World) -> None:
    case_id = reviewed(office, plant(10, declared="900"))
    accept(office.visit("taiyuan"), case_id, finding(office, case_id, "R01:declared")["id"], REASON)
    with office.database.read() as tx:
        last = [row for row in journal.entries(tx, case_id) if row.act == findings.ACT][-1]
        said = findings.reasons(tx, office.ground, office.row(case_id))

    assert (last.body["code"], last.body["input"]) == ("R01:declared", newest(office, case_id).input_hash)
    assert REASON not in str(last.body)
    assert said[last.seq] == REASON


def test_an_acceptance_stays_while_the_input_is_the_same_and_is_asked_anew_when_it_changed(office: World) -> None:
    body = plant(10, declared="900")
    case_id = reviewed(office, body)
    accept(office.visit("taiyuan"), case_id, finding(office, case_id, "R01:declared")["id"], REASON)
    again(office, case_id, body)
    same = finding(office, case_id, "R01:declared")
    body["lines"][0]["amount"] = "4.5"
    again(office, case_id, body)
    other = finding(office, case_id, "R01:declared")

    assert (same["status"], same["answer"]) == ("answered", REASON)
    assert (other["status"], other["answer"]) == ("open", None)
    assert "有未解决的问题" in words_of(review(office, case_id))
    assert REASON in review(office, case_id).text  # what was said of the earlier figures is not lost


def test_only_the_holder_accepts(office: World) -> None:
    case_id = reviewed(office, plant(10, declared="900"))
    number = finding(office, case_id, "R01:declared")["id"]
    reader = office.visit("province")
    page = reader.get(f"/cases/{case_id}/footprint/review")
    sent = {"answer": REASON, "request_key": "test-key-of-a-stranger"}
    answer = reader.post(f"/cases/{case_id}/footprint/findings/{number}", sent, of="/desk")

    assert (page.status_code, f"/footprint/findings/{number}" in page.text) == (200, False)
    assert answer.status_code == 422
    assert finding(office, case_id, "R01:declared")["status"] == "open"


def test_the_page_is_for_offices_with_sight_of_the_case_alone(office: World) -> None:
    case_id = reviewed(office, plant(10))
    found = {login: review(office, case_id, login).status_code for login in ("taiyuan", "province", "datong", "unit-1")}

    assert found == {"taiyuan": 200, "province": 200, "datong": 404, "unit-1": 404}


def test_an_expert_reads_it_after_the_pledges_without_what_the_office_said_of_it(office: World) -> None:
    case_id = office.application("awaiting_evaluation", 1)
    recomputed(office, case_id, plant(10, declared="900"))
    host = office.meeting(case_id, convened=False)
    shut = review(office, case_id, "expert-1").status_code
    office.declare("expert-1", host)
    page = review(office, case_id, "expert-1")

    assert (shut, page.status_code) == (404, 200)
    assert ("R01:declared" in page.text, "<textarea" in page.text) == (True, False)


def test_what_a_role_may_not_see_of_the_application_is_covered_wherever_it_was_typed(office: World) -> None:
    contact = "欧阳示例"
    case_id = office.application("awaiting_evaluation", 1, unit__contact_name=contact)
    body = plant(6)
    body["lines"][0] |= {"name": f"原煤（{contact}填）", "data_source": f"台账，{contact}", "supplier": "示例煤矿"}
    recomputed(office, case_id, body)
    host = office.meeting(case_id, convened=False)
    office.declare("expert-1", host)
    paths = ("review", "lines/L001", "sheet.html")
    expert, officer = office.visit("expert-1"), office.visit("province")
    seen = [expert.get(f"/cases/{case_id}/footprint/{path}").text for path in paths]
    known = [officer.get(f"/cases/{case_id}/footprint/{path}").text for path in paths]
    sheet = expert.get(f"/cases/{host}/panel/{case_id}").text

    assert [contact in text for text in (*seen, sheet)] == [False] * 4
    assert [contact in text for text in known] == [True] * 3
    assert f"原煤（{VEIL}填）" in seen[0]
    assert "示例煤矿" in seen[1]


def test_opening_it_is_logged(office: World) -> None:
    case_id = reviewed(office, plant(6))
    review(office, case_id)
    with office.database.read() as tx:
        said = [row.what for row in reading.of_case(tx, case_id)]

    assert "footprint" in said


def test_a_figure_leads_to_its_factor_and_the_factor_to_its_document(office: World) -> None:
    case_id = reviewed(office, plant(6))
    reader = office.visit("taiyuan")
    overview = reader.get(f"/cases/{case_id}/footprint/review").text
    link = re.search(r'href="([^"]*/footprint/lines/L005[^"]*)"', overview)
    assert link is not None
    line = reader.get(link[1].replace("&amp;", "&"))
    factor = reader.get(f"/footprint/factors/{GRID}")

    assert f'href="/footprint/factors/{GRID}"' in line.text
    assert "850 kWh" in words_of(line)
    for page in (line, factor):
        said = words_of(page)

        assert "0.5777 kgCO₂e/kWh" in said
        assert "2024年电力碳足迹因子数据的公告" in said
        assert "https://www.mee.gov.cn/" in said


def test_an_own_factor_shows_its_evidence_and_whose_it_is(office: World) -> None:
    body = plant(6)
    body["lines"][0]["own"] = own("2.5", origin="supplier", supplier="示例煤矿", primary_share="60")
    body["factors"] = [{**own("3.5"), "id": "steam", "name": "自产蒸汽"}]
    del body["lines"][1]["own"]
    body["lines"][1]["factor"] = "own/steam"
    case_id = reviewed(office, body)
    reader = office.visit("taiyuan")
    first = words_of(reader.get(f"/cases/{case_id}/footprint/lines/L001"))
    second = words_of(reader.get(f"/cases/{case_id}/footprint/lines/L002"))

    assert "2.5 kgCO₂e/kg" in first
    assert "供应商提供" in first
    assert "检测报告.pdf" in first
    assert ("自产蒸汽 自有因子" in second, "3.5 kgCO₂e/kg" in second) == (True, True)


@pytest.mark.parametrize("path", ["footprint/lines/none", "footprint/review?result=99", "footprint/sheet.docx"])
def test_what_is_not_there_is_not_found(office: World, path: str) -> None:
    case_id = reviewed(office, plant(6))

    assert office.visit("taiyuan").get(f"/cases/{case_id}/{path}").status_code == 404


def test_a_factor_that_no_release_has_is_not_found(office: World) -> None:
    assert office.visit("taiyuan").get("/footprint/factors/cn-electricity-footprint-2024/none").status_code == 404


def test_two_results_are_compared_line_by_line(office: World) -> None:
    body = plant(10)
    case_id = reviewed(office, body)
    first = newest(office, case_id)
    body["lines"][0]["amount"] = "400"
    body["lines"] = [*body["lines"][:8], body["lines"][9], entry(11, "use", "2")]
    again(office, case_id, body)
    second = newest(office, case_id)
    page = office.visit("taiyuan").get(f"/cases/{case_id}/footprint/compare?a={second.id}&b={first.id}")
    lines = {row[0]: row for row in rows_of(page, "有变化的活动数据")}
    rounding = re.search(r"舍入而相差 (\S+) kgCO₂e", page.text)
    differences = [Decimal(row[3]) for row in lines.values()] + [Decimal(rounding[1]) if rounding else Decimal(0)]

    assert sum(differences) == Decimal(rows_of(page, "比较两次结果")[-1][1])
    assert lines["外购电力"][2] == "–"
    assert lines["物料011"][1] == "–"
    assert lines["物料001"][-1] == "数量"
    assert "另有8条活动数据没有变化" in page.text


def test_a_comparison_names_the_findings_that_came_and_went(office: World) -> None:
    case_id = reviewed(office, plant(10, declared="900"))
    first = newest(office, case_id)
    again(office, case_id, plant(10, declared=str(first.total), maker="示例焦化二厂"))
    page = words_of(
        office.visit("taiyuan").get(f"/cases/{case_id}/footprint/compare?a={first.id}&b={newest(office, case_id).id}")
    )
    gone = page.partition("不再出现的复核提示")[2].partition("按生命周期阶段")[0]

    assert "R01 申报值 900 与复算值" in gone
    assert "新出现的复核提示" not in page


def test_the_result_of_another_case_is_not_compared(office: World) -> None:
    one, other = reviewed(office, plant(6)), reviewed(office, plant(7), 2)
    ids = [newest(office, case_id).id for case_id in (one, other)]
    answer = office.visit("taiyuan").get(f"/cases/{one}/footprint/compare?a={ids[0]}&b={ids[1]}")

    assert answer.status_code == 404


@pytest.mark.parametrize("method", ["footprint-1", "footprint-2"])
def test_a_result_of_an_older_method_is_still_read(office: World, method: str) -> None:
    case_id = reviewed(office, plant(10, declared="900"))
    number = newest(office, case_id).id
    older = old_method(office, case_id, method)
    reader = office.visit("taiyuan")
    page = review(office, case_id, result=older)
    others = (f"lines/L001?result={older}", f"sheet.html?result={older}", f"compare?a={number}&b={older}")

    assert (page.status_code, method in page.text, "R01:declared" in page.text) == (200, True, True)
    assert [reader.get(f"/cases/{case_id}/footprint/{one}").status_code for one in others] == [200] * 3


def test_the_same_draws_are_made_again_and_marked(office: World) -> None:
    case_id = reviewed(office, plant(10))
    first, second = (rows_of(review(office, case_id), "随机抽样10000次") for _ in range(2))
    svg = re.search(r'(?s)aria-labelledby="histogram.*?</svg>', review(office, case_id).text)

    assert first == second
    assert svg is not None
    assert [mark in svg[0] for mark in ("2.5%", "50%", "97.5%", "静态值")] == [True] * 4


def test_a_study_without_uncertainty_says_so(office: World) -> None:
    body = plant(6)
    for line in body["lines"]:
        line.pop("uncertainty", None)
    case_id = reviewed(office, body)

    assert "没有给出不确定度" in review(office, case_id).text


def test_the_pane_of_the_review_and_of_the_score_sheet_shows_the_same(office: World) -> None:
    case_id = office.application("awaiting_evaluation", 1)
    total = f"{recomputed(office, case_id, plant(10)).total:.2f}"
    host = office.meeting(case_id)
    officer = office.visit("province").get(f"/cases/{case_id}?part=footprint")
    expert = office.visit("expert-1").get(f"/cases/{host}/panel/{case_id}")

    for page in (officer, expert):
        assert f"<strong>{total}</strong>" in page.text
        assert page.text.count('class="chart"') == 2


def test_the_sheet_holds_what_a_report_must(office: World) -> None:
    case_id = reviewed(office, plant(10, declared="900"))
    accept(office.visit("taiyuan"), case_id, finding(office, case_id, "R01:declared")["id"], REASON)
    page = office.visit("taiyuan").get(f"/cases/{case_id}/footprint/sheet.html")
    stored = newest(office, case_id)
    said = words_of(page)

    assert [text for text in (
        "产品碳足迹复算单", "冶金焦", "功能单位 1 t", "从摇篮到坟墓", "初级数据占比 100.0%", "计量可溯源数据占比",
        "化石源", "航空运输", "电力和热力的处理", "电网平均", REASON, stored.hash, str(stored.input_hash),
        stored.body["result"]["method"], "cn-electricity-footprint-2024",
    ) if text not in said] == []  # fmt: skip
    assert page.text.count("<svg") == 2


def test_the_sheet_is_a_pdf(office: World) -> None:
    case_id = reviewed(office, plant(6))
    answer = office.visit("taiyuan").get(f"/cases/{case_id}/footprint/sheet.pdf")

    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")


def test_the_page_is_there_in_english(office: World) -> None:
    case_id = reviewed(office, plant(10, declared="900"))
    reader = office.visit("taiyuan")
    reader.client.set_cookie("language", "en")
    page = words_of(reader.get(f"/cases/{case_id}/footprint/review"))

    assert [text for text in ("Footprint recomputed", "Where the footprint comes from", "Held back", "Accept with a reason",
                              "Raw material acquisition", "10000 draws") if text not in page] == []  # fmt: skip
