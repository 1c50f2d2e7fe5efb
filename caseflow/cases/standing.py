"""In which roles a person stands to a case. The widest reach is the own authority; "all" does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import panel_reading
from caseflow.cases.models import case, involvement
from caseflow.cases.move import Move
from caseflow.cases.panel_models import seat
from caseflow.db import Id, Statement
from caseflow.people.models import OFFICES
from caseflow.people.rights import Actor
from caseflow.words import Message
from caseflow.workflow.definition import Definition, Role
from caseflow.workflow.kept import kept
from caseflow.workflow.procedure import Action

_PARTS = Statement(
    sa.select(involvement.c.role, involvement.c.organisation_id)
    .where(involvement.c.case_id == sa.bindparam("case_id"), involvement.c.until.is_(None))
    .order_by(involvement.c.id)
)


def held(definition: Definition, actor: Actor) -> list[Role]:
    """The roles of a workflow that the actor holds; none in another authority's, whose roles may be called the same."""
    if definition.authority != actor.authority_code:
        return []
    return [role for role in definition.roles.values() if actor.holds(role.id)]


def working(definition: Definition, actor: Actor) -> list[Role]:
    """The roles of :func:`held` that hold a state or sign somewhere: who works on cases, not who only reads."""
    return [role for role in held(definition, actor) if role.id in _acting(definition)]


def works_in_cases(definition: Definition, role: Role, kind: str | None) -> bool:
    """Whether who stands to a case in this role, for an organisation of this kind, works in it: the authority, a bureau, or
    an organisation with a part of its own in it, be it an office in copy or a body outside that holds some of its states.

    The applicant, who assists one, who sits on a panel and a party to the case (:func:`is_party`) do not. Being of an
    office is another thing and lies in the kind of the organisation (``people.models.OFFICES``): supervision, circulation
    and letters ask for that.
    """
    if role.assists is not None or role.sees not in ("own_authority", "own_prefecture", "involved"):
        return False
    return role.sees != "involved" or not is_party(definition, role, kind)


def is_party(definition: Definition, role: Role, kind: str | None) -> bool:
    """Whether a role is that of a party: of an organisation that is no office and was given a part in the case, without work
    in it. It reads what is addressed to it and nothing from inside.
    """
    if role.sees != "involved" or role.assists is not None or kind in OFFICES:
        return False
    return role.id not in _workers(definition)


@kept
def _acting(definition: Definition) -> frozenset[str]:
    """The roles that hold a state or sign somewhere."""
    signers = {
        role for state in definition.states for action in definition.actions_in(state) for role in action.sign_off
    }
    return frozenset(signers | {state.holder for state in definition.states.values() if state.holder is not None})


@kept
def _workers(definition: Definition) -> frozenset[str]:
    """Those and the roles that owe something beside them, unless letters are addressed to them: they answer for themselves."""
    owing = {duty.role for state in definition.states.values() for duty in state.duties.values()}
    return _acting(definition) | (owing - {letter.to for letter in definition.letters.values()})


def read_by(tx: Connection, definition: Definition, case_id: int, actor: Actor, mine: frozenset[str]) -> frozenset[str]:
    """The roles whose answers somebody reads who is not of the authority: the own ones (``mine``).

    An organisation outside that holds states of a case works it as one: its people read the answers of all its roles, and
    those of the applicant, who answers to it. What the authority writes beside that stays with the authority.
    """
    outside = [role.id for role in definition.roles.values() if role.sees == "involved" and role.assists is None]
    if not mine.intersection(outside):
        return mine
    own = {role for role in outside if actor.organisation_id in involved(tx, case_id, role)}
    if not own.intersection(state.holder for state in definition.states.values()):
        return mine
    return mine | own | {role.id for role in definition.roles.values() if role.sees == "own_organisation"}


def opening_role(definition: Definition, actor: Actor) -> str | None:
    """The role in which the actor may open a case of this workflow for the own organisation."""
    return next((role.id for role in held(definition, actor) if role.opens is True), None)


def recording_role(definition: Definition, actor: Actor) -> Role | None:
    """The role in which the actor may open a case for another organisation; its ``opens`` is the state to begin in."""
    return next((role for role in held(definition, actor) if isinstance(role.opens, str)), None)


def roles_on(tx: Connection, definition: Definition, actor: Actor, row: Mapping[Any, Any]) -> frozenset[str]:
    """The roles of this workflow in which the actor stands to the case.

    Of a case out of reach as much is asked as of one that does not exist (:func:`parts_in`), whatever its workflow.
    """
    roles = held(definition, actor)
    found = {role.id for role in roles if reaches(actor, role.sees, row)}
    if not found or any(role.sees in ("assigned", "involved") for role in roles):
        seated, parts = parts_in(tx, actor, row["id"])
        found.update(role.id for role in roles if role.sees == "assigned" and seated)
        if row["authority_id"] == actor.authority_id:
            found.update(role.id for role in roles if role.sees == "involved" and role.id in parts)
    return frozenset(found)


def parts_in(tx: Connection, actor: Actor, case_id: int) -> tuple[bool, frozenset[str]]:
    """Whether a case is before the actor on a panel, and the roles in which the own organisation has a part in it."""
    values = {"person_id": actor.person_id, "case_id": case_id, "organisation_id": actor.organisation_id}
    found = [row["role"] for row in _STANDS.rows(tx, values)]
    return None in found, frozenset(role for role in found if role is not None)


def involved(tx: Connection, case_id: int, role: str) -> list[int]:
    """The organisations that have a part in a case in this role, in the order in which they were given it."""
    return [part["organisation_id"] for part in _PARTS.rows(tx, {"case_id": case_id}) if part["role"] == role]


