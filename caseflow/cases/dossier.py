"""What the applicant filled in: drafts while typing, immutable revisions once frozen.

Personal values and free text never stand in a revision or in a case row: they are sealed beside it, and the
revision keeps a salted hash in their place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock, db
from caseflow.cases import paths, questions
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.models import draft, revision
from caseflow.db import Statement
from caseflow.records import files, personal
from caseflow.words import Message
from caseflow.workflow import fields
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field


class DraftChanged(Exception):
    """Somebody saved this part in the meantime. Carries what is stored, so that both texts can be shown."""

    def __init__(self, version: int, values: dict[str, Any], saved_by: int, saved_at: datetime) -> None:
        super().__init__("draft changed")
        self.version = version
        self.values = values
        self.saved_by = saved_by
        self.saved_at = saved_at


_DRAFT = Statement(
    sa.select(draft).where(
        draft.c.case_id == sa.bindparam("case_id"),
        draft.c.part == sa.bindparam("part"),
        draft.c.owner == sa.bindparam("owner"),
    )
)
_DRAFTS = Statement(sa.select(draft).where(draft.c.case_id == sa.bindparam("case_id"), draft.c.part.like("dossier.%")))
_TYPE = Statement(draft.insert().inline())
_RETYPE = Statement(
    draft.update().where(
        draft.c.case_id == sa.bindparam("on_case"),
        draft.c.part == sa.bindparam("of_part"),
        draft.c.owner == sa.bindparam("of_owner"),
        draft.c.version == sa.bindparam("seen"),
    )
)
_KEEP = Statement(revision.insert().inline())
_HASH = Statement(
    sa.select(revision.c.hash).where(
        revision.c.case_id == sa.bindparam("case_id"), revision.c.number == sa.bindparam("number")
    )
)
_REVISION = Statement(
    sa.select(revision.c.body).where(
        revision.c.case_id == sa.bindparam("case_id"), revision.c.number == sa.bindparam("number")
    )
)


def read_draft(tx: Connection, ground: Ground, case_id: int, part: str, owner: str) -> tuple[int, dict[str, Any]]:
    """Version and values of what is being typed; version 0 where nothing was."""
    row = _DRAFT.first(tx, {"case_id": case_id, "part": part, "owner": owner})
    if row is None:
        return 0, {}
    return row["version"], _opened(ground, row)


def save_draft(
    tx: Connection, ground: Ground, case_id: int, part: str, owner: str, values: dict[str, Any], seen: int, by: int
) -> int:
    """Keep what was typed over version ``seen``; returns the new version.

    Raises:
        DraftChanged: somebody else saved in the meantime.
    """
    sealed = personal.seal_json(ground.keys, values, f"{case_id}/{part}")
    columns = {"sealed": sealed, "saved_at": clock.now(), "saved_by": by}
    here = {"case_id": case_id, "part": part, "owner": owner}
    if seen == 0 and _DRAFT.first(tx, here) is None:
        _TYPE.run(tx, {**here, "version": 1, **columns})
        return 1
    where = {"on_case": case_id, "of_part": part, "of_owner": owner, "seen": seen}
    row = None if _RETYPE.run(tx, {"version": seen + 1, **columns, **where}) == 1 else _DRAFT.first(tx, here)
    if row is not None:
        raise DraftChanged(row["version"], _opened(ground, row), row["saved_by"], row["saved_at"])
    return seen + 1


def _opened(ground: Ground, row: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = personal.open_json(ground.keys, row["sealed"], f"{row['case_id']}/{row['part']}")
    return values


_DROP = draft.delete().where(draft.c.case_id == sa.bindparam("on_case"))
_PART = draft.c.part == sa.bindparam("of_part")
_DROP_DOSSIER = Statement(_DROP.where(draft.c.part.like("dossier.%")))
_DROP_PART = Statement(_DROP.where(_PART))
_DROP_OWN = Statement(_DROP.where(_PART, draft.c.owner == sa.bindparam("of_owner")))


def drop_drafts(tx: Connection, case_id: int, part: str | None = None, owner: str | None = None) -> None:
    """Forget what was typed: one part (of one owner, or of all), or the whole dossier once it is frozen."""
    if part is None:
        _DROP_DOSSIER.run(tx, {"on_case": case_id})
    elif owner is None:
        _DROP_PART.run(tx, {"on_case": case_id, "of_part": part})
    else:
        _DROP_OWN.run(tx, {"on_case": case_id, "of_part": part, "of_owner": owner})


def frozen(tx: Connection, ground: Ground, case_id: int, number: int) -> dict[str, Any]:
    """A revision with its sealed values: ``{section: {field: value}}``."""
    if number == 0:
        return {}
    body = _REVISION.scalar(tx, {"case_id": case_id, "number": number})
    return personal.join(body, personal.load(tx, ground.keys, case_id, number))


def working(tx: Connection, ground: Ground, case: Mapping[Any, Any]) -> dict[str, Any]:
    """The last revision with what has been typed since laid over it, section by section."""
    return frozen(tx, ground, case["id"], case["revision"]) | typed(tx, ground, case["id"])


def typed(tx: Connection, ground: Ground, case_id: int) -> dict[str, Any]:
    """What has been typed since the last revision, by section."""
    rows = _DRAFTS.rows(tx, {"case_id": case_id})
    return {row["part"].removeprefix("dossier."): _opened(ground, row) for row in rows}


def has_drafts(tx: Connection, case_id: int) -> bool:
    """Whether something was typed after the last freeze."""
    return _DRAFTS.first(tx, {"case_id": case_id}) is not None


def with_fixed(definition: Definition, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with what the system answers itself: a fixed question with one choice has that choice."""
    filled = dict(values)
    for section in definition.dossier.values():
        for question in section.fields.values():
            if question.fixed and len(question.choices) == 1:
                filled[section.id] = {**filled.get(section.id, {}), question.id: next(iter(question.choices))}
    return filled


