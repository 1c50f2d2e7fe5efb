"""Many papers in one: every page on A4 and numbered, nothing active left, a hostile one named."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from caseflow.records import binder
from caseflow.records.binder import Piece, bind
from caseflow.words import Refused
from tests.printing import bookmarks, text_of
from tests.records import uploads

A4, ACROSS = (595, 842), (842, 595)


def page_of(
    writer: PdfWriter,
    said: str,
    size: tuple[float, float] = (595.276, 841.89),
    turned: int = 0,
    at: tuple[int, int] = (20, 20),
) -> PageObject:
    """A page that says something, in its lower left corner unless told otherwise."""
    page = writer.add_blank_page(*size)
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 12 Tf {at[0]} {at[1]} Td ({said}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(content)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    named = DictionaryObject({NameObject(name): NameObject(value) for name, value in font.items()})
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): named})}
    )
    if turned:
        page[NameObject("/Rotate")] = NumberObject(turned)
    return page


def written(writer: PdfWriter, path: Path) -> Path:
    with path.open("wb") as file:
        writer.write(file)
    return path


def pdf(path: Path, *said: str, size: tuple[float, float] = (595.276, 841.89), turned: int = 0) -> Path:
    writer = PdfWriter()
    for one in said:
        page_of(writer, one, size, turned)
    return written(writer, path)


def labels(path: Path, pages: int) -> Path:
    return pdf(path, *(f"page {number}" for number in range(1, pages + 1)), size=(120, 30))


def piece(path: Path, pages: int = 1, title: str = "", under: str = "") -> Piece:
    return Piece("picture" if path.suffix in (".jpg", ".png") else "pdf", path, pages, title or path.stem, under)


def bound(folder: Path, *pieces: Piece, mark: Path | None = None) -> bytes:
    pages = sum(one.pages for one in pieces)
    target = folder / "bound.pdf"
    made = bind(pieces, target, labels=labels(folder / "labels.pdf", pages), mark=mark, title="卷")

    assert made == pages
    return target.read_bytes()


def sizes(content: bytes) -> list[tuple[int, int]]:
    return [
        (round(float(page.mediabox.width)), round(float(page.mediabox.height)))
        for page in PdfReader(io.BytesIO(content)).pages
    ]


def test_the_pages_lie_behind_each_other_numbered_with_bookmarks(tmp_path: Path) -> None:
    content = bound(
        tmp_path,
        piece(pdf(tmp_path / "a.pdf", "one", "two"), 2, "甲"),
        piece(pdf(tmp_path / "b.pdf", "three"), 1, "乙", "附件"),
        piece(pdf(tmp_path / "c.pdf", "four"), 1, "丙", "附件"),
    )

    assert [text_of(content, page).split() for page in (1, 2, 3, 4)] == [
        ["page", "1", "one"],
        ["page", "2", "two"],
        ["page", "3", "three"],
        ["page", "4", "four"],
    ]
    assert bookmarks(content) == [(0, "甲", 1), (0, "附件", 3), (1, "乙", 3), (1, "丙", 4)]


@pytest.mark.parametrize(
    ("size", "turned", "seen"),
    [
        ((595.276, 841.89), 0, A4),
        ((841.89, 1190.55), 0, A4),
        ((1190.55, 841.89), 0, ACROSS),
        ((595.276, 841.89), 90, ACROSS),
        ((841.89, 595.276), 270, A4),
        ((595.276, 841.89), 180, A4),
        ((200, 300), 0, A4),
    ],
)
def test_every_page_becomes_a4_as_it_is_seen(
    tmp_path: Path, size: tuple[float, float], turned: int, seen: tuple[int, int]
) -> None:
    content = bound(tmp_path, piece(pdf(tmp_path / "a.pdf", "said", size=size, turned=turned)))

    assert sizes(content) == [seen]
    assert "said" in text_of(content)


def test_pictures_are_laid_on_a4_within_their_margins(tmp_path: Path) -> None:
    Image.new("RGB", (3000, 1000), (200, 0, 0)).save(tmp_path / "wide.jpg")
    Image.new("RGBA", (300, 900), (0, 0, 200, 0)).save(tmp_path / "high.png")
    content = bound(tmp_path, piece(tmp_path / "wide.jpg"), piece(tmp_path / "high.png"))
    pages = PdfReader(io.BytesIO(content)).pages

    assert sizes(content) == [ACROSS, A4]
    assert [page.images[0].image.size for page in pages] == [(3000, 1000), (300, 900)]
    assert pages[1].images[0].image.getpixel((5, 5)) == (255, 255, 255)


def test_what_acts_or_links_stays_behind_and_what_a_seal_shows_is_kept(tmp_path: Path) -> None:
    writer = PdfWriter()
    page = page_of(writer, "signed")
    look = DecodedStreamObject()
    look.set_data(b"BT /F1 9 Tf 2 2 Td (SEAL) Tj ET")
    look.update(
        {
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(one) for one in (0, 0, 40, 20)]),
            NameObject("/Resources"): page["/Resources"],
        }
    )
    seal = note("/Widget", (300, 400, 380, 440), look=writer._add_object(look))
    hidden = note("/Widget", (10, 10, 90, 50), look=writer._add_object(look), flags=2)
    link = note("/Link", (0, 0, 100, 100))
    link[NameObject("/A")] = DictionaryObject(
        {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("http://127.0.0.1/")}
    )
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(one) for one in (seal, hidden, link)])
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject(k): v for k, v in script.items()})
    writer.add_attachment("a.txt", b"a")
    content = bound(tmp_path, piece(written(writer, tmp_path / "a.pdf")))
    reader = PdfReader(io.BytesIO(content))

    assert text_of(content).count("SEAL") == 1
    assert set(reader.trailer["/Root"]) <= {"/Type", "/Pages", "/Outlines"}
    assert "/Annots" not in reader.pages[0]
    assert not any(word in content for word in (b"/JavaScript", b"/URI", b"/EmbeddedFile", b"/AcroForm"))


def note(kind: str, at: tuple[int, int, int, int], look: object = None, flags: int = 4) -> DictionaryObject:
    made = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject(kind),
            NameObject("/Rect"): ArrayObject([NumberObject(one) for one in at]),
            NameObject("/F"): NumberObject(flags),
        }
    )
    if look is not None:
        made[NameObject("/AP")] = DictionaryObject({NameObject("/N"): look})
    return made


def test_a_mark_goes_over_every_page(tmp_path: Path) -> None:
    writer = PdfWriter()
    page_of(writer, "reader 12:00", at=(300, 300))
    mark = written(writer, tmp_path / "mark.pdf")
    content = bound(tmp_path, piece(pdf(tmp_path / "a.pdf", "one", "two"), 2), mark=mark)

    assert [text_of(content, page).count("reader 12:00") for page in (1, 2)] == [1, 1]


def hostile(name: str) -> bytes:
    """A PDF that passes a first look and is faulty, or too much, where its page is drawn."""
    writer = PdfWriter()
    page = page_of(writer, "a")
    if name == "size":
        page[NameObject("/MediaBox")] = page[NameObject("/CropBox")] = ArrayObject(
            [NumberObject(one) for one in (0, 0, 99_999_999, 1)]
        )
    elif name == "no number":
        page[NameObject("/CropBox")] = ArrayObject([NameObject("/x") for _ in range(4)])
    elif name == "bomb":
        bomb = StreamObject()
        bomb._data = _bomb()
        bomb[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode")] * 2)
        page[NameObject("/Contents")] = ArrayObject([writer._add_object(bomb), writer._add_object(bomb)])
    elif name == "deep":
        inner = DictionaryObject()
        page[NameObject("/Resources")] = outer = DictionaryObject({NameObject("/Properties"): inner})
        for _ in range(5000):
            deeper = DictionaryObject()
            inner[NameObject("/a")] = writer._add_object(deeper)
            inner = deeper
        assert outer
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _bomb() -> bytes:
    import zlib

    return zlib.compress(zlib.compress(b"0" * 200_000_000, 9), 9)


@pytest.mark.parametrize("name", ["size", "no number", "bomb", "deep"])
def test_a_hostile_paper_is_named_and_nothing_else_happens(tmp_path: Path, name: str) -> None:
    good, bad = pdf(tmp_path / "good.pdf", "good"), tmp_path / "bad.pdf"
    bad.write_bytes(hostile(name))

    with pytest.raises(binder.Unreadable) as refused:
        bound(tmp_path, piece(good), piece(bad, title="坏文件"))
    assert refused.value.at == 1
    assert refused.value.reasons[0].as_json() == {"key": "binder.unreadable", "values": {"name": "坏文件"}}
    assert not (tmp_path / "bound.at").exists()


def test_a_paper_that_has_other_pages_than_were_counted_is_refused(tmp_path: Path) -> None:
    with pytest.raises(binder.Unreadable):
        bound(tmp_path, piece(pdf(tmp_path / "a.pdf", "one", "two"), 1))


def test_what_is_no_pdf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(uploads.picture())

    with pytest.raises(binder.Unreadable):
        bound(tmp_path, piece(tmp_path / "a.pdf"))


def test_too_many_pages_and_too_many_bytes_are_refused_before_anything_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = pdf(tmp_path / "a.pdf", "one")
    monkeypatch.setattr(binder, "MOST_BYTES", 10)

    with pytest.raises(Refused, match=r"binder\.too_many_pages"):
        bind([piece(one, binder.MOST_PAGES + 1)], tmp_path / "b.pdf", labels=one, mark=None, title="")
    with pytest.raises(Refused, match=r"binder\.too_large"):
        bind([piece(one)], tmp_path / "b.pdf", labels=one, mark=None, title="")
