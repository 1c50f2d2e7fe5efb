"""A study's report as the command line prints it: every figure with what it came from, then what is doubtful."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from caseflow.words import Language, from_json, pick, render, text

Words = Callable[..., str]
Row = Sequence[str]

_MOST_LINES = 40
"""The largest; ``--json`` has them all."""


def shown(body: dict[str, Any], language: Language) -> Iterator[str]:
    """The lines of text of a report (``study`` beside what :func:`caseflow.footprint.report.report` gives)."""

    def t(key: str, /, **values: Any) -> str:
        return text(key, language, **values)

    yield from _head(body, language, t)
    yield from _parts(body, t)
    yield from _lines(body, t)
    yield from _spread(body, t)
    yield from _choices(body, t)
    for one in body["findings"]:
        severity = t(f"footprint.severity.{one['severity']}")
        yield f"{one['check']} {severity}: {render(from_json(one['message']), language)} [{one['path']}]"
    gate = body["gate"]
    passed = t(f"footprint.gate.{gate['status']}")
    yield f"{passed}. {render(from_json(gate['next_action']), language)}"
    hashes = {"input": body["result"]["input_hash"], "result": body["result_hash"]}
    yield t("cli.footprint_hashes", method=body["result"]["method"], **hashes)


def figure(value: float) -> str:
    return f"{value:,.6g}" if abs(value) < 1_000_000 else f"{value:,.0f}"


def _head(body: dict[str, Any], language: Language, t: Words) -> Iterator[str]:
    result, study = body["result"], body["study"]
    unit = result["unit"]
    yield t("cli.footprint_total", total=figure(result["total"]), quantity=unit["quantity"], unit=unit["unit"])
    declared = body["comparison"]["declared"]
    if declared is not None:
        deviation = body["comparison"]["deviation"]
        yield t("cli.footprint_declared", declared=declared, deviation="-" if deviation is None else deviation)
    if not result["complete"]:
        yield t("cli.footprint_incomplete")
    names = {name: study[name] for name in ("product", "boundary", "standard", "gwp_set")}
    yield t("cli.footprint_of", **names, begins=study["period"]["from"], ends=study["period"]["to"])
    stages = [
        (f"  {pick(stage['title'], language)}", figure(stage["total"]), _percent(stage["shown"]))
        for stage in result["stages"]
        if stage["lines"]
    ]
    yield from _table((t("cli.footprint_by_stage"), "kgCO₂e", "%"), stages)


def _parts(body: dict[str, Any], t: Words) -> Iterator[str]:
    result = body["result"]
    parts = [(f"  {t(f'footprint.part.{part}')}", figure(kg)) for part, kg in result["parts"].items() if kg]
    parts += [(f"  {t('cli.footprint_credits')}", figure(result["credits"]))] * bool(result["credits"])
    parts += [(f"  {t('cli.footprint_delayed')}", figure(result.get("delayed", 0.0)))] * ("delayed" in result)
    yield from _table((t("cli.footprint_by_part"), "kgCO₂e"), parts)
    yield from _table(
        (t("cli.footprint_by_gas"), "kgCO₂e"), [(f"  {gas}", figure(kg)) for gas, kg in result["gases"].items()]
    )
    quality, shares = result["quality"], (result["primary_share"], result["traceable_share"])
    primary, traceable = ("-" if one is None else f"{one * 100:.1f}%" for one in shares)
    rating = "-" if quality["rating"] is None else f"{quality['rating']:.2f}"
    yield t("cli.footprint_quality", primary=primary, traceable=traceable, rating=rating)


def _lines(body: dict[str, Any], t: Words) -> Iterator[str]:
    """Each line as amount x factor = kgCO2e, with the source of the factor; the largest first."""
    every = body["result"]["lines"]
    ordered = sorted(every, key=lambda line: -abs(line["kg"] or 0.0))[:_MOST_LINES]
    rows = []
    for line in ordered:
        known = line["factor_value"] is not None
        rows.append(
            (
                line["id"],
                line["name"],
                f"{line['amount']} {line['unit']}",
                f"{line['factor_value']} {line['factor_unit']}".strip() if known else "-",
                "-" if line["kg"] is None else figure(line["kg"]),
                "-" if line["share"] is None else f"{line['share'] * 100:.1f}%",
                line["factor"] or line["source"],
            )
        )
    heads = ("line", "name", "amount", "factor", "kg", "share", "source")
    yield from _table(tuple("kgCO₂e" if one == "kg" else t(f"cli.footprint_head.{one}") for one in heads), rows)
    if len(every) > len(ordered):
        yield t("cli.footprint_more", n=len(every) - len(ordered))


def _spread(body: dict[str, Any], t: Words) -> Iterator[str]:
    found = body["uncertainty"] or {}
    if formula := found.get("formula"):
        values = {name: figure(formula[name]) for name in ("mean", "sd", "low", "high")}
        yield t(f"cli.footprint_spread.{formula['method']}", **values)
    if simulated := found.get("simulation"):
        low, high = (figure(simulated["percentiles"][one]) for one in ("2.5", "97.5"))
        values = {"mean": figure(simulated["mean"]), "sd": figure(simulated["sd"]), "low": low, "high": high}
        yield t("cli.footprint_drawn", draws=simulated["draws"], seed=simulated["seed"], **values)


def _choices(body: dict[str, Any], t: Words) -> Iterator[str]:
    rows = []
    for one in body["alternatives"]:
        method = t(f"footprint.method.{one['allocation']['method']}")
        key = one["allocation"].get("key", "")
        name = f"{one['process']}: {method} {key}".strip()
        rows.append((f"  {name}", figure(one["total"]), _change(one["change"])))
    for one in body["scenarios"]:
        total = "-" if one["total"] is None else figure(one["total"])
        rows.append((f"  {one['scenario']['name']}", total, _change(one["change"])))
    yield from _table((t("cli.footprint_choices"), "kgCO₂e", "%"), rows)


def _change(percent: float | None) -> str:
    return "-" if percent is None else f"{percent:+.1f}%"


def _percent(shown_share: str | None) -> str:
    return "-" if shown_share is None else f"{shown_share}%"


def _table(heads: Row, rows: Sequence[Row]) -> Iterator[str]:
    """Columns under their heads, figures to the right; nothing where there are no rows."""
    if not rows:
        return
    widths = [max(_width(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    weight = heads.index("kgCO₂e")
    figures = (weight, weight + 1)  # and its share
    for row in (heads, *rows):
        cells = [
            f"{' ' * (widths[at] - _width(cell))}{cell}"
            if at in figures
            else f"{cell}{' ' * (widths[at] - _width(cell))}"
            for at, cell in enumerate(row)
        ]
        yield "  ".join(cells).rstrip()


def _width(cell: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in cell)
