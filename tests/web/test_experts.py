"""The pages of the expert pool: the list, an entry, invitation, import; and the own entry of an expert."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from caseflow.office import expert_sheet
from caseflow.people import experts
from caseflow.people.expert_models import expert
from caseflow.people.expert_personal import identity_digit
from caseflow.people.models import person
from caseflow.records import personal, sheets
from caseflow.records.models import file, read_log
from tests.web.applicant_world import multipart
from tests.web.conftest import errors_of, words_of
from tests.web.office_world import Reader, World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]

NUMBER = "99000019700101003"
IDENTITY = NUMBER + identity_digit(NUMBER)
ACCOUNT = "6222000033331234"
PROFILE = {
    "fields": ["energy"], "employer_name": "示例能源研究院", "rank": "研究员", "official": "no", "credit": "good",
    "profile": "yes",
}  # fmt: skip
NEW = {**PROFILE, "name": "闻人若溪", "identity": IDENTITY, "bank": "示例银行", "account": ACCOUNT}


def sent(reader: Reader, path: str, data: dict[str, Any], *, of: str | None = None) -> TestResponse:
    """A form sent from the page ``of``, with the proof that the page holds."""
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', reader.get(of or path).text)
    proof = {"csrf_token": token[1] if token else ""}
    return reader.client.post(path, data={**proof, **data}, environ_base=reader.address)


def invited(office: World, login: str = "expert-1", **more: Any) -> int:
    """An entry for an expert of the world; its number."""
    name = f"专家{login[-1]}"
    sent(office.visit("province"), "/experts/invite", {**PROFILE, "name": name, "login": login, **more})
    with office.database.read() as tx:
        row = experts.of_person(tx, office.people[login])
    assert row is not None
    return int(row["id"])


def version(office: World, expert_id: int) -> int:
    with office.database.read() as tx:
        return int(tx.scalar(sa.select(expert.c.version).where(expert.c.id == expert_id)) or 0)


def declare(office: World, login: str, expert_id: int, **more: Any) -> TestResponse:
    data = {**PROFILE, "truthful": "yes", "version": version(office, expert_id), **more}
    return sent(office.visit(login), "/my-expert-entry", data)


def test_only_who_keeps_the_pool_opens_its_pages(office: World) -> None:
    expert_id = invited(office)
    paths = ["/experts", "/experts.xlsx", "/experts/invite", f"/experts/{expert_id}", "/experts/import"]
    paths += ["/experts/import/template.xlsx", "/experts/doubts"]
    opened = {
        login: [office.visit(login).get(path).status_code for path in paths]
        for login in ("province", "province-head", "taiyuan", "finance", "expert-1")
    }

    assert opened == {
        "province": [200] * 7,
        **dict.fromkeys(("province-head", "taiyuan", "finance", "expert-1"), [404] * 7),
    }


def test_the_pool_of_another_authority_does_not_exist(office: World) -> None:
    expert_id = invited(office)
    office.elsewhere("south")
    reader = office.visit("south")

    assert reader.get(f"/experts/{expert_id}").status_code == 404
    assert "专家1" not in reader.get("/experts").text


def test_the_menu_leads_each_to_the_own_page(office: World) -> None:
    pages = {login: office.visit(login).get("/").text for login in ("province", "taiyuan", "expert-1")}

    assert {login: ('href="/experts"' in page, 'href="/my-expert-entry"' in page) for login, page in pages.items()} == {
        "province": (True, False), "taiyuan": (False, False), "expert-1": (False, True),
    }  # fmt: skip


def test_an_empty_pool_says_what_to_do(office: World) -> None:
    assert "专家库中还没有专家" in words_of(office.visit("province").get("/experts"))


def test_a_page_behind_the_last_shows_the_last(office: World) -> None:
    invited(office)

    assert "专家1" in words_of(office.visit("province").get("/experts?page=99"))


def test_an_invited_newcomer_gets_an_account_whose_password_is_shown_once(office: World) -> None:
    reader = office.visit("province")
    page = sent(reader, "/experts/invite", NEW)
    once = re.search(r'<code class="secret">([a-z0-9-]+)</code>', page.text)
    listed = words_of(reader.get("/experts"))

    assert (page.status_code, "wen-ren-ruo-xi" in page.text) == (200, True)
    assert once is not None
    assert once[1] not in reader.get("/experts").text
    assert ("闻人若溪" in listed, "待本人申报" in listed) == (True, True)


def test_every_fault_of_a_form_is_told_at_once(office: World) -> None:
    page = sent(office.visit("province"), "/experts/invite", {**NEW, "name": "", "rank": "", "most": "许多"})

    assert (page.status_code, len(errors_of(page))) == (422, 3)


def test_a_form_that_cannot_be_taken_keeps_what_was_typed(office: World) -> None:
    page = sent(
        office.visit("province"), "/experts/invite", {**NEW, "employer_name": "", "identity": "12345", "fields": []}
    )

    assert page.status_code == 422
    assert [line[:8] for line in errors_of(page)] == ["请至少选择一个专", "请填写工作单位名", "证件号码格式不对"]
    assert ('value="闻人若溪"' in page.text, 'value="研究员"' in page.text) == (True, True)


def test_the_office_sees_numbers_by_their_ends_and_the_owner_whole(office: World) -> None:
    expert_id = invited(office, identity=IDENTITY, bank="示例银行", account=ACCOUNT)
    office_page = office.visit("province").get(f"/experts/{expert_id}")
    own_page = office.visit("expert-1").get("/my-expert-entry").text

    assert ("6222 **** **** 1234" in office_page.text, ACCOUNT in office_page.text) == (True, False)
    assert (IDENTITY in office_page.text, ACCOUNT in own_page, IDENTITY in own_page) == (False, True, True)


def test_an_expert_sees_the_own_entry_and_no_other(office: World) -> None:
    invited(office, identity=IDENTITY)
    page = office.visit("expert-2").get("/my-expert-entry")

    assert ("您尚未被邀请" in words_of(page), "专家1" in page.text) == (True, False)


def test_the_own_declaration_needs_the_pledge_and_brings_into_the_pool(office: World) -> None:
    expert_id = invited(office)
    without = declare(office, "expert-1", expert_id, truthful="", rank="")
    done = declare(office, "expert-1", expert_id, fields=["energy", "life_cycle"])
    listed = words_of(office.visit("province").get("/experts?status=active&field=life_cycle"))

    assert (without.status_code, done.status_code) == (422, 303)
    assert [line[:8] for line in errors_of(without)] == ["请填写专业技术职", "请作出承诺后再申"]
    assert "专家1" in listed


def test_an_entry_that_changed_meanwhile_is_not_written_over(office: World) -> None:
    expert_id = invited(office)
    seen = version(office, expert_id)
    declare(office, "expert-1", expert_id)
    late = sent(
        office.visit("province"), f"/experts/{expert_id}", {**PROFILE, "rank": "教授", "version": seen},
        of=f"/experts/{expert_id}",
    )  # fmt: skip

    assert (late.status_code, errors_of(late)) == (422, ["此页打开后信息已被更改，请刷新后重新办理。"])
    assert 'value="教授"' in late.text


def test_ties_are_said_by_either_and_the_expert_ends_only_the_own(office: World) -> None:
    expert_id = invited(office)
    reader, owner = office.visit("province"), office.visit("expert-1")
    place = f"/experts/{expert_id}"
    said = {
        "tie_kind": "shares",
        "tie_name": "示例焦化有限公司",
        "tie_since": "2024-01-02",
        "tie_remark": "持股百分之五",
    }
    sent(reader, f"{place}/ties", said, of=place)
    sent(owner, "/my-expert-entry/ties", {**said, "tie_kind": "kin"}, of="/my-expert-entry")
    page = owner.get("/my-expert-entry").text
    (ended,) = re.findall(r"/my-expert-entry/ties/(\d+)/end", page)
    (other,) = set(re.findall(rf"{place}/ties/(\d+)/end", reader.get(place).text)) - {ended}
    refused = sent(owner, f"/my-expert-entry/ties/{other}/end", {}, of="/my-expert-entry")
    sent(owner, f"/my-expert-entry/ties/{ended}/end", {}, of="/my-expert-entry")
    words = words_of(reader.get(place))

    assert (refused.status_code, "2024-01-02" in page or "2024年1月2日" in page) == (422, True)
    assert ("持股百分之五" in words, "已结束" in words, "结束与单位的关系" in words) == (True, True, True)


def test_a_day_that_is_none_is_named_at_its_field(office: World) -> None:
    invited(office)
    page = sent(
        office.visit("expert-1"), "/my-expert-entry/ties",
        {"tie_kind": "kin", "tie_name": "示例", "tie_since": "去年"}, of="/my-expert-entry",
    )  # fmt: skip
    away = sent(office.visit("expert-1"), "/my-expert-entry/away", {"away_last": "2027-01-01"}, of="/my-expert-entry")

    assert [errors_of(one) for one in (page, away)] == [["请按年—月—日填写日期。"]] * 2
    assert 'id="tie_since-error"' in page.text


def test_an_absence_of_today_shows_in_the_list(office: World) -> None:
    expert_id = invited(office)
    owner = office.visit("expert-1")
    data = {"away_first": "2020-01-01", "away_last": "2099-12-31", "version": version(office, expert_id)}
    sent(owner, "/my-expert-entry/away", data, of="/my-expert-entry")
    away = words_of(office.visit("province").get("/experts"))
    sent(owner, "/my-expert-entry/away/0/end", {"version": version(office, expert_id)}, of="/my-expert-entry")

    assert "今日不在" in away
    assert "今日不在" not in words_of(office.visit("province").get("/experts"))


def test_an_expert_keeps_the_own_numbers_and_no_number_of_somebody_else(office: World) -> None:
    invited(office, identity=IDENTITY)
    invited(office, "expert-2")
    owner = office.visit("expert-2")
    given = {"bank": "示例银行", "account": "6222 0000 3333 1234"}
    taken = sent(owner, "/my-expert-entry/numbers", {**given, "identity": IDENTITY}, of="/my-expert-entry")
    kept = sent(owner, "/my-expert-entry/numbers", {**given, "identity": ""}, of="/my-expert-entry")

    assert errors_of(taken) == ["该证件号码已登记在本专家库的另一账号下，同一人不得以两个账号入库。"]
    assert (kept.status_code, ACCOUNT in owner.get("/my-expert-entry").text) == (303, True)


def test_an_expert_pauses_and_comes_back(office: World) -> None:
    expert_id = invited(office)
    declare(office, "expert-1", expert_id)
    owner = office.visit("expert-1")
    seen = []
    for what in ("pause", "resume"):
        sent(owner, f"/my-expert-entry/{what}", {"version": version(office, expert_id)}, of="/my-expert-entry")
        with office.database.read() as tx:
            seen.append(tx.scalar(sa.select(expert.c.status).where(expert.c.id == expert_id)))

    assert seen == ["paused", "active"]


def test_whoever_leaves_loses_the_page_and_can_be_invited_again(office: World) -> None:
    expert_id = invited(office)
    declare(office, "expert-1", expert_id)
    owner, reader = office.visit("expert-1"), office.visit("province")
    data = {"reason": "工作变动", "version": version(office, expert_id)}
    left = sent(owner, "/my-expert-entry/leave", data, of="/my-expert-entry")
    gone = owner.get("/my-expert-entry").status_code
    page = words_of(reader.get(f"/experts/{expert_id}"))
    sent(reader, f"/experts/{expert_id}/again", {}, of=f"/experts/{expert_id}")

    assert (left.status_code, gone) == (303, 404)
    assert ("工作变动" in page, "已退出" in page) == (True, True)
    assert owner.get("/my-expert-entry").status_code == 200


def test_the_office_pauses_and_ends_with_a_reason(office: World) -> None:
    expert_id = invited(office)
    declare(office, "expert-1", expert_id)
    reader, place = office.visit("province"), f"/experts/{expert_id}"

    def turn(what: str, **more: Any) -> TestResponse:
        return sent(reader, f"{place}/{what}", {"version": version(office, expert_id), **more}, of=place)

    answers = [turn("pause"), turn("pause"), turn("resume"), turn("end"), turn("end", reason="不再符合条件")]

    assert [one.status_code for one in answers] == [303, 422, 303, 422, 303]
    assert errors_of(answers[3]) == ["请填写退出原因。"]


def test_the_office_erases_what_somebody_who_has_left_need_not_leave(office: World) -> None:
    expert_id = invited(office)
    declare(office, "expert-1", expert_id)
    reader, owner, place = office.visit("province"), office.visit("expert-1"), f"/experts/{expert_id}"
    sent(owner, "/my-expert-entry/numbers", {"bank": "示例银行", "account": "6222000011111234"}, of="/my-expert-entry")
    early = "删除个人信息" in reader.get(place).text
    sent(reader, f"{place}/end", {"version": version(office, expert_id), "reason": "本人申请"}, of=place)
    before = words_of(reader.get(place))
    done = sent(reader, f"{place}/erase", {"version": version(office, expert_id)}, of=place)
    after = words_of(reader.get(place))

    assert (early, done.status_code) == (False, 303)
    assert ["6222 **** **** 1234" in page for page in (before, after)] == [True, False]
    assert after.count("删除个人信息") == before.count("删除个人信息") + 1


def test_opening_an_entry_and_taking_the_list_away_is_logged(office: World) -> None:
    expert_id = invited(office, account=ACCOUNT, bank="示例银行")
    reader = office.visit("province")
    reader.get(f"/experts/{expert_id}")
    plain = reader.get("/experts.xlsx?column=name&column=credit&column=phone")
    refused = sent(reader, "/experts", {"purpose": " "})
    personal = sent(reader, "/experts?status=invited", {"purpose": "通知评审会"}, of="/experts")
    rows = CalamineWorkbook.from_filelike(BytesIO(plain.data)).get_sheet_by_index(0).to_python()
    contacts = str(CalamineWorkbook.from_filelike(BytesIO(personal.data)).get_sheet_by_index(0).to_python())
    with office.database.read() as tx:
        logged = [
            tuple(row) for row in tx.execute(sa.select(read_log.c.what, read_log.c.purpose).order_by(read_log.c.id))
        ]

    assert rows[2:] == [["姓名", "履职评价"], ["专家1", "良好"]]
    assert (refused.status_code, "6222 **** **** 1234" in contacts, ACCOUNT in contacts) == (422, True, False)
    assert logged == [
        (f"expert:{expert_id}", None), ("export:experts:1", None), ("export:expert_contacts:1", "通知评审会"),
    ]  # fmt: skip


def workbook(*rows: dict[str, str]) -> bytes:
    heads = [f"{head}" for head in expert_sheet.heads("zh").values()]
    return sheets.write_table("专家", heads, [[row.get(name, "") for name in expert_sheet.IN] for row in rows])


ROW = {"name": "闻人若溪", "employer_name": "示例院", "rank": "研究员", "fields": "能源", "identity": IDENTITY}


def give_in(reader: Reader, content: bytes) -> TestResponse:
    hidden = hidden_inputs(reader.get("/experts/import").text, 'type="file"')
    return multipart(reader, "/experts/import", {**hidden, "sheet": (BytesIO(content), "专家.xlsx")})


def test_a_sheet_is_looked_at_and_brought_in_once(office: World) -> None:
    reader = office.visit("province")
    page = give_in(reader, workbook(ROW))
    before = "闻人若溪" in reader.get("/experts").text
    hidden = hidden_inputs(page.text, 'action="/experts/import/run"')
    done = reader.client.post("/experts/import/run", data=hidden, environ_base=reader.address)
    again = reader.client.post("/experts/import/run", data=hidden, environ_base=reader.address)
    with office.database.read() as tx:
        kept = tx.scalar(sa.select(sa.func.count()).where(file.c.field == "import_experts", file.c.purged_at.is_(None)))

    assert ("将邀请1名，已在库0名，有误0名" in words_of(page), before) == (True, False)
    assert (done.status_code, again.status_code, kept) == (200, 404, 0)
    assert re.search(r'<code class="secret">[a-z0-9-]{19}</code>', done.text)
    assert "闻人若溪" in reader.get("/experts").text


def test_a_sheet_with_a_wrong_cell_cannot_be_brought_in(office: World) -> None:
    page = give_in(office.visit("province"), workbook(ROW, {**ROW, "name": "闻人", "identity": "1"}))

    assert ("C4" in words_of(page), 'action="/experts/import/run"' in page.text) == (True, False)


def test_of_a_sheet_that_cannot_be_brought_in_nothing_is_kept(office: World) -> None:
    reader = office.visit("province")
    wrong = [workbook({**ROW, "identity": "1"}), workbook(), sheets.write_table("专家", ["姓名"], [["闻人若溪"]])]
    statuses = [give_in(reader, content).status_code for content in wrong]
    with office.database.read() as tx:
        kept = tx.scalar(sa.select(sa.func.count()).where(file.c.field == "import_experts", file.c.purged_at.is_(None)))

    assert (statuses, kept) == ([200, 200, 422], 0)


def test_the_template_is_read_back_as_it_was_given_out(office: World) -> None:
    content = office.visit("province").get("/experts/import/template.xlsx").data
    page = give_in(office.visit("province"), content)

    assert "表中没有可导入的专家" in words_of(page)


def test_a_sheet_of_somebody_else_is_not_here(office: World) -> None:
    page = give_in(office.visit("province"), workbook(ROW))
    hidden = hidden_inputs(page.text, 'action="/experts/import/run"')
    office.elsewhere("south")
    south = office.visit("south")
    token = hidden_inputs(south.get("/experts/import").text, 'type="file"')
    answer = south.client.post("/experts/import/run", data={**hidden, **token}, environ_base=south.address)

    assert answer.status_code == 404


def test_the_pages_are_in_english_too(office: World) -> None:
    expert_id = invited(office)
    reader = office.visit("province")
    reader.client.set_cookie("language", "en")
    words = [words_of(reader.get(path)) for path in ("/experts", f"/experts/{expert_id}", "/experts/invite")]

    assert ["Expert pool" in one for one in words] == [True] * 3
    assert "Awaiting own declaration" in words[0]


def namesakes(office: World) -> tuple[int, int]:
    """Two active entries under one name, one with an identity number and both with one mobile."""
    numbers = invited(office, identity=IDENTITY), invited(office, "expert-2")
    for login, number in zip(("expert-1", "expert-2"), numbers, strict=True):
        declare(office, login, number)
    keys = office.ground.keys
    with office.database.write() as tx:
        for login in ("expert-1", "expert-2"):
            phone = personal.seal_json(keys, "13800006789", f"person/{login}/phone")
            tx.execute(person.update().where(person.c.login == login).values(name="闻人若溪", phone=phone))
        tx.execute(person.update().where(person.c.login == "expert-2").values(name="闻人如溪"))
    return numbers


def test_two_entries_in_doubt_stand_beside_each_other_masked_until_the_office_decides(office: World) -> None:
    left, right = namesakes(office)
    reader, place = office.visit("province"), f"/experts/doubts/{left}/{right}"
    listed = words_of(reader.get("/experts"))
    waiting = reader.get("/experts/doubts").text
    pair = reader.get(place)
    refused = sent(reader, place, {"seen": 0, "reason": ""}, of=place)
    done = sent(reader, place, {"seen": 0, "found": "same", "reason": "当面核对"}, of=place)
    stale = sent(reader, place, {"seen": 0, "found": "different", "reason": "再核"}, of=place)
    after, again = words_of(reader.get("/experts/doubts")), words_of(reader.get(place))
    history = words_of(reader.get(f"/experts/{left}"))
    with office.database.read() as tx:
        opened = set(tx.scalars(sa.select(read_log.c.what)))

    assert ("1对待核对" in listed, f'href="{place}"' in waiting) == (True, True)
    assert ("138****6789" in pair.text, "13800006789" in pair.text, IDENTITY in pair.text) == (True, False, False)
    assert errors_of(refused) == ["请选择认定结果。", "请填写认定理由。"]
    assert (done.status_code, errors_of(stale)) == (303, ["此页打开后信息已被更改，请刷新后重新办理。"])
    assert ("没有待核对的" in after, "同一人" in after, "当面核对" in again) == (True, True, True)
    assert ("认定与另一条信息为同一人" in history, {f"expert:{left}", f"expert:{right}"} <= opened) == (True, True)


def test_nobody_else_compares_entries_and_nobody_those_that_are_in_no_doubt(office: World) -> None:
    left, right = namesakes(office)
    office.elsewhere("south")
    place = f"/experts/doubts/{left}/{right}"
    strangers = {login: office.visit(login).get(place).status_code for login in ("taiyuan", "expert-1", "south")}
    with office.database.write() as tx:
        tx.execute(person.update().where(person.c.login == "expert-2").values(phone=None))
    reader = office.visit("province")

    assert strangers == dict.fromkeys(("taiyuan", "expert-1", "south"), 404)
    assert [reader.get(path).status_code for path in (place, f"/experts/doubts/{right}/{left}")] == [404, 404]
    assert "没有待核对的" in words_of(reader.get("/experts/doubts"))


def test_two_organisations_in_doubt_stand_beside_each_other_until_the_office_decides(office: World) -> None:
    employer = "示例焦化1（集团）公司"
    declare(office, "expert-1", invited(office, employer_name=employer), employer_name=employer)
    office.unit(1)
    reader = office.visit("province")
    listed, page = words_of(reader.get("/experts")), reader.get("/experts/doubts").text
    found = re.search(r'href="(/experts/doubts/organisations\?[^"]+)"', page)
    assert found is not None

    place = found[1].replace("&amp;", "&")
    strangers = [office.visit(login).get(place).status_code for login in ("taiyuan", "expert-1", "province-head")]
    pair = words_of(reader.get(place))
    refused = sent(reader, place, {"seen": 0, "reason": ""}, of=place)
    done = sent(reader, place, {"seen": 0, "found": "different", "reason": "查看营业执照"}, of=place)
    stale = sent(reader, place, {"seen": 0, "found": "same", "reason": "再核"}, of=place)
    after, again = words_of(reader.get("/experts/doubts")), words_of(reader.get(place))
    missing = [reader.get(f"/experts/doubts/organisations{query}").status_code for query in ("", "?left=o1&right=o2")]

    assert ("1对待核对" in listed, "示例焦化1有限公司" in pair, "专家1（任职）" in pair) == (True, True, True)
    assert (strangers, missing) == ([404, 404, 404], [404, 404])
    assert errors_of(refused) == ["请选择认定结果。", "请填写认定理由。"]
    assert (done.status_code, errors_of(stale)) == (303, ["此页打开后信息已被更改，请刷新后重新办理。"])
    assert ("1对待核对" in after, "不是同一单位" in after, "查看营业执照" in again) == (False, True, True)
