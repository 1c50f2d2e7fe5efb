"""Is every question put in a way that can be answered."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from caseflow.workflow.form import Field
from caseflow.workflow.problems import Place
from caseflow.workflow.report import SERVED, Report

_NEEDS: dict[str, tuple[str, ...]] = {
    "choice": ("choices",), "choices": ("choices",), "table": ("columns",), "checklist": ("items",),
    "score_sheet": ("panel",), "each_row": ("of", "columns"),
}  # fmt: skip
_MAY = {
    "choices": ("choice", "choices"),
    "columns": ("table", "members", "each_row"),
    "of": ("each_row",),
    "of_kind": ("organisation",),
    "items": ("checklist",),
    "panel": ("score_sheet",),
    "decimals": ("decimal",),
    "max_characters": ("text", "long_text", "url", "document_number", "email", "phone", "checklist", "field_comments"),
    "minimum": ("integer", "decimal", "date"),
    "maximum": ("integer", "decimal", "date"),
    "unit": ("integer", "decimal", "text"),
    "of_revision": ("file",),
    "text": ("boolean",),
}
_NO_COLUMN = ("table", "members", "each_row", "score_sheet", "field_comments", "dossier_fields")
DUTY = "duty_"
"""Before the id of a duty: where the answers of those who owed it are kept."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def check(report: Report) -> None:
    for place, field in report.questions():
        _field(report, place, field)
    stored: dict[str, tuple[str, Place]] = {}
    for place, _, action in report.actions():
        for field in action.asks.values():
            path = f"{action.store or action.id}.{field.id}"
            kind, first = stored.setdefault(path, (field.type, place))
            if kind != field.type:
                report.say(
                    "stored_twice", (*place, "asks", field.id), path=path, other=kind, at=".".join(map(str, first))
                )
    reserved = ("dossier", "asks", "case", "round", "today", "has_", "footprint", "entry", SERVED)
    for place, _, action in report.actions():
        store = action.store or action.id
        if action.asks and (store in reserved or store.startswith(DUTY)):
            report.say("store_reserved", place, name=store)


def _field(report: Report, place: Place, field: Field) -> None:
    for wanted in _NEEDS.get(field.type, ()):
        if not getattr(field, wanted):
            report.say("field_incomplete", place, type=field.type, key=wanted)
    for key, types in _MAY.items():
        if getattr(field, key) not in (None, {}, ()) and field.type not in types:
            report.say("field_key_unwanted", (*place, key), type=field.type, key=key, types=types)
    if field.columns and "columns" in place[-2:-1]:
        report.say("table_in_table", place)
    for column in field.columns.values():
        if column.type in _NO_COLUMN:
            report.say("table_in_table", (*place, "columns", column.id))
    if field.min_rows > field.max_rows:
        report.say("limits_crossed", (*place, "min_rows"), low=field.min_rows, high=field.max_rows)
    bounds = {key: _bound(report, place, field, key) for key in ("minimum", "maximum")}
    low, high = bounds["minimum"], bounds["maximum"]
    numbers = isinstance(low, Decimal) and isinstance(high, Decimal) and low > high
    if numbers or (isinstance(low, str) and isinstance(high, str) and low > high):
        report.say("limits_crossed", (*place, "minimum"), low=field.minimum, high=field.maximum)
    if (
        field.required
        and field.fixed is False
        and field.type == "boolean"
        and field.text is None
        and "dossier" in place
    ):
        report.say("boolean_without_text", place, level="warning")
    if len(field.choices) == 1 and not field.fixed:
        report.say("one_choice", place, level="warning")


def _bound(report: Report, place: Place, field: Field, key: str) -> Decimal | str | None:
    """A limit as what can be compared: a number, or the text of a date."""
    written = getattr(field, key)
    if written is None or field.type not in ("integer", "decimal", "date"):
        return None
    if field.type == "date":
        if written == "today":
            return None
        if not isinstance(written, str) or not _DATE.fullmatch(written):
            report.say("bound_wrong", (*place, key), value=str(written), type=field.type)
            return None
        return written
    try:
        number = Decimal(written)
    except InvalidOperation:
        report.say("bound_wrong", (*place, key), value=str(written), type=field.type)
        return None
    if not number.is_finite() or (field.type == "integer" and number != number.to_integral_value()):
        report.say("bound_wrong", (*place, key), value=str(written), type=field.type)
        return None
    return number
