"""From files to definitions: read strictly, join what a file extends, validate, check.

Either a ``Definition`` comes out, or ``Unreadable`` with every problem that was found, each at its line.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from caseflow.workflow import nodes, timer_reading
from caseflow.workflow.complaints import complaints, repaired
from caseflow.workflow.decoding import MAX_BYTES
from caseflow.workflow.definition import Definition
from caseflow.workflow.grammar import FILE_KEYS
from caseflow.workflow.nodes import Listing, Node, Scalar
from caseflow.workflow.problems import Finding, Mark, Problem, Unreadable, nearest, problem
from caseflow.workflow.proof import check, pairs
from caseflow.workflow.vocabulary import Vocabulary

MAX_CHAIN = 8
ADDED_UP = ("always", "tests")
"""Lists of a file to which the files that extend it add their own; any other list is replaced."""
_STEM = re.compile(r"(?:[a-z][a-z0-9-]{0,59}/)?[a-z][a-z0-9-]{0,59}")
"""A file of the same folder, or ``folder/file`` of the folder beside it."""


@dataclass(slots=True)
class Reading:
    """One file: the definition where there is one, its tree (to find positions), and what was said of it."""

    file: str
    definition: Definition | None = None
    tree: nodes.Mapping | None = None
    problems: list[Problem] = field(default_factory=list)
    part: bool = False

    def add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            mark = nodes.mark_at(self.tree, finding.place, key=False) if self.tree else Mark(self.file, 1, 1)
            said = Problem(*mark, finding.message, finding.hint, finding.level)
            if said not in self.problems:
                self.problems.append(said)


class Source:
    """Texts by file stem, read once: a folder with those beside it, or a mapping for what has no file."""

    def __init__(self, texts: Mapping[str, str | bytes] | None = None, folder: Path | None = None) -> None:
        self.texts = dict(texts or {})
        self.folder = folder
        self.trees: dict[str, tuple[nodes.Mapping | None, list[Problem]]] = {}

    def stems(self) -> list[str]:
        if self.folder is None:
            return [*self.texts]
        here = [path.stem for path in self.folder.glob("*.yaml")]
        beside = [f"{path.parent.name}/{path.stem}" for path in self.folder.parent.glob("*/*.yaml")]
        return [*self.texts, *here, *beside]

    def tree(self, stem: str, name: str | None = None) -> tuple[nodes.Mapping | None, list[Problem]] | None:
        if stem not in self.trees:
            if stem in self.texts:
                content = self.texts[stem]
            elif self.folder is not None and (path := self._path(self.folder, stem)).is_file():
                content = _content(path)
                name = name or str(path)
            else:
                return None
            self.trees[stem] = nodes.parse(content, name or f"{stem}.yaml")
        return self.trees[stem]

    @staticmethod
    def _path(folder: Path, stem: str) -> Path:
        return (folder.parent if "/" in stem else folder) / f"{stem}.yaml"


def read(path: Path, *, vocabulary: Vocabulary, peers: Mapping[str, Definition] | None = None) -> Definition:
    """The definition in a file. ``peers`` are the other workflows, where what they name in each other is checked.

    Raises ``Unreadable``.
    """
    return _settled(examine(path, vocabulary=vocabulary, peers=peers))


def read_text(
    text: str | bytes,
    *,
    vocabulary: Vocabulary,
    file: str = "workflow.yaml",
    parts: Mapping[str, str | bytes] | None = None,
    peers: Mapping[str, Definition] | None = None,
) -> Definition:
    """The definition in a text; ``parts`` are what it may extend, by stem. Raises ``Unreadable``."""
    return _settled(examine_text(text, vocabulary=vocabulary, file=file, parts=parts, peers=peers))


def read_folder(folder: Path, vocabulary: Vocabulary) -> dict[str, Definition]:
    """Every workflow under a folder by its id, checked also against each other. Raises ``Unreadable``."""
    readings = examine_folder(folder, vocabulary)
    errors = [said for reading in readings for said in reading.problems if said.level == "error"]
    if errors:
        raise Unreadable(errors)
    return {reading.definition.workflow: reading.definition for reading in readings if reading.definition}


def examine(path: Path, *, vocabulary: Vocabulary, peers: Mapping[str, Definition] | None = None) -> Reading:
    """Like ``read``, but tells warnings too and never raises."""
    reading = _grammar(path.stem, Source(folder=path.parent), str(path))
    _meaning(reading, timer_reading.beside(vocabulary, path.parent.parent), peers)
    return reading


def examine_text(
    text: str | bytes,
    *,
    vocabulary: Vocabulary,
    file: str = "workflow.yaml",
    parts: Mapping[str, str | bytes] | None = None,
    peers: Mapping[str, Definition] | None = None,
) -> Reading:
    """Like ``read_text``, but tells warnings too and never raises."""
    reading = _grammar("", Source({**(parts or {}), "": text}), file)
    _meaning(reading, vocabulary, peers)
    return reading


def examine_folder(folder: Path, vocabulary: Vocabulary) -> list[Reading]:
    """What every file under a folder says, parts and reference data aside."""
    with _uncollected():
        return _examine_folder(folder, vocabulary)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing that is read here is garbage yet; the collector would walk all of it again and again.

    What was read counts as old at once, so that it is not walked as soon as the collector may work again.
    """
    collecting, frozen = gc.isenabled(), gc.get_freeze_count()
    gc.disable()
    try:
        yield
    finally:
        if not frozen:  # what others have set apart for ever stays apart
            gc.freeze()
            gc.unfreeze()
        if collecting:
            gc.enable()


