"""Cases decided before the system existed, from one sheet: what a filled one would bring, and the import itself.

The preview is the import itself, undone: what it says of ceilings and of what is there already is what would happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import opening, standing
from caseflow.cases.entry import NotHere
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.models import case
from caseflow.db import undone
from caseflow.office import import_lines, import_sheet
from caseflow.office.import_sheet import Came
from caseflow.people import organisations
from caseflow.people.rights import Actor
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition

Status = Literal["new", "there", "error"]
INSTITUTION = "12"
"""How the credit codes of public institutions begin."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a row brings, or has brought."""

    number: int
    status: Status
    title: str
    subject: str
    errors: tuple[tuple[str, Message], ...] = ()
    """Address of the cell (empty: the row as a whole) and what is wrong there."""
    case_id: int | None = None
    case_number: str = ""


def may_import(definition: Definition, actor: Actor) -> bool:
    """Whether the actor may enter earlier cases of a workflow: in a role that reaches all of the authority, in its own office
    or as the one that holds the state in which such cases stand.
    """
    if definition.imports is None:
        return False
    holder = definition.states[definition.imports.in_].holder
    wide = [role.id for role in standing.held(definition, actor) if role.sees == "own_authority"]
    return bool(wide) if actor.organisation_kind == "authority" else holder in wide


def preview(
    tx: Connection,
    ground: Ground,
    actor: Actor | None,
    workflow: str,
    rows: Iterable[Came],
    round_id: int | None = None,
) -> list[Line]:
    """What an import would bring, row by row; nothing of it stays."""
    with undone(tx):
        return list(_played(tx, ground, actor, ground.current(tx, workflow), rows, round_id, "preview"))


def run(
    tx: Connection,
    ground: Ground,
    actor: Actor | None,
    workflow: str,
    rows: Iterable[Came],
    *,
    round_id: int | None = None,
    request_key: str,
) -> list[Line]:
    """Enter every row that is not there yet, each as a case of its own: all of them, or none.

    Args:
        actor: an officer whose role reaches the whole authority; nobody: whoever runs the program.

    Raises:
        NotHere: the actor may not.
        Refused: everything that is wrong, with the addresses of the cells.
    """
    loaded = ground.current(tx, workflow)
    if actor is not None and loaded.definition.imports is not None and not may_import(loaded.definition, actor):
        raise NotHere
    return import_lines.whole(_played(tx, ground, actor, loaded, rows, round_id, request_key))


def _played(
    tx: Connection,
    ground: Ground,
    actor: Actor | None,
    loaded: Loaded,
    rows: Iterable[Came],
    round_id: int | None,
    key: str,
) -> Iterator[Line]:
    definition = loaded.definition
    by_type = {one.question.type: one.path for one in reversed(import_sheet.columns(definition))}
    code_path, region_path = by_type.get("credit_code"), by_type.get("region")
    if code_path is None:
        raise Refused(Message("importing.no_code"))
    for row in rows:
        title, subject = (
            str(row.answers.get(path or "", "")) for path in (definition.case_title, definition.case_subject)
        )
        if row.errors:
            yield Line(row.number, "error", title, subject, tuple(row.errors))
            continue
        code = str(row.answers.get(code_path) or "")
        known = organisations.by_credit_code(tx, code)
        if known is not None and _is_there(tx, definition, known["id"], subject):
            yield Line(row.number, "there", title, subject)
            continue
        try:
            with tx.begin_nested():
                authority_id = actor.authority_id if actor else organisations.authority_id(tx, definition.authority)
                bureau = _bureau(tx, authority_id, str(row.answers.get(region_path or "") or ""))
                unit = organisations.record(
                    tx,
                    authority_id=authority_id,
                    name_zh=title,
                    credit_code=code,
                    kind="institution" if code.startswith(INSTITUTION) else "enterprise",
                    prefecture_id=bureau,
                    by=actor.person_id if actor else None,
                )
                values, facts = _apart(row.answers)
                rule = import_sheet.rule_of(definition)
                made = opening.import_case(
                    tx, ground, actor, definition.workflow, rule.in_, values,
                    organisation_id=unit, prefecture_id=bureau, round_id=round_id, facts=facts, commits=rule.commits,
                    request_key=f"{key}/{row.number}",
                )  # fmt: skip
        except Refused as refused:
            at = {"credit_code": code_path, "name_zh": definition.case_title}
            wrong = [(row.cells.get(at.get(one.values.get("input", ""), "") or "", ""), one) for one in refused.reasons]
            yield Line(row.number, "error", title, subject, tuple(wrong))
        else:
            yield Line(row.number, "new", title, subject, (), made.case_id, made.number or "")


def _apart(answers: Mapping[str, Any]) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The dossier, and what acts would have asked."""
    dossier: dict[str, dict[str, Any]] = {}
    facts: dict[str, dict[str, Any]] = {}
    for path, value in answers.items():
        head, *rest = path.split(".")
        place = dossier.setdefault(rest[0], {}) if head == "dossier" else facts.setdefault(head, {})
        place[rest[-1]] = value
    return dossier, facts


def _is_there(tx: Connection, definition: Definition, organisation_id: int, subject: str) -> bool:
    """Whether the organisation has a case of this workflow about the same thing."""
    same = [case.c.workflow == definition.workflow, case.c.organisation_id == organisation_id, case.c.shared]
    if definition.case_subject is not None:
        same.append(case.c.subject == subject)
    return tx.execute(sa.select(case.c.id).where(*same).limit(1)).first() is not None


def _bureau(tx: Connection, authority_id: int, region: str) -> int | None:
    """The bureau in charge of a place; a county lies in the prefecture of its first four digits."""
    bureaus = {row["division"]: int(row["id"]) for row in organisations.bureaus(tx, authority_id)}
    return bureaus.get(region, bureaus.get(f"{region[:4]}00")) if region else None
