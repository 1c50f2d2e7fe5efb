"""The people and places of a rehearsal: one person for each role, in a fitting organisation of the authority."""

from __future__ import annotations

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

_KINDS = {
    "own_organisation": "enterprise",
    "own_prefecture": "bureau",
    "own_authority": "authority",
    "assigned": "pool",
}
"""Where a role is held, by what it sees."""
_NOBODY_SIGNS_IN = "-"


class Cast:
    """Made as they are asked for, inside the caller's transaction."""

    def __init__(self, tx: Connection, ground: Ground, known_roles: Roles, root: Path, definition: Definition) -> None:
        self._tx, self._ground, self._known_roles, self._root = tx, ground, known_roles, root
        self._definition = definition
        self._people: dict[str, Actor] = {}
        self._places: dict[str, int] = {}
        self.authority_id = organisations.authority_id(tx, definition.authority)

    def actor(self, role: str) -> Actor:
        """The person who holds a role.

        Raises:
            Refused: the reference data let nobody hold it.
            LookupError: no workflow knows it.
        """
        if role not in self._people:
            where = self.place(self._kind(role))
            made = accounts.create(
                self._tx,
                authority_id=self.authority_id,
                login=f"rehearsal-{role}",
                name=role,
                password_hash=_NOBODY_SIGNS_IN,
                keys=self._ground.keys,
            )
            roles.grant(self._tx, self._known_roles, person_id=made, organisation_id=where, role=role, by=None)
            row = accounts.get(self._tx, made)
            if row is None:
                raise LookupError(role)
            self._people[role] = rights.actor(row, rights.standings(self._tx, made), where, frozenset())
        return self._people[role]

    def place(self, kind: str) -> int:
        """An organisation of a kind under the authority; an enterprise is a new one of the bureau's prefecture."""
        if kind not in self._places:
            known = self._tx.scalar(
                sa.select(organisation.c.id)
                .where(organisation.c.authority_id == self.authority_id, organisation.c.kind == kind)
                .order_by(organisation.c.id)
                .limit(1)
            )
            if known is None or kind == _KINDS["own_organisation"]:
                bureau = self.place("bureau") if kind != "bureau" else None
                known = organisations.create(
                    self._tx, authority_id=self.authority_id, kind=kind, name_zh=kind, prefecture_id=bureau
                )
            self._places[kind] = known
        return self._places[kind]

    def file(self, name: str, question: Field, role: str | None) -> int:
        """A new file of this name, uploaded by the organisation in which the role is held."""
        made = sample_files.content(name, question.label.zh)
        kept = files.keep(made.body, name=name, media_type=made.media_type, root=self._root, pages=made.pages)
        owner = self.actor(role).organisation_id if role is not None else None
        return files.record(self._tx, kept, uploaded_by=None, organisation_id=owner)

    def _kind(self, role: str) -> str:
        """The kind of organisation in which a role is held: by its reach, as far as the reference data agree."""
        known = (self._definition, *(one.definition for one in self._ground.all_current(self._tx)))
        sees = next((one.roles[role].sees for one in known if role in one.roles), None)
        if sees is None:
            raise LookupError(role)
        held_in = self._known_roles[role].kinds if role in self._known_roles else frozenset()
        return _KINDS[sees] if _KINDS[sees] in held_in or not held_in else min(held_in)
