"""Registers of a definition: what they mention must exist, what they show may be shown, and no act comes too early."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from caseflow.workflow import register_ways
from caseflow.workflow.days.periods import days
from caseflow.workflow.form import Field, FieldType
from caseflow.workflow.graph import Way, told
from caseflow.workflow.lookups import ASKS, TAKES, register_of
from caseflow.workflow.lookups import OWN as HELD
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.proof.story import story
from caseflow.workflow.registers import ISSUE, STEPS, WRITES, Register, RegisterCall
from caseflow.workflow.report import Report, paths
from caseflow.workflow.vocabulary import Entry

NUMBER = re.compile(r"(?:[^{}]|\{(year|serial(:0[1-9])?)\})*")
TYPES: tuple[FieldType, ...] = (
    "text", "choice", "choices", "boolean", "date", "integer", "decimal", "credit_code", "document_number", "url",
    "region", "product_class", "organisation", "file",
)  # fmt: skip
"""What an entry can hold. Free text is left out: anybody may stand in it, and an entry is never erased."""
HOLDERS: tuple[FieldType, ...] = ("organisation", "credit_code")
OWN = ("organisation", "title", "subject", "number", "prefecture", "round")
"""Of the case itself."""


def check(report: Report) -> None:
    known = paths(report.definition)
    for register in report.definition.registers.values():
        _register(report, register, known)
        _ways(report, register)
    beside(report, known)


def beside(report: Report, known: Mapping[str, Field]) -> None:
    """Like entries: of a register with these values, looked for by what the case has."""
    for state in report.definition.states.values():
        for number, one in enumerate(state.beside):
            place: Place = ("states", state.id, "beside", number)
            if not report.known("unknown_register", one.register_, report.definition.registers, (*place, "register")):
                continue
            values = report.definition.registers[one.register_].fields
            for name, path in one.where.items():
                at: Place = (*place, "where", name)
                report.known("unknown_register_value", name, [*values, *HELD], at)
                if path in OWN or not report.known("unknown_path", path, [*known, *OWN], at):
                    continue
                if name == HELD[1] and known[path].type not in HOLDERS:
                    report.say("question_type", at, name=path, type=known[path].type, wanted=list(HOLDERS))
            for index, name in enumerate(one.columns):
                report.known("unknown_register_value", name, values, (*place, "columns", index))


def argument(report: Report, entry: Entry, given: Any, place: Place) -> None:
    """The argument of an effect or guard that names a register."""
    meant = RegisterCall.read(given)
    if meant is None or (entry.name == "entry_is" and not meant.status):
        report.say("argument_wrong", place, name=entry.name, kind=entry.argument)
        return
    report.known("unknown_register", meant.register_, report.definition.registers, place)
    known = paths(report.definition)
    for key in ("entry", "of", "reason"):
        path = getattr(meant, key)
        if path not in OWN:
            report.known("unknown_path", path, known, (*place, key))


def _register(report: Report, register: Register, known: Mapping[str, Field]) -> None:
    place: Place = ("registers", register.id)
    if (register.number is None) == (register.number_from is None):
        report.say("register_number_missing", place)
    elif register.number is not None and (not NUMBER.fullmatch(register.number) or "{serial" not in register.number):
        report.say("register_number_wrong", (*place, "number"), value=register.number)
    issues = _uses(report, register.id, (ISSUE,))
    for field in register.fields.values():
        at = (*place, "fields", field.id)
        _value(report, field.value, known, (*at, "value"))
        if issues and field.value is None and field.host is None:
            report.say("register_field_empty", at, name=field.id)
    _page(report, register)
    for number, name in enumerate(register.statistics):
        report.known("unknown_register_value", name, register.fields, (*place, "statistics", number))
    if register.shown_under is not None:
        report.known("unknown_register_value", register.shown_under, register.fields, (*place, "shown_under"))
    if register.again is not None and register.again.same is not None:
        report.known("unknown_register_value", register.again.same, register.fields, (*place, "again", "same"))
    _value(report, register.number_from, known, (*place, "number_from"), of="name")
    _value(report, register.called, known, (*place, "called"), of="name")
    if register.holder != "organisation":
        _typed(report, register.holder, known, HOLDERS, (*place, "holder"))
    validity = register.validity
    if len(validity.bounds) > 1:
        report.say("validity_both", (*place, "validity"))
    for key, path in (("from", validity.from_), ("until", validity.until)) if issues else ():
        _typed(report, path, known, ("date",), (*place, "validity", key))
    if issues and validity.lasts_by is not None:
        at = (*place, "validity", "lasts_by")
        if report.known("unknown_decision", validity.lasts_by.partition(".")[0], report.definition.decisions, at):
            _typed(report, validity.lasts_by, known, ("integer",), at)
    _warned(report, register, (*place, "validity"), issues=issues)
    if issues and not validity.bounds:
        ends = [name for name, (_, status) in STEPS.items() if status not in ("valid", "suspended")]
        if not _uses(report, register.id, ends):
            report.say("register_never_ends", place, level="warning", name=register.id)
    if not _uses(report, register.id, (*WRITES, "entry_is", "no_entry", ASKS, TAKES)):
        report.say("register_unused", place, level="warning", name=register.id)


def _warned(report: Report, register: Register, place: Place, *, issues: bool) -> None:
    """Before its end those are told who can see to what comes next; a workflow that makes no entries tells nobody."""
    validity = register.validity
    if validity.warn is not None and not validity.bounds:
        report.say("warning_of_nothing", (*place, "warn"))
    if validity.warn is not None and validity.lasts is not None and days(validity.warn) >= days(validity.lasts):
        report.say("warning_too_late", (*place, "warn"), warn=validity.warn, limit=validity.lasts)
    if (validity.warn is None) != (not validity.notify):
        report.say("warning_untold", place)
    for number, role in enumerate(validity.notify if issues else ()):
        report.known("unknown_role", role, report.definition.roles, (*place, "notify", number))


def _page(report: Report, register: Register) -> None:
    """What the page of an entry names is a value of the register, and stands in one place only."""
    if register.page is None:
        return
    place: Place = ("registers", register.id, "page")
    seen: set[str] = set()
    for at, name in register.page.named():
        report.known("unknown_register_value", name, register.fields, (*place, *at))
        if name in seen:
            report.say("page_value_twice", (*place, *at), name=name)
        seen.add(name)


def _value(report: Report, path: str | None, known: Mapping[str, Field], place: Place, *, of: str = "value") -> None:
    if path in OWN or path is None or not report.known("unknown_path", path, [*known, *OWN], place):
        return
    for rule, values in unfit(known, path):
        report.say(rule, place, **values)
    if of == "name" and known[path].type == "file":
        report.say("register_cannot_hold", place, path=path, type="file")


def unfit(known: Mapping[str, Field], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Why an entry cannot hold what stands at a path: the rule, and the values of its sentence."""
    if known[path].personal:
        yield "register_personal", {"path": path}
    elif known[path].type not in TYPES or path.rpartition(".")[0] in known:
        yield "register_cannot_hold", {"path": path, "type": known[path].type}


