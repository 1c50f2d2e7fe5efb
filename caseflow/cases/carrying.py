"""A dossier taken into another case: its answers where the newer form still asks them, its files, its study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import dossier, paths
from caseflow.cases.ground import Ground
from caseflow.people.rights import Actor
from caseflow.records import files, personal
from caseflow.studies import store
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field


def take_over(
    tx: Connection,
    ground: Ground,
    former: Definition,
    definition: Definition,
    source: Mapping[Any, Any],
    made: Mapping[Any, Any],
    actor: Actor,
) -> None:
    """Lay down what was answered in ``source`` as the drafts of a new case.

    What a newer form asks in another way is left out: it is asked again. So is what was erased or purged.
    """
    typing = bool(former.states[source["state"]].edits)
    known = (dossier.working if typing else _frozen)(tx, ground, source)
    for section in definition.dossier.values():
        before = former.dossier.get(section.id)
        same = {
            name: question
            for name, question in section.fields.items()
            if before is not None and name in before.fields and _alike(before.fields[name], question)
        }
        part, owner = f"dossier.{section.id}", f"organisation:{made['organisation_id']}"
        values = _copied(tx, same, known.get(section.id, {}), made["id"], part)
        if values:
            dossier.save_draft(tx, ground, made["id"], part, owner, values, 0, actor.person_id)
    study = store.latest_study(tx, source["id"]) if definition.footprint else None
    if study is not None:
        store.save_study(tx, case_id=made["id"], study_=study.study, by=actor.person_id)


def _frozen(tx: Connection, ground: Ground, source: Mapping[Any, Any]) -> dict[str, Any]:
    return dossier.frozen(tx, ground, source["id"], source["revision"])


def _alike(before: Field, now: Field) -> bool:
    """Whether an answer to a question still answers it in a newer form."""
    if before.type != now.type or set(before.columns) != set(now.columns):
        return False
    return all(_alike(column, now.columns[name]) for name, column in before.columns.items())


def _copied(
    tx: Connection, questions: Mapping[str, Field], values: Mapping[str, Any], case_id: int, part: str
) -> dict[str, Any]:
    """The answers with files of their own: a file belongs to one case."""
    found: dict[str, Any] = {}
    for name, question in questions.items():
        value = values.get(name)
        if value in (None, "", [], {}) or personal.is_sealed(value):
            continue
        if question.type == "file":
            value = files.copy(tx, paths.file_id(value), case_id, f"{part}.{name}")
        elif question.type == "files":
            copies = (files.copy(tx, paths.file_id(one), case_id, f"{part}.{name}") for one in value)
            value = [copy for copy in copies if copy is not None]
        elif question.type == "table":
            value = [_copied(tx, question.columns, row, case_id, f"{part}.{name}") for row in value]
        if value not in (None, []):
            found[name] = value
    return found
