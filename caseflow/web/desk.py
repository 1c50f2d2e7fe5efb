"""The desk: what is owed, due first; and every case one may know of. The address of the page is the filter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Any, cast

import sqlalchemy as sa
from flask import Blueprint, g, render_template, request, send_file, url_for
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import circulating, fees, find, panels, scores, standing, supervising
from caseflow.cases.find import Filters
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, round_
from caseflow.cases.panel_models import seat
from caseflow.cases.view import state_name
from caseflow.office import bulk, extensions
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.records import reading, sheets
from caseflow.web import clocks, drawing, shell
from caseflow.web.act_form import casework
from caseflow.web.shell import MenuItem, page
from caseflow.workflow.definition import Definition

blueprint = Blueprint("desk", __name__)

MENU = (
    MenuItem("desk.menu", "desk.mine", casework),
    MenuItem("desk.menu_all", "desk.everything", casework),
)
SIZE = 50
MOST_EXPORTED = 5000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list."""

    row: RowMapping
    definition: Definition
    link: str
    owed: str
    """What is to be done, in words."""
    due: clocks.Due | None
    progress: tuple[int, int] | None = None
    """Of an expert's assignment: scored, and how many there are."""


@page(blueprint, "/desk", policy=casework)
def mine() -> Any:
    """The work list: open tasks of the own roles, those put to the person, and what is to be signed."""
    ground = shell.house().ground
    return _listed(
        lambda wanted, limit, offset: find.desk(
            g.tx, ground, g.actor, wanted, clock.today(), limit=limit, offset=offset
        ),
        mine=True,
    )


@page(blueprint, "/cases", policy=casework)
def everything() -> Any:
    """Every case the reader may know of, the one that moved last first."""
    ground = shell.house().ground
    return _listed(
        lambda wanted, limit, offset: find.cases(
            g.tx, ground, g.actor, wanted, clock.today(), limit=limit, offset=offset
        ),
        mine=False,
    )


def _listed(search: Callable[[Filters, int, int], find.Page], *, mine: bool) -> Any:
    """A list as the address narrows it, with how many there are in all, overdue and soon due."""
    wanted, ground = _filters(), shell.house().ground
    until = clocks.soon_until(ground, _definitions())
    found = search(_timed(wanted, until), SIZE, _offset())
    counts = {name: search(_timed(replace(wanted, due=name), until), 0, 0).count for name in ("", "overdue", "soon")}
    return render_template(
        "desk/desk.html",
        lines=_lines(g.tx, ground, g.actor, found.rows),
        count=found.count,
        counts=counts,
        at=_page(),
        size=SIZE,
        wanted=wanted,
        choices=_choices(g.tx),
        mine=mine,
        seats=_seats(g.tx, ground, g.actor, {row["id"] for row in found.rows}) if mine else [],
        extensions=extensions.waiting_for(g.tx, g.actor) if mine and g.actor.organisation_kind == "authority" else [],
        most_at_once=bulk.MOST,
        today=clock.today(),
        supervised=supervising.waiting_cases(g.tx, ground, g.actor) if mine else [],
        to_read=circulating.waiting_for(g.tx, ground, g.actor) if mine else [],
    )


def found_ids(*, mine: bool, most: int) -> list[int]:
    """The cases that the work list (or the list of all cases) shows under the filters of the address."""
    return list(dict.fromkeys(int(row["id"]) for row in _found(mine=mine, most=most)))


def _found(*, mine: bool, most: int) -> list[RowMapping]:
    """The rows of a list as the address narrows it."""
    ground = shell.house().ground
    timed = _timed(_filters(), clocks.soon_until(ground, _definitions()))
    if mine:
        return find.desk(g.tx, ground, g.actor, timed, clock.today(), limit=most).rows
    return find.cases(g.tx, ground, g.actor, timed, clock.today(), limit=most).rows


