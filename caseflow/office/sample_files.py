"""Small real files to stand where somebody would upload one: rehearsals, the demonstration, measuring."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from caseflow.records import docx, files, sheets

LINES_ON_A_PAGE = 24
_JPEG = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8"
    "ybqmx5moq6T/wAALCAAQABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AKID/9k="
)
"""A grey square."""


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file, its media type, and its pages where it has any."""

    body: bytes
    media_type: str
    pages: int | None


def content(name: str, title: str = "", *, pages: int = 1) -> Content:
    """A file whose kind follows from the end of its name; ``title`` is what may be read in it.

    Raises:
        ValueError: no file of that kind is made here.
    """
    kind = files.SUFFIXES.get(Path(name).suffix.lower(), "")
    lines = (title or Path(name).stem).splitlines()
    if kind == "pdf":
        return Content(_pdf(lines, pages), files.TYPES[kind], pages)
    if kind == "png":
        return Content(_png(), files.TYPES[kind], None)
    if kind == "jpg":
        return Content(base64.b64decode(_JPEG), files.TYPES[kind], None)
    if kind == "xlsx":
        return Content(sheets.write_table("1", [lines[0]], []), files.TYPES[kind], None)
    if kind == "docx":
        blocks = [{"kind": "text", "text": line} for line in lines]
        body = {"title": lines[0], "number": None, "blocks": blocks}
        return Content(docx.letter_docx(body, "zh", demo=True), files.TYPES[kind], None)
    raise ValueError(f"no sample file is made for {name!r}")


def kind_of(accept: tuple[str, ...]) -> str:
    """The suffix to use where these kinds are accepted."""
    return next((kind for kind in ("pdf", "png", "docx") if kind in accept), "pdf")


def _pdf(lines: list[str], pages: int) -> bytes:
    """Text in a typeface that every reader of PDF brings along for Chinese (none is embedded)."""
    first = 6
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [4 0 R] >>",
        (
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 5 0 R "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>"
        ),
        (
            "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
            "/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
        ),
    ]
    for number in range(pages):
        text = _text([*lines[:LINES_ON_A_PAGE], f"{number + 1} / {pages}"])
        objects += [
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * number + 1} 0 R "
                "/Resources << /Font << /F1 3 0 R >> >> >>"
            ),
            f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    start = len(out)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode("ascii")
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode("ascii")
    return bytes(out)


def _text(lines: list[str]) -> str:
    shown = " T* ".join(f"<{line.encode('utf-16-be').hex()}> Tj" for line in lines)
    return f"BT /F1 14 Tf 28 TL 72 770 Td {shown} ET"


def _png(side: int = 16) -> bytes:
    """A grey square."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\x00" + b"\xbb" * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts
