"""Hostile files are refused with sentences, quickly, and nothing in them is ever evaluated."""

from __future__ import annotations

import random
import time

import pytest

from tests.workflow import garden, hostile


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


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_within_a_second_of_the_processor(case: str) -> None:
    with hostile.uncollected():
        start = time.process_time()
        found = garden.problems(HOSTILE[case])
        spent = time.process_time() - start

    assert found
    assert len(found) <= 400
    assert spent < 1


def test_a_file_of_too_many_lines_is_refused_before_it_is_read() -> None:
    assert garden.rules(HOSTILE["a million keys"]) == ["too_many_lines"]
    assert garden.rules("a: x\n" * 19_999 + "\n") == ["too_many_lines"]


def test_reading_and_checking_opens_imports_and_runs_nothing() -> None:
    """An audit hook sees every import, open, exec and socket of the interpreter."""
    for text in HOSTILE.values():
        [str(problem) for problem in garden.problems(text)]
    with hostile.watched() as seen:
        for text in [*HOSTILE.values(), garden.TEXT]:
            [str(problem) for problem in garden.problems(text)]

    assert seen == []


def test_what_would_be_noticed_is_noticed() -> None:
    with hostile.watched() as seen:
        compile("1", "x", "eval")

    assert [event.split()[0] for event in seen] == ["compile"]


def test_two_thousand_hostile_files_are_answered_with_sentences_at_once_and_nothing_is_done() -> None:
    """``make test-nightly`` goes on to a million."""
    found = hostile.read(range(2000))

    assert found.wrong == []
    assert found.read == 2000
    assert found.refused > 1800
    assert len(found.kinds) == 11


def test_a_role_that_does_not_exist_is_told_wherever_it_stands() -> None:
    for old in ("holder: clerk", "holder: gardener"):
        found = garden.problems(garden.changed((old, "holder: nobody_at_all")))

        assert "unknown_role" in [problem.rule for problem in found]


def test_a_story_is_told_where_a_role_of_it_does_not_exist() -> None:
    """Found among fifty thousand: a broken promise is told as a way, and an act on that way had no known role."""
    number = 1_005_628
    kind, text = hostile.made(number)

    assert kind == "bytes"
    assert hostile.read([number]).wrong == []
    assert "unknown_role" in garden.rules(text)
