"""What the office gives a letter after the system made it: its formal number, its date and the sealed file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from caseflow import clock
from caseflow.cases.move import Move
from caseflow.people.models import OFFICES
from caseflow.people.rights import Actor
from caseflow.records import files, letters
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

ACT = "file_letter"
ACTION = Action(id=ACT, title=Text(zh="登记发文字号和盖章件", en="Record number and sealed file"))
"""The engine's own act on any letter, offered to the office that issued it; where the case stands does not change."""
KINDS = ("pdf", "ofd")
"""What a sealed final file may be."""


def may_file(definition: Definition, roles: frozenset[str], actor: Actor, letter: Mapping[Any, Any]) -> bool:
    """Whether somebody who stands to the case in ``roles`` records what the office gave a letter.

    Whoever acts on such cases in the office that issued it; on a letter that no office issued, in any office.
    """
    if actor.organisation_kind not in OFFICES or letter["organisation_id"] not in (None, actor.organisation_id):
        return False
    return acting_role(definition, roles) is not None


def file_of(letter_id: int) -> str:
    """The name of the field under which the sealed file of a letter is received."""
    return f"letter.{letter_id}"


def record(move: Move, posted: Mapping[str, Any], roles: frozenset[str]) -> dict[str, Any]:
    """Keep ``{letter, number, dated, file}``; returns what the journal keeps. Without a file an earlier one stays.

    ``move.role`` is set to the role in which it is done.

    Raises:
        Refused: every reason; the letter is not of this case, or is not this office's.
    """
    found = letters.find(move.tx, number_in(posted.get("letter")))
    if found is None or found.case_id != move.case["id"] or move.actor is None:
        raise Refused(Message("filing.no_letter"))
    letter = found._mapping  # noqa: SLF001 -- public in SQLAlchemy
    if not may_file(move.definition, roles, move.actor, letter):
        raise Refused(Message("filing.not_yours"))
    against: list[Message] = []
    number = ""
    try:
        number = letters.formal_number(str(posted.get("number") or ""))
    except Refused as refused:
        against += [Message(one.key, {**one.values, "input": "number"}) for one in refused.reasons]
    dated = day_in(posted.get("dated"))
    if dated is None:
        against.append(Message("filing.date_missing", {"input": "dated"}))
    elif dated > clock.local_date(move.at):
        against.append(Message("filing.date_ahead", {"input": "dated"}))
    sealed = files.find(move.tx, number_in(posted["file"])) if posted.get("file") else None
    if posted.get("file") and not is_own_file(sealed, letter, move.actor, file_of(letter["id"])):
        against.append(Message("filing.no_file", {"input": "file"}))
    if against or dated is None:
        raise Refused(*against)
    move.role = acting_role(move.definition, roles) or ""
    letters.formal(move.tx, letter["id"], number, dated, sealed.id if sealed is not None else None)
    body = {"letter": letter["id"], "kind": letter["kind"], "number": number, "dated": dated.isoformat()}
    if sealed is not None:
        body |= {"file": sealed.id, "sha256": sealed.sha256}
    return body


def acting_role(definition: Definition, roles: frozenset[str]) -> str | None:
    """The first of these roles that does something in such cases, and not only reads them."""
    states = definition.states
    acting = {role for state in states for one in definition.actions_in(state) for role in definition.by(state, one)}
    return min(roles & acting, default=None)


def is_own_file(sealed: Any, letter: Mapping[Any, Any], actor: Actor, field: str) -> bool:
    """Whether a file was received for this very letter, by the office that files it, and is still there."""
    return (
        sealed is not None
        and sealed.case_id == letter["case_id"]
        and sealed.field == field
        and sealed.organisation_id == actor.organisation_id
        and sealed.purged_at is None
    )


def number_in(given: Any) -> int:
    """A number as it was posted; 0 where it is none."""
    return int(given) if str(given or "").isdecimal() else 0


def day_in(given: Any) -> date | None:
    """A day as it was posted; nothing where it is none."""
    try:
        return given if isinstance(given, date) else date.fromisoformat(str(given or ""))
    except ValueError:
        return None
