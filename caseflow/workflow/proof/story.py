"""A way told in words: who does what where, in the titles of the definition."""

from __future__ import annotations

from collections.abc import Mapping

from caseflow.words import LANGUAGES, Language, catalogue, pick, text
from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import Way
from caseflow.workflow.procedure import Action
from caseflow.workflow.promises import Happening

Both = dict[Language, str]


def story(definition: Definition, way: Way) -> Both:
    """The steps of a way, numbered, one on each line; where it has none, where the case begins."""
    return {language: "".join(_lines(definition, way, language)) for language in LANGUAGES}


def called(definition: Definition, what: Happening) -> Both:
    """A happening by its title."""
    return {language: _called(definition, what, language) for language in LANGUAGES}


def _lines(definition: Definition, way: Way, language: Language) -> list[str]:
    said = []
    for number, step in enumerate(way, 1):
        action = definition.action(step.at.state, step.action)
        if action is None:
            continue
        values = {
            "number": number,
            "who": _who(definition, step.at.state, action, language),
            "act": pick(action.title, language),
            "here": pick(definition.states[step.at.state].title, language),
            "there": pick(definition.states[step.to.state].title, language),
        }
        said.append("\n    " + text("rules.step_stays" if step.to == step.at else "rules.step", language, **values))
    return said


def _who(definition: Definition, state: str, action: Action, language: Language) -> str:
    if action.system:
        return text("rules.by_system", language)
    if action.moved_by:
        return text("rules.by_procedure", language)
    by = ((one, definition.roles.get(one)) for one in definition.by(state, action))
    roles = [pick(role.title, language) if role is not None else one for one, role in by]
    return text("rules.or", language).join(roles) or "—"


def _called(definition: Definition, what: Happening, language: Language) -> str:
    if isinstance(what, str):
        return _title(definition, what, language)
    return text("rules.and", language).join(
        text(key, language, name=_titled(definition, said, language))
        if (key := f"rules.happens.{name}") in catalogue()
        else f"{name} {_titled(definition, said, language)}"
        for name, said in what.items()
    )


def _title(definition: Definition, name: str, language: Language) -> str:
    """The title of a state or of an act."""
    if name in definition.states:
        return pick(definition.states[name].title, language)
    offered = (definition.action(state, name) for state in definition.states)
    found = next((one for one in offered if one is not None), None)
    return pick(found.title, language) if found is not None else name


def _titled(definition: Definition, name: str, language: Language) -> str:
    """The title of whatever has this id: a state, quota, letter or register."""
    kinds: tuple[Mapping[str, object], ...] = (
        definition.states, definition.quotas, definition.letters, definition.registers,
    )  # fmt: skip
    found = next((kind[name] for kind in kinds if name in kind), None)
    return pick(getattr(found, "title", None), language) if found is not None else name
