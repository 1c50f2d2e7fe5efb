"""A published factor with its figures and the document that it stands in: what a line of a study ends at."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template

from caseflow.studies import store
from caseflow.web import drawing, shell
from caseflow.web.shell import page

blueprint = Blueprint("factor_page", __name__)


@page(blueprint, "/footprint/factors/<release>/<factor>", policy=shell.signed_in)
def show(release: str, factor: str) -> Any:
    """The factor that ``release/factor`` names. It is the same for ever: a release is never edited."""
    factors = store.stored_shelf(g.tx).factors
    found, table = factors.get(f"{release}/{factor}"), factors.release(release)
    if found is None or table is None:
        abort(404)
    region = shell.house().ground.titles("region", found.region)
    return render_template(
        "case/footprint_factor.html",
        factor=found,
        release=table,
        region=drawing.named(region) if isinstance(region, dict) else region,
        years=[one for one in factors.series(found.series, found.region) if one.ref != found.ref],
        replaced=[one for one in factors.releases if release in one.supersedes],
    )
