"""The archive of a round: asked for once, made by the worker with what the officer may see, and gone after its days."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock, worker
from caseflow.config import ROOT, Settings
from caseflow.db import Database
from caseflow.office import bundle
from caseflow.people.models import membership
from caseflow.people.rights import Actor
from caseflow.records import files, reading, sheets
from caseflow.records.models import inbox_message, outbox
from tests.cases.world import World, build
from tests.office.test_dossiers import RARE, WORKBOOK, Filed, filed
from tests.printing import printing_home, squeezed, text_of
from tests.records.test_binder import hostile

__all__ = ["printing_home"]

YEAR = clock.today().year


@pytest.fixture
def world(sqlite_database: Database, settings: Settings, printing_home: Path) -> World:
    return build(sqlite_database, replace(settings, home=printing_home, workflows=ROOT / "workflows"))


def ask(world: World, who: Actor) -> None:
    with world.database.write() as tx:
        bundle.ask(tx, world.round_id, who)


def work(world: World) -> None:
    worker.run_errands(world.database, world.settings, world.ground)


def asked(world: World, who: Actor) -> list[dict[str, Any]]:
    with world.database.read() as tx:
        return bundle.of_round(tx, world.round_id, who)


def opened(world: World, who: Actor) -> zipfile.ZipFile:
    return zipfile.ZipFile(files.place(world.settings.files, asked(world, who)[0]["file"].sha256))


def sent_up(world: World, folder: Path, scan: bytes | None = None) -> Filed:
    """A case inside its bureau's own procedure, which has a summary table."""
    case, officer = filed(world, folder, scan), world.person("municipal", "bureau")
    host = world.open(officer, "toy-submission")
    world.do(officer, host, "include", cases={str(case.case_id): {}})
    return case


def index_of(archive: zipfile.ZipFile, folder: Path) -> list[list[Any]]:
    archive.extract("目录.xlsx", folder)
    (sheet,) = sheets.read(folder / "目录.xlsx")
    return sheet.rows[2:]


def test_it_holds_tables_volumes_and_loose_files_with_a_list_of_hashes(world: World, tmp_path: Path) -> None:
    case, officer = sent_up(world, tmp_path), world.person("provincial", "office")
    volume = f"bureau单位/{world.row(case.case_id)['number']} {RARE}公司"
    ask(world, officer)
    work(world)

    with opened(world, officer) as archive:
        names = set(archive.namelist())
        found = {name: archive.read(name) for name in names}
        rows = index_of(archive, tmp_path)
    (host,) = (name for name in names if name.startswith(f"bureau单位/BS-{YEAR}-001 "))
    assert names == {
        f"bureau单位/示例推荐汇总表 BS-{YEAR}-001.pdf",
        f"bureau单位/示例推荐汇总表 BS-{YEAR}-001.xlsx",
        host,
        f"{volume}.pdf",
        f"{volume} 电子文件/数据表.xlsx",
        "目录.xlsx",
        "SHA256SUMS.txt",
    }
    assert found[f"{volume} 电子文件/数据表.xlsx"] == WORKBOOK
    assert RARE in squeezed(text_of(found[f"{volume}.pdf"]))
    assert RARE in squeezed(text_of(found[f"bureau单位/示例推荐汇总表 BS-{YEAR}-001.pdf"]))
    sums = [line.split("  ", 1)[::-1] for line in found["SHA256SUMS.txt"].decode().splitlines()]
    listed = names - {"目录.xlsx", "SHA256SUMS.txt"}
    assert dict(sums) == {name: hashlib.sha256(found[name]).hexdigest() for name in listed}
    assert {(row[6], row[9]) for row in rows} == {tuple(one) for one in sums}


def test_a_second_click_changes_nothing_and_a_second_worker_finds_nothing(world: World, tmp_path: Path) -> None:
    filed(world, tmp_path)
    officer = world.person("provincial", "office")
    ask(world, officer)
    ask(world, officer)
    work(world)
    first = asked(world, officer)
    work(world)

    assert [one["status"] for one in first] == ["ready"]
    assert asked(world, officer) == first


