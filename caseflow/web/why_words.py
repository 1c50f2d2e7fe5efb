"""Guards, warnings and effects of a procedure as sentences, with the names of what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from caseflow.web import drawing
from caseflow.workflow.definition import Definition
from caseflow.workflow.lookups import register_of
from caseflow.workflow.parts import Call
from caseflow.workflow.vocabulary import Argument


def sentence(definition: Definition, kind: Literal["needs", "warns", "then"], argument: Argument, call: Call) -> str:
    """What a call asks or brings with it, in the reader's language."""
    return drawing.t(f"why.{kind}.{call.name}", what=about(definition, argument, call))


def about(definition: Definition, argument: Argument, call: Call) -> Any:
    """The ``{zh, en}`` name of what a call is about; a general word where it has none."""
    value = call.argument
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
    if argument == "notify":
        value, known = value["role"], definition.roles
    part: Any = known.get(value) if isinstance(value, str) else None
    return {"zh": part.title.zh, "en": part.title.en} if part is not None else {"zh": "", "en": ""}
