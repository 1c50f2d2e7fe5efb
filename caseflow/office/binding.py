"""Papers of a case printed and bound into one PDF: cover, contents, running numbers. Needs no database.

What cannot be laid in (a Word file, a broken PDF) is listed with its name and hash.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from caseflow import fonts, press
from caseflow.config import Settings
from caseflow.records import binder, letters
from caseflow.records.binder import Piece
from caseflow.words import Language, Message, Refused, render, text

MOST_UNREADABLE = 5
"""So many files may turn out unreadable before it is given up."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A file that lies beside the volume, not in it; ``path`` is none where its content is gone."""

    name: str
    remark: str
    sha256: str
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """What is to be laid in: a page of our own, still to be printed, or a file that somebody gave."""

    title: str
    under: str
    html: str = ""
    path: Path | None = None
    pages: int = 1
    picture: bool = False
    name: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything that stands in a dossier, read for one person and ready to be bound without a database."""

    case_id: int
    number: str
    title: str
    facts: tuple[tuple[str, str], ...]
    note: str
    papers: tuple[Paper, ...]
    beside: tuple[Beside, ...]
    watermark: str
    language: Language


@dataclass(frozen=True, slots=True)
class Bound:
    """A dossier that was made: its pages, its size in bytes, and what lies beside it."""

    pages: int
    size: int
    beside: tuple[Beside, ...]


def bind(papers: Papers, settings: Settings, target: Path) -> Bound:
    """Print what is our own and write the dossier to ``target``.

    Raises:
        Refused: there is nothing to bind, it is too large, or too many of its files cannot be read.
    """
    if not (papers.papers or papers.beside):
        raise Refused(Message("dossier.nothing"))
    work = settings.home / "work"
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=work) as made:
        binding = _Binding(papers, settings, Path(made), list(papers.beside))
        binding.print_all()
        unreadable: list[str] = []
        while True:
            try:
                pages = binding.bind(target)
            except binder.Unreadable as broken:
                unreadable.append(binding.drop(broken))
                if len(unreadable) > MOST_UNREADABLE:
                    values = {"n": len(unreadable), "names": unreadable}
                    raise Refused(Message("dossier.too_many_unreadable", values)) from None
            else:
                return Bound(pages, target.stat().st_size, tuple(binding.beside))


@dataclass(slots=True)
class _Binding:
    """A dossier while it is printed and bound, in a folder of its own."""

    papers: Papers
    settings: Settings
    folder: Path
    beside: list[Beside]
    found: list[tuple[Piece, Paper]] = field(default_factory=list)

    def say(self, key: str, **values: Any) -> str:
        return text(key, self.papers.language, **values)

    def print_all(self) -> None:
        """A piece for each paper; one that cannot be printed (a sign that no font has) is listed with the reason."""
        for number, one in enumerate(self.papers.papers):
            if one.path is not None:
                kind: Literal["pdf", "picture"] = "picture" if one.picture else "pdf"
                self.found.append((Piece(kind, one.path, one.pages, one.title, one.under), one))
                continue
            try:
                piece = self._printed(one.html, f"{number}.pdf", one.title)
            except Refused as refused:
                self._leave_out(one, "".join(render(reason, self.papers.language) for reason in refused.reasons))
            else:
                self.found.append((replace(piece, under=one.under), one))

    def bind(self, target: Path) -> int:
        """Print the front and the running numbers for what was found, and bind it all; how many pages it has."""
        papers = self.papers
        pieces = [self._front(), *(piece for piece, _ in self.found)]
        pages = sum(piece.pages for piece in pieces)
        if pages > binder.MOST_PAGES:
            raise Refused(Message("binder.too_many_pages", {"pages": pages, "most": binder.MOST_PAGES}))
        labels = self._printed(self._page("labels.html", number=papers.number, pages=pages), "labels.pdf", "")
        mark = None
        if papers.watermark:
            mark = self._printed(self._page("mark.html", text=papers.watermark), "mark.pdf", "").path
        title = f"{papers.number} {papers.title}".strip()
        return binder.bind(pieces, target, labels=labels.path, mark=mark, title=title)

    def drop(self, broken: binder.Unreadable) -> str:
        """Leave out the file that could not be laid in; its title. A paper of our own that cannot is an error."""
        gone = self.found[broken.at - 1] if broken.at else None  # the front stands before what was found
        if gone is None or gone[1].path is None:
            raise broken
        self.found.remove(gone)
        self._leave_out(gone[1], self.say("binder.faulty"))
        return gone[1].title

    def _leave_out(self, one: Paper, reason: str) -> None:
        remark = self.say("dossier.remark.left_out", reason=reason)
        self.beside.append(Beside(one.name or one.title, remark, one.sha256, one.path))

    def _front(self) -> Piece:
        """Cover and contents; printed again where the page numbers in it were counted from a wrong length of itself."""
        papers, pages = self.papers, 2
        while True:
            first, entries = pages + 1, []
            for piece, _ in self.found:
                entries.append({"title": piece.title, "under": piece.under, "first": first, "pages": piece.pages})
                first += piece.pages
            page = self._page(
                "cover.html",
                title=self.say("dossier.title"),
                facts=[*papers.facts, (self.say("dossier.all_pages"), first - 1)],
                note=papers.note,
                entries=entries,
                beside=self.beside,
            )
            piece = self._printed(page, "front.pdf", self.say("dossier.contents"))
            if piece.pages == pages:
                return piece
            pages = piece.pages

    def _page(self, template: str, **values: Any) -> str:
        """A page around the papers. In a name of a person or a file a sign that no font has becomes 〓."""
        page = letters.page(template, self.papers.language, demo=self.settings.demo, **values)
        for one in fonts.unknown(page, self.settings.home):
            page = page.replace(one, "〓")
        return page

    def _printed(self, page: str, file: str, title: str) -> Piece:
        content = press.render(page, self.settings.home)
        path = self.folder / file
        path.write_bytes(content)
        return Piece("pdf", path, press.pages(content), title)
