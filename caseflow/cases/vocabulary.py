"""All that a definition may name of what is done in code, handed to the reader of workflow files."""

from __future__ import annotations

from caseflow.cases.effects import EFFECTS
from caseflow.cases.guards import GUARDS
from caseflow.cases.registry import Effect, Guard
from caseflow.cases.warnings import WARNINGS
from caseflow.workflow.vocabulary import Entry, Vocabulary

OPTIONAL = frozenset({"declare_interest"})
"""Effects whose argument may be left out."""


def vocabulary() -> Vocabulary:
    """The registered guards, warnings and effects."""
    return Vocabulary(
        guards={name: _entry(one) for name, one in GUARDS.items()},
        warnings={name: _entry(one) for name, one in WARNINGS.items()},
        effects={name: _entry(one) for name, one in EFFECTS.items()},
    )


def _entry(one: Guard | Effect) -> Entry:
    return Entry(one.name, one.doc, one.argument, one.name in OPTIONAL)
