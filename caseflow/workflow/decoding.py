"""From the bytes of a file to a text that may be parsed: of bounded size, UTF-8, and nothing in it that nobody sees."""

from __future__ import annotations

import re
import unicodedata

from caseflow.workflow.problems import Mark, Problem, problem

MAX_BYTES = 1_000_000
MAX_LINES = 20_000
MAX_PROBLEMS = 200

_UNSEEN = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\uffff\U000e0000-\U000e0fff]"
)


class Broken(Exception):
    """The text cannot be read further."""


def decoded(content: str | bytes, file: str, problems: list[Problem]) -> str:
    """The text of a file; what is wrong with it is added to ``problems``.

    Raises:
        Broken: it is too large, no UTF-8, or holds what nobody sees.
    """
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
