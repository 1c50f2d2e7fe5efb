"""Runs of a release over the filed studies of an authority, asked for here and carried out by the worker."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.footprint.factors import Release
from caseflow.records.models import InsertOnce
from caseflow.studies.models import release_run

_ASK = InsertOnce(release_run).inline()


def ask(tx: Connection, authority_id: int, release: Release, by: int | None) -> int:
    """Ask for a run of a published release; returns its id. One that is over begins anew."""
    fresh = {
        "status": "waiting", "after_case": 0, "studies": 0, "started_by": by, "started_at": clock.now(),
        "finished_at": None,
    }  # fmt: skip
    tx.execute(_ASK, {"authority_id": authority_id, "release": release.id, "release_hash": release.hash, **fresh})
    here = sa.and_(release_run.c.authority_id == authority_id, release_run.c.release == release.id)
    tx.execute(release_run.update().where(here, release_run.c.status == "done").values(fresh))
    return int(tx.execute(sa.select(release_run.c.id).where(here)).scalar_one())
