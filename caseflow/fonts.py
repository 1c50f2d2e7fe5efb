"""The fonts of the papers: made once from the Noto collection, known by their characters.

*Caseflow Body* has the characters of GB 2312 and common signs: enough for nearly every page. A page falls back, one
character at a time, on *Caseflow Rare* with the rest of GB 18030 level 2 and GBK (names), on *Caseflow Signs* with the
lowered and raised digits that Noto lacks (the ₂ of CO₂e), and on *Caseflow Full*, the whole simplified face. Each is
small, because every page in which a font is used pays for all of it: that is why *Rare* comes in several.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

RARE = tuple(f"Caseflow Rare {letter}" for letter in "ABCDE")
FAMILIES = ("Caseflow Body", *RARE, "Caseflow Signs", "Caseflow Full")
"""In the order in which a page asks them for a character."""
VERSION = "2"
"""Raise it when what ``build`` makes changes: fonts of an earlier version are made again."""

_SIMPLIFIED = 2
"""The number of the face ``Noto Sans CJK SC`` in the collection."""
_DROPPED = ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx")
_HB_DROP_TABLES = 3
_LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋₍₎"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾"
_PLAIN = "0123456789+−()"
_SIGNS = "〔〕—–‘’“”…‰℃㎡㎏㎥·•①②③④⑤⑥⑦⑧⑨⑩≤≥≈−×÷±←→√"
_IGNORED = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
"""Spaces, controls, marks of direction and of variant forms: they need no glyph."""
_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


def configuration(home: Path) -> Path:
    """The fontconfig file that knows these fonts and no other; makes the fonts if they are not there."""
    folder = _folder(home)
    if not (folder / "fonts.conf").exists():
        build(home)
    return folder / "fonts.conf"


def build(home: Path) -> None:
    """Make the fonts under ``home``; about a second with HarfBuzz, half a minute without."""
    folder = _folder(home)
    folder.parent.mkdir(parents=True, exist_ok=True)
    collection = Path(str(files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc"))
    with TemporaryDirectory(dir=folder.parent) as made:
        work = Path(made) / folder.name
        work.mkdir()
        with TTFont(collection, fontNumber=_SIMPLIFIED, lazy=True, recalcBBoxes=False, recalcTimestamp=False) as full:
            characters = set(full.getBestCmap())
            _name(full, "Caseflow Full")
            full.save(work / "full.otf")
        for number, (family, kept) in enumerate(_parts(characters)):
            _subset(collection, kept, work / f"part{number}.otf")
            with TTFont(work / f"part{number}.otf", lazy=True, recalcBBoxes=False, recalcTimestamp=False) as part:
                _name(part, family)
                part.save(work / f"part{number}.otf")
        signs = _signs(work / "full.otf", work / "signs.ttf")
        known = "".join(chr(code) for code in sorted(characters | signs))
        (work / "characters.txt").write_text(known, "utf-8", newline="")
        (work / "fonts.conf").write_text(_CONFIGURATION.format(folder=folder), "utf-8")
        try:
            work.rename(folder)
        except OSError:
            if not (folder / "fonts.conf").exists():  # else another process was first
                raise


def unknown(text: str, home: Path) -> list[str]:
    """The characters of ``text`` that no font has, each once, in their order."""
    known = _characters(configuration(home).parent)
    return [one for one in dict.fromkeys(text) if one not in known and not _IGNORED.fullmatch(one)]


@cache
def _characters(folder: Path) -> frozenset[str]:
    with (folder / "characters.txt").open(encoding="utf-8", newline="") as file:
        return frozenset(file.read())


def _folder(home: Path) -> Path:
    return home.resolve() / "fonts" / VERSION


def _parts(characters: Collection[int]) -> Iterator[tuple[str, list[int]]]:
    """The families that are cut out of the whole face, each with its characters."""
    yield FAMILIES[0], [code for code in characters if _is_common(code)]
    rare = sorted(code for code in characters if _is_rare(code) and not _is_common(code))
    size = -(-len(rare) // len(RARE))
    for number, family in enumerate(RARE):
        yield family, rare[number * size : (number + 1) * size]


def _is_common(code: int) -> bool:
    """GB 2312, Latin, and the signs that papers use besides."""
    if code < 0x180 or chr(code) in _SIGNS:
        return True
    try:
        chr(code).encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _is_rare(code: int) -> bool:
    if 0x3400 <= code <= 0x9FFF or code > 0x1FFFF or code < 0x2500:  # Han, rare Han, Latin to arrows
        return True
    return re.match(rb"^.{1,2}$", chr(code).encode("gb18030"), re.DOTALL) is not None


def _name(font: TTFont, family: str) -> None:
    table: Any = font["name"]
    table.names = [entry for entry in table.names if entry.nameID in (0, 13, 14)]
    for name_id, text in (
        (1, family),
        (2, "Regular"),
        (3, f"{family} {VERSION}"),
        (4, family),
        (6, family.replace(" ", "")),
    ):
        table.setName(text, name_id, 3, 1, 0x409)


def _subset(collection: Path, kept: Collection[int], target: Path) -> None:
    try:
        target.write_bytes(_harfbuzz_subset(collection, kept))
    except OSError:
        options = subset.Options(layout_features=[], drop_tables=[*subset.Options().drop_tables, *_DROPPED])
        with TTFont(collection, fontNumber=_SIMPLIFIED) as font:
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=kept)
            subsetter.subset(font)
            font.save(target)


def _harfbuzz_subset(collection: Path, kept: Collection[int]) -> bytes:
    """The same through the library that pango brings along; raises ``OSError`` where it is not installed."""
    base, sub = ctypes.CDLL("libharfbuzz.so.0"), ctypes.CDLL("libharfbuzz-subset.so.0")

    def call(function: Any, *arguments: Any) -> ctypes.c_void_p:
        function.restype = ctypes.c_void_p
        return ctypes.c_void_p(function(*arguments))

    blob = call(base.hb_blob_create_from_file, os.fsencode(collection))
    face = call(base.hb_face_create, blob, ctypes.c_uint(_SIMPLIFIED))
    wanted = call(sub.hb_subset_input_create_or_fail)
    characters = call(sub.hb_subset_input_unicode_set, wanted)
    for code in kept:
        base.hb_set_add(characters, ctypes.c_uint(code))
    dropped = call(sub.hb_subset_input_set, wanted, ctypes.c_int(_HB_DROP_TABLES))
    for table in _DROPPED:
        base.hb_set_add(dropped, ctypes.c_uint(int.from_bytes(table.encode(), "big")))
    made = call(sub.hb_subset_or_fail, face, wanted)
    if made.value is None:
        raise OSError("hb_subset_or_fail")
    result = call(base.hb_face_reference_blob, made)
    size = ctypes.c_uint()
    content = ctypes.string_at(call(base.hb_blob_get_data, result, ctypes.byref(size)), size.value)
    for free, thing in (
        (base.hb_blob_destroy, result),
        (base.hb_face_destroy, made),
        (sub.hb_subset_input_destroy, wanted),
        (base.hb_face_destroy, face),
        (base.hb_blob_destroy, blob),
    ):
        free(thing)
    return content


def _signs(source: Path, target: Path) -> set[int]:
    """Draw the small digits from the large ones; their characters."""
    with TTFont(source) as font:
        drawn, names, units = font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm
        ascent, descent = font["hhea"].ascent, font["hhea"].descent
        outlines: dict[str, Any] = {".notdef": TTGlyphPen(None).glyph()}
        widths = {".notdef": (units // 2, 0)}
        characters = {}
        for signs, rise in ((_LOWERED, -0.16), (_RAISED, 0.38)):
            for sign, plain in zip(signs, _PLAIN, strict=True):
                large, name = drawn[names[ord(plain)]], f"u{ord(sign):04X}"
                pen = TTGlyphPen(None)
                large.draw(TransformPen(Cu2QuPen(pen, 1.0, reverse_direction=True), (0.6, 0, 0, 0.6, 0, rise * units)))
                outlines[name] = pen.glyph()
                widths[name] = (round(large.width * 0.6), 0)
                characters[ord(sign)] = name
    builder = FontBuilder(units, isTTF=True)
    builder.setupGlyphOrder(list(outlines))
    builder.setupCharacterMap(characters)
    builder.setupGlyf(outlines)
    builder.setupHorizontalMetrics(widths)
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    builder.setupNameTable({"familyName": "Caseflow Signs", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=ascent, sTypoDescender=descent, usWinAscent=ascent, usWinDescent=-descent)
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    builder.save(target)
    return set(characters)
