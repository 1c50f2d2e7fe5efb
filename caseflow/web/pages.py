"""Every blueprint of the site and the entries of its menu, in the order in which they are shown."""

from __future__ import annotations

from caseflow.web import (
    account,
    acting,
    admin,
    applicant,
    bulk,
    bulk_sheet,
    bundles,
    calendars,
    carrying,
    case,
    collective,
    deliveries,
    desk,
    dossier,
    dossiers,
    expert,
    filing,
    footprint,
    handover,
    home,
    importing,
    inbox,
    involvement,
    other_work,
    overview,
    papers,
    public,
    purging,
    quota_board,
    recording,
    registration,
    review,
    rounds,
    sending,
    tasks,
    uploads,
)

BLUEPRINTS = tuple(
    room.blueprint
    for room in (
        public, home, account, registration, inbox, applicant, dossier, footprint, sending, uploads, desk,
        overview, bulk, bulk_sheet, carrying, case, acting, review, papers, filing, dossiers, bundles, collective, rounds, quota_board, expert, calendars, admin,
        deliveries, tasks, purging, involvement, other_work, recording, importing, handover,
    )
)  # fmt: skip
MENU = (
    *home.MENU,
    *desk.MENU,
    *overview.MENU,
    *involvement.MENU,
    *collective.MENU,
    *rounds.MENU,
    *quota_board.MENU,
    *other_work.MENU,
    *inbox.MENU,
    *public.MENU,
    *registration.MENU,
    *calendars.MENU,
    *admin.MENU,
    *deliveries.MENU,
)
HOME = "home.home"
"""The page to which somebody comes after signing in."""
