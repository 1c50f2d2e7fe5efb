"""Decisions, parameters and rights to fields on the pages: what is lit, what may be set, what nobody is shown."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest

from caseflow import clock
from caseflow.cases import dossier, opening, settings
from caseflow.cases import ground as grounds
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT
from caseflow.workflow.reader import read_text
from tests.web.office_world import World, hidden_inputs, office, seeded

__all__ = ["office", "seeded"]

MARK = "王二麻子李四"
TEXT = (
    (ROOT / "tests" / "cases" / "toy-decided.yaml").read_text("utf-8").replace("authority: north", "authority: shanxi")
)
PATH = "/parameters/toy-decided"


@pytest.fixture
def case_id(office: World) -> int:
    """A case of the sample grading under review."""
    office.unit(1)
    who = office.actor("unit-1")
    with office.database.write() as tx:
        grounds.publish(tx, [read_text(TEXT, vocabulary=vocabulary())])
        made = opening.open_case(
            tx, office.ground, who, "toy-decided", round_id=None, request_key=office.key()
        ).case_id  # fmt: skip
        values = {"name": "示例焦化1有限公司", "contact": MARK, "intensity": "0.9"}
        owner = f"organisation:{who.organisation_id}"
        dossier.save_draft(tx, office.ground, made, "dossier.unit", owner, values, 0, who.person_id)
    office.do("unit-1", made, "submit")
    return made


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_office_reads_the_table_with_the_row_that_hit_and_why(office: World, case_id: int) -> None:
    office.do("taiyuan", case_id, "assess", doubt=False)

    page = office.visit("taiyuan").get(f"/cases/{case_id}").text

    lit = words("".join(re.findall(r'(?s)<tr aria-current="true">.*?</tr>', page)))
    assert "中" in lit
    assert "适用" in lit
    assert "示例表1第3行" in lit
    assert "不适用：强度不符" in words(page)
    assert "> 0.8 * 基准值" in words(page).replace("&gt;", ">")


def test_the_applicant_is_not_shown_the_table(office: World, case_id: int) -> None:
    office.do("taiyuan", case_id, "assess", doubt=False)

    assert "示例表1" not in office.visit("unit-1").get(f"/cases/{case_id}").text


def put(office: World, login: str, name: str, **data: str) -> str:
    reader = office.visit(login)
    hidden = hidden_inputs(reader.get("/parameters").text, f"value-toy-decided-{name}")
    day = (clock.today() + timedelta(days=1)).isoformat()
    return reader.act(f"{PATH}/{name}", {"from_on": day, "reason": "会议纪要", **data}, hidden).text


def test_the_office_sets_a_parameter_with_a_reason_and_reads_what_was_set(office: World, case_id: int) -> None:
    page = words(put(office, "province", "review_time", value="15 workdays", reason="会议纪要第7号"))

    assert "15个工作日" in page
    assert "会议纪要第7号" in page
    assert "省厅经办戊" in page


def test_what_is_wrong_is_said_at_the_field(office: World, case_id: int) -> None:
    page = words(put(office, "province", "review_time", value="2 workdays", reason=""))

    assert "应在 5 workdays 至 20 workdays 之间" in page
    assert "10个工作日" in page


def test_what_was_typed_stays_in_the_one_form_that_could_not_be_taken(office: World, case_id: int) -> None:
    text = put(office, "province", "review_time", value="2 workdays", reason="会议纪要第9号")
    sent = re.findall(r'(?s)<details class="confirm" open>.*?</details>', text)

    assert [('id="value" name="value" value="2 workdays"' in one, "会议纪要第9号" in one) for one in sent] == [
        (True, True)
    ]
    assert 'href="#value"' in text


def test_a_form_that_is_sent_twice_sets_once(office: World, case_id: int) -> None:
    reader = office.visit("province")
    hidden = hidden_inputs(reader.get("/parameters").text, "value-toy-decided-review_time")
    given = {"from_on": (clock.today() + timedelta(days=1)).isoformat(), "reason": "会议纪要", "value": "15 workdays"}
    pages = [words(reader.act(f"{PATH}/review_time", given, hidden).text) for _ in range(2)]

    assert ["设定记录（1）" in page for page in pages] == [True, True]


def test_a_second_person_confirms(office: World, case_id: int) -> None:
    put(office, "province", "benchmark", value="1.5")
    own = office.visit("province").get("/parameters").text
    with office.database.write() as tx:
        office.people["second"] = _second(tx, office)
    reader = office.visit("second")
    page = reader.get("/parameters").text
    action = re.findall(rf'action="({PATH}/benchmark/\d+/confirm)"', page)

    assert "待另一人确认" in own
    assert f"{PATH}/benchmark/" not in own.replace(f'{PATH}/benchmark"', "")
    assert len(action) == 1
    done = words(reader.act(action[0], {}, hidden_inputs(page, "/confirm")).text)
    assert "待另一人确认" not in done
    assert "确认" in done


def _second(tx: object, office: World) -> int:
    from caseflow.office import reference
    from caseflow.people import accounts, organisations, roles

    made = accounts.create(
        tx, authority_id=organisations.authority_id(tx, "shanxi"), login="second", name="省厅经办癸", password_hash="-",  # type: ignore[arg-type]
        keys=office.ground.keys,
    )  # fmt: skip
    known = reference.roles(office.settings)
    roles.grant(tx, known, person_id=made, organisation_id=office.offices["sx-ecology"], role="provincial", by=None)  # type: ignore[arg-type]
    return made


def test_nobody_else_reads_or_sets_parameters(office: World, case_id: int) -> None:
    for login in ("unit-1", "expert-1", "taiyuan"):
        assert office.visit(login).get("/parameters").status_code == 404
        assert put_status(office, login) in (400, 403, 404)


def test_the_office_of_another_authority_sets_nothing_here_though_its_roles_have_the_same_names(
    office: World, case_id: int
) -> None:
    south = office.elsewhere("south")
    reader = office.visit("south")

    assert reader.get("/parameters").status_code == 404
    hidden = hidden_inputs(reader.get("/account").text, 'name="csrf_token"')
    answer = reader.act(
        f"{PATH}/review_time", {"value": "15 workdays", "from_on": "2099-01-01", "reason": "会议"}, hidden
    )
    assert answer.status_code == 404
    with office.database.read() as tx:
        assert settings.history(tx, office.ground.keys, south, "toy-decided") == []


def put_status(office: World, login: str) -> int:
    reader = office.visit(login)
    return reader.client.post(
        f"{PATH}/review_time", data={"value": "15 workdays"}, environ_base=reader.address
    ).status_code


def test_the_officer_fills_in_the_field_that_is_opened_and_keeps_what_is_hidden(office: World, case_id: int) -> None:
    reader = office.visit("taiyuan")
    path = f"/cases/{case_id}/dossier/unit"
    page = reader.get(path).text

    assert f'href="{path}"' in reader.get(f"/cases/{case_id}").text
    assert 'name="code"' in page
    assert 'name="name"' not in page
    answer = reader.act(path, {"code": "S-77", "name": "改名", "contact": "改人"}, hidden_inputs(page, 'name="code"'))
    assert answer.status_code == 200
    office.do("taiyuan", case_id, "assess", doubt=False)
    shown = words(office.visit("province").get(f"/cases/{case_id}?part=dossier").text)
    assert "S-77" in shown
    assert MARK in shown
    assert "改名" not in shown


def pages(office: World, case_id: int) -> list[str]:
    """Every page of a case and every page that needs nothing, downloads among them."""
    return [
        rule.rule.replace("<int:case_id>", str(case_id))
        for rule in office.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.arguments <= {"case_id"} and not rule.rule.startswith("/static")
    ] + [f"/cases/{case_id}?part={part}" for part in ("dossier", "papers", "timeline", "diagram")]


def content(body: bytes) -> str:
    """What a page or download says; a workbook or archive opened."""
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "".join(archive.read(name).decode("utf-8", "ignore") for name in archive.namelist())
    return body.decode("utf-8", "ignore")


def shown_on(office: World, login: str, case_id: int) -> list[str]:
    """The pages on which a person reads what is marked; fresh sessions, as some pages end them."""
    return [path for path in pages(office, case_id) if MARK in content(office.visit(login).get(path).data)]


def test_what_is_hidden_in_a_state_stands_on_no_page_of_that_role_in_that_state(office: World, case_id: int) -> None:
    in_review = {login: shown_on(office, login, case_id) for login in ("taiyuan", "province", "unit-1")}
    office.do("taiyuan", case_id, "assess", doubt=False)
    after = shown_on(office, "taiyuan", case_id)

    assert in_review["taiyuan"] == []
    assert in_review["province"]
    assert in_review["unit-1"]
    assert after
