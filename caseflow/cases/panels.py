"""Experts on a case over many cases: seats, declared interests, scores kept apart until one's own is in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import avoiding, members, tasks
from caseflow.cases.move import Move
from caseflow.cases.panel_models import interest, score, seat
from caseflow.evaluation import scoring
from caseflow.people.models import membership, person
from caseflow.words import Message, Refused
from caseflow.workflow.many import Panel


def seats(tx: Connection, case_id: int, panel_id: str) -> list[RowMapping]:
    """The experts who sit on the panel, with their names; the chair first, reserves last."""
    return list(
        tx.execute(
            sa.select(seat, person.c.name)
            .join(person, person.c.id == seat.c.person_id)
            .where(seat.c.case_id == case_id, seat.c.panel == panel_id, seat.c.status == "seated")
            .order_by(seat.c.reserve, sa.desc(seat.c.chair), seat.c.id)
        ).mappings()
    )


def seat_of(tx: Connection, case_id: int, panel_id: str, person_id: int) -> RowMapping | None:
    """The seat of one person."""
    return next((row for row in seats(tx, case_id, panel_id) if row["person_id"] == person_id), None)


def candidates(tx: Connection, authority_id: int, role: str) -> list[RowMapping]:
    """Everybody who holds the panel's role under the authority: person, name, organisation."""
    return list(
        tx.execute(
            sa.select(person.c.id, person.c.name, membership.c.organisation_id)
            .join(membership, membership.c.person_id == person.c.id)
            .where(
                person.c.authority_id == authority_id,
                person.c.status == "active",
                membership.c.role == role,
                membership.c.until.is_(None),
            )
            .order_by(person.c.sort_key, person.c.id)
        ).mappings()
    )


def place(move: Move, panel_id: str, person_ids: list[int]) -> None:
    """Seat the experts in this order: the first as chair, those past the size as reserves.

    Raises:
        Refused: somebody is not in the pool, or has an interest that the panel's rule avoids.
    """
    panel = move.definition.panels[panel_id]
    pool = {row["id"]: row for row in candidates(move.tx, move.case["authority_id"], panel.role)}
    if len(set(person_ids)) != len(person_ids):
        raise Refused(Message("panels.twice"))
    belongs = avoiding.employers(move.tx, person_ids)
    applicants = {row["organisation_id"] for row in members.rows(move.tx, move.case["id"])}
    agents = avoiding.agents_in_round(move, panel) if "agent_in_round" in panel.avoid else {}
    against = []
    for person_id in person_ids:
        row = pool.get(person_id)
        if row is None:
            against.append(Message("panels.not_in_pool", {"person": person_id}))
            continue
        own = belongs.get(person_id, set())
        if "same_organisation" in panel.avoid and own & applicants:
            against.append(Message("panels.same_organisation", {"name": row["name"]}))
        if helped := sorted({number for one in own for number in agents.get(one, ())}):
            against.append(Message("panels.agent_in_round", {"name": row["name"], "numbers": helped}))
    if len(person_ids) > panel.size + panel.reserves:
        against.append(Message("panels.too_many", {"size": panel.size, "reserves": panel.reserves}))
    if against:
        raise Refused(*against)
    move.tx.execute(
        seat.update().where(seat.c.case_id == move.case["id"], seat.c.panel == panel_id).values(status="left")
    )
    tasks.close(move.tx, move.case["id"], f"panel:{panel_id}", "replaced", move.at, status="void")
    for number, person_id in enumerate(person_ids):
        values = {"reserve": number >= panel.size, "chair": number == 0, "status": "seated"}
        known = move.tx.execute(
            seat.update()
            .where(seat.c.case_id == move.case["id"], seat.c.panel == panel_id, seat.c.person_id == person_id)
            .values(values)
        )
        if known.rowcount == 0:
            move.tx.execute(
                seat.insert().values(case_id=move.case["id"], panel=panel_id, person_id=person_id, **values)
            )
        if number < panel.size:
            tasks.assign(move.tx, move.case, f"panel:{panel_id}", panel.role, person_id, move.at)


