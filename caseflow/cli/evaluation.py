"""``caseflow evaluation``: what anybody can check of an expert review. It needs no database."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from caseflow.cli import recompute
from caseflow.config import Settings
from caseflow.evaluation.record import Record, heads, read_record
from caseflow.evaluation.replay import Published, Replay, replay
from caseflow.words import LANGUAGES, Language, Message, Refused, render, text

LANGUAGE: Language = "en"
HELP = "check the record of an expert draw or of a panel's result, without a database"
MOST_BYTES = 64 * 1024 * 1024


def add(commands: Any) -> None:
    """The subcommands of ``caseflow evaluation``."""
    again = commands.add_parser("replay", help="draw again from the record, and say of each step whether it agrees")
    again.add_argument("file", type=Path, help="the record of a draw, as JSON")
    again.add_argument("--commitment", default="", metavar="HASH", help="as it was published before the freeze")
    again.add_argument("--snapshot", default="", metavar="HASH", help="of the pool, as it was told at the freeze")
    again.add_argument("--hash", action="append", default=[], metavar="HASH", help="as a signed paper names it")
    again.add_argument("--json", action="store_true", help="as JSON, for other programs")
    again.add_argument("--language", choices=LANGUAGES, default=LANGUAGE)
    again.set_defaults(run=_replay)
    recompute.add(commands)


def _replay(_settings: Settings, parsed: argparse.Namespace) -> int:
    try:
        found = _read(parsed.file)
        signed = tuple(one.strip().lower() for one in parsed.hash)
        published = Published(parsed.commitment.strip().lower(), parsed.snapshot.strip().lower(), signed)
        seen = replay(found, published)
    except Refused as refused:
        for reason in refused.reasons:
            print(_printable(render(reason, parsed.language)))
        return 1
    if parsed.json:
        print(json.dumps(_as_json(found, seen, parsed.language), ensure_ascii=False, indent=2))
    else:
        _show(found, seen, parsed)
    return 0 if seen.agrees else 1


def _read(path: Path) -> Record:
    """Raises Refused where the file is none, too large, or no record."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refused(Message("draw.unreadable", {"why": f"> {MOST_BYTES} B"}))
        return read_record(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(Message("draw.unreadable", {"why": str(error)[:200]})) from error


def _show(found: Record, seen: Replay, parsed: argparse.Namespace) -> None:
    language = parsed.language
    for step in seen.steps:
        key = "cli.replay_agrees" if step.agrees else "cli.replay_differs"
        print(_printable(text(key, language, step=step.name)))
        for one in step.differs:
            print(f"    {_printable(render(one, language))}")
    if not seen.agrees:
        broken = sum(1 for step in seen.steps if not step.agrees)
        print(text("cli.replay_broken", language, broken=broken, steps=len(seen.steps)))
        return
    values = {"method": text(f"draw.method.{found['draw']['method']}", language), "tries": found["draw"]["tries"]}
    print(_printable(text("cli.replay_how", language, **values)))
    seated = [one or "-" for one in found["standing"]["panel"]]
    print(_printable(text("cli.replay_panel", language, panel=seated, hash=heads(found)[-1])))
    missing = not (parsed.commitment and parsed.snapshot and parsed.hash)
    print(text("cli.replay_whole_alone" if missing else "cli.replay_whole", language, steps=len(seen.steps)))


def _as_json(found: Record, seen: Replay, language: Language) -> dict[str, Any]:
    steps = [
        {
            "id": step.id,
            "step": render(step.name, language),
            "agrees": step.agrees,
            "differs": [render(one, language) for one in step.differs],
        }
        for step in seen.steps
    ]
    return {"agrees": seen.agrees, "steps": steps, "head": heads(found)[-1] if seen.agrees else None}


def _printable(line: str) -> str:
    """A record may come from anybody: it must not steer the terminal."""
    return "".join(one if one.isprintable() else "·" for one in line)
