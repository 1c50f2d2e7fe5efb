"""The pages of many papers laid one after the other on A4. Runs in the sandbox, on files of strangers.

A page is taken as a picture of itself: its content and what it draws with. Links, actions, scripts, forms and attached
files stay behind; what an annotation shows (a seal, a signature) is drawn where it stood.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    StreamObject,
)

from caseflow.records import pictures
from caseflow.words import Message, Refused

A4 = (595.276, 841.89)
"""In points."""
MARGIN = 42.5
"""Around a picture: 15 mm."""
LONGEST_SIDE = 14_400.0
"""Of a page, in points: what the format allows."""

_LABEL_AT = 11.0
"""From the upper right corner to the running number."""
_LEFT_BEHIND = ("/Parent", "/P", "/StructParent", "/StructParents", "/Metadata", "/PieceInfo", "/A", "/AA", "/Dests")
_HIDDEN = 2 | 32
"""Flags of an annotation that is not shown."""
_BROKEN = (
    PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, ZeroDivisionError, OverflowError,
    NotImplementedError, zlib.error, SyntaxError,
)  # fmt: skip

Matrix = tuple[float, float, float, float, float, float]


def bind(payload: dict[str, Any]) -> dict[str, Any]:
    """Lay the pieces on A4 behind each other and write the whole to ``payload["target"]``.

    ``{"pieces": [{"kind": "pdf" | "picture", "path", "pages", "title", "under"}], "labels", "mark", "target",
    "progress", "title"}``: ``labels`` is a PDF with a page for each page of the whole or none, ``mark`` one with a page that goes
    over all of them, ``progress`` where the number of the piece at work is noted. Answers ``{"pages"}``.

    Raises:
        Refused: ``binder.broken`` with the piece ``at`` which it broke off.
    """
    writer = PdfWriter()
    # pypdf knows what it has copied by the address of its reader, so that every reader lives until the end.
    readers = [PdfReader(payload[name]) for name in ("labels", "mark") if payload[name]]
    labels = [_form(page, writer) for page in readers[0].pages] if payload["labels"] else []
    mark = _form(readers[-1].pages[0], writer) if payload["mark"] else None
    headings: dict[str, Any] = {}
    number = 0
    for at, piece in enumerate(payload["pieces"]):
        Path(payload["progress"]).write_text(str(at), "ascii")
        first = number
        try:
            for leaf in _leaves(piece, writer, readers):
                _lay(leaf, writer, labels[number] if payload["labels"] else None, mark)
                number += 1
        except _BROKEN:
            raise _unreadable(at) from None
        if number - first != piece["pages"]:
            raise _unreadable(at)
        _bookmark(writer, headings, piece, first)
    writer.add_metadata({"/Title": payload["title"], "/Producer": "Caseflow"})
    with Path(payload["target"]).open("wb") as target:
        writer.write(target)
    return {"pages": number}


def _unreadable(at: int) -> Refused:
    return Refused(Message("binder.broken", {"at": at}))


def _bookmark(writer: PdfWriter, headings: dict[str, Any], piece: dict[str, Any], first: int) -> None:
    under = piece["under"]
    if under and under not in headings:
        headings[under] = writer.add_outline_item(title=under, page_number=first)
    writer.add_outline_item(title=piece["title"], page_number=first, parent=headings.get(under))


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A page to be: how wide and high, and what is drawn on it, each with its name, its object and where."""

    room: tuple[float, float]
    drawn: list[tuple[str, Any, Matrix]]


def _leaves(piece: dict[str, Any], writer: PdfWriter, readers: list[PdfReader]) -> Iterator[_Leaf]:
    if piece["kind"] == "picture":
        yield _picture(Path(piece["path"]), writer)
        return
    reader = PdfReader(piece["path"], strict=False)
    if len(reader.pages) != piece["pages"]:
        raise ValueError("pages")
    readers.append(reader)
    for page in reader.pages:
        yield _leaf(page, writer)


