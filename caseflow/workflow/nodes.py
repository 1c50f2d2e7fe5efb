"""The strict half of YAML: text becomes a tree of mappings, lists and scalars that know where they stand.

The parser's events are read one by one, so that aliases, tags, great depth and great size are refused before
anything is built. A plain scalar that two editions of YAML read differently must be quoted.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import yaml

from caseflow.workflow.decoding import MAX_PROBLEMS, Broken, decoded
from caseflow.workflow.problems import Mark, Problem, problem

MAX_NODES = 50_000
MAX_DEPTH = 30
MAX_SCALAR = 20_000

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_AMBIGUOUS = re.compile(
    r"""(?ix) ~ | null | y | n | yes | no | on | off | true | false | = | <<
    | [-+]? ( 0x[0-9a-f_]+ | 0o?[0-7_]+ | 0b[01_]+ | [0-9][0-9_]* ) | [-+]? 0[0-9_]+
    | [-+]? ( [0-9][0-9_]*\.[0-9_]* | \.[0-9_]+ | [0-9][0-9_]* (?=e) ) ( e [-+]?[0-9]+ )?
    | [-+]? \. inf | \. nan
    | [-+]? [0-9][0-9_]* ( :[0-5]?[0-9] )+ ( \.[0-9_]* )?
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2} ( ( [Tt] | [ \t]+ ) .* )?
    """
)
_BEGINNINGS = frozenset("~nNyYoOtTfF=<+-.0123456789")
"""Only what begins like this can be a number or be read in two ways."""
_FULL_WIDTH = "：，｛｝［］＃“”‘’"
_SCALAR, _MAPPING, _LISTING = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
_MAPPING_ENDS, _LISTING_ENDS = yaml.MappingEndEvent, yaml.SequenceEndEvent


class At(Protocol):
    """A position as the parser keeps it, numbers from 0; it becomes a ``Mark`` only where something is said of it."""

    name: str
    line: int
    column: int


@dataclass(slots=True)
class _Placed:
    at: At

    @property
    def mark(self) -> Mark:
        return mark_of(self.at)


@dataclass(slots=True)
class Scalar(_Placed):
    value: str | int | bool


@dataclass(slots=True)
class Listing(_Placed):
    items: list[Node]


@dataclass(slots=True)
class Mapping(_Placed):
    items: dict[str, tuple[At, Node]]
    """By key the position of the key, and its value."""


Node = Scalar | Listing | Mapping


def parse(content: str | bytes, file: str) -> tuple[Mapping | None, list[Problem]]:
    """The tree of one document, and what is wrong with its writing. No tree: nothing could be built."""
    problems: list[Problem] = []
    try:
        root = _Reading(decoded(content, file, problems), file, problems).document()
    except Broken:
        return None, problems
    return root, problems


def plain(node: Node) -> Any:
    """The tree as plain values; lists become tuples."""
    if isinstance(node, Mapping):
        return {key: value.value if type(value) is Scalar else plain(value) for key, (_, value) in node.items.items()}
    if isinstance(node, Listing):
        return tuple([plain(item) for item in node.items])
    return node.value


def mark_at(root: Mapping, place: tuple[str | int, ...], *, key: bool) -> Mark:
    """The position of what stands at ``place``, or of the nearest thing around it.

    With ``key`` the position of its key is meant (something is missing in it), else that of its value.
    """
    at = root.at
    found: Node = root
    for step in place:
        if isinstance(found, Mapping) and step in found.items:
            at, found = found.items[str(step)]
        elif isinstance(found, Listing) and isinstance(step, int) and step < len(found.items):
            found = found.items[step]
            at = found.at
        elif not isinstance(step, str) or not step[:1].isupper():
            break
    return mark_of(at if key else found.at)


def mark_of(at: At) -> Mark:
    return Mark(at.name, at.line + 1, at.column + 1)


class _Named(io.StringIO):
    """A text whose positions say from which file they are."""

    def __init__(self, content: str, name: str) -> None:
        super().__init__(content)
        self.name = name


class _Reading:
    """One pass over the events of one text."""

    def __init__(self, content: str, file: str, problems: list[Problem]) -> None:
        self.content = content
        self.file = file
        self.problems = problems
        self.nodes = 0
        self.names: set[str] = set()
        """Keys that were read without complaint, unquoted: they are the same text wherever they stand again."""
        self.next: Callable[[], Any] = yaml.CSafeLoader(_Named(content, file)).get_event

    def say(self, mark: Mark, key: str, hint: str | None = None, **values: Any) -> None:
        self.problems.append(problem(mark, key, hint, **values))
        if len(self.problems) >= MAX_PROBLEMS:
            raise Broken

    def document(self) -> Mapping:
        """The tree of the only document.

        Raises:
            Broken: there is none, or the parser can go no further.
        """
        try:
            return self.only_document()
        except yaml.MarkedYAMLError as error:
            self.stopped(error)
        except (yaml.YAMLError, ValueError) as error:
            self.say(Mark(self.file, 1, 1), "syntax", said=str(error).splitlines()[0] if str(error) else "")
        raise Broken

    def stopped(self, error: yaml.MarkedYAMLError) -> None:
        """Say where the parser stopped."""
        if any(found.rule == "tab" for found in self.problems):
            return
        mark = self.mark(error.problem_mark or error.context_mark)
        lines = self.content.splitlines()
        near = "".join(lines[max(0, mark.line - 2) : mark.line])
        wide = next((char for char in _FULL_WIDTH if char in near), None)
        if wide:
            self.say(mark, "syntax_full_width", char=wide, said=error.problem or "")
        else:
            self.say(mark, "syntax", said=error.problem or str(error))

    def only_document(self) -> Mapping:
        self.next()
        start = self.next()
        if not isinstance(start, yaml.DocumentStartEvent):
            self.say(Mark(self.file, 1, 1), "empty")
            raise Broken
        if start.version or start.tags:
            self.say(self.mark(start.start_mark), "directive")
        root = self.node(self.next(), 0)
        self.next()
        if isinstance(after := self.next(), yaml.DocumentStartEvent):
            self.say(self.mark(after.start_mark), "second_document")
        if not isinstance(root, Mapping):
            self.say(root.mark, "not_a_mapping")
            raise Broken
        return root

    def mark(self, at: At | None) -> Mark:
        return mark_of(at) if at is not None else Mark(self.file, 1, 1)

    def node(self, event: Any, depth: int) -> Node:
        at = event.start_mark
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            self.refuse_size(mark_of(at))
        kind = type(event)
        if kind is _SCALAR:
            if event.anchor is not None or event.tag is not None:
                self.refuse_names(event, at)
            written = event.value
            if written and written[0] not in _BEGINNINGS and len(written) <= MAX_SCALAR:
                return Scalar(at, written)
            return self.scalar(at, written, quoted=bool(event.style))
        if kind is not _MAPPING and kind is not _LISTING:
            return self.no_value(event, at)
        if event.anchor is not None or event.tag is not None:
            self.refuse_names(event, at)
        if kind is _MAPPING:
            return self.mapping(at, depth + 1)
        items = []
        while type(item := self.next()) is not _LISTING_ENDS:
            items.append(self.node(item, depth + 1))
        return Listing(at, items)

    def refuse_size(self, mark: Mark) -> None:
        if self.nodes > MAX_NODES:
            self.say(mark, "too_many", limit=f"{MAX_NODES:,}")
        else:
            self.say(mark, "too_deep", limit=MAX_DEPTH)
        raise Broken

    def refuse_names(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, at: At) -> None:
        if event.anchor is not None:
            self.say(mark_of(at), "anchor", name=str(event.anchor)[:60])
        if event.tag is not None:
            self.say(mark_of(at), "tag", name=str(event.tag)[:80])

    def no_value(self, event: yaml.Event, at: At) -> Scalar:
        if isinstance(event, yaml.AliasEvent):
            self.say(mark_of(at), "alias", name=str(event.anchor)[:60])
            return Scalar(at, "")
        self.say(mark_of(at), "syntax", said=type(event).__name__)
        raise Broken

    def mapping(self, at: At, depth: int) -> Mapping:
        items: dict[str, tuple[At, Node]] = {}
        names = self.names if depth <= MAX_DEPTH else ()
        while type(event := self.next()) is not _MAPPING_ENDS:
            name = event.value if type(event) is _SCALAR and event.anchor is None and event.tag is None else ""
            if name in names and name not in items:
                self.nodes += 1
                items[name] = (event.start_mark, self.node(self.next(), depth))
                continue
            seen = len(self.problems)
            key = self.node(event, depth)
            clean = len(self.problems) == seen
            value = self.node(self.next(), depth)
            if type(key) is not Scalar or type(key.value) is not str:
                if len(self.problems) == seen or type(key) is not Scalar:
                    self.say(key.mark, "key_not_text")
            elif key.value in items:
                self.say(key.mark, "duplicate", name=key.value[:60], line=items[key.value][0].line + 1)
            else:
                items[key.value] = (key.at, value)
                if clean and not event.style:
                    self.names.add(key.value)
        return Mapping(at, items)

    def scalar(self, at: At, written: str, *, quoted: bool) -> Scalar:
        if len(written) > MAX_SCALAR:
            self.say(mark_of(at), "too_long", limit=f"{MAX_SCALAR:,}", size=f"{len(written):,}")
            return Scalar(at, "")
        if quoted:
            return Scalar(at, written)
        if written in ("true", "false"):
            return Scalar(at, written == "true")
        if not written:
            self.say(mark_of(at), "no_value")
        elif written[0] not in _BEGINNINGS:
            return Scalar(at, written)
        elif _WHOLE.fullmatch(written):
            return Scalar(at, int(written))
        elif _AMBIGUOUS.fullmatch(written):
            self.say(mark_of(at), "merge" if written == "<<" else "ambiguous", written=written[:40])
        return Scalar(at, written)
