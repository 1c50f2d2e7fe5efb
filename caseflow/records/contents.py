"""What an uploaded file really is, told by its content. Runs in the sandbox, on files of strangers.

An archive is measured before anything is unpacked; whatever could run or reach outside is refused.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

import filetype
from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from caseflow.words import Message, Refused

MOST_ENTRIES = 5_000
MOST_UNPACKED = 300 * 1024 * 1024
MOST_RATIO = 200
RATIO_FROM = 1024 * 1024
"""Small entries may shrink as they like: only what unpacks to more than this is measured by its ratio."""
MOST_PIXELS = 50_000_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "OFD.xml": "ofd"}
_ACTIVE_PART = re.compile(
    r"vbaProject|vbaData|oleObject|/(activeX|macrosheets|externalLinks)/|/embeddings/(?!.*\.xlsx$)"
    r"|\.(exe|dll|js|vbs|bat|cmd|ps1|jar)$",
    re.IGNORECASE,
)
"""Parts that hold code or objects of other programs; the workbook behind a chart is none."""
_DDE_FIELD = re.compile(r"DDE(AUTO)?\s+[\"\w]", re.IGNORECASE)
_DDE_FORMULA = re.compile(r"^[^\"]*\|")


def inspect(payload: dict[str, Any]) -> dict[str, Any]:
    """Type and pages of the file at ``payload["path"]``; a picture is written anew to ``payload["clean"]``.

    Answers ``{"kind", "pages", "cleaned"}``. Refuses with ``file.*`` what is none of them, broken,
    locked by a password, active or a bomb.
    """
    path = Path(payload["path"])
    kind = sniff(path)
    pages: int | None = None
    if kind == "pdf":
        pages = _pdf_pages(path)
    elif kind in ("jpg", "png"):
        _redraw(path, Path(payload["clean"]), kind)
    else:
        with archive(path) as packed:
            _refuse_active(packed)
    return {"kind": kind, "pages": pages, "cleaned": kind in ("jpg", "png")}


def sniff(path: Path) -> str:
    """The kind of a file (a key of ``files.TYPES``) by its first bytes and, for archives, its parts."""
    with path.open("rb") as file:
        head = file.read(8192)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(_OLE):
        raise Refused(Message("file.old_office"))
    if head.startswith(b"PK"):
        with archive(path) as packed:
            names = set(packed.namelist())
        kinds = [kind for part, kind in _MAIN_PARTS.items() if part in names]
        if len(kinds) == 1:
            return kinds[0]
        raise Refused(Message("file.kind", {"found": "zip"}))
    guess = filetype.guess(head)
    raise Refused(Message("file.kind", {"found": guess.extension}) if guess else Message("file.kind_unknown"))


def archive(path: Path) -> zipfile.ZipFile:
    """Open a zip that is measured and safe to unpack entry by entry."""
    try:
        packed = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise Refused(Message("file.broken")) from None
    entries = packed.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED:
        raise Refused(Message("file.bomb"))
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.flag_bits & 1:
            raise Refused(Message("file.locked"))
        if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise Refused(Message("file.bomb"))
        if entry.header_offset < end:  # two entries over the same bytes: the flat bomb
            raise Refused(Message("file.bomb"))
        end = entry.header_offset + entry.compress_size
        if entry.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry.filename):
            raise Refused(Message("file.broken"))
    names = [entry.filename for entry in entries]
    if len(names) != len(set(names)):
        raise Refused(Message("file.broken"))
    return packed


def unpack(packed: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The bytes of an entry in pieces; stops with a refusal where the archive lied about its size."""
    try:
        left = packed.getinfo(name).file_size
        with packed.open(name) as part:
            while piece := part.read(65536):
                left -= len(piece)
                if left < 0:
                    raise Refused(Message("file.bomb"))
                yield piece
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError):
        raise Refused(Message("file.broken")) from None


def parser() -> expat.XMLParserType:
    """An XML parser that refuses any document type, hence every entity."""
    made = expat.ParserCreate(namespace_separator=" ")
    made.StartDoctypeDeclHandler = _refuse_doctype
    return made


def _refuse_doctype(*_arguments: object) -> None:
    raise Refused(Message("file.active"))


def _refuse_active(packed: zipfile.ZipFile) -> None:
    for name in packed.namelist():
        if _ACTIVE_PART.search(name):
            raise Refused(Message("file.active"))
        if name.endswith((".rels", ".xml")):
            _read_part(packed, name)


