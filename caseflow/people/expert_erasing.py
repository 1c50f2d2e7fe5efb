"""An expert who has left asks for erasure: what nobody needs any longer goes, what proves past meetings stays.

Identity number, bank account, remarks, absences, contact data and why an officer found two entries the same go. Name, employer and ties stay for as long as the
meetings are kept in which the expert was drawn or was kept off: they show why.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.people import expert_history
from caseflow.people.expert_models import expert, expert_identity, expert_tie
from caseflow.people.models import membership, person
from caseflow.words import Message, Refused


def erase(tx: Connection, row: RowMapping, version: int, *, unpaid: int, by: int) -> None:
    """Erase what an expert who has left need not leave here.

    Args:
        unpaid: how many fees of the expert are still to be paid; the account is needed until then.
        by: the officer who does it.

    Raises:
        Refused: the expert has not left, a fee is unpaid, or the entry was changed meanwhile.
    """
    against = [Message("experts.erase_left_only")] * (row["status"] != "left")
    against += [Message("experts.erase_unpaid", {"count": unpaid})] * bool(unpaid)
    if against:
        raise Refused(*against)
    emptied = tx.execute(
        sa.update(expert)
        .where(expert.c.id == row["id"], expert.c.version == version, expert.c.status == "left")
        .values(sealed=None, identity_hash=None, away=[], version=version + 1)
    )
    if emptied.rowcount == 0:
        raise Refused(Message("experts.changed"))
    tx.execute(sa.update(expert_tie).where(expert_tie.c.expert_id == row["id"]).values(sealed=None))
    either = sa.or_(expert_identity.c.left_id == row["id"], expert_identity.c.right_id == row["id"])
    tx.execute(sa.update(expert_identity).where(either).values(sealed=None))
    other = sa.select(membership.c.id).where(
        membership.c.person_id == row["person_id"], membership.c.until.is_(None)
    )  # fmt: skip
    if tx.execute(other).first() is None:
        tx.execute(sa.update(person).where(person.c.id == row["person_id"]).values(phone=None, email=None))
    expert_history.keep(tx, row["id"], "erased", by=by)