def _leaf(page: PageObject, writer: PdfWriter) -> _Leaf:
    """A page of a stranger on A4: as it is where it fits, else made smaller; upright or across as it is seen."""
    box, turned = _box(page), int(page.get("/Rotate", 0) or 0) % 360
    unit = float(page.get("/UserUnit", 1) or 1)
    wide, high = (box[2] - box[0]) * unit, (box[3] - box[1]) * unit
    if not all(1 <= side <= LONGEST_SIDE for side in (wide, high)):
        raise ValueError("size")
    seen = (high, wide) if turned in (90, 270) else (wide, high)
    room = A4[::-1] if seen[0] > seen[1] else A4
    scale = min(1.0, room[0] / seen[0], room[1] / seen[1])
    at = ((room[0] - seen[0] * scale) / 2, (room[1] - seen[1] * scale) / 2)
    placed = _placed(_turned(box, turned), scale * unit, at)
    shown = [(name, look, _after(own, placed)) for name, look, own in _shown_annotations(page, writer)]
    return _Leaf(room, [("/Page", _form(page, writer), placed), *shown])


def _box(page: PageObject) -> tuple[float, float, float, float]:
    box = page.cropbox
    left, bottom, right, top = (float(side) for side in (box.left, box.bottom, box.right, box.top))
    if not all(isfinite(side) for side in (left, bottom, right, top)):
        raise ValueError("size")
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _turned(box: tuple[float, float, float, float], degrees: int) -> Matrix:
    """The box as it is seen, its lower left corner at the origin."""
    left, bottom, right, top = box
    if degrees == 90:
        return 0, -1, 1, 0, -bottom, right
    if degrees == 180:
        return -1, 0, 0, -1, right, top
    if degrees == 270:
        return 0, 1, -1, 0, top, -left
    return 1, 0, 0, 1, -left, -bottom


def _placed(matrix: Matrix, scale: float, at: tuple[float, float]) -> Matrix:
    a, b, c, d, e, f = (one * scale for one in matrix)
    return a, b, c, d, e + at[0], f + at[1]


