"""How many 字 a text has, as an office counts them.

After NFC each CJK or full-width character is one, and each run of other characters that are not space is one
(the rule of the project, as word processors count). Marks that only dress the character before them (combining
marks, variation selectors, joiners) and invisible controls are nothing of their own: a rare name written with a
variation selector is no longer than it looks. The ranges are written out so that the browser
(``web/static/characters.js``) counts the same whatever Unicode version it knows.
"""

from __future__ import annotations

import re
from unicodedata import normalize

SPACE = (
    (0x09, 0x0D), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
    (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000),
)  # fmt: skip
MARK = (
    (0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x300, 0x36F), (0x1160, 0x11FF),
    (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x20D0, 0x20FF),
    (0x302A, 0x302F), (0x3099, 0x309A), (0xD7B0, 0xD7FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xFEFF, 0xFEFF),
    (0xE0000, 0xE0FFF),
)  # fmt: skip
WIDE = (
    (0x1100, 0x115F), (0x2E80, 0x2FFF), (0x3001, 0x3029), (0x3030, 0x3098), (0x309B, 0x4DFF), (0x4E00, 0xA4CF),
    (0xA960, 0xA97F), (0xAC00, 0xD7AF), (0xE000, 0xFAFF), (0xFE10, 0xFE1F), (0xFE30, 0xFE6F), (0xFF01, 0xFFE6),
    (0x16FE0, 0x18DFF), (0x1AFF0, 0x1B2FF), (0x1F200, 0x1F2FF), (0x20000, 0x3FFFD),
)  # fmt: skip
"""Han with all extensions and the private area where rare names stand, kana, hangul, Yi, Tangut, and full-width
forms. Curly quotes and dashes that Latin text shares are not among them."""


def _class(*ranges: tuple[int, int]) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


_MARKS = re.compile(f"[{_class(*MARK)}]+")
_COUNTED = re.compile(f"[{_class(*WIDE)}]|[^{_class(*WIDE, *SPACE)}]+")


_HALF = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Full-width Latin letters, digits, marks and space as ASCII; nothing else changes (² stays ², unlike in NFKC)."""
    return text.translate(_HALF)


def count(text: str) -> int:
    """The number of 字 in ``text``."""
    return sum(1 for _ in _COUNTED.finditer(_MARKS.sub("", normalize("NFC", text))))


def excess(text: str, limit: int) -> int:
    """By how many 字 ``text`` is over ``limit``; 0 where it is not."""
    return max(0, count(text) - limit)
