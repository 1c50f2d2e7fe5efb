"""Rows of the dossier drawn by lot for a closer look, with the seed from which everybody can draw them again."""

from __future__ import annotations

from typing import Any

from caseflow.cases import settings, show
from caseflow.cases.move import Move
from caseflow.cases.registry import EFFECTS, effect
from caseflow.evaluation import sampling as lot
from caseflow.words import Message, Refused
from caseflow.workflow.parameters import PREFIX
from caseflow.workflow.parts import Call
from caseflow.workflow.report import paths
from caseflow.workflow.sampling import DRAWS, Sample, sample


def _against_drawing(move: Move, argument: Any) -> list[Message]:
    meant = sample(Call(name=DRAWS, argument=argument))
    size, rows = _size(move, meant), _count(move, meant)
    label = show.pair(paths(move.definition)[meant.of].label)
    if size is None:
        return [Message("workflow.value_missing", {"field": _size_label(move, meant)})]
    return [] if 1 <= size <= rows else move.refuse("sampling.too_few", table=label, size=size, rows=rows)


@effect(EFFECTS, "sample", alters=True, against=_against_drawing)
def draw_sample(move: Move, argument: Any) -> None:
    """Draw rows of a table by lot, none twice, and keep them with the seed and the order in which they were drawn."""
    if against := _against_drawing(move, argument):
        raise Refused(*against)
    meant = sample(Call(name=DRAWS, argument=argument))
    size, count = _size(move, meant) or 0, _count(move, meant)
    seed = move.ground.entropy(lot.SEED_BYTES)
    found = {
        "count": count,
        "size": size,
        "rows": [str(number) for number in lot.drawn(seed, count, size)],
        "seed": seed.hex(),
        "revision": move.row["revision"],
    }
    move.taken[meant.into] = found
    move.changes["facts"] = {**move.row["facts"], meant.into: found}
    move.notes.setdefault("samples", []).append({"of": meant.of, "into": meant.into, **found})


def _count(move: Move, meant: Sample) -> int:
    return len(move.value(meant.of) or ())


def _size(move: Move, meant: Sample) -> int | None:
    if meant.size.startswith(PREFIX):
        return settings.number(move.tx, move.definition, move.case, meant.size)
    found = move.value(meant.size)
    return int(found) if found is not None else None


def _size_label(move: Move, meant: Sample) -> dict[Any, str]:
    known = move.definition.parameters.get(meant.size.removeprefix(PREFIX))
    return show.pair(known.title if known is not None else paths(move.definition)[meant.size].label)
