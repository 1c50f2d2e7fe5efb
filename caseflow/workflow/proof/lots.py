"""Panels that are drawn by lot: what the lot asks must be possible, and every step of the draw must have its act."""

from __future__ import annotations

from collections.abc import Iterator

from caseflow.workflow.panel import Panel
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, State
from caseflow.workflow.report import Report

STEPS = ("commit_draw", "freeze_pool", "draw_experts")
"""Without these nobody is ever drawn."""
SIGNS = "sign_draw"
BY_HAND = "seat_experts"
ANSWERS, LEAVES = "answer_seat", "recuse_expert"
OF_A_DRAW = frozenset({*STEPS, SIGNS, ANSWERS, LEAVES})
CHOICES = {ANSWERS: ("accept", "decline"), LEAVES: ("recused", "absent")}
_TEXTS = ("text", "long_text")


def check(report: Report) -> None:
    for panel in report.definition.panels.values():
        if panel.lot is not None:
            _possible(report, panel)
            _held(report, panel)
    for place, _, action, number, call in _calls(report):
        panel_ = report.definition.panels.get(str(call.argument))
        if panel_ is None:
            continue
        at: Place = (*place, "then", number)
        if call.name == BY_HAND and panel_.lot is not None:
            report.say("hand_picked_by_lot", at, name=panel_.id)
        if call.name in OF_A_DRAW and panel_.lot is None:
            report.say("draw_without_lot", at, name=call.name, panel=panel_.id)
        for wanted in _lacking(action, call.name):
            report.say("draw_act_asks", at, name=call.name, wanted=wanted)


def _possible(report: Report, panel: Panel) -> None:
    """Nothing that no pool could ever meet."""
    lot, place = panel.lot, ("panels", panel.id, "lot")
    if lot is None:
        return
    for field, least in lot.fields.items():
        if least > panel.size:
            report.say("lot_field_too_many", (*place, "fields", field), name=field, least=least, size=panel.size)
    asked = sum(lot.fields.values())
    if asked > panel.size >= max(lot.fields.values()):
        report.say("lot_fields_overlap", (*place, "fields"), level="warning", asked=asked, size=panel.size)
    if panel.size % 2 == 0:
        report.say("lot_even", (*place[:2], "size"), size=panel.size)
    if lot.officials is not None:
        share, of = (int(part) for part in lot.officials.split("/"))
        if share > of:
            report.say("lot_share", (*place, "officials"), share=lot.officials)
        elif panel.size * share // of == 0:
            at: Place = (*place, "officials")
            report.say("lot_no_officials", at, level="warning", share=lot.officials, size=panel.size)


def _held(report: Report, panel: Panel) -> None:
    """The draw can be held, and two sign it."""
    place: Place = ("panels", panel.id, "lot")
    calls = [one for one in _calls(report) if one[4].argument == panel.id]
    done = {call.name for *_, call in calls}
    for step in STEPS:
        if step not in done:
            report.say("draw_step_missing", place, name=step)
    signers = {
        role
        for _, state, action, _, call in calls
        if call.name == SIGNS
        for role in (report.definition.by(state.id, action) if state is not None else action.by)
    }
    if not signers:
        report.say("draw_unsigned", place, name=SIGNS)
    elif len(signers) == 1:
        report.say("draw_signed_by_one", place, level="warning", role=min(signers))


def _lacking(action: Action, name: str) -> Iterator[str]:
    """The questions without which an act of a draw cannot be answered."""
    asked = list(action.asks.values())
    if name == "commit_draw" and not any(one.id == "reason" and one.type in _TEXTS for one in asked):
        yield "reason: {type: long_text}"
    if name == "draw_experts" and not any(one.id == "witness" and one.type == "text" and one.required for one in asked):
        yield "witness: {type: text, required: true}"
    if name in CHOICES:
        known = CHOICES[name]
        if not any(one.type == "choice" and set(one.choices) == set(known) for one in asked):
            yield f"{{type: choice, choices: {{{', '.join(known)}}}}}"
        if not any(one.type in _TEXTS for one in asked):
            yield "{type: long_text}"
    if name == LEAVES and not any(one.type == "people" for one in asked):
        yield "{type: people}"


def _calls(report: Report) -> Iterator[tuple[Place, State | None, Action, int, Call]]:
    for place, at, action in report.actions():
        for number, call in enumerate(action.then):
            yield place, at, action, number, call
