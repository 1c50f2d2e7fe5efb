"""``caseflow doctor``: what keeps this installation from working, and what to do about it."""

from __future__ import annotations

import argparse
import json
from contextlib import closing

from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import doctor, reference
from caseflow.words import Language, render, text

LANGUAGE: Language = "en"
HELP = "say what keeps this installation from working, and what to do; writes nothing"


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--json", action="store_true", help="as JSON, for other programs")
    parser.add_argument("--language", choices=("zh", "en"), default=LANGUAGE)
    parser.set_defaults(run=_run)


def _run(settings: Settings, parsed: argparse.Namespace) -> int:
    with closing(Database(settings.database_url)) as database, database.read() as tx:
        found = doctor.examine(tx, reference.ground(tx, settings), settings)
    errors = sum(1 for one in found if one.level == "error")
    if parsed.json:
        listed = [
            {
                **one.as_json(),
                "message": render(one.message, parsed.language),
                "remedy": render(one.remedy, parsed.language),
            }
            for one in found
        ]
        print(json.dumps({"errors": errors, "findings": listed}, ensure_ascii=False, indent=2))
        return 1 if errors else 0
    for one in found:
        print(f"{text(f'doctor.level.{one.level}', parsed.language)}: {render(one.message, parsed.language)}")
        print(f"    {render(one.remedy, parsed.language)}")
    counts = {"errors": errors, "warnings": len(found) - errors}
    print(text("doctor.found", parsed.language, **counts) if found else text("doctor.sound", parsed.language))
    return 1 if errors else 0
