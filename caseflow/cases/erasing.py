"""Everything that was said in a case and lies sealed is erased: what stays are codes, figures and hashes.

Whatever a journal entry, a signature or a record names by its hash is still named by it afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import remarks, scores
from caseflow.cases.models import draft, finding, proposal, signature
from caseflow.cases.panel_models import draw, fee, interest, page_note, panel_signature, remark, sheet, sheet_draft
from caseflow.cases.task_models import service
from caseflow.records import files, personal
from caseflow.records.models import letter
from caseflow.studies.models import release_change

_TYPED = (draft, sheet_draft, page_note)
"""What was only typed, or is of use to its writer alone: whole rows go."""
_EMPTIED: tuple[tuple[sa.Table, str], ...] = (
    (letter, "sealed"),
    (fee, "sealed"),
    (release_change, "word"),
    (finding, "answer"),
)
"""Columns that may be empty."""
_NAMED: tuple[tuple[sa.Table, str, Callable[[Mapping[Any, Any]], str]], ...] = (
    (sheet, "sealed", scores.digest),
    (remark, "sealed", remarks.digest),
    (panel_signature, "sealed", lambda row: str(row["stands_for"])),
    (interest, "ground", lambda _: ""),
    (draw, "sealed", lambda _: ""),
    (service, "sealed", lambda _: ""),
    (proposal, "sealed", lambda _: ""),
)
"""Columns that are never empty: the hash by which others name the text stands in its place."""


def erase(tx: Connection, case_id: int, why_files: str) -> dict[str, int]:
    """Erase what was said in a case, and purge its files; how many personal values, texts and files went.

    The statements of a draw go with the key of that draw: their rows are never changed.
    """
    texts = 0
    for table in _TYPED:
        texts += tx.execute(table.delete().where(table.c.case_id == case_id)).rowcount
    for table, column in _EMPTIED:
        there = (table.c.case_id == case_id, table.c[column].is_not(None))
        texts += tx.execute(table.update().where(*there).values({column: None})).rowcount
    for table, column, named in _NAMED:
        for row in tx.execute(sa.select(table).where(table.c.case_id == case_id)).mappings().all():
            if not personal.is_erased(row[column]):
                gone = personal.erased(named(row))
                texts += tx.execute(table.update().where(table.c.id == row["id"]).values({column: gone})).rowcount
    signed = sa.select(proposal.c.id).where(proposal.c.case_id == case_id)
    said = (signature.c.proposal_id.in_(signed), signature.c.opinion != "")
    texts += tx.execute(signature.update().where(*said).values(opinion="")).rowcount
    purged = sum(files.purge(tx, row.id, why_files) for row in files.of_case(tx, case_id))
    return {"values": personal.erase(tx, case_id), "texts": texts, "files": purged}
