"""Whether a panel could be drawn at all from the pool as it stands, with nobody excluded for a conflict."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import draw_pool, expert_load
from caseflow.cases.ground import Ground
from caseflow.evaluation.draw import draw
from caseflow.evaluation.pool import Candidate, Snapshot
from caseflow.people import expert_profile, experts
from caseflow.words import Message, Refused
from caseflow.workflow.panel import Lot, Panel

_ANY_SEED = bytes(32)


def unmet(tx: Connection, ground: Ground, authority_id: int, panel: Panel, lot: Lot) -> tuple[Message, ...]:
    """What the lot of a panel asks and the pool has not; nothing where a panel could be drawn today.

    Absences are left out: the day of the draw is not known.
    """
    today, rows = clock.today(), experts.pool(tx, authority_id, panel.role)
    load = expert_load.load(tx, [row["person_id"] for row in rows])
    people = tuple(
        Candidate(
            id=f"{row['id']:09}",
            fields=tuple(row["fields"]),
            region=row["region"] or "",
            employers=(row["employer_code"] or row["employer_name"],),
            official=row["official"],
            load=load[row["person_id"]],
            available=row["credit"] != "barred" and (not lot.trained or expert_profile.is_trained(row, today)),
        )
        for row in rows
    )
    snapshot = Snapshot("doctor", today, draw_pool.rule_of(panel, lot, people), people)
    try:
        draw(_ANY_SEED, snapshot)
    except Refused as refused:
        called = {row["employer_code"] or row["employer_name"]: row["employer_name"] for row in rows}
        return tuple(draw_pool.readable(one, ground, called) for one in refused.reasons)
    return ()
