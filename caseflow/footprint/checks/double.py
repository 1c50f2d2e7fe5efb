"""R08: nothing is counted twice, and green electricity is green."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from caseflow.footprint import units
from caseflow.footprint.factors import Factor
from caseflow.footprint.finding import Finding, at, figure, finding
from caseflow.footprint.line import Line
from caseflow.footprint.own import OwnFactor
from caseflow.footprint.plain import decimal_text
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study
from caseflow.footprint.weights import quoted

_HEAT = ("steam", "heat")
Quoted = list[tuple[Line, Factor | OwnFactor]]


def twice(study: Study) -> Iterator[Finding]:
    """One meter read into two lines, or the same line written twice."""
    by_meter: dict[str, Line] = {}
    by_content: dict[tuple[str, ...], Line] = {}
    terms = {line.id for material in study.recycling for line in material.activity}
    for line in study.activity:
        first = by_meter.setdefault(line.meter.casefold(), line) if line.meter else line
        if first is not line:
            values = {"line": line.name, "other": first.name, "meter": line.meter}
            yield finding("R08-meter", "block", "meter_twice", at(line), **values)
        own = f"{decimal_text(line.own.value)}/{line.own.unit}" if line.own else ""
        weighed = line.factor or line.gas or own
        content = (line.stage, line.process, line.name.casefold(), decimal_text(line.amount), line.unit, weighed)
        same = line if line.id in terms else by_content.setdefault(content, line)
        if same is not line:
            values = {"line": line.name, "first": same.id, "second": line.id}
            yield finding("R08", "warning", "line_twice", at(line), **values)


def overlaps(study: Study, shelf: Shelf) -> Iterator[Finding]:
    """Factors that cover the same emission: a fuel burnt and from cradle to grave, steam and the fuel that made it."""
    lines = [(line, found) for line in study.activity if (found := quoted(line, study, shelf)) is not None]
    yield from _burnt_twice(lines)
    yield from _steam_and_fuel(lines)
    partial, mixes = _partial(shelf), _mixes(shelf)
    yield from _grid_twice(lines, mixes, partial)
    for line, found in lines:
        is_mix = isinstance(found, Factor) and found.series in mixes
        yield from _green(line, study, partial, is_mix=is_mix)
    yield from _beyond(study)


def _burnt_twice(lines: Quoted) -> Iterator[Finding]:
    burnt = [(line, found) for line, found in lines if found.kind == "combustion"]
    whole = [(line, found) for line, found in lines if found.kind == "footprint" and found.reach == "cradle_to_grave"]
    for line, _ in whole:
        for other, _ in burnt:
            if _same_thing(line, other):
                values = {"line": line.name, "other": other.name}
                yield finding("R08-fuel", "block", "fuel_twice", at(line), **values)


def _same_thing(one: Line, other: Line) -> bool:
    if one.carrier and other.carrier:
        return one.carrier == other.carrier
    ratio = units.ratio(one.unit, other.unit)
    return ratio is not None and one.amount * ratio.numerator == other.amount * ratio.denominator


def _steam_and_fuel(lines: Quoted) -> Iterator[Finding]:
    burnt = [line for line, found in lines if found.kind == "combustion"]
    for line, _ in lines:
        made_here = line.carrier in _HEAT and line.supply is not None and line.supply.source == "on_site"
        fuel = next((one for one in burnt if one.stage == line.stage), None)
        if made_here and fuel:
            yield finding("R08-steam", "block", "steam_and_fuel", at(line), line=line.name, other=fuel.name)


def _grid_twice(lines: Quoted, mixes: set[str], partial: set[str]) -> Iterator[Finding]:
    """The mix of the grid has transmission and every generation type in it already."""
    mixed = [line for line, found in lines if isinstance(found, Factor) and found.series in mixes]
    for line, _ in lines:
        if line.factor not in partial or line.supply is not None:
            continue
        other = next((one for one in mixed if _same_thing(one, line)), None)
        if other is not None:
            yield finding("R08-grid", "block", "grid_twice", at(line), line=line.name, other=other.name)


def _green(line: Line, study: Study, partial: set[str], *, is_mix: bool) -> Iterator[Finding]:
    """Electricity by another factor than the mix: made on site, by a direct line, or under a redeemed contract."""
    supply = line.supply
    if supply is None:
        if line.factor in partial:
            yield finding("R08-green", "block", "green_unproven", at(line), line=line.name)
        return
    values = {"line": line.name, "instrument": supply.instrument}
    if supply.sold and is_mix:
        pass  # its attributes are somebody else's, and it is weighed as what it is now
    elif supply.sold:
        yield finding("R08-green", "block", "green_sold", at(line), **values)
    elif supply.source == "contract" and not (supply.instrument and supply.redeemed):
        yield finding("R08-green", "block", "green_unredeemed", at(line), **values)
    elif supply.source == "contract" and not _covers(line, study):
        dates = [day.isoformat() if day else "…" for day in (supply.begins, supply.ends)]
        got = "–".join(dates)
        needed = f"{study.period_from.isoformat()}–{study.period_to.isoformat()}"
        yield finding("R08-green", "block", "green_other_period", at(line), **values, got=got, expected=needed)
    elif supply.source in ("residual", "mix") and line.factor in partial:
        yield finding("R08-green", "block", "mix_by_part", at(line), **values)
    if supply.region and study.region and supply.source == "contract" and supply.region != study.region:
        yield finding("R08-market", "info", "green_other_market", at(line), **values, got=supply.region)


def _beyond(study: Study) -> Iterator[Finding]:
    """More electricity under an instrument than it stands for."""
    under: dict[str, list[Line]] = {}
    for line in study.activity:
        if line.supply and line.supply.instrument:
            under.setdefault(line.supply.instrument, []).append(line)
    for instrument, lines in under.items():
        stated = next(((line, line.supply) for line in lines if line.supply and line.supply.quantity is not None), None)
        if stated is None:
            continue
        line, supply = stated
        taken = sum((Fraction(one.amount) * (units.ratio(one.unit, supply.unit) or 0) for one in lines), Fraction(0))
        most = Fraction(supply.quantity or 0)
        if taken > most:
            values = {"line": line.name, "instrument": instrument, "unit": supply.unit}
            values |= {"got": figure(float(taken)), "expected": f"≤{figure(float(most))}"}
            yield finding("R08-volume", "block", "green_beyond", at(line), **values)


def _covers(line: Line, study: Study) -> bool:
    supply = line.supply
    if supply is None or supply.begins is None or supply.ends is None:
        return False
    return supply.begins <= study.period_from and supply.ends >= study.period_to


def _mixes(shelf: Shelf) -> set[str]:
    """Series of grid mixes: those that a CO2 factor names as what is due in its place."""
    return {factor.due.partition("/")[0] for factor in shelf.factors.search(kind="co2") if factor.due}


def _partial(shelf: Shelf) -> set[str]:
    """References of generation types and of the grid alone: published in one table with the mix that holds them."""
    mixes = _mixes(shelf)
    found: set[str] = set()
    for release in shelf.factors.releases:
        measures = {(one.kind, one.unit) for one in release.factors if one.series in mixes}
        found |= {one.ref for one in release.factors if (one.kind, one.unit) in measures and one.series not in mixes}
    return found
