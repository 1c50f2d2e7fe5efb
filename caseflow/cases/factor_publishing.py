"""A factor that a case has brought to its end becomes a release of the calculator; another act takes it out of use."""

from __future__ import annotations

from typing import Any

from caseflow import clock
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, effect
from caseflow.footprint import units
from caseflow.footprint.factors import KINDS, REACHES, Release, read_release
from caseflow.footprint.plain import number
from caseflow.studies import runs, store
from caseflow.words import Message, Refused
from caseflow.workflow.publishing import PublishedFactor, RetiredFactor

_COUNTRY = "CN"
_NORMAL_95 = 196
"""Hundredths of the standard deviations from the mean to the bounds that hold 95 % of a normal distribution."""
_UNITS = {"".join(one for one in name.casefold() if one.isalnum()): name for name in units.UNITS}
CODES: dict[str, tuple[str, ...]] = {
    "kind": tuple(one for one in KINDS if one != "co2"),
    "unit": tuple(_UNITS),
    "reach": REACHES,
}
"""What the choices of a form may be, by what they say of a factor. One of power plants alone has no place in a footprint."""


def _against_publishing(move: Move, argument: Any) -> list[Message]:
    try:
        _release(move, PublishedFactor.model_validate(argument))
    except Refused as refused:
        return list(refused.reasons)
    return []


@effect(EFFECTS, "factor", alters=True, against=_against_publishing)
def publish_factor(move: Move, argument: Any) -> None:
    """Publish a factor of the case for the calculator, in place of the one it published before; filed studies are recomputed."""
    meant = PublishedFactor.model_validate(argument)
    release = _publish(move, _release(move, meant))
    kept = {"ref": release.factors[0].ref, "release": release.id}
    move.taken[meant.into] = kept
    move.changes["facts"] = {**move.row["facts"], meant.into: kept}


def _against_retiring(move: Move, argument: Any) -> list[Message]:
    return [] if _standing(move, RetiredFactor.model_validate(argument).of) else [Message("factors.none_published")]


@effect(EFFECTS, "factor", alters=True, against=_against_retiring, asked_first=True)
def retire_factor(move: Move, argument: Any) -> None:
    """Take the factor that the case has published out of use: it stays readable, and who quotes it is told so."""
    meant = RetiredFactor.model_validate(argument)
    before = _standing(move, meant.of)
    if before is None:
        raise Refused(*_against_retiring(move, argument))
    body = _head(move, before.title.as_json(), _text(move, meant.document), before)
    _publish(move, read_release({**body, "factors": []}))
    kept = {**move.row["facts"][meant.of], "release": ""}
    move.taken[meant.of] = kept
    move.changes["facts"] = {**move.row["facts"], meant.of: kept}
    move.notes["retired"] = before.id


def _publish(move: Move, release: Release) -> Release:
    store.publish_releases(move.tx, [release])
    by = move.actor.person_id if move.actor is not None else None
    run = runs.ask(move.tx, move.case["authority_id"], release, by)
    move.notes["released"] = {"release": release.id, "hash": release.hash, "run": run}
    return release


def _standing(move: Move, kept: str) -> Release | None:
    """The release that the case has published last and not taken out of use."""
    known = move.row["facts"].get(kept, {})
    return store.stored_shelf(move.tx).factors.release(str(known.get("release") or ""))


def _head(move: Move, title: dict[str, str], document: str, before: Release | None) -> dict[str, Any]:
    """What stands once for a release; its id says of which case it is, and the how-manieth."""
    family = f"{move.definition.authority}-factor-{move.case['id']}"
    there = [one.id for one in store.stored_shelf(move.tx).factors.releases if one.id.startswith(f"{family}-")]
    head = {
        "id": f"{family}-{len(there) + 1}",
        "title": title,
        "authority": move.definition.authority,
        "document": document,
        "url": "",
        "published": clock.local_date(move.at).isoformat(),
    }
    return head | ({"supersedes": [before.id]} if before is not None else {})


def _release(move: Move, meant: PublishedFactor) -> Release:
    """The factor as the case has it, in a release of its own. Raises Refused with all that does not fit."""
    name = _text(move, meant.name)
    title = {"zh": name, "en": (_text(move, meant.english) if meant.english else "") or name}
    unit = _text(move, meant.unit)
    factor = {
        "id": "factor",
        "name": title,
        "series": f"{move.definition.authority}-factor-{move.case['id']}",
        "kind": _text(move, meant.kind),
        "value": _text(move, meant.value),
        "unit": _UNITS.get(unit, unit),
        "region": "-".join(filter(None, [_COUNTRY, _text(move, meant.region) if meant.region else ""])),
        "year": move.value(meant.year),
        "source": _text(move, meant.source),
        "evidence": "read",
    }
    if meant.reach and (reach := _text(move, meant.reach)):
        factor["reach"] = reach
    if meant.spread and (spread := number(move.value(meant.spread))):
        factor["uncertainty"] = {"distribution": "normal", "cv": str(spread / _NORMAL_95)}
    before = _standing(move, meant.into)
    return read_release({**_head(move, title, _text(move, meant.document), before), "factors": [factor]})


def _text(move: Move, path: str) -> str:
    return str(move.value(path) or "").strip()
