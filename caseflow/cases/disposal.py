"""A case whose retention is over is disposed of: one officer asks for it, another carries it out, a stop keeps it.

Nothing is disposed of by itself: a period that ends obliges to decide, and destroys nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from caseflow.cases import desk_acts, erasing, standing
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.clock import local_date
from caseflow.people.rights import Actor
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
    wide = archivists(move.definition, move.actor) if move.actor is not None else []
    if not roles.intersection(wide):
        raise Refused(Message("disposal.office_only"))
    move.role = next(role for role in wide if role in roles)
    stands: dict[str, Any] = dict(move.case["facts"].get(KEPT, {}))
    reason = str(posted.get("reason") or "").strip()
    against = [] if reason else [Message("disposal.reason_missing", {"input": "reason"})]
    against += [Message("disposal.done")] if stands.get("done") else _AGAINST[move.action.id](move, stands)
    if len(reason) > desk_acts.MOST_NOTE:
        against.append(Message("desk_acts.note_too_long", {"limit": desk_acts.MOST_NOTE, "input": "reason"}))
    if against:
        raise Refused(*against)
    body: dict[str, Any] = {}
    if move.action.id == DISPOSE:
        zh, en = (text("disposal.purged", language) for language in LANGUAGES)
        body["erased"] = erasing.erase(move.tx, move.case["id"], f"{zh} · {en}")
        stands = {"done": local_date(move.at).isoformat()}
    elif move.action.id == ASK:
        stands["asked_by"] = move.seat_holder
    else:
        stands = {"stopped": True} if move.action.id == STOP else {}
    kept = desk_acts.keep_note(move, reason)
    move.changes["facts"] = {**move.changes["facts"], KEPT: stands}
    return {**body, "answers": kept}


def kept_until(ground: Ground, definition: Definition, row: Mapping[Any, Any]) -> date | None:
    """The last day on which a case is kept; none before it has ended."""
    state = definition.states.get(row["state"])
    if not row["final"] or state is None or state.retention is None:
        return None
    calendar = ground.calendars[definition.calendar]
    return count(calendar, local_date(row["moved_at"]), Limit.parse(state.retention)).nominal


def archivists(definition: Definition, actor: Actor) -> list[str]:
    """The roles in which somebody disposes of cases of this workflow: of the authority itself, and not only reading."""
    if actor.organisation_kind != "authority":
        return []
    return sorted(role.id for role in standing.working(definition, actor) if role.sees == "own_authority")


def stand_of(row: Mapping[Any, Any], until: date | None, day: date) -> str | None:
    """How the disposal of a case stands: ``done``, ``stopped``, ``asked``, ``due``; nothing while it is merely kept."""
    kept = row["facts"].get(KEPT, {})
    if kept.get("done"):
        return "done"
    if kept.get("stopped"):
        return "stopped"
    if "asked_by" in kept:
        return "asked"
    return "due" if until is not None and until < day else None


def _against_asking(move: Move, stands: Mapping[str, Any]) -> list[Message]:
    until = kept_until(move.ground, move.definition, move.case)
    if until is None:
        return [Message("disposal.not_over")]
    against = [Message("disposal.kept", {"until": until.isoformat()})] if local_date(move.at) <= until else []
    against += [Message("disposal.stopped")] * bool(stands.get("stopped"))
    return against + [Message("disposal.asked")] * ("asked_by" in stands)


def _against_disposing(move: Move, stands: Mapping[str, Any]) -> list[Message]:
    if stands.get("stopped"):
        return [Message("disposal.stopped")]
    if "asked_by" not in stands:
        return [Message("disposal.not_asked")]
    return [Message("disposal.four_eyes")] * (stands["asked_by"] == move.seat_holder)


_AGAINST: dict[str, Callable[[Move, Mapping[str, Any]], list[Message]]] = {
    ASK: _against_asking,
    DISPOSE: _against_disposing,
    STOP: lambda _, stands: [Message("disposal.stopped")] * bool(stands.get("stopped")),
    RESUME: lambda _, stands: [] if stands.get("stopped") else [Message("disposal.not_stopped")],
}