def test_who_asked_is_told_and_every_case_read_is_logged(world: World, tmp_path: Path) -> None:
    case, officer = filed(world, tmp_path), world.person("provincial", "office")
    ask(world, officer)
    work(world)

    with world.database.read() as tx:
        told = tx.execute(
            sa.select(inbox_message.c.key).where(inbox_message.c.person_id == officer.person_id)
        ).scalars().all()  # fmt: skip
        read = [(row.person_id, row.what) for row in reading.of_case(tx, case.case_id)]
    assert (told, read) == (["inbox.bundle_ready"], [(officer.person_id, "bundle")])


def test_it_holds_what_the_officer_may_see_and_no_draft(world: World, tmp_path: Path) -> None:
    filed(world, tmp_path)
    world.type(
        draft := world.person("applicant", "plant"), world.open(draft, "toy-papers"), "unit", {"name": "草稿公司"}
    )
    elsewhere, province = world.person("municipal", "elsewhere"), world.person("provincial", "office")
    for officer in (elsewhere, province):
        ask(world, officer)
    work(world)

    with opened(world, elsewhere) as nothing, opened(world, province) as all_of_it:
        assert set(nothing.namelist()) == {"目录.xlsx", "SHA256SUMS.txt"}
        assert not any("草稿公司" in name for name in all_of_it.namelist())


def test_an_archive_is_found_by_the_office_that_asked_for_it_alone(world: World, tmp_path: Path) -> None:
    officer = world.person("provincial", "office")
    ask(world, officer)
    work(world)
    (one,) = asked(world, officer)

    with world.database.read() as tx:
        found = [
            bundle.find(tx, world.round_id, one["id"], who) is not None
            for who in (officer, world.person("provincial", "office"), world.person("municipal", "bureau"))
        ]
    assert found == [True, True, False]
    assert asked(world, world.person("municipal", "bureau")) == []


def test_a_case_that_cannot_be_bound_stands_in_the_list_with_the_reason(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, officer = sent_up(world, tmp_path), world.person("provincial", "office")
    monkeypatch.setattr("caseflow.records.binder.MOST_PAGES", 6)
    ask(world, officer)
    work(world)

    with opened(world, officer) as archive:
        rows = index_of(archive, tmp_path)
    number = world.row(case.case_id)["number"]
    reasons = [row[10] for row in rows if row[1] == number and not row[6]]
    assert [reason.partition("：")[0] for reason in reasons] == ["未能生成"]
    assert [row[6] for row in rows if row[6] and "示例推荐汇总表" in row[6]] != []


def test_a_hostile_file_lies_beside_its_volume(world: World, tmp_path: Path) -> None:
    scan = hostile("no number")
    case, officer = filed(world, tmp_path, scan), world.person("provincial", "office")
    ask(world, officer)
    work(world)

    with opened(world, officer) as archive:
        volume = f"bureau单位/{world.row(case.case_id)['number']} {RARE}公司"
        assert archive.read(f"{volume} 电子文件/证照.pdf") == scan


def test_who_has_left_the_office_gets_no_archive(world: World, tmp_path: Path) -> None:
    officer = world.person("provincial", "office")
    ask(world, officer)
    with world.database.write() as tx:
        tx.execute(
            membership.update().where(membership.c.person_id == officer.person_id).values(until=clock.now())
        )  # fmt: skip
    work(world)

    with world.database.read() as tx:
        errand = tx.execute(sa.select(outbox).where(outbox.c.kind == bundle.KIND)).mappings().one()
    assert (errand["status"], errand["last_error"]["key"]) == ("pending", "bundle.nobody")


def test_what_failed_for_good_is_tried_again_when_it_is_asked_for_again(world: World, tmp_path: Path) -> None:
    officer = world.person("provincial", "office")
    ask(world, officer)
    with world.database.write() as tx:
        tx.execute(outbox.update().values(status="failed", attempts=12))
    ask(world, officer)
    work(world)

    assert [one["status"] for one in asked(world, officer)] == ["ready"]


def test_after_its_days_the_file_goes_and_another_can_be_asked_for(world: World, tmp_path: Path) -> None:
    officer = world.person("provincial", "office")
    ask(world, officer)
    work(world)
    (one,) = asked(world, officer)
    stored = files.place(world.settings.files, one["file"].sha256)
    before = stored.exists()
    with clock.at(clock.now() + 2 * bundle.KEPT):
        worker.tidy(world.database, world.settings)
    ask(world, officer)

    assert (before, stored.exists()) == (True, False)
    assert [found["status"] for found in asked(world, officer)] == ["waiting", "gone"]
