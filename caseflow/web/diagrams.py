"""Diagrams: of a procedure for whoever may read of it, and of a case with its way, its clocks and what may come next.

The picture and the list of words beside it are made from one value, which holds only what the reader may know.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, url_for
from markupsafe import Markup

from caseflow import clock
from caseflow.cases import deadlines, standing
from caseflow.cases.entry import NotHere
from caseflow.cases.view import View
from caseflow.people.rights import Actor
from caseflow.web import clocks, drawing, shell, sights
from caseflow.web.act_form import viewed
from caseflow.web.shell import page
from caseflow.workflow.definition import Definition
from caseflow.workflow.drawing import draw
from caseflow.workflow.drawing.picture import Badge, BadgeKind, Node, Overlay, Picture, picture, walked

blueprint = Blueprint("diagrams", __name__)

SVG = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a box: what is done, and where it leads."""

    labels: tuple[str, ...]
    target: str
    back: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One box in words."""

    node: Node
    badges: tuple[str, ...]
    visits: tuple[str, ...]
    current: bool
    ahead: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A diagram and the same in words."""

    seen: Picture
    over: Overlay

    @property
    def svg(self) -> Markup:
        """The picture inside a page, where the list tells the same. Every text in it was escaped as it was drawn."""
        return Markup(draw.drawn(self.seen, self.over, told=False))  # noqa: S704 -- made by us, texts escaped

    @property
    def file(self) -> str:
        """The picture by itself, with its words."""
        return draw.drawn(self.seen, self.over)

    def told(self) -> list[Told]:
        """Every box in the order of the procedure."""
        titles = {node.id: node.title for node in self.seen.nodes}
        return [
            Told(
                node,
                tuple(badge.text for badge in self.over.badges.get(node.id, node.badges)),
                self.over.visits.get(node.id, ()),
                node.id == self.over.current,
                node.id in self.over.ahead,
                tuple(Way(one.labels, titles[one.target], one.back) for one in self.seen.after(node.states[0])),
            )
            for node in self.seen.nodes
        ]


def of_case(view: View) -> Drawn:
    """The diagram of a case as its reader may know it."""
    seen = picture(view.definition, g.language, sights.of_view(view))
    ways = [(one.row.to_state, f"{clock.local_date(one.row.at):%Y-%m-%d}") for one in reversed(view.timeline())]
    over = walked(seen, [(state, day) for state, day in ways if state in view.definition.states])
    here = seen.node(view.row["state"]).id
    ahead = {seen.node(target).id for _, target in sights.ahead(view)} - {here}
    return Drawn(seen, replace(over, current=here, ahead=frozenset(ahead), badges=_running(view, seen)))


def of_procedure(definition: Definition, actor: Actor | None) -> Drawn:
    """The diagram of a procedure as somebody may know it."""
    return Drawn(picture(definition, g.language, sights.of_reader(definition, actor)), Overlay())


def _running(view: View, seen: Picture) -> dict[str, tuple[Badge, ...]]:
    """The badges of the boxes whose clocks run or stand still now."""
    found: dict[str, list[Badge]] = {}
    for told in clocks.of_case(view):
        if told.due.mark == "done" or told.row["task_id"] is not None:
            continue
        rule = deadlines.rule_of(view.definition, told.row["clock"])
        publicity = rule.ends != deadlines.BREACH
        where = rule.state.id if rule.state is not None else view.row["state"]
        said = _left(told.due) if rule.state is not None else f"{drawing.named(told.title)}\n{_left(told.due)}"
        found.setdefault(seen.node(where).id, []).append(Badge(_kind(told.due, publicity), said))
    kept = {node.id: [one for one in node.badges if one.kind not in ("clock", "publicity")] for node in seen.nodes}
    return {node: (*badges, *kept[node]) for node, badges in found.items()}


def _kind(due: clocks.Due, publicity: bool) -> BadgeKind:
    if due.mark in ("paused", "late"):
        return "paused" if due.mark == "paused" else "late"
    return "publicity" if publicity else "clock"


def _left(due: clocks.Due) -> str:
    if due.mark in ("paused", "over") or due.left is None:
        return drawing.t(f"shell.deadline.{due.mark}")
    return (
        drawing.t("shell.deadline.by_days", n=-due.left)
        if due.mark == "late"
        else drawing.t("shell.deadline.left", n=due.left)
    )


@page(blueprint, "/cases/<int:case_id>/diagram", policy=shell.signed_in)
def case_page(case_id: int) -> Any:
    """The diagram of the own case for its applicant; the offices read it among the parts of the case."""
    view = viewed(case_id)
    if view.is_staff:
        return redirect(url_for("case.show", case_id=case_id, part="diagram"), 303)
    if not view.is_applicant:
        abort(404)
    return render_template("diagram/case.html", view=view, drawn=of_case(view))


@page(blueprint, "/cases/<int:case_id>/diagram.svg", policy=shell.signed_in)
def case_picture(case_id: int) -> Any:
    """The diagram of a case by itself."""
    view = viewed(case_id)
    if not view.takes_part:
        abort(404)
    return Response(of_case(view).file, mimetype=SVG)


@page(blueprint, "/procedures", policy=shell.anyone)
def procedures() -> Any:
    """The procedures of which the reader may know."""
    return render_template("diagram/procedures.html", known=_known())


@page(blueprint, "/procedures/<workflow>", policy=shell.anyone)
def procedure(workflow: str) -> Any:
    """One procedure with its diagram, as the reader may know it."""
    definition = named(workflow)
    return render_template("diagram/procedure.html", definition=definition, drawn=of_procedure(definition, g.actor))


@page(blueprint, "/procedures/<workflow>.svg", policy=shell.anyone)
def procedure_picture(workflow: str) -> Any:
    """The diagram of a procedure by itself."""
    return Response(of_procedure(named(workflow), g.actor).file, mimetype=SVG)


def named(workflow: str) -> Definition:
    """A procedure of which the reader may know.

    Raises:
        NotHere: there is none for them.
    """
    found = next((one for one in _known() if one.workflow == workflow), None)
    if found is None:
        raise NotHere
    return found


def _known() -> list[Definition]:
    """Applications are public; procedures over many cases are known to those who have a role in them."""
    every = [loaded.definition for loaded in shell.house().ground.all_current(g.tx)]
    return [one for one in every if one.kind == "application" or _has_part(one)]


def _has_part(definition: Definition) -> bool:
    return g.actor is not None and shell.official(g.actor) and bool(standing.held(definition, g.actor))


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"case_diagram": of_case}
