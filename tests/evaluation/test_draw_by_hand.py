"""docs/evaluation.md, followed by hand: another few lines, written from the page alone, draw the same people."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from itertools import combinations, count
from typing import Any

import pytest

from caseflow.config import ROOT
from caseflow.evaluation.pool import Bound
from caseflow.evaluation.record import KEYS, record
from tests.evaluation.draws import crowd, fits, frozen, mixed, seeds


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def numbers(seed: str) -> Any:
    """A function that reads the next number below m."""
    stream = (
        byte for block in count() for byte in hmac.digest(bytes.fromhex(seed), block.to_bytes(8, "big"), "sha256")
    )

    def below(bound: int) -> int:
        number, bits = bound, len(f"{bound - 1:b}") if bound > 1 else 0
        while number >= bound:
            size = -(-bits // 8)
            number = int("".join(f"{next(stream):08b}" for _ in range(size))[:bits], 2) if size else 0
        return number

    return below


def shuffled(listed: list[str], begin: int, end: int, below: Any) -> list[str]:
    for place in range(begin, end):
        other = place + below(len(listed) - place)
        listed[place], listed[other] = listed[other], listed[place]
    return listed


@pytest.mark.parametrize("secret", list(seeds(25)), ids=lambda secret: secret.hex()[:6])
def test_the_page_draws_the_same_people(secret: bytes) -> None:
    snapshot = mixed()
    found = record(secret, " 晴　12 ", snapshot)
    text = json.dumps(found["snapshot"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    seed = sha(f"caseflow draw seed 1\n{secret.hex()}\n{sha(text)}\n晴 12")
    below = numbers(seed)
    order, tries = [""], 0
    while not fits(snapshot, order[:3]):
        order, tries = shuffled(sorted("abcdefgi"), 0, 3, below), tries + 1
    shuffled(order, 3, 8, below)

    assert found["commitment"] == sha(f"caseflow draw commitment 1\n{secret.hex()}")
    assert (found["seed"], found["draw"]["tries"]) == (seed, tries)
    assert found["draw"]["order"] == order


def test_the_page_draws_the_same_rare_people() -> None:
    people = [replace(one, fields=("rare",)) if one.id < "p03" else one for one in crowd(120)]
    snapshot = frozen(people, replace(mixed().rule, fields=(Bound("rare", 3),), regions=()))
    found = record(bytes(32), "word", snapshot)
    below = numbers(found["seed"])
    ids = sorted(one.id for one in people)
    for _ in range(2_000):
        shuffled(list(ids), 0, 3, below)
    possible = list(combinations(["p00", "p01", "p02"], 3))
    members = shuffled(sorted(possible[below(len(possible))]), 0, 3, below)
    others = shuffled([one for one in ids if one not in members], 0, 117, below)

    assert (found["draw"]["method"], found["draw"]["panels"]) == ("counting", "1")
    assert found["draw"]["order"] == members + others


def test_the_page_names_every_key_of_the_record() -> None:
    page = (ROOT / "docs" / "evaluation.md").read_text("utf-8")

    assert [key for key in KEYS if f"`{key}`" not in page] == []
