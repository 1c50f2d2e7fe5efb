"""What may be chosen in a form, and how what was chosen reads on paper."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from caseflow.cases import choosing, lines
from caseflow.people import organisations
from caseflow.people.models import organisation
from caseflow.records import files
from caseflow.workflow.form import Field
from tests.cases import changed
from tests.cases.world import World

LABEL = {"zh": "问题", "en": "Question"}


def question(kind: str, **more: Any) -> Field:
    return Field.model_validate({"id": "one", "type": kind, "label": LABEL, **more})


@pytest.fixture
def branches(world: World) -> World:
    """A branch and an agent of the bureau, and a branch of the other bureau."""
    with world.database.write() as tx:
        for name, kind, bureau in (
            ("县分局", "branch", "bureau"),
            ("邻县分局", "branch", "elsewhere"),
            ("咨询机构", "body", "bureau"),
        ):
            world.organisations[name] = organisations.create(
                tx, authority_id=world.authority_id, kind=kind, name_zh=name,
                prefecture_id=world.organisations[bureau],
            )  # fmt: skip
    return world


def offered(world: World, case: dict[str, Any], kinds: list[str]) -> list[str]:
    with world.database.read() as tx:
        rows = choosing.organisations(tx, case, question("organisation", of_kind=kinds))
        return [row["name_zh"] for row in rows]


def test_branches_are_those_of_the_bureau_with_which_the_case_stands(branches: World) -> None:
    case_id = changed.reviewed(branches, branches.person("applicant", "plant"))

    assert offered(branches, branches.row(case_id), ["branch"]) == ["县分局"]
    assert offered(branches, {**branches.row(case_id), "prefecture_id": None}, ["branch"]) == ["邻县分局", "县分局"]


def test_bureaus_are_all_those_of_the_authority_that_are_active(branches: World) -> None:
    case_id = changed.reviewed(branches, branches.person("applicant", "plant"))
    every = offered(branches, branches.row(case_id), ["bureau"])
    with branches.database.write() as tx:
        where = organisation.c.id == branches.organisations["elsewhere"]
        tx.execute(sa.update(organisation).where(where).values(status="closed"))

    assert (every, offered(branches, branches.row(case_id), ["bureau"])) == (
        ["bureau单位", "elsewhere单位"],
        ["bureau单位"],
    )


def test_several_kinds_may_be_chosen_among_at_once(branches: World) -> None:
    case_id = changed.reviewed(branches, branches.person("applicant", "plant"))

    assert offered(branches, branches.row(case_id), ["branch", "body"]) == ["县分局", "咨询机构"]


def test_files_whose_content_is_gone_are_not_offered(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = changed.reviewed(world, applicant)
    kept, gone = changed.file_of(world, case_id, applicant), changed.file_of(world, case_id, applicant)
    changed.file_of(world, None, applicant)
    with world.database.write() as tx:
        files.purge(tx, gone, "误传")

    with world.database.read() as tx:
        assert [row.id for row in choosing.case_files(tx, case_id)] == [kept]


def test_a_form_that_amends_begins_with_what_stands_in_the_dossier(world: World) -> None:
    case_id = changed.reviewed(world, world.person("applicant", "plant"))
    with world.database.read() as tx:
        loaded = world.ground.current(tx, "toy-change")

    asks = loaded.definition.anywhere["change"].asks
    assert choosing.present(asks, changed.says(world, case_id)) == {
        "name": "甲焦化厂",
        "contact": "王二",
        "rows": changed.ROWS,
    }


def read_out(world: World, asked: Field, value: Any, titles: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    with world.database.read() as tx:
        definition = world.ground.current(tx, "toy-change").definition
        found = lines.answered(tx, world.ground, definition, asked, value, titles or {})
        return [(label["zh"], text["zh"]) for label, text in found]


def test_numbers_of_organisations_people_and_files_read_as_names(world: World) -> None:
    officer = world.person("municipal", "bureau")
    number = changed.file_of(world, None, officer, "核实记录.pdf")

    assert read_out(world, question("organisation"), world.organisations["plant"]) == [("问题", "甲焦化厂")]
    assert read_out(world, question("people"), [officer.person_id]) == [("问题", officer.name)]
    assert read_out(world, question("case_file"), number) == [("问题", "核实记录.pdf")]
    assert read_out(world, question("files"), [number]) == [("问题", "核实记录.pdf")]


def test_places_of_the_dossier_read_as_their_questions(world: World) -> None:
    assert read_out(world, question("dossier_fields"), ["unit.contact", "plan.rows"]) == [("问题", "联系人、任务")]


def test_rows_are_lines_of_their_own(world: World) -> None:
    columns = {"done": {"type": "boolean", "label": LABEL}, "why": {"type": "text", "label": LABEL}}
    said = {"0": {"done": True}, "1": {"done": False, "why": "停产"}}
    titles = {"0": {"zh": "建立制度", "en": "a"}}

    assert read_out(world, question("each_row", of="dossier.plan.rows", columns=columns), said, titles) == [
        ("建立制度", "是"),
        ("1", "否、停产"),
    ]
    assert read_out(world, question("table", columns=columns), list(said.values())) == [
        ("问题 1", "是"),
        ("问题 2", "否、停产"),
    ]
