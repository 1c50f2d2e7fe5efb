"""States and what may be done in them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, SerializerFunctionWrapHandler, StringConstraints, field_serializer, model_validator
from pydantic import Field as Value
from pydantic.json_schema import SkipJsonSchema

from caseflow.workflow.beside import Beside, Counts, Extends, Linked, Stops
from caseflow.workflow.form import Field
from caseflow.workflow.parameters import ParameterName, SettablePeriod
from caseflow.workflow.parts import (
    Call,
    Condition,
    Id,
    Named,
    Part,
    Path,
    Period,
    Text,
    TimerKey,
    WorkflowId,
    give_ids,
)


class Breach(Part):
    notify: tuple[Id, ...] = ()
    opens: Id | None = None
    """The duty of the same state that is owed from then on: somebody is to decide, as no clock does."""

    @model_validator(mode="before")
    @classmethod
    def _one(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("notify"), str):
            return {**data, "notify": (data["notify"],)}
        return data


class Clock(Part):
    """How long the holder has. It starts on entry, waits in ``pauses_in``, and never decides anything itself."""

    limit: SettablePeriod | None = None
    """None where only the closing time of the round bounds it."""
    pauses_in: tuple[Id, ...] = ()
    warn: SettablePeriod | None = None
    not_after: Literal["municipal_closes", "closes"] | None = None
    """The deadline of the round that cuts the limit short."""
    starts: Path | None = None
    """The date from whose next day it is counted, instead of the day of entry; it waits until there is one."""
    ends_on: Literal["next_workday", "after_holidays", "last_day"] = "next_workday"
    """Where a limit in days, months or years ends on a day off: from every day off it moves on to the next working day,
    from those alone that the law names, or not at all."""
    extends: tuple[Extends, ...] = ()
    """What binds the acts that extend it, one ground after the other; nothing but themselves unless given."""
    stops: Stops | None = None
    """That acts may let it stand still where the case stays."""
    breach: Breach = Breach()
    soft: bool = False
    """Its end is pointed out to those of ``breach``, and nothing is late."""
    timer: TimerKey | None = None
    """The row of the register of time limits that its limit is."""
    basis: str

    @model_validator(mode="before")
    @classmethod
    def _one(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("extends"), dict):
            return {**data, "extends": (data["extends"],)}
        return data

    @field_serializer("extends", mode="wrap")
    def _alone(self, grounds: tuple[Extends, ...], written: SerializerFunctionWrapHandler) -> Any:
        """One ground stands by itself, as it is usually written."""
        listed = written(grounds)
        return listed[0] if len(listed) == 1 else listed


class LongClock(Clock):
    """A time limit over several states, beside the clocks that these have of their own."""

    id: SkipJsonSchema[str] = ""
    title: Text
    in_: tuple[Id, ...] = Value(alias="in", min_length=1)
    """Where it runs, from one of these to the next without a break."""
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Publicity(Part):
    """A list shown to the public for ``period``, counted from the day after the registered posting."""

    period: SettablePeriod
    posted_on: Path
    """Where the date of posting was registered."""
    ends: Id
    """The action of this state that the system performs when the period is over."""
    suspended_by: Id | None = None
    """The duty of this state while somebody owes which it stands still: an objection that is looked into."""
    timer: TimerKey | None = None
    """The row of the register of time limits that its period is."""
    basis: str


Bound = Annotated[int, Value(ge=0)] | Annotated[str, StringConstraints(pattern=r"^\d{1,9}(\.\d{1,9})?$")]
"""A whole number, or a decimal as a text."""


class Calculates(Part):
    """The footprint is recomputed on entry; what is off is a finding to be answered."""

    footprint: Literal["if_declared", "required"]
    tolerance: Annotated[str, StringConstraints(pattern=r"^\d{1,2}(\.\d)?%$")]
    """By how much the declared figure may differ from the recomputed one."""
    over: Literal["finding_to_answer"] = "finding_to_answer"
    blocks: tuple[str, ...] | None = None
    """The reviewer's checks that keep a case back where ``footprint_gate`` is asked; all of them unless given."""
    thresholds: dict[Id, Bound] = {}
    """Bounds of the checks that differ from the program's own."""
    draws: Literal[0, 10000] = 0
    """So many draws of a Monte Carlo simulation are kept with the result."""
    requires: bool = True
    """Whether the footprint must hold what is listed for this kind of product."""
    basis: str


class Duty(Named):
    """What organisations owe in a state beside its holder: departments asked for opinions, reports called for.

    With ``each`` it is opened on entry; without it by the effect ``open_duty`` of an act.
    """

    title: Text
    role: Id
    each: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")] | None = None
    """The kind of organisation: every active one under the authority owes the task."""
    each_person: Id | None = None
    """A role or a panel: everybody who holds it in the office that answers for it, or is seated on it, owes the task."""
    asked: Id | None = None
    """The question of the opening act that names the organisation; the role's own unless given."""
    action: Id
    limit: SettablePeriod | None = None
    due: Id | None = None
    """The question of the opening act that says by when; instead of ``limit``."""
    warn: SettablePeriod | None = None
    breach: Breach = Breach()
    signs: tuple[Path, ...] = ()
    """What the answers stand for: ``members``, or paths of earlier answers. Where it changes they no longer count."""
    counts: Counts = "all"
    """How many answers settle it, or the ballot that they are."""
    closes_rest: bool = False
    """Once that is met, who has not answered owes nothing any more."""
    timer: TimerKey | None = None
    """The row of the register of time limits that its limit is."""
    basis: str

    @property
    def on_entry(self) -> bool:
        """Whether it is owed as soon as a case enters the state, without an act that asks for it."""
        return self.each is not None or self.each_person is not None

    @model_validator(mode="before")
    @classmethod
    def _one(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("signs"), str):
            return {**data, "signs": (data["signs"],)}
        return data


