"""Keeping what is typed, from the button and from autosave alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import g

from caseflow.cases import dossier
from caseflow.cases.dossier import DraftChanged
from caseflow.cases.view import View
from caseflow.people import accounts

JUST_NOW = timedelta(seconds=15)
"""The button is often pressed while the same form is still being saved by itself."""


def owner(view: View) -> str:
    """What the applicant types belongs to the organisation, not to one of its people."""
    return f"organisation:{view.row['organisation_id']}"


def read(view: View, part: str) -> tuple[int, dict[str, Any]]:
    return dossier.read_draft(g.tx, view.ground, view.row["id"], part, owner(view))


def keep(view: View, part: str, values: dict[str, Any], seen: int, *, by_button: bool) -> int:
    """Keep a part over version ``seen``; returns the new version.

    Raises:
        DraftChanged: somebody else (or the same person elsewhere) saved in the meantime.
    """
    place = (g.tx, view.ground, view.row["id"], part, owner(view), values)
    try:
        return dossier.save_draft(*place, seen, view.actor.person_id)
    except DraftChanged as changed:
        own = changed.saved_by == view.actor.person_id and g.now - changed.saved_at < JUST_NOW
        if not (by_button and own):
            raise
        return dossier.save_draft(*place, changed.version, view.actor.person_id)


def name_of(person_id: int) -> str:
    row = accounts.get(g.tx, person_id)
    return str(row["name"]) if row else ""
