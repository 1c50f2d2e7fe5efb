"""Score sheets: what an expert gives each case, kept version by version, apart from everybody else's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import members, panels, tasks
from caseflow.cases.move import Move
from caseflow.cases.panel_models import sheet
from caseflow.db import canonical
from caseflow.people.models import person
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused
from caseflow.workflow.characters import excess
from caseflow.workflow.panel import Criterion, Panel

Phase = Literal["own", "discussion"]


def newest(
    tx: Connection, case_id: int, panel_id: str, *, member_id: int | None = None, person_id: int | None = None
) -> list[RowMapping]:
    """The sheets that count, with the names of who gave them, by member and then as they were first given.

    Only for those who may see them: the office, the expert whose own they are, and others once their own is in.
    """
    where = [sheet.c.case_id == case_id, sheet.c.panel == panel_id]
    where += [sheet.c.member_case_id == member_id] if member_id is not None else []
    where += [sheet.c.person_id == person_id] if person_id is not None else []
    last = (
        sa.select(sa.func.max(sheet.c.id).label("id"), sa.func.min(sheet.c.id).label("first"))
        .where(*where)
        .group_by(sheet.c.member_case_id, sheet.c.person_id)
        .subquery()
    )
    return list(
        tx.execute(
            sa.select(sheet, person.c.name)
            .join(last, last.c.id == sheet.c.id)
            .join(person, person.c.id == sheet.c.person_id)
            .order_by(sheet.c.member_case_id, last.c.first)
        ).mappings()
    )


def own(tx: Connection, case_id: int, panel_id: str, member_id: int, person_id: int) -> RowMapping | None:
    """The sheet that a person gave last; nothing before the first."""
    return next(iter(newest(tx, case_id, panel_id, member_id=member_id, person_id=person_id)), None)


def versions(tx: Connection, case_id: int, panel_id: str, member_id: int, person_id: int) -> list[RowMapping]:
    """Every version of one sheet, oldest first."""
    query = sa.select(sheet).where(
        sheet.c.case_id == case_id,
        sheet.c.panel == panel_id,
        sheet.c.member_case_id == member_id,
        sheet.c.person_id == person_id,
    )
    return list(tx.execute(query.order_by(sheet.c.version)).mappings())


def words(keys: Keyring, row: Mapping[Any, Any]) -> dict[str, Any]:
    """The words of a sheet: ``{"reasons": {criterion: text}, "opinion": text, "why": text}``; none once erased."""
    if personal.is_erased(row["sealed"]):
        return {"reasons": {}, "opinion": "", "why": ""}
    said: dict[str, Any] = personal.open_json(keys, row["sealed"], _context(row))
    return said


def typed(keys: Keyring, panel: Panel, row: Mapping[Any, Any]) -> dict[str, Any]:
    """A sheet as its form takes it, with its total: ``{member, marks: {criterion: {mark, reason}}, …}``."""
    said = words(keys, row)
    marks = {name: {"mark": mark, "reason": said["reasons"].get(name, "")} for name, mark in row["marks"].items()}
    return {
        "member": row["member_case_id"],
        "marks": marks,
        "opinion": said["opinion"],
        "abstain": row["abstained"],
        "why": said["why"],
        "total": total(panel, row["marks"]),
        "phase": row["phase"],
        "version": row["version"],
        "at": row["at"],
    }


def total(panel: Panel, marks: Mapping[str, int]) -> Decimal:
    """The weighted sum of the marks that count in the total, exact."""
    counted = (one for one in panel.rubric.values() if not one.apart and one.id in marks)
    return sum((Decimal(one.weight) * marks[one.id] for one in counted), Decimal(0))


def full(panel: Panel) -> Decimal:
    """The total of full marks."""
    return total(panel, {one.id: one.maximum for one in panel.rubric.values()})


def owed_by(tx: Connection, case_id: int, panel_id: str, person_id: int) -> list[int]:
    """The cases that an expert still has to score, in their order: given to this expert, no sheet, no own interest."""
    done = {row["member_case_id"] for row in newest(tx, case_id, panel_id, person_id=person_id)}
    return [number for number in panels.before(tx, case_id, panel_id, person_id) if number not in done]


def valid(tx: Connection, case_id: int, panel_id: str, *, abstained: bool = False) -> dict[int, list[RowMapping]]:
    """By case, the sheets with marks (``abstained``: and those without) of who sits and declared no interest."""
    sitting = {row["person_id"] for row in panels.seats(tx, case_id, panel_id)}
    barred = panels.conflicts(tx, case_id)
    found: dict[int, list[RowMapping]] = {row["id"]: [] for row in members.rows(tx, case_id)}
    for row in newest(tx, case_id, panel_id):
        counts = row["person_id"] in sitting and (row["member_case_id"], row["person_id"]) not in barred
        if counts and (abstained or not row["abstained"]) and row["member_case_id"] in found:
            found[row["member_case_id"]].append(row)
    return found


def give(move: Move, panel_id: str, given: Mapping[str, Any], phase: Phase) -> int:
    """Keep one expert's sheet of one case: ``{member, marks: {criterion: {mark, reason}}, opinion, abstain, why}``.

    Returns the case. A sheet that abstains has a reason instead of marks; one that is changed in the discussion says why.

    Raises:
        Refused: a mark or a reason is missing, a mark is out of range, a text too long, or the case is not before
            this expert.
    """
    panel = move.definition.panels[panel_id]
    member_id = _member(move, panel_id, given)
    if against := lacking(panel, given, phase):
        raise Refused(*(one for found in against.values() for one in found))
    abstained, why = abstains(given), str(given.get("why") or "").strip()
    said = {} if abstained else given["marks"]
    marks = {name: int(str(said[name]["mark"])) for name in panel.rubric if name in said}
    reasons = {name: str(said[name]["reason"]).strip() for name in marks}
    before = own(move.tx, move.case["id"], panel_id, member_id, move.seat_holder)
    row = {
        "case_id": move.case["id"],
        "panel": panel_id,
        "member_case_id": member_id,
        "person_id": move.seat_holder,
        "version": before["version"] + 1 if before is not None else 1,
        "phase": phase,
        "marks": marks,
        "abstained": abstained,
        "at": move.at,
    }
    told = {"reasons": reasons, "opinion": str(given.get("opinion") or "").strip(), "why": why}
    row["sealed"] = personal.seal_json(move.ground.keys, told, _context(row))
    move.tx.execute(sheet.insert().values(row))
    move.notes["sheet"] = digest(row)
    if not owed_by(move.tx, move.case["id"], panel_id, move.seat_holder):
        tasks.close(move.tx, move.case["id"], f"panel:{panel_id}", move.action.id, move.at, person_id=move.seat_holder)
    return member_id


def abstains(given: Mapping[str, Any]) -> bool:
    """Whether a sheet gives a reason instead of marks."""
    return given.get("abstain") in (True, "yes")


def lacking(panel: Panel, given: Mapping[str, Any], phase: Phase = "own") -> dict[str, list[Message]]:
    """What keeps a sheet from being given in, by place: ``marks.<criterion>``, ``why``, ``opinion``.

    Nothing where it is complete, and no text longer than the panel takes.
    """
    against: dict[str, list[Message]] = {}
    if not abstains(given):
        for criterion in panel.rubric.values():
            one = (given.get("marks") or {}).get(criterion.id) or {}
            found = against_mark(criterion, one.get("mark"))
            if not str(one.get("reason") or "").strip():
                found.append(_about("panels.reason_missing", criterion))
            if over := excess(str(one.get("reason") or ""), panel.max_characters):
                found.append(_about("panels.reason_too_long", criterion, most=panel.max_characters, over=over))
            if found:
                against[f"marks.{criterion.id}"] = found
    if not str(given.get("why") or "").strip():
        if abstains(given):
            against["why"] = [Message("panels.abstain_why")]
        elif phase == "discussion":
            against["why"] = [Message("panels.change_why")]
    for place in ("why", "opinion"):
        if over := excess(str(given.get(place) or ""), panel.max_characters):
            against[place] = [Message(f"panels.{place}_too_long", {"most": panel.max_characters, "over": over})]
    return against


def against_mark(criterion: Criterion, given: Any) -> list[Message]:
    """What is wrong with a mark: it is no whole number, or none from 0 to the highest."""
    try:
        number = int(str(given))
    except ValueError:
        return [_about("panels.mark_missing", criterion)]
    if 0 <= number <= criterion.maximum:
        return []
    return [_about("panels.mark_range", criterion, maximum=criterion.maximum)]


def digest(row: Mapping[Any, Any]) -> str:
    """The hash of one version of a sheet, as the journal and the result of the panel keep it."""
    if personal.is_erased(row["sealed"]):
        return personal.named(row["sealed"])
    return hashlib.sha256(canonical({"marks": row["marks"], "sealed": row["sealed"]}).encode()).hexdigest()


def _member(move: Move, panel_id: str, given: Mapping[str, Any]) -> int:
    numbers = {row["id"]: row["number"] for row in members.rows(move.tx, move.case["id"])}
    member_id = int(given.get("member") or 0)
    if member_id in panels.before(move.tx, move.case["id"], panel_id, move.seat_holder):
        return member_id
    if (member_id, move.seat_holder) in panels.conflicts(move.tx, move.case["id"]) and member_id in numbers:
        raise Refused(Message("panels.declared_conflict", {"number": numbers[member_id]}))
    raise Refused(Message("panels.no_such_member"))


def _about(key: str, criterion: Criterion, **values: Any) -> Message:
    return Message(key, {"criterion": {"zh": criterion.title.zh, "en": criterion.title.en}, **values})


def _context(row: Mapping[Any, Any]) -> str:
    return f"sheet/{row['case_id']}/{row['panel']}/{row['member_case_id']}/{row['person_id']}/{row['version']}"
