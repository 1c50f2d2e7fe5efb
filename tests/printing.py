"""A place where PDF is printed, shared by the tests of one process; and what a PDF says."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from caseflow import fonts, press


@pytest.fixture(scope="session")
def printing_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation with its fonts."""
    if lacking := press.available():
        pytest.fail(f"PDF cannot be made here: {lacking}", pytrace=False)
    folder = tmp_path_factory.mktemp("printing")
    fonts.build(folder)
    yield folder
    press._helper.stop()


def text_of(pdf: bytes, page: int | None = None, *, order: str = "-layout") -> str:
    """The text of a PDF, or of one page of it, as a reader program finds it: as it lies there, or (``-raw``) as it was
    drawn, cell by cell.
    """
    program = shutil.which("pdftotext") or pytest.fail("pdftotext (poppler-utils) is not installed", pytrace=False)
    chosen = ["-f", str(page), "-l", str(page)] if page is not None else []
    return subprocess.run(
        [program, *chosen, order, "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def squeezed(text: str) -> str:
    return "".join(text.split())


def fonts_of(pdf: bytes) -> list[dict[str, str]]:
    """Every font of a PDF by the columns of ``pdffonts``: name, whether embedded, whether a subset."""
    program = shutil.which("pdffonts") or pytest.fail("pdffonts (poppler-utils) is not installed", pytrace=False)
    lines = subprocess.run([program, "-"], input=pdf, capture_output=True, check=True).stdout.decode().splitlines()[2:]
    return [{"name": line.split()[0], "embedded": line.split()[-5], "subset": line.split()[-4]} for line in lines]


def bookmarks(pdf: bytes) -> list[tuple[int, str, int]]:
    """The outline: how deep each entry lies, its title and its page."""
    reader = PdfReader(io.BytesIO(pdf))

    def walk(entries: list[Any], depth: int) -> Iterator[tuple[int, str, int]]:
        for one in entries:
            if isinstance(one, list):
                yield from walk(one, depth + 1)
            else:
                yield depth, one.title, (reader.get_destination_page_number(one) or 0) + 1

    return list(walk(reader.outline, 0))
