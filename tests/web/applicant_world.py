"""An application filled in up to where a test begins, on the installation of ``office_world``."""

from __future__ import annotations

import re
from contextlib import closing
from html import unescape
from typing import Any

from werkzeug.test import EnvironBuilder, TestResponse

from caseflow.cases import dossier
from tests.web.office_world import PILOT, Reader, World, hidden_inputs

WORKFLOW = f"/start/{PILOT}"


def begun(office: World, number: int = 1, bureau: str = "sx-taiyuan") -> tuple[str, Reader, int]:
    """A unit's applicant, signed in, with a new application opened on the page: login, browser, case."""
    login = office.unit(number, bureau)
    reader = office.visit(login)
    answer = opened(office, reader, bureau)
    return login, reader, case_in(answer.headers["Location"])


def opened(
    office: World, reader: Reader, bureau: str = "sx-taiyuan", hidden: dict[str, str] | None = None
) -> TestResponse:
    sent = hidden or hidden_inputs(reader.get(WORKFLOW).text, "request_key")
    data = {**sent, "round": office.round_id, "prefecture": office.offices[bureau]}
    return reader.client.post(WORKFLOW, data=data, environ_base=reader.address)


def filled(office: World, number: int = 1, **answers: Any) -> tuple[str, Reader, int]:
    """An application in which everything is filled in, as drafts; nothing is frozen yet."""
    from caseflow.office import samples

    login, reader, case_id = begun(office, number)
    actor = office.actor(login)
    owner = f"organisation:{actor.organisation_id}"
    with office.database.write() as tx:
        loaded = office.ground.current(tx, PILOT)
        given = {
            "unit.unit_name": f"示例焦化{number}有限公司", "unit.region": "140100", "product.product": f"冶金焦{number}号",
            "product.product_class": "coke", **{path.replace("__", "."): value for path, value in answers.items()},
        }  # fmt: skip
        values = samples.complete(loaded, office.ground, number, office.names(tx, actor, case_id), given)
        for section, typed in values.items():
            part = f"dossier.{section}"
            seen, _ = dossier.read_draft(tx, office.ground, case_id, part, owner)
            dossier.save_draft(tx, office.ground, case_id, part, owner, typed, seen, actor.person_id)
    return login, reader, case_id


def made(office: World, number: int = 1, **answers: Any) -> tuple[str, Reader, int, str]:
    """A filled application whose form is made: also the code in its footer."""
    login, reader, case_id = filled(office, number, **answers)
    page = reader.act(
        f"/cases/{case_id}/finalise", {}, hidden_inputs(reader.get(f"/cases/{case_id}/check").text, "/finalise")
    )
    return login, reader, case_id, code_in(page)


def send(reader: Reader, case_id: int, scan: bytes | None, code: str, **more: Any) -> TestResponse:
    """The last form of all, sent with its scan."""
    hidden = hidden_inputs(reader.get(f"/cases/{case_id}/check").text, f"/cases/{case_id}/submit")
    return sent(reader, case_id, hidden, scan, code, **more)


def sent(
    reader: Reader, case_id: int, hidden: dict[str, str], scan: bytes | None, code: str, **more: Any
) -> TestResponse:
    from io import BytesIO

    data: dict[str, Any] = {**hidden, "sealed_form-revision_code": code, "no_state_secret": "yes", **more}
    if scan is not None:
        data["sealed_form"] = (BytesIO(scan), "盖章申报表.pdf")
    return reader.client.post(f"/cases/{case_id}/submit", data=data, environ_base=reader.address)


def case_in(address: str) -> int:
    found = re.search(r"/cases/(\d+)", address)
    assert found is not None
    return int(found[1])


def code_in(page: TestResponse) -> str:
    found = re.search(r"校验码 ([0-9A-F]{4}-[0-9A-F]{4})", page.text)
    assert found is not None
    return found[1]


def save(
    reader: Reader, case_id: int, section: str, data: dict[str, Any], *, go: str = "", page: str | None = None
) -> TestResponse:
    """A section sent by its button; ``page`` is the text of the page as it was opened earlier."""
    path = f"/cases/{case_id}/dossier/{section}"
    text = page if page is not None else reader.get(path).text
    hidden = hidden_inputs(text, "data-autosave")
    return multipart(reader, path, {**hidden, "go": go, **data})


def multipart(reader: Reader, path: str, data: dict[str, Any]) -> TestResponse:
    """A form with files. Encoded here: the test client leaves the temporary file of a large one open."""
    with closing(EnvironBuilder(path, method="POST", data=data)) as builder:
        environ = builder.get_environ()
    with closing(environ["wsgi.input"]) as stream:
        body, kind = stream.read(), environ["CONTENT_TYPE"]
    return reader.client.post(path, data=body, content_type=kind, environ_base=reader.address)


def typed_again(page: TestResponse, name: str) -> str:
    """What stands in a text field of a form that came back."""
    found = re.search(rf'(?s)<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page.text)
    if found:
        return unescape(found[1]).strip()
    one = re.search(rf'<input[^>]*name="{name}"[^>]*>', page.text)
    value = re.search(r'value="([^"]*)"', one[0]) if one else None
    return unescape(value[1]) if value else ""


def autosave(reader: Reader, case_id: int, section: str, version: int, fields: list[list[str]]) -> TestResponse:
    """What the page's script sends while somebody types."""
    page = reader.get(f"/cases/{case_id}/dossier/{section}").text
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', page)
    assert token is not None
    return reader.client.post(
        f"/cases/{case_id}/drafts/dossier.{section}",
        json={"version": version, "fields": fields},
        headers={"X-CSRF-Token": token[1]},
        environ_base=reader.address,
    )
