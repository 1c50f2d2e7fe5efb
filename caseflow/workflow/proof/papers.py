"""Letters, tables, quotas, panels and names of a case: what they mention must exist and fit together."""

from __future__ import annotations

import re

from caseflow.workflow.definition import Definition
from caseflow.workflow.many import Block
from caseflow.workflow.parts import Call, Text
from caseflow.workflow.problems import Place, nearest
from caseflow.workflow.report import CASE_PATHS, Report, gathered, paths

CASE_NUMBER = re.compile(r"(?:[^{}]|\{(year|round|prefecture|serial(:0[1-9])?)\})*")
LETTER_PLACES = (*CASE_PATHS, "slip", "today", "date", "due", "reasons")
"""What a letter may name besides the dossier, the facts of the case, and the answers of the act that issues it."""
ENTRY_PLACES = ("number", "status", "valid_from", "valid_until", "page")
"""``page`` is where everybody may look the entry up."""
COLUMN_PATHS = (*CASE_PATHS, "serial", "rank", "score", "outcome", "reason", "remark")
"""What a summary table may show of a member besides its dossier and facts."""
_NUMBERS = "{year} {round} {prefecture} {serial:04}"
_PLACE = re.compile(r"\{([^{}]*)\}")


def check(report: Report) -> None:
    definition = report.definition
    fields = paths(definition)
    common = [*fields, *LETTER_PLACES, *entry_places(definition)]
    asked = _asked_with(report)
    if not CASE_NUMBER.fullmatch(definition.case_number) or "{serial" not in definition.case_number:
        report.say("case_number_wrong", ("case_number",), value=definition.case_number, allowed=_NUMBERS)
    for letter in definition.letters.values():
        place: Place = ("letters", letter.id)
        places = [*common, *asked.get(letter.id, ())]
        _texts(report, letter.title, places, (*place, "title"))
        if letter.number is not None and not CASE_NUMBER.fullmatch(letter.number):
            report.say("case_number_wrong", (*place, "number"), value=letter.number, allowed=_NUMBERS)
        for number, block in enumerate(letter.blocks):
            at = (*place, "blocks", number)
            _texts(report, block.text, places, (*at, block.kind if block.kind != "list" else "text"))
            for index, path in enumerate(block.fields):
                if path not in places and path.removeprefix("dossier.") not in definition.dossier:
                    report.known("unknown_path", path, places, (*at, "fields", index))
            if block.kind in ("heading", "text", "signature") and block.text is None:
                report.say("block_empty", at, kind=block.kind)
            if block.kind in ("fields", "list") and not block.fields:
                report.say("block_empty", at, kind=block.kind)
            _gathered(report, letter.id, block, at)
            if block.kind == "table" and block.table not in definition.tables:
                tables = [path for path, field in fields.items() if field.type == "table"]
                if not any(path == block.table or path.split(".")[-1] == block.table for path in tables):
                    report.known("unknown_table", block.table or "", definition.tables, (*at, "table"))
    for table in definition.tables.values():
        if definition.members is None:
            report.say("table_outside_collective", ("tables", table.id))
        for key in ("header", "foot"):
            _texts(report, getattr(table, key), common, ("tables", table.id, key))
    _panels(report)
    _personal(report)
    _unused(report)


def entry_places(definition: Definition) -> list[str]:
    """What a letter may say of the case's entry in a register; the short form where there is only one register."""
    found = [f"entry.{register}.{what}" for register in definition.registers for what in ENTRY_PLACES]
    return [*found, *(f"entry.{what}" for what in ENTRY_PLACES)] if len(definition.registers) == 1 else found


