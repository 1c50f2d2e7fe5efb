"""Cases whose retention is over (保管期限届满): what is due, asked for, stopped and gone, and the register of destruction."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for

from caseflow import clock
from caseflow.cases import act, disposal, disposal_list
from caseflow.cases.disposal_list import SHOWN, Kept
from caseflow.people import accounts
from caseflow.people.rights import Actor
from caseflow.records import letters, reading
from caseflow.web import papers, posted, shell
from caseflow.web.act_form import casework, request_key
from caseflow.web.shell import page
from caseflow.words import Message, Refused

blueprint = Blueprint("disposal", __name__)

SIZE = 50
MOST = 200
"""Cases of which one decides at once."""
MOST_PRINTED = 2000
_OFFERED = {
    "due": (disposal.ASK, disposal.STOP),
    "asked": (disposal.DISPOSE, disposal.STOP),
    "stopped": (disposal.RESUME,),
    "done": (),
}


def decides(actor: Actor | None, **_arguments: Any) -> bool:
    """Works on cases in the authority itself."""
    return casework(actor) and actor is not None and actor.organisation_kind == "authority"


@page(blueprint, "/disposal", policy=decides)
def listed() -> Any:
    """One of the four lists, and what may be decided there."""
    every, shown, at = _every(), _shown(), max(request.args.get("page", 1, type=int), 1)
    years = sorted({year for one in every if (year := _year(one)) is not None}, reverse=True)
    chosen = _chosen(every, shown)
    here = chosen[SIZE * (at - 1) : SIZE * at]
    steps = disposal_list.steps(g.tx, shell.house().ground, here)
    people = {step.person_id for acts in steps.values() for step in acts.values() if step.person_id}
    return render_template(
        "office/disposal.html",
        rows=[(one, steps.get(one.row["id"], {}), _mine(one)) for one in here],
        names=accounts.names(g.tx, people),
        shown=shown,
        all_shown=SHOWN,
        counts={name: sum(one.stands == name for one in every) for name in SHOWN},
        offered=[(name, disposal.ACTS[name].title) for name in _OFFERED[shown]],
        ticked=request.form.getlist("case", type=int),
        years=years,
        year=_asked_year(),
        total=len(chosen),
        at=at,
        size=SIZE,
        request_key=request.form.get("request_key") or request_key(),
    )


@page(blueprint, "/disposal", methods=("POST",), policy=decides, redraw=listed)
def decide() -> Any:
    """Do one act of disposal on every case that was ticked, or on the one whose number was typed: all, or none."""
    what = request.form.get("act", "")
    if what not in disposal.ACTS:
        abort(404)
    key, ground, reason = posted.request_key(), shell.house().ground, request.form.get("reason", "").strip()
    against = [] if reason else [Message("disposal.reason_missing", {"input": "reason"})]
    if what == disposal.DISPOSE and request.form.get("sure") != "yes":
        against.append(Message("disposal.not_sure", {"input": "sure"}))
    named = _named()
    if not named:
        against.append(Message("disposal.none_chosen", {"input": "case", "most": MOST}))
    for case_id, number in named.items() if not against else ():
        whose = f"disposal/{g.actor.person_id}/{key}/{case_id}"
        try:
            act.perform(g.tx, ground, g.actor, case_id, what, {"reason": reason}, request_key=whose)
        except Refused as refused:
            against += [Message("disposal.of_case", {"number": number, "why": one}) for one in refused.reasons]
    if against:
        raise Refused(*against)
    return shell.done(url_for("disposal.listed", show=_shown()), what)


@page(blueprint, "/disposal/register.<kind>", policy=decides)
def register(kind: str) -> Any:
    """The register of destruction (销毁清册) of what is asked for, or of what is gone, as PDF or to print; logged."""
    shown = _shown()
    if kind not in ("pdf", "html") or shown not in ("asked", "done"):
        abort(404)
    chosen = _chosen(_every(), shown)[:MOST_PRINTED]
    body = disposal_list.paper(
        g.tx, shell.house().ground, chosen, shown=shown, office=g.actor.organisation_name, by=g.actor.name,
        at=clock.now(),
    )  # fmt: skip
    language = papers.asked_language()
    made = letters.html(body, language, demo=shell.house().settings.demo, screen=kind == "html")
    person_id, what = g.actor.person_id, f"export:disposal:{shown}:{len(chosen)}"
    shell.after(lambda tx: reading.log(tx, person_id, None, what))
    return papers.printed(made, f"{body['title'][language]} {clock.today():%Y%m%d}", kind)


def _every() -> list[Kept]:
    return disposal_list.of_reader(g.tx, shell.house().ground, g.actor, clock.today())


def _shown() -> str:
    return next((one for one in SHOWN if one == request.args.get("show")), SHOWN[0])


def _asked_year() -> int | None:
    return request.args.get("year", type=int)


def _chosen(every: list[Kept], shown: str) -> list[Kept]:
    """Those of one list; of what is gone those of one year, where one is asked for."""
    year = _asked_year() if shown == "done" else None
    return [one for one in every if one.stands == shown and year in (None, _year(one))]


def _year(one: Kept) -> int | None:
    """The year in which a case was disposed of."""
    done = one.row["facts"].get(disposal.KEPT, {}).get("done")
    return int(done[:4]) if done else None


def _mine(one: Kept) -> bool:
    """The reader asked for it, and so somebody else carries it out."""
    return bool(one.row["facts"].get(disposal.KEPT, {}).get("asked_by") == g.actor.person_id)


def _named() -> dict[int, str]:
    """The cases of the form, with their numbers: those that were ticked, else the one whose number was typed."""
    ticked = request.form.getlist("case", type=int)[:MOST]
    typed = request.form.get("number", "").strip()
    if ticked or not typed:
        called = {one.row["id"]: one.number for one in _every()}
        return {number: called.get(number, "") for number in ticked}
    return {disposal_list.of_number(g.tx, shell.house().ground, g.actor, typed): typed}
