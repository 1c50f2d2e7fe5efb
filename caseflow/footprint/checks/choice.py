"""R04: the kind of a factor. R05: its year, region and validity. R06: its own parameters. R13: potentials. R15: proxies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from statistics import median

from caseflow.footprint import fuels, units
from caseflow.footprint.factors import Factor
from caseflow.footprint.finding import Finding, Severity, at, finding
from caseflow.footprint.line import Line
from caseflow.footprint.own import OwnFactor
from caseflow.footprint.plain import decimal_text
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Study
from caseflow.footprint.thresholds import Thresholds
from caseflow.footprint.weights import Weight, quoted, weight
from caseflow.words import Message

_SLIPS = (10, 100, 1000, 10_000)
_SLIP_WIDTH = Fraction(6, 5)


def kinds(line: Line, study: Study, shelf: Shelf) -> Iterator[Finding]:
    """R04: a CO2 factor stands where a life-cycle factor is due, or a factor covers less than the line needs."""
    found = quoted(line, study, shelf)
    if found is None:
        return
    if found.kind == "co2":
        due = _due(found, study, shelf)
        values = {"line": line.name, "got": f"{decimal_text(found.value)} kgCO2/{found.unit}"}
        if due:
            values |= {"expected": f"{decimal_text(due.value)} {due.unit_text}", "factor": due.ref}
            yield finding("R04", "block", "co2_factor_instead", at(line), **values)
        else:
            yield finding("R04", "block", "co2_factor", at(line), **values)
    elif found.kind == "combustion":
        yield finding("R04", "info", "combustion_alone", at(line), line=line.name)
    elif found.kind == "spend":
        yield finding("R04", "warning", "spend_factor", at(line), line=line.name)
    elif found.kind == "footprint" and found.reach in ("direct", "gate_to_gate"):
        yield finding(
            "R04", "warning", "narrow_factor", at(line), line=line.name, got=Message(f"footprint.reach.{found.reach}")
        )
    elif found.kind == "transport" and found.reach == "direct":
        yield finding("R04", "info", "transport_direct", at(line), line=line.name)


def _due(found: Factor | OwnFactor, study: Study, shelf: Shelf) -> Factor | None:
    if not isinstance(found, Factor) or not found.due:
        return None
    series, _, region = found.due.partition("/")
    return shelf.factors.best(series, region, study.period_to.year)


def ages(line: Line, study: Study, shelf: Shelf, thresholds: Thresholds) -> Iterator[Finding]:
    """R05: a newer factor for the period was published; the factor is too old, of another region, out of date."""
    ends = study.period_to.year
    found = quoted(line, study, shelf)
    if found is None or found.year is None or found.kind == "co2":
        return  # R04 has said what is due in place of a CO2 factor; a newer one of the wrong kind is no advice
    if isinstance(found, Factor):
        yield from _newer(line, found, study, shelf)
    age = ends - found.year
    if age > thresholds.old_years:
        limit = thresholds.too_old_years if age > thresholds.too_old_years else thresholds.old_years
        severity: Severity = "block" if age > thresholds.too_old_years else "warning"
        values = {"line": line.name, "year": str(found.year), "age": str(age), "limit": str(limit)}
        yield finding(
            "R05", severity, "factor_old", at(line), **values, got=str(found.year), expected=f"≥{ends - limit}"
        )


def _newer(line: Line, factor: Factor, study: Study, shelf: Shelf) -> Iterator[Finding]:
    newer = shelf.factors.best(factor.series, factor.region, study.period_to.year)
    if newer and newer.year > factor.year:
        values = {
            "line": line.name,
            "got": f"{decimal_text(factor.value)} ({factor.year})",
            "expected": f"{decimal_text(newer.value)} ({newer.year})",
            "factor": newer.ref,
        }
        yield finding("R05-newer", "warning", "factor_superseded", at(line), **values)
    replaced = next((one for one in shelf.factors.releases if factor.release in one.supersedes), None)
    if replaced:
        values = {"line": line.name, "got": factor.release, "expected": replaced.id}
        yield finding("R05-release", "warning", "release_superseded", at(line), **values)
    release = shelf.factors.release(factor.release)
    if release and release.valid_to and release.valid_to < study.period_from:
        yield _expired(line, release.valid_to, study.period_from)
    region = line.region or study.region
    nearer = shelf.factors.series(factor.series, region) if region and region != factor.region else ()
    if nearer:
        values = {"line": line.name, "got": factor.region, "expected": region, "factor": nearer[-1].ref}
        yield finding("R05-region", "warning", "factor_region", at(line), **values)


def validity(line: Line, study: Study, shelf: Shelf) -> Iterator[Finding]:
    """R05: a supplier's footprint was out of date when the period began; the amount is of another year."""
    if line.year is not None and not study.period_from.year <= line.year <= study.period_to.year:
        values = {
            "line": line.name,
            "got": str(line.year),
            "expected": f"{study.period_from.year}–{study.period_to.year}",
        }
        yield finding("R05-data", "warning", "data_of_other_year", at(line), **values)
    found = quoted(line, study, shelf)
    if isinstance(found, OwnFactor) and found.valid_until and found.valid_until < study.period_from:
        yield _expired(line, found.valid_until, study.period_from)


