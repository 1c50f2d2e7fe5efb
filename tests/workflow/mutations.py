"""Defects seeded into workflow files: each operator makes one mistake that somebody who writes a procedure may make.

A mutant is the text of a whole file with one defect in it. The same seed gives the same mutants.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

Way = tuple[str | int, ...]
"""Where in a file: the keys and numbers that lead there."""
Edit = tuple[Way, Any]
"""What then stands at a place; ``GONE`` where nothing does."""
Operator = Callable[["File", random.Random], Iterator[Edit]]

GONE: Any = object()
KEPT = ("workflow", "version", "language", "authority", "extends", "part", "abstract")
"""Who a file is, not what it says."""
FIELD_PARENTS = ("fields", "asks", "columns")
NUMBERS = {
    "max_characters", "size", "reserves", "min_scores", "maximum", "minimum", "max_rows", "rows", "min_rows",
    "decimals", "at_least", "drop_highest", "drop_lowest", "weight", "max_megabytes", "limit", "max_files", "per_seat",
}  # fmt: skip
_SIGN = re.compile(r"<=|>=|==|!=|<|>|&&|\|\|")
_OTHER = {"<=": ">", ">=": "<", "==": "!=", "!=": "==", "<": ">=", ">": "<=", "&&": "||", "||": "&&"}
_PERIOD = re.compile(r"(\d+) (workday|day|month|year)s?")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One file with one defect."""

    stem: str
    operator: str
    place: Way
    text: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.operator}: {self.stem} {'.'.join(map(str, self.place))}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class File:
    """One file as plain values, and the names that all files of its folder define."""

    stem: str
    text: str
    data: Mapping[str, Any]
    names: Mapping[str, tuple[str, ...]]

    def walk(self) -> Iterator[tuple[Way, Any]]:
        """Every place of what the procedure says; its own tests and words are no part of that."""
        for key, value in self.data.items():
            if key not in KEPT and key != "tests":
                yield from _walk((key,), value)


def files(texts: Mapping[str, str]) -> dict[str, File]:
    data = {stem: yaml.load(text, yaml.CSafeLoader) for stem, text in texts.items()}
    names = {
        kind: tuple(dict.fromkeys(name for one in data.values() for name in one.get(kind, ())))
        for kind in ("states", "roles", "letters", "quotas", "panels", "dossier")
    }
    names["actions"] = tuple(
        dict.fromkeys(
            name
            for one in data.values()
            for part in (one, *one.get("states", {}).values())
            for name in part.get("anywhere" if part is one else "actions", ())
        )
    )
    names["personal"] = tuple(
        dict.fromkeys(
            f"dossier.{section}.{field}"
            for one in data.values()
            for section, inner in one.get("dossier", {}).items()
            for field, asked in inner.get("fields", {}).items()
            if asked.get("personal")
        )
    )
    return {stem: File(stem, texts[stem], data[stem], names) for stem in texts}


def written(data: Mapping[str, Any]) -> str:
    """Plain values as a file again."""
    return yaml.dump(dict(data), Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=10_000)


def mutants(texts: Mapping[str, str], seed: int, wanted: int) -> list[Mutant]:
    """So many defects, spread evenly over the operators as far as each has places for them; none stands twice."""
    dice = random.Random(seed)
    known = files(texts)
    found: dict[str, list[tuple[File, Way, Any]]] = {}
    for name, operator in OPERATORS.items():
        every = [(file, place, value) for file in known.values() for place, value in operator(file, dice)]
        dice.shuffle(every)
        if every:
            found[name] = every
    made: list[Mutant] = []
    while len(made) < wanted and found:
        for name in list(found):
            if len(made) == wanted:
                break
            file, place, value = found[name].pop()
            if not found[name]:
                del found[name]
            made.append(_made(file, name, place, value))
    return made


def _made(file: File, operator: str, place: Way, value: Any) -> Mutant:
    if operator in IN_TEXT:
        return Mutant(file.stem, operator, place, str(value), "", "")
    data = copy.deepcopy(dict(file.data))
    part: Any = data
    for step in place[:-1]:
        part = part[step]
    before = part.get(place[-1]) if isinstance(part, dict) else part[place[-1]]
    after = "nothing"
    if value is GONE:
        del part[place[-1]]
    elif isinstance(value, _Renamed):
        renamed = {value.name if key == place[-1] else key: inner for key, inner in part.items()}
        part.clear()
        part.update(renamed)
        before, after = place[-1], value.name
    else:
        part[place[-1]] = value
        after = _short(value)
    return Mutant(file.stem, operator, place, written(data), _short(before), after)


