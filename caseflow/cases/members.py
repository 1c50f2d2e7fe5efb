"""A procedure over many cases: which cases are inside, in what order, and what was said of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import dossier, paths, register_book, show
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, member
from caseflow.cases.move import Move
from caseflow.db import Statement
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.many import Members, Table

_ROWS = (
    sa.select(
        case, member.c.position, member.c.status.label("member_status"), member.c.data, member.c.id.label("member_id")
    )
    .join(member, member.c.case_id == case.c.id)
    .where(member.c.host_id == sa.bindparam("host_id"), member.c.status != "out")
    .order_by(member.c.position, member.c.id)
)


def rows(tx: Connection, host_id: int) -> list[RowMapping]:
    """The cases inside, in their order, each with ``position``, ``data`` and ``member_id``."""
    return list(tx.execute(_ROWS, {"host_id": host_id}).mappings())


def eligible(tx: Connection, rule: Members, host: Mapping[Any, Any]) -> list[RowMapping]:
    """The cases that may be included: in the right state, sharing what the rule asks, in no other such procedure."""
    taken = sa.select(member.c.case_id).join(case, case.c.id == member.c.host_id).where(
        member.c.status == "in", sa.or_(case.c.workflow == host["workflow"], member.c.host_id == host["id"])
    )  # fmt: skip
    statement = sa.select(case).where(
        case.c.workflow.in_(rule.of),
        case.c.state == rule.in_,
        case.c.authority_id == host["authority_id"],
        case.c.id.not_in(taken),
    )
    if "round" in rule.same:
        statement = statement.where(case.c.round_id == host["round_id"])
    if "prefecture" in rule.same:
        statement = statement.where(case.c.prefecture_id == host["prefecture_id"])
    return list(tx.execute(statement.order_by(case.c.number, case.c.id)).mappings())


def include(move: Move, case_ids: Iterable[int]) -> None:
    """Take cases in.

    Raises:
        Refused: one of them may not be included.
    """
    rule = move.definition.members
    if rule is None:
        raise Refused(Message("members.none"))
    allowed = {row["id"] for row in eligible(move.tx, rule, move.case)}
    last = move.tx.scalar(sa.select(sa.func.max(member.c.position)).where(member.c.host_id == move.case["id"])) or 0
    for case_id in case_ids:
        if case_id not in allowed:
            raise Refused(Message("members.not_eligible", {"case": case_id}))
        last += 1
        again = move.tx.execute(
            member.update()
            .where(member.c.host_id == move.case["id"], member.c.case_id == case_id)
            .values(status="in", position=last)
        )
        if again.rowcount == 0:
            move.tx.execute(
                member.insert().values(host_id=move.case["id"], case_id=case_id, position=last, status="in", data={})
            )


def exclude(move: Move, case_ids: Iterable[int]) -> None:
    """Take cases out again."""
    move.tx.execute(
        member.update()
        .where(member.c.host_id == move.case["id"], member.c.case_id.in_(list(case_ids)), member.c.status == "in")
        .values(status="out")
    )


def order(move: Move, case_ids: Iterable[int]) -> None:
    """Put the cases in this order."""
    for position, case_id in enumerate(case_ids, start=1):
        move.tx.execute(
            member.update()
            .where(member.c.host_id == move.case["id"], member.c.case_id == case_id)
            .values(position=position)
        )


def say(tx: Connection, member_id: int, known: dict[str, Any], said: dict[str, Any]) -> None:
    """Add to what this procedure said of a case: codes and figures; free text stays sealed with its facts."""
    tx.execute(member.update().where(member.c.id == member_id).values(data={**known, **said}))


def said_of(facts: Mapping[str, Any], row: Mapping[Any, Any]) -> dict[str, Any]:
    """All that a procedure said of one case, from its forms and from what it worked out."""
    found: dict[str, Any] = {}
    for answers in facts.values():
        for value in answers.values():
            if isinstance(value, dict) and isinstance(value.get(str(row["id"])), dict):
                found |= value[str(row["id"])]
    return {**found, **row["data"]}


def finish(tx: Connection, host_id: int) -> None:
    """The procedure is over; its cases may go into another."""
    tx.execute(member.update().where(member.c.host_id == host_id, member.c.status == "in").values(status="done"))


_HOSTS = Statement(
    sa.select(member.c.id, member.c.host_id, case.c.definition_id)
    .join(case, case.c.id == member.c.host_id)
    .where(member.c.case_id == sa.bindparam("case_id"), member.c.status == "in")
)


def leave(move: Move) -> list[int]:
    """The case ends on its own: the procedures in which it stands go on without it, where their rule says so.

    Returns the procedures that it left.
    """
    left = []
    for host in _HOSTS.rows(move.tx, {"case_id": move.case["id"]}):
        rule = move.ground.definition(move.tx, host["definition_id"]).definition.members
        if rule is not None and rule.ended == "leaves":
            move.tx.execute(member.update().where(member.c.id == host["id"]).values(status="out"))
            left.append(int(host["host_id"]))
    return left


def cell(tx: Connection, ground: Ground, row: Mapping[Any, Any], path: str | None, cache: dict[str, Any]) -> Any:
    """The value of one column of a summary table for one case. ``cache`` holds what was read for this case;
    under ``member`` it holds what the procedure said of it.
    """
    if path is None:
        return None
    if path in ("number", "title", "subject", "state"):
        return row[path]
    head, *rest = path.split(".")
    if head == "entry":
        return register_book.of_case(tx, row["id"]).get(rest[0], {}).get(rest[1])
    if head == "member":
        found: Any = cache.get("member", row["data"])
    elif head == "dossier":
        if "dossier" not in cache:
            cache["dossier"] = dossier.frozen(tx, ground, row["id"], row["revision"])
        found = cache["dossier"]
    else:
        if "facts" not in cache:
            cache["facts"] = dossier.facts(tx, ground, row)
        found = cache["facts"].get(head)
    for part in rest:
        found = found.get(part) if isinstance(found, dict) else None
    return found


def table_rows(tx: Connection, ground: Ground, host: Mapping[Any, Any], table: Table) -> list[list[show.Pair]]:
    """The cells of a summary table as text, one list per case; a column without a value counts from 1."""
    definition = ground.definition(tx, host["definition_id"]).definition
    facts = dossier.facts(tx, ground, host)
    found: list[list[show.Pair]] = []
    for row in rows(tx, host["id"]):
        cache: dict[str, Any] = {"member": said_of(facts, row)}
        if any(str(cell(tx, ground, row, path, cache)) != wanted for path, wanted in table.having.items()):
            continue
        inside = ground.definition(tx, row["definition_id"]).definition
        found.append(
            [
                show.both(len(found) + 1)
                if column.value is None
                else _shown(ground, definition, inside, column.value, cell(tx, ground, row, column.value, cache))
                for column in table.columns.values()
            ]
        )
    return found


def _shown(ground: Ground, host: Definition, inside: Definition, path: str, value: Any) -> show.Pair:
    head, _, name = path.partition(".")
    question = paths.column(host, name) if head == "member" else paths.question(inside, path)
    if question is not None:
        return show.value(ground, question, value)
    if isinstance(value, date):
        return show.day(value)
    return show.both("" if value is None else value)


def empty_cells(move: Move, row: RowMapping) -> list[dict[str, str]]:
    """The titles of summary columns that this case leaves empty, though its workflow always asks for them."""
    cache: dict[str, Any] = {}
    inside = move.ground.definition(move.tx, row["definition_id"]).definition
    return [
        {"zh": column.title.zh, "en": column.title.en}
        for table in move.definition.tables.values()
        for column in table.columns.values()
        if column.value is not None and _always_asked(inside, column.value)
        and cell(move.tx, move.ground, row, column.value, cache) in (None, "", [], {})
    ]  # fmt: skip


def _always_asked(inside: Definition, path: str) -> bool:
    """Whether the member's workflow asks for this without a condition; where it does not, the cell may stay empty."""
    question = paths.question(inside, path)
    return question is None or question.when is None
