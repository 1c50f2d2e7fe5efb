"""Every condition that a workflow may name in ``needs``. A refusal says all its reasons at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import (
    deadlines,
    deciding,
    dossier,
    findings,
    four_eyes,
    letters,
    members,
    panels,
    paths,
    quotas,
    ranking,
    settings,
    signing,
    standstill,
    surroundings,
)
from caseflow.cases.models import round_
from caseflow.cases.move import Move
from caseflow.cases.panel_models import interest
from caseflow.cases.registry import EFFECTS, GUARDS, guard
from caseflow.db import Statement
from caseflow.records import files
from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.lookups import rests_on
from caseflow.workflow.parts import Check, Condition
from caseflow.workflow.spans import rests_on_answers


def reasons(move: Move, *, before_asking: bool = False) -> list[Message]:
    """Everything that stands against an act: none means that it may be done.

    ``before_asking`` leaves out what depends on the answers: so far a button is greyed out, with these sentences.
    """
    against: list[Message] = []
    if move.host is None:
        against += standstill.reasons(move)
    if move.signed is None:  # of those who sign each is asked in the own role, when it is the turn of that person
        against += four_eyes.reasons(move)
    limit = settings.number(move.tx, move.definition, move.case, move.action.at_most)
    if limit is not None and move.action.beyond == "refuse":
        done = signing.times_done(move.tx, move.case["id"], move.action.id)
        if done >= limit:
            against += move.refuse("guards.at_most", limit=limit)
    against += deciding.reasons(move, move.action, before_asking=before_asking)
    for need in move.action.needs:
        if not (before_asking and _of_answers(move, need)):
            against += objections(move, need)
    for call in move.action.then:
        what = EFFECTS[call.name]
        if what.against is not None and not (before_asking and (not what.asked_first or rests_on(call, move.store))):
            against += _with_basis(what.against(move, call.argument), call.basis)
    return against


def _of_answers(move: Move, need: Condition) -> bool:
    """Whether a condition looks at the answers of this act."""
    if isinstance(need, Check):
        return "asks." in need.check
    return GUARDS[need.name].of_answers or rests_on(need, move.store) or rests_on_answers(need, move.store)


def objections(move: Move, need: Condition) -> list[Message]:
    """What one condition has against an act."""
    if isinstance(need, Check):
        return _check(move, need)
    return _with_basis(GUARDS[need.name].ask(move, need.argument), need.basis)


def not_offered(definition: Definition, row: Mapping[Any, Any], action_id: str) -> Message:
    """The sentence for an act that does not exist where the case stands."""
    state = definition.states[row["state"]]
    known = next((one.actions[action_id].title for one in definition.states.values() if action_id in one.actions), None)
    return Message(
        "act.not_offered",
        {
            "action": {"zh": known.zh, "en": known.en} if known else {"zh": action_id, "en": action_id},
            "state": {"zh": state.title.zh, "en": state.title.en},
        },
    )


def _check(move: Move, need: Check) -> list[Message]:
    state = move.case["state"] if move.action.id in move.definition.states[move.case["state"]].actions else None
    against = move.loaded.rules.holds(move.action, need, move.values(), state=state)
    return [against] if against is not None else []


def _with_basis(found: list[Message], basis: str | None) -> list[Message]:
    return [Message("guards.with_basis", {"reason": one, "basis": basis}) for one in found] if basis else found


@guard(GUARDS)
def dossier_complete(move: Move, _: Any) -> list[Message]:
    """Every required answer of the dossier is there and within its limits."""
    found = dossier.gaps(move.loaded, move.dossier)
    return [
        Message("guards.field", {"section": _section(move, path), "field": _label(move, path), "reason": message})
        for path, messages in found.items()
        for message in messages
    ]


@guard(GUARDS)
def municipal_round_is_open(move: Move, _: Any) -> list[Message]:
    """The round is open, and the bureau's own closing time has not passed."""
    return _round(move, "municipal_closes", "guards.municipal_closed")


