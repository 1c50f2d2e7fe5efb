"""How cases come to be in a simulation: applicants file them, offices enter them from paper, take earlier ones in, gather those
that wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import members, opening, public_opening
from caseflow.cases.entry import Invalid
from caseflow.cases.ground import Loaded
from caseflow.cases.models import case
from caseflow.office import import_sheet, importing, samples, simulated_people
from caseflow.office.import_sheet import Came
from caseflow.office.simulated_acts import Acts
from caseflow.people import organisations
from caseflow.workflow.definition import PublicForm
from caseflow.workflow.form import Field

_FILED_FOR_OTHERS, _IDLE_HOST, _LATER = 0.15, 0.01, 10
"""How often a unit files on paper, and a procedure over many cases is begun without any; after how many days a case is filed
that nothing needs yet."""
_TAKEN_IN, _FIRST_TAKEN_IN = 15, 6
"""Of so many cases of a workflow one was decided earlier and is taken in, and which of them."""
_BY_THE_PUBLIC, _LEFT_OUT = 0.5, 0.5
"""How often the public files where offices enter cases too, and how often it leaves out what it may leave out."""
_CODES, _DECIDED = 500_000, 300
"""From here on the credit codes of those are counted whose cases were decided earlier, and within how many days they were."""


@dataclass(slots=True)
class Filing:
    """Opens cases, in the order in which they are asked for."""

    tx: Connection
    acts: Acts
    filed: list[Loaded]
    """The workflows of which cases are opened one by one."""
    to_come: int = 0
    """So many are still to be filed."""
    _filed: Counter[str] = field(default_factory=Counter)
    """How many cases of each workflow were filed or taken in."""

    def file(self, loaded: Loaded) -> int | None:
        """Open a case: in the own name, or as an officer who enters it from paper.

        Where the cases under way aim at all that is new in a workflow, one of another is opened instead; where they aim at
        all that is new, the others come later: so there are some left to try again.
        """
        acts = self.acts
        if not acts.aims.is_over and not acts.aims.uncared_for(loaded):
            other = next((one for one in self.filed if acts.aims.uncared_for(one)), None)
            if other is None and self._later():
                return _LATER
            loaded = other or loaded
        definition = loaded.definition
        self.to_come -= 1
        self._filed[definition.workflow] += 1
        if definition.imports is not None and self._filed[definition.workflow] % _TAKEN_IN == _FIRST_TAKEN_IN:
            self._take_in(loaded)
            return None
        own = [role.id for role in definition.roles.values() if role.opens is True]
        others = [role.id for role in definition.roles.values() if isinstance(role.opens, str)]
        if definition.public_form is not None and (not (own or others) or acts.rng.random() < _BY_THE_PUBLIC):
            self._from_the_public(loaded, definition.public_form)
            return None
        fresh = [one for one in others if self._is_new_from(loaded, str(definition.roles[one].opens))]
        for_other = others and (not own or acts.rng.random() < (0.5 if fresh else _FILED_FOR_OTHERS))
        role = acts.rng.choice(fresh or others) if for_other else acts.rng.choice(own)
        unit = None
        if for_other:
            applicant = next((one.id for one in definition.roles.values() if one.sees == "own_organisation"), role)
            unit = acts.troupe.unit(applicant)
        bureau = acts.rng.choice(acts.troupe.bureaus())
        self._open(loaded, role, unit, bureau, acts.troupe.round_at(clock.today()))
        return None

    def _take_in(self, loaded: Loaded) -> None:
        """Take in a case that was decided earlier, as one row of a sheet."""
        acts, workflow = self.acts, loaded.definition.workflow
        row = Came(1, {one.path: self._known(loaded, one.question) for one in import_sheet.columns(loaded.definition)})
        round_id = acts.troupe.round_at(clock.today()) if loaded.definition.rounds == "required" else None

        def do() -> None:
            importing.run(self.tx, acts.ground, None, workflow, [row], round_id=round_id, request_key=acts.key())

        acts.through(do, 0, (workflow, "", opening.OPEN), "")

    def _from_the_public(self, loaded: Loaded, form: PublicForm) -> None:
        """Somebody without an account fills in the public form, once there is somebody who receives it."""
        acts, definition = self.acts, loaded.definition
        acts.troupe.opener(loaded, form.receives)
        names, number = acts.troupe.names(loaded, 0, None), _CODES + acts.rng.randrange(100_000)
        put, left_out = dict[str, dict[str, Any]](), set[str]()
        for section in public_opening.asked(definition):
            if public_opening.may_be_left_out(definition, section.id) and acts.rng.random() < _LEFT_OUT:
                left_out.add(section.id)
                continue
            put[section.id] = {
                one.id: acts.rng.choice(list(one.choices)) if one.type == "choice"
                else samples.sample(one, acts.ground, number, names)
                for one in section.fields.values() if one.type not in ("file", "files")
            }  # fmt: skip

        def do() -> None:
            kept, wrong = public_opening.cleaned(loaded, acts.ground, put, left_out)
            if wrong:
                raise Invalid(wrong)
            public_opening.open_publicly(self.tx, acts.ground, loaded, kept, request_key=acts.key())

        acts.through(do, 0, (definition.workflow, "", public_opening.FILED), "")

    def _known(self, loaded: Loaded, question: Field) -> Any:
        """What is known of a case decided earlier: dates that are past, a place in the charge of a bureau."""
        rng, troupe = self.acts.rng, self.acts.troupe
        if question.type == "date":
            return (clock.today() - timedelta(days=rng.randrange(_DECIDED))).isoformat()
        if question.type == "region":
            chosen = rng.choice(troupe.bureaus())
            known = {row["id"]: row["division"] for row in organisations.bureaus(self.tx, troupe.cast.authority_id)}
            return known.get(chosen)
        number = _CODES + rng.randrange(100_000)
        return samples.sample(question, self.acts.ground, number, troupe.names(loaded, 0, None))

    def _later(self) -> bool:
        """Whether a round will be open for long enough after a while; without rounds, whether a case still has an aim."""
        rounds, later = self.acts.troupe.rounds, clock.today() + timedelta(days=_LATER)
        if not rounds:
            return self.acts.aims.is_busy
        return later <= max(opened for _, opened in rounds) + timedelta(days=simulated_people.ARRIVAL_DAYS)

    def _is_new_from(self, loaded: Loaded, state: str) -> bool:
        """Whether a case that begins in a state finds something there at which no case aims yet."""
        aims = self.acts.aims
        return aims.watch.is_open(loaded, "opened", state) or any(one[1] == state for one in aims.uncared_for(loaded))

    def _open(self, loaded: Loaded, role: str, unit: int | None, bureau: int | None, round_id: int | None) -> None:
        acts, definition = self.acts, loaded.definition

        def do() -> None:
            actor = acts.troupe.opener(loaded, role, bureau=bureau)
            opening.open_case(
                self.tx, acts.ground, actor, definition.workflow,
                round_id=round_id if definition.rounds == "required" else None,
                organisation_id=unit, request_key=acts.key(),
            )  # fmt: skip

        acts.through(do, 0, (definition.workflow, "", opening.OPEN), role)

    def gather(self, loaded: Loaded) -> None:
        """Begin a procedure over many cases where some wait for it and none of its kind is under way."""
        rule, acts = loaded.definition.members, self.acts
        role = next((one.id for one in loaded.definition.roles.values() if one.opens is True), None)
        if rule is None or role is None:
            return
        for round_id in self._rounds_under_way():
            for bureau in acts.troupe.bureaus() if "prefecture" in rule.same else [None]:
                place = {
                    "id": 0, "workflow": loaded.definition.workflow, "authority_id": acts.troupe.cast.authority_id,
                    "round_id": round_id, "prefecture_id": bureau,
                }  # fmt: skip
                waiting = members.eligible(self.tx, rule, place)
                idle = acts.rng.random() < _IDLE_HOST and self.to_come > 0
                if (waiting or idle) and not self._is_under_way(place):
                    self._open(loaded, role, None, bureau, round_id)

    def _rounds_under_way(self) -> list[int | None]:
        """The rounds of which some case has not ended, and the one that is open now."""
        open_ = sa.select(case.c.round_id).where(~case.c.final).distinct()
        found = {*self.tx.scalars(open_), self.acts.troupe.round_at(clock.today())}
        return sorted((one for one in found if one is not None), key=int) or [None]

    def _is_under_way(self, place: Mapping[str, Any]) -> bool:
        alike = [case.c[name] == place[name] for name in ("workflow", "round_id")]
        if place["prefecture_id"] is not None:
            alike.append(case.c.prefecture_id == place["prefecture_id"])
        return self.tx.execute(sa.select(case.c.id).where(*alike, ~case.c.final).limit(1)).first() is not None


def opens(loaded: Loaded) -> bool:
    """Whether somebody opens cases of a workflow, one by one."""
    definition = loaded.definition
    known = definition.public_form is not None or any(role.opens for role in definition.roles.values())
    return known and definition.members is None
