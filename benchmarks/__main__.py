"""``make bench``: every figure beside the aim it is held against. Ratios carry over to another machine, times do not."""

from __future__ import annotations

import argparse
import os
import platform

from benchmarks import growth, pages, papers, steps, walks
from benchmarks.ground import Place, places

SIZES = (1_000, 10_000, 100_000)


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("--long", action="store_true", help="go on to a million cases")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", choices=("steps", "length", "cases", "papers", "walks"))
    parser.add_argument("--database", choices=("SQLite", "PostgreSQL"))
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f} at the start")
    if asked.only in (None, "papers"):
        papers.report(asked.rounds)
    if asked.only in (None, "walks"):
        walks.report()
    if asked.only in ("papers", "walks"):
        return
    with places() as found:
        for place in found:
            if asked.database not in (None, place.name):
                continue
            print(f"\n{place.name}")
            if asked.only in (None, "steps"):
                _steps(place, asked.rounds)
            if asked.only in (None, "length"):
                _length(place)
            if asked.only in (None, "cases"):
                _cases(place, (*SIZES, 1_000_000) if asked.long else SIZES)


def _steps(place: Place, rounds: int) -> None:
    found = steps.measured(place, rounds, cases=8)
    same = "the same rows" if found["rows"][0] == found["rows"][1] else f"OTHER ROWS: {found['rows']}"
    aim = steps.AIM[place.name]
    print(f"  one durable step: by hand {found['hand']:.0f} µs, through the door {found['door']:.0f} µs ({same})")
    print(f"  ratio {found['ratio']:.2f}, aim ≤ {aim:.1f}: {'reached' if found['ratio'] <= aim else 'MISSED'}")
    for step, (by_door, by_hand) in found["steps"].items():
        print(f"    {step:<10} {by_hand:7.0f} {by_door:7.0f}   {by_door / by_hand:.2f}")


def _length(place: Place) -> None:
    found = growth.by_length(place)
    first = next(iter(found.values()))
    line = ", ".join(f"{length}: {value:.0f} µs ({value / first:.2f})" for length, value in found.items())
    print(f"  one more step on a case of so many acts: {line}")


def _cases(place: Place, sizes: tuple[int, ...]) -> None:
    print("  cases in the database: one row committed by hand; step on a new case, on a random old one;")
    print("                         a bureau's work list with its total, its list of all cases with their total")
    print(f"                         whole pages, median and 95th of a hundred, aim ≤ {pages.AIM} ms")
    for size, one in growth.by_cases(place, sizes).items():
        print(
            f"    {size:>9,}: {one['commit']:7.0f}; {one['new']:7.0f} {one['old']:7.0f}; {one['desk']:7.0f} {one['list']:7.0f} µs"
        )
        for name in pages.PAGES:
            middle, late = one[name]
            print(
                f"               {name:<22} {middle:6.1f} {late:6.1f} ms  {'reached' if late <= pages.AIM else 'MISSED'}"
            )


if __name__ == "__main__":
    main()
