"""Under which document a case stands on a public list: its number and date, as the announcing procedure recorded them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.ground import Ground
from caseflow.cases.models import case, member
from caseflow.records import letters
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Action


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the office by which cases were announced."""

    number: str
    dated: date | None


def documents(tx: Connection, ground: Ground, listed: Iterable[Mapping[Any, Any]], which: str) -> dict[int, Document]:
    """The document of each of these cases that stands on the list ``which``, by case; those without one are left out."""
    rows = {row["id"]: row for row in listed}
    pairs = tx.execute(
        sa.select(member.c.case_id, case)
        .join(case, case.c.id == member.c.host_id)
        .where(member.c.case_id.in_(list(rows)), member.c.status != "out")
        .order_by(member.c.id)
    ).mappings()
    known: dict[tuple[int, int], Document | None] = {}
    found: dict[int, Document] = {}
    for host in pairs:
        row = rows[host["case_id"]]
        key = (host["id"], row["definition_id"])
        if key not in known:
            inside = ground.definition(tx, row["definition_id"]).definition
            known[key] = _document(tx, ground.definition(tx, host["definition_id"]).definition, host, inside, which)
        if (document := known[key]) is not None:
            found[row["id"]] = document
    return found


def _document(
    tx: Connection, definition: Definition, host: Mapping[Any, Any], inside: Definition, which: str
) -> Document | None:
    """What the office recorded of the letter that announces, else what the announcing act was answered with."""
    for state in definition.states.values():
        for action in state.actions.values():
            if not _announces(action, inside, which):
                continue
            issued = _issued(action) | {
                kind
                for other in definition.states.values()
                for before in other.actions.values()
                if state.id in before.leads_to
                for kind in _issued(before)
            }
            for row in reversed(letters.of_case(tx, host["id"])):
                if row.kind in issued and row.formal_number:
                    return Document(row.formal_number, row.formal_date)
            if (answered := _answered(action, host["facts"].get(action.store or action.id, {}))) is not None:
                return answered
    return None


def _announces(action: Action, inside: Definition, which: str) -> bool:
    """Whether an act brings its members into a state that stands on the list."""
    for call in action.then:
        if call.name == "members":
            acts = call.argument.get("acts", {}).values() if isinstance(call.argument, Mapping) else [call.argument]
            for act in acts:
                for state in inside.states:
                    done = inside.action(state, str(act))
                    targets = done.leads_to if done is not None else ()
                    if any(one in inside.states and inside.states[one].listed == which for one in targets):
                        return True
    return False


def _issued(action: Action) -> set[str]:
    return {str(call.argument) for call in action.then if call.name == "issue"}


def _answered(action: Action, given: Mapping[str, Any]) -> Document | None:
    number = next((given.get(one.id) for one in action.asks.values() if one.type == "document_number"), None)
    dated = next((given.get(one.id) for one in action.asks.values() if one.type == "date"), None)
    return Document(str(number), date.fromisoformat(dated) if dated else None) if number else None
