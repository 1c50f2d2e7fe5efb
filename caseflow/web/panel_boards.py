"""The ranking of a panel ready to be read: group by group every case with its totals, its place and what that hangs on.

For those who run the panel: it names the experts. Whoever else reads of it reads something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caseflow.cases import members, panel_results, paths, ranking, scores, show
from caseflow.cases.ranking import Worked
from caseflow.cases.view import View
from caseflow.evaluation.ranking import Place
from caseflow.evaluation.sheets import Shortfall
from caseflow.evaluation.stability import CaseStability, Without
from caseflow.web import drawing
from caseflow.web.act_context import effects
from caseflow.web.act_form import blank_move
from caseflow.workflow.panel import Panel


@dataclass(frozen=True, slots=True)
class RankedCase:
    """One case in its group."""

    row: Any
    place: Place
    score: Decimal | None
    second: Decimal | None
    """The figure beside the score, where the panel has one."""
    totals: list[dict[str, Any]]
    """Each sheet as typed, with ``name`` and ``dropped``, the highest total first."""
    abstained: list[dict[str, str]]
    apart: list[tuple[str, Decimal | None]]
    """The criteria that are no part of the total."""
    below: list[str]
    """The minimums that it does not reach."""
    stable: CaseStability | None
    flips: list[str]
    """What would move it to another side of the line, in words."""
    decided_by: str
    """By what it is told from a case with the same score."""

    @property
    def counted(self) -> int:
        """How many of its totals count."""
        return sum(not one["dropped"] for one in self.totals)


@dataclass(frozen=True, slots=True)
class Board:
    """One group of cases that are ranked with each other. ``line``: the places for which they stand, if it is known."""

    title: str
    line: int | None
    cases: list[RankedCase]
    line_after: Any
    """The number of the last case inside the line; None where no case is, or there is no line."""


@dataclass(frozen=True, slots=True)
class Panelled:
    """A panel with what it came to by the sheets that are in, and with what was kept of it."""

    id: str
    panel: Panel
    worked: Worked
    boards: list[Board]
    kept: list[Any]
    """Every result that was worked out, the last first."""
    current: bool
    """The last result is what comes of the sheets that count now."""
    names: Mapping[int, str]


def of_view(view: View) -> list[Panelled]:
    """Every panel of a case over many cases."""
    rows = {row["id"]: row for row in members.rows(view.tx, view.row["id"])}
    return [_panelled(view, panel_id, panel, rows) for panel_id, panel in view.definition.panels.items()]


def _panelled(view: View, panel_id: str, panel: Panel, rows: Mapping[int, Any]) -> Panelled:
    kept = panel_results.history(view.tx, view.row["id"], panel_id)
    over = kept and not _ranks_again(view)  # other rounds take places by now: the line is that of the result
    worked = ranking.work_out(blank_move(view), panel_id, panel_results.lines(kept[0]) if over else None)
    names = {sheet["person_id"]: sheet["name"] for given in worked.given.values() for sheet in given}
    cases: dict[str, list[RankedCase]] = {}
    stable = worked.outcome.stable
    for one in worked.places:
        cases.setdefault(one.group, []).append(_case(view, worked, rows, one, stable.get(one.key), names))
    boards = [
        Board(group_title(view, panel, own[0].row, group), worked.lines.get(group), own, _last(own))
        for group, own in cases.items()
    ]
    current = bool(kept) and kept[0]["body"] == panel_results.told(worked)
    return Panelled(panel_id, panel, worked, boards, kept, current, names)


def _ranks_again(view: View) -> bool:
    """Whether some way leads from where the case stands to an act that works the scores out."""
    seen, waiting = set[str](), [view.row["state"]]
    while waiting:
        state = waiting.pop()
        if state in seen or state not in view.definition.states:
            continue
        seen.add(state)
        for action in view.definition.actions_in(state):
            if "rank_members" in effects(action):
                return True
            waiting += [action.to] if action.to else []
    return False


def _case(
    view: View,
    worked: Worked,
    rows: Mapping[int, Any],
    one: Place,
    stable: CaseStability | None,
    names: Mapping[int, str],
) -> RankedCase:
    scored = worked.scored[one.key]
    dropped = {line.expert: line.counted == 0 for line in scored.lines}
    totals, abstained = [], []
    for sheet in worked.given[one.key]:
        typed = scores.typed(view.ground.keys, worked.panel, sheet)
        if sheet["abstained"]:
            abstained.append({"name": sheet["name"], "why": typed["why"]})
        else:
            totals.append({**typed, "name": sheet["name"], "dropped": dropped[sheet["person_id"]]})
    totals.sort(key=lambda found: -found["total"])
    rubric = worked.panel.rubric
    return RankedCase(
        rows[one.key],
        one,
        scored.score,
        worked.outcome.second.get(one.key),
        totals,
        abstained,
        [(drawing.named(rubric[figure.criterion].title), figure.figure) for figure in scored.independent],
        [_below(worked.panel, short) for short in scored.shortfalls],
        stable,
        [flip(worked.panel, found, names) for found in stable.flips] if stable is not None else [],
        drawing.named(rubric[one.decided_by.removeprefix("criterion.")].title) if one.decided_by else "",
    )


def flip(panel: Panel, found: Without, names: Mapping[int, str]) -> str:
    """Without whom, or without what, a case would stand elsewhere."""
    if found.criterion is not None:
        what = drawing.t("panel_result.without_criterion", criterion=drawing.named(panel.rubric[found.criterion].title))
    else:
        what = drawing.t("panel_result.without_expert", name=names.get(found.expert or 0, ""))
    if found.place is None:
        return drawing.t("panel_result.flip_out", what=what)
    stands = drawing.t(f"panel_result.standing.{found.standing}") if found.standing else ""
    return drawing.t("panel_result.flip", what=what, place=found.place, stands=stands)


def flips_unnamed(experts: int, of: int, criteria: Iterable[str]) -> Iterator[str]:
    """What would move a case to another side of the line, where others than those who run the panel read it too.

    ``experts``: how many of ``of`` experts would, each alone; ``criteria``: the titles of those that would.
    """
    if experts:
        yield drawing.t("panel_result.flips_experts", n=experts, all=of)
    for title in criteria:
        yield drawing.t("panel_result.flips_criterion", criterion=title)


def group_title(view: View, panel: Panel, row: Mapping[Any, Any], code: str) -> str:
    """The group of a member as people call it: the answer by which the panel ranks, in words."""
    inside = view.ground.definition(view.tx, row["definition_id"]).definition
    question = paths.question(inside, panel.rank_within) if panel.rank_within is not None else None
    return drawing.named(show.value(view.ground, question, code)) if question is not None else code


def _below(panel: Panel, short: Shortfall) -> str:
    if short.criterion is None:
        return drawing.t("panel_result.below_total", figure=short.figure, minimum=short.minimum)
    title = drawing.named(panel.rubric[short.criterion].title)
    return drawing.t("panel_result.below", criterion=title, figure=short.figure, minimum=short.minimum)


def _last(cases: list[RankedCase]) -> Any:
    inside = [one.row["id"] for one in cases if one.place.standing == "inside"]
    return inside[-1] if inside else None
