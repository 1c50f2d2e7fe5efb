"""The papers of a workflow, filled in when an act issues them. Formal numbers and seals are the office's own."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import blocks, numbers, parties, placing
from caseflow.cases.move import Move
from caseflow.people.models import OFFICES
from caseflow.records import files, letters, paper
from caseflow.workflow.many import Letter


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
        "title": placing.text(move, form.title, slip),
        "number": slip,
        "date": clock.local_date(move.at).isoformat(),
        "revision": move.changes.get("revision", move.case["revision"]),
        "layout": layout(form),
        "blocks": [blocks.filled(move, block, slip) for block in form.blocks],
    }
    actor = move.actor
    number = letters.keep(
        move.tx,
        move.ground.keys,
        case_id=move.case["id"],
        kind=letter_id,
        body=body,
        at=move.at,
        created_by=actor.person_id if actor else None,
        organisation_id=actor.organisation_id if actor and actor.organisation_kind in OFFICES else None,
    )
    move.notes.setdefault("letters", []).append({"kind": letter_id, "number": slip})
    if not parties.waits_for_service(form):
        parties.tell(move.tx, form, move.row, slip=slip, number=str(move.row["number"] or ""))
    return number


def layout(form: Letter) -> str:
    """How a letter is laid out: as its definition says, else by its number and by what stands on it.

    Official letters are those under which an office stands; what persons sign by hand is a form.
    """
    if form.layout is not None:
        return form.layout
    if form.number is not None:
        return "slip"
    content = [block.kind for block in form.blocks if block.kind != "heading"]
    if (content and set(content) == {"table"}) or "sheets" in content:
        return "table"
    by_office = any(
        block.kind == "signature" and block.text is not None and not paper.is_by_hand(block.text.zh)
        for block in form.blocks
    )
    gathered = ("fields", *paper.TABLES, *paper.PERSONAL)
    return "letter" if by_office and content[0] not in gathered else "form"


def printed_pages(tx: Connection, case_id: int, revision: int) -> int | None:
    """How many pages the printed form of a revision has, once it was made."""
    for row in reversed(letters.of_case(tx, case_id)):
        if row.pdf_file_id is not None and row.body.get("revision") == revision:
            found = files.find(tx, row.pdf_file_id)
            return found.pages if found is not None else None
    return None
