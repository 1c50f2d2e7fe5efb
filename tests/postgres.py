"""A private PostgreSQL for one run of the tests, from the system's own binaries.

It is set up as in production (``fsync`` stays on), listens on 127.0.0.1 only, and ends with its owner. Where its data
lies decides what a confirmed write costs: on the disk for what is measured, in memory for what is tested.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

ATTEMPTS = 5
"""Between choosing a free port and listening on it somebody else may take it."""
PATIENCE = 120
"""Seconds for a start or a stop on a busy machine."""
PR_SET_PDEATHSIG = 1
ROOM = 2 << 30
"""Bytes that must be free in memory for a server, or the files of a run of the tests, to lie there."""


class NoPostgres(Exception):
    """The tests cannot run as they must."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and its superuser ``caseflow``, who needs no password."""

    port: int

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://caseflow@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str) -> None:
        """Statements outside a transaction (to create and drop databases)."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="caseflow", dbname="postgres", autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def memory() -> Path | None:
    """The file system in memory, where there is one with room; a new database is some 700 small files."""
    found = Path("/dev/shm")
    roomy = os.access(found, os.W_OK) and shutil.disk_usage(found).free >= ROOM
    return found if roomy else None


@contextmanager
def server(place: Path | None = None) -> Iterator[Server]:
    """Start a new server with its data under ``place`` (nothing: on the disk), and stop it and remove them at the end."""
    binaries = _binaries()
    owner = _owner()
    # short: a socket's path has 107 bytes at most
    home = Path(tempfile.mkdtemp(prefix="cfpg", dir=place or "/tmp"))
    try:
        if owner:
            os.chown(home, owner["user"], owner["group"])
        data, log = home / "data", home / "log"
        made = subprocess.run(
            [binaries / "initdb", "-D", data, "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "-U", "caseflow"],
            cwd=home, env=_environment(), capture_output=True, text=True, check=False, **owner,
        )  # fmt: skip
        if made.returncode:
            raise NoPostgres(f"initdb could not prepare the tests' PostgreSQL: {made.stderr.strip()}")
        process, port = _start(binaries, data, log, owner)
        try:
            yield Server(port)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _binaries() -> Path:
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise NoPostgres("The tests need PostgreSQL's own binaries (Debian: apt-get install postgresql).")


def _owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: whom it runs as, in the words of ``subprocess``."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoPostgres("The tests run as root and found neither the user postgres nor nobody to run PostgreSQL as.")


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _start(binaries: Path, data: Path, log: Path, owner: dict[str, Any]) -> tuple[subprocess.Popen[bytes], int]:
    for _ in range(ATTEMPTS):
        port = _free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": data.parent,
            "max_connections": 200,
            "shared_buffers": "64MB",
            "fsync": "on",
            "timezone": "UTC",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with log.open("ab") as output:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, *options],
                cwd=data.parent, env=_environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 -- only system calls, and before any thread of ours
                **owner,
            )  # fmt: skip
        if answers(process, port, data):
            return process, port
        _stop(process)
    raise NoPostgres(f"The tests' PostgreSQL did not start: {log.read_text(errors='replace')[-2000:].strip()}")


def _end_with_parent() -> None:
    """Ask for a fast shutdown should the tests be killed. In the child, before it becomes the server."""
    os.setpgid(0, 0)  # Ctrl-C is for the tests, which then stop the server themselves
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(process: subprocess.Popen[bytes], port: int, data: Path) -> bool:
    """Whether this server has come to listen: another run of the tests may have taken the port in between."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with psycopg.connect(
                host="127.0.0.1", port=port, user="caseflow", dbname="postgres", connect_timeout=5
            ) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return row is not None and Path(row[0]) == data
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)  # a fast shutdown: connections are ended, nothing is lost
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(PATIENCE)
