"""Registers as a workflow declares them: what stands in an entry, how long it holds, and what the public reads of it.

Several procedures of an authority may write one register: each declares it alike (through a shared part), and only
says for itself where the values come from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import ConfigDict, ValidationError, model_validator
from pydantic import Field as Value

from caseflow.workflow.parts import Id, Named, Part, Path, Period, Text, TimerKey, give_ids
from caseflow.workflow.problems import Place

Status = Literal["valid", "suspended", "revoked", "expired", "withdrawn", "superseded"]
STATUSES: tuple[Status, ...] = ("valid", "suspended", "revoked", "expired", "withdrawn", "superseded")
LIVE: tuple[Status, ...] = ("valid", "suspended")
"""While it has one of these an entry may still be changed; any other is an end."""

ISSUE, CORRECT = "register_issue", "register_correct"
Vouch = Literal["verified", "recomputed", "declared"]
VOUCHES: tuple[Vouch, ...] = ("verified", "recomputed", "declared")
"""Who stands for a figure: a certification body has verified it, this system has recomputed it, its holder declares it."""

STEPS: dict[str, tuple[tuple[Status, ...], Status]] = {
    "register_suspend": (("valid",), "suspended"),
    "register_restore": (("suspended",), "valid"),
    "register_revoke": (LIVE, "revoked"),
    "register_reinstate": (("revoked", "withdrawn"), "valid"),
    "register_withdraw": (LIVE, "withdrawn"),
    "register_expire": (LIVE, "expired"),
}
"""From which status to which an effect leads."""
WRITES = (ISSUE, CORRECT, *STEPS)

OWN_VALUES: dict[str, Any] = {"value": None, "host": None}
OWN_KEYS: dict[str, Any] = {"holder": "organisation", "called": None, "number_from": None}
"""What each workflow says for itself of a register that it shares with others."""


class RegisterField(Named):
    """One value of an entry; internal unless it is made public."""

    title: Text
    value: Path | None = None
    host: Path | None = None
    """Where the act is done by a procedure over many cases: the path there, which then counts."""
    public: bool = False
    unit: str | None = None
    """The unit of a number, in place of that of its question."""
    vouched: Vouch | None = None
    type: Literal["text", "integer", "decimal", "date", "boolean", "region", "product_class"] | None = None
    """What stands here, for workflows that read the register without writing it; as ``value`` has it unless given, else
    a text."""
    decimals: int | None = Value(default=None, ge=0, le=12)


class PageGroup(Named):
    """Values that stand together on the page of an entry."""

    title: Text
    fields: tuple[Id, ...]


class RegisterPage(Part):
    """How the page of an entry is headed, what must be read on it before anything else, and how its values stand."""

    heading: Text
    note: Text
    figure: Id | None = None
    """The value that is shown large."""
    per: Id | None = None
    """The value that says what the figure is counted for (a declared unit)."""
    groups: dict[Id, PageGroup] = {}
    """Values in no group stand together before the term of the entry."""

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        return give_ids(data, "groups")

    def named(self) -> Iterator[tuple[Place, str]]:
        """Every field that it names, with where."""
        for key, name in (("figure", self.figure), ("per", self.per)):
            if name is not None:
                yield (key,), name
        for group in self.groups.values():
            for at, name in enumerate(group.fields):
                yield ("groups", group.id, "fields", at), name


class Validity(Part):
    """From when to when an entry holds; without an end it holds until an act ends it."""

    from_: Path | None = Value(default=None, alias="from")
    """A date; the day of the act unless given."""
    lasts: Period | None = None
    lasts_by: Path | None = None
    """The output of a decision that says in months how long."""
    until: Path | None = None
    """A date, its last day."""
    warn: Period | None = None
    """So long before its last day ``notify`` is told."""
    notify: tuple[Id, ...] = ()
    """Roles of the case whose entry it is."""
    timer: TimerKey | None = None
    """The row of the register of time limits that says how long it lasts."""
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _one(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("notify"), str):
            return {**data, "notify": (data["notify"],)}
        return data

    @property
    def bounds(self) -> tuple[str, ...]:
        """The keys that say how long; of several nobody knows which counts."""
        return tuple(name for name in ("lasts", "lasts_by", "until") if getattr(self, name) is not None)


class Again(Part):
    """What counts as coming again, for the offices that read the register."""

    same: Id | None = None
    """The value in which the entries agree; any two entries of a holder unless given."""
    within: Period
    """How close together they lie."""
    basis: str


class Register(Named):
    """A register of the authority; its entries are appended and never edited."""

    title: Text
    number: str | None = None
    """The pattern of its own numbers."""
    number_from: Path | None = None
    """Where the number stands that somebody else has given (a certificate's)."""
    holder: Path = "organisation"
    """The organisation entered: of the case, or the answer of an ``organisation`` or ``credit_code`` question."""
    called: Path | None = None
    """The value by which an entry is called; the name of its holder unless given."""
    fields: dict[Id, RegisterField] = {}
    validity: Validity = Validity()
    statuses: dict[Status, Text] = {}
    """What a status is called here; its usual name unless given."""
    public: bool = False
    page: RegisterPage | None = None
    """The page of an entry; headed by its number unless given."""
    removed_after: Period | None = None
    """How long after its end an entry is still shown to the public; for ever unless given."""
    shown_under: Id | None = None
    """The value that says under which rule an entry is public; its own ``basis`` unless given."""
    statistics: tuple[Id, ...] = ()
    """The values by which the offices that read it count its entries; beside them the bureau in charge."""
    again: Again | None = None
    """When a holder with several entries comes again."""
    basis: str

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        return give_ids(data, "fields")

    def shared(self) -> dict[str, Any]:
        """What all workflows that write this register must say alike."""
        alike = {name: field.model_copy(update=OWN_VALUES) for name, field in self.fields.items()}
        return self.model_copy(update={**OWN_KEYS, "fields": alike}).model_dump()


class RegisterCall(Part):
    """What stands behind an effect or guard of a register; short: the register's id."""

    register_: Id = Value(alias="register")
    entry: Path | None = None
    """Where the number of the entry stands; the case's own entry unless given."""
    of: Path | None = None
    """Of a guard: any entry of the organisation that this names."""
    status: tuple[Status, ...] = ()
    reason: Path | None = None
    replaces: bool = False
    """Of an issue: the entry that the case has is superseded."""
    if_any: bool = False
    """Of a step: nothing happens where there is no entry."""
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def read(cls, argument: Any) -> Self | None:
        """The argument of a call; nothing where it is not understood."""
        if isinstance(argument, str):
            argument = {"register": argument}
        if isinstance(argument, dict) and isinstance(argument.get("status"), str):
            argument = {**argument, "status": (argument["status"],)}
        try:
            return cls.model_validate(argument)
        except ValidationError:
            return None

    @property
    def own(self) -> bool:
        """Whether it concerns the entry of the case itself."""
        return self.entry is None and self.of is None


def call(argument: Any) -> RegisterCall:
    """The argument of a call in a definition that was checked."""
    found = RegisterCall.read(argument)
    if found is None:
        raise LookupError(f"no register is meant by {argument!r}")
    return found
