"""All papers of a case, as one person may see them: form, letters, attached files. ``binding`` makes one PDF of them.

A copy for somebody who is neither of the office nor of the applicant bears the reader's name and the time on each page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import attached, dossier, form_paper, lines, panel_reading, show
from caseflow.cases.models import round_
from caseflow.cases.view import View
from caseflow.config import Settings
from caseflow.office.binding import Beside, Paper, Papers
from caseflow.records import files, letters, paper
from caseflow.words import Language, text

_PICTURES = ("image/jpeg", "image/png")


def may_open(view: View) -> bool:
    """Whether this person may have the papers in one: the offices, the applicant's side, a party what it was served, and an
    expert before whose panel the case is once pledges and declaration are given and no interest was declared.
    """
    if view.takes_part or view.is_party:
        return True
    return panel_reading.host_of(view.tx, view.actor.person_id, view.row["id"]) is not None


def read(view: View, settings: Settings, language: Language = "zh") -> Papers:
    """What stands in the dossier of a case for this person, in its order."""
    reading = _Reading(view, settings, language)
    if view.row["revision"] and view.definition.dossier and not view.is_party:
        reading.form()
    for row in view.letters():
        reading.letter(row)
    for one in attached.to(view):
        given = files.find(view.tx, one.file_id)
        if given is not None:
            reading.file(given, one.label[language])
    outside = not view.takes_part
    return Papers(
        case_id=view.row["id"],
        number=view.row["number"] or "",
        title=view.row["title"],
        facts=tuple(reading.facts()),
        note=reading.say("dossier.hidden" if view.hidden() else "dossier.note"),
        papers=tuple(reading.papers),
        beside=tuple(reading.beside),
        watermark=reading.say("dossier.watermark", name=view.actor.name, at=show.moment(clock.now()))
        if outside
        else "",
        language=language,
    )


@dataclass(slots=True)
class _Reading:
    """A dossier while it is read."""

    view: View
    settings: Settings
    language: Language
    papers: list[Paper] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)

    def say(self, key: str, **values: Any) -> str:
        return text(key, self.language, **values)

    def form(self) -> None:
        """The form of the last frozen revision, without what this person may not see."""
        view, number = self.view, self.view.row["revision"]
        values = dossier.frozen(view.tx, view.ground, view.row["id"], number)
        form = form_paper.body(view.tx, view.ground, view.loaded, values, view.hidden())
        code = dossier.revision_code(dossier.revision_hash(view.tx, view.row["id"], number))
        page = letters.form_html(form, self.language, demo=self.settings.demo, code=code)
        self.papers.append(Paper(form["title"][self.language], self.say("dossier.under.form"), html=page))

    def letter(self, row: Mapping[Any, Any]) -> None:
        """A letter as the office sealed it, else as the system made it. The form stands in the dossier already."""
        view, form = self.view, form_paper.letter_of(self.view.definition)
        if form is not None and row["kind"] == form.id:
            return
        body = letters.opened(view.ground.keys, row)
        title = paper.shower(self.language)(body["title"])
        sealed = files.find(view.tx, row["formal_file_id"]) if row["formal_file_id"] else None
        if sealed is not None:
            before = len(self.papers)
            self.file(sealed, self.say("dossier.sealed", title=title, number=row["formal_number"]), is_letter=True)
            if len(self.papers) > before:
                return
        number = row["formal_number"] or row["number"]
        name = self.say("dossier.letter", title=title, number=number) if number else title
        page = letters.html(body, self.language, demo=self.settings.demo)
        self.papers.append(Paper(name, self.say("dossier.under.letters"), html=page))

    def file(self, row: Any, label: str, *, is_letter: bool = False) -> None:
        """A file of somebody: laid in where it is a PDF or a picture, else listed."""
        path = files.place(self.settings.files, row.sha256)
        title = label if is_letter else self.say("paper.labelled", label=label, value=row.name)
        under = self.say("dossier.under.letters" if is_letter else "dossier.under.files")
        picture = row.media_type in _PICTURES
        if row.purged_at is not None:
            self.beside.append(Beside(row.name, self.say("dossier.remark.purged", reason=row.purge_reason), row.sha256))
        elif not path.exists():
            self.beside.append(Beside(row.name, self.say("dossier.remark.lost"), row.sha256))
        elif picture or (row.media_type == files.TYPES["pdf"] and row.pages):
            pages = 1 if picture else row.pages
            self.papers.append(Paper(title, under, "", path, pages, picture, row.name, row.sha256))
        else:
            remark = self.say("dossier.remark.file", label=label, size=_size(row.size))
            self.beside.append(Beside(row.name, remark, row.sha256, path))

    def facts(self) -> Iterator[tuple[str, str]]:
        """What the cover says of the case."""
        view, row = self.view, self.view.row
        show_text = paper.shower(self.language)
        title = view.tx.scalar(sa.select(round_.c.title).where(round_.c.id == row["round_id"]))
        revision = row["revision"] if not view.is_party else 0
        code = dossier.revision_code(dossier.revision_hash(view.tx, row["id"], revision)) if revision else ""
        for name, value in (
            ("number", row["number"]),
            ("unit" if view.definition.dossier else "name", row["title"]),
            ("subject", row["subject"] if not view.is_party else ""),
            ("kind", show.pair(view.definition.title)),
            ("round", title),
            ("prefecture", lines.organisation_name(view.tx, row["prefecture_id"])),
            ("state", view.name_of(row["state"])),
            ("code", code),
            ("made", show.moment(clock.now())),
            ("made_for", view.actor.name),
        ):
            if shown := show_text(value):
                yield self.say(f"dossier.{name}"), shown


def _size(number: int) -> str:
    return f"{number / 1024 / 1024:.1f} MB" if number >= 1024 * 1024 else f"{max(1, number // 1024)} KB"