@page(blueprint, "/cases.xlsx", policy=casework)
def export() -> Any:
    """The list as Excel, through the same scoped query; taking it away is logged."""
    is_mine = request.args.get("list") == "desk"
    lines = _lines(g.tx, shell.house().ground, g.actor, _found(mine=is_mine, most=MOST_EXPORTED))
    rounds = {row["id"]: drawing.named(row["title"]) for row in _rounds(g.tx)}
    heads = [
        (drawing.t(f"desk.column.{name}"), width)
        for name, width in (
            ("number", 18), ("title", 30), ("subject", 22), ("workflow", 22), ("round", 18), ("prefecture", 18),
            ("state", 16), ("due_on", 14), ("standing", 12), ("moved", 18),
        )
    ]  # fmt: skip
    rows = [
        [
            line.row["number"] or "",
            line.row["title"],
            line.row["subject"],
            drawing.named(line.definition.title),
            rounds.get(line.row["round_id"], ""),
            _prefecture(line.row),
            drawing.named(state_of(g.actor, line.definition, line.row["state"])),
            line.due.on if line.due else None,
            drawing.t(f"shell.deadline.{line.due.mark}") if line.due else "",
            line.row["moved_at"],
        ]
        for line in lines
    ]
    title = drawing.t("desk.title" if is_mine else "desk.all_title")
    made = drawing.t("desk.export_made", at=drawing.moment(clock.now()), name=g.actor.name, n=len(rows))
    content = sheets.write_table(title, heads, rows, header_lines=[made])
    person_id, what = g.actor.person_id, f"export:list:{len(rows)}"
    shell.after(lambda tx: reading.log(tx, person_id, None, what))
    name = f"{title}-{clock.today():%Y%m%d}.xlsx"
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def _filters() -> Filters:
    asked = request.args
    workflow, _, state = asked.get("state", "").rpartition("/")
    return Filters(
        text=asked.get("q", "")[:100],
        workflow=workflow or asked.get("workflow", ""),
        states=_alike(workflow, state),
        round_id=asked.get("round", type=int),
        prefecture_id=asked.get("prefecture", type=int),
        due=asked.get("due", ""),
    )


def state_of(actor: Actor, definition: Definition, state: str) -> dict[str, str]:
    """The name of a state for the reader, in a list."""
    reaches = (role.sees for role in standing.held(definition, actor))
    return state_name(definition, state, is_office="own_authority" in reaches)


def _by_name(definition: Definition) -> dict[str, tuple[str, list[str]]]:
    """The states that the reader can tell apart, each with all that bear its name."""
    found: dict[str, tuple[str, list[str]]] = {}
    for state in definition.states:
        name = drawing.named(state_of(g.actor, definition, state))
        first = next((one for one, (known, _) in found.items() if known == name), state)
        found.setdefault(first, (name, []))[1].append(state)
    return found


def _alike(workflow: str, state: str) -> tuple[str, ...]:
    """The states meant by a filter: all that the reader knows under the same name."""
    for definition in _definitions():
        if definition.workflow == workflow and state in definition.states:
            return next(tuple(alike) for _, alike in _by_name(definition).values() if state in alike)
    return (state,) if state else ()


def _timed(wanted: Filters, until: date) -> Filters:
    return replace(wanted, soon_until=until)


def _page() -> int:
    return max(request.args.get("page", 1, type=int), 1)


def _offset() -> int:
    return SIZE * (_page() - 1)


def _definitions() -> list[Definition]:
    return [loaded.definition for loaded in shell.house().ground.all_current(g.tx)]


def _lines(tx: Connection, ground: Ground, actor: Actor, rows: list[RowMapping]) -> list[Line]:
    dues = clocks.of_rows(tx, ground, rows)
    return [_line(tx, ground, actor, row, dues.get(row["id"])) for row in rows]


