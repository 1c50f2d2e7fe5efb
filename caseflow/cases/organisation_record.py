"""What one reader may know of one organisation: its cases, its entries in registers and the letters served on it.

Each is asked for under the condition that the lists of the same things read through; there is no other rule of sight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import register_holders, standing
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, involvement
from caseflow.cases.register_holders import Held
from caseflow.cases.register_models import register_standing
from caseflow.cases.task_models import service
from caseflow.cases.view import View
from caseflow.people import organisations
from caseflow.people.models import OFFICES, organisation
from caseflow.people.rights import Actor
from caseflow.records.models import letter

KINDS = ("enterprise", "institution", "body")
"""Of whom there is a page: whoever files, is certified or supervised. Offices and pools have none."""
MOST = 500
"""Of each kind so many are shown, the newest."""
LEAST_WORDS = 2
"""Fewer characters than these find nobody."""


@dataclass(frozen=True, slots=True)
class Served:
    """A letter that was served on the organisation: how it was done last, and when it counts as served."""

    case_id: int
    letter_id: int
    title: Mapping[str, str]
    number: str
    way: str
    on: date


@dataclass(frozen=True, slots=True)
class Known:
    """What one reader may know of an organisation."""

    organisation: RowMapping
    cases: tuple[RowMapping, ...]
    entries: tuple[Held, ...]
    served: tuple[Served, ...]


def known(tx: Connection, ground: Ground, actor: Actor, organisation_id: int, today: date) -> Known | None:
    """All that somebody may know of an organisation; nothing where that is nothing, unless it is the own one."""
    row, own = organisations.get(tx, organisation_id), actor.organisation_id == organisation_id
    if row is None or row["kind"] not in KINDS:
        return None
    cases = _cases(tx, ground, actor, organisation_id)
    reads = register_holders.readings(tx, ground, actor, today)
    entries = register_holders.held(tx, reads, row, today, most=MOST, whoever=own)
    if not (cases or entries or own):
        return None
    return Known(row, tuple(cases), tuple(entries), tuple(_served(tx, ground, actor, cases, organisation_id)))


def open_to_all(tx: Connection, ground: Ground, credit_code: str, today: date) -> Known | None:
    """The public entries that say whose they are; nothing where there is none."""
    row = organisations.by_credit_code(tx, credit_code)
    if row is None or row["kind"] not in KINDS:
        return None
    reads = register_holders.readings(tx, ground, None, today)
    entries = register_holders.held(tx, reads, row, today, most=MOST)
    return Known(row, (), tuple(entries), ()) if entries else None


def found(
    tx: Connection, ground: Ground, actor: Actor, text: str, today: date, *, limit: int, offset: int = 0
) -> tuple[list[RowMapping], int]:
    """Organisations by a part of the name or the start of the credit code, of those of which the reader may know a case
    or reads an entry as an office; and how many.
    """
    said = text.strip()
    if len(said) < LEAST_WORDS:
        return [], 0
    reads = [one.condition for one in register_holders.readings(tx, ground, actor, today) if one.inside]
    entered = sa.select(sa.literal(1)).where(register_standing.c.organisation_id == organisation.c.id, sa.or_(*reads))
    has_case = sa.select(sa.literal(1)).where(_of(organisation.c.id, actor), visible(tx, ground, actor))
    statement = sa.select(organisation).where(
        organisation.c.kind.in_(KINDS),
        sa.or_(
            organisation.c.name_zh.contains(said, autoescape=True),
            sa.func.lower(organisation.c.name_en).contains(said.lower(), autoescape=True),
            organisation.c.credit_code.startswith(said.upper(), autoescape=True),
        ),
        sa.or_(has_case.exists(), *([entered.exists()] if reads else [])),
    )
    count = tx.scalar(sa.select(sa.func.count()).select_from(statement.subquery())) or 0
    rows = tx.execute(statement.order_by(organisation.c.sort_key, organisation.c.id).limit(limit).offset(offset))
    return list(rows.mappings()), count


def has_page(tx: Connection, organisation_id: int) -> bool:
    """Whether an organisation is of a kind that has a page; who may open it, the page says."""
    row = organisations.get(tx, organisation_id)
    return row is not None and row["kind"] in KINDS


def visible(tx: Connection, ground: Ground, actor: Actor) -> sa.ColumnElement[bool]:
    """The cases of the lists, without those before the reader on a panel: there nobody is named who is not to be known."""
    definitions = [loaded.definition for loaded in ground.all_current(tx)]
    seated = case.c.id.in_(standing.seated_in(actor.person_id))
    return sa.and_(standing.visible(actor, definitions), ~seated)


def _cases(tx: Connection, ground: Ground, actor: Actor, organisation_id: int) -> list[RowMapping]:
    wanted = _of(sa.literal(organisation_id), actor)
    statement = sa.select(case).where(wanted, visible(tx, ground, actor)).order_by(case.c.opened_at.desc(), case.c.id)
    return list(tx.execute(statement.limit(MOST)).mappings())


def _of(organisation_id: sa.ColumnElement[int], actor: Actor) -> sa.ColumnElement[bool]:
    """The own cases of an organisation; for offices, and for itself, those too in which it was given a part."""
    own = case.c.organisation_id == organisation_id
    given = case.c.id.in_(
        sa.select(involvement.c.case_id).where(involvement.c.organisation_id == organisation_id).correlate(organisation)
    )
    if actor.organisation_kind in OFFICES:
        return sa.or_(own, given)
    return sa.or_(own, sa.and_(given, organisation_id == actor.organisation_id))


def _served(
    tx: Connection, ground: Ground, actor: Actor, cases: Sequence[RowMapping], organisation_id: int
) -> list[Served]:
    """The letters to the organisation of whose service there is a record, of those that the reader may read."""
    rows = tx.execute(
        sa.select(
            letter.c.id, letter.c.case_id, letter.c.kind, letter.c.number, letter.c.formal_number, letter.c.body,
            service.c.way, service.c.served_on,
        )
        .join(letter, letter.c.id == service.c.letter_id)
        .where(service.c.case_id.in_([row["id"] for row in cases]))
        .order_by(service.c.id)
    ).mappings() if cases else ()  # fmt: skip
    last = {row["id"]: row for row in rows}
    by_case: dict[int, list[RowMapping]] = {}
    for row in last.values():
        by_case.setdefault(row["case_id"], []).append(row)
    parts = _parts(tx, list(by_case), organisation_id)
    made = []
    for one in cases:
        if one["id"] not in by_case:
            continue
        loaded = ground.definition(tx, one["definition_id"])
        roles = standing.roles_on(tx, loaded.definition, actor, one)
        readable = View(tx, ground, actor, one, loaded, roles).readable_letters(by_case[one["id"]])
        own = one["organisation_id"] == organisation_id
        for row in readable:
            to = loaded.definition.letters[row["kind"]].to
            if (own and to == "applicant") or to in parts.get(one["id"], ()):
                number = row["formal_number"] or row["number"] or ""
                made.append(Served(one["id"], row["id"], row["body"]["title"], number, row["way"], row["served_on"]))
    return made


def _parts(tx: Connection, case_ids: list[int], organisation_id: int) -> dict[int, set[str]]:
    """In which roles the organisation has or had a part in these cases."""
    query = sa.select(involvement.c.case_id, involvement.c.role).where(
        involvement.c.case_id.in_(case_ids), involvement.c.organisation_id == organisation_id
    )
    found: dict[int, set[str]] = {}
    for row in tx.execute(query) if case_ids else ():
        found.setdefault(row.case_id, set()).add(row.role)
    return found
