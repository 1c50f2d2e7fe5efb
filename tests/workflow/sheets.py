"""What is in force, act by act, without its words: who, when, under which conditions, with what effect.

``python -m tests.workflow.sheets`` writes the sheets of the shipped workflows anew. A change of a procedure shows as a
difference in its sheet, which whoever made it looks at and accepts; what nobody meant to change is seen there too.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from caseflow.workflow.definition import Definition
from tests.shipped import everything

FOLDER = Path(__file__).with_name("sheets")
_PLACES = re.compile(r"\{([a-z][^{}]*)\}")


def sheet(definition: Definition) -> str:
    """One line for each part of a definition; of its texts only the places that are filled in."""
    return "\n".join(_lines("", bare(definition, ("basis", "id")), 0)) + "\n"


def bare(definition: Definition, without: tuple[str, ...] = ()) -> Any:
    """A definition without its tests, its texts (but for the places in them) and these keys."""
    body = json.loads(definition.canonical())
    return _stripped({key: inner for key, inner in body.items() if key not in ("tests", "version")}, without)


def write(folder: Path = FOLDER) -> None:
    folder.mkdir(exist_ok=True)
    for name, definition in everything().items():
        (folder / f"{name}.txt").write_text(sheet(definition), "utf-8")


def _stripped(node: Any, without: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_stripped(inner, without) for inner in node]
    if not isinstance(node, dict):
        return node
    if node and set(node) <= {"zh", "en"}:
        return sorted({found for text in node.values() for found in _PLACES.findall(str(text))})
    kept = {key: _stripped(inner, without) for key, inner in node.items() if key not in without or _is_part(key, inner)}
    return {key: inner for key, inner in kept.items() if inner != [] or node[key] == []}


def _is_part(key: str, value: Any) -> bool:
    """Whether a part only has the id that a key of the language has too."""
    return isinstance(value, dict) and key != "breach"


def _lines(name: str, node: Any, depth: int) -> list[str]:
    """A mapping as a line with its plain values, and a line below for each part of it."""
    parts = {key: inner for key, inner in node.items() if isinstance(inner, dict) and inner}
    plain = {key: inner for key, inner in node.items() if key not in parts and inner != []}
    said = ", ".join(key if inner == {} else f"{key}: {_plain(inner)}" for key, inner in plain.items())
    lines = [f"{'  ' * depth}{name} | {said}".rstrip(" |")] if name else [said]
    for key, inner in parts.items():
        lines += _lines(key, inner, depth + 1 if name else 0)
    return lines


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    if isinstance(value, dict):
        shown = {key: inner for key, inner in value.items() if inner not in ([], {})}
        return "{" + ", ".join(f"{key}: {_plain(inner)}" for key, inner in shown.items()) + "}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    write()
