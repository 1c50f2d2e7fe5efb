"""Samples that an act draws: of a table of the dossier, as many rows as a whole number says."""

from __future__ import annotations

from caseflow.workflow import lookups, sampling
from caseflow.workflow.parameters import is_parameter, name_of
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.proof.lookup_checks import store
from caseflow.workflow.report import Report, paths


def argument(report: Report, call: Call, place: Place) -> None:
    """The argument of a call that draws a sample."""
    meant = sampling.Sample.read(call)
    if meant is None:
        report.say("argument_wrong", place, name=call.name, kind="sample")
        return
    known, parameters = paths(report.definition), report.definition.parameters
    tables = [path for path, field in known.items() if path.startswith("dossier.") and field.type == "table"]
    if report.known("unknown_path", meant.of, known, (*place, "of")) and meant.of not in tables:
        report.say("of_no_table", (*place, "of"), path=meant.of)
    at: Place = (*place, "size")
    if is_parameter(meant.size):
        name = name_of(meant.size)
        if report.known("unknown_parameter", name, parameters, at) and parameters[name].type != "integer":
            report.say("parameter_kind", at, name=name, type=parameters[name].type)
    elif report.known("unknown_path", meant.size, known, at) and known[meant.size].type != "integer":
        report.say("question_type", at, name=meant.size, type=known[meant.size].type, wanted=["integer"])
    others = {name for name, one in sampling.samples(report.definition).items() if one.of != meant.of}
    store(report, meant.into, place, taken=meant.into in {*others, *lookups.takes(report.definition)})
