"""What of a case no page shows: who it concerns must be protected. It is read by an act of its own, for a reason told.

The act leaves who, when and why in the journal; what was read never stands there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import desk_acts, dossier
from caseflow.cases.entry import NotHere
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field, Section
from caseflow.workflow.parts import Text
from caseflow.workflow.procedure import Action
from caseflow.workflow.rights import covers

ACT = "read_sealed"
ACTS = {ACT: Action(id=ACT, title=Text(zh="查看保密内容", en="Read what is sealed away"))}
"""The engine's own act; offered where a role has ``reads_sealed``."""
READ = "sealed"
"""Under which the journal keeps the paths that were read."""
LEAST_REASON, MOST_REASON = 4, 200


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that is sealed away, with its section and question."""

    section: Section
    question: Field
    value: Any


def run(move: Move, posted: Mapping[str, Any], roles: frozenset[str]) -> dict[str, Any]:
    """Enter that what is sealed away is read now, for the ``reason`` given; returns what the journal keeps.

    Raises:
        NotHere: none of the person's roles reads it.
        Refused: no reason is told, or one of more than ``MOST_REASON`` signs.
    """
    places = readable(move.definition, roles)
    if move.actor is None or not places:
        raise NotHere
    reason = str(posted.get("reason") or "").strip()
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        values = {"least": LEAST_REASON, "most": MOST_REASON, "input": "reason"}
        raise Refused(Message("sealed.reason", values))
    move.role = min(role for role in roles if move.definition.roles[role].reads_sealed)
    body = {READ: list(places), "of_revision": move.case["revision"], "organisation": move.actor.organisation_id}
    return {**body, "answers": desk_acts.keep_note(move, reason)}


def readable(definition: Definition, roles: Iterable[str]) -> tuple[str, ...]:
    """The sections and fields that these roles read so."""
    return tuple(dict.fromkeys(path for role in sorted(roles) for path in definition.roles[role].reads_sealed))


def answers(
    tx: Connection, ground: Ground, definition: Definition, row: Mapping[Any, Any], places: Iterable[str]
) -> list[Answer]:
    """What stands at these places in the last revision. Show it to nobody but who has just done the act."""
    values, wanted = dossier.frozen(tx, ground, row["id"], row["revision"]), tuple(places)
    return [
        Answer(section, question, value)
        for section in definition.dossier.values()
        for question in section.fields.values()
        if covers(wanted, f"dossier.{section.id}.{question.id}")
        and (value := values.get(section.id, {}).get(question.id)) not in (None, "", [], {})
    ]


def titles(definition: Definition, places: Iterable[str]) -> dict[str, str]:
    """What these places are called, in both languages."""
    found = [_title(definition, path) for path in places]
    return {"zh": "、".join(one.zh for one in found), "en": ", ".join(one.en for one in found)}


def _title(definition: Definition, path: str) -> Text:
    _, section, *name = path.split(".")
    return definition.dossier[section].fields[name[0]].label if name else definition.dossier[section].title
