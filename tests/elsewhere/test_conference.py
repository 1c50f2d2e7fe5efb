"""A conference written only in YAML: a call with its deadline, reviews in groups, a decision by ranking under a quota."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from caseflow import clock
from caseflow.cases import quota_settings, quotas, register_book, scores, view
from caseflow.cases.models import case
from caseflow.cases.panel_models import sheet as given_sheet
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.people.rights import Actor
from caseflow.records.models import letter
from caseflow.words import Refused
from tests.cases import parts
from tests.cases.world import World, on
from tests.elsewhere import world as elsewhere

PAPER, REVIEW, PROGRAMME = "conference-paper", "conference-review", "conference-programme"
TOPICS = ("measuring", "modelling", "policy", "software")
AUTHOR = "王二甲乙丙"


@dataclass
class Conference:
    """A call that is over: so many papers, so many reviewers, three reviews of each paper."""

    world: World
    chair: Actor
    author: Actor
    papers: list[int]
    reviewers: list[Actor]
    talks: int

    @property
    def groups(self) -> Iterator[tuple[list[int], list[Actor]]]:
        """As many groups as reviewers: each has its share of the papers, each reviewer sits in three groups."""
        count = len(self.reviewers)
        share = len(self.papers) // count
        for number in range(count):
            seated = [self.reviewers[(number + step) % count] for step in range(3)]
            yield self.papers[number * share : (number + 1) * share], seated


def submitted(world: World, author: Actor, number: int) -> int:
    case_id = world.open(author, PAPER)
    topic = TOPICS[number % len(TOPICS)]
    world.type(author, case_id, "paper", {"title": f"论文{number}", "topic": topic, "abstract": "摘要"})
    world.type(author, case_id, "authors", {"people": [{"name": AUTHOR, "email": "sample@example.org"}]})
    world.do(author, case_id, "submit")
    return case_id


def called(world: World, papers: int, reviewers: int, talks: int) -> Conference:
    author, chair = world.person("author", "first"), world.person("chair", "office")
    people = [world.person("reviewer", "pool") for _ in range(reviewers)]
    return Conference(world, chair, author, [submitted(world, author, one) for one in range(papers)], people, talks)


def sheet(case_id: int, which: int) -> dict[str, Any]:
    """Marks of a paper's own quality, 0 to 24 of 30 in all, with up to two more from a kinder reviewer."""
    quality = case_id * 7 % 25
    marks = {"novelty": quality // 3, "soundness": (quality + 1) // 3, "clarity": (quality + 2) // 3 + which}
    return {"member": case_id, "marks": {name: {"mark": one, "reason": "理由"} for name, one in marks.items()}}


def group(conference: Conference, papers: list[int], seated: list[Actor]) -> int:
    """A group whose reviewers have pledged."""
    world, chair = conference.world, conference.chair
    host = world.open(chair, REVIEW)
    world.do(chair, host, "include", papers={str(one): {} for one in papers})
    world.do(chair, host, "seat", people=[one.person_id for one in seated])
    for reviewer in seated:
        world.do(reviewer, host, "declare")
    return host


def reviewed(conference: Conference) -> None:
    """Every group scores, discusses and hands its scores on."""
    world = conference.world
    for papers, seated in conference.groups:
        host = group(conference, papers, seated)
        for which, reviewer in enumerate(seated):
            for one in papers:
                world.do(reviewer, host, "review", sheet=sheet(one, which))
        world.do(conference.chair, host, "discuss")
        world.do(seated[0], host, "remark", text="已讨论")
        world.do(conference.chair, host, "close")


def ranked(conference: Conference) -> list[tuple[int, str, str]]:
    """Case, score and band, the best first; the earlier paper first where scores are alike."""
    with conference.world.database.read() as tx:
        rows = tx.execute(sa.select(case.c.id, case.c.facts).where(case.c.workflow == PAPER)).all()
    found = [(row.id, row.facts["review"]["score"], row.facts["banding"]["band"]) for row in rows]
    return sorted(found, key=lambda one: (-Decimal(one[1]), one[0]))


def proposed(conference: Conference) -> tuple[int, dict[str, dict[str, str]]]:
    """A committee with its proposal by ranking: the strongest are accepted, as many more wait, the rest is rejected."""
    world, order = conference.world, ranked(conference)
    fit = [one for one, _, band in order if band != "weak"]
    results = {str(one): {"result": "reject"} for one, *_ in order}
    results |= {str(one): {"result": "waiting"} for one in fit[conference.talks : conference.talks * 2]}
    results |= {str(one): {"result": "accept"} for one in fit[: conference.talks]}
    host = world.open(conference.chair, PROGRAMME)
    world.do(conference.chair, host, "include")
    world.do(conference.chair, host, "propose", results=results)
    return host, results


def decided(conference: Conference) -> dict[str, dict[str, str]]:
    world = conference.world
    host, results = proposed(conference)
    for committee in ("theory", "practice"):
        world.do(world.person("track", committee), host, "vote", stance="agree")
    world.do(conference.chair, host, "decide")
    world.do(world.person("general_chair", "office"), host, "sign")
    return results


def set_limit(world: World, talks: int) -> None:
    """So many talks, as the chair may set them."""
    by = world.person("chair", "office").person_id
    with world.database.write() as tx:
        quota = world.ground.current(tx, PAPER).definition.quotas["talks"]
        quota_settings.set_limit(
            tx,
            world.ground.keys,
            world.authority_id,
            quota,
            key="",
            limit=talks,
            across=None,
            reason="会场",
            by=by,
            at=clock.now(),
        )


def states(world: World) -> dict[str, int]:
    with world.database.read() as tx:
        found = sa.select(case.c.state, sa.func.count()).where(case.c.workflow == PAPER).group_by(case.c.state)
        return {row[0]: row[1] for row in tx.execute(found)}


def told(world: World) -> dict[str, int]:
    """How many letters of each kind were written to authors."""
    with world.database.read() as tx:
        found = sa.select(letter.c.kind, sa.func.count()).group_by(letter.c.kind)
        return {row[0]: row[1] for row in tx.execute(found)}


def taken(world: World) -> int:
    with world.database.read() as tx:
        quota = world.ground.current(tx, PAPER).definition.quotas["talks"]
        return sum(row["used"] for row in quotas.counters(tx, world.authority_id, quota))


def sent_final(conference: Conference) -> list[str]:
    """Every accepted paper sends its final version; the numbers under which they stand in the proceedings."""
    world = conference.world
    with world.database.read() as tx:
        accepted = list(tx.scalars(sa.select(case.c.id).where(case.c.workflow == PAPER, case.c.state == "accepted")))
    for one in accepted:
        world.do(conference.author, one, "send_final", title=f"{world.row(one)['title']}（定稿）", rights=True)
    with world.database.read() as tx:
        entries = [register_book.newest(tx, one, "proceedings") for one in accepted]
    return sorted(one["number"] for one in entries if one is not None)


def keys(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.key for one in refused.value.reasons]


def test_the_check_has_nothing_to_say_of_the_files() -> None:
    assert elsewhere.complaints(PAPER, REVIEW, PROGRAMME) == []


def test_the_tests_of_the_files_pass(society: World) -> None:
    found = elsewhere.rehearsed(society)

    assert [one for one in found if one[2]] == []
    assert {workflow for workflow, *_ in found} == {PAPER, REVIEW, PROGRAMME}


def test_nothing_is_taken_after_the_deadline(society: World) -> None:
    author = society.person("author", "first")
    early = submitted(society, author, 1)
    with on((clock.today() + timedelta(days=31)).isoformat()), pytest.raises(Refused) as refused:
        submitted(society, author, 2)

    assert society.row(early)["state"] == "submitted"
    assert keys(refused) == ["guards.round_closed"]


def test_a_small_conference_from_the_call_to_the_proceedings(society: World) -> None:
    conference = called(society, papers=8, reviewers=4, talks=2)
    set_limit(society, 2)
    reviewed(conference)
    results = decided(conference)
    wanted = Counter(one["result"] for one in results.values())

    assert states(society) == {"accepted": 2, "waiting": wanted["waiting"], "rejected": wanted["reject"]}
    assert told(society) == {
        "receipt": 8, "acceptance": 2, "waiting": wanted["waiting"], "rejection": wanted["reject"],
    }  # fmt: skip
    assert taken(society) == 2
    year = clock.today().year
    assert sent_final(conference) == [f"PROC-{year}-001", f"PROC-{year}-002"]
    assert parts.sound(society)


def test_who_declines_makes_room_for_the_first_on_the_waiting_list(society: World) -> None:
    conference = called(society, papers=8, reviewers=4, talks=2)
    set_limit(society, 2)
    reviewed(conference)
    results = decided(conference)
    accepted, waiting = (
        next(int(one) for one, said in results.items() if said["result"] == result) for result in ("accept", "waiting")
    )
    with pytest.raises(Refused) as full:
        society.do(conference.chair, waiting, "move_up")
    society.do(conference.author, accepted, "decline")
    society.do(conference.chair, waiting, "move_up")

    assert keys(full) == ["quotas.full"]
    assert (society.row(waiting)["state"], taken(society)) == ("accepted", 2)


def test_more_than_there_are_places_is_refused_whole(society: World) -> None:
    conference = called(society, papers=8, reviewers=4, talks=3)
    set_limit(society, 2)
    reviewed(conference)
    with pytest.raises(Refused) as refused:
        decided(conference)

    assert keys(refused) == ["quotas.full"]
    assert (states(society), taken(society)) == ({"reviewed": 8}, 0)


def test_a_weak_paper_is_not_accepted_whatever_the_committee_says(society: World) -> None:
    conference = called(society, papers=4, reviewers=4, talks=4)
    reviewed(conference)
    host, results = proposed(conference)
    weak = next(one for one, _, band in reversed(ranked(conference)) if band == "weak")
    society.do(conference.chair, host, "revise")
    society.do(conference.chair, host, "propose", results=results | {str(weak): {"result": "accept"}})
    for committee in ("theory", "practice"):
        society.do(society.person("track", committee), host, "vote", stance="agree")
    with pytest.raises(Refused) as refused:
        society.do(conference.chair, host, "decide")
        society.do(society.person("general_chair", "office"), host, "sign")

    assert keys(refused) == ["workflow.condition_with_basis"]


def test_a_reviewer_sees_neither_the_authors_nor_what_others_wrote(society: World) -> None:
    conference = called(society, papers=4, reviewers=4, talks=1)
    papers, seated = next(conference.groups)
    host = group(conference, papers, seated)
    secret = "别人不该先看到"
    marks = {name: {"mark": 7, "reason": secret} for name in ("novelty", "soundness", "clarity")}
    society.do(seated[0], host, "review", sheet={"member": papers[0], "marks": marks, "opinion": secret})

    with society.database.read() as tx:
        here = view.load(tx, society.ground, seated[1], host)
        paper = view.load(tx, society.ground, seated[1], papers[0])
        shown = json.dumps(
            [here.facts(), [(one.title, one.by) for one in here.timeline()], here.letters(), paper.dossier(),
             paper.facts(), [(one.title, one.by) for one in paper.timeline()], paper.letters()],
            ensure_ascii=False, default=str,
        )  # fmt: skip
        mine = [scores.own(tx, host, "group", papers[0], one.person_id) for one in seated]
    assert "论文0" in shown
    assert [word in shown for word in (secret, AUTHOR, "sample@example.org", seated[0].name)] == [False] * 4
    assert [one is not None for one in mine] == [True, False, False]


def test_after_the_discussion_the_revised_scores_count(society: World) -> None:
    conference = called(society, papers=4, reviewers=4, talks=1)
    papers, seated = next(conference.groups)
    host = group(conference, papers, seated)
    with pytest.raises(Refused) as early:
        society.do(seated[0], host, "revise", sheet=sheet(papers[0], 0))
    for reviewer in seated:
        society.do(reviewer, host, "review", sheet=sheet(papers[0], 0))
    society.do(conference.chair, host, "discuss")
    before = [sum(one["marks"].values()) for one in _scores(society, host)]
    society.do(seated[2], host, "revise", sheet=sheet(papers[0], 2))
    society.do(conference.chair, host, "close")
    quality = papers[0] * 7 % 25

    assert keys(early) == ["act.not_offered"]
    assert before == [quality] * 3
    assert parts.said(society, papers[0])["review"]["score"] == f"{quality + Decimal(2) / 3:.2f}"


def test_who_declares_an_interest_reviews_nothing_of_it(society: World) -> None:
    conference = called(society, papers=4, reviewers=4, talks=1)
    papers, seated = next(conference.groups)
    host = group(conference, papers, seated)
    society.do(seated[0], host, "declare", interests={str(papers[0]): {"conflict": True, "ground": "合作者"}})
    with pytest.raises(Refused) as refused:
        society.do(seated[0], host, "review", sheet=sheet(papers[0], 0))
    for reviewer in seated[1:]:
        society.do(reviewer, host, "review", sheet=sheet(papers[0], 0))

    assert keys(refused) == ["panels.declared_conflict"]
    assert society.do(conference.chair, host, "discuss").state == "discussing"


def test_two_hundred_papers_and_forty_reviewers(sqlite_database: Database, settings: Settings) -> None:
    whole_conference(elsewhere.build(sqlite_database, settings, "society"))


@pytest.mark.long
def test_two_hundred_papers_and_forty_reviewers_on_postgresql(
    postgresql_database: Database, settings: Settings
) -> None:
    whole_conference(elsewhere.build(postgresql_database, settings, "society"))


def whole_conference(society: World) -> None:
    """Forty groups of five papers and three reviewers each: 600 reviews, fifteen for each reviewer."""
    conference = called(society, papers=200, reviewers=40, talks=60)
    reviewed(conference)
    order = ranked(conference)
    results = decided(conference)
    final = sent_final(conference)

    assert len(order) == 200
    assert {one for one, said in results.items() if said["result"] == "accept"} == {str(one) for one, *_ in order[:60]}
    assert Counter(_reviews_by_person(society).values()) == {15: 40}
    assert (len(final), len(set(final)), taken(society)) == (60, 60, 60)
    assert states(society) == {"printed": 60, "waiting": 52, "rejected": 88}
    assert told(society) == {"receipt": 200, "acceptance": 60, "waiting": 52, "rejection": 88}
    assert parts.sound(society)


def _scores(world: World, host: int) -> list[Any]:
    with world.database.read() as tx:
        return scores.newest(tx, host, "group")


def _reviews_by_person(world: World) -> dict[int, int]:
    with world.database.read() as tx:
        found = sa.select(given_sheet.c.person_id, sa.func.count()).group_by(given_sheet.c.person_id)
        return {row[0]: row[1] for row in tx.execute(found)}
