"""The papers of a workflow, filled in when an act issues them. Formal numbers and seals are the office's own."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import members, numbers, paths, show, tasks
from caseflow.cases.models import round_
from caseflow.cases.move import Move
from caseflow.people.models import authority, organisation
from caseflow.records import files, inbox, letters
from caseflow.records.models import letter
from caseflow.words import Message
from caseflow.workflow.many import Block, Letter
from caseflow.workflow.parts import Text

_PLACE = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


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
        "blocks": [_filled(move, block, slip) for block in form.blocks],
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


def printed_pages(tx: Connection, case_id: int, revision: int) -> int | None:
    """How many pages the printed form of a revision has, once it was made."""
    for row in reversed(letters.of_case(tx, case_id)):
        if row.pdf_file_id is not None and row.body.get("revision") == revision:
            found = files.find(tx, row.pdf_file_id)
            return found.pages if found is not None else None
    return None


def _tell(move: Move, form: Letter, slip: str | None) -> None:
    owner = {
        "applicant": move.case["organisation_id"],
        "prefecture": move.case["prefecture_id"],
        "authority": tasks.office_of(move.tx, move.case["authority_id"]),
    }[form.to]
    if owner is not None:
        values = {"letter": show.pair(form.title), "number": slip or ""}
        inbox.post(move.tx, Message("inbox.letter", values), organisation_id=owner, case_id=move.case["id"])


def _filled(move: Move, block: Block, slip: str | None) -> dict[str, Any]:
    if block.kind == "fields":
        return {"kind": "fields", "rows": [row for path in block.fields for row in _field_rows(move, path)]}
    if block.kind == "list":
        return {"kind": "list", "rows": [show.both(row["title"]) for row in members.rows(move.tx, move.case["id"])]}
    if block.kind == "table" and block.table is not None:
        table = move.definition.tables[block.table]
        return {
            "kind": "table",
            "columns": [show.pair(column.title) for column in table.columns.values()],
            "rows": members.table_rows(move.tx, move.ground, {**move.case, **move.changes}, table),
        }
    return {"kind": block.kind, "text": _text(move, block.text, slip) if block.text else show.both("")}


def _field_rows(move: Move, path: str) -> list[list[show.Pair]]:
    """Label and answer; an answer about each case, or about each field, is a row of its own."""
    question = paths.question(move.definition, path)
    value = move.value(path)
    if question is None:
        return [[show.both(path), show.both(value or "")]]
    if question.type == "members" and isinstance(value, dict):
        titles = {str(row["id"]): row["title"] for row in members.rows(move.tx, move.case["id"])}
        return [
            [
                show.both(titles.get(case_id, case_id)),
                show.joined(
                    [
                        show.value(move.ground, column, said.get(column.id))
                        for column in question.columns.values()
                        if said.get(column.id)
                    ]
                ),
            ]
            for case_id, said in value.items()
        ]
    if question.type == "checklist":
        return [
            [point, show.joined([word for word in (show.conclusion(code), show.both(remark)) if word["zh"]])]
            for point, code, remark in show.points(question, value)
        ]
    if question.type == "field_comments" and isinstance(value, dict):
        return [[_label(move, name), show.both(comment)] for name, comment in value.items()]
    return [[show.pair(question.label), show.value(move.ground, question, value)]]


def _label(move: Move, name: str) -> show.Pair:
    question = paths.question(move.definition, f"dossier.{name}")
    return show.pair(question.label) if question else show.both(name)


def _text(move: Move, pattern: Text, slip: str | None) -> show.Pair:
    places = {name: _place(move, name, slip) for name in _PLACE.findall(pattern.zh + pattern.en)}
    return {
        "zh": _PLACE.sub(lambda place: places[place[1]]["zh"], pattern.zh),
        "en": _PLACE.sub(lambda place: places[place[1]]["en"], pattern.en),
    }


def _place(move: Move, name: str, slip: str | None) -> show.Pair:
    case = {**move.case, **move.changes}
    if name in ("number", "receipt_code", "title", "subject", "workflow", "revision"):
        return show.both(case[name] or "")
    if name == "slip":
        return show.both(slip or "")
    if name in ("today", "date"):
        return show.day(clock.local_date(move.at))
    if name in ("organisation", "prefecture"):
        return _organisation(move.tx, case[f"{name}_id"])
    if name == "authority":
        names = move.tx.scalar(sa.select(authority.c.name).where(authority.c.id == case["authority_id"]))
        return names or show.both("")
    if name == "round":
        title = move.tx.scalar(sa.select(round_.c.title).where(round_.c.id == case["round_id"]))
        return title or show.both("")
    if name == "state":
        return show.pair(move.definition.states[case["state"]].title)
    if name == "due":
        return show.day(case["due_on"]) if case["due_on"] else show.both("")
    if name in move.action.asks or name == "reasons":
        return _answer(move, name)
    return _field_rows(move, name)[0][1]


def _answer(move: Move, name: str) -> show.Pair:
    """An answer of this very act; ``reasons`` is its first free text."""
    for question in move.action.asks.values():
        if question.id == name or (name == "reasons" and question.type == "long_text"):
            return show.value(move.ground, question, move.answers.get(question.id))
    return show.both("")


def _organisation(tx: Connection, organisation_id: int | None) -> show.Pair:
    if organisation_id is None:
        return show.both("")
    row = tx.execute(
        sa.select(organisation.c.name_zh, organisation.c.name_en).where(organisation.c.id == organisation_id)
    ).one()
    return {"zh": row.name_zh, "en": row.name_en or row.name_zh}
