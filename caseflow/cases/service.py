"""How a letter was served on its addressee: on what day, in which way, who received it, and the receipt of service.

The day is kept with the case (``served.<letter>.on``) and may start clocks. A later record replaces an earlier one;
both stay.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import beginning, filing, parties
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.cases.task_models import service
from caseflow.people.rights import Actor
from caseflow.records import files, letters, personal
from caseflow.words import Message, Refused
from caseflow.workflow.beside import Service
from caseflow.workflow.days import workdays
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action
from caseflow.workflow.report import SERVED

ACT = "record_service"
ACTION = Action(id=ACT, title=Text(zh="登记送达", en="Record service"))
"""The engine's own act on a letter that is served, offered to the office that issued it; the case stays."""
ANNOUNCED = "announcement"
KINDS = ("pdf", "ofd", "jpg", "png")
"""What a receipt of service may be."""
MOST_RECEIVER, MOST_NOTE = 60, 300


def rule_of(definition: Definition, letter: Mapping[Any, Any]) -> Service | None:
    """How a letter is served; nothing where it is not."""
    form = definition.letters.get(letter["kind"])
    return form.service if form is not None else None


def may_record(definition: Definition, roles: frozenset[str], actor: Actor, letter: Mapping[Any, Any]) -> bool:
    """Whether somebody who stands to the case in ``roles`` records the service of a letter."""
    return rule_of(definition, letter) is not None and filing.may_file(definition, roles, actor, letter)


def file_of(letter_id: int) -> str:
    """The name of the field under which the receipt of a letter is received."""
    return f"service.{letter_id}"


def record(move: Move, posted: Mapping[str, Any], roles: frozenset[str]) -> dict[str, Any]:
    """Keep ``{letter, way, done_on, receiver, note, file}``; returns what the journal keeps.

    Raises:
        Refused: every reason; the letter is not of this case, is not served, or is not this office's.
    """
    found = letters.find(move.tx, filing.number_in(posted.get("letter")))
    if found is None or found.case_id != move.case["id"] or move.actor is None:
        raise Refused(Message("filing.no_letter"))
    letter = found._mapping  # noqa: SLF001 -- public in SQLAlchemy
    rule = rule_of(move.definition, letter)
    if rule is None:
        raise Refused(Message("service.not_served"))
    if not may_record(move.definition, roles, move.actor, letter):
        raise Refused(Message("filing.not_yours"))
    way, done_on = str(posted.get("way") or ""), filing.day_in(posted.get("done_on"))
    receiver, note = (str(posted.get(name) or "").strip() for name in ("receiver", "note"))
    kept = files.find(move.tx, filing.number_in(posted["file"])) if posted.get("file") else None
    against = [*_against(move, rule, way, done_on, letter), *_said_amiss(way, receiver, note)]
    if kept is not None and not filing.is_own_file(kept, letter, move.actor, file_of(letter["id"])):
        kept, against = None, [*against, Message("filing.no_file", {"input": "file"})]
    if rule.receipt and way != ANNOUNCED and kept is None:
        against.append(Message("service.no_receipt", {"input": "file"}))
    if against or done_on is None:
        raise Refused(*against)
    move.role = filing.acting_role(move.definition, roles) or ""
    served_on = counts_from(move, rule, way, done_on)
    _keep(move, letter, way, done_on, served_on, {"receiver": receiver, "note": note}, kept)
    form = move.definition.letters[letter["kind"]]
    if parties.waits_for_service(form):
        slip, number = letter["formal_number"] or letter["number"], str(move.row["number"] or "")
        parties.tell(move.tx, form, move.row, slip=slip, number=number, once=f"served/{letter['id']}")
    beginning.begin(move)
    body = {"letter": letter["id"], "kind": letter["kind"], "way": way, "on": served_on.isoformat(), **move.notes}
    return body | ({"file": kept.id, "sha256": kept.sha256} if kept is not None else {})


def of_letter(tx: Connection, ground: Ground, letter_id: int) -> list[dict[str, Any]]:
    """What was recorded of serving a letter, newest first, with receiver and note (until they are erased)."""
    rows = tx.execute(sa.select(service).where(service.c.letter_id == letter_id).order_by(service.c.id.desc()))
    nothing = {"receiver": "", "note": ""}
    return [
        {
            **row,
            **(
                nothing
                if personal.is_erased(row["sealed"])
                else personal.open_json(ground.keys, row["sealed"], f"service/{row['case_id']}")
            ),
        }
        for row in rows.mappings()
    ]


def newest(tx: Connection, letter_ids: Collection[int]) -> dict[int, RowMapping]:
    """The last record of serving each of these letters, without receiver and note; nothing for those never recorded."""
    known = service.c
    last = sa.select(sa.func.max(known.id)).where(known.letter_id.in_(letter_ids)).group_by(known.letter_id)
    rows = tx.execute(sa.select(known.letter_id, known.way, known.served_on).where(known.id.in_(last)))
    return {row["letter_id"]: row for row in rows.mappings()}


def file_ids(tx: Connection, letter_ids: list[int]) -> set[int]:
    """The receipts kept with these letters."""
    found = sa.select(service.c.file_id).where(service.c.letter_id.in_(letter_ids), service.c.file_id.is_not(None))
    return set(tx.scalars(found))


def _against(move: Move, rule: Service, way: str, done_on: date | None, letter: Mapping[Any, Any]) -> list[Message]:
    against = [] if way in rule.ways else [Message("service.no_such_way", {"input": "way"})]
    if done_on is None:
        against.append(Message("service.date_missing", {"input": "done_on"}))
    elif done_on > clock.local_date(move.at):
        against.append(Message("service.date_ahead", {"input": "done_on"}))
    elif done_on < clock.local_date(letter["created_at"]):
        against.append(Message("service.before_letter", {"input": "done_on"}))
    return against


def _said_amiss(way: str, receiver: str, note: str) -> list[Message]:
    against = []
    if way != ANNOUNCED and not receiver:
        against.append(Message("service.no_receiver", {"input": "receiver"}))
    if len(receiver) > MOST_RECEIVER:
        against.append(Message("service.too_long", {"limit": MOST_RECEIVER, "input": "receiver"}))
    if len(note) > MOST_NOTE:
        against.append(Message("service.too_long", {"limit": MOST_NOTE, "input": "note"}))
    return against


def counts_from(move: Move, rule: Service, way: str, done_on: date) -> date:
    """The day on which it counts as served: that of the act, or so long after the announcement."""
    if way != ANNOUNCED or rule.deemed is None:
        return done_on
    calendar = move.ground.calendar_now(move.tx, move.definition.calendar)
    return workdays.count(calendar, done_on, workdays.Limit.parse(rule.deemed), roll="none").due


def _keep(
    move: Move,
    letter: Mapping[Any, Any],
    way: str,
    done_on: date,
    served_on: date,
    said: Mapping[str, str],
    kept: Any,
) -> None:
    """Write the record, and what conditions and clocks read of it."""
    move.tx.execute(
        service.insert().values(
            case_id=move.case["id"],
            letter_id=letter["id"],
            way=way,
            done_on=done_on,
            served_on=served_on,
            sealed=personal.seal_json(move.ground.keys, said, f"service/{move.case['id']}"),
            file_id=kept.id if kept is not None else None,
            entry=move.case["seq"] + 1,
            person_id=move.seat_holder,
            at=move.at,
        )
    )
    known = move.row["facts"]
    served = {**known.get(SERVED, {}), letter["kind"]: {"on": served_on.isoformat(), "way": way}}
    move.changes["facts"] = {**known, SERVED: served}