@guard(GUARDS)
def round_is_open(move: Move, _: Any) -> list[Message]:
    """The round is open, and the province's closing time has not passed."""
    return _round(move, "closes", "guards.round_closed")


@guard(GUARDS)
def truth_declared(move: Move, _: Any) -> list[Message]:
    """The declarations of the dossier that must be accepted are accepted."""
    return [
        Message("guards.not_declared", {"field": {"zh": question.label.zh, "en": question.label.en}})
        for section in move.definition.dossier.values()
        for question in section.fields.values()
        if question.type == "boolean"
        and question.text is not None
        and question.required
        and move.dossier.get(section.id, {}).get(question.id) is not True
    ]


@guard(GUARDS, of_answers=True)
def no_state_secret_confirmed(move: Move, _: Any) -> list[Message]:
    """The person confirms with this act that nothing secret or sensitive is uploaded."""
    confirmed = any(
        question.type == "boolean" and move.answers.get(question.id) is True
        for question in move.action.asks.values()
        if question.required
    )
    return [] if confirmed else move.refuse("guards.state_secret")


@guard(GUARDS)
def signed_form_matches(move: Move, _: Any) -> list[Message]:
    """The signed scan belongs to the frozen revision: its revision code and its number of pages agree."""
    if not move.case["revision"]:
        return move.refuse("guards.not_frozen")
    if dossier.has_drafts(move.tx, move.case["id"]):
        return move.refuse("guards.changed_since_frozen")
    code = dossier.revision_code(dossier.revision_hash(move.tx, move.case["id"], move.case["revision"]))
    against: list[Message] = []
    for question in move.action.asks.values():
        if question.type != "file" or question.of_revision is None:
            continue
        given = move.answers.get(question.id)
        if not given:
            continue  # before it is asked for, and where it is optional
        if str(given.get("revision_code", "")).strip().upper() != code:
            against += move.refuse("guards.revision_code", code=code)
        row = files.find(move.tx, paths.file_id(given))
        printed = letters.printed_pages(move.tx, move.case["id"], move.case["revision"])
        if row is not None and row.pages and printed and row.pages != printed:
            against += move.refuse("guards.pages", pages=row.pages, printed=printed)
    return against


@guard(GUARDS, of_answers=True)
def checklist_answered(move: Move, _: Any) -> list[Message]:
    """Every point of the checklists in this form has a conclusion."""
    return [
        Message("guards.checklist_point", {"point": {"zh": text.zh, "en": text.en}})
        for question in move.action.asks.values()
        if question.type == "checklist"
        for item, text in question.items.items()
        if not (move.answers.get(question.id) or {}).get(item, {}).get("conclusion")
    ]


@guard(GUARDS)
def findings_answered(move: Move, _: Any) -> list[Message]:
    """Everything that a warning or the recomputation found has been answered."""
    rows = findings.open_findings(move.tx, move.case["id"])
    return move.refuse("guards.findings_open", count=len(rows)) if rows else []


_CONFLICT = Statement(
    sa.select(interest.c.conflict).where(
        interest.c.member_case_id == sa.bindparam("case_id"),
        interest.c.person_id == sa.bindparam("person_id"),
        interest.c.conflict,
    )
)


@guard(GUARDS)
def no_conflict_of_interest(move: Move, _: Any) -> list[Message]:
    """The officer has declared no own interest in this case and does not belong to the applicant."""
    if move.actor is None:
        return []
    declared = _CONFLICT.scalar(move.tx, {"case_id": move.case["id"], "person_id": move.actor.person_id})
    own = move.actor.organisation_id == move.case["organisation_id"] and move.definition.kind == "application"
    return move.refuse("guards.conflict") if declared or own else []


@guard(GUARDS)
def members_present(move: Move, _: Any) -> list[Message]:
    """At least one case is included."""
    return [] if members.rows(move.tx, move.case["id"]) else move.refuse("guards.no_members")


