"""What may be chosen in the form of an act: organisations, files of the case, places of its dossier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row, RowMapping

from caseflow.cases.move import Move
from caseflow.people.models import membership, organisation
from caseflow.records import files
from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.kept import kept
from caseflow.workflow.values import is_blank, label

WITH_A_BUREAU = ("branch", "enterprise", "institution", "body")
"""The kinds of organisation of which each belongs to the bureau of its place."""


def organisations(tx: Connection, case: Mapping[Any, Any], question: Field) -> list[RowMapping]:
    """The organisations among which a question lets one choose, by name."""
    listed = sa.select(organisation).where(*_fitting(case, question))
    return list(tx.execute(listed.order_by(organisation.c.sort_key, organisation.c.id)).mappings())


def is_in_office(tx: Connection, authority_id: int, person_id: int) -> bool:
    """Whether a person holds a role in an organisation of the authority: whom a form may name."""
    held = (
        sa.select(membership.c.id)
        .join(organisation, organisation.c.id == membership.c.organisation_id)
        .where(
            membership.c.person_id == person_id,
            membership.c.until.is_(None),
            organisation.c.authority_id == authority_id,
        )
    )
    return tx.execute(held.limit(1)).first() is not None


def case_files(tx: Connection, case_id: int) -> list[Row[Any]]:
    """The files of a case whose content is still there, oldest first."""
    return [row for row in files.of_case(tx, case_id) if row.purged_at is None]


@kept
def places(definition: Definition) -> frozenset[str]:
    """The places of the dossier, ``section.field``."""
    return frozenset(f"{section.id}.{name}" for section in definition.dossier.values() for name in section.fields)


def rows(asks: Mapping[str, Field], dossier: Mapping[str, Any]) -> dict[str, int]:
    """How many rows the tables have of which these questions speak, by path."""
    found: dict[str, int] = {}
    for question in asks.values():
        if question.type == "each_row" and question.of is not None:
            _, section, name = question.of.split(".")
            found[question.of] = len(dossier.get(section, {}).get(name) or [])
    return found


def present(asks: Mapping[str, Field], dossier: Mapping[str, Any]) -> dict[str, Any]:
    """What stands now at the places that these questions amend, by question: a form begins with it."""
    found: dict[str, Any] = {}
    for question in asks.values():
        if question.amends is not None:
            _, section, name = question.amends.split(".")
            found[question.id] = dossier.get(section, {}).get(name)
    return {name: value for name, value in found.items() if not is_blank(value)}


def unknown(move: Move, values: Mapping[str, Any]) -> dict[str, list[Message]]:
    """The answers that name an organisation or a file which may not be chosen here, by field."""
    return {
        path: [Message(f"fields.unknown.{question.type}", {"label": label(question), "value": str(value)})]
        for path, question, value in _chosen(move.action.asks, values)
        if not _may_be_chosen(move, question, int(value))
    }


def _fitting(case: Mapping[Any, Any], question: Field) -> list[sa.ColumnElement[bool]]:
    """Active, under the same authority, of the right kind, and of the bureau with which the case stands."""
    column = organisation.c
    bounds = [column.authority_id == case["authority_id"], column.status == "active"]
    if question.of_kind:
        bounds.append(column.kind.in_(question.of_kind))
    if case["prefecture_id"] is not None:
        bounds.append(
            sa.or_(column.kind.not_in(WITH_A_BUREAU), column.prefecture_id == case["prefecture_id"]),
        )
    return bounds


def _may_be_chosen(move: Move, question: Field, number: int) -> bool:
    if question.type == "case_file":
        row = files.find(move.tx, number)
        return row is not None and row.case_id == move.case["id"] and row.purged_at is None
    known = sa.select(organisation.c.id).where(organisation.c.id == number, *_fitting(move.case, question))
    return move.tx.execute(known).first() is not None


def _chosen(asks: Mapping[str, Field], values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Field, Any]]:
    """Every answer that names an organisation or a file of the case, in rows too, with its path."""
    for question in asks.values():
        value, path = values.get(question.id), f"{above}{question.id}"
        if is_blank(value):
            continue
        if question.type in ("organisation", "case_file"):
            yield path, question, value
        for key, row in _rows(value) if question.columns else ():
            yield from _chosen(question.columns, row, f"{path}.{key}.")


def _rows(value: Any) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    yield from value.items() if isinstance(value, Mapping) else enumerate(value)
