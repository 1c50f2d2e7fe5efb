"""Releases given in: by file, row by row; published by a second officer; and the commands over them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from caseflow.cli import main as cli
from caseflow.config import Settings
from caseflow.footprint.factors import Release, read_release
from caseflow.office import releases
from caseflow.people.rights import Actor
from caseflow.studies import store
from caseflow.words import Refused
from tests.cases.conftest import world
from tests.cases.footprints import filed, published
from tests.cases.world import World
from tests.footprint.published import shipped

__all__ = ["world"]

HEAD: dict[str, Any] = {
    "id": "province-2026",
    "title": {"zh": "省级因子", "en": "Provincial factors"},
    "authority": "shanxi",
    "document": "示例文件",
    "common": {
        "kind": "footprint",
        "region": "CN-14",
        "year": 2026,
        "source": "示例",
        "evidence": "read",
        "unit": "kg",
    },
}
ROWS = [["标识", "名称", "系列", "数值"], ["coke", "焦炭", "coke", "0.85"], ["lime", "石灰", "lime", "1.1"]]


@pytest.fixture
def office(world: World) -> Actor:
    published(world)
    return world.person("provincial", "office")


def release(**values: Any) -> Release:
    factors = [{"id": "coke", "series": "coke", "name": {"zh": "焦炭", "en": "Coke"}, "value": "0.85"}]
    return read_release({**HEAD, "factors": factors, **values})


def csv(path: Path, rows: list[list[str]]) -> Path:
    path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    return path


def xlsx(path: Path, rows: list[list[str]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return path


def names(world: World) -> list[str]:
    with world.database.read() as tx:
        return [one.id for one in store.stored_shelf(tx).factors.releases]


def refusal(world: World, what: Any, *arguments: Any) -> list[str]:
    with world.database.write() as tx, pytest.raises(Refused) as refused:
        what(tx, world.authority_id, *arguments)
    return [one.key for one in refused.value.reasons]


def test_a_table_and_a_workbook_give_the_same_release(tmp_path: Path) -> None:
    found = [
        releases.read(write(tmp_path / f"a{suffix}", ROWS), suffix, HEAD, shipped())
        for write, suffix in ((csv, ".csv"), (xlsx, ".xlsx"))
    ]

    assert found[0].release is not None
    assert found[0].release == found[1].release
    assert [(row.row, row.id, row.status) for row in found[0].rows] == [(2, "coke", "new"), (3, "lime", "new")]


def test_every_row_that_cannot_be_taken_says_why_and_nothing_is_taken(tmp_path: Path) -> None:
    wrong = csv(tmp_path / "a.csv", [*ROWS, ["x", "坏", "x", "many"], ["coke", "重复", "coke", "1"]])
    found = releases.read(wrong, ".csv", HEAD, shipped())

    assert found.release is None
    assert [(row.row, row.status) for row in found.rows if row.problems] == [(4, "wrong"), (5, "wrong")]


def test_a_whole_document_is_compared_with_what_it_takes_the_place_of(tmp_path: Path) -> None:
    old = shipped().factors.release("cn-electricity-footprint-2024")
    assert old is not None
    body = old.as_json() | {"id": "corrected", "supersedes": [old.id]}
    body["factors"][0]["value"] = "0.65"
    path = tmp_path / "a.json"
    path.write_text(json.dumps(body), "utf-8")
    found = releases.read(path, ".json", {}, shipped())
    assert found.release is not None
    changes = releases.compared(shipped(), found.release).changes

    assert [row.status for row in found.rows][:2] == ["changed", "same"]
    assert (changes[0].series, changes[0].status) == ("electricity-mix", "changed")


@pytest.mark.parametrize("name", ["a.exe", "a.xlsx", "a.json"])
def test_what_is_no_release_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x00nothing")

    with pytest.raises(Refused):
        releases.read(path, path.suffix, HEAD, shipped())


def test_one_officer_gives_in_and_another_publishes(world: World, office: Actor) -> None:
    second = world.person("provincial", "office")
    with world.database.write() as tx:
        number = releases.propose(tx, world.authority_id, release(), office.person_id)
    own = refusal(world, releases.publish, number, office.person_id)
    before = "province-2026" in names(world)
    with world.database.write() as tx:
        releases.publish(tx, world.authority_id, number, second.person_id)
    with world.database.read() as tx:
        row = releases.proposals(tx, world.authority_id)[0]

    assert (own, before) == (["releases.own"], False)
    assert "province-2026" in names(world)
    assert (row["status"], row["proposed_name"], row["decided_name"]) == ("published", office.name, second.name)
    assert refusal(world, releases.publish, number, second.person_id) == ["releases.decided_already"]
    assert refusal(world, releases.propose, release(), office.person_id) == ["releases.published_already"]


def test_a_name_waits_once_and_is_free_again_when_it_is_withdrawn(world: World, office: Actor) -> None:
    with world.database.write() as tx:
        number = releases.propose(tx, world.authority_id, release(), office.person_id)
    again = refusal(world, releases.propose, release(), office.person_id)
    with world.database.write() as tx:
        releases.withdraw(tx, world.authority_id, number, office.person_id)
        next_ = releases.propose(tx, world.authority_id, release(), office.person_id)

    assert again == ["releases.waits_already"]
    assert next_ > number


def test_another_authority_decides_on_nothing_here(world: World, office: Actor) -> None:
    with world.database.write() as tx:
        number = releases.propose(tx, world.authority_id, release(), office.person_id)
    with world.database.write() as tx, pytest.raises(Refused):
        releases.publish(tx, world.authority_id + 1, number, office.person_id + 1)

    assert "province-2026" not in names(world)


def test_the_commands_import_compare_and_recompute(
    world: World, settings: Settings, office: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("CASEFLOW_HOME", str(settings.home))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    case_id = filed(world, world.person("applicant", "plant"))
    old = shipped().factors.release("cn-electricity-footprint-2024")
    assert old is not None
    body = old.as_json() | {"id": "corrected", "supersedes": [old.id]}
    body["factors"][0]["value"] = "0.65"
    path = tmp_path / "a.json"
    path.write_text(json.dumps(body), "utf-8")

    def said(*arguments: str) -> tuple[int, str]:
        code = cli.main(["releases", *arguments])
        return code, capsys.readouterr().out

    dry = said("import", str(path), "--dry-run")
    unpublished = "corrected" in said("list")[1]
    done = said("import", str(path))
    listed, shown = said("list"), said("show", "corrected")
    different = said("diff", old.id, "corrected")
    preview = said("recompute", "corrected", "--dry-run", "--authority", "north")
    first = said("recompute", "corrected", "--authority", "north")
    second = said("recompute", "corrected", "--authority", "north")
    unknown = cli.main(["releases", "recompute", "nowhere"])
    number = world.row(case_id)["number"]

    assert (dry[0], unpublished, done[0], unknown) == (0, False, 0, 1)
    assert "corrected" in listed[1]
    assert "0.65" in shown[1]
    assert ("0.5777" in different[1], "+12.52%" in different[1]) == (True, True)
    assert (number in preview[1], "1 of 1" in preview[1]) == (True, True)
    assert ("1 changes" in first[1], first) == (True, second)
