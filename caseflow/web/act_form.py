"""The form of an act: its questions, what was typed or is known already, and who will sign."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any, NoReturn

from flask import g, request

from caseflow.cases import choosing, discussion, dossier, entry, guards, members, panel_reading, panels, scores, signing
from caseflow.cases.move import Move
from caseflow.cases.view import Offer, View, load
from caseflow.people import rights
from caseflow.people.rights import Actor
from caseflow.web import drawing, filling, shell
from caseflow.web.act_context import context, effects, member_here, panel_of
from caseflow.web.widgets import Widget
from caseflow.words import Refused
from caseflow.workflow.form import Field
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

OWN_ROWS = discussion.SAID_OF_CASES | {
    "answer_seat", "score_member", "change_score", "confirm_fee", "sign_pledges", "declare_interest", "close_duty",
}  # fmt: skip
"""Effects that write rows of the person or organisation alone: several may act at once, no screen is too old for it."""


def casework(actor: Actor | None, **_arguments: Any) -> bool:
    """Works on cases that others opened, in an office, on a panel or in a body outside; no administrator does."""
    return (
        actor is not None
        and actor.roles.isdisjoint(rights.ADMINISTRATORS)
        and not actor.roles.isdisjoint(shell.house().roles.casework)
    )


def officework(actor: Actor | None, **_arguments: Any) -> bool:
    """Works on cases in an office or on a panel; for the menu, in which a body outside finds nothing for many cases at once."""
    return casework(actor) and shell.official(actor)


def request_key() -> str:
    """A key for one intent, put into a form when it is drawn."""
    return secrets.token_urlsafe(18)


def viewed(case_id: int) -> View:
    """The case for the reader; answers 404 where there is none for them."""
    view = load(g.tx, shell.house().ground, g.actor, case_id)
    g.copies = panel_reading.is_reader(view.definition, view.roles)  # links lead to copies under the own name
    return view


def blank_move(view: View) -> Move:
    """The case as rules read it, outside any act."""
    return view.move(Action(id="look", title=Text(zh="-", en="-")), "")


def watches(action: Action) -> bool:
    """Whether the screen must be as new as the case."""
    return effects(action).isdisjoint(OWN_ROWS)


def prepared(view: View, offer: Offer) -> dict[str, Any]:
    """What the template of an act's form needs."""
    values = typed_values(view, offer)
    return {
        "view": view,
        "offer": offer,
        "action": offer.action,
        "widgets": widgets(view, offer, values),
        "needs_files": _takes_files(offer.action.asks.values()),
        "request_key": request.form.get("request_key") or request_key(),
        "seen": view.row["version"],
        "to_member": {"member": member} if (member := member_here()) is not None else {},
        "signers": [
            drawing.named(view.definition.roles[role].title)
            for role in (offer.action.sign_off if will_be_signed(view, offer) else ())
        ],
        "target": target_title(view, offer.action),
    }


def _takes_files(questions: Iterable[Field]) -> bool:
    return any(one.type in ("file", "files") or _takes_files(one.columns.values()) for one in questions)


def typed_values(view: View, offer: Offer) -> dict[str, Any]:
    """What the form shows: what was just posted, else what was kept while typing, else what is known already."""
    if g.get("raw") is not None:
        return dict(g.raw)
    part, owner = f"act.{offer.action.id}{about_member()}", f"person:{view.actor.person_id}"
    version, kept = dossier.read_draft(view.tx, view.ground, view.row["id"], part, owner)
    return kept if version else _known(view, offer.action)


def widgets(view: View, offer: Offer, values: dict[str, Any]) -> list[Widget]:
    return filling.draw(
        offer.action.asks.values(),
        values,
        filling.errors_here(),
        tx=view.tx,
        ground=view.ground,
        context=context(view, offer.action),
    )


def will_be_signed(view: View, offer: Offer) -> bool:
    """Whether this act goes to the signers first."""
    return signing.is_due(view.move(offer.action, offer.role))


def target_title(view: View, action: Action) -> Any:
    """Where the act leads, for those who press it."""
    if action.to is None:
        return None
    target = view.row["origin"] if action.to == "origin" else action.to
    state = view.definition.states.get(target or "")
    return state.title if state is not None else None


def offered(view: View, action_id: str) -> Offer:
    """The act as offered to the reader here; a refusal that says why it is not."""
    offer = view.offer(action_id)
    if offer is None:
        raise Refused(guards.not_offered(view.definition, view.row, action_id))
    return offer


def not_here(view: View, action_id: str) -> NoReturn:
    """An act that the case does not offer: somebody went on while the screen was open, or it never was offered."""
    seen = request.form.get("seen", type=int)
    if seen is not None and seen != view.row["version"]:
        raise entry.stale(view.tx, view.row["id"])
    raise Refused(guards.not_offered(view.definition, view.row, action_id))


def _known(view: View, action: Action) -> dict[str, Any]:
    """What is known already: the answers of the dossier that are amended, what was said of each member, their order."""
    what, panel_id = effects(action), panel_of(view, action)
    found: dict[str, Any] = choosing.present(action.asks, view.dossier()) if "amend_dossier" in what else {}
    for question in action.asks.values():
        if question.type == "members" and "declare_interest" in what:
            found[question.id] = _declared(view)
        elif question.type == "members" and not what & {
            "include_members",
            "exclude_members",
            *discussion.SAID_OF_CASES,
        }:
            facts = dossier.facts(view.tx, view.ground, view.row)
            found[question.id] = {
                str(row["id"]): {
                    name: said[name] for name in question.columns if (said := members.said_of(facts, row)).get(name)
                }
                for row in members.rows(view.tx, view.row["id"])
            }
        elif question.type == "people" and panel_id is not None and "seat_experts" in what:
            seated = panels.seats(view.tx, view.row["id"], panel_id)
            found[question.id] = [row["person_id"] for row in seated]
        elif question.type == "score_sheet" and panel_id is not None and (own := _own_sheet(view, panel_id)):
            found[question.id] = own
    return found


def _own_sheet(view: View, panel_id: str) -> dict[str, Any] | None:
    """The sheet that this person has given in for the member before, to be changed."""
    member = member_here()
    row = scores.own(view.tx, view.row["id"], panel_id, member, view.actor.person_id) if member is not None else None
    return scores.typed(view.ground.keys, view.definition.panels[panel_id], row) if row is not None else None


def about_member() -> str:
    """Of a form about one member: its part of the draft's name."""
    member = member_here()
    return f".{member}" if member is not None else ""


def _declared(view: View) -> dict[str, Any]:
    """What this person declared of each member before."""
    said = panels.declared(view.tx, view.ground.keys, view.row["id"], view.actor.person_id)
    return {str(number): one for number, one in said.items()}
