"""How many entries of a register say what, and who holds several: for the offices that read the register.

Which values are counted, the register names itself (``statistics``). Small numbers are told to the authority's own
office alone: elsewhere few entries in one cell may say who they are of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import register_find
from caseflow.cases.organisation_record import KINDS
from caseflow.cases.register_holders import Reading
from caseflow.cases.register_models import register_standing
from caseflow.cases.show import Pair
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.workflow.days import workdays
from caseflow.workflow.days.holidays import Calendar

SMALL = 5
"""Fewer than these are not told outside the authority's own office."""
MOST = 20_000
"""So many entries are counted, the newest."""
WITHIN = "2 years"
"""How close together several entries of one holder lie, where neither the reader nor the register says it."""
_NO_CALENDAR = Calendar("", "", "")
"""Days, months and years run through whatever is off."""
NOT_COUNTED = ("revoked", "superseded")
"""Statuses of entries that were wrong or have been replaced."""


@dataclass(frozen=True, slots=True)
class Cell:
    """So many entries say the same; without a number where that is not told."""

    name: Pair | None
    """Nothing: they say nothing of it."""
    n: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """The entries of a register by one of its values, the most frequent first."""

    title: Pair | None
    """Nothing: by the bureau in charge."""
    cells: tuple[Cell, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class Repeated:
    """A holder with several entries within the period: how many at most, and when the last was made."""

    organisation_id: int
    called: str
    same: Pair | None
    """What the entries agree in; nothing where any two count."""
    n: int
    last: date


@dataclass(frozen=True, slots=True)
class Tally:
    """One register, counted."""

    reading: Reading
    counts: tuple[Counts, ...]
    within: str
    """The period in which entries of one holder count together."""
    repeated: tuple[Repeated, ...]


def tallies(
    tx: Connection, actor: Actor, readings: Sequence[Reading], *, year: int | None, within: str | None
) -> tuple[list[Tally], list[int], bool]:
    """The registers that name what is counted, as far as the reader reads them as an office; the years in which entries
    were made; whether there are more than ``MOST``.

    ``year`` narrows what is counted by value; ``within`` is how close together several entries of one holder lie, in
    place of what the register says.
    """
    wanted = [one for one in readings if one.inside and one.book.register.statistics]
    if not wanted:
        return [], [], False
    rows = tx.execute(_entries(wanted)).mappings().all()
    by: dict[tuple[int, str], list[RowMapping]] = {}
    for row in rows:
        by.setdefault((row["authority_id"], row["register"]), []).append(row)
    made = []
    for one in wanted:
        every = by.get((one.book.authority_id, one.book.register.id), [])
        of_year = [row for row in every if year in (None, row["issued_on"].year)]
        whole = register_find.reads_all(one.book, actor)
        again = one.book.register.again
        period = within or (again.within if again is not None else WITHIN)
        same = again.same if again is not None and again.same in one.names else None
        repeated = tuple(_repeated(every, period, same))
        made.append(Tally(one, tuple(_counts(one, of_year, whole=whole)), period, repeated))
    return made, sorted({row["issued_on"].year for row in rows}, reverse=True), len(rows) >= MOST


def told(found: Mapping[Any, tuple[Pair | None, int]], *, whole: bool) -> tuple[tuple[Cell, ...], int | None]:
    """The cells and their sum. Where not the ``whole`` is told, small numbers are left out, and where that is one alone
    the next with it, so that it cannot be had from the sum.
    """
    ranked = sorted(found.values(), key=lambda one: (one[0] is None, -one[1], one[0]["zh"] if one[0] else ""))
    total = sum(n for _, n in ranked)
    if whole:
        return tuple(Cell(name, n) for name, n in ranked), total
    rising = sorted(range(len(ranked)), key=lambda at: ranked[at][1])
    hidden = [at for at in rising if ranked[at][1] < SMALL]
    if len(hidden) == 1:
        hidden = rising[:2]
    cells = tuple(Cell(name, None if at in hidden else n) for at, (name, n) in enumerate(ranked))
    return cells, None if total < SMALL or len(hidden) == 1 else total


def _entries(wanted: Iterable[Reading]) -> sa.Select[Any]:
    holder = organisation.alias("holder")
    return (
        sa.select(
            register_standing.c.authority_id, register_standing.c.register, register_standing.c.organisation_id,
            register_standing.c.called, register_standing.c.issued_on, register_standing.c["values"],
            organisation.c.name_zh.label("prefecture_zh"), organisation.c.name_en.label("prefecture_en"),
            holder.c.kind,
        )
        .join(holder, holder.c.id == register_standing.c.organisation_id)
        .outerjoin(organisation, organisation.c.id == register_standing.c.prefecture_id)
        .where(sa.or_(*(one.condition for one in wanted)), register_standing.c.status.not_in(NOT_COUNTED))
        .order_by(register_standing.c.issued_on.desc(), register_standing.c.entry_id.desc())
        .limit(MOST)
    )  # fmt: skip


def _counts(one: Reading, rows: Sequence[RowMapping], *, whole: bool) -> Iterator[Counts]:
    if not rows:
        return
    bureaus = [_bureau(row) for row in rows]
    if any(name is not None for name in bureaus):
        yield Counts(None, *told(_grouped(bureaus), whole=whole))
    for name in dict.fromkeys(one.book.register.statistics):
        if name in one.names:
            title = one.book.register.fields[name].title
            said = [_said(row["values"].get(name)) for row in rows]
            yield Counts({"zh": title.zh, "en": title.en}, *told(_grouped(said), whole=whole))


def _grouped(names: Iterable[Pair | None]) -> dict[str, tuple[Pair | None, int]]:
    found: dict[str, tuple[Pair | None, int]] = {}
    for name in names:
        key = name["zh"] if name is not None else ""
        found[key] = (name, found.get(key, (name, 0))[1] + 1)
    return found


def _bureau(row: RowMapping) -> Pair | None:
    if row["prefecture_zh"] is None:
        return None
    return {"zh": row["prefecture_zh"], "en": row["prefecture_en"] or row["prefecture_zh"]}


def _said(value: Mapping[str, Any] | None) -> Pair | None:
    return {"zh": str(value["zh"]), "en": str(value["en"])} if value else None


def _repeated(rows: Iterable[RowMapping], within: str, same: str | None) -> Iterator[Repeated]:
    """Holders with two entries or more (that say the ``same``), none further from the first of them than the period."""
    by: dict[tuple[int, str], list[RowMapping]] = {}
    for row in rows:
        said = _said(row["values"].get(same)) if same is not None else None
        if row["kind"] in KINDS and (same is None or said is not None):
            by.setdefault((row["organisation_id"], said["zh"] if said else ""), []).append(row)
    limit, found = workdays.Limit.parse(within), []
    for (holder, _), entries in by.items():
        days = sorted(row["issued_on"] for row in entries)
        ends = [workdays.count(_NO_CALENDAR, day, limit).nominal for day in days]
        most = max(sum(day <= other <= end for other in days) for day, end in zip(days, ends, strict=True))
        if most > 1:
            said = _said(entries[0]["values"].get(same)) if same is not None else None
            found.append(Repeated(holder, entries[0]["called"], said, most, days[-1]))
    yield from sorted(found, key=lambda one: (-one.n, -one.last.toordinal(), one.called))
