"""A review meeting with a marker in everything that somebody may not see, brought from phase to phase."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from caseflow import clock
from caseflow.cases import draws, members, panels, sheet_drafts
from caseflow.cases.panel_models import page_note, seat
from caseflow.cases.sheet_drafts import Place
from caseflow.office import reference
from caseflow.people import accounts, expert_personal, expert_ties, experts, organisations, roles
from caseflow.people.expert_personal import Own
from caseflow.people.models import person
from caseflow.records import personal
from tests import pool
from tests.web.office_world import MEETING, World

PANEL = "pilot_panel"
CRITERIA = ("distinctive", "representative", "feasible", "replicable")
CONFLICTED, SECOND, ELSEWHERE = 1, 2, 3
"""Applicants by number: before the meeting, and an interest of one expert; before the meeting; before another one."""
BEFORE = (CONFLICTED, SECOND)
EXPERTS = tuple(f"expert-{number}" for number in range(1, 12))
OBJECTED = EXPERTS[-1]
"""Against whom an applicant objected."""
BANK = "QZBANKZQ"


def mark(what: str, *of: object) -> str:
    """A word that stands nowhere else; letters alone, so that nothing breaks or folds it."""
    return "".join(("QZ", what, *(chr(64 + int(str(one).rpartition("-")[2])) for one in of), "ZQ")).upper()


def words_of(who: str, number: int) -> set[str]:
    """What an expert wrote into the sheet of a case."""
    return {mark("reason", who, number), mark("opinion", who, number)}


def own_of(who: str) -> set[str]:
    """What nobody but the expert reads, not even the office: typed and not given in, noted beside a page."""
    return {mark("draft", who), mark("note", who)}


def name_of(who: str) -> str:
    return mark("name", who)


def account_of(who: str) -> str:
    return f"62270000{int(who.partition('-')[2]):08}731"


@dataclass
class Meeting:
    """The meeting over two cases, and another one over a third. ``part``: who has which part, once it was drawn."""

    world: World
    host: int
    other: int
    cases: dict[int, int]
    numbers: dict[int, str]
    part: dict[str, str] = field(default_factory=dict)
    sitting: list[str] = field(default_factory=list)
    secret: str = ""

    def do(self, who: str, action: str, **given: Any) -> None:
        self.world.do(who, self.host, action, **given)

    def step(self, phase: str) -> None:
        getattr(self, phase)()

    def frozen(self) -> None:
        self.do("province", "commit")
        self.do("province", "freeze", raised=[OBJECTED], grounds=mark("objection"))
        with self.world.database.read() as tx:
            held = draws.newest(tx, self.host, PANEL)
            assert held is not None

            self.secret = draws.secret_of(self.world.ground.keys, held.row).hex()

    def notified(self) -> None:
        self.do("supervisor", "draw", witness=mark("witness"))
        for who in ("province", "supervisor"):
            self.do(who, "attest")
        self.do("province", "notify_experts", held_on="+10 days", held_at="9时", place="第一会议室")
        self.sitting, reserves = self._seated()
        outside = set(EXPERTS) - {*self.sitting, *reserves, OBJECTED}
        self.part = {
            "chair": self.sitting[0], "early": self.sitting[1], "barred": self.sitting[2], "late": self.sitting[3],
            "left": self.sitting[-1], "reserve": reserves[-1], "other": outside.pop(), "objected": OBJECTED,
        }  # fmt: skip
        with self.world.database.write() as tx:
            row = {"person_id": self.world.people[self.part["other"]], "reserve": False, "chair": True}
            tx.execute(seat.insert().values(case_id=self.other, panel=PANEL, status="seated", **row))

    def in_session(self) -> None:
        """Declared; all but one have scored, and typed what they did not give in. One leaves, and a reserve moves up."""
        _, reserves = self._seated()
        for who in self.sitting:
            self.do(who, "answer", answer="accept")
        for who in (*self.sitting, *reserves):
            self.declare(who)
        self.do("province", "convene", present=self.sitting)
        for who in self.sitting:
            self._read_and_score(who)
        self.do("province", "recuse", experts=[self.part["left"]], ground="absent", why=mark("why_left"))
        self.sitting, _ = self._seated()
        moved = next(who for who in reserves if who in self.sitting)
        self.declare(moved)
        self._read_and_score(moved)

    def _read_and_score(self, who: str) -> None:
        self.keep(who, SECOND)
        if who != self.part["early"]:
            self.score(who)

    def discussing(self) -> None:
        self.score(self.part["early"])
        self.do("province", "discuss")
        self.say("province", "ask_reason", "question", CONFLICTED)
        self.say(self.part["late"], "give_reason", "answer", CONFLICTED)
        self.say(self.part["late"], "say", "remark", *BEFORE)

    def summarised(self) -> None:
        self.do("province", "summarise")
        self.say(self.part["chair"], "draft_opinion", "group", *BEFORE)
        self.say(self.part["late"], "sign_opinion", "dissent", *BEFORE)

    def settling(self) -> None:
        for who in set(self.sitting) - {self.part["late"]}:
            self.do(who, "sign_opinion")
        self.do("province", "close_meeting")
        self.do("province", "settle", rate="500", per="per_meeting")
        for who in self.sitting:
            self.do(who, "confirm")

    def concluded(self) -> None:
        self.do("province", "pay", paid_on="today")
        self.do("province", "archive")

    def scores(self) -> dict[int, str]:
        """What the panel came to, by applicant; nothing before the scores were worked out."""
        with self.world.database.read() as tx:
            rows = {row["id"]: row["data"].get("score") for row in members.rows(tx, self.host)}
        return {number: str(rows[one]) for number, one in self.cases.items() if rows.get(one)}

    def declare(self, who: str) -> None:
        barred = (self.part["barred"], CONFLICTED)
        said = {
            str(self.cases[number]): {"conflict": (who, number) == barred, "ground": mark("ground", who)}
            for number in BEFORE
        }
        self.do(who, "declare", secrecy=True, integrity=True, interests=said)

    def score(self, who: str) -> None:
        for number in BEFORE:
            if (who, number) == (self.part["barred"], CONFLICTED):
                continue
            reason, opinion = mark("reason", who, number), mark("opinion", who, number)
            given = 4 if (who, number) == (self.part["late"], CONFLICTED) else 17 + int(who[-1]) % 3
            marks = {one: {"mark": given, "reason": reason} for one in CRITERIA}
            self.do(who, "score", sheet={"member": self.cases[number], "marks": marks, "opinion": opinion})

    def say(self, who: str, action: str, what: str, *numbers: int) -> None:
        self.do(who, action, cases={str(self.cases[number]): {"text": mark(what, number)} for number in numbers})

    def keep(self, who: str, number: int) -> None:
        """What an expert types and does not give in, and a note on a page."""
        person_id, keys = self.world.people[who], self.world.ground.keys
        place = Place(self.host, PANEL, self.cases[number], person_id)
        row = {
            "case_id": self.host, "member_case_id": self.cases[number], "person_id": person_id, "file_id": 1, "page": 1,
        }  # fmt: skip
        context = "/".join(["page-note", *(str(one) for one in row.values())])
        with self.world.database.write() as tx:
            values = {"sheet": {"member": self.cases[number], "marks": {}, "opinion": mark("draft", who)}}
            sheet_drafts.keep(tx, keys, place, values, 0, clock.now())
            sealed = personal.seal_json(keys, mark("note", who), context)
            tx.execute(page_note.insert().values(**row, sealed=sealed, at=clock.now()))

    def _seated(self) -> tuple[list[str], list[str]]:
        called = {number: login for login, number in self.world.people.items()}
        with self.world.database.read() as tx:
            rows = panels.seats(tx, self.host, PANEL)
        return tuple([called[row["person_id"]] for row in rows if row["reserve"] is spare] for spare in (False, True))  # type: ignore[return-value]


def planted(world: World) -> Meeting:
    """Both meetings with their cases, and the pool from which the experts will be drawn."""
    _people(world)
    cases = {}
    for number in (CONFLICTED, SECOND, ELSEWHERE):
        cases[number] = world.application(
            "awaiting_evaluation",
            number,
            unit__unit_name=mark("unit", number),
            product__product=mark("product", number),
        )
    host, other = world.host("province", MEETING), world.host("province", MEETING)
    for meeting, inside in ((host, BEFORE), (other, (ELSEWHERE,))):
        world.do("province", meeting, "include", cases=[cases[one] for one in inside])
    return Meeting(world, host, other, cases, {number: str(world.row(one)["number"]) for number, one in cases.items()})


def _people(world: World) -> None:
    known, keys = reference.roles(world.settings), world.ground.keys
    with world.database.write() as tx:
        for who in set(EXPERTS) - set(world.people):
            world.people[who] = accounts.create(
                tx, authority_id=organisations.authority_id(tx, "shanxi"), login=who, name=who, password_hash="-",
                keys=keys,
            )  # fmt: skip
            office = world.offices["sx-experts"]
            roles.grant(tx, known, person_id=world.people[who], organisation_id=office, role="expert", by=None)
        pool.enrol(tx, [world.people[who] for who in EXPERTS])
        for who in EXPERTS:
            number = world.people[who]
            tx.execute(person.update().where(person.c.id == number).values(name=name_of(who)))
            row = experts.of_person(tx, number)
            assert row is not None

            expert_personal.keep(tx, keys, row["id"], Own(bank=BANK, account=account_of(who)), by=number)
            tie = expert_ties.Said("adviser", mark("tie", who), remark=mark("remark_tie", who))
            expert_ties.add(tx, keys, row["id"], tie, by=number, said_by="office")
