"""``caseflow workflow simulate``: cases of a workflow walked at random on a database that is thrown away."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import reference, simulation, simulation_report, upkeep
from caseflow.office.simulated_watch import story
from caseflow.words import Language, from_json, render, text

LANGUAGE: Language = "en"
HELP = "walk cases at random through the real door, with an accelerated clock"


def add(simulating: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    simulating.add_argument("name")
    simulating.add_argument("--cases", type=int, default=100, help="so many are filed")
    simulating.add_argument("--seed", type=int, default=1, help="the same seed gives the same walk")
    simulating.add_argument("--start", type=date.fromisoformat, help="the first day")
    simulating.add_argument("--until", type=date.fromisoformat, help="the day on which it breaks off")
    simulating.add_argument("--coverage", type=float, default=100.0, help="fail below so many percent of the actions")
    simulating.add_argument("--stop", action="store_true", help="stop as soon as the coverage is reached")
    simulating.add_argument("--replay", type=int, metavar="CASE", help="tell the story of one case instead")
    simulating.add_argument("--json", action="store_true")
    simulating.set_defaults(run=_simulate)


def _simulate(settings: Settings, parsed: argparse.Namespace) -> int:
    plan = simulation.Plan(
        parsed.name, parsed.cases, parsed.seed, parsed.start, parsed.until, parsed.coverage if parsed.stop else None
    )
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        stage = replace(settings, home=home, database_url=f"sqlite:///{home / 'simulation.db'}")
        database = Database(stage.database_url)
        with database.write() as tx:
            upkeep.upgrade(tx)
        with database.write() as tx:
            reference.seed(tx, stage)
            ground, roles = reference.ground(tx, stage), reference.roles(stage)
            began = time.monotonic()
            found = simulation.run(tx, ground, roles, stage.files, plan)
            seconds = time.monotonic() - began
            told = simulation_report.report(tx, found)
            one = story(tx, [parsed.replay]) if parsed.replay in found.watch.cases else {}
        database.close()
    if parsed.replay is not None:
        return _replay(one.get(parsed.replay, []), parsed.replay)
    if parsed.json:
        _say(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _tell(told)
    speed = {
        "seconds": f"{seconds:.1f}",
        "rate": f"{told['opened'] / seconds:.1f}",
        "acts": f"{told['acts'] / seconds:.0f}",
    }
    print(text("simulation.speed", LANGUAGE, **speed), file=sys.stderr)
    return 1 if simulation_report.failed(found, parsed.coverage) else 0


def _replay(lines: list[dict[str, str]], case_id: int) -> int:
    if not lines:
        _say(text("simulation.no_case", LANGUAGE, case=case_id))
        return 1
    _story(lines)
    return 0


def _tell(told: dict[str, Any]) -> None:
    _say(text("simulation.head", LANGUAGE, **{name: told[name] for name in _HEAD}))
    for one in told["workflows"]:
        _workflow(one)
    for one in told["quotas"]:
        _say(text("simulation.quota", LANGUAGE, **one))
    _say(text("simulation.refusals", LANGUAGE))
    for one in told["refusals"]:
        _reason(one)
    for one in told["stuck"]:
        _say(text("simulation.stuck", LANGUAGE, case=one["case"], workflow=one["workflow"], state=one["state"]))
        for act, reasons in one["tried"].items():
            _say(f"  {act}")
            for reason in reasons:
                _reason(reason)
        _story(one["story"])
    for one in told["crashes"]:
        _say(text("simulation.crash", LANGUAGE, **{name: one[name] for name in ("case", "act", "role", "error")}))
        _story(one["story"])
    for one in told["broken"]:
        what = render(from_json(one["what"]), LANGUAGE)
        _say(text("simulation.broken", LANGUAGE, case=one["case"], entry=one["entry"], what=what))
        _story(one["story"])


_HEAD = ("workflow", "seed", "cases", "first", "last", "opened", "ended", "left", "acts")


def _workflow(one: dict[str, Any]) -> None:
    parts = {part: f"{said['taken']}/{said['of']}" for part, said in one["coverage"].items()}
    _say(
        text(
            "simulation.workflow",
            LANGUAGE,
            workflow=one["workflow"],
            version=one["version"],
            cases=one["cases"],
            **parts,
        )
    )
    for said in one["coverage"].values():
        for never in said["never"]:
            _say(text("simulation.never", LANGUAGE, what=" ".join(part or "*" for part in never["what"])))
            for reason in never["reasons"]:
                _reason(reason)
    for stay in one["times"]:
        _say(text("simulation.time", LANGUAGE, **stay))
    for name in ("breaches", "letters"):
        listed = [f"{key} {count}" for key, count in one[name].items()]
        _say(text(f"simulation.{name}", LANGUAGE, listed=listed or "-"))


def _reason(one: dict[str, Any]) -> None:
    _say(f"    {one['times']:5} × {render(from_json(one['reason']), LANGUAGE)}")


def _story(lines: list[dict[str, str]]) -> None:
    for line in lines:
        _say(f"    {line['day']} {line['role']:16} {line['act']}: {line['from'] or '·'} → {line['to']}")


def _say(line: str) -> None:
    print(line, flush=True)
