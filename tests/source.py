"""The program's own source as syntax trees, for the tests that read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from caseflow.config import ROOT

PACKAGE = ROOT / "caseflow"


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the program."""

    name: str
    """Its path under ``caseflow/``."""
    text: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        line = getattr(node, "lineno", 1)
        return f"{self.name}:{line}: {self.text.splitlines()[line - 1].strip()}"

    def strings(self) -> Iterator[ast.Constant]:
        """Every text in the code, without docstrings."""
        docstrings = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield node

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """Calls of a function or method with one of these names."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and last_name(node.func) in names:
                yield node


def last_name(node: ast.AST) -> str:
    """``b`` of ``a.b``, ``b`` of ``b``; nothing for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


@cache
def sources() -> tuple[Source, ...]:
    """Every file of the program that is not empty."""
    found = []
    for path in _python(PACKAGE):
        text = path.read_text("utf-8")
        if text.strip():
            found.append(Source(path.relative_to(PACKAGE).as_posix(), text, ast.parse(text, str(path))))
    return tuple(found)


def _python(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
