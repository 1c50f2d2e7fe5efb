"""What a test of a definition gives, and what its plain names mean: the round, the case, its members, people, files."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import (
    choosing,
    dossier,
    entry,
    findings,
    footprint_gate,
    opening,
    panels,
    paths,
    public_opening,
    quotas,
    standing,
)
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.models import case, member, task
from caseflow.cases.move import Move
from caseflow.db import Statement
from caseflow.office import rehearsed_pool, rehearsed_registers, rounds, samples
from caseflow.office.cast import PLACES, Cast
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.studies import recompute, store
from caseflow.workflow.definition import Definition, Test
from caseflow.workflow.form import Field
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

_CASE = Statement(sa.select(case).where(case.c.id == sa.bindparam("case_id")))
_OPENS, _CLOSES, _BUREAU_CLOSES = -60, 90, 60
"""Days from today of a rehearsed round."""
HELD = Action(id="held", title=Text(zh="占用名额", en="Held"))
ANY = "any"
"""Of the files of a case: the first."""


@dataclass(slots=True)
class Scene:
    """One case of a test with all that stands around it."""

    tx: Connection
    ground: Ground
    cast: Cast
    loaded: Loaded
    test: Test
    case_id: int = 0
    round_id: int | None = None
    members: list[int] = field(default_factory=list)
    """The cases inside a procedure over many, in the order in which they were given."""
    _keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def definition(self) -> Definition:
        return self.loaded.definition

    @property
    def row(self) -> dict[str, Any]:
        return _CASE.rows(self.tx, {"case_id": self.case_id})[0]

    def key(self) -> str:
        return f"rehearsal/{next(self._keys)}"

    # --- what is given --------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """The round, the members, the case, and its dossier where one is given."""
        given = self.test.given
        rehearsed_pool.stock(self.tx, self.ground.keys, self.cast, self.definition)
        if self.definition.rounds == "required" or self.definition.members is not None:
            self.round_id = self._round(str(given.get("round", "open")))
        self._gather(given.get("members", 0))
        owner = str(given.get("recorded", opener(self.definition)))
        records = "recorded" in given and isinstance(self.definition.roles[owner].opens, str)
        unit = self.cast.place("unit") if records else None
        values, has_dossier = {}, "dossier" in given
        written = given["dossier"] if isinstance(given.get("dossier"), Mapping) else {}
        named = {str(path).removeprefix("dossier."): value for path, value in written.items()}
        names = self.names(owner, unit)
        if has_dossier:
            values = samples.complete(self.loaded, self.ground, 1, names, named)
        if "state" in given:
            self.case_id = self._imported(self.loaded, str(given["state"]), values, given)
            self._take_in()
        elif given.get("filed"):
            self.case_id = self._filed(values)
        else:
            self.case_id = self._opened(owner, values, unit)
        shelf = store.stored_shelf(self.tx)
        said = given.get("footprint")
        if (has_dossier or said) and self.definition.footprint and shelf.schemes and said != "none":
            kept = store.save_study(self.tx, case_id=self.case_id, study_=samples.study(shelf), by=None)
            rule = footprint_gate.rule_here(self.definition, self.row["state"])
            if said == "recomputed" and rule is not None:
                state = self.row["state"]
                recompute.recompute(self.tx, study=kept, occasion=state, rule=findings.rule_of(rule))
        if "entries" in given:
            entries = rehearsed_registers.shelf(
                self.tx, self.ground, self.loaded, self.cast.place("unit"), self.round_id
            )
            entries.lay(given["entries"], self._place, self.ground.calendars[self.definition.calendar])

        if "twin" in given:
            its_own = samples.complete(self.loaded, self.ground, 1, names, named)
            self._imported(self.loaded, str(given["twin"]), its_own, given)
        if "credit_record" in given:
            applicant = organisation.c.id == self.row["organisation_id"]
            data = self.tx.scalar(sa.select(organisation.c.data).where(applicant)) or {}
            listed = {**data, "credit_record": given["credit_record"]}
            self.tx.execute(organisation.update().where(applicant).values(data=listed))

    def _filed(self, values: Mapping[str, Any]) -> int:
        """A case that the public begins, with those of the answers that its form asks for."""
        filed = public_opening.file_answers(self.tx, self.ground, self.loaded, values, request_key=self.key())
        return filed.case_id

    def _round(self, stands: str) -> int:
        today = clock.today()
        closes = -1 if stands == "closed" else _CLOSES
        gathers = self.definition.members.of if self.definition.members is not None else ()
        found = rounds.create(
            self.tx,
            self.cast.authority_id,
            code="rehearsal",
            title={"zh": self.test.name.zh, "en": self.test.name.en},
            workflows=[self.definition.workflow, *gathers],
            opens_at=clock.at_local(today + timedelta(days=_OPENS)),
            closes_at=clock.end_of(today + timedelta(days=closes)),
            notice=self.definition.basis.notice,
        )
        own = {"open": _BUREAU_CLOSES, "closed": _OPENS + 1}.get(stands, -1)
        row = rounds.find(self.tx, self.cast.authority_id, found)
        setter = next((one.id for one in self.definition.roles.values() if one.sees == "own_prefecture"), None)
        if row is not None and setter is not None:
            # A bureau sets its closing time beforehand, so the clock goes back for it.
            with clock.at(clock.at_local(today + timedelta(days=_OPENS))):
                rounds.set_own(
                    self.tx, self.ground, row, self.cast.place("bureau"),
                    clock.end_of(today + timedelta(days=own)), reason=stands, by=self.cast.actor(setter).person_id,
                )  # fmt: skip
        return found

    def _opened(self, role: str, values: Mapping[str, dict[str, Any]], owner: int | None) -> int:
        actor = self.cast.actor(role)
        made = opening.open_case(
            self.tx, self.ground, actor, self.definition.workflow,
            round_id=self.round_id, organisation_id=owner, request_key=self.key(),
        )  # fmt: skip
        of = owner if owner is not None else actor.organisation_id
        for section, typed in values.items():
            dossier.save_draft(
                self.tx, self.ground, made.case_id, f"dossier.{section}", f"organisation:{of}", typed, 0,
                actor.person_id,
            )  # fmt: skip
        return made.case_id

    def _imported(self, loaded: Loaded, stands: str, values: Mapping[str, Any], given: Mapping[str, Any]) -> int:
        definition = loaded.definition
        role = next((one.id for one in definition.roles.values() if one.sees == "own_authority"), None)
        if role is None:
            raise LookupError(definition.workflow)
        owner, office = self.cast.actor(opener(definition)), self.cast.actor(role)
        rule = definition.imports
        made = opening.import_case(
            self.tx,
            self.ground,
            office,
            definition.workflow,
            stands,
            values,
            organisation_id=int(owner.organisation_id or 0),
            prefecture_id=None if given.get("bureau") == "none" else owner.prefecture_id,
            round_id=self.round_id if definition.rounds == "required" else None,
            facts=self._facts(definition, given.get("facts", {})),
            commits=rule.commits if rule is not None and rule.in_ == stands else (),
            request_key=self.key(),
        ).case_id
        row = entry.locked(self.tx, made)
        move = Move(self.tx, self.ground, loaded, row, HELD, office, role, clock.now(), self.key())
        for quota_id in given.get("holds", ()):
            quotas.take(move, quota_id)
        return made

    def _facts(self, definition: Definition, written: Mapping[str, Any]) -> dict[str, Any]:
        """The answers of earlier acts, from the words of YAML."""
        names = self.names(opener(definition))

        def told(part: str, said: Mapping[str, Any]) -> dict[str, Any]:
            found = {name: (paths.question(definition, f"{part}.{name}"), value) for name, value in said.items()}
            return {
                name: value if question is None else samples.typed(question, value, names)
                for name, (question, value) in found.items()
            }

        return {
            part: [told(part, one) for one in said] if isinstance(said, list) else told(part, said)
            for part, said in written.items()
        }

    def _gather(self, wanted: int | list[Mapping[str, Any]]) -> None:
        """The cases that a procedure over many may take in: so many, or one for each thing that is said."""
        rule = self.definition.members
        said = [{} for _ in range(wanted)] if isinstance(wanted, int) else wanted
        for one in said if rule is not None else ():
            of = str(one.get("of", rule.of[0] if rule is not None else ""))
            loaded = self.ground.current(self.tx, of)
            written = {str(path).removeprefix("dossier."): value for path, value in one.get("dossier", {}).items()}
            names = self.names(opener(loaded.definition))
            values = samples.complete(loaded, self.ground, len(self.members) + 1, names, written)
            stands = str(one.get("state", rule.in_ if rule is not None else ""))
            self.members.append(self._imported(loaded, stands, values, one))

    def _take_in(self) -> None:
        """Put the members into a procedure that is given on its way."""
        said = self.test.given.get("members", 0)
        for position, case_id in enumerate(self.members, 1):
            own = said[position - 1].get("said", {}) if isinstance(said, list) else {}
            self.tx.execute(
                member.insert().values(
                    host_id=self.case_id, case_id=case_id, position=position, status="in", data=dict(own)
                )
            )

    # --- what names mean ------------------------------------------------------------------------------------------

    def actor(self, role: str, number: int = 1, action: Action | None = None) -> Actor:
        """Who acts in a role: in the organisation that it has in this case, or that owes what the act settles.

        Of a panel that was drawn by lot the first is who was drawn first, whoever that is.
        """
        drawn = self.seated(role) if self.case_id else []
        if number <= len(drawn):
            return self.cast.person(drawn[number - 1])
        return self.cast.actor(role, self.owing(role, action) or self._standing(role), number)

    def seated(self, role: str) -> list[int]:
        """Who sits on the panels of this case that are drawn by lot, in the order of the draw, reserves last."""
        of = [panel.id for panel in self.definition.panels.values() if panel.role == role and panel.lot is not None]
        return [row["person_id"] for one in of for row in panels.seats(self.tx, self.case_id, one)]

    def _standing(self, role: str) -> int | None:
        known = self.definition.roles.get(role)
        if not self.case_id or known is None:
            return None
        if known.sees == "own_organisation":
            return int(self.row["organisation_id"])
        if known.sees == "own_prefecture":
            return self.row["prefecture_id"]  # type: ignore[no-any-return]  # a row mapping gives no column types
        if known.sees == "involved":
            return next(iter(reversed(standing.involved(self.tx, self.case_id, role))), None)
        return None

    def owing(self, role: str, action: Action | None) -> int | None:
        """Of several organisations that owe a duty the one that has owed it longest."""
        kinds = [f"duty:{call.argument}" for call in action.then if call.name == "close_duty"] if action else []
        open_ = sa.select(task.c.organisation_id).where(
            task.c.case_id == self.case_id, task.c.status == "open", task.c.kind.in_(kinds), task.c.role == role
        )
        found: int | None = self.tx.scalar(open_.order_by(task.c.id).limit(1)) if kinds else None
        return found

    def names(self, role: str | None, owner: int | None = None) -> samples.Names:
        """Names in an answer of a role; its files are those of its organisation."""
        code, where = samples.UNKNOWN_FORM, owner
        if self.case_id:
            row = self.row
            if row["revision"]:
                code = dossier.revision_code(dossier.revision_hash(self.tx, self.case_id, row["revision"]))
            where = owner or (self.actor(role).organisation_id if role is not None else None)
        return samples.Names(
            file=lambda name, question: self.cast.file(name, question, role, where),
            person=self._person,
            case=self._case,
            organisation=self._place,
            credit_code=lambda name: (self.cast.credit_code(name) or name) if name in PLACES else name,
            case_file=self._case_file,
            rows=self._rows,
            revision_code=code,
        )

    def _person(self, name: str) -> int:
        """A role, or the second … who holds it: ``expert``, ``expert 2``."""
        role, _, number = name.partition(" ")
        return self.actor(role, int(number or 1)).person_id

    def _case(self, name: str) -> int:
        """``member 1`` is the first of the cases given as members; any other name is the case itself."""
        kind, _, number = name.partition(" ")
        return self.members[int(number or 1) - 1] if kind == "member" and self.members else self.case_id

    def _place(self, name: str) -> int:
        return int(self.row["organisation_id"]) if name == "own" and self.case_id else self.cast.place(name)

    def _case_file(self, name: str) -> int:
        found = choosing.case_files(self.tx, self.case_id)
        named = next((row.id for row in found if name in (row.name, ANY)), None)
        if named is None:
            raise LookupError(name)
        return int(named)

    def _rows(self, path: str) -> int:
        _, section, name = path.split(".")
        return len(dossier.working(self.tx, self.ground, self.row).get(section, {}).get(name) or [])

    def task(self, kind: str) -> int:
        """The open task of a kind, the one opened first."""
        open_ = sa.select(task.c.id).where(task.c.case_id == self.case_id, task.c.status == "open", task.c.kind == kind)
        found = self.tx.scalar(open_.order_by(task.c.id).limit(1))
        if found is None:
            raise LookupError(kind)
        return int(found)

    def sheet(self, question: Field, given: Any) -> Any:
        """A score sheet with full words: marks that are not written are four fifths of what may be given."""
        panel = self.definition.panels.get(question.panel or "")
        if panel is None or not isinstance(given, Mapping) or "marks" in given:
            return given
        marks = {name: {"mark": one.maximum * 4 // 5, "reason": one.title.zh} for name, one in panel.rubric.items()}
        return {"opinion": "", **given, "marks": marks}


def opener(definition: Definition) -> str:
    """The role that opens cases of a workflow for its own organisation; else the one that records them, or receives
    what the public files.
    """
    roles = sorted(definition.roles.values(), key=lambda role: role.opens is not True)
    form = definition.public_form
    return next((role.id for role in roles if role.opens), form.receives if form is not None else "")
