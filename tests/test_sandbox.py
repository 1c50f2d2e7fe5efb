"""The limited child: what comes back, and what it cannot do."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from caseflow import sandbox
from caseflow.words import Message, Refused


def run(name: str, payload: object = None, **limits: int) -> object:
    return sandbox.run(f"tests.children:{name}", payload, **limits)


def test_the_answer_comes_back() -> None:
    assert run("doubled", {"值": [1, "二"]}) == [{"值": [1, "二"]}, {"值": [1, "二"]}]


def test_a_refusal_comes_back_with_its_reasons() -> None:
    with pytest.raises(Refused) as refused:
        run("refusing")

    assert refused.value.reasons == (Message("file.kind", {"found": "rar"}), Message("file.empty"))


def test_what_the_function_prints_is_no_answer() -> None:
    assert run("printing") == "real"


def test_too_much_memory_ends_the_child() -> None:
    with pytest.raises(sandbox.Exhausted):
        run("hungry")


def test_too_much_time_ends_the_child() -> None:
    began = time.monotonic()

    with pytest.raises(sandbox.Exhausted):
        run("endless", cpu_seconds=1)

    assert time.monotonic() - began < 15


def test_too_large_a_file_ends_the_child(tmp_path: Path) -> None:
    with pytest.raises((sandbox.Exhausted, sandbox.Failed)):
        run("writing", str(tmp_path / "out"), written=100_000)

    assert (tmp_path / "out").stat().st_size <= 100_000


@pytest.mark.parametrize("name", ["failing", "aborting", "exiting", "silent"])
def test_a_broken_child_is_a_refusal(name: str) -> None:
    with pytest.raises((sandbox.Failed, sandbox.Exhausted)):
        run(name)


def test_the_child_reaches_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        answer = run("calling", server.getsockname()[1])
        with pytest.raises(TimeoutError):
            server.accept()

    assert answer == "refused"


def test_the_child_starts_no_program() -> None:
    assert run("starting") == "refused"