def _expired(line: Line, until: date, needed: date) -> Finding:
    values = {"line": line.name, "until": until.isoformat(), "needed": needed.isoformat()}
    return finding(
        "R05-expired", "warning", "factor_expired", at(line), **values, got=values["until"], expected=values["needed"]
    )


def parameters(line: Line, study: Study, shelf: Shelf, thresholds: Thresholds) -> Iterator[Finding]:
    """R06: heat value, carbon content and oxidation are those of a fuel; an own factor is near the official one."""
    found = quoted(line, study, shelf)
    if found is None:
        return
    for wrong in fuels.implausible(found.fuel) if found.fuel else ():
        values = {
            "line": line.name,
            "parameter": Message(f"footprint.fuel.{wrong.parameter}"),
            "got": decimal_text(wrong.value),
            "expected": f"{decimal_text(wrong.low)}–{decimal_text(wrong.high)}",
        }
        yield finding(f"R06-{wrong.parameter}", "block", "fuel_implausible", at(line), **values)
    if isinstance(found, OwnFactor) and found.series:
        yield from _near_official(line, found, shelf, thresholds)


def _near_official(line: Line, own: OwnFactor, shelf: Shelf, thresholds: Thresholds) -> Iterator[Finding]:
    same = [one for one in shelf.factors.search(kind=own.kind) if one.series == own.series]
    values = [Fraction(one.value) / ratio for one in same if (ratio := units.ratio(one.unit, own.unit))]
    if not values:
        return
    official = Fraction(median(values))
    times = Fraction(own.value) / official
    shown = {
        "line": line.name,
        "got": f"{decimal_text(own.value)}/{own.unit}",
        "expected": f"{float(official):.6g}/{own.unit}",
        "times": f"{float(times):.3g}",
    }
    larger = max(times, 1 / times) if times > 0 else Fraction(1)
    slip = next((size for size in _SLIPS if size / _SLIP_WIDTH <= larger <= size * _SLIP_WIDTH), 0)
    if slip:
        yield finding("R06", "block", "factor_slip", at(line), **shown, slip=str(slip))
    elif not 1 / Fraction(thresholds.fuel_ratio) <= times <= Fraction(thresholds.fuel_ratio):
        yield finding("R06", "warning", "factor_far", at(line), **shown)


def potentials(line: Line, study: Study, shelf: Shelf) -> Iterator[Finding]:
    """R13: CO2e made with another set of potentials; methane of unknown origin; fossil methane beside its own CO2."""
    found = weight(line, study, shelf)
    if not isinstance(found, Weight):
        return
    if found.gwp_set not in ("", study.gwp_set):
        values = {"line": line.name, "got": found.gwp_set, "expected": study.gwp_set}
        yield finding("R13", "warning", "gwp_mixed", at(line), **values)
    if "CH4" in found.gases:
        yield finding("R13-origin", "warning", "methane_origin", at(line), line=line.name)
    if found.kind == "combustion" and "CH4_fossil" in found.gases:
        yield finding("R13-fossil", "warning", "methane_twice", at(line), line=line.name)


_NAMED_AFTER = re.compile(r"(碳足迹|排放|二氧化碳)?(因子|系数)$|(的)?(生产|制造|制备|燃烧|冶炼|加工)$|[（(\[【].*$")


def proxies(line: Line, study: Study, shelf: Shelf) -> Iterator[Finding]:
    """R15: the factor is named after another thing than the line (a cathode weighed as cast iron)."""
    found = weight(line, study, shelf)
    if not isinstance(found, Weight) or found.name is None or found.kind not in ("footprint", "spend"):
        return
    measured = units.unit(found.unit)
    if measured is None or measured.dimension in ("energy", "freight"):
        return  # electricity has many names in a plant and one factor
    if any(line.id in material.handling for material in study.recycling):
        return  # a factor of recycling or disposal is named after what is done, not after the material
    if _head(line.name) in found.name.zh or _bare(line.name).endswith(_head(found.name.zh)):
        return
    values = {"line": line.name, "got": found.name.as_json(), "reason": line.proxy}
    if line.proxy:
        yield finding("R15", "info", "proxy_declared", at(line), **values)
    else:
        yield finding("R15", "warning", "proxy_suspected", at(line), **values)


def _head(name: str) -> str:
    """The last two characters of what a Chinese name names: its head noun."""
    return _bare(name)[-2:]


def _bare(name: str) -> str:
    """A name without what is done to the thing and without "factor"."""
    while (shorter := _NAMED_AFTER.sub("", name)) and shorter != name:
        name = shorter
    return name
