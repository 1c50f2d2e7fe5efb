"""What keeps an installation from working although every definition is sound: people, offices, days, rows that wait.

Read only. Every finding says what is amiss and what to do about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import panels
from caseflow.cases.ground import Ground, Loaded
from caseflow.cases.models import case, quota_counter, timer, workflow_version
from caseflow.cases.task_models import service
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import Settings
from caseflow.office import doctor_open, doctor_pools
from caseflow.people import organisations
from caseflow.people.absence_models import absence
from caseflow.people.models import membership, organisation, person
from caseflow.records.models import letter, outbox
from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.procedure import Action
from caseflow.workflow.reader import examine_folder

Level = Literal["error", "warning"]
LATE = timedelta(minutes=15)
"""How long what is due may wait before the worker counts as silent."""
SERVE_WITHIN = timedelta(days=15)
AHEAD = timedelta(days=60)
"""How long before a year begins its days off must be known."""
_RANK = {"error": 0, "warning": 1}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is amiss; ``remedy`` says what to do."""

    level: Level
    rule: str
    message: Message
    remedy: Message

    def as_json(self) -> dict[str, Any]:
        return {"level": self.level, "rule": self.rule, "values": self.message.as_json()["values"]}


def examine(tx: Connection, ground: Ground, settings: Settings, only: int | None = None) -> list[Complaint]:
    """Everything that is amiss, errors first. Reads the database and the workflows folder; writes nothing.

    ``only`` is an authority: what concerns the people, offices and cases of others is left out.
    """
    found = [*_definitions(tx, settings), *_calendars(tx, ground), *_worker(tx)]
    found += [*_quotas(tx, only), *_unserved(tx, ground, only), *_open(tx, ground, only)]
    current = [
        loaded
        for loaded in ground.all_current(tx)
        if only is None or organisations.authority_id(tx, loaded.definition.authority) == only
    ]
    for authority_id, loaded in _by_authority(tx, current):
        found += _people(tx, authority_id, loaded.definition)
        found += _pools(tx, ground, authority_id, loaded.definition)
    found += [*_bureaus(tx, ground, only), *_unstaffed(tx, current), *_absences(tx, current, only)]
    once = {(one.rule, str(one.message.as_json())): one for one in found}
    return sorted(once.values(), key=lambda one: (_RANK[one.level], one.rule))


def _say(level: Level, rule: str, **values: Any) -> Complaint:
    return Complaint(level, rule, Message(f"doctor.{rule}", values), Message(f"doctor.{rule}.do", values))


def _within(found: sa.Select[Any], column: sa.Column[Any], only: int | None) -> sa.Select[Any]:
    return found if only is None else found.where(column == only)


def _by_authority(tx: Connection, current: Iterable[Loaded]) -> Iterator[tuple[int, Loaded]]:
    for loaded in current:
        yield organisations.authority_id(tx, loaded.definition.authority), loaded


def _definitions(tx: Connection, settings: Settings) -> Iterator[Complaint]:
    """What stands on disk and is not in the database yet, or cannot be read any more."""
    stored = set(tx.scalars(sa.select(workflow_version.c.hash)))
    for reading in examine_folder(settings.workflows, vocabulary()):
        if any(problem.level == "error" for problem in reading.problems):
            yield _say("error", "definition_broken", file=reading.file)
        elif reading.definition is not None and reading.definition.digest() not in stored:
            yield _say(
                "warning", "definition_new", name=reading.definition.workflow, version=reading.definition.version
            )


def _calendars(tx: Connection, ground: Ground) -> Iterator[Complaint]:
    """The days off of this year, and before its end those of the next."""
    today = clock.today()
    for name in sorted(ground.calendars):
        calendar = ground.calendar_now(tx, name)
        if calendar.provisional(today.year):
            yield _say("error", "calendar_missing", name=name, year=str(today.year))
        following = (today + AHEAD).year
        if following != today.year and calendar.provisional(following):
            yield _say("warning", "calendar_ahead", name=name, year=str(following))


