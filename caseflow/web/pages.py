"""Every blueprint of the site and the entries of its menu, in the order in which they are shown."""

from __future__ import annotations

from caseflow.web import (
    account,
    acting,
    admin,
    applicant,
    calendars,
    case,
    collective,
    desk,
    dossier,
    expert,
    footprint,
    home,
    inbox,
    papers,
    public,
    quota_board,
    registration,
    review,
    rounds,
    sending,
    uploads,
)

BLUEPRINTS = tuple(
    room.blueprint
    for room in (
        public, home, account, registration, inbox, applicant, dossier, footprint, sending, uploads, desk, case, acting,
        review, papers, collective, rounds, quota_board, expert, calendars, admin,
    )
)  # fmt: skip
MENU = (
    *home.MENU,
    *desk.MENU,
    *collective.MENU,
    *rounds.MENU,
    *quota_board.MENU,
    *inbox.MENU,
    *public.MENU,
    *registration.MENU,
    *calendars.MENU,
    *admin.MENU,
)
HOME = "home.home"
"""The page to which somebody comes after signing in."""
