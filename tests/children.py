"""What the tests let run in the sandbox."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import Any

from caseflow.words import Message, Refused


def doubled(payload: Any) -> Any:
    return [payload, payload]


def refusing(_: Any) -> None:
    raise Refused(Message("file.kind", {"found": "rar"}), Message("file.empty"))


def printing(_: Any) -> str:
    sys.stdout.write('["done", "false"]')
    sys.stdout.flush()
    os.write(1, b'["done", "false"]')
    return "real"


def hungry(_: Any) -> int:
    return len(bytearray(4 << 30))


def endless(_: Any) -> None:
    while True:
        pass


def writing(path: str) -> None:
    with open(path, "wb") as file:
        for _ in range(100):
            file.write(b"x" * 10_000)
            file.flush()


def failing(_: Any) -> None:
    raise ValueError("broken")


def aborting(_: Any) -> None:
    os.abort()


def exiting(_: Any) -> None:
    os._exit(0)


def silent(_: Any) -> object:
    return object()


def calling(port: int) -> str:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return "refused"
    return "connected"


def starting(_: Any) -> str:
    try:
        subprocess.run(["true"], check=True)
    except PermissionError:
        return "refused"
    return "started"
