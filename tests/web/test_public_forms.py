"""Anybody may file a report; who did is told to nobody but whoever asks with a reason."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from caseflow.cases import dossier
from caseflow.cases.models import revision, task
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.rights import Actor
from caseflow.records import files, journal
from caseflow.records.models import file, inbox_message
from tests.elsewhere import test_pages
from tests.elsewhere import world as elsewhere
from tests.printing import text_of
from tests.web import public_world as public
from tests.web.conftest import errors_of, words_of
from tests.web.public_world import FORM, MARKS, REPORT, Watch

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fea735"
    "81e20000000049454e44ae426082"
)


@pytest.fixture
def watch(sqlite_database: Database, settings: Settings) -> Watch:
    return public.build(sqlite_database, settings)


def entries(watch: Watch, case_id: int) -> list[Any]:
    with watch.world.database.read() as tx:
        return journal.entries(tx, case_id)


def printed(answer: TestResponse) -> str:
    """What a page, a PDF or a Word file says."""
    if answer.content_type == "application/pdf":
        return text_of(answer.data)
    if "wordprocessingml" in answer.content_type:
        with zipfile.ZipFile(BytesIO(answer.data)) as archive:
            return archive.read("word/document.xml").decode()
    return answer.text if test_pages.html(answer) else ""


def test_a_report_is_a_case_of_the_office_and_its_code_tells_where_it_stands(
    database: Database, settings: Settings
) -> None:
    watch = public.build(database, settings)
    stranger = watch.stranger()
    answer = public.send(stranger, REPORT)
    (row,) = watch.cases()
    with database.read() as tx:
        owed = tx.execute(sa.select(task.c.kind, task.c.organisation_id, task.c.role)).one()
        told = tx.execute(sa.select(inbox_message.c.organisation_id, inbox_message.c.role)).all()
        first = journal.entries(tx, row["id"])[0]
        values = dossier.frozen(tx, watch.world.ground, row["id"], 1)
        stored = str(tx.scalar(sa.select(revision.c.body)))
    office = watch.world.organisations["office"]
    status = stranger.post("/status", {"code": public.code_in(answer)})

    assert (answer.status_code, row["state"], row["number"] in answer.text) == (200, "received", True)
    assert (row["organisation_id"], row["title"], row["subject"]) == (office, "示例焦化厂", "figures")
    assert (tuple(owed), told) == (("state:received", office, "watch_officer"), [(office, "watch_officer")])
    assert (first.act, first.person_id, first.role, first.organisation_id) == ("filed_publicly", None, "public", None)
    assert values["informant"] == {"name": MARKS[0], "phone": MARKS[1], "told": True}
    assert [mark in stored for mark in MARKS] == [False, False]
    assert ("核实中" in words_of(status), "十五个工作日" in words_of(status)) == (True, True)


def test_the_list_names_what_can_be_filed_and_the_form_says_what_happens_with_it(watch: Watch) -> None:
    stranger = watch.stranger()
    listed, form = stranger.get("/public/forms"), stranger.get(FORM)
    english = stranger.get("/language/en?next=/public/forms/watch/violation-report", follow_redirects=True)

    assert (FORM in listed.text, FORM in stranger.get("/").text) == (True, True)
    assert ("office单位" in words_of(form), "举报人信息保管员" in words_of(form)) == (True, True)
    assert "Report a violation" in words_of(english)
    assert ("片区" in form.text, "data-upload=" in form.text) == (False, False)


@pytest.mark.parametrize("path", [
    "/public/forms/foundation/violation-report", "/public/forms/watch/grant-programme", "/public/forms/watch/nothing",
])  # fmt: skip
def test_another_authority_and_what_has_no_form_are_not_there(watch: Watch, path: str) -> None:
    stranger = watch.stranger()
    page = stranger.get(FORM)

    assert stranger.get(path).status_code == 404
    assert stranger.client.post(path, data={**public.hidden(page), **REPORT}).status_code == 404


def test_a_workflow_without_a_form_takes_nothing_from_strangers(sqlite_database: Database, settings: Settings) -> None:
    world = elsewhere.build(sqlite_database, settings, "trade_office")
    stranger = public.Watch(world, test_pages.app_of(world)).stranger()

    assert stranger.get("/public/forms/trade_office/licence-export").status_code == 404
    assert "没有可以直接提交" in words_of(stranger.get("/public/forms"))


def test_whoever_stays_anonymous_leaves_nothing_of_themselves(watch: Watch) -> None:
    answer = public.send(watch.stranger(), {**REPORT, "without-informant": "yes"})
    (row,) = watch.cases()
    with watch.world.database.read() as tx:
        values = dossier.frozen(tx, watch.world.ground, row["id"], 1)
        bodies = "".join(str(one.body) for one in journal.entries(tx, row["id"]))
    keeper = watch.visit(watch.world.person("informant_keeper", "office"))
    page = keeper.get(f"/cases/{row['id']}/sealed")

    assert (answer.status_code, sorted(values)) == (200, ["matter"])
    assert [mark in bodies for mark in MARKS] == [False, False]
    assert ("没有可以查看的内容" in words_of(page), 'name="reason"' in page.text) == (True, False)


def test_what_is_missing_is_said_and_everything_typed_is_kept_with_the_files(watch: Watch) -> None:
    stranger = watch.stranger()
    given = {**REPORT, "matter-kind": "other", "informant-phone": "12", "matter-papers": (BytesIO(PNG), "现场.png")}
    back = public.send(stranger, given)
    wrong = errors_of(back)
    again = public.send(stranger, {**REPORT, "matter-kind": "other", "matter-which": "排放"}, page=back)
    (row,) = watch.cases()
    with watch.world.database.read() as tx:
        kept = files.of_case(tx, row["id"])
        papers = dossier.frozen(tx, watch.world.ground, row["id"], 1)["matter"]["papers"]

    assert (back.status_code, len(wrong), again.status_code) == (422, 2, 200)
    assert [public.field(back, name) for name in ("matter-about", "matter-text", "informant-name")] == [
        "示例焦化厂", "数据与台账不符", MARKS[0],
    ]  # fmt: skip
    assert '<option selected value="other">' in back.text
    assert [(one.name, one.uploaded_by, one.id) for one in kept] == [("现场.png", None, papers[0])]


def test_a_form_sent_twice_opens_one_case_and_tells_the_code_no_longer_than_it_may_be_lost(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = watch.stranger()
    page = stranger.get(FORM)
    with_file = {**REPORT, "matter-papers": (BytesIO(PNG), "a.png")}
    first = public.send(stranger, with_file, page=page)
    second = public.send(stranger, {**REPORT, "matter-papers": (BytesIO(PNG), "a.png")}, page=page)
    monkeypatch.setattr("caseflow.web.public_forms.TOLD_AGAIN", timedelta(0))
    third = public.send(stranger, REPORT, page=page)
    with watch.world.database.read() as tx:
        rows = tx.scalar(sa.select(sa.func.count()).select_from(file))

    assert (len(watch.cases()), rows) == (1, 1)
    assert public.code_in(first) == public.code_in(second)
    assert (third.status_code, errors_of(third)[0].startswith("这份表单已经提交")) == (422, True)


def test_inputs_that_the_form_does_not_have_change_nothing(watch: Watch) -> None:
    more = {
        "sorting-ward": "东区", "matter-state": "filed", "state": "filed", "organisation_id": "1", "title": "别的",
        "matter-papers": "1", "kept-file-1": "forged.token", "without-matter": "yes",
    }  # fmt: skip
    answer = public.send(watch.stranger(), {**REPORT, **more})
    (row,) = watch.cases()
    with watch.world.database.read() as tx:
        values = dossier.frozen(tx, watch.world.ground, row["id"], 1)

    assert (answer.status_code, row["state"], row["title"]) == (200, "received", "示例焦化厂")
    assert (sorted(values), values["matter"]["papers"]) == (["informant", "matter"], [])


def test_too_long_a_text_scripts_a_trap_and_a_wrong_file_are_refused_or_shown_as_text(watch: Watch) -> None:
    stranger, script = watch.stranger(), "<script>alert(1)</script>"
    long = public.send(stranger, {**REPORT, "matter-text": "长" * 501})
    trap = public.send(stranger, {**REPORT, "homepage": "http://spam.example"})
    wrong = public.send(stranger, {**REPORT, "matter-papers": (BytesIO(b"MZ\x90"), "a.exe")})
    large = public.send(stranger, {**REPORT, "matter-papers": (BytesIO(b"%PDF" + b"0" * 2_200_000), "a.pdf")})
    refused = [answer.status_code for answer in (long, trap, wrong, large)]
    none = watch.cases()
    public.send(stranger, {**REPORT, "matter-about": script, "matter-text": script})
    (row,) = watch.cases()
    officer = watch.visit(watch.world.person("watch_officer", "office"))
    shown = officer.get(f"/cases/{row['id']}?part=dossier").text + officer.get(f"/cases/{row['id']}").text

    assert (refused, none) == ([422] * 4, [])
    assert (script in long.text, script in shown, "&lt;script&gt;" in shown) == (False, False, True)


def test_a_hundred_tries_from_one_address_open_few_cases_and_others_are_not_held_up(watch: Watch) -> None:
    busy, other = watch.stranger(), watch.stranger("198.51.100.8")
    page = busy.get(FORM)
    carried = public.hidden(page)
    codes = []
    for number in range(100):
        sent = {**carried, **REPORT, "request_key": f"{number:032}"}
        codes.append(busy.client.post(FORM, data=sent, environ_base=busy.address))
    opened = len(watch.cases())

    assert (codes[0].status_code, codes[-1].status_code, opened <= 20) == (200, 429, True)
    assert public.field(codes[-1], "matter-text") == "数据与台账不符"
    assert public.send(other, REPORT).status_code == 200


def test_the_informant_is_read_once_with_a_reason_that_stands_in_the_journal(watch: Watch) -> None:
    public.send(watch.stranger(), REPORT)
    case_id = watch.cases()[0]["id"]
    who = watch.world.person("informant_keeper", "office")
    keeper, path = watch.visit(who), f"/cases/{case_id}/sealed"
    page = keeper.get(path)
    bare = public.send(keeper, {"reason": " "}, page=page, path=path)
    read = public.send(keeper, {"reason": "核对联系方式"}, page=page, path=path)
    again = public.send(keeper, {"reason": "核对联系方式"}, page=page, path=path)
    after = keeper.get(path)
    last = entries(watch, case_id)[-1]
    officer = watch.visit(watch.world.person("watch_officer", "office"))
    line = words_of(officer.get(f"/cases/{case_id}?part=timeline"))

    assert [mark in page.text + bare.text + again.text + after.text for mark in MARKS] == [False, False]
    assert [mark in read.text for mark in MARKS] == [True, True]
    assert (bare.status_code, read.status_code, again.status_code) == (422, 200, 422)
    assert read.headers["Cache-Control"] == "no-store"
    assert (last.act, last.person_id, last.body["sealed"]) == ("read_sealed", who.person_id, ["dossier.informant"])
    assert ("查看了举报人信息" in line, "核对联系方式" in line, who.name in line) == (True, True, True)
    assert "核对联系方式" not in str(last.body)


def test_nobody_without_the_right_finds_the_page(watch: Watch) -> None:
    public.send(watch.stranger(), REPORT)
    case_id = watch.cases()[0]["id"]
    path = f"/cases/{case_id}/sealed"
    for role in ("watch_officer", "watch_head"):
        visitor = watch.visit(watch.world.person(role, "office"))
        page = visitor.get(f"/cases/{case_id}")
        answer = visitor.client.post(
            path,
            data={**public.hidden(page), "request_key": "k" * 32, "reason": "想看一看"},
            environ_base=visitor.address,
        )

        assert (page.status_code, visitor.get(path).status_code, answer.status_code) == (200, 404, 404)
        assert path not in page.text
    assert [one.act for one in entries(watch, case_id)] == ["filed_publicly"]


def test_no_page_paper_list_message_or_journal_tells_the_informant(watch: Watch) -> None:
    """Planted markers: every page to which the officer comes, those of the others, papers, lists, and all that is stored."""
    world = watch.world
    public.send(watch.stranger(), {**REPORT, "matter-papers": (BytesIO(PNG), "a.png")})
    case_id = watch.cases()[0]["id"]
    officer, head = world.person("watch_officer", "office"), world.person("watch_head", "office")
    keeper, lab = world.person("informant_keeper", "office"), world.person("inspector", "lab")
    world.do(officer, case_id, "ask_unit", unit=str(world.organisations["lab"]))
    world.type(officer, case_id, "sorting", {"ward": "东区"})
    first = read_by(watch, keeper, case_id)
    typing, path = watch.visit(officer), f"/cases/{case_id}"
    told = [typing.get(f"{path}{part}") for part in ("", "?part=dossier", "/dossier/matter", "/dossier/informant")]
    world.do(officer, case_id, "file", opinion="属实")
    world.do(head, case_id, "sign", opinion="同意")
    second = read_by(watch, keeper, case_id)
    walked = test_pages.walked(world, watch.app, officer, path, f"{path}?part=dossier", "/cases", "/desk", "/inbox")
    told += [answer for one, answer in walked.items() if one != f"{path}/sealed"]
    for who in (head, keeper, lab):
        visitor = watch.visit(who)
        told += [visitor.get(f"{path}{part}") for part in ("", "?part=dossier", "?part=papers", "?part=timeline")]
        told += [visitor.get(one) for one in ("/cases", "/inbox")]
    by_name = [typing.get(f"/cases?q={mark}").text.count("示例焦化厂") for mark in (*MARKS, "示例焦化厂")]
    with world.database.read() as tx:
        held = "".join(
            str(tx.execute(sa.select(sa.text("*")).select_from(sa.table(name))).all())
            for name in sa.inspect(tx).get_table_names()
        )
    said = [printed(answer) for answer in told]

    assert [mark in read for read in (first, second) for mark in MARKS] == [True] * 4
    assert {answer.content_type for answer in told} >= {"application/pdf", "text/html; charset=utf-8"}
    assert {answer.status_code for answer in told} <= {200, 404}
    assert sum("示例焦化厂" in one for one in said) > 20
    assert [mark in one for one in said for mark in MARKS].count(True) == 0
    assert ([mark in held for mark in MARKS], "示例焦化厂" in held) == ([False, False], True)
    assert (by_name[:2], by_name[2] > 0) == ([0, 0], True)


def read_by(watch: Watch, who: Actor, case_id: int) -> str:
    """What somebody reads who tells a reason."""
    visitor, path = watch.visit(who), f"/cases/{case_id}/sealed"
    return public.send(visitor, {"reason": "核对联系方式"}, page=visitor.get(path), path=path).text


def test_the_tests_of_the_file_pass_and_the_check_has_nothing_to_say(watch: Watch) -> None:
    assert elsewhere.complaints("violation-report") == []
    assert [one for one in elsewhere.rehearsed(watch.world) if one[2]] == []
