"""What concerns many cases: quotas, members, letters and summary tables."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, model_validator
from pydantic import Field as Value

from caseflow.workflow.beside import Service
from caseflow.workflow.parts import Id, Named, Part, Path, Text, WorkflowId, give_ids


class Quota(Named):
    """A ceiling, never a target. One counter per value of ``per``."""

    title: Text
    counter: Id | None = None
    """The name of its counters among those of all workflows of the authority; its own id unless given."""
    per: tuple[Path, ...]
    across: Literal["round", "all_rounds"] = "round"
    limit: int = Value(ge=0)
    over: Literal["warn", "block"]
    """``warn`` shows and must be answered; ``block`` refuses."""
    set_by: Id | None = None
    """The role that may set the limit and ``across``, with a reason."""
    basis: str
    reading: str | None = None

    @property
    def counted_as(self) -> str:
        """The name under which its counters and settings are kept."""
        return self.counter or self.id


class Block(Part):
    """One typed block of a letter; texts hold ``{path}`` places from a closed list."""

    kind: Literal[
        "heading", "text", "fields", "list", "table", "signature", "date", "signatures", "seats", "pledges", "sheets",
        "draw", "opinion", "fees", "entries",
    ]  # fmt: skip
    text: Text | None = None
    fields: tuple[Path, ...] = ()
    table: Id | None = None
    panel: Id | None = None
    """Of ``draw`` (how it was held), ``seats`` (who was drawn), ``pledges`` (what each accepted) and ``sheets`` (each
    expert's scores), ``opinion`` (with who signed it), ``fees`` (what each is paid)."""
    store: Id | None = None
    """Of ``entries``: the answers that an act with ``appends`` has gathered."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        if isinstance(data, dict) and "kind" not in data:
            for kind in ("heading", "text", "signature", "date", "signatures"):
                if kind in data:
                    return {"kind": kind, "text": data[kind], **{k: v for k, v in data.items() if k != kind}}
            for kind in ("fields", "table"):
                if kind in data:
                    return {"kind": kind, **data}
            for kind in ("draw", "seats", "pledges", "sheets", "opinion", "fees"):
                if kind in data:
                    return {"kind": kind, "panel": data[kind], **{k: v for k, v in data.items() if k != kind}}
            if "entries" in data:
                return {
                    "kind": "entries",
                    "store": data["entries"],
                    **{k: v for k, v in data.items() if k != "entries"},
                }
            if "list" in data:
                return {"kind": "list", "fields": data["list"], **{k: v for k, v in data.items() if k != "list"}}
        return data


APPLICANT, PREFECTURE, AUTHORITY = "applicant", "prefecture", "authority"
ADDRESSEES = (APPLICANT, PREFECTURE, AUTHORITY)
"""To whom a letter may go, beside the roles that are given a part in the case."""


class Letter(Named):
    """A paper of this workflow. Caseflow numbers only its own slips; formal numbers are recorded."""

    title: Text
    number: str | None = None
    to: Id = APPLICANT
    """``applicant``, ``prefecture``, ``authority``, or a role that is given a part in the case (a party to it)."""
    layout: Literal["letter", "slip", "form", "table"] | None = None
    """An official letter, a slip of the system, a form, or a table across the page; else what its blocks look like."""
    confined: bool = False
    """Read by its addressee and inside the authority only, not by the bureau in charge."""
    service: Service | None = None
    blocks: tuple[Block, ...]


class Column(Named):
    title: Text
    value: Path | None = None
    max_characters: int | None = None
    width: int = 12


class Table(Named):
    """A summary over the members of a case (an annex of the notice)."""

    title: Text
    each: Literal["member"] = "member"
    columns: dict[Id, Column]
    header: Text | None = None
    foot: Text | None = None
    having: dict[Path, str] = {}
    """Only the members with these values stand in it: ``{member.result: selected}``."""
    persons: bool = False
    """It may name persons: a paper between offices, shown to nobody else."""
    basis: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        return give_ids(data, "columns")


class Members(Part):
    """A procedure over many cases: whose cases, in which state, sharing what."""

    of: tuple[WorkflowId, ...]
    in_: Id = Value(alias="in")
    same: tuple[Literal["round", "prefecture"], ...] = ()
    ended: Literal["leaves", "stays"] = "leaves"
    """A case that ends on its own leaves, or stays until it is taken out by hand (papers already name it)."""
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Imports(Part):
    """Cases decided before the system existed: where they are entered, and what the sheet holds of each."""

    in_: Id = Value(alias="in")
    commits: tuple[Id, ...] = ()
    """Quotas under which an imported case takes its place, for good."""
    columns: dict[Id, Path]
    """The columns of the sheet: paths of the dossier, or of what an act would have asked."""
    leaves: tuple[Path, ...] = ()
    """Sections and required fields of the dossier of which nothing is known any more."""
    basis: str
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
