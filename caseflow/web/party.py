"""A case as a party to it reads it: where it publicly stands, what was served, what it may say and has said."""

from __future__ import annotations

from typing import Any

from flask import g, render_template

from caseflow.cases.view import View
from caseflow.people import organisations
from caseflow.web import applicant, clocks, duties, entries, linked, proposals, record
from caseflow.words import pick

ASKED = frozenset({"open_duty", "close_duty"})
"""Effects of acts whose answers stand with the duties."""


def case_page(view: View) -> Any:
    """The page of a case for a party to it."""
    owed = duties.of_case(view)
    roles = [view.definition.roles[one] for one in sorted(view.party_roles)]
    office = organisations.get(g.tx, view.row["organisation_id"])
    return render_template(
        "party/case.html",
        view=view,
        part={language: "、".join(pick(one.title, language) for one in roles) for language in ("zh", "en")},
        office=office and {"zh": office["name_zh"], "en": office["name_en"] or office["name_zh"]},
        offers=applicant.offers(view, owed),
        duties=owed,
        proposals=proposals.waiting(view),
        given=record.given_so_far(view, without=ASKED),
        gathered=entries.gathered(view),
        linked=linked.of_case(view),
        clocks=clocks.of_case(view),
        messages=applicant.messages_of(view),
    )
