"""What a higher office demands of one below it: on the page of a case, and the list of all supervised cases with its sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, render_template, request, send_file, url_for
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases import act, desk_acts, lines, show, supervising
from caseflow.cases.view import View
from caseflow.people import accounts
from caseflow.people.models import OFFICES
from caseflow.people.rights import Actor
from caseflow.records import reading, sheets
from caseflow.web import clocks, drawing, posted, shell
from caseflow.web.act_form import casework, request_key
from caseflow.web.desk import MOST_EXPORTED, XLSX
from caseflow.web.shell import MenuItem, page

blueprint = Blueprint("supervising", __name__)

SIZE = 50
SHOWN = ("open", "overdue", "closed")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in words."""

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """One supervision in words, and what the reader may do about it."""

    id: int
    by: show.Pair
    to: show.Pair
    demand: str
    opened_at: datetime
    row: Mapping[str, Any]
    standing: str
    due: clocks.Due | None
    answers: tuple[Answer, ...]
    conclusion: str
    may: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Board:
    """What the card on the page of a case shows."""

    rows: tuple[Told, ...]
    targets: tuple[tuple[int, show.Pair], ...]
    """The offices of which the reader's office may demand something now."""
    key: str


def in_an_office(actor: Actor | None, **_arguments: Any) -> bool:
    """Works on cases in an office."""
    return casework(actor) and actor is not None and actor.organisation_kind in OFFICES


MENU = (MenuItem("supervising.menu", "supervising.listed", in_an_office),)


def of_case(view: View) -> Board | None:
    """The supervisions that this reader's office may know of, the newest first; nothing where there is nothing to show."""
    if not view.is_staff or not in_an_office(view.actor):
        return None
    rows = supervising.of_case(view.tx, view.row["id"], view.actor)
    may = supervising.may_demand(view.definition, view.roles)
    found = supervising.targets(view.tx, view.row["id"], view.actor) if may else []
    if not rows and not found:
        return None
    notes = desk_acts.notes(view.tx, view.ground, view.row)
    answers = supervising.answers(view.tx, view.row["id"])
    names = accounts.names(view.tx, [one.person_id for told in answers.values() for one in told])
    return Board(
        rows=tuple(_told(view, row, notes, answers.get(row["id"], []), names) for row in reversed(rows)),
        targets=tuple((one, lines.organisation_name(view.tx, one)) for one in found),
        key=request_key(),
    )


@page(blueprint, "/cases/<int:case_id>/supervision/<what>", methods=("POST",), policy=shell.signed_in)
def do(case_id: int, what: str) -> Any:
    """Do one of these acts through the one door."""
    if what not in supervising.ACTS:
        abort(404)
    given = {name: request.form.get(name, "") for name in ("supervision", "organisation", "due_on", "text")}
    act.perform(g.tx, shell.house().ground, g.actor, case_id, what, given, request_key=posted.request_key())
    return shell.done(url_for("case.show", case_id=case_id, _anchor="supervision"), what)


@page(blueprint, "/supervision", policy=in_an_office)
def listed() -> Any:
    """Every supervised case of the own office and of those below it."""
    shown, at = _shown(), max(request.args.get("page", 1, type=int), 1)
    rows = g.tx.execute(_known(shown).limit(SIZE).offset(SIZE * (at - 1))).mappings().all()
    return render_template(
        "office/supervision.html",
        rows=[(row, _standing(row), _demand(row), _due(row)) for row in rows],
        shown=shown,
        all_shown=SHOWN,
        counts=_counts(),
        at=at,
        size=SIZE,
    )


