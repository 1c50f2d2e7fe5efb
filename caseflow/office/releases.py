"""Factor releases given in by officers: read row by row, proposed by one person, published by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.footprint import document
from caseflow.footprint.factors import Release, read_release
from caseflow.footprint.release_changes import FactorChange, differences
from caseflow.footprint.release_table import RowReport, Table, read_table, rows_of_csv
from caseflow.footprint.shelf import Shelf
from caseflow.people.models import person
from caseflow.records import workbooks
from caseflow.studies import store
from caseflow.studies.models import release_proposal
from caseflow.words import Message, Refused

LARGEST = 10 * 1024 * 1024
TABLES = (".csv", ".xlsx")
"""Files that hold rows alone; what stands once for all of them is given beside."""
DOCUMENTS = (".json", ".yaml", ".yml")
_proposed = person.alias("proposed")
_decided = person.alias("decided")


@dataclass(frozen=True, slots=True)
class Compared:
    """A release beside the one whose place it takes; ``previous`` is None where it takes nobody's."""

    release: Release
    previous: Release | None
    changes: tuple[FactorChange, ...]


def read(path: Path, suffix: str, head: Mapping[str, Any], shelf: Shelf) -> Table:
    """A release from a file, with what became of each row.

    Args:
        suffix: of the file's own name, in lower case.
        head: ``id``, ``title``, ``authority``, ``document`` and the like, for a file that holds rows alone.

    Raises:
        Refused: the file is of another kind, too large, broken, or holds what could run.
    """
    if path.stat().st_size > LARGEST:
        raise Refused(Message("file.too_large", {"limit": LARGEST // 1024 // 1024}))
    if suffix in DOCUMENTS:
        return _document(_plain(path, suffix), shelf)
    if suffix not in TABLES:
        raise Refused(Message("file.suffix", {"allowed": [*TABLES, *DOCUMENTS]}))
    rows: Sequence[Sequence[Any]]
    if suffix == ".csv":
        rows = rows_of_csv(path.read_bytes())
    else:
        sheets = workbooks.read(path)
        rows = sheets[0].rows if sheets else []
    return read_table(head, rows, replaced(shelf, head.get("id"), head.get("supersedes")))


def replaced(shelf: Shelf, name: Any, supersedes: Any) -> Release | None:
    """The published release that one of this name is compared with: its own earlier self, else what it supersedes."""
    names = [name, *(supersedes if isinstance(supersedes, list | tuple) else ())]
    found = (shelf.factors.release(one) for one in names if isinstance(one, str))
    return next((one for one in found if one is not None), None)


def compared(shelf: Shelf, release: Release) -> Compared:
    """A release beside the one whose place it takes; else beside the newest that shares a series with it."""
    previous = replaced(shelf, None, release.supersedes) or _nearest(shelf, release)
    return Compared(release, previous, differences(previous, release) if previous else ())


def propose(tx: Connection, authority_id: int, release: Release, by: int) -> int:
    """Keep a release that another officer is to publish; returns the proposal's id.

    Raises:
        Refused: the name is published already, or waits to be.
    """
    if store.stored_shelf(tx).factors.release(release.id) is not None:
        raise Refused(Message("releases.published_already", {"name": release.id}))
    waiting = sa.select(release_proposal.c.id).where(
        release_proposal.c.name == release.id, release_proposal.c.status == "waiting"
    )
    if tx.scalar(waiting) is not None:
        raise Refused(Message("releases.waits_already", {"name": release.id}))
    return int(
        tx.execute(
            release_proposal.insert()
            .values(
                authority_id=authority_id,
                name=release.id,
                hash=release.hash,
                body=release.as_json(),
                status="waiting",
                proposed_by=by,
                proposed_at=clock.now(),
            )
            .returning(release_proposal.c.id)
        ).scalar_one()
    )


def proposals(tx: Connection, authority_id: int) -> list[RowMapping]:
    """What was given in, newest first, with the names of both officers."""
    return list(tx.execute(_with_names(authority_id).order_by(release_proposal.c.id.desc())).mappings())


def proposal(tx: Connection, authority_id: int, proposal_id: int) -> RowMapping | None:
    here = _with_names(authority_id).where(release_proposal.c.id == proposal_id)
    return tx.execute(here).mappings().one_or_none()


def publish(tx: Connection, authority_id: int, proposal_id: int, by: int) -> str:
    """Publish what another officer gave in; returns the release's name.

    Raises:
        Refused: it is one's own, it was decided on already, or its name was published with other content meanwhile.
    """
    row = proposal(tx, authority_id, proposal_id)
    if row is not None and row["proposed_by"] == by:
        raise Refused(Message("releases.own"))
    _decide(tx, authority_id, proposal_id, "published", by, release_proposal.c.proposed_by != by)
    body = tx.scalar(sa.select(release_proposal.c.body).where(release_proposal.c.id == proposal_id))
    release = read_release(body)
    store.publish_releases(tx, [release])
    return release.id


def withdraw(tx: Connection, authority_id: int, proposal_id: int, by: int) -> None:
    """Let a proposal drop, by whoever gave it in or would publish it. Raises Refused where it was decided on already."""
    _decide(tx, authority_id, proposal_id, "withdrawn", by)


def _decide(
    tx: Connection, authority_id: int, proposal_id: int, status: str, by: int, *more: sa.ColumnElement[bool]
) -> None:
    written = tx.execute(
        release_proposal.update()
        .where(
            release_proposal.c.id == proposal_id,
            release_proposal.c.authority_id == authority_id,
            release_proposal.c.status == "waiting",
            *more,
        )
        .values(status=status, decided_by=by, decided_at=clock.now())
    )
    if written.rowcount != 1:
        raise Refused(Message("releases.decided_already"))


def _with_names(authority_id: int) -> sa.Select[Any]:
    return (
        sa.select(release_proposal, _proposed.c.name.label("proposed_name"), _decided.c.name.label("decided_name"))
        .join(_proposed, _proposed.c.id == release_proposal.c.proposed_by)
        .outerjoin(_decided, _decided.c.id == release_proposal.c.decided_by)
        .where(release_proposal.c.authority_id == authority_id)
    )


def _document(data: Any, shelf: Shelf) -> Table:
    """A release that is whole in itself; its factors are counted from 1."""
    try:
        release = read_release(data)
    except Refused as refused:
        return Table(None, (), refused.reasons)
    previous = replaced(shelf, release.id, release.supersedes)
    known = {one.id: one.as_json() for one in previous.factors} if previous else {}
    rows = []
    for number, factor in enumerate(release.factors, 1):
        before = known.get(factor.id)
        rows.append(
            RowReport(
                number, factor.id, "new" if before is None else "same" if before == factor.as_json() else "changed"
            )
        )
    return Table(release, tuple(rows))


def _plain(path: Path, suffix: str) -> Any:
    try:
        content = path.read_text("utf-8")
        return document.load(content) if suffix == ".json" else yaml.load(content, yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Refused(Message("footprint.unreadable", {"path": path.name, "why": type(error).__name__})) from error


def _nearest(shelf: Shelf, release: Release) -> Release | None:
    series = {(one.series, one.kind) for one in release.factors}
    similar = [
        one
        for one in shelf.factors.releases
        if one.id != release.id and series & {(factor.series, factor.kind) for factor in one.factors}
    ]
    return max(similar, key=lambda one: (max(factor.year for factor in one.factors), one.id), default=None)