@dataclass(frozen=True, slots=True)
class _Renamed:
    name: str


def _short(value: Any) -> str:
    said = yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True, default_flow_style=True, width=10_000)
    return said.removesuffix("\n...\n").strip()[:100]


def _walk(place: Way, value: Any) -> Iterator[tuple[Way, Any]]:
    yield place, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inner:
        yield from _walk((*place, step), part)


def _is_action(place: Way) -> bool:
    return (len(place) == 4 and place[0] == "states" and place[2] == "actions") or (
        len(place) == 2 and place[0] == "anywhere"
    )


def _is_field(place: Way) -> bool:
    return len(place) > 2 and place[-2] in FIELD_PARENTS and place[0] in ("dossier", "states", "anywhere")


def _misspelt(name: str) -> str:
    return name[:-1] + ("y" if name[-1] != "y" else "x") if len(name) > 1 else name + "x"


def _drop(keys: tuple[str, ...], *, top: bool = False) -> Operator:
    """Forget a key that says something."""

    def operator(file: File, dice: random.Random) -> Iterator[Edit]:
        for place, _ in file.walk():
            if place[-1] in keys and isinstance(place[-1], str) and (top or len(place) > 1):
                yield place, GONE

    return operator


def _drop_item(key: str) -> Operator:
    """Forget one of a list."""

    def operator(file: File, dice: random.Random) -> Iterator[Edit]:
        for place, _ in file.walk():
            if len(place) > 1 and place[-2] == key and isinstance(place[-1], int):
                yield place, GONE

    return operator


def _drop_part(fits: Callable[[Way], bool]) -> Operator:
    def operator(file: File, dice: random.Random) -> Iterator[Edit]:
        for place, _ in file.walk():
            if fits(place):
                yield place, GONE

    return operator


def _rename(fits: Callable[[Way], bool]) -> Operator:
    """Change an id where it is defined, and nowhere else."""

    def operator(file: File, dice: random.Random) -> Iterator[Edit]:
        for place, _ in file.walk():
            if fits(place):
                yield place, _Renamed(_misspelt(str(place[-1])))

    return operator


def _misspell(file: File, dice: random.Random) -> Iterator[Edit]:
    """Mistype a name that stands for something."""
    every = {
        name for kind in ("states", "roles", "letters", "quotas", "panels", "actions") for name in file.names[kind]
    }
    for place, value in file.walk():
        if isinstance(value, str) and value in every and place[-1] not in ("zh", "en"):
            yield place, _misspelt(value)


def _swap(keys: tuple[str, ...], kind: str) -> Operator:
    """Name another one of the same kind."""

    def operator(file: File, dice: random.Random) -> Iterator[Edit]:
        for place, value in file.walk():
            here = place[-1] if isinstance(place[-1], str) else place[-2] if len(place) > 1 else ""
            if here in keys and isinstance(value, str) and value in file.names[kind]:
                yield place, dice.choice([name for name in file.names[kind] if name != value])

    return operator


def _flip(file: File, dice: random.Random) -> Iterator[Edit]:
    """Turn a comparison or a connective round."""
    for place, value in file.walk():
        if place[-1] in ("check", "when") and isinstance(value, str):
            for sign in _SIGN.finditer(value):
                yield place, value[: sign.start()] + _OTHER[sign[0]] + value[sign.end() :]


def _break(file: File, dice: random.Random) -> Iterator[Edit]:
    """Write a condition that is none."""
    for place, value in file.walk():
        if place[-1] in ("check", "when") and isinstance(value, str):
            yield place, value + " &&"
            yield place, "(" + value
            yield place, re.sub(r"(\w)\b", r"\1x", value, count=1)
            yield place, value + " == 3"


def _number(file: File, dice: random.Random) -> Iterator[Edit]:
    """Write another number."""
    for place, value in file.walk():
        if place[-1] in NUMBERS and isinstance(value, int) and not isinstance(value, bool):
            yield place, dice.choice([value + 1, max(value - 1, 0), value * 10])


def _limit(file: File, dice: random.Random) -> Iterator[Edit]:
    """Write another time."""
    for place, value in file.walk():
        found = _PERIOD.fullmatch(value) if isinstance(value, str) else None
        if found and place[-1] in ("limit", "warn", "period", "retention", "lasts", "deemed"):
            number, unit = int(found[1]), found[2]
            other = "days" if unit == "workday" else "workdays"
            yield place, dice.choice([f"{number + 1} {unit}s", f"{max(number // 2, 1)} {unit}s", f"{number} {other}"])