@guard(GUARDS)
def members_ready(move: Move, _: Any) -> list[Message]:
    """Every included case still stands where it may be taken from, and has what the summary table shows."""
    rule = move.definition.members
    if rule is None:
        return []
    against: list[Message] = []
    for row in members.rows(move.tx, move.case["id"]):
        if row["state"] != rule.in_:
            against += move.refuse("guards.member_elsewhere", number=row["number"])
        for name in members.empty_cells(move, row):
            against += move.refuse("guards.member_cell", number=row["number"], column=name)
    return against


@guard(GUARDS, of_answers=True)
def results_complete(move: Move, _: Any) -> list[Message]:
    """Every included case has its result in this form."""
    given = next((move.answers.get(one.id) or {} for one in move.action.asks.values() if one.type == "members"), {})
    return [
        Message("guards.no_result", {"number": row["number"]})
        for row in members.rows(move.tx, move.case["id"])
        if str(row["id"]) not in given
    ]


@guard(GUARDS, "panel")
def panel_seated(move: Move, panel_id: str) -> list[Message]:
    """The panel has its full number of experts; reserves fill no seat."""
    panel = move.definition.panels[panel_id]
    seated = sum(not row["reserve"] for row in panels.seats(move.tx, move.case["id"], panel_id))
    return move.refuse("guards.panel_size", size=panel.size, seated=seated) if seated < panel.size else []


@guard(GUARDS, "panel")
def pledges_signed(move: Move, panel_id: str) -> list[Message]:
    """The expert has accepted the pledges before anything else."""
    row = panels.seat_of(move.tx, move.case["id"], panel_id, move.seat_holder)
    return [] if row is not None and row["pledged_at"] is not None else move.refuse("guards.pledges")


@guard(GUARDS, "panel")
def is_seated(move: Move, panel_id: str) -> list[Message]:
    """The person sits on the panel."""
    row = panels.seat_of(move.tx, move.case["id"], panel_id, move.seat_holder)
    return [] if row is not None else move.refuse("guards.not_seated")


@guard(GUARDS, "panel")
def scores_complete(move: Move, panel_id: str) -> list[Message]:
    """Every case before the panel has enough valid scores."""
    panel = move.definition.panels[panel_id]
    return [
        Message("guards.too_few_scores", {"number": number, "given": given, "needed": panel.aggregate.min_scores})
        for number, given in ranking.counted(move.tx, move.case["id"], panel_id)
        if given < panel.aggregate.min_scores
    ]


@guard(GUARDS, "quota")
def place_free(move: Move, quota_id: str) -> list[Message]:
    """A place is left under the ceiling (asked again, and for good, when it is taken)."""
    found = quotas.is_over(move, quota_id)
    return [found] if found is not None else []


@guard(GUARDS)
def publicity_over(move: Move, _: Any) -> list[Message]:
    """The period of publicity has ended."""
    for row in deadlines.open_deadlines(move.tx, move.case["id"]):
        if row["clock"].startswith(deadlines.PUBLICITY) and row["status"] == "paused":
            return move.refuse("guards.publicity_suspended")
        if row["clock"].startswith(deadlines.PUBLICITY) and clock.now() < clock.end_of(row["due_on"]):
            return move.refuse("guards.publicity_runs", until=row["due_on"].isoformat())
    return []


def _round(move: Move, which: str, key: str) -> list[Message]:
    closes = surroundings.round_closes(move.tx, move.case, which)
    if closes is None:
        return move.refuse("guards.no_round")
    opens = move.tx.scalar(sa.select(round_.c.opens_at).where(round_.c.id == move.case["round_id"]))
    if opens is not None and clock.now() < opens:
        return move.refuse("guards.round_not_open", opens=opens.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M"))
    if clock.now() >= closes:
        return move.refuse(key, closed=closes.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M"))
    return []


def _section(move: Move, path: str) -> dict[str, str]:
    title = move.definition.dossier[path.split(".", maxsplit=1)[0]].title
    return {"zh": title.zh, "en": title.en}


def _label(move: Move, path: str) -> dict[str, str]:
    section, name, *_ = path.split(".")
    label = move.definition.dossier[section].fields[name.split("[")[0]].label
    return {"zh": label.zh, "en": label.en}
