"""PDF. The only user of WeasyPrint, in a process of its own.

``render`` talks over two pipes to a helper started on first use. The helper is warm: WeasyPrint and the
fonts are loaded. For every document it forks a child with little memory and time and no network; the
child fetches nothing but PNG pictures written into the page itself. The same HTML gives the same bytes.

The body font is made once per installation (``python -m caseflow.press build-font``).
"""

from __future__ import annotations

import atexit
import base64
import ctypes
import hashlib
import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
import unicodedata
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import IO, Any

from caseflow import fonts, sandbox
from caseflow.config import ROOT, from_environment
from caseflow.words import Message, Refused

MEMORY = 1024 * sandbox.MEGABYTE
CPU_SECONDS = 20
WALL_SECONDS = 40
MOST_HTML = 8 * sandbox.MEGABYTE
MOST_PDF = 64 * sandbox.MEGABYTE

_LIBRARIES = ("libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libfontconfig.so.1")
_DONE, _DENIED, _EXHAUSTED, _FAILED = b"D", b"N", b"X", b"F"


class _Helper:
    """The helper process of this process; a fork of ours (a web worker) starts its own."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner: tuple[int, Path] | None = None

    def ask(self, html: bytes, home: Path) -> tuple[bytes, bytes]:
        with self._lock:
            process = self._running(home)
            try:
                _send(process.stdin, html)
                answer = _receive(process.stdout)
            except (BrokenPipeError, EOFError):
                self.stop()
                raise Refused(Message("press.failed")) from None
            return answer[:1], answer[1:]

    def _running(self, home: Path) -> subprocess.Popen[bytes]:
        owner = (os.getpid(), home)
        if self._process is not None and self._owner == owner and self._process.poll() is None:
            return self._process
        if self._owner is not None and self._owner[0] == os.getpid():
            self.stop()
        environment = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "FONTCONFIG_FILE": str(fonts.configuration(home)),
        }
        if path := os.environ.get("LD_LIBRARY_PATH"):  # pango unpacked without root
            environment["LD_LIBRARY_PATH"] = path
        self._process = subprocess.Popen(
            [sys.executable, "-m", "caseflow.press", "serve"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._owner = owner
        return self._process

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner is None or self._owner[0] != os.getpid():
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


_helper = _Helper()
atexit.register(_helper.stop)


def available() -> Message | None:
    """What to install before PDF can be made; nothing if it can be."""
    lacking = []
    for library in _LIBRARIES:
        try:
            ctypes.CDLL(library)
        except OSError:
            lacking.append(library)
    return Message("press.unavailable", {"libraries": lacking}) if lacking else None


def render(html: str, home: Path) -> bytes:
    """The PDF of a page made from our own templates; ``home`` is the installation's folder with the fonts.

    Raises ``Refused``: pango is not installed, a character is in no font (it would vanish silently), the
    page asked for something outside, took too long or too much memory, or is broken.
    """
    if lacking := available():
        raise Refused(lacking)
    content = unicodedata.normalize("NFC", html)
    if len(content) > MOST_HTML:
        raise Refused(Message("press.exhausted"))
    if unknown := fonts.unknown(content, home):
        raise Refused(Message("press.unknown_characters", {"characters": [_named(one) for one in unknown[:20]]}))
    status, answer = _helper.ask(content.encode(), home)
    if status == _DONE:
        return answer
    if status == _DENIED:
        raise Refused(Message("press.denied", {"count": int(answer)}))
    raise Refused(Message("press.exhausted" if status == _EXHAUSTED else "press.failed"))


def pages(pdf: bytes) -> int:
    """How many pages a PDF made by ``render`` has; a stranger's file is counted in the sandbox."""
    from pypdf import PdfReader  # noqa: PLC0415 -- slow to load, and wanted only where papers are made

    return len(PdfReader(BytesIO(pdf)).pages)


def _named(character: str) -> str:
    return f"{character} (U+{ord(character):04X})"


def _send(pipe: IO[bytes] | None, content: bytes) -> None:
    if pipe is None:
        raise EOFError
    pipe.write(struct.pack(">Q", len(content)) + content)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> bytes:
    if pipe is None:
        raise EOFError
    head = pipe.read(8)
    if len(head) < 8:
        raise EOFError
    (size,) = struct.unpack(">Q", head)
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _serve() -> None:
    """The helper: one request after another from the first pipe, until it is closed."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    printer = _printer()
    printer(f"<p lang=zh-CN style='font-family: {', '.join(fonts.FAMILIES)}'>暖镕喆堃昇珺玥 ₂ <b>暖</b>")
    while True:
        try:
            html = _receive(requests)
        except EOFError:
            return
        _send(answers, _one(printer, html.decode()))


def _one(printer: Any, html: str) -> bytes:
    """Fork a limited child for one document and wait for its answer, but not for long."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os._exit(_print_and_leave(printer, html, writing))
    os.close(writing)
    answer = _until_end(reading)
    os.close(reading)
    if answer is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return answer if answer and os.waitstatus_to_exitcode(status) == 0 else _EXHAUSTED


def _until_end(reading: int) -> bytes | None:
    """All that the child writes; nothing if it takes too long or writes too much."""
    pieces: list[bytes] = []
    size, until = 0, time.monotonic() + WALL_SECONDS
    while select.select([reading], [], [], max(0.0, until - time.monotonic()))[0]:
        piece = os.read(reading, 1 << 20)
        if not piece:
            return b"".join(pieces)
        size += len(piece)
        if size > MOST_PDF:
            return None
        pieces.append(piece)
    return None


def _print_and_leave(printer: Any, html: str, channel: int) -> int:
    with os.fdopen(channel, "wb") as answer:
        try:
            sandbox.confine(memory=MEMORY, cpu_seconds=CPU_SECONDS, written=0)
            answer.write(printer(html))
        except (MemoryError, RecursionError):
            answer.write(_EXHAUSTED)
        except Exception:  # noqa: BLE001 -- hostile sizes fail in many ways; the parent learns only that they did
            answer.write(_FAILED)
    return 0


def _printer() -> Any:
    """A function from HTML to an answer, with WeasyPrint loaded in this process only."""
    from weasyprint import HTML  # noqa: PLC0415 -- needs pango, and only the helper may load it
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 -- as above
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415 -- as above

    class OnlyOwnPictures(URLFetcher):  # type: ignore[misc]  # it ships no types
        """Denies every address except a PNG picture written into the page; counts what it denied."""

        denied = 0

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            found = re.fullmatch(r"data:image/png;base64,([A-Za-z0-9+/=]+)", url)
            if found is None:
                self.denied += 1
                raise ValueError("denied")
            return URLFetcherResponse(url, base64.b64decode(found[1]), {"Content-Type": "image/png"})

    font_configuration = FontConfiguration()

    def printed(html: str) -> bytes:
        fetcher = OnlyOwnPictures()
        page = HTML(string=html, url_fetcher=fetcher, base_url=None)
        identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
        pdf = page.write_pdf(font_config=font_configuration, pdf_identifier=identifier)
        return _DENIED + str(fetcher.denied).encode() if fetcher.denied else _DONE + pdf

    return printed


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        _serve()
    elif sys.argv[1:] == ["build-font"]:
        fonts.build(from_environment().home)
    else:
        sys.exit("python -m caseflow.press build-font")
