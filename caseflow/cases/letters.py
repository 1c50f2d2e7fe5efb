"""The papers of a workflow, filled in when an act issues them. Formal numbers and seals are the office's own."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import members, numbers, show, tasks
from caseflow.cases.models import round_
from caseflow.cases.move import Move
from caseflow.people.models import authority, organisation
from caseflow.records import inbox
from caseflow.records.models import letter
from caseflow.words import Message
from caseflow.workflow.form import Field
from caseflow.workflow.many import Block, Letter
from caseflow.workflow.parts import Text

_PLACE = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
PLACES = ("number", "slip", "date", "today", "organisation", "prefecture", "authority", "round", "receipt_code", "reasons")
"""What a letter may name besides the paths of the dossier and of earlier answers."""


def issue(move: Move, letter_id: str) -> int:
    """Fill the letter's blocks, keep it with the case and tell the addressee."""
    form = move.definition.letters[letter_id]
    year = clock.local_date(move.at).year
    slip = None
    if form.number is not None:
        slip = numbers.fill(
            form.number, year, numbers.next_serial(move.tx, move.case["authority_id"], form.number, year)
        )
    body = {
        "title": show.pair(form.title),
        "number": slip,
        "date": clock.local_date(move.at).isoformat(),
        "revision": move.changes.get("revision", move.case["revision"]),
        "blocks": [_filled(move, form, block, slip) for block in form.blocks],
    }
    number = move.tx.execute(
        letter.insert()
        .values(
            case_id=move.case["id"],
            kind=letter_id,
            number=slip,
            body=body,
            created_at=move.at,
            created_by=move.actor.person_id if move.actor else None,
        )
        .returning(letter.c.id)
    ).scalar_one()
    move.notes.setdefault("letters", []).append({"kind": letter_id, "number": slip})
    _tell(move, form, slip)
    return int(number)


def of_case(tx: Connection, case_id: int) -> list[RowMapping]:
    """The letters of a case, oldest first."""
    return list(tx.execute(sa.select(letter).where(letter.c.case_id == case_id).order_by(letter.c.id)).mappings())


def _tell(move: Move, form: Letter, slip: str | None) -> None:
    owner = {
        "applicant": move.case["organisation_id"],
        "prefecture": move.case["prefecture_id"],
        "authority": tasks.office_of(move.tx, move.case["authority_id"]),
    }[form.to]
    if owner is not None:
        values = {"letter": show.pair(form.title), "number": slip or ""}
        inbox.post(move.tx, Message("inbox.letter", values), organisation_id=owner, case_id=move.case["id"])


def _filled(move: Move, form: Letter, block: Block, slip: str | None) -> dict[str, Any]:
    if block.kind == "fields":
        return {"kind": "fields", "rows": [_field_row(move, path) for path in block.fields]}
    if block.kind == "list":
        return {"kind": "list", "rows": [show.both(row["title"]) for row in members.rows(move.tx, move.case["id"])]}
    if block.kind == "table" and block.table is not None:
        table = move.definition.tables[block.table]
        return {
            "kind": "table",
            "columns": [show.pair(column.title) for column in table.columns.values()],
            "rows": [
                [show.both("" if cell is None else cell) for cell in row]
                for row in members.table_rows(move.tx, move.ground, table, move.case["id"])
            ],
        }
    return {"kind": block.kind, "text": _text(move, block.text, slip) if block.text else show.both("")}


def _field_row(move: Move, path: str) -> list[show.Pair]:
    question = question_at(move, path)
    if question is None:
        return [show.both(path), show.both(move.value(path) or "")]
    return [show.pair(question.label), show.value(move.ground, question, move.value(path))]


def question_at(move: Move, path: str) -> Field | None:
    """The question behind a path of the dossier or of an act's answers."""
    head, *rest = path.split(".")
    if head == "dossier" and len(rest) == 2:  # noqa: PLR2004 -- section and field
        section = move.definition.dossier.get(rest[0])
        return section.fields.get(rest[1]) if section else None
    for state in move.definition.states:
        for action in move.definition.actions_in(state):
            if (action.store or action.id) == head and rest and rest[0] in action.asks:
                return action.asks[rest[0]]
    return None


def _text(move: Move, pattern: Text, slip: str | None) -> show.Pair:
    places = {name: _place(move, name, slip) for name in _PLACE.findall(pattern.zh + pattern.en)}
    return {
        "zh": _PLACE.sub(lambda place: places[place[1]]["zh"], pattern.zh),
        "en": _PLACE.sub(lambda place: places[place[1]]["en"], pattern.en),
    }


def _place(move: Move, name: str, slip: str | None) -> show.Pair:
    case = move.case
    if name == "number":
        return show.both(move.changes.get("number") or case["number"] or "")
    if name == "slip":
        return show.both(slip or "")
    if name == "receipt_code":
        return show.both(case["receipt_code"])
    if name in ("date", "today"):
        return show.day(clock.local_date(move.at))
    if name in ("organisation", "prefecture"):
        return _organisation(move.tx, case[f"{name}_id"])
    if name == "authority":
        names = move.tx.scalar(sa.select(authority.c.name).where(authority.c.id == case["authority_id"]))
        return names or show.both("")
    if name == "round":
        title = move.tx.scalar(sa.select(round_.c.title).where(round_.c.id == case["round_id"]))
        return title or show.both("")
    if name == "reasons":
        return show.both(next((one for one in move.answers.values() if isinstance(one, str)), ""))
    return _field_row(move, name)[1]


def _organisation(tx: Connection, organisation_id: int | None) -> show.Pair:
    if organisation_id is None:
        return show.both("")
    row = tx.execute(
        sa.select(organisation.c.name_zh, organisation.c.name_en).where(organisation.c.id == organisation_id)
    ).one()
    return {"zh": row.name_zh, "en": row.name_en or row.name_zh}
