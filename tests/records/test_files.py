"""Uploads: what is taken, what is refused and with which words, and where the bytes lie."""

from __future__ import annotations

import hashlib
import io
import os
import time
from pathlib import Path

import pytest
from PIL import Image

from caseflow import words
from caseflow.db import Database
from caseflow.records import files
from caseflow.words import Refused
from tests.records import uploads

LIMIT = 2 * 1024 * 1024
BOOK = uploads.xlsx([["a", 1]])
PAPER = uploads.docx()
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def receive(root: Path, content: bytes, name: str, limit: int = LIMIT) -> files.Received:
    return files.receive(io.BytesIO(content), name=name, limit_bytes=limit, root=root)


def refusal(root: Path, content: bytes, name: str, limit: int = LIMIT) -> str:
    with pytest.raises(Refused) as refused:
        receive(root, content, name, limit)
    assert [path for path in root.rglob("*") if path.is_file()] == []
    assert all(words.render(reason, "zh") and words.render(reason, "en") for reason in refused.value.reasons)
    return " ".join(reason.key for reason in refused.value.reasons)


@pytest.mark.parametrize(
    ("content", "name", "media_type", "pages"),
    [
        (uploads.pdf(3), "碳足迹报告.pdf", "application/pdf", 3),
        (PAPER, "试点建设工作方案.docx", files.TYPES["docx"], None),
        (BOOK, "数据.XLSX", files.TYPES["xlsx"], None),
        (uploads.picture(), "执照.jpeg", "image/jpeg", None),
        (uploads.picture("PNG"), "图.png", "image/png", None),
        (uploads.zipped({"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b"<a/>"}), "公文.ofd", "application/ofd", None),
    ],
    ids=uploads.named,
)
def test_a_good_file_is_taken_with_its_own_name(
    tmp_path: Path, content: bytes, name: str, media_type: str, pages: int | None
) -> None:
    received = receive(tmp_path, content, name)

    assert (received.name, received.media_type, received.pages) == (name, media_type, pages)
    stored = received.path.read_bytes()
    assert received.path == tmp_path / received.sha256[:2] / received.sha256
    assert (hashlib.sha256(stored).hexdigest(), len(stored)) == (received.sha256, received.size)
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("碳足迹报告.pdf", "碳足迹报告.pdf"),
        (r"C:\Users\某人\桌面\发票.tar.gz", "发票.tar.gz"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("\u202egnp.exe.pdf", "gnp.exe.pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("  . .x  y .pdf. ", "x y.pdf"),
        ("", "file"),
        ("长" * 300 + ".pdf", "长" * 146 + ".pdf"),
    ],
)
def test_a_name_is_kept_without_its_dangers(given: str, kept: str) -> None:
    assert kept == files.clean_name(given)


@pytest.mark.parametrize(
    ("content", "name", "key"),
    [
        (b"", "空.pdf", "file.empty"),
        (b"%PDF-" + b"x" * LIMIT, "大.pdf", "file.too_large"),
        (uploads.pdf(), "a.exe", "file.suffix"),
        (uploads.pdf(), "pdf", "file.suffix"),
        (uploads.pdf(), "a.docx", "file.mismatch"),
        (PAPER, "a.xlsx", "file.mismatch"),
        (uploads.picture("PNG"), "a.jpg", "file.mismatch"),
        (b"<html><script>alert(1)</script></html>", "a.pdf", "file.kind_unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.png", "file.kind_unknown"),
        (b"<html>" + uploads.pdf(), "a.pdf", "file.kind_unknown"),
        (b"GIF89a" + b"\0" * 20, "a.png", "file.kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.docx", "file.old_office"),
        (uploads.zipped({"a.txt": b"a"}), "a.docx", "file.kind"),
        (uploads.zipped({"word/document.xml": b"<a/>", "xl/workbook.xml": b"<a/>"}), "a.docx", "file.kind"),
        (uploads.pdf()[:200], "a.pdf", "file.broken"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 2, "a.pdf", "file.broken"),
        (PAPER[: len(PAPER) // 2], "a.docx", "file.broken"),
        (uploads.picture()[:200], "a.jpg", "file.broken"),
        (uploads.pdf(password="x"), "a.pdf", "file.locked"),
        (uploads.pdf(opening={"/S": "/JavaScript", "/JS": "app.alert(1)"}), "a.pdf", "file.active"),
        (uploads.pdf(opening={"/S": "/Launch", "/F": "cmd.exe"}), "a.pdf", "file.active"),
        (uploads.wide_png(100_000, 100_000), "a.png", "file.bomb"),
        (uploads.wide_png(9_000, 9_000), "a.png", "file.bomb"),
    ],
    ids=uploads.named,
)
def test_a_bad_file_is_refused_by_name(tmp_path: Path, content: bytes, name: str, key: str) -> None:
    assert key == refusal(tmp_path, content, name)


RELATIONSHIP = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="http://a.example/x" '
    b'TargetMode="External"/></Relationships>'
)


@pytest.mark.parametrize(
    ("archive", "parts", "key"),
    [
        (PAPER, {"word/vbaProject.bin": b"x"}, "file.active"),
        (BOOK, {"xl/vbaProject.bin": b"x"}, "file.active"),
        (BOOK, {"xl/macrosheets/sheet1.xml": b"<a/>"}, "file.active"),
        (BOOK, {"xl/externalLinks/externalLink1.xml": b"<a/>"}, "file.active"),
        (PAPER, {"word/embeddings/oleObject1.bin": b"x"}, "file.active"),
        (PAPER, {"word/activeX/activeX1.xml": b"<a/>"}, "file.active"),
        (PAPER, {"word/_rels/settings.xml.rels": RELATIONSHIP % b"attachedTemplate"}, "file.active"),
        (PAPER, {"word/x.xml": f'<w:p {W}><w:fldSimple w:instr="DDEAUTO c:\\\\x"/></w:p>'.encode()}, "file.active"),
        (
            PAPER,
            {
                "word/x.xml": f"<w:p {W}><w:r><w:instrText> DDE</w:instrText></w:r>"
                f"<w:r><w:instrText>AUTO excel</w:instrText></w:r></w:p>".encode()
            },
            "file.active",
        ),
        (
            BOOK,
            {"xl/worksheets/sheet9.xml": f"<worksheet {S}><f>cmd|'/c calc'!A0</f></worksheet>".encode()},
            "file.active",
        ),
        (
            PAPER,
            {"word/x.xml": b'<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><a>&b;</a>'},
            "file.active",
        ),
        (PAPER, {"word/x.xml": b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><a>&a;</a>'}, "file.active"),
        (
            PAPER,
            {"word/x.xml": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16")},
            "file.active",
        ),
        (PAPER, {"word/x.xml": b"<a><b></a>"}, "file.broken"),
        (PAPER, {"../../x": b"x"}, "file.broken"),
        (PAPER, {"word/media/x.bmp": b"\0" * 40_000_000}, "file.bomb"),
        (PAPER, {f"word/{number}.xml": b"<a/>" for number in range(5_100)}, "file.bomb"),
    ],
    ids=uploads.named,
)
def test_a_document_that_could_run_or_reach_out_is_refused(
    tmp_path: Path, archive: bytes, parts: dict[str, bytes], key: str
) -> None:
    name = "a.xlsx" if archive is BOOK else "a.docx"

    assert key == refusal(tmp_path, uploads.changed(archive, parts), name)


@pytest.mark.parametrize(
    ("archive", "parts"),
    [
        (PAPER, {"word/_rels/x.xml.rels": RELATIONSHIP % b"hyperlink"}),
        (PAPER, {"word/embeddings/Microsoft_Excel_Sheet1.xlsx": BOOK}),
        (PAPER, {"word/x.xml": f"<w:p {W}><w:r><w:instrText> PAGE </w:instrText></w:r></w:p>".encode()}),
        (BOOK, {"xl/worksheets/sheet9.xml": f'<worksheet {S}><f>SUM(A1:A2)&amp;"a|b"</f></worksheet>'.encode()}),
    ],
    ids=uploads.named,
)
def test_a_harmless_document_is_taken(tmp_path: Path, archive: bytes, parts: dict[str, bytes]) -> None:
    name = "a.xlsx" if archive is BOOK else "a.docx"

    assert receive(tmp_path, uploads.changed(archive, parts), name).size


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    parts = {"word/document.xml": b"<a/>", "word/x.xml": b"<a>" + b" " * 900_000 + b"</a>"}

    assert refusal(tmp_path, uploads.lying_zip(parts, "word/x.xml"), "a.docx") in ("file.bomb", "file.broken")


def test_a_picture_is_drawn_anew_without_what_the_camera_wrote(tmp_path: Path) -> None:
    received = receive(tmp_path, uploads.located_picture(), "现场.jpg")

    assert b"CAMERA" not in received.path.read_bytes()
    with Image.open(received.path) as picture:
        assert (picture.size, dict(picture.getexif())) == ((20, 40), {})


def test_a_stream_without_end_stops_at_the_limit(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(Refused, match=r"file\.too_large"):
        files.receive(stream, name="a.pdf", limit_bytes=LIMIT, root=tmp_path)

    assert stream.given <= LIMIT + 2 * files.PIECE


def test_the_limit_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        receive(tmp_path, uploads.pdf(), "a.pdf", limit=100 * 1024 // 1024)

    assert "MB" in words.render(refused.value.reasons[0], "zh")


def test_the_same_bytes_lie_on_the_disk_once(database: Database, tmp_path: Path) -> None:
    first, second = (receive(tmp_path, uploads.pdf(), name) for name in ("一.pdf", "二.pdf"))
    with database.write() as tx:
        one = files.record(tx, first, uploaded_by=1, organisation_id=2)
        two = files.record(tx, second, uploaded_by=1, organisation_id=2, case_id=9, field="plan")
        assert files.attach(tx, one, 9, "plan")
        assert not files.attach(tx, one, 8, "plan")
        files.purge(tx, one, "涉密")
        assert files.sweep(tx, tmp_path) == 0
        row, content = files.open_(tx, two, tmp_path)
        with content:
            assert (row.name, content.read()) == ("二.pdf", uploads.pdf())
        with pytest.raises(Refused, match=r"file\.purged"):
            files.open_(tx, one, tmp_path)
        assert [found.name for found in files.of_case(tx, 9)] == ["一.pdf", "二.pdf"]
        assert files.total_size(tx, case_id=9) == second.size
        files.purge(tx, two, "误传")
        assert files.sweep(tx, tmp_path) == 0
        os.utime(first.path, (time.time() - 700, time.time() - 700))
        assert files.sweep(tx, tmp_path) == 1
        assert files.damaged(tx, tmp_path) == []
    assert not first.path.exists()


def test_bytes_without_a_row_are_swept_after_a_day(database: Database, tmp_path: Path) -> None:
    received = receive(tmp_path, uploads.pdf(), "a.pdf")
    with database.read() as tx:
        assert files.sweep(tx, tmp_path) == 0
        os.utime(received.path, (0, 0))
        assert files.sweep(tx, tmp_path) == 1


def test_damage_on_the_disk_is_found(database: Database, tmp_path: Path) -> None:
    received = [receive(tmp_path, uploads.pdf(pages), f"{pages}.pdf") for pages in (1, 2, 3)]
    with database.write() as tx:
        for one in received:
            files.record(tx, one, uploaded_by=None, organisation_id=None)
    received[0].path.chmod(0o600)
    received[0].path.write_bytes(b"x")
    received[1].path.unlink()

    with database.read() as tx:
        assert [found.name for found in files.damaged(tx, tmp_path)] == ["1.pdf", "2.pdf"]
        with pytest.raises(Refused, match=r"file\.lost"):
            files.open_(tx, 2, tmp_path)


def test_what_the_program_made_is_kept_the_same_way(tmp_path: Path) -> None:
    kept = files.keep(b"%PDF-x", name="回执.pdf", media_type="application/pdf", root=tmp_path, pages=1)

    assert (kept.path.read_bytes(), kept.name, kept.pages) == (b"%PDF-x", "回执.pdf", 1)
