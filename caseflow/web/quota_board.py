"""The quota board: ceilings with who holds which place, set by the authority with a reason."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, render_template, request, url_for
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases import quota_settings, quotas, standing
from caseflow.cases.models import case, quota_entry, round_
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.web import drawing, settings, shell
from caseflow.web.act_form import officework
from caseflow.web.shell import MenuItem, page
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition, Role
from caseflow.workflow.many import Quota

blueprint = Blueprint("quota", __name__)


def reads_quotas(actor: Actor | None, **_arguments: Any) -> bool:
    """Whoever works for the authority or a bureau on a workflow that has quotas; never an applicant or an expert."""
    return actor is not None and any(_reading_roles(one, actor) for one, _ in _quotas(actor))


def may_look(actor: Actor | None, **_arguments: Any) -> bool:
    """For the menu, which is drawn where no transaction is open: whoever works in the authority's office or a bureau."""
    return officework(actor) and actor is not None and actor.organisation_kind in ("authority", "bureau")


def may_open(actor: Actor | None, **_arguments: Any) -> bool:
    """Whoever reads quotas, and whoever finds the board in the menu though no workflow of theirs has one."""
    return may_look(actor) or reads_quotas(actor)


MENU = (MenuItem("quota.menu", "quota.board", may_look),)


@page(blueprint, "/quota", policy=may_open)
def board() -> Any:
    """Every quota of the workflows the reader works on: one block per counter, its places taken and left."""
    shown = []
    for definition, quota in _quotas(g.actor):
        if not _reading_roles(definition, g.actor):
            continue
        limit, across = quotas.setting(g.tx, g.actor.authority_id, quota, "")
        shown.append(
            {
                "definition": definition,
                "quota": quota,
                "limit": limit,
                "across": across,
                "counters": _counters(definition, quota),
                "may_set": _may_set(definition, quota),
                "settings": _settings(quota),
            }
        )
    return render_template(
        "quota/board.html",
        shown=shown,
        parameters=settings.reads_parameters(g.actor),
        classes=shell.house().ground.references.get("product_class", {}),
    )


@page(blueprint, "/quota/<workflow>/<quota_id>", methods=("POST",), policy=reads_quotas, redraw=lambda **_: board())
def change(workflow: str, quota_id: str) -> Any:
    """Set a ceiling, or whether it runs across all rounds, with a reason."""
    found = next(
        ((one, quota) for one, quota in _quotas(g.actor) if one.workflow == workflow and quota.id == quota_id), None
    )
    if found is None or not _may_set(*found):
        abort(404)
    _, quota = found
    limit, across = request.form.get("limit", "").strip(), request.form.get("across", "")
    against = []
    if limit and not (limit.isascii() and limit.isdecimal() and int(limit) <= 9999):
        against.append(Message("quota.limit_wrong", {"input": "limit"}))
    if across not in ("", "round", "all_rounds"):
        abort(400)
    if not limit and not across:
        against.append(Message("quota.nothing_set", {"input": "limit"}))
    if not request.form.get("reason", "").strip():
        against.append(Message("office.reason_missing", {"input": "reason"}))
    if against:
        raise Refused(*against)
    quota_settings.set_limit(
        g.tx,
        shell.house().keys,
        g.actor.authority_id,
        quota,
        key=request.form.get("key", ""),
        limit=int(limit) if limit else None,
        across=across or None,
        reason=request.form.get("reason", "").strip(),
        by=g.actor.person_id,
        at=clock.now(),
    )
    return shell.done(url_for("quota.board"), "quota_set")


def _quotas(actor: Actor) -> list[tuple[Definition, Quota]]:
    """Every quota of the actor's authority once: workflows may share one."""
    found: dict[str, tuple[Definition, Quota]] = {}
    for loaded in shell.house().ground.all_current(g.tx):
        if loaded.definition.authority != actor.authority_code:
            continue
        for quota in loaded.definition.quotas.values():
            found.setdefault(quota.counted_as, (loaded.definition, quota))
    return list(found.values())


def _reading_roles(definition: Definition, actor: Actor) -> list[Role]:
    """The actor's roles in an office that hold a state or sign in this workflow."""
    return [role for role in standing.working(definition, actor) if role.sees in ("own_authority", "own_prefecture")]


def _may_set(definition: Definition, quota: Quota) -> bool:
    return quota.set_by is not None and g.actor.holds(quota.set_by)


def _counters(definition: Definition, quota: Quota) -> list[dict[str, Any]]:
    """The counters with what their key says in words and the cases that hold their places; for a bureau its own."""
    office_wide = any(role.sees == "own_authority" for role in _reading_roles(definition, g.actor))
    found: list[dict[str, Any]] = []
    for counter in quotas.counters(g.tx, g.actor.authority_id, quota):
        key = json.loads(counter["key"])
        if not office_wide and key.get("prefecture") != g.actor.prefecture_id:
            continue  # who holds a place of the whole authority is not said before the list is posted
        found.append(
            {"row": counter, "words": counter_words(counter["key"]), "holders": _holders(definition, counter["id"])}
        )
    return found


def counter_words(key: str) -> list[str]:
    """What a counter counts for, in words: the class, the prefecture, last the round."""
    parts = sorted(json.loads(key).items(), key=lambda one: one[0] == "round")
    return [_word(path, value) for path, value in parts]


def _word(path: str, value: Any) -> str:
    """One part of a counter's key as people call it."""
    if value is None:
        return ""
    if path == "workflow":
        known = (one.definition for one in shell.house().ground.all_current(g.tx))
        return next((drawing.named(one.title) for one in known if one.workflow == value), str(value))
    if path == "round":
        title = g.tx.scalar(sa.select(round_.c.title).where(round_.c.id == value))
        return drawing.named(title) if title else str(value)
    if path in ("prefecture", "organisation"):
        row = g.tx.execute(sa.select(organisation).where(organisation.c.id == value)).mappings().first()
        return drawing.named({"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]}) if row else str(value)
    for reference in ("product_class", "region"):
        title = shell.house().ground.titles(reference, str(value))
        if isinstance(title, dict):
            return drawing.named(title)
    return str(value)


def _holders(definition: Definition, counter_id: int) -> list[RowMapping]:
    """The cases that hold a place, as far as the reader may know of them."""
    definitions = [loaded.definition for loaded in shell.house().ground.all_current(g.tx)]
    return list(
        g.tx.execute(
            sa.select(case.c.id, case.c.number, case.c.title, case.c.subject, quota_entry.c.status, quota_entry.c.at)
            .join(quota_entry, quota_entry.c.case_id == case.c.id)
            .where(
                quota_entry.c.counter_id == counter_id,
                quota_entry.c.status != "released",
                standing.visible(g.actor, definitions),
            )
            .order_by(quota_entry.c.at)
        ).mappings()
    )


def _settings(quota: Quota) -> list[dict[str, Any]]:
    rows = quota_settings.settings(g.tx, shell.house().keys, g.actor.authority_id, quota, most=20)
    return [{"row": row, "words": counter_words(row["key"]) if row["key"] else []} for row in rows]
