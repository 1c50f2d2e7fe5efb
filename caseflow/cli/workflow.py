"""``caseflow workflow …``: check, explain, draw and rehearse definitions."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from caseflow.cases.settings import told as parameters_told
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import notices_known, reference, rehearsal, upkeep
from caseflow.words import Language, pick, render, text
from caseflow.workflow import manual, reader
from caseflow.workflow.drawing import draw
from caseflow.workflow.drawing.mermaid import mermaid
from caseflow.workflow.grammar import json_schema
from caseflow.workflow.problems import Problem
from caseflow.workflow.proof import check, rulebook
from caseflow.workflow.reader import Reading

LANGUAGE: Language = "en"
EVERY = ""
"""Of ``--explain``: reason and remedy behind every finding."""


def add(commands: Any) -> None:
    """Add the commands below ``workflow``."""
    checking = commands.add_parser("check", help="read definitions strictly and list every error")
    checking.add_argument("files", nargs="*", type=Path)
    checking.add_argument(
        "--explain", nargs="?", const=EVERY, metavar="RULE",
        help="reason and remedy behind each finding; with the name of a rule that rule alone",
    )  # fmt: skip
    checking.add_argument("--language", choices=("zh", "en"), default=LANGUAGE)
    checking.set_defaults(run=_check)
    listing = commands.add_parser("rules", help="every rule of the checks, with reason, example and remedy")
    listing.add_argument("--write", action="store_true", help="write the page docs/rules.md")
    listing.set_defaults(run=_rules)
    reference = commands.add_parser(
        "reference", help="the tables of the language: every key, what it takes, its bounds"
    )
    reference.add_argument("--language", choices=("zh", "en"), default=LANGUAGE)
    reference.add_argument("--write", action="store_true", help="renew docs/language.md and docs/language.zh.md")
    reference.set_defaults(run=_reference)
    drawing = commands.add_parser("draw", help="draw a definition")
    drawing.add_argument("name")
    drawing.add_argument("-o", "--output", type=Path, required=True, help="a file ending in .svg or .mmd")
    drawing.add_argument("--language", choices=("zh", "en"), default="zh")
    drawing.set_defaults(run=_draw)
    commands.add_parser("schema", help="print the JSON Schema for editors").set_defaults(run=_schema)
    test = commands.add_parser("test", help="run the tests that definitions carry")
    test.add_argument("name", nargs="?")
    test.set_defaults(run=_test)
    commands.add_parser("parameters", help="what offices have set of parameters, and what is in force").set_defaults(
        run=_parameters
    )


def _say(line: str) -> None:
    print(line, flush=True)


def _check(settings: Settings, parsed: argparse.Namespace) -> int:
    if parsed.explain:
        return _explain(parsed.explain, parsed.language)
    known = vocabulary()
    if parsed.files:
        readings = [reader.examine(path, vocabulary=known) for path in parsed.files]
    else:
        readings = reader.examine_folder(settings.workflows, known)
    problems = [problem for reading in readings for problem in reading.problems]
    notes = [note for reading in readings for note in _notes(reading)]
    for problem in [*problems, *(notes if parsed.explain is not None else ())]:
        _say(problem.text(parsed.language))
        for line in rulebook.behind(problem.rule, parsed.language) if parsed.explain is not None else ():
            _say(line)
    for warning in notices_known.check(readings, settings.workflows):
        _say(warning.text(parsed.language))
    errors = [problem for problem in problems if problem.level == "error"]
    _say(text("cli.checked", parsed.language, files=len(readings), errors=len(errors)))
    if notes and parsed.explain is None:
        _say(text("rules.not_decided", parsed.language, count=len(notes)))
    return 1 if errors else 0


def _explain(rule: str, language: Language) -> int:
    if rule in rulebook.rules():
        _say(rulebook.explained(rule, language))
        return 0
    meant = rulebook.close_to(rule)
    hint = text("rules.meant", language, name=meant) if meant is not None else ""
    _say(text("rules.unknown", language, name=rule) + hint)
    return 1


def _notes(reading: Reading) -> Iterable[Problem]:
    """What could not be decided of a definition without errors."""
    if reading.definition is None or any(problem.level == "error" for problem in reading.problems):
        return []
    apart = Reading(reading.file, reading.definition, reading.tree)
    apart.add(check.notes(reading.definition))
    return apart.problems


def _rules(_settings: Settings, parsed: argparse.Namespace) -> int:
    if not parsed.write:
        print(rulebook.page(), end="")
        return 0
    rulebook.PAGE.write_text(rulebook.page(), "utf-8")
    _say(text("rules.written", LANGUAGE, path=rulebook.PAGE))
    return 0


def _reference(_settings: Settings, parsed: argparse.Namespace) -> int:
    if not parsed.write:
        print(manual.tables(manual.book(), parsed.language))
        return 0
    for language, page in manual.PAGES.items():
        page.write_text(manual.placed(page.read_text("utf-8"), manual.tables(manual.book(), language)), "utf-8")
        _say(text("rules.written", LANGUAGE, path=page))
    return 0


def _draw(settings: Settings, parsed: argparse.Namespace) -> int:
    found = reader.read_folder(settings.workflows, vocabulary())
    if parsed.name not in found:
        _say(text("cli.no_workflow", LANGUAGE, name=parsed.name, names=", ".join(sorted(found))))
        return 1
    picture = mermaid if parsed.output.suffix == ".mmd" else draw.svg
    parsed.output.write_text(picture(found[parsed.name], language=parsed.language), "utf-8")
    return 0


def _schema(_settings: Settings, _parsed: argparse.Namespace) -> int:
    _say(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return 0


def _test(settings: Settings, parsed: argparse.Namespace) -> int:
    """Play the tests of definitions on a database that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        stage = replace(settings, home=home, database_url=f"sqlite:///{home / 'rehearsal.db'}")
        database = Database(stage.database_url)
        with database.write() as tx:
            upkeep.upgrade(tx)
        with database.write() as tx:
            reference.seed(tx, stage)
            ground, roles = reference.ground(tx, stage), reference.roles(stage)
            names = sorted(loaded.definition.workflow for loaded in ground.all_current(tx))
            results = rehearsal.run_all(tx, ground, roles, stage.files, parsed.name)
        database.close()
    if parsed.name and parsed.name not in names:
        _say(text("cli.no_workflow", LANGUAGE, name=parsed.name, names=", ".join(names)))
        return 1
    for result in results:
        _say(f"{'ok  ' if result.passed else 'FAIL'} {result.workflow}: {pick(result.name, LANGUAGE)}")
        for line in result.lines:
            _say(f"     {render(line, LANGUAGE)}")
    failed = sum(1 for result in results if not result.passed)
    _say(text("rehearsal.played", LANGUAGE, passed=len(results) - failed, failed=failed))
    return 1 if failed else 0


def _parameters(settings: Settings, _parsed: argparse.Namespace) -> int:
    with closing(Database(settings.database_url)) as database, database.read() as tx:
        lines = parameters_told(tx, reference.ground(tx, settings))
    for line in lines:
        _say(render(line, LANGUAGE))
    return 0
