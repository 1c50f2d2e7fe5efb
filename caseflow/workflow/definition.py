"""A workflow as a value: what may happen, who may do it, by when, and on which ground.

Nothing here knows a case. ``reader`` turns YAML into a ``Definition``; the canonical JSON of a definition
is what is hashed, stored and loaded again for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, StringConstraints, model_validator
from pydantic import Field as Value

from caseflow.workflow.decisions import Decision
from caseflow.workflow.form import Section
from caseflow.workflow.many import Imports, Letter, Members, Quota, Table
from caseflow.workflow.panel import Panel
from caseflow.workflow.parameters import Parameter
from caseflow.workflow.parts import (
    Free,
    Id,
    Named,
    Part,
    Path,
    Period,
    Text,
    WorkflowId,
    give_ids,
)
from caseflow.workflow.procedure import Action, LongClock, State
from caseflow.workflow.promises import Always
from caseflow.workflow.registers import Register


class Basis(Part):
    """The document on which a workflow rests."""

    notice: str
    title: Text | None = None
    issued: str | None = None


class Role(Named):
    """Who acts. ``sees`` bounds which cases; ``hides`` names what of them stays out of sight."""

    title: Text
    sees: Literal["own_organisation", "own_prefecture", "own_authority", "assigned", "involved"]
    """``involved``: the cases in which the own organisation was given a part (effect ``involve``)."""
    hides: tuple[Path, ...] = ()
    opens: bool | Id = False
    """May open a case of this workflow; a state's id: for another organisation, beginning in that state."""
    assists: Id | None = None
    """Types what this role is to fill in; the acts stay with that role."""
    reads_sealed: tuple[Path, ...] = ()
    """Sections and fields that nobody sees on any page; this role reads them by an act that asks for a reason."""


class NeverBoth(Part):
    """Roles that nobody may hold in two acts of one case: who has acted in one does not act in another."""

    roles: tuple[Id, ...]
    basis: str


class Step(Part):
    """One step of a definition's own test: somebody acts, or time passes; then what stands."""

    as_: Id | None = Value(default=None, alias="as")
    do: Id | None = None
    with_: dict[str, Free] = Value(default_factory=dict, alias="with")
    requires: tuple[Path, ...] = ()
    """The answers of ``with`` without each of which the act is refused; ``rows.status`` is a column."""
    after: Period | None = None
    state: Id | None = None
    refused: Id | None = None
    """The guard that refuses."""
    due: Period | dict[Id, Period] | None = None
    """From this day to the last day of the clock that runs: of the state, or by the id of a state or a duty."""
    issued: tuple[Id, ...] | None = None
    """The letters of this step, all of them."""
    told: tuple[Id, ...] | None = None
    """The roles that this step tells by ``notify``, all of them."""
    warned: tuple[Id, ...] | None = None
    """The warnings that stand on the case and are not answered, all of them."""
    places: dict[Id, Literal["held", "committed", "released", "none"]] = Value(default_factory=dict)
    """What the case has under each ceiling."""
    holds: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None
    """A condition that is true of the case afterwards."""
    ends: Literal["positive", "negative", "neutral"] | None = None
    """The case has ended so."""
    offered: tuple[Id, ...] | None = None
    """The acts that the role ``as`` has there, all of them."""
    hidden: tuple[Path, ...] = ()
    """What stands in the case, and the role ``as`` is not shown."""
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Test(Part):
    name: Text
    given: dict[str, Free] = Value(default_factory=dict)
    steps: tuple[Step, ...]


class Stage(Named):
    """A step of the progress tracker that the applicant sees."""

    title: Text


class PublicForm(Part):
    """A form by which anybody opens a case, without an account; nobody in the system is its applicant."""

    title: Text
    help: Text | None = None
    state: Id
    """Where such a case begins."""
    fields: Annotated[tuple[Path, ...], Value(min_length=1, max_length=40)]
    """The questions that are put, in the order of the dossier; the others are the office's."""
    anonymous: tuple[Path, ...] = ()
    """Sections that whoever files may leave out altogether."""
    receives: Id
    """The role whose office holds the case."""
    basis: str


class Definition(Part):
    """One version of one workflow."""

    language: Literal[1]
    workflow: WorkflowId
    version: Annotated[str, StringConstraints(pattern=r"^\d{4}\.\d{1,3}$")]
    authority: Id
    organ: Text | None = None
    """The office in charge of the procedure, where that is another one than the authority itself."""
    title: Text
    kind: Literal["application", "collective"] = "application"
    basis: Basis
    calendar: WorkflowId
    case_number: str
    case_title: Path | None = None
    """The dossier value by which a case is called (the unit's name)."""
    case_subject: Path | None = None
    """The dossier value that says what it is about (the product)."""
    rounds: Literal["required", "none"] = "none"
    roles: dict[Id, Role]
    stages: dict[Id, Stage] = {}
    dossier: dict[Id, Section] = {}
    footprint: bool = False
    parameters: dict[Id, Parameter] = {}
    """Values that an office may set within bounds."""
    decisions: dict[Id, Decision] = {}
    never_both: tuple[NeverBoth, ...] = ()
    prepare: tuple[Text, ...] = ()
    """What an applicant needs before the first question."""
    quotas: dict[Id, Quota] = {}
    panels: dict[Id, Panel] = {}
    members: Members | None = None
    imports: Imports | None = None
    public_form: PublicForm | None = None
    """Anybody may open a case by it."""
    registers: dict[Id, Register] = {}
    """The registers that this procedure writes or asks; others may write the same."""
    states: dict[Id, State]
    anywhere: dict[Id, Action] = {}
    """Actions offered in every state that is not final."""
    clocks: dict[Id, LongClock] = {}
    """Time limits over several states."""
    letters: dict[Id, Letter] = {}
    tables: dict[Id, Table] = {}
    always: tuple[Always, ...] = ()
    tests: tuple[Test, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        return give_ids(
            data,
            "roles",
            "stages",
            "dossier",
            "parameters",
            "decisions",
            "quotas",
            "panels",
            "registers",
            "states",
            "anywhere",
            "clocks",
            "letters",
            "tables",
        )

    @property
    def first_state(self) -> str:
        return next(iter(self.states))

    def actions_in(self, state: str) -> Iterator[Action]:
        """The actions of a state, then those offered anywhere."""
        yield from self.states[state].actions.values()
        if not self.states[state].final:
            yield from (action for action in self.anywhere.values() if state not in action.not_in)

    def action(self, state: str, action: str) -> Action | None:
        found = self.states[state].actions.get(action)
        if found is None and not self.states[state].final:
            found = self.anywhere.get(action)
            return found if found is None or state not in found.not_in else None
        return found

    def by(self, state: str, action: Action) -> tuple[str, ...]:
        """The roles that may perform ``action`` in ``state``."""
        holder = self.states[state].holder
        return action.by or ((holder,) if holder else ())

    def canonical(self) -> str:
        """The one JSON text of this version: what is hashed and stored."""
        return json.dumps(self.plain(), ensure_ascii=False, sort_keys=False, separators=(",", ":"))

    def plain(self) -> dict[str, Any]:
        """The same as plain values."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def digest(self) -> str:
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @classmethod
    def from_canonical(cls, text: str) -> Self:
        return cls.model_validate(json.loads(text))
