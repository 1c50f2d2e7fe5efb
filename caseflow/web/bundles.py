"""All papers of a round in one archive: asked for here, made by the worker, downloaded when it is ready."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, send_file, url_for
from sqlalchemy.engine import RowMapping

from caseflow.office import bundle, rounds
from caseflow.records import files, reading
from caseflow.web import shell
from caseflow.web.rounds import runs_rounds
from caseflow.web.shell import page

blueprint = Blueprint("bundles", __name__)


@page(blueprint, "/rounds/<int:round_id>/papers", policy=runs_rounds)
def show(round_id: int) -> Any:
    """The archives that the own office asked for, and the button to ask for another."""
    row = _round(round_id)
    found = bundle.of_round(g.tx, round_id, g.actor)
    return render_template(
        "rounds/papers.html",
        row=row,
        bundles=found,
        may_ask=not any(one["status"] == "waiting" and _is_pending(one) for one in found),
        days=bundle.KEPT.days,
    )


def _again(round_id: int) -> Any:
    return show(round_id)


@page(blueprint, "/rounds/<int:round_id>/papers", methods=("POST",), policy=runs_rounds, redraw=_again)
def ask(round_id: int) -> Any:
    """Leave it to the worker; a second click changes nothing."""
    _round(round_id)
    bundle.ask(g.tx, round_id, g.actor)
    return shell.done(url_for("bundles.show", round_id=round_id), "bundle_asked")


@page(blueprint, "/rounds/<int:round_id>/papers/<int:bundle_id>.zip", policy=runs_rounds)
def download(round_id: int, bundle_id: int) -> Any:
    """The archive, for the office that asked for it."""
    row = bundle.find(g.tx, round_id, bundle_id, g.actor)
    if row is None:
        abort(404)
    found, content = files.open_(g.tx, row["file_id"], shell.house().settings.files)
    person_id = g.actor.person_id
    shell.after(lambda tx: reading.log(tx, person_id, None, f"bundle {bundle_id}"))
    return send_file(content, mimetype=found.media_type, as_attachment=True, download_name=found.name, max_age=0)


def _is_pending(one: dict[str, Any]) -> bool:
    return one["errand"] is not None and one["errand"]["status"] == "pending"


def _round(round_id: int) -> RowMapping:
    row = rounds.find(g.tx, g.actor.authority_id, round_id)
    if row is None:
        abort(404)
    return row
