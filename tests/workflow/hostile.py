"""Workflow files that are malformed or meant to do harm, made from good ones by dice; the same number, the same file.

``python -m tests.workflow.hostile 1000000`` reads so many of them (``make test-nightly``): each must be answered with
sentences within a second, with nothing imported, opened, compiled or started on the way, in bounded memory.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.workflow import garden

Dice = random.Random
SECONDS = 1.0
"""Of the processor, for one file."""
MEGABYTES = 300
"""By which the process may grow over a whole run."""
_BASES = (garden.TEXT, garden.ROADS)
_CONDITION = "dossier.plot.beds < 10"
_LETTERS = "abz_-:{}[]&*!%@'\"\n\t ,.09\u200b试：#|>\x00\u202e\u0430\ufeff"
_DANGERS = (
    "!!python/object/apply:os.system ['id']", "!!python/name:os.system", "!!python/module:os", "!!binary aGk=",
    "!<tag:yaml.org,2002:python/object:os.system> x", "&a [*a]", "*nobody", "{<<: *base}", "~", "=", "1_000", "0x1F",
    "12:30:45", "2025-06-30", ".inf", "\ud800", "a\x00b", "\u202egnp.exe", "\u200b", "{0.__class__.__mro__}", "%(x)s",
    "${jndi:ldap://x}", "{{7*7}}", "__import__('os').system('id')", "os.system", "../../etc/passwd", "/etc/passwd",
    "file:///etc/passwd", "caseflow.db.Database", "lambda: 0", "__class__", "constructor", "; drop table case; --",
    "9" * 4000, "-" * 500, "[" * 200, "{a: " * 200, "? ", "- - - - - - - -", "'", '"', "|", ">", "|-\n x", "@x", "`x`",
)  # fmt: skip
_CONDITIONS = (
    "(" * 900 + "true" + ")" * 900, "!" * 1900 + "true", "-" * 1900 + "1 < 0", "true && " * 240 + "true",
    "1 + " * 490 + "1 == 0", "true ? " * 200 + "true" + " : false" * 200, "[" * 900 + "]" * 900,
    "'" + "a" * 1900 + "' == ''", "'" + "a" * 60 + "!'.matches('(a+)+$')", "dossier.plot.beds.matches('(.*)*b')",
    "'a'.matches('" + "(a?){99}" * 200 + "')", "size(size(size(1))) > 0", "has(has(x))", "[1,2,3].all(x, [1].all(y, x > y))",
    "dossier.plot.beds == 1e999", "9223372036854775808 > 0", "today < date('2025-13-45')", "type(1) == int", "1/0 == 0",
    "dyn(1) == 1", "'{0}'.format(1) == ''", "b'x' == b'y'", "r'\\' == ''", "a.b.c.d.e.f == 1", "\x00", "true\n\n&&\n\nfalse",
    "google.protobuf.Any{} == null", "__import__('os').system('id') == 0", "x" * 2000, "x." * 1000, "'\\x41' == 'A'",
)  # fmt: skip


def made(number: int) -> tuple[str, str | bytes]:
    """The hostile file of this number, and how it was made."""
    dice = random.Random(number)
    kind = dice.choice(list(_KINDS))
    return kind, _KINDS[kind](dice, dice.choice(_BASES))


def _lines(dice: Dice, text: str) -> str:
    """Lines dropped, doubled, swapped; letters changed."""
    lines = text.splitlines(keepends=True)
    for _ in range(dice.randint(1, 4)):
        at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        kind = dice.randrange(4)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[other])
        elif kind == 2:
            lines[at], lines[other] = lines[other], lines[at]
        else:
            where = dice.randrange(len(lines[at]))
            lines[at] = lines[at][:where] + dice.choice(_LETTERS) + lines[at][where + 1 :]
    return "".join(lines)


def _bytes(dice: Dice, text: str) -> bytes:
    """Bytes flipped."""
    content = bytearray(text.encode())
    for _ in range(dice.randint(1, 30)):
        content[dice.randrange(len(content))] = dice.randrange(256)
    return bytes(content)


def _cut(dice: Dice, text: str) -> bytes:
    """Ends in the middle, also of a character."""
    content = text.encode()
    return content[: dice.randrange(len(content))]


def _danger(dice: Dice, text: str) -> str:
    """A value that would do harm where values are trusted."""
    lines = text.splitlines(keepends=True)
    at = dice.choice([number for number, line in enumerate(lines) if ": " in line])
    key = lines[at].split(": ", 1)[0]
    lines[at] = f"{key}: {dice.choice(_DANGERS)}\n"
    return "".join(lines)


def _key(dice: Dice, text: str) -> str:
    """The same as a key."""
    lines = text.splitlines(keepends=True)
    at = dice.choice([number for number, line in enumerate(lines) if line.strip().endswith(":")])
    space = " " * (len(lines[at]) - len(lines[at].lstrip()))
    lines[at] = f"{space}{dice.choice(_DANGERS)}:\n"
    return "".join(lines)


def _condition(dice: Dice, text: str) -> str:
    """A condition that would run for ever, or elsewhere."""
    said = dice.choice(_CONDITIONS)
    if dice.random() < 0.5:
        at = dice.randrange(len(said))
        said = said[:at] + dice.choice("()[]!<>=&|?:'\"\\.,x9 ") + said[at + 1 :]
    return garden.TEXT.replace(
        _CONDITION, '"' + said.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"', 1
    )


def _inserted(dice: Dice, text: str) -> str:
    """Something great between two lines."""
    lines = text.splitlines(keepends=True)
    at = dice.randrange(len(lines))
    size = dice.choice((100, 3_000, 60_000))
    grown = dice.choice((
        "a: " + "[" * size + "\n", "a: " + "{a: " * size + "\n", "a: '" + "x" * size * 10 + "'\n",
        "".join(f"k{n}: x\n" for n in range(size)), "".join(f"- {n}\n" for n in range(size)),
        "a: [" + "x, " * size + "]\n", "".join(" " * n + f"k{n}:\n" for n in range(min(size, 900))), "# " + "x" * size,
        "a: &a [x]\nb: [" + "*a, " * size + "]\n", "\n" * size, "x" * size + ": y\n", "? " * size + "\n",
    ))  # fmt: skip
    return "".join([*lines[:at], grown, *lines[at:]])


def _laughs(dice: Dice, text: str) -> str:
    """Names that stand for lists of names that stand for lists."""
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, dice.randint(2, 20))]
    return "\n".join(rows) + "\n" + text


def _extends(dice: Dice, text: str) -> str:
    """A part from somewhere else."""
    named = dice.choice(
        ("../x", "/etc/passwd", "..", ".", "~/x", "x.yaml", "http://x/y", "workflow", "a/b", "\u002e\u002e", "")
    )
    how = dice.choice(("{}", "[{}]", "'{}'", "{{a: {}}}"))
    return f"extends: {how.format(named)}\n{text}"


def _names(dice: Dice, text: str) -> str:
    """A name that looks like another, or like code, everywhere that it stands."""
    old = dice.choice(("clerk", "granted", "review", "dossier_complete", "publish", "applicant", "submit"))
    new = dice.choice(
        ("сlerk", "os.system", "__init__", "self", "None", "case", "a" * 61, "A", "granted ", "ｇranted", "true", "0")
    )
    return text.replace(old, new)


def _noise(dice: Dice, text: str) -> bytes:
    """Bytes that were never a file."""
    return bytes(dice.randrange(256) for _ in range(dice.randint(0, 3000)))


_KINDS: dict[str, Callable[[Dice, str], str | bytes]] = {
    "lines": _lines, "bytes": _bytes, "cut": _cut, "danger": _danger, "key": _key, "condition": _condition,
    "inserted": _inserted, "laughs": _laughs, "extends": _extends, "names": _names, "noise": _noise,
}  # fmt: skip

_seen: list[str] = []
_watching = False


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event == "import" and str(arguments[0]).split(".")[0] == "google":
        return  # the expression compiler looks for Protobuf by this one name, whatever the file says
    if _watching and (
        event in ("import", "exec", "compile", "open", "os.system")
        or event.startswith(("socket", "subprocess", "ctypes"))
    ):
        _seen.append(f"{event} {arguments!r:.200}")


sys.addaudithook(_audit)


@contextmanager
def watched() -> Iterator[list[str]]:
    """What the interpreter imports, opens, compiles or starts meanwhile."""
    global _watching
    _seen.clear()
    _watching = True
    try:
        yield _seen
    finally:
        _watching = False


@contextmanager
def uncollected() -> Iterator[None]:
    """A full collection walks all that other tests have left, for seconds: its time is not that of what is read here."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(slots=True)
