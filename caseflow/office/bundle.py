"""All papers of a round in one archive: each bureau's summary tables, every dossier, its loose files, a list with hashes.

Asked for by an officer, made by the worker after the commit, with what that officer may see; kept for some days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row, RowMapping

from caseflow import clock
from caseflow.cases import lines, standing, view
from caseflow.cases.entry import NotHere
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, round_
from caseflow.cases.view import View
from caseflow.config import Settings
from caseflow.office import archive, dossiers, reference, summaries
from caseflow.office.archive import LANGUAGE, Entry, safe_name
from caseflow.office.models import bundle
from caseflow.people import rights
from caseflow.people.models import person
from caseflow.people.rights import Actor
from caseflow.records import files, inbox, outbox, reading
from caseflow.records.models import InsertOnce
from caseflow.records.models import outbox as errand_table
from caseflow.records.outbox import Work
from caseflow.words import Message, Refused, text

KIND = "bundle"
"""The kind of its errand."""
MEDIA_TYPE = "application/zip"
KEPT = timedelta(days=14)
"""How long an archive stays: it holds everything about everybody, and can be made again."""
LEASE = timedelta(hours=2)
MOST_CASES = 3_000

_ASK = InsertOnce(bundle).inline()


@dataclass(frozen=True, slots=True)
class _Prepared:
    number: int
    title: str
    entries: tuple[Entry, ...]
    cases: tuple[int, ...]
    asked_by: int


@dataclass(frozen=True, slots=True)
class _Made:
    received: files.Received
    prepared: _Prepared


def ask(tx: Connection, round_id: int, actor: Actor) -> None:
    """Ask for the archive of a round. While one is being made for the office nothing more happens; one whose making
    failed is tried again.
    """
    tx.execute(
        _ASK,
        {
            "round_id": round_id,
            "authority_id": actor.authority_id,
            "organisation_id": actor.organisation_id,
            "asked_by": actor.person_id,
            "asked_at": clock.now(),
            "status": "waiting",
            "papers": 0,
        },
    )
    waiting = sa.select(bundle.c.id).where(
        bundle.c.round_id == round_id,
        bundle.c.organisation_id == actor.organisation_id,
        bundle.c.status == "waiting",
    )
    number = int(tx.execute(waiting).scalar_one())
    if not outbox.leave(tx, KIND, _key(number), {"bundle": number}, person_id=actor.person_id):
        failed = sa.select(errand_table.c.id).where(errand_table.c.key == _key(number))
        outbox.retry(tx, int(tx.execute(failed).scalar_one()))


def of_round(tx: Connection, round_id: int, actor: Actor) -> list[dict[str, Any]]:
    """The archives of a round that the actor's office asked for, newest first, each with its file and its errand."""
    rows = tx.execute(
        sa.select(bundle, person.c.name.label("asked_name"))
        .join(person, person.c.id == bundle.c.asked_by)
        .where(bundle.c.round_id == round_id, *_of(actor))
        .order_by(bundle.c.id.desc())
    ).mappings()
    return [
        {
            **row,
            "file": files.find(tx, row["file_id"]) if row["file_id"] else None,
            "errand": tx.execute(sa.select(errand_table).where(errand_table.c.key == _key(row["id"])))
            .mappings()
            .first(),
        }
        for row in rows
    ]


def find(tx: Connection, round_id: int, bundle_id: int, actor: Actor) -> RowMapping | None:
    """A finished archive that the actor's office asked for."""
    return (
        tx.execute(
            sa.select(bundle).where(
                bundle.c.id == bundle_id, bundle.c.round_id == round_id, bundle.c.status == "ready", *_of(actor)
            )
        )
        .mappings()
        .first()
    )


def expire(tx: Connection) -> int:
    """Give up the files of archives whose days are over; how many."""
    old = sa.select(bundle.c.id, bundle.c.file_id).where(
        bundle.c.status == "ready", bundle.c.made_at < clock.now() - KEPT
    )
    gone = 0
    for row in tx.execute(old).all():
        ended = tx.execute(
            bundle.update().where(bundle.c.id == row.id, bundle.c.status == "ready").values(status="gone")
        )
        if ended.rowcount == 1:
            files.purge(tx, row.file_id, "expired")
            gone += 1
    return gone


