"""How guards, warnings and effects are registered under the names that a workflow may use."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from caseflow.cases.move import Move
from caseflow.words import Message
from caseflow.workflow.procedure import Action
from caseflow.workflow.vocabulary import Argument

Ask = Callable[[Move, Any], list[Message]]
Do = Callable[[Move, Any], None]
Kept = Callable[[Action], Collection[str]]


@dataclass(frozen=True, slots=True)
class Guard:
    """Asks whether an act may be done; every sentence it returns is a reason against it."""

    name: str
    argument: Argument
    doc: str
    ask: Ask
    of_answers: bool = False
    """It looks at the answers, so it cannot be asked before they are given."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Writes what an act brings with it, as rows in the same transaction."""

    name: str
    argument: Argument
    doc: str
    run: Do
    alters: bool = False
    """It changes what signers look at, so it waits while an act that moves the case is being signed."""
    against: Ask | None = None
    """What keeps it from being done, asked with the guards: before anybody signs, and again when it takes effect."""
    asked_first: bool = False
    """``against`` may also be asked before the answers are given, so that the button says so."""
    apart: Kept | None = None
    """The questions whose answers it keeps in rows of its own; nothing of them stays with the answers of the case."""


GUARDS: dict[str, Guard] = {}
"""What a workflow may name in ``needs``; filled by the rooms that ``vocabulary`` imports."""
WARNINGS: dict[str, Guard] = {}
"""What it may name in ``warns``."""
EFFECTS: dict[str, Effect] = {}
"""What it may name in ``then``."""


def everything(action: Action) -> Collection[str]:
    """Every question of a form."""
    return action.asks


def guard(into: dict[str, Guard], argument: Argument = "none", *, of_answers: bool = False) -> Callable[[Ask], Ask]:
    """Register a guard or warning under its own name; ``argument`` says what may stand behind the name."""

    def register(function: Ask) -> Ask:
        into[function.__name__] = Guard(function.__name__, argument, _first_line(function), function, of_answers)
        return function

    return register


def effect(
    into: dict[str, Effect],
    argument: Argument = "none",
    *,
    alters: bool = False,
    against: Ask | None = None,
    asked_first: bool = False,
    apart: Kept | None = None,
) -> Callable[[Do], Do]:
    """Register an effect under its own name; see ``Effect`` for what the rest says."""

    def register(function: Do) -> Do:
        name = function.__name__.rstrip("_")
        into[name] = Effect(name, argument, _first_line(function), function, alters, against, asked_first, apart)
        return function

    return register


def _first_line(function: Callable[..., Any]) -> str:
    if not function.__doc__:
        raise ValueError(f"{function.__name__} needs a docstring: the manual shows it")
    return function.__doc__.strip().splitlines()[0]
