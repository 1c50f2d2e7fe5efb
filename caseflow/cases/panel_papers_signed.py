"""What a panel signed, and what its experts are paid, on paper. No account stands on it whole."""

from __future__ import annotations

from typing import Any

from caseflow import clock
from caseflow.cases import fees, members, panel_signatures, remarks, show
from caseflow.cases.move import Move
from caseflow.cases.panel_signatures import Signature
from caseflow.people import expert_personal


def opinion(move: Move, panel_id: str) -> list[dict[str, Any]]:
    """Opinion of each case, who signed it, and what those who differ say."""
    keys = move.ground.keys
    drafted = remarks.opinions(remarks.rows(move.tx, move.case["id"], panel_id))
    called = {row["id"]: str(row["title"]) for row in members.rows(move.tx, move.case["id"])}
    rows = [
        [
            show.both(number),
            show.both(row["title"]),
            show.both(row["data"].get("score") or "–"),
            show.both(remarks.words(keys, drafted[row["id"]]) if row["id"] in drafted else "–"),
        ]
        for number, row in enumerate(members.rows(move.tx, move.case["id"]), start=1)
    ]
    signatures = panel_signatures.of_panel(move.tx, move.case["id"], panel_id)
    blocks = [
        _table("opinion", ("serial", "case", "score", "opinion"), (6, 22, 8, 36), rows),
        _table("signed", ("name", "at", "remark"), (14, 18, 30), [_signed(move, one) for one in signatures]),
    ]
    dissents = [
        [show.both(one.seat["name"]), show.both(called.get(int(number), "")), show.both(text)]
        for one in signatures
        if one.signed is not None and one.signed["dissents"]
        for number, text in panel_signatures.words(keys, one.signed).items()
    ]
    if dissents:
        blocks.append(_table("dissent", ("name", "case", "text"), (12, 22, 38), dissents))
    return blocks


def paid(move: Move, panel_id: str) -> dict[str, Any]:
    """The fees with the ends of the accounts (劳务费发放表), and their sum."""
    rows, total = [], 0
    for number, row in enumerate(fees.of_panel(move.tx, move.case["id"], panel_id), start=1):
        held = expert_personal.masked(fees.account(move.ground.keys, row))
        total += row["fen"]
        rows.append(
            [
                show.both(number),
                show.both(row["name"]),
                show.both(row["sheets"]),
                show.both(f"{fees.yuan(row['fen']):,.2f}"),
                show.both(held.bank),
                show.both(held.account),
                show.day(row["paid_on"]) if row["paid_on"] else show.words(f"fees.status.{row['status']}"),
            ]
        )
    heads = ("serial", "name", "sheets", "amount", "bank", "account", "paid")
    block = _table("fees", heads, (5, 10, 8, 11, 18, 20, 12), rows)
    return {**block, "foot": show.words("paper.fees.total", total=f"{fees.yuan(total):,.2f}")}


def _signed(move: Move, one: Signature) -> list[show.Pair]:
    """A line of who owes a signature: when it was given, or why there is none."""
    name = show.both(one.seat["name"])
    if one.signed is not None:
        remark = show.words("paper.signed.dissents" if one.signed["dissents"] else "paper.signed.agrees")
        return [name, show.day(clock.local_date(one.signed["at"])), remark]
    if one.noted is not None:
        why = panel_signatures.words(move.ground.keys, one.noted).get("reason", "")
        return [name, show.both("–"), show.words("paper.signed.noted", why=why)]
    return [name, show.both(""), show.words("paper.signed.missing")]


def _table(key: str, heads: tuple[str, ...], widths: tuple[int, ...], rows: list[list[show.Pair]]) -> dict[str, Any]:
    columns = [show.words(f"paper.{key}.column.{one}") for one in heads]
    return {
        "kind": "table",
        "text": show.words(f"paper.{key}.title"),
        "columns": columns,
        "widths": widths,
        "rows": rows,
    }
