"""Lists, counts and the work list: each role finds its own, a number never says more than the list."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import find
from caseflow.cases.find import Filters
from caseflow.cases.models import task
from caseflow.people.rights import Actor
from tests.cases.world import World


def found(world: World, who: Actor, filters: Filters | None = None) -> list[int]:
    with world.database.read() as tx:
        page = find.cases(tx, world.ground, who, filters or Filters(), clock.today())
    assert len(page.rows) == page.count

    return sorted(row["id"] for row in page.rows)


def desk(world: World, who: Actor, filters: Filters | None = None, limit: int = 50, offset: int = 0) -> find.Page:
    with world.database.read() as tx:
        return find.desk(tx, world.ground, who, filters or Filters(), clock.today(), limit=limit, offset=offset)


def test_each_role_finds_what_its_scope_covers(world: World) -> None:
    world.enterprise("乙玻璃厂")
    own, other = world.person("applicant", "plant"), world.person("applicant", "乙玻璃厂")
    draft, sent, theirs = world.open(own), world.submitted(own), world.submitted(other)
    seen = {
        "applicant": found(world, own),
        "colleague": found(world, world.person("applicant", "plant")),
        "municipal": found(world, world.person("municipal", "bureau")),
        "elsewhere": found(world, world.person("municipal", "elsewhere")),
        "provincial": found(world, world.person("provincial", "office")),
        "expert": found(world, world.person("expert", "pool")),
        "nobody": found(world, world.person("stranger", "pool")),
    }

    assert {
        "applicant": [draft, sent],
        "colleague": [draft, sent],
        "municipal": [sent, theirs],
        "elsewhere": [],
        "provincial": [sent, theirs],
        "expert": [],
        "nobody": [],
    } == seen


def test_what_the_list_finds_is_what_may_be_known_and_what_is_counted(world: World) -> None:
    world.enterprise("乙玻璃厂")
    own, other = world.person("applicant", "plant"), world.person("applicant", "乙玻璃厂")
    cases = [world.open(own), world.submitted(own), world.submitted(other)]
    people = [own, other, *(world.person(*one) for one in (("municipal", "bureau"), ("provincial", "office")))]
    for who in people:
        with world.database.read() as tx:
            known = [case_id for case_id in cases if find.may_know(tx, world.ground, who, case_id)]
            counted = sum(row["n"] for row in find.counts_by_state(tx, world.ground, who))

        assert (found(world, who), len(known)) == (known, counted)


def test_a_search_does_not_reach_beyond_the_scope(world: World) -> None:
    world.submitted(world.person("applicant", "plant"), name="晋城特别焦化")

    assert [
        len(found(world, who, Filters(text="特别")))
        for who in (world.person("municipal", "bureau"), world.person("municipal", "elsewhere"))
    ] == [1, 0]


def test_two_characters_pinyin_number_and_product_find_a_case(world: World) -> None:
    case_id = world.submitted(world.person("applicant", "plant"), name="介休焦化", product="冶金焦")
    office = world.person("provincial", "office")
    words = ["焦化", "冶金", "jie4", world.row(case_id)["number"].lower(), "介休 冶金", "不存在", "%", "_"]

    assert [len(found(world, office, Filters(text=word))) for word in words] == [1, 1, 1, 1, 1, 0, 1, 1]


def test_the_work_list_has_what_is_due_first_on_top_and_what_has_no_date_last(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    cases = [world.submitted(applicant, product=f"焦炭{number}") for number in range(4)]
    dates = [clock.today() + timedelta(days=9), None, clock.today() - timedelta(days=2), clock.today()]
    with world.database.write() as tx:
        for case_id, due in zip(cases, dates, strict=True):
            tx.execute(task.update().where(task.c.case_id == case_id, task.c.status == "open").values(due_on=due))

    page = desk(world, officer)
    assert ([cases[2], cases[3], cases[0], cases[1]], 4) == ([row["id"] for row in page.rows], page.count)
    parts = [desk(world, officer, limit=2, offset=offset) for offset in (0, 2)]
    assert [([cases[2], cases[3]], 4), ([cases[0], cases[1]], 4)] == [
        ([row["id"] for row in part.rows], part.count) for part in parts
    ]
    narrowed = {name: desk(world, officer, Filters(due=name)).count for name in ("overdue", "soon")}
    assert narrowed == {"overdue": 1, "soon": 2}


def test_the_work_list_holds_only_what_is_ones_own_to_do(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    case_id = world.submitted(applicant)
    office, elsewhere = world.person("provincial", "office"), world.person("municipal", "elsewhere")
    before = [desk(world, who).count for who in (applicant, officer, office, elsewhere)]
    world.do(officer, case_id, "return", gaps={"unit.strengths": "请补充"})
    after = [desk(world, who).count for who in (applicant, officer, office, elsewhere)]

    assert (before, after) == ([0, 1, 0, 0], [1, 0, 0, 0])


def test_a_case_to_be_signed_stands_on_the_signers_list_with_its_date(world: World) -> None:
    officer, head = world.person("municipal", "bureau"), world.person("municipal_head", "bureau")
    case_id = world.submitted(world.person("applicant", "plant"))
    world.do(officer, case_id, "recommend", opinion="同意")

    (row,) = desk(world, head).rows
    assert (case_id, "sign:recommend", world.row(case_id)["due_on"]) == (row["id"], row["kind"], row["task_due"])
    assert isinstance(row["task_due"], date)


def test_filters_narrow_the_work_list_and_its_count_alike(world: World) -> None:
    applicant, officer = world.person("applicant", "plant"), world.person("municipal", "bureau")
    world.submitted(applicant, product="焦炭")
    wanted = world.submitted(applicant, product="平板玻璃")

    page = desk(world, officer, Filters(text="玻璃", workflow="toy-case", states=("review",)))
    assert ([wanted], 1) == ([row["id"] for row in page.rows], page.count)


def test_the_public_reads_what_is_listed_and_nothing_else(world: World) -> None:
    applicant, office = world.person("applicant", "plant"), world.person("provincial", "office")
    shown, hidden = world.recommended(applicant, product="一"), world.recommended(applicant, product="二")
    world.do(office, shown, "place")
    with world.database.read() as tx:
        listed = [
            [row["id"] for row in find.listed(tx, world.authority_id, page)] for page in ("publicity", "published")
        ]
        other = find.listed(tx, world.authority_id + 1, "publicity")
        code = find.by_receipt(tx, f" {world.row(hidden)['receipt_code'].lower()} ")
        wrong = find.by_receipt(tx, "AAAA-AAAA-AAAA-AAAA")

    assert ([[shown], []], [], hidden, None) == (listed, other, code["id"] if code else None, wrong)


def test_a_count_stops_at_its_ceiling(world: World) -> None:
    officer = world.person("municipal", "bureau")
    case_id = world.submitted(world.person("applicant", "plant"))
    with world.database.write() as tx:
        row = dict(tx.execute(sa.select(task).where(task.c.status == "open")).mappings().one())
        row.pop("id")
        tx.execute(task.insert(), [{**row, "kind": f"extra:{number}"} for number in range(find.MOST_COUNTED + 5)])

    page = desk(world, officer)
    assert (find.MOST_COUNTED, 50, {case_id}) == (page.count, len(page.rows), {one["id"] for one in page.rows})
