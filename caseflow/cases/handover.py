"""A post changes hands: what one person had taken on goes to a colleague, case by case through the one door."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import act, desk_acts
from caseflow.cases.entry import NotHere, Outcome
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, task
from caseflow.people.rights import Actor
from caseflow.words import Message, Refused


def taken_on(tx: Connection, organisation_id: int, person_id: int) -> list[RowMapping]:
    """The open tasks that a person took on in an organisation, with number and title of their cases."""
    return list(
        tx.execute(
            sa.select(task, case.c.number, case.c.title, case.c.definition_id, case.c.state)
            .join(case, case.c.id == task.c.case_id)
            .where(task.c.person_id == person_id, task.c.organisation_id == organisation_id, task.c.status == "open")
            .order_by(task.c.case_id, task.c.id)
        ).mappings()
    )


def hand_over(
    tx: Connection,
    ground: Ground,
    actor: Actor,
    organisation_id: int,
    from_person: int,
    to_person: int,
    note: str,
    request_key: str,
) -> list[Outcome]:
    """Give every open task that one person took on to another, with one journal entry in each case: all, or none.

    Done by the person, or by somebody who signs what these tasks are about. Done again with the same key, it finds
    what came up since.

    Raises:
        Refused: for each case why it cannot be handed over (the successor does not hold the role, …).
    """
    if actor.organisation_id != organisation_id:
        raise Refused(Message("handover.elsewhere"))
    outcomes: list[Outcome] = []
    against: list[Message] = []
    answers = {"from": from_person, "person": to_person, "note": note}
    for row in {row["case_id"]: row for row in taken_on(tx, organisation_id, from_person)}.values():
        key = f"{request_key}/{row['id']}"
        try:
            outcomes.append(
                act.perform(tx, ground, actor, row["case_id"], desk_acts.HAND_OVER, answers, request_key=key)
            )
        except Refused as refused:
            values = {"number": row["number"] or "", "title": row["title"], "reasons": list(refused.reasons)}
            against.append(Message("handover.case", values))
        except NotHere:
            reasons = [Message("desk_acts.not_yours")]
            values = {"number": row["number"] or "", "title": row["title"], "reasons": reasons}
            against.append(Message("handover.case", values))
    if against:
        raise Refused(*against)
    return outcomes
