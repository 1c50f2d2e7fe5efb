"""A case, and all that hangs on it, is not there for whoever has no part in it: the same answer on every page and form."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.web.conftest import Visitor
from tests.web.office_world import World, office, seeded
from tests.web.pilot_world import pilot

__all__ = ["office", "seeded"]

FILLED = {
    "letter_id": "1", "file_id": "1", "proposal_id": "1", "finding": "1", "task_id": "1", "kind": "pdf", "what": "add_signer",
    "line_id": "a", "section_id": "unit", "action_id": "quit", "path": "a",
}  # fmt: skip
"""For what an address names beside the case; of anything else the number 1."""


def of_a_case(app: Flask, method: str) -> list[Rule]:
    """The addresses below a case, of which everything is within the reach of those who have a part in it alone."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and "case_id" in rule.arguments and not rule.rule.startswith("/public")
    ]


def address(rule: Rule, case_id: int) -> str:
    built = rule.build({**{one: FILLED.get(one, "1") for one in rule.arguments}, "case_id": case_id})
    assert built is not None

    return built[1]


@pytest.mark.parametrize("login", ["unit-2", "datong", "expert-1"])
def test_a_stranger_finds_no_page_of_a_case_and_no_form_takes_anything(office: World, login: str) -> None:
    case_id = pilot(office)
    office.unit(2)
    stranger = office.visit(login)
    proof = {"csrf_token": stranger.form_of("/account", 'name="csrf_token"')["csrf_token"]}
    before = office.row(case_id)
    read = {rule.rule: stranger.get(address(rule, case_id)).status_code for rule in of_a_case(office.app, "GET")}
    sent = {
        rule.rule: stranger.client.post(
            address(rule, case_id),
            data={
                **proof,
                "request_key": f"{number:032x}",
                "version": "0",
                "act": "sign",
                "decision": "sign",
                "go": "sign",
            },
        ).status_code
        for number, rule in enumerate(of_a_case(office.app, "POST"))
    }

    assert {path: status for path, status in read.items() if status != 404} == {}
    assert {path: status for path, status in sent.items() if status != 404} == {}
    assert office.row(case_id)["version"] == before["version"]
    assert (len(read) >= 30, len(sent) >= 20) == (True, True)
    assert Visitor(office.app).get(f"/cases/{case_id}").status_code == 303


def test_those_who_have_a_part_in_it_open_most_of_these_pages(office: World) -> None:
    """Else the addresses above would be wrong and nobody would find anything there."""
    case_id = pilot(office)
    addresses = [address(rule, case_id) for rule in of_a_case(office.app, "GET")]
    opened = {
        path
        for login in ("unit-1", "province")
        for path in addresses
        if office.visit(login).get(path).status_code == 200
    }

    assert len(opened) >= 12


KNOWN = (
    "/procedures/review-meeting", "/overview/heat", "/record", "/import", "/rounds/new", "/releases/new",
    "/collective/review-meeting/new",
)  # fmt: skip
"""What an officer of the authority opens by a role, and nobody by a role of the same name elsewhere."""


def test_the_office_of_another_authority_finds_no_procedure_here_though_its_roles_have_the_same_names(
    office: World,
) -> None:
    office.elsewhere("south")
    stranger, officer = office.visit("south"), office.visit("province")

    assert {path: (officer.get(path).status_code, stranger.get(path).status_code) for path in KNOWN} == dict.fromkeys(
        KNOWN, (200, 404)
    )
    assert 'action="/quota/' in officer.get("/quota").text
    assert 'action="/quota/' not in stranger.get("/quota").text