def _malformed(file: File, dice: random.Random) -> Iterator[Edit]:
    """Write a value of another kind."""
    for place, value in file.walk():
        if isinstance(value, bool):
            yield place, str(value).lower() + "ish"
        elif isinstance(value, int):
            yield place, f"{value} or so"
        elif isinstance(value, str) and _PERIOD.fullmatch(value):
            yield place, value.replace(" ", "-")
        elif isinstance(value, list) and value:
            yield place, {"first": value[0]}


def _at_most(file: File, dice: random.Random) -> Iterator[Edit]:
    """Let it be done more often."""
    for place, value in file.walk():
        if place[-1] == "at_most" and isinstance(value, int):
            yield place, value + 1
            yield place, GONE


def _signs_itself(file: File, dice: random.Random) -> Iterator[Edit]:
    """Have the one who acts sign the act."""
    for place, value in file.walk():
        if _is_action(place) and isinstance(value, dict) and value.get("sign_off"):
            holder = file.data["states"][place[1]].get("holder") if place[0] == "states" else None
            by = value.get("by") or holder
            actor = by[0] if isinstance(by, list) else by
            signers = value["sign_off"] if isinstance(value["sign_off"], list) else [value["sign_off"]]
            if actor:
                yield (*place, "sign_off"), [actor, *signers[1:]]


def _public_person(file: File, dice: random.Random) -> Iterator[Edit]:
    """Show a personal field where a table, a register, a title or a ceiling shows what is not personal."""
    for place, value in file.walk():
        shown = place[-1] in ("case_title", "case_subject", "value", "per", "rank_within") or (
            len(place) > 1 and place[-2] in ("per", "match")
        )
        if shown and isinstance(value, str) and file.names["personal"]:
            yield place, dice.choice(file.names["personal"])


def _unknown_key(file: File, dice: random.Random) -> Iterator[Edit]:
    """Mistype a key."""
    for place, _ in file.walk():
        if isinstance(place[-1], str) and place[-1] in KEYS and len(place) > 1:
            yield place, _Renamed(_misspelt(place[-1]))


def _order(file: File, dice: random.Random) -> Iterator[Edit]:
    """Have two effects happen the other way round."""
    for place, value in file.walk():
        if place[-1] == "then" and isinstance(value, list) and len(value) > 1:
            at = dice.randrange(len(value) - 1)
            yield place, [*value[:at], value[at + 1], value[at], *value[at + 2 :]]


def _words(file: File, dice: random.Random) -> Iterator[Edit]:
    """Say one thing in Chinese and another in English, or leave one empty."""
    for place, value in file.walk():
        if place[-1] in ("zh", "en") and isinstance(value, str):
            yield place, dice.choice(["", value + " {strange}", value + "？"])


def _choice(key: str, *words: str) -> Operator:
    """Another word of a closed list."""

    def operator(file: File, dice: random.Random) -> Iterator[Edit]:
        for place, value in file.walk():
            if place[-1] == key and value in words:
                yield place, dice.choice([word for word in words if word != value])

    return operator


def _turned(keys: tuple[str, ...]) -> Operator:
    def operator(file: File, dice: random.Random) -> Iterator[Edit]:
        for place, value in file.walk():
            if place[-1] in keys and isinstance(value, bool):
                yield place, not value

    return operator


def _always(file: File, dice: random.Random) -> Iterator[Edit]:
    """Demand something else: what comes first comes last."""
    for place, value in file.walk():
        if len(place) == 2 and place[0] == "always" and isinstance(value, dict) and "never" in value:
            yield place, {**value, "never": value["before"], "before": value["never"]}


def _doubled(file: File, dice: random.Random) -> Iterator[Edit]:
    """Write a key twice."""
    lines = file.text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if re.match(r"\s+[a-z_]+: \S", line) and not line.rstrip().endswith(("|", ">")):
            yield (f"line {number + 1}",), "".join([*lines[: number + 1], line, *lines[number + 1 :]])


def _indented(file: File, dice: random.Random) -> Iterator[Edit]:
    """Indent a line wrongly."""
    lines = file.text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if re.match(r"\s+[a-z_]+:", line):
            yield (f"line {number + 1}",), "".join([*lines[:number], " " + line, *lines[number + 1 :]])


