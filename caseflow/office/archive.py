"""The archive of a round as a file: summary tables, dossiers and loose files in a folder for each bureau, a list of all.

Needs no database. What cannot be made stands in the list with the reason; nothing else is kept back by it.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseflow import press
from caseflow.config import Settings
from caseflow.office import binding
from caseflow.office.binding import Papers
from caseflow.records import files, sheets
from caseflow.words import Language, Refused, render, text

LANGUAGE: Language = "zh"
"""What an office files is Chinese."""

_COLUMNS = (
    ("kind", 20), ("number", 18), ("name", 30), ("subject", 20), ("prefecture", 22), ("state", 14), ("file", 60),
    ("pages", 8), ("bytes", 12), ("sha256", 68), ("remark", 40),
)  # fmt: skip
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the archive: where it lies, and the case to which it belongs."""

    path: str
    about: tuple[str, ...]
    """Kind, number, name, subject, prefecture and state of the case."""
    papers: Papers | None = None
    content: bytes = b""
    html: str = ""


def safe_name(name: str) -> str:
    """A name that every system takes for a file."""
    return files.clean_name(name.translate(_NOT_IN_NAMES))


def write(target: Path, title: str, entries: Iterable[Entry], settings: Settings) -> None:
    """Write the archive of the round called ``title`` to ``target``; its folder is worked in."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        writer = _Writer(archive, settings, target.parent)
        for entry in entries:
            writer.put(entry)
        writer.close(title)


class _Writer:
    """An archive while it is written; every file in it stands in the list with its hash."""

    def __init__(self, archive: zipfile.ZipFile, settings: Settings, folder: Path) -> None:
        self._archive, self._settings, self._folder = archive, settings, folder
        self._rows: list[list[Any]] = []
        self._used: set[str] = set()

    def put(self, entry: Entry) -> None:
        try:
            self._put(entry)
        except Refused as refused:
            reason = "".join(render(one, LANGUAGE) for one in refused.reasons)
            self._rows.append([*entry.about, "", None, None, "", text("bundle.failed", LANGUAGE, reason=reason)])

    def close(self, title: str) -> None:
        """Add the list of everything, for people and for ``sha256sum -c``."""
        columns = [(text(f"bundle.column.{name}", LANGUAGE), width) for name, width in _COLUMNS]
        index = sheets.write_table(text("bundle.title", LANGUAGE, round=title), columns, self._rows)
        listed = "".join(f"{row[9]}  {row[6]}\n" for row in self._rows if row[9])
        self._archive.writestr(text("bundle.index", LANGUAGE), index)
        self._archive.writestr("SHA256SUMS.txt", listed.encode())

    def _put(self, entry: Entry) -> None:
        if entry.papers is not None:
            target = self._folder / "dossier.pdf"
            bound = binding.bind(entry.papers, self._settings, target)
            path = self._file(entry.path, entry.about, target, pages=bound.pages)
            for one in bound.beside:
                if one.path is not None and one.path.exists():
                    loose = f"{path.removesuffix('.pdf')} {text('bundle.loose', LANGUAGE)}/{safe_name(one.name)}"
                    self._file(loose, entry.about, one.path, remark=one.remark)
            return
        content = press.render(entry.html, self._settings.home) if entry.html else entry.content
        pages = press.pages(content) if entry.html else None
        path = self._free(entry.path)
        self._archive.writestr(path, content)
        self._list(entry.about, path, pages, len(content), hashlib.sha256(content).hexdigest())

    def _file(
        self, path: str, about: tuple[str, ...], source: Path, *, pages: int | None = None, remark: str = ""
    ) -> str:
        path = self._free(path)
        self._archive.write(source, path)
        with source.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        self._list(about, path, pages, source.stat().st_size, digest, remark)
        return path

    def _list(
        self, about: tuple[str, ...], path: str, pages: int | None, size: int, digest: str, remark: str = ""
    ) -> None:
        self._rows.append([*about, path, pages, size, digest, remark])

    def _free(self, path: str) -> str:
        """The path, or one beside it where two papers are called alike."""
        stem, dot, suffix = path.rpartition(".")
        found, again = path, 2
        while found in self._used:
            found, again = f"{stem} ({again}){dot}{suffix}", again + 1
        self._used.add(found)
        return found
