"""Through whose eyes a procedure is shown: by the roles in which a reader stands to it.

The authority's own office knows everything. An office below it knows its own states and acts, and of the authority only
the public names of states; so does a body that works in cases. Applicants and visitors know public names and the acts
of applicants.
"""

from __future__ import annotations

from collections.abc import Collection

from caseflow.cases import standing
from caseflow.cases.view import View, state_name
from caseflow.people.rights import Actor
from caseflow.words import pick
from caseflow.workflow.definition import Definition
from caseflow.workflow.drawing.picture import Sight, exits, targets, whole
from caseflow.workflow.procedure import Action

OWN, AUTHORITY = "own_organisation", "own_authority"


def of_view(view: View) -> Sight:
    """What the reader of a case may know of its procedure."""
    if view.is_office:
        return whole(view.definition)
    return below(view.definition, view.roles) if view.is_staff else public(view.definition)


def standing_in(view: View) -> list[str]:
    """The states in which a case may stand as far as its reader knows: the very state for the authority and for those
    whose turn it is, else all of the same name.
    """
    if view.is_office or view.is_holder:
        return [view.row["state"]]
    sight = of_view(view)
    name = pick(sight.name(view.row["state"]), "zh")
    return [state for state in view.definition.states if pick(sight.name(state), "zh") == name]


def ahead(view: View) -> list[tuple[Action, str]]:
    """Where a case may go next by acts of its state, as far as its reader may know where it stands."""
    states = standing_in(view)
    if states == [view.row["state"]]:
        return exits(view.definition, view.row["state"], view.row["origin"])
    return [
        (action, target)
        for state in states
        for action in view.definition.states[state].actions.values()
        for target in targets(view.definition, state, action)
        if target not in states
    ]


def of_reader(definition: Definition, actor: Actor | None) -> Sight:
    """What somebody may know of a procedure apart from any case; nobody is a visitor."""
    roles = standing.held(definition, actor) if actor is not None else []
    if any(role.sees == AUTHORITY for role in roles):
        return whole(definition)
    kind = actor.organisation_kind if actor is not None else None
    works = any(standing.works_in_cases(definition, role, kind) for role in roles)
    return below(definition, frozenset(role.id for role in roles)) if works else public(definition)


def below(definition: Definition, roles: frozenset[str]) -> Sight:
    """The eyes of an office that is not the authority's own, or of a body that works in cases."""

    def knows(state: str, action: Action) -> bool:
        by = definition.by(state, action)
        if roles.intersection(by):
            return True
        holder = definition.states[state].holder
        return holder is not None and AUTHORITY not in _sees(definition, (*by, holder))

    return Sight(lambda state: state_name(definition, state, is_office=False), knows, roles)


def public(definition: Definition) -> Sight:
    """The eyes of applicants and visitors."""
    roles = applicants(definition)

    def knows(state: str, action: Action) -> bool:
        return bool(roles.intersection(definition.by(state, action))) and not action.system and not action.moved_by

    return Sight(lambda state: definition.states[state].public or definition.states[state].title, knows, roles)


def applicants(definition: Definition) -> frozenset[str]:
    """The roles of applicants, and of those who assist them."""
    own = {role.id for role in definition.roles.values() if role.sees == OWN}
    return frozenset(role.id for role in definition.roles.values() if role.id in own or role.assists in own)


def _sees(definition: Definition, roles: Collection[str]) -> set[str]:
    return {definition.roles[role].sees for role in roles if role in definition.roles}
