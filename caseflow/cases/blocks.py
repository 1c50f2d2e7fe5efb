"""The blocks of a paper, filled from the case as the act that issues it leaves it (see ``records.paper``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from caseflow import clock
from caseflow.cases import draw_papers, lines, members, panel_papers, panel_papers_signed, paths, placing, show, signing
from caseflow.cases.move import Move
from caseflow.people import accounts
from caseflow.records import journal
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.many import Block

SIGNATURE_WIDTHS = (16, 9, 30, 10, 16)
_WIDE = ("long_text", "field_comments", "checklist", "table", "each_row", "members")


def filled(move: Move, block: Block, slip: str | None) -> dict[str, Any]:
    """One block as plain JSON; ``slip`` is the number that the system gave the paper."""
    kind, said = block.kind, placing.text(move, block.text, slip)
    if kind == "fields":
        return {"kind": kind, "rows": [row for path in block.fields for row in lines.of(move, path)]}
    if kind == "list":
        rows = [row for path in block.fields for row in lines.of(move, path)]
        return {"kind": kind, "items": [_labelled(label, value) for label, value in rows]}
    if kind == "table" and block.table is not None:
        return {"kind": kind, "text": said, **_table(move, block.table, slip)}
    if kind == "signatures":
        return {"kind": kind, "text": said, **_signatures(move)}
    if kind == "entries" and block.store is not None:
        return {"kind": kind, "text": said, **_entries(move, block.store)}
    if kind == "draw" and block.panel is not None:
        return {"kind": kind, "text": said, "parts": draw_papers.filled(move, block.panel)}
    if kind == "opinion" and block.panel is not None:
        return {"kind": kind, "text": said, "parts": panel_papers_signed.opinion(move, block.panel)}
    if kind == "fees" and block.panel is not None:
        return {**panel_papers_signed.paid(move, block.panel), "kind": kind}
    if kind in ("seats", "pledges", "sheets") and block.panel is not None:
        return {"kind": kind, "text": said, **panel_papers.filled(move, kind, block.panel)}
    return {"kind": kind, "text": said}


def signature_table(
    definition: Definition,
    names: Mapping[int, str],
    proposal: Mapping[Any, Any],
    signed: Iterable[Mapping[Any, Any]],
) -> dict[str, Any]:
    """Who proposed an act and who signed it, with opinion and time; those whose signature is still awaited have an
    empty row.
    """
    signatures = list(signed)
    rows = [
        _signature(definition, proposal["role"], "proposed", "", names[proposal["proposed_by"]], proposal["opened_at"])
    ]
    rows += [
        _signature(definition, one["role"], one["decision"], one["opinion"], _signer(names, one), one["at"])
        for one in signatures
    ]
    if proposal["status"] == "signing":
        rows += [
            [show.pair(definition.roles[role].title), *([show.both("")] * 4)]
            for role in proposal["signers"][proposal["step"] :]
        ]
    columns = [show.words(f"paper.signatures.{one}") for one in ("role", "decision", "opinion", "name", "at")]
    return {"columns": columns, "widths": SIGNATURE_WIDTHS, "rows": rows}


def _signer(names: Mapping[int, str], signed: Mapping[Any, Any]) -> str:
    """Who signed; of a deputy also in whose place."""
    name, absent = names[signed["person_id"]], signed["for_person_id"]
    return name if absent is None else f"{names[absent]}（{name}代）"


def _signature(
    definition: Definition, role: str, decision: str, opinion: str, name: str, at: datetime
) -> list[show.Pair]:
    found = definition.roles.get(role)
    return [
        show.pair(found.title) if found is not None else show.both(role),
        show.words(f"paper.decision.{decision}"),
        show.both(opinion),
        show.both(name),
        show.moment(at),
    ]


def _signatures(move: Move) -> dict[str, Any]:
    """Those who signed the very act that issues the paper; who did it where nobody had to sign."""
    for row, signed in signing.slips(move.tx, move.ground.keys, move.case["id"]):
        if row["id"] == move.signed:
            names = accounts.names(move.tx, signing.people_of(row, signed))
            return signature_table(move.definition, names, row, signed)
    name = move.actor.name if move.actor is not None else ""
    columns = [show.words(f"paper.signatures.{one}") for one in ("role", "decision", "opinion", "name", "at")]
    rows = [_signature(move.definition, move.role, "done", "", name, move.at)]
    return {"columns": columns, "widths": SIGNATURE_WIDTHS, "rows": rows}


def _table(move: Move, table_id: str, slip: str | None) -> dict[str, Any]:
    """A summary over the members, else a table of the dossier, named by its path or by its last step."""
    table = move.definition.tables.get(table_id)
    if table is not None:
        return {
            "columns": [show.pair(column.title) for column in table.columns.values()],
            "widths": [column.width for column in table.columns.values()],
            "rows": members.table_rows(move.tx, move.ground, move.row, table),
            "header": placing.text(move, table.header, slip),
            "foot": placing.text(move, table.foot, slip),
        }
    for section in move.definition.dossier.values():
        for question in section.fields.values():
            if question.type == "table" and table_id in (question.id, f"dossier.{section.id}.{question.id}"):
                stored = move.dossier.get(section.id, {}).get(question.id)
                return _grid(question.columns.values(), show.rows(move.ground, question, stored))
    return {"columns": [], "rows": []}


def _entries(move: Move, store: str) -> dict[str, Any]:
    """Everything that an act with ``appends`` has gathered, the entry of this very act included."""
    asks = next(
        (
            action.asks
            for state in move.definition.states
            for action in move.definition.actions_in(state)
            if action.appends and (action.store or action.id) == store
        ),
        {},
    )
    written = {row.seq: (row.at, row.person_id) for row in journal.entries(move.tx, move.case["id"])}
    written[int(move.entry)] = (move.at, move.actor.person_id if move.actor is not None else None)
    names = accounts.names(move.tx, [person for _, person in written.values()])
    rows = []
    for seq, said in paths.entries(move.facts.get(store)):
        at, person = written[seq]
        cells = [lines.text(move.tx, move.ground, question, said.get(question.id)) for question in asks.values()]
        rows.append([show.day(clock.local_date(at)), *cells, show.both(names.get(person, ""))])
    grid = _grid(asks.values(), rows)
    return {
        "columns": [show.words("paper.entries.on"), *grid["columns"], show.words("paper.entries.by")],
        "widths": [12, *grid["widths"], 10],
        "rows": rows,
    }


def _grid(questions: Iterable[Field], rows: list[list[show.Pair]]) -> dict[str, Any]:
    asked = list(questions)
    return {
        "columns": [show.pair(question.label) for question in asked],
        "widths": [30 if question.type in _WIDE else 14 for question in asked],
        "rows": rows,
    }


def _labelled(label: show.Pair, value: show.Pair) -> show.Pair:
    return show.words("paper.labelled", label=label, value=value)
