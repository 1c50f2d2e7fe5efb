"""Several cases at once: chosen on the work list, one act offered to all, a preview, one form, a result for each.

Each case is one transaction through the one door with a key of its own: what is sent twice is done once, and what could
not be done is shown with its reasons and what was typed, to be tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from flask.wrappers import Response
from sqlalchemy.engine import Connection

from caseflow.cases import act, signing
from caseflow.cases.entry import Invalid, NotHere, Outcome, Stale
from caseflow.cases.ground import Ground
from caseflow.cases.view import View, load
from caseflow.office import bulk, comments, worksheet
from caseflow.office.bulk import Group
from caseflow.web import bulk_form, desk, drawing, shell
from caseflow.web.act_form import casework, request_key, target_title, watches
from caseflow.web.bulk_form import Given
from caseflow.web.shell import page
from caseflow.words import Message, Refused
from caseflow.workflow.procedure import Action

blueprint = Blueprint("bulk", __name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case."""

    case_id: int
    name: str
    outcome: Outcome | None
    state: str
    """Where the case stands now, for the reader."""
    reasons: list[str]


@page(blueprint, "/bulk", policy=casework)
def choose() -> Any:
    """The cases that were chosen, by where they stand, with the acts that they share."""
    found = bulk.views(g.tx, shell.house().ground, g.actor, _asked_for())
    return render_template(
        "bulk/choose.html",
        groups=[(group, bulk.shared(group)) for group in bulk.groups(found)],
        most=bulk.MOST,
        chosen=len(found),
    )


@page(blueprint, "/bulk/acts/<action_id>", policy=casework)
def form(action_id: str) -> Any:
    """The preview: every case with what stands against it, the questions for all and those of each."""
    ids = request.args.getlist("case", type=int)
    group, action = group_of(action_id, ids)
    return render_template("bulk/form.html", **prepared(action, group, ids, None))


def _again(action_id: str) -> Any:
    """The form with what was typed, after a refusal of the whole."""
    ids = request.form.getlist("row", type=int)
    group, action = group_of(action_id, ids, least=0)
    given = bulk_form.read(action, ids, group.views[0].sections(), request.form.get("key", ""))
    return render_template("bulk/form.html", **prepared(action, group, ids, given))


@page(blueprint, "/bulk/acts/<action_id>", methods=("POST",), policy=casework, redraw=_again, own_transactions=True)
def perform(action_id: str) -> Any:
    """Do the act on every chosen case, one after the other; what fails can be tried again from the page of results."""
    ids, key = request.form.getlist("row", type=int)[: bulk.MOST], request.form.get("key", "")
    if not 16 <= len(key) <= 60:
        abort(400)
    ground = shell.house().ground
    with shell.reading() as tx:
        action, sections = _posted(tx, ground, action_id)
    given = bulk_form.read(action, ids, sections, key)
    chosen = [one for one in ids if one in given.chosen]
    if not chosen:
        raise Refused(Message("bulk.none_chosen"))
    if request.form.get("keep") == "yes":
        with shell.writing() as tx:
            bulk_form.keep(tx, ground, g.actor, action, replace(given, chosen=chosen))
        return shell.done(url_for("bulk.form", action_id=action_id, case=ids), "draft_kept")
    tried = {case_id: _try(ground, action, case_id, given) for case_id in chosen}
    return _results(action, tried, given)


def group_of(action_id: str, ids: list[int], *, least: int = 1) -> tuple[Group, Action]:
    """The cases among these to which an act is offered together, and the act; 404 unless it is offered to ``least``."""
    best: tuple[int, Group, Action] | None = None
    for group in bulk.groups(bulk.views(g.tx, shell.house().ground, g.actor, ids)):
        action = bulk.act_of(group.definition, group.state, action_id)
        if action is not None:
            can = sum(bulk.row(view, action).offered for view in group.views)
            if best is None or can > best[0]:
                best = can, group, action
    if best is None or best[0] < least:
        abort(404)
    return best[1], best[2]


def prepared(action: Action, group: Group, ids: list[int], given: Given | None) -> dict[str, Any]:
    """What the templates of the form need."""
    ground, inside = shell.house().ground, {view.row["id"] for view in group.views}
    rows = [bulk.row(view, action) for view in group.views]
    common, shown = bulk_form.draw(g.tx, ground, action, rows, given)
    elsewhere = bulk.views(g.tx, ground, g.actor, [one for one in ids if one not in inside])
    asked = {question.type for question in action.asks.values()}
    first = group.views[0]
    return {
        "action": action,
        "group": group,
        "common": common,
        "shown": shown,
        "elsewhere": elsewhere,
        "state_of": lambda view: view.name_of(view.row["state"]),
        "key": given.key if given else request_key(),
        "few": len(shown) <= bulk_form.FORM_ROWS,
        "may": sum(one.row.may for one in shown),
        "by_page": [drawing.named(one.label) for one in worksheet.left_out(action)],
        "by_sheet": worksheet.columns(action, ground, first.sections(), g.language),
        "fields": comments.names(first.sections(), g.language).values() if "field_comments" in asked else [],
        "signers": [drawing.named(group.definition.roles[role].title) for role in action.sign_off],
        "target": None if action.id in signing.ACTS else target_title(first, action),
        "files": bool({question.type for question in bulk.for_each(action)} & {"file", "files"}),
        "from_sheet": given is not None and bool(given.marks),
        "lost": [],
    }


