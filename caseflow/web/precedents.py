"""What was entered before in the same matter, beside the acts of a state: for those who may read the register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, url_for

from caseflow import clock
from caseflow.cases import precedents, register_find
from caseflow.cases.precedents import Like
from caseflow.cases.view import View
from caseflow.web import drawing, shell
from caseflow.web.act_form import blank_move
from caseflow.workflow.registers import RegisterField

NUMBERS = ("integer", "decimal")


@dataclass(frozen=True, slots=True)
class Card:
    """The entries of one register that are like the case."""

    id: str
    title: str
    like: Like
    columns: tuple[tuple[str, str], ...]
    """Name and title of each value that is shown."""
    links: dict[int, str]
    spreads: tuple[tuple[str, str, str, str, int], ...]
    """Title, median, least, most, and of how many."""


def of_case(view: View) -> list[Card]:
    """A card for each register that the state names, for an office that reads it; nothing for anybody else."""
    if not view.is_staff:
        return []
    found = (_card(view, one) for one in view.state.beside)
    return [one for one in found if one is not None]


def _card(view: View, one: Any) -> Card | None:
    book = register_find.book(g.tx, shell.house().ground, view.definition.authority, one.register_)
    scope = register_find.reach(book, view.actor) if book is not None else None
    if book is None or scope is None:
        return None
    open_to = register_find.readable(book, view.actor)
    fields = {name: book.register.fields[name] for name in one.columns if name in open_to}
    like = precedents.of_case(blank_move(view), one, book, scope, fields, clock.today())
    return Card(
        one.register_,
        drawing.named(book.register.title),
        like,
        tuple((name, _titled(field)) for name, field in fields.items()),
        {
            entry.id: url_for("registers.entry", authority=book.authority, register=one.register_, entry_id=entry.id)
            for entry in like.entries
        },
        tuple(
            (
                _titled(fields[name]),
                f"{spread.middle:f}",
                f"{spread.least:f}",
                f"{spread.most:f}",
                spread.count,
            )
            for name, spread in like.spreads.items()
        ),
    )


def _titled(field: RegisterField) -> str:
    """What a value is called, with its unit."""
    title = drawing.named(field.title)
    if field.unit is None:
        return title
    return f"{title}（{field.unit}）" if g.language == "zh" else f"{title} ({field.unit})"
