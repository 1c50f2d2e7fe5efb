"""Where an expert scores and signs: one sheet in one place, the same others everywhere, nothing signed unseen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from caseflow.app import create_app
from caseflow.cases import act, practice
from caseflow.cases.panel_models import panel_signature, seat
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people import sessions
from caseflow.people.rights import Actor
from tests.cases.debate import Debate, debating, scoring, shown, signing
from tests.cases.test_scores import in_session
from tests.cases.world import build
from tests.web.conftest import words_of
from tests.web.office_world import Reader, hidden_inputs


def visit(found: Debate, who: Actor) -> Reader:
    with found.world.database.write() as tx:
        token = sessions.begin(tx, who.person_id, idle_seconds=3600, address="192.0.2.1", second_factor_done=True)
    reader = Reader(app_of(found))
    reader.client.set_cookie("caseflow", token)
    return reader


def app_of(found: Debate) -> Flask:
    return create_app(found.world.database, found.world.settings, found.world.ground)


def test_beside_the_sheet_stand_the_others_of_the_discussion_and_nobody_who_left(
    sqlite_database: Database, settings: Settings
) -> None:
    found = debating(build(sqlite_database, settings), (40, 39, 15))
    path = f"/cases/{found.host}/panel/{found.cases[0]}"
    reader = visit(found, found.experts[0])
    before = words_of(reader.get(path))
    with found.world.database.write() as tx:
        tx.execute(seat.update().where(seat.c.person_id == found.experts[1].person_id).values(status="left"))
    after = words_of(reader.get(path))

    assert [total for _, total in shown(found.talk(found.experts[0], found.cases[0]))] == [80, 30]
    assert [(one in before, one in after) for one in ("78", "30")] == [(True, False), (True, True)]


def test_the_general_form_of_scoring_leads_to_the_sheet(sqlite_database: Database, settings: Settings) -> None:
    found = scoring(build(sqlite_database, settings))
    reader, host = visit(found, found.experts[0]), f"/cases/{found.host}"
    there = [
        reader.client.get(f"{host}/acts/score{asked}").headers["Location"]
        for asked in ("", f"?member={found.cases[0]}")
    ]

    assert there == [f"{host}/panel", f"{host}/panel/{found.cases[0]}"]


def test_an_opinion_that_changes_while_it_is_being_signed_is_not_signed(
    postgresql_database: Database, settings: Settings
) -> None:
    found = signing(build(postgresql_database, settings))
    found.opinions()
    reader, path = visit(found, found.experts[1]), f"/cases/{found.host}/opinion"
    hidden = hidden_inputs(reader.get(path).text, 'name="stands_for"')
    ends: list[TestResponse] = []
    thread = threading.Thread(target=lambda: ends.append(reader.act(path, {}, hidden)))
    with postgresql_database.write() as tx:
        texts = {str(one): {"text": "不同意推荐"} for one in found.cases}
        act.perform(tx, found.world.ground, found.experts[0], found.host, "draft", {"cases": texts}, request_key="late")
        thread.start()
        wait_until(lambda: waits_for_a_lock(postgresql_database))
    thread.join()
    with postgresql_database.read() as tx:
        signed = tx.scalar(sa.select(sa.func.count()).select_from(panel_signature))

    assert ("内容已变更" in words_of(ends[0]), signed) == (True, 0)


def test_a_practice_sheet_sent_twice_at_once_is_kept_once(postgresql_database: Database, settings: Settings) -> None:
    world = build(postgresql_database, settings)
    host, _, (expert, _) = in_session(world)
    ground, marks = world.ground, {"distinctive": 8, "feasible": 6, "care": 4}
    with postgresql_database.read() as tx:
        panel = ground.current(tx, "toy-sheets").definition.panels["jury"]
    example = next(iter(panel.examples.values()))

    def send(given: dict[str, int]) -> None:
        postgresql_database.once(lambda tx: practice.keep(tx, ground, host, "jury", example, given, expert.person_id))

    send(dict.fromkeys(marks, 0))
    thread = threading.Thread(target=send, args=(marks,))
    with postgresql_database.write() as tx:
        practice.keep(tx, ground, host, "jury", example, dict.fromkeys(marks, 1), expert.person_id)
        thread.start()
        wait_until(lambda: waits_for_a_lock(postgresql_database))
    thread.join()
    with postgresql_database.read() as tx:
        given = practice.given(tx, ground, host, "jury", panel, expert.person_id)

    assert given == {example.id: marks}


def waits_for_a_lock(database: Database) -> bool:
    with database.read() as tx:
        return bool(tx.scalar(sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")))


def wait_until(met: Callable[[], bool]) -> None:
    for _ in range(1200):
        if met():
            return
        time.sleep(0.05)
    raise AssertionError("nobody waits")
