"""A case moves only as its definition says, and no name of a file ever becomes code."""

from __future__ import annotations

import gc
import time
import weakref

import pytest

from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.machine import target
from tests.workflow import garden

GARDEN = garden.garden()


def _offered(definition: Definition) -> dict[tuple[str, str], str]:
    """Every pair of state and action in the definition with the state it leads to, by reading it alone."""
    return {
        (state, action.id): state if action.to is None else action.to
        for state in definition.states
        for action in definition.actions_in(state)
        if action.to != "origin"
    }


def test_each_pair_of_state_and_action_moves_as_written_or_is_refused() -> None:
    offered = _offered(GARDEN)
    actions = {action for _, action in offered} | {
        "resubmit",
        "sign",
        "to_granted",
        "trigger",
        "state",
        "__class__",
        "",
    }
    for state in [*GARDEN.states, "nowhere", ""]:
        for action in actions:
            if (state, action) in offered:
                assert target(GARDEN, state, action) == offered[state, action]
            else:
                with pytest.raises(Refused) as refused:
                    target(GARDEN, state, action)
                assert refused.value.reasons == (Message("workflow.not_offered_here"),)


def test_a_return_leads_back_to_where_it_came_from_and_nowhere_else() -> None:
    assert target(GARDEN, "review", "return") == "correcting"
    assert target(GARDEN, "correcting", "resubmit", "review") == "review"
    for origin in (None, "granted", "drafting", "nowhere", "this.s"):
        with pytest.raises(Refused):
            target(GARDEN, "correcting", "resubmit", origin)


def test_an_act_that_moves_nothing_leaves_the_state() -> None:
    assert target(GARDEN, "review", "advise") == "review"


def test_names_of_the_library_are_ordinary_names() -> None:
    """States and actions may be called like the attributes of a machine or of a model."""
    text = garden.TEXT
    for old, new in (("granted", "initial"), ("granting", "state"), ("grant", "trigger"), ("close", "to_state")):
        text = text.replace(f"  {old}:", f"  {new}:").replace(f"to: {old}", f"to: {new}")
        text = text.replace(f"ends: {old},", f"ends: {new},").replace(f"never: {old},", f"never: {new},")
        text = text.replace(f"at_most_once: {old}}}", f"at_most_once: {new}}}")
    from caseflow.workflow.reader import read_text

    definition = read_text(text, vocabulary=garden.VOCABULARY)

    assert target(definition, "state", "trigger") == "initial"
    assert target(definition, "shown", "to_state") == "state"


def test_a_machine_goes_with_its_definition() -> None:
    definition = garden.garden()
    target(definition, "drafting", "submit")
    alive = weakref.ref(definition)
    del definition
    gc.collect()

    assert alive() is None


def test_a_move_takes_microseconds() -> None:
    best = 1.0
    for _ in range(20):
        start = time.perf_counter()
        for _ in range(200):
            target(GARDEN, "review", "return")
        best = min(best, (time.perf_counter() - start) / 200)

    assert best < 100e-6
