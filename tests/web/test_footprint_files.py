"""The footprint as files: what is taken out, what is brought in after it was looked at, and who may do either."""

from __future__ import annotations

import io
import json
import resource
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from caseflow.footprint.study import Study, read
from caseflow.footprint.workbook import write
from caseflow.records import brought, files, reading
from caseflow.records.models import file
from caseflow.studies import store
from caseflow.web.footprint_intake import EVIDENCE
from tests.footprint import books
from tests.footprint.published import line, study
from tests.footprint.test_exchange import foreign, product
from tests.footprint.test_workbook_hostile import HOSTILE
from tests.records import uploads
from tests.web import applicant_world as applying
from tests.web.applicant_world import multipart
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import Reader, World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]


def _bring(reader: Reader, case_id: int, content: bytes, name: str = "核算表.xlsx") -> TestResponse:
    """Upload a file; the answer is the preview, or the page with what is wrong."""
    path = f"/cases/{case_id}/footprint/files"
    hidden = hidden_inputs(reader.get(path).text, "multipart")
    answer = multipart(reader, path, {**hidden, "file": (io.BytesIO(content), name)})
    return reader.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def _take(reader: Reader, preview: TestResponse, go: str = "declare") -> TestResponse:
    hidden = hidden_inputs(preview.text, 'name="revision"')
    return reader.act(preview.request.path, {"go": go}, hidden)


def _book(office: World, data: Any) -> bytes:
    with office.database.read() as tx:
        shelf = store.stored_shelf(tx)
    scheme = shelf.scheme(data["stages"])
    assert scheme is not None

    return write(shelf, scheme, read(data))


def _latest(office: World, case_id: int) -> Study | None:
    with office.database.read() as tx:
        found = store.latest_study(tx, case_id)
    return found.study if found else None


def _saved(office: World, data: Any) -> tuple[Reader, int]:
    """An applicant whose case has a declared study."""
    login, reader, case_id = applying.begun(office)
    with office.database.write() as tx:
        store.save_study(tx, case_id=case_id, study_=read(data), by=office.people[login])
    return reader, case_id


def test_a_filled_workbook_is_looked_at_first_and_then_becomes_the_study(office: World) -> None:
    reader, case_id = _saved(office, study(line(), line(id="old", amount="1")))
    preview = _bring(reader, case_id, _book(office, study(line(amount="900"), line(id="more", amount="50"))))
    words = words_of(preview)
    before = _latest(office, case_id)
    after = _take(reader, preview)

    assert "新增1项，变更1项，未变0项，有误0项，不再包括1项" in words
    assert [one for one in ("5 生产!F4 数量： 1000 → 900", "578.28", "548.81") if one not in words] == []
    assert before == read(study(line(), line(id="old", amount="1")))
    assert _latest(office, case_id) == read(study(line(amount="900"), line(id="more", amount="50")))
    assert after.request.path == f"/cases/{case_id}/footprint"


def test_what_is_wrong_is_said_by_cell_and_nothing_is_taken_over(office: World) -> None:
    reader, case_id = _saved(office, study())
    book = books.tables(_book(office, study(line(), line(id="b"))), s5_F4="很多")
    path = books.saved(office.settings.files.parent, book)
    preview = _bring(reader, case_id, path.read_bytes())
    refused = _take(reader, preview)

    assert "5 生产!F4：“很多”不是可用的数字" in words_of(preview)
    assert ("采用并作为申报数据保存" in preview.text, refused.status_code) == (False, 422)
    assert _latest(office, case_id) == read(study())


def test_a_file_may_become_a_draft_and_keeps_what_the_page_cannot_show(office: World) -> None:
    data = study(
        line(factor="own/steam", unit="GJ"), factors=[{"id": "steam", "name": "蒸汽", "value": "110", "unit": "GJ"}],
        parameters=[{"name": "a", "value": "2"}],
    )  # fmt: skip
    reader, case_id = _saved(office, study())
    _take(reader, _bring(reader, case_id, _book(office, data)), "draft")
    drafted = json.loads(reader.get(f"/cases/{case_id}/footprint/files/study.json").data)["study"]

    assert _latest(office, case_id) == read(study())
    assert drafted["factors"] == read(data).as_json()["factors"]
    assert drafted["parameters"] == read(data).as_json()["parameters"]


