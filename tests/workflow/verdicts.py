"""Whether a seeded defect is refused, and by whom; or shown to change nothing that matters.

The judges in order: the strict reader and the grammar, the checks, the proof of what must always hold, the tests of
the shipped procedure, the tests that the files carry (played through the one door). What passes all of them is compared
with the original: where it differs only in what nobody's acts depend on it is harmless; else the sheet tells it.
"""

from __future__ import annotations

import inspect
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import ground as grounds
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.vocabulary import vocabulary
from caseflow.db import undone
from caseflow.office import rehearsal
from caseflow.workflow import reader
from caseflow.workflow.definition import Definition, Test
from caseflow.workflow.proof import pairs
from caseflow.workflow.reader import Reading, Source
from tests import shipped, test_shanxi, test_shanxi_grounds, test_shanxi_procedure, test_shanxi_roads
from tests.office.stage import Stage
from tests.workflow.mutations import Mutant
from tests.workflow.sheets import bare, sheet

PROOF = (
    "always_broken",
    "always_shape",
    "more_than_once",
    "place_kept",
    "register_issued_twice",
    "register_before_issue",
)
JUDGES = ("reader", "check", "proof", "procedure tests", "file tests", "sheet")
SAME = "the same"
HARMLESS: dict[str, tuple[str, ...]] = {
    "words": (),
    "ground": ("basis",),
    "demand": ("basis", "always"),
    "looks": ("basis", "style", "printed", "stage"),
    "reminder": ("basis", "warn", "breach"),
    "room": ("basis", "max_characters", "max_rows", "max_megabytes"),
}
"""Why a difference changes nothing that anybody may do or must do: the keys in which alone it lies."""
ORDER = "order"
"""Two effects of one act that neither read nor write what the other writes happen the other way round."""
_PLACES = ("hold", "commit", "release", "count")
_APART: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset(_PLACES), frozenset({"issue", "notify", "register_issue", "register_revoke", "register_withdraw"})),
    (frozenset({"notify"}), frozenset({"issue", "register_issue", "register_expire", "register_revoke", "members"})),
    (frozenset({"issue"}), frozenset({"issue", "open_duty", "close_duty", "extend_clock"})),
    (frozenset({"release"}), frozenset({"release"})),
    (frozenset({"involve"}), frozenset({"open_duty"})),
)
"""Effects that have nothing to do with each other: ceilings, papers, messages and tasks are rows of their own. A letter
that tells of one of them is refused before (``effect_order``).
"""
SAID_BY: dict[str, tuple[str, ...]] = {
    "clock": ("due",), "limit": ("due",), "not_after": ("due",), "period": ("due",), "publicity": ("due",),
    "required": ("requires",), "when": ("requires",), "outcome": ("ends",), "hides": ("hidden",), "sees": ("offered",),
    "by": ("offered",), "holder": ("offered",), "not_in": ("offered",), "moved_by": ("offered",), "warns": ("warned",),
    "issue": ("issued",), "notify": ("told",), "then": ("issued", "told", "places", "holds"), "store": ("holds",),
    "check": ("refused",), "needs": ("refused",), "quotas": ("places",),
}  # fmt: skip
"""Which keys of a test speak of a key of the procedure."""
_ID = re.compile(r"[a-z][a-z0-9_]*")
_STANDS = 20
"""How much nearer a test is that begins in a state which the defect names anew, or no longer."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``by`` is a judge, a reason why it is harmless, or ``survived``; ``said`` is what it was refused with."""

    by: str
    said: str = ""

    @property
    def refused(self) -> bool:
        return self.by in JUDGES

    @property
    def harmless(self) -> bool:
        return self.by in (SAME, ORDER) or self.by in HARMLESS


