"""Entries of the pool that may be one person: which they are, two beside each other, and what the office finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from sqlalchemy.engine import Connection, RowMapping

from caseflow.evaluation.identity import written
from caseflow.people import accounts, expert_identity, expert_personal, experts
from caseflow.people.expert_identity import Pair
from caseflow.records import reading
from caseflow.web import drawing, expert_forms, experts_organisations, shell
from caseflow.web.experts import manages
from caseflow.web.shell import page
from caseflow.words import Message

blueprint = Blueprint("experts_doubts", __name__, url_prefix="/experts/doubts")


@dataclass(frozen=True, slots=True)
class _Doubts:
    """The pool as the next draw would find it."""

    rows: dict[int, RowMapping]
    open: dict[Pair, tuple[Message, ...]]
    """Why two entries may be one person."""
    decided: dict[Pair, RowMapping]


@page(blueprint, "", policy=manages)
def listed() -> Any:
    """Who may be one person, which organisations may be one, and what was found before."""
    found, places = _doubts(), experts_organisations.doubts()
    return render_template(
        "experts/doubts.html",
        places=places,
        open=[(found.rows[left], found.rows[right], why) for (left, right), why in found.open.items()],
        decided=[(found.rows[left], found.rows[right], one) for (left, right), one in found.decided.items()],
    )


@page(blueprint, "/<int:left>/<int:right>", policy=manages)
def show(left: int, right: int) -> Any:
    """Two entries beside each other; opening them is logged. Numbers and addresses are shown by their ends."""
    found, person_id = _doubts(), g.actor.person_id
    both = _both(found, left, right)
    shell.after(lambda tx: _log(tx, person_id, (left, right)))
    keys = shell.house().keys
    earlier = expert_identity.of_pair(g.tx, left, right)
    return render_template(
        "experts/doubt.html",
        both=both,
        why=found.open.get((left, right), ()),
        lines=_beside(*both),
        seen=len(earlier),
        earlier=[
            {
                "at": one["at"],
                "who": one["name"],
                "title": drawing.t(f"expert_identity.found.{one['found']}"),
                "text": expert_identity.reason(keys, one),
            }
            for one in earlier
        ],
        choices=[(one, drawing.t(f"expert_identity.found.{one}")) for one in expert_identity.FOUND],
    )


@page(blueprint, "/<int:left>/<int:right>", methods=("POST",), policy=manages, redraw=show)
def decide(left: int, right: int) -> Any:
    """The office finds the two to be one person, or two."""
    form = request.form
    expert_identity.decide(
        g.tx, shell.house().keys, _both(_doubts(), left, right), form.get("seen", 0, type=int),
        form.get("found", ""), form.get("reason", "")[:500], by=g.actor.person_id,
    )  # fmt: skip
    return shell.done(url_for("experts_doubts.listed"), "expert_saved")


def _doubts() -> _Doubts:
    house = shell.house()
    pool = experts.pool(g.tx, g.actor.authority_id, house.roles.in_pool or "")
    numbers = {str(row["person_id"]): row["id"] for row in pool}
    doubts = expert_identity.resolved(g.tx, house.keys, pool).doubts
    return _Doubts(
        {row["id"]: row for row in pool},
        {_pair(numbers[one.left], numbers[one.right]): one.why for one in doubts},
        expert_identity.counting(g.tx, numbers.values()),
    )


def _both(found: _Doubts, left: int, right: int) -> tuple[RowMapping, RowMapping]:
    """The two entries; 404 where nobody has any doubt about them."""
    if (left, right) not in found.open and (left, right) not in found.decided:
        abort(404)
    return found.rows[left], found.rows[right]


def _log(tx: Connection, person_id: int, both: Pair) -> None:
    for one in both:
        reading.log(tx, person_id, None, f"expert:{one}")


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _beside(left: RowMapping, right: RowMapping) -> list[tuple[str, str, str, bool | None]]:
    """Label, what each entry says, and whether that is the same: nobody can tell where one says nothing."""
    shown, plain = ([_said(row, masked=masked) for row in (left, right)] for masked in (True, False))
    return [
        (label, value, other, None if not (said and against) else written(said) == written(against))
        for (label, value), other, said, against in zip(
            shown[0].items(), shown[1].values(), plain[0].values(), plain[1].values(), strict=True
        )
    ]


def _said(row: RowMapping, *, masked: bool) -> dict[str, str]:
    keys = shell.house().keys
    number = expert_personal.opened(keys, row).identity
    phone, mail = (accounts.unseal(keys, row, name) for name in ("phone", "email"))
    titles = {name: dict(codes) for name, codes in expert_forms.choices().items()}
    return {
        "name": row["name"],
        "identity": expert_personal.mask_identity(number) if masked else number,
        "phone": expert_personal.mask_phone(phone) if masked else phone,
        "email": expert_personal.mask_mail(mail) if masked else mail,
        "employer": row["employer_name"],
        "employer_code": row["employer_code"] or "",
        "rank": row["rank"],
        "region": titles["regions"].get(row["region"], row["region"] or ""),
        "fields": "、".join(titles["fields"].get(code, code) for code in sorted(row["fields"])),
    }
