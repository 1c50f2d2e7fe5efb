"""The pages of a party: what was served on it, and of all that is planted inside not a word on any page or paper."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from caseflow.app import create_app
from caseflow.clock import today
from caseflow.config import Settings
from caseflow.db import Database
from tests.cases import parts
from tests.cases.test_parties import FOUND, INSIDE, SOURCE, decided, letter_of, told
from tests.cases.test_service import serve
from tests.cases.world import World, build
from tests.web.conftest import words_of
from tests.web.office_world import Reader
from tests.web.test_beside import send, visit

PROPOSED, OTHERS = "罚款一万元", "丙的内情意见"


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    return build(sqlite_database, settings)


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.database, world.settings, world.ground)


def filled(rule: str, names: dict[str, Any], rest: Any) -> str:
    """An address with the names put in; every other place holds ``rest``."""
    return re.sub(r"<(?:[^:>]+:)?([^>]+)>", lambda one: str(names.get(one[1], rest)), rule)


def every(app: Flask, reader: Reader, case_id: int, letter_ids: list[int]) -> dict[str, str]:
    """What each address that takes a case answers, papers in their readable kind, and the pages that list cases."""
    paths = {"/home", "/inbox", "/desk", "/cases", "/asked", f"/cases/{case_id}?part=dossier"}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or "case_id" not in rule.arguments:
            continue
        for letter_id in letter_ids if "letter_id" in rule.arguments else letter_ids[:1]:
            paths.add(filled(rule.rule, {"case_id": case_id, "letter_id": letter_id, "kind": "html"}, 1))
        paths.add(filled(rule.rule, {"case_id": case_id}, "matter"))
    answers = {path: reader.get(path) for path in sorted(paths)}
    assert len(answers) > 60

    return {path: f"{one.status_code} {said(one)}" for path, one in answers.items()}


def said(answer: Any) -> str:
    """What an answer says: the text of a page, or of each page of a PDF."""
    if answer.data.startswith(b"%PDF"):
        return "".join("".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages).split())
    return unescape(answer.data.decode("utf-8", "replace"))


def test_nothing_from_inside_is_on_any_page_of_a_party(app: Flask, world: World) -> None:
    case_id, officer, party = told(world)
    parts.organisation(world, "丙厂", "body", credit_code=parts.code(12))
    world.do(officer, case_id, "admit_witness", code=parts.code(12))
    world.do(world.person("witness", "丙厂"), case_id, "add", words=OTHERS)
    ids = [letter_of(world, case_id, kind) for kind in ("minutes", "notice", "information", "to_witness")]
    reader = visit(app, world, party)
    own = [f"/cases/{case_id}", "/home", "/inbox", *(f"/cases/{case_id}/letters/{one}" for one in ids)]
    unserved = {path: f"{(answer := reader.get(path)).status_code} {said(answer)}" for path in own}
    serve(world, officer, case_id, ids[1], done_on=today().isoformat())
    served = every(app, reader, case_id, ids)
    inside = (FOUND, SOURCE, INSIDE, OTHERS, officer.name, "内部调查", "内部记录", "第三人通知")

    assert [(path, one) for path, text in {**unserved, **served}.items() for one in inside if one in text] == []
    assert [path for path, text in unserved.items() if PROPOSED in text or "告知书" in text] == []
    assert PROPOSED in served[f"/cases/{case_id}/letters/{ids[1]}.html"]
    assert [served[f"/cases/{case_id}/letters/{one}"][:3] for one in ids] == ["404", "200", "200", "404"]
    assert {
        text[:3] for path, text in served.items() if path.endswith(("/review", "/why", "/notices", "/diagram"))
    } == {"404"}


def test_a_party_finds_the_case_at_home_reads_the_notice_and_answers(app: Flask, world: World) -> None:
    case_id, officer, party = told(world)
    notice = letter_of(world, case_id, "notice")
    serve(world, officer, case_id, notice, done_on=today().isoformat())
    reader = visit(app, world, party)
    home, page = reader.get("/home"), reader.get(f"/cases/{case_id}")
    action = f"/cases/{case_id}/acts/answer"
    send(reader, action, action, words="我们不同意")
    after = words_of(reader.get(f"/cases/{case_id}"))
    links = {unescape(one).partition("#")[0] for one in re.findall(r'href="(/cases/[^"]*)"', page.text)}

    assert (f'href="/cases/{case_id}"' in home.text, "当事人" in words_of(home), "office单位" in words_of(home)) == (
        True,
    ) * 3
    assert ("告知书" in words_of(page), "5个工作日" in words_of(page), "陈述" in words_of(page)) == (True,) * 3
    assert "我们不同意" in after
    assert {one: reader.get(one).status_code for one in links if not one.endswith((".pdf", ".docx"))} == dict.fromkeys(
        (one for one in links if not one.endswith((".pdf", ".docx"))), 200
    )


def test_the_receipt_of_service_names_the_party_and_leaves_it_to_the_pen_where_nobody_is_registered(
    app: Flask, world: World
) -> None:
    case_id, officer, _ = told(world)
    number = letter_of(world, case_id, "notice")
    printed = visit(app, world, officer).get(f"/cases/{case_id}/letters/{number}/receipt.html")

    assert "乙厂" in words_of(printed)


def test_officers_read_like_entries_beside_the_acts_and_in_their_form_and_a_party_does_not(
    app: Flask, world: World
) -> None:
    decided(world, 31, FOUND, "500.00")
    decided(world, 32, FOUND, "900.00")
    case_id, officer, party = told(world)
    inside, outside = visit(app, world, officer), visit(app, world, party)
    pages = [inside.get(f"/cases/{case_id}{rest}") for rest in ("", "/acts/decide")]
    links = [re.findall(r'href="(/registers/north/notes/\d+)"', page.text) for page in pages]

    assert ["中位数700，最低500，最高900（2条）" in words_of(page) for page in pages] == [True, True]
    assert [len(one) for one in links] == [2, 2]
    assert inside.get(links[0][0]).status_code in (200, 404)
    assert "同类情形" not in outside.get(f"/cases/{case_id}").text