@dataclass(slots=True)
class Court:
    """The shipped folder with all that judges a defect in it."""

    tx: Connection
    stage: Stage
    folder: Path
    modules: tuple[ModuleType, ...]
    """The tests of the shipped procedure."""
    texts: dict[str, str] = field(init=False)
    definitions: dict[str, Definition] = field(init=False)
    _trees: dict[str, Any] = field(init=False)
    _chains: dict[str, set[str]] = field(init=False)
    _stems: dict[str, str] = field(init=False)
    _calls: list[tuple[str, Callable[[], None]]] = field(init=False)
    _passing: dict[tuple[str, str], bool] = field(default_factory=dict)
    _named: dict[str, list[tuple[Test, tuple[set[str], list[set[str]]]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = {path.stem: path.read_text("utf-8") for path in sorted(self.folder.glob("*.yaml"))}
        self.texts = {stem: text for stem, text in found.items() if shipped.BY_NATIONAL_NOTICE not in text}
        source = Source(self.texts)
        readings = {stem: reader._grammar(stem, source, stem) for stem in self.texts}
        self._trees = dict(source.trees)
        whole = {stem: one.definition for stem, one in readings.items() if one.definition is not None}
        self.definitions = {one.workflow: one for one in whole.values()}
        self._stems = {one.workflow: stem for stem, one in whole.items()}
        self._chains = {one.workflow: set(_chain(stem, source)) for stem, one in whole.items()}
        for name in self.definitions:
            self.stage.ground.current(self.tx, name)
        self._calls = [(name, call) for name, call in _pure(self.modules) if not _fails(call)]

    def judge(self, mutant: Mutant, *, most: int) -> Verdict:
        """The first judge that refuses; of the files' tests those nearest to the defect are played, at most so many."""
        source = Source({**self.texts, mutant.stem: mutant.text})
        source.trees = {stem: tree for stem, tree in self._trees.items() if stem != mutant.stem}
        touched = [name for name, chain in self._chains.items() if mutant.stem in chain]
        changed: dict[str, Definition] = {}
        readings: dict[str, Reading] = {}
        for name in touched:
            reading = readings[name] = reader._grammar(self._stems[name], source, mutant.stem)
            if reading.definition is None or reading.problems:
                return Verdict("reader", _said(reading))
            changed[reading.definition.workflow] = reading.definition
        if all(self.definitions[name].canonical() == one.canonical() for name, one in changed.items()):
            return Verdict(SAME)
        everybody = {**shipped.everything(), **self.definitions, **changed}
        for name in touched:
            reader._meaning(readings[name], vocabulary(), everybody)
            if readings[name].problems:
                rules = {problem.rule for problem in readings[name].problems}
                return Verdict("proof" if rules <= set(PROOF) else "check", _said(readings[name]))
        for name in set(self.definitions) - set(touched):
            if found := pairs.check(everybody[name], everybody):
                return Verdict("check", found[0].rule)
        if said := self._of_the_procedure(changed):
            return Verdict("procedure tests", said)
        for reason, keys in HARMLESS.items():
            if all(bare(self.definitions[name], keys) == bare(one, keys) for name, one in changed.items()):
                return Verdict(reason)
        if all(_only_order(bare(self.definitions[name]), bare(one)) for name, one in changed.items()):
            return Verdict(ORDER)
        if said := self._of_the_file(changed, mutant, most):
            return Verdict("file tests", said)
        if any(sheet(self.definitions[name]) != sheet(one) for name, one in changed.items()):
            return Verdict("sheet")
        return Verdict("survived")

    def _of_the_file(self, changed: Mapping[str, Definition], mutant: Mutant, most: int) -> str:
        """The first test of the files that goes otherwise than written, of those that do not on the original."""
        tests: dict[str, tuple[str, Test]] = {}
        for name in [*changed, *(name for name in self.definitions if name not in changed)]:
            for test in self._near(name, mutant, most if name in changed else most // 4):
                if self._passes(name, test):
                    tests.setdefault(test.name.en, (name, test))  # a part that two share is tested once
        published = [
            one.model_copy(update={"version": "2999.1"}) for one in changed.values()
        ]  # a published version never changes
        with undone(self.tx):
            grounds.publish(self.tx, published)
            known = self.stage.ground
            # Of its own: the number of a version that is undone is given again to the next.
            kept = {name: number for name, number in known._current.items() if name not in changed}
            ground = replace(known, _loaded=dict(known._loaded), _current=kept)
            return next(
                (
                    test.name.en
                    for name, test in tests.values()
                    if not self._play(ground, ground.current(self.tx, name), test)
                ),
                "",
            )

    def _of_the_procedure(self, changed: dict[str, Definition]) -> str:
        with shipped.replaced(changed):
            return next((f"{name} ({failed})" for name, call in self._calls if (failed := _fails(call))), "")

    def _near(self, name: str, mutant: Mutant, most: int) -> list[Test]:
        """The tests of a workflow that have to do with what the defect touches; the nearest first."""
        steps = {str(step) for step in mutant.place if isinstance(step, str)}
        lost = set(_ID.findall(mutant.before)) ^ set(_ID.findall(mutant.after))
        named = steps | set(_ID.findall(f"{mutant.before} {mutant.after}"))
        said_by = {said for step in steps for said in SAID_BY.get(step, ())}
        near = {
            test.name.en: max(
                (6 * len(steps & words) + 2 * len((named | said_by) & words) for words in told), default=0
            )
            + len(named & whole)
            + (_STANDS if test.given.get("state") in lost else 0)
            for test, (whole, told) in self._words(name)
        }
        tests = self.definitions[name].tests
        return sorted((test for test in tests if near[test.name.en]), key=lambda test: -near[test.name.en])[:most]

    def _words(self, name: str) -> list[tuple[Test, tuple[set[str], list[set[str]]]]]:
        """The tests of a workflow, each with the names in what is given and in what its acts say; and step by step."""
        if name not in self._named:
            definition = self.definitions[name]
            self._named[name] = [(test, _words_of(definition, test)) for test in definition.tests]
        return self._named[name]

    def _passes(self, workflow: str, test: Test) -> bool:
        """Whether a test passes on the original: one that fails already judges nothing."""
        known = (workflow, test.name.en)
        if known not in self._passing:
            original = self.stage.ground.current(self.tx, workflow)
            self._passing[known] = self._play(self.stage.ground, original, test)
        return self._passing[known]

    def _play(self, ground: Ground, loaded: Loaded, test: Test) -> bool:
        return rehearsal.run(self.tx, ground, self.stage.roles, self.stage.settings.files, loaded, test).passed


def _fails(call: Callable[[], None]) -> str:
    try:
        call()
    except Exception as failed:  # noqa: BLE001 -- whatever a test raises, it has refused
        return type(failed).__name__
    return ""


def court_of(tx: Connection, stage: Stage) -> Court:
    """The court over the shipped folder."""
    return Court(
        tx, stage, shipped.FOLDER, (test_shanxi, test_shanxi_grounds, test_shanxi_procedure, test_shanxi_roads)
    )


def table(found: Iterable[tuple[str, str]]) -> str:
    """How many defects of each operator each judge refused, and how many were harmless, in Markdown."""
    counts = Counter(found)
    operators = dict.fromkeys(operator for operator, _ in counts)
    heads = [*JUDGES, "harmless", "survived"]

    def row(name: str, wanted: Iterable[str]) -> str:
        numbers = dict.fromkeys(heads, 0)
        for operator in wanted:
            for by in (*JUDGES, SAME, ORDER, *HARMLESS, "survived"):
                numbers["harmless" if by in (SAME, ORDER) or by in HARMLESS else by] += counts[operator, by]
        total = sum(numbers.values())
        return f"| {name} | {total} | " + " | ".join(str(number or "") for number in numbers.values()) + " |"

    lines = [f"| defect | seeded | {' | '.join(heads)} |", "|---|" + "---:|" * (len(heads) + 1)]
    return "\n".join([*lines, *(row(name, [name]) for name in sorted(operators)), row("**all**", operators)])


def _only_order(before: Any, after: Any, key: str = "") -> bool:
    """Whether two definitions differ at most in the order of effects that have nothing to do with each other."""
    if before == after:
        return True
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        return all(_only_order(inner, after[name], name) for name, inner in before.items())
    if key != "then" or len(before) != len(after):
        return False
    apart = [number for number, call in enumerate(before) if call != after[number]]
    if len(apart) != 2 or [before[one] for one in apart] != [after[one] for one in reversed(apart)]:
        return False
    first, second = (before[one]["name"] for one in apart)
    return any(
        {first, second} <= one | other and {first, second} & one and {first, second} & other for one, other in _APART
    )


def _words_of(definition: Definition, test: Test) -> tuple[set[str], list[set[str]]]:
    stands = str(test.given.get("state", definition.first_state))
    whole, told = {stands, str(test.given.get("recorded", ""))}, []
    for step in test.steps:
        acts = [one for _, one in shipped.actions(definition) if one.id == step.do]
        whole |= {word for act in acts for word in _ID.findall(act.model_dump_json(exclude={"title", "asks"}))}
        told.append({stands, *_ID.findall(step.model_dump_json(exclude_defaults=True, by_alias=True))})
        stands = step.state or stands
    return whole.union(*told), told


def _pure(modules: Iterable[ModuleType]) -> Iterator[tuple[str, Callable[[], None]]]:
    """The tests that need no more than the definitions, once for each set of their parameters."""
    for module in modules:
        for name, test in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("test_") or test.__module__ != module.__name__:
                continue
            marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
            wanted = set(inspect.signature(test).parameters)
            sets = [[_given(mark.args[0], one) for one in mark.args[1]] for mark in marks]
            for given in itertools.product(*sets):
                values = {key: value for part in given for key, value in part.items()}
                if set(values) == wanted:
                    yield name, lambda test=test, values=values: test(**values)


def _given(names: Any, value: Any) -> dict[str, Any]:
    listed = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    return {listed[0]: value} if len(listed) == 1 else dict(zip(listed, value, strict=True))


def _chain(stem: str, source: Source) -> Iterator[str]:
    yield stem
    tree, _ = source.trees[stem]
    if tree is not None and "extends" in tree.items:
        written = tree.items["extends"][1]
        for base in written.items if isinstance(written, reader.Listing) else [written]:
            yield from _chain(str(base.value), source)


def _said(reading: Reading) -> str:
    return reading.problems[0].rule if reading.problems else "nothing could be read"
