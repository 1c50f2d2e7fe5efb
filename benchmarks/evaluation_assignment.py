"""``python -m benchmarks.evaluation_assignment``: whole rounds given to experts at once, beside their limits.

All runs in one thread: the seconds of the processor are what the clock shows where nobody disturbs, and the ratio is
taken of the less of the two.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import time
from fractions import Fraction

from caseflow.evaluation.assignment import Plan, assign
from caseflow.evaluation.assignment_round import Cap, Case, Expert, Round, Rules, Separation, Weights

SMALL, LARGE = 2.0, 60.0
"""Seconds for 200 x 40 with the optimum proven, and for 2,000 x 400 with its gap stated."""
FIELDS, REGIONS, READERS = 12, 14, 5
TIMES = 3

CORE = Rules(1)
NETWORK = Rules(1, (), (Separation("region", price=1), Separation("applicant", per_expert=2)))
WHOLE = Rules(
    1, (Cap("official", Fraction(1, 3)),), (Separation("region", per_pair=3, price=1), Separation("applicant", 2, 1))
)


def made(cases: int, experts: int, rules: Rules, seed: int = 1) -> Round:
    """A round as it might be: experts at home in a few fields, some of them sought by all."""
    chance = random.Random(seed)
    load = cases * READERS // experts
    fields = [[chance.random() ** 4 for _ in range(FIELDS)] for _ in range(cases)]
    skills = [[chance.random() ** 3 for _ in range(FIELDS)] for _ in range(experts)]
    fit = tuple(
        tuple(round(100 * sum(a * b for a, b in zip(own, skill, strict=True)) / sum(own)) for skill in skills)
        for own in fields
    )
    return Round(
        cases=tuple(
            Case(
                f"C{at:04}",
                READERS,
                {"region": f"R{chance.randrange(REGIONS)}", "applicant": f"A{chance.randrange(cases * 2 // 3)}"},
            )
            for at in range(cases)
        ),
        experts=tuple(
            Expert(
                f"E{at:03}",
                load // 2,
                load + 8,
                f"O{chance.randrange(experts * 2 // 3)}",
                frozenset({"official"} if chance.random() < 0.25 else ()),
                chance.randrange(4),
            )
            for at in range(experts)
        ),
        fit=fit,
        conflicts=frozenset(
            (f"C{case:04}", f"E{expert:03}")
            for case in range(cases)
            for expert in range(experts)
            if chance.random() < 0.05
        ),
        rules=rules,
        weights=Weights(10, 2),
        seed="benchmark",
    )


def timed(asked: Round, times: int) -> tuple[Plan, float, float]:
    """The plan, and the least of the seconds that it took: by the clock, and of the processor."""
    found = []
    for _ in range(times):
        start, used = time.perf_counter(), time.process_time()
        plan = assign(asked)
        found.append((time.perf_counter() - start, time.process_time() - used))
    return plan, min(one for one, _ in found), min(one for _, one in found)


def told(name: str, measured: tuple[Plan, float, float], limit: float, *, proven: bool) -> None:
    plan, spent, used = measured
    ratio = min(spent, used) / limit
    reached = not plan.refused and ratio <= 1 and (plan.gap == 0 or not proven)
    print(
        f"  {name:<26} {spent:6.2f} s (processor {used:6.2f} s), {ratio:5.2f} of the limit of {limit:g} s, "
        f"value {plan.value:,}, gap {plan.gap:,} ({plan.relative_gap * 100:f} %), proof: {plan.proof}: "
        f"{'reached' if reached else 'MISSED'}"
    )


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.evaluation_assignment", description=__doc__)
    parser.add_argument("--small", action="store_true", help="leave 2,000 x 400 out")
    asked = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start"
    )
    named = (
        ("fit, balance, employers", CORE),
        ("and spread over regions", NETWORK),
        ("and officials, and twos", WHOLE),
    )
    print("200 cases x 40 experts, 5 each, the best of it proven")
    for name, rules in named:
        told(name, timed(made(200, 40, rules), TIMES), SMALL, proven=True)
    if asked.small:
        return
    print("2,000 cases x 400 experts, 5 each, the gap stated")
    for name, rules in named:
        told(name, timed(made(2_000, 400, rules), 1), LARGE, proven=False)


if __name__ == "__main__":
    main()
