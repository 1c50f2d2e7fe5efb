"""The rarer work of an office on one page: entering a paper file, importing earlier cases, handing a post over, factors, disposal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template

from caseflow.people.models import OFFICES
from caseflow.people.rights import Actor
from caseflow.web import disposal, importing, recording, releases
from caseflow.web.act_form import casework
from caseflow.web.shell import MenuItem, page

blueprint = Blueprint("other_work", __name__)


def in_an_office(actor: Actor | None, **_arguments: Any) -> bool:
    """Works on cases in an office: no expert, no administrator."""
    return casework(actor) and actor is not None and actor.organisation_kind in OFFICES


MENU = (MenuItem("other_work.menu", "other_work.show", in_an_office),)


@page(blueprint, "/work", policy=in_an_office)
def show() -> Any:
    """What of this the reader may do."""
    actor: Actor = g.actor
    return render_template(
        "office/work.html",
        records=recording.records(actor),
        imports=importing.imports(actor),
        releases=releases.in_the_authority(actor),
        disposal=disposal.decides(actor),
    )
