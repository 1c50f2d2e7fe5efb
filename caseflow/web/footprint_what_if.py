"""What if: other amounts, factors or electricity, and what comes out beside what comes out now. Nothing is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, g, render_template, request

from caseflow.cases.view import View
from caseflow.footprint import scenarios
from caseflow.footprint.calculation import calculate
from caseflow.footprint.factors import Co2Factor, Factor
from caseflow.footprint.line import Line
from caseflow.footprint.own import OWN
from caseflow.footprint.plain import decimal_text, number
from caseflow.footprint.results import Result
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study
from caseflow.web import applicant, drawing, footprint, footprint_form, footprint_live, footprint_search, shell
from caseflow.web.footprint_live import Outcome, figure, percent
from caseflow.web.shell import page
from caseflow.words import Message

blueprint = Blueprint("footprint_what_if", __name__)

_WHOLE = Decimal(100)
_ELECTRICITY = "electricity"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure now and then, in kgCO2e per functional unit; ``share``: the difference in percent of now."""

    name: str
    before: float
    after: float

    @property
    def difference(self) -> float:
        return self.after - self.before

    @property
    def share(self) -> str:
        return percent(self.difference / abs(self.before), signed=True) if self.before else "–"


@page(
    blueprint,
    "/cases/<int:case_id>/footprint/what-if",
    methods=("GET", "POST"),
    policy=shell.signed_in,
    own_transactions=True,
)
def what_if(case_id: int) -> Any:
    with shell.reading() as tx:
        g.tx = tx
        view = applicant.own(case_id)
        if not view.definition.footprint:
            abort(404)
        body = _drawn(view)
    g.tx = None
    return body, 422 if g.errors else 200


def _drawn(view: View) -> str:
    _, pairs, _ = footprint.typed(view)
    now = footprint_live.outcome(view, pairs)
    if not isinstance(now, Outcome):
        return render_template("applicant/footprint_what_if.html", view=view, now=None)
    shelf = view.shelf
    given = {name: text.strip() for name, text in request.values.items() if text.strip()}
    study, wrong = changed(now.study, shelf, given)
    g.errors = wrong
    after = calculate(study, shelf) if study != now.study and not wrong else None
    return render_template(
        "applicant/footprint_what_if.html",
        view=view,
        now=now,
        given=given,
        after=after,
        total=Change("", now.result.total, after.total) if after else None,
        stages=_stages(now.result, after) if after else [],
        problems=[line for line in after.lines if line.problem] if after else [],
        changes=_lines(now.result, after) if after else [],
        figures={line.id: line for line in now.result.lines},
        lines=_given(now.study),
        labels={line.id: _label(line, now.study, shelf) for line in _given(now.study)},
        factors=[footprint_search.label(hit.factor) for hit in footprint_search.search(shelf, "") if not hit.refusal],
        mixes=[(one.ref, footprint_search.label(one)) for one in _mixes(shelf)],
        decimal_text=decimal_text,
        figure=figure,
    )


def changed(study: Study, shelf: Shelf, given: Mapping[str, str]) -> tuple[Study, list[tuple[str, Message]]]:
    """The study with what was ``given`` (``amount-ID``, ``percent-ID``, ``factor-ID``, ``electricity``,
    ``electricity_share``), and what of it cannot be used, each with its input.
    """
    wrong: list[tuple[str, Message]] = []
    power = _factor(study, shelf, given, "electricity", wrong)
    share = _figure(given, "electricity_share", "if_share", wrong)
    if share is not None and not 0 <= share <= _WHOLE:
        wrong.append(("electricity_share", _cannot(given["electricity_share"], "if_share")))
    for line in _given(study):
        amount = _figure(given, f"amount-{line.id}", "if_amount", wrong)
        percent = _figure(given, f"percent-{line.id}", "if_percent", wrong)
        if amount is not None and percent is not None:
            wrong.append((f"amount-{line.id}", Message("footprint_web.if_both", {"line": line.name})))
        if percent is not None:
            amount = line.amount * (_WHOLE + percent) / _WHOLE
        if amount is not None:
            study = scenarios.with_amount(study, line.id, amount)
        if factor := _factor(study, shelf, given, f"factor-{line.id}", wrong):
            study = scenarios.with_factor(study, line.id, factor)
        elif power and _is_electric(line, shelf):
            study = _switched(study, line.id, power, _WHOLE if share is None else share)
    return study, wrong