class Outcome:
    """How some files were answered."""

    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    """In seconds of the processor."""
    slowest_number: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """What was answered otherwise than with sentences, too slowly, or not without doing something."""

    def add(self, other: Outcome) -> None:
        self.read += other.read
        self.refused += other.refused
        self.kinds += other.kinds
        self.wrong += other.wrong
        if other.slowest > self.slowest:
            self.slowest, self.slowest_number = other.slowest, other.slowest_number


def read(numbers: Iterable[int]) -> Outcome:
    """Read the files of these numbers, watched by an audit hook of the interpreter."""
    found = Outcome()
    for text in (garden.TEXT, garden.ROADS, garden.changed((_CONDITION, "1 +"))):
        [str(problem) for problem in garden.problems(text)]  # what is imported once is imported now
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in numbers:
        kind, text = made(number)
        said: list[str] = []
        with uncollected(), watched() as seen:
            started = time.process_time()
            try:
                said = [str(problem) for problem in garden.problems(text)]
            except Exception as error:  # noqa: BLE001 -- any exception is what is looked for
                found.wrong.append(f"{number} {kind}: {type(error).__name__}: {error}"[:300])
            spent = time.process_time() - started
        found.read += 1
        found.refused += bool(said)
        found.kinds[kind] += 1
        if spent > found.slowest:
            found.slowest, found.slowest_number = spent, number
        if spent > SECONDS:
            found.wrong.append(f"{number} {kind}: {spent:.1f} s")
        if not all(line.startswith("workflow.yaml:") for line in said):
            found.wrong.append(f"{number} {kind}: {said[0][:200]}")
        found.wrong += [f"{number} {kind}: {event}" for event in seen]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    if grown > MEGABYTES:
        found.wrong.append(f"{grown} MB more")
    return found


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.workflow.hostile", description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=0, help="the number of the first file")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    step = 2000
    parts = [
        range(start, min(start + step, asked.first + asked.count))
        for start in range(asked.first, asked.first + asked.count, step)
    ]
    started = time.perf_counter()
    found = Outcome()
    with ProcessPoolExecutor(asked.processes) as pool:
        for outcome in pool.map(read, parts):
            found.add(outcome)
            for line in outcome.wrong:
                _tell(line)
    minutes = (time.perf_counter() - started) / 60
    _tell(
        f"{found.read:,} files in {minutes:.1f} minutes; {found.refused:,} refused, the rest were sound; {len(found.wrong)} wrong"
    )
    _tell(f"slowest: {found.slowest:.2f} s of the processor (file {found.slowest_number}); {dict(found.kinds)}")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
