"""What stands on the recomputation sheet (碳足迹复算单), under the headings of a report after GB/T 24067-2024."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from caseflow.cases.view import View
from caseflow.footprint.shelf import Shelf
from caseflow.web.charts import figure
from caseflow.web.drawing import moment, named, say, t, written
from caseflow.web.footprint_pictures import Pictures
from caseflow.web.footprint_sight import Row, Sight

_NONE = "–"


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    """The columns of figures."""
    widths: tuple[int, ...] = ()
    """Of the columns in percent; alike unless given."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the sheet: facts, the first table, pictures, then the other tables."""

    title: str
    pairs: list[tuple[str, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    pictures: list[Markup] = field(default_factory=list)


def sections(view: View, pictures: Pictures, shelf: Shelf, occasion: str) -> list[Section]:
    """The sheet of one result for one reader, in the language of the request. ``occasion``: at what step it was made."""
    sight = pictures.sight
    return [
        _general(view, sight, occasion),
        _scope(sight, shelf),
        _inventory(sight),
        _impact(pictures),
        _review(sight),
        _proof(pictures),
    ]


def _general(view: View, sight: Sight, occasion: str) -> Section:
    study = sight.study
    return Section(
        t("footprint_review.sheet_general"),
        [
            (t("footprint_review.case"), f"{view.row['number'] or ''} {view.row['title']}".strip()),
            (t("footprint_review.product"), _joined(study["product"], study.get("model"), study.get("product_code"))),
            (t("footprint_review.maker"), study.get("maker") or _NONE),
            (t("footprint_review.occasion"), f"{occasion} {moment(sight.stored.at)}"),
        ],
    )


def _scope(sight: Sight, shelf: Shelf) -> Section:
    study = sight.study
    scheme = shelf.scheme(study["stages"])
    boundary = scheme.boundary(study["boundary"]) if scheme else None
    cutoffs = [_joined(one["item"], one.get("reason")) for one in study.get("cutoffs", ())]
    titles = {row.id: row.name for row in sight.stages}
    omitted = [_joined(titles.get(one["stage"], one["stage"]), one["reason"]) for one in study.get("omitted", ())]
    unit = study["functional_unit"]
    return Section(
        t("footprint_review.sheet_scope"),
        [
            (t("footprint_review.standard"), _joined(study["standard"], study.get("pcr"))),
            (
                t(f"footprint_review.unit.{study.get('unit_type', 'functional')}"),
                _joined(f"{unit['quantity']} {unit['unit']}", unit.get("description")),
            ),
            (t("footprint_review.boundary"), named(boundary.title) if boundary else study["boundary"]),
            (t("footprint_review.period"), f"{study['period']['from']} – {study['period']['to']}"),
            (t("footprint_review.omitted"), "\n".join(omitted) or t("footprint_review.none")),
            (t("footprint_review.cutoffs"), "\n".join(cutoffs) or t("footprint_review.none")),
        ],
    )


def _inventory(sight: Sight) -> Section:
    result = sight.result
    quality = result.get("quality") or {}
    rating = quality.get("rating")
    allocations = [
        _joined(one["name"], t(f"footprint.method.{one['allocation']['method']}"), one["allocation"].get("justification"))
        for one in sight.study.get("processes", ())
        if one.get("allocation")
    ]  # fmt: skip
    supplies = tuple(
        (line["name"], *_supply(line.get("supply") or {}), sight_factor(sight, line["id"])) for line in sight.supplies
    )
    heads = ("line", "supply", "instrument", "factor")
    return Section(
        t("footprint_review.sheet_inventory"),
        [
            (t("footprint_review.primary_share"), percent(result.get("primary_share"))),
            (t("footprint_review.traceable_share"), percent(result.get("traceable_share"))),
            (t("footprint_review.quality"), _NONE if rating is None else _rated(quality)),
            (t("footprint_review.allocation"), "\n".join(allocations) or t("footprint_review.none")),
        ],
        [Table(t("footprint_review.electricity"), _heads(*heads), supplies, (), (20, 16, 22, 42))] if supplies else [],
    )


def _impact(pictures: Pictures) -> Section:
    sight = pictures.sight
    whole = sight.whole
    stages = [(row.name, *_figures(row), percent_text(row)) for row in sight.stages]
    stages.append(
        (t("footprint_review.total"), *_figures(whole), "100.0%" if whole.part and whole.part.exact else _NONE)
    )
    spread = pictures.spread
    pairs = [
        (t("footprint_review.declared"), _stated(whole)),
        (t("footprint_review.recomputed"), f"{figure(sight.shown.total)} kgCO₂e / {sight.unit}"),
        (t("footprint_review.difference"), _deviation(whole)),
        (t("footprint_review.tolerance"), f"{sight.tolerance}%"),
    ]
    if spread is not None:
        texts = {one.percent: figure(one.value) for one in spread.percentiles}
        values = {
            "low": texts["2.5"],
            "middle": texts["50"],
            "high": texts["97.5"],
            "draws": spread.draws,
            "seed": spread.seed,
        }
        pairs.append((t("footprint_review.uncertainty"), t("footprint_review.uncertainty_text", **values)))
    amounts = _heads("line", "amount", "factor", "recomputed")
    lines = tuple(
        (
            row.name, f"{row.line['amount']} {written(row.line['unit'])}", sight_factor(sight, row.id),
            figure(row.part.shown) if row.part else t("footprint_review.not_counted"),
        )
        for row in sight.lines
    )  # fmt: skip
    tables = [
        Table(
            t("footprint_review.by_stage"), _heads("stage", "declared", "recomputed", "difference", "share"),
            tuple(stages), (1, 2, 3, 4),
        ),
        *_division("by_part", [(t(f"footprint.part.{name}"), figure(value)) for name, value in sight.parts]),
        *_division("by_gas", [(written(name), figure(value)) for name, value in sight.gases]),
        Table(t("footprint_review.by_line"), amounts, lines, (1, 3), (28, 15, 42, 15)),
    ]  # fmt: skip
    return Section(t("footprint_review.sheet_impact"), pairs, tables, [pictures.stage_bars, pictures.sankey])


def _review(sight: Sight) -> Section:
    every = [one for group in sight.groups for one in group.findings]
    notes = sum(one.severity == "info" for one in every)
    found = tuple(
        (one.finding.check, t(f"footprint.severity.{one.severity}"), say(one.finding.message), one.reason or _NONE)
        for one in every
        if one.severity != "info"
    )
    heads = _heads("check", "severity", "finding", "reason")
    return Section(
        t("footprint_review.sheet_review"),
        [
            (t("footprint_review.gate"), t(f"footprint_review.gate.{sight.gate.status}")),
            (t("footprint_review.next"), say(sight.gate.next_action)),
            (t("footprint_review.findings"), t("footprint_review.notes", n=notes)),
        ],
        [Table(t("footprint_review.findings"), heads, found, (), (8, 12, 50, 30))] if found else [],
    )


def _proof(pictures: Pictures) -> Section:
    sight = pictures.sight
    result = sight.result
    releases = "\n".join(f"{name} {hash_}" for name, hash_ in sorted(sight.stored.release_hashes.items()))
    return Section(
        t("footprint_review.sheet_proof"),
        [
            (t("footprint_review.method"), result["method"]),
            (t("footprint_review.gwp_set"), result.get("gwp_set") or sight.study["gwp_set"]),
            (t("footprint_review.releases"), releases or _NONE),
            (t("footprint_review.study_hash"), result["study_hash"]),
            (t("footprint_review.input_hash"), result.get("input_hash") or _NONE),
            (t("footprint_review.result_hash"), sight.stored.hash),
        ],
    )


def sight_factor(sight: Sight, line_id: str) -> str:
    """The factor of a line as it is printed: its name, its value and where that stands."""
    row = sight.line_of(line_id)
    if row is None:
        return _NONE
    line = row.line
    title = named(line["factor_name"]) if line["factor_name"] else t("footprint_review.own_factor")
    return _joined(title, f"{line['factor_value'] or ''} {written(line['factor_unit'])}".strip(), line["source"])


def percent(share: float | None) -> str:
    """A share from 0 to 1."""
    return _NONE if share is None else f"{share * 100:.1f}%"


def percent_text(row: Row) -> str:
    return _NONE if row.share is None else f"{row.share}%"


def _figures(row: Row) -> tuple[str, str, str]:
    declared = _NONE if row.declared is None else figure(row.declared)
    return declared, figure(row.part.shown) if row.part else _NONE, _deviation(row)


def _stated(row: Row) -> str:
    return t("footprint_review.not_declared") if row.declared is None else f"{figure(row.declared)} kgCO₂e"


def _deviation(row: Row) -> str:
    if row.difference is None:
        return _NONE
    return f"{row.difference:+f}" + (f" ({row.deviation:+.2f}%)" if row.deviation is not None else "")


def _supply(supply: Mapping[str, Any]) -> tuple[str, str]:
    source = supply.get("source")
    told = t(f"footprint.source.{source}") if source else t("footprint_review.supply.unsaid")
    if not supply.get("instrument"):
        return told, _NONE
    redeemed = t("footprint_review.redeemed") if supply.get("redeemed") else t("footprint_review.unredeemed")
    return told, _joined(
        supply["instrument"], redeemed, f"{supply.get('from', '')} – {supply.get('to', '')}".strip(" –")
    )


def _rated(quality: Mapping[str, Any]) -> str:
    values = {"rating": f"{quality['rating']:.2f}", "level": t(f"footprint.level.{quality['level']}")}
    return t("footprint_review.rated", **values, covered=percent(quality["covered"]))


def _division(key: str, rows: list[tuple[str, ...]]) -> list[Table]:
    return [Table(t(f"footprint_review.{key}"), _heads("part", "recomputed"), tuple(rows), (1,))] if rows else []


def _heads(*names: str) -> tuple[str, ...]:
    return tuple(t(f"footprint_review.{name}") for name in names)


def _joined(*texts: str | None) -> str:
    return " · ".join(text for text in texts if text)
