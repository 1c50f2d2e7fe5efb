"""The command line. Every command says what it did; wrong input ends with a sentence and exit code 1."""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import yaml

from caseflow import demo, worker
from caseflow.cases import heads
from caseflow.cli import disposal, doctor, evaluation, footprint, provenance, registers, releases, simulation, workflow
from caseflow.config import ROOT, Settings, from_environment
from caseflow.db import Database
from caseflow.office import calendar_notice, import_sheet, importing, reference, upkeep
from caseflow.records import journal, outbox
from caseflow.words import Language, Refused, from_json, render, text
from caseflow.workflow.problems import Unreadable

LANGUAGE: Language = "en"
"""The command line speaks English to operators; sentences for officials stand in both languages on the pages."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parsed = _parser().parse_args(arguments)
    settings = from_environment()
    try:
        code: int = parsed.run(settings, parsed)
    except Refused as refused:
        for reason in refused.reasons:
            print(render(reason, LANGUAGE), file=sys.stderr)
        return 1
    except Unreadable as unreadable:
        for problem in unreadable.errors:
            print(problem.text(LANGUAGE), file=sys.stderr)
        return 1
    return code


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "caseflow", description="Workflow and case management for product carbon footprints"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="migrate, seed and serve the site with its worker")
    run.add_argument("--port", type=int, default=8000)
    run.add_argument("--host", default="127.0.0.1")
    run.add_argument("--demo", action="store_true", help="fill an empty database with invented cases meanwhile")
    run.set_defaults(run=_run)

    work = commands.add_parser("worker", help="fire timers and run errands until stopped")
    work.add_argument("--demo", action="store_true", help="fill in the invented cases first")
    work.set_defaults(run=_worker)

    invented = commands.add_parser("demo", help="fill an empty database with invented people and cases")
    invented.add_argument("--today", type=date.fromisoformat, help="the day on which the demonstration stands")
    invented.set_defaults(run=_demo)

    database = commands.add_parser("db", help="bring the database up to date, or check it").add_subparsers(
        required=True
    )
    database.add_parser("upgrade", help="run the migrations and store shipped definitions").set_defaults(run=_upgrade)
    database.add_parser("check", help="say whether the program would start on it").set_defaults(run=_check_database)

    doctor.add(commands.add_parser("doctor", help=doctor.HELP))

    procedures = commands.add_parser("workflow", help="work on workflow definitions").add_subparsers(required=True)
    workflow.add(procedures)
    provenance.add(procedures)
    simulation.add(procedures.add_parser("simulate", help=simulation.HELP))

    errands = commands.add_parser("outbox", help="what could not be delivered").add_subparsers(required=True)
    errands.add_parser("list", help="the errands that wait for a person, with the reason").set_defaults(run=_failed)
    retrying = errands.add_parser("retry", help="let a failed errand start afresh")
    retrying.add_argument("errand", type=int)
    retrying.set_defaults(run=_retry)

    audit = commands.add_parser("journal", help="the journal of acts").add_subparsers(required=True)
    audit.add_parser("verify", help="recompute every hash of every case").set_defaults(run=_verify)

    cases = commands.add_parser("cases", help="cases decided before the system existed").add_subparsers(required=True)
    imported = cases.add_parser("import", help="enter the cases of a filled sheet, all or none")
    imported.add_argument("file", type=Path, help="an .xlsx made from the template")
    imported.add_argument("--workflow", required=True)
    imported.add_argument("--dry-run", action="store_true", help="say what would happen, row by row")
    imported.set_defaults(run=_import)
    blank = cases.add_parser("template", help="write the empty sheet of a workflow")
    blank.add_argument("--workflow", required=True)
    blank.add_argument("-o", "--output", type=Path, required=True)
    blank.set_defaults(run=_template)

    footprint.add(
        commands.add_parser("footprint", help=footprint.HELP).add_subparsers(required=True, metavar="COMMAND")
    )

    evaluation.add(
        commands.add_parser("evaluation", help=evaluation.HELP).add_subparsers(required=True, metavar="COMMAND")
    )

    disposal.add(commands.add_parser("disposal", help=disposal.HELP).add_subparsers(required=True, metavar="COMMAND"))

    releases.add(commands.add_parser("releases", help=releases.HELP).add_subparsers(required=True, metavar="COMMAND"))

    registers.add(
        commands.add_parser("registers", help=registers.HELP).add_subparsers(required=True, metavar="COMMAND")
    )

    calendar = commands.add_parser("calendar", help="working days").add_subparsers(required=True)
    entering = calendar.add_parser("import", help="enter the holiday notice of a year and count open deadlines again")
    entering.add_argument("calendar")
    entering.add_argument("year", type=int)
    entering.add_argument(
        "file", type=Path, help="YAML with notice, holidays and worked, as the shipped calendars have"
    )
    entering.set_defaults(run=_enter_calendar)
    return parser


def _run(settings: Settings, parsed: argparse.Namespace) -> int:
    """Bring the database up to date, then serve: pages and worker as own processes.

    The worker of a demonstration plays the stories before it works: no timer of theirs fires at the wrong moment.
    """
    _upgrade(settings, parsed)
    environment = {**os.environ, "CASEFLOW_HOME": str(settings.home), "DATABASE_URL": settings.database_url}
    accounts: list[str] = []
    if parsed.demo:
        environment["CASEFLOW_DEMO"] = "1"
        accounts = _accounts(settings)
    address = f"{parsed.host}:{parsed.port}"
    python = [sys.executable, "-m"]
    server = [
        *python,
        "gunicorn",
        "--no-control-socket",
        "--bind",
        address,
        "--workers",
        "2",
        "--threads",
        "4",
        "--chdir",
        str(ROOT),
        "wsgi:app",
    ]
    started = [
        subprocess.Popen(command, env=environment)
        for command in (server, [*python, "caseflow", "worker", *(["--demo"] if parsed.demo else [])])
    ]
    _say("\n".join([text("cli.serving", LANGUAGE, address=f"http://{address}/"), *accounts]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that whoever stops this stops its processes too
    try:
        return started[0].wait()
    except KeyboardInterrupt:
        return 0
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _worker(settings: Settings, parsed: argparse.Namespace) -> int:
    database = Database(settings.database_url)
    if parsed.demo:
        demo.fill(database, settings)
    with database.read() as tx:
        ground = reference.ground(tx, settings)
    worker.run(database, settings, ground)
    return 0


def _demo(settings: Settings, parsed: argparse.Namespace) -> int:
    _upgrade(settings, parsed)
    for line in _accounts(settings):
        _say(line)
    added = demo.fill(Database(settings.database_url), settings, parsed.today)
    _say(text("demo.filled", LANGUAGE, acts=added))
    return 0


def _accounts(settings: Settings) -> list[str]:
    """The accounts of the demonstration as lines: the password of all, and who is who."""
    password, listed = demo.settle(Database(settings.database_url), settings)
    shown = [one for one in listed if one.shown]
    lines = [text("demo.password", LANGUAGE, password=password)]
    for one in shown:
        key = "demo.account_code" if one.second_factor else "demo.account"
        values = {"login": f"  {one.login:16}", "name": one.name, "role": one.role, "organisation": one.organisation}
        lines.append(text(key, LANGUAGE, **values))
    more = {"count": len(listed) - len(shown), "path": settings.home / demo.ACCOUNTS}
    return [*lines, "  " + text("demo.more", LANGUAGE, **more)]


def _upgrade(settings: Settings, _parsed: argparse.Namespace) -> int:
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    with database.write() as tx:
        upkeep.upgrade(tx)
    with database.write() as tx:
        fresh = reference.seed(tx, settings)
    _say(text("cli.upgraded", LANGUAGE, versions=", ".join(fresh) or "-"))
    return 0


def _check_database(settings: Settings, _parsed: argparse.Namespace) -> int:
    with Database(settings.database_url).read() as tx:
        wrong = upkeep.problems(tx)
    for one in wrong:
        _say(render(one, LANGUAGE))
    return 1 if wrong else 0


def _failed(settings: Settings, _parsed: argparse.Namespace) -> int:
    with Database(settings.database_url).read() as tx:
        rows = outbox.failed(tx)
    for row in rows:
        why = render(from_json(row.last_error), LANGUAGE) if row.last_error else ""
        _say(text("cli.errand", LANGUAGE, id=row.id, kind=row.kind, case=row.case_id or "-", why=why))
    _say(text("cli.errands", LANGUAGE, count=len(rows)))
    return 0


def _retry(settings: Settings, parsed: argparse.Namespace) -> int:
    with Database(settings.database_url).write() as tx:
        renewed = outbox.retry(tx, parsed.errand)
    _say(text("cli.errand_renewed" if renewed else "cli.errand_unknown", LANGUAGE, id=parsed.errand))
    return 0 if renewed else 1


def _import(settings: Settings, parsed: argparse.Namespace) -> int:
    with (
        closing(Database(settings.database_url)) as database,
        database.read() if parsed.dry_run else database.write() as tx,
    ):
        ground = reference.ground(tx, settings)
        rows = import_sheet.read(ground, ground.current(tx, parsed.workflow).definition, parsed.file)
        if parsed.dry_run:
            lines = importing.preview(tx, ground, None, parsed.workflow, rows)
        else:
            key = f"import/{hashlib.sha256(parsed.file.read_bytes()).hexdigest()}"
            lines = importing.run(tx, ground, None, parsed.workflow, rows, request_key=key)
    for line in lines:
        shown = {"row": line.number, "status": line.status, "title": line.title, "subject": line.subject}
        _say(text("cli.import_line", LANGUAGE, **shown, number=line.case_number))
        for cell, reason in line.errors:
            _say(f"    {cell or line.number}: {render(reason, LANGUAGE)}")
    counts = {status: sum(1 for line in lines if line.status == status) for status in ("new", "there", "error")}
    _say(text("cli.would_import" if parsed.dry_run else "cli.imported", LANGUAGE, **counts))
    return 1 if counts["error"] else 0


def _template(settings: Settings, parsed: argparse.Namespace) -> int:
    with closing(Database(settings.database_url)) as database, database.read() as tx:
        ground = reference.ground(tx, settings)
        definition = ground.current(tx, parsed.workflow).definition
    parsed.output.write_bytes(import_sheet.template(ground, definition))
    return 0


def _verify(settings: Settings, _parsed: argparse.Namespace) -> int:
    with Database(settings.database_url).read() as tx:
        problems = journal.verify(tx, heads=heads.of_all(tx))
        entries = heads.entries(tx)
    for problem in problems:
        _say(text("cli.broken", LANGUAGE, case=problem.case_id, seq=problem.seq, what=problem.message))
    _say(text("cli.verified", LANGUAGE, entries=entries, problems=len(problems)))
    return 1 if problems else 0


def _enter_calendar(settings: Settings, parsed: argparse.Namespace) -> int:
    entry = yaml.load(parsed.file.read_text("utf-8"), yaml.CSafeLoader)
    with Database(settings.database_url).write() as tx:
        ground = reference.ground(tx, settings)
        changed = calendar_notice.enter(tx, ground, settings, parsed.calendar, parsed.year, entry, by=None)
    _say(text("cli.calendar_entered", LANGUAGE, year=parsed.year, changed=len(changed)))
    return 0