def gaps(loaded: Loaded, values: Mapping[str, Any]) -> dict[str, list[Message]]:
    """Everything that is missing or wrong in the sections and questions that are put, by ``section.field``.

    A section that the public form lets out altogether is missed by nobody where it is empty.
    """
    values = with_fixed(loaded.definition, values)
    form = loaded.definition.public_form
    found: dict[str, list[Message]] = {}
    for section in questions.sections(loaded, values):
        if form is not None and f"dossier.{section.id}" in form.anonymous and not values.get(section.id):
            continue
        asked = questions.in_section(loaded, section, values)
        for path, messages in fields.missing(section.fields, values.get(section.id, {}), asked=asked).items():
            found[f"{section.id}.{path}"] = list(messages)
    return found


def freeze(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    case: Mapping[Any, Any],
    values: Mapping[str, Any],
    at: datetime,
    by: int | None,
    *,
    changed: bool,
) -> tuple[int, str]:
    """Make ``values`` the next revision; where nothing has ``changed`` the last one stays. Returns number and hash."""
    if case["revision"] and not changed:
        return case["revision"], revision_hash(tx, case["id"], case["revision"])
    number = case["revision"] + 1
    digest = _insert(tx, ground, definition, case["id"], number, values, at, by)
    drop_drafts(tx, case["id"])
    return number, digest


@dataclass(frozen=True, slots=True)
class Amended:
    """A revision in which single answers were replaced."""

    number: int
    digest: str
    values: dict[str, Any]


def amend(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    case: Mapping[Any, Any],
    changes: Mapping[str, Mapping[str, Any]],
    at: datetime,
    by: int | None,
) -> Amended:
    """Make a further revision in which the answers in ``changes`` (``{section: {field: value}}``) are replaced.

    What is being typed meanwhile stays, with the new answers in it; where nothing changes the last revision stays.
    """
    before = frozen(tx, ground, case["id"], case["revision"])
    values = before | {section: {**before.get(section, {}), **part} for section, part in changes.items()}
    if values == before:
        return Amended(case["revision"], revision_hash(tx, case["id"], case["revision"]), before)
    for row in _DRAFTS.rows(tx, {"case_id": case["id"]}):
        part = changes.get(row["part"].removeprefix("dossier."))
        if part:
            typing = {**_opened(ground, row), **part}
            save_draft(tx, ground, case["id"], row["part"], row["owner"], typing, row["version"], by or row["saved_by"])
    number = case["revision"] + 1
    return Amended(number, _insert(tx, ground, definition, case["id"], number, values, at, by), values)


def lay_down(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    case_id: int,
    values: Mapping[str, Any],
    at: datetime,
    by: int | None,
) -> str:
    """The first revision of a case whose dossier, with its files, comes from elsewhere; returns its hash."""
    for section in definition.dossier.values():
        for number in paths.file_ids(section.fields, values.get(section.id, {})):
            files.attach(tx, number, case_id, None)
    return _insert(tx, ground, definition, case_id, 1, values, at, by)


def _insert(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    case_id: int,
    number: int,
    values: Mapping[str, Any],
    at: datetime,
    by: int | None,
) -> str:
    body, hidden = personal.split(with_fixed(definition, values), sealed_paths(definition))
    digest = hashlib.sha256(db.canonical(body).encode()).hexdigest()
    row = {"case_id": case_id, "number": number, "body": body, "hash": digest, "created_at": at, "created_by": by}
    _KEEP.run(tx, row)
    personal.store(tx, ground.keys, case_id, number, hidden)
    return digest


def revision_hash(tx: Connection, case_id: int, number: int) -> str:
    return str(_HASH.scalar(tx, {"case_id": case_id, "number": number}))


def revision_code(digest: str) -> str:
    """The eight signs printed in the footer of the form, by which a signed scan is matched to its revision."""
    return f"{digest[:4]}-{digest[4:8]}".upper()


def sealed_paths(definition: Definition) -> list[str]:
    """The path of everything in the dossier that is kept apart."""
    return [path for section in definition.dossier.values() for path in paths.sealed(section.id, section.fields)]


FACTS = 0
"""The revision number under which the sealed answers of acts are kept."""


def facts(tx: Connection, ground: Ground, case: Mapping[Any, Any]) -> dict[str, Any]:
    """The answers of all acts so far by store, with what is sealed: ``{store: {field: value}}``."""
    known: dict[str, Any] = case["facts"]
    if not personal.has_sealed(known):
        return known
    return personal.join(known, personal.load(tx, ground.keys, case["id"], FACTS))


def keep_facts(
    tx: Connection,
    ground: Ground,
    case: Mapping[Any, Any],
    store: str,
    asks: Mapping[str, Field],
    answers: dict[str, Any],
    *,
    under: str | None = None,
) -> dict[str, Any]:
    """Seal what must be sealed of the answers; returns what may stand in the open: ``{field: value or hash}``.

    ``under`` keeps the answers of several one beside the other in the same store.
    """
    place = f"{store}.{under}" if under else store
    sealed = list(paths.sealed(place, asks))
    body, hidden = personal.split({store: {under: answers} if under else answers}, sealed)
    known = case["facts"].get(store, {})
    if sealed and (known.get(under) if under else known):
        personal.forget(tx, case["id"], FACTS, place)
    if hidden:
        personal.store(tx, ground.keys, case["id"], FACTS, hidden)
    kept: dict[str, Any] = body[store][under] if under else body[store]
    return kept
