"""The limit: the same rows in the same tables, read and written by hand with nothing but the driver.

No rule is asked, nothing is hashed, sealed or counted: those values are constants of the same size. As many
transactions, and the same reads in each, as the door needs.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import sqlalchemy as sa

from benchmarks.door import FORM
from benchmarks.ground import Place
from caseflow import clock
from caseflow.cases.models import deadline

HASH = "0f" * 32
SEALED = "k" * 12 + ":" + "ab" * (len(json.dumps(FORM, ensure_ascii=False).encode()) + 28)
BLOB = b"\x01" * 60
OPEN_FORM = json.dumps({"unit": {name: FORM[name] for name in FORM}}, ensure_ascii=False)
FACTS = json.dumps({"return": {"gaps": {"$sealed": HASH}}, "recommend": {"opinion": {"$sealed": HASH}}})
LEDGER = json.dumps(
    {"calendar": "mainland-china", "ledger": [["2026-11-23", "2026-11-27", "counted", 5, "workdays"]] * 4}
)


class Raw:
    """One connection of the driver, opened as the program opens it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.sqlite = place.database.is_sqlite
        url = place.database.engine.url
        if self.sqlite:
            self.connection: Any = sqlite3.connect(str(url.database), isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
                self.connection.execute(f"PRAGMA {pragma}")
        else:
            self.connection = psycopg.connect(
                host=url.host, port=url.port, user=url.username, dbname=url.database, autocommit=False
            )
        with place.database.read() as tx:
            self.definition = tx.scalar(sa.text("SELECT max(id) FROM workflow_version"))
        self._texts: dict[str, str] = {}

    def run(self, text: str, *values: Any) -> Any:
        if not self.sqlite:
            text = self._texts.get(text) or self._texts.setdefault(text, text.replace("?", "%s"))
        return self.connection.execute(text, [self._bound(value) for value in values])

    def _bound(self, value: Any) -> Any:
        if not self.sqlite:
            return value
        if hasattr(value, "hour"):
            return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return value.isoformat() if isinstance(value, date) else value

    def begin(self) -> None:
        if self.sqlite:
            self.connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.connection.commit()

    # Parts of a step

    def lock(self, case_id: int) -> Any:
        held = "" if self.sqlite else " FOR UPDATE"
        row = self.run(f'SELECT * FROM "case" WHERE id = ?{held}', case_id).fetchone()
        self.run(
            "SELECT case_id, seq, person_id, act, to_state, body FROM journal WHERE request_key = ?", self.key()
        ).fetchone()
        return row

    def key(self) -> str:
        return str(uuid.uuid4())

    def enter(self, case_id: int, seq: int, act: str, before: str | None, after: str, body: str = "{}") -> None:
        actor = self.place.office
        self.run(
            "INSERT INTO journal (case_id, seq, at, person_id, role, organisation_id, act, from_state,"
            " to_state, body, request_key, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            case_id, seq, clock.now(), actor.person_id, "provincial", actor.organisation_id, act, before, after,
            body, self.key(), HASH, HASH,
        )  # fmt: skip

    def write(self, case_id: int, seq: int, **columns: Any) -> None:
        named = {**columns, "version": seq, "seq": seq, "last_hash": HASH}
        text = ", ".join(f"{name} = ?" for name in named)
        done = self.run(f'UPDATE "case" SET {text} WHERE id = ? AND version = ?', *named.values(), case_id, seq - 1)
        assert done.rowcount == 1

    def tasks(self, case_id: int, act: str, state: str, role: str, owner: int | None, due: date | None) -> None:
        self.leave(case_id, act)
        self.owe(case_id, state, role, owner, due)

    def leave(self, case_id: int, act: str) -> None:
        self.run(
            "UPDATE task SET status = 'done', outcome = ?, closed_at = ? WHERE case_id = ? AND status = 'open'",
            act, clock.now(), case_id,
        )  # fmt: skip

    def owe(self, case_id: int, state: str, role: str, owner: int | None, due: date | None) -> None:
        if role == "provincial":
            self.run(
                "SELECT id FROM organisation WHERE authority_id = ? AND kind = 'authority' ORDER BY id LIMIT 1",
                self.place.office.authority_id,
            ).fetchone()  # fmt: skip
        self.run(
            "INSERT INTO task (case_id, kind, organisation_id, role, due_on, status, opened_at) VALUES (?, ?, ?, ?, ?, 'open', ?)",
            case_id, f"state:{state}", owner, role, due, clock.now(),
        )  # fmt: skip

    def clocks(self, case_id: int) -> list[Any]:
        columns = ", ".join(f'"{column.name}"' for column in deadline.c)
        return self.run(  # type: ignore[no-any-return]  # the driver's own rows
            f"SELECT {columns} FROM deadline WHERE case_id = ? AND (status IN ('running', 'paused')"
            " OR status = 'breached' AND closed_at IS NULL)",
            case_id,
        ).fetchall()  # fmt: skip

    def count(self) -> None:
        self.run(
            "SELECT id, year, body FROM calendar_year WHERE calendar = 'mainland-china' AND id > ? ORDER BY id", 10**6
        ).fetchall()

    def start(self, case_id: int, name: str, due: date) -> None:
        self.count()
        number = self.run(
            'INSERT INTO deadline (case_id, clock, started_on, "limit", pauses, due_on, ledger, provisional, status)'
            " VALUES (?, ?, ?, '10 workdays', '[]', ?, ?, ?, 'running') RETURNING id",
            case_id, name, clock.today(), due, LEDGER, False,
        ).fetchone()[0]  # fmt: skip
        self.timers(case_id, number, due)

    def timers(self, case_id: int, number: int, due: date) -> None:
        for kind in ("breach", "warn"):
            self.run(
                'INSERT INTO timer (case_id, deadline_id, kind, "key", due_at, status) VALUES (?, ?, ?, ?, ?, \'waiting\')',
                case_id, number, kind, f"{number}/{kind}/{self.key()}", clock.end_of(due),
            )  # fmt: skip

    def stop(self, case_id: int) -> None:
        for row in self.clocks(case_id):
            self.run("UPDATE deadline SET status = 'met', closed_at = ? WHERE id = ?", clock.now(), row[0])
            self.silence(row[0])

    def silence(self, number: int) -> None:
        self.run("UPDATE timer SET status = 'void' WHERE deadline_id = ? AND status = 'waiting'", number)

    def dossier(self, case_id: int, revision: int) -> None:
        self.run(
            "SELECT case_id, number, body, hash, created_at, created_by FROM dossier_revision WHERE case_id = ? AND number = ?",
            case_id, revision,
        ).fetchone()  # fmt: skip
        self.sealed(case_id, revision)

    def sealed(self, case_id: int, revision: int) -> None:
        self.run(
            "SELECT path, key_id, nonce, cipher FROM personal_value WHERE case_id = ? AND revision = ?", case_id, revision
        ).fetchall()  # fmt: skip

    def typed(self, case_id: int) -> None:
        self.run(
            "SELECT * FROM draft WHERE case_id = ? AND part LIKE 'dossier.%'".replace(
                "%", "%" if self.sqlite else "%%"
            ),
            case_id,
        ).fetchall()

    def seal(self, case_id: int, revision: int, *paths: str) -> None:
        for path in paths:
            self.run(
                "INSERT INTO personal_value (case_id, revision, path, key_id, nonce, cipher, digest, salt)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                case_id, revision, path, "k" * 12, BLOB[:12], BLOB, HASH, BLOB[:16],
            )  # fmt: skip

    def freeze(self, case_id: int, revision: int) -> None:
        self.run(
            "INSERT INTO dossier_revision (case_id, number, body, hash, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?)",
            case_id, revision, OPEN_FORM, HASH, clock.now(), self.place.applicant.person_id,
        )  # fmt: skip
        self.seal(case_id, revision, "unit.contact", "unit.phone", "unit.strengths")
        self.forget(case_id, "dossier.unit")

    def forget(self, case_id: int, part: str) -> None:
        self.run("DELETE FROM draft WHERE case_id = ? AND part = ?", case_id, part)

    def save(self, case_id: int) -> None:
        owner = f"organisation:{self.place.applicant.organisation_id}"
        self.run(
            "SELECT * FROM draft WHERE case_id = ? AND part = 'dossier.unit' AND owner = ?", case_id, owner
        ).fetchone()
        self.run(
            "INSERT INTO draft (case_id, part, owner, version, sealed, saved_at, saved_by) VALUES (?, ?, ?, 1, ?, ?, ?)",
            case_id, "dossier.unit", owner, SEALED, clock.now(), self.place.applicant.person_id,
        )  # fmt: skip


def case(raw: Raw) -> Iterator[tuple[str, int]]:
    """The same twelve transactions as ``door.case``, each committed when it is yielded."""
    place, run = raw.place, raw.run
    own, bureau, office = place.applicant.organisation_id, place.officer.organisation_id, place.office.organisation_id
    due = clock.today() + timedelta(days=14)

    raw.begin()
    run("SELECT case_id, seq, person_id, act, to_state, body FROM journal WHERE request_key = ?", raw.key()).fetchone()
    now = clock.now()
    case_id = run(
        'INSERT INTO "case" (receipt_code, workflow, definition_id, authority_id, organisation_id, prefecture_id, state, shared,'
        " final, version, revision, seq, last_hash, title, title_key, subject, facts, unlocked, opened_at, moved_at)"
        " VALUES (?, 'bench-steps', ?, ?, ?, ?, 'drafting', ?, ?, 1, 0, 1, ?, ?, ?, '', '{}', '[]', ?, ?) RETURNING id",
        raw.key(), raw.definition, place.office.authority_id, own, bureau, False, False, HASH, "甲焦化厂", "jia jiao hua", now, now,
    ).fetchone()[0]  # fmt: skip
    raw.enter(case_id, 1, "open", None, "drafting")
    run('UPDATE "case" SET last_hash = ? WHERE id = ?', HASH, case_id)
    raw.owe(case_id, "drafting", "applicant", own, None)
    raw.commit()
    yield "open", case_id

    raw.begin()
    raw.save(case_id)
    raw.commit()
    yield "type", case_id

    raw.begin()
    raw.lock(case_id)
    raw.typed(case_id)
    raw.freeze(case_id, 1)
    number = run(
        "UPDATE serial SET last = last + 1 WHERE authority_id = ? AND name = ? AND year = ? RETURNING last",
        place.office.authority_id,
        "BM-{year}-{serial:07}",
        clock.today().year,
    ).fetchone()
    raw.clocks(case_id)
    raw.start(case_id, "review", due)
    raw.tasks(case_id, "submit", "review", "municipal", bureau, due)
    raw.enter(case_id, 2, "submit", "drafting", "review", FACTS)
    raw.write(
        case_id,
        2,
        number=f"BM-RAW-{raw.key()}",
        state="review",
        shared=True,
        final=False,
        listed=None,
        revision=1,
        title="甲焦化有限公司",
        title_key="jia jiao hua you xian gong si",
        subject="冶金焦炭",
        due_on=due,
        moved_at=clock.now(),
    )
    assert number is not None
    raw.commit()
    yield "submit", case_id

    raw.begin()
    raw.lock(case_id)
    raw.seal(case_id, 0, "return.gaps")
    raw.forget(case_id, "act.return")
    for row in raw.clocks(case_id):
        run("UPDATE deadline SET status = 'paused', paused_since = ? WHERE id = ?", clock.today(), row[0])
        raw.silence(row[0])
    raw.tasks(case_id, "return", "correcting", "applicant", own, None)
    raw.enter(case_id, 3, "return", "review", "correcting", FACTS)
    raw.write(
        case_id,
        3,
        state="correcting",
        origin="review",
        shared=True,
        final=False,
        listed=None,
        facts=FACTS,
        unlocked='["unit.strengths"]',
        due_on=None,
        moved_at=clock.now(),
    )
    raw.commit()
    yield "return", case_id

    raw.begin()
    raw.save(case_id)
    raw.commit()
    yield "correct", case_id

    raw.begin()
    raw.lock(case_id)
    raw.dossier(case_id, 1)
    raw.typed(case_id)
    raw.freeze(case_id, 2)
    for row in raw.clocks(case_id):
        raw.count()
        run(
            "UPDATE deadline SET status = 'running', paused_since = NULL, pauses = ?, due_on = ?, ledger = ?, provisional = ? WHERE id = ?",
            '[["2026-11-21","2026-11-21"]]',
            due,
            LEDGER,
            False,
            row[0],
        )
        raw.timers(case_id, row[0], due)
    raw.tasks(case_id, "resubmit", "review", "municipal", bureau, due)
    raw.enter(case_id, 4, "resubmit", "correcting", "review", FACTS)
    raw.write(
        case_id,
        4,
        state="review",
        shared=True,
        final=False,
        listed=None,
        revision=2,
        title="甲焦化有限公司",
        title_key="jia jiao hua you xian gong si",
        subject="冶金焦炭",
        unlocked="[]",
        due_on=due,
        moved_at=clock.now(),
    )
    raw.commit()
    yield "resubmit", case_id

    raw.begin()
    raw.lock(case_id)
    run("SELECT * FROM finding WHERE case_id = ? AND status = 'open' ORDER BY id", case_id).fetchall()
    run(
        'SELECT "conflict" FROM interest WHERE member_case_id = ? AND person_id = ? AND "conflict"',
        case_id,
        place.officer.person_id,
    ).fetchone()
    raw.seal(case_id, 0, "recommend.opinion")
    raw.forget(case_id, "act.recommend")
    raw.stop(case_id)
    raw.start(case_id, "recommended", due)
    raw.tasks(case_id, "recommend", "recommended", "provincial", office, due)
    raw.enter(case_id, 5, "recommend", "review", "recommended", FACTS)
    raw.write(
        case_id,
        5,
        state="recommended",
        shared=True,
        final=False,
        listed=None,
        facts=FACTS,
        due_on=due,
        moved_at=clock.now(),
    )
    raw.commit()
    yield "recommend", case_id

    raw.begin()
    raw.lock(case_id)
    raw.stop(case_id)
    raw.tasks(case_id, "take_in", "scoring", "provincial", office, None)
    raw.enter(case_id, 6, "take_in", "recommended", "scoring")
    raw.write(case_id, 6, state="scoring", shared=True, final=False, listed=None, due_on=None, moved_at=clock.now())
    raw.commit()
    yield "take_in", case_id

    raw.begin()
    raw.lock(case_id)
    raw.forget(case_id, "act.note")
    raw.enter(case_id, 7, "note", "scoring", "scoring", FACTS)
    raw.write(case_id, 7, facts=FACTS)
    raw.commit()
    yield "note", case_id

    raw.begin()
    raw.lock(case_id)
    raw.sealed(case_id, 0)
    raw.dossier(case_id, 2)
    run(
        "SELECT * FROM quota_entry JOIN quota_counter ON quota_counter.id = quota_entry.counter_id WHERE quota_entry.case_id = ? AND quota_counter.quota = 'proposed' AND quota_entry.status <> 'released'",
        case_id,
    ).fetchone()
    run(
        "SELECT * FROM quota_setting WHERE authority_id = ? AND quota = 'proposed' AND \"key\" IN ('', ?) ORDER BY id",
        place.office.authority_id,
        "",
    ).fetchall()
    counter = run(
        "SELECT * FROM quota_counter WHERE authority_id = ? AND quota = 'proposed'", place.office.authority_id
    ).fetchone()
    run('UPDATE quota_counter SET used = used + 1 WHERE id = ? AND (NOT blocks OR used < "limit")', counter[0])
    run(
        "INSERT INTO quota_entry (counter_id, case_id, status, at) VALUES (?, ?, 'held', ?)",
        counter[0],
        case_id,
        clock.now(),
    )
    raw.clocks(case_id)
    raw.start(case_id, "proposed", due)
    raw.tasks(case_id, "propose", "proposed", "provincial", office, due)
    raw.enter(case_id, 8, "propose", "scoring", "proposed")
    raw.write(case_id, 8, state="proposed", shared=True, final=False, listed=None, due_on=due, moved_at=clock.now())
    raw.commit()
    yield "propose", case_id

    raw.begin()
    raw.lock(case_id)
    raw.stop(case_id)
    raw.start(case_id, "shown", due)
    raw.tasks(case_id, "show", "shown", "provincial", office, due)
    raw.enter(case_id, 9, "show", "proposed", "shown")
    raw.write(case_id, 9, state="shown", shared=True, final=False, listed="publicity", due_on=due, moved_at=clock.now())
    raw.commit()
    yield "show", case_id

    raw.begin()
    raw.lock(case_id)
    row = run(
        "SELECT quota_entry.* FROM quota_entry JOIN quota_counter ON quota_counter.id = quota_entry.counter_id WHERE quota_entry.case_id = ? AND quota_counter.quota = 'proposed' AND quota_entry.status <> 'released'",
        case_id,
    ).fetchone()
    run("UPDATE quota_entry SET status = 'committed', at = ? WHERE id = ?", clock.now(), row[0])
    raw.stop(case_id)
    raw.leave(case_id, "finish")
    run(
        'SELECT member.id, "case".definition_id FROM member JOIN "case" ON "case".id = member.host_id WHERE member.case_id = ? AND member.status = \'in\'',
        case_id,
    ).fetchall()
    raw.enter(case_id, 10, "finish", "shown", "done")
    raw.write(case_id, 10, state="done", shared=True, final=True, listed="published", due_on=None, moved_at=clock.now())
    raw.commit()
    yield "finish", case_id
