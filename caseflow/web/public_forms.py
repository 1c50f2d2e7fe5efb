"""What anybody may file without an account: the forms, one form, and the receipt that is told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, g, render_template, request
from werkzeug.datastructures import FileStorage, MultiDict

from caseflow import clock
from caseflow.cases import entry, public_opening
from caseflow.cases.entry import Invalid, NotHere
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.questions import in_section
from caseflow.people import organisations, throttle
from caseflow.records import journal
from caseflow.web import drawing, filling, posted, shell
from caseflow.web.account import address
from caseflow.web.act_form import request_key
from caseflow.web.public_uploads import MOST_BYTES, PublicStore
from caseflow.web.shell import page
from caseflow.web.widgets import Widget
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition, PublicForm
from caseflow.workflow.form import Field, Section
from caseflow.workflow.rights import covers, sealed_away

blueprint = Blueprint("public_forms", __name__)

TRAP = "homepage"
"""An input that people do not see and programs fill in."""
LEFT_OUT = "without-"
"""Before the id of a section, in the name of the box by which it is left out."""
TOLD_AGAIN = timedelta(minutes=10)
"""So long a form that is sent twice tells its receipt again: the first answer may have been lost."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A form that may be filed now."""

    loaded: Loaded
    form: PublicForm
    office: Any

    @property
    def definition(self) -> Definition:
        return self.loaded.definition


@dataclass(frozen=True, slots=True)
class Drawn:
    """A section of the form."""

    section: Section
    widgets: tuple[Widget, ...]
    leave_name: str
    """The name of the box by which it is left out; empty where it must be answered."""
    left_out: bool
    sealed: bool


@dataclass(frozen=True, slots=True)
class _Typed:
    raw: dict[str, dict[str, Any]]
    store: PublicStore
    wrong: dict[str, list[Message]]
    left_out: frozenset[str]


@blueprint.before_request
def _bounded() -> None:
    """A stranger sends less at once than somebody who is signed in."""
    request.max_content_length = MOST_BYTES + 8 * 1024 * 1024


@page(blueprint, "/public/forms", policy=shell.anyone)
def index() -> Any:
    return render_template("public/forms.html", offered=offered())


@page(blueprint, "/public/forms/<authority>/<workflow>", policy=shell.anyone)
def show(authority: str, workflow: str) -> Any:
    found = _found(authority, workflow)
    typed = g.get("public_typed") or (_typed(found.definition, files=False) if request.method == "POST" else None)
    return render_template(
        "public/form.html",
        found=found,
        sections=_drawn(found, typed),
        readers=_readers(found.definition),
        trap=TRAP,
        key=request.form.get("request_key") or request_key(),
    )


@page(
    blueprint,
    "/public/forms/<authority>/<workflow>",
    methods=("POST",),
    policy=shell.anyone,
    redraw=show,
    own_transactions=True,
)
def file(authority: str, workflow: str) -> Any:
    """Open the case and tell number and receipt, once. Every try counts against the address it comes from."""
    with shell.writing() as tx:
        wait = throttle.enter(tx, ("public_form", address()))
    if wait:
        raise shell.TooFast(wait)
    key, ground = posted.request_key(), shell.house().ground
    with shell.reading() as tx:
        g.tx = tx
        found = _found(authority, workflow)
    g.tx = None
    typed = g.public_typed = _typed(found.definition, files=True)
    if request.form.get(TRAP):
        raise Refused(Message("public_forms.trap"))
    values, errors = public_opening.cleaned(found.loaded, ground, typed.raw, typed.left_out)
    against = {path.replace(".", "-", 1): said for path, said in errors.items()} | typed.wrong
    if against:
        raise Invalid(against)
    with shell.writing() as tx:
        if journal.outcome(tx, key) is None:
            values = typed.store.recorded(tx, public_opening.asked(found.definition), values)
        outcome = public_opening.open_publicly(tx, ground, found.loaded, values, request_key=key)
        row = entry.locked(tx, outcome.case_id)
    if not outcome.first and clock.now() - row["opened_at"] > TOLD_AGAIN:
        raise Refused(Message("public_forms.already"))
    return render_template("public/filed.html", found=found, row=row, state=found.definition.states[found.form.state])


