"""What organisations owe in a case beside its holder, until when, what they answered, and why an answer counts no longer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from caseflow.cases import dossier, lines, said, settled, show, standing, tasks, voting
from caseflow.cases.models import reply, task
from caseflow.cases.settled import STORE
from caseflow.cases.view import Offer, View
from caseflow.people import accounts
from caseflow.records import journal
from caseflow.web import clocks, drawing, record
from caseflow.web.record import Part
from caseflow.workflow.beside import Vote
from caseflow.workflow.procedure import Action, Duty

_OUTSIDE = ("own_organisation", "involved")
"""Whose duties every office in the case may know of: they are asked from outside the authority."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One duty of one organisation."""

    task_id: int
    duty: str
    title: str
    owner: show.Pair
    mine: bool
    status: str
    """``open``, ``done``, ``outdated`` (answered, counts no longer), ``passed`` (the case went on without it) or
    ``superseded`` (enough others had answered)."""
    asked_at: datetime
    asked_by: str
    """The act that asked for it, in words; empty where it was owed on entry."""
    asked: Part | None
    """What was asked, for those who may read it."""
    due: clocks.Due | None
    closed_at: datetime | None
    answer: Part | None
    outdated_by: str
    """What made the answer void, in words."""
    offer: Offer | None
    """The act that answers it, where the reader may do it now."""


def of_case(view: View) -> list[Owed]:
    """Every duty that this reader may know of, open ones first, the others newest first."""
    rows = view.tx.execute(
        sa.select(task, reply.c.status.label("reply"), reply.c.entry.label("answered_in"))
        .select_from(task.outerjoin(reply, reply.c.task_id == task.c.id))
        .where(task.c.case_id == view.row["id"], task.c.kind.startswith(tasks.DUTY))
        .order_by(task.c.id.desc())
    ).mappings().all()  # fmt: skip
    if not rows:
        return []
    entries = {row.seq: row for row in journal.entries(view.tx, view.row["id"])}
    known, offers = view.facts(), {one.action.id: one for one in view.offers()}
    found = []
    for row in rows:
        _, duty = _duty(view, row["kind"].removeprefix(tasks.DUTY))
        if duty is not None and (is_mine(view, row) or may_know(view, duty.id, row["organisation_id"])):
            found.append(_owed(view, duty, row, entries, known, offers))
    return [*reversed([one for one in found if one.status == "open"]), *(one for one in found if one.status != "open")]


def tallies(view: View) -> list[tuple[str, str, str]]:
    """How each duty stands that more or fewer than all settle: its title, a sentence, a mark of its standing.

    Of a secret vote nothing but how many have voted, until it is over.
    """
    found: list[tuple[str, str, str]] = []
    for state in view.definition.states.values():
        for duty in state.duties.values():
            if duty.counts == "all" or not may_know(view, duty.id, None):
                continue
            tally = settled.tally_of(view.tx, view.ground, view.row, duty)
            if not tally.asked:
                continue
            vote = isinstance(duty.counts, Vote)
            hidden = voting.is_secret(duty) and not tally.settled
            kind = "hidden" if hidden else "vote" if vote else "count"
            sentence = drawing.say(settled.result(f"duties.tally.{kind}", tally, duty))
            found.append((drawing.named(duty.title), sentence, tally.status))
    return found


def _owed(
    view: View,
    duty: Duty,
    row: Mapping[Any, Any],
    entries: Mapping[int, Row[Any]],
    known: Mapping[str, Any],
    offers: Mapping[str, Offer],
) -> Owed:
    mine = is_mine(view, row)
    asking = entries.get(row["entry"] or 0)
    status = {"open": "open", "void": "passed"}.get(row["status"], "outdated" if row["reply"] == "void" else "done")
    if row["outcome"] == settled.SUPERSEDED:
        status = settled.SUPERSEDED
    on = row["due_on"] or (view.row["due_on"] if duty.on_entry else None)
    return Owed(
        task_id=row["id"],
        duty=duty.id,
        title=drawing.named(duty.title),
        owner=_owner(view, row),
        mine=mine,
        status=status,
        asked_at=row["opened_at"],
        asked_by=_act_title(view, asking),
        asked=_asked(view, asking, entries, known, mine=mine),
        due=clocks.due(view.ground, view.definition, on) if status == "open" else None,
        closed_at=row["closed_at"],
        answer=_answer(view, duty, row, known),
        outdated_by=_outdated_by(view, duty, row, entries) if status == "outdated" else "",
        offer=offers.get(duty.action) if mine and status == "open" else None,
    )


