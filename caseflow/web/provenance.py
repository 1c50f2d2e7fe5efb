"""The legal basis: each notice clause by clause, and where procedures carry it out.

Visitors read what concerns applicants; offices also read what is done inside, at which line, and what an office decided
itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, abort, g, render_template

from caseflow.cases.vocabulary import vocabulary
from caseflow.office import notices_known
from caseflow.web import drawing, shell, sights
from caseflow.web.shell import page
from caseflow.workflow import places, provenance
from caseflow.workflow.definition import Definition
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action
from caseflow.workflow.provenance import Enforced, LinesOf, Provenance, Traced
from caseflow.workflow.registers import Register

blueprint = Blueprint("provenance", __name__)

PUBLIC_KINDS = frozenset({"field", "choice", "quota", "publicity"})


@dataclass(frozen=True, slots=True)
class Line:
    """A part that carries a clause out, in words."""

    kind: str
    path: str
    basis: str
    line: str
    workflow: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One clause as a reader may know it."""

    traced: Traced
    lines: tuple[Line, ...]
    inside: int
    """How many parts more there are inside the offices."""


@page(blueprint, "/basis", policy=shell.anyone)
def index() -> str:
    """The notices on which procedures rest."""
    known = notices_known.known(shell.house().settings.workflows)
    definitions = _definitions()
    listed = [(name, one, [drawing.named(each.title) for each in provenance.resting_on(one, definitions)])
              for name, one in known.items()]  # fmt: skip
    return render_template("provenance/index.html", listed=listed)


@page(blueprint, "/basis/<name>", policy=shell.anyone)
def show(name: str) -> str:
    """One notice, clause by clause."""
    notice = notices_known.known(shell.house().settings.workflows).get(name)
    if notice is None:
        abort(404)
    inside = shell.official(g.actor)
    resting = provenance.resting_on(notice, _definitions())
    traced = provenance.trace(notice, resting, _lines_of(resting) if inside else _unsaid)
    return render_template(
        "provenance/notice.html",
        document=notice,
        traced=traced,
        clauses=[_shown(one, inside=inside) for one in traced.clauses],
        internal=_lines(traced.internal, inside=inside) if inside else (),
        unknown=_lines(traced.unknown, inside=inside) if inside else (),
        counts=_counts(traced),
        inside=inside,
    )


def _counts(traced: Provenance) -> dict[str, int]:
    return {standing: traced.count(standing) for standing in ("enforced", "within", "open")}


def _shown(traced: Traced, *, inside: bool) -> Shown:
    open_ = [one for one in traced.by if inside or _is_public(one)]
    return Shown(traced, _lines(open_, inside=inside), len(traced.by) - len(open_))


def _lines(every: Iterable[Enforced], *, inside: bool) -> tuple[Line, ...]:
    return tuple(
        Line(
            one.ground.kind,
            " › ".join(_path(one, inside=inside)),
            one.ground.basis,
            one.line,
            drawing.named(one.definition.title),
        )
        for one in every
    )


def _path(one: Enforced, *, inside: bool) -> list[str]:
    """What stands around a part, states outside the offices by their public names."""
    named = [drawing.named(text) for text in one.ground.path]
    if not inside and one.ground.place[0] == "states" and named:
        named[0] = drawing.named(sights.public(one.definition).name(str(one.ground.place[1])))
    return named


def _is_public(one: Enforced) -> bool:
    """Whether a part concerns applicants and the public: what is filled in, ceilings, publicity, and their own acts."""
    if one.definition.kind != "application":
        return False
    place, part = one.ground.place, one.ground.part
    if isinstance(part, Register):
        return part.public
    if isinstance(part, Action):
        return place[0] == "states" and sights.public(one.definition).knows(str(place[1]), part)
    return one.ground.kind in PUBLIC_KINDS and place[0] != "anywhere" and "actions" not in place


def _definitions() -> list[Definition]:
    return [loaded.definition for loaded in shell.house().ground.all_current(g.tx)]


def _lines_of(definitions: Iterable[Definition]) -> LinesOf:
    """Where the grounds of these procedures stand in their files; each procedure is looked for once."""
    folder, known = shell.house().settings.workflows, vocabulary()
    files = {one.workflow: places.find(folder, one, known) for one in definitions}

    def line(definition: Definition, place: Place) -> str:
        found = files[definition.workflow]
        return found.at((*place, "basis")) if found is not None else ""

    return line


def _unsaid(_definition: Definition, _place: Place) -> str:
    return ""
