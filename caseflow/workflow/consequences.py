"""What follows from an entry of a register: cases about other entries of its holder, their undoing, findings elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ConfigDict, ValidationError
from pydantic import Field as Value

from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.kept import kept
from caseflow.workflow.parts import Call, Id, Part, Path, Text, WorkflowId

OPENS, UNDOES, LISTED = "open_for_entries", "undo_for_entries", "listed_in"
ABOUT = "about"
"""Before the values that a case takes over from the entry about which it is opened."""
_VALUES = (
    Field(id="register", type="choice", label=Text(zh="名录", en="Register")),
    Field(id="called", type="text", label=Text(zh="登记名称", en="What the entry is called")),
    Field(id="number", type="text", label=Text(zh="登记编号", en="Number of the entry")),
    Field(id="valid_until", type="date", label=Text(zh="有效期至", en="Valid until")),
    Field(id="holder", type="text", label=Text(zh="登记单位", en="Holder")),
    Field(id="code", type="credit_code", label=Text(zh="统一社会信用代码", en="Credit code")),
    Field(id="because", type="text", label=Text(zh="所依据的登记编号", en="Number of the entry on which it rests")),
)
PATHS: Mapping[str, Field] = {f"{ABOUT}.{one.id}": one for one in _VALUES}
"""What ``copies`` may name beside the paths of the case."""


class _Read(Part):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def read(cls, argument: Any) -> Self | None:
        """The argument of a call; nothing where it is not understood."""
        if isinstance(argument, dict):
            argument = {k: (v,) if k == "registers" and isinstance(v, str) else v for k, v in argument.items()}
        try:
            return cls.model_validate(argument)
        except ValidationError:
            return None


class ForEntries(_Read):
    """What stands behind ``open_for_entries``."""

    because: Id
    """The register in which the case's own entry is the basis; its holder is the one concerned, unless ``where`` is said."""
    registers: tuple[Id, ...] = Value(min_length=1)
    """Of whose live entries each brings a case, in this order."""
    where: Mapping[Id, Path] = {}
    """By value of such an entry the path of what it must be; then it may be held by anybody."""
    workflow: WorkflowId
    link: Id
    in_: Id | None = Value(default=None, alias="in")
    copies: Mapping[Path, Path] = {}


class Undone(_Read):
    """What stands behind ``undo_for_entries``."""

    because: Id
    link: Id


def for_entries(argument: Any) -> ForEntries:
    """The argument of ``open_for_entries`` in a definition that was checked."""
    found = ForEntries.read(argument)
    if found is None:
        raise LookupError(f"no entries are meant by {argument!r}")
    return found


def undone(argument: Any) -> Undone:
    """The argument of ``undo_for_entries`` in a definition that was checked."""
    found = Undone.read(argument)
    if found is None:
        raise LookupError(f"nothing to be undone is meant by {argument!r}")
    return found


def opening(call: Call) -> dict[str, Any] | None:
    """What ``open_for_entries`` opens, as ``open_case`` says it; nothing where it is another call, or not understood."""
    found = ForEntries.read(call.argument) if call.name == OPENS else None
    if found is None:
        return None
    said = {"workflow": found.workflow, "link": found.link, "copies": found.copies, "owner": "office"}
    return said | ({"in": found.in_} if found.in_ is not None else {})


@kept
def concerned(definition: Definition) -> frozenset[str]:
    """The registers of others that a workflow names: that are asked by ``listed_in``, or whose entries bring cases."""
    calls = (call for state in definition.states for one in definition.actions_in(state) for call in one.then)
    opened = (found for call in calls if call.name == OPENS and (found := ForEntries.read(call.argument)) is not None)
    return asked(definition).union(*(found.registers for found in opened))


@kept
def asked(definition: Definition) -> frozenset[str]:
    """The registers of which a workflow wants to know whether whoever files is entered there (``listed_in``)."""
    return frozenset(
        str(call.argument)
        for state in definition.states
        for action in definition.actions_in(state)
        for call in action.warns
        if call.name == LISTED
    )
