"""What experts and office owe each other before a panel in a simulation: who is to act, on which cases, with what answers.

All of it is read from effects and rows; nothing here knows how a workflow calls its states and acts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from types import MappingProxyType
from typing import Any

from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import discussion, draw_seats, draws, fees, members, panel_signatures, panels, remarks, scores
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.panel import Panel
from caseflow.workflow.procedure import Action

_NOT_YET = datetime.max.replace(tzinfo=UTC)
_FAR = 0.04
"""How often an expert marks far below the others."""
_DISSENTS = 0.05
"""How often a signature says of a case that its expert differs."""
_DECLINED = 0.01
"""How much less often a seat is declined than accepted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether an act on a panel is asked for now."""

    people: tuple[int, ...] = ()
    """Of the experts who sit, those who owe it."""
    office: bool = False
    idle: bool = False
    """Where nobody owes it, it may be done all the same."""

    def __bool__(self) -> bool:
        return self.office or bool(self.people)


@dataclass(frozen=True, slots=True)
class Bench:
    """One panel of one case."""

    tx: Connection
    case_id: int
    panel: Panel

    def sitting(self) -> list[RowMapping]:
        """Who sits: the chair, the others as they answered, who came in place of somebody last.

        Rows of an earlier draw are used again, so that their order would depend on who was drawn twice.
        """
        found = [row for row in panels.seats(self.tx, self.case_id, self.panel.id) if not row["reserve"]]
        return sorted(found, key=lambda row: (not row["chair"], row["answered_at"] or _NOT_YET))

    def sheets_owed(self) -> dict[int, list[int]]:
        """By expert the cases still to be scored, in their order."""
        given, barred = panels.assigned(self.tx, self.case_id, self.panel.id), panels.conflicts(self.tx, self.case_id)
        done = {
            (row["member_case_id"], row["person_id"]) for row in scores.newest(self.tx, self.case_id, self.panel.id)
        }
        inside = [row["id"] for row in members.rows(self.tx, self.case_id)]
        found: dict[int, list[int]] = {}
        for who in (row["person_id"] for row in self.sitting()):
            pairs = [(one, who) for one in inside if not given or (one, who) in given]
            if owed := [pair[0] for pair in pairs if pair not in barred and pair not in done]:
                found[who] = owed
        return found

    def unasked(self) -> list[int]:
        """The cases of which a score lies far from the others, and nobody has asked why."""
        said = remarks.rows(self.tx, self.case_id, self.panel.id)
        asked = {(row["member_case_id"], row["to_person_id"]) for row in remarks.open_questions(said)}
        far = [one for one in discussion.waiting(self.tx, self.panel, self.case_id) if one not in asked]
        return list(dict.fromkeys(number for number, _ in far))

    def questions(self) -> dict[int, list[int]]:
        """By expert the cases of which an answer is owed."""
        found: dict[int, list[int]] = {}
        for row in remarks.open_questions(remarks.rows(self.tx, self.case_id, self.panel.id)):
            found.setdefault(row["to_person_id"], []).append(row["member_case_id"])
        return found

    def drafts(self) -> dict[int, list[int]]:
        """By expert the cases of which the panel's opinion is to be written: the chair, or where it has an interest others."""
        chair = self.chair()
        drafted = set(remarks.opinions(remarks.rows(self.tx, self.case_id, self.panel.id)))
        barred = panels.conflicts(self.tx, self.case_id) if chair is not None else set()
        found: dict[int, list[int]] = {}
        for who in (row["person_id"] for row in self.sitting() if chair is not None):
            mine = set(discussion.of_expert(self.tx, self.case_id, self.panel.id, who)) - drafted
            if open_to := sorted(one for one in mine if who == chair or (one, chair) in barred):
                found[who] = open_to
        return found

    def chair(self) -> int | None:
        return next((row["person_id"] for row in self.sitting() if row["chair"]), None)

    def unsigned(self) -> list[int]:
        """Who owes a signature under the opinion of the panel."""
        found = panel_signatures.of_panel(self.tx, self.case_id, self.panel.id)
        return [one.seat["person_id"] for one in found if one.missing]

    def fees(self, status: str) -> list[int]:
        return [
            row["person_id"] for row in fees.of_panel(self.tx, self.case_id, self.panel.id) if row["status"] == status
        ]

    def is_attested(self) -> bool:
        """Whether the record of the draw is signed, as it stands, by who held it and by another."""
        held = draws.newest(self.tx, self.case_id, self.panel.id)
        if held is None or held.stage != "drawn":
            return True
        signed = {one["person_id"] for one in held.signatures()}
        held_by = {one["person_id"] for one in held.steps if one["kind"] in ("committed", "frozen", "drawn")}
        return len(signed) > 1 and bool(signed & held_by)


def _invited(bench: Bench) -> Asked:
    return Asked(tuple(row["person_id"] for row in bench.sitting() if row["answer"] is None))


def _unpledged(bench: Bench) -> Asked:
    return Asked(tuple(row["person_id"] for row in bench.sitting() if row["pledged_at"] is None), idle=True)


def _questions_of(bench: Bench) -> Asked:
    chair = bench.chair()
    return Asked((chair,) if chair is not None else (), office=True) if bench.unasked() else Asked()


def _drafts_of(bench: Bench) -> Asked:
    return Asked(tuple(bench.drafts()), idle=True)