BY_DECISION = "by_decision"
"""Stands in ``to`` of an action that has a ``route``: no single state."""


class Route(Part):
    """Where an act leads by what a decision says."""

    by: Path
    """The decision and its output: ``grading.route``."""
    ways: dict[Id, Id]
    """By choice of that output the state."""


class Action(Named):
    """What may be done where one stands."""

    title: Text
    help: Text | None = None
    by: tuple[Id, ...] = ()
    """Roles; none given means the holder of the state alone."""
    asks: dict[Id, Field] = Value(default_factory=dict)
    store: Id | None = None
    """The name under which the answers are kept; the action's own id unless given."""
    appends: bool = False
    """The answers are one more entry under ``store``; those before them stay."""
    needs: tuple[Condition, ...] = ()
    warns: tuple[Call, ...] = ()
    then: tuple[Call, ...] = ()
    to: Id | None = None
    """The next state; ``origin`` goes back to where a return came from; none stays."""
    route: Route | None = None
    """Instead of ``to``: a decision says where it leads."""
    resume: Id | None = None
    """Of a return: the state to which ``origin`` leads back."""
    unlocks: Literal["commented_fields"] | None = None
    at_most: Annotated[int, Value(ge=1)] | ParameterName | None = None
    beyond: Literal["sign_off", "refuse"] = "refuse"
    sign_off: tuple[Id, ...] = ()
    """Roles that sign one after the other before the act takes effect."""
    not_by: tuple[Id, ...] = ()
    """Acts of this case: who did one of them, or signed it, does not do this one."""
    irreversible: bool = False
    """It cannot be undone by a later act, so it needs four eyes."""
    moved_by: tuple[WorkflowId, ...] = ()
    """Done only by a case of these workflows, of which this case is a member."""
    system: bool = False
    """Done only by a timer."""
    not_in: tuple[Id, ...] = ()
    """Of an action under ``anywhere``: the states in which it is not offered."""
    style: Literal["primary", "normal", "careful"] = "normal"
    confirm: Text | None = None
    result: Text | None = None
    """What the person reads when it is done."""
    basis: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        data = give_ids(data, "asks")
        if isinstance(data, dict):
            for key in ("by", "moved_by", "sign_off", "not_by"):
                if isinstance(data.get(key), str):
                    data[key] = (data[key],)
            if data.get("route") is not None and data.get("to") is None:
                data["to"] = BY_DECISION
        return data

    @property
    def leads_to(self) -> tuple[str, ...]:
        """The states to which it may lead (``origin`` where a return came from); none where it stays."""
        if self.route is not None:
            return tuple(dict.fromkeys(self.route.ways.values()))
        return (self.to,) if self.to is not None else ()


class State(Named):
    """Where a procedure stands."""

    title: Text
    public: Text | None = None
    """What the applicant and the public read; the title unless given."""
    holder: Id | None = None
    """The role whose turn it is."""
    stage: Id | None = None
    """The step of the public progress tracker."""
    private: bool = False
    """Nobody but the applicant's organisation sees a case that has never left such states."""
    edits: tuple[Literal["dossier", "footprint", "unlocked"], ...] = ()
    edits_of: dict[Id, tuple[Path, ...]] = Value(default_factory=dict)
    """By role the sections and fields of the dossier that it types here, the holder or not."""
    hides: dict[Id, tuple[Path, ...]] = Value(default_factory=dict)
    """By role what is out of its sight here, besides what the role itself hides."""
    guide: Text | None = None
    next: Text | None = None
    clock: Clock | None = None
    publicity: Publicity | None = None
    calculates: Calculates | None = None
    panel: Id | None = None
    duties: dict[Id, Duty] = Value(default_factory=dict)
    when_linked: tuple[Linked, ...] = ()
    when_undone: Id | None = None
    """The act by which the system undoes the case here, where that from which it was opened is undone."""
    beside: tuple[Beside, ...] = ()
    """Like entries of registers, shown to officers beside the acts."""
    may_be_taken_back: bool = False
    """Who brought a case here may take that back while nobody else has opened it."""
    moved_by: tuple[WorkflowId, ...] = ()
    final: bool = False
    outcome: Literal["positive", "negative", "neutral"] | None = None
    carries_over: bool = False
    """The applicant may take the dossier of a case that stands here into an open round, as a new case."""
    retention: Period | None = None
    listed: Literal["publicity", "published"] | None = None
    """On which public page a case in this state stands."""
    actions: dict[Id, Action] = Value(default_factory=dict)

    @property
    def typed_in(self) -> bool:
        """Whether anybody types in the dossier here."""
        return bool(self.edits or self.edits_of)

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        data = give_ids(data, "duties", "actions")
        if isinstance(data, dict) and isinstance(data.get("moved_by"), str):
            data["moved_by"] = (data["moved_by"],)
        return data
