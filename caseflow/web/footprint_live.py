"""What the typed lines come to so far: for the page, and for the script that keeps it up to date while one types."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caseflow.cases.findings import rule_of
from caseflow.cases.view import View
from caseflow.footprint import study as studies
from caseflow.footprint.calculation import calculate
from caseflow.footprint.context import Context
from caseflow.footprint.finding import Finding
from caseflow.footprint.findings import review
from caseflow.footprint.gate import Gate, gate
from caseflow.footprint.results import Comparison, LineResult, Result, compare
from caseflow.footprint.study import Study
from caseflow.studies.rule import Rule
from caseflow.web import drawing, footprint_form
from caseflow.web.footprint_form import Pairs
from caseflow.words import Message, Refused

FIRST = 12
"""Findings that are shown at once."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding for the page; ``start`` begins the names of the inputs of the line it is about."""

    check: str
    severity: str
    text: str
    advice: str
    start: str
    line: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a study comes to, for the page."""

    study: Study
    result: Result
    comparison: Comparison
    gate: Gate
    remarks: list[Remark]
    lines: dict[str, LineResult]
    """By the start of the line's inputs."""

    @property
    def declared(self) -> Decimal | None:
        return self.study.declared

    @property
    def deviation(self) -> str:
        return f"{self.comparison.deviation:+.2f}" if self.comparison.deviation is not None else ""

    @property
    def over(self) -> bool:
        return self.comparison.over

    @property
    def largest(self) -> float:
        return max((abs(stage.total) for stage in self.result.stages), default=0.0)

    @property
    def others(self) -> list[LineResult]:
        """The lines of processes, which the page shows and does not edit."""
        return [line for line in self.result.lines if line.process]


def outcome(view: View, pairs: Pairs) -> Outcome | tuple[Message, ...]:
    """What the typed lines come to; or why they cannot be read, each reason with its input."""
    typed = footprint_form.plain(pairs)
    try:
        study = studies.read(typed.data)
    except Refused as refusal:
        return tuple(footprint_form.placed(reason, typed.starts) for reason in refusal.reasons)
    return of_study(view, study, typed.by_line)


def of_study(view: View, study: Study, starts: dict[str, str]) -> Outcome:
    shelf, rule = view.shelf, rule_for(view)
    result = calculate(study, shelf)
    # Compared with nobody else's studies: those are for the reviewer alone.
    required = view.ground.required.get(study.product_code, ()) if rule.requires else ()
    found = review(study, result, shelf, rule.tolerance, rule.thresholds, Context(required=required))
    return Outcome(
        study,
        result,
        compare(study.declared, result.total, rule.tolerance),
        gate(found, blocks=rule.blocks),
        [_remark(one, study, starts) for one in found],
        {starts[line.id]: line for line in result.lines if line.id in starts},
    )


def rule_for(view: View) -> Rule:
    """By what the study will be judged: as the workflow has written it first, else the program's own rule."""
    written = next((state.calculates for state in view.definition.states.values() if state.calculates), None)
    return rule_of(written) if written else Rule()


def _remark(found: Finding, study: Study, starts: dict[str, str]) -> Remark:
    name = next((line.name for line in study.activity if line.id == found.line), "") if found.line else ""
    return Remark(
        found.check,
        found.severity,
        drawing.say(found.message),
        drawing.say(found.advice),
        starts.get(found.line, ""),
        name,
    )


def told(found: Outcome | tuple[Message, ...]) -> dict[str, Any]:
    """The same as plain JSON, for the script of the page."""
    if not isinstance(found, Outcome):
        texts = [{"at": str(one.values.get("input", "")), "text": drawing.say(one)} for one in found]
        return {"total": None, "wrong": texts[:FIRST], "wrong_count": len(texts)}
    return {
        "total": figure(found.result.total),
        "deviation": f"{found.deviation} %" if found.deviation else "–",
        "over": found.over,
        "status": found.gate.status,
        "status_text": drawing.t(f"footprint_web.gate.{found.gate.status}"),
        "next": drawing.say(found.gate.next_action),
        "stages": {
            stage.id: {
                "kg": figure(stage.total) if stage.lines else "–",
                "share": f"{stage.shown} %" if stage.shown is not None and stage.lines else "–",
                "bar": f"{100 * abs(stage.total) / found.largest:.2f}" if found.largest and stage.lines else "0",
                "credit": stage.total < 0,
            }
            for stage in found.result.stages
        },
        "lines": {start: _line(line) for start, line in found.lines.items()},
        "findings": [
            {
                "check": one.check,
                "severity": one.severity,
                "word": drawing.t(f"footprint_web.severity.{one.severity}"),
                "text": one.text,
                "advice": one.advice,
                "at": one.start,
            }
            for one in found.remarks[:FIRST]
        ],
        "count": drawing.t("footprint_web.findings", n=len(found.remarks)),
    }


def _line(line: LineResult) -> dict[str, str]:
    return {
        "kg": figure(line.kg) if line.kg is not None else "",
        "share": percent(line.share),
        "problem": drawing.say(line.problem) if line.problem else "",
    }


def figure(value: float | Decimal | None) -> str:
    """A figure to read: five significant digits, grouped, without an exponent."""
    return "–" if value is None else f"{Decimal(f'{float(value):.5g}'):,f}"


def percent(share: float | None, *, signed: bool = False) -> str:
    """A share of one in percent with one digit; what rounds to nothing has no sign."""
    if share is None:
        return ""
    text = f"{share * 100:{'+' if signed else ''}.1f}"
    return f"{'0.0' if float(text) == 0 else text} %"
