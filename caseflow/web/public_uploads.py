"""Files sent with a public form: looked into and stored under their hash; a row is written only when the case is opened.

A form that comes back carries each of them as a signed receipt, so that nothing need be chosen again; what is never
filed has no row and is swept away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, BinaryIO, NamedTuple, cast

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.engine import Connection
from werkzeug.datastructures import FileStorage, MultiDict

from caseflow.records import files
from caseflow.web import shell
from caseflow.words import Message, Refused
from caseflow.workflow.form import Field, Section

MOST_FILES = 10
MOST_BYTES = 40 * 1024 * 1024
KEPT_SECONDS = 2 * 3600
RECEIPT = "kept-file-"
"""Before the number of a file, in the name of the input that carries its receipt."""


class Kept(NamedTuple):
    """A file that a form carries, to be drawn again."""

    id: int
    name: str
    receipt: str


class PublicStore:
    """The files of one form, numbered from 1 (see ``filling.Store``)."""

    def __init__(self, form: MultiDict[str, str]) -> None:
        self.found: dict[int, files.Received] = {}
        for name, given in form.items():
            number = name.removeprefix(RECEIPT)
            if name.startswith(RECEIPT) and number.isdecimal() and len(self.found) < MOST_FILES:
                received = _received(given)
                if received is not None:
                    self.found[int(number)] = received

    def take(self, question: Field, upload: FileStorage) -> int:
        if len(self.found) >= MOST_FILES:
            raise Refused(Message("public_forms.too_many_files", {"most": MOST_FILES}))
        received = files.receive(
            cast(BinaryIO, upload.stream),
            name=upload.filename or "",
            limit_bytes=question.max_megabytes * 1024 * 1024,
            root=shell.house().settings.files,
            kinds=question.accept,
        )
        if sum(one.size for one in self.found.values()) + received.size > MOST_BYTES:
            raise Refused(Message("files_web.case_full", {"limit": MOST_BYTES // 1024 // 1024}))
        number = max(self.found, default=0) + 1
        self.found[number] = received
        return number

    def holds(self, file_id: int) -> bool:
        return file_id in self.found

    def kept(self, value: Any) -> tuple[Kept, ...]:
        """The files that an answer names, with the receipts by which the form brings them back."""
        numbers = value if isinstance(value, list) else [value] if value else []
        return tuple(
            Kept(number, self.found[number].name, _signer().dumps(_plain(self.found[number])))
            for number in numbers
            if number in self.found
        )

    def recorded(
        self, tx: Connection, sections: list[Section], values: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        """The answers with the numbers of rows, which are written now, in the place of those of the form."""
        found = {section: dict(answers) for section, answers in values.items()}
        for section in sections:
            for question in section.fields.values():
                value = found.get(section.id, {}).get(question.id)
                if question.type == "file" and value:
                    found[section.id][question.id] = self._row(tx, int(value))
                elif question.type == "files" and value:
                    found[section.id][question.id] = [self._row(tx, int(one)) for one in value]
        return found

    def _row(self, tx: Connection, number: int) -> int:
        return files.record(tx, self.found[number], uploaded_by=None, organisation_id=None)


def _plain(received: files.Received) -> dict[str, Any]:
    return {name: value for name, value in asdict(received).items() if name != "path"}


def _received(signed: str) -> files.Received | None:
    try:
        values = _signer().loads(signed, max_age=KEPT_SECONDS)
    except BadSignature:
        return None
    path = files.place(shell.house().settings.files, values["sha256"])
    return files.Received(path=path, **values) if path.exists() else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(shell.house().secret, salt="public form")
