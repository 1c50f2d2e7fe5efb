"""``caseflow evaluation recompute``: a panel's result worked out again from its record, without a database."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from caseflow.config import Settings
from caseflow.evaluation import result
from caseflow.evaluation.result import Recomputed
from caseflow.words import LANGUAGES, Language, Message, Refused, render, text

LANGUAGE: Language = "en"
MOST_BYTES = 64 * 1024 * 1024


def add(commands: Any) -> None:
    """The subcommand, beside the others of ``caseflow evaluation``."""
    again = commands.add_parser("recompute", help="work a panel's result out again from its record")
    again.add_argument("file", type=Path, help="the record of a result, as JSON")
    again.add_argument("--hash", default="", metavar="HASH", help="as the journal or a signed paper names it")
    again.add_argument("--json", action="store_true", help="as JSON, for other programs")
    again.add_argument("--language", choices=LANGUAGES, default=LANGUAGE)
    again.set_defaults(run=_recompute)


def _recompute(_settings: Settings, parsed: argparse.Namespace) -> int:
    try:
        seen = result.recompute(_text(parsed.file))
    except Refused as refused:
        for reason in refused.reasons:
            print(_printable(render(reason, parsed.language)))
        return 1
    named = parsed.hash.strip().lower()
    other = bool(named) and named != seen.hash
    if parsed.json:
        print(json.dumps(_as_json(seen, parsed.language, other=other), ensure_ascii=False, indent=2))
    else:
        _show(seen, parsed.language, named, other=other)
    return 1 if seen.differs or other else 0


def _text(path: Path) -> str:
    """The very text of the file, of which the hash is. Raises Refused where there is none."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refused(Message("panel_result.unreadable", {"why": f"> {MOST_BYTES} B"}))
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(Message("panel_result.unreadable", {"why": str(error)[:200]})) from error


def _show(seen: Recomputed, language: Language, named: str, *, other: bool) -> None:
    for one in seen.differs:
        print(_printable(render(one, language)))
    key = "cli.recompute_differs" if seen.differs else "cli.recompute_agrees"
    print(text(key, language, cases=seen.cases, differs=len(seen.differs)))
    print(text("cli.recompute_hash", language, hash=seen.hash))
    if other:
        print(_printable(text("cli.recompute_other_hash", language, hash=named)))
    elif not named:
        print(text("cli.recompute_alone", language))


def _as_json(seen: Recomputed, language: Language, *, other: bool) -> dict[str, Any]:
    return {
        "agrees": not seen.differs and not other,
        "hash": seen.hash,
        "cases": seen.cases,
        "differs": [render(one, language) for one in seen.differs],
    }


def _printable(line: str) -> str:
    """A record may come from anybody: it must not steer the terminal."""
    return "".join(one if one.isprintable() else "·" for one in line)
