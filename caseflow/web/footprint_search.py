"""Published factors by name, as words, parts of words or the first letters of their pinyin; fit ones first."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, jsonify, render_template, request
from pypinyin import Style, lazy_pinyin

from caseflow.footprint import units
from caseflow.footprint.factors import KINDS, Co2Factor, Factor, Release
from caseflow.footprint.plain import decimal_text
from caseflow.footprint.shelf import Shelf
from caseflow.studies import store
from caseflow.web import drawing, shell
from caseflow.web.shell import page
from caseflow.words import Message

blueprint = Blueprint("footprint_search", __name__)

MOST = 200
FEW = 30
"""What a list under an input shows."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A factor that was found. ``refusal``: why it may not weigh the line; ``remark``: what to think of before it does."""

    factor: Factor
    refusal: Message | None = None
    remark: Message | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    factor: Factor
    text: str
    initials: str
    bigrams: frozenset[str]
    newest: int
    """The latest year of its series in its region."""


@page(blueprint, "/footprint/factors", policy=shell.signed_in)
def factors() -> Any:
    """The published factors that match ``q`` and ``kind``, for a line in ``unit``; as JSON for the list under an input."""
    asked = {name: request.args.get(name, "").strip()[:80] for name in ("q", "kind", "unit")}
    wants_json = request.args.get("format") == "json"
    shelf = store.stored_shelf(g.tx)
    found = search(shelf, asked["q"], kind=asked["kind"], unit=asked["unit"])
    if wants_json:
        return jsonify(hits=[_plain(hit) for hit in found[:FEW]], more=max(0, len(found) - FEW))
    return render_template(
        "applicant/footprint_factors.html", asked=asked, hits=found[:MOST], total=len(found), kinds=KINDS,
        units=units.UNITS, decimal_text=decimal_text, releases={one.id: one for one in shelf.factors.releases},
    )  # fmt: skip


def search(shelf: Shelf, text: str, *, kind: str = "", unit: str = "") -> list[Hit]:
    """What matches ``text``, the best first; for a line in ``unit`` those that may weigh it before those that may not."""
    wanted = _folded(text)
    found = []
    for entry in _entries(shelf.factors.releases):
        score = _score(entry, wanted)
        if score and (not kind or entry.factor.kind == kind):
            found.append((score, entry, _hit(entry, unit)))
    found.sort(
        key=lambda one: (
            one[2].refusal is not None,
            bool(unit) and one[2].remark is not None,
            -one[0],
            one[1].factor.kind != "footprint",
            -one[1].factor.year,
            one[1].factor.ref,
        )
    )
    return [hit for _, _, hit in found]


def named(shelf: Shelf, text: str) -> Factor | None:
    """The factor that a text means: its reference, or its whole name; of several years the newest that may be used."""
    exact = shelf.factors.get(text.strip())
    if exact is not None:
        return exact
    wanted = _folded(text)
    same = [
        one.factor
        for one in _entries(shelf.factors.releases)
        if wanted in (_folded(one.factor.name.zh), _folded(one.factor.name.en))
        and not isinstance(one.factor, Co2Factor)
    ]
    return max(same, key=lambda factor: factor.year, default=None)


def label(factor: Factor) -> str:
    """A factor in a line of text, with its reference in brackets."""
    return f"{drawing.named(factor.name)} {factor.year} {decimal_text(factor.value)} {drawing.written(factor.unit_text)} [{factor.ref}]"


def _hit(entry: _Entry, unit: str) -> Hit:
    factor = entry.factor
    if isinstance(factor, Co2Factor):
        return Hit(factor, Message("footprint_web.refused_co2"))
    if unit and units.unit(unit) and units.ratio(unit, factor.unit) is None:
        return Hit(factor, None, Message("footprint_web.needs_conversion", {"unit": unit, "other": factor.unit}))
    if factor.year < entry.newest:
        return Hit(factor, None, Message("footprint_web.newer_year", {"year": entry.newest}))
    if factor.reach == "direct" or factor.kind == "combustion":
        return Hit(factor, None, Message("footprint_web.direct_only"))
    return Hit(factor)


def _score(entry: _Entry, wanted: str) -> int:
    """0: no match. Every word in it; then the first letters; then most of the pairs of characters."""
    if not wanted:
        return 1
    name = _folded(entry.factor.name.zh)
    if all(word in entry.text for word in wanted.split(" ")):
        # Of two names that begin with it the shorter one is nearer.
        return (40 if name.startswith(wanted) else 30) + 9 * len(wanted) // max(len(name), len(wanted))
    if wanted.isascii() and wanted.replace(" ", "") in entry.initials:
        return 20
    pairs = _bigrams(wanted)
    shared = len(pairs & entry.bigrams)
    return 10 * shared // len(pairs) if pairs and shared * 2 > len(pairs) else 0


def _entries(releases: tuple[Release, ...]) -> tuple[_Entry, ...]:
    """The factors ready to be searched. Made once in a process: what a release's hash names never changes."""
    key = tuple((release.id, release.hash) for release in releases)
    found = _made.get(key)
    if found is None:
        found = _index(releases)
        _made.clear()
        _made[key] = found
    return found


_made: dict[tuple[tuple[str, str], ...], tuple[_Entry, ...]] = {}


def _index(releases: tuple[Release, ...]) -> tuple[_Entry, ...]:
    every = [factor for release in releases for factor in release.factors]
    newest: dict[tuple[str, str], int] = {}
    for factor in every:
        key = (factor.series, factor.region)
        newest[key] = max(newest.get(key, 0), factor.year)
    return tuple(_entry(factor, newest[factor.series, factor.region]) for factor in every)


def _entry(factor: Factor, newest: int) -> _Entry:
    text = _folded(f"{factor.name.zh} {factor.name.en} {factor.series} {factor.ref} {factor.region} {factor.year}")
    initials = "".join(lazy_pinyin(factor.name.zh, style=Style.FIRST_LETTER, errors="ignore"))
    return _Entry(factor, text, initials, _bigrams(_folded(factor.name.zh)), newest)


def _bigrams(text: str) -> frozenset[str]:
    bare = re.sub(r"\W", "", text)
    return frozenset(bare[at : at + 2] for at in range(len(bare) - 1))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _plain(hit: Hit) -> dict[str, Any]:
    factor = hit.factor
    return {
        "ref": factor.ref,
        "label": label(factor),
        "name": drawing.named(factor.name),
        "kind": drawing.t(f"footprint_web.kind.{factor.kind}"),
        "value": f"{decimal_text(factor.value)} {drawing.written(factor.unit_text)}",
        "unit": factor.unit,
        "year": factor.year,
        "region": factor.region,
        "release": factor.release,
        "reach": drawing.t(f"footprint_web.choice.reach.{factor.reach}") if factor.reach else "",
        "refusal": drawing.say(hit.refusal) if hit.refusal else "",
        "remark": drawing.say(hit.remark) if hit.remark else "",
    }
