"""Files: taken in by their content, handed out under their name, to those who may read the answer they belong to."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from werkzeug.test import TestResponse

from caseflow.cases import dossier
from tests.records.uploads import pdf
from tests.web import applicant_world as applying
from tests.web.conftest import errors_of
from tests.web.office_world import Reader, World, office, seeded

__all__ = ["office", "seeded"]


def put(reader: Reader, case_id: int, content: bytes, name: str, field: str = "work_plan") -> TestResponse:
    return applying.save(reader, case_id, "attachments", {field: (BytesIO(content), name)})


def stored(office: World, case_id: int, field: str = "work_plan") -> Any:
    with office.database.read() as tx:
        return dossier.working(tx, office.ground, office.row(case_id)).get("attachments", {}).get(field)


def test_a_chinese_name_is_kept(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    put(reader, case_id, pdf(2), "碳足迹报告.pdf")
    answer = reader.get(f"/files/{stored(office, case_id)}")

    assert (answer.status_code, answer.mimetype, answer.data == pdf(2)) == (200, "application/pdf", True)
    assert "碳足迹报告.pdf" in unquote(answer.headers["Content-Disposition"])


def test_a_file_is_handed_out_to_be_kept_and_not_to_run(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    put(reader, case_id, pdf(), "方案.pdf")
    headers = reader.get(f"/files/{stored(office, case_id)}").headers

    assert headers["Content-Disposition"].startswith("attachment;")
    assert (headers["X-Content-Type-Options"], headers["Content-Security-Policy"]) == (
        "nosniff",
        "sandbox; default-src 'none'",
    )


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "空.pdf", "空文件"),
        (b"MZ not a document", "程序.exe", "扩展名"),
        (b"just text", "假的.pdf", "类型"),
        (b"%PDF-1.7" + b"0" * (51 * 1024 * 1024), "很大.pdf", "50 MB"),
    ],
)  # fmt: skip
def test_a_bad_upload_is_refused_in_a_sentence(office: World, content: bytes, name: str, said: str) -> None:
    _, reader, case_id = applying.begun(office)
    answer = put(reader, case_id, content, name)
    reasons = errors_of(answer)

    assert (answer.status_code, stored(office, case_id)) == (422, None)
    assert (name in reasons[0], said in reasons[0]) == (True, True)


def test_a_refused_upload_leaves_the_files_that_were_there(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    put(reader, case_id, pdf(), "方案.pdf")
    kept = applying.hidden_inputs(reader.get(f"/cases/{case_id}/dossier/attachments").text, "data-autosave")
    answer = applying.save(reader, case_id, "attachments", {**kept, "other_files": (BytesIO(b"x"), "坏.pdf")})

    assert (answer.status_code, "方案.pdf" in answer.text) == (422, True)


def test_a_draft_is_seen_by_the_own_organisation_alone(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    put(reader, case_id, pdf(), "方案.pdf")
    number = stored(office, case_id)
    seen = {
        login: office.visit(login).get(f"/files/{number}").status_code
        for login in ("taiyuan", "datong", office.unit(2))
    }

    assert seen == {"taiyuan": 404, "datong": 404, "unit-2": 404}


def submitted(office: World) -> int:
    """A case handed in through the pages."""
    _, reader, case_id, code = applying.made(office)
    applying.send(reader, case_id, pdf(3), code)
    return case_id


def test_once_submitted_the_own_bureau_reads_it_and_no_other(office: World) -> None:
    case_id = submitted(office)
    number = stored(office, case_id)
    seen = {
        login: office.visit(login).get(f"/files/{number}").status_code
        for login in ("taiyuan", "datong", "province", "unit-1")
    }

    assert seen == {"taiyuan": 200, "datong": 404, "province": 200, "unit-1": 200}


def test_the_bureau_reads_the_signed_scan_too(office: World) -> None:
    case_id = submitted(office)
    scan = office.row(case_id)["facts"]["submit"]["sealed_form"]["file"]
    seen = {login: office.visit(login).get(f"/files/{scan}").status_code for login in ("taiyuan", "datong")}

    assert seen == {"taiyuan": 200, "datong": 404}


def test_who_downloads_is_noted(office: World) -> None:
    from caseflow.records import reading

    case_id = submitted(office)
    number = stored(office, case_id)
    office.visit("taiyuan").get(f"/files/{number}")
    with office.database.read() as tx:
        noted = [(row.person_id, row.what) for row in reading.of_case(tx, case_id)]

    assert [one for one in noted if one[1] == f"file {number}"] == [(office.people["taiyuan"], f"file {number}")]


def test_a_file_of_another_case_cannot_be_named_in_the_own_form(office: World) -> None:
    foreign = office.application("municipal_review", 2)
    number = stored(office, foreign)
    _, reader, case_id = applying.begun(office, 1)
    applying.save(reader, case_id, "attachments", {"work_plan": str(number)})

    assert stored(office, case_id) is None


def test_a_file_goes_up_as_soon_as_it_is_chosen(office: World) -> None:
    import re

    _, reader, case_id = applying.begun(office)
    page = reader.get(f"/cases/{case_id}/dossier/attachments").text
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', page)
    assert token is not None

    def send(content: bytes, part: str) -> TestResponse:
        data = {"case": case_id, "part": part, "field": "work_plan", "file": (BytesIO(content), "方案.pdf")}
        return reader.client.post(
            "/uploads", data=data, headers={"X-CSRF-Token": token[1]}, environ_base=reader.address
        )

    good, bad = send(pdf(2), "dossier.attachments"), send(b"x", "dossier.attachments")
    nowhere = send(pdf(), "dossier.nothing")

    assert good.json is not None
    assert (good.json["name"], good.json["pages"], bad.status_code, nowhere.status_code) == ("方案.pdf", 2, 422, 404)
