"""The record of a draw (抽取记录): canonical JSON that holds all that is needed to draw again and see the same.

Departures are a chain: each is hashed with the hash before it, the first with the hash of the draw. So the signed
paper of the draw, and of each replacement, needs to name one hash only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from caseflow.evaluation.chance import canonical, commitment, digest, final_seed, parse, spoken
from caseflow.evaluation.draw import Draw, Method, Order, draw
from caseflow.evaluation.filters import pool_of
from caseflow.evaluation.pool import Snapshot, read_snapshot
from caseflow.evaluation.replacing import Departure, Standing, standing
from caseflow.words import Message, Refused

VERSION = "caseflow-draw-1"
Record = dict[str, Any]
KEYS = (
    "version", "context", "commitment", "secret", "witness", "snapshot", "snapshot_hash", "seed", "pool", "draw", "hash",
    "departures", "standing",
)  # fmt: skip
_AFTER = ("hash", "departures", "standing")


def record(
    secret: bytes,
    witness: str,
    snapshot: Snapshot,
    context: Mapping[str, str] | None = None,
    departures: Iterable[Departure] = (),
) -> Record:
    """Hold the draw and write it down whole.

    Args:
        secret: 32 bytes whose :func:`~caseflow.evaluation.chance.commitment` was published before the freeze.
        witness: what the supervisor present said after the freeze.
        snapshot: the frozen pool.
        context: what else the paper says (who drew, who was present, when); bound by the hash, not interpreted.
        departures: who left since, in their order.

    Raises:
        ValueError: the secret is not 32 bytes long, or nothing was said.
        Refused: no panel keeps the rule, or somebody leaves who was not there.
    """
    frozen = snapshot.hash()
    seed = final_seed(secret, frozen, witness)
    drawn = draw(seed, snapshot)
    found: Record = {
        "version": VERSION,
        "context": dict(context or {}),
        "commitment": commitment(secret),
        "secret": secret.hex(),
        "witness": spoken(witness),
        "snapshot": snapshot.as_json(),
        "snapshot_hash": frozen,
        "seed": seed.hex(),
        "pool": pool_of(snapshot).as_json(),
        "draw": drawn.as_json(),
    }
    found["hash"] = draw_hash(found)
    return _with(found, snapshot, drawn, tuple(departures))


def with_departure(before: Record, departure: Departure) -> Record:
    """The record after one more departure; everything that was written stays as it is.

    Raises:
        Refused: the record cannot be read, or this person was not there.
    """
    departures = [departure_of(one["departure"]) for one in before["departures"]]
    snapshot, drawn = read_snapshot(before["snapshot"]), drawn_of(before["draw"])
    return _with(before, snapshot, drawn, (*departures, departure))


def _with(before: Record, snapshot: Snapshot, drawn: Draw, departures: tuple[Departure, ...]) -> Record:
    stands = standing(snapshot, drawn, departures)
    entries: list[Record] = []
    last = before["hash"]
    for departure, came in zip(departures, stands.steps, strict=True):
        entry = {"departure": departure.as_json(), "replacements": [one.as_json() for one in came]}
        last = link_hash(last, entry)
        entries.append({**entry, "hash": last})
    return {**before, "departures": entries, "standing": stands.as_json()}


def draw_hash(found: Record) -> str:
    """What the signed paper of the draw names: the hash of the record as it is before anybody leaves."""
    return digest({key: value for key, value in found.items() if key not in _AFTER})


def link_hash(before: str, entry: Mapping[str, Any]) -> str:
    """What the paper of a replacement names: the hash of the departure, what came of it, and the hash before."""
    return digest({"before": before, "departure": entry["departure"], "replacements": entry["replacements"]})


def heads(found: Record) -> tuple[str, ...]:
    """The hashes that papers may name: of the draw, then after each departure."""
    return (found["hash"], *(one["hash"] for one in found["departures"]))


def write_record(found: Record) -> str:
    """The text of a file: canonical JSON and a line end."""
    return canonical(found) + "\n"


def read_record(text: str) -> Record:
    """A record from the text of a file; whether it is true is another question (``replay``).

    Raises:
        Refused: it is no JSON object with exactly the keys of a record, or has a key twice or a fraction.
    """
    try:
        found = parse(text)
    except (ValueError, RecursionError) as error:
        raise Refused(Message("draw.unreadable", {"why": str(error)[:200]})) from error
    if not isinstance(found, dict) or found.get("version") != VERSION:
        raise Refused(Message("draw.other_version", {"version": VERSION}))
    if wrong := sorted(set(KEYS) ^ set(found)):
        raise Refused(Message("draw.malformed", {"where": ", ".join(wrong)}))
    shapes = {"context": dict, "snapshot": dict, "pool": dict, "draw": dict, "departures": list, "standing": dict}
    for key in KEYS:
        if not isinstance(found[key], shapes.get(key, str)):
            raise Refused(Message("draw.malformed", {"where": key}))
    return found


def drawn_of(value: Any) -> Draw:
    """The draw that a record states. Raises Refused where it is none."""
    try:
        method: Method = value["method"]
        panels = None if value["panels"] is None else int(value["panels"])
        order = Order(tuple(value["order"]), method, value["tries"], panels)
        found = Draw(order, tuple(value["panel"]), tuple(value["reserves"]))
        same = found.as_json() == value and type(value["tries"]) is int
        same = same and all(type(one) is str for one in (*order.ids, *found.panel, *found.reserves))
    except (TypeError, ValueError, KeyError) as error:
        raise Refused(Message("draw.malformed", {"where": "draw"})) from error
    if not same:
        raise Refused(Message("draw.malformed", {"where": "draw"}))
    return found


def departure_of(value: Any) -> Departure:
    """The departure that a record states. Raises Refused where it is none."""
    try:
        found = Departure(value["candidate"], value["kind"], date.fromisoformat(value["day"]), value["evidence"])
        same = found.as_json() == value and all(type(one) is str for one in value.values())
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Refused(Message("draw.malformed", {"where": "departures"})) from error
    if not same:
        raise Refused(Message("draw.malformed", {"where": "departures"}))
    return found


def standing_of(drawn: Draw, snapshot: Snapshot, entries: Iterable[Any]) -> Standing:
    """The panel after the departures of these entries of a record. Raises Refused as :func:`standing`."""
    return standing(snapshot, drawn, [departure_of(one["departure"]) for one in entries])
