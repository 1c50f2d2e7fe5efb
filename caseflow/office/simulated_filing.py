"""How cases come to be in a simulation: applicants file them, offices enter them from paper, gather those that wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import members, opening
from caseflow.cases.ground import Loaded
from caseflow.cases.models import case
from caseflow.office import simulated_people
from caseflow.office.simulated_walk import Walk

_FILED_FOR_OTHERS, _IDLE_HOST, _LATER = 0.15, 0.01, 10
"""How often a unit files on paper, and a procedure over many cases is begun without any; after how many days a case is filed
that nothing needs yet."""


@dataclass(slots=True)
class Filing:
    """Opens cases, in the order in which they are asked for."""

    tx: Connection
    walk: Walk
    to_come: int = 0
    """So many are still to be filed."""

    def file(self, loaded: Loaded) -> int | None:
        """Open a case: in the own name, or as an officer who enters it from paper.

        As long as the cases under way aim at all that is new, the others come later: so there are some left to try again.
        """
        walk, definition = self.walk, loaded.definition
        if not walk.choices.aims.is_over and not walk.choices.aims.uncared_for(loaded) and self._later():
            return _LATER
        self.to_come -= 1
        own = [role.id for role in definition.roles.values() if role.opens is True]
        others = [role.id for role in definition.roles.values() if isinstance(role.opens, str)]
        fresh = [one for one in others if self._is_new_from(loaded, str(definition.roles[one].opens))]
        for_other = others and (not own or walk.rng.random() < (0.5 if fresh else _FILED_FOR_OTHERS))
        role = walk.rng.choice(fresh or others) if for_other else walk.rng.choice(own)
        unit = None
        if for_other:
            applicant = next((one.id for one in definition.roles.values() if one.sees == "own_organisation"), role)
            unit = walk.troupe.unit(applicant)
        bureau = walk.rng.choice(walk.troupe.bureaus())
        self._open(loaded, role, unit, bureau, walk.troupe.round_at(clock.today()))
        return None

    def _later(self) -> bool:
        """Whether a round will be open for long enough after a while."""
        rounds, later = self.walk.troupe.rounds, clock.today() + timedelta(days=_LATER)
        ends = max((opens for _, opens in rounds), default=later) + timedelta(days=simulated_people.ARRIVAL_DAYS)
        return later <= ends

    def _is_new_from(self, loaded: Loaded, state: str) -> bool:
        """Whether a case that begins in a state finds something there at which no case aims yet."""
        aims = self.walk.choices.aims
        return aims.watch.is_open(loaded, "opened", state) or any(one[1] == state for one in aims.uncared_for(loaded))

    def _open(self, loaded: Loaded, role: str, unit: int | None, bureau: int | None, round_id: int | None) -> None:
        walk, definition = self.walk, loaded.definition

        def do() -> None:
            actor = walk.troupe.opener(loaded, role, bureau=bureau)
            opening.open_case(
                self.tx, walk.ground, actor, definition.workflow,
                round_id=round_id if definition.rounds == "required" else None,
                organisation_id=unit, request_key=walk.key(),
            )  # fmt: skip

        walk.through(do, 0, (definition.workflow, "", opening.OPEN), role)

    def gather(self, loaded: Loaded) -> None:
        """Begin a procedure over many cases where some wait for it and none of its kind is under way."""
        rule, walk = loaded.definition.members, self.walk
        role = next((one.id for one in loaded.definition.roles.values() if one.opens is True), None)
        if rule is None or role is None:
            return
        for round_id in self._rounds_under_way():
            for bureau in walk.troupe.bureaus() if "prefecture" in rule.same else [None]:
                place = {
                    "id": 0, "workflow": loaded.definition.workflow, "authority_id": walk.troupe.cast.authority_id,
                    "round_id": round_id, "prefecture_id": bureau,
                }  # fmt: skip
                waiting = members.eligible(self.tx, rule, place)
                idle = walk.rng.random() < _IDLE_HOST and self.to_come > 0
                if (waiting or idle) and not self._is_under_way(place):
                    self._open(loaded, role, None, bureau, round_id)

    def _rounds_under_way(self) -> list[int | None]:
        """The rounds of which some case has not ended, and the one that is open now."""
        open_ = sa.select(case.c.round_id).where(~case.c.final).distinct()
        found = {*self.tx.scalars(open_), self.walk.troupe.round_at(clock.today())}
        return sorted((one for one in found if one is not None), key=int) or [None]

    def _is_under_way(self, place: Mapping[str, Any]) -> bool:
        alike = [case.c[name] == place[name] for name in ("workflow", "round_id")]
        if place["prefecture_id"] is not None:
            alike.append(case.c.prefecture_id == place["prefecture_id"])
        return self.tx.execute(sa.select(case.c.id).where(*alike, ~case.c.final).limit(1)).first() is not None
