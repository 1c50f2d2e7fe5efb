"""All that a definition may name of what is done in code, handed to the reader of workflow files."""

from __future__ import annotations

from dataclasses import fields

from caseflow.cases import (
    assigning,
    changing,
    consequences,
    deciding,
    discussion,
    draw_acts,
    draw_seats,
    duties,
    effects,
    factor_publishing,
    fees,
    footprint_gate,
    guards,
    involving,
    linking,
    listed,
    panel_opinion,
    practice,
    register_lookup,
    registers,
    sampling,
    settled,
    spans,
    stopping,
    warnings,
)
from caseflow.cases.factor_publishing import CODES
from caseflow.cases.registry import EFFECTS, GUARDS, WARNINGS, Effect, Guard
from caseflow.footprint.finding import CHECKS
from caseflow.footprint.thresholds import Thresholds
from caseflow.people.models import ORGANISATION_KINDS
from caseflow.workflow.parts import Call
from caseflow.workflow.vocabulary import Entry, Vocabulary

ROOMS = (
    assigning, changing, consequences, deciding, discussion, draw_acts, draw_seats, duties, effects, factor_publishing, fees, footprint_gate, guards, involving, linking, listed, panel_opinion, practice, register_lookup, registers, sampling, settled, spans, stopping, warnings,
)  # fmt: skip
"""Imported for what they register."""
OPTIONAL = frozenset({"declare_interest", "extend_clock", "stop_clock", "resume_clock"})
"""Effects whose argument may be left out."""


def vocabulary() -> Vocabulary:
    """The registered guards, warnings and effects."""
    return Vocabulary(
        guards={name: _entry(one) for name, one in GUARDS.items()},
        warnings={name: _entry(one) for name, one in WARNINGS.items()},
        effects={name: _entry(one) for name, one in EFFECTS.items()},
        kinds=ORGANISATION_KINDS,
        checks=CHECKS,
        codes=CODES,
        thresholds={one.name: isinstance(one.default, int) for one in fields(Thresholds)},
    )


def effect_of(call: Call) -> Effect:
    """The effect that a definition calls."""
    return EFFECTS[call.name]


def _entry(one: Guard | Effect) -> Entry:
    return Entry(one.name, one.doc, one.argument, one.name in OPTIONAL)
