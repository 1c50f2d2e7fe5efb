"""States and what may be done in them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field as Value
from pydantic import StringConstraints, model_validator

from caseflow.workflow.form import Field
from caseflow.workflow.parts import (
    Call,
    Condition,
    Id,
    Named,
    Part,
    Path,
    Period,
    Text,
    WorkflowId,
    give_ids,
)


class Breach(Part):
    notify: tuple[Id, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _one(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("notify"), str):
            return {**data, "notify": (data["notify"],)}
        return data


class Clock(Part):
    """How long the holder has. It starts on entry, waits in ``pauses_in``, and never decides anything itself."""

    limit: Period | None = None
    """None where only the closing time of the round bounds it."""
    pauses_in: tuple[Id, ...] = ()
    warn: Period | None = None
    not_after: Literal["municipal_closes", "closes"] | None = None
    """The deadline of the round that cuts the limit short."""
    breach: Breach = Breach()
    soft: bool = False
    """Its end is pointed out to those of ``breach``, and nothing is late."""
    basis: str


class Publicity(Part):
    """A list shown to the public for ``period``, counted from the day after the registered posting."""

    period: Period
    posted_on: Path
    """Where the date of posting was registered."""
    ends: Id
    """The action of this state that the system performs when the period is over."""
    basis: str


class Calculates(Part):
    """The footprint is recomputed on entry; a deviation over the tolerance is a finding to be answered."""

    footprint: Literal["if_declared", "required"]
    tolerance: Annotated[str, StringConstraints(pattern=r"^\d{1,2}(\.\d)?%$")]
    over: Literal["finding_to_answer"] = "finding_to_answer"
    basis: str


class Duty(Named):
    """What organisations owe in a state beside its holder: departments asked for opinions, reports called for.

    With ``each`` it is opened on entry; without it by the effect ``open_duty`` of an act.
    """

    title: Text
    role: Id
    each: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")] | None = None
    """The kind of organisation: every active one under the authority owes the task."""
    asked: Id | None = None
    """The question of the opening act that names the organisation; the role's own unless given."""
    action: Id
    limit: Period | None = None
    due: Id | None = None
    """The question of the opening act that says by when; instead of ``limit``."""
    warn: Period | None = None
    breach: Breach = Breach()
    signs: tuple[Path, ...] = ()
    """What the answers stand for: ``members``, or paths of earlier answers. Where it changes they no longer count."""
    basis: str

    @model_validator(mode="before")
    @classmethod
    def _one(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("signs"), str):
            return {**data, "signs": (data["signs"],)}
        return data


class Action(Named):
    """What may be done where one stands."""

    title: Text
    help: Text | None = None
    by: tuple[Id, ...] = ()
    """Roles; none given means the holder of the state alone."""
    asks: dict[Id, Field] = {}
    store: Id | None = None
    """The name under which the answers are kept; the action's own id unless given."""
    appends: bool = False
    """The answers are one more entry under ``store``; those before them stay."""
    needs: tuple[Condition, ...] = ()
    warns: tuple[Call, ...] = ()
    then: tuple[Call, ...] = ()
    to: Id | None = None
    """The next state; ``origin`` goes back to where a return came from; none stays."""
    resume: Id | None = None
    """Of a return: the state to which ``origin`` leads back."""
    unlocks: Literal["commented_fields"] | None = None
    at_most: int | None = Value(default=None, ge=1)
    beyond: Literal["sign_off", "refuse"] = "refuse"
    sign_off: tuple[Id, ...] = ()
    """Roles that sign one after the other before the act takes effect."""
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
            for key in ("by", "moved_by", "sign_off"):
                if isinstance(data.get(key), str):
                    data[key] = (data[key],)
        return data


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
    guide: Text | None = None
    next: Text | None = None
    clock: Clock | None = None
    publicity: Publicity | None = None
    calculates: Calculates | None = None
    panel: Id | None = None
    duties: dict[Id, Duty] = {}
    moved_by: tuple[WorkflowId, ...] = ()
    final: bool = False
    outcome: Literal["positive", "negative", "neutral"] | None = None
    carries_over: bool = False
    """The applicant may take the dossier of a case that stands here into an open round, as a new case."""
    retention: Period | None = None
    listed: Literal["publicity", "published"] | None = None
    """On which public page a case in this state stands."""
    actions: dict[Id, Action] = {}

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        data = give_ids(data, "duties", "actions")
        if isinstance(data, dict) and isinstance(data.get("moved_by"), str):
            data["moved_by"] = (data["moved_by"],)
        return data