def pledge(move: Move, panel_id: str) -> None:
    """The expert accepts the pledges."""
    move.tx.execute(
        seat.update()
        .where(seat.c.case_id == move.case["id"], seat.c.panel == panel_id, seat.c.person_id == move.seat_holder)
        .values(pledged_at=move.at)
    )


def declare(move: Move, said: Mapping[str, Mapping[str, Any]]) -> None:
    """What the expert says of an own interest in each case: ``{case id: {conflict, ground}}``."""
    for row in members.rows(move.tx, move.case["id"]):
        one = said.get(str(row["id"]), {})
        conflict = one.get("conflict") in (True, "yes")
        _interest(move, row["id"], conflict=conflict, ground=str(one.get("ground") or ""))


def declare_own(move: Move, *, conflict: bool, ground: str) -> None:
    """What an officer says of an own interest in this very case."""
    _interest(move, move.case["id"], conflict=conflict, ground=ground)


def _interest(move: Move, member_case_id: int, *, conflict: bool, ground: str) -> None:
    where = (
        interest.c.case_id == move.case["id"],
        interest.c.member_case_id == member_case_id,
        interest.c.person_id == move.seat_holder,
    )
    values = {"conflict": conflict, "ground": ground, "at": move.at}
    if move.tx.execute(interest.update().where(*where).values(values)).rowcount == 0:
        move.tx.execute(
            interest.insert().values(
                case_id=move.case["id"], member_case_id=member_case_id, person_id=move.seat_holder, **values
            )
        )


def conflicts(tx: Connection, case_id: int) -> set[tuple[int, int]]:
    """Declared conflicts as (member case, person)."""
    rows = tx.execute(
        sa.select(interest.c.member_case_id, interest.c.person_id).where(
            interest.c.case_id == case_id, interest.c.conflict
        )
    )
    return {(row.member_case_id, row.person_id) for row in rows}


def mark(move: Move, panel_id: str, sheet: Mapping[str, Any]) -> None:
    """Keep one expert's score of one case: ``{member, marks: {criterion: {mark, reason}}, opinion}``.

    Raises:
        Refused: a mark is missing or out of range, a reason is missing, or the expert declared an interest.
    """
    panel = move.definition.panels[panel_id]
    inside = {row["id"]: row for row in members.rows(move.tx, move.case["id"])}
    member_id = int(sheet.get("member") or 0)
    if member_id not in inside:
        raise Refused(Message("panels.no_such_member"))
    if (member_id, move.seat_holder) in conflicts(move.tx, move.case["id"]):
        raise Refused(Message("panels.declared_conflict", {"number": inside[member_id]["number"]}))
    marks, against = _marks(panel, sheet.get("marks") or {})
    if against:
        raise Refused(*against)
    values = {
        "marks": marks,
        "total": sum(one["mark"] for one in marks.values()),
        "opinion": str(sheet.get("opinion") or ""),
        "at": move.at,
    }
    where = (
        score.c.case_id == move.case["id"],
        score.c.panel == panel_id,
        score.c.member_case_id == member_id,
        score.c.person_id == move.seat_holder,
    )
    if move.tx.execute(score.update().where(*where).values(values)).rowcount == 0:
        move.tx.execute(
            score.insert().values(
                case_id=move.case["id"],
                panel=panel_id,
                member_case_id=member_id,
                person_id=move.seat_holder,
                **values,
            )
        )
    if not owed_by(move.tx, move.case["id"], panel_id, move.seat_holder):
        tasks.close(move.tx, move.case["id"], f"panel:{panel_id}", move.action.id, move.at, person_id=move.seat_holder)


