"""Factors that an act publishes or retires: every path is there and fits, and what is retired was published."""

from __future__ import annotations

from caseflow.workflow import lookups, publishing, sampling
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.proof.lookup_checks import store
from caseflow.workflow.publishing import PublishedFactor, RetiredFactor
from caseflow.workflow.report import Report, paths


def argument(report: Report, call: Call, place: Place) -> None:
    """The argument of ``publish_factor`` and ``retire_factor``."""
    meant, retired = PublishedFactor.read(call), RetiredFactor.read(call)
    definition = report.definition
    if retired is not None:
        report.known("unknown_factor", retired.of, publishing.published(definition), (*place, "of"))
        _paths(report, {"document": retired.document}, place)
    elif meant is not None:
        _paths(report, meant.paths(), place)
        taken = {*lookups.takes(definition), *sampling.samples(definition)}
        store(report, meant.into, place, taken=meant.into in taken)
    else:
        report.say("argument_wrong", place, name=call.name, kind="factor")


def _paths(report: Report, said: dict[str, str], place: Place) -> None:
    known = paths(report.definition)
    for key, path in said.items():
        wanted = publishing.TAKES[key]
        if not report.known("unknown_path", path, known, place):
            continue
        if known[path].type not in wanted:
            report.say("question_type", place, name=path, type=known[path].type, wanted=list(wanted))
            continue
        for choice in known[path].choices if key in report.vocabulary.codes else ():
            report.known("unknown_code", choice, report.vocabulary.codes[key], place)
