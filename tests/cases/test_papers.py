"""The papers that acts issue: their blocks filled from the case, and what the office records of them."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import announced as announcing
from caseflow.cases import attached, entry, find, panel_papers, view
from caseflow.cases.panel_models import seat
from caseflow.people.models import person
from caseflow.people.rights import Actor
from caseflow.records import files, journal, letters, paper
from caseflow.records.models import letter as letter_table
from caseflow.words import Refused
from tests.cases.ranked import LOOK
from tests.cases.world import World, sheet
from tests.records import uploads

RARE = "镕喆堃昇珺玥"


def named(world: World, role: str, organisation: str, name: str) -> Actor:
    """A new person with a name of his own."""
    made = world.person(role, organisation)
    with world.database.write() as tx:
        tx.execute(person.update().where(person.c.id == made.person_id).values(name=name))
    return replace(made, name=name)


def in_review(world: World, **values: Any) -> int:
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant, "toy-papers")
    world.type(applicant, case_id, "unit", {"name": f"{RARE}公司", "contact": "王二", **values})
    world.do(applicant, case_id, "submit")
    return case_id


def decided(world: World) -> int:
    case_id = in_review(world, plan=[{"task": "核算", "goal": "2 吨"}, {"task": "核查", "goal": ""}])
    world.do(named(world, "municipal", "bureau", "王昇"), case_id, "decide", opinion="同意。")
    world.do(named(world, "municipal_head", "bureau", "李珺"), case_id, "sign", opinion="请报送。")
    return case_id


def bodies(world: World, case_id: int) -> dict[str, dict[str, Any]]:
    """The letters of a case by kind, the last of each."""
    with world.database.read() as tx:
        rows = [row._mapping for row in letters.of_case(tx, case_id)]
    return {row["kind"]: letters.opened(world.ground.keys, row) for row in rows}


def drawn(world: World, case_id: int, kind: str) -> list[paper.Part]:
    return paper.parts(bodies(world, case_id)[kind], "zh")


def table_of(world: World, case_id: int, kind: str) -> list[tuple[str, ...]]:
    (found,) = (part for part in drawn(world, case_id, kind) if part.kind == "table")
    return [found.heads, *found.rows]


def test_a_slip_is_filled_from_the_dossier_and_from_the_act(world: World) -> None:
    case_id = in_review(world)
    number, year = world.row(case_id)["number"], clock.today().year
    found = [(part.kind, part.text) for part in drawn(world, case_id, "receipt")]

    assert found[:-1] == [
        ("number", f"编号：HZ{year}-0001"),
        ("title", "回执"),
        ("addressee", f"{RARE}公司："),
        ("text", f"编号HZ{year}-0001，{number}已收到。"),
        ("item", f"1. 名称：{RARE}公司"),
        ("item", "2. 联系人：王二"),
    ]


def test_an_official_letter_takes_its_heading_as_title_and_leaves_room_for_the_seal(world: World) -> None:
    found = drawn(world, decided(world), "letter")

    assert [(part.kind, part.text) for part in found] == [
        ("title", f"关于{RARE}公司的函"),
        ("addressee", "省厅："),
        ("text", "同意。"),
        ("closing", "seal"),
    ]
    assert [line for line, _ in found[-1].lines] == ["bureau单位", _today()]


def _today() -> str:
    today = clock.today()
    return f"{today.year}年{today.month}月{today.day}日"


def test_the_approval_slip_names_who_proposed_and_who_signed_with_opinion(world: World) -> None:
    rows = table_of(world, decided(world), "approval")

    assert [row[:4] for row in rows] == [
        ("岗位", "结论", "意见", "姓名"),
        ("市局", "提出", "", "王昇"),
        ("市局科长", "同意", "请报送。", "李珺"),
    ]
    assert all(re.fullmatch(f"{_today()} \\d\\d:\\d\\d", row[4]) for row in rows[1:])


def test_an_act_that_nobody_signs_bears_the_name_of_who_did_it(world: World) -> None:
    case_id = in_review(world)
    world.do(named(world, "municipal", "bureau", "王昇"), case_id, "note")

    assert [row[:4] for row in table_of(world, case_id, "approval")[1:]] == [("市局", "办理", "", "王昇")]


def test_every_entry_of_an_appended_store_stands_in_its_paper(world: World) -> None:
    case_id, officer = in_review(world), named(world, "municipal", "bureau", "王昇")
    world.do(officer, case_id, "visit", day="2026-03-02", note="在产。")
    world.do(officer, case_id, "visit", day="2026-03-09", note="已补台账。")

    assert table_of(world, case_id, "visit_record") == [
        ("日期", "核实日期", "核实情况", "登记人"),
        (_today(), "2026年3月2日", "在产。", "王昇"),
        (_today(), "2026年3月9日", "已补台账。", "王昇"),
    ]


def test_a_table_of_the_dossier_stands_in_a_letter(world: World) -> None:
    assert table_of(world, decided(world), "tasks") == [
        ("任务名称", "目标"),
        ("核算", "2 吨"),
        ("核查", ""),
    ]


def seated(world: World) -> tuple[int, int, Actor, list[Actor]]:
    """A review of one case before three experts."""
    case_id, office = decided(world), world.person("provincial", "office")
    host = world.open(office, "toy-panel-papers")
    world.do(office, host, "include", cases={str(case_id): {}})
    experts = [named(world, "expert", "pool", f"专家{name}") for name in "镕喆堃昇"]
    world.do(office, host, "seat", experts=[one.person_id for one in experts])
    return host, case_id, office, experts


def test_the_record_of_the_draw_names_chair_members_and_reserves(world: World) -> None:
    host, *_ = seated(world)

    assert table_of(world, host, "draw") == [
        ("序号", "姓名", "工作单位", "席位", "回避"),
        ("1", "专家镕", "pool单位", "组长", "无"),
        ("2", "专家喆", "pool单位", "成员", "无"),
        ("3", "专家堃", "pool单位", "成员", "无"),
        ("4", "专家昇", "pool单位", "备选", "无"),
    ]


def test_the_annex_has_its_mark_its_columns_and_the_lines_around_it(world: World) -> None:
    host, *_ = seated(world)
    found = drawn(world, host, "annex")

    assert [(part.kind, part.text) for part in found] == [
        ("mark", "附件1"),
        ("title", "示例汇总表"),
        ("note", "填报单位（盖章）：北省"),
        ("table", ""),
        ("note", "备注：无"),
    ]
    assert table_of(world, host, "annex") == [("序号", "申报单位", "联系人"), ("1", f"{RARE}公司", "王二")]


def finished(world: World) -> tuple[int, int]:
    """A review in which one expert scored, one stands aside and one did neither."""
    host, case_id, office, experts = seated(world)
    world.do(experts[0], host, "declare", interests={str(case_id): {"conflict": False}})
    aside = {"conflict": True, "ground": "近三年担任顾问"}
    world.do(experts[1], host, "declare", interests={str(case_id): aside})
    world.do(experts[0], host, "score", sheet={**sheet(case_id, 40, 45), "opinion": "建议列入"})
    world.do(office, host, "finish")
    return host, case_id


def pages(world: World, host: int, kind: str) -> list[list[paper.Part]]:
    """The parts of each page of a paper with a page for each person."""
    found: list[list[paper.Part]] = [[]]
    for part in drawn(world, host, kind):
        if part.kind == "page":
            found.append([])
        else:
            found[-1].append(part)
    return found


def test_each_member_of_the_panel_has_a_page_with_his_pledges_and_interests(world: World) -> None:
    host, _ = finished(world)
    found = pages(world, host, "pledges")
    tables = [next(part.rows for part in page if part.kind == "table") for page in found]

    assert [page[0].text for page in found] == ["承诺书"] * 3
    assert [dict(page[1].rows) for page in found] == [
        {"专家": "专家镕", "工作单位": "pool单位", "签署日期": _today()},
        {"专家": "专家喆", "工作单位": "pool单位", "签署日期": _today()},
        {"专家": "专家堃", "工作单位": "pool单位", "签署日期": "未签署"},
    ]
    assert [part.text for part in found[0] if part.kind == "text"] == ["对评审情况保密。", "独立评审。"]
    assert [table[0][2:] for table in tables] == [
        ("无须回避", ""),
        ("须回避", "近三年担任顾问"),
        ("未申报", ""),
    ]


def test_each_member_of_the_panel_has_a_score_sheet_of_his_own(world: World) -> None:
    host, _ = finished(world)
    tables = [next(part for part in page if part.kind == "table") for page in pages(world, host, "sheets")]

    assert tables[0].heads == ("序号", "申报单位", "特色（50分）", "可行（50分）", "合计", "评分理由和意见")
    assert [table.rows[0][2:] for table in tables] == [
        ("40", "45", "85", "特色：理由\n可行：理由\n意见：建议列入"),
        ("–", "–", "–", "回避，不评分"),
        ("–", "–", "–", "未评分"),
    ]


def test_an_expert_whose_act_issues_a_paper_stands_on_it_alone(world: World) -> None:
    host, case_id, _, experts = seated(world)
    world.do(experts[0], host, "declare", interests={str(case_id): {"conflict": False}})
    world.do(experts[2], host, "declare", interests={str(case_id): {"conflict": False}})

    assert [dict(page[1].rows)["专家"] for page in pages(world, host, "pledge")] == ["专家堃"]


def test_an_expert_whose_act_gave_up_the_seat_reads_of_nobody_on_its_paper(world: World) -> None:
    host, _, _, experts = seated(world)
    with world.database.write() as tx:
        move = view.load(tx, world.ground, experts[0], host).move(LOOK, "expert")
        tx.execute(seat.update().where(seat.c.person_id == experts[0].person_id).values(status="left"))
        found = panel_papers.filled(move, "seats", "jury"), panel_papers.filled(move, "pledges", "jury")

    assert (found[0]["rows"], found[1]["pages"]) == ([], [])


def sealed_file(world: World, case_id: int, letter_id: int, who: Actor) -> int:
    """The sealed final file of a letter as it is received for it."""
    received = files.receive(
        io.BytesIO(uploads.pdf(2)), name="盖章件.pdf", limit_bytes=1_000_000, root=world.settings.files
    )
    with world.database.write() as tx:
        return files.record(
            tx, received, uploaded_by=who.person_id, organisation_id=who.organisation_id, case_id=case_id,
            field=f"letter.{letter_id}",
        )  # fmt: skip


def letter_of(world: World, case_id: int, kind: str) -> Any:
    with world.database.read() as tx:
        return tx.execute(
            sa.select(letter_table).where(letter_table.c.case_id == case_id, letter_table.c.kind == kind)
        ).mappings().one()  # fmt: skip


def test_the_office_records_number_date_and_sealed_file_through_the_door(world: World) -> None:
    case_id, officer = decided(world), world.person("municipal", "bureau")
    number = letter_of(world, case_id, "letter")["id"]
    sealed = sealed_file(world, case_id, number, officer)
    before = world.row(case_id)
    outcome = world.do(
        officer, case_id, "file_letter", letter=number, number="演环函[2026] 12 号", dated="2026-03-05", file=sealed
    )

    row = letter_of(world, case_id, "letter")
    assert (row["formal_number"], row["formal_date"].isoformat(), row["formal_file_id"]) == (
        "演环函〔2026〕12号",
        "2026-03-05",
        sealed,
    )
    assert (outcome.state, outcome.version) == (before["state"], before["version"] + 1)
    with world.database.read() as tx:
        noted = journal.entries(tx, case_id)[-1]
    assert (noted.act, noted.role, noted.body) == (
        "file_letter",
        "municipal",
        {
            "letter": number,
            "kind": "letter",
            "number": "演环函〔2026〕12号",
            "dated": "2026-03-05",
            "file": sealed,
            "sha256": hashlib.sha256(uploads.pdf(2)).hexdigest(),
        },
    )


def test_a_record_is_corrected_without_sending_the_file_again(world: World) -> None:
    case_id, officer = decided(world), world.person("municipal", "bureau")
    number = letter_of(world, case_id, "letter")["id"]
    sealed = sealed_file(world, case_id, number, officer)
    for given in ({"number": "演环函〔2026〕12号", "file": sealed}, {"number": "演环函〔2026〕13号"}):
        world.do(officer, case_id, "file_letter", letter=number, dated="2026-03-05", **given)

    row = letter_of(world, case_id, "letter")
    assert (row["formal_number"], row["formal_file_id"]) == ("演环函〔2026〕13号", sealed)


def test_whatever_is_wrong_with_a_record_is_said_at_once(world: World) -> None:
    case_id, officer = decided(world), world.person("municipal", "bureau")
    number = letter_of(world, case_id, "letter")["id"]
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()

    with pytest.raises(Refused) as refused:
        world.do(officer, case_id, "file_letter", letter=number, number="12号", dated=tomorrow, file=999)
    assert [(one.key, one.values["input"]) for one in refused.value.reasons] == [
        ("letter.formal_number", "number"),
        ("filing.date_ahead", "dated"),
        ("filing.no_file", "file"),
    ]


def test_a_file_that_was_given_for_something_else_is_no_sealed_file(world: World) -> None:
    case_id, officer = decided(world), world.person("municipal", "bureau")
    number = letter_of(world, case_id, "letter")["id"]
    other = sealed_file(world, case_id, number + 1, officer)

    with pytest.raises(Refused, match=r"filing\.no_file"):
        world.do(
            officer, case_id, "file_letter", letter=number, number="演环函〔2026〕12号", dated="2026-03-05", file=other
        )


@pytest.mark.parametrize(
    ("role", "organisation", "refusal"),
    [("provincial", "office", Refused), ("applicant", "plant", Refused), ("municipal", "elsewhere", entry.NotHere)],
)
def test_a_letter_is_recorded_by_the_office_that_issued_it(
    world: World, role: str, organisation: str, refusal: type[Exception]
) -> None:
    case_id = decided(world)
    number = letter_of(world, case_id, "letter")["id"]

    with pytest.raises(refusal):
        world.do(
            world.person(role, organisation), case_id, "file_letter", letter=number, number="演环函〔2026〕12号",
            dated="2026-03-05",
        )  # fmt: skip


def test_a_letter_of_another_case_is_not_recorded_here(world: World) -> None:
    case_id, other = decided(world), decided(world)
    number = letter_of(world, other, "letter")["id"]

    with pytest.raises(Refused, match=r"filing\.no_letter"):
        world.do(
            world.person("municipal", "bureau"), case_id, "file_letter", letter=number, number="演环函〔2026〕12号",
            dated="2026-03-05",
        )  # fmt: skip


def test_files_are_known_by_the_question_they_answer_and_hidden_with_it(world: World) -> None:
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant, "toy-papers")
    with world.database.write() as tx:
        scan, photo = (
            files.record(
                tx, files.keep(content, name=name, media_type=kind, root=world.settings.files, pages=1),
                uploaded_by=applicant.person_id, organisation_id=applicant.organisation_id, case_id=case_id,
            )
            for content, name, kind in (
                (uploads.pdf(), "证照.pdf", "application/pdf"),
                (uploads.picture(), "照片.jpg", "image/jpeg"),
            )
        )  # fmt: skip
    world.type(applicant, case_id, "unit", {"name": "甲公司", "scan": scan, "photo": photo})
    world.do(applicant, case_id, "submit")
    officer = world.person("municipal", "bureau")

    with world.database.read() as tx:
        seen = view.load(tx, world.ground, officer, case_id)
        listed = [(one.file_id, one.label["zh"], one.under["zh"]) for one in attached.to(seen)]
    assert listed == [(scan, "证照", "单位"), (photo, "照片", "单位")]


def announced(
    world: World, *, filed: dict[str, str], said: dict[str, str]
) -> tuple[int, dict[int, announcing.Document]]:
    """A case on a published list; ``filed`` are the numbers recorded of letters, ``said`` the answers of the announcing act."""
    case_id, office = decided(world), world.person("provincial", "office")
    host = world.open(office, "toy-listing")
    world.do(office, host, "include", cases={str(case_id): {}})
    world.do(office, host, "finish")
    for kind, number in filed.items():
        world.do(
            office, host, "file_letter", letter=letter_of(world, host, kind)["id"], number=number, dated="2026-03-05"
        )
    world.do(office, host, "announce", **said)
    with world.database.read() as tx:
        listed = find.listed(tx, None, "published")
        return case_id, announcing.documents(tx, world.ground, listed, "published")


def test_a_published_case_names_the_document_of_the_list_and_of_no_other_letter(world: World) -> None:
    filed = {"asking": "演环函〔2026〕1号", "notice": "演环发〔2026〕9号"}
    case_id, found = announced(world, filed=filed, said={})

    assert found == {case_id: announcing.Document("演环发〔2026〕9号", date(2026, 3, 5))}


def test_what_was_recorded_of_the_letter_counts_before_what_the_act_was_answered_with(world: World) -> None:
    said = {"number": "演环发〔2026〕8号", "dated": "2026-03-04"}
    case_id, found = announced(world, filed={"notice": "演环发〔2026〕9号"}, said=said)

    assert found == {case_id: announcing.Document("演环发〔2026〕9号", date(2026, 3, 5))}


def test_without_a_record_the_answer_of_the_announcing_act_counts(world: World) -> None:
    said = {"number": "演环发〔2026〕8号", "dated": "2026-03-04"}
    case_id, found = announced(world, filed={"asking": "演环函〔2026〕1号"}, said=said)

    assert found == {case_id: announcing.Document("演环发〔2026〕8号", date(2026, 3, 4))}


def test_a_list_without_a_number_names_none(world: World) -> None:
    assert announced(world, filed={"asking": "演环函〔2026〕1号"}, said={})[1] == {}
