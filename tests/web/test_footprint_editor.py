"""The activity data on the page: nothing of a study is lost, rows by buttons, what is typed stays through every answer."""

from __future__ import annotations

import time
from typing import Any

import pytest

from caseflow.footprint.study import read
from caseflow.studies import store
from caseflow.web import footprint_page
from caseflow.web.footprint_form import pairs_of, plain
from caseflow.words import catalogue
from tests.footprint.published import line, study
from tests.web import applicant_world as applying
from tests.web import footprint_editing as world
from tests.web.footprint_editing import EVERYTHING, form_of
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]

MANY = study(*(line(id=f"l{number}", name=f"活动数据{number}", amount=str(number + 1)) for number in range(200)))


def test_the_fields_of_a_study_give_the_same_study_back() -> None:
    whole = read(EVERYTHING)

    assert read(plain(pairs_of(whole)).data).as_json() == whole.as_json()


def test_a_study_with_everything_in_it_is_opened_and_saved_unchanged(office: World) -> None:
    reader, case_id = world.opened(office, EVERYTHING)
    page = world.page(reader, case_id)
    answer = world.press(reader, case_id, form_of(page))

    assert (page.faults(), answer.errors) == ([], [])
    assert world.declared(office, case_id).hash == read(EVERYTHING).hash


def test_with_every_line_unfolded_it_is_saved_unchanged_too(office: World) -> None:
    reader, case_id = world.opened(office, EVERYTHING)
    page = world.page(reader, case_id)
    for start in (
        "lines-production-0",
        "lines-raw_material-1",
        "lines-production-2",
        "lines-raw_material-3",
        "lines-production-4",
    ):
        page = world.press(reader, case_id, form_of(page), f"open:{start}")
    unfolded = form_of(page)["lines-raw_material-1-own_source"]
    answer = world.press(reader, case_id, form_of(page))

    assert (unfolded, page.faults(), answer.errors) == ("供应商核算报告", [], [])
    assert world.declared(office, case_id).hash == read(EVERYTHING).hash


def test_a_changed_cell_changes_nothing_else(office: World) -> None:
    reader, case_id = world.opened(office, EVERYTHING)
    form = form_of(world.page(reader, case_id)).fill({"lines-production-0-amount": "1001"})
    world.press(reader, case_id, form)
    lines = [{**one, "amount": "1001"} if one["id"] == "grid" else one for one in EVERYTHING["lines"]]

    assert world.declared(office, case_id).hash == read({**EVERYTHING, "lines": lines}).hash


def test_an_own_factor_is_put_away_by_emptying_it(office: World) -> None:
    reader, case_id = world.opened(office, EVERYTHING)
    page = world.press(reader, case_id, form_of(world.page(reader, case_id)), "open:lines-raw_material-1")
    form = form_of(page)
    emptied = {name: "" for name in form.controls if "-1-own_" in name}
    world.press(reader, case_id, form.fill(emptied, **{"lines-raw_material-1-factor": "own/steam"}))
    changed = next(one for one in world.declared(office, case_id).lines if one.id == "coal")

    assert (changed.own, changed.factor) == (None, "own/steam")


@pytest.mark.parametrize(
    ("go", "names"),
    [
        ("copy:lines-production-0", ["甲", "甲", "乙", "丙"]),
        ("remove:lines-production-1", ["甲", "丙"]),
        ("up:lines-production-2", ["甲", "丙", "乙"]),
        ("down:lines-production-0", ["乙", "甲", "丙"]),
        ("up:lines-production-0", ["甲", "乙", "丙"]),
    ],
)
def test_rows_are_copied_moved_and_removed_by_buttons(office: World, go: str, names: list[str]) -> None:
    reader, case_id = world.opened(office, _three())
    page = world.press(reader, case_id, form_of(world.page(reader, case_id)), go)
    world.press(reader, case_id, form_of(page))
    found = world.declared(office, case_id).lines

    assert [one.name for one in found] == names
    assert len({one.id for one in found}) == len(names)


def test_freight_is_mass_times_distance_and_is_shown(office: World) -> None:
    reader, case_id = world.opened(office)
    start = "lines-raw_material-0"
    page = world.page(reader, case_id)
    form = form_of(page).fill(
        product="焦炭", unit_quantity="1", unit_unit="t",
        **{f"{start}-name": "洗精煤运输", f"{start}-factor": "重型柴油货车运输 [cn-freight-2024/truck-heavy-diesel]",
           f"{start}-transport_mode": "road", f"{start}-transport_mass": "3", f"{start}-transport_distance": "120",
           f"{start}-transport_empty_return": "0.5", f"{start}-data_source": "运输合同"},
    )  # fmt: skip
    answer = world.press(reader, case_id, form)

    assert (answer.errors, "= 540 t·km" in answer.words) == ([], True)
    assert float(world.declared(office, case_id).lines[0].amount) == 540


def test_what_is_wrong_in_a_folded_input_is_named_and_unfolded(office: World) -> None:
    reader, case_id = world.opened(office, EVERYTHING)
    page = world.press(reader, case_id, form_of(world.page(reader, case_id)), "open:lines-production-0")
    form = form_of(page).fill({"lines-production-0-year": "上年", "factors-0-value": "很多", "balance-0-unit": "筐"})
    answer = world.press(reader, case_id, form)
    again = form_of(answer)

    assert answer.status == 422
    assert all(
        any(text in one for one in answer.errors)
        for text in ("“数据年份”", "自有因子第1行“数值（kgCO₂e）”", "物料平衡第1行“单位”")
    )
    assert (again["lines-production-0-year"], again["factors-0-value"], again["balance-0-unit"]) == (
        "上年",
        "很多",
        "筐",
    )


