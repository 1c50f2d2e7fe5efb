"""What the forms of the expert pool hold, and what its pages show of an entry to the office and to its owner."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g, request
from sqlalchemy.engine import RowMapping

from caseflow import clock
from caseflow.cases import expert_load
from caseflow.office import expert_sheet
from caseflow.people import expert_history, expert_profile, expert_ties
from caseflow.people.expert_models import TIES
from caseflow.people.expert_personal import Own
from caseflow.people.expert_profile import Lists, Merits, Profile
from caseflow.people.expert_ties import Said
from caseflow.web import drawing, shell
from caseflow.words import Message, Refused


def lists() -> Lists:
    """The codes that may be chosen."""
    return expert_sheet.lists_of(shell.house().ground)


def version() -> int:
    """The version of the entry that the form shows."""
    return request.form.get("version", 0, type=int)


def day(name: str) -> date | None:
    """A day of the form; nothing where nothing was typed.

    Raises:
        Refused: it is none.
    """
    given = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise Refused(Message("experts.bad_day", {"input": name})) from None


def both_days() -> tuple[date, date]:
    """The first and the last day of an absence.

    Raises:
        Refused: one of them is missing or none.
    """
    first, last = day("away_first"), day("away_last")
    if first is None or last is None:
        missing = [name for name, one in (("away_first", first), ("away_last", last)) if one is None]
        raise Refused(*(Message("experts.bad_day", {"input": name}) for name in missing))
    return first, last


def profile() -> Profile:
    """The profile that the form holds. A number of cases that is none is 0, which is refused with all else."""
    form = request.form
    most = form.get("most", "").strip()
    number = int(most) if most.isascii() and most.isdigit() and len(most) <= len(str(expert_profile.MOST)) else 0
    return Profile(
        fields=tuple(form.getlist("fields")),
        employer_name=form.get("employer_name", ""),
        rank=form.get("rank", ""),
        classes=tuple(form.getlist("classes")),
        region=form.get("region", ""),
        employer_code=form.get("employer_code", ""),
        official=form.get("official") == "yes",
        most=number if most else None,
    )


def merits() -> Merits:
    """What the office says in the form. Raises Refused where the day is none."""
    return Merits(request.form.get("credit", "good"), day("trained_until"))


def numbers() -> Own:
    """Identity and bank account."""
    return Own(*(request.form.get(name, "") for name in ("identity", "bank", "account")))


def tie() -> Said:
    """The tie that the form holds. Raises Refused where a day is none."""
    form = request.form
    return Said(
        kind=form.get("tie_kind", ""),
        name=form.get("tie_name", ""),
        credit_code=form.get("tie_code", ""),
        since=day("tie_since"),
        until=day("tie_until"),
        remark=form.get("tie_remark", ""),
    )


def choices() -> dict[str, Any]:
    """What may be chosen in forms and filters, in the reader's language."""
    known = shell.house().ground.references
    return {
        name: [(code, drawing.named(entry["title"])) for code, entry in known.get(reference, {}).items()]
        for name, reference in (
            ("fields", expert_sheet.FIELD), ("classes", expert_sheet.CLASS), ("regions", expert_sheet.REGION)
        )
    }  # fmt: skip


def shown(row: RowMapping) -> dict[str, Any]:
    """What a page needs of an entry besides the row."""
    keys = shell.house().keys
    known = choices()
    return {
        "row": row,
        **known,
        "titles": {name: dict(known[name]) for name in known},
        "ties": [
            (one, expert_ties.remark(keys, one)) for one in expert_ties.ties(g.tx, [row["id"]], ended=True)[row["id"]]
        ],
        "tie_kinds": [(kind, drawing.t(f"experts.tie.{kind}")) for kind in TIES],
        "load": expert_load.load(g.tx, [row["person_id"]])[row["person_id"]],
        "away_now": expert_profile.is_away(row, clock.today()),
        "trained_now": expert_profile.is_trained(row, clock.today()),
    }


def history(row: RowMapping) -> list[dict[str, Any]]:
    """What happened to an entry, as a timeline shows it."""
    keys = shell.house().keys
    return [
        {
            "at": one["at"],
            "who": one["name"] or "",
            "title": drawing.t(f"experts.event.{one['kind']}"),
            "text": _said(one) or expert_history.reason(keys, one),
        }
        for one in expert_history.events(g.tx, row["id"])
    ]


def _said(event: RowMapping) -> str:
    """What the codes of an event say."""
    detail = event["detail"]
    if names := detail.get("changed"):
        return drawing.t("experts.event_changed", names=[drawing.t(f"experts.{name}") for name in names])
    if "first" in detail:
        return drawing.t("experts.away_period", first=drawing.day(detail["first"]), last=drawing.day(detail["last"]))
    return drawing.t(f"experts.tie.{detail['kind']}") if "kind" in detail else ""
