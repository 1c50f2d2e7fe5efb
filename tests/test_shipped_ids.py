"""Nothing under caseflow/ names a province, a case type or a state: they are data."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import Any

import yaml

from caseflow.config import ROOT
from tests.source import Source, sources

GRAMMAR = ("definition.py", "form.py", "many.py", "parts.py", "procedure.py", "registers.py")
NOT_AN_AUTHORITY = {"data"}
EVERYWHERE = {"national"}
"""Folders of workflows/ whose name is also a plain word: forbidden as a value, allowed in a sentence."""


@cache
def definitions() -> tuple[dict[str, Any], ...]:
    documents = (
        document
        for path in sorted((ROOT / "workflows").rglob("*.yaml"))
        for document in yaml.load_all(path.read_text("utf-8"), yaml.CSafeLoader)
    )
    return tuple(document for document in documents if isinstance(document, dict) and "workflow" in document)


def workflows() -> set[str]:
    return {str(definition["workflow"]) for definition in definitions()}


def states() -> set[str]:
    return {str(state) for definition in definitions() for state in definition.get("states", {})}


def authorities() -> set[str]:
    folders = {path.name for path in (ROOT / "workflows").iterdir() if path.is_dir()} - NOT_AN_AUTHORITY
    return folders | {str(definition["authority"]) for definition in definitions() if "authority" in definition}


def engine_words() -> set[str]:
    """The words of the language itself (keys and fixed values of its grammar) and of the tables."""
    words: set[str] = set()
    for source in sources():
        if source.name.endswith("models.py"):
            words |= {str(text.value) for text in source.strings()}
        if source.name.removeprefix("workflow/") in GRAMMAR:
            words |= {str(text.value) for text in source.strings()}
            words |= {
                node.target.id.removesuffix("_")
                for node in ast.walk(source.tree)
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
            }
    return words


def code() -> list[Source]:
    return [source for source in sources() if source.name.removeprefix("workflow/") not in GRAMMAR]


def values(source: Source) -> list[tuple[str, ast.Constant]]:
    """Each text of a file, without the punctuation at its ends (``f"state:{x}"`` names ``state``)."""
    return [(str(text.value).strip(" :./-_'\"#"), text) for text in source.strings()]


def test_the_code_names_no_state() -> None:
    forbidden = states() - engine_words()
    found = [source.at(node) for source in code() for value, node in values(source) if value in forbidden]

    assert found == []


def test_the_code_names_no_workflow() -> None:
    forbidden = workflows() - engine_words()
    found = [source.at(node) for source in code() for value, node in values(source) if value in forbidden]

    assert found == []


def test_the_code_names_no_authority() -> None:
    forbidden = authorities()
    found = [source.at(node) for source in sources() for value, node in values(source) if value in forbidden]
    name = re.compile("|".join(map(re.escape, sorted(authorities() - EVERYWHERE))) or r"(?!)", re.IGNORECASE)
    found += [
        f"{source.name}:{number}: {line.strip()}"
        for source in sources()
        for number, line in enumerate(source.text.splitlines(), 1)
        if name.search(line)
    ]

    assert found == []
