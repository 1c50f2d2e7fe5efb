"""People of a certification body: no office, and yet they work on cases that others opened, from their own desk."""

from __future__ import annotations

import re
from html import unescape

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases.models import involvement
from caseflow.cases.models import proposal as proposal_table
from caseflow.cases.opening import import_case
from caseflow.cases.standing import works_in_cases
from caseflow.office import reference, samples
from caseflow.people import organisations
from tests.shipped import everything
from tests.web.conftest import words_of
from tests.web.office_world import Reader, World, office, seeded
from tests.web.pilot_world import person

__all__ = ["office", "seeded"]

WORKFLOW, UNIT, MATTERS = "label-certification", "示例电池有限公司", "请补充核对外购电力的凭证"
BODY = ("body_officer", "auditor", "certifier", "body_head")


def organisation(office: World, kind: str, name: str) -> int:
    with office.database.write() as tx:
        jiangxi = organisations.authority_id(tx, "jiangxi")
        bureau = office.offices["jx-yichun"]
        return organisations.create(tx, authority_id=jiangxi, kind=kind, name_zh=name, prefecture_id=bureau)


def verified_again(office: World) -> int:
    """A commission that the body's head would not see refused, and that was then sent back to be verified once more."""
    unit, body = organisation(office, "enterprise", UNIT), organisation(office, "body", "示例认证中心")
    person(office, "unit", "applicant", unit)
    for role in BODY:
        person(office, role, role, body)
    owner = office.actor("unit")
    with office.database.write() as tx:
        loaded = office.ground.current(tx, WORKFLOW)
        given = {"client.name": UNIT, "product.name": "动力电池"}
        values = samples.complete(loaded, office.ground, 1, office.names(tx, owner, 0), given)
        made = import_case(
            tx, office.ground, None, WORKFLOW, "evaluation", values, organisation_id=unit, round_id=None,
            prefecture_id=office.offices["jx-yichun"], request_key=office.key(),
        ).case_id  # fmt: skip
        parts = [{"case_id": made, "organisation_id": body, "role": role, "since": clock.now()} for role in BODY]
        tx.execute(involvement.insert(), parts)
    office.do("certifier", made, "refuse", reasons="凭证不足")
    office.do("body_head", made, "send_back", opinion="先补充核查")
    office.do("certifier", made, "verify_more", matters=MATTERS)
    return made


def dead(reader: Reader, *paths: str) -> dict[str, int]:
    """The links on these pages that lead nowhere."""
    links = {
        unescape(link).partition("#")[0]
        for path in paths
        for link in re.findall(r'href="(/[^"]*)"', reader.get(path).text)
        if not link.startswith("/static/")
    }
    assert links

    found = {link: reader.get(link).status_code for link in sorted(links)}
    return {link: status for link, status in found.items() if status >= 400}


def test_an_auditor_goes_from_the_desk_through_case_and_review_to_the_slip_and_meets_no_dead_link(
    office: World,
) -> None:
    number = verified_again(office)
    auditor = office.visit("auditor")
    with office.database.read() as tx:
        proposed = tx.scalar(sa.select(proposal_table.c.id).where(proposal_table.c.case_id == number))
    start, desk, every = auditor.get("/home"), auditor.get("/desk"), auditor.get("/cases")
    case, review = auditor.get(f"/cases/{number}"), auditor.get(f"/cases/{number}/review")
    papers, slip = auditor.get(f"/cases/{number}?part=papers"), f"/cases/{number}/slips/{proposed}"
    printed = auditor.get(f"{slip}.html")
    pages = ("/desk", "/cases", *(f"/cases/{number}{rest}" for rest in ("", "?part=papers", "/review", "/why")))

    assert (start.status_code, start.headers["Location"]) == (303, "/desk")
    assert [UNIT in words_of(page) for page in (desk, every, case, review)] == [True] * 4
    assert f'href="/cases/{number}"' in desk.text
    assert f'href="/cases/{number}/review"' in case.text
    assert "动力电池" in words_of(review)
    assert f'href="{slip}.pdf"' in case.text + papers.text
    assert (printed.status_code, "凭证不足" in printed.text, "先补充核查" in printed.text) == (200, True, True)
    assert dead(auditor, *pages) == {}


def test_a_body_finds_nothing_in_the_menu_that_an_office_arranges_and_no_case_of_another_body(office: World) -> None:
    number = verified_again(office)
    person(office, "rival", "auditor", organisation(office, "body", "另一认证中心"))
    menu = office.visit("body_officer").get("/desk").text
    rival = office.visit("rival")
    paths = ("", "/review", "/why", "/notices", "/footprint/review", "/acts/send_report")
    found = {path: rival.get(f"/cases/{number}{path}").status_code for path in paths}

    assert [f'<li><a href="{one}"' in menu for one in ("/desk", "/cases")] == [True, True]
    assert [f'<li><a href="{one}"' in menu for one in ("/home", "/collective", "/rounds", "/quota")] == [False] * 4
    assert set(found.values()) == {404}
    assert [UNIT in rival.get(path).text for path in ("/desk", "/cases")] == [False, False]


def test_a_body_that_applies_for_something_itself_opens_it_too_and_finds_it_on_its_desk(office: World) -> None:
    body = organisation(office, "body", "示例认证中心")
    person(office, "both", "body_officer", body)
    person(office, "both", "applicant", body)
    reader = office.visit("both")
    offered = reader.get(f"/start/{WORKFLOW}")
    hidden = reader.form_of(f"/start/{WORKFLOW}", 'name="prefecture"')
    opened = reader.act(f"/start/{WORKFLOW}", {"prefecture": str(office.offices["jx-yichun"])}, hidden)
    own = re.findall(r"/cases/\d+", opened.text)[0]

    assert (offered.status_code, reader.get("/home").headers["Location"]) == (200, "/desk")
    assert [f'href="{own}"' in reader.get(path).text for path in ("/desk", "/cases")] == [True, True]
    assert reader.get(f"{own}/review").status_code == 404
    assert dead(reader, "/desk", own) == {}


def test_the_roles_that_work_in_cases_are_those_that_have_a_desk(office: World) -> None:
    """What a page shows hangs on the procedure, whom it lets in on the reference data: the two must agree."""
    desks = reference.roles(office.settings).casework
    known = reference.roles(office.settings)
    works = {
        (role.id, any(works_in_cases(one, role, kind) for kind in known[role.id].kinds))
        for one in everything().values()
        for role in one.roles.values()
    }
    sides = {role for one in everything().values() for role in one.roles if one.roles[role].sees == "assigned"}

    assert {role for role, inside in works if inside} - desks == set()
    assert {role for role, inside in works if not inside} & desks == sides
