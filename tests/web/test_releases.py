"""Releases and recalculation as officers see them: given in, published by another, run by the worker, looked at line by line."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

import pytest

from caseflow import worker
from caseflow.footprint.study import read
from caseflow.studies import store
from tests.footprint.published import shipped, study
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]

OLD = "cn-electricity-footprint-2024"
NEW = "corrected-2024"
HEAD = {
    "id": "province-2026", "title_zh": "省级因子", "title_en": "Provincial factors", "authority": "shanxi",
    "document": "示例文件", "region": "CN", "year": "2026", "source": "示例",
}  # fmt: skip
TABLE = "标识,名称,系列,数值,单位,类型\ncoke,焦炭,coke,0.85,kg,碳足迹因子\n"


def corrected() -> bytes:
    """The shipped electricity factors with another average."""
    found = shipped().factors.release(OLD)
    assert found is not None
    body = found.as_json() | {"id": NEW, "supersedes": [OLD]}
    body["factors"][0]["value"] = "0.75"
    return json.dumps(body).encode()


def given(office: World, content: bytes, name: str, **head: str) -> Any:
    visitor = office.visit("province")
    return visitor.post("/releases/new", {**head, "file": (BytesIO(content), name)})


def number_of(answer: Any) -> int:
    found = re.search(r"/(\d+)", answer.headers["Location"])
    assert found is not None
    return int(found[1])


def second(office: World) -> str:
    """Another officer of the authority who holds cases."""
    return "province-head"


def published(office: World) -> None:
    number = number_of(given(office, corrected(), "new.json"))
    answer = office.visit(second(office)).post(
        f"/releases/proposals/{number}/publish", of=f"/releases/proposals/{number}"
    )
    assert answer.status_code == 303


def changed(office: World) -> tuple[int, int]:
    """A case whose footprint a new release changes; the case, and the run over it."""
    case_id = office.application("municipal_waiting", 1)
    with office.database.write() as tx:
        store.save_study(tx, case_id=case_id, study_=read(study()), by=None)
    office.do("taiyuan", case_id, "accept")
    published(office)
    answer = office.visit("province").post(f"/releases/{NEW}/run", of=f"/releases/{NEW}")
    worker.recalculate(office.database, office.ground)
    return case_id, number_of(answer)


def test_only_the_authority_s_own_officers_have_these_pages(office: World) -> None:
    readers = ("taiyuan", "finance", "expert-1", office.unit(1))

    assert [office.visit(login).get("/releases").status_code for login in readers] == [404] * 4
    assert office.visit("province").get("/releases").status_code == 200
    assert "/releases" in office.visit("province").get("/work").text
    assert "/releases" not in office.visit("taiyuan").get("/work").text


def test_a_table_waits_for_another_officer_and_one_s_own_cannot_be_published(office: World) -> None:
    answer = given(office, TABLE.encode(), "factors.csv", **HEAD)
    place = f"/releases/proposals/{number_of(answer)}"
    own = office.visit("province").post(f"{place}/publish", of=place)
    page = office.visit("province").get(place).text
    other = office.visit(second(office)).post(f"{place}/publish", of=place)

    assert (answer.status_code, own.status_code, other.status_code) == (303, 422, 303)
    assert f"{place}/publish" not in page
    assert "省级因子" in office.visit("province").get("/releases/province-2026").text


def test_a_wrong_row_is_named_with_its_reason_and_nothing_is_kept(office: World) -> None:
    answer = given(office, (TABLE + "x,坏,x,many,kg,碳足迹因子\n").encode(), "factors.csv", **HEAD)

    assert answer.status_code == 422
    assert ('<th scope="row" data-label="行">3</th>' in answer.text, "2行中有1行有误" in answer.text) == (True, True)
    assert "province-2026" not in office.visit("province").get("/releases").text


@pytest.mark.parametrize(
    ("name", "content"), [("a.exe", b"MZ"), ("a.xlsx", b"PK\x03\x04broken"), ("a.json", b"{"), ("", b"")]
)
def test_a_file_that_is_no_release_brings_the_form_back_with_what_was_typed(
    office: World, name: str, content: bytes
) -> None:
    answer = given(office, content, name, **HEAD)

    assert answer.status_code == 422
    assert 'value="省级因子"' in answer.text


def test_a_proposal_can_be_withdrawn(office: World) -> None:
    place = f"/releases/proposals/{number_of(given(office, corrected(), 'new.json'))}"
    gone = office.visit("province").post(f"{place}/withdraw", of=place)
    late = office.visit(second(office)).post(f"{place}/publish", of=place)
    with office.database.read() as tx:
        names = [one.id for one in store.stored_shelf(tx).factors.releases]

    assert (gone.status_code, late.status_code, NEW in names) == (303, 422, False)


def test_a_run_lists_what_changes_and_a_change_is_shown_line_by_line(office: World) -> None:
    case_id, run = changed(office)
    visitor = office.visit("province")
    listed = visitor.get(f"/releases/runs/{run}").text
    change = re.search(r"/releases/changes/(\d+)", listed)
    assert change is not None
    shown = visitor.get(change[0]).text

    assert office.row(case_id)["number"] in listed
    assert ("→ " in shown, f"{NEW}/mix" in shown) == (True, True)


def test_a_change_is_looked_at_with_a_word_and_then_filtered_out(office: World) -> None:
    _, run = changed(office)
    visitor = office.visit("province")
    change = re.search(r"/releases/changes/\d+", visitor.get(f"/releases/runs/{run}").text)
    assert change is not None
    empty = visitor.post(change[0], {"word": " "})
    marked = visitor.post(change[0], {"word": "<b>证书不变</b>"})
    every = visitor.get(f"/releases/runs/{run}").text
    still_open = visitor.get(f"/releases/runs/{run}?status=open").text

    assert (empty.status_code, marked.status_code) == (422, 303)
    assert "&lt;b&gt;证书不变&lt;/b&gt;" in every
    assert change[0] not in still_open


def test_the_worklist_is_exported_as_it_is_narrowed(office: World) -> None:
    _, run = changed(office)
    visitor = office.visit("province")
    sizes = [len(visitor.get(f"/releases/runs/{run}.xlsx{query}").data) for query in ("", "?status=done")]
    kinds = visitor.get(f"/releases/runs/{run}.xlsx").mimetype

    assert kinds.endswith("spreadsheetml.sheet")
    assert sizes[0] > sizes[1] > 0


def test_pages_stand_in_both_languages(office: World) -> None:
    _, run = changed(office)
    visitor = office.visit("province")
    change = re.search(r"/releases/changes/\d+", visitor.get(f"/releases/runs/{run}").text)
    assert change is not None
    places = ("/releases", "/releases/new", f"/releases/{NEW}", f"/releases/runs/{run}", change[0])
    visitor.client.set_cookie("language", "en")

    assert [visitor.get(place).status_code for place in places] == [200] * 5


def test_a_run_and_a_change_of_nobody_are_not_there(office: World) -> None:
    visitor = office.visit("province")

    assert [
        visitor.get(f"/releases/{what}").status_code for what in ("runs/99", "changes/99", "proposals/99", "no-such")
    ] == [404] * 4
