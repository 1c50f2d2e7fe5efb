"""Experts from a filled sheet: cell by cell, whole or not at all; and the pool as a list to take away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.engine import Connection

from caseflow.office import expert_import, expert_sheet
from caseflow.office.expert_import import Line
from caseflow.people import (
    accounts,
    expert_finding,
    expert_personal,
    expert_profile,
    experts,
    organisations,
    roles,
)
from caseflow.people.expert_finding import Wanted
from caseflow.people.expert_personal import Own
from caseflow.people.expert_profile import Merits
from caseflow.records import sheets
from caseflow.words import Message, Refused
from tests.office.stage import Stage

NUMBER = "99000019750615002"
IDENTITY = NUMBER + expert_personal.identity_digit(NUMBER)
ROW = {
    "name": "闻人若溪", "employer_name": "示例能源研究院", "rank": "研究员", "official": "否",
    "fields": "生命周期评价、能源", "classes": "焦炭", "region": "太原市", "identity": IDENTITY,
    "phone": "13900000000", "email": "ruoxi@example.org", "trained_until": "2027-12-31", "most": 12,
    "bank": "示例银行", "account": "6222000011112222",
}  # fmt: skip


@dataclass
class Office:
    """A transaction that is undone, an officer in it, and sheets to give in."""

    stage: Stage
    tx: Connection
    folder: Path
    authority_id: int
    officer: int

    def came(self, *rows: dict[str, Any], heads: Sequence[str] | None = None) -> list[expert_sheet.Came]:
        path = self.folder / "experts.xlsx"
        path.write_bytes(
            sheets.write_table("专家", heads or list(template_heads(self.stage)), [cells(row) for row in rows])
        )
        return expert_sheet.read(self.stage.ground, path)

    def preview(self, *rows: dict[str, Any]) -> list[Line]:
        return expert_import.preview(
            self.tx, self.stage.ground, self.stage.roles, self.authority_id, self.came(*rows), by=self.officer
        )

    def run(self, *rows: dict[str, Any]) -> list[Line]:
        once = [(f"once-{number}", f"hash-{number}") for number in range(len(rows))]
        return expert_import.run(
            self.tx, self.stage.ground, self.stage.roles, self.authority_id, self.came(*rows), once, by=self.officer
        )

    def pool(self) -> list[Any]:
        return expert_finding.find(self.tx, self.authority_id, Wanted())


class _Enough(Exception):
    pass


@pytest.fixture
def office(stage: Stage, tmp_path: Path) -> Iterator[Office]:
    with pytest.raises(_Enough), stage.database.write() as tx:
        authority_id = organisations.authority_id(tx, "shanxi")
        place = organisations.by_code(tx, "sx-ecology")
        assert place is not None
        officer = accounts.create(
            tx, authority_id=authority_id, login="officer", name="经办人", password_hash="-", keys=stage.ground.keys
        )
        roles.grant(tx, stage.roles, person_id=officer, organisation_id=place["id"], role="provincial", by=None)
        yield Office(stage, tx, tmp_path, authority_id, officer)
        raise _Enough


def template_heads(stage: Stage) -> list[str]:
    book = CalamineWorkbook.from_filelike(BytesIO(expert_sheet.template(stage.ground)))
    rows = book.get_sheet_by_index(0).to_python()
    return next([str(cell) for cell in row] for row in rows if "姓名 *" in row)


def cells(row: dict[str, Any]) -> list[Any]:
    return [row.get(name, "") for name in expert_sheet.IN]


def wrong(lines: list[Line]) -> list[tuple[str, str]]:
    return [(cell, reason.key) for line in lines for cell, reason in line.errors]


def test_a_row_becomes_an_account_and_an_entry_that_awaits_the_declaration(office: Office) -> None:
    (line,) = office.run(ROW)
    (row,) = office.pool()
    own = expert_personal.opened(office.stage.ground.keys, row)

    assert (line.status, line.login, line.fresh, line.password) == ("new", "wen-ren-ruo-xi", True, "once-0")
    assert (row["status"], row["fields"], row["classes"], row["region"]) == (
        "invited", ["energy", "life_cycle"], ["coke"], "140100",
    )  # fmt: skip
    assert (row["most"], row["trained_until"].isoformat(), row["official"]) == (12, "2027-12-31", False)
    assert own == Own(IDENTITY, "示例银行", "6222000011112222")
    assert accounts.unseal(office.stage.ground.keys, row, "phone") == "13900000000"


def test_the_preview_is_the_import_undone(office: Office) -> None:
    (line,) = office.preview(ROW)

    assert (line.status, line.login, line.password, office.pool()) == ("new", "wen-ren-ruo-xi", "", [])


def test_a_second_import_of_one_sheet_changes_nothing(office: Office) -> None:
    office.run(ROW)
    again = office.run(ROW)

    assert ([line.status for line in again], len(office.pool())) == (["there"], 1)


def test_every_wrong_cell_is_named_and_nothing_comes_in(office: Office) -> None:
    bad = {
        **ROW, "name": "", "fields": "炼金术、能源", "region": "乌有市", "official": "也许", "most": "许多",
        "trained_until": "明年", "identity": "12345",
    }  # fmt: skip
    lines = office.preview(ROW, bad)
    with pytest.raises(Refused) as refusal:
        office.run(ROW, bad)

    assert wrong(lines) == [
        ("A4", "experts.import_empty"),
        ("J4", "experts.import_unknown"),
        ("H4", "experts.import_unknown"),
        ("G4", "experts.import_unknown"),
        ("N4", "experts.import_number"),
        ("M4", "experts.import_day"),
    ]
    assert {reason.key for reason in refusal.value.reasons} == {"importing.cell"}


def test_what_only_the_rules_know_is_named_by_its_cell_too(office: Office) -> None:
    lines = office.preview({**ROW, "identity": "12345", "employer_code": "91", "account": ""})

    assert sorted(cell for cell, _ in wrong(lines)) == ["C3", "E3", "P3"]


def test_a_long_number_that_lost_its_digits_is_not_taken(office: Office) -> None:
    lines = office.preview({**ROW, "account": 6222000011112222.0})

    assert wrong(lines) == [("P3", "experts.import_as_text")]


def test_one_person_twice_in_a_sheet_is_named(office: Office) -> None:
    other = {**ROW, "identity": "", "rank": "教授"}
    namesake = {**ROW, "identity": "E12345678"}
    lines = office.preview(ROW, other, namesake)

    assert [line.status for line in lines] == ["new", "error", "error"]
    assert [reason.values for line in lines for _, reason in line.errors] == [{"row": 3}, {"row": 4}]


def test_two_of_one_name_with_numbers_of_their_own_are_two(office: Office) -> None:
    lines = office.run(ROW, {**ROW, "identity": "E12345678"})

    assert [(line.status, line.login) for line in lines] == [("new", "wen-ren-ruo-xi"), ("new", "wen-ren-ruo-xi-2")]


def test_an_account_that_is_there_gets_the_entry(office: Office) -> None:
    made = accounts.create(
        office.tx,
        authority_id=office.authority_id,
        login="ruoxi",
        name="闻人若溪",
        password_hash="-",
        keys=office.stage.ground.keys,
    )
    (line,) = office.run({**ROW, "login": "ruoxi"})
    row = experts.of_person(office.tx, made)

    assert (line.status, line.fresh, line.password, row is not None) == ("new", False, "", True)


def test_somebody_who_left_is_invited_again_by_the_account_and_a_bar_is_not_lifted(office: Office) -> None:
    (line,) = office.run(ROW)
    row, profile = office.pool()[0], expert_profile.profile_of(office.pool()[0])
    lists, keys, by = expert_sheet.lists_of(office.stage.ground), office.stage.ground.keys, {"by": office.officer}
    experts.correct(office.tx, keys, row, row["version"], profile, Merits("barred"), lists, **by)
    row = office.pool()[0]
    experts.leave(office.tx, keys, office.stage.roles, row, row["version"], "工作变动", sits=0, **by)
    unnamed = office.preview(ROW)
    (again,) = office.run({**ROW, "login": line.login})
    (row,) = office.pool()

    assert wrong(unnamed) == [("C3", "experts.same_person")]
    assert (again.status, again.fresh, row["status"], row["credit"]) == ("new", False, "invited", "barred")


@pytest.mark.parametrize(
    ("login", "name", "key"),
    [("nobody-here", "闻人若溪", "experts.no_account_there"), ("officer", "闻人若溪", "experts.other_name")],
)
def test_a_login_of_nobody_or_of_somebody_else_is_refused(office: Office, login: str, name: str, key: str) -> None:
    lines = office.preview({**ROW, "login": login, "name": name})

    assert wrong(lines) == [("B3", key)]


def test_a_sheet_with_other_heads_is_refused(office: Office) -> None:
    with pytest.raises(Refused) as refusal:
        office.came(ROW, heads=["甲", "乙"])

    assert [reason.key for reason in refusal.value.reasons] == ["experts.import_heads"]


def test_a_sheet_of_too_many_rows_is_refused(office: Office) -> None:
    with pytest.raises(Refused) as refusal:
        office.came(*({"name": "甲"} for _ in range(expert_sheet.MOST + 1)))

    assert refusal.value.reasons == (Message("experts.import_too_many", {"input": "sheet", "most": expert_sheet.MOST}),)


def test_the_list_holds_the_columns_asked_for_and_never_a_whole_account(office: Office) -> None:
    office.run({**ROW, "name": "=闻人", "account": "6222000011112222"})
    rows = office.pool()

    def taken(*columns: str) -> list[list[Any]]:
        content = expert_sheet.export(office.stage.ground, rows, {}, columns, "zh", "-")
        return list(CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python())

    plain = taken("name", "fields", "official", "identity", "sealed", "identity_hash", "password_hash")
    personal = str(taken(*expert_sheet.OUT, *expert_sheet.PERSONAL))

    assert plain[2:] == [["姓名", "专业领域", "是否公务人员"], ["'=闻人", "能源、生命周期评价", "否"]]
    assert ("6222 **** **** 2222" in personal, "6222000011112222" in personal, IDENTITY in personal) == (
        True, False, False,
    )  # fmt: skip
    assert "13900000000" in personal


def test_a_text_of_the_pool_can_be_brought_in_again(office: Office) -> None:
    (came,) = office.came({**ROW, "fields": "life_cycle；Energy", "official": "Yes"})

    assert (came.errors, came.newcomer.profile.fields) == ([], ("life_cycle", "energy"))
    assert came.newcomer.profile.official
