"""How much there is to read and mark in a case: pages and words, and minutes estimated from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow.cases import dossier, paths, said
from caseflow.cases.ground import Ground
from caseflow.records.models import file
from caseflow.workflow.characters import count
from caseflow.workflow.definition import Definition
from caseflow.workflow.rights import hidden_from

MINUTES_A_PAGE = 0.5
CHARACTERS_A_MINUTE = 300
MINUTES_A_CRITERION = 2


@dataclass(frozen=True, slots=True)
class Extent:
    """What a dossier holds for its reader: pages of files, characters of long answers."""

    pages: int
    characters: int

    def minutes(self, criteria: int) -> int:
        """An estimate, rounded up, never a measurement."""
        reading = self.pages * MINUTES_A_PAGE + self.characters / CHARACTERS_A_MINUTE
        return ceil(reading + criteria * MINUTES_A_CRITERION)


def extents(
    tx: Connection, ground: Ground, rows: Iterable[Mapping[Any, Any]], roles: Collection[str]
) -> dict[int, Extent]:
    """By case, what somebody with these roles may read of it."""
    named: dict[int, set[int]] = {}
    characters: dict[int, int] = {}
    for row in rows:
        definition = ground.definition(tx, row["definition_id"]).definition
        values = dossier.frozen(tx, ground, row["id"], row["revision"])
        named[row["id"]], characters[row["id"]] = _inside(definition, row["state"], values, roles)
    every = sorted(set().union(*named.values())) if named else []
    counted = sa.select(file.c.id, file.c.pages).where(file.c.id.in_(every), file.c.purged_at.is_(None))
    pages = {found.id: found.pages or 1 for found in tx.execute(counted)} if every else {}
    return {
        number: Extent(sum(pages.get(one, 0) for one in held), characters[number]) for number, held in named.items()
    }


def _inside(
    definition: Definition, state: str, values: Mapping[str, Any], roles: Collection[str]
) -> tuple[set[int], int]:
    each = [hidden_from(definition, role, state) for role in roles if role in definition.roles]
    hidden = frozenset.intersection(*each) if each else frozenset[str]()
    held: set[int] = set()
    characters = 0
    for section in definition.dossier.values():
        for question in section.fields.values():
            if said.is_hidden(f"dossier.{section.id}.{question.id}", hidden):
                continue
            given = values.get(section.id, {})
            held |= set(paths.file_ids({question.id: question}, given))
            if question.type == "long_text":
                characters += count(str(given.get(question.id) or ""))
    return held, characters