def _worker(tx: Connection) -> Iterator[Complaint]:
    """What is due and was not done: the worker does not run, or cannot."""
    before = clock.now() - LATE
    overdue = tx.scalar(
        sa.select(sa.func.count()).select_from(timer).where(timer.c.status == "waiting", timer.c.due_at < before)
    )
    if overdue:
        yield _say("error", "timers_overdue", count=overdue)
    waiting = tx.scalar(
        sa.select(sa.func.count())
        .select_from(outbox)
        .where(outbox.c.status == "pending", outbox.c.next_try_at < before)
    )
    if waiting:
        yield _say("error", "worker_silent", count=waiting)
    failed = tx.scalar(sa.select(sa.func.count()).select_from(outbox).where(outbox.c.status == "failed"))
    if failed:
        yield _say("warning", "errands_failed", count=failed)


def _quotas(tx: Connection, only: int | None) -> Iterator[Complaint]:
    found = sa.select(quota_counter).where(quota_counter.c.used > quota_counter.c.limit).order_by(quota_counter.c.id)
    for row in tx.execute(_within(found, quota_counter.c.authority_id, only)).mappings():
        level: Level = "error" if row["blocks"] else "warning"
        yield _say(level, "quota_below", name=row["quota"], key=row["key"], used=row["used"], limit=row["limit"])


def _unserved(tx: Connection, ground: Ground, only: int | None) -> Iterator[Complaint]:
    """Letters that must be served, issued a while ago, of which no service is recorded."""
    served = sa.select(service.c.letter_id).where(service.c.letter_id == letter.c.id)
    found = (
        sa.select(letter.c.kind, case.c.id, case.c.number, case.c.definition_id)
        .join(case, case.c.id == letter.c.case_id)
        .where(letter.c.created_at < clock.now() - SERVE_WITHIN, ~served.exists())
        .order_by(letter.c.id)
    )
    for row in tx.execute(_within(found, case.c.authority_id, only)).mappings():
        declared = ground.definition(tx, row["definition_id"]).definition.letters.get(row["kind"])
        if declared is not None and declared.service is not None:
            title = {"zh": declared.title.zh, "en": declared.title.en}
            yield _say("warning", "letter_unserved", letter=title, case=row["number"] or str(row["id"]))


def _open(tx: Connection, ground: Ground, only: int | None) -> Iterator[Complaint]:
    if number := doctor_open.declarations(tx, ground, only):
        yield _say("warning", "journal_open", count=number)


def _people(tx: Connection, authority_id: int, definition: Definition) -> Iterator[Complaint]:
    """Roles that act and that nobody holds; offices where somebody proposes and nobody can sign."""
    held = _held(tx, authority_id)
    workflow = {"zh": definition.title.zh, "en": definition.title.en}
    for role in sorted(_acting(definition)):
        title = {"zh": definition.roles[role].title.zh, "en": definition.roles[role].title.en}
        if role not in held:
            level: Level = "warning" if definition.roles[role].sees == "own_organisation" else "error"
            yield _say(level, "role_vacant", role=title, workflow=workflow)
    for action, proposing in _signed(definition):
        for signer in action.sign_off:
            if definition.roles[signer].sees != definition.roles[proposing].sees:
                continue
            for office in sorted(held.get(proposing, set()) - held.get(signer, set())):
                name = organisations.get(tx, office)
                title = {"zh": definition.roles[signer].title.zh, "en": definition.roles[signer].title.en}
                act = {"zh": action.title.zh, "en": action.title.en}
                shown = name["name_zh"] if name is not None else str(office)
                yield _say("error", "no_signer", office=shown, role=title, act=act)


def _held(tx: Connection, authority_id: int) -> dict[str, set[int]]:
    """By role the organisations in which an active person holds it."""
    rows = tx.execute(
        sa.select(membership.c.role, membership.c.organisation_id)
        .join(person, person.c.id == membership.c.person_id)
        .join(organisation, organisation.c.id == membership.c.organisation_id)
        .where(
            organisation.c.authority_id == authority_id,
            organisation.c.status == "active",
            person.c.status == "active",
            membership.c.until.is_(None),
        )
    )
    found: dict[str, set[int]] = {}
    for role, office in rows:
        found.setdefault(role, set()).add(office)
    return found


def _acts(definition: Definition) -> Iterator[tuple[str, Action]]:
    for state in definition.states:
        for action in definition.actions_in(state):
            if not (action.system or action.moved_by):
                yield state, action