def _examine_folder(folder: Path, vocabulary: Vocabulary) -> list[Reading]:
    readings: list[Reading] = []
    sources: dict[Path, Source] = {}
    for path in sorted(folder.rglob("*.yaml")):
        if "data" not in path.relative_to(folder).parts[:-1]:
            source = sources.setdefault(path.parent, Source(folder=path.parent))
            readings.append(_grammar(path.stem, source, str(path)))
    whole = [reading for reading in readings if not reading.part]
    peers: dict[str, Definition] = {}
    for reading in whole:
        if reading.definition is not None:
            if reading.definition.workflow in peers:
                mark = nodes.mark_at(reading.tree, ("workflow",), key=False) if reading.tree else Mark("", 1, 1)
                reading.problems.append(problem(mark, "workflow_twice", name=reading.definition.workflow))
            peers.setdefault(reading.definition.workflow, reading.definition)
    complete = all(reading.definition for reading in whole)
    vocabulary = timer_reading.beside(vocabulary, folder)
    if faults := timer_reading.faults(folder):
        readings.append(Reading(str(folder / timer_reading.FILE), problems=list(faults)))
    for reading in whole:
        _meaning(reading, vocabulary, peers if complete else None)
    return [reading for reading in readings if not reading.part or reading.problems]


def _settled(reading: Reading) -> Definition:
    errors = [said for said in reading.problems if said.level == "error"]
    if errors or reading.definition is None:
        raise Unreadable(errors)
    return reading.definition


def _meaning(reading: Reading, vocabulary: Vocabulary, peers: Mapping[str, Definition] | None) -> None:
    """What the definition says is checked; where its grammar is faulty, as much of it as can be read."""
    if reading.definition is not None:
        reading.add(check.check(reading.definition, vocabulary))
        if peers is not None:
            reading.add(pairs.check(reading.definition, {**peers, reading.definition.workflow: reading.definition}))
    elif reading.tree is not None and (rest := repaired(nodes.plain(reading.tree))) is not None:
        reading.add(found for found in check.check(rest, vocabulary) if found.rule.startswith("unknown_"))


def _grammar(stem: str, source: Source, file: str) -> Reading:
    reading = Reading(file)
    tree = _joined(stem, source, reading, (), file)
    if tree is None:
        return reading
    reading.part = "part" in tree.items or "abstract" in tree.items
    for key in FILE_KEYS:
        tree.items.pop(key, None)
    reading.tree = tree
    if reading.part:
        return reading
    data = nodes.plain(tree)
    told = {(said.file, said.line, said.column) for said in reading.problems}
    try:
        definition = Definition.model_validate(data, strict=True)
    except ValidationError as error:
        reading.problems += [
            said for said in complaints(error, tree) if (said.file, said.line, said.column) not in told
        ]
    else:
        if not any(said.level == "error" for said in reading.problems):
            reading.definition = definition
    return reading


def _joined(
    stem: str, source: Source, reading: Reading, chain: tuple[str, ...], name: str | None = None
) -> nodes.Mapping | None:
    """The tree of a file laid over the trees it extends, mapping by mapping."""
    found = source.tree(stem, name)
    if found is None:
        return None
    tree, problems = found
    reading.problems += [said for said in problems if said not in reading.problems]
    if tree is None:
        return None
    for key in ("part", "abstract"):
        if key in tree.items and not _is_true(tree.items[key][1]):
            reading.problems.append(problem(tree.items[key][1].mark, "only_true", name=key))
    joined: Node = nodes.Mapping(tree.at, {})
    for base in _bases(tree, source, reading, (*chain, stem)):
        below = _joined(base.value if isinstance(base.value, str) else "", source, reading, (*chain, stem))
        if below is None:
            continue
        if not any(key in below.items and _is_true(below.items[key][1]) for key in ("part", "abstract")):
            reading.problems.append(problem(base.mark, "extends_no_part", name=str(base.value)))
        rest = {key: value for key, value in below.items.items() if key not in FILE_KEYS}
        joined = _over(joined, nodes.Mapping(below.at, rest), outermost=True)
    result = _over(joined, tree, outermost=True)
    return result if isinstance(result, nodes.Mapping) else None


def _bases(tree: nodes.Mapping, source: Source, reading: Reading, chain: tuple[str, ...]) -> list[Scalar]:
    if "extends" not in tree.items:
        return []
    written = tree.items["extends"][1]
    listed = written.items if isinstance(written, Listing) else [written]
    bases = []
    for base in listed:
        if not isinstance(base, Scalar) or not isinstance(base.value, str) or not _STEM.fullmatch(base.value):
            reading.problems.append(problem(base.mark, "extends_not_name"))
            continue
        folder = chain[-1].rpartition("/")[0]
        stem = base.value if "/" in base.value or not folder else f"{folder}/{base.value}"
        if stem in chain or len(chain) > MAX_CHAIN:
            reading.problems.append(problem(base.mark, "extends_circle", way=" → ".join([*chain[1:], stem])))
        elif source.tree(stem) is None:
            reading.problems.append(problem(base.mark, "unknown_part", nearest(stem, source.stems()), name=stem))
        else:
            bases.append(Scalar(base.at, stem))
    return bases


def _over(below: Node, above: Node, *, outermost: bool = False) -> Node:
    """``above`` laid over ``below``: mappings are joined, the lists of ``ADDED_UP`` added, anything else replaced."""
    if not isinstance(below, nodes.Mapping) or not isinstance(above, nodes.Mapping):
        return above
    items = dict(below.items)
    for key, (at, value) in above.items.items():
        earlier = items[key][1] if key in items else None
        if outermost and key in ADDED_UP and isinstance(earlier, Listing) and isinstance(value, Listing):
            items[key] = (at, Listing(value.at, [*earlier.items, *value.items]))
        else:
            items[key] = (at, value if earlier is None else _over(earlier, value))
    return nodes.Mapping(above.at, items)


def _is_true(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is True


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)
