"""What migrations seal on the way is read afterwards by today's code: with rows of an older database, on both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from caseflow.cases import panels, quota_settings, scores
from caseflow.cases.ground import Ground
from caseflow.cases.models import case
from caseflow.config import ROOT, from_environment
from caseflow.db import Database, canonical
from caseflow.office import extensions, rounds
from caseflow.records import inbox, personal
from caseflow.records.inbox import Reader
from caseflow.workflow.many import Quota
from tests import postgres

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
OFFICE, EXPERT, MEETING, CASE = 1, 2, 1, 2
"""Ids in the older database."""
CASE_COLUMNS = {
    "definition_id": 1, "authority_id": 1, "organisation_id": 1, "workflow": "old", "state": "session", "shared": True,
    "final": False, "version": 1, "revision": 0, "seq": 1, "last_hash": "0" * 64, "title": "t", "title_key": "t",
    "subject": "", "facts": {}, "unlocked": [], "opened_at": AT, "moved_at": AT,
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty database, which the environment names too, with keys of its own."""
    monkeypatch.setenv("CASEFLOW_HOME", str(tmp_path / "home"))
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgresql_server")
    server.run("CREATE DATABASE carried_over")
    yield server.url("carried_over")
    server.run("DROP DATABASE carried_over WITH (FORCE)")


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def upgrade(url: str, to: str) -> None:
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["url"] = url
    command.upgrade(config, to)


def put(url: str, **rows: list[dict[str, Any]]) -> None:
    """Rows as an older program wrote them: columns that are not given stay empty, or say something harmless."""
    with opened(url) as database, database.write() as tx:
        for name, given in rows.items():
            table = sa.Table(name, sa.MetaData(), autoload_with=tx)
            for row in given:
                filled = {one.name: _harmless(one) for one in table.columns if not one.nullable and not one.primary_key}
                values = {key: _stored(tx.dialect.name, table.c[key], value) for key, value in (filled | row).items()}
                tx.execute(table.insert().values(values))


def _harmless(column: sa.Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, sa.DateTime) or column.name.rsplit("_", 1)[-1] in ("at", "was"):
        return AT
    return False if isinstance(kind, sa.Boolean) else 0 if isinstance(kind, sa.Integer) else "-"


def _stored(dialect: str, column: sa.Column[Any], value: Any) -> Any:
    """A value as the column takes it: reflected columns know neither our times nor our JSON."""
    if isinstance(value, dict | list) and not isinstance(column.type, sa.JSON):
        return canonical(value)
    if isinstance(value, datetime) and dialect == "sqlite":
        return value.replace(tzinfo=None) if isinstance(column.type, sa.DateTime) else value.isoformat()
    return value


def people(url: str) -> None:
    """An authority, its office, an officer and an expert, and a definition."""
    put(
        url,
        authority=[{"id": 1, "code": "north", "name": {"zh": "北省", "en": "North"}}],
        organisation=[{"id": 1, "authority_id": 1, "kind": "authority", "name_zh": "省厅", "status": "active"}],
        person=[
            {"id": number, "authority_id": 1, "login": f"p{number}", "name": name, "status": "active", "language": "zh"}
            for number, name in ((OFFICE, "张三"), (EXPERT, "王二"))
        ],
        workflow_version=[{"id": 1, "authority_id": 1, "workflow": "old", "version": "1", "hash": "0" * 64}],
    )


def test_scores_and_interests_of_the_time_before_are_read_as_sheets(empty: str) -> None:
    upgrade(empty, "0009")
    people(empty)
    place = {"case_id": MEETING, "member_case_id": CASE, "person_id": EXPERT, "at": AT}
    marks = {"distinctive": {"mark": 40, "reason": "王二认为有特色"}, "feasible": {"mark": 0, "reason": "无"}}
    put(
        empty,
        case=[{**CASE_COLUMNS, "id": one, "receipt_code": str(one)} for one in (MEETING, CASE)],
        member=[{"id": 1, "host_id": MEETING, "case_id": CASE, "position": 1, "status": "in", "data": {}}],
        score=[{**place, "panel": "jury", "marks": marks, "total": 40, "opinion": "同意推荐"}],
        interest=[{**place, "conflict": True, "ground": "曾任其顾问"}],
    )

    upgrade(empty, "head")

    keys = personal.keyring(from_environment())
    with opened(empty) as database, database.read() as tx:
        (row,) = scores.newest(tx, MEETING, "jury", member_id=CASE)
        declared = panels.declared(tx, keys, MEETING, EXPERT)
        plain = "".join(
            str(one) for table in ("sheet", "interest") for one in tx.exec_driver_sql(f"SELECT * FROM {table}")
        )
    assert (row["marks"], row["version"], row["phase"], row["abstained"], row["at"]) == (
        {"distinctive": 40, "feasible": 0}, 1, "own", False, AT,
    )  # fmt: skip
    assert scores.words(keys, row) == {
        "reasons": {"distinctive": "王二认为有特色", "feasible": "无"}, "opinion": "同意推荐", "why": "",
    }  # fmt: skip
    assert declared == {CASE: {"conflict": True, "ground": "曾任其顾问"}}
    assert not any(word in plain for word in ("特色", "同意", "顾问"))


