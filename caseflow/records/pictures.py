"""A picture as an object that a page of a PDF can draw. Runs in the sandbox, on files of strangers."""

from __future__ import annotations

import zlib
from pathlib import Path

from PIL import Image
from pypdf.generic import NameObject, NumberObject, StreamObject

MOST_PIXELS = 3508
"""Of the longer side of a picture that is not a JPEG: A4 at 300 dots an inch."""


def read(path: Path) -> tuple[tuple[int, int], StreamObject]:
    """The picture at ``path`` and its size in dots, before it may have been made smaller."""
    with Image.open(path, formats=["JPEG", "PNG"]) as picture:
        if picture.format == "JPEG" and picture.mode in ("L", "RGB"):
            # The file itself: a reader of PDF knows how to draw it.
            return picture.size, _image(picture.size, picture.mode, path.read_bytes(), "/DCTDecode")
        return picture.size, _plain(picture)


def _plain(picture: Image.Image) -> StreamObject:
    """The dots of a picture on white paper."""
    picture.thumbnail((MOST_PIXELS, MOST_PIXELS))
    if picture.mode in ("LA", "RGBA", "P"):
        whole = picture.convert("RGBA")
        paper = Image.new("RGBA", whole.size, "white")
        picture = Image.alpha_composite(paper, whole)
    grey = picture.mode in ("1", "L", "I;16", "I")
    even = picture.convert("L" if grey else "RGB")
    return _image(even.size, even.mode, zlib.compress(even.tobytes(), 6), "/FlateDecode")


def _image(size: tuple[int, int], mode: str, data: bytes, how: str) -> StreamObject:
    content = StreamObject()
    content._data = data  # noqa: SLF001 -- pypdf has no public way to give a stream its coded bytes
    content.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(size[0]),
            NameObject("/Height"): NumberObject(size[1]),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/ColorSpace"): NameObject("/DeviceGray" if mode == "L" else "/DeviceRGB"),
            NameObject("/Filter"): NameObject(how),
        }
    )
    return content
