"""Reference data and studies into rows and out again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.footprint.factors import Release, read_release
from caseflow.footprint.shelf import Shelf, shelf
from caseflow.footprint.stages import Scheme, scheme_from_json
from caseflow.footprint.study import Study, read
from caseflow.studies.models import factor_release, stage_scheme, study
from caseflow.words import Message, Refused


@dataclass(frozen=True, slots=True)
class StoredStudy:
    """A revision of a case's study."""

    id: int
    case_id: int | None
    revision: int
    study: Study
    created_at: datetime
    created_by: int | None


def publish(tx: Connection, data: Shelf) -> int:
    """Store the releases and schemes of a shelf that are not stored yet; how many were new."""
    return publish_releases(tx, data.factors.releases) + publish_schemes(tx, data.schemes)


def publish_releases(tx: Connection, releases: Iterable[Release]) -> int:
    """Store the releases that are not stored yet; how many were new.

    Raises :class:`~caseflow.words.Refused` for each whose name is stored with other content.
    """
    rows = [
        {
            "authority": release.authority,
            "name": release.id,
            "hash": release.hash,
            "body": release.as_json(),
            "published_on": release.published,
        }
        for release in releases
    ]
    return _insert_new(tx, factor_release, rows)


def publish_schemes(tx: Connection, schemes: Iterable[Scheme], authority: str = "") -> int:
    """Store the stage schemes that are not stored yet, on the same terms as releases; no authority: for all of them."""
    rows = [
        {"authority": authority, "name": scheme.id, "hash": scheme.hash, "body": scheme.as_json()} for scheme in schemes
    ]
    return _insert_new(tx, stage_scheme, rows)


def _insert_new(tx: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> int:
    stored = {row.name: row.hash for row in tx.execute(sa.select(table.c.name, table.c.hash))}
    changed = [row["name"] for row in rows if stored.get(row["name"], row["hash"]) != row["hash"]]
    if changed:
        raise Refused(*(Message("footprint.release_changed", {"id": name}) for name in changed))
    new = [{**row, "stored_at": clock.now()} for row in rows if row["name"] not in stored]
    if new:
        tx.execute(table.insert(), new)
    return len(new)


def stored_shelf(tx: Connection) -> Shelf:
    """Everything that is published. A body is parsed once in a process: what its hash names never changes."""
    marks = []
    for table in (factor_release, stage_scheme):
        rows = tx.execute(sa.select(table.c.name, table.c.hash).order_by(table.c.name))
        marks.append(tuple((row.name, row.hash) for row in rows))
    found = _shelves.get((marks[0], marks[1]))
    if found is None:
        releases = [read_release(body) for body in tx.execute(_bodies(factor_release)).scalars()]
        schemes = [scheme_from_json(body) for body in tx.execute(_bodies(stage_scheme)).scalars()]
        found = shelf(releases, schemes)
        _shelves.clear()
        _shelves[(marks[0], marks[1])] = found
    return found


_shelves: dict[tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]], Shelf] = {}


def _bodies(table: sa.Table) -> sa.Select[tuple[Any]]:
    return sa.select(table.c.body).order_by(table.c.name)


def save_study(tx: Connection, *, case_id: int | None, study_: Study, by: int | None) -> StoredStudy:
    """Keep a study as the case's next revision; one equal to the latest is not kept twice."""
    latest = latest_study(tx, case_id) if case_id is not None else None
    if latest and latest.study.hash == study_.hash:
        return latest
    revision = latest.revision + 1 if latest else 1
    at = clock.now()
    id_ = tx.execute(
        study.insert()
        .values(
            case_id=case_id,
            revision=revision,
            hash=study_.hash,
            body=study_.as_json(),
            created_at=at,
            created_by=by,
        )
        .returning(study.c.id)
    ).scalar_one()
    return StoredStudy(id_, case_id, revision, study_, at, by)


def latest_study(tx: Connection, case_id: int) -> StoredStudy | None:
    """The case's study as it was last saved."""
    row = tx.execute(
        sa.select(study).where(study.c.case_id == case_id).order_by(study.c.revision.desc()).limit(1)
    ).one_or_none()
    return _stored(row) if row else None


def get_study(tx: Connection, study_id: int) -> StoredStudy | None:
    row = tx.execute(sa.select(study).where(study.c.id == study_id)).one_or_none()
    return _stored(row) if row else None


def get_studies(tx: Connection, study_ids: Iterable[int]) -> list[StoredStudy]:
    """The studies of these ids, in the order of the ids."""
    return [_stored(row) for row in tx.execute(sa.select(study).where(study.c.id.in_(study_ids)).order_by(study.c.id))]


def _stored(row: sa.Row[Any]) -> StoredStudy:
    return StoredStudy(row.id, row.case_id, row.revision, read(row.body), row.created_at, row.created_by)
