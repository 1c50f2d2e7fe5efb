"""Personal values: apart, unreadable, findable, erasable."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from caseflow.config import Settings
from caseflow.db import Database, canonical
from caseflow.records import personal
from caseflow.records.models import personal_value
from caseflow.words import Refused

KEYS = personal.Keyring(personal.Key.of(b"1" * 32))
DOSSIER = {
    "unit": {"name": "示例公司", "contact": "贾镕", "phone": "０３５１-1234567", "mail": ""},
    "team": [{"name": "喆一", "task": "核算"}, {"name": "堃二", "task": "核查"}],
}
PATHS = ["unit.contact", "unit.phone", "unit.mail", "team.*.name", "unit.absent", "nowhere.at.all"]


def test_splitting_takes_every_personal_value_out() -> None:
    public, taken = personal.split(DOSSIER, PATHS)

    assert [one.path for one in taken] == ["unit.contact", "unit.phone", "team.0.name", "team.1.name"]
    assert all(str(one.value) not in canonical(public) for one in taken)
    assert public["unit"]["name"] == "示例公司"
    assert public["unit"]["mail"] == ""
    assert public["team"][1]["task"] == "核查"
    assert personal.is_sealed(public["team"][1]["name"])
    assert DOSSIER["unit"]["contact"] == "贾镕"


def test_equal_values_get_different_hashes() -> None:
    public, _ = personal.split({"a": {"x": "同名", "y": "同名"}}, ["a.x", "a.y"])

    assert public["a"]["x"] != public["a"]["y"]


def test_a_stored_dossier_comes_back_whole(database: Database) -> None:
    public, taken = personal.split(DOSSIER, PATHS)
    with database.write() as tx:
        personal.store(tx, KEYS, 1, 1, taken)
        personal.store(tx, KEYS, 2, 1, [])

    with database.read() as tx:
        assert personal.join(public, personal.load(tx, KEYS, 1, 1)) == DOSSIER
        assert personal.load(tx, KEYS, 2, 1) == {}


def test_a_value_is_found_whatever_its_width_and_spaces(database: Database) -> None:
    _, taken = personal.split(DOSSIER, PATHS)
    with database.write() as tx:
        personal.store(tx, KEYS, 7, 1, taken)
        personal.store(tx, KEYS, 7, 2, taken)
        personal.store(tx, KEYS, 9, 1, taken[:1])

    with database.read() as tx:
        assert personal.find(tx, KEYS, "0351-123 4567") == [7]
        assert personal.find(tx, KEYS, "贾 镕") == [7, 9]
        assert personal.find(tx, KEYS, "贾镕", path="team.0.name") == []


def test_the_table_shows_nothing_of_a_value(database: Database) -> None:
    _, taken = personal.split(DOSSIER, PATHS)
    with database.write() as tx:
        personal.store(tx, KEYS, 1, 1, taken)

    with database.read() as tx:
        stored = b"".join(
            part if isinstance(part, bytes) else str(part).encode()
            for row in tx.execute(sa.select(personal_value))
            for part in row
        )
    assert all(str(one.value).encode() not in stored for one in taken)


def test_an_altered_or_moved_cipher_is_refused(database: Database) -> None:
    _, taken = personal.split(DOSSIER, PATHS)
    for change in ({"revision": 2}, {"case_id": 8}, {"path": "unit.other"}, {"cipher": b"0" * 40}):
        with database.write() as tx:
            personal.erase(tx, 1)
            personal.erase(tx, 8)
            personal.store(tx, KEYS, 1, 1, taken[:1])
            tx.execute(personal_value.update().values(change))

        with pytest.raises(Refused, match=r"personal\.altered"), database.read() as tx:
            personal.load(tx, KEYS, change.get("case_id", 1), change.get("revision", 1))


def test_erasing_leaves_hashes_only(database: Database) -> None:
    public, taken = personal.split(DOSSIER, PATHS)
    with database.write() as tx:
        personal.store(tx, KEYS, 1, 1, taken)
        personal.store(tx, KEYS, 2, 1, taken)
        personal.forget(tx, 2, 1, "unit.phone")
        assert personal.erase(tx, 1) == 4

    with database.read() as tx:
        assert personal.join(public, personal.load(tx, KEYS, 1, 1)) == public
        assert sorted(personal.load(tx, KEYS, 2, 1)) == ["team.0.name", "team.1.name", "unit.contact"]
        assert personal.find(tx, KEYS, "贾镕") == [2]


def test_the_salted_hash_proves_the_value_while_the_salt_is_there() -> None:
    public, (one,) = personal.split({"unit": {"contact": "贾镕"}}, ["unit.contact"])

    assert public["unit"]["contact"] == {personal.SEALED: personal.salted_hash(one.salt, "贾镕")}


def test_values_sealed_under_an_earlier_key_still_open(settings: Settings) -> None:
    before = personal.keyring(settings)
    draft = personal.seal_json(before, {"姓名": "昇"}, "draft/1")
    (settings.keys / "personal").rename(settings.keys / "personal-2026")

    now = personal.keyring(settings)

    assert now.current.id != before.current.id
    assert personal.open_json(now, draft, "draft/1") == {"姓名": "昇"}


def test_a_draft_opens_only_where_it_was_written() -> None:
    draft = personal.seal_json(KEYS, {"a": 1}, "draft/1")

    with pytest.raises(Refused, match=r"personal\.altered"):
        personal.open_json(KEYS, draft, "draft/2")
    with pytest.raises(Refused, match=r"personal\.key_missing"):
        personal.open_json(personal.Keyring(personal.Key.of(b"2" * 32)), draft, "draft/1")
