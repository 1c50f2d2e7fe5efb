"""The places ``{…}`` in the texts of a paper, filled from the case and from the act that issues it."""

from __future__ import annotations

import re
from urllib.parse import quote

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import lines, register_book, show
from caseflow.cases.models import round_
from caseflow.cases.move import Move
from caseflow.people.models import authority
from caseflow.workflow.parts import Text

PAGE = "/public/verify"
"""Where everybody may look an entry up by its number."""
_PLACE = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


def text(move: Move, pattern: Text | None, slip: str | None) -> show.Pair:
    """A text of a definition with its places filled; ``slip`` is the number that the system gave the paper."""
    if pattern is None:
        return show.both("")
    places = {name: _place(move, name, slip) for name in _PLACE.findall(pattern.zh + pattern.en)}
    return {
        "zh": _PLACE.sub(lambda place: places[place[1]]["zh"], pattern.zh),
        "en": _PLACE.sub(lambda place: places[place[1]]["en"], pattern.en),
    }


def _place(move: Move, name: str, slip: str | None) -> show.Pair:
    case = move.row
    if name in ("number", "receipt_code", "title", "subject", "workflow", "revision"):
        return show.both(case[name] or "")
    if name == "slip":
        return show.both(slip or "")
    if name in ("today", "date"):
        return show.day(clock.local_date(move.at))
    if name in ("organisation", "prefecture"):
        return lines.organisation_name(move.tx, case[f"{name}_id"])
    if name == "authority":
        names = move.tx.scalar(sa.select(authority.c.name).where(authority.c.id == case["authority_id"]))
        return names or show.both("")
    if name == "round":
        title = move.tx.scalar(sa.select(round_.c.title).where(round_.c.id == case["round_id"]))
        return title or show.both("")
    if name == "state":
        return show.pair(move.definition.states[case["state"]].title)
    if name == "due":
        return show.day(case["due_on"]) if case["due_on"] else show.both("")
    if name.startswith("entry."):
        return _entry(move, name)
    if name in move.action.asks or name == "reasons":
        return _answer(move, name)
    return show.joined([said for _, said in lines.of(move, name)])


def _entry(move: Move, name: str) -> show.Pair:
    """What is said of the case's newest entry in a register; without its name, in the only one."""
    *register, what = name.removeprefix("entry.").split(".")
    row = register_book.of_case(move.tx, move.case["id"]).get((register or list(move.definition.registers))[0])
    if row is None:
        return show.both("")
    if what == "status":
        named = move.definition.registers[row["register"]].statuses.get(row["status"])
        return show.pair(named) if named is not None else show.words(f"registers.status.{row['status']}")
    if what == "page":
        return show.both(f"{PAGE}?number={quote(row['number'])}")
    return show.day(row[what]) if row[what] and what != "number" else show.both(row[what] or "")


def _answer(move: Move, name: str) -> show.Pair:
    """An answer of this very act; ``reasons`` is its first free text."""
    for question in move.action.asks.values():
        if question.id == name or (name == "reasons" and question.type == "long_text"):
            return lines.text(move.tx, move.ground, question, move.answers.get(question.id))
    return show.both("")
