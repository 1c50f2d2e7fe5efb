"""What is said of a file whose content was destroyed: when, by whom, why. Its name and hash stay."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, g

from caseflow.cases import lines
from caseflow.cases.models import case as case_table
from caseflow.people import accounts
from caseflow.records import journal
from caseflow.web import drawing, record, shell
from caseflow.workflow.definition import Definition

blueprint = Blueprint("purging", __name__)


def note(row: Any) -> str:
    """The sentence beside the name of a purged file; the officer is named inside the own office alone."""
    entry = _entry(row)
    who = why = ""
    if entry is not None:
        who = drawing.named(lines.organisation_name(g.tx, entry.organisation_id))
        if g.actor is not None and entry.organisation_id == g.actor.organisation_id:
            who = f"{who} {accounts.names(g.tx, [entry.person_id]).get(entry.person_id, '')}".strip()
    if row.purge_reason:
        why = _in_words(row)
    parts = [drawing.moment(row.purged_at), who, why]
    return drawing.t("filling.purged", what=drawing.t("public.comma").join(part for part in parts if part))


def _entry(row: Any) -> Any:
    """The act by which a file was purged: the journal names the file."""
    if row.case_id is None:
        return None
    found = (one for one in journal.entries(g.tx, row.case_id) if one.body.get("purged", {}).get("file") == row.id)
    return next(found, None)


def _in_words(row: Any) -> str:
    """The ground in the reader's language, where it was one of the choices of an act."""
    number = g.tx.scalar(sa.select(case_table.c.definition_id).where(case_table.c.id == row.case_id))
    definition: Definition | None = shell.house().ground.definition(g.tx, number).definition if number else None
    for action in record.acts(definition) if definition is not None else ():
        for question in action.asks.values():
            for choice in question.choices.values():
                if choice.title.zh == row.purge_reason:
                    return drawing.named(choice.title)
    return str(row.purge_reason)


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"purge_note": note}
