"""An export licence written only in YAML: countersigning queues, a clock that waits, a refusal and its appeal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from caseflow import clock
from caseflow.cases import deadlines, linking, register_book, view
from caseflow.people.rights import Actor
from caseflow.records import letters
from caseflow.words import Refused
from caseflow.workflow.days.ledger import runs_from_json
from tests.cases import parts
from tests.cases.world import World, on
from tests.elsewhere import world as elsewhere

CASES, APPEAL = "licence-export", "licence-appeal"
DEPARTMENTS = ("defence", "foreign", "research")
ITEMS = [{"code": "5A001", "name": "路由器", "quantity": 10}]


def applied(world: World, **said: Any) -> tuple[int, Actor, Actor]:
    """An application that is sorted, its exporter and the caseworker."""
    exporter, worker = world.person("exporter", "plant"), world.person("caseworker", "office")
    case_id = world.open(exporter, CASES)
    deal = {"consignee": "远方公司", "destination": "free", "end_use": "unclear", "worth": "40.00", "contact": "王二"}
    world.type(exporter, case_id, "deal", {**deal, **said})
    world.type(exporter, case_id, "goods", {"items": ITEMS})
    world.do(exporter, case_id, "submit")
    world.do(worker, case_id, "sort")
    return case_id, exporter, worker


def every(world: World, case_id: int, act: str, among: Iterable[str] = DEPARTMENTS, **said: Any) -> None:
    for name in among:
        world.do(world.person("adviser", name), case_id, act, **said)


def countersigned(world: World, outcome: str) -> tuple[int, Actor, Actor]:
    """A case whose draft every department has countersigned."""
    case_id, exporter, worker = applied(world)
    every(world, case_id, "advise", stance="grant" if outcome == "grant" else "refuse")
    world.do(worker, case_id, "draw_up")
    world.do(worker, case_id, "propose", outcome=outcome, terms="最终用途不明")
    every(world, case_id, "countersign")
    return case_id, exporter, worker


def refused_one(world: World) -> tuple[int, Actor, Actor, Actor]:
    """A case that is refused, its exporter, the caseworker and the head who signed."""
    case_id, exporter, worker = countersigned(world, "refuse")
    head = world.person("licensing_head", "office")
    world.do(worker, case_id, "refuse")
    world.do(head, case_id, "sign")
    return case_id, exporter, worker, head


def appealed(world: World) -> tuple[int, int, Actor, Actor]:
    """A refusal before the board: the case, the appeal, the caseworker and the head."""
    case_id, exporter, worker, head = refused_one(world)
    world.do(exporter, case_id, "appeal", grounds="最终用户为医院")
    with world.database.read() as tx:
        appeal = int(linking.opened_by(tx, case_id, "appeal")[-1]["id"])
    world.do(world.person("registrar", "office"), appeal, "admit")
    return case_id, appeal, worker, head


def clock_of(world: World, case_id: int, name: str) -> Any:
    with world.database.read() as tx:
        return next(row for row in deadlines.of_case(tx, case_id) if row["clock"] == name)


def why_not(world: World, who: Actor, case_id: int, act: str, **said: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        world.do(who, case_id, act, **said)
    return [one.key for one in refused.value.reasons]


def test_the_check_has_nothing_to_say_of_the_files() -> None:
    assert elsewhere.complaints(CASES, APPEAL) == []


def test_the_tests_of_the_files_pass(trade_office: World) -> None:
    found = elsewhere.rehearsed(trade_office)

    assert [one for one in found if one[2]] == []
    assert {workflow for workflow, *_ in found} == {CASES, APPEAL}


@pytest.mark.parametrize(
    ("said", "state", "why"),
    [
        ({"end_use": "civil"}, "drawing_up", "一般情形"),
        ({"end_use": "civil", "worth": "100.00"}, "consulting", "金额较大"),
        ({"end_use": "unclear", "worth": "100.00"}, "consulting", "最终用途不明"),
        ({"end_use": "unclear", "destination": "barred"}, "consulting", "禁止地区"),
    ],
)
def test_the_table_chooses_the_lane_by_its_first_row(
    trade_office: World, said: dict[str, Any], state: str, why: str
) -> None:
    case_id, *_ = applied(trade_office, **said)

    assert trade_office.row(case_id)["state"] == state
    assert parts.said(trade_office, case_id)["lane"]["why"] == why


def test_every_department_has_the_case_in_its_queue_until_it_has_advised(trade_office: World) -> None:
    case_id, _, worker = applied(trade_office)
    waiting = [owner for kind, owner, _ in parts.owed(trade_office, case_id) if kind == "duty:advice"]
    every(trade_office, case_id, "advise", ("foreign",), stance="grant")
    left = [owner for kind, owner, _ in parts.owed(trade_office, case_id) if kind == "duty:advice"]

    ids = [trade_office.organisations[name] for name in DEPARTMENTS]
    assert (sorted(waiting), sorted(left)) == (sorted(ids), sorted([ids[0], ids[2]]))
    assert why_not(trade_office, worker, case_id, "draw_up") == ["guards.with_basis"]
    with trade_office.database.read() as tx:
        seen = view.load(tx, trade_office.ground, trade_office.person("adviser", "defence"), case_id)
        assert "王二" not in str(seen.dossier())


def test_a_countersignature_falls_when_what_was_signed_changes(trade_office: World) -> None:
    case_id, _, worker = countersigned(trade_office, "grant")
    before = parts.replies(trade_office, case_id)[3:]
    trade_office.do(worker, case_id, "redraft", outcome="grant", terms="限医疗用途")
    after = parts.replies(trade_office, case_id)[3:]
    refusals = why_not(trade_office, worker, case_id, "grant")
    every(trade_office, case_id, "countersign", DEPARTMENTS[:2])
    one_short = why_not(trade_office, worker, case_id, "grant")
    every(trade_office, case_id, "countersign", DEPARTMENTS[2:])
    trade_office.do(worker, case_id, "grant")

    assert [status for _, status in before] == ["given"] * 3
    assert [status for _, status in after] == ["void"] * 3
    assert (refusals, one_short) == (["guards.with_basis"], ["guards.with_basis"])
    assert trade_office.do(trade_office.person("licensing_head", "office"), case_id, "sign").state == "licensed"
    assert parts.sound(trade_office)


def test_every_countersignature_falls_when_one_department_changes_its_advice(trade_office: World) -> None:
    case_id, _, worker = countersigned(trade_office, "grant")
    adviser = trade_office.person("adviser", "research")
    trade_office.do(adviser, case_id, "change_advice", stance="refuse", text="收货人有新情况")
    owed = [owner for kind, owner, _ in parts.owed(trade_office, case_id) if kind == "duty:countersignature"]

    assert [status for _, status in parts.replies(trade_office, case_id)[3:]] == ["void"] * 3
    assert sorted(owed) == sorted(trade_office.organisations[name] for name in DEPARTMENTS)
    assert why_not(trade_office, worker, case_id, "grant") == ["guards.with_basis"]


def test_a_countersignature_stands_when_the_draft_is_sent_round_unchanged(trade_office: World) -> None:
    case_id, _, worker = countersigned(trade_office, "grant")
    trade_office.do(worker, case_id, "redraft", outcome="grant", terms="最终用途不明")

    assert [status for _, status in parts.replies(trade_office, case_id)[3:]] == ["given"] * 3
    assert trade_office.do(worker, case_id, "grant").proposed


def test_advice_falls_when_the_items_are_corrected(trade_office: World) -> None:
    case_id, _, worker = applied(trade_office)
    every(trade_office, case_id, "advise", stance="grant")
    trade_office.do(worker, case_id, "correct_goods", items=[{"code": "5A001", "name": "交换机", "quantity": 3}])

    assert [status for _, status in parts.replies(trade_office, case_id)] == ["void"] * 3
    assert why_not(trade_office, worker, case_id, "draw_up") == ["guards.with_basis"]


def test_the_clock_stands_still_while_the_exporter_is_asked(trade_office: World) -> None:
    with on("2026-03-02"):
        case_id, exporter, worker = applied(trade_office)
    first = clock_of(trade_office, case_id, "consulting")["due_on"]
    with on("2026-03-09"):
        trade_office.do(worker, case_id, "inquire", question="最终用户是谁")
        paused = clock_of(trade_office, case_id, "consulting")["status"]
    with on("2026-03-23"):
        trade_office.do(exporter, case_id, "answer", text="县医院")
    row = clock_of(trade_office, case_id, "consulting")
    runs = runs_from_json(row["ledger"]["ledger"])

    # Eleven working days later (9 May is one): neither 9 nor 23 March counts, nor the days between; the ledger says so.
    assert (first, paused, row["status"], row["due_on"]) == (date(2026, 5, 8), "paused", "running", date(2026, 5, 22))
    assert [(one.first, one.last) for one in runs if one.kind == "paused"] == [(date(2026, 3, 9), date(2026, 3, 23))]


def test_the_time_is_extended_once_with_a_ground_that_the_head_signs(trade_office: World) -> None:
    head = trade_office.person("licensing_head", "office")
    with on("2026-03-02"):
        case_id, _, worker = applied(trade_office)
        due = clock_of(trade_office, case_id, "consulting")["due_on"]
        too_far = why_not(trade_office, worker, case_id, "extend", until="2026-06-30", ground="须境外核查")
        trade_office.do(worker, case_id, "extend", until="2026-05-22", ground="须境外核查")
        unsigned = clock_of(trade_office, case_id, "consulting")["due_on"]
        trade_office.do(head, case_id, "sign")
        again = why_not(trade_office, worker, case_id, "extend", until="2026-05-25", ground="仍未回复")

    assert (due, unsigned) == (date(2026, 5, 8), date(2026, 5, 8))
    assert clock_of(trade_office, case_id, "consulting")["due_on"] == date(2026, 5, 22)
    assert (too_far, again) == (["changing.extended_too_far"], ["changing.extended_already"])


def test_what_was_asked_returns_to_where_it_was_asked(trade_office: World) -> None:
    case_id, exporter, worker = applied(trade_office, end_use="civil")
    trade_office.do(worker, case_id, "inquire_again", question="交货期")

    assert trade_office.do(exporter, case_id, "answer", text="三个月").state == "drawing_up"


def test_a_licence_stands_in_the_register_and_a_suspended_one_ships_nothing(trade_office: World) -> None:
    case_id, exporter, worker = countersigned(trade_office, "grant")
    trade_office.do(worker, case_id, "grant")
    trade_office.do(trade_office.person("licensing_head", "office"), case_id, "sign")
    shipped = {"shipped_on": clock.today().isoformat(), "quantity": "4"}
    trade_office.do(exporter, case_id, "report_shipment", **shipped)
    trade_office.do(worker, case_id, "suspend", why="投诉")

    assert why_not(trade_office, exporter, case_id, "report_shipment", **shipped) == ["registers.entry_is_not"]
    trade_office.do(worker, case_id, "restore")
    trade_office.do(exporter, case_id, "report_shipment", **shipped)
    with trade_office.database.read() as tx:
        entry = register_book.newest(tx, case_id, "licences")
    assert entry is not None
    assert (entry["number"], entry["status"]) == (f"许可〔{clock.today().year}〕00001", "valid")


def test_the_time_to_appeal_begins_when_the_refusal_is_served(trade_office: World) -> None:
    with on("2026-03-02"):
        case_id, _, worker, _ = refused_one(trade_office)
        with trade_office.database.read() as tx:
            letter = next(one for one in letters.of_case(tx, case_id) if one.kind == "refusal")
    before = trade_office.row(case_id)["due_on"]
    with on("2026-03-05"):
        trade_office.do(
            worker,
            case_id,
            "record_service",
            letter=str(letter.id),
            way="direct",
            done_on="2026-03-04",
            receiver="李收",
        )
    with on("2026-05-03"):
        early = why_not(trade_office, worker, case_id, "let_be")
    with on("2026-05-08"):
        late = trade_office.do(worker, case_id, "let_be").state

    # Sixty days from 5 March end on Sunday 3 May, in the holidays; the next working day is Wednesday 6 May.
    assert (before, early, late) == (None, ["workflow.condition_with_basis"], "refused")
    assert clock_of(trade_office, case_id, "appealable")["due_on"] == date(2026, 5, 6)
    assert parts.sound(trade_office)


def test_an_appeal_is_a_case_of_its_own_that_the_board_votes_on(trade_office: World) -> None:
    case_id, appeal, _, _ = appealed(trade_office)
    row = trade_office.row(appeal)
    registrar = trade_office.person("registrar", "office")
    every(trade_office, appeal, "vote", DEPARTMENTS[:1], ballot="allow")
    open_ = why_not(trade_office, registrar, appeal, "allow")
    every(trade_office, appeal, "vote", DEPARTMENTS[1:2], ballot="allow")

    assert (row["workflow"], row["title"], row["state"]) == (APPEAL, "远方公司", "board")
    assert trade_office.row(case_id)["state"] == "under_appeal"
    assert open_ == ["guards.with_basis"]
    assert trade_office.do(registrar, appeal, "allow").state == "allowed"
    assert elsewhere.fire_due(trade_office)
    assert trade_office.row(case_id)["state"] == "reconsidering"
    assert parts.sound(trade_office)


def test_after_an_appeal_others_decide_than_those_who_refused(trade_office: World) -> None:
    case_id, appeal, worker, head = appealed(trade_office)
    every(trade_office, appeal, "vote", DEPARTMENTS[:2], ballot="allow")
    trade_office.do(trade_office.person("registrar", "office"), appeal, "allow")
    elsewhere.fire_due(trade_office)
    said = {"outcome": "grant", "terms": "限医疗用途"}
    own = why_not(trade_office, worker, case_id, "grant_anew", **said)
    trade_office.do(trade_office.person("caseworker", "office"), case_id, "grant_anew", **said)
    same_head = why_not(trade_office, head, case_id, "sign")

    assert (own, same_head) == (["four_eyes.act", "four_eyes.act"], ["four_eyes.act"])
    assert trade_office.do(trade_office.person("licensing_head", "office"), case_id, "sign").state == "licensed"


def test_an_appeal_without_a_majority_leaves_the_refusal(trade_office: World) -> None:
    case_id, appeal, _, _ = appealed(trade_office)
    every(trade_office, appeal, "vote", DEPARTMENTS[:1], ballot="allow")
    every(trade_office, appeal, "vote", DEPARTMENTS[1:], ballot="abstain")
    trade_office.do(trade_office.person("registrar", "office"), appeal, "dismiss")
    elsewhere.fire_due(trade_office)

    assert trade_office.row(case_id)["state"] == "refused"
