"""Duties that others than all settle, and votes: that they can be carried, lost, and kept secret."""

from __future__ import annotations

from fractions import Fraction

from caseflow.workflow.beside import Vote
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, Duty, State
from caseflow.workflow.report import Report

DONE, FAILED = "duty_done", "vote_not_passed"


def check(report: Report, state: State, duty: Duty, place: Place) -> None:
    """What is wrong with the rule by which one duty is settled."""
    if duty.closes_rest and duty.counts == "all":
        report.say("closes_nothing", (*place, "closes_rest"))
    if not isinstance(duty.counts, Vote):
        for at, _, one in report.actions():
            for number in _needing(one, FAILED, duty):
                report.say("no_vote", (*at, "needs", number), name=duty.id)
        return
    at = (*place, "counts")
    rule, action = duty.counts, report.definition.action(state.id, duty.action)
    _shares(report, rule, at)
    if action is not None:
        _question(report, rule, action, at)
        if rule.secret:
            _secret(report, duty, rule, action, at)
    leaving = [one for one in report.definition.actions_in(state.id) if one.leads_to]
    if leaving and all(_needing(one, DONE, duty) for one in leaving):
        report.say("vote_without_loss", place, name=duty.id)


def _shares(report: Report, rule: Vote, place: Place) -> None:
    for key in ("of", "quorum"):
        share = getattr(rule, key)
        if share in (None, "majority"):
            continue
        if Fraction(share) > 1:
            report.say("share_too_great", (*place, key), value=share)
        elif key == "of" and Fraction(share) <= Fraction(1, 2):
            report.say("share_ties", (*place, key), value=share)


def _question(report: Report, rule: Vote, action: Action, place: Place) -> None:
    """For and abstaining are choices of one question that the settling act asks."""
    question, _, _ = rule.for_.partition(".")
    for key, path in (("for", rule.for_), ("abstain", rule.abstain)):
        if path is None:
            continue
        name, _, choice = path.partition(".")
        if not report.known("unknown_question", name, action.asks, (*place, key)):
            continue
        field = action.asks[name]
        if field.type != "choice" or field.personal or not field.required:
            report.say("vote_question", (*place, key), name=name)
        elif name != question or (key == "abstain" and path == rule.for_):
            report.say("vote_elsewhere", (*place, key), name=path)
        else:
            report.known("unknown_choice", choice, field.choices, (*place, key))


def _secret(report: Report, duty: Duty, rule: Vote, action: Action, place: Place) -> None:
    """Nothing beside the vote may be kept, and nothing may have to be taken back."""
    if not duty.on_entry:
        report.say("secret_needs_each", (*place, "secret"))
    question = rule.for_.partition(".")[0]
    beside = [name for name in action.asks if name != question]
    wrong = [
        key
        for key, there in (("signs", duty.signs), ("sign_off", action.sign_off), ("appends", action.appends))
        if there
    ]
    if beside or wrong:
        report.say("secret_with", (*place, "secret"), names=[*beside, *wrong])


def _needing(action: Action, guard: str, duty: Duty) -> list[int]:
    """Where an act asks for this guard of this duty."""
    return [
        number
        for number, need in enumerate(action.needs)
        if isinstance(need, Call) and need.name == guard and need.argument == duty.id
    ]