def test_two_people_typing_lose_nothing(office: World) -> None:
    reader, case_id = world.opened(office, EVERYTHING)
    first, second = (form_of(world.page(reader, case_id)) for _ in range(2))
    world.press(reader, case_id, first.fill({"lines-production-0-name": "甲所写"}), "keep")
    _by_another(office, case_id)
    answer = world.press(reader, case_id, second.fill({"lines-production-0-name": "乙所写"}))
    again = world.press(reader, case_id, form_of(answer))

    assert (answer.status, form_of(answer)["lines-production-0-name"]) == (409, "乙所写")
    assert (again.errors, world.declared(office, case_id).lines[0].name) == ([], "乙所写")


def test_autosave_tells_what_it_comes_to(office: World) -> None:
    reader, case_id = world.opened(office, EVERYTHING)
    page = world.page(reader, case_id)
    fields = [list(pair) for pair in form_of(page).fill({"lines-production-0-amount": "2000"}).pairs()]
    told = _autosave(reader, case_id, page, fields)
    broken = _autosave(reader, case_id, page, [*fields, ["lines-production-0-amount", "两千"]], version=told["version"])

    assert {"total", "stages", "lines", "findings", "status", "next", "count"} <= told.keys()
    assert float(told["lines"]["lines-production-0"]["kg"]) == pytest.approx(2000 * 0.5777 / 1250000.5, rel=1e-4)
    assert (broken["total"], broken["wrong"][0]["at"]) == (None, "lines-production-0-amount")


def test_a_study_of_200_lines_is_drawn_in_time(office: World) -> None:
    """1.5 s of the server's time is the bound; 0.1 s was measured."""
    reader, case_id = world.opened(office, MANY)
    world.page(reader, case_id)
    began = time.process_time()
    page = world.page(reader, case_id)
    taken = time.process_time() - began

    assert (page.status, taken < 1.5) == (200, True)


def test_the_files_of_the_case_can_be_quoted_as_evidence(office: World) -> None:
    _, reader, case_id = applying.filled(office)
    page = world.page(reader, case_id)

    assert [tag for tag, given in page.tags if tag == "option" and "[sha256:" in given.get("value", "")]


def test_what_the_page_does_not_edit_is_named(office: World) -> None:
    reader, case_id = world.opened(office, EVERYTHING)
    page = world.page(reader, case_id)

    assert all(text in page.words for text in ("单元过程1个", "coke 1 t", "物理关系", "按质量", "比较情景", "少用电"))


def test_lines_come_to_the_stage_that_means_the_same_in_another_list(office: World) -> None:
    reader, case_id = world.opened(office, EVERYTHING)
    form = form_of(world.page(reader, case_id)).fill(scheme="jinhuanhan-2025-344")
    kept = world.press(reader, case_id, form, "keep")
    answer = world.press(reader, case_id, form_of(kept))

    assert answer.errors == []
    assert {one.stage for one in world.declared(office, case_id).lines} == {"manufacturing", "raw_material", "use"}


def test_every_choice_has_its_words() -> None:
    families = {
        name.split(".")[-1].split("_", 1)[-1]
        if name.startswith(("own_", "transport_", "supply_", "uncertainty_"))
        else name.split(".")[-1]: values
        for name, values in footprint_page.CHOICES.items()
        if not name.startswith("quality_")
    }
    wanted = {
        f"footprint_web.{'kind' if family == 'kind' else f'choice.{family}'}.{value}"
        for family, values in families.items()
        for value in values
    }

    assert wanted - catalogue().keys() == set()


def _three() -> dict[str, Any]:
    return study(*(line(id=name, name=text) for name, text in (("a", "甲"), ("b", "乙"), ("c", "丙"))))


def _by_another(office: World, case_id: int) -> None:
    """Somebody else of the organisation saves in between."""
    from caseflow.cases import dossier

    with office.database.write() as tx:
        owner = f"organisation:{office.row(case_id)['organisation_id']}"
        version, values = dossier.read_draft(tx, office.ground, case_id, "footprint", owner)
        dossier.save_draft(tx, office.ground, case_id, "footprint", owner, values, version, office.people["province"])


def _autosave(reader: Any, case_id: int, page: Any, fields: list[list[str]], version: int = 0) -> dict[str, Any]:
    token = next(given["content"] for tag, given in page.tags if given.get("name") == "csrf-token")
    answer = reader.client.post(
        f"/cases/{case_id}/drafts/footprint", json={"version": version, "fields": fields},
        headers={"X-CSRF-Token": token}, environ_base=reader.address,
    )  # fmt: skip
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_case_that_came_back_takes_corrected_activity_data_and_one_under_review_does_not(office: World) -> None:
    case_id = office.application("municipal_review", 1)
    with office.database.write() as tx:
        store.save_study(tx, case_id=case_id, study_=read(study()), by=None)
    reader = office.visit(office.unit(1))
    closed = world.page(reader, case_id).has_form("unit_quantity")
    office.do("taiyuan", case_id, "municipal_return", gaps={"unit.leader": "请补正"})
    form = form_of(world.page(reader, case_id)).fill({"declared": "578"})
    answer = world.press(reader, case_id, form)

    assert (closed, answer.errors) == (False, [])
    assert str(world.declared(office, case_id).declared) == "578"
