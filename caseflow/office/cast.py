"""The people and places of a rehearsal: for each role as many persons as are asked for, in fitting organisations."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases.ground import Ground
from caseflow.office import sample_files
from caseflow.people import accounts, organisations, rights, roles
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.people.roles import Roles
from caseflow.records import files
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.identifiers import make_credit_code


@dataclass(frozen=True, slots=True)
class _Place:
    """An organisation of the rehearsal: the bureau to which it belongs, and another than which one it is."""

    kind: str
    of: str | None = None
    apart: str | None = None
    new: bool = False
    """Not one that is there already."""


PLACES = {
    "authority": _Place("authority"),
    "department": _Place("department"),
    "pool": _Place("pool"),
    "bureau": _Place("bureau"),
    "other_bureau": _Place("bureau", apart="bureau"),
    "branch": _Place("branch", "bureau"),
    "second_branch": _Place("branch", "bureau", apart="branch"),
    "other_branch": _Place("branch", "other_bureau"),
    "enterprise": _Place("enterprise", "bureau", new=True),
    "institution": _Place("institution", "bureau", new=True),
    "body": _Place("body", "bureau", new=True),
    "agent": _Place("body", "bureau", new=True),
    "unit": _Place("enterprise", "bureau", new=True),
}
"""The organisations that a test may name. ``unit`` has no account; ``agent`` acts for the enterprise."""
_KINDS = {
    "own_organisation": "enterprise",
    "own_prefecture": "bureau",
    "own_authority": "authority",
    "assigned": "pool",
    "involved": "branch",
}
"""Where a role is held, by what it sees."""
_NOBODY_SIGNS_IN = "-"
FIRST_CODE = 900_001
"""From here on the credit codes of a rehearsal are counted: the demonstration begins at 1."""


class Cast:
    """Made as they are asked for, inside the caller's transaction."""

    def __init__(self, tx: Connection, ground: Ground, known_roles: Roles, root: Path, definition: Definition) -> None:
        self._tx, self._ground, self._known_roles, self._root = tx, ground, known_roles, root
        self._definition = definition
        self._people: dict[tuple[str, int, int], Actor] = {}
        self._places: dict[str, int] = {}
        self.authority_id = organisations.authority_id(tx, definition.authority)

    def actor(self, role: str, at: int | None = None, number: int = 1) -> Actor:
        """A person who holds a role: in the organisation ``at``, else where such roles are held; the first, second …

        Raises:
            Refused: the reference data let nobody hold it there.
            LookupError: no workflow knows it.
        """
        where = at if at is not None else self.place(self._kind(role))
        key = (role, where, number)
        if key not in self._people:
            made = accounts.create(
                self._tx,
                authority_id=self.authority_id,
                login=f"rehearsal-{role}-{where}-{number}",
                name=role if number == 1 else f"{role} {number}",
                password_hash=_NOBODY_SIGNS_IN,
                keys=self._ground.keys,
            )
            roles.grant(self._tx, self._known_roles, person_id=made, organisation_id=where, role=role, by=None)
            row = accounts.get(self._tx, made)
            if row is None:
                raise LookupError(role)
            self._people[key] = rights.actor(row, rights.standings(self._tx, made), where, frozenset())
        return self._people[key]

    def known(self) -> tuple[dict[tuple[str, int, int], Actor], dict[str, int]]:
        """Who and what was made so far, for ``back_to``."""
        return dict(self._people), dict(self._places)

    def back_to(self, known: tuple[dict[tuple[str, int, int], Actor], dict[str, int]]) -> None:
        """Forget whoever was made since: the transaction went back there."""
        self._people, self._places = dict(known[0]), dict(known[1])

    def person(self, actor_id: int) -> Actor:
        """The person of the rehearsal with this row number."""
        return next(actor for actor in self._people.values() if actor.person_id == actor_id)

    def place(self, name: str) -> int:
        """An organisation of the rehearsal by its name in ``PLACES``.

        Raises:
            LookupError: no organisation of a rehearsal is called so.
        """
        if name not in self._places:
            if name not in PLACES:
                raise LookupError(name)
            self._places[name] = self._found(PLACES[name]) or self._made(name, PLACES[name])
        return self._places[name]

    def credit_code(self, name: str) -> str | None:
        """The credit code of an organisation of the rehearsal."""
        row = organisations.get(self._tx, self.place(name))
        return row["credit_code"] if row is not None else None

    def file(self, name: str, question: Field, role: str | None, owner: int | None = None) -> int:
        """A new file of this name, uploaded by an organisation: ``owner``, else that in which the role is held."""
        made = sample_files.content(name, question.label.zh)
        kept = files.keep(made.body, name=name, media_type=made.media_type, root=self._root, pages=made.pages)
        if owner is None and role is not None:
            owner = self.actor(role).organisation_id
        return files.record(self._tx, kept, uploaded_by=None, organisation_id=owner)

    def _found(self, wanted: _Place) -> int | None:
        """One that the reference data hold, and that stands under no other name."""
        if wanted.new:
            return None
        bounds = [organisation.c.authority_id == self.authority_id, organisation.c.kind == wanted.kind]
        if wanted.of is not None:
            bounds.append(organisation.c.prefecture_id == self.place(wanted.of))
        if wanted.apart is not None:
            bounds.append(organisation.c.id != self.place(wanted.apart))
        listed = sa.select(organisation.c.id).where(*bounds, organisation.c.status == "active")
        found: int | None = self._tx.scalar(listed.order_by(organisation.c.id).limit(1))
        return found

    def _made(self, name: str, wanted: _Place) -> int:
        codes = (make_credit_code("91", "990000", number) for number in itertools.count(FIRST_CODE))
        free = (code for code in codes if organisations.by_credit_code(self._tx, code) is None)
        return organisations.create(
            self._tx,
            authority_id=self.authority_id,
            kind=wanted.kind,
            name_zh=name,
            credit_code=next(free) if wanted.new else None,
            prefecture_id=self.place(wanted.of) if wanted.of is not None else None,
        )

    def _kind(self, role: str) -> str:
        """The place in which a role is held: by its reach, as far as the reference data agree."""
        found = self._definition.roles.get(role)
        if found is None:
            known = (one.definition.roles for one in self._ground.all_current(self._tx))
            found = next((one[role] for one in known if role in one), None)
        if found is None:
            raise LookupError(role)
        held_in = self._known_roles[role].kinds if role in self._known_roles else frozenset()
        usual = "agent" if found.assists is not None else _KINDS[found.sees]
        return usual if PLACES[usual].kind in held_in or not held_in else min(held_in)
