"""The cases of a meeting in rank order, each with what a panel came to of it and what was said of it so far.

Of a panel of another procedure only who runs that one reads more than score and place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import RowMapping

from caseflow.cases import members, panel_results, panel_signatures, remarks, show
from caseflow.cases.entry import NotHere
from caseflow.cases.view import View, load
from caseflow.evaluation.ranking import Standing
from caseflow.web import answers, collective, drawing, panel_boards, record
from caseflow.web.act_context import effects
from caseflow.web.act_form import OWN_ROWS
from caseflow.web.answers import Shown
from caseflow.workflow.procedure import Action

_LAST = 1_000_000
"""Where a case without a place stands in the order."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What one act said of a case: by whom it was asked, the question, the answer."""

    act: str
    label: str
    shown: Shown


@dataclass(frozen=True, slots=True)
class Heard:
    """One case as the meeting sees it. ``found`` is the last result of a panel, where the reader may know of it."""

    row: RowMapping
    group: str
    score: Any
    place: Any
    found: Mapping[str, Any] | None = None
    below: tuple[str, ...] = ()
    """The criteria whose minimum it does not reach; the score itself among them."""
    flips: tuple[str, ...] = ()
    """What would move it, without the name of an expert: the screen is seen by all who are in the room."""
    voices: tuple[Voice, ...] = field(default=())

    @property
    def stability(self) -> Mapping[str, Any] | None:
        return (self.found or {}).get("stability")

    @property
    def standing(self) -> Standing | None:
        return (self.found or {}).get("standing")

    @property
    def tied(self) -> int:
        """How many cases no rule tells from each other, this one among them; 0 where it stands alone."""
        others = (self.found or {}).get("tied") or ()
        return len(others) + 1 if others else 0


def in_order(view: View) -> list[Heard]:
    """The members, group by group and best first; those without a place last, as they stand in the list."""
    rows = members.rows(view.tx, view.row["id"])
    hosts: dict[int, View | None] = {}
    kept = {
        case_id: one
        for case_id, one in panel_results.of_members(view.tx, [row["id"] for row in rows]).items()
        if _runs(view, one["host"], hosts) is not None
    }
    found = [_heard(view, row, kept.get(row["id"]), hosts) for row in rows]
    position = {row["id"]: at for at, row in enumerate(rows)}
    groups = {title: at for at, title in enumerate(sorted({one.group for one in found}))}
    return sorted(found, key=lambda one: (groups[one.group], one.place or _LAST, position[one.row["id"]]))


def voices(view: View, one: Heard, apart_from: Action) -> list[Voice]:
    """What was said of a case in this procedure and in the one in which a panel came to its result."""
    hosts = [view]
    if one.found is not None and one.found["host"] != view.row["id"]:
        hosts.insert(0, load(view.tx, view.ground, view.actor, one.found["host"]))
    return [
        voice
        for host in hosts
        for voice in (
            *_of_panels(host, one.row["id"]),
            *_said(host, one.row["id"], apart_from if host is view else None),
        )
    ]


def _of_panels(host: View, case_id: int) -> Iterable[Voice]:
    """The opinion that a panel signed, and who differed without a name, for who runs the panel."""
    keys, number = host.ground.keys, host.row["id"]
    for panel_id, panel in host.definition.panels.items() if collective.manages_panel(host) else ():
        title = drawing.named(panel.title)
        drafted = remarks.opinions(remarks.rows(host.tx, number, panel_id)).get(case_id)
        if drafted is not None:
            yield Voice(title, drawing.t("meeting.opinion"), _text(remarks.words(keys, drafted)))
        for signature in panel_signatures.of_panel(host.tx, number, panel_id):
            said = panel_signatures.words(keys, signature.signed) if signature.signed is not None else {}
            if text := said.get(str(case_id)):
                yield Voice(title, drawing.t("meeting.dissent"), _text(text))


def _text(text: str) -> Shown:
    return Shown("text", text=show.both(text))


def _said(host: View, case_id: int, apart_from: Action | None) -> Iterable[Voice]:
    known, seen = host.facts(), set()
    for action in record.acts(host.definition):
        store = action.store or action.id
        if action == apart_from or not effects(action).isdisjoint(OWN_ROWS) or action.appends:
            continue
        for question in action.asks.values():
            said = (known.get(store, {}).get(question.id) or {}) if question.type == "members" else {}
            given = said.get(str(case_id)) or {} if isinstance(said, Mapping) else {}
            for column in question.columns.values():
                if given.get(column.id) in (None, "", [], False) or (store, question.id, column.id) in seen:
                    continue
                seen.add((store, question.id, column.id))
                shown = answers.shown(host.tx, host.ground, column, given[column.id])
                yield Voice(drawing.named(action.title), drawing.named(column.label), shown)


def _heard(view: View, row: RowMapping, found: Mapping[str, Any] | None, hosts: Mapping[int, View | None]) -> Heard:
    if found is None:
        panel = next((one for one in view.definition.panels.values()), None)
        group = str(row["data"].get("group") or "")
        return Heard(
            row,
            panel_boards.group_title(view, panel, row, group) if panel is not None and group else "",
            row["data"].get("score") or collective.evaluated(row, "score"),
            row["data"].get("place") or collective.evaluated(row, "place"),
        )
    host = hosts[found["host"]] or view
    panel = host.definition.panels[found["panel"]]
    titles = {name: drawing.named(one.title) for name, one in panel.rubric.items()}
    below = tuple(
        titles.get(name, "") if name is not None else drawing.t("panel_result.total") for name in found["below"]
    )
    return Heard(
        row,
        panel_boards.group_title(view, panel, row, found["group"]),
        found["score"],
        found["place"],
        found,
        below,
        tuple(_flips(found, titles)),
    )


def _flips(found: Mapping[str, Any], titles: Mapping[str, str]) -> Iterable[str]:
    flips = (found["stability"] or {}).get("flips", ())
    criteria = [titles.get(one["criterion"], "") for one in flips if one["criterion"] is not None]
    return panel_boards.flips_unnamed(len(flips) - len(criteria), len(found["totals"]), criteria)


def _runs(view: View, host_id: int, hosts: dict[int, View | None]) -> View | None:
    """A procedure whose panel the reader runs; none where the reader does not."""
    if host_id not in hosts:
        try:
            host = view if host_id == view.row["id"] else load(view.tx, view.ground, view.actor, host_id)
        except NotHere:
            host = None
        hosts[host_id] = host if host is not None and collective.manages_panel(host) else None
    return hosts[host_id]
