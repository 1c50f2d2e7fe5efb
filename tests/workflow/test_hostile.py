"""Hostile files are refused with sentences, quickly, and nothing in them is ever evaluated."""

from __future__ import annotations

import random
import sys
import time

import pytest

from tests.workflow import garden


def _laughs(levels: int) -> str:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(rows)


HOSTILE: dict[str, str | bytes] = {
    "billion laughs": _laughs(12),
    "an alias to itself": "a: &a [*a]\n",
    "900 levels in flow": "a: " + "[" * 900 + "]" * 900,
    "900 levels in block": "\n".join(" " * n + f"k{n}:" for n in range(900)),
    "100000 levels": "[" * 100_000,
    "100000 states": garden.TEXT[: garden.TEXT.index("states:\n")] + "states:\n" + "".join(
        f"  s{n}: {{final: true}}\n" for n in range(30_000)),
    "a million keys": "".join(f"k{n}: x\n" for n in range(120_000))[:999_000],
    "more than a megabyte": "a: " + "x" * 1_000_001,
    "one very long value": "a: " + "x" * 900_000,
    "a python object": "a: !!python/object/apply:os.system ['touch /tmp/owned']\n",
    "a python name": "a: !!python/name:os.system\n",
    "a callback of the machine": garden.changed(("- dossier_complete", "- {before: subprocess.getoutput}")),
    "a dotted state": garden.changed(("  granted:\n", "  os.system:\n")),
    "code in a condition": garden.changed(("dossier.plot.beds < 10", "__import__('os').system('id') == 0")),
    "a condition that never ends": garden.changed(("dossier.plot.beds < 10", "(" * 900 + "true" + ")" * 900)),
    "a path out of the folder": "extends: ../../etc/passwd\n",
    "an absolute path": "extends: /etc/passwd\n",
    "lone surrogates": "a: \ud800\n",
    "an emoji flood": "a: " + "👨‍👩‍👧‍👦" * 1000,
    "many errors": "".join(f"k{n}: no\n" for n in range(20_000)),
    "bytes of noise": bytes(random.Random(1).randrange(256) for _ in range(5000)),
}  # fmt: skip

_events: list[str] = []
_watching = False


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event == "import" and str(arguments[0]).split(".")[0] == "google":
        return  # the expression compiler looks for Protobuf by this one name, whatever the file says
    if _watching and (
        event in ("import", "exec", "compile", "open", "os.system") or event.startswith(("socket", "subprocess"))
    ):
        _events.append(f"{event} {arguments!r:.200}")


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_within_a_second(case: str) -> None:
    start = time.perf_counter()
    found = garden.problems(HOSTILE[case])
    spent = time.perf_counter() - start

    assert found
    assert len(found) <= 400
    assert spent < 1


def test_reading_and_checking_opens_imports_and_runs_nothing() -> None:
    """An audit hook sees every import, open, exec and socket of the interpreter."""
    global _watching
    for text in HOSTILE.values():
        [str(problem) for problem in garden.problems(text)]
    sys.addaudithook(_audit)
    _events.clear()
    _watching = True
    try:
        for text in [*HOSTILE.values(), garden.TEXT]:
            [str(problem) for problem in garden.problems(text)]
    finally:
        _watching = False

    assert _events == []


def test_two_thousand_mutilated_files_are_answered_with_sentences() -> None:
    """Lines dropped, doubled, swapped, letters changed: a definition or problems, never another exception."""
    dice = random.Random(344)
    lines = garden.TEXT.splitlines(keepends=True)
    letters = "abz_-:{}[]&*!%@'\"\n\t ,.09\u200b试：#|>"
    answered = 0
    for _ in range(2000):
        mutated = list(lines)
        for _ in range(dice.randint(1, 4)):
            n = dice.randrange(len(mutated))
            kind = dice.randrange(4)
            if kind == 0:
                del mutated[n]
            elif kind == 1:
                mutated.insert(n, mutated[dice.randrange(len(mutated))])
            elif kind == 2:
                m = dice.randrange(len(mutated))
                mutated[n], mutated[m] = mutated[m], mutated[n]
            elif mutated[n]:
                at = dice.randrange(len(mutated[n]))
                mutated[n] = mutated[n][:at] + dice.choice(letters) + mutated[n][at + 1 :]
        problems = garden.problems("".join(mutated))
        answered += all(str(problem).startswith("workflow.yaml:") for problem in problems)

    assert answered == 2000
