"""Effects that change what a case holds, by when it is due, and which bureau it stands with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from caseflow.cases import deadlines, dossier, numbers, paths, taken
from caseflow.cases.models import case, member, task
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, GUARDS, effect, guard
from caseflow.db import Statement
from caseflow.people import organisations
from caseflow.records import files, journal
from caseflow.words import Message, Refused
from caseflow.workflow import running, values
from caseflow.workflow.beside import Extends
from caseflow.workflow.days import workdays
from caseflow.workflow.form import Field

BUREAU = "bureau"
"""The kind of organisation that holds the cases of a prefecture."""


@effect(EFFECTS, "dossier", alters=True)
def freeze(move: Move, _: Any) -> None:
    """Make what is typed an immutable revision; name the case after it."""
    found = move.dossier
    for section in move.definition.dossier.values():
        taken.attach(move, move.case["organisation_id"], paths.file_ids(section.fields, found.get(section.id, {})))
    by = move.actor.person_id if move.actor else None
    number, digest = dossier.freeze(
        move.tx, move.ground, move.definition, move.case, found, move.at, by, changed=move.typed
    )
    _revised(move, number, digest)


def _frozen(move: Move, _: Any) -> list[Message]:
    return [] if move.case["revision"] else move.refuse("guards.not_frozen")


@effect(EFFECTS, alters=True, against=_frozen)
def amend_dossier(move: Move, _: Any) -> None:
    """Write a new revision in which the answers of this form take the place of those that they amend."""
    changes: dict[str, dict[str, Any]] = {}
    for question in move.action.asks.values():
        answer = move.answers.get(question.id)
        if question.amends is None or values.is_blank(answer):
            continue  # what is left open stays as it is
        _, section, name = question.amends.split(".")
        changes.setdefault(section, {})[name] = answer
    by = move.actor.person_id if move.actor else None
    amended = dossier.amend(move.tx, move.ground, move.definition, move.case, changes, move.at, by)
    move.use_dossier(amended.values)
    move.notes["amended"] = [f"{section}.{name}" for section, part in changes.items() for name in part]
    _revised(move, amended.number, amended.digest)


def _revised(move: Move, number: int, digest: str) -> None:
    """Note the revision, and call the case by what it says."""
    move.changes["revision"] = number
    move.notes |= {"revision": number, "revision_hash": digest}
    for column, path in (("title", move.definition.case_title), ("subject", move.definition.case_subject)):
        value = move.value(path) if path else None
        if value:
            move.changes[column] = str(value)
    if "title" in move.changes:
        move.changes["title_key"] = numbers.sort_key(move.changes["title"])


@effect(EFFECTS)
def unlock_more(move: Move, _: Any) -> None:
    """Open the fields named in the form, beside those that are open for correction already."""
    named = _first(move, "dossier_fields") or []
    move.changes["unlocked"] = sorted({*move.row["unlocked"], *named})
    move.notes["unlocked"] = sorted(named)


def _may_extend(move: Move, clock: str | None) -> list[Message]:
    row, until = _running(move, clock), _first(move, "date")
    if row is None or row["due_on"] is None:
        return move.refuse("changing.no_clock")
    if until is None:
        return move.refuse("changing.no_day")
    if date.fromisoformat(until) < row["due_on"]:
        return move.refuse("changing.day_too_early", due=row["due_on"].isoformat())
    last = row["not_after"] if row["task_id"] is None else None  # a duty ends on the day that was asked, no round's
    if last is not None and date.fromisoformat(until) > last:
        return move.refuse("changing.day_too_late", last=last.isoformat())
    return _beyond(move, row, date.fromisoformat(until))


def _beyond(move: Move, row: Mapping[str, Any], until: date) -> list[Message]:
    """What the clock's own rule says against this extension: it was extended before, by others' word, or not so far."""
    rule = deadlines.rule_of(move.definition, row["clock"])
    grounds = rule.clock.extends if rule.clock is not None else ()
    if not grounds:
        return []
    number = _in_turn(move, row, grounds)
    if number is None:
        times = sum(one.at_most for one in grounds)
        return move.refuse("changing.extended_already", times=times, basis=grounds[-1].basis)
    bound = grounds[number]
    said_by = {*move.definition.by(move.case["state"], move.action), *move.action.sign_off}
    if len(grounds) > 1 and bound.by not in said_by:
        title = move.definition.roles[bound.by].title
        return move.refuse("changing.extended_by_other", role={"zh": title.zh, "en": title.en}, basis=bound.basis)
    if bound.up_to is not None:
        calendar = move.ground.calendar_now(move.tx, move.definition.calendar)
        latest = workdays.count(calendar, row["due_on"], workdays.Limit.parse(bound.up_to), roll=rule.roll).due
        if until > latest:
            return move.refuse("changing.extended_too_far", last=latest.isoformat(), basis=bound.basis)
    return []


def _in_turn(move: Move, row: Mapping[str, Any], grounds: tuple[Extends, ...]) -> int | None:
    """The ground on which a clock is extended next: the first that is not used up; nothing where all are."""
    done = [
        one.get("ground", 0)
        for entry in journal.entries(move.tx, move.case["id"])
        for one in deadlines.noted(entry.body, "extended")
        if one.get("deadline") == row["id"]
    ]
    return next((number for number, one in enumerate(grounds) if done.count(number) < one.at_most), None)


@effect(EFFECTS, "clock", against=_may_extend)
def extend_clock(move: Move, clock: str | None) -> None:
    """Give a clock (that of the present state unless named) a later last day: the first date of the form."""
    row, until = _running(move, clock), _first(move, "date")
    if row is None or until is None:
        raise Refused(*_may_extend(move, clock))
    deadlines.extend(move.tx, move.ground, move.definition, row, date.fromisoformat(until))
    rule = deadlines.rule_of(move.definition, row["clock"])
    said = {"clock": row["clock"], "deadline": row["id"], "from": row["due_on"].isoformat(), "to": until}
    if rule.clock is not None and len(rule.clock.extends) > 1:
        said["ground"] = _in_turn(move, row, rule.clock.extends)
    deadlines.note(move, "extended", said)
    move.changes["due_on"] = deadlines.earliest(move.tx, move.definition, move.case["id"])


def _running(move: Move, clock: str | None) -> dict[str, Any] | None:
    """The clock that is meant; of a duty that several owe, the one due first."""
    state = move.case["state"]
    name = running.named(move.definition, clock, state)
    if name.startswith(deadlines.DUTY):
        name = f"{deadlines.DUTY}{state}.{name.removeprefix(deadlines.DUTY)}"
    rows = deadlines.open_deadlines(move.tx, move.case["id"])
    return next((row for row in rows if row["clock"] == name and row["status"] != "paused"), None)


def _a_bureau(move: Move, _: Any) -> list[Message]:
    row = organisations.get(move.tx, int(_first(move, "organisation") or 0))
    fits = row is not None and row["kind"] == BUREAU and row["authority_id"] == move.case["authority_id"]
    return [] if fits else move.refuse("changing.no_bureau_named")


@effect(EFFECTS, against=_a_bureau)
def transfer(move: Move, _: Any) -> None:
    """Hand the case over to the bureau named in the form."""
    _hand_to(move, int(_first(move, "organisation") or 0))


@guard(GUARDS, of_answers=True)
def transfer_elsewhere(move: Move, _: Any) -> list[Message]:
    """The bureau named in the form is another one than the case stands with."""
    same = _first(move, "organisation") == move.case["prefecture_id"]
    return move.refuse("changing.same_bureau") if same else []


_INSIDE = Statement(
    sa.select(case.c.number, case.c.title)
    .join(member, member.c.host_id == case.c.id)
    .where(member.c.case_id == sa.bindparam("case_id"), member.c.status == "in", ~case.c.final)
)


@guard(GUARDS)
def not_in_collective(move: Move, _: Any) -> list[Message]:
    """The case stands in no procedure over many cases that is still running."""
    hosts = _INSIDE.rows(move.tx, {"case_id": move.case["id"]})
    names = [f"{row['number'] or ''} {row['title']}".strip() for row in hosts]
    return move.refuse("guards.in_collective", hosts=names) if names else []


@effect(EFFECTS)
def leave_prefecture(move: Move, _: Any) -> None:
    """Take the case out of its bureau: it was filed with the authority itself."""
    _hand_to(move, None)


@effect(EFFECTS)
def enter_prefecture(move: Move, _: Any) -> None:
    """Give the case to the bureau of the applicant's place: by the region in the dossier, else the organisation's own."""
    found = _bureau_of(move)
    if found is None:
        raise Refused(Message("changing.no_bureau"))
    _hand_to(move, found)


def _bureau_of(move: Move) -> int | None:
    bureaus = {row["division"]: int(row["id"]) for row in organisations.bureaus(move.tx, move.case["authority_id"])}
    for section in move.definition.dossier.values():
        for question in section.fields.values():
            code = str(move.dossier.get(section.id, {}).get(question.id) or "") if question.type == "region" else ""
            for division in (code, f"{code[:4]}00"):  # a county lies in the prefecture of its first four digits
                if code and division in bureaus:
                    return bureaus[division]
    own = organisations.get(move.tx, move.case["organisation_id"])
    return own["prefecture_id"] if own is not None else None


def _hand_to(move: Move, bureau_id: int | None) -> None:
    """Let another bureau hold the case, or none; where the case does not move, what the former one owed goes along."""
    former = move.row["prefecture_id"]
    move.changes["prefecture_id"] = bureau_id
    move.notes["prefecture"] = bureau_id
    if move.action.to is not None or former is None or former == bureau_id:
        return
    owed: dict[str, Any] = {"organisation_id": bureau_id, "person_id": None}
    if bureau_id is None:
        owed = {"status": "void", "outcome": move.action.id, "closed_at": move.at}
    move.tx.execute(
        task.update()
        .where(task.c.case_id == move.case["id"], task.c.status == "open", task.c.organisation_id == former)
        .values(**owed)
    )


def _file_stands(move: Move, _: Any) -> list[Message]:
    row = files.find(move.tx, int(_first(move, "case_file") or 0))
    gone = row is None or row.case_id != move.case["id"] or row.purged_at is not None
    return move.refuse("changing.file_gone") if gone else []


@effect(EFFECTS, against=_file_stands)
def purge_file(move: Move, _: Any) -> None:
    """Destroy the content of the file named in the form; its record, its hash and the reason stay."""
    number = int(_first(move, "case_file") or 0)
    row = files.find(move.tx, number)
    if row is None or not files.purge(move.tx, number, _reason(move)):
        raise Refused(Message("changing.file_gone"))
    move.notes["purged"] = {"file": number, "sha256": row.sha256}


def _reason(move: Move) -> str:
    """Why, in the words of the first choice of the form, else of its first text."""
    question = _answered(move, "choice")
    if question is not None:
        return question.choices[move.answers[question.id]].title.zh
    return str(_first(move, "long_text") or _first(move, "text") or move.action.title.zh)


def _first(move: Move, kind: str) -> Any:
    """The first answer of a type in the form."""
    question = _answered(move, kind)
    return move.answers[question.id] if question is not None else None


def _answered(move: Move, kind: str) -> Field | None:
    answered = (one for one in move.action.asks.values() if one.type == kind and one.amends is None)
    return next((one for one in answered if not values.is_blank(move.answers.get(one.id))), None)