def _read_part(packed: zipfile.ZipFile, name: str) -> None:
    """Refuse outside targets that load by themselves, macro types, and fields or formulas that start programs."""
    reader = parser()
    kind = ""
    fields: list[str] = []  # Word cuts one field into runs, so they are joined over the whole part
    formula: list[str] = []

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal kind
        kind = tag.rpartition(" ")[2]
        outside = kind == "Relationship" and attributes.get("TargetMode", "").lower() == "external"
        if outside and not attributes.get("Type", "").endswith("/hyperlink"):
            raise Refused(Message("file.active"))
        if kind in ("Default", "Override") and "macroenabled" in attributes.get("ContentType", "").lower():
            raise Refused(Message("file.active"))
        if kind == "fldSimple":
            fields.extend((*attributes.values(), "\n"))
        formula.clear()

    def closed(tag: str) -> None:
        nonlocal kind
        if tag.rpartition(" ")[2] == "f" and _DDE_FORMULA.search("".join(formula)):
            raise Refused(Message("file.active"))
        kind = ""

    def text(data: str) -> None:
        if kind == "instrText":
            fields.append(data)
        elif kind == "f":
            formula.append(data)

    reader.StartElementHandler, reader.EndElementHandler, reader.CharacterDataHandler = opened, closed, text
    try:
        for piece in unpack(packed, name):
            reader.Parse(piece)
        reader.Parse(b"", True)
    except expat.ExpatError:
        raise Refused(Message("file.broken")) from None
    if _DDE_FIELD.search("".join(fields)):
        raise Refused(Message("file.active"))


def _pdf_pages(path: Path) -> int:
    try:
        reader = PdfReader(path, strict=False)
        locked = reader.is_encrypted
        pages = 0 if locked else len(reader.pages)
        active = not locked and _starts_code(reader)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError):
        raise Refused(Message("file.broken")) from None
    if locked or active or not pages:
        raise Refused(Message("file.locked" if locked else "file.active" if active else "file.broken"))
    return pages


def _starts_code(reader: PdfReader) -> bool:
    if _is_active(reader.trailer["/Root"], depth=6, seen=set()):
        return True
    parts = (page[name] for page in reader.pages for name in ("/AA", "/Annots") if name in page)
    return any(_is_active(part, depth=4, seen=set()) for part in parts)


def _is_active(value: Any, depth: int, seen: set[int]) -> bool:
    """Whether an object, followed ``depth`` levels (not into pages), starts code. Attached files may be: invoices have them."""
    if isinstance(value, IndirectObject):
        if value.idnum in seen:
            return False
        seen.add(value.idnum)
        value = value.get_object()
    if depth == 0:
        return False
    if isinstance(value, ArrayObject):
        return any(_is_active(part, depth - 1, seen) for part in list.__iter__(value))
    if not isinstance(value, DictionaryObject):
        return False
    if value.get("/S") in ("/JavaScript", "/Launch", "/ImportData") or {"/JavaScript", "/JS"} & set(value):
        return True
    followed = (part for name, part in dict.items(value) if name not in ("/Pages", "/P", "/Parent", "/StructTreeRoot"))
    return any(_is_active(part, depth - 1, seen) for part in followed)


def _redraw(path: Path, clean: Path, kind: str) -> None:
    """Write the picture anew from its pixels, upright: place, camera and hidden attachments stay behind."""
    try:
        with Image.open(path, formats=["JPEG" if kind == "jpg" else "PNG"]) as picture:
            small = picture.width * picture.height <= MOST_PIXELS
            if small:
                upright = ImageOps.exif_transpose(picture)
                wanted = ("L", "RGB") if kind == "jpg" else ("1", "L", "LA", "RGB", "RGBA")
                mode = upright.mode if upright.mode in wanted else wanted[-1]
                bare = Image.frombytes(mode, upright.size, upright.convert(mode).tobytes())
                bare.save(clean, "JPEG" if kind == "jpg" else "PNG", **({"quality": 92} if kind == "jpg" else {}))
    except Image.DecompressionBombError:
        raise Refused(Message("file.bomb")) from None
    except (OSError, SyntaxError, ValueError):
        raise Refused(Message("file.broken")) from None
    if not small:
        raise Refused(Message("file.bomb"))
