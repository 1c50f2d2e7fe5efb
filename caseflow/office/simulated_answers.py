"""Answers made up for any form, at random.

Which days, choices and members a form is taken with is learnt from what was refused and what was not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import deadlines, members
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.models import case
from caseflow.office import samples, simulated_panels
from caseflow.office import simulated_goals as goals
from caseflow.office.simulated_aims import Aims
from caseflow.office.simulated_people import Troupe
from caseflow.office.simulated_values import AMISS, Form, Key, Values
from caseflow.people.rights import Actor
from caseflow.workflow.form import Field
from caseflow.workflow.procedure import Action

_DAYS = {"today": (0, 0), "past": (-5, -1), "soon": (1, 10), "late": (20, 400), "beyond": (1, 60)}
"""Kinds of days, as offsets from today; ``beyond`` from the day on which the last clock of the case runs out."""
_USUAL = {"today": 2.0, "late": 0.3, "beyond": 0.3}
"""How much more or less often such a day is named, whatever is known to help; the others count 1."""
_TRUSTED = 0.5
"""How far it counts, beside what a member aims at, what its form was taken with."""
_SETTLED = ("choice", "choices", "boolean")
"""Questions on which it may rest whether others are put."""
_LEFT_OPEN, _ALIKE = 0.4, 0.5
"""How often an optional question stays open, and all rows say the same."""
_BETTER, _WORSE, _LEAST, _MOST = 1.5, 0.7, 0.05, 8.0
_MEMBERS, _SCORED = 12, 4
"""At most so many cases are taken into a procedure at once; into one with a panel, each of which scores each of them."""


@dataclass(slots=True)
class Answers:
    """Fills in forms and remembers what they were taken with."""

    tx: Connection
    ground: Ground
    troupe: Troupe
    rng: Random
    aims: Aims
    values: Values
    _weights: dict[Key, float] = field(default_factory=lambda: defaultdict(lambda: 1.0))
    _picked: list[Key] = field(default_factory=list)

    def form(self, loaded: Loaded, row: Mapping[Any, Any], action: Action, actor: Actor) -> dict[str, Any]:
        """The answers to an act's questions."""
        self._picked.clear()
        role = next(iter(sorted(actor.roles)), None)
        names = self.troupe.names(loaded, row["id"], actor.organisation_id, role)
        form = Form(loaded, row, actor, names, action)
        found = {name: self._answer(form, question) for name, question in action.asks.items()}
        return {name: value for name, value in found.items() if value is not None}

    def learn(self, *, taken: bool) -> None:
        """The form filled in last was taken, or was not."""
        for key in self._picked:
            self._weights[key] = min(max(self._weights[key] * (_BETTER if taken else _WORSE), _LEAST), _MOST)
        self._picked.clear()

    def dossier(
        self,
        loaded: Loaded,
        row: Mapping[Any, Any],
        actor: Actor,
        *,
        whole: bool,
        given: Mapping[str, Any] = MappingProxyType({}),
    ) -> dict[str, dict[str, Any]]:
        """A dossier, with what is ``given`` of choices by ``section.field``; one that is not ``whole`` may lack something."""
        names = self.troupe.names(loaded, row["id"], row["organisation_id"])
        form = Form(loaded, row, actor, names)

        def fill(question: Field) -> Any:
            if not whole and self.rng.random() < AMISS:
                return None
            return self._answer(form, question, sure=whole)

        dossier = loaded.definition.dossier
        settled = {
            path: value for path, value in given.items()
            if (at := path.split("."))[0] in dossier and dossier[at[0]].fields[at[1]].type in _SETTLED
        }  # fmt: skip
        return samples.complete(loaded, self.ground, 0, names, settled, fill)

    # --- one answer -----------------------------------------------------------------------------------------------

    def _answer(self, form: Form, question: Field, *, sure: bool = False) -> Any:
        if question.fixed or (not question.required and self._leaves_open(form, question)):
            return None
        return self._made(form, question, sure=sure)

    def _made(self, form: Form, question: Field, *, sure: bool = False) -> Any:
        make = self._makers().get(question.type)
        if make is not None:
            return make(form, question)
        if question.type == "boolean":
            declares = question.required or question.text is not None
            return (sure or self.rng.random() > AMISS / 2) if declares else self.rng.random() < 0.5
        return samples.sample(question, self.ground, self.rng.randrange(100_000), form.names)

    def _leaves_open(self, form: Form, question: Field) -> bool:
        """Whether a question that need not be answered is not."""
        worded = form.action is not None and simulated_panels.is_worded(form.action)
        scored = question.type == "members" and form.loaded.definition.panels
        return self.rng.random() < _LEFT_OPEN and not worded and not scored

    def _makers(self) -> dict[str, Callable[[Form, Field], Any]]:
        return {
            "choice": self._choice,
            "date": self._date,
            "table": self._table,
            "each_row": self._each_row,
            "members": self._members,
            **self.values.makers(),
        }

    def _pick(
        self, form: Form, question: Field, among: list[str],
        liked: Mapping[str, float] = MappingProxyType({}), trusted: float = 1.0,
    ) -> str:  # fmt: skip
        """One of these, rather one with which the form was taken before, or one that is ``liked``."""
        keys = [(*form.key, question.id, one) for one in among]
        weights = [self._weights[key] ** trusted * liked.get(one, 1.0) for key, one in zip(keys, among, strict=True)]
        (found,) = self.rng.choices(range(len(keys)), weights)
        self._picked.append(keys[found])
        return among[found]

    def _choice(self, form: Form, question: Field) -> str:
        return self._pick(form, question, list(question.choices), simulated_panels.usual(question, form.action))

    def _date(self, form: Form, question: Field) -> str:
        kind = self._pick(form, question, list(_DAYS), _USUAL)
        found = clock.today() + timedelta(days=self.rng.randint(*_DAYS[kind]))
        if kind == "beyond":
            due = [row["due_on"] for row in deadlines.open_deadlines(self.tx, form.row["id"]) if row["due_on"]]
            found += max(due, default=clock.today()) - clock.today()
        if question.minimum is not None:
            found = max(found, samples.day(str(question.minimum)))
        if question.maximum is not None:
            found = min(found, samples.day(str(question.maximum)))
        return found.isoformat()

    def _columns(self, form: Form, question: Field) -> dict[str, Any]:
        found = {one.id: self._answer(form, one) for one in question.columns.values()}
        return {name: value for name, value in found.items() if value is not None}

    def _table(self, form: Form, question: Field) -> list[dict[str, Any]]:
        least = max(question.min_rows, 1)
        return [
            self._columns(form, question) for _ in range(self.rng.randint(least, min(least + 2, question.max_rows)))
        ]

    def _each_row(self, form: Form, question: Field) -> dict[str, Any]:
        numbers = range(form.names.rows(question.of or ""))
        return {
            str(number): self._columns(form, question)
            for number in numbers
            if question.required or self.rng.random() > _LEFT_OPEN
        }

    def _members(self, form: Form, question: Field) -> dict[str, Any] | None:
        rule = form.loaded.definition.members
        if rule is None or form.action is None or form.actor is None:
            return None
        definition, effects = form.loaded.definition, {call.name for call in form.action.then}
        said = simulated_panels.spoken_of(
            self.tx, self.rng, definition, form.row["id"], form.action, form.actor.person_id
        )
        if said is not None:  # what is said of a case is written, though its column need not be
            return {str(one): {name: self._made(form, of) for name, of in question.columns.items()} for one in said}
        if "include_members" in effects:
            found = [row["id"] for row in members.eligible(self.tx, rule, form.row)]
            chosen = found[: self.rng.randint(1, _SCORED if definition.panels else _MEMBERS)]
        else:
            chosen = [row["id"] for row in members.rows(self.tx, form.row["id"])]
            self.rng.shuffle(chosen)
            if "exclude_members" in effects:
                chosen = chosen[:1]
        return self._said_of(form, question, chosen)

    def _said_of(self, form: Form, question: Field, chosen: list[int]) -> dict[str, Any]:
        """What is said of each; often the same of all, so that one result alone is met as well, or what it aims at."""
        found = {str(one): self._columns(form, question) for one in chosen}
        for column in question.columns.values():
            acts = {} if self.aims.is_over else goals.moved_for(form.loaded.definition, column.id)
            if column.type == "choice" and acts:
                for one in chosen:
                    found[str(one)] = {**found[str(one)], column.id: self._aimed(form, column, acts, one)}
            elif column.type == "choice" and self.rng.random() < _ALIKE:
                same = self._pick(form, column, list(column.choices))
                found = {one: {**said, column.id: same} for one, said in found.items()}
            elif column.type == "boolean" and column.text is None and self.rng.random() > AMISS:
                found = {one: {**said, column.id: False} for one, said in found.items()}
        return found

    def _aimed(self, form: Form, column: Field, acts: Mapping[str, list[str]], case_id: int) -> str:
        """What helps one member most to what it aims at."""
        row = self.tx.execute(sa.select(case).where(case.c.id == case_id)).mappings().one()
        loaded = self.ground.definition(self.tx, row["definition_id"])
        liked = {value: self.aims.favour(row, loaded, of) for value, of in acts.items()}
        return self._pick(form, column, list(column.choices), liked, _TRUSTED)
