"""What was posted, taken as the answers of an act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from caseflow.cases import choosing, dossier, paths, questions, settled
from caseflow.cases.entry import Invalid
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS
from caseflow.records import files
from caseflow.words import Message, Refused
from caseflow.workflow import fields


def clean(move: Move, posted: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as typed values; a question that is not put is neither missed nor kept.

    Raises:
        Invalid: with everything that is wrong, by field.
        Refused: a file belongs to somebody else.
    """
    asks = move.action.asks
    if not asks and not posted:
        return {}
    references: dict[str, Callable[[str], bool]] = {
        name: known.__contains__ for name, known in move.ground.references.items()
    }
    references["dossier_fields"] = choosing.places(move.definition).__contains__
    references["people"] = lambda number: choosing.is_in_office(move.tx, move.case["authority_id"], int(number))
    asked = questions.in_form(move.loaded, move.case["state"], move.action, move.values())
    of_tables = any(one.type == "each_row" for one in asks.values())
    rows = choosing.rows(asks, move.dossier) if of_tables else {}
    values, errors = fields.clean_section(asks, posted, references=references, asked=asked, rows=rows)
    values = fields.relevant(asks, values, asked)
    errors = errors or choosing.unknown(move, values)
    if errors:
        raise Invalid(errors)
    own = move.actor.organisation_id if move.actor else None
    attach(move, own, paths.file_ids(asks, values))
    return values


def attach(move: Move, organisation_id: int | None, numbers: Any) -> None:
    """Make uploads part of the case: those of the own organisation that belong to no other case.

    Raises:
        Refused: one of them is somebody else's.
    """
    for number in numbers:
        row = files.find(move.tx, number)
        free = row is not None and row.case_id is None and row.organisation_id == organisation_id
        if row is None or not (free or row.case_id == move.case["id"]):
            raise Refused(Message("act.file_not_yours"))
        if free:
            files.attach(move.tx, number, move.case["id"], None)


def keep(move: Move) -> None:
    """Keep what the form was answered with, in place of earlier answers or as one more entry beside them."""
    tx, case, action, known = move.tx, move.case, move.action, move.case["facts"]
    under = move.entry if action.appends else None
    kept_apart = (EFFECTS[call.name].apart for call in action.then)
    apart = {name for kept in kept_apart if kept is not None for name in kept(action)}
    given = {name: said for name, said in move.answers.items() if name not in apart}
    given = {} if settled.settles_secretly(move.definition, case["state"], action) else given
    kept = dossier.keep_facts(tx, move.ground, case, move.store, action.asks, given, under=under)
    stored = {**known.get(move.store, {}), under: kept} if under is not None else kept
    move.changes["facts"] = {**known, move.store: stored}
    move.notes["answers"] = kept
    # While the case stays where it is, others go on typing their own answers to the same act.
    typed_by = move.typed_by or (move.actor.person_id if move.actor else None)
    own = f"person:{typed_by}" if typed_by and action.to is None else None
    dossier.drop_drafts(tx, case["id"], f"act.{action.id}", own)
