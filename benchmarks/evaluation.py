"""``make bench``: what a meeting's figures cost, against the limit of issue 6. Ratios carry over, times do not."""

from __future__ import annotations

import os
import platform
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from caseflow.evaluation.agreement import krippendorff, shrout_fleiss
from caseflow.evaluation.diagnostics import diagnose
from caseflow.evaluation.normalisation import normalise
from caseflow.evaluation.ranking import TieBreak, entries, ranking
from caseflow.evaluation.scoring import Rule
from caseflow.evaluation.sheets import Criterion, Scheme, Sheet, score
from caseflow.evaluation.stability import stability
from caseflow.evaluation.table import table, totals

AIM = 1.0
"""Seconds for the stability report of 200 cases and 5 experts (issue 6)."""
CASES, GROUPS, PLACES = 200, 8, 8
ROUNDS = 5
SCHEME = Scheme(
    tuple(Criterion(name, maximum=25, minimum=10) for name in ("new", "typical", "sound", "useful")),
    Rule("trimmed_mean", 1, 1, 5, 3, 2),
)
TIES = (TieBreak("criterion.new"), TieBreak("median"))


def meeting(panel: int, pool: int, seed: int) -> dict[int, list[Sheet]]:
    """Sheets of ``panel`` experts out of ``pool`` for each case, with worth, strictness and chance in them."""
    chance = random.Random(seed)
    strict = [chance.gauss(0, 1) for _ in range(pool)]
    found: dict[int, list[Sheet]] = {}
    for case in range(CASES):
        worth = chance.gauss(18, 2)
        found[case] = [
            Sheet(
                expert,
                {one.id: min(25, max(0, round(chance.gauss(worth + strict[expert], 1.5)))) for one in SCHEME.criteria},
            )
            for expert in chance.sample(range(pool), panel)
        ]
    return found


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The best of several rounds, in seconds, and what came of it."""
    best, result = float("inf"), None
    for _ in range(ROUNDS):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def main() -> None:
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} processors, load "
          f"{os.getloadavg()[0]:.1f} at the start; {CASES} cases in {GROUPS} classes")  # fmt: skip
    groups = {case: f"class {case % GROUPS}" for case in range(CASES)}
    quotas = dict.fromkeys(groups.values(), PLACES)
    for panel, pool in ((5, 5), (7, 7), (5, 40)):
        sheets = meeting(panel, pool, seed=pool)
        scored = {case: score(own, SCHEME) for case, own in sheets.items()}
        points = totals(sheets, SCHEME)
        values = table(points).values
        published = {case: one.score for case, one in scored.items()}
        whole, report = timed(lambda: stability(sheets, SCHEME, groups, quotas, TIES))  # noqa: B023 -- called at once
        parts: dict[str, Callable[[], Any]] = {
            "scores": lambda: {case: score(own, SCHEME) for case, own in sheets.items()},  # noqa: B023 -- at once
            "places": lambda: ranking(entries(scored, groups, TIES), TIES, quotas),  # noqa: B023 -- called at once
            "alpha": lambda: krippendorff(values, "interval"),  # noqa: B023 -- called at once
            "normalisation": lambda: normalise(points, published),  # noqa: B023 -- called at once
            "diagnostics": lambda: diagnose(sheets, SCHEME, 15),  # noqa: B023 -- called at once
        }
        if panel == pool:
            parts["intraclass"] = lambda: shrout_fleiss(values)  # noqa: B023 -- called at once
        flagged = sum(one.flagged for one in report.cases)
        drawn = report.samplings[0]
        how = "all draws counted out" if drawn.exact else "drawn"
        print(f"\n{panel} experts a case of a pool of {pool}: {flagged} of {len(report.cases)} cases flagged, "
              f"{drawn.draws} draws a class ({how})")  # fmt: skip
        verdict = "" if panel != 5 or pool != 5 else f", aim ≤ {AIM:.1f} s: {'reached' if whole <= AIM else 'MISSED'}"
        print(f"  stability report  {whole * 1e3:7.1f} ms{verdict}")
        for name, work in parts.items():
            print(f"  {name:<16}  {timed(work)[0] * 1e3:7.1f} ms")


if __name__ == "__main__":
    main()
