"""Two organisations, one of them named by an expert, that may be one: beside each other, and what the office finds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for

from caseflow.cases import organisation_doubts
from caseflow.cases.organisation_doubts import Doubts
from caseflow.people import expert_identity, organisation_identity
from caseflow.people.organisation_identity import Keys
from caseflow.web import drawing, shell
from caseflow.web.experts import manages
from caseflow.web.shell import page

blueprint = Blueprint("experts_organisations", __name__, url_prefix="/experts/doubts/organisations")


def doubts() -> Doubts:
    """Those of the pool that the reader keeps."""
    return organisation_doubts.of_pool(g.tx, g.actor.authority_id, shell.house().roles.in_pool or "")


@page(blueprint, "", policy=manages)
def show() -> Any:
    """Names and codes beside each other, who named them, and what was found before."""
    found = doubts()
    both = _both(found)
    earlier = organisation_identity.of_pair(g.tx, g.actor.authority_id, both)
    return render_template(
        "experts/organisations.html",
        both=[found.rows[key] for key in both],
        named=[found.named.get(key, []) for key in both],
        why=found.open.get(both, ()),
        seen=len(earlier),
        earlier=[
            {
                "at": one["at"],
                "who": one["name"],
                "title": drawing.t(f"organisation_identity.found.{one['found']}"),
                "text": organisation_identity.reason(shell.house().keys, one),
            }
            for one in earlier
        ],
        choices=[(one, drawing.t(f"organisation_identity.found.{one}")) for one in expert_identity.FOUND],
    )


@page(blueprint, "", methods=("POST",), policy=manages, redraw=show)
def decide() -> Any:
    """The office finds the two to be one organisation, or two."""
    form, found = request.form, doubts()
    organisation_identity.decide(
        g.tx, shell.house().keys, g.actor.authority_id, [found.rows[key] for key in _both(found)],
        form.get("seen", 0, type=int), form.get("found", ""), form.get("reason", "")[:500], by=g.actor.person_id,
    )  # fmt: skip
    return shell.done(url_for("experts_doubts.listed"), "expert_saved")


def _both(found: Doubts) -> Keys:
    """The two rows of the address; 404 where nobody has any doubt about them."""
    both = (request.args.get("left", ""), request.args.get("right", ""))
    if both not in found.open and both not in found.decided:
        abort(404)
    return both
