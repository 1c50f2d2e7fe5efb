"""What a case looks for in a register, and takes from it: it must be there to be found, and be of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from caseflow.words import Message
from caseflow.workflow import consequences, lookups
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.kept import kept
from caseflow.workflow.lookups import Lookup
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Finding, Place
from caseflow.workflow.proof.register_checks import HOLDERS
from caseflow.workflow.registers import ISSUE, Register
from caseflow.workflow.report import SERVED, Report, gathered, paths

OF_CASE = ("organisation", "title", "subject", "number", "prefecture")
"""Of the case itself; each is a text, ``organisation`` and ``prefecture`` by name."""
GIVEN_OF_ENTRY = (*lookups.OWN, "status", "until")
"""What a test says of an entry beside its values."""
RESERVED = ("dossier", "asks", "case", "round", "today", "has_", "footprint", "entry", SERVED)
_NUMBERS, _TRUTHS, _DAYS = ("integer", "decimal"), ("boolean",), ("date",)


def argument(report: Report, call: Call, place: Place) -> None:
    """The argument of a call that looks for an entry."""
    meant = Lookup.read(call)
    if meant is None:
        report.say("argument_wrong", place, name=call.name, kind="lookup")
        return
    definition = report.definition
    if not report.known("unknown_register", meant.register_, definition.registers, place):
        return
    register, known = definition.registers[meant.register_], paths(definition)
    held = lookups.stored(register, known)
    for name, path in meant.where.items():
        at: Place = (*place, "where", name)
        if not report.known("unknown_register_value", name, [*register.fields, *lookups.OWN], at):
            continue
        if path in OF_CASE:
            continue
        if not report.known("unknown_path", path, [*known, *OF_CASE], at):
            continue
        if path.partition(".")[0] in gathered(definition):
            report.say("entries_here", at, path=path)
        elif name == "holder" and known[path].type not in HOLDERS:
            report.say("question_type", at, name=path, type=known[path].type, wanted=list(HOLDERS))
        elif name != "holder" and _kind(known[path]) != _kind(held[name]):
            report.say("lookup_differs", at, path=path, type=known[path].type, name=name, other=held[name].type)
    if meant.into is not None:
        other = lookups.takes(definition).get(meant.into, meant.register_) != meant.register_
        store(report, meant.into, place, taken=other)


def given(report: Report, entries: Any, place: Place) -> None:
    """The entries that a test gives: of a register of the definition, with values that it has; of one that it only names
    without values.
    """
    known = report.definition.registers
    others = consequences.concerned(report.definition)
    for register, listed in entries.items() if isinstance(entries, Mapping) else ():
        if not report.known("unknown_register", str(register), [*known, *others], (*place, str(register))):
            continue
        for at, said in enumerate(listed if isinstance(listed, list) else ()):
            for name in said if isinstance(said, Mapping) else ():
                allowed = [*(known[register].fields if register in known else ()), *GIVEN_OF_ENTRY]
                report.known("unknown_register_value", str(name), allowed, (*place, str(register), at, str(name)))


def _kind(field: Field) -> str:
    """Answers of one kind can be equal; what is chosen and what is typed are texts alike."""
    kinds = (("number", _NUMBERS), ("truth", _TRUTHS), ("day", _DAYS))
    return next((kind for kind, types in kinds if field.type in types), "text")


def store(report: Report, name: str, place: Place, *, taken: bool) -> None:
    """What an act keeps beside its answers is kept under a name that means nothing else."""
    definition = report.definition
    acts = {action.store or action.id for _, _, action in report.actions() if action.asks}
    if taken or name in RESERVED or name in acts or name in definition.decisions or name.startswith("duty_"):
        report.say("into_taken", (*place, "into"), name=name)


def unwritten(definition: Definition, peers: Mapping[str, Definition]) -> Iterator[Finding]:
    """Registers that are asked and in which no workflow of the authority makes entries."""
    if not definition.registers:
        return
    family = [definition, *(one for one in peers.values() if one.authority == definition.authority)]
    written = frozenset[str]().union(*map(issued, family))
    for register in definition.registers.values():
        if register.id not in written and _asked(definition, register):
            message = Message("workflow.register_unwritten", {"name": register.id})
            yield Finding("register_unwritten", ("registers", register.id), message, None, "warning")


@kept
def issued(definition: Definition) -> frozenset[str]:
    """The registers in which a workflow makes entries."""
    return frozenset(
        lookups.register_of(call) or ""
        for state in definition.states
        for action in definition.actions_in(state)
        for call in action.then
        if call.name == ISSUE
    )


def _asked(definition: Definition, register: Register) -> bool:
    return any(
        lookups.register_of(call) == register.id
        for state in definition.states
        for action in definition.actions_in(state)
        for call in (*action.needs, *action.then)
    )
