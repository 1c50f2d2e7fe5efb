"""What was said of experts and cases: who prepared the material, who declared an own interest, to whom applicants object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from caseflow.cases import dossier, draw_parties, members, paths
from caseflow.cases.move import Move
from caseflow.cases.panel_models import interest
from caseflow.evaluation import identity
from caseflow.evaluation.conflicts import Case, Statement
from caseflow.evaluation.linking import Resolution
from caseflow.records.models import journal

Named = tuple[str, str, str, str, date | None, date | None]
"""Person row, kind of tie, organisation row, source, first and last day."""


def filed_for(
    named: Iterable[Named],
    cases: Iterable[Case],
    who: Mapping[str, str],
    of: Mapping[str, str],
    organisations: Resolution,
) -> Iterator[Statement]:
    """Who is known to prepare material for an organisation has prepared that of its cases."""
    for person, kind, place, source, _, _ in named:
        if kind == "filed":
            meant = set(draw_parties.meant(organisations, of[place]))
            for one in cases:
                if meant & {of[key] for key in (*one.applicants, *one.agents)}:
                    yield Statement(who[person], "filed", one.id, source)


def filed(
    move: Move, pool: Iterable[RowMapping], inside: list[RowMapping], who: Mapping[str, str]
) -> Iterator[Statement]:
    """Who acted on a case on the side of its applicant."""
    rows = move.tx.execute(
        sa.select(journal.c.person_id, journal.c.case_id, journal.c.role)
        .where(
            journal.c.case_id.in_([row["id"] for row in inside]),
            journal.c.person_id.in_([row["person_id"] for row in pool]),
        )
        .distinct()
        .order_by(journal.c.person_id, journal.c.case_id, journal.c.role)
    ).all()
    definitions = {row["id"]: row["definition_id"] for row in inside}
    for row in rows:
        roles = move.ground.definition(move.tx, definitions[row.case_id]).definition.roles
        role = roles.get(row.role)
        if role is not None and (role.sees == "own_organisation" or role.assists is not None):
            yield Statement(who[str(row.person_id)], "filed", str(row.case_id), f"journal:{row.case_id}")


def raised(
    move: Move, path: str, pool: Iterable[Mapping[Any, Any]], inside: list[RowMapping], who: Mapping[str, str]
) -> Iterator[Statement]:
    """To whom the applicants of these cases object by name. Who cannot tell two of one name apart leaves both out."""
    called: dict[str, list[str]] = {}
    for row in pool:
        called.setdefault(identity.written(row["name"]), []).append(who[str(row["person_id"])])
    store, _, question = path.partition(".")
    for row in inside:
        definition = move.ground.definition(move.tx, row["definition_id"]).definition
        if store in paths.appended(definition):
            gathered = paths.entries(dossier.facts(move.tx, move.ground, row).get(store))
            names = [(number, said.get(question)) for number, said in gathered]
        else:
            names = [(0, members.cell(move.tx, move.ground, row, path, {}))]
        for number, name in names:
            for person in called.get(identity.written(name), ()) if isinstance(name, str) else ():
                yield Statement(person, "raised", str(row["id"]), f"objection:{row['id']}/{number}")


def declared(
    move: Move, pool: Iterable[RowMapping], inside: list[RowMapping], who: Mapping[str, str]
) -> Iterator[Statement]:
    """What experts have declared of these cases so far, on whatever panel."""
    rows = move.tx.execute(
        sa.select(interest.c.id, interest.c.person_id, interest.c.member_case_id)
        .where(
            interest.c.member_case_id.in_([row["id"] for row in inside]),
            interest.c.person_id.in_([row["person_id"] for row in pool]),
            interest.c.conflict,
        )
        .order_by(interest.c.id)
    )
    for row in rows:
        yield Statement(who[str(row.person_id)], "declared", str(row.member_case_id), f"interest:{row.id}")
