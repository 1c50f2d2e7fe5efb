"""The strict half of YAML: text becomes a tree of mappings, lists and scalars that know where they stand.

The parser's events are read one by one, so that aliases, tags, great depth and great size are refused before
anything is built. A plain scalar that two editions of YAML read differently must be quoted.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import partial
from typing import Any

import yaml

from caseflow.workflow.problems import Mark, Problem, problem

MAX_BYTES = 1_000_000
MAX_LINES = 20_000
MAX_NODES = 50_000
MAX_DEPTH = 30
MAX_SCALAR = 20_000
MAX_PROBLEMS = 200

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
_UNSEEN = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\uffff\U000e0000-\U000e0fff]"
)
_FULL_WIDTH = "：，｛｝［］＃“”‘’"
_SCALAR, _MAPPING, _LISTING = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
_MAPPING_ENDS, _LISTING_ENDS = yaml.MappingEndEvent, yaml.SequenceEndEvent
_mark = partial(tuple.__new__, Mark)
"""A position from its three parts; half of the time of a large file goes into them if they are called as ``Mark``."""


@dataclass(slots=True)
class Scalar:
    mark: Mark
    value: str | int | bool


@dataclass(slots=True)
class Listing:
    mark: Mark
    items: list[Node]


@dataclass(slots=True)
class Mapping:
    mark: Mark
    items: dict[str, tuple[Mark, Node]]


Node = Scalar | Listing | Mapping


class Broken(Exception):
    """The text cannot be read further."""


def parse(content: str | bytes, file: str) -> tuple[Mapping | None, list[Problem]]:
    """The tree of one document, and what is wrong with its writing. No tree: nothing could be built."""
    problems: list[Problem] = []
    try:
        root = _Reading(_decoded(content, file, problems), file, problems).document()
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
    mark, node = root.mark, root
    found: Node = node
    for step in place:
        if isinstance(found, Mapping) and step in found.items:
            mark, found = found.items[str(step)]
        elif isinstance(found, Listing) and isinstance(step, int) and step < len(found.items):
            found = found.items[step]
            mark = found.mark
        elif not isinstance(step, str) or not step[:1].isupper():
            break
    return mark if key else found.mark


def _decoded(content: str | bytes, file: str, problems: list[Problem]) -> str:
    start = Mark(file, 1, 1)
    size = len(content) if isinstance(content, bytes) else len(content.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        problems.append(problem(start, "too_large", limit=f"{MAX_BYTES:,}", size=f"{size:,}"))
        raise Broken
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8")
        except UnicodeDecodeError as error:
            before = bytes(error.object[: error.start])
            line = before.count(b"\n") + 1
            column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
            problems.append(problem(Mark(file, line, column), "not_utf8"))
            raise Broken from None
    content = content.removeprefix("\ufeff")
    if content.count("\n") >= MAX_LINES:
        problems.append(problem(start, "too_many_lines", limit=f"{MAX_LINES:,}"))
        raise Broken
    for line, written in enumerate(content.splitlines(keepends=True) if _UNSEEN.search(content) else (), 1):
        for match in _UNSEEN.finditer(written.rstrip("\r\n")):
            char = match[0]
            mark = Mark(file, line, match.start() + 1)
            if char == "\t":
                problems.append(problem(mark, "tab"))
            else:
                problems.append(
                    problem(mark, "unseen", char=f"U+{ord(char):04X}", name=unicodedata.name(char, "control"))
                )
            if len(problems) >= MAX_PROBLEMS:
                raise Broken
    if any(found.rule == "unseen" for found in problems):
        raise Broken
    return content


class _Reading:
    """One pass over the events of one text."""

    def __init__(self, content: str, file: str, problems: list[Problem]) -> None:
        self.content = content
        self.file = file
        self.problems = problems
        self.nodes = 0
        try:
            self.next = yaml.CSafeLoader(content).get_event
        except (yaml.YAMLError, ValueError) as error:
            self.say(Mark(file, 1, 1), "syntax", said=str(error).splitlines()[0])
            raise Broken from None

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
        at = error.problem_mark or error.context_mark
        mark = self.at(at)
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
            self.say(self.mark(start), "directive")
        root = self.node(self.next(), 0)
        self.next()
        if isinstance(after := self.next(), yaml.DocumentStartEvent):
            self.say(self.mark(after), "second_document")
        if not isinstance(root, Mapping):
            self.say(root.mark, "not_a_mapping")
            raise Broken
        return root

    def mark(self, event: yaml.Event) -> Mark:
        return self.at(event.start_mark)

    def at(self, at: Any) -> Mark:
        """A position of the parser as one of ours."""
        return Mark(self.file, at.line + 1, at.column + 1) if at else Mark(self.file, 1, 1)

    def node(self, event: Any, depth: int) -> Node:
        at = event.start_mark
        mark = _mark((self.file, at.line + 1, at.column + 1))
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            self.refuse_size(mark)
        kind = type(event)
        if kind is _SCALAR:
            if event.anchor is not None or event.tag is not None:
                self.refuse_names(event, mark)
            written = event.value
            if written and written[0] not in _BEGINNINGS and len(written) <= MAX_SCALAR:
                return Scalar(mark, written)
            return self.scalar(mark, written, quoted=bool(event.style))
        if kind is not _MAPPING and kind is not _LISTING:
            return self.no_value(event, mark)
        if event.anchor is not None or event.tag is not None:
            self.refuse_names(event, mark)
        if kind is _MAPPING:
            return self.mapping(mark, depth + 1)
        items = []
        while type(item := self.next()) is not _LISTING_ENDS:
            items.append(self.node(item, depth + 1))
        return Listing(mark, items)

    def refuse_size(self, mark: Mark) -> None:
        if self.nodes > MAX_NODES:
            self.say(mark, "too_many", limit=f"{MAX_NODES:,}")
        else:
            self.say(mark, "too_deep", limit=MAX_DEPTH)
        raise Broken

    def refuse_names(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, mark: Mark) -> None:
        if event.anchor is not None:
            self.say(mark, "anchor", name=str(event.anchor)[:60])
        if event.tag is not None:
            self.say(mark, "tag", name=str(event.tag)[:80])

    def no_value(self, event: yaml.Event, mark: Mark) -> Scalar:
        if isinstance(event, yaml.AliasEvent):
            self.say(mark, "alias", name=str(event.anchor)[:60])
            return Scalar(mark, "")
        self.say(mark, "syntax", said=type(event).__name__)
        raise Broken

    def mapping(self, mark: Mark, depth: int) -> Mapping:
        items: dict[str, tuple[Mark, Node]] = {}
        while type(event := self.next()) is not _MAPPING_ENDS:
            seen = len(self.problems)
            key = self.node(event, depth)
            value = self.node(self.next(), depth)
            if type(key) is not Scalar or type(key.value) is not str:
                if len(self.problems) == seen or type(key) is not Scalar:
                    self.say(key.mark, "key_not_text")
            elif key.value in items:
                self.say(key.mark, "duplicate", name=key.value[:60], line=items[key.value][0].line)
            else:
                items[key.value] = (key.mark, value)
        return Mapping(mark, items)

    def scalar(self, mark: Mark, written: str, *, quoted: bool) -> Scalar:
        if len(written) > MAX_SCALAR:
            self.say(mark, "too_long", limit=f"{MAX_SCALAR:,}", size=f"{len(written):,}")
            return Scalar(mark, "")
        if quoted:
            return Scalar(mark, written)
        if written in ("true", "false"):
            return Scalar(mark, written == "true")
        if not written:
            self.say(mark, "no_value")
        elif written[0] not in _BEGINNINGS:
            return Scalar(mark, written)
        elif _WHOLE.fullmatch(written):
            return Scalar(mark, int(written))
        elif _AMBIGUOUS.fullmatch(written):
            self.say(mark, "merge" if written == "<<" else "ambiguous", written=written[:40])
        return Scalar(mark, written)
