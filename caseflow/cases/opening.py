"""How a case comes to be: opened, entered from paper for another, carried over from an earlier round, or imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.cases import (
    beginning,
    carrying,
    dossier,
    duties,
    entry,
    numbers,
    paths,
    quotas,
    registers,
    standing,
    tasks,
)
from caseflow.cases.entry import Laid, NotHere, Outcome
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.models import case, round_
from caseflow.cases.move import Move
from caseflow.people import organisations
from caseflow.people.rights import Actor
from caseflow.records import journal
from caseflow.words import Message, Refused
from caseflow.workflow import register_ways
from caseflow.workflow.definition import Definition
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action

OPEN, RECORDED, CARRIED, IMPORTED, LINKED = "open", "recorded", "carried_over", "imported", "linked"
_IMPORT = Action(id=IMPORTED, title=Text(zh="历史办件导入", en="Imported"))
SYSTEM = "system"
"""The role under which whoever runs the program imports."""


def open_case(
    tx: Connection,
    ground: Ground,
    actor: Actor,
    workflow: str,
    *,
    round_id: int | None = None,
    title: str = "",
    subject: str = "",
    prefecture_id: int | None = None,
    organisation_id: int | None = None,
    request_key: str,
) -> Outcome:
    """Open a case of the newest version of ``workflow`` for the organisation the actor acts for.

    With another ``organisation_id`` an officer enters it for that one from its papers, in the state of the own role.

    Raises:
        NotHere: the actor holds no role that may do so there, or there is no such organisation under the authority.
    """
    earlier = journal.outcome(tx, request_key)
    if earlier is not None:
        return entry.again(tx, earlier)
    loaded = ground.current(tx, workflow)
    definition = loaded.definition
    name, act = actor.organisation_name["zh"], OPEN
    if organisation_id in (None, actor.organisation_id):
        opener, state, owner = standing.opening_role(definition, actor), definition.first_state, actor.organisation_id
        bureau = prefecture_id if prefecture_id is not None else actor.prefecture_id
    else:
        recorder, unit = standing.recording_role(definition, actor), _unit(tx, actor, organisation_id or 0)
        if recorder is None or not isinstance(recorder.opens, str):
            raise NotHere
        opener, state, owner, name, act = recorder.id, recorder.opens, unit["id"], unit["name_zh"], RECORDED
        given = prefecture_id if prefecture_id is not None else unit["prefecture_id"]
        bureau = actor.prefecture_id if recorder.sees == "own_prefecture" else given
    if opener is None or owner is None:
        raise NotHere
    if definition.rounds == "required" and round_id is None:
        raise Refused(Message("act.round_required"))
    at = clock.now()
    row = columns_of(loaded, actor.authority_id, round_id, owner, bureau, title or name, subject)
    if definition.kind == "collective":
        row["number"] = numbers.next_number(tx, definition, actor.authority_id, at)
    made = entry.create(tx, loaded, row, state, actor, opener, at, request_key, act)
    return begun(tx, ground, loaded, made, at, act)


def carry_over(
    tx: Connection, ground: Ground, actor: Actor, source_case_id: int, round_id: int, request_key: str
) -> Outcome:
    """Start a new case in an open round with the dossier of one that stands where it may be carried over.

    It is of the newest version; what was answered, with the files and the study, is laid down as drafts.

    Raises:
        NotHere: it is no case of the own organisation.
        Refused: it may not be carried over, has been already, or the round is not open for it.
    """
    earlier = journal.outcome(tx, request_key)
    if earlier is not None:
        return entry.again(tx, earlier)
    source = entry.locked(tx, source_case_id)
    loaded = ground.current(tx, source["workflow"])
    role = standing.opening_role(loaded.definition, actor)
    if role is None or actor.organisation_id is None or source["organisation_id"] != actor.organisation_id:
        raise NotHere
    former = ground.definition(tx, source["definition_id"]).definition
    if against := _not_carried(tx, former, source, round_id):
        raise Refused(*against)
    at, state = clock.now(), loaded.definition.first_state
    row = columns_of(
        loaded, source["authority_id"], round_id, actor.organisation_id, source["prefecture_id"], source["title"],
        source["subject"],
    )  # fmt: skip
    came = Laid({"carried_from": source["id"]}, {"carried_from": source["id"]})
    made = entry.create(tx, loaded, row, state, actor, role, at, request_key, CARRIED, lambda _: came)
    carrying.take_over(tx, ground, former, loaded.definition, source, made, actor)
    return begun(tx, ground, loaded, made, at, CARRIED)


def may_carry_over(definition: Definition, row: Mapping[Any, Any]) -> bool:
    """Whether the dossier of a case may be taken into a later round where it stands."""
    return definition.states[row["state"]].carries_over


def import_case(
    tx: Connection,
    ground: Ground,
    actor: Actor | None,
    workflow: str,
    state: str,
    values: Mapping[str, Any],
    *,
    organisation_id: int,
    prefecture_id: int | None,
    round_id: int | None,
    facts: Mapping[str, Any] | None = None,
    commits: Iterable[str] = (),
    request_key: str,
) -> Outcome:
    """Enter a case that was handled before the system existed, where it stands now; journalled as imported.

    In the registers in which every way to that state leaves an entry it gets one, with its status and a new number.

    Args:
        actor: somebody whose role reaches the whole authority; nobody: whoever runs the program.
        values: its dossier.
        facts: what acts would have asked, by store; of a store with entries a list of them.
        commits: quotas under which it takes its place, for good.

    Raises:
        Refused: no place is left under a ceiling that blocks.
    """
    earlier = journal.outcome(tx, request_key)
    if earlier is not None:
        return entry.again(tx, earlier)
    loaded = ground.current(tx, workflow)
    definition = loaded.definition
    role = SYSTEM if actor is None else _reaching_all(definition, actor)
    if role is None or state not in definition.states:
        raise NotHere
    at, by = clock.now(), actor.person_id if actor is not None else None
    authority_id = actor.authority_id if actor is not None else organisations.authority_id(tx, definition.authority)
    called = {path: _at(values, path) for path in (definition.case_title, definition.case_subject) if path}
    title, subject = (str(called.get(path or "") or "") for path in (definition.case_title, definition.case_subject))
    row = columns_of(loaded, authority_id, round_id, organisation_id, prefecture_id, title, subject)
    row["number"] = numbers.next_number(tx, definition, authority_id, at)

    def lay(made: dict[str, Any]) -> Laid:
        digest = dossier.lay_down(tx, ground, definition, made["id"], values, at, by)
        kept = _kept(tx, ground, definition, made, facts or {})
        return Laid({"revision": 1, "facts": kept}, {"revision": 1, "revision_hash": digest, "answers": kept})

    made = entry.create(tx, loaded, row, state, actor, role, at, request_key, IMPORTED, lay)
    move = Move(tx, ground, loaded, made, _IMPORT, actor, role, at, request_key)
    for quota_id in commits:
        quotas.take(move, quota_id)
        quotas.commit(move, quota_id)
    for register, status in register_ways.left(definition).get(state, {}).items():
        registers.enter(move, register, status)
    return begun(tx, ground, loaded, made, at, IMPORTED)


def open_linked(
    opener: Move,
    workflow: str,
    state: str | None,
    values: Mapping[str, Any],
    *,
    link: str,
    office: bool = False,
    about: int | None = None,
) -> Outcome:
    """Open a case of the newest version of ``workflow`` from an act on another case, for the same applicant.

    It stands with the same bureau and in the same round, has its number at once, and may begin in any ``state``.
    ``values`` of its dossier come from the other case and are its first revision. With ``office`` it belongs to the
    office that holds the state in which it begins: what is held against somebody is never that one's own case.
    ``about``: the entry of a register that it is about, where one act opens several.
    """
    tx, ground, source = opener.tx, opener.ground, opener.row
    loaded = ground.current(tx, workflow)
    definition, at = loaded.definition, opener.at
    begins = state or definition.first_state
    called = {path: str(_at(values, path) or "") for path in (definition.case_title, definition.case_subject) if path}
    holding = tasks.organisation_of(tx, definition, source, definition.states[begins].holder or "") if office else None
    row = columns_of(
        loaded, source["authority_id"], source["round_id"] if definition.rounds == "required" else None,
        holding or source["organisation_id"], source["prefecture_id"],
        called.get(definition.case_title or "") or source["title"], called.get(definition.case_subject or "", ""),
    )  # fmt: skip
    row["number"] = numbers.next_number(tx, definition, source["authority_id"], at)
    by = opener.actor.person_id if opener.actor is not None else None

    def lay(made: dict[str, Any]) -> Laid:
        body = {"opened_from": source["id"], "link": link}
        if not values:
            return Laid({}, body)
        digest = dossier.lay_down(tx, ground, definition, made["id"], values, at, by)
        return Laid({"revision": 1}, {**body, "revision": 1, "revision_hash": digest})

    key = f"{opener.request_key}/{link}/{workflow}" + (f"/{about}" if about is not None else "")
    made = entry.create(tx, loaded, row, begins, opener.actor, opener.role, at, key, LINKED, lay)
    step = Move(tx, ground, loaded, made, opener.action, opener.actor, opener.role, at, key)
    return begun(tx, ground, loaded, made, at, LINKED, step)


def columns_of(
    loaded: Loaded,
    authority_id: int,
    round_id: int | None,
    organisation_id: int,
    prefecture_id: int | None,
    title: str,
    subject: str,
) -> dict[str, Any]:
    return {
        "number": None,
        "receipt_code": numbers.receipt_code(),
        "workflow": loaded.definition.workflow,
        "definition_id": loaded.id,
        "authority_id": authority_id,
        "round_id": round_id,
        "organisation_id": organisation_id,
        "prefecture_id": prefecture_id,
        "title": title,
        "title_key": numbers.sort_key(title),
        "subject": subject,
    }


def begun(
    tx: Connection,
    ground: Ground,
    loaded: Loaded,
    made: Mapping[str, Any],
    at: datetime,
    act: str,
    step: Move | None = None,
) -> Outcome:
    """What is owed where a new case stands, and by when. ``step``: reads the dates that were brought into its dossier."""
    state, definition = made["state"], loaded.definition
    due_on = beginning.start(tx, ground, definition, made, state, at, step)
    if not definition.states[state].final:
        tasks.enter(tx, definition, made, state, at, due_on)
        duties.enter(tx, ground, definition, made, state, at)
    entry.note_due(tx, made["id"], due_on)
    return Outcome(made["id"], act, state, made["number"], 1)


def _reaching_all(definition: Definition, actor: Actor) -> str | None:
    return next((role.id for role in standing.held(definition, actor) if role.sees == "own_authority"), None)


def _unit(tx: Connection, actor: Actor, organisation_id: int) -> RowMapping:
    """The organisation for which an officer enters a case."""
    found = organisations.get(tx, organisation_id)
    if found is None or found["authority_id"] != actor.authority_id or found["status"] in ("refused", "closed"):
        raise NotHere
    return found


def _not_carried(tx: Connection, definition: Definition, source: Mapping[Any, Any], round_id: int) -> list[Message]:
    """What stands against taking a dossier into a round."""
    against = [] if may_carry_over(definition, source) else [Message("opening.not_carried")]
    row = tx.execute(sa.select(round_).where(round_.c.id == round_id)).mappings().first()
    if (
        row is None
        or row["authority_id"] != source["authority_id"]
        or source["workflow"] not in row["workflows"]
        or not row["opens_at"] <= clock.now() < row["closes_at"]
    ):
        return [*against, Message("opening.round_not_open", {"input": "round"})]
    again = sa.select(case.c.id).where(case.c.carried_from == source["id"], case.c.round_id == round_id, ~case.c.final)
    if tx.execute(again).first() is not None:
        against.append(Message("opening.carried_already", {"round": row["title"]}))
    return against


def _kept(
    tx: Connection, ground: Ground, definition: Definition, made: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The answers that acts would have asked, sealed where they must be."""
    kept: dict[str, Any] = {}
    for store, given in facts.items():
        asks = {
            question.id: question
            for state in definition.states
            for action in definition.actions_in(state)
            if (action.store or action.id) == store
            for question in action.asks.values()
        }
        row = {**made, "facts": kept}
        if store not in paths.appended(definition):
            kept[store] = dossier.keep_facts(tx, ground, row, store, asks, dict(given))
            continue
        kept[store] = {
            str(number): dossier.keep_facts(tx, ground, row, store, asks, dict(one), under=str(number))
            for number, one in enumerate(given, 1)
        }
    return kept


def _at(values: Mapping[str, Any], path: str) -> Any:
    """The value at a path ``dossier.section.field``."""
    _, section, name = path.split(".")
    return values.get(section, {}).get(name)
