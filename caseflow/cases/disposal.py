"""A case whose retention is over is disposed of: one officer asks for it, another carries it out, a stop keeps it.

Nothing is disposed of by itself: a period that ends obliges to decide, and destroys nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import desk_acts, erasing
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.cases.move import Move
from caseflow.clock import local_date
from caseflow.words import LANGUAGES, Message, Refused, text
from caseflow.workflow.days.workdays import Limit, count
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

ASK, DISPOSE, STOP, RESUME = "disposal_ask", "dispose", "disposal_stop", "disposal_resume"
ACTS = {
    ASK: Action(id=ASK, title=Text(zh="提出销毁", en="Ask for the disposal")),
    DISPOSE: Action(id=DISPOSE, title=Text(zh="到期销毁", en="Dispose of it")),
    STOP: Action(id=STOP, title=Text(zh="暂停销毁", en="Stop the disposal")),
    RESUME: Action(id=RESUME, title=Text(zh="恢复销毁", en="Let the disposal go on")),
}
"""The engine's own acts on what is kept of any case; each with a ``reason``."""
KEPT = "disposal"
"""Under which the case keeps how its disposal stands: ``{asked_by, stopped, done}``."""


def run(move: Move, posted: Mapping[str, Any], roles: frozenset[str]) -> dict[str, Any]:
    """Do one of these acts; returns what the journal keeps. ``move.role`` is set to the role in which it is done.

    Raises:
        Refused: every reason; not of the authority itself, no reason given, kept for longer, stopped, or done.
    """
    wide = [role for role in sorted(roles) if move.definition.roles[role].sees == "own_authority"]
    if move.actor is None or not wide or move.actor.organisation_kind != "authority":
        raise Refused(Message("disposal.office_only"))
    move.role = wide[0]
    standing: dict[str, Any] = dict(move.case["facts"].get(KEPT, {}))
    reason = str(posted.get("reason") or "").strip()
    against = [] if reason else [Message("disposal.reason_missing", {"input": "reason"})]
    against += [Message("disposal.done")] if standing.get("done") else _AGAINST[move.action.id](move, standing)
    if len(reason) > desk_acts.MOST_NOTE:
        against.append(Message("desk_acts.note_too_long", {"limit": desk_acts.MOST_NOTE, "input": "reason"}))
    if against:
        raise Refused(*against)
    body: dict[str, Any] = {}
    if move.action.id == DISPOSE:
        zh, en = (text("disposal.purged", language) for language in LANGUAGES)
        body["erased"] = erasing.erase(move.tx, move.case["id"], f"{zh} · {en}")
        standing = {"done": local_date(move.at).isoformat()}
    elif move.action.id == ASK:
        standing["asked_by"] = move.seat_holder
    else:
        standing = {"stopped": True} if move.action.id == STOP else {}
    kept = desk_acts.keep_note(move, reason)
    move.changes["facts"] = {**move.changes["facts"], KEPT: standing}
    return {**body, "answers": kept}


def kept_until(ground: Ground, definition: Definition, row: Mapping[Any, Any]) -> date | None:
    """The last day on which a case is kept; none before it has ended."""
    state = definition.states.get(row["state"])
    if not row["final"] or state is None or state.retention is None:
        return None
    calendar = ground.calendars[definition.calendar]
    return count(calendar, local_date(row["moved_at"]), Limit.parse(state.retention)).nominal


def due(tx: Connection, ground: Ground, authority_id: int, day: date) -> list[tuple[Any, date]]:
    """The cases of an authority that nobody need keep any longer and that are not disposed of, with their last day."""
    rows = tx.execute(
        sa.select(case).where(case.c.authority_id == authority_id, case.c.final).order_by(case.c.moved_at, case.c.id)
    ).mappings()
    found = []
    for row in rows:
        until = kept_until(ground, ground.definition(tx, row["definition_id"]).definition, row)
        if until is not None and until < day and not row["facts"].get(KEPT, {}).get("done"):
            found.append((row, until))
    return found


def _against_asking(move: Move, standing: Mapping[str, Any]) -> list[Message]:
    until = kept_until(move.ground, move.definition, move.case)
    if until is None:
        return [Message("disposal.not_over")]
    against = [Message("disposal.kept", {"until": until.isoformat()})] if local_date(move.at) <= until else []
    against += [Message("disposal.stopped")] * bool(standing.get("stopped"))
    return against + [Message("disposal.asked")] * ("asked_by" in standing)


def _against_disposing(move: Move, standing: Mapping[str, Any]) -> list[Message]:
    if standing.get("stopped"):
        return [Message("disposal.stopped")]
    if "asked_by" not in standing:
        return [Message("disposal.not_asked")]
    return [Message("disposal.four_eyes")] * (standing["asked_by"] == move.seat_holder)


_AGAINST: dict[str, Callable[[Move, Mapping[str, Any]], list[Message]]] = {
    ASK: _against_asking,
    DISPOSE: _against_disposing,
    STOP: lambda _, standing: [Message("disposal.stopped")] * bool(standing.get("stopped")),
    RESUME: lambda _, standing: [] if standing.get("stopped") else [Message("disposal.not_stopped")],
}
