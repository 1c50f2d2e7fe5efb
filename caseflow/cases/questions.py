"""Which questions are put: sections and fields that appear on a condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from caseflow import clock
from caseflow.cases.ground import Loaded
from caseflow.workflow.form import Field, Section
from caseflow.workflow.gaps import Asked
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action


def in_section(loaded: Loaded, section: Section, dossier: Mapping[str, Any]) -> Asked:
    """Whether a question of a section is put, given the dossier so far."""
    place: Place = ("dossier", section.id, "fields")
    return _asked(loaded, _places(place, section.fields.values()), {"dossier": dossier})


def in_form(loaded: Loaded, state: str, action: Action, values: Mapping[str, Any]) -> Asked:
    """Whether a question of an action's form is put; ``values`` as conditions read them (dossier, case …)."""
    owner: Place = (
        ("states", state, "actions", action.id, "asks")
        if action.id in loaded.definition.states[state].actions
        else ("anywhere", action.id, "asks")
    )
    return _asked(loaded, _places(owner, action.asks.values()), values)


def sections(loaded: Loaded, dossier: Mapping[str, Any]) -> list[Section]:
    """The sections that are part of this dossier."""
    values = {"dossier": dossier, "today": clock.today()}
    return [
        section
        for section in loaded.definition.dossier.values()
        if section.when is None or loaded.rules.applies(("dossier", section.id), section.when, values)
    ]


def _places(owner: Place, fields: Iterable[Field]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for question in fields:
        if question.when:
            found[question.when] = (*owner, question.id)
        found |= _places((*owner, question.id, "columns"), question.columns.values())
    return found


def _asked(loaded: Loaded, places: Mapping[str, Place], base: Mapping[str, Any]) -> Asked:
    def asked(when: str, values: Mapping[str, Any]) -> bool:
        return loaded.rules.applies(places[when], when, _Layers(values, base, {"today": clock.today()}))

    return asked


class _Layers(Mapping[str, Any]):
    """Several mappings as one; the first that has a name counts, and none is asked for more than that name."""

    __slots__ = ("_layers",)

    def __init__(self, *layers: Mapping[str, Any]) -> None:
        self._layers = layers

    def __getitem__(self, name: str) -> Any:
        for layer in self._layers:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter({name for layer in self._layers for name in layer})

    def __len__(self) -> int:
        return len(set(self))
