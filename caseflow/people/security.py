"""The log of what was done to accounts and sessions: append-only, read by the audit administrator."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.people.models import organisation, person, security_log
from caseflow.records.models import read_log


def log(
    tx: Connection,
    act: str,
    *,
    authority_id: int | None = None,
    by: int | None = None,
    about: int | None = None,
    organisation_id: int | None = None,
    succeeded: bool = True,
    address: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Enter what was done, by whom, about whom, from which address, and whether it succeeded."""
    tx.execute(
        sa.insert(security_log).values(
            authority_id=authority_id,
            at=clock.now(),
            by_person_id=by,
            about_person_id=about,
            organisation_id=organisation_id,
            act=act,
            succeeded=succeeded,
            address=address,
            detail=detail or {},
        )
    )


def entries(
    tx: Connection, authority_id: int, *, about: int | None = None, act: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[RowMapping], int]:
    """Entries of an authority, newest first, with the names; and how many there are in all."""
    by, whom = person.alias(), person.alias()
    # Attempts on unknown logins belong to no authority: whoever audits the installation sees them.
    where = [sa.or_(security_log.c.authority_id == authority_id, security_log.c.authority_id.is_(None))]
    if about is not None:
        where.append(security_log.c.about_person_id == about)
    if act:
        where.append(security_log.c.act == act)
    rows = (
        tx.execute(
            sa.select(
                security_log,
                by.c.name.label("by_name"),
                whom.c.name.label("about_name"),
                organisation.c.name_zh.label("organisation_zh"),
                organisation.c.name_en.label("organisation_en"),
            )
            .outerjoin(by, by.c.id == security_log.c.by_person_id)
            .outerjoin(whom, whom.c.id == security_log.c.about_person_id)
            .outerjoin(organisation, organisation.c.id == security_log.c.organisation_id)
            .where(*where)
            .order_by(security_log.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        .mappings()
        .all()
    )
    return list(rows), tx.scalar(sa.select(sa.func.count()).select_from(security_log).where(*where)) or 0


def reads(
    tx: Connection, authority_id: int, *, person_id: int | None = None, limit: int = 50, offset: int = 0
) -> tuple[list[RowMapping], int]:
    """Who of an authority's accounts opened or exported which dossier, newest first; and how many entries."""
    where = [person.c.authority_id == authority_id]
    if person_id is not None:
        where.append(read_log.c.person_id == person_id)
    joined = read_log.join(person, person.c.id == read_log.c.person_id)
    rows = tx.execute(
        sa.select(read_log, person.c.name, person.c.login)
        .select_from(joined)
        .where(*where)
        .order_by(read_log.c.id.desc())
        .limit(limit)
        .offset(offset)
    ).mappings()
    return list(rows), tx.scalar(sa.select(sa.func.count()).select_from(joined).where(*where)) or 0