def test_the_workbook_taken_out_comes_back_unchanged(office: World) -> None:
    reader, case_id = _saved(office, product())
    content = reader.get(f"/cases/{case_id}/footprint/files/workbook.xlsx").data
    preview = words_of(_bring(reader, case_id, content))
    empty = reader.get(f"/cases/{case_id}/footprint/files/workbook.xlsx?empty=1&stages=gbt-24067-2024").data

    assert "新增0项，变更0项，未变2项" in preview
    assert len(books.tables(empty)) == len(books.tables(content))


def test_a_study_as_json_comes_and_goes(office: World) -> None:
    reader, case_id = _saved(office, study())
    text = reader.get(f"/cases/{case_id}/footprint/files/study.json").text.replace('"1000"', '"1100"')
    changed = _bring(reader, case_id, text.encode(), "核算.json")
    body = json.dumps({"study": json.loads(text)["study"]} | {"format": "caseflow-footprint-study/1"})
    preview = _bring(reader, case_id, body.encode(), "核算.json")
    _take(reader, preview)
    found = _latest(office, case_id)

    assert "文件内容与其哈希值不符" in words_of(changed)
    assert "amount 数量： 1000 → 1100" in words_of(preview)
    assert found is not None
    assert str(found.lines[0].amount) == "1100"


def test_a_suppliers_file_becomes_an_own_factor_with_its_evidence(office: World) -> None:
    reader, case_id = _saved(office, study())
    body = json.dumps(foreign(pcfExcludingBiogenicUptake="900")).encode()
    preview = _bring(reader, case_id, body, "供应商.json")
    _take(reader, preview)
    found = _latest(office, case_id)
    with office.database.read() as tx:
        kept = [row for row in files.of_case(tx, case_id) if row.field == EVIDENCE]

    assert "R17" in words_of(preview)
    assert found is not None
    assert [(one.ref[:9], one.origin, one.evidence) for one in found.factors] == [
        ("own/pact-", "exchange", f"供应商.json [sha256:{kept[0].sha256[:16]}]")
    ]
    assert found.lines == read(study()).lines
    assert reader.get(f"/cases/{case_id}/footprint/files/evidence/{kept[0].id}").data == body


