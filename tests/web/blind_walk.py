"""The review meeting walked by everybody in every phase, once for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from caseflow.records import letters
from caseflow.records.models import file as file_table
from tests import posting
from tests.web.blind_planting import BEFORE, CONFLICTED, Meeting, planted
from tests.web.blind_planting import PANEL as PANEL_ID
from tests.web.blind_readers import FULL, OFFICE, OUTSIDE, PANEL, PHASES, allowed, everything
from tests.web.blind_walking import ABSENT, Cost, Page, addresses, cost, found_in, rules, squeezed, walk
from tests.web.conftest import Visitor
from tests.web.office_world import World, hidden_inputs

ACTS = ("declare", "score", "ask_reason", "say", "change_score", "draft_opinion", "sign_opinion", "confirm", "recuse")
SEARCHES = (
    "/desk?q=QZPRODUCT", "/cases?q=QZUNIT", "/cases?q=SXGL", "/cases.xlsx?q=QZUNIT", "/cases.xlsx?list=desk",
    "/cases?state=pilot-management/expert_evaluation", "/inbox?new=1", "/experts?q=QZNAME", "/experts.xlsx?q=QZNAME",
)  # fmt: skip
LISTS = ("/desk", "/cases", "/cases.xlsx", "/inbox", "/work", "/asked", "/experts", "/my-expert-entry")
PRINTED = ("barred", "reserve", "taiyuan", "province")
HIDDEN = ("barred", "reserve", "unit-3", "datong")
"""From whom the first case is hidden while the panel scores."""


@dataclass
class Walked:
    """What everybody got. The keys are reader and phase."""

    meeting: Meeting
    pages: dict[tuple[str, str], list[Page]] = field(default_factory=dict)
    planted: dict[str, set[str]] = field(default_factory=dict)
    """By phase."""
    leaks: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=dict)
    mails: dict[str, str] = field(default_factory=dict)
    """What each login got by mail."""
    costs: dict[str, list[tuple[str, Cost, Cost]]] = field(default_factory=dict)
    """By reader, each address with what a hidden case and one that does not exist cost."""

    def found(self, reader: str, *phases: str) -> set[str]:
        """Which markers a reader came across."""
        pages = [one for phase in phases or PHASES for one in self.pages.get((reader, phase), ())]
        return {one for one, _ in found_in(pages, set[str]().union(*self.planted.values()))}

    def texts(self, reader: str, phase: str, path: str) -> str:
        return next(one.text for one in self.pages[reader, phase] if one.path == path)


def walked(world: World) -> Walked:
    """Bring the meeting through its phases; in each everybody looks wherever an address leads."""
    found = Walked(planted(world))
    for login, number in world.people.items():
        posting.give_address(world.database, world.ground, number, f"{login}@example.org")
    for phase in PHASES:
        found.meeting.step(phase)
        found.planted[phase] = everything(found.meeting)
        for reader, phases in {**PANEL, **OUTSIDE, **OFFICE}.items():
            if phase in phases:
                _look(found, reader, phase)
        if phase == "in_session":
            for reader in HIDDEN:
                found.costs[reader] = list(_costs(found.meeting, reader, found.meeting.cases[CONFLICTED]))
        if phase == FULL:
            for reader in PRINTED:
                pages = found.pages[reader, "print"] = _printed(found.meeting, reader)
                never = found.planted[phase] - allowed(found.meeting, reader, phase)
                found.leaks[reader, "print"] = found_in(pages, never)
    posting.deliver(world.database, world.settings, world.ground)
    for message in posting.laid_down(world.settings):
        login = str(message["To"]).partition("@")[0]
        found.mails[login] = found.mails.get(login, "") + squeezed(f"{message['Subject']} {posting.body(message)}")
    return found


def _printed(meeting: Meeting, reader: str) -> list[Page]:
    """The dossiers as one PDF, and a letter with all sheets."""
    with meeting.world.database.read() as tx:
        papers = [row.id for row in letters.of_case(tx, meeting.host) if row.kind == "score_sheets"]
    paths = [f"/cases/{meeting.cases[number]}/dossier.pdf" for number in BEFORE]
    return walk(visit(meeting, reader), [*paths, *(f"/cases/{meeting.host}/letters/{one}.pdf" for one in papers)])


def visit(meeting: Meeting, reader: str) -> Visitor:
    return meeting.world.visit(meeting.part.get(reader, reader)) if reader else Visitor(meeting.world.app)


def _look(found: Walked, reader: str, phase: str) -> None:
    paths = _paths(found.meeting, every=phase == FULL, inside=reader in OFFICE)
    pages = found.pages[reader, phase] = walk(visit(found.meeting, reader), paths)
    never = found.planted[phase] - allowed(found.meeting, reader, phase)
    found.leaks[reader, phase] = found_in(pages, never)


def _paths(meeting: Meeting, *, every: bool, inside: bool) -> list[str]:
    """All addresses, or those of the meeting and of a case before it; PDF is printed elsewhere."""
    host, inner, app = meeting.host, [meeting.cases[number] for number in BEFORE], meeting.world.app
    with meeting.world.database.read() as tx:
        papers = [row.id for row in letters.of_case(tx, host)]
        files = tx.scalars(sa.select(file_table.c.id).where(file_table.c.case_id.in_([host, *inner]))).all()
    names = {
        "case_id": [host], "member_id": inner, "action_id": ACTS, "panel_id": [PANEL_ID], "kind": ["docx", "xlsx"],
        "letter_id": papers if papers and (every or inside) else [1], "what": ["sign"], "example_id": ["practice"],
        "table_id": ["agenda", "ranking"],
    }  # fmt: skip
    of_cases = [one for one in rules(app) if "case_id" in one.arguments and (every or "/footprint/" not in one.rule)]
    paths = addresses(of_cases, names)
    if not inside:
        plain = [one for one in of_cases if not {"member_id", "panel_id", "action_id", "letter_id"} & one.arguments]
        paths += addresses(plain, {**names, "kind": ["xlsx"], "case_id": inner if every else inner[:1]})
    paths += [f"/cases/{number}?part={part}" for number in (host, *inner) for part in ("timeline", "papers", "dossier")]
    if every:
        beside = [one for one in rules(app) if not {"case_id", "file_id"} & one.arguments]
        paths += addresses(beside, {"kind": ["xlsx"], "expert_id": range(1, 4), "round_id": [meeting.world.round_id]})
        paths += [f"/files/{number}{view}" for number in files for view in ("", "/view")]
    return [one for one in dict.fromkeys((*paths, *LISTS, *SEARCHES)) if not one.endswith(".pdf")]


def _costs(meeting: Meeting, reader: str, hidden: int) -> Iterator[tuple[str, Cost, Cost]]:
    """Every address and form of a case: of one that is hidden from the reader, and of one that does not exist."""
    visitor, app = visit(meeting, reader), meeting.world.app
    token = hidden_inputs(visitor.get("/account").text, 'name="csrf_token"')["csrf_token"]
    visitor.get("/desk")
    for method in ("GET", "POST") if reader == HIDDEN[0] else ("GET",):
        sent = {"data": {"csrf_token": token, "version": "0"}} if method == "POST" else {}
        for rule in rules(app, method):
            if "case_id" not in rule.arguments:
                continue
            inner = "member_id" in rule.arguments
            places = ("member_id", {"case_id": [meeting.host]}) if inner else ("case_id", dict[str, list[int]]())
            both = [
                addresses([rule], {"kind": ["xlsx"], **places[1], places[0]: [number]})[0]
                for number in (hidden, ABSENT)
            ]
            one, other = (cost(meeting.world.database, visitor, path, method, **sent) for path in both)
            yield f"{method} {rule.rule}", one, other
