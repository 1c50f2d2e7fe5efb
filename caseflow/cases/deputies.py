"""A signature in the place of somebody who is away. Four eyes stay four: neither of the two may stand there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import four_eyes, tasks
from caseflow.cases.models import proposal, signature, task
from caseflow.cases.signing import SIGN, signed_by
from caseflow.people import absences, rights
from caseflow.people.absence_models import absence
from caseflow.people.models import membership, person
from caseflow.people.rights import Actor
from caseflow.workflow.definition import Definition


def for_whom(
    tx: Connection, definition: Definition, row: Mapping[Any, Any], waiting: Mapping[str, Any], actor: Actor
) -> int | None:
    """The person in whose place the actor may sign what waits on a case now; nobody where that is not so.

    That person holds the signer's role where the actor acts, is away today, and has neither proposed nor signed it.
    """
    signer = waiting["signers"][waiting["step"]]
    owner = tasks.organisation_of(tx, definition, row, signer)
    if owner is None or owner != actor.organisation_id:
        return None
    away = absences.absent_for(tx, actor.person_id)
    if not away:
        return None
    held = rights.holders(tx, owner, signer)
    there = {waiting["proposed_by"], *signed_by(tx, waiting["id"])}
    return next((one for one in away if one in held and one not in there), None)


def may_sign(
    tx: Connection,
    definition: Definition,
    row: Mapping[Any, Any],
    waiting: Mapping[str, Any],
    actor: Actor,
    roles: frozenset[str],
) -> bool:
    """Whether it is the turn of somebody with these roles, or who stands in for one, and who stands there in no other way."""
    if actor.person_id in {waiting["proposed_by"], *signed_by(tx, waiting["id"])}:
        return False
    signer = waiting["signers"][waiting["step"]]
    action = definition.action(row["state"], waiting["action"])
    if action is not None and four_eyes.against(tx, definition, row, action, signer, actor.person_id):
        return False
    return signer in roles or for_whom(tx, definition, row, waiting, actor) is not None


def signing_roles(
    tx: Connection, definition: Definition, row: Mapping[Any, Any], waiting: list[dict[str, Any]], actor: Actor
) -> frozenset[str]:
    """The roles in which the actor may sign in the place of others what waits on a case."""
    return frozenset(
        one["signers"][one["step"]] for one in waiting if for_whom(tx, definition, row, one, actor) is not None
    )


def name_of_absent(actor: Actor) -> sa.ScalarSelect[Any]:
    """For each row of ``task``: the name of the person in whose place the actor may sign it; nothing where there is none.

    The same rule as ``for_whom`` and ``may_sign``, for lists.
    """
    two = (absence.c.person_id, sa.literal(actor.person_id))
    signed = sa.select(signature.c.id).where(
        signature.c.proposal_id == proposal.c.id,
        sa.or_(signature.c.person_id.in_(two), signature.c.for_person_id.in_(two)),
    )
    return (
        sa.select(person.c.name)
        .select_from(proposal)
        .join(absence, sa.and_(*absences.stands_in(actor.person_id)))
        .join(
            membership,
            sa.and_(
                membership.c.person_id == absence.c.person_id,
                membership.c.organisation_id == task.c.organisation_id,
                membership.c.role == task.c.role,
                membership.c.until.is_(None),
            ),
        )
        .join(person, person.c.id == absence.c.person_id)
        .where(
            proposal.c.case_id == task.c.case_id,
            proposal.c.status == "signing",
            sa.literal(f"{SIGN}:") + proposal.c.action == task.c.kind,
            proposal.c.proposed_by.not_in(two),
            ~signed.exists(),
        )
        .order_by(absence.c.id)
        .limit(1)
        .correlate(task)
        .scalar_subquery()
    )
