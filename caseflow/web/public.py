"""What anybody may read: the rounds that are open, the lists, and where a case stands for whoever holds its code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, render_template, request
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases import announced, deadlines, find, register_find, standing
from caseflow.cases.ground import Ground
from caseflow.cases.models import case as case_table
from caseflow.cases.models import deadline, member, round_
from caseflow.office import rounds
from caseflow.people import organisations, throttle
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.web import drawing, public_forms, shell, tracker
from caseflow.web.account import address
from caseflow.web.shell import MenuItem, page
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.many import Quota

blueprint = Blueprint("public", __name__)

LISTS = ("publicity", "published")


def not_official(actor: Any, **_arguments: Any) -> bool:
    """Whoever does not work in an office here: these entries are for applicants and visitors."""
    return not shell.official(actor)


MENU = (
    MenuItem("public.menu.publicity", "public.listed", not_official, {"which": LISTS[0]}),
    MenuItem("public.menu.published", "public.listed", not_official, {"which": LISTS[1]}),
    MenuItem("public.menu.status", "public.status", not_official),
)


@dataclass(frozen=True, slots=True)
class Call:
    """A round as the public reads it, for one workflow."""

    row: RowMapping
    definition: Definition
    closes: tracker.Closing
    own: tuple[tuple[str, tracker.Closing], ...]
    """Bureaus that close earlier for themselves."""
    classes: tuple[Any, ...]
    """Titles of the product classes preferred in this round."""
    ceilings: tuple[Quota, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a public list. Names of persons never stand here."""

    row: RowMapping
    definition: Definition
    prefecture: str
    product_class: Any
    round_title: Any
    until: date | None
    """Last day of the publicity."""
    document: announced.Document | None
    """By which the list was announced."""


@page(blueprint, "/", policy=shell.anyone)
def start() -> Any:
    calls, coming = calls_now(shell.house().ground)
    how = tracker.outline(calls[0].definition) if calls else []
    opens = {call.definition.workflow for call in calls if g.actor is None or _may_open(call.definition, g.actor)}
    forms = public_forms.offered()
    return render_template("public/start.html", calls=calls, coming=coming, how=how, opens=opens, forms=forms)


def _may_open(definition: Definition, actor: Actor) -> bool:
    """Whether somebody who is signed in applies here: in an office nobody does."""
    return not shell.official(actor) and standing.opening_role(definition, actor) is not None


@page(blueprint, "/lists/<which>", policy=shell.anyone)
def listed(which: str) -> Any:
    return render_template("public/list.html", which=which, listed=_entries(which))


@page(blueprint, "/lists/<which>/<int:case_id>", policy=shell.anyone)
def listed_case(which: str, case_id: int) -> Any:
    found = next((one for one in _entries(which) if one.row["id"] == case_id), None)
    if found is None:
        abort(404)
    entered = open_entries(found) if which == LISTS[1] else []
    return render_template("public/listed_case.html", which=which, entry=found, entered=entered)


def open_entries(entry: Entry) -> list[tuple[str, str, str]]:
    """Where a case stands in public registers: authority, register, number; only what is still shown."""
    rows = register_find.of_cases(g.tx, [entry.row["id"]]).get(entry.row["id"], [])
    return [
        (entry.definition.authority, row["register"], row["number"])
        for row in rows
        if (known := entry.definition.registers.get(row["register"])) is not None and known.public
        and (row["shown_until"] is None or row["shown_until"] >= clock.today())
    ]  # fmt: skip


@page(blueprint, "/status", policy=shell.anyone)
def status() -> Any:
    return render_template("public/status.html", code=request.args.get("code", ""), found=None)


