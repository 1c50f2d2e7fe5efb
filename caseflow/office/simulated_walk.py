"""One case on its way through a simulation: taken up, something is done with it through the one door, laid down again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from caseflow import clock
from caseflow.cases import consequences
from caseflow.cases.ground import Loaded
from caseflow.office.simulated_acts import Acts
from caseflow.office.simulated_choices import BEYOND, LAPSE, UNDO, WAIT, Choices, Life, Option

TRIES, EXHAUSTIVELY, BURST = 4, 3, 30
"""So many options are tried in a row, so often each where all are tried, so many acts of a panel follow each other."""
_TIRED, _IDLE = 0.05, 0.07
"""Who sits on a panel does not go on with what weighs less; nor does anybody do it as long as something is new."""
_SLOWER = 6
"""After every so many times a case is taken up in vain it is laid down for a day more."""
STILL, STILL_NEW, STILL_LED = 12, 30, 60
"""Taken up so often without moving, a case is to be led on; later where something of its state is new, a panel works,
or others lead it."""


@dataclass(slots=True)
class Walk:
    """Takes up cases and lays them down."""

    acts: Acts
    choices: Choices

    def take_up(self, case_id: int) -> int:
        """Do something with a case, or try to; returns for how many days it is laid down then."""
        row, life, loaded = self.acts.row(case_id), self.acts.lives[case_id], self.acts.watch.loaded(case_id)
        days = self._something(row, loaded, life)
        now = self.acts.row(case_id)
        if now["state"] != row["state"] or now["moved_at"] != row["moved_at"]:
            life.moved()
            self.choices.aims.tire(case_id, life.moves)
            return days
        life.still += 1
        if life.still > STILL and life.held < STILL_LED and self.choices.inside(case_id):
            life.still, life.held = STILL, life.held + 1
        if life.still <= self._patience(now, loaded):
            return days + life.still // _SLOWER
        if self.choices.aims.miss(now, loaded, life.refused):
            life.still = 0
            life.refused.clear()
            return days
        if self._everything(case_id, loaded, life):
            life.still = life.failed = 0
            return days
        life.failed += 1
        return max(days, 10 * life.failed)

    def _patience(self, row: Mapping[Any, Any], loaded: Loaded) -> int:
        if self.choices.is_led_by_others(loaded, row["state"]) or loaded.definition.states[row["state"]].panel:
            return STILL_LED
        return STILL_NEW if self.choices.is_new_here(row, loaded) else STILL

    def _something(self, row: Mapping[Any, Any], loaded: Loaded, life: Life) -> int:
        options = self.choices.of(row, loaded, life)
        if not self.choices.aims.is_over:
            options = [one for one in options if one.weight > _IDLE] or options
        for _ in range(min(TRIES, len(options))):
            option = self.choices.pick(options)
            if option.act == WAIT:
                return self.choices.rng.randint(2, 8)
            if option.act == UNDO:
                consequences.undo(self.choices.tx, row["id"], f"{row['id']}/{row['seq']}", clock.now())
                return 1
            if option.act == BEYOND:
                return self._beyond(row["id"])
            if option.act == LAPSE:
                return int((option.said["day"] - clock.today()).days) + 1
            if self.acts.do(row, loaded, option):
                self._follow(row["id"], loaded, life, option)
                return self.choices.rng.choice((0, 0, 1, 1, 2, 3))
        return self.choices.rng.randint(1, 4)

    def _beyond(self, case_id: int) -> int:
        """So many days until the first clock has run out."""
        days = [(row["due_on"] - clock.today()).days for row in self.choices.running(case_id)]
        return max(min(days, default=0) + 1, 1)

    def _follow(self, case_id: int, loaded: Loaded, life: Life, option: Option) -> None:
        """Those who sit on a panel act one after the other on the same day."""
        for _ in range(BURST):
            if option.role is None or loaded.definition.roles[option.role].sees != "assigned":
                return
            row = self.acts.row(case_id)
            among = [
                one for one in self.choices.of(row, loaded, life) if one.role == option.role and one.weight > _TIRED
            ]
            if not among or not self.acts.do(row, loaded, self.choices.pick(among)):
                return

    def _everything(self, case_id: int, loaded: Loaded, life: Life) -> bool:
        """Try all that leads on from where a case stands, with several answers each; whether it has moved."""
        row = self.acts.row(case_id)
        if row["final"]:
            return True
        options = self.choices.leading_on(row, loaded, life)
        while options:
            option = self.choices.pick(options)
            for _ in range(EXHAUSTIVELY):
                self.acts.do(self.acts.row(case_id), loaded, option)
                if self.acts.row(case_id)["moved_at"] != row["moved_at"]:
                    return True
        return False
