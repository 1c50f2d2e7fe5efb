"""A limited child process for work on what strangers send: little memory, little time, no network.

The child receives and answers JSON only, so that a child turned hostile has nothing to answer with
that the parent would execute.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

from caseflow.config import ROOT
from caseflow.words import Message, Refused, from_json

MEGABYTE = 1024 * 1024
MEMORY = 512 * MEGABYTE
CPU_SECONDS = 10
MOST_ANSWER = 64 * MEGABYTE

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_FORBIDDEN = (
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
)


class Exhausted(Refused):
    """The child needed more memory or time than it was given."""


class Failed(Refused):
    """The child broke off for another reason."""


def run(
    function: str,
    payload: Any,
    *,
    memory: int = MEMORY,
    cpu_seconds: int = CPU_SECONDS,
    written: int = 256 * MEGABYTE,
) -> Any:
    """The answer of ``function`` (``package.module:name``) to ``payload``, both JSON, from a limited child.

    ``memory`` is the address space in bytes, ``written`` the largest file it may write. A ``Refused``
    raised by the function is raised here again; ``Exhausted`` and ``Failed`` say that there was no answer.
    """
    limits = {"function": function, "memory": memory, "cpu_seconds": cpu_seconds, "written": written}
    child = subprocess.Popen(
        [sys.executable, "-m", "caseflow.sandbox", json.dumps(limits)],
        cwd=ROOT,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        answer, _ = child.communicate(json.dumps(payload).encode(), timeout=3 * cpu_seconds + 20)
    except subprocess.TimeoutExpired:
        raise Exhausted(Message("sandbox.exhausted")) from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT, -signal.SIGXFSZ):
        raise Exhausted(Message("sandbox.exhausted"))
    return _read(answer)


def _read(answer: bytes) -> Any:
    try:
        kind, value = json.loads(answer[:MOST_ANSWER])
    except ValueError:
        raise Failed(Message("sandbox.failed")) from None
    if kind == "refused":
        raise Refused(*(from_json(reason) for reason in value))
    if kind == "exhausted":
        raise Exhausted(Message("sandbox.exhausted"))
    if kind == "failed":
        raise Failed(Message("sandbox.failed"))
    return value


def confine(*, memory: int, cpu_seconds: int, written: int) -> None:
    """Limit this very process, for ever: memory, time, size of files, no network, no other program."""
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    _leave_network()
    sys.addaudithook(_refuse)


def _leave_network() -> None:
    """Move into an empty network of our own where the kernel lets us; ``_refuse`` stands in elsewhere."""
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is not None and unshare(_CLONE_NEWNET) != 0:
        unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(event)


def _child() -> None:
    limits = json.loads(sys.argv[1])
    # The channel moves off descriptor 1 so that nothing the function prints can be taken for the answer.
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    payload = json.loads(sys.stdin.buffer.read())
    module, _, name = limits["function"].partition(":")
    confine(memory=limits["memory"], cpu_seconds=limits["cpu_seconds"], written=limits["written"])
    try:
        answer = ["done", getattr(importlib.import_module(module), name)(payload)]
        text = json.dumps(answer, allow_nan=False)
    except Refused as refusal:
        text = json.dumps(["refused", [reason.as_json() for reason in refusal.reasons]])
    except (MemoryError, RecursionError):
        text = '["exhausted", null]'
    except Exception:  # noqa: BLE001 -- whatever broke it, the parent only learns that there is no answer
        text = '["failed", null]'
    channel.write(text.encode())
    channel.flush()


if __name__ == "__main__":
    _child()