def _typed(
    report: Report, path: str | None, known: Mapping[str, Field], types: tuple[FieldType, ...], place: Place
) -> None:
    if path is None or not report.known("unknown_path", path, known, place):
        return
    if known[path].type not in types:
        report.say("question_type", place, name=path, type=known[path].type, wanted=list(types))


def _uses(report: Report, register: str, names: tuple[str, ...] | list[str]) -> bool:
    calls = (
        call
        for _, _, action in report.actions()
        for call in [*action.needs, *action.then]
        if isinstance(call, Call) and call.name in names
    )
    if any(register_of(call) == register for call in calls):
        return True
    return ASKS in names and any(
        one.register_ == register for state in report.definition.states.values() for one in state.beside
    )


def _ways(report: Report, register: Register) -> None:
    """The shortest way on which an act meets no entry, or one too many."""
    if any(found.rule == "unknown_state" for found in report.findings) or not report.definition.states:
        return
    wrong = register_ways.walked(report.definition, register.id).wrong
    place: Place = ("registers", register.id)
    if (way := wrong.get(register_ways.BEFORE)) is not None:
        report.say("register_before_issue", place, name=register.id, action=way[-1].action, **_told(report, way))
    if (way := wrong.get(register_ways.TWICE)) is not None:
        report.say("register_issued_twice", place, level="warning", name=register.id, **_told(report, way))


def _told(report: Report, way: Way) -> dict[str, Any]:
    return {"way": told(way), "story": story(report.definition, way)}