def offered() -> list[Offered]:
    """The forms that somebody is there to receive, in the order of their authorities."""
    ground = shell.house().ground
    found = [_offered(ground, loaded) for loaded in ground.all_current(g.tx)]
    return sorted(
        (one for one in found if one is not None), key=lambda one: (one.definition.authority, one.definition.workflow)
    )


def _offered(ground: Ground, loaded: Loaded) -> Offered | None:
    form = loaded.definition.public_form
    holder = public_opening.office(g.tx, loaded.definition) if form is not None else None
    if form is None or holder is None:
        return None
    return Offered(loaded, form, organisations.get(g.tx, holder[1]))


def _found(authority: str, workflow: str) -> Offered:
    ground = shell.house().ground
    loaded = next((one for one in ground.all_current(g.tx) if one.definition.workflow == workflow), None)
    found = _offered(ground, loaded) if loaded is not None and loaded.definition.authority == authority else None
    if found is None:
        raise NotHere
    return found


def _typed(definition: Definition, *, files: bool) -> _Typed:
    """What the form holds, by section; unknown inputs are not read."""
    nothing: MultiDict[str, FileStorage] = MultiDict()
    store = PublicStore(request.form)
    raw: dict[str, dict[str, Any]] = {}
    wrong: dict[str, list[Message]] = {}
    left_out: set[str] = set()
    for section in public_opening.asked(definition):
        questions = _named(section)
        given, against = filling.read(questions.values(), request.form, request.files if files else nothing, store)
        raw[section.id] = {name: given[named.id] for name, named in questions.items() if named.id in given}
        leaves = public_opening.may_be_left_out(definition, section.id)
        if leaves and request.form.get(f"{LEFT_OUT}{section.id}") == "yes":
            left_out.add(section.id)
        else:
            wrong |= against
    return _Typed(raw, store, wrong, frozenset(left_out))


def _named(section: Section) -> dict[str, Field]:
    """The questions of a section, each under a name that no other section has."""
    return {name: one.model_copy(update={"id": f"{section.id}-{name}"}) for name, one in section.fields.items()}


def _drawn(found: Offered, typed: _Typed | None) -> list[Drawn]:
    definition, errors = found.definition, filling.errors_here()
    drawn = []
    raw = typed.raw if typed is not None else {}
    for section in public_opening.asked(definition):
        given = raw.get(section.id, {})
        put = in_section(found.loaded, section, raw)
        questions = {
            name: named if section.fields[name].when is None or put(str(named.when), given) else _optional(named)
            for name, named in _named(section).items()
        }
        values = {named.id: given[name] for name, named in questions.items() if name in given}
        leaves = public_opening.may_be_left_out(definition, section.id)
        drawn.append(
            Drawn(
                section,
                tuple(_widgets(questions, values, errors, typed)),
                f"{LEFT_OUT}{section.id}" if leaves else "",
                typed is not None and section.id in typed.left_out,
                all(covers(sealed_away(definition), f"dossier.{section.id}.{name}") for name in section.fields),
            )
        )
    return drawn


def _optional(question: Field) -> Field:
    """The question as it is shown where its condition does not hold: without a script nothing can be hidden."""
    return question.model_copy(update={"required": False})


def _widgets(
    questions: Mapping[str, Field], values: Mapping[str, Any], errors: Mapping[str, list[Message]], typed: _Typed | None
) -> list[Widget]:
    """The widgets; the files of the form have no rows yet and stand under the numbers that it gives them."""
    stored = {one.id for one in questions.values() if one.type in ("file", "files")}
    plain = {name: value for name, value in values.items() if name not in stored}
    drawn = filling.draw(questions.values(), plain, errors, tx=g.tx, ground=shell.house().ground)
    if typed is None:
        return drawn
    return [replace(one, files=typed.store.kept(values.get(one.name))) if one.name in stored else one for one in drawn]


def _readers(definition: Definition) -> str:
    """The titles of those who read what is sealed away; empty where nothing is."""
    found = [drawing.named(role.title) for role in definition.roles.values() if role.reads_sealed]
    return drawing.t("public.and").join(found)
