"""How letters are served, and clocks that a date starts: that there is such a date, and that it can come to be."""

from __future__ import annotations

from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Clock
from caseflow.workflow.report import SERVED, Report, gathered, paths
from caseflow.workflow.running import clocks

ANNOUNCED = "announcement"


def check(report: Report) -> None:
    for letter in report.definition.letters.values():
        rule, place = letter.service, ("letters", letter.id, "service")
        if rule is None:
            continue
        if not rule.ways:
            report.say("no_ways", (*place, "ways"))
        if (ANNOUNCED in rule.ways) != (rule.deemed is not None):
            report.say("announced_when", place)
    for state in report.definition.states.values():
        if state.publicity is not None and state.publicity.suspended_by is not None:
            name = state.publicity.suspended_by
            at: Place = ("states", state.id, "publicity", "suspended_by")
            if report.known("unknown_duty", name, state.duties, at) and state.duties[name].on_entry:
                report.say("suspended_from_start", at, name=name)
    for one in clocks(report.definition).values():
        _clock(report, one.clock, one.place)


def _clock(report: Report, clock: Clock, place: Place) -> None:
    if clock.ends_on != "next_workday" and (clock.limit is None or "workday" in clock.limit):
        report.say("never_ends_on_day_off", (*place, "ends_on"), value=clock.ends_on)
    if clock.starts is None:
        return
    known, at = paths(report.definition), (*place, "starts")
    store = clock.starts.split(".")[0]
    if not report.known("unknown_path", clock.starts, known, at):
        return
    if known[clock.starts].type != "date":
        report.say("starts_no_date", at, path=clock.starts, type=known[clock.starts].type)
    elif store in gathered(report.definition):
        report.say("entries_here", at, path=clock.starts)
    if clock.limit is None:
        report.say("starts_without_limit", at)
    if store == SERVED and not _issued(report, clock.starts.split(".")[1]):
        report.say("served_never_issued", at, name=clock.starts.split(".")[1])


def _issued(report: Report, letter: str) -> bool:
    return any(call.argument == letter for _, _, action in report.actions() for call in action.then)
