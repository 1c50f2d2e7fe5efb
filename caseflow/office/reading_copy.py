"""A file of a dossier for one expert to read: page by page a picture of itself, with the reader's name and the time on each."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from caseflow import clock, fonts, press
from caseflow.cases import show
from caseflow.config import Settings
from caseflow.records import binder, files, letters
from caseflow.records.binder import Piece
from caseflow.words import Language, text

PICTURES = ("image/jpeg", "image/png")


def make(row: Any, reader: str, settings: Settings, target: Path, language: Language = "zh") -> int:
    """Write the copy of a stored PDF or picture to ``target``, as PDF; how many pages it has.

    The file is opened in the sandbox alone; links, scripts and attachments stay behind.

    Raises:
        Refused: its pages cannot be laid out, or its bytes are gone.
    """
    now = show.moment(clock.now())
    picture = row.media_type in PICTURES
    piece = Piece(
        "picture" if picture else "pdf", files.place(settings.files, row.sha256), 1 if picture else row.pages, row.name
    )
    page = letters.page(
        "mark.html", language, demo=False, text=text("dossier.watermark", language, name=reader, at=now)
    )
    for unknown in fonts.unknown(page, settings.home):
        page = page.replace(unknown, "〓")
    with TemporaryDirectory(dir=target.parent) as folder:
        mark = Path(folder) / "mark.pdf"
        mark.write_bytes(press.render(page, settings.home))
        return binder.bind([piece], target, labels=None, mark=mark, title=row.name)