def _marks(panel: Panel, given: Mapping[str, Any]) -> tuple[dict[str, dict[str, Any]], list[Message]]:
    marks: dict[str, dict[str, Any]] = {}
    against: list[Message] = []
    for criterion in panel.rubric.values():
        one = given.get(criterion.id) or {}
        title = {"zh": criterion.title.zh, "en": criterion.title.en}
        try:
            number = int(str(one.get("mark")))
        except (TypeError, ValueError):
            against.append(Message("panels.mark_missing", {"criterion": title}))
            continue
        if not 0 <= number <= criterion.maximum:
            against.append(Message("panels.mark_range", {"criterion": title, "maximum": criterion.maximum}))
        reason = str(one.get("reason") or "").strip()
        if not reason:
            against.append(Message("panels.reason_missing", {"criterion": title}))
        marks[criterion.id] = {"mark": number, "reason": reason}
    return marks, against


def owed_by(tx: Connection, case_id: int, panel_id: str, person_id: int) -> list[int]:
    """The cases that an expert still has to score: not scored, and no conflict declared."""
    done = set(
        tx.scalars(
            sa.select(score.c.member_case_id).where(
                score.c.case_id == case_id, score.c.panel == panel_id, score.c.person_id == person_id
            )
        )
    )
    barred = {member for member, who in conflicts(tx, case_id) if who == person_id}
    return [row["id"] for row in members.rows(tx, case_id) if row["id"] not in done | barred]


def own_score(tx: Connection, case_id: int, panel_id: str, member_id: int, person_id: int) -> RowMapping | None:
    """The score that a person gave."""
    return next((row for row in scores(tx, case_id, panel_id, member_id) if row["person_id"] == person_id), None)


def scores(tx: Connection, case_id: int, panel_id: str, member_id: int | None = None) -> list[RowMapping]:
    """All scores of a panel. Only for those who may see them: the office, and each expert after the own score."""
    statement = sa.select(score, person.c.name).join(person, person.c.id == score.c.person_id).where(
        score.c.case_id == case_id, score.c.panel == panel_id
    )  # fmt: skip
    if member_id is not None:
        statement = statement.where(score.c.member_case_id == member_id)
    return list(tx.execute(statement.order_by(score.c.member_case_id, score.c.id)).mappings())


def _valid(tx: Connection, case_id: int, panel_id: str) -> dict[int, list[int]]:
    """Totals by case, of the experts who sit and declared no conflict."""
    sitting = {row["person_id"] for row in seats(tx, case_id, panel_id)}
    barred = conflicts(tx, case_id)
    totals: dict[int, list[int]] = {row["id"]: [] for row in members.rows(tx, case_id)}
    for row in scores(tx, case_id, panel_id):
        who = (row["member_case_id"], row["person_id"])
        if row["person_id"] in sitting and who not in barred and row["member_case_id"] in totals:
            totals[row["member_case_id"]].append(row["total"])
    return totals


def valid_scores(tx: Connection, case_id: int, panel_id: str) -> list[tuple[str, int]]:
    """Number of each case and how many valid scores it has."""
    totals = _valid(tx, case_id, panel_id)
    return [(row["number"], len(totals[row["id"]])) for row in members.rows(tx, case_id)]


def ranking(move: Move, panel_id: str) -> list[scoring.Ranked]:
    """Every case before the panel with its score and its place within its group."""
    panel = move.definition.panels[panel_id]
    rule = rule_of(panel)
    totals = _valid(move.tx, move.case["id"], panel_id)
    results: dict[int, Decimal | None] = {key: scoring.aggregate(found, rule).score for key, found in totals.items()}
    groups = {row["id"]: avoiding.group(move, row, panel) for row in members.rows(move.tx, move.case["id"])}
    return list(scoring.rank(results, groups))


def rule_of(panel: Panel) -> scoring.Rule:
    """The panel's rule as the pure room takes it."""
    how = panel.aggregate
    return scoring.Rule(how.method, how.drop_high, how.drop_low, how.trim_from, how.min_scores, how.decimals)
