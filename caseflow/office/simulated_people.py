"""The people, places and rounds of a simulation: units of several prefectures, and for each act whoever may do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import quota_settings, standing
from caseflow.cases.ground import Ground, Loaded
from caseflow.office import rounds, sample_files, simulated_panels
from caseflow.office.cast import FIRST_CODE, PLACES, Cast
from caseflow.office.samples import Names
from caseflow.office.scene import Scene
from caseflow.office.simulated_panels import Bench
from caseflow.people import organisations
from caseflow.people.rights import Actor
from caseflow.people.roles import Roles
from caseflow.records import files
from caseflow.records.files import Received
from caseflow.workflow.definition import Definition, Test
from caseflow.workflow.form import Field
from caseflow.workflow.identifiers import make_credit_code
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

ROUND_DAYS, ROUND_GAP, ARRIVAL_DAYS = 150, 5, 40
"""How long a round is open, how long none is, and within how many of its first days cases are opened."""
BUREAUS, UNITS, COLLEAGUES = 3, 30, 3
"""How many prefectures, how many units before the first files again, how many hold a role in one office."""
_AS_BEFORE = 0.85
"""How often it is the same colleague who acts on a case in a role."""
_NO_TEST = Test(name=Text(zh="模拟", en="Simulation"), steps=())
_CODES = 100_000


@dataclass(slots=True)
class Troupe:
    """Made as they are needed, inside the caller's transaction."""

    tx: Connection
    ground: Ground
    known_roles: Roles
    cast: Cast
    rng: Random
    root: Path
    rounds: list[tuple[int, date]] = field(default_factory=list)
    """Each round with its first day."""
    _kept: dict[str, Received] = field(default_factory=dict)
    _units: list[int] = field(default_factory=list)
    _turns: Counter[tuple[int, str, int]] = field(default_factory=Counter)
    """By case, act and expert how often it was that expert's turn."""
    _usual: dict[tuple[int, str], int] = field(default_factory=dict)
    """By case and role which of the colleagues has it in hand."""

    def scene(self, loaded: Loaded, case_id: int) -> Scene:
        return Scene(self.tx, self.ground, self.cast, loaded, _NO_TEST, case_id=case_id)

    def names(self, loaded: Loaded, case_id: int, owner: int | None, role: str | None = None) -> Names:
        """How names in an answer become rows; of each kind of file there is one content, uploaded again and again."""

        def file(name: str, question: Field) -> int:
            kind = Path(name).suffix
            if kind not in self._kept:
                made = sample_files.content(f"simulation{kind}")
                self._kept[kind] = files.keep(
                    made.body, name=f"simulation{kind}", media_type=made.media_type, root=self.root, pages=made.pages
                )
            return files.record(self.tx, self._kept[kind], uploaded_by=None, organisation_id=owner)

        return replace(self.scene(loaded, case_id).names(role, owner), file=file)

    def open_rounds(self, family: Iterable[Definition], first: date, wanted: int) -> None:
        """One round after the other; some bureaus close earlier for themselves."""
        for number in range(wanted):
            opens = first + timedelta(days=number * (ROUND_DAYS + ROUND_GAP))
            closes = opens + timedelta(days=ROUND_DAYS)
            with clock.still(clock.at_local(opens)):
                made = rounds.create(
                    self.tx,
                    self.cast.authority_id,
                    code=f"simulated-{number + 1}",
                    title={"zh": _NO_TEST.name.zh, "en": _NO_TEST.name.en},
                    workflows=[one.workflow for one in family],
                    opens_at=clock.now(),
                    closes_at=clock.end_of(closes),
                    notice=_NO_TEST.name.zh,
                )
                self._close_earlier(family, made, closes)
            self.rounds.append((made, opens))

    def _close_earlier(self, family: Iterable[Definition], round_id: int, closes: date) -> None:
        setter = next((role.id for one in family for role in one.roles.values() if role.sees == "own_prefecture"), None)
        row = rounds.find(self.tx, self.cast.authority_id, round_id)
        for bureau in self.bureaus() if setter is not None and row is not None else ():
            if row is not None and setter is not None and self.rng.random() < 0.5:
                by = self.cast.actor(setter, bureau).person_id
                own = clock.end_of(closes - timedelta(days=self.rng.randint(5, 15)))
                rounds.set_own(self.tx, self.ground, row, bureau, own, reason=_NO_TEST.name.zh, by=by)

    def raise_ceiling(self, family: Iterable[Loaded], title: str, limit: int) -> None:
        """Whoever may set a ceiling sets it anew, for all that is counted under it."""
        for loaded in family:
            for quota in loaded.definition.quotas.values():
                if quota.title.zh == title and quota.set_by is not None:
                    quota_settings.set_limit(
                        self.tx, self.ground.keys, self.cast.authority_id, quota, key="", limit=limit, across=None,
                        reason=_NO_TEST.name.zh, by=self.cast.actor(quota.set_by).person_id, at=clock.now(),
                    )  # fmt: skip

    def round_at(self, day: date) -> int | None:
        """The round that is open on a day."""
        return next((made for made, opens in self.rounds if 0 <= (day - opens).days <= ROUND_DAYS), None)

    def bureaus(self) -> list[int]:
        """The prefectures of the simulation; those of a rehearsal where the authority has none."""
        found = [int(row["id"]) for row in organisations.bureaus(self.tx, self.cast.authority_id)][:BUREAUS]
        return found or [self.cast.place("bureau")]

    def unit(self, role: str) -> int:
        """An organisation in which applicants act: a new one, or one that has filed before."""
        if len(self._units) >= UNITS and self.rng.random() < 0.6:
            return self.rng.choice(self._units)
        held_in = sorted(self.known_roles[role].kinds) if role in self.known_roles else []
        kinds = held_in or [PLACES["enterprise"].kind]
        number = len(self._units) + 1
        made = organisations.create(
            self.tx,
            authority_id=self.cast.authority_id,
            kind=kinds[number % len(kinds)],
            name_zh=f"模拟单位{number}",
            credit_code=make_credit_code("91", "990000", FIRST_CODE + _CODES + number),
            prefecture_id=self.rng.choice(self.bureaus()),
        )
        self._units.append(made)
        return made

    def office(self, kind: str, bureau: int | None) -> int:
        """A new organisation of a kind of which a bureau has none."""
        return organisations.create(
            self.tx, authority_id=self.cast.authority_id, kind=kind, name_zh=f"模拟机构{kind}{bureau or ''}",
            prefecture_id=bureau,
        )  # fmt: skip

    def opener(self, loaded: Loaded, role: str, *, bureau: int | None = None) -> Actor:
        """Who opens a case in a role: for a unit, in a bureau, or in the office of the authority."""
        sees = loaded.definition.roles[role].sees
        where = {"own_organisation": lambda: self.unit(role), "own_prefecture": lambda: bureau or self.bureaus()[0]}
        return self.cast.actor(role, where[sees]() if sees in where else None)

    def actor(self, loaded: Loaded, row: Mapping[Any, Any], role: str, action: Action | None = None) -> Actor | None:
        """Somebody who may act in a role on a case; nobody where the role has no part in it."""
        sees = loaded.definition.roles[role].sees
        if sees == "assigned":
            return self._expert(loaded.definition, row["id"], role, action)
        number = self.rng.choice((1, 1, *range(1, COLLEAGUES + 1)))
        usual = self._usual.setdefault((row["id"], role), number)
        number = usual if self.rng.random() < _AS_BEFORE else number
        scene = self.scene(loaded, row["id"])
        owing = scene.owing(role, action)
        if sees == "involved" and owing is None:
            given = standing.involved(self.tx, row["id"], role)
            return self.cast.actor(role, self.rng.choice(given), number) if given else None
        if sees == "own_prefecture" and row["prefecture_id"] is None:
            return None
        return scene.actor(role, number, action)

    def relieve(self, case_id: int, role: str) -> None:
        """A colleague takes a case in hand, in a role."""
        usual = self._usual.get((case_id, role))
        if usual is not None:
            self._usual[case_id, role] = usual % COLLEAGUES + 1

    def _expert(self, definition: Definition, case_id: int, role: str, action: Action | None) -> Actor | None:
        """Of those who sit and owe an act the one who has tried it least often; of all where nobody owes it."""
        seated, name = self._seated(definition, case_id, role), action.id if action is not None else ""
        asked = simulated_panels.asked(self.tx, definition, case_id, action) if action is not None else None
        among = [one for one in seated if asked is not None and one in asked.people] or seated
        if not among:
            return None
        found = min(among, key=lambda one: self._turns[case_id, name, one])
        self._turns[case_id, name, found] += 1
        return self.cast.person(found)

    def _seated(self, definition: Definition, case_id: int, role: str) -> list[int]:
        benches = [Bench(self.tx, case_id, panel) for panel in definition.panels.values() if panel.role == role]
        return [row["person_id"] for one in benches for row in one.sitting()]

    def people(self, loaded: Loaded, row: Mapping[Any, Any], action: Action, actor: Actor) -> list[int]:
        """Whom a question for people may name: a panel to be seated, those who sit, else the actor's colleagues."""
        seats = next((str(call.argument) for call in action.then if call.name == "seat_experts"), None)
        named = simulated_panels.named(self.tx, self.rng, loaded.definition, row["id"], action)
        if named is not None:
            return named
        if seats is not None:
            panel = loaded.definition.panels[seats]
            wanted = panel.size + self.rng.choice((panel.reserves, panel.reserves, 0, -1))
            return [self.cast.actor(panel.role, number=number).person_id for number in range(1, wanted + 1)]
        seated = [one for panel in loaded.definition.panels.values()
                  for one in self._seated(loaded.definition, row["id"], panel.role)]  # fmt: skip
        if seated and self.rng.random() < 0.8:
            return seated
        role = next(iter(sorted(actor.roles)))
        wanted = self.rng.choice((1, 2, 2, COLLEAGUES))
        return [self.cast.actor(role, actor.organisation_id, number).person_id for number in range(1, wanted + 1)]

    def involved_code(self, role: str) -> str | None:
        """The credit code of an organisation that may be given a part in this role."""
        row = organisations.get(self.tx, self.cast.actor(role).organisation_id or 0)
        return row["credit_code"] if row is not None else None
