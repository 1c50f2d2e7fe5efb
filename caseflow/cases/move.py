"""One act while it is being done: what guards ask and what effects change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import dossier, footprint_values, paths, register_book, settings, surroundings
from caseflow.cases.ground import Ground, Loaded
from caseflow.people.rights import Actor
from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Action
from caseflow.workflow.report import FOOTPRINT


@dataclass(slots=True)
class Move:
    """Given to every guard, warning and effect. Guards read it; effects write rows and ``changes``."""

    tx: Connection
    ground: Ground
    loaded: Loaded
    case: Mapping[Any, Any]
    action: Action
    actor: Actor | None
    """Nobody when a timer acts."""
    role: str
    at: datetime
    request_key: str
    answers: dict[str, Any] = field(default_factory=dict)
    host: Mapping[Any, Any] | None = None
    """The case over many cases through which this one is moved."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """What the host said of this member."""
    changes: dict[str, Any] = field(default_factory=dict)
    """Columns of the case row to be written with the move."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What the journal keeps beside the answers (codes and hashes only)."""
    signed: int | None = None
    """The proposal that takes effect with this act, where it was signed."""
    typed_by: int | None = None
    """Who typed the answers, where somebody else carries the act out."""
    decided: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What decision tables have said with this act, kept as their stores."""
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What this act keeps beside its answers, by store: entries of registers that were found, samples that were drawn."""
    waiting: list[dict[str, Any]] | None = None
    """The acts on this case that wait for signatures, once they were read."""
    _facts: dict[str, Any] | None = None
    _dossier: dict[str, Any] | None = None
    _figures: dict[str, str] | None = None
    _typed: bool = False

    @property
    def definition(self) -> Definition:
        return self.loaded.definition

    @property
    def store(self) -> str:
        return self.action.store or self.action.id

    @property
    def facts(self) -> dict[str, Any]:
        """The answers of earlier acts and of this one, by store, with what is sealed."""
        known, said = self._known_facts(), self.answers
        if self.action.appends and said:
            said = {self.entry: said}
        return {**known, **self.taken, **self.decided, self.store: {**known.get(self.store, {}), **said}}

    def _known_facts(self) -> dict[str, Any]:
        if self._facts is None:
            self._facts = dossier.facts(self.tx, self.ground, self.case)
        return self._facts

    def told(self) -> dict[str, Any]:
        """What conditions read of earlier answers: an appended store is the list of the entries made before."""
        gathered = paths.appended(self.definition)
        if not gathered:
            return self.facts
        known = self._known_facts()
        return self.facts | {store: [said for _, said in paths.entries(known.get(store))] for store in gathered}

    @property
    def entry(self) -> str:
        """Under which an act with ``appends`` keeps its answers: the number of its journal entry.

        Entries that were imported count from 1 and may be ahead of the journal.
        """
        gathered = paths.entries(self.case["facts"].get(self.store))
        return str(max([self.case["seq"], *(seq for seq, _ in gathered)]) + 1)

    @property
    def figures(self) -> dict[str, str]:
        """The footprint that is filed with the case, as it was recomputed last."""
        if self._figures is None:
            self._figures = footprint_values.of_case(self.tx, self.case["id"])
        return self._figures

    @property
    def row(self) -> dict[str, Any]:
        """The case as this act leaves it, as far as it is known yet."""
        return {**self.case, **self.changes}

    @property
    def dossier(self) -> dict[str, Any]:
        """The frozen dossier; while it may still be edited, what is typed so far."""
        if self._dossier is None:
            found = dossier.frozen(self.tx, self.ground, self.case["id"], self.case["revision"])
            if self.definition.states[self.case["state"]].typed_in:
                typed = dossier.typed(self.tx, self.ground, self.case["id"])
                self._typed = bool(typed)
                found = dossier.with_fixed(self.definition, found | typed)
            self._dossier = found
        return self._dossier

    @property
    def typed(self) -> bool:
        """Whether the dossier has changed since it was frozen."""
        return bool(self.dossier) and self._typed

    def suppose(self, figures: dict[str, str]) -> None:
        """Ask what would be, were the footprint that is filed another one."""
        self._figures = figures

    def use_dossier(self, values: dict[str, Any]) -> None:
        """What the dossier says from here on: the act has written it anew."""
        self._dossier, self._typed = values, False

    @property
    def seat_holder(self) -> int:
        """The person who acts. Guards and effects of experts are never called without one."""
        if self.actor is None:
            raise LookupError(f"{self.action.id} needs a person")
        return self.actor.person_id

    def values(self) -> Mapping[str, Any]:
        """What conditions read: dossier, answers, earlier answers, and the names every case has."""
        return _Values(self)

    def value(self, path: str) -> Any:
        """The value at a path of the definition; nothing where it is not there."""
        if path == "round":
            return self.case["round_id"]
        if path == "prefecture":
            return self.row["prefecture_id"]
        if path in ("organisation", "workflow", "number"):
            return self.case["organisation_id" if path == "organisation" else path]
        head, *rest = path.split(".")
        if head == FOOTPRINT:
            return self.figures.get(rest[0])
        found: Any = self.dossier if head == "dossier" else self.facts.get(head)
        if head in paths.appended(self.definition):
            found = next((said for _, said in reversed(paths.entries(found))), None)
        for part in rest:
            found = found.get(part) if isinstance(found, dict) else None
        return found

    def refuse(self, key: str, **values: Any) -> list[Message]:
        return [Message(key, values)]


_READ: dict[str, Callable[[Move], Any]] = {
    "dossier": lambda move: move.dossier,
    "asks": lambda move: move.answers,
    "case": lambda move: move.told(),
    "footprint": lambda move: move.figures,
    "entry": lambda move: register_book.of_case(move.tx, move.case["id"]),
    "parameter": lambda move: settings.read_by_conditions(move.tx, move.definition, move.case),
    "today": lambda move: clock.local_date(move.at),
    "number": lambda move: move.case["number"],
    "round": lambda move: surroundings.round_of(move.tx, move.row),
    "organisation": lambda move: surroundings.code_of(move.tx, move.row["organisation_id"]),
    "prefecture": lambda move: surroundings.code_of(move.tx, move.row["prefecture_id"]),
}


class _Values(Mapping[str, Any]):
    """Each value is fetched when a condition asks for it: most name one or two."""

    __slots__ = ("_move",)

    def __init__(self, move: Move) -> None:
        self._move = move

    def __getitem__(self, name: str) -> Any:
        return _READ[name](self._move)

    def __iter__(self) -> Iterator[str]:
        return iter(_READ)

    def __len__(self) -> int:
        return len(_READ)

    def __contains__(self, name: object) -> bool:
        return name in _READ
