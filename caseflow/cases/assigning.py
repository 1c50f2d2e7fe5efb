"""Whole rounds assigned at once: the act writes the best assignment, and changes of an earlier one only what it must."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from caseflow.cases import assigning_round, members, panels, tasks, telling
from caseflow.cases.assigning_round import Known, Numbers
from caseflow.cases.models import task
from caseflow.cases.move import Move
from caseflow.cases.panel_models import assignment
from caseflow.cases.registry import EFFECTS, GUARDS, effect, guard
from caseflow.evaluation.assignment import Plan
from caseflow.evaluation.assignment_reasons import reasons
from caseflow.evaluation.assignment_round import Round
from caseflow.words import Message, Refused


@effect(EFFECTS, "panel", alters=True)
def assign_members(move: Move, panel_id: str) -> None:
    """Assign every case to experts of the panel, none with a conflict; what was assigned stays where it may."""
    known = assigning_round.gather(move, panel_id)
    asked, plan = assigning_round.best(known)
    if plan.refused:
        raise Refused(*(assigning_round.readable(one, known) for one in plan.refused))
    wanted = {(int(case), int(person)) for case, person in plan.assigned}
    before = panels.assigned(move.tx, move.case["id"], panel_id)
    _take_back(move, panel_id, before - wanted)
    _give(move, panel_id, wanted - before, figures(known, asked, plan))
    move.notes["assignment"] = {
        "panel": panel_id,
        "input": assigning_round.hash_of(asked),
        "value": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "proof": plan.proof,
        "assigned": len(wanted),
        "added": len(wanted - before),
        "removed": len(before - wanted),
    }
    scored = {(int(case), int(person)) for case, person in known.scored}
    _owe(move, panel_id, known, {person for _, person in wanted - scored})
    _tell(move, panel_id, wanted - before)


@guard(GUARDS, "panel")
def members_assigned(move: Move, panel_id: str) -> list[Message]:
    """Every case before the panel is assigned to as many experts as it needs."""
    sitting = {row["person_id"] for row in panels.seats(move.tx, move.case["id"], panel_id)}
    barred = panels.conflicts(move.tx, move.case["id"])
    counted: dict[int, int] = {}
    for case_id, person_id in panels.assigned(move.tx, move.case["id"], panel_id) - barred:
        counted[case_id] = counted.get(case_id, 0) + (person_id in sitting)
    rule = move.definition.panels[panel_id].assign
    each = rule.each if rule is not None else 0
    return [
        Message(
            "assigning.too_few",
            {"number": row["number"] or row["title"], "given": counted.get(row["id"], 0), "needed": each},
        )
        for row in members.rows(move.tx, move.case["id"])
        if counted.get(row["id"], 0) < each
    ]


def figures(known: Known, asked: Round, plan: Plan) -> dict[Numbers, dict[str, Any]]:
    """Why each assignment was made: ``fit`` of 100, its ``place`` ``among`` all who are free to judge the case, ``load``
    and ``most`` of the expert, whether it was ``kept``, who could come ``instead`` and the ``loss`` of value by it.
    """
    return {
        (int(one.case), int(one.expert)): {
            "fit": known.fits[one.case, one.expert],
            "place": one.place,
            "among": one.among,
            "load": one.load,
            "most": one.most,
            "kept": one.kept,
            "instead": int(one.instead) if one.instead is not None else None,
            "loss": one.loss,
        }
        for one in reasons(asked, plan)
    }


def _take_back(move: Move, panel_id: str, pairs: Iterable[Numbers]) -> None:
    for case_id, person_id in sorted(pairs):
        move.tx.execute(
            assignment.update()
            .where(*_where(move, panel_id, case_id, person_id), assignment.c.status == "in")
            .values(status="out", at=move.at)
        )


def _give(move: Move, panel_id: str, pairs: Iterable[Numbers], why: dict[Numbers, dict[str, Any]]) -> None:
    for case_id, person_id in sorted(pairs):
        values = {"status": "in", "why": why[case_id, person_id], "at": move.at}
        again = move.tx.execute(assignment.update().where(*_where(move, panel_id, case_id, person_id)).values(**values))
        if again.rowcount == 0:
            move.tx.execute(
                assignment.insert().values(
                    case_id=move.case["id"], panel=panel_id, member_case_id=case_id, person_id=person_id, **values
                )
            )


def _where(move: Move, panel_id: str, case_id: int, person_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        assignment.c.case_id == move.case["id"],
        assignment.c.panel == panel_id,
        assignment.c.member_case_id == case_id,
        assignment.c.person_id == person_id,
    )


def _owe(move: Move, panel_id: str, known: Known, owing: set[int]) -> None:
    """Whoever has a case to score owes it where the panel scores; who was given none owes nothing.

    An invitation that waits for its answer stays.
    """
    kind = f"panel:{panel_id}"
    where = (task.c.case_id == move.case["id"], task.c.kind == kind, task.c.status == "open")
    open_now = set(move.tx.scalars(sa.select(task.c.person_id).where(*where)))
    here = move.definition.states[move.case["state"]].panel == panel_id
    for seat in known.seats:
        person_id, invited = seat["person_id"], known.panel.lot is not None and seat["answer"] is None
        if person_id in owing and person_id not in open_now and here:
            tasks.assign(move.tx, move.case, kind, known.panel.role, person_id, move.at)
        elif person_id in open_now - owing and not invited:
            tasks.close(move.tx, move.case["id"], kind, move.action.id, move.at, person_id=person_id, status="void")


def _tell(move: Move, panel_id: str, added: Iterable[Numbers]) -> None:
    """Tell each expert how many cases have come; of the others nothing is said."""
    title = move.definition.panels[panel_id].title
    counts: dict[int, int] = {}
    for _, person_id in added:
        counts[person_id] = counts.get(person_id, 0) + 1
    for person_id, n in sorted(counts.items()):
        values = {"n": n, "title": move.row["title"], "panel": {"zh": title.zh, "en": title.en}}
        once = f"{move.request_key}/inbox.cases_assigned/{panel_id}"
        message = Message("inbox.cases_assigned", values)
        telling.tell_person(move.tx, move.row, person_id, message, key=once, kind="desk")