def prepare(tx: Connection, ground: Ground, settings: Settings, errand: Row[Any]) -> _Prepared:
    """Read everything that goes in, as the officer who asked may see it at this moment.

    Raises:
        Refused: the officer no longer works there, or the round is too large for one archive.
    """
    row = tx.execute(sa.select(bundle).where(bundle.c.id == errand.payload["bundle"])).mappings().one()
    actor = _actor(tx, settings, row)
    title = tx.scalar(sa.select(round_.c.title).where(round_.c.id == row["round_id"]))
    entries: list[Entry] = []
    cases = _cases(tx, ground, actor, row["round_id"])
    for number in cases:
        try:
            seen = view.load(tx, ground, actor, number)
        except NotHere:  # the query and the page ask the same, so this is a case that left between the two
            continue
        entries += _of_case(seen, settings)
    return _Prepared(row["id"], title[LANGUAGE] if title else "", tuple(entries), tuple(cases), actor.person_id)


def carry_out(prepared: _Prepared, settings: Settings) -> _Made:
    """Write the archive into the store of files."""
    work = settings.home / "work"
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=work) as made:
        target = Path(made) / "bundle.zip"
        archive.write(target, prepared.title, prepared.entries, settings)
        name = f"{prepared.title} {text('bundle.name', LANGUAGE)}.zip"
        received = files.take_over(target, name=name, media_type=MEDIA_TYPE, root=settings.files)
    return _Made(received, prepared)


def finish(tx: Connection, _errand: Row[Any], made: _Made) -> None:
    """Note what was made, who has read what by it, and tell who asked."""
    prepared = made.prepared
    number = files.record(tx, made.received, uploaded_by=None, organisation_id=None, field=KIND)
    tx.execute(
        bundle.update()
        .where(bundle.c.id == prepared.number, bundle.c.status == "waiting")
        .values(status="ready", file_id=number, made_at=clock.now(), papers=len(prepared.cases))
    )
    for case_id in prepared.cases:
        reading.log(tx, prepared.asked_by, case_id, KIND)
    inbox.post(tx, Message("inbox.bundle_ready", {"round": prepared.title}), person_id=prepared.asked_by)


WORK = Work(prepare, carry_out, finish, LEASE)


def _of_case(seen: View, settings: Settings) -> Iterator[Entry]:
    """The summary tables of a procedure over many cases, and the dossier of every case."""
    row, language = seen.row, LANGUAGE
    prefecture = lines.organisation_name(seen.tx, row["prefecture_id"])[language]
    about = (
        seen.definition.title.zh,
        row["number"] or "",
        row["title"],
        row["subject"],
        prefecture,
        seen.name_of(row["state"])[language],
    )
    folder = safe_name(prefecture) if prefecture else text("bundle.no_prefecture", language)
    name = safe_name(f"{row['number'] or row['id']} {row['title']}")
    if row["prefecture_id"] is not None:
        for table_id in seen.definition.tables:
            found = summaries.summary(seen.tx, seen.ground, seen.definition, row, table_id)
            path = f"{folder}/{safe_name(found.title[language])} {row['number'] or row['id']}"
            page = summaries.page(found, language, demo=settings.demo)
            yield Entry(f"{path}.pdf", about, html=page)
            yield Entry(f"{path}.xlsx", about, content=summaries.workbook(found, language))
    yield Entry(f"{folder}/{name}.pdf", about, papers=dossiers.read(seen, settings, language))


def _cases(tx: Connection, ground: Ground, actor: Actor, round_id: int) -> list[int]:
    """The cases of a round that the officer may know of, ordered by bureau, kind and number."""
    definitions = [loaded.definition for loaded in ground.all_current(tx)]
    found = list(
        tx.scalars(
            sa.select(case.c.id)
            .where(case.c.round_id == round_id, case.c.shared, standing.visible(actor, definitions))
            .order_by(case.c.prefecture_id, case.c.workflow, case.c.number, case.c.id)
            .limit(MOST_CASES + 1)
        )
    )
    if len(found) > MOST_CASES:
        raise Refused(Message("bundle.too_many", {"most": MOST_CASES}))
    return found


def _actor(tx: Connection, settings: Settings, row: Mapping[Any, Any]) -> Actor:
    """Who asked, as they stand now."""
    who = (
        tx.execute(sa.select(person).where(person.c.id == row["asked_by"], person.c.status == "active"))
        .mappings()
        .first()
    )
    if who is not None:
        official = reference.roles(settings).official
        actor = rights.actor(who, rights.standings(tx, who["id"]), row["organisation_id"], official)
        if actor.organisation_id == row["organisation_id"]:
            return actor
    raise Refused(Message("bundle.nobody"))


def _of(actor: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    return bundle.c.authority_id == actor.authority_id, bundle.c.organisation_id == actor.organisation_id


def _key(number: int) -> str:
    return f"{KIND}/{number}"
