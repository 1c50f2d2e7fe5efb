"""What the buttons of a row do, on the fields of the page: the way that needs no script."""

from __future__ import annotations

from dataclasses import replace

from caseflow.footprint.shelf import Shelf
from caseflow.footprint.stages import Scheme
from caseflow.web import footprint_form as form
from caseflow.web.footprint_cells import TABLES
from caseflow.web.footprint_form import PASTE, Pairs, Row
from caseflow.web.footprint_paste import pasted

LINES = "lines-"


def done(pairs: Pairs, act: str, start: str, shelf: Shelf) -> tuple[Pairs, str]:
    """The fields after ``act`` (``add``, ``copy``, ``remove``, ``up``, ``down``, ``take``, ``drop``, …) on the row, or the
    stage, that ``start`` names; and the place on the page to go to. An act that nobody knows changes nothing.
    """
    if act == "take":
        return take(pairs, start, shelf), f"stage-{start}"
    if act == "drop":
        return [pair for pair in pairs if pair[0] != f"{PASTE}{start}"], f"stage-{start}"
    if start.split("-", 1)[0] in TABLES:
        if act == "remove":
            pairs = [pair for pair in pairs if not pair[0].startswith(f"{start}-")]
        return pairs, f"table-{start.split('-', 1)[0]}"
    rows = form.lines(pairs)
    place = next((at for at, row in enumerate(rows) if row.start == start), None)
    if place is None:
        return pairs, start
    row = rows[place]
    if act == "copy":
        rows.insert(place + 1, copied(row, next_number(rows)))
        start = rows[place + 1].start
    elif act == "remove":
        del rows[place]
        start = f"stage-{row.stage}"
    elif act in ("up", "down"):
        _move(rows, place, -1 if act == "up" else 1)
    return with_lines(pairs, rows), start


def with_lines(pairs: Pairs, rows: list[Row]) -> Pairs:
    """The fields with these lines in place of theirs."""
    rest = [pair for pair in pairs if not pair[0].startswith(LINES)]
    return [*rest, *(pair for row in rows for pair in form.of_row(row))]


def next_number(rows: list[Row]) -> int:
    return max((row.number for row in rows), default=-1) + 1


def copied(row: Row, number: int) -> Row:
    """The row once more, as a new line."""
    cells = {cell: text for cell, text in row.cells.items() if cell != "id"}
    return replace(row, start=f"{LINES}{row.stage}-{number}", number=number, cells=cells)


def take(pairs: Pairs, stage: str, shelf: Shelf) -> Pairs:
    """The text that waits at a stage as lines of it, also what of it is wrong: nothing that was typed is lost."""
    text = dict(pairs).get(f"{PASTE}{stage}", "")
    rows = form.lines(pairs)
    first = next_number(rows)
    for at, cells in enumerate(pasted(text, shelf).rows, first):
        rows.append(Row(f"{LINES}{stage}-{at}", stage, at, cells))
    return with_lines([pair for pair in pairs if pair[0] != f"{PASTE}{stage}"], rows)


def _move(rows: list[Row], place: int, step: int) -> None:
    """Change places with the neighbour in the same stage, if there is one."""
    other = place + step
    while 0 <= other < len(rows) and rows[other].stage != rows[place].stage:
        other += step
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]


def by_stage(pairs: Pairs, scheme: Scheme, shelf: Shelf) -> dict[str, list[Row]]:
    """The lines by stage of the scheme; those of another scheme come to the stage that means the same."""
    rows = form.lines(pairs)
    found: dict[str, list[Row]] = {stage.id: [] for stage in scheme.stages}
    number = next_number(rows)
    for row in rows:
        stage = form.in_scheme(shelf, scheme, row.stage)
        if stage == row.stage:
            found.setdefault(stage, []).append(row)
        else:
            start = f"{LINES}{stage}-{number}"
            found[stage].append(replace(row, start=start, stage=stage, number=number, came_from=row.start))
            number += 1
    return found
