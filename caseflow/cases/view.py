"""One case as one person may see it: what stands there, what may be done, and why something may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import (
    deadlines,
    deputies,
    dossier,
    duties,
    entry,
    findings,
    guards,
    listed,
    parties,
    said,
    signing,
    standing,
    tasks,
    timeline,
)
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.models import case as case_table
from caseflow.cases.move import Move
from caseflow.cases.timeline import Entry
from caseflow.footprint.shelf import Shelf
from caseflow.people.rights import Actor
from caseflow.records import letters
from caseflow.studies import store
from caseflow.words import Message
from caseflow.workflow import running
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Section
from caseflow.workflow.many import APPLICANT
from caseflow.workflow.procedure import Action, State
from caseflow.workflow.rights import covers, hidden_from, tells


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that this person's role has here, and what stands against it at the moment."""

    action: Action
    role: str
    reasons: tuple[Message, ...]


@dataclass(slots=True)
class View:
    """A case for one person. Read what you need; each part is fetched when asked for."""

    tx: Connection
    ground: Ground
    actor: Actor
    row: RowMapping
    loaded: Loaded
    roles: frozenset[str]

    @property
    def definition(self) -> Definition:
        return self.loaded.definition

    @property
    def shelf(self) -> Shelf:
        """Every factor and list of stages that is published by now."""
        return store.stored_shelf(self.tx)

    @property
    def state(self) -> State:
        return self.definition.states[self.row["state"]]

    @property
    def is_holder(self) -> bool:
        return self.state.holder in self.roles

    @property
    def types(self) -> bool:
        """Whether the person types where the case stands: its holder, or who assists the holder."""
        assisted = {self.definition.roles[role].assists for role in self.roles} - {None}
        return self.is_holder or self.state.holder in assisted

    @property
    def is_office(self) -> bool:
        """Whether the person belongs to those who decide (and may read what was written inside)."""
        return any(self.definition.roles[role].sees == "own_authority" for role in self.roles)

    @property
    def is_staff(self) -> bool:
        """Whether the person works in this case, in an office or in a body outside (:func:`standing.works_in_cases`)."""
        kind = self.actor.organisation_kind
        return any(standing.works_in_cases(self.definition, self.definition.roles[role], kind) for role in self.roles)

    @property
    def takes_part(self) -> bool:
        """Whether the person works in this case or stands on the applicant's side; a party and an expert do not."""
        return self.is_staff or self.is_applicant

    @property
    def is_party(self) -> bool:
        """Whether the person is of a party to the case, and nothing more: that reads what is addressed to it alone."""
        return bool(self.party_roles) and not self.takes_part

    @property
    def party_roles(self) -> frozenset[str]:
        """The person's roles that are those of a party."""
        roles, kind = self.definition.roles, self.actor.organisation_kind
        return frozenset(one for one in self.roles if standing.is_party(self.definition, roles[one], kind))

    @property
    def sees_all(self) -> bool:
        """Whether nothing of the dossier is out of sight."""
        return not any(path.startswith("dossier") for path in self.hidden())

    @property
    def is_applicant(self) -> bool:
        """Whether the person stands on the applicant's side: one of its own, or who assists it."""
        roles = self.definition.roles
        own = {role.id for role in roles.values() if role.sees == "own_organisation"}
        return any(role in own or roles[role].assists in own for role in self.roles)

    def hidden(self) -> frozenset[str]:
        """Paths of the dossier and of answers that none of the person's roles may see where the case stands."""
        each = [hidden_from(self.definition, role, self.row["state"]) for role in self.roles]
        found = frozenset.intersection(*each) if each else frozenset()
        return found | parties.out_of_sight(self.definition, self.own_fields()) if self.is_party else found

    def dossier(self) -> dict[str, Any]:
        """The values this person may see: what is being typed for those who type it, else what is frozen."""
        return self.scoped(self.whole_dossier())

    def scoped(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What this person may see of a dossier, of an earlier revision too."""
        hidden = self.hidden()
        return {
            section: {
                name: value for name, value in part.items() if not said.is_hidden(f"dossier.{section}.{name}", hidden)
            }
            for section, part in values.items()
        }

    def whole_dossier(self) -> dict[str, Any]:
        """The same with what is out of the person's sight: to be written back beside what was typed, never shown."""
        if self.own_fields() or ((self.is_applicant or self.types) and self.state.edits):
            return dossier.working(self.tx, self.ground, self.row)
        return dossier.frozen(self.tx, self.ground, self.row["id"], self.row["revision"])

    def own_fields(self) -> frozenset[str]:
        """The sections and fields of the dossier that this person's roles type here by name."""
        return frozenset(path for role in self.roles for path in self.state.edits_of.get(role, ()))

    def sections(self) -> list[Section]:
        """The sections with the fields this person may see."""
        hidden = self.hidden()
        return [
            section.model_copy(
                update={
                    "fields": {
                        name: question
                        for name, question in section.fields.items()
                        if not said.is_hidden(f"dossier.{section.id}.{name}", hidden)
                    }
                }
            )
            for section in self.definition.dossier.values()
        ]

    def may_edit(self, section: str, name: str | None = None) -> bool:
        """Whether this person may type in a section (or in one field of it) now."""
        own, here = self.own_fields(), f"dossier.{section}" if name is None else f"dossier.{section}.{name}"
        if name is not None and said.is_hidden(here, self.hidden()):
            return False
        if covers(own, here) or (name is None and any(path.startswith(f"{here}.") for path in own)):
            return True
        if not self.types:
            return False
        if "dossier" in self.state.edits:
            return True
        if "unlocked" not in self.state.edits:
            return False
        paths = self.row["unlocked"]
        return f"{section}.{name}" in paths if name else any(path.split(".")[0] == section for path in paths)

    def offers(self) -> list[Offer]:
        """Every act of this person's roles here, with what stands against it before anything is asked."""
        found = []
        for action in self.definition.actions_in(self.row["state"]):
            role = standing.acting_role(self.definition, self.row["state"], action, self.roles, None)
            if role is None or action.system or action.moved_by:
                continue
            move = self.move(action, role)
            found.append(Offer(action, role, tuple(guards.reasons(move, before_asking=True))))
        return found

    def offer(self, action_id: str) -> Offer | None:
        return next((one for one in self.offers() if one.action.id == action_id), None)

    def move(self, action: Action, role: str) -> Move:
        """The act as the guards see it, nothing answered yet."""
        return Move(self.tx, self.ground, self.loaded, self.row, action, self.actor, role, clock.now(), "")

    def facts(self) -> dict[str, Any]:
        """The answers of acts this person may read: the office all, others those of :func:`standing.read_by`."""
        known = dossier.facts(self.tx, self.ground, self.row)
        known = said.without_hidden(self.definition, known, self.hidden())
        if self.is_office:
            return known
        if self.is_party:
            return parties.own_answers(self.tx, self.definition, self.row["id"], known, self.party_roles, self.actor)
        if not self.takes_part:
            return {}  # who is assigned to a panel must not see what others on it answered
        owed = any(state.duties for state in self.definition.states.values())
        given = duties.replies(self.tx, self.row["id"]) if owed else []
        read = standing.read_by(self.tx, self.definition, self.row["id"], self.actor, self.roles)
        found = said.of_roles(self.definition, known, read, given, self.actor.organisation_id or 0)
        guides = any(self.definition.roles[role].sees == "own_prefecture" for role in self.roles)
        return {**said.of_applicant(self.definition, known), **found} if guides else found

    def comments(self) -> dict[str, str]:
        """What the last return said of each field, for the applicant to correct and the office to check."""
        known = dossier.facts(self.tx, self.ground, self.row)
        hidden = self.hidden()
        found = said.comments(self.definition, known, self.row["unlocked"])
        return {path: text for path, text in found.items() if not said.is_hidden(f"dossier.{path}", hidden)}

    def pending(self) -> dict[str, Any] | None:
        """The act that waits for signatures, for those whom it concerns: first that which this person may sign."""
        rows = [row for row in signing.waiting(self.tx, self.row["id"]) if self.concerned(row)]
        roles = self.roles | deputies.signing_roles(self.tx, self.definition, self.row, rows, self.actor)
        return signing.turn_of(self.tx, rows, roles, self.actor.person_id)

    def concerned(self, row: Mapping[Any, Any]) -> bool:
        """Whether this person may read an act that waits or waited for signatures."""
        return signing.concerns(self.definition, row, self.roles, self.actor.organisation_id)

    def may_sign(self) -> bool:
        row = self.pending()
        return row is not None and deputies.may_sign(self.tx, self.definition, self.row, row, self.actor, self.roles)

    def findings(self) -> list[dict[str, Any]]:
        rows = findings.all_findings(self.tx, self.ground.keys, self.row["id"]) if self.is_staff else []
        return [row for row in rows if listed.readable(self.tx, self.ground, self.actor, self.definition, row)]

    def deadlines(self) -> list[RowMapping]:
        """The clocks with their ledgers: the office all, others that of the state shown and of what they owe."""
        rows = deadlines.of_case(self.tx, self.row["id"])
        if self.is_staff:
            return rows
        owed = {task["id"] for task in self.tasks()}
        if self.is_party:
            begun = parties.begun_by(self.definition, {row["kind"] for row in self.letters()})
            return [row for row in rows if row["task_id"] in owed or row["clock"] in begun]
        long = {one.name for one in running.in_state(self.definition, self.row["state"]) if one.state is None}
        return [
            row for row in rows
            if row["clock"] == self.row["state"] or row["task_id"] in owed
            or (row["clock"] in long and row["closed_at"] is None)
        ]  # fmt: skip

    def tasks(self) -> list[dict[str, Any]]:
        """What is owed in the case: those inside the office see all of it, others what they owe themselves."""
        rows = tasks.open_tasks(self.tx, self.row["id"])
        return rows if self.is_staff else [row for row in rows if tasks.is_for(self.actor, row)]

    def letters(self) -> list[RowMapping]:
        """The letters of the case that this person may read."""
        rows = letters.of_case(self.tx, self.row["id"])
        return self.readable_letters([row._mapping for row in rows])  # noqa: SLF001 -- public in SQLAlchemy

    def readable_letters(self, rows: list[RowMapping]) -> list[RowMapping]:
        """Of these letters those addressed to this person's side; the office sees all, a bureau those not confined.

        Those who only read along are not shown a letter to others that tells what is out of their sight. A party reads what
        is addressed to it: a letter that is to be served, from when its service is recorded.
        """
        if self.is_staff or self.is_office:
            hidden = self.hidden()
            rows = [row for row in rows if not tells(self.definition.letters[row["kind"]], hidden)]
        if self.is_office:
            return rows
        forms = self.definition.letters
        if self.is_staff:
            return [row for row in rows if not forms[row["kind"]].confined or forms[row["kind"]].to in self.roles]
        reached = parties.handed_over(self.tx, self.definition, rows, self.party_roles)
        return [
            row for row in rows
            if row["id"] in reached or (self.is_applicant and forms[row["kind"]].to == APPLICANT)
        ]  # fmt: skip

    def timeline(self) -> list[Entry]:
        """What happened, newest first, as far as this person may read it."""
        return timeline.of(self)

    def name_of(self, state: str) -> dict[str, str]:
        """The name of a state for this person: the office's own, or the public one of what others hold."""
        if self.is_party:
            return self.public_name(state)
        return state_name(self.definition, state, is_office=self.is_office)

    def public_state(self) -> dict[str, str]:
        """The name of the state that applicant and public read."""
        return self.public_name(self.row["state"])

    def public_name(self, state: str) -> dict[str, str]:
        """The name of a state for those outside."""
        found = self.definition.states[state]
        return _pair(found.public or found.title)


def state_name(definition: Definition, state: str, *, is_office: bool) -> dict[str, str]:
    """A state's name inside the office; for everybody else the public name of what the office itself holds.

    So a bureau does not read, in the name of a state, what the province is about to decide.
    """
    found = definition.states[state]
    holder = definition.roles.get(found.holder or "")
    if is_office or (holder is not None and holder.sees != "own_authority"):
        return _pair(found.title)
    return _pair(found.public or found.title)


def load(tx: Connection, ground: Ground, actor: Actor, case_id: int) -> View:
    """The case for this person.

    Raises:
        NotHere: it does not exist for them.
    """
    row = tx.execute(case_table.select().where(case_table.c.id == case_id)).mappings().first()
    if row is None:
        standing.parts_in(tx, actor, case_id)  # as of a case that is hidden: how long it takes must not tell
        raise entry.NotHere
    loaded = ground.definition(tx, row["definition_id"])
    roles = standing.roles_on(tx, loaded.definition, actor, row)
    if not roles:
        raise entry.NotHere
    view = View(tx, ground, actor, row, loaded, roles)
    if view.is_party and row["subject"]:
        columns = standing.columns_for_party(sa.true())
        view.row = tx.execute(sa.select(*columns).where(case_table.c.id == case_id)).mappings().one()
    return view


def _pair(text: Any) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