def _signatures_of(bench: Bench) -> Asked:
    return Asked() if bench.drafts() else Asked(tuple(bench.unsigned()))


_ASKED: dict[str, Callable[[Bench], Asked]] = {
    "answer_seat": _invited,
    "sign_pledges": _unpledged,
    "declare_interest": _unpledged,
    "score_member": lambda bench: Asked(tuple(bench.sheets_owed()), idle=True),
    "ask_outlier": _questions_of,
    "answer_outlier": lambda bench: Asked(tuple(bench.questions())),
    "draft_opinion": _drafts_of,
    "sign_panel": _signatures_of,
    "note_unsigned": lambda bench: Asked(idle=bool(bench.unsigned())),
    "sign_draw": lambda bench: Asked(office=not bench.is_attested()),
    "confirm_fee": lambda bench: Asked(tuple(bench.fees("settled"))),
    "mark_fees_paid": lambda bench: Asked(office=bool(bench.fees("confirmed"))),
}  # fmt: skip
"""By effect from whom it is asked."""


def asked(tx: Connection, definition: Definition, case_id: int, action: Action) -> Asked | None:
    """From whom an act is asked now; nothing where it has no effect that anybody owes a panel."""
    found = [_ASKED[name](bench) for name, bench in _benches(tx, definition, case_id, action) if name in _ASKED]
    if not found:
        return None
    people = dict.fromkeys(who for one in found for who in one.people)
    return Asked(tuple(people), any(one.office for one in found), all(one.idle for one in found))


def named(tx: Connection, rng: Random, definition: Definition, case_id: int, action: Action) -> list[int] | None:
    """Whom an act on a panel names: one who sits, or one who owes what it notes; nothing where it does not say."""
    for name, bench in _benches(tx, definition, case_id, action):
        if name == "freeze_pool":
            return []
        among = {"choose_chair": _seated, "recuse_expert": _settled, "note_unsigned": Bench.unsigned}.get(name)
        if among is not None:
            found = among(bench)
            return [rng.choice(found)] if found else []
    return None


def spoken_of(
    tx: Connection, rng: Random, definition: Definition, case_id: int, action: Action, person_id: int
) -> list[int] | None:
    """The cases of which a person says something in an act on a panel; nothing where the act takes no words of cases."""
    for name, bench in _benches(tx, definition, case_id, action):
        if name not in discussion.SAID_OF_CASES:
            continue
        seated = person_id in _seated(bench)
        everything = [row["id"] for row in members.rows(tx, case_id)]
        mine = discussion.of_expert(tx, case_id, bench.panel.id, person_id) if seated else everything
        if name == "sign_panel":
            return [one for one in mine if rng.random() < _DISSENTS]
        if name == "remark":
            return rng.sample(mine, min(len(mine), 1))
        if name == "ask_outlier":
            return [one for one in bench.unasked() if one in mine]
        return (bench.questions() if name == "answer_outlier" else bench.drafts()).get(person_id, [])
    return None


def sheet(
    tx: Connection, rng: Random, case_id: int, action: Action, panel: Panel, person_id: int
) -> dict[str, Any] | None:
    """A score sheet of a case that is before a person: one that is still owed, else another, or a change with its reason."""
    changes = any(call.name == "change_score" for call in action.then)
    owed = [] if changes else Bench(tx, case_id, panel).sheets_owed().get(person_id, [])
    among = owed or panels.before(tx, case_id, panel.id, person_id)
    if not among:
        return None
    is_far = rng.random() < _FAR
    marks = {
        name: {"mark": rng.randint(*_range(one.maximum, far=is_far)), "reason": one.title.zh}
        for name, one in panel.rubric.items()
    }
    given = {"member": owed[0] if owed else rng.choice(among), "marks": marks, "opinion": ""}
    return {**given, "why": panel.title.zh} if changes else given


def _range(maximum: int, *, far: bool) -> tuple[int, int]:
    return (0, maximum // 4) if far else (maximum // 2, maximum)


def _seated(bench: Bench) -> list[int]:
    return [row["person_id"] for row in bench.sitting()]


def _settled(bench: Bench) -> list[int]:
    """Who has answered, or everybody who sits where nobody has."""
    sitting = bench.sitting()
    return [row["person_id"] for row in sitting if row["answered_at"]] or [row["person_id"] for row in sitting]


def _benches(tx: Connection, definition: Definition, case_id: int, action: Action) -> Iterator[tuple[str, Bench]]:
    """The effects of an act on a panel."""
    for call in action.then:
        panel = definition.panels.get(call.argument) if isinstance(call.argument, str) else None
        if panel is not None:
            yield call.name, Bench(tx, case_id, panel)


def leaves(action: Action) -> bool:
    """Whether somebody is taken off a panel."""
    return any(call.name == "recuse_expert" for call in action.then)


def is_worded(action: Action) -> bool:
    """Whether an act on a panel wants a reason that its form does not ask for in every case."""
    return any(call.name in ("commit_draw", "answer_seat") for call in action.then)


def usual(question: Field, action: Action | None) -> Mapping[str, float]:
    """How much more or less often some of its choices are taken: few decline a seat."""
    if action is not None and is_worded(action) and set(question.choices) <= set(draw_seats.ANSWERS):
        return {draw_seats.ANSWERS[1]: _DECLINED}
    return MappingProxyType({})
