"""Files to upload, made on the spot: good ones, and what strangers send."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import xlsxwriter
from docx import Document
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def named(value: object) -> str | None:
    """A name for a parameter: bytes differ from run to run, and every process must find the same tests."""
    return type(value).__name__ if isinstance(value, bytes | dict) else None


def pdf(pages: int = 1, *, password: str = "", opening: Mapping[str, str] | None = None) -> bytes:
    """Blank pages; ``opening`` is the action that a reader takes by itself, such as ``{"/S": "/Launch"}``."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if opening:
        action = {
            name: NameObject(value) if name == "/S" else TextStringObject(value) for name, value in opening.items()
        }
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
            {NameObject(name): value for name, value in action.items()}
        )
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx(text: str = "你好") -> bytes:
    document = Document()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx(rows: list[list[object]], formula: str = "") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("数据")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        if formula:
            sheet.write_formula("C2", formula)
    return out.getvalue()


def picture(kind: str = "JPEG", exif: bytes = b"") -> bytes:
    out = io.BytesIO()
    options = {"exif": exif} if exif else {}
    Image.new("RGB", (40, 20), (200, 10, 10)).save(out, kind, **options)
    return out.getvalue()


def located_picture() -> bytes:
    """A photograph that says where it was taken, and lies on its side."""
    exif = Image.Exif()
    exif[0x010F] = "CAMERA-OF-SOMEBODY"
    exif[0x0112] = 6
    return picture("JPEG", exif.tobytes())


def changed(archive: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """An archive with parts put in, replaced or (``None``) left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if name not in parts:
                after.writestr(name, before.read(name))
        for name, content in parts.items():
            if content is not None:
                after.writestr(name, content)
    return out.getvalue()


def part(archive: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return packed.read(name)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def lying_zip(parts: Mapping[str, bytes], name: str) -> bytes:
    """An archive whose directory says that ``name`` unpacks to ten bytes."""
    archive = bytearray(zipped(parts))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = 0
        while (at := archive.find(mark, at)) >= 0:
            header = 30 if mark == b"PK\x03\x04" else 46
            if archive[at + header : at + header + len(name)] == name.encode():
                archive[at + offset : at + offset + 4] = struct.pack("<I", 10)
            at += 4
    return bytes(archive)


def wide_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )
