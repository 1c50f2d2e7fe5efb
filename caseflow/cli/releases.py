"""``caseflow releases …``: factor releases of an installation, and all filed studies recomputed with one."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Connection

from caseflow import worker
from caseflow.cases.ground import Ground
from caseflow.cli import registers
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.footprint.plain import decimal_text
from caseflow.footprint.release_changes import differences
from caseflow.office import impact, recalculation, reference, releases
from caseflow.people.models import authority
from caseflow.studies import store
from caseflow.studies.models import release_change
from caseflow.words import Language, Message, Refused, pick, render, text

LANGUAGE: Language = "en"
HELP = "factor releases, and every filed study recomputed with one"


def add(commands: Any) -> None:
    """Add the commands below ``releases``."""
    importing = commands.add_parser("import", help="publish a release from a file, row by row or not at all")
    importing.add_argument("file", type=Path, help=".csv, .xlsx, .json or .yaml")
    importing.add_argument("--head", type=Path, help="YAML with id, title, authority, document …, for .csv and .xlsx")
    importing.add_argument("--dry-run", action="store_true", help="say what would happen, row by row")
    importing.set_defaults(run=_import)
    commands.add_parser("list", help="what is published").set_defaults(run=_list)
    showing = commands.add_parser("show", help="the factors of a release")
    showing.add_argument("release")
    showing.set_defaults(run=_show)
    comparing = commands.add_parser("diff", help="what changes from one release to another")
    comparing.add_argument("old")
    comparing.add_argument("new")
    comparing.set_defaults(run=_diff)
    running = commands.add_parser("recompute", help="recompute all filed studies with a release")
    running.add_argument("release")
    running.add_argument("--authority", help="the code of one authority; all unless given")
    running.add_argument("--dry-run", action="store_true", help="list the changes and write nothing")
    running.set_defaults(run=_recompute)


def _import(settings: Settings, parsed: argparse.Namespace) -> int:
    head = yaml.load(parsed.head.read_text("utf-8"), yaml.CSafeLoader) if parsed.head else {}
    if not isinstance(head, dict):
        raise Refused(Message("footprint.not_a_mapping", {"path": parsed.head.name}))
    with closing(Database(settings.database_url)) as database:
        with database.read() as tx:
            table = releases.read(parsed.file, parsed.file.suffix.lower(), head, store.stored_shelf(tx))
        for row in table.rows:
            _say(
                text(
                    "cli.release_row",
                    LANGUAGE,
                    row=row.row,
                    id=row.id,
                    status=text(f"releases.row.{row.status}", LANGUAGE),
                )
            )
            for problem in row.problems:
                _say(f"    {render(problem, LANGUAGE)}")
        for problem in table.problems:
            _say(render(problem, LANGUAGE))
        if table.release is None:
            _say(text("cli.release_wrong", LANGUAGE))
            return 1
        if not parsed.dry_run:
            with database.write() as tx:
                store.publish_releases(tx, [table.release])
        key = "cli.release_would" if parsed.dry_run else "cli.release_published"
        _say(text(key, LANGUAGE, id=table.release.id, n=len(table.release.factors), hash=table.release.hash))
    return 0


def _list(settings: Settings, _parsed: argparse.Namespace) -> int:
    with closing(Database(settings.database_url)) as database, database.read() as tx:
        for one in store.stored_shelf(tx).factors.releases:
            published = one.published.isoformat() if one.published else "-"
            _say(f"{one.id:40} {published:10} {len(one.factors):5} {pick(one.title.as_json(), LANGUAGE)}")
    return 0


def _show(settings: Settings, parsed: argparse.Namespace) -> int:
    with closing(Database(settings.database_url)) as database, database.read() as tx:
        found = recalculation.release_of(store.stored_shelf(tx), parsed.release)
    for line in (found.id, pick(found.title.as_json(), LANGUAGE), found.document, found.url, found.hash):
        _say(line)
    for one in found.factors:
        _say(f"  {one.id:32} {decimal_text(one.value):>14} kgCO2e/{one.unit:8} {one.kind:10} {one.region:8} {one.year}")
    return 0


def _diff(settings: Settings, parsed: argparse.Namespace) -> int:
    with closing(Database(settings.database_url)) as database, database.read() as tx:
        shelf = store.stored_shelf(tx)
    old, new = (recalculation.release_of(shelf, name) for name in (parsed.old, parsed.new))
    for one in differences(old, new):
        if one.status != "same":
            before, after = ("-" if value is None else decimal_text(value) for value in (one.old, one.new))
            percent = "" if one.percent is None else f"{one.percent:+.2f}%"
            status = text(f"releases.factor.{one.status}", LANGUAGE)
            _say(f"{one.series:32} {one.region:8} {status:8} {before:>14} {after:>14} {percent:>10}")
    return 0


def _recompute(settings: Settings, parsed: argparse.Namespace) -> int:
    with closing(Database(settings.database_url)) as database:
        with database.read() as tx:
            ground = reference.ground(tx, settings)
            known = {row.code: row.id for row in tx.execute(sa.select(authority.c.code, authority.c.id))}
        if parsed.authority and parsed.authority not in known:
            raise Refused(Message("releases.no_authority", {"name": parsed.authority, "known": sorted(known)}))
        for code in [parsed.authority] if parsed.authority else sorted(known):
            if parsed.dry_run:
                with database.read() as tx:
                    batches = list(recalculation.preview(tx, ground, known[code], parsed.release))
                    _preview(tx, ground, code, batches)
                continue
            with database.write() as tx:
                number = recalculation.ask(tx, known[code], parsed.release, None)
            worker.recalculate(database, ground)
            with database.read() as tx:
                found = tx.scalar(
                    sa.select(sa.func.count()).select_from(release_change).where(release_change.c.run_id == number)
                )
            _say(text("cli.release_run", LANGUAGE, authority=code, run=number, n=found))
    return 0


def _preview(tx: Connection, ground: Ground, code: str, batches: list[recalculation.Looked]) -> None:
    """What would change, first where something was decided on the figure, then the largest change; below each what hangs
    on it.
    """
    touched = [one for batch in batches for one in batch.touched]
    touched.sort(key=lambda one: (not one.decided, -abs(one.change.percent or 0.0)))
    hangs = impact.of_figures(tx, ground, None, [(one.row["id"], one.change.after) for one in touched])
    for one, found in zip(touched, hangs, strict=True):
        percent = "-" if one.change.percent is None else f"{one.change.percent:+.2f}%"
        level = text(f"releases.level.{one.change.level}", LANGUAGE)
        mark = f" {text('releases.decided', LANGUAGE)}" if one.decided else ""
        figures = f"{one.change.before:>14.6g} {one.change.after:>14.6g} {percent:>10}"
        _say(f"{one.row['number'] or one.row['id']:<20} {figures} {level}{mark}")
        for entry in found.entries:
            _say(f"    {pick(entry.register.title, LANGUAGE)} {entry.number}")
        for said in found.outcomes:
            _say(f"    {registers.outcome(said)}")
    studies = sum(batch.studies for batch in batches)
    _say(text("cli.release_preview", LANGUAGE, authority=code, n=len(touched), studies=studies))


def _say(line: str) -> None:
    print(line, flush=True)
