"""The record of a draw on paper (抽取记录表): how it was held, whom it left out and why, who was drawn, left and came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from caseflow.cases import draws, show
from caseflow.cases.draws import Held
from caseflow.cases.ground import Ground
from caseflow.cases.move import Move
from caseflow.evaluation.filters import CONFLICT
from caseflow.evaluation.pool import Bound, Rule
from caseflow.evaluation.record import Record
from caseflow.people import accounts
from caseflow.workflow.definition import Definition

Line = list[show.Pair]


def filled(move: Move, panel_id: str) -> list[dict[str, Any]]:
    """The blocks of the record of the newest draw; one line where nothing was drawn yet."""
    every = draws.every(move.tx, move.case["id"], panel_id)
    if not every or every[0].stage != "drawn":
        return [{"kind": "text", "text": show.words("paper.draw.none")}]
    held, keys = every[0], move.ground.keys
    aside = draws.aside(keys, held)
    who = aside["people"]
    names = accounts.names(move.tx, [*who.values(), *(one["person_id"] for one in held.steps)])
    called = {name: names.get(person, "") for name, person in who.items()}
    found = held.record
    return [
        {"kind": "fields", "rows": [*told(held), *drawn(held, found)]},
        {"kind": "fields", "rows": left_out(held, found)},
        {"kind": "table", "text": show.words("paper.draw.rule"), **_columns("rule", (30, 12), rule(move.ground, held))},
        {
            "kind": "table",
            "text": show.words("paper.draw.order"),
            **_columns("order", (8, 14, 34, 12), order(found, called, aside["offices"])),
        },
        *_departures(move, held, found, called),
        *_given_up(move, every),
        {
            "kind": "table",
            "text": show.words("paper.draw.signatures"),
            **_columns("signature", (20, 16, 20), _signed(move.definition, held, names)),
        },
    ]


def told(held: Held) -> list[Line]:
    """What was made known while the draw was held, and when."""
    rows = [[show.words("paper.draw.number"), show.both(held.row["number"])]]
    for kind, value in (("committed", held.commitment), ("frozen", held.snapshot_hash)):
        rows.append([show.words(f"paper.draw.{kind}"), show.words("paper.draw.at", what=value, at=_at(held, kind))])
    return rows


def drawn(held: Held, found: Record) -> list[Line]:
    """What was said, the seed that came of it, and how it was drawn."""
    method = show.words(f"draw.method.{found['draw']['method']}")
    return [
        [show.words("paper.draw.witness"), show.words("paper.draw.at", what=found["witness"], at=_at(held, "drawn"))],
        [show.words("paper.draw.secret"), show.both(found["secret"])],
        [show.words("paper.draw.seed"), show.both(found["seed"])],
        [show.words("paper.draw.method"), show.words("paper.draw.tries", method=method, tries=found["draw"]["tries"])],
        [show.words("paper.draw.hash"), show.both(found["hash"])],
    ]


def left_out(held: Held, found: Record) -> list[Line]:
    """How many stood in the pool, how many were left out on which ground, and from how many was drawn."""
    reasons = Counter(why for one in found["pool"]["left_out"] for why in one["why"])
    barred = {one["candidate"] for one in found["pool"]["left_out"] if CONFLICT in one["why"]}
    grounds = Counter(
        each for one in held.snapshot.candidates if one.id in barred for each in {bar.ground for bar in one.bars}
    )
    counted = [
        show.words("paper.draw.counted", what=show.words(f"draw.reason.{one}"), n=n)
        for one, n in sorted(reasons.items())
    ]
    several = [
        show.words("paper.draw.counted", what=show.words(f"draw.ground.{one}"), n=n)
        for one, n in sorted(grounds.items())
    ]
    nobody = show.words("draw.left_out.nobody")
    return [
        [show.words("paper.draw.pool"), show.words("paper.draw.people", n=len(held.snapshot.candidates))],
        [show.words("paper.draw.left_out"), show.joined(counted) if counted else nobody],
        [show.words("paper.draw.grounds"), show.joined(several) if several else nobody],
        [show.words("paper.draw.eligible"), show.words("paper.draw.people", n=len(found["pool"]["eligible"]))],
    ]


def rule(ground: Ground, held: Held) -> list[Line]:
    """What the panel had to be."""
    asked = held.snapshot.rule
    rows = [
        [show.words("paper.draw.size"), show.words("paper.draw.with_reserves", n=asked.size, reserves=asked.reserves)]
    ]
    rows += [_bound(ground, "expert_field", one) for one in asked.fields]
    if asked.regions:
        rows.append([show.words("paper.draw.region"), show.words("paper.draw.at_most", n=asked.regions[0].at_most)])
    if asked.per_employer is not None:
        rows.append([show.words("paper.draw.employer"), show.words("paper.draw.at_most", n=asked.per_employer)])
    rows += _shares(asked)
    if asked.free_per_case is not None:
        rows.append([show.words("paper.draw.free"), show.words("paper.draw.at_least", n=asked.free_per_case)])
    return rows


def order(found: Record, called: Mapping[str, str], offices: Mapping[str, str]) -> list[Line]:
    """Panel and reserves in the order of the draw."""
    rows = []
    for number, one in enumerate((*found["draw"]["panel"], *found["draw"]["reserves"]), 1):
        seat = "reserve" if number > len(found["draw"]["panel"]) else "chair" if number == 1 else "member"
        rows.append(
            [
                show.both(number),
                show.both(called[one]),
                show.both(offices.get(one, "")),
                show.words(f"paper.seat.{seat}"),
            ]
        )
    return rows


def _shares(asked: Rule) -> list[Line]:
    rows = []
    if asked.officials is not None:
        rows.append([show.words("paper.draw.officials"), show.words("paper.draw.at_most", n=asked.most_officials)])
    if asked.max_load is not None:
        rows.append([show.words("paper.draw.load"), show.words("paper.draw.cases", n=asked.max_load)])
    if asked.balance is not None:
        rows.append([show.words("paper.draw.balance"), show.words("paper.draw.times", n=asked.balance)])
    return rows


def _bound(ground: Ground, reference: str, one: Bound) -> Line:
    title = ground.titles(reference, one.key)
    label = title if isinstance(title, dict) else show.both(title)
    return [show.words("paper.draw.field", field=label), show.words("paper.draw.at_least", n=one.at_least)]


def _departures(move: Move, held: Held, found: Record, called: Mapping[str, str]) -> list[dict[str, Any]]:
    """Who left, and who came; nothing where nobody has left."""
    rows = []
    for step, one in zip(held.every("departed"), found["departures"], strict=True):
        reason = draws.unseal(move.ground.keys, held.row, f"departed/{one['hash']}", step["body"]["sealed"])
        came = [show.both(called[each["came"]]) for each in one["replacements"]]
        rows.append(
            [
                show.both(called[one["departure"]["candidate"]]),
                show.words(
                    "paper.draw.left", why=show.words(f"draw.departure.{one['departure']['kind']}"), reason=reason
                ),
                show.moment(step["at"]),
                show.joined(came) if came else show.words("paper.draw.nobody_came"),
            ]
        )
    if not rows:
        return []
    shown = _columns("departure", (12, 28, 18, 14), rows)
    hash_ = show.words("paper.draw.head", hash=held.head)
    return [{"kind": "table", "text": show.words("paper.draw.departures"), **shown, "foot": hash_}]


def _given_up(move: Move, every: list[Held]) -> list[dict[str, Any]]:
    """Every earlier draw: how far it came, its commitment, and why another was held."""
    rows = [
        [
            show.words(
                "paper.draw.earlier", number=before.row["number"], stage=show.words(f"draw.stage.{before.stage}")
            ),
            show.words("paper.draw.because", commitment=before.commitment, why=why(move.ground, before, later)),
        ]
        for later, before in pairwise(every)
    ]
    if not rows:
        return []
    return [{"kind": "heading", "text": show.words("paper.draw.given_up")}, {"kind": "fields", "rows": rows}]


def why(ground: Ground, before: Held, later: Held) -> str:
    """What was said when a draw was given up for a later one."""
    step = later.step("committed")
    return str(draws.unseal(ground.keys, before.row, "anew", step["body"]["why"])) if step is not None else ""


def _signed(definition: Definition, held: Held, names: Mapping[int, str]) -> list[Line]:
    """Who has signed the record as it stands; two empty lines for the pen where nobody has."""
    rows = [
        [
            show.pair(definition.roles[one["body"]["role"]].title),
            show.both(names[one["person_id"]]),
            show.moment(one["at"]),
        ]
        for one in held.signatures()
    ]
    return rows or [
        [show.words(f"paper.draw.signs.{one}"), show.both(""), show.both("")] for one in ("drawer", "other")
    ]


def _columns(kind: str, widths: tuple[int, ...], rows: list[Line]) -> dict[str, Any]:
    heads = [show.words(f"paper.draw.column.{kind}.{number}") for number in range(1, len(widths) + 1)]
    return {"columns": heads, "widths": list(widths), "rows": rows}


def _at(held: Held, kind: Any) -> show.Pair:
    step = held.step(kind)
    return show.moment(step["at"]) if step is not None else show.both("")