def _line(tx: Connection, ground: Ground, actor: Actor, row: RowMapping, due: clocks.Due | None) -> Line:
    definition = ground.definition(tx, row["definition_id"]).definition
    kind, _, what = str(row.get("kind") or "").partition(":")
    link = url_for("case.show", case_id=row["id"])
    owed, progress = drawing.named(state_of(actor, definition, row["state"])), None
    if kind == "sign":
        action = definition.action(row["state"], what)
        owed = drawing.t("desk.to_sign", what=drawing.named(action.title) if action else what)
        if row.get("in_place_of"):
            owed = drawing.t("desk.signed_for", what=owed, name=row["in_place_of"])
    elif kind == "duty":
        duty = definition.states[row["state"]].duties.get(what)
        owed = drawing.named(duty.title) if duty else owed
        if duty is not None and duty.each_person is not None:
            link = url_for("acting.form", case_id=row["id"], action_id=duty.action)
    elif kind == "panel" and what in definition.panels:
        owed = drawing.named(definition.panels[what].title)
        link = url_for("expert.assignment", case_id=row["id"])
        left = len(scores.owed_by(tx, row["id"], what, actor.person_id))
        total = len(panels.before(tx, row["id"], what, actor.person_id))
        progress = (total - left, total)
    elif f"{kind}:" == fees.FEE:
        owed, link = drawing.named(fees.TO_CONFIRM), url_for("fees.show", case_id=row["id"])
    if kind != "panel" and row.get("task_due") and (due is None or due.on is None):
        due = clocks.due(ground, definition, row["task_due"])
    return Line(row, definition, link, owed, due, progress)


def _seats(tx: Connection, ground: Ground, actor: Actor, shown: set[int]) -> list[Line]:
    """The panels on which the reader sits and nothing is owed at present: to declare, to discuss, to look again."""
    rows = tx.execute(
        sa.select(case, seat.c.panel, seat.c.pledged_at, seat.c.reserve)
        .join(seat, seat.c.case_id == case.c.id)
        .where(seat.c.person_id == actor.person_id, seat.c.status == "seated", ~case.c.final, case.c.id.not_in(shown))
        .order_by(case.c.id)
    ).mappings()
    return [_line(tx, ground, actor, cast(RowMapping, {**row, "kind": f"panel:{row['panel']}"}), None) for row in rows]


def _choices(tx: Connection) -> dict[str, Any]:
    """What the filters offer: only what the reader has cases of."""
    ground = shell.house().ground
    rows = find.counts_by_state(tx, ground, g.actor)
    by_workflow: dict[str, list[tuple[str, str, int]]] = {}
    for loaded in ground.all_current(tx):
        definition = loaded.definition
        own = [row for row in rows if row["workflow"] == definition.workflow]
        found = [
            (f"{definition.workflow}/{state}", title, sum(row["n"] for row in own if row["state"] in alike))
            for state, (title, alike) in _by_name(definition).items()
            if any(row["state"] in alike for row in own)
        ]
        if found:
            by_workflow[definition.workflow] = found
    titles = {one.definition.workflow: drawing.named(one.definition.title) for one in ground.all_current(tx)}
    ids = {row["prefecture_id"] for row in rows if row["prefecture_id"] is not None}
    bureaus = tx.execute(
        sa.select(organisation.c.id, organisation.c.name_zh, organisation.c.name_en)
        .where(organisation.c.id.in_(ids))
        .order_by(organisation.c.division, organisation.c.id)
    ).mappings()
    return {
        "workflows": [(one, titles[one]) for one in by_workflow],
        "states": [(titles[one], found) for one, found in by_workflow.items()],
        "rounds": [(row["id"], drawing.named(row["title"])) for row in _rounds(tx)],
        "prefectures": [(row["id"], _named(row)) for row in bureaus],
    }


def _rounds(tx: Connection) -> list[RowMapping]:
    return list(
        tx.execute(
            sa.select(round_.c.id, round_.c.title)
            .where(round_.c.authority_id == g.actor.authority_id)
            .order_by(round_.c.closes_at.desc())
        ).mappings()
    )


def _named(row: RowMapping) -> str:
    return drawing.named({"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]})


def _prefecture(row: RowMapping) -> str:
    if row["prefecture_zh"] is None:
        return ""
    return drawing.named({"zh": row["prefecture_zh"], "en": row["prefecture_en"] or row["prefecture_zh"]})
