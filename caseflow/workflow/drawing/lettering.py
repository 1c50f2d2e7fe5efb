"""How long texts are in a picture, and how they are broken into lines."""

from __future__ import annotations


def size(char: str) -> float:
    """The width of a character, in heights of the letters."""
    return 1.0 if ord(char) > 0x2E7F or char in "→…“”" else 0.3 if char in " .,:;|il'" else 0.58


def width(said: str, letters: float) -> float:
    """The width of a text in letters of this height."""
    return sum(map(size, said)) * letters


def wrapped(said: str, letters: float, room: float, most: int) -> list[str]:
    """A text in at most ``most`` lines of a width; Latin words stay whole, the rest is cut with a sign."""
    words: list[str] = []
    for char in said:
        latin = ord(char) < 0x2E80 and not char.isspace()
        if latin and words and ord(words[-1][-1]) < 0x2E80 and not words[-1][-1].isspace():
            words[-1] += char
        else:
            words.append(char)
    lines = [""]
    for word in words:
        if width(lines[-1] + word, letters) > room and lines[-1].strip():
            lines.append("")
        lines[-1] += word if lines[-1] else word.lstrip()
    lines = [line.strip() for line in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][:-1].rstrip(" /") + "…"]
    return lines


def joined(titles: tuple[str, ...] | list[str], room: float, letters: float, most: int = 3) -> list[str]:
    """Several titles as one text, each once."""
    return wrapped(" / ".join(dict.fromkeys(titles)), letters, room, most)
