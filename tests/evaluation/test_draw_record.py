"""The record of a draw: drawn again it is the same, and whatever is changed in it is told with the step."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseflow.cli.main import main
from caseflow.evaluation.chance import canonical, commitment
from caseflow.evaluation.draw import draw
from caseflow.evaluation.pool import Snapshot
from caseflow.evaluation.record import Record, heads, read_record, record, with_departure, write_record
from caseflow.evaluation.replacing import Departure
from caseflow.evaluation.replay import Published, replay
from caseflow.words import Refused, render
from tests.evaluation.draws import DAY, SECRET, mixed
from tests.evaluation.test_draw import snapshots

Path = tuple[Any, ...]


def made(departures: int = 2) -> Record:
    found = record(SECRET, "晴 12", mixed(), {"drawer": "甲", "present": "乙"})
    for _ in range(departures):
        found = with_departure(found, Departure(found["standing"]["panel"][0], "recused", DAY, "ref"))
    return found


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict | list) and value:
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(one, (*path, key))
    else:
        yield path


def changed(found: Record, path: Path) -> Record:
    """The record with one value changed to another of the same type."""
    copied = copy.deepcopy(found)
    inside: Any = copied
    for key in path[:-1]:
        inside = inside[key]
    old = inside[path[-1]]
    new: Any = old
    if isinstance(old, bool):
        new = not old
    elif isinstance(old, int):
        new = old + 1
    elif isinstance(old, str):
        new = ("0" if old[:1] != "0" else "1") + old[1:]
    else:
        new = {"more": 1} if isinstance(old, dict) else ["more"] if isinstance(old, list) else 1
    inside[path[-1]] = new
    return copied


def broken(found: Record) -> tuple[str, ...]:
    try:
        return replay(read_record(write_record(found))).broken
    except Refused:
        return ("unreadable",)


def test_a_record_replays() -> None:
    assert replay(read_record(write_record(made()))).broken == ()


@settings(max_examples=100, deadline=None)
@given(snapshots(), st.binary(min_size=32, max_size=32), st.text(min_size=1), st.data())
def test_every_record_replays_and_has_the_same_bytes(
    snapshot: Snapshot, secret: bytes, said: str, data: st.DataObject
) -> None:
    witness = f"w{said}".encode("utf-8", "ignore").decode()
    try:
        found = record(secret, witness, snapshot)
    except Refused:
        return
    leaving = data.draw(st.lists(st.sampled_from(found["draw"]["order"]), unique=True, max_size=3))
    departures = [Departure(one, "declined", DAY) for one in leaving]
    for one in departures:
        found = with_departure(found, one)

    assert replay(read_record(write_record(found))).broken == ()
    assert write_record(found) == write_record(record(secret, witness, snapshot, {}, departures))


def test_no_value_of_a_record_can_be_changed_unseen() -> None:
    found = made()
    unseen = [path for path in leaves(found) if not broken(changed(found, path))]

    assert unseen == []


@pytest.mark.parametrize(
    ("path", "step"),
    [
        (("commitment",), "commitment"),
        (("secret",), "commitment"),
        (("witness",), "seed"),
        (("seed",), "seed"),
        (("snapshot_hash",), "snapshot_hash"),
        (("snapshot", "candidates", 0, "load"), "snapshot_hash"),
        (("snapshot", "candidates", 0, "official"), "snapshot_hash"),
        (("snapshot", "rule", "reserves"), "snapshot_hash"),
        (("pool", "left_out", 0, "why", 0), "pool"),
        (("draw", "tries"), "order"),
        (("draw", "order", 4), "order"),
        (("draw", "reserves", 0), "seats"),
        (("context", "drawer"), "hash"),
        (("hash",), "hash"),
        (("departures", 1, "departure", "evidence"), "departure 2"),
        (("departures", 0, "replacements", 0, "came"), "departure 1"),
        (("standing", "panel", 0), "standing"),
    ],
)
def test_a_change_is_told_with_its_step(path: Path, step: str) -> None:
    assert step in broken(changed(made(), path))


def test_a_change_of_the_departures_breaks_nothing_before_them() -> None:
    assert broken(changed(made(), ("departures", 1, "departure", "kind"))) == ("departure 2",)


def test_a_dropped_departure_is_told() -> None:
    found = made()
    del found["departures"][0]

    assert "departure 1" in broken(found)


def test_another_person_put_on_the_panel_is_told_with_both_names() -> None:
    found = made(0)
    other = found["draw"]["reserves"][0]
    before = found["draw"]["panel"][0]
    found["draw"]["panel"][0] = other
    step = next(step for step in replay(found).steps if step.id == "seats")

    assert [render(one, "en") for one in step.differs] == [
        f"panel[1]: the record says {other}, recomputed it is {before}"
    ]


def test_a_forgery_that_is_whole_is_caught_by_what_was_published_and_signed() -> None:
    true = made(0)
    forged = record(bytes(32), "晴 12", replace(mixed(), candidates=mixed().candidates[1:]))
    published = Published(true["commitment"], true["snapshot_hash"], heads(true))

    assert replay(forged).agrees
    assert replay(forged, published).broken == ("published_commitment", "published_snapshot", "signed")
    assert replay(true, published).agrees


def test_the_paper_of_the_draw_still_agrees_after_departures() -> None:
    assert replay(made(2), Published(hashes=(made(0)["hash"], heads(made(1))[-1]))).agrees


def test_what_was_written_stays_when_somebody_leaves() -> None:
    before, after = made(1), made(2)
    kept = {key: value for key, value in after.items() if key not in ("departures", "standing")}

    assert kept == {key: value for key, value in before.items() if key not in ("departures", "standing")}
    assert after["departures"][:1] == before["departures"]


def test_the_secret_alone_does_not_tell_the_draw() -> None:
    """The same secret, hence the same commitment, draws otherwise with each word that the supervisor may say."""
    found = {tuple(record(SECRET, f"word {number}", mixed())["draw"]["order"]) for number in range(20)}

    assert len(found) == 20
    assert commitment(SECRET) == made()["commitment"]


def test_the_pool_is_the_same_in_whatever_order_it_was_listed() -> None:
    turned = replace(mixed(), candidates=mixed().candidates[::-1])

    assert turned.hash() == mixed().hash()
    assert draw(bytes(32), turned) == draw(bytes(32), mixed())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"version": "caseflow-draw-1"}',
        '{"version": "caseflow-draw-1", "version": "caseflow-draw-1"}',
        '{"version": 1.5}',
        '{"version": NaN}',
    ],
)
def test_what_is_no_record_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_record(text)
    assert all(render(reason, "zh") for reason in refused.value.reasons)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_spoilt_record_never_crashes_the_replay(data: st.DataObject) -> None:
    found = made()
    path = data.draw(st.sampled_from(sorted(leaves(found), key=str)))
    cut = path[: data.draw(st.integers(1, len(path)))]
    inside: Any = found
    for key in cut[:-1]:
        inside = inside[key]
    inside[cut[-1]] = data.draw(
        st.sampled_from([None, True, -1, 10**30, "", "\x1b[2J", [], {}, [[]], [{}], {"candidate": []}])
    )

    assert broken(found) or canonical(found) == canonical(made())


def test_the_command_replays_without_a_database(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/none.db")
    found = made()
    path = tmp_path / "draw.json"
    path.write_text(write_record(found), "utf-8")
    given = ["--commitment", found["commitment"], "--snapshot", found["snapshot_hash"], "--hash", found["hash"]]
    code = main(["evaluation", "replay", str(path), *given])
    said = capsys.readouterr().out

    assert code == 0
    assert "DIFFERS" not in said
    assert "All 15 steps agree, also with what was published and signed." in said


def test_the_command_tells_the_step_that_differs_in_chinese(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "draw.json"
    path.write_text(write_record(changed(made(), ("standing", "panel", 0))), "utf-8")
    code = main(["evaluation", "replay", str(path), "--language", "zh"])
    said = capsys.readouterr().out

    assert code == 1
    assert [line for line in said.splitlines() if line.startswith("不符")] == ["不符  现有专家组与递补次序"]
    assert said.endswith("12步中有1步不符。\n")


def test_the_command_speaks_json(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "draw.json"
    path.write_text(write_record(made()), "utf-8")
    code = main(["evaluation", "replay", str(path), "--json"])
    said = json.loads(capsys.readouterr().out)

    assert (code, said["agrees"], said["head"]) == (0, True, heads(made())[-1])


@pytest.mark.parametrize("text", ["\x1b[2J", '{"version": "\\u001b[2J"}', None])
def test_the_command_ends_with_a_sentence_where_there_is_no_record(
    text: str | None, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "draw.json"
    if text is not None:
        path.write_text(text, "utf-8")
    code = main(["evaluation", "replay", str(path)])
    said = capsys.readouterr().out

    assert code == 1
    assert len(said.splitlines()) == 1
    assert "\x1b" not in said