def reaches(actor: Actor, sees: str, row: Mapping[Any, Any]) -> bool:
    """Whether a scope of the actor's organisation covers a case row."""
    if row["authority_id"] != actor.authority_id:
        return False
    if sees == "own_organisation":
        return bool(row["organisation_id"] == actor.organisation_id)
    if not row["shared"] and row["organisation_id"] != actor.organisation_id:
        return False
    if sees == "own_prefecture":
        return actor.prefecture_id is not None and bool(row["prefecture_id"] == actor.prefecture_id)
    return sees == "own_authority"


def acting_role(
    definition: Definition, state: str, action: Action, roles: Iterable[str], host: Move | None
) -> str | None:
    """The role in which the action is done; none means that this actor may not."""
    if action.moved_by:
        return host.role if host is not None and host.definition.workflow in action.moved_by else None
    if action.system:
        return "system" if not roles else None
    return next((role for role in definition.by(state, action) if role in roles), None)


def not_yours(definition: Definition, state: str, action: Action) -> Message:
    """That an action is not this person's, with the titles of the roles whose it is."""
    titles = [definition.roles[role].title for role in definition.by(state, action)]
    return Message(
        "act.not_yours",
        {
            "action": {"zh": action.title.zh, "en": action.title.en},
            "roles": [{"zh": title.zh, "en": title.en} for title in titles],
        },
    )


def visible(actor: Actor, definitions: Iterable[Definition]) -> sa.ColumnElement[bool]:
    """The rows of ``case`` that the actor may know of: the one condition for lists, counts, search and files."""
    parts: list[sa.ColumnElement[bool]] = []
    for definition in definitions:
        roles = held(definition, actor)
        given = sorted(role.id for role in roles if role.sees == "involved")
        reach = [_covers(actor, sees) for sees in sorted({role.sees for role in roles} - {"involved"})]
        reach += [_given_a_part(actor, given)] if given else []
        if reach:
            parts.append(sa.and_(case.c.workflow == definition.workflow, sa.or_(*reach)))
    if not parts:
        return sa.false()
    return sa.and_(case.c.authority_id == actor.authority_id, sa.or_(*parts))


def columns_for_party(as_party: sa.ColumnElement[bool]) -> list[sa.ColumnElement[Any]]:
    """The columns of ``case``; where somebody reads as a party, nothing is said of what the case is about."""
    subject = sa.case((as_party, sa.literal("")), else_=case.c.subject).label("subject")
    return [subject if column.name == "subject" else column for column in case.c]


def columns(actor: Actor, definitions: Iterable[Definition]) -> list[sa.ColumnElement[Any]]:
    """The columns of ``case`` in a list of those that the actor may know of (:func:`visible`)."""
    kind, parts = actor.organisation_kind, []
    for definition in definitions:
        roles = held(definition, actor)
        given = sorted(role.id for role in roles if is_party(definition, role, kind))
        if given:
            rest = [role for role in roles if role.id not in given and role.sees != "involved"]
            inside = [_covers(actor, sees) for sees in sorted({role.sees for role in rest})]
            working = sorted(role.id for role in roles if role.id not in given and role.sees == "involved")
            inside += [_given_a_part(actor, working)] if working else []
            outside = sa.not_(sa.or_(*inside)) if inside else sa.true()
            parts.append(sa.and_(case.c.workflow == definition.workflow, outside))
    return columns_for_party(sa.or_(*parts)) if parts else list(case.c)


def _covers(actor: Actor, sees: str) -> sa.ColumnElement[bool]:
    if sees == "own_organisation":
        return case.c.organisation_id == actor.organisation_id
    if sees == "assigned":
        return case.c.id.in_(seated_in(actor.person_id))
    open_to_office = sa.or_(case.c.shared, case.c.organisation_id == actor.organisation_id)
    if sees == "own_prefecture":
        if actor.prefecture_id is None:
            return sa.false()  # compared with nothing it would find the cases of no prefecture
        return sa.and_(open_to_office, case.c.prefecture_id == actor.prefecture_id)
    return open_to_office


def _given_a_part(actor: Actor, roles: list[str]) -> sa.ColumnElement[bool]:
    """The cases in which the own organisation has a part: drafts too, for whoever is to help with them."""
    return case.c.id.in_(
        sa.select(involvement.c.case_id).where(
            involvement.c.organisation_id == actor.organisation_id,
            involvement.c.role.in_(roles),
            involvement.c.until.is_(None),
        )
    )


def seated_in(person_id: int | sa.BindParameter[int]) -> sa.CompoundSelect[Any]:
    """The cases on whose panel a person sits, and the members that are before that person there."""
    hosts = sa.select(seat.c.case_id).where(seat.c.person_id == person_id, seat.c.status == "seated")
    return sa.union(hosts, panel_reading.before(person_id))


def _stands() -> sa.CompoundSelect[Any]:
    """A row without a role where a case is before a person on a panel, and the roles of an organisation's parts in it."""
    inside = seated_in(sa.bindparam("person_id", type_=Id)).subquery()
    number = sa.bindparam("case_id", type_=Id)
    seats = sa.select(sa.cast(sa.null(), sa.Text).label("role")).select_from(inside).where(inside.c.case_id == number)
    given = sa.select(involvement.c.role).where(
        involvement.c.case_id == number,
        involvement.c.organisation_id == sa.bindparam("organisation_id", type_=Id),
        involvement.c.until.is_(None),
    )
    return sa.union_all(seats, given)


_STANDS = Statement(_stands())