def _after(first: Matrix, then: Matrix) -> Matrix:
    """Both, one after the other."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _form(page: PageObject, writer: PdfWriter) -> Any:
    """What a page draws, as one object that another page can draw."""
    stored = page.get("/Contents")
    stored = stored.get_object() if stored is not None else None
    if isinstance(stored, StreamObject):
        content: Any = stored.clone(writer, force_duplicate=True, ignore_fields=_LEFT_BEHIND)
    else:
        content = DecodedStreamObject()
        pieces = stored if isinstance(stored, ArrayObject) else []
        content.set_data(b"\n".join(one.get_object().get_data() for one in pieces))
        content = content.flate_encode()
        writer._add_object(content)  # noqa: SLF001 -- pypdf has no public way to add an object
    resources = page.get("/Resources")
    resources = resources.get_object() if resources is not None else DictionaryObject()
    left, bottom, right, top = _box(page)
    content[NameObject("/Type")] = NameObject("/XObject")
    content[NameObject("/Subtype")] = NameObject("/Form")
    content[NameObject("/BBox")] = ArrayObject([FloatObject(side) for side in (left, bottom, right, top)])
    content[NameObject("/Resources")] = resources.clone(writer, ignore_fields=_LEFT_BEHIND)
    if "/Group" in page:
        content[NameObject("/Group")] = page["/Group"].clone(writer, ignore_fields=_LEFT_BEHIND)
    return content.indirect_reference


def _shown_annotations(page: PageObject, writer: PdfWriter) -> Iterator[tuple[str, Any, Matrix]]:
    """What annotations show, each with where: seals and signatures are drawn this way."""
    listed = page.get("/Annots")
    listed = listed.get_object() if listed is not None else []
    for number, entry in enumerate(listed if isinstance(listed, ArrayObject) else []):
        note = entry.get_object()
        if not isinstance(note, DictionaryObject) or note.get("/Subtype") in ("/Popup", "/Link"):
            continue
        look = _look(note)
        if look is None or int(note.get("/F", 0) or 0) & _HIDDEN:
            continue
        matrix = _fitted(look, _floats(note["/Rect"]))
        if matrix is not None:
            copy = look.clone(writer, ignore_fields=_LEFT_BEHIND)
            copy[NameObject("/Type")], copy[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
            yield f"/Note{number}", copy.indirect_reference, matrix


def _look(note: DictionaryObject) -> StreamObject | None:
    """The picture of an annotation in the state in which it is."""
    looks = note.get("/AP")
    look = looks.get_object().get("/N") if looks is not None else None
    look = look.get_object() if look is not None else None
    if isinstance(look, DictionaryObject) and not isinstance(look, StreamObject):
        chosen = look.get(note.get("/AS", "/Off"))
        look = chosen.get_object() if chosen is not None else None
    return look if isinstance(look, StreamObject) and "/BBox" in look else None


def _fitted(look: StreamObject, rectangle: list[float]) -> Matrix | None:
    """How a picture is laid into the rectangle of its annotation (ISO 32000-1, 12.5.5)."""
    left, bottom, right, top = _floats(look["/BBox"])
    a, b, c, d, e, f = _floats(look["/Matrix"]) if "/Matrix" in look else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
    low_x, high_x = min(x for x, _ in corners), max(x for x, _ in corners)
    low_y, high_y = min(y for _, y in corners), max(y for _, y in corners)
    x0, x1 = sorted(rectangle[0::2])
    y0, y1 = sorted(rectangle[1::2])
    if high_x <= low_x or high_y <= low_y or x1 <= x0 or y1 <= y0:
        return None
    wide, high = (x1 - x0) / (high_x - low_x), (y1 - y0) / (high_y - low_y)
    return wide, 0, 0, high, x0 - low_x * wide, y0 - low_y * high


def _picture(path: Path, writer: PdfWriter) -> _Leaf:
    """A picture on A4 inside its margins, never drawn larger than an inch for 72 of its dots."""
    size, picture = pictures.read(path)
    room = A4[::-1] if size[0] > size[1] else A4
    scale = min(1.0, (room[0] - 2 * MARGIN) / size[0], (room[1] - 2 * MARGIN) / size[1])
    wide, high = size[0] * scale, size[1] * scale
    matrix = (wide, 0, 0, high, (room[0] - wide) / 2, (room[1] - high) / 2)
    return _Leaf(room, [("/Picture", writer._add_object(picture), matrix)])  # noqa: SLF001 -- as above


def _lay(leaf: _Leaf, writer: PdfWriter, label: Any, mark: Any) -> None:
    """Add the page with its running number in the upper right corner, and over all of it what must be read on it."""
    wide, high = leaf.room
    drawn = [*leaf.drawn]
    if label is not None:
        box = _floats(label.get_object()["/BBox"])
        corner = (wide - (box[2] - box[0]) - _LABEL_AT, high - (box[3] - box[1]) - _LABEL_AT)
        drawn.append(("/Label", label, (1, 0, 0, 1, *corner)))
    if mark is not None:
        seen = _floats(mark.get_object()["/BBox"])
        drawn.append(("/Mark", mark, (1, 0, 0, 1, (wide - seen[2]) / 2, (high - seen[3]) / 2)))
    content = DecodedStreamObject()
    content.set_data("\n".join(f"q {_numbers(matrix)} cm {name} Do Q" for name, _, matrix in drawn).encode())
    objects = DictionaryObject({NameObject(name): reference for name, reference, _ in drawn})
    page = PageObject.create_blank_page(width=wide, height=high)
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): objects})
    page[NameObject("/Contents")] = writer._add_object(content)  # noqa: SLF001 -- as above
    writer.add_page(page)


def _floats(numbers: Any) -> list[float]:
    found = [float(one) for one in numbers]
    if not all(isfinite(one) for one in found):
        raise ValueError("number")
    return found


def _numbers(matrix: Matrix) -> str:
    return " ".join(f"{one:.5f}" for one in matrix)
