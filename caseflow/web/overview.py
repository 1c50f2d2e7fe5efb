"""The desk of the province: every prefecture at a glance, the funnel of a round, lists to be posted, what is due.

A bureau reads its own line. Departments and experts have no such page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, g, render_template, request
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases.ground import Ground
from caseflow.office import funnel, overview, publications, rounds
from caseflow.office.funnel import Funnel, Stage
from caseflow.office.overview import Counted
from caseflow.people import accounts, organisations
from caseflow.people.rights import Actor
from caseflow.web import clocks, desk, drawing, quota_board, shell
from caseflow.web.shell import MenuItem, page
from caseflow.workflow.definition import Definition

blueprint = Blueprint("overview", __name__)

AHEAD = 10
"""Working days ahead for which the page says what is due."""
MOST_OFFICERS = 2


def reads_overview(actor: Actor | None, **_arguments: Any) -> bool:
    """Whoever works in the authority's own office or in a bureau, on workflows that have quotas or not."""
    return quota_board.may_look(actor)


MENU = (MenuItem("overview.menu", "overview.show", reads_overview),)


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the table of prefectures."""

    line: overview.Line
    name: str
    used: list[tuple[str, int, int]]
    """What a counter counts besides bureau and round, places used, ceiling."""
    closes: str
    officers: list[tuple[str, str]]
    """Name and telephone."""


@dataclass(frozen=True, slots=True)
class DrawnFunnel:
    """A funnel as the reader may read it."""

    funnel: Funnel
    stages: list[tuple[Stage, list[tuple[str, str, int]], list[tuple[str, str, int]]]]
    """Each stage with those that stand there and those that ended there: name, filter, number."""


@page(blueprint, "/overview", policy=reads_overview)
def show() -> Any:
    ground, actor = shell.house().ground, g.actor
    known = rounds.all_of(g.tx, actor.authority_id)
    chosen = _chosen(known)
    round_id = chosen["id"] if chosen is not None else None
    whole = actor.organisation_kind == "authority"
    found = overview.counted(g.tx, ground, actor, round_id)
    offices, days = _due(ground)
    return render_template(
        "overview/overview.html",
        rounds=[(row["id"], drawing.named(row["title"])) for row in known],
        chosen=chosen,
        whole=whole,
        places=overview.PLACES,
        lines=_lines(ground, found, chosen, whole=whole),
        drafts=overview.drafts(g.tx, ground, actor.authority_id, round_id) if whole and round_id is not None else None,
        funnels=funnels(ground, found, round_id),
        lists=publications.lists(g.tx, ground, actor, round_id) if whole else [],
        held=publications.held_back(g.tx, ground, actor, round_id) if whole else [],
        offices=offices,
        days=days,
        late=sum(office.overdue for office, _, _ in offices),
        totals=[sum(counts[number] for _, _, counts in offices) for number in range(len(days))],
    )


def funnels(ground: Ground, found: list[Counted], round_id: int | None) -> list[DrawnFunnel]:
    """The funnels of the workflows of which something was submitted; states that the reader cannot tell apart are one."""
    made = []
    for definition in overview.applications(g.tx, ground):
        one = funnel.funnel(g.tx, g.actor, definition, found, round_id)
        if one.total:
            stages = [(stage, _named(definition, stage.here), _named(definition, stage.ended)) for stage in one.stages]
            made.append(DrawnFunnel(one, stages))
    return made


def _named(definition: Definition, counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Name, filter of the list of cases and number, by the name that the reader knows."""
    found: dict[str, tuple[str, int]] = {}
    for state, n in counts.items():
        name = drawing.named(desk.state_of(g.actor, definition, state)) if state in definition.states else state
        first, so_far = found.get(name, (state, 0))
        found[name] = (first, so_far + n)
    return [(name, f"{definition.workflow}/{first}", n) for name, (first, n) in found.items()]


def _chosen(known: list[RowMapping]) -> RowMapping | None:
    """The round asked for; else the one that is open and closes first, else the one begun last."""
    asked = request.args.get("round", "")
    if asked == "all":
        return None
    now = clock.now()
    named = next((row for row in known if str(row["id"]) == asked), None)
    if named is not None:
        return named
    begun = [row for row in known if row["opens_at"] <= now]
    running = [row for row in begun if now < row["closes_at"]]
    return min(running, key=lambda row: row["closes_at"]) if running else next(iter(begun), None)


def _lines(ground: Ground, found: list[Counted], chosen: RowMapping | None, *, whole: bool) -> list[Shown]:
    bureaus = {row["id"]: row for row in organisations.bureaus(g.tx, g.actor.authority_id)}
    if not whole:
        bureaus = {key: row for key, row in bureaus.items() if key == g.actor.prefecture_id}
    round_id = chosen["id"] if chosen is not None else None
    own = rounds.own_deadlines(g.tx, round_id) if round_id is not None else {}
    used = overview.quotas(g.tx, ground, g.actor.authority_id, round_id, bureaus)
    officers = overview.officers(g.tx, ground, list(bureaus))
    shown = []
    for line in overview.by_bureau(found, list(bureaus)):
        row = bureaus.get(line.prefecture_id or 0)
        closes = own.get(line.prefecture_id or 0, chosen["closes_at"] if chosen is not None else None)
        shown.append(
            Shown(
                line,
                _name(row) if row is not None else drawing.t("overview.direct"),
                [(_of(one), one.used, one.limit) for one in used.get(line.prefecture_id or 0, ())],
                clocks.closing(closes) if closes is not None else "",
                [
                    (one["name"], accounts.unseal(ground.keys, one, "phone"))
                    for one in officers.get(line.prefecture_id or 0, ())[:MOST_OFFICERS]
                ],
            )
        )
    return shown


def _of(used: overview.Used) -> str:
    """What a counter counts, in words."""
    rest = json.loads(used.rest)
    words = quota_board.counter_words(used.rest) if rest else []
    return " · ".join(word for word in words if word) or drawing.named(used.title)


def _due(ground: Ground) -> tuple[list[tuple[overview.Office, str, list[int]]], list[date]]:
    """What each office owes, by working day; and the days."""
    definitions = [loaded.definition for loaded in ground.all_current(g.tx)]
    if not definitions:
        return [], []
    calendar, today = ground.calendar(definitions[0]), clock.today()
    last = calendar.nth_workday(today, AHEAD)
    days = [day for day in _from(today, last) if day == today or calendar.is_workday(day)]
    found = []
    for office in overview.due(g.tx, ground, g.actor, today, last):
        counts = [0] * len(days)
        for day, n in office.by_day.items():
            counts[max(number for number, one in enumerate(days) if one <= day)] += n
        name = drawing.named(office.name) if office.name else drawing.t(f"overview.owes.{office.kind}")
        found.append((office, name, counts))
    return found, days


def _from(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _name(row: RowMapping) -> str:
    return drawing.named({"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]})