def _figure(given: Mapping[str, str], name: str, word: str, wrong: list[tuple[str, Message]]) -> Decimal | None:
    text = given.get(name, "")
    found = number(text) if text else None
    if text and found is None:
        wrong.append((name, _cannot(text, word)))
    return found


def _cannot(text: str, word: str) -> Message:
    return Message("footprint_web.if_wrong", {"got": text[:60], "field": Message(f"footprint_web.{word}")})


def _factor(
    study: Study, shelf: Shelf, given: Mapping[str, str], name: str, wrong: list[tuple[str, Message]]
) -> str | None:
    text = footprint_form.reference(given.get(name, ""))
    if not text:
        return None
    if text.startswith(f"{OWN}/") and study.own_factor(text):
        return text
    found = footprint_search.named(shelf, text)
    if found is None:
        wrong.append((name, Message("footprint_web.if_unknown", {"got": text[:60]})))
    return found.ref if found else None


def _switched(study: Study, id_: str, factor: str, share: Decimal) -> Study:
    """The share (percent) of a line's amount weighed by another factor, as a line of its own."""
    part = share / _WHOLE

    def switched(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        found: list[Line] = []
        for line in lines:
            if line.id != id_:
                found.append(line)
                continue
            plain = replace(line, formula="", transport=None)
            if part < 1:
                found.append(replace(plain, amount=line.amount * (1 - part)))
            if part > 0:
                own = f"{line.id}~" if part < 1 else line.id
                found.append(replace(plain, id=own, amount=line.amount * part, factor=factor, own=None, gas=""))
        return tuple(found)

    processes = tuple(replace(one, lines=switched(one.lines)) for one in study.processes)
    return replace(study, lines=switched(study.lines), processes=processes)


def _given(study: Study) -> tuple[Line, ...]:
    """Every line that was typed, those of the processes too."""
    return (*study.lines, *(line for one in study.processes for line in one.lines))


def _is_electric(line: Line, shelf: Shelf) -> bool:
    official = shelf.factors.get(line.factor)
    return line.carrier == _ELECTRICITY or (official is not None and official.series.startswith(_ELECTRICITY))


def _mixes(shelf: Shelf) -> list[Factor]:
    """The factors of electricity that may weigh a line, the newest first."""
    every = [factor for release in shelf.factors.releases for factor in release.factors]
    fit = [one for one in every if one.series.startswith(_ELECTRICITY) and not isinstance(one, Co2Factor)]
    return sorted(fit, key=lambda one: -one.year)


def _stages(now: Result, after: Result) -> list[Change]:
    then = {stage.id: stage.total for stage in after.stages}
    return [
        Change(drawing.named(stage.title), stage.total, then.get(stage.id, 0.0))
        for stage in now.stages
        if stage.lines or then.get(stage.id)
    ]


def _lines(now: Result, after: Result) -> list[Change]:
    """The lines that change, what was split off them counted with them; the greatest difference first."""
    then: dict[str, float] = {}
    for line in after.lines:
        key = line.id.removesuffix("~")
        then[key] = then.get(key, 0.0) + (line.kg or 0.0)
    found = [Change(line.name, line.kg or 0.0, then.get(line.id, 0.0)) for line in now.lines]
    return sorted((one for one in found if one.difference), key=lambda one: -abs(one.difference))


def _label(line: Line, study: Study, shelf: Shelf) -> str:
    official = shelf.factors.get(line.factor)
    if official is not None:
        return footprint_search.label(official)
    own = line.own or study.own_factor(line.factor)
    return (
        f"{own.name or drawing.t('footprint_web.own')} {decimal_text(own.value)} kgCO₂e/{drawing.written(own.unit)}"
        if own
        else ""
    )
