"""Where in its file a part of a definition stands, as long as the file still says what was published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from caseflow.workflow import nodes
from caseflow.workflow.definition import Definition
from caseflow.workflow.problems import Mark, Place
from caseflow.workflow.reader import Reading, examine
from caseflow.workflow.vocabulary import Vocabulary

_KNOWN: dict[tuple[Path, str], Places | None] = {}


@dataclass(frozen=True, slots=True)
class Places:
    """The lines of one definition."""

    tree: nodes.Mapping
    folder: Path

    def mark(self, place: Place) -> Mark:
        """The position of the key at ``place``, or of the nearest thing around it."""
        return nodes.mark_at(self.tree, place, key=True)

    def at(self, place: Place) -> str:
        """``file:line``, the file as seen from the folder of workflows."""
        mark = self.mark(place)
        file = Path(mark.file)
        return f"{file.relative_to(self.folder) if file.is_relative_to(self.folder) else file.name}:{mark.line}"


def find(folder: Path, definition: Definition, vocabulary: Vocabulary) -> Places | None:
    """The lines of a definition among the files of a folder; nothing where none says exactly this version any more."""
    key = (folder, definition.digest())
    if key not in _KNOWN:
        _KNOWN[key] = next(
            (
                Places(reading.tree, folder)
                for path in sorted(folder.rglob("*.yaml"))
                if (reading := _reading(path, definition, vocabulary)) is not None and reading.tree is not None
            ),
            None,
        )
    return _KNOWN[key]


def _reading(path: Path, definition: Definition, vocabulary: Vocabulary) -> Reading | None:
    if f"workflow: {definition.workflow}\n" not in path.read_text("utf-8"):
        return None
    reading = examine(path, vocabulary=vocabulary)
    same = reading.definition is not None and reading.definition.digest() == definition.digest()
    return reading if same else None
