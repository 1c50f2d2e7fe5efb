"""The heat map of a procedure for the offices: how many cases stand where, and how long they stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, g, render_template, request, send_file

from caseflow import clock
from caseflow.cases import standing
from caseflow.office import heat, rounds
from caseflow.people.rights import Actor
from caseflow.records import reading, sheets
from caseflow.web import drawing, quota_board, shell, sights
from caseflow.web.desk import XLSX
from caseflow.web.diagrams import Drawn
from caseflow.web.shell import page
from caseflow.workflow.definition import Definition
from caseflow.workflow.drawing.picture import Heat, Node, Overlay, Picture, limit_of, period, picture

blueprint = Blueprint("heat", __name__)

PERIODS = (30, 90, 365, 0)
"""Days back in which a stay must have ended; 0 takes all."""
MEASURES = ("now", "days")


def reads_heat(actor: Actor | None, **_arguments: Any) -> bool:
    """Whoever works in the authority's own office or in a bureau."""
    return quota_board.may_look(actor)


@dataclass(frozen=True, slots=True)
class Line:
    """One box as a row of the table."""

    node: Node
    spot: heat.Spot
    limit: str
    filter: str
    """What narrows the list of cases to it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    definition: Definition
    round_id: int | None
    days: int
    by: str


@page(blueprint, "/overview/heat", policy=reads_heat)
def show() -> Any:
    known = _known()
    asked = _asked(known)
    seen, lines = _measured(asked)
    return render_template(
        "diagram/heat.html",
        asked=asked,
        known=[(one.workflow, drawing.named(one.title)) for one in known],
        rounds=[(row["id"], drawing.named(row["title"])) for row in rounds.all_of(g.tx, g.actor.authority_id)],
        periods=PERIODS,
        measures=MEASURES,
        lines=lines,
        drawn=Drawn(seen, Overlay(heat=_warm(lines, asked.by))),
        total=sum(line.spot.now for line in lines),
        most=heat.MOST,
    )


@page(blueprint, "/overview/heat.xlsx", policy=reads_heat)
def export() -> Any:
    """The table as Excel; taking it away is logged."""
    asked = _asked(_known())
    lines = _measured(asked)[1]
    heads = [
        (drawing.t(f"heat.column.{name}"), width)
        for name, width in (("state", 28), ("holder", 24), ("now", 12), ("ended", 14), ("days", 16), ("limit", 16))
    ]
    rows = [
        [
            line.node.title, line.node.holder, line.spot.now, line.spot.ended,
            round(line.spot.days, 1) if line.spot.days is not None else None, line.limit,
        ]
        for line in lines
    ]  # fmt: skip
    title = drawing.t("heat.title_of", what=drawing.named(asked.definition.title))
    made = drawing.t("desk.export_made", at=drawing.moment(clock.now()), name=g.actor.name, n=len(rows))
    content = sheets.write_table(title, heads, rows, header_lines=[made, drawing.t(f"heat.period.{asked.days}")])
    person_id = g.actor.person_id
    shell.after(lambda tx: reading.log(tx, person_id, None, f"export:heat:{asked.definition.workflow}"))
    name = f"{title}-{clock.today():%Y%m%d}.xlsx"
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def _known() -> list[Definition]:
    """The procedures in which the reader's office has a part; applications first."""
    every = [loaded.definition for loaded in shell.house().ground.all_current(g.tx)]
    own = [
        one
        for one in every
        if any(role.sees in ("own_authority", "own_prefecture") for role in standing.held(one, g.actor))
    ]
    return sorted(own, key=lambda one: one.kind != "application")


def _asked(known: list[Definition]) -> Asked:
    if not known:
        abort(404)
    wanted = request.args.get("workflow", "")
    days = request.args.get("days", 365, type=int)
    by = request.args.get("by", "")
    return Asked(
        next((one for one in known if one.workflow == wanted), known[0]),
        request.args.get("round", type=int),
        days if days in PERIODS else 365,
        by if by in MEASURES else MEASURES[0],
    )


def _measured(asked: Asked) -> tuple[Picture, list[Line]]:
    definition = asked.definition
    seen = picture(definition, g.language, sights.of_reader(definition, g.actor))
    boxes = {state: node.id for node in seen.nodes for state in node.states}
    since = clock.now() - timedelta(days=asked.days) if asked.days else None
    found = heat.measured(g.tx, g.actor, definition, boxes, round_id=asked.round_id, since=since)
    return seen, [
        Line(node, found[node.id], _limit(definition, node), f"{definition.workflow}/{node.id}") for node in seen.nodes
    ]


def _limit(definition: Definition, node: Node) -> str:
    """How long there is, where the box is one state."""
    limit = limit_of(definition, definition.states[node.id]) if len(node.states) == 1 else None
    return period(limit, g.language) if limit is not None else ""


def _warm(lines: list[Line], by: str) -> dict[str, Heat]:
    """How dark each box is by the measure asked for, with its figures."""
    values = {line.node.id: _value(line, by) for line in lines}
    most = max(values.values(), default=0)
    return {
        line.node.id: Heat(heat.level(values[line.node.id], most), _figures(line)) for line in lines
    }  # fmt: skip


def _value(line: Line, by: str) -> float:
    if by == "days":
        return line.spot.days or 0
    return 0 if line.node.final else line.spot.now


def _figures(line: Line) -> tuple[str, ...]:
    figures = [drawing.t("heat.now", n=line.spot.now)]
    if line.spot.days is not None:
        figures.append(drawing.t("heat.days", days=f"{line.spot.days:.1f}"))
    return tuple(figures)
