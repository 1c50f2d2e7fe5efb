"""The opinion: drafted by the chair, signed by all who sit, asked anew after a change, with every dissent on paper."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from caseflow.cases import panel_signatures, panels, tasks
from caseflow.cases.models import case
from caseflow.records.models import journal
from caseflow.records.paper import parts
from caseflow.words import Refused
from tests.cases.debate import Debate, debating, keys, paper, signing, told
from tests.cases.world import World, sheet


def standing(found: Debate) -> list[tuple[bool, bool, bool]]:
    """Of each expert in order: signed, outdated, noted."""
    with found.world.database.read() as tx:
        given = {one.seat["person_id"]: one for one in panel_signatures.of_panel(tx, found.host, "jury")}
    return [
        (one.signed is not None, one.outdated, one.noted is not None)
        for one in (given[expert.person_id] for expert in found.experts)
    ]


def owing(found: Debate) -> list[int]:
    """Who has an open task of the panel, by place among the experts."""
    with found.world.database.read() as tx:
        owed = {row["person_id"] for row in tasks.open_tasks(tx, found.host) if row["kind"] == "panel:jury"}
    return [place for place, expert in enumerate(found.experts) if expert.person_id in owed]


def test_nothing_is_signed_before_there_is_an_opinion_of_every_case(world: World) -> None:
    found = signing(world, cases=2)
    found.say(found.experts[0], "draft", found.cases[0], "同意推荐")

    with pytest.raises(Refused) as refused:
        found.do(found.experts[1], "sign_opinion")

    assert [(one.key, one.values["numbers"]) for one in refused.value.reasons] == [
        ("opinion.missing", [world.row(found.cases[1])["number"]])
    ]


def test_only_the_chair_drafts(world: World) -> None:
    found = signing(world)

    with pytest.raises(Refused) as refused:
        found.say(found.experts[1], "draft", found.cases[0], "同意")

    assert keys(refused) == ["opinion.not_chair"]


def test_where_the_chair_stands_aside_another_expert_drafts(world: World) -> None:
    found = signing(world, cases=2, conflict=(0, 0))
    with pytest.raises(Refused) as refused:
        found.say(found.experts[0], "draft", found.cases[0], "同意")
    found.say(found.experts[1], "draft", found.cases[0], "同意")
    found.say(found.experts[0], "draft", found.cases[1], "同意")
    for expert in found.experts:
        found.do(expert, "sign_opinion")

    assert keys(refused) == ["panels.no_such_member"]
    assert [one[0] for one in standing(found)] == [True, True, True]


def test_the_review_ends_when_everybody_has_signed(world: World) -> None:
    found = signing(world)
    found.opinions()
    for expert in found.experts[:2]:
        found.do(expert, "sign_opinion")
    with pytest.raises(Refused) as refused:
        found.do(found.office, "conclude")
    found.do(found.experts[2], "sign_opinion")
    found.do(found.office, "conclude")

    assert [(one.key, one.values["names"]) for one in refused.value.reasons] == [
        ("opinion.unsigned", [found.experts[2].name])
    ]
    assert world.row(found.host)["state"] == "paying"


def test_nobody_signs_the_same_twice(world: World) -> None:
    found = signing(world)
    found.opinions()
    found.do(found.experts[1], "sign_opinion")

    with pytest.raises(Refused) as refused:
        found.do(found.experts[1], "sign_opinion")

    assert keys(refused) == ["opinion.signed_already"]


def test_a_changed_opinion_is_signed_anew(world: World) -> None:
    found = signing(world)
    found.opinions()
    for expert in found.experts[:2]:
        found.do(expert, "sign_opinion")
    signed = owing(found)
    found.opinions("同意推荐，建议补充核算边界")

    assert (signed, owing(found)) == ([2], [0, 1, 2])
    assert standing(found) == [(False, True, False), (False, True, False), (False, False, False)]


def test_the_same_opinion_again_changes_nothing(world: World) -> None:
    found = signing(world)
    found.opinions()
    found.do(found.experts[1], "sign_opinion")
    found.opinions()

    assert standing(found)[1] == (True, False, False)


def test_a_changed_score_is_signed_anew_but_not_by_who_stands_aside(world: World) -> None:
    found = signing(world, cases=2, conflict=(1, 0))
    found.opinions()
    for expert in found.experts:
        found.do(expert, "sign_opinion")
    found.do(found.office, "back")
    found.do(found.experts[2], "change", sheet={**sheet(found.cases[0], 30, 30), "why": "重新核对"})

    assert standing(found) == [(False, True, False), (True, False, False), (False, True, False)]


def test_whoever_signed_owes_it_again_where_the_places_are_worked_out_anew_and_differ(world: World) -> None:
    found = signing(world, cases=2)
    found.opinions()
    for expert in found.experts:
        found.do(expert, "sign_opinion")
    found.do(found.office, "rank_again")
    same = owing(found)
    gone = world.person("applicant", "plant")
    world.do(gone, found.cases[1], "withdraw")
    found.do(found.office, "rank_again")

    assert (same, owing(found)) == ([], [0, 1, 2])
    assert standing(found) == [(False, True, False)] * 3


def test_who_cannot_sign_is_noted_with_the_reason(world: World) -> None:
    found = signing(world)
    found.opinions()
    for expert in found.experts[:2]:
        found.do(expert, "sign_opinion")
    with pytest.raises(Refused) as signed:
        found.do(found.office, "note", experts=[found.experts[0].person_id], reason="因病")
    found.do(found.office, "note", experts=[found.experts[2].person_id], reason="因病住院")
    found.do(found.office, "conclude")

    assert keys(signed) == ["opinion.owes_none"]
    assert "未签字：因病住院" in told(found, "opinion")


def test_who_signed_after_all_owes_the_signature_again_once_something_changed(world: World) -> None:
    found = signing(world)
    found.opinions()
    late = found.experts[2]
    found.do(found.office, "note", experts=[late.person_id], reason="临时离会")
    for expert in found.experts:
        found.do(expert, "sign_opinion")
    found.opinions("同意推荐，建议补充核算边界")
    for expert in found.experts[:2]:
        found.do(expert, "sign_opinion")
    with pytest.raises(Refused) as refused:
        found.do(found.office, "conclude")
    found.do(found.office, "note", experts=[late.person_id], reason="再次离会")
    found.do(found.office, "conclude")

    assert [(one.key, one.values["names"]) for one in refused.value.reasons] == [("opinion.unsigned", [late.name])]
    assert "未签字：再次离会" in told(found, "opinion")


def test_a_dissent_is_sealed_and_stands_on_the_paper(world: World) -> None:
    found, dissent = signing(world), "数据质量不足，不同意推荐"
    found.opinions()
    found.say(found.experts[1], "sign_opinion", found.cases[0], dissent)
    for expert in (found.experts[0], found.experts[2]):
        found.do(expert, "sign_opinion")
    found.do(found.office, "conclude")

    text, printed = told(found, "opinion"), parts(paper(found, "opinion"), "zh")
    assert dissent in str(printed)
    assert [part in text for part in (dissent, "附不同意见", "同意推荐")] == [True, True, True]
    with world.database.read() as tx:
        everything = "".join(
            str(value) for table in (case, journal) for row in tx.execute(sa.select(table)) for value in row
        )
        assert dissent not in everything


def test_the_office_names_another_chair_who_drafts_from_then_on(world: World) -> None:
    found = debating(world, (40, 40, 38))
    found.do(found.office, "lead", chair=[found.experts[1].person_id])
    found.do(found.office, "summarise")
    found.say(found.experts[1], "draft", found.cases[0], "同意")
    with pytest.raises(Refused) as refused:
        found.say(found.experts[0], "draft", found.cases[0], "不同意")

    assert keys(refused) == ["opinion.not_chair"]
    with world.database.read() as tx:
        chairs = [row["person_id"] for row in panels.seats(tx, found.host, "jury") if row["chair"]]
    assert chairs == [found.experts[1].person_id]
