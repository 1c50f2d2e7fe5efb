"""What every act stands on: the published definitions, the calendars, the reference lists and the key of sealed data."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases.models import workflow_version
from caseflow.footprint.context import Requirement
from caseflow.people.models import authority
from caseflow.records import calendars
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused
from caseflow.workflow import rules
from caseflow.workflow.days.holidays import Calendar
from caseflow.workflow.definition import Definition


@dataclass(frozen=True, slots=True)
class Loaded:
    """A published version, ready to be used."""

    id: int
    definition: Definition
    rules: rules.Rules
    digest: str


@dataclass(slots=True)
class Ground:
    """Shared by all requests of a process. Published versions never change, so they are kept once loaded."""

    keys: Keyring
    """Under which personal data and free text are sealed."""
    calendars: MutableMapping[str, Calendar]
    references: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Reference lists by name: ``{"product_class": {"coke": {"title": {zh, en}, …}}}``."""
    required: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    """What the footprint of a kind of product must hold, by product code."""
    demo: bool = False
    entropy: Callable[[int], bytes] = secrets.token_bytes
    """Whence a draw has its secret: the operating system. Only a simulation, on rows that are thrown away, takes another."""
    _loaded: dict[int, Loaded] = field(default_factory=dict)
    _current: dict[str, int] = field(default_factory=dict)
    _entered: dict[str, int] = field(default_factory=dict)
    """The last entry of each calendar that ``calendars`` holds."""

    def definition(self, tx: Connection, definition_id: int) -> Loaded:
        """The version with this row number."""
        found = self._loaded.get(definition_id)
        if found is None:
            body = tx.scalar(sa.select(workflow_version.c.body).where(workflow_version.c.id == definition_id))
            if body is None:
                raise LookupError(f"no workflow version {definition_id}")
            definition = Definition.from_canonical(body)
            found = Loaded(definition_id, definition, rules.compile_rules(definition), definition.digest())
            self._loaded[definition_id] = found
        return found

    def current(self, tx: Connection, workflow: str) -> Loaded:
        """The version under which a new case of ``workflow`` is opened: the one published last."""
        known = self._current.get(workflow)
        if known is None:
            known = tx.scalar(
                sa.select(sa.func.max(workflow_version.c.id)).where(workflow_version.c.workflow == workflow)
            )
            if known is None:
                raise Refused(Message("act.unknown_workflow", {"workflow": workflow}))
            self._current[workflow] = known
        return self.definition(tx, known)

    def all_current(self, tx: Connection) -> list[Loaded]:
        """The newest version of every workflow."""
        newest = sa.select(sa.func.max(workflow_version.c.id)).group_by(workflow_version.c.workflow)
        return [self.definition(tx, number) for number in sorted(tx.scalars(newest))]

    def titles(self, reference: str, code: str) -> Any:
        """The ``{zh, en}`` title of a code in a reference list, or the code itself."""
        entry = self.references.get(reference, {}).get(code)
        return entry["title"] if entry else code

    def calendar(self, definition: Definition) -> Calendar:
        """The calendar as this process read it last: for showing how a date stands."""
        return self.calendars[definition.calendar]

    def calendar_now(self, tx: Connection, name: str) -> Calendar:
        """The calendar with every notice entered so far: for counting a deadline."""
        known, last = self.calendars[name], self._entered.get(name, 0)
        found, entered = calendars.newer(tx, known, last)
        if entered != last:
            self.calendars[name], self._entered[name] = found, entered
        return found

    def apart(self) -> Ground:
        """The same with calendars of its own, for a transaction that enters a year and may yet be rolled back."""
        return replace(self, calendars=dict(self.calendars), _entered={})


def publish(tx: Connection, definitions: list[Definition]) -> list[str]:
    """Store every version not yet stored; return what was new. A version with other content than before is refused."""
    stored = {
        (row.workflow, row.version): row.hash
        for row in tx.execute(
            sa.select(workflow_version.c.workflow, workflow_version.c.version, workflow_version.c.hash)
        )
    }
    authorities = {row.code: row.id for row in tx.execute(sa.select(authority.c.code, authority.c.id))}
    hashed = [(one, one.digest()) for one in definitions]  # of a large one a hash takes a while
    wrong = [
        Message("act.version_changed", {"workflow": one.workflow, "version": one.version})
        for one, digest in hashed
        if stored.get((one.workflow, one.version), digest) != digest
    ] + [
        Message("act.unknown_authority", {"workflow": one.workflow, "authority": one.authority})
        for one in definitions
        if one.authority not in authorities
    ]
    if wrong:
        raise Refused(*wrong)
    fresh = [(one, digest) for one, digest in hashed if (one.workflow, one.version) not in stored]
    for one, digest in fresh:
        tx.execute(
            workflow_version.insert().values(
                workflow=one.workflow,
                version=one.version,
                authority_id=authorities[one.authority],
                hash=digest,
                body=one.canonical(),
                published_at=clock.now(),
            )
        )
    return [f"{one.workflow} {one.version}" for one, _ in fresh]
