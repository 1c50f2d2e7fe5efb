"""Many papers bound into one: pages on A4 behind each other, numbered through, with bookmarks.

Papers of strangers are opened in the sandbox only. One that cannot be laid in is named, so that it can be left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from caseflow import sandbox
from caseflow.words import Message, Refused

MOST_PAGES = 1_500
MOST_BYTES = 400 * sandbox.MEGABYTE
MEMORY = 1536 * sandbox.MEGABYTE
CPU_SECONDS = 60
WRITTEN = 512 * sandbox.MEGABYTE


@dataclass(frozen=True, slots=True)
class Piece:
    """One paper: a PDF of so many pages, or a picture."""

    kind: Literal["pdf", "picture"]
    path: Path
    pages: int
    title: str
    """Of its bookmark."""
    under: str = ""
    """The bookmark under which it stands."""


class Unreadable(Refused):
    """A piece cannot be laid in: broken beyond its first look, or too much for the limits. ``at`` is its place."""

    def __init__(self, at: int, piece: Piece) -> None:
        super().__init__(Message("binder.unreadable", {"name": piece.title}))
        self.at = at


def bind(pieces: Sequence[Piece], target: Path, *, labels: Path | None, mark: Path | None, title: str) -> int:
    """Write the pieces as one PDF to ``target``; how many pages it has.

    Args:
        labels: a PDF with one small page for each page of the whole: its running number; none for pages without one.
        mark: a PDF of one page that is laid over all of them.

    Raises:
        Unreadable: one of the pieces cannot be laid in.
        Refused: there are too many pages, or too many bytes.
    """
    pages = sum(piece.pages for piece in pieces)
    if pages > MOST_PAGES:
        raise Refused(Message("binder.too_many_pages", {"pages": pages, "most": MOST_PAGES}))
    if sum(piece.path.stat().st_size for piece in pieces) > MOST_BYTES:
        raise Refused(Message("binder.too_large", {"most": MOST_BYTES // sandbox.MEGABYTE}))
    progress = target.with_suffix(".at")
    payload = {
        "pieces": [
            {
                "kind": piece.kind,
                "path": str(piece.path.resolve()),
                "pages": piece.pages,
                "title": piece.title,
                "under": piece.under,
            }
            for piece in pieces
        ],
        "labels": str(labels.resolve()) if labels is not None else None,
        "mark": str(mark.resolve()) if mark is not None else None,
        "target": str(target.resolve()),
        "progress": str(progress.resolve()),
        "title": title,
    }
    try:
        made = sandbox.run(
            "caseflow.records.leaves:bind", payload, memory=MEMORY, cpu_seconds=CPU_SECONDS, written=WRITTEN
        )
    except Refused as refused:
        at = _broken_at(refused, progress)
        if at is None:
            raise
        raise Unreadable(at, pieces[at]) from None
    finally:
        progress.unlink(missing_ok=True)
    return int(made["pages"])


def _broken_at(refused: Refused, progress: Path) -> int | None:
    """The piece that was being laid in when the child gave up or was ended."""
    (reason,) = refused.reasons
    if reason.key == "binder.broken":
        return int(reason.values["at"])
    with suppress(OSError, ValueError):
        return int(progress.read_text("ascii"))
    return None
