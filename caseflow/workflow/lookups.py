"""Entries of registers that a case looks for by their values, and what it takes over from one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import ConfigDict, ValidationError
from pydantic import Field as Value

from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.kept import kept
from caseflow.workflow.parts import Call, Condition, Id, Part, Path, Text
from caseflow.workflow.registers import Register, RegisterCall, RegisterField, Status

ASKS, TAKES, TELLS = "entry_where", "take_entry", "entry_there"
OWN = ("number", "holder")
"""Of the entry itself, beside its values."""
_NUMBER = Field(id="number", type="text", label=Text(zh="登记编号", en="Number of the entry"))
_ISSUED = Field(id="issued_on", type="date", label=Text(zh="列入日期", en="Entered on"))
_UNTIL = Field(id="valid_until", type="date", label=Text(zh="有效期至", en="Valid until"))


class Lookup(Part):
    """What stands behind ``entry_where``, ``entry_there`` and ``take_entry``."""

    register_: Id = Value(alias="register")
    where: Mapping[Id, Path] = Value(min_length=1)
    """By value of the entry, ``number`` or ``holder`` the path of what it must be."""
    status: tuple[Status, ...] = ("valid",)
    none: bool = False
    """Of the guard: there must be no such entry."""
    if_any: bool = False
    """Of the guard: where a value that an entry must have is missing, nothing is asked."""
    into: Id | None = None
    """Of the effect: the store under which the entry is kept with the case."""
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def read(cls, call: Call) -> Self | None:
        """The argument of a call that looks for an entry; nothing where it is another call, or is not understood."""
        if call.name not in (ASKS, TAKES, TELLS):
            return None
        argument = call.argument
        if isinstance(argument, dict) and isinstance(argument.get("status"), str):
            argument = {**argument, "status": (argument["status"],)}
        try:
            found = cls.model_validate(argument)
        except ValidationError:
            return None
        guards = found.none or found.if_any
        fits = found.into is not None and not guards if call.name == TAKES else found.into is None
        fits = fits and not (guards and call.name == TELLS)
        return found if fits and found.status else None


def lookup(call: Call) -> Lookup:
    """What a call of a definition that was checked looks for."""
    found = Lookup.read(call)
    if found is None:
        raise LookupError(f"no entry is meant by {call.argument!r}")
    return found


def rests_on(call: Call | Condition, store: str) -> bool:
    """Whether a call looks for what stands in a store: it cannot be asked before that is answered."""
    found = Lookup.read(call) if isinstance(call, Call) else None
    return found is not None and any(path.partition(".")[0] == store for path in found.where.values())


def register_of(call: Call | Condition) -> str | None:
    """The register that a guard or effect names; nothing where it names none."""
    if not isinstance(call, Call):
        return None
    found = Lookup.read(call) or RegisterCall.read(call.argument)
    return found.register_ if found is not None else None


@kept
def takes(definition: Definition) -> Mapping[str, str]:
    """By store the register whose entries are kept in it."""
    found: dict[str, str] = {}
    for state in definition.states:
        for action in definition.actions_in(state):
            for call in action.then:
                meant = Lookup.read(call)
                if meant is not None and meant.into is not None:
                    found.setdefault(meant.into, meant.register_)
    return found


def choices_of(definition: Definition, store: str, known: Mapping[str, Field]) -> dict[str, Field]:
    """The questions with choices by whose answers the entry that is kept in a store was looked for, by its values."""
    calls = [call for state in definition.states for action in definition.actions_in(state) for call in action.then]
    meant = next((one for call in calls if (one := Lookup.read(call)) is not None and one.into == store), None)
    asked = {name: known.get(path) for name, path in meant.where.items()} if meant is not None else {}
    return {name: one for name, one in asked.items() if one is not None and one.type == "choice"}


def stored(
    register: Register, known: Mapping[str, Field], asked: Mapping[str, Field] | None = None
) -> dict[str, Field]:
    """What is kept of an entry, as questions; ``known`` are those to which paths lead, ``asked`` those that give a value
    its choices where the register does not say what it is.
    """
    given = asked or {}
    values = {one.id: _typed(one, known.get(one.value or "", given.get(one.id))) for one in register.fields.values()}
    values = {name: one for name, one in values.items() if one.type != "file"}
    return {**values, **{one.id: one for one in (_NUMBER, _ISSUED, _UNTIL)}}


def _typed(value: RegisterField, question: Field | None) -> Field:
    """A value of an entry as a question: of the type that the register says, or else of what it is filled with."""
    if value.type is not None:
        return Field(id=value.id, type=value.type, label=value.title, decimals=value.decimals)
    if question is None or question.type == "organisation":  # of an organisation the name is entered
        return Field(id=value.id, type="text", label=value.title)
    return question.model_copy(update={"id": value.id, "label": value.title, "required": False, "when": None})