def _unquoted(file: File, dice: random.Random) -> Iterator[Edit]:
    """Forget the quotes around a value."""
    for found in re.finditer(r'"([^"\n]*)"', file.text):
        line = file.text.count("\n", 0, found.start()) + 1
        yield (f"line {line}",), file.text[: found.start()] + found[1] + file.text[found.end() :]


IN_TEXT = ("a key twice", "a line wrongly indented", "quotes forgotten")
KEYS = (
    "title", "holder", "actions", "asks", "needs", "then", "to", "by", "basis", "clock", "limit", "sign_off", "fields",
    "label", "type", "required", "store", "message", "check", "public", "stage", "private", "moved_by", "system",
)  # fmt: skip
OPERATORS: dict[str, Operator] = {
    "a state dropped": _drop_part(lambda place: len(place) == 2 and place[0] == "states"),
    "an act dropped": _drop_part(_is_action),
    "a role dropped": _drop_part(lambda place: len(place) == 2 and place[0] == "roles"),
    "a letter dropped": _drop_part(lambda place: len(place) == 2 and place[0] == "letters"),
    "a question dropped": _drop_part(_is_field),
    "a duty dropped": _drop_part(lambda place: len(place) == 4 and place[2] == "duties"),
    "a state renamed": _rename(lambda place: len(place) == 2 and place[0] == "states"),
    "an act renamed": _rename(_is_action),
    "a role renamed": _rename(lambda place: len(place) == 2 and place[0] == "roles"),
    "a question renamed": _rename(_is_field),
    "a name misspelt": _misspell,
    "a key misspelt": _unknown_key,
    "a guard dropped": _drop_item("needs"),
    "an effect dropped": _drop_item("then"),
    "a warning dropped": _drop_item("warns"),
    "a signer dropped": _drop_item("sign_off"),
    "a hidden field shown": _drop_item("hides"),
    "a column or choice dropped": _drop_part(lambda place: len(place) > 2 and place[-2] == "choices"),
    "needs forgotten": _drop(("needs",)),
    "then forgotten": _drop(("then",)),
    "sign_off forgotten": _drop(("sign_off",)),
    "basis forgotten": _drop(("basis",)),
    "English forgotten": _drop(("en",)),
    "public name forgotten": _drop(("public",)),
    "clock forgotten": _drop(("clock",)),
    "holder forgotten": _drop(("holder",)),
    "to forgotten": _drop(("to",)),
    "by forgotten": _drop(("by",)),
    "moved_by or system forgotten": _drop(("moved_by", "system")),
    "personal forgotten": _drop(("personal",)),
    "required forgotten": _drop(("required",)),
    "store or appends forgotten": _drop(("store", "appends")),
    "resume, unlocks or beyond forgotten": _drop(("resume", "unlocks", "beyond")),
    "retention or outcome forgotten": _drop(("retention", "outcome")),
    "private or listed forgotten": _drop(("private", "listed", "final", "carries_over")),
    "calculates, panel or publicity forgotten": _drop(("calculates", "panel", "publicity", "duties")),
    "only_in or not_in forgotten": _drop(("only_in", "not_in", "not_by", "closes_rest")),
    "edits forgotten": _drop(("edits", "edits_of")),
    "warn or breach forgotten": _drop(("warn", "breach")),
    "a demand dropped": _drop_item("always"),
    "a demand turned round": _always,
    "another state in to": _swap(("to", "resume"), "states"),
    "another role": _swap(("holder", "by", "role", "set_by"), "roles"),
    "another signer": _swap(("sign_off",), "roles"),
    "another letter": _swap(("issue",), "letters"),
    "the actor signs": _signs_itself,
    "a condition turned round": _flip,
    "a condition broken": _break,
    "another number": _number,
    "another time": _limit,
    "at_most loosened": _at_most,
    "a value of another kind": _malformed,
    "a person made public": _public_person,
    "effects in another order": _order,
    "words emptied or changed": _words,
    "a switch turned": _turned(("opens", "private", "appends", "final", "footprint", "irreversible", "carries_over")),
    "block for warn": _choice("over", "block", "warn"),
    "another outcome": _choice("outcome", "positive", "negative", "neutral"),
    "another view": _choice("sees", "own_organisation", "own_prefecture", "own_authority", "assigned", "involved"),
    "another type": _choice("type", "text", "long_text", "date", "integer", "boolean", "file", "choice"),
    "a key twice": _doubled,
    "a line wrongly indented": _indented,
    "quotes forgotten": _unquoted,
}  # fmt: skip
