"""What the grammar finds wrong, said in our own sentences at the line where it stands."""

from __future__ import annotations

import copy
import re
import unicodedata
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from caseflow.workflow import nodes
from caseflow.workflow.definition import Definition
from caseflow.workflow.grammar import known_at
from caseflow.workflow.problems import Mark, Place, Problem, nearest, problem

_QUOTED = re.compile(r"'([^']*)'")
_KINDS = {
    "string": "text", "int": "whole_number", "bool": "boolean", "tuple": "list", "list": "list", "dict": "mapping",
    "model": "mapping",
}  # fmt: skip
_FORMS = {
    r"^[a-z][a-z0-9_]{0,59}$": "form_id",
    r"^[a-z][a-z0-9-]{0,59}$": "form_workflow_id",
    r"^[1-9]\d{0,3} (workdays?|days?|months?|years?)$": "form_period",
    r"^([1-9]\d{0,3} (workdays?|days?|months?|years?)|parameter\.[a-z][a-z0-9_]{0,59})$": "form_period",
    r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$": "form_path",
    r"^\d{1,2}(\.\d)?%$": "form_percent",
    r"^\d{4}\.\d{1,3}$": "form_version",
}
_STOPGAPS = {
    **dict.fromkeys(("basis", "zh", "en", "notice", "check"), "—"),
    **{key: {"zh": "—", "en": "—"} for key in ("title", "label", "name", "message")},
    **dict.fromkeys(("limit", "period"), "1 day"),
    "type": "text", "sees": "own_authority", "over": "warn", "tolerance": "5%", "case_number": "{serial}",
    "version": "2000.1", "calendar": "none", "authority": "none", "method": "mean", "size": 1, "maximum": 1,
    "min_scores": 1, "columns": {}, "kind": "date", "footprint": "required", "language": 1, "workflow": "none",
}  # fmt: skip
"""What stands in for a required value that is missing or wrong, so that the names around it can be checked."""


def complaints(error: ValidationError, tree: nodes.Mapping) -> list[Problem]:
    """The problems behind a validation error, at most one for each spot."""
    found: dict[tuple[object, ...], Problem] = {}
    for detail in error.errors(include_url=False, include_input=True):
        place = tuple(step for step in detail["loc"] if step != "[key]")
        said = _sentence(detail, place, tree)
        found.setdefault((said.file, said.line, said.column, said.message.key == "workflow.missing" and place), said)
    return list(found.values())


def repaired(data: dict[str, Any]) -> Definition | None:
    """As much of a faulty definition as can be read, to check the names in it; nothing where too much is amiss."""
    data = copy.deepcopy(data)
    for _ in range(4):
        try:
            return Definition.model_validate(data, strict=True)
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                _mend(data, detail["loc"], detail["type"])
    return None


def _sentence(detail: ErrorDetails, place: Place, tree: nodes.Mapping) -> Problem:
    kind, value = detail["type"], detail["input"]
    context = detail.get("ctx", {})
    last = str(place[-1]) if place else ""
    at_value = nodes.mark_at(tree, place, key=False)
    if kind == "extra_forbidden":
        return _strange(nodes.mark_at(tree, place, key=True), last, "unknown_key", known_at(place))
    if kind == "missing":
        return problem(nodes.mark_at(tree, place, key=True), "missing", name=last)
    if "[key]" in detail["loc"]:
        return _strange(nodes.mark_at(tree, place, key=True), last, "bad_id", ())
    if kind == "literal_error":
        words = _QUOTED.findall(str(context.get("expected", "")))
        hint = nearest(value, words) if isinstance(value, str) else None
        listed = words or [str(context.get("expected", ""))]
        return problem(at_value, "not_one_of", hint, value=_short(value), words=listed)
    if kind == "string_pattern_mismatch":
        if isinstance(value, str) and _look_alike(value):
            return _strange(at_value, value, "bad_id", ())
        form = _FORMS.get(str(context.get("pattern")), "form_other")
        return problem(at_value, form, value=_short(value))
    if kind in ("greater_than_equal", "less_than_equal"):
        limit = context.get("ge", context.get("le"))
        return problem(at_value, "too_small" if kind.startswith("g") else "too_great", value=value, limit=limit)
    if kind == "string_too_short":
        return problem(at_value, "no_text")
    if kind == "string_too_long":
        return problem(at_value, "too_long", size=len(value), limit=context["max_length"])
    if kind.split("_")[0] in _KINDS:
        wanted = _KINDS[kind.split("_")[0]]
        if last in ("int", "str", "constrained-str"):
            wanted = "number_or_text"
        if last == "bool":
            wanted = "true_or_state"
        if wanted == "mapping" and context.get("class_name") == "Text":
            wanted = "both_languages"
        return problem(at_value, f"not_{wanted}", value=_short(value))
    return problem(at_value, "not_understood", value=_short(value))


def _strange(mark: Mark, name: str, key: str, known: list[str] | tuple[str, ...]) -> Problem:
    """A name that nobody knows; a letter of another script in it is pointed out."""
    look_alike = _look_alike(name)
    hint = nearest(name, known)
    if look_alike:
        char = unicodedata.name(look_alike, "?")
        return problem(mark, "look_alike", hint, name=name[:60], char=look_alike, called=char)
    return problem(mark, key, hint, name=name[:60])


def _look_alike(name: str) -> str | None:
    """The first letter that is not ASCII in a name that otherwise is."""
    odd = [char for char in name if not char.isascii()]
    return odd[0] if odd and len(odd) < len(name) and unicodedata.category(odd[0])[0] in "LNM" else None


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list | tuple):
        return "[…]"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _mend(data: Any, loc: Place, kind: str) -> None:
    """Take out what cannot stay, or put in the text that is missing."""
    steps = [step for step in loc if not (isinstance(step, str) and (step[:1].isupper() or step == "[key]"))]
    parent: Any = data
    for step in steps[:-1]:
        inside = isinstance(parent, dict) and step in parent
        if not inside and not (isinstance(parent, tuple) and isinstance(step, int) and step < len(parent)):
            return
        parent = parent[step]
    if not isinstance(parent, dict) or not steps:
        return
    last = str(steps[-1])
    if kind != "missing":
        parent.pop(last, None)
    elif last in _STOPGAPS:
        parent[last] = copy.deepcopy(_STOPGAPS[last])