@page(blueprint, "/status", methods=("POST",), policy=shell.anyone, redraw=status, own_transactions=True)
def query() -> Any:
    """Where the case with this receipt code stands; guessing is slowed down by address."""
    counted = ("status_query", address())
    with shell.writing() as tx:
        wait = throttle.enter(tx, counted)
    if wait:
        raise shell.TooFast(wait)
    code = "".join(request.form.get("code", "").split())
    ground = shell.house().ground
    with shell.reading() as tx:
        row = find.by_receipt(tx, code)
        if row is None or not row["shared"]:
            raise Refused(Message("public.status_unknown", {"input": "code"}))
        definition = ground.definition(tx, row["definition_id"]).definition
        walked = [one.to_state for one in journal.entries(tx, row["id"]) if one.to_state]
    with shell.writing() as tx:
        throttle.give_back(tx, counted)
    state = definition.states[row["state"]]
    shown = tracker.steps(definition, state.id, walked)
    return render_template(
        "public/status.html",
        code=code,
        found=row,
        definition=definition,
        public_state=state.public or state.title,
        next=state.next,
        steps=shown,
        at_step=tracker.at_step(shown),
    )


def calls_now(ground: Ground) -> tuple[list[Call], list[Call]]:
    """The rounds in which one may apply now, and those still to come; the one that closes first stands first."""
    now = clock.now()
    rows = g.tx.execute(sa.select(round_).where(round_.c.closes_at > now).order_by(round_.c.closes_at)).mappings().all()
    found: tuple[list[Call], list[Call]] = ([], [])
    for loaded in ground.all_current(g.tx):
        definition = loaded.definition
        if definition.kind != "application":
            continue
        for row in rows:
            if definition.workflow in row["workflows"]:
                found[row["opens_at"] > now].append(_call(ground, row, definition))
    return found


def product_class(ground: Ground, definition: Definition, facts: Mapping[str, Any]) -> Any:
    """The title of the class that an office decided for a case, or nothing."""
    for state in definition.states:
        for action in definition.actions_in(state):
            for question in action.asks.values():
                code = facts.get(action.store or action.id, {}).get(question.id)
                if question.type == "product_class" and code:
                    return ground.titles(question.type, str(code))
    return None


def _call(ground: Ground, row: RowMapping, definition: Definition) -> Call:
    own = rounds.own_deadlines(g.tx, row["id"])
    names = {one["id"]: _name(one) for one in organisations.bureaus(g.tx, row["authority_id"])}
    return Call(
        row,
        definition,
        tracker.closing(ground, definition, row["closes_at"]),
        tuple((names.get(bureau, ""), tracker.closing(ground, definition, at)) for bureau, at in own.items()),
        tuple(ground.titles("product_class", code) for code in row["priority_classes"]),
        tuple(quota for quota in definition.quotas.values() if quota.over == "block"),
    )


def _name(row: RowMapping) -> str:
    return drawing.named({"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]})


def _entries(which: str) -> list[Entry]:
    if which not in LISTS:
        abort(404)
    ground = shell.house().ground
    titles = {row.id: row.title for row in g.tx.execute(sa.select(round_.c.id, round_.c.title))}
    found, rows = [], find.listed(g.tx, None, which)
    documents = announced.documents(g.tx, ground, rows, which)
    ends = _publicity_ends([row["id"] for row in rows]) if which == LISTS[0] else {}
    for row in rows:
        definition = ground.definition(g.tx, row["definition_id"]).definition
        prefecture = {"zh": row["prefecture_zh"] or "", "en": row["prefecture_en"] or row["prefecture_zh"] or ""}
        found.append(
            Entry(
                row,
                definition,
                drawing.named(prefecture),
                product_class(ground, definition, row["facts"]),
                titles.get(row["round_id"]),
                ends.get(row["id"]),
                documents.get(row["id"]),
            )
        )
    return found


def _publicity_ends(case_ids: list[int]) -> dict[int, date]:
    """The last day of the publicity of the list on which each case stands."""
    query = (
        sa.select(member.c.case_id, sa.func.max(deadline.c.due_on))
        .join(case_table, case_table.c.id == member.c.host_id)
        .join(deadline, deadline.c.case_id == member.c.host_id)
        .where(
            member.c.case_id.in_(case_ids), member.c.status != "out", ~case_table.c.final, deadlines.IS_OPEN,
            deadline.c.clock.startswith(deadlines.PUBLICITY), deadline.c.due_on.is_not(None),
        )
        .group_by(member.c.case_id)
    )  # fmt: skip
    return dict(g.tx.execute(query).all())
