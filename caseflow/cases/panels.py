"""Experts on a case over many cases: who sits, what each declared of own interests, and which cases are before whom."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import avoiding, members, objecting, tasks
from caseflow.cases.move import Move
from caseflow.cases.panel_models import assignment, interest, seat
from caseflow.people.models import membership, person
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused


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


def ever_seated(tx: Connection, case_id: int, panel_id: str) -> frozenset[int]:
    """Everybody who sits on the panel or has left it."""
    return frozenset(tx.scalars(sa.select(seat.c.person_id).where(seat.c.case_id == case_id, seat.c.panel == panel_id)))


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
        Refused: somebody is not in the pool, has an interest that the panel's rule avoids, or is objected to by an
            applicant and nobody has said why that is not heard.
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
    against += objecting.undecided(move, panel, {one: pool[one]["name"] for one in person_ids if one in pool})
    if len(person_ids) > panel.size + panel.reserves:
        against.append(Message("panels.too_many", {"size": panel.size, "reserves": panel.reserves}))
    if against:
        raise Refused(*against)
    clear(move, panel_id)
    for number, person_id in enumerate(person_ids):
        put(move, panel_id, person_id, reserve=number >= panel.size, chair=number == 0)
        if number < panel.size:
            tasks.assign(move.tx, move.case, f"panel:{panel_id}", panel.role, person_id, move.at)


def clear(move: Move, panel_id: str) -> None:
    """Whoever sits on the panel gives the seat up, and owes nothing there any more."""
    sits = (seat.c.case_id == move.case["id"], seat.c.panel == panel_id, seat.c.status == "seated")
    move.tx.execute(seat.update().where(*sits).values(status="left", left_why="replaced"))
    tasks.close(move.tx, move.case["id"], f"panel:{panel_id}", "replaced", move.at, status="void")


def put(move: Move, panel_id: str, person_id: int, **columns: Any) -> None:
    """Seat a person, also one who has sat there before; ``columns`` are those of the seat that are to be written."""
    where = {"case_id": move.case["id"], "panel": panel_id, "person_id": person_id}
    values = {"status": "seated", "left_why": None, **columns}
    known = seat.update().where(*(seat.c[name] == value for name, value in where.items())).values(values)
    if move.tx.execute(known).rowcount == 0:
        move.tx.execute(seat.insert().values(**where, **values))


def pledge(move: Move, panel_id: str) -> None:
    """The expert accepts the pledges."""
    move.tx.execute(
        seat.update()
        .where(seat.c.case_id == move.case["id"], seat.c.panel == panel_id, seat.c.person_id == move.seat_holder)
        .values(pledged_at=move.at)
    )


def declare(move: Move, said: Mapping[str, Mapping[str, Any]]) -> None:
    """What the expert says of an own interest in each case: ``{case id: {conflict, ground}}``.

    A conflict stays: the case was shut since, and no second declaration opens it. What was declared of a case that is not
    named again stays too.
    """
    known = {
        row.member_case_id: row.conflict
        for row in move.tx.execute(
            sa.select(interest.c.member_case_id, interest.c.conflict).where(
                interest.c.case_id == move.case["id"], interest.c.person_id == move.seat_holder
            )
        )
    }
    for row in members.rows(move.tx, move.case["id"]):
        if known.get(row["id"]) is True or (row["id"] in known and str(row["id"]) not in said):
            continue
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
    sealed = personal.seal_json(move.ground.keys, ground, _context(move.case["id"], member_case_id, move.seat_holder))
    values = {"conflict": conflict, "ground": sealed, "at": move.at}
    digest = hashlib.sha256(sealed.encode()).hexdigest()
    move.notes.setdefault("interests", []).append({"member": member_case_id, "conflict": conflict, "hash": digest})
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


def declared(tx: Connection, keys: Keyring, case_id: int, person_id: int) -> dict[int, dict[str, Any]]:
    """What a person declared, by member: ``{conflict, ground}``; the ground is empty once it is erased."""
    rows = tx.execute(sa.select(interest).where(interest.c.case_id == case_id, interest.c.person_id == person_id))
    return {
        row.member_case_id: {
            "conflict": row.conflict,
            "ground": ""
            if personal.is_erased(row.ground)
            else personal.open_json(keys, row.ground, _context(case_id, row.member_case_id, person_id)),
        }
        for row in rows
    }


def before(tx: Connection, case_id: int, panel_id: str, person_id: int) -> list[int]:
    """The members that an expert scores, in their order: assigned where they are assigned, and without own interest;
    of a reserve only what was assigned. Nothing is before who does not sit.
    """
    own = sa.select(seat.c.reserve).where(
        seat.c.case_id == case_id, seat.c.panel == panel_id, seat.c.person_id == person_id, seat.c.status == "seated"
    )
    waits: bool | None = tx.scalar(own)
    if waits is None:
        return []
    barred = {member for member, who in conflicts(tx, case_id) if who == person_id}
    given = assigned(tx, case_id, panel_id)
    everything = not given and not waits
    return [
        row["id"]
        for row in members.rows(tx, case_id)
        if row["id"] not in barred and (everything or (row["id"], person_id) in given)
    ]


def assigned(tx: Connection, case_id: int, panel_id: str) -> set[tuple[int, int]]:
    """(member, person) of a panel whose members were assigned; empty where everybody scores every case."""
    rows = tx.execute(
        sa.select(assignment.c.member_case_id, assignment.c.person_id).where(
            assignment.c.case_id == case_id, assignment.c.panel == panel_id, assignment.c.status == "in"
        )
    )
    return {(row.member_case_id, row.person_id) for row in rows}


def _context(case_id: int, member_case_id: int, person_id: int) -> str:
    return f"interest/{case_id}/{member_case_id}/{person_id}"
