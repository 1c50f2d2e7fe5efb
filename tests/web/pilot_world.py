"""A pilot in implementation, with the tasks of its plan, on the installation of ``office_world``."""

from __future__ import annotations

from typing import Any

from caseflow.cases import dossier
from caseflow.cases.view import load
from caseflow.office import reference
from caseflow.people import organisations, roles
from tests.web.office_world import Reader, World, _person

PLAN = [
    {"task": "建立核算台账", "measure": "安装计量仪表", "responsible": "生产部", "due": "+90 days",
     "indicator": "覆盖主要工序", "heading": "data_collection"},
    {"task": "开展产品核算", "measure": "核算冶金焦", "responsible": "环保部", "due": "+180 days",
     "indicator": "完成1份报告", "heading": "accounting"},
    {"task": "参与标准编制", "measure": "提出团体标准", "responsible": "技术中心", "due": "+300 days",
     "indicator": "立项1项", "heading": "standard"},
]  # fmt: skip


def pilot(office: World, number: int = 1, **more: Any) -> int:
    """A pilot whose plan has three tasks."""
    return office.application("implementing", number, plan__rows=PLAN, **more)


def owing(office: World) -> tuple[int, Reader]:
    """A pilot from which a report was called for, and its applicant's browser."""
    number = pilot(office)
    office.do("province", number, "call_report", due_on="+10 days", matter="报送上半年进展")
    office.sign(number, "province-head")
    return number, office.visit("unit-1")


def report(office: World, number: int, *states: str) -> None:
    """A report of the applicant on each task."""
    rows = {str(at): {"status": state, "note": f"第{at + 1}项说明"} for at, state in enumerate(states)}
    office.do("unit-1", number, "report_progress", up_to="today", rows=rows)


def facts(office: World, case_id: int, login: str = "province") -> dict[str, Any]:
    """What somebody may read of the answers of acts."""
    with office.database.read() as tx:
        return load(tx, office.ground, office.actor(login), case_id).facts()


def answers(office: World, case_id: int) -> dict[str, Any]:
    """The dossier as it was frozen last."""
    with office.database.read() as tx:
        return dossier.frozen(tx, office.ground, case_id, office.row(case_id)["revision"])


def branch(office: World, name: str = "甲区分局", bureau: str = "sx-taiyuan", login: str = "county") -> int:
    """A county branch under a bureau, with an officer; returns its number."""
    with office.database.write() as tx:
        authority = organisations.authority_id(tx, "shanxi")
        made = organisations.create(
            tx, authority_id=authority, kind="branch", name_zh=name, prefecture_id=office.offices[bureau]
        )
    person(office, login, "county", made)
    return made


def person(office: World, login: str, role: str, organisation_id: int, name: str = "") -> int:
    """A further person with one role; returns the number."""
    with office.database.write() as tx:
        if login not in office.people:
            office.people[login] = _person(tx, office.ground, login, name or f"人员{login}")
        known = reference.roles(office.settings)
        roles.grant(tx, known, person_id=office.people[login], organisation_id=organisation_id, role=role, by=None)
    return office.people[login]