@page(blueprint, "/supervision.xlsx", policy=in_an_office)
def export() -> Any:
    """The list as Excel, through the same query; taking it away is logged."""
    found = g.tx.execute(_known(_shown()).limit(MOST_EXPORTED)).mappings().all()
    heads = [
        (drawing.t(key), width)
        for key, width in (
            ("desk.column.number", 18), ("desk.column.title", 30), ("desk.column.workflow", 22), ("supervising.by", 22),
            ("supervising.organisation", 22), ("supervising.demand", 40), ("supervising.due_on", 14),
            ("supervising.standing", 12), ("supervising.answers", 10), ("supervising.last_answer", 18),
            ("supervising.closed_at", 18),
        )
    ]  # fmt: skip
    rows = [
        [
            row["number"] or "",
            row["title"],
            drawing.named(_definition(row).title),
            drawing.named(_name(row, "by")),
            drawing.named(_name(row, "to")),
            _demand(row),
            row["supervision_due_on"],
            drawing.t(f"supervising.status.{_standing(row)}"),
            row["supervision_answers"],
            row["supervision_answered_at"],
            row["supervision_closed_at"],
        ]
        for row in found
    ]
    title = drawing.t("supervising.menu")
    made = drawing.t("desk.export_made", at=drawing.moment(clock.now()), name=g.actor.name, n=len(rows))
    content = sheets.write_table(title, heads, rows, header_lines=[made])
    person_id, what = g.actor.person_id, f"export:supervision:{len(rows)}"
    shell.after(lambda tx: reading.log(tx, person_id, None, what))
    name = f"{title}-{clock.today():%Y%m%d}.xlsx"
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def _told(
    view: View, row: Mapping[str, Any], notes: Mapping[int, str], entries: list[Any], names: Mapping[int, str]
) -> Told:
    may = [supervising.ANSWER] if supervising.may_answer(row, view.actor) else []
    may += [supervising.CLOSE] if supervising.may_close(row, view.actor) else []
    return Told(
        id=row["id"],
        by=lines.organisation_name(view.tx, row["by_id"]),
        to=lines.organisation_name(view.tx, row["organisation_id"]),
        demand=notes.get(row["entry"], ""),
        opened_at=row["opened_at"],
        row=row,
        standing=_stands(row["status"], row["due_on"], row["answers"]),
        due=clocks.due(view.ground, view.definition, row["due_on"]) if row["status"] == "open" else None,
        answers=tuple(Answer(one.at, names.get(one.person_id, ""), notes.get(one.seq, "")) for one in entries),
        conclusion=notes.get(row["closing_entry"] or 0, ""),
        may=tuple(may),
        key=request_key(),
    )


def _shown() -> str:
    return next((one for one in SHOWN if one == request.args.get("show")), SHOWN[0])


def _known(shown: str) -> sa.Select[Any]:
    """The one scoped query, as the page narrows it."""
    status = "" if shown == "overdue" else shown
    return supervising.known(g.tx, shell.house().ground, g.actor, status=status, overdue=shown == "overdue")


def _counts() -> dict[str, int]:
    """How many stand behind each tab, by one reading of the scoped query."""
    every = supervising.known(g.tx, shell.house().ground, g.actor).order_by(None).subquery()
    is_open = every.c.supervision_status == "open"
    late = sa.and_(is_open, every.c.supervision_due_on < clock.today())
    shown = {"open": is_open, "overdue": late, "closed": every.c.supervision_status == "closed"}
    row = g.tx.execute(sa.select(*(sa.func.count().filter(one).label(name) for name, one in shown.items()))).mappings()
    return dict(row.one())


def _stands(status: str, due_on: Any, answers: int) -> str:
    if status == "closed":
        return "closed"
    if due_on < clock.today():
        return "late"
    return "answered" if answers else "open"


def _standing(row: RowMapping) -> str:
    return _stands(row["supervision_status"], row["supervision_due_on"], row["supervision_answers"])


def _demand(row: RowMapping) -> str:
    return desk_acts.notes(g.tx, shell.house().ground, row).get(row["supervision_entry"], "")


def _due(row: RowMapping) -> clocks.Due | None:
    if row["supervision_status"] != "open":
        return None
    return clocks.due(shell.house().ground, _definition(row), row["supervision_due_on"])


def _definition(row: RowMapping) -> Any:
    return shell.house().ground.definition(g.tx, row["definition_id"]).definition


def _name(row: RowMapping, which: str) -> show.Pair:
    return {"zh": row[f"{which}_zh"], "en": row[f"{which}_en"] or row[f"{which}_zh"]}
