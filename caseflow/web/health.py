"""What keeps this installation from working, for the system administrator. Nothing is changed here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template

from caseflow.office import doctor
from caseflow.people.rights import SYSTEM_ADMIN
from caseflow.web import shell
from caseflow.web.shell import MenuItem, house, page

blueprint = Blueprint("health", __name__, url_prefix="/health-check")

MENU = (MenuItem("doctor.menu", "health.overview", shell.holding(SYSTEM_ADMIN)),)


@page(blueprint, "", policy=shell.holding(SYSTEM_ADMIN))
def overview() -> Any:
    found = doctor.examine(g.tx, house().ground, house().settings, g.actor.authority_id)
    errors = sum(1 for one in found if one.level == "error")
    return render_template("admin/health.html", found=found, errors=errors, warnings=len(found) - errors)
