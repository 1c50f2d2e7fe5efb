"""A filled workbook coming in: the study that it says, and by cell address what is new, changed or wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from caseflow.footprint.shelf import Shelf
from caseflow.footprint.stages import Scheme
from caseflow.footprint.study import Study, read
from caseflow.footprint.workbook_adding import add
from caseflow.footprint.workbook_cells import Key, Reader, at_cell
from caseflow.footprint.workbook_layout import META, TOP, VERSION, VERSIONS, SheetLayout, fingerprint, layout
from caseflow.footprint.workbook_preview import RowPreview, gone, previewed
from caseflow.footprint.workbook_values import cell_text
from caseflow.words import Message, Refused


class Table(Protocol):
    """A sheet as some reader of workbooks gives it: empty cells are None."""

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> Sequence[Sequence[Any]]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A workbook as read. ``study`` is there only where nothing is wrong; ``problems``: all of them, with their cells.

    ``remarks`` do not keep it from being taken. ``gone``: the entries of the previous study that it no longer has.
    ``cells``: by the id of a line, the cell in which its row begins.
    """

    study: Study | None
    rows: tuple[RowPreview, ...]
    problems: tuple[tuple[str, Message], ...] = ()
    remarks: tuple[tuple[str, Message], ...] = ()
    gone: tuple[Key, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)


def read_workbook(tables: Sequence[Table], shelf: Shelf, previous: Study | None = None) -> Reading:
    """What a filled workbook says. ``previous``: the study that its lines are compared with.

    Raises:
        Refused: it is not made from the template, from a version that is not known, or its heads were changed.
    """
    by_name = {table.name: table.rows for table in tables}
    scheme, version = _scheme(by_name.get(META, ()), shelf)
    sheets = layout(shelf, scheme, version)
    if cell_text(by_name[META][0][2]) != fingerprint(sheets) or not {one.name for one in sheets} <= set(by_name):
        raise Refused(Message("footprint.workbook_changed"))
    if moved := tuple(one for sheet in sheets for one in _moved(sheet, by_name[sheet.name])):
        raise Refused(*moved)
    reader = Reader()
    data = reader.plain(sheets, by_name)
    add(reader, data)
    study: Study | None = None
    if not reader.problems:
        try:
            study = read(data)
        except Refused as refused:
            for reason in refused.reasons:
                cell = reader.cell(str(reason.values.get("path", "")))
                reader.problems.append(
                    (cell, Message(reason.key, {**reason.values, "path": cell or reason.values.get("path", "")}))
                )
    if reader.problems:
        study = None
    cells = {key[1]: at_cell(row.sheet, row.number, 0) for row in reader.rows for key in row.keys if key[0] == "line"}
    return Reading(
        study,
        previewed(reader, study, previous),
        tuple(reader.problems),
        tuple(reader.remarks),
        gone(study, previous) if study else (),
        cells,
    )


def _scheme(meta: Sequence[Sequence[Any]], shelf: Shelf) -> tuple[Scheme, int]:
    first = [cell_text(cell) for cell in meta[0][:3]] if meta else []
    if len(first) < 3 or not first[0].startswith(VERSION.partition("/")[0]):
        raise Refused(Message("footprint.workbook_not_ours"))
    version = VERSIONS.get(first[0])
    if version is None:
        raise Refused(Message("footprint.workbook_version", {"got": first[0][:40], "expected": VERSION}))
    scheme = shelf.scheme(first[1])
    if scheme is None:
        raise Refused(Message("footprint.scheme_unknown", {"got": first[1][:80]}))
    return scheme, version


def _moved(sheet: SheetLayout, rows: Sequence[Sequence[Any]]) -> Iterator[Message]:
    """The heads that stand elsewhere than in the template: what is under them could be taken for something else."""
    for at, column in enumerate(sheet.columns):
        row, place = (TOP + at, 0) if sheet.is_form else (TOP - 1, at)
        got = cell_text(rows[row][place]) if row < len(rows) and place < len(rows[row]) else ""
        if got.rstrip("* ") != column.head:
            where = at_cell(sheet, row, place)
            yield Message("footprint.workbook_head", {"path": where, "got": got[:60], "expected": column.head})
