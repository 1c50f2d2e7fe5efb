"""Cases decided before: template, preview with cells, import; for the authority alone."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from caseflow.office import import_sheet
from caseflow.records import sheets
from caseflow.workflow.identifiers import make_credit_code
from tests.web.applicant_world import multipart
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import PILOT, Reader, World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]

ROW = {
    "unit_name": "示例首批焦化有限公司", "uscc": make_credit_code("91", "140100", 21), "region": "140100",
    "contact_name": "联系人甲", "contact_phone": "0351-1234567", "product": "首批冶金焦", "declared_class": "coke",
    "product_class": "coke", "document_number": "晋环函〔2025〕1号", "issued_on": "2025-12-01",
    "url": "https://example.org/list",
}  # fmt: skip


def workbook(office: World, *rows: dict[str, str]) -> bytes:
    with office.database.read() as tx:
        definition = office.ground.current(tx, PILOT).definition
    heads = [column.head for column in import_sheet.columns(definition)]
    names = list(import_sheet.rule_of(definition).columns)
    return sheets.write_table("导入", heads, [[row.get(name, "") for name in names] for row in rows])


def give_in(reader: Reader, content: bytes, **more: Any) -> Any:
    hidden = hidden_inputs(reader.get("/import").text, f'value="{PILOT}"')
    data = {**hidden, "workflow": PILOT, "sheet": (BytesIO(content), "首批.xlsx"), **more}
    return multipart(reader, "/import", data)


def test_the_template_names_every_column(office: World) -> None:
    reader = office.visit("province")
    content = reader.get(f"/import/{PILOT}.xlsx").data
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()

    assert any("统一社会信用代码 *" in row for row in rows)


def test_the_preview_says_what_would_come_and_nothing_stays(office: World) -> None:
    reader = office.visit("province")
    page = give_in(reader, workbook(office, ROW))

    assert page.status_code == 200
    assert ("将导入1件，已存在0件，有误0件" in words_of(page), "首批冶金焦" in words_of(page)) == (True, True)
    assert "示例首批焦化有限公司" not in reader.get("/cases").text


def test_what_was_looked_at_is_imported_once(office: World) -> None:
    reader = office.visit("province")
    page = give_in(reader, workbook(office, ROW))
    hidden = hidden_inputs(page.text, 'action="/import/run"')
    done = reader.client.post("/import/run", data=hidden, environ_base=reader.address)
    again = give_in(reader, workbook(office, ROW))

    assert (done.status_code, "已导入1件" in words_of(done)) == (200, True)
    assert "示例首批焦化有限公司" in reader.get("/cases").text
    assert "将导入0件，已存在1件" in words_of(again)


def test_an_error_is_named_with_its_cell_and_keeps_the_sheet_out(office: World) -> None:
    page = give_in(office.visit("province"), workbook(office, ROW, {**ROW, "uscc": "123", "unit_name": ""}))
    words = words_of(page)

    assert ("有误1件" in words, 'action="/import/run"' in page.text) == (True, False)
    assert [cell in words for cell in ("A4 ：", "B4 ：")] == [True, True]


def test_a_sheet_of_another_kind_is_refused(office: World) -> None:
    page = give_in(office.visit("province"), sheets.write_table("别的", ["甲", "乙"], [["1", "2"]]))

    assert page.status_code == 422
    assert "表头与模板不符" in errors_of(page)[0]


def test_a_bureau_has_no_such_page(office: World) -> None:
    assert [office.visit(one).get("/import").status_code for one in ("taiyuan", "finance")] == [404, 404]
