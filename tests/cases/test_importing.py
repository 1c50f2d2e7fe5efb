"""Cases decided before the system existed, from one sheet: preview row by row, then all of them or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow.cases import entry, quotas
from caseflow.cases.models import case
from caseflow.cli import main as cli
from caseflow.office import import_sheet, importing
from caseflow.office.importing import Line
from caseflow.people import organisations
from caseflow.people.models import organisation
from caseflow.people.rights import Actor
from caseflow.records import sheets
from caseflow.words import Refused
from tests.cases import parts
from tests.cases.world import World

HEADS = ["申报单位 *", "统一社会信用代码 *", "产品 *", "联系人", "类别", "核定日期", "核定意见"]


def sheet(tmp_path: Path, *rows: list[Any], heads: list[str] | None = None) -> Path:
    """A filled sheet as an office would send it."""
    path = tmp_path / "filled.xlsx"
    path.write_bytes(sheets.write_table("历史办件", heads or HEADS, rows, header_lines=["示例"]))
    return path


def row(name: str, seed: int, product: str = "焦炭", kind: str = "焦炭", **more: Any) -> list[Any]:
    return [name, more.get("code", parts.code(seed)), product, "王二", kind, more.get("day", "2025年3月1日"), "旧案"]


def previewed(world: World, path: Path, who: Actor | None = None) -> list[Line]:
    with world.database.write() as tx:
        rows = import_sheet.read(world.ground, world.ground.current(tx, parts.WORKFLOW).definition, path)
        return importing.preview(tx, world.ground, who, parts.WORKFLOW, rows)


def imported(world: World, path: Path, who: Actor | None, key: str = "import") -> list[Line]:
    with world.database.write() as tx:
        rows = import_sheet.read(world.ground, world.ground.current(tx, parts.WORKFLOW).definition, path)
        return importing.run(tx, world.ground, who, parts.WORKFLOW, rows, request_key=key)


def counts(world: World) -> tuple[int, int]:
    """How many cases and organisations there are."""
    with world.database.read() as tx:
        return (
            tx.scalar(sa.select(sa.func.count()).select_from(case)) or 0,
            tx.scalar(sa.select(sa.func.count()).select_from(organisation)) or 0,
        )


def wrong(lines: list[Line]) -> list[tuple[int, str, list[tuple[str, str]]]]:
    return [(one.number, one.status, [(cell, message.key) for cell, message in one.errors]) for one in lines]


def test_the_template_has_a_column_for_each_path_under_the_name_of_its_question(world: World, tmp_path: Path) -> None:
    with world.database.read() as tx:
        definition = world.ground.current(tx, parts.WORKFLOW).definition
    path = tmp_path / "template.xlsx"
    path.write_bytes(import_sheet.template(world.ground, definition))
    (found,) = sheets.read(path)

    assert found.rows[-1] == HEADS
    assert [str(line[0]) for line in found.rows if str(line[0]).startswith("类别")] == ["类别：焦炭 / 玻璃"]
    assert import_sheet.read(world.ground, definition, path) == []


def test_a_preview_says_what_each_row_would_bring_and_brings_nothing(world: World, tmp_path: Path) -> None:
    before = counts(world)
    path = sheet(
        tmp_path,
        row("甲试点厂", 11),
        row("乙试点厂", 12, kind="钢铁"),
        ["", "91140000DM00000000", "", None, "coke", None, None],
    )
    lines = previewed(world, path)

    assert wrong(lines) == [
        (4, "new", []),
        (5, "error", [("E5", "fields.choice")]),
        (6, "error", [("A6", "importing.empty"), ("B6", "fields.problem"), ("C6", "importing.empty")]),
    ]
    assert counts(world) == before


def test_every_row_becomes_a_case_of_an_organisation_known_by_its_code(world: World, tmp_path: Path) -> None:
    office = world.person("provincial", "office")
    lines = imported(world, sheet(tmp_path, row("甲试点厂", 11), row("乙试点厂", 12, kind="glass")), office)

    assert [(one.status, one.title) for one in lines] == [("new", "甲试点厂"), ("new", "乙试点厂")]
    first = world.row(lines[0].case_id or 0)
    with world.database.read() as tx:
        places = world.ground.definition(tx, first["definition_id"]).definition.quotas["places"]
        place = quotas.held(tx, first["id"], places)
        unit = organisations.by_credit_code(tx, parts.code(11))
    assert place is not None
    assert unit is not None
    assert (first["state"], place["status"], unit["id"]) == ("working", "committed", first["organisation_id"])
    assert parts.said(world, first["id"])["check"] == {
        "class": "coke", "checked_on": "2025-03-01", "remarks": "旧案"
    }  # fmt: skip
    assert parts.acts(world, first["id"]) == ["imported"]


def test_what_is_there_already_is_left_alone(world: World, tmp_path: Path) -> None:
    office = world.person("provincial", "office")
    path = sheet(tmp_path, row("甲试点厂", 11))
    imported(world, path, office)
    again = imported(world, path, office, key="another time")

    assert [one.status for one in again] == ["there"]
    assert counts(world)[0] == 1


def test_one_wrong_row_keeps_all_of_them_out_and_is_named_by_its_cell(world: World, tmp_path: Path) -> None:
    before = counts(world)
    path = sheet(tmp_path, row("甲试点厂", 11), row("乙试点厂", 12, day="某日"))
    with pytest.raises(Refused) as refused:
        imported(world, path, world.person("provincial", "office"))

    assert [(one.key, one.values["cell"]) for one in refused.value.reasons] == [("importing.cell", "F5")]
    assert counts(world) == before


def test_the_ceiling_counts_in_the_preview_as_it_does_in_the_import(world: World, tmp_path: Path) -> None:
    rows = [row(f"{name}试点厂", seed) for seed, name in enumerate("甲乙丙", 21)]
    lines = previewed(world, sheet(tmp_path, *rows))

    assert wrong(lines) == [(4, "new", []), (5, "new", []), (6, "error", [("", "quotas.full")])]


def test_a_code_of_another_name_is_an_error_of_its_cell(world: World, tmp_path: Path) -> None:
    parts.organisation(world, "正名厂", "enterprise", credit_code=parts.code(31))
    lines = previewed(world, sheet(tmp_path, row("别名厂", 31)))

    assert wrong(lines) == [(4, "error", [("A4", "people.code_of_other_name")])]


def test_a_sheet_with_other_heads_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        previewed(world, sheet(tmp_path, row("甲试点厂", 11), heads=[*HEADS[:-1], "别的"]))

    assert [one.key for one in refused.value.reasons] == ["importing.heads"]


def test_only_the_authority_imports(world: World, tmp_path: Path) -> None:
    path, officer = sheet(tmp_path, row("甲试点厂", 11)), world.person("municipal", "bureau")
    with world.database.read() as tx:
        definition = world.ground.current(tx, parts.WORKFLOW).definition
    with pytest.raises(entry.NotHere):
        imported(world, path, officer)

    assert importing.may_import(definition, officer) is False
    assert importing.may_import(definition, world.person("provincial", "office")) is True


def test_the_command_line_says_what_would_happen_and_then_does_it(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASEFLOW_HOME", str(world.settings.home))
    monkeypatch.setenv("DATABASE_URL", world.settings.database_url)
    path = str(sheet(tmp_path, row("甲试点厂", 11)))
    dry = cli.main(["cases", "import", path, "--workflow", parts.WORKFLOW, "--dry-run"])
    nothing = counts(world)[0]
    done = cli.main(["cases", "import", path, "--workflow", parts.WORKFLOW])

    assert (dry, nothing, done, counts(world)[0]) == (0, 0, 0, 1)
    assert capsys.readouterr().out.splitlines()[-1] == "1 cases imported, 0 were there already."
