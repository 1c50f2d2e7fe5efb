"""A further signer is added to what waits for signatures, or taken out again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, request, url_for

from caseflow.cases import act, signers
from caseflow.web import posted, shell
from caseflow.web.shell import page

blueprint = Blueprint("signers", __name__)


@page(blueprint, "/cases/<int:case_id>/signers/<what>", methods=("POST",), policy=shell.signed_in)
def do(case_id: int, what: str) -> Any:
    """Do one of these acts through the one door."""
    if what not in signers.ACTS:
        abort(404)
    given = {name: request.form.get(name, "") for name in ("proposal", "role")}
    act.perform(g.tx, shell.house().ground, g.actor, case_id, what, given, request_key=posted.request_key())
    return shell.done(url_for("case.show", case_id=case_id), what)