def _acting(definition: Definition) -> set[str]:
    """The roles without which some act of the procedure cannot be done."""
    acting = {role for state, action in _acts(definition) for role in (*definition.by(state, action), *action.sign_off)}
    duties = {duty.role for state in definition.states.values() for duty in state.duties.values()}
    return acting | duties


def _signed(definition: Definition) -> list[tuple[Action, str]]:
    """The acts that are signed, with each role that proposes them."""
    found = {
        (action.id, role): (action, role)
        for state, action in _acts(definition)
        if action.sign_off
        for role in definition.by(state, action)
    }
    return list(found.values())


def _pools(tx: Connection, ground: Ground, authority_id: int, definition: Definition) -> Iterator[Complaint]:
    """Panels that cannot be drawn; or, picked by hand, for which there are too few people, all told or where one
    organisation must stand back.
    """
    for panel in definition.panels.values():
        if panel.lot is not None:
            titles = {"zh": panel.title.zh, "en": panel.title.en}
            if reasons := doctor_pools.unmet(tx, ground, authority_id, panel, panel.lot):
                yield _say("error", "lot_unmet", panel=titles, reasons=list(reasons))
            continue
        pool = {row["id"]: row["organisation_id"] for row in panels.candidates(tx, authority_id, panel.role)}
        largest = max(Counter(pool.values()).values(), default=0)
        left = len(pool) - largest if "same_organisation" in panel.avoid else len(pool)
        title = {"zh": panel.title.zh, "en": panel.title.en}
        wanted = panel.size + panel.reserves
        if len(pool) < panel.size:
            yield _say("error", "pool_small", panel=title, size=panel.size, pool=len(pool))
        elif left < wanted:
            yield _say("warning", "pool_tight", panel=title, wanted=wanted, pool=len(pool), left=left)


def _bureaus(tx: Connection, ground: Ground, only: int | None) -> Iterator[Complaint]:
    """Prefectures of a province that is served in which nobody takes applications in."""
    regions = ground.references.get("region", {})
    for one in organisations.authorities(tx):
        if only is not None and one["id"] != only:
            continue
        there = {row["division"] for row in organisations.bureaus(tx, one["id"]) if row["division"]}
        provinces = {division[:2] for division in there}
        for code, entry in sorted(regions.items()):
            if code[:2] in provinces and code.endswith("00") and not code.endswith("0000") and code not in there:
                yield _say("error", "no_bureau", region=entry["title"], code=code)


def _unstaffed(tx: Connection, current: Iterable[Loaded]) -> Iterator[Complaint]:
    """Bureaus in which nobody holds any of the roles that act in the name of a prefecture."""
    working: dict[int, set[str]] = {}
    for authority_id, loaded in _by_authority(tx, current):
        roles = {one for one in _acting(loaded.definition) if loaded.definition.roles[one].sees == "own_prefecture"}
        working.setdefault(authority_id, set()).update(roles)
    for authority_id, roles in working.items():
        held = _held(tx, authority_id)
        staffed = {office for role in roles for office in held.get(role, set())}
        for bureau in organisations.bureaus(tx, authority_id) if roles else ():
            if bureau["id"] not in staffed:
                yield _say("warning", "bureau_unstaffed", office=bureau["name_zh"])


def _absences(tx: Connection, current: Iterable[Loaded], only: int | None) -> Iterator[Complaint]:
    """Signers who are away while their deputy is away or gone too."""
    signers = {role for loaded in current for _, action in _acts(loaded.definition) for role in action.sign_off}
    today = clock.today()
    away = (absence.c.ended_at.is_(None), absence.c.first_day <= today, absence.c.last_day >= today)
    absent = set(tx.scalars(sa.select(absence.c.person_id).where(*away)))
    found = (
        sa.select(person.c.name, absence.c.deputy_id, absence.c.last_day)
        .join(absence, absence.c.person_id == person.c.id)
        .join(membership, membership.c.person_id == person.c.id)
        .where(*away, membership.c.until.is_(None), membership.c.role.in_(sorted(signers)))
        .distinct()
    )
    rows = tx.execute(_within(found, person.c.authority_id, only))
    active = set(tx.scalars(sa.select(person.c.id).where(person.c.status == "active")))
    for name, deputy, last in rows:
        if deputy in absent or deputy not in active:
            yield _say("error", "deputy_missing", name=name, until=last.isoformat())
