"""``python -m benchmarks.definitions``: how long it takes to load and prove workflows, and to ask a condition.

Times are of the processor, so that a busy machine counts for less; each stands beside the least that the same work
takes without us: the YAML parser alone, the compiled CEL expression alone.
"""

from __future__ import annotations

import os
import platform
import re
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT
from caseflow.workflow import rules
from caseflow.workflow.reader import examine_folder, examine_text
from caseflow.workflow.readings import answer
from tests.shipped import NAMES
from tests.workflow import garden

HUNDRED_MS, FIFTY_MS, GUARD_US = 150, 2000, 10
"""The aims: a workflow of 100 states, 50 workflows of the shipped sizes, one condition."""
_NAMES = re.compile(rf"\b({'|'.join(NAMES)})\b(?!-)")
_WHOLE = re.compile(r"^workflow: (\S+)", re.MULTILINE)
_TYPED = {
    "text": "x", "date": date(2026, 11, 20), "integer": 3, "decimal": "1.5", "boolean": True, "texts": ["a", "b"],
    "dates": ["2026-11-20"], "integers": [1, 2], "decimals": ["1.5"], "booleans": [True],
}  # fmt: skip
_COUNTED = {
    "text": "x", "date": 20777, "integer": 3, "decimal": 1500000, "boolean": True, "texts": ["a", "b"],
    "dates": [20777], "integers": [1, 2], "decimals": [1500000], "booleans": [True],
}  # fmt: skip
_STATE = """\
  extra{n}:
    title: {{zh: 环节{n}, en: Step {n}}}
    public: {{zh: 环节{n}, en: Step {n}}}
    holder: clerk
    clock: {{limit: 10 workdays, warn: 2 workdays, basis: 甲}}
    actions:
      go:
        title: {{zh: 转下一环节, en: Pass on}}
        asks:
          note: {{type: long_text, label: {{zh: 说明, en: Note}}, required: true, max_characters: 500}}
          day: {{type: date, label: {{zh: 日期, en: Date}}, required: true}}
        needs: [dossier_complete, {{check: asks.day <= today && dossier.plot.beds < 1{n}, message: {{zh: 不符合, en: Not so}}, basis: 甲}}]
        to: {to}
        basis: 甲
"""


def hundred() -> str:
    """The example of the tests with so many more states that there are a hundred."""
    own = len(garden.garden().states)
    more = range(100 - own)
    states = "".join(_STATE.format(n=n, to=f"extra{n + 1}" if n < more[-1] else "granted") for n in more)
    return garden.changed(
        ("  granted:\n", states + "  granted:\n"),
        (
            "refuse: {title: {zh: 不通过, en: Refuse}, style: careful, to: refused}",
            "refuse: {title: {zh: 不通过, en: Refuse}, to: extra0}",
        ),
    )


def fifty(folder: Path) -> None:
    """The five shipped workflows for each of ten authorities."""
    for number in range(10):
        place = folder / f"region{number}"
        place.mkdir()
        for path in (ROOT / "workflows" / "shanxi").glob("*.yaml"):
            text = path.read_text("utf-8").replace("authority: shanxi", f"authority: region{number}")
            whole = _WHOLE.search(text)
            if whole is None or whole[1] in NAMES:
                (place / path.name).write_text(_NAMES.sub(rf"r{number}-\1", text), "utf-8")


def spent(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of the processor, the median of so many rounds."""
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        found.append((time.process_time() - begun) * 1000)
    return median(found)


def guards() -> tuple[float, float, int]:
    """Microseconds for a condition of a shipped act asked over the values of a case, and for CEL alone; how many."""
    asked, alone = [], []
    for reading in examine_folder(ROOT / "workflows" / "shanxi", vocabulary()):
        assert reading.definition is not None
        known = rules.compile_rules(reading.definition)
        for expression in known.found.values():
            values: dict[str, Any] = {}
            for _, kind, steps in expression.reads:
                part = values
                for step in steps[:-1]:
                    part = part.setdefault(step, {})
                part[steps[-1]] = _TYPED[kind]
            counted = {name: _COUNTED[kind] for name, kind, _ in expression.reads}
            counted |= {f"has_.{name}": True for name in expression.asks_for}
            asked.append(each(partial(answer, expression, values, known.stores)))
            alone.append(each(partial(expression.compiled.eval, data=counted)))
    return median(asked), median(alone), len(asked)


def each(work: Callable[[], object], times: int = 300) -> float:
    """Microseconds of the processor for one call."""
    work()
    begun = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begun) / times * 1e6


def parsed(folder: Path) -> None:
    """What PyYAML's own C loader takes for the same files."""
    for path in folder.rglob("*.yaml"):
        yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


def main() -> None:
    known = vocabulary()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start"
    )
    text = hundred()
    assert examine_text(text, vocabulary=garden.VOCABULARY).definition is not None
    _tell(
        "load and check of a workflow of 100 states",
        spent(lambda: examine_text(text, vocabulary=garden.VOCABULARY), 7),
        spent(lambda: yaml.load(text, yaml.CSafeLoader), 7), HUNDRED_MS, "ms",
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="caseflow-bench") as name:
        folder = Path(name)
        fifty(folder)
        wrong = [str(said) for reading in examine_folder(folder, known) for said in reading.problems]
        assert wrong == [], wrong[:3]
        _tell(
            "load and check of 50 shipped workflows",
            spent(lambda: examine_folder(folder, known), 3), spent(lambda: parsed(folder), 3), FIFTY_MS, "ms",
        )  # fmt: skip
    asked, alone, count = guards()
    _tell(f"one condition (median of {count})", asked, alone, GUARD_US, "µs")


def _tell(what: str, ours: float, least: float, aim: float, unit: str) -> None:
    reached = "reached" if ours <= aim else "MISSED"
    print(
        f"{what}: {ours:.1f} {unit}, without us {least:.1f} (ratio {ours / least:.1f}); aim ≤ {aim} {unit}: {reached}"
    )


if __name__ == "__main__":
    main()