def test_a_suppliers_file_without_a_study_says_what_to_do(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    preview = _bring(reader, case_id, json.dumps(foreign()).encode(), "供应商.json")

    assert "请先填写产品信息和至少一行活动数据" in words_of(preview)
    assert _latest(office, case_id) is None


def test_an_exchange_file_goes_out_or_its_gaps_are_told_in_words(office: World) -> None:
    reader, case_id = _saved(office, product())
    bare, bare_id = reader, case_id
    path = f"/cases/{case_id}/footprint/files"
    hidden = hidden_inputs(reader.get(path).text, 'name="company"')
    names = {"company": "urn:company:example:coking", "product": "urn:example:coke", "packaging": "yes"}
    sent = reader.act(f"{path}/exchange", names, hidden)
    nameless = bare.act(f"/cases/{bare_id}/footprint/files/exchange", {"company": "", "product": "示例"}, hidden)
    wrong = bare.act(f"/cases/{bare_id}/footprint/files/exchange", {**names, "product": "示例"}, hidden)

    assert json.loads(sent.data)["pcf"]["packagingEmissionsIncluded"] is True
    assert (nameless.status_code, errors_of(nameless)) == (422, ["请至少填写一个标识（URN）"])
    assert (wrong.status_code, "productIds" in errors_of(wrong)[0]) == (422, True)


def test_data_that_moved_after_the_look_are_not_written_over(office: World) -> None:
    reader, case_id = _saved(office, study())
    preview = _bring(reader, case_id, _book(office, study(line(amount="5"))))
    with office.database.write() as tx:
        store.save_study(tx, case_id=case_id, study_=read(study(line(amount="7"))), by=None)
    answer = _take(reader, preview)

    assert (answer.status_code, "请重新上传核对" in answer.text) == (422, True)
    assert _latest(office, case_id) == read(study(line(amount="7")))


def test_an_upload_counts_for_a_day_once_and_for_its_owner_alone(office: World) -> None:
    reader, case_id = _saved(office, study())
    _, other, _ = applying.begun(office, 2)
    preview = _bring(reader, case_id, _book(office, study(line(amount="5"))))
    place = preview.request.path
    strangers = [one.get(place).status_code for one in (other, office.visit("taiyuan"))]
    with office.database.write() as tx:
        early = brought.expire(tx)
        row = files.find(tx, int(place.rpartition("/")[2]))
        assert row is not None
        tx.execute(sa.update(file).where(file.c.id == row.id).values(uploaded_at=row.uploaded_at - timedelta(hours=25)))
    late = _take(reader, preview)
    with office.database.write() as tx:
        expired = brought.expire(tx)
    again = _bring(reader, case_id, _book(office, study(line(amount="5"))))
    _take(reader, again)

    assert strangers == [404, 404]
    assert (early, expired) == (0, 1)
    assert (late.status_code, "上传的文件已过期" in late.text) == (422, True)
    assert _take(reader, again).status_code == 422


def test_the_office_takes_out_what_was_filed_and_that_is_logged(office: World) -> None:
    number = office.application("municipal_review", 1, footprint=True)
    officer, path = office.visit("taiyuan"), f"/cases/{number}/footprint/files"
    page = officer.get(path)
    names = [officer.get(f"{path}/{one}").status_code for one in ("workbook.xlsx", "study.json")]
    hidden = hidden_inputs(page.text, 'name="company"')
    brought = multipart(officer, path, {**hidden, "file": (io.BytesIO(b"x"), "a.xlsx")})
    with office.database.read() as tx:
        logged = [row.what for row in reading.of_case(tx, number)]

    assert (page.status_code, names, 'type="file"' in page.text) == (200, [200, 200], False)
    assert logged == ["footprint study", "footprint workbook"]
    assert brought.status_code == 404


def test_others_find_nothing(office: World) -> None:
    number = office.application("municipal_review", 1, footprint=True)
    office.unit(2)
    paths = [
        f"/cases/{number}/footprint/files{more}" for more in ("", "/workbook.xlsx", "/study.json", "/1", "/evidence/1")
    ]
    readers = [office.visit("unit-2"), office.visit("datong"), office.visit("expert-1")]

    assert {reader.get(path).status_code for reader in readers for path in paths} == {404}


def test_hostile_workbooks_are_refused_with_a_sentence_and_leave_nothing(office: World) -> None:
    reader, case_id = _saved(office, study())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answers = {name: _bring(reader, case_id, content) for name, content in HOSTILE.items()}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with office.database.read() as tx:
        kept = files.of_case(tx, case_id)

    assert {(one.status_code, len(errors_of(one))) for one in answers.values()} == {(422, 1)}
    assert kept == []
    assert (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / len(HOSTILE) < 2


def test_a_giant_is_not_even_read(office: World) -> None:
    reader, case_id = _saved(office, study())
    answer = reader.client.post(
        f"/cases/{case_id}/footprint/files", data=b"x", content_type="multipart/form-data; boundary=x",
        environ_base=reader.address, environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)},
    )  # fmt: skip

    assert (answer.status_code, "提交的内容过大" in answer.text) == (413, True)


def test_other_files_are_refused_with_a_sentence(office: World) -> None:
    reader, case_id = _saved(office, study())
    given = [
        (b"{", "a.json"), (b"", "a.json"), (b"\xff\xfe{", "a.json"), (b"[" * 100_000, "a.json"), (b"x", "a.csv"), (uploads.docx(), "a.xlsx"),
    ]  # fmt: skip
    answers = [_bring(reader, case_id, content, name) for content, name in given]

    assert [(one.status_code, len(errors_of(one))) for one in answers] == [(422, 1)] * len(given)
