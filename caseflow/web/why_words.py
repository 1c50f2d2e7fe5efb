"""Guards, warnings and effects of a procedure as sentences, with the names of what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from caseflow.web import drawing
from caseflow.words import LANGUAGES, pick, text
from caseflow.workflow.bounds import default_of
from caseflow.workflow.definition import Definition
from caseflow.workflow.drawing.picture import period
from caseflow.workflow.lookups import register_of
from caseflow.workflow.parties import involves
from caseflow.workflow.parts import Call
from caseflow.workflow.report import paths
from caseflow.workflow.spans import ANSWERS, BOUNDS, TODAY, Span
from caseflow.workflow.vocabulary import Argument


def sentence(definition: Definition, kind: Literal["needs", "warns", "then"], argument: Argument, call: Call) -> str:
    """What a call asks or brings with it, in the reader's language."""
    return drawing.t(f"why.{kind}.{call.name}", what=about(definition, argument, call))


def about(definition: Definition, argument: Argument, call: Call) -> Any:
    """The ``{zh, en}`` name of what a call is about; a general word where it has none."""
    value = call.argument
    if argument == "between":
        return between(definition, call)
    named: dict[str, Mapping[str, Any]] = {
        "quota": definition.quotas,
        "panel": definition.panels,
        "decision": definition.decisions,
        "letter": definition.letters,
        "role": definition.roles,
        "duty": {name: duty for state in definition.states.values() for name, duty in state.duties.items()},
    }
    known = named.get(argument, {})
    if argument in ("register", "lookup"):
        value, known = register_of(call), definition.registers
    if argument == "involve":
        value, known = involves(call), definition.roles
    if argument == "notify":
        value, known = value["role"], definition.roles
    part: Any = known.get(value) if isinstance(value, str) else None
    return {"zh": part.title.zh, "en": part.title.en} if part is not None else {"zh": "", "en": ""}


def between(definition: Definition, call: Call) -> dict[str, str]:
    """Two dates by their questions, and how much time must lie between them."""
    meant = Span.read(call)
    if meant is None:
        return {"zh": "", "en": ""}
    asked = [
        action.asks
        for state in definition.states
        for action in definition.actions_in(state)
        if any(need is call for need in action.needs)
    ]
    known = {f"{ANSWERS}{one.id}": one for asks in asked[:1] for one in asks.values()} | dict(paths(definition))
    said: dict[str, str] = {}
    for language in LANGUAGES:
        names = {
            key: text("guards.between_today", language) if path == TODAY else pick(known[path].label, language)
            for key, path in meant.ends
        }
        periods = {key: getattr(meant, key) for key in BOUNDS if getattr(meant, key) is not None}
        parts = [
            text(f"why.between.{key}", language, **names, period=period(default_of(definition, written), language))
            for key, written in periods.items()
        ]
        said[language] = ("；" if language == "zh" else "; ").join(parts)
    return said