def _duty(view: View, duty_id: str) -> tuple[str, Duty | None]:
    for state in view.definition.states.values():
        if duty_id in state.duties:
            return state.id, state.duties[duty_id]
    return "", None


def in_order(view: View, offers: Iterable[Offer], owed: Iterable[Owed]) -> list[Offer]:
    """The acts to be shown as buttons of their own: without those that stand beside what is owed, and idle ones.

    Idle is an answer to what the own organisation does not owe, and the end of a part that nobody has.
    """
    beside = {one.offer.action.id for one in owed if one.offer is not None}
    open_kinds = {row["kind"] for row in tasks.open_tasks(view.tx, view.row["id"]) if is_mine(view, row)}

    def idle(offer: Offer) -> bool:
        for call in offer.action.then:
            if call.name == "close_duty" and f"{tasks.DUTY}{call.argument}" not in open_kinds:
                return True
            if call.name == "end_involvement" and not standing.involved(view.tx, view.row["id"], str(call.argument)):
                return True
        return False

    return [one for one in offers if one.action.id not in beside and not idle(one)]


def is_mine(view: View, row: Mapping[Any, Any]) -> bool:
    """Whether a task is the own organisation's, or put to this very person."""
    if row["organisation_id"] is None:
        return bool(row["person_id"] == view.actor.person_id)
    return bool(row["organisation_id"] == view.actor.organisation_id)


def _owner(view: View, row: Mapping[Any, Any]) -> show.Pair:
    """The organisation that owes it, or the person who owes it alone."""
    if row["organisation_id"] is not None:
        return lines.organisation_name(view.tx, row["organisation_id"])
    return show.both(accounts.names(view.tx, [row["person_id"]])[row["person_id"]])


def may_know(view: View, duty_id: str, owner: int | None) -> bool:
    """The office knows of all; others of their own, of what they asked for, of what those outside owe in their turn."""
    state_id, duty = _duty(view, duty_id)
    if duty is None:
        return False
    if view.is_office or owner == view.actor.organisation_id:
        return True
    if view.roles & said.asking(view.definition, state_id, duty):
        return True
    roles = view.definition.roles
    holder = roles.get(view.definition.states[state_id].holder or "")
    if duty.each_person is not None:
        return view.is_staff and bool({duty.role, holder.id if holder is not None else ""} & view.roles)
    inside = holder is not None and holder.sees == "own_authority"
    return view.is_staff and not inside and roles[duty.role].sees in _OUTSIDE


def _asked(
    view: View, asking: Row[Any] | None, entries: Mapping[int, Row[Any]], known: Mapping[str, Any], *, mine: bool
) -> Part | None:
    """What the act said that asked for it: whoever is asked reads that, whatever else is kept from them."""
    if asking is None:
        return None
    facts = dossier.facts(view.tx, view.ground, view.row) if mine else known
    action, given = said.in_entry(view.definition, asking, entries, facts) or (None, {})
    part = record.of_act(view, action, given) if action is not None and given else None
    return part if part is not None and part.answers else None


def _answer(view: View, duty: Duty, row: Mapping[Any, Any], known: Mapping[str, Any]) -> Part | None:
    """The answer, where this reader may know it; what is gathered one beside the other stands among the entries."""
    state_id = next(state.id for state in view.definition.states.values() if duty.id in state.duties)
    action = view.definition.action(state_id, duty.action)
    if action is None or action.appends or row["reply"] is None:
        return None
    under = row["organisation_id"] if duty.each is not None else row["answered_in"]
    given = known.get(f"{STORE}{duty.id}", {}).get(str(under))
    later = row["reply"] == "void" and duty.each is not None  # the place is that of the newest answer
    part = record.of_act(view, action, given) if given and not later else None
    return part if part is not None and part.answers else None


def _outdated_by(view: View, duty: Duty, row: Mapping[Any, Any], entries: Mapping[int, Row[Any]]) -> str:
    """The act after which the answer stood no longer for what it was given for."""
    for seq, entry in sorted(entries.items()):
        changed = entry.body.get("outdated", ())
        hit = any(
            one.get("duty") == duty.id and row["organisation_id"] in one.get("organisations", ()) for one in changed
        )
        if seq > (row["answered_in"] or 0) and hit:
            return f"{_act_title(view, entry)}{drawing.t('duties.at', at=drawing.moment(entry.at))}"
    return ""


def _action(view: View, entry: Row[Any] | None) -> Action | None:
    return view.definition.action(entry.from_state, entry.act) if entry is not None and entry.from_state else None


def _act_title(view: View, entry: Row[Any] | None) -> str:
    if entry is None:
        return ""
    action = _action(view, entry)
    return drawing.named(action.title) if action is not None else drawing.t(f"act.engine.{entry.act}")
