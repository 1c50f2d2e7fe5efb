"""What ``period_between`` names: two dates that the case or the act itself says, and periods."""

from __future__ import annotations

from caseflow.workflow.parameters import is_parameter, name_of
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action
from caseflow.workflow.report import Report, gathered, paths
from caseflow.workflow.spans import ANSWERS, ASKS, BOUNDS, TODAY, Span


def check(report: Report) -> None:
    for place, _, action in report.actions():
        for number, need in enumerate(action.needs):
            if isinstance(need, Call) and need.name == ASKS:
                _asked(report, action, need, (*place, "needs", number, ASKS))


def _asked(report: Report, action: Action, need: Call, place: Place) -> None:
    meant = Span.read(need)
    if meant is None:
        report.say("argument_wrong", place, name=need.name, kind="between")
        return
    for key, path in meant.ends:
        if path != TODAY:
            _date(report, action, path, (*place, key))
    for key in BOUNDS:
        written = getattr(meant, key)
        if written is not None and is_parameter(written):
            name, known, at = name_of(written), report.definition.parameters, (*place, key)
            if report.known("unknown_parameter", name, known, at) and known[name].type != "period":
                report.say("parameter_kind", at, name=name, type=known[name].type)


def _date(report: Report, action: Action, path: str, place: Place) -> None:
    """A path leads to one date."""
    known = {f"{ANSWERS}{one.id}": one for one in action.asks.values()} | dict(paths(report.definition))
    if not report.known("unknown_path", path, known, place):
        return
    if known[path].type != "date":
        report.say("between_no_date", place, path=path, type=known[path].type)
    elif path.partition(".")[0] in gathered(report.definition):
        report.say("entries_here", place, path=path)
