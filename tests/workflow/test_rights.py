"""Rights down to the field, and acts that must stand with two persons: what the checks say of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from caseflow.workflow.reader import examine_text, read_text
from caseflow.workflow.rights import always_hidden, hidden_from
from tests.workflow import garden

T = {"zh": "甲", "en": "A"}
SHOWN = {
    "edits_hidden",
    "final_with",
    "irreversible_alone",
    "letter_shows_hidden",
    "never_one",
    "not_by_itself",
    "required_unedited",
    "typed_never_frozen",
    "unknown_action",
    "unknown_path",
    "unknown_role",
}
"""The rules of which a bad example stands here."""


def body() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(garden.TEXT)
    return found


def rules(changed: dict[str, Any]) -> list[str]:
    return [
        one.rule for one in examine_text(json.dumps(changed, ensure_ascii=False), vocabulary=garden.VOCABULARY).problems
    ]


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("hides", {"clerk": ["dossier.person.phone"]}, []),
        ("hides", {"clerk": ["dossier.person"]}, []),
        ("hides", {"clark": ["dossier.person"]}, ["unknown_role"]),
        ("hides", {"clerk": ["dossier.nothing"]}, ["unknown_path"]),
        ("edits_of", {"clerk": ["dossier.plot.area"]}, []),
        ("edits_of", {"clerk": ["dossier.person.name"]}, []),
        ("edits_of", {"clerk": ["approve.opinion"]}, ["unknown_path"]),
        ("edits_of", {"expert": ["dossier.person"]}, ["edits_hidden"]),
    ],
)
def test_rights_of_a_state_name_roles_and_fields(key: str, value: Any, found: list[str]) -> None:
    changed = body()
    changed["roles"]["expert"]["hides"] = ["dossier.person.phone"]
    changed["states"]["review"][key] = value
    changed["states"]["review"]["actions"]["approve"].setdefault("then", []).insert(0, {"freeze": "dossier"})

    assert rules(changed) == found


def test_what_the_holder_does_not_see_is_simply_not_put_to_it() -> None:
    changed = body()
    changed["states"]["drafting"]["hides"] = {"gardener": ["dossier.person.phone"]}

    assert rules(changed) == []


def test_what_is_typed_must_be_taken_over_by_an_act() -> None:
    changed = body()
    changed["states"]["granting"]["edits_of"] = {"clerk": ["dossier.plot"]}

    assert rules(changed) == ["typed_never_frozen"]


def test_an_end_is_not_typed_in() -> None:
    changed = body()
    changed["states"]["granted"]["edits_of"] = {"clerk": ["dossier.plot"]}

    assert rules(changed) == ["final_with"]


def test_a_required_field_must_be_open_to_somebody_before_it_is_asked_for() -> None:
    changed = body()
    changed["dossier"]["plot"]["fields"]["area"]["required"] = True
    changed["states"]["drafting"]["hides"] = {"gardener": ["dossier.plot.area"]}
    changed["states"]["correcting"]["hides"] = {"gardener": ["dossier.plot.area"]}

    assert rules(changed) == ["required_unedited"]
    changed["states"]["drafting"]["edits_of"] = {"head": ["dossier.plot.area"]}
    assert rules(changed) == []


def test_a_letter_does_not_tell_its_addressee_what_that_may_not_see() -> None:
    changed = body()
    changed["roles"]["gardener"]["hides"] = ["dossier.plot.area"]
    changed["states"]["drafting"]["edits"] = ["footprint"]

    assert "letter_shows_hidden" in rules(changed)


def test_what_is_hidden_depends_on_role_and_state() -> None:
    changed = body()
    changed["roles"]["expert"]["hides"] = ["dossier.person.phone"]
    changed["states"]["review"]["hides"] = {"expert": ["dossier.plot"]}
    definition = read_text(json.dumps(changed, ensure_ascii=False), vocabulary=garden.VOCABULARY)

    assert hidden_from(definition, "expert", "review") == {"dossier.person.phone", "dossier.plot"}
    assert hidden_from(definition, "head", "review") == frozenset()
    assert always_hidden(definition)["expert"] == {"dossier.person.phone"}


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("not_by", "return", []),
        ("not_by", ["retrun"], ["unknown_action"]),
        ("not_by", ["refuse"], ["not_by_itself"]),
        ("irreversible", True, ["irreversible_alone"]),
    ],
)
def test_an_act_names_the_acts_whose_doer_may_not_do_it(key: str, value: Any, found: list[str]) -> None:
    changed = body()
    changed["states"]["review"]["actions"]["refuse"][key] = value

    assert rules(changed) == found


def test_what_cannot_be_undone_is_well_with_a_second_person() -> None:
    changed = body()
    changed["states"]["review"]["actions"]["refuse"] |= {"irreversible": True, "not_by": ["return"]}

    assert rules(changed) == []


def test_roles_that_exclude_each_other_are_two_that_exist() -> None:
    changed = body()
    changed["never_both"] = [
        {"roles": ["clerk", "head"], "basis": "通知"},
        {"roles": ["clerk"], "basis": "通知"},
        {"roles": ["clerk", "haed"], "basis": "通知"},
    ]

    assert rules(changed) == ["never_one", "unknown_role"]
