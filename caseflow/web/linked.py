"""The cases that one was opened from and has opened, as far as the reader may see each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from caseflow.cases import linking, standing
from caseflow.cases.view import View, state_name
from caseflow.web import drawing


@dataclass(frozen=True, slots=True)
class Linked:
    """Another case in words. ``opened_here``: an act on this one opened it."""

    id: int
    number: str
    title: str
    workflow: str
    state: str
    opened_here: bool


def of_case(view: View) -> list[Linked]:
    """Where the case came from first, then what was opened from it, oldest first."""
    opener = linking.opener_of(view.tx, view.row["id"])
    found = [_linked(view, opener, opened_here=False)] if opener is not None else []
    found += [_linked(view, row, opened_here=True) for row in linking.opened_by(view.tx, view.row["id"])]
    return [one for one in found if one is not None]


def _linked(view: View, row: Mapping[str, Any], *, opened_here: bool) -> Linked | None:
    definition = view.ground.definition(view.tx, row["definition_id"]).definition
    roles = standing.roles_on(view.tx, definition, view.actor, row)
    if not roles:
        return None
    inside = any(definition.roles[role].sees == "own_authority" for role in roles)
    state = state_name(definition, row["state"], is_office=inside)
    number = row["number"] or row["receipt_code"]
    title = drawing.named(definition.title)
    return Linked(row["id"], number, row["title"], title, drawing.named(state), opened_here)
