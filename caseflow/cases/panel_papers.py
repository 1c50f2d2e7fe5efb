"""The papers of a panel: who was drawn, what each expert accepted, and each expert's scores. One page for each expert.

An expert whose own act issues such a paper stands on it alone: nobody on a panel reads what another said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases import lines, members, panels, scores, show
from caseflow.cases.move import Move
from caseflow.people.models import membership
from caseflow.words import LANGUAGES, text
from caseflow.workflow.panel import Panel


def filled(move: Move, kind: str, panel_id: str) -> dict[str, Any]:
    """The block of ``kind`` (``seats``, ``pledges``, ``sheets``) for a panel of the definition."""
    panel = move.definition.panels[panel_id]
    seated = panels.seats(move.tx, move.case["id"], panel_id)
    if move.role == panel.role:
        seated = [row for row in seated if row["person_id"] == move.seat_holder]
    offices = _offices(move, panel, [row["person_id"] for row in seated])
    if kind == "seats":
        return _seats(move, seated, offices)
    if kind == "pledges":
        return {"pages": [_pledge(move, panel, row, offices) for row in seated if not row["reserve"]]}
    given = scores.newest(move.tx, move.case["id"], panel_id)
    return {"pages": [_sheet(move, panel, row, offices, given) for row in seated if not row["reserve"]]}


def _offices(move: Move, panel: Panel, people: list[int]) -> dict[int, show.Pair]:
    """The organisation in which each expert holds the role of the panel."""
    rows = move.tx.execute(
        sa.select(membership.c.person_id, membership.c.organisation_id).where(
            membership.c.person_id.in_(people), membership.c.role == panel.role, membership.c.until.is_(None)
        )
    )
    return {row.person_id: lines.organisation_name(move.tx, row.organisation_id) for row in rows}


def _seats(move: Move, seated: list[RowMapping], offices: Mapping[int, show.Pair]) -> dict[str, Any]:
    barred = panels.conflicts(move.tx, move.case["id"])
    rows = []
    for number, row in enumerate(seated, start=1):
        seat = "reserve" if row["reserve"] else "chair" if row["chair"] else "member"
        stands_aside = sum(person == row["person_id"] for _, person in barred)
        rows.append(
            [
                show.both(number),
                show.both(row["name"]),
                offices.get(row["person_id"], show.both("")),
                show.words(f"paper.seat.{seat}"),
                show.words("paper.seat.conflicts", n=stands_aside)
                if stands_aside
                else show.words("paper.seat.no_conflict"),
            ]
        )
    heads = ("serial", "name", "office", "seat", "conflict")
    return {
        "columns": [show.words(f"paper.seat.column.{one}") for one in heads],
        "widths": [6, 12, 28, 10, 16],
        "rows": rows,
    }


def _pledge(move: Move, panel: Panel, row: RowMapping, offices: Mapping[int, show.Pair]) -> dict[str, Any]:
    """What one expert accepted, and of which cases an interest was declared."""
    said = panels.declared(move.tx, move.ground.keys, move.case["id"], row["person_id"])
    rows = []
    for number, member in enumerate(members.rows(move.tx, move.case["id"]), start=1):
        declared = said.get(member["id"])
        answer = "undeclared" if declared is None else "conflict" if declared["conflict"] else "none"
        rows.append(
            [
                show.both(number),
                show.both(_named(member)),
                show.words(f"paper.interest.{answer}"),
                show.both(declared["ground"] if declared is not None else ""),
            ]
        )
    pledged = show.day(clock.local_date(row["pledged_at"])) if row["pledged_at"] else show.words("paper.pledge.not_yet")
    return {
        "name": [*_person(row, offices), [show.words("paper.pledge.at"), pledged]],
        "texts": [show.pair(pledge) for pledge in panel.pledges.values()],
        "text": show.words("paper.interest.title"),
        "columns": [show.words(f"paper.interest.column.{one}") for one in ("serial", "case", "conflict", "ground")],
        "widths": [6, 34, 14, 26],
        "rows": rows,
        "signed": [show.words("paper.pledge.signed")],
    }


def _sheet(
    move: Move, panel: Panel, row: RowMapping, offices: Mapping[int, show.Pair], sheets_given: list[RowMapping]
) -> dict[str, Any]:
    """One expert's marks of every case, with reasons and opinion."""
    own = {one["member_case_id"]: one for one in sheets_given if one["person_id"] == row["person_id"]}
    barred = panels.conflicts(move.tx, move.case["id"])
    rows = []
    for number, member in enumerate(members.rows(move.tx, move.case["id"]), start=1):
        given = own.get(member["id"])
        aside = (member["id"], row["person_id"]) in barred
        rows.append(
            [show.both(number), show.both(_named(member)), *_marks(move, panel, None if aside else given, aside=aside)]
        )
    criteria = [
        show.words("paper.sheet.criterion", title=show.pair(one.title), maximum=one.maximum)
        for one in panel.rubric.values()
    ]
    heads = [show.words("paper.sheet.serial"), show.words("paper.sheet.case"), *criteria]
    return {
        "name": _person(row, offices),
        "columns": [*heads, show.words("paper.sheet.total"), show.words("paper.sheet.reasons")],
        "widths": [5, 20, *([11] * len(criteria)), 7, 55],
        "rows": rows,
        "signed": [show.words("paper.sheet.signed")],
    }


def _marks(move: Move, panel: Panel, given: RowMapping | None, *, aside: bool) -> list[show.Pair]:
    if given is None:
        reason = show.words("paper.sheet.aside") if aside else show.words("paper.sheet.not_scored")
        return [*([show.both("–")] * (len(panel.rubric) + 1)), reason]
    words = scores.words(move.ground.keys, given)
    if given["abstained"]:
        return [*([show.both("–")] * (len(panel.rubric) + 1)), show.words("paper.sheet.abstained", why=words["why"])]
    reasons = [(show.pair(one.title), words["reasons"].get(one.id, "")) for one in panel.rubric.values()]
    reasons += [(show.words(f"paper.sheet.{name}"), words[name]) for name in ("opinion", "why") if words[name]]
    said: show.Pair = {
        language: "\n".join(
            text("paper.labelled", language, label=label[language], value=reason) for label, reason in reasons if reason
        )
        for language in LANGUAGES
    }
    marks = given["marks"]
    return [
        *(show.both(marks.get(one.id, "")) for one in panel.rubric.values()),
        show.both(scores.total(panel, marks)),
        said,
    ]


def _person(row: RowMapping, offices: Mapping[int, show.Pair]) -> list[list[show.Pair]]:
    office = offices.get(row["person_id"], show.both(""))
    return [[show.words("paper.expert"), show.both(row["name"])], [show.words("paper.expert_office"), office]]


def _named(member: Mapping[Any, Any]) -> str:
    return f"{member['title']}（{member['subject']}）" if member["subject"] else str(member["title"])
