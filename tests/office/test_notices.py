"""Everybody is told in the inbox; by which way besides is each person's choice, where there is one."""

from __future__ import annotations

import dataclasses
from datetime import datetime, time
from typing import Any

import pytest

from caseflow import clock, worker
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import errands, notices
from caseflow.people.rights import Actor
from caseflow.records import inbox
from caseflow.records.inbox import Reader
from caseflow.records.models import outbox
from caseflow.words import Message, Refused, catalogue
from tests import posting
from tests.cases.world import World, build, day

MONDAY = clock.at_local(day("2026-11-23"), time(10))
"""Later than the hour of the digest on a working day."""
TUESDAY = clock.at_local(day("2026-11-24"), time(10))


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    return build(database, settings)


def post(world: World, who: Actor | None = None, **given: Any) -> None:
    """A message to a person, unless another addressee is given."""
    where = {"person_id": who.person_id} if who is not None else {}
    with world.database.write() as tx:
        inbox.post(tx, Message("inbox.notice", {"text": "进入初审", "number": ""}), **where, **given)


def wish(world: World, who: Actor, official: bool, **wished: str) -> None:
    with world.database.write() as tx:
        notices.choose(tx, who.person_id, wished, official=official)  # type: ignore[arg-type]


def told(world: World, who: Actor, **given: Any) -> str:
    """By which way a message of this kind goes to somebody."""
    post(world, who, **given)
    worker.hand_out(world.database, world.settings)
    return posting.ways(world.database)[-1][1]


def with_address(world: World, role: str, where: str, language: str = "zh") -> Actor:
    who = world.person(role, where)
    posting.give_address(world.database, world.ground, who.person_id, f"p{who.person_id}@example.invalid", language)
    return who


def test_a_party_gets_a_mail_and_an_officer_a_digest(world: World) -> None:
    applicant, officer = with_address(world, "applicant", "plant"), with_address(world, "municipal", "bureau")

    by_kind = {kind: (told(world, applicant, kind=kind), told(world, officer, kind=kind)) for kind in inbox.KINDS}
    assert by_kind == {
        "letter": ("mail", "digest"),
        "deadline": ("mail", "digest"),
        "notice": ("mail", "digest"),
        "desk": ("mail", "mail"),
        "account": ("mail", "digest"),
    }


def test_each_kind_goes_the_way_that_was_chosen(world: World) -> None:
    applicant, officer = with_address(world, "applicant", "plant"), with_address(world, "municipal", "bureau")
    wish(world, applicant, False, notice="digest", desk="inbox")
    wish(world, officer, True, notice="inbox", letter="mail")

    assert [told(world, applicant, kind=kind) for kind in ("notice", "desk")] == ["digest", "inbox"]
    assert [told(world, officer, kind=kind) for kind in ("notice", "letter", "deadline")] == ["inbox", "mail", "digest"]


def test_what_has_legal_consequences_cannot_be_declined(world: World) -> None:
    applicant, officer = with_address(world, "applicant", "plant"), with_address(world, "municipal", "bureau")
    for who, official, kind, way in (
        (applicant, False, "letter", "inbox"),
        (applicant, False, "deadline", "digest"),
        (officer, True, "deadline", "inbox"),
        (officer, True, "notice", "pigeon"),
    ):
        with pytest.raises(Refused, match=r"notices\.way_not_open"):
            wish(world, who, official, **{kind: way})
    wish(world, applicant, False, notice="inbox")
    wish(world, officer, True, notice="inbox")

    assert [told(world, who, kind="notice", legal=True) for who in (applicant, officer)] == ["mail", "digest"]


def test_somebody_without_an_address_has_the_inbox(world: World) -> None:
    officer = world.person("municipal", "bureau")

    assert told(world, officer, kind="desk") == "no_address"
    with world.database.read() as tx:
        assert inbox.unread(tx, Reader(officer.person_id, ())) == 1


def test_a_message_to_a_role_goes_to_each_who_holds_it_and_to_nobody_else(world: World) -> None:
    officers = [with_address(world, "municipal", "bureau") for _ in range(2)]
    for role, where in (("municipal_head", "bureau"), ("municipal", "elsewhere")):
        with_address(world, role, where)
    post(world, organisation_id=world.organisations["bureau"], role="municipal", kind="desk")
    worker.hand_out(world.database, world.settings)

    assert posting.ways(world.database) == [(one.person_id, "mail") for one in officers]


def test_what_is_sent_to_a_whole_organisation_goes_to_everybody_in_it(world: World) -> None:
    inside = [with_address(world, role, "bureau") for role in ("municipal", "municipal_head")]
    with_address(world, "municipal", "elsewhere")
    post(world, organisation_id=world.organisations["bureau"], kind="desk")
    worker.hand_out(world.database, world.settings)

    assert posting.ways(world.database) == [(one.person_id, "mail") for one in inside]


