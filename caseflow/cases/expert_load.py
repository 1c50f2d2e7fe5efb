"""How much experts have to do at present: the cases that each still has to score, over all panels."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.models import case, member
from caseflow.cases.panel_models import assignment, interest, seat, sheet


def load(tx: Connection, person_ids: Iterable[int], *, besides: tuple[int, str] | None = None) -> dict[int, int]:
    """The cases that each person still has to score, on panels of procedures that are not over; 0 where there are none.

    Reserves have none. Where the members of a panel were assigned only those given to the person count.

    Args:
        besides: a case and its panel that are left out: what the people have to do elsewhere.
    """
    wanted = sorted(set(person_ids))
    here = (assignment.c.case_id == seat.c.case_id) & (assignment.c.panel == seat.c.panel)
    given = assignment.select().where(here, assignment.c.status == "in")
    mine = given.where(assignment.c.member_case_id == member.c.case_id, assignment.c.person_id == seat.c.person_id)
    scored = sheet.select().where(
        sheet.c.case_id == seat.c.case_id,
        sheet.c.panel == seat.c.panel,
        sheet.c.member_case_id == member.c.case_id,
        sheet.c.person_id == seat.c.person_id,
    )
    own = interest.select().where(
        interest.c.case_id == seat.c.case_id,
        interest.c.member_case_id == member.c.case_id,
        interest.c.person_id == seat.c.person_id,
        interest.c.conflict,
    )
    elsewhere = [] if besides is None else [~((seat.c.case_id == besides[0]) & (seat.c.panel == besides[1]))]
    rows = tx.execute(
        sa.select(seat.c.person_id, sa.func.count().label("number"))
        .join(case, case.c.id == seat.c.case_id)
        .join(member, member.c.host_id == seat.c.case_id)
        .where(
            seat.c.person_id.in_(wanted),
            seat.c.status == "seated",
            ~seat.c.reserve,
            ~case.c.final,
            member.c.status == "in",
            ~scored.exists(),
            ~own.exists(),
            sa.or_(~given.exists(), mine.exists()),
            *elsewhere,
        )
        .group_by(seat.c.person_id)
    )
    return {**dict.fromkeys(wanted, 0), **{row.person_id: row.number for row in rows}}


def sits(tx: Connection, person_id: int) -> int:
    """On how many panels of procedures that are not over a person sits, as a reserve too."""
    found = sa.select(sa.func.count()).select_from(seat).join(case, case.c.id == seat.c.case_id)
    return tx.scalar(found.where(seat.c.person_id == person_id, seat.c.status == "seated", ~case.c.final)) or 0
