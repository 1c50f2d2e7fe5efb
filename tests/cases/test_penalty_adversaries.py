"""Who tries to punish, list or remove against the law is refused, and told the clause: through the one door, and on the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.app import create_app
from caseflow.cases.models import case
from caseflow.office import reference, rehearsal
from caseflow.people import accounts, organisations, roles
from caseflow.people.models import person
from caseflow.words import Message, render
from caseflow.workflow.definition import Step
from caseflow.workflow.identifiers import make_credit_code
from tests.journey.filing import case_of, pdf, section
from tests.journey.offices import do, sign
from tests.journey.pages import Page
from tests.journey.visitor import Visitor
from tests.journey.world import SECRET, Site
from tests.office.stage import Stage, built
from tests.people.conftest import password_hash

BEGIN = clock.at_local(date(2026, 6, 1))
"""A Monday: five working days end on the Monday after."""
DECISION = {
    "document_number": "例市监罚〔2026〕1号", "decided_on": "today", "kinds": ["fine"], "fine": "50000.00",
    "content": "罚款五万元", "organ": "例市场监督管理局", "class": "general", "discretion": "从轻", "paper": "d.pdf",
}  # fmt: skip
FILING = {
    "conditions": {one: {"conclusion": "met"} for one in ("evidence", "punishable", "competent", "in_time")},
    "officers": [{"name": "甲", "card": "执法证1"}], "opinion": "立案",
}  # fmt: skip
RECORD = {
    "kind": "inspection", "day": "today", "officer_one": "甲（执法证1）", "officer_two": "甲（执法证1）", "shown": True,
    "text": "现场情况", "paper": "p.pdf",
}  # fmt: skip
HEARD = {"held_on": "today", "members": "三人", "opinion": "同意", "minutes": "m.pdf"}
REMOVAL = {"performed": "已履行", "papers": ["p.pdf"], "promise": True}


@dataclass(frozen=True)
class Attempt:
    """Somebody tries something in a test that a definition carries, instead of the first step that does, or waits for,
    ``instead_of``.
    """

    workflow: str
    test: str
    """The beginning of its English name."""
    instead_of: str
    who: str
    act: str
    answers: dict[str, Any]
    said: str
    clause: str


MAIN, HEARING = "Main road from the clue", "Hearing with notice"
ATTEMPTS = {
    "a case filed by one officer": Attempt(
        "penalty", MAIN, "open_file", "enforcement_officer", "open_file", FILING,
        "办案人员不得少于两人", "程序规定第十九条、第二十二条",
    ),
    "an inspection by one officer": Attempt(
        "penalty", MAIN, "take_evidence", "enforcement_officer", "record_inspection", RECORD,
        "办案人员不得少于两人", "程序规定第二十二条",
    ),
    "a decision before the time to ask for a hearing is over": Attempt(
        "penalty", MAIN, "go_on", "enforcement_officer", "go_on", {"summary": "未行使"},
        "5个工作日至2026年6月8日届满", "程序规定第五十七条",
    ),
    "a discussion before it is over": Attempt(
        "penalty", HEARING, "record_discussion", "market_leader", "record_discussion", {**HEARD, "held_on": "-10 days"},
        "5个工作日至2026年6月8日届满", "程序规定第五十七条、第六十条",
    ),
    "a heavier fine than the party was told": Attempt(
        "penalty", MAIN, "decide", "enforcement_officer", "decide", {**DECISION, "fine": "50000.01"},
        "罚款重于告知的数额", "程序规定第五十八条",
    ),
    "another kind of penalty than it was told": Attempt(
        "penalty", MAIN, "decide", "enforcement_officer", "decide", {**DECISION, "kinds": ["fine", "licence"]},
        "处罚种类超出告知的范围", "程序规定第五十八条",
    ),
    "a warning published": Attempt(
        "penalty", "A warning is not published", "publish", "enforcement_officer", "publish",
        {"until": "+300 days", "decision": "p.pdf", "checked": True}, "仅受到警告的不予公示", "公示规定第二条",
    ),
    "a legal review dated before the hearing was over": Attempt(
        "penalty", HEARING, "pass_legal_review", "case_reviewer", "pass_legal_review",
        {"reviewed_on": "-1 days", "opinion": "同意"}, "法制审核日期应当晚于听证结束日期", "程序规定第五十条",
    ),
    "a decision while the hearing is not reviewed": Attempt(
        "penalty", HEARING, "pass_legal_review", "enforcement_officer", "decide", DECISION, "作出行政处罚决定", "",
    ),
    "a listing without a ground": Attempt(
        "dishonesty-list", "Nobody is listed without a ground", "propose", "enforcement_officer", "propose", {"opinion": "建议列入"},
        "没有法定情形", "国办发〔2020〕49号名单依据",
    ),
    "an early removal before its year": Attempt(
        "dishonesty-list", "Not accepted, not removed", "390 days", "party", "ask_removal", REMOVAL,
        "1年", "失信名单办法提前移出",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def stage(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with built(migrated_sqlite, tmp_path_factory.mktemp("adversaries")) as found:
        yield found


def reasons(stage: Stage, one: Attempt) -> list[str]:
    """What the attempt is told, after every step before it went as the file says."""
    loaded = stage.loaded(one.workflow)
    carried = next(each for each in loaded.definition.tests if each.name.en.startswith(one.test))
    before = next(number for number, step in enumerate(carried.steps) if one.instead_of in (step.do, step.after))
    tried = Step.model_validate({"as": one.who, "do": one.act, "with": one.answers})
    played = carried.model_copy(update={"steps": (*carried.steps[:before], tried)})
    with clock.at(BEGIN), stage.database.write() as tx:
        (line,) = rehearsal.run(tx, stage.ground, stage.roles, stage.settings.files, loaded, played).lines
    assert (line.key, line.values["step"]) == ("rehearsal.refused", before + 1), render(line, "zh")

    return [render(each, "zh") for each in line.values["reasons"] if isinstance(each, Message)]


@pytest.mark.parametrize("name", ATTEMPTS)
def test_an_attempt_is_refused_with_its_clause(stage: Stage, name: str) -> None:
    one = ATTEMPTS[name]
    told = reasons(stage, one)

    assert [text for text in told if one.said in text and one.clause in text] != []


PEOPLE = {
    "both": ("演示双岗", ("enforcement_officer", "case_reviewer"), "jx-market"),
    "second": ("演示协办", ("second_officer",), "jx-market"),
    "head": ("演示机构负责", ("enforcement_head",), "jx-market"),
    "leader": ("演示部门负责", ("market_leader",), "jx-market"),
    "intake": ("演示受理", ("intake_officer",), "jx-market"),
    "keeper": ("演示保管", ("informant_keeper",), "jx-market"),
    "elsewhere": ("演示外省", ("enforcement_officer",), "sx-market"),
}
"""Who holds which roles in which office."""
INFORMANT = "甲匿名举报人乙"


@pytest.fixture(scope="module")
def site(stage: Stage) -> Site:
    """The pages over the same database."""
    known, keys = stage.roles, stage.ground.keys
    with stage.database.write() as tx:
        ids = organisations.load_reference(tx, reference.data(stage.settings, "organisations.yaml"))
        app = create_app(stage.database, stage.settings, stage.ground)
        found = Site(app, stage.database, stage.settings, stage.ground, 0, 0, ids, {})
        for login, (name, held, place) in PEOPLE.items():
            authority = organisations.authority_id(tx, "jiangxi" if place.startswith("jx") else "shanxi")
            who = accounts.create(
                tx, authority_id=authority, login=login, name=name, password_hash=password_hash(), keys=keys
            )
            for role in held:
                roles.grant(tx, known, person_id=who, organisation_id=found.ids[place], role=role, by=None)
            sealed = accounts.seal(keys, login, "second_factor", SECRET)
            tx.execute(person.update().where(person.c.id == who).values(second_factor=sealed, last_step=0))
    return found


def test_the_page_tells_the_clause_to_one_officer_alone_and_to_who_would_review_an_own_investigation(
    site: Site,
) -> None:
    officer = site.visitor("both")
    page = officer.get("/collective/penalty/new")
    number = case_of(officer.send(page, page.form("request_key")))
    today = site.today.isoformat()
    source = {"kind": "inspection", "found_on": today, "matter": "虚标产品碳足迹", "text": "线索"}
    party = {"name": "例单位", "uscc": make_credit_code("91", "360900", 93), "kind": "body", "role_in": "producer"}
    section(officer, number, "source", source)
    section(officer, number, "party", {**party, "region": "360900", "address": "示例路1号"})
    do(officer, number, "register")
    do(officer, number, "record_check", {"day": today, "officers": "甲、乙", "found": "不符"})
    one = {f"conditions-{each}-conclusion": "met" for each in FILING["conditions"]}
    one |= {"opinion": "立案", "officers-0-name": "甲", "officers-0-card": "证1"}
    alone = tried(officer, number, "open_file", one)
    do(officer, number, "open_file", {**one, "officers-1-name": "乙", "officers-1-card": "证2"})
    for login in ("second", "head", "leader"):
        sign(site.visitor(login), number)
    evidence = {"item": "截图", "kind": "electronic", "proves": "标注", "source": "现场", "taken_on": today}
    do(officer, number, "take_evidence", {**evidence, "taken_by": "甲、乙", "keeper": "甲", "paper": pdf("证据.pdf")})
    report = {
        "offence": "misleading_claim", "happened_on": today, "gravity": "ordinary", "facts": "没有依据", "fine": "50000.00",
        "discretion": "从轻", "proposal": "punish", "corrected": "not_ordered", "kinds": ["fine"], "paper": pdf("报告.pdf"),
    }  # fmt: skip
    do(officer, number, "conclude_investigation", report)
    sign(site.visitor("second"), number)
    points = ("competent", "party", "facts", "nature", "law", "procedure", "proper")
    agreed = {f"points-{each}-conclusion": "met" for each in points} | {"kind": "case", "opinion": "同意"}
    own = tried(officer, number, "pass_review", agreed)

    assert (alone.status, own.status) == (422, 422)
    assert alone.errors == ["办案人员不得少于两人。（依据：程序规定第十九条、第二十二条）"]
    assert own.errors == [
        "您已办理过本办件的“提交调查终结报告”，此步须由另一人办理（程序规定第五十条、第五十二条、第五十四条）",
        "您已以“办案人员”身份办理过本办件，不能再以“审核人员”身份办理（依据：程序规定第四十九条）",
    ]


def tried(visitor: Visitor, number: int, action: str, answers: dict[str, Any]) -> Page:
    """The page that answers an act."""
    where = f"/cases/{number}/acts/{action}"
    page = visitor.get(where)
    return visitor.send(page, page.form(where).fill(answers))


def test_a_sealed_case_is_not_there_for_others_and_the_informant_for_nobody_but_the_keeper(site: Site) -> None:
    stranger = Visitor(site.app, "198.51.100.7")
    page = stranger.get("/public/forms/jiangxi/report")
    typed = {
        "matter-about": "例单位", "matter-title": "虚标产品碳足迹", "matter-region": "360900", "matter-text": "经过",
        "matter-named": "named", "informant-name": INFORMANT, "informant-contact": "联系方式丙",
    }  # fmt: skip
    filed = stranger.send(page, page.form("request_key").fill(typed))
    assert filed.status == 200, filed.words[:800]
    with site.database.read() as tx:
        number = tx.scalar(sa.select(case.c.id).where(case.c.workflow == "report"))
    statuses = {
        login: [site.visitor(login).get(f"/cases/{number}{part}").status for part in ("", "/sealed")]
        for login in ("keeper", "intake", "both", "elsewhere")
    }
    told = [site.visitor(login).get(f"/cases/{number}").text for login in ("keeper", "intake", "both")]

    assert statuses == {"keeper": [200, 200], "intake": [200, 404], "both": [200, 404], "elsewhere": [404, 404]}
    assert [INFORMANT in text for text in told] == [False, False, False]