def test_a_message_is_handed_out_once(world: World) -> None:
    applicant = with_address(world, "applicant", "plant")
    post(world, applicant)
    with world.database.read() as tx:
        (message,) = notices.to_hand(tx, 10)
    with world.database.write() as tx:
        done = [notices.hand(tx, message, frozenset()) for _ in range(2)]

    assert (done, posting.ways(world.database)) == ([True, False], [(applicant.person_id, "mail")])


def test_the_same_occasion_tells_the_same_addressee_once(world: World) -> None:
    applicant = world.person("applicant", "plant")
    for key in ("act1/case/person", "act1/case/person", "act2/case/person"):
        post(world, applicant, once=key)

    with world.database.read() as tx:
        assert inbox.unread(tx, Reader(applicant.person_id, ())) == 2


def digests(world: World, at: datetime) -> int:
    with clock.at(at):
        worker.hand_out(world.database, world.settings)
        return worker.make_digests(world.database, world.settings, world.ground)


def test_a_person_gets_one_digest_a_day_and_the_rest_the_next_working_day(world: World) -> None:
    officer = with_address(world, "municipal", "bureau")
    post(world, officer)
    made = [digests(world, MONDAY)]
    post(world, officer)
    made += [digests(world, MONDAY), digests(world, TUESDAY), digests(world, TUESDAY)]

    assert made == [1, 0, 1, 0]
    keys = [row.key for row in posting.errands(world.database, outbox.c.key)]
    assert keys == [f"digest/{officer.person_id}/2026-11-23", f"digest/{officer.person_id}/2026-11-24"]


@pytest.mark.parametrize(
    ("on", "at", "made"),
    [
        ("2026-11-23", time(8, 29), 0),
        ("2026-11-23", time(8, 30), 1),
        ("2026-11-21", time(12), 0),  # a Saturday
        ("2026-10-01", time(12), 0),  # the National Day
        ("2026-10-10", time(12), 1),  # a Saturday that the notice makes a working day
    ],
)
def test_digests_are_made_after_their_hour_on_working_days(world: World, on: str, at: time, made: int) -> None:
    officer = with_address(world, "municipal", "bureau")
    post(world, officer)

    assert digests(world, clock.at_local(day(on), at)) == made


def test_what_was_read_in_the_inbox_is_left_out_of_the_digest(world: World) -> None:
    officer = with_address(world, "municipal", "bureau")
    for _ in range(2):
        post(world, officer)
    with world.database.write() as tx:
        newest = inbox.messages(tx, Reader(officer.person_id, ()))[0]
        inbox.mark_read(tx, Reader(officer.person_id, ()), newest.id)
    digests(world, MONDAY)

    assert posting.ways(world.database) == [(officer.person_id, "digest"), (officer.person_id, "read")]


def test_nothing_is_made_of_messages_that_were_all_read(world: World) -> None:
    officer = with_address(world, "municipal", "bureau")
    post(world, officer)
    with world.database.write() as tx:
        inbox.mark_read(tx, Reader(officer.person_id, ()))

    assert (digests(world, MONDAY), posting.errands(world.database)) == (0, [])


def submitted(world: World) -> tuple[Actor, int]:
    """An application whose receipt was served, with words in it that no mail may carry."""
    applicant = with_address(world, "applicant", "plant")
    case_id = world.submitted(applicant, name="甲焦化厂机密", contact="王二", product="焦炭机密")
    return applicant, case_id


def test_a_mail_says_number_matter_and_where_to_read_it(world: World) -> None:
    applicant, case_id = submitted(world)
    settings = dataclasses.replace(world.settings, base_url="https://cases.example.invalid")
    posting.deliver(world.database, settings, world.ground)

    (mail,) = posting.laid_down(settings)
    number = world.row(case_id)["number"]
    assert (mail["To"], mail["Subject"]) == (f"p{applicant.person_id}@example.invalid", f"【文书送达】{number}")
    assert posting.body(mail).split("\n") == [
        f"办件编号：{number}",
        f"事项：《收件回执》HZ-{clock.today().year}-0001已送达",
        f"查看：https://cases.example.invalid/cases/{case_id}",
        "",
        "本通知涉及办理期限或者具有法律效果，不能退订。",
        "本邮件由系统自动发出，请勿回复。",
    ]


