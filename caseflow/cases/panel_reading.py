"""Which cases an expert may know of and open: seated, no own interest, given to them; open once pledged and declared."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.models import member
from caseflow.cases.panel_models import assignment, interest, seat
from caseflow.workflow.definition import Definition


def is_reader(definition: Definition, roles: Collection[str]) -> bool:
    """Whether somebody with these roles stands to a case only as one who was put on a panel."""
    return bool(roles) and all(definition.roles[role].sees == "assigned" for role in roles)


def before(person_id: int | sa.BindParameter[int]) -> sa.Select[tuple[int]]:
    """The cases that are before a person on some panel: none with an own interest, none that others were given, and for
    a reserve, who has to declare own interests but reads nothing yet, only what was given to that reserve.
    """
    own = sa.select(interest.c.id).where(
        interest.c.case_id == member.c.host_id,
        interest.c.member_case_id == member.c.case_id,
        interest.c.person_id == seat.c.person_id,
        interest.c.conflict,
    )
    given = sa.select(assignment.c.id).where(
        assignment.c.case_id == seat.c.case_id, assignment.c.panel == seat.c.panel, assignment.c.status == "in"
    )
    mine = given.where(assignment.c.member_case_id == member.c.case_id, assignment.c.person_id == seat.c.person_id)
    return (
        sa.select(member.c.case_id)
        .join(seat, seat.c.case_id == member.c.host_id)
        .where(
            member.c.status == "in",
            seat.c.person_id == person_id,
            seat.c.status == "seated",
            ~own.correlate(member, seat).exists(),
            sa.or_(sa.and_(~seat.c.reserve, ~given.correlate(seat).exists()), mine.correlate(member, seat).exists()),
        )
    )


def host_of(tx: Connection, person_id: int, member_case_id: int) -> int | None:
    """The case before whose panel this person may open a member; nothing where it stays shut, for whatever reason."""
    said = sa.select(interest.c.id).where(
        interest.c.case_id == member.c.host_id,
        interest.c.member_case_id == member.c.case_id,
        interest.c.person_id == seat.c.person_id,
    )
    host: int | None = tx.scalar(
        before(person_id)
        .with_only_columns(member.c.host_id)
        .where(
            member.c.case_id == member_case_id,
            seat.c.pledged_at.is_not(None),
            said.correlate(member, seat).exists(),
        )
        .order_by(member.c.host_id.desc())
        .limit(1)
    )
    return host
