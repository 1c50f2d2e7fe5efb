"""What stands behind a form in a simulation: dossiers are typed, footprints filed, receipts attached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import dossier
from caseflow.cases.ground import Ground, Loaded
from caseflow.footprint.shelf import Shelf
from caseflow.office import rehearsed_service, samples
from caseflow.office.simulated_answers import Answers
from caseflow.office.simulated_fitting import Fitting
from caseflow.office.simulated_people import Troupe
from caseflow.people.rights import Actor
from caseflow.studies import store

_CALCULATED = 0.5
"""How often a footprint is filed."""


@dataclass(slots=True)
class Typing:
    """Fills in what is open in the state where a case stands, once for each time it comes there."""

    tx: Connection
    ground: Ground
    troupe: Troupe
    answers: Answers
    rng: Random
    fitting: Fitting
    shelf: Shelf
    _typed: dict[int, tuple[str, Any]] = field(default_factory=dict)
    """By case where its dossier was typed last: the state, and since when the case stood there."""

    def again(self, row: Mapping[Any, Any], loaded: Loaded) -> None:
        """Type the dossier once more, whole."""
        self._typed.pop(row["id"], None)
        self.type(row, loaded, whole=True)

    def type(self, row: Mapping[Any, Any], loaded: Loaded, *, whole: bool) -> None:
        """Type the dossier as far as it is open here; one that is not ``whole`` may lack something."""
        state, here = loaded.definition.states[row["state"]], (row["state"], row["moved_at"])
        if not state.typed_in or self._typed.get(row["id"]) == here:
            return
        self._typed[row["id"]] = here
        holder = self.troupe.actor(loaded, row, state.holder) if state.holder is not None else None
        if holder is not None and {"dossier", "unlocked"} & set(state.edits):
            paths = None if "dossier" in state.edits else set(row["unlocked"])
            self._save(row, loaded, holder, paths, whole=whole)
        for role, own in state.edits_of.items():
            who = self.troupe.actor(loaded, row, role)
            if who is not None:
                self._save(row, loaded, who, {path.removeprefix("dossier.") for path in own}, whole=whole)
        declares = "footprint" in state.edits and loaded.definition.footprint and self.shelf.schemes
        if declares and self.rng.random() < _CALCULATED:
            store.save_study(self.tx, case_id=row["id"], study_=samples.study(self.shelf), by=None)

    def receipt(self, loaded: Loaded, case_id: int, letter_id: int, actor: Actor) -> int:
        """The receipt of a letter that was served; its row id."""
        names = self.troupe.names(loaded, case_id, actor.organisation_id)
        return rehearsed_service.receipt(self.tx, names, case_id, letter_id)

    def _save(self, row: Mapping[Any, Any], loaded: Loaded, who: Actor, paths: set[str] | None, *, whole: bool) -> None:
        made = self.answers.dossier(loaded, row, who, whole=whole)
        if whole and (fitted := self.fitting.dossier(loaded, row, made)) != made:
            given = {f"{section}.{name}": value for section, of in fitted.items() for name, value in of.items()}
            told = self.answers.dossier(loaded, row, who, whole=whole, given=given)
            made = self.fitting.dossier(loaded, row, told)
        known = dossier.working(self.tx, self.ground, row)
        owner = f"organisation:{row['organisation_id']}"
        for section, values in made.items():
            kept = {name: value for name, value in values.items()
                    if paths is None or section in paths or f"{section}.{name}" in paths}  # fmt: skip
            if kept:
                part = f"dossier.{section}"
                seen, _ = dossier.read_draft(self.tx, self.ground, row["id"], part, owner)
                typed = kept if paths is None else {**known.get(section, {}), **kept}
                dossier.save_draft(self.tx, self.ground, row["id"], part, owner, typed, seen, who.person_id)