def test_a_mail_is_in_the_language_of_its_reader(world: World) -> None:
    officer = with_address(world, "municipal", "bureau", "en")
    case_id = world.submitted(world.person("applicant", "plant"))
    values = {"number": "x", "title": "标题", "what": {"zh": "初审", "en": "Review"}, "due": "2026-12-04", "days": 5}
    with world.database.write() as tx:
        message = Message("inbox.reminder", values)
        inbox.post(tx, message, person_id=officer.person_id, case_id=case_id, kind="desk")
    posting.deliver(world.database, world.settings, world.ground)

    (mail,) = posting.laid_down(world.settings)
    number = world.row(case_id)["number"]
    assert mail["Subject"] == f"[Hand-overs and urging] {number}"
    assert posting.body(mail).split("\n")[:4] == [
        f"Case number: {number}",
        "Matter: “Review”: 5 working days are left",
        "Due: 4 December 2026",
        "Please sign in and look under “Messages”.",
    ]


def test_no_mail_carries_a_title_a_name_or_what_somebody_typed(world: World) -> None:
    applicant, case_id = submitted(world)
    said = (
        "state", "letter", "duty", "role", "action", "round", "closes", "old", "new", "what", "text", "number", "first",
        "last", "release", "percent", "register", "workflow",
    )  # fmt: skip
    hidden = ("title", "by", "name", "note", "reason", "organisation", "notice")
    secret = {
        **dict.fromkeys(said, "值"),
        **dict.fromkeys(hidden, "机密"),
        "due": "2026-12-01",
        "until": "2026-12-01",
        "days": 1,
        "n": 1,
    }
    keys = sorted(key for key in catalogue() if key.startswith(("inbox.", "people.inbox.")))
    with world.database.write() as tx:
        for key in (*keys, "inbox.nobody_knows"):
            inbox.post(tx, Message(key, secret), person_id=applicant.person_id, case_id=case_id)
    officer = with_address(world, "municipal", "bureau")
    with world.database.write() as tx:
        for key in keys:
            inbox.post(tx, Message(key, secret), person_id=officer.person_id, case_id=case_id)
    with clock.at(MONDAY):
        posting.deliver(world.database, world.settings, world.ground)

    mails = posting.laid_down(world.settings)
    assert len(mails) == 1 + len(keys) + 1 + 1
    assert [
        mail for mail in mails if "机密" in posting.body(mail) + mail["Subject"] or "王二" in posting.body(mail)
    ] == []


def test_a_digest_lists_what_waited_with_number_and_link(world: World) -> None:
    officer = with_address(world, "municipal", "bureau")
    _, case_id = submitted(world)
    settings = dataclasses.replace(world.settings, base_url="https://cases.example.invalid")
    post(world, officer, case_id=case_id)
    with world.database.write() as tx:
        state = {"zh": "初审", "en": "Review"}
        values = {"number": "x", "title": "标题", "state": state, "due": "2026-12-04"}
        message = Message("inbox.due_soon", values)
        inbox.post(tx, message, organisation_id=world.organisations["bureau"], role="municipal", kind="deadline")
    with clock.at(MONDAY):
        posting.deliver(world.database, settings, world.ground)

    (digest,) = [one for one in posting.laid_down(settings) if one["To"] == f"p{officer.person_id}@example.invalid"]
    number = world.row(case_id)["number"]
    assert digest["Subject"] == "【消息汇总】2026年11月23日 2条"
    assert posting.body(digest).split("\n")[:6] == [
        "您有2条新消息：",
        "",
        f"1. {number} 进入初审",
        f"   https://cases.example.invalid/cases/{case_id}",
        "2. “初审”临期 （期限2026年12月4日）",
        "   https://cases.example.invalid/inbox",
    ]


def test_a_long_digest_says_how_many_more_there_are(world: World) -> None:
    officer = with_address(world, "municipal", "bureau")
    for _ in range(errands.MOST_LINES + 3):
        post(world, officer)
    with clock.at(MONDAY):
        posting.deliver(world.database, world.settings, world.ground)

    (digest,) = posting.laid_down(world.settings)
    lines = posting.body(digest).split("\n")
    assert (lines[1 + errands.MOST_LINES], lines[2 + errands.MOST_LINES]) == (
        "100. 进入初审",
        "另有3条，请登录系统查看。",
    )


def test_a_mail_to_an_account_closed_meanwhile_fails_for_good(world: World) -> None:
    applicant = with_address(world, "applicant", "plant")
    post(world, applicant)
    worker.hand_out(world.database, world.settings)
    posting.give_address(world.database, world.ground, applicant.person_id, "")
    worker.run_errands(world.database, world.settings, world.ground)

    (errand,) = posting.errands(world.database)
    assert (errand.status, errand.attempts, errand.last_error["key"]) == ("failed", 1, "errands.no_address")
