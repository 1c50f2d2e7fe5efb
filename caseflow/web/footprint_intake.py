"""What a file brings into the footprint of a case: a filled workbook, a study, or a supplier's exchange file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from caseflow.footprint import document, exchange
from caseflow.footprint.exchange import Exchange
from caseflow.footprint.own import OwnFactor
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import MOST_OWN_FACTORS, Study
from caseflow.footprint.workbook_cells import Key
from caseflow.footprint.workbook_preview import RowPreview, compared, gone
from caseflow.footprint.workbook_reading import read_workbook
from caseflow.records import workbooks
from caseflow.words import Message, Refused

WORKBOOK, STUDY, EXCHANGE = "workbook", "study", "exchange"
EVIDENCE = "footprint.exchange"
"""Under which an exchange file stays with the case as the evidence of an own factor."""
_HASH_SHOWN = 16
"""Hexadecimal digits that name a file in the evidence of a factor."""
_ID_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as read. ``study``: what it makes of the case's study; none where anything is wrong.

    ``problems``, ``remarks``: with the cell or place of each, empty where it is the whole. ``exchange``, ``factor``: of
    an exchange file, and the own factor that it becomes.
    """

    kind: str
    study: Study | None
    rows: tuple[RowPreview, ...] = ()
    problems: tuple[tuple[str, Message], ...] = ()
    remarks: tuple[tuple[str, Message], ...] = ()
    gone: tuple[Key, ...] = ()
    exchange: Exchange | None = None
    factor: OwnFactor | None = None


def checked(content: bytes, limit: int) -> Any:
    """The parsed JSON of an upload. Raises Refused: empty, too large, not Unicode, not JSON."""
    if not content.strip():
        raise Refused(Message("file.empty"))
    if len(content) > limit:
        raise Refused(Message("file.too_large", {"limit": f"{limit / 1048576:.4g}"}))
    try:
        return document.load(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused(Message("footprint_files_web.not_unicode")) from None


def brought(path: Path, row: Any, shelf: Shelf, present: Study | None) -> Brought:
    """What a stored file makes of the present study. ``row``: of the file.

    Raises:
        Refused: the file as a whole cannot be read.
    """
    if row.name.lower().endswith(".xlsx"):
        found = read_workbook(workbooks.read(path), shelf, present)
        return Brought(WORKBOOK, found.study, found.rows, found.problems, found.remarks, found.gone)
    data = checked(path.read_bytes(), row.size)
    if _is_exchange(data):
        return _exchanged(data, f"{row.name} [sha256:{row.sha256[:_HASH_SHOWN]}]", present)
    try:
        study = document.study_of(data)
    except Refused as refused:
        return Brought(STUDY, None, problems=tuple((str(one.values.get("path", "")), one) for one in refused.reasons))
    return Brought(STUDY, study, compared(study, present), gone=gone(study, present))


def _is_exchange(data: Any) -> bool:
    return isinstance(data, list) or (isinstance(data, Mapping) and bool({"pcf", "specVersion", "data"} & set(data)))


def _exchanged(data: Any, evidence: str, present: Study | None) -> Brought:
    """The present study with the supplier's footprint as one more own factor, which lines may use."""
    try:
        found = exchange.read_exchange(data)
        digits = "".join(sign for sign in found.id if sign.isascii() and sign.isalnum())[:_ID_DIGITS]
        factor = replace(found.own_factor(f"pact-{digits or '1'}"), evidence=evidence[-500:])
    except Refused as refused:
        return Brought(EXCHANGE, None, problems=tuple(("", one) for one in refused.reasons))
    problem = ""
    if present is None:
        problem = "no_study"
    elif all(own.id != factor.id for own in present.factors) and len(present.factors) >= MOST_OWN_FACTORS:
        problem = "many_factors"
    if problem or present is None:
        reason = Message(f"footprint_files_web.{problem}")
        return Brought(EXCHANGE, None, problems=(("", reason),), exchange=found, factor=factor)
    others = tuple(own for own in present.factors if own.id != factor.id)
    study = replace(present, factors=(*others, factor))
    rows = tuple(one for one in compared(study, present) if one.status != "same")
    return Brought(EXCHANGE, study, rows, exchange=found, factor=factor)