def happened(view: View) -> str:
    """What happened last on a case, as far as its reader may know."""
    last = next(iter(view.timeline()), None)
    if last is None:
        return drawing.t("bulk.moved_on")
    what = drawing.named(last.title)
    if "key" in last.title:
        what = drawing.t(last.title["key"], what=what)
    who = last.by or drawing.t("bulk.others")
    return drawing.t("bulk.stale", who=who, at=drawing.moment(last.row.at), what=what)


def _asked_for() -> list[int]:
    """The cases named by the address, or all that a list with its filters shows."""
    if request.args.get("all") in ("desk", "cases"):
        return desk.found_ids(mine=request.args["all"] == "desk", most=bulk.MOST)
    return request.args.getlist("case", type=int)


def _posted(tx: Connection, ground: Ground, action_id: str) -> tuple[Action, list[Any]]:
    """The act as the form was drawn for it: the cases may have moved on since, or have been done already."""
    try:
        definition = ground.definition(tx, request.form.get("definition", 0, type=int)).definition
    except LookupError:
        abort(404)
    action = bulk.act_of(definition, request.form.get("state", ""), action_id)
    if action is None:
        abort(404)
    return action, list(definition.dossier.values())


def _try(ground: Ground, action: Action, case_id: int, given: Given) -> Outcome | list[str]:
    """Do the act on one case, in a transaction of its own; the reasons where it cannot be done."""
    if wrong := given.wrong.get(case_id):
        return wrong
    answers = bulk.merged(action, given.common, given.own.get(case_id, {}))
    actor, seen = g.actor, given.seen.get(case_id) if watches(action) else None
    if action.id in signing.ACTS and (waiting := request.form.get(f"proposal-{case_id}")):
        answers["proposal"] = waiting

    def work(tx: Connection) -> Outcome:
        key = bulk.key(given.key, case_id)
        return act.perform(tx, ground, actor, case_id, action.id, answers, request_key=key, seen=seen)

    try:
        return shell.house().database.once(work)
    except Refused as refusal:
        return [drawing.say(one) for one in refusal.reasons]
    except Invalid as invalid:
        return [drawing.say(one) for found in invalid.errors.values() for one in found]
    except Stale:
        with shell.reading() as tx:
            return [happened(load(tx, ground, actor, case_id))]
    except NotHere:
        return [drawing.t("bulk.not_here")]


def _results(action: Action, tried: dict[int, Outcome | list[str]], given: Given) -> Response:
    """What came of each case, and the form once more for those that failed."""
    with shell.reading() as tx:
        g.tx = tx
        shell.identify(tx)
        results = []
        for case_id, came in tried.items():
            found = bulk.views(tx, shell.house().ground, g.actor, [case_id])
            name, state = (_name(found[0]), _state(found[0])) if found else (f"#{case_id}", "")
            reasons = came if isinstance(came, list) else []
            results.append(Result(case_id, name, None if isinstance(came, list) else came, state, reasons))
        failed = [one.case_id for one in results if one.outcome is None]
        again = _retry(action, failed, given, {one.case_id: one.reasons for one in results})
        body = render_template("bulk/results.html", action=action, results=results, failed=failed, again=again)
        response = Response(body, mimetype="text/html")
    g.tx = None
    return response


def _retry(action: Action, failed: list[int], given: Given, reasons: dict[int, list[str]]) -> dict[str, Any] | None:
    """The form for what failed, on the cases as they stand now; nothing where none of them can be tried again."""
    found = bulk.groups(bulk.views(g.tx, shell.house().ground, g.actor, failed))
    group = next((one for one in found if bulk.act_of(one.definition, one.state, action.id) is not None), None)
    if group is None:
        return None
    typed = replace(given, chosen=failed, marks={}, wrong={case_id: reasons[case_id] for case_id in failed})
    return prepared(action, group, [view.row["id"] for view in group.views], typed)


def _name(view: View) -> str:
    return f"{view.row['number'] or ''} {view.row['title']}".strip()


def _state(view: View) -> str:
    return drawing.named(view.name_of(view.row["state"]))
