"""The tree of organisations under their authorities."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from pypinyin import lazy_pinyin
from sqlalchemy.engine import Connection, RowMapping

from caseflow import clock
from caseflow.people import security
from caseflow.people.models import ORGANISATION_KINDS, authority, organisation
from caseflow.words import Message, Refused
from caseflow.workflow.identifiers import check_credit_code

Row = RowMapping

RECORDED = "recorded"
"""In ``data`` of an organisation that an officer entered: nobody has registered for it yet."""


def sort_key(name: str) -> str:
    """What a name is sorted by on both databases: its pinyin, in lower case."""
    return " ".join(lazy_pinyin(name)).lower()


def load_reference(tx: Connection, data: Mapping[str, Any]) -> dict[str, int]:
    """Write the authorities and organisations of the reference data; what is there already is brought up to date.

    Returns the row number of every organisation by its code. A parent stands before its children.
    """
    ids: dict[str, int] = {}
    for entry in data["authorities"]:
        authority_id = _authority(tx, entry)
        for one in entry["organisations"]:
            parent_id = ids[one["parent"]] if one.get("parent") else None
            values = {
                "authority_id": authority_id,
                "parent_id": parent_id,
                "kind": one["kind"],
                "name_zh": one["name"]["zh"],
                "name_en": one["name"]["en"],
                "sort_key": one.get("pinyin") or sort_key(one["name"]["zh"]),
                "division": one.get("division"),
                "data": dict(one.get("data", {})),
            }
            known = tx.scalar(sa.select(organisation.c.id).where(organisation.c.code == one["code"]))
            if known is None:
                known = tx.scalars(
                    sa.insert(organisation)
                    .values(code=one["code"], status="active", created_at=clock.now(), **values)
                    .returning(organisation.c.id)
                ).one()
            else:
                tx.execute(sa.update(organisation).where(organisation.c.id == known).values(**values))
            ids[one["code"]] = known
            in_charge = known if one["kind"] == "bureau" else ids.get(one.get("prefecture", ""))
            tx.execute(sa.update(organisation).where(organisation.c.id == known).values(prefecture_id=in_charge))
    return ids


def _authority(tx: Connection, entry: Mapping[str, Any]) -> int:
    known = tx.scalar(sa.select(authority.c.id).where(authority.c.code == entry["code"]))
    if known is None:
        made = sa.insert(authority).values(code=entry["code"], name=dict(entry["name"])).returning(authority.c.id)
        return int(tx.scalars(made).one())
    tx.execute(sa.update(authority).where(authority.c.id == known).values(name=dict(entry["name"])))
    return int(known)


def authority_id(tx: Connection, code: str) -> int:
    """The row number of an authority by its code. ``LookupError`` if there is none."""
    found = tx.scalar(sa.select(authority.c.id).where(authority.c.code == code))
    if found is None:
        raise LookupError(f"no authority has the code {code}")
    return int(found)


def authorities(tx: Connection) -> list[Row]:
    return list(tx.execute(sa.select(authority).order_by(authority.c.id)).mappings())


def get(tx: Connection, organisation_id: int) -> Row | None:
    return tx.execute(sa.select(organisation).where(organisation.c.id == organisation_id)).mappings().one_or_none()


def by_credit_code(tx: Connection, credit_code: str) -> Row | None:
    return tx.execute(sa.select(organisation).where(organisation.c.credit_code == credit_code)).mappings().one_or_none()


def by_code(tx: Connection, code: str) -> Row | None:
    return tx.execute(sa.select(organisation).where(organisation.c.code == code)).mappings().one_or_none()


def bureaus(tx: Connection, authority_id: int) -> list[Row]:
    """The bureaus of an authority, in the order of their division codes."""
    return list(
        tx.execute(
            sa.select(organisation)
            .where(
                organisation.c.authority_id == authority_id,
                organisation.c.kind == "bureau",
                organisation.c.status == "active",
            )
            .order_by(organisation.c.division, organisation.c.id)
        ).mappings()
    )


def subtree(tx: Connection, organisation_id: int) -> list[int]:
    """An organisation and all that stand under it."""
    top = sa.select(organisation.c.id).where(organisation.c.id == organisation_id).cte("below", recursive=True)
    below = top.union_all(sa.select(organisation.c.id).where(organisation.c.parent_id == top.c.id))
    return list(tx.scalars(sa.select(below.c.id).order_by(below.c.id)))


def find(
    tx: Connection,
    authority_id: int,
    *,
    text: str = "",
    kind: str = "",
    status: str = "",
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[Row], int]:
    """Organisations of an authority by a part of the name, its pinyin or the start of the credit code; and how many."""
    where = [organisation.c.authority_id == authority_id]
    if text := text.strip():
        where.append(
            sa.or_(
                organisation.c.name_zh.contains(text, autoescape=True),
                sa.func.lower(organisation.c.name_en).contains(text.lower(), autoescape=True),
                organisation.c.sort_key.contains(text.lower(), autoescape=True),
                organisation.c.credit_code.startswith(text.upper(), autoescape=True),
            )
        )
    if kind:
        where.append(organisation.c.kind == kind)
    if status:
        where.append(organisation.c.status == status)
    rows = tx.execute(
        sa.select(organisation)
        .where(*where)
        .order_by(organisation.c.sort_key, organisation.c.id)
        .limit(limit)
        .offset(offset)
    ).mappings()
    return list(rows), tx.scalar(sa.select(sa.func.count()).select_from(organisation).where(*where)) or 0


def create(
    tx: Connection,
    *,
    authority_id: int,
    kind: str,
    name_zh: str,
    name_en: str = "",
    credit_code: str | None = None,
    division: str | None = None,
    prefecture_id: int | None = None,
    parent_id: int | None = None,
    code: str | None = None,
    status: str = "active",
    data: dict[str, Any] | None = None,
    by: int | None = None,
    address: str = "",
) -> int:
    """A new organisation. Refused with every reason: no name, unknown kind, a credit code that is taken."""
    reasons = _faults(tx, kind, name_zh, credit_code, None)
    if parent_id is not None and (parent := get(tx, parent_id)) is not None and parent["authority_id"] != authority_id:
        reasons.append(Message("people.parent_of_other_authority", {"input": "parent_id"}))
    if reasons:
        raise Refused(*reasons)
    made = tx.scalars(
        sa.insert(organisation)
        .values(
            authority_id=authority_id,
            parent_id=parent_id,
            kind=kind,
            code=code,
            name_zh=name_zh.strip(),
            name_en=name_en.strip(),
            sort_key=sort_key(name_zh.strip()),
            credit_code=credit_code or None,
            division=division or None,
            status=status,
            prefecture_id=prefecture_id,
            data=data or {},
            created_at=clock.now(),
        )
        .returning(organisation.c.id)
    ).one()
    if kind == "bureau":
        tx.execute(sa.update(organisation).where(organisation.c.id == made).values(prefecture_id=made))
    security.log(tx, "organisation_created", authority_id=authority_id, by=by, organisation_id=made, address=address)
    return int(made)


def record(
    tx: Connection,
    *,
    authority_id: int,
    name_zh: str,
    credit_code: str,
    kind: str = "enterprise",
    name_en: str = "",
    prefecture_id: int | None = None,
    division: str | None = None,
    by: int | None = None,
    address: str = "",
) -> int:
    """The organisation with this credit code; where there is none it is entered, without an account.

    Whoever registers with the code later takes it over, once that registration is approved.

    Raises:
        Refused: the code is malformed or belongs to another name or authority, or the organisation is closed.
    """
    if faults := against_recording(tx, authority_id, name_zh, credit_code):
        raise Refused(*faults)
    known = by_credit_code(tx, credit_code)
    if known is None:
        return create(
            tx, authority_id=authority_id, kind=kind, name_zh=name_zh, name_en=name_en, credit_code=credit_code,
            division=division, prefecture_id=prefecture_id, data={RECORDED: True}, by=by, address=address,
        )  # fmt: skip
    if known["status"] == "refused":
        entered = {"status": "active", "data": {**known["data"], RECORDED: True}}
        tx.execute(sa.update(organisation).where(organisation.c.id == known["id"]).values(**entered))
    return int(known["id"])


def against_recording(tx: Connection, authority_id: int, name_zh: str, credit_code: str) -> list[Message]:
    """Why an organisation cannot be entered by :func:`record`, or found by its code under this name."""
    faults = [Message(one.key, {**one.values, "input": "credit_code"}) for one in check_credit_code(credit_code)]
    known = by_credit_code(tx, credit_code)
    if faults or known is None:
        return faults
    if known["authority_id"] != authority_id or known["status"] == "closed":
        return [Message("people.organisation_closed", {"input": "credit_code"})]
    if _plain(known["name_zh"]) != _plain(name_zh):
        return [Message("people.code_of_other_name", {"input": "name_zh", "organisation": known["name_zh"]})]
    return []


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def change(
    tx: Connection,
    organisation_id: int,
    *,
    name_zh: str,
    name_en: str,
    credit_code: str | None,
    division: str | None,
    status: str,
    by: int,
    address: str = "",
) -> None:
    """Correct what is known of an organisation, or close it: its members can then no longer act for it."""
    row = tx.execute(sa.select(organisation).where(organisation.c.id == organisation_id)).mappings().one()
    if reasons := _faults(tx, row["kind"], name_zh, credit_code, organisation_id):
        raise Refused(*reasons)
    new = {
        "name_zh": name_zh.strip(),
        "name_en": name_en.strip(),
        "credit_code": credit_code or None,
        "division": division or None,
        "status": status,
    }
    tx.execute(
        sa.update(organisation)
        .where(organisation.c.id == organisation_id)
        .values(sort_key=sort_key(new["name_zh"] or ""), **new)
    )
    security.log(
        tx,
        "organisation_changed",
        authority_id=row["authority_id"],
        by=by,
        organisation_id=organisation_id,
        address=address,
        detail={key: {"was": row[key], "is": value} for key, value in new.items() if row[key] != value},
    )


def _faults(tx: Connection, kind: str, name: str, credit_code: str | None, own_id: int | None) -> list[Message]:
    reasons: list[Message] = []
    if not name.strip():
        reasons.append(Message("people.name_missing", {"input": "name_zh"}))
    if kind not in ORGANISATION_KINDS:
        reasons.append(Message("people.kind_unknown", {"input": "kind"}))
    if credit_code:
        other = by_credit_code(tx, credit_code)
        if other is not None and other["id"] != own_id:
            reasons.append(
                Message("people.credit_code_taken", {"input": "credit_code", "organisation": other["name_zh"]})
            )
    return reasons