def test_the_open_copy_of_a_declaration_goes_and_everything_else_of_the_case_stays(empty: str) -> None:
    upgrade(empty, "0012")
    people(empty)
    asks = {"secrecy": {"id": "secrecy", "type": "boolean"}, "interests": {"id": "interests", "type": "members"}}
    calls = [{"name": "sign_pledges", "argument": "jury"}, {"name": "declare_interest", "argument": "jury"}]
    declare = {"id": "declare", "asks": asks, "then": calls}
    other = {"id": "include", "asks": {"interests": {"id": "interests", "type": "members"}}, "then": []}
    body = {"states": {"session": {"actions": {"declare": declare, "include": other}}}}
    said = {str(CASE): {"conflict": True, "ground": "曾任其顾问"}}
    facts = {
        "declare": {"secrecy": True, "interests": said},
        "include": {"interests": {"2": {}}},
        "kept": {"note": "x"},
    }
    with opened(empty) as database, database.write() as tx:
        version = sa.Table("workflow_version", sa.MetaData(), autoload_with=tx)
        tx.execute(version.update().values(body=canonical(body)))
    put(empty, case=[{**CASE_COLUMNS, "id": one, "receipt_code": str(one), "facts": facts} for one in (MEETING, CASE)])

    upgrade(empty, "head")

    with opened(empty) as database, database.read() as tx:
        kept = list(tx.scalars(sa.select(case.c.facts)))
    assert kept == [{"declare": {"secrecy": True}, "include": {"interests": {"2": {}}}, "kept": {"note": "x"}}] * 2


def test_reasons_that_stood_in_the_open_are_sealed_and_read(empty: str) -> None:
    upgrade(empty, "0010")
    people(empty)
    told = {"round": {"zh": "第一批", "en": "Round 1"}, "reason": "请李四补充"}
    urged = {"number": "N1", "title": "t", "by": {"zh": "省厅", "en": "Office"}, "note": "请李四尽快", "due": ""}
    put(
        empty,
        round=[{"id": 1, "authority_id": 1, "code": "r1", "title": {"zh": "第一批", "en": "Round 1"},
                "workflows": [], "priority_classes": []}],
        quota_setting=[{"authority_id": 1, "quota": "places", "key": "", "limit": 3, "reason": "李四的意见", "set_by": OFFICE}],
        round_change=[{"round_id": 1, "reason": "李四病假", "by": OFFICE}],
        round_extension=[{"id": 7, "round_id": 1, "notice": "文号1", "reason": "李四出差", "proposed_by": OFFICE,
                          "signers": ["head"], "status": "sent_back"}],
        round_signature=[{"extension_id": 7, "step": 0, "role": "head", "person_id": OFFICE, "decision": "send_back",
                          "opinion": "李四已返岗"}],
        inbox_message=[{"person_id": OFFICE, "key": "inbox.extension_sent_back", "values": told, "kind": "desk"},
                       {"person_id": OFFICE, "key": "inbox.urged", "values": urged, "kind": "desk"}],
    )  # fmt: skip

    upgrade(empty, "head")

    ground = Ground(keys=personal.keyring(from_environment()), calendars={})
    quota = Quota.model_construct(id="places", counter=None)
    with opened(empty) as database, database.read() as tx:
        (setting,) = quota_settings.settings(tx, ground.keys, 1, quota, most=9)
        (change,) = rounds.changes(tx, ground.keys, 1)
        ((extension, (signature,)),) = extensions.of_round(tx, ground, 1)
        messages = inbox.messages(tx, Reader(OFFICE, ()))
        names = ("quota_setting", "round_change", "round_extension", "round_signature", "inbox_message")
        plain = "".join(str(one) for name in names for one in tx.exec_driver_sql(f"SELECT * FROM {name}"))
    assert (setting["reason"], change["reason"]) == ("李四的意见", "李四病假")
    assert (extension["reason"], signature["opinion"]) == ("李四出差", "李四已返岗")
    assert [one.values.get("note", "") for one in messages] == [
        {"message": {"key": "inbox.urged_note", "values": {}}}, "",
    ]  # fmt: skip
    assert "李四" not in plain
