"""Answers as the lines of a paper: label and text; what is said of each row, case or field is a line of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import footprint_values, members, paths, show
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.people import accounts
from caseflow.people.models import organisation
from caseflow.records import files, personal
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.report import FOOTPRINT

Line = list[show.Pair]
BOUNDARY = f"{FOOTPRINT}.{footprint_values.BOUNDARY}"


def of(move: Move, path: str) -> list[Line]:
    """The lines of the answer at a path of the definition."""
    question = paths.question(move.definition, path)
    value = move.value(path)
    if question is None:
        return [[show.both(path), show.both(value or "")]]
    if path == BOUNDARY and value:
        return [[show.pair(question.label), footprint_values.boundary(move.tx, move.figures)]]
    titles: Mapping[str, show.Pair] = {}
    if question.type == "members" and isinstance(value, dict):
        titles = {str(row["id"]): show.both(row["title"]) for row in members.rows(move.tx, move.case["id"])}
    if question.type == "each_row":
        titles = row_titles(move.definition, move.dossier, question)
    return answered(move.tx, move.ground, move.definition, question, value, titles)


def answered(
    tx: Connection,
    ground: Ground,
    definition: Definition,
    question: Field,
    value: Any,
    titles: Mapping[str, show.Pair],
) -> list[Line]:
    """The lines of one answer; ``titles`` names the cases or rows of which something is said, by their number."""
    label = show.pair(question.label)
    if personal.is_sealed(value):
        return [[label, show.value(ground, question, value)]]
    if question.type in ("members", "each_row") and isinstance(value, dict):
        return [[titles.get(key, show.both(key)), _row(tx, ground, question, said)] for key, said in value.items()]
    if question.type == "table" and isinstance(value, list):
        return [[_numbered(label, at), _row(tx, ground, question, row)] for at, row in enumerate(value, 1)]
    if question.type == "checklist":
        return [
            [point, show.joined([word for word in (show.conclusion(code), show.both(remark)) if word["zh"]])]
            for point, code, remark in show.points(question, value)
        ]
    if question.type == "field_comments" and isinstance(value, dict):
        return [[_label(definition, name), show.both(comment)] for name, comment in value.items()]
    if question.type == "dossier_fields":
        return [[label, show.joined([_label(definition, name) for name in value or ()])]]
    return [[label, text(tx, ground, question, value)]]


def text(tx: Connection, ground: Ground, question: Field, value: Any) -> show.Pair:
    """One answer as text, with names in place of the numbers of organisations, people and files."""
    if value in (None, "", []) or personal.is_sealed(value):
        return show.value(ground, question, value)
    if question.type == "organisation":
        return organisation_name(tx, int(value))
    if question.type == "people":
        names = accounts.names(tx, [int(one) for one in value])
        return show.joined([show.both(names.get(int(one), one)) for one in value])
    if question.type in ("file", "files", "case_file"):
        rows = [files.find(tx, paths.file_id(one)) for one in (value if isinstance(value, list) else [value])]
        return show.joined([show.both(row.name) for row in rows if row is not None])
    return show.value(ground, question, value)


def organisation_name(tx: Connection, organisation_id: int | None) -> show.Pair:
    """What an organisation is called; nothing where there is none."""
    row = tx.execute(
        sa.select(organisation.c.name_zh, organisation.c.name_en).where(organisation.c.id == organisation_id)
    ).first()
    return {"zh": row.name_zh, "en": row.name_en or row.name_zh} if row is not None else show.both("")


def row_titles(definition: Definition, dossier: Mapping[str, Any], question: Field) -> dict[str, show.Pair]:
    """What the rows of the table of which a question speaks are called: by their first column, else by their number."""
    if question.of is None:
        return {}
    _, section, name = question.of.split(".")
    first = next(iter(definition.dossier[section].fields[name].columns))
    stored: Iterable[Mapping[str, Any]] = dossier.get(section, {}).get(name) or []
    return {str(at): show.both(row.get(first) or at + 1) for at, row in enumerate(stored)}


def _numbered(label: show.Pair, number: int) -> show.Pair:
    return {"zh": f"{label['zh']} {number}", "en": f"{label['en']} {number}"}


def _row(tx: Connection, ground: Ground, question: Field, said: Mapping[str, Any]) -> show.Pair:
    """The cells of a row in which something stands."""
    cells = (text(tx, ground, column, said.get(column.id)) for column in question.columns.values())
    return show.joined([cell for cell in cells if cell["zh"]])


def _label(definition: Definition, name: str) -> show.Pair:
    question = paths.question(definition, f"dossier.{name}")
    return show.pair(question.label) if question else show.both(name)
