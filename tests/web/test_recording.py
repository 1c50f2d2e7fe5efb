"""An officer enters a paper file: finds or enters the unit, types the dossier, registers it with its scan."""

from __future__ import annotations

from typing import Any

from caseflow.people import organisations
from caseflow.workflow.identifiers import make_credit_code
from tests.web.applicant_world import case_in, save
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import PILOT, Reader, World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]

CODE = make_credit_code("91", "140100", 11)


def begin(office: World, reader: Reader, code: str = CODE, **given: Any) -> Any:
    hidden = hidden_inputs(reader.get(f"/record?credit_code={code}").text, 'name="request_key"')
    data = {"name_zh": "示例纸质焦化有限公司", "kind": "enterprise", "round": f"{PILOT}/{office.round_id}", **given}
    return reader.client.post("/record", data={**hidden, **data}, environ_base=reader.address)


def test_a_unit_not_known_is_entered_and_its_case_begins_with_the_bureau(office: World) -> None:
    reader = office.visit("taiyuan")
    unknown = words_of(reader.get(f"/record?credit_code={CODE}"))
    number = case_in(begin(office, reader).headers["Location"])
    page = words_of(reader.get(f"/cases/{number}"))
    with office.database.read() as tx:
        unit = organisations.by_credit_code(tx, CODE)

    assert "系统中没有该代码的单位" in unknown
    assert (office.row(number)["state"], office.row(number)["prefecture_id"]) == (
        "recording",
        office.offices["sx-taiyuan"],
    )
    assert unit is not None
    assert (unit["name_zh"], office.row(number)["organisation_id"]) == ("示例纸质焦化有限公司", unit["id"])
    assert ("录入申报材料" in page, "登记纸质件" in page) == (True, True)


def test_the_officer_types_the_dossier_section_by_section(office: World) -> None:
    reader = office.visit("taiyuan")
    number = case_in(begin(office, reader).headers["Location"])
    form = reader.get(f"/cases/{number}/dossier/product")
    sent = save(reader, number, "product", {"product": "纸质件的冶金焦"}, go="leave")

    assert (sent.status_code, "纸质件的冶金焦" in reader.get(f"/cases/{number}/dossier/product").text) == (303, True)
    assert (f"/cases/{number}/check" in form.text, "我的申报" in words_of(form)) == (False, False)
    assert "示例纸质焦化有限公司" in reader.get(f"/cases/{number}/dossier/unit").text


def test_a_known_unit_is_found_by_its_code_and_not_entered_again(office: World) -> None:
    reader = office.visit("taiyuan")
    begin(office, reader)
    found = words_of(reader.get(f"/record?credit_code={CODE}"))
    again = begin(office, reader, name_zh="另一个名称")

    assert "已有单位：示例纸质焦化有限公司" in found
    assert again.status_code == 303


def test_a_wrong_code_and_missing_answers_are_named(office: World) -> None:
    reader = office.visit("taiyuan")
    wrong = words_of(reader.get("/record?credit_code=12345"))
    refused = begin(office, reader, kind="", round="")

    assert "18" in wrong
    assert errors_of(refused) == ["请选择申报类别和批次", "请选择单位类别"]


def test_who_does_not_enter_papers_has_no_such_page(office: World) -> None:
    office.unit(1)

    assert [office.visit(one).get("/record").status_code for one in ("unit-1", "expert-1", "finance")] == [404] * 3
    assert "纸质件代录" in words_of(office.visit("taiyuan").get("/work"))
    assert "纸质件代录" not in words_of(office.visit("finance").get("/work"))
