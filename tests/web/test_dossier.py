"""Typing: kept as it is, said what is wrong, never lost between two people."""

from __future__ import annotations

from tests.web import applicant_world as applying
from tests.web.conftest import errors_of
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]


def stored(office: World, case_id: int, section: str) -> dict[str, object]:
    from caseflow.cases import dossier

    with office.database.read() as tx:
        return dict(dossier.working(tx, office.ground, office.row(case_id)).get(section, {}))


def test_one_character_too_many_is_named_and_nothing_is_cut(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    text = "优" * 2001
    answer = applying.save(reader, case_id, "product", {"product": "焦炭", "strengths": text})

    assert (answer.status_code, errors_of(answer)) == (422, ["“试点工作优势”多出1字（现2001字，限2000字）"])
    assert (applying.typed_again(answer, "strengths"), stored(office, case_id, "product")["strengths"]) == (text, text)


def test_a_wrong_check_digit_is_named_and_stays_in_the_field(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    answer = applying.save(
        reader, case_id, "agent", {"by_agent": "yes", "agent_name": "示例咨询", "agent_uscc": "91140100MA0DEMA70A"}
    )

    assert (answer.status_code, "校验码应为" in errors_of(answer)[0]) == (422, True)
    assert applying.typed_again(answer, "agent_uscc") == "91140100MA0DEMA70A"


def test_what_is_wrong_does_not_keep_one_from_leaving(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    answer = applying.save(reader, case_id, "unit", {"contact_phone": "123"}, go="leave")

    assert (answer.status_code, stored(office, case_id, "unit")["contact_phone"]) == (303, "123")


def test_the_name_of_the_unit_and_the_prefecture_are_there_from_the_start(office: World) -> None:
    _, _, case_id = applying.begun(office)

    assert stored(office, case_id, "unit") == {"unit_name": "示例焦化1有限公司", "region": "140100"}


def test_the_prefecture_chosen_at_the_start_cannot_be_posted_away(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    applying.save(reader, case_id, "unit", {"unit_name": "示例焦化1有限公司", "region": "140200"})

    assert stored(office, case_id, "unit")["region"] == "140100"


def test_typing_is_saved_with_a_version(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    first = applying.autosave(reader, case_id, "product", 0, [["product", "焦炭"]])
    second = applying.autosave(reader, case_id, "product", 1, [["product", "冶金焦"]])

    assert (first.json, second.json) == (
        {"errors": {}, "not_asked": [], "version": 1},
        {"errors": {}, "not_asked": [], "version": 2},
    )


def test_what_a_colleague_saved_is_not_overwritten(office: World) -> None:
    login, reader, case_id = applying.begun(office)
    colleague = _colleague(office, login)
    applying.autosave(reader, case_id, "product", 0, [["product", "焦炭"]])
    applying.autosave(colleague, case_id, "product", 1, [["product", "同事填写"]])
    answer = applying.autosave(reader, case_id, "product", 1, [["product", "我的填写"]])

    assert answer.status_code == 409
    assert answer.json is not None
    assert (answer.json["by"], answer.json["version"], ["product", "同事填写"] in answer.json["fields"]) == (
        "同事",
        2,
        True,
    )
    assert stored(office, case_id, "product")["product"] == "同事填写"


def test_without_a_script_both_texts_are_shown(office: World) -> None:
    login, reader, case_id = applying.begun(office)
    page = reader.get(f"/cases/{case_id}/dossier/product").text
    applying.save(_colleague(office, login), case_id, "product", {"product": "同事填写"})
    answer = applying.save(reader, case_id, "product", {"product": "我的填写"}, page=page)
    again = applying.save(reader, case_id, "product", {"product": "我的填写"}, page=answer.text)

    assert (answer.status_code, "同事填写" in answer.text, applying.typed_again(answer, "product")) == (
        409,
        True,
        "我的填写",
    )
    assert (again.status_code, stored(office, case_id, "product")["product"]) == (303, "我的填写")


def test_a_question_that_depends_on_another_is_put_when_it_is_due(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    without = applying.autosave(reader, case_id, "agent", 0, [])
    with_agent = applying.autosave(reader, case_id, "agent", 1, [["by_agent", "yes"]])

    assert without.json is not None
    assert with_agent.json is not None
    assert (without.json["not_asked"], with_agent.json["not_asked"]) == (
        ["agent_name", "agent_uscc", "authorisation"],
        [],
    )


def test_another_organisations_form_is_not_there(office: World) -> None:
    _, _, case_id = applying.begun(office, 1)
    stranger = office.visit(office.unit(2))

    assert stranger.get(f"/cases/{case_id}/dossier/unit").status_code == 404


def test_the_rows_of_a_table_are_kept_and_empty_ones_go(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    row = {
        "task": "核算",
        "measure": "建台账",
        "responsible": "能源部",
        "due": "2027-06-30",
        "indicator": "完成",
        "heading": "accounting",
    }
    data = {f"rows-0-{name}": value for name, value in row.items()} | {"rows-1-task": ""}
    applying.save(reader, case_id, "plan", data)

    assert stored(office, case_id, "plan")["rows"] == [row]


def test_activity_data_are_calculated_and_declared(office: World) -> None:
    _, reader, case_id = applying.begun(office)
    path = f"/cases/{case_id}/footprint"
    hidden = applying.hidden_inputs(reader.get(path).text, "data-autosave")
    data = {
        **hidden, "product": "焦炭", "unit_quantity": "1", "unit_unit": "t", "boundary": "cradle_to_gate",
        "from": "2025-01-01", "to": "2025-12-31", "standard": "GB/T 24067-2024", "gwp_set": "AR6",
        "scheme": "gbt-24067-2024", "declared": "57.77", "lines-production-0-name": "外购电力",
        "lines-production-0-amount": "100", "lines-production-0-unit": "kWh",
        "lines-production-0-factor": "全国电力平均碳足迹因子 [cn-electricity-footprint-2024/mix]",
    }  # fmt: skip
    answer = reader.act(path, data, {})
    wrong = reader.act(path, {**data, "version": "0", "lines-production-0-amount": "很多"}, {})

    assert ("57.77" in answer.text, "已作为申报数据保存" in answer.text) == (True, True)
    assert (wrong.status_code, errors_of(wrong)) == (
        422,
        ["活动数据第1行“数量”：“很多”不是可用的数字（整数和小数各不超过24位）"],
    )


def _colleague(office: World, login: str) -> applying.Reader:
    """Another person of the same organisation."""
    from caseflow.office import reference
    from caseflow.people import roles
    from tests.web.office_world import _person

    if "colleague" not in office.people:
        with office.database.write() as tx:
            office.people["colleague"] = _person(tx, office.ground, "colleague", "同事")
            where = office.actor(login).organisation_id
            roles.grant(
                tx, reference.roles(office.settings), person_id=office.people["colleague"],
                organisation_id=int(where or 0), role="applicant", by=None,
            )  # fmt: skip
    return office.visit("colleague")
