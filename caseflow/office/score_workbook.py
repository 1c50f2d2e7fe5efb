"""An expert's score sheets as one workbook to be filled in without a network, and the same workbook back (see ``worksheet``).

One row for each case, two columns for each criterion; the rubric with the meaning of its marks on a sheet of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from caseflow.office import returned_sheet, worksheet
from caseflow.office.returned_sheet import Came
from caseflow.office.worksheet import Column, Line, Meta
from caseflow.records.sheets import Sheet
from caseflow.words import Language, Message, Refused, text
from caseflow.workflow.form import Choice, Field
from caseflow.workflow.panel import Criterion, Panel
from caseflow.workflow.parts import Text

ACTION = "score-sheets"
"""What such a workbook is for, in its signed first cell."""
FACTS = 3
"""Columns that describe a case: number, unit, product."""


def meta(definition_id: int, place: Sequence[Any], key: str, language: Language) -> Meta:
    """Whose workbook it is: ``place`` are case, panel and person."""
    return Meta(ACTION, definition_id, "/".join(map(str, place)), key, language)


def write(
    title: str,
    of: Meta,
    panel: Panel,
    most: int | None,
    facts: Sequence[tuple[str, int]],
    lines: Sequence[tuple[int, int, tuple[Any, ...], Mapping[str, Any]]],
    secret: bytes,
) -> bytes:
    """The workbook of these cases: each its id, the version of what was typed, facts, and the sheet so far.

    ``most`` is how many characters a reason may have.
    """
    return worksheet.write(
        title,
        of,
        facts,
        list(_columns(panel, most, of.language)),
        [Line(number, version, told, _flat(panel, sheet)) for number, version, told, sheet in lines],
        sections=(),
        secret=secret,
        beside=(text("expert.offline.rubric", of.language), list(_rubric(panel, of.language))),
    )


def read(
    sheets: Sequence[Sheet], definition_id: int, place: Sequence[Any], panel: Panel, most: int | None, secret: bytes
) -> list[tuple[Came, dict[str, Any]]]:
    """The rows of a returned workbook, each with its sheet and, by cell, what cannot be taken.

    Raises:
        Refused: it is no workbook of this person and panel, or its heads were changed.
    """
    found = returned_sheet.meta_of(sheets, secret)
    if (found.action, found.definition_id, found.state) != (ACTION, definition_id, "/".join(map(str, place))):
        raise Refused(Message("expert.offline.foreign", {"input": "sheet"}))
    columns = list(_columns(panel, most, found.language))
    came = returned_sheet.read(sheets, found, FACTS, columns, sections=(), references={}, secret=secret)
    return [(row, _nested(panel, row)) for row in came]


def _columns(panel: Panel, most: int | None, language: Language) -> Iterator[Column]:
    def asked(name: str, kind: str, label: str, **more: Any) -> Field:
        return Field.model_validate({"id": name, "type": kind, "label": Text(zh=label, en=label), **more})

    choices = (("yes", text("bulk.yes", language)), ("no", text("bulk.no", language)))
    head = text("expert.offline.abstain", language)
    titles = {name: Choice(title=Text(zh=shown, en=shown)) for name, shown in choices}
    yield Column(head, asked("abstain", "choice", head, choices=titles), options=choices, width=8)
    for at, criterion in enumerate(panel.rubric.values()):
        title = _side(criterion.title, language)
        head = text("expert.offline.mark", language, title=title, n=criterion.maximum)
        limits = {"minimum": 0, "maximum": criterion.maximum}
        yield Column(head, asked(f"mark_{at}", "integer", head, **limits), width=12)
        head = text("expert.offline.reason", language, title=title)
        yield Column(head, asked(f"reason_{at}", "long_text", head, max_characters=most), width=40)
    for name in ("opinion", "why"):
        head = text(f"expert.offline.{name}", language)
        yield Column(head, asked(name, "long_text", head, max_characters=most), width=40)


def _flat(panel: Panel, sheet: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: sheet.get(name) or None for name in ("opinion", "why")}
    found["abstain"] = "yes" if sheet.get("abstain") else "no"
    for at, name in enumerate(panel.rubric):
        one = (sheet.get("marks") or {}).get(name) or {}
        found |= {f"mark_{at}": one.get("mark"), f"reason_{at}": one.get("reason") or None}
    return found


def _nested(panel: Panel, row: Came) -> dict[str, Any]:
    said = row.answers
    marks = {
        name: {"mark": said.get(f"mark_{at}"), "reason": said.get(f"reason_{at}") or ""}
        for at, name in enumerate(panel.rubric)
    }
    sheet = {"member": row.case_id, "marks": marks, "opinion": said.get("opinion") or ""}
    sheet |= {"why": said["why"]} if said.get("why") else {}
    return sheet | ({"abstain": True} if said.get("abstain") == "yes" else {})


def _rubric(panel: Panel, language: Language) -> Iterator[tuple[str, str]]:
    """Two columns: what is marked, and what a mark means."""
    for criterion in panel.rubric.values():
        yield _side(criterion.title, language), _told(criterion, language)
        for anchor in criterion.anchors:
            span = text("filling.anchor", language, low=anchor.from_, high=anchor.to)
            yield span, _side(anchor.text, language)


def _told(criterion: Criterion, language: Language) -> str:
    parts = [text("filling.out_of", language, n=criterion.maximum)]
    if criterion.apart:
        parts.append(text("filling.apart_one", language))
    elif Decimal(criterion.weight) != 1:
        parts.append(text("filling.weight", language, weight=criterion.weight))
    if criterion.minimum is not None:
        parts.append(text("filling.minimum", language, n=criterion.minimum))
    if criterion.help is not None:
        parts.append(_side(criterion.help, language))
    return ("；" if language == "zh" else "; ").join(parts)


def _side(words: Text, language: Language) -> str:
    return words.zh if language == "zh" else words.en