def _gathered(report: Report, letter: str, block: Block, place: Place) -> None:
    """Blocks that show what many have said: a panel, the signers, the entries of an act."""
    definition = report.definition
    if block.kind in ("draw", "seats", "pledges", "sheets", "opinion", "fees"):
        if block.panel is None:
            report.say("block_empty", place, kind=block.kind)
        known = report.known("unknown_panel", block.panel, definition.panels, (*place, block.kind))
        if block.kind == "pledges" and block.panel and known and not definition.panels[block.panel].pledges:
            report.say("no_pledges", (*place, block.kind), name=block.panel)
    if block.kind == "entries":
        if block.store is None:
            report.say("block_empty", place, kind=block.kind)
        report.known("unknown_store", block.store, gathered(definition), (*place, block.kind))
    if block.kind == "signatures":
        issuing = [action for _, _, action in report.actions() if any(call.argument == letter for call in action.then)]
        if issuing and not any(action.sign_off for action in issuing):
            report.say("nobody_signed", place)


def _asked_with(report: Report) -> dict[str, list[str]]:
    """By letter what the acts ask that issue it."""
    found: dict[str, list[str]] = {}
    for _, _, action in report.actions():
        for call in action.then:
            if isinstance(call.argument, str):
                found.setdefault(call.argument, []).extend(action.asks)
    return found


def _texts(report: Report, text: Text | None, places: list[str], place: Place) -> None:
    if text is None or "{" not in text.zh + text.en:
        return
    for language in ("zh", "en"):
        for match in _PLACE.finditer(getattr(text, language, "")):
            if match[1] not in places:
                report.say("unknown_place", (*place, language), nearest(match[1], places), name=match[1])
    if set(_PLACE.findall(text.zh)) != set(_PLACE.findall(text.en)):
        report.say("places_differ", place, level="warning")


def _panels(report: Report) -> None:
    for panel in report.definition.panels.values():
        place: Place = ("panels", panel.id)
        counted = panel.aggregate
        if counted.min_scores > panel.size:
            report.say("quorum_too_large", (*place, "aggregate"), wanted=counted.min_scores, size=panel.size)
        if counted.method == "trimmed_mean":
            left = max(counted.min_scores, counted.trim_from) - counted.drop_high - counted.drop_low
            if left < 1:
                report.say("all_scores_dropped", (*place, "aggregate"))
        elif counted.drop_high or counted.drop_low:
            report.say("mean_drops", (*place, "aggregate"))
        if not panel.rubric:
            report.say("no_criteria", place)
        if panel.size % 2 == 0:
            report.say("even_panel", (*place, "size"), level="warning", size=panel.size)


def _personal(report: Report) -> None:
    """Personal data may not become the name of a case, a counter's key or a published column."""
    definition = report.definition
    fields = paths(definition)
    shown: list[tuple[Place, str | None]] = [
        (("case_title",), definition.case_title),
        (("case_subject",), definition.case_subject),
    ]
    for quota in definition.quotas.values():
        shown += [(("quotas", quota.id, "per", number), path) for number, path in enumerate(quota.per)]
    for panel in definition.panels.values():
        shown += [(("panels", panel.id, "match", number), path) for number, path in enumerate(panel.match)]
    for place, path in shown:
        if path is not None and path in fields and fields[path].personal:
            report.say("personal_shown", place, path=path)


def _unused(report: Report) -> None:
    """What nothing refers to is probably misspelt somewhere else."""
    definition = report.definition
    calls = [
        call
        for _, _, action in report.actions()
        for call in [*action.needs, *action.warns, *action.then]
        if isinstance(call, Call)
    ]
    arguments = {call.argument for call in calls if isinstance(call.argument, str)}
    for quota in definition.quotas:
        if quota not in arguments:
            report.say("unused", ("quotas", quota), level="warning", name=quota)
    for letter in definition.letters:
        if letter not in arguments:
            report.say("unused", ("letters", letter), level="warning", name=letter)
    panels = {state.panel for state in definition.states.values()} | {field.panel for _, field in report.questions()}
    for panel in definition.panels:
        if panel not in panels | arguments:
            report.say("unused", ("panels", panel), level="warning", name=panel)
    stages = {state.stage for state in definition.states.values()}
    for stage in definition.stages:
        if stage not in stages:
            report.say("unused", ("stages", stage), level="warning", name=stage)
