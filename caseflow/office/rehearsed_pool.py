"""The expert pool of a rehearsal: enough people for every lot of a definition, with nothing that keeps them off."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.office.cast import Cast
from caseflow.people import expert_personal
from caseflow.people.expert_models import expert
from caseflow.people.expert_personal import Own
from caseflow.records.personal import Keyring
from caseflow.workflow.definition import Definition

SPARE = 6
"""So many more than a panel and its reserves: some decline, some stand aside."""
_BANK, _ACCOUNT = "示例银行", 6_200_000_000
_TRAINED = timedelta(days=3650)


def stock(tx: Connection, keys: Keyring, cast: Cast, definition: Definition, spare: int = SPARE) -> None:
    """Make the people from whom the panels of a definition are drawn, unless they are there.

    Each knows every field and has a bank account. ``spare``: how many more than a panel with its reserves.
    """
    for panel in definition.panels.values():
        if panel.lot is None:
            continue
        people = [
            cast.actor(panel.role, number=number).person_id
            for number in range(1, panel.size + panel.reserves + spare + 1)
        ]
        there = set(tx.scalars(sa.select(expert.c.person_id).where(expert.c.person_id.in_(people))))
        now = clock.now()
        rows = [
            {
                "authority_id": cast.authority_id,
                "person_id": person_id,
                "status": "active",
                "fields": sorted(panel.lot.fields),
                "classes": [],
                "region": None,
                "employer_name": f"示例单位{number}",
                "official": False,
                "rank": "",
                "trained_until": clock.local_date(now + _TRAINED),
                "credit": "good",
                "away": [],
                "version": 1,
                "invited_at": now,
                "declared_at": now,
            }
            for number, person_id in enumerate(people, 1)
            if person_id not in there
        ]
        for number, row in enumerate(rows, 1):
            made = tx.scalars(expert.insert().values(row).returning(expert.c.id)).one()
            expert_personal.keep(tx, keys, made, Own(bank=_BANK, account=f"{_ACCOUNT + number}"), by=None)
