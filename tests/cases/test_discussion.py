"""The discussion: the own sheet first, others without names, outliers asked, reasons given, nothing across a conflict."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from caseflow.cases import scores
from caseflow.cases.models import case
from caseflow.cases.panel_models import seat
from caseflow.records.models import inbox_message, journal, personal_value
from caseflow.words import Refused, render
from tests.cases.debate import FAR, debating, keys, scoring, shown
from tests.cases.world import World, sheet


def test_nothing_of_the_others_is_seen_while_anybody_scores(world: World) -> None:
    found = scoring(world)
    for expert, mark in zip(found.experts, (40, 40, 15), strict=True):
        found.do(expert, "score", sheet=sheet(found.cases[0], mark, mark))

    assert [found.talk(expert, found.cases[0]) for expert in found.experts] == [None] * 3


def test_nobody_discusses_before_all_own_sheets_are_in(world: World) -> None:
    found = scoring(world)
    found.do(found.experts[0], "score", sheet=sheet(found.cases[0], 40, 40))

    with pytest.raises(Refused) as refused:
        found.do(found.office, "discuss")

    assert [(one.key, one.values["names"]) for one in refused.value.reasons] == [
        ("discussion.sheets_owed", [one.name for one in found.experts[1:]])
    ]


def test_an_outlier_is_not_asked_while_scoring(world: World) -> None:
    found = scoring(world)
    for expert, mark in zip(found.experts, (40, 40, 15), strict=True):
        found.do(expert, "score", sheet=sheet(found.cases[0], mark, mark))

    with pytest.raises(Refused) as refused:
        found.say(found.office, "ask_early", found.cases[0], FAR)

    assert keys(refused) == ["discussion.scoring"]


def test_the_others_are_seen_without_names_and_called_alike_by_all(world: World) -> None:
    found = debating(world)
    seen = [dict(shown(found.talk(expert, found.cases[0]))) for expert in found.experts]
    labels = [{label.replace("（本人）", ""): total for label, total in one.items()} for one in seen]

    assert labels[0] == labels[1] == labels[2]
    assert sorted(labels[0]) == ["专家丙", "专家乙", "专家甲"]
    assert sorted(labels[0].values()) == [30, 80, 80]
    assert [sum("（本人）" in label for label in one) for one in seen] == [1, 1, 1]


def test_the_order_of_the_signs_differs_from_case_to_case(world: World) -> None:
    found = debating(world, cases=6)
    own = {
        next(label for label, _ in shown(found.talk(found.experts[0], number)) if "本人" in label)
        for number in found.cases
    }

    assert len(own) > 1


def test_who_stands_aside_sees_nothing_of_the_case(world: World) -> None:
    found = debating(world, cases=2, conflict=(1, 0))
    found.say(found.experts[0], "say", found.cases[0], "建议补充")

    assert found.talk(found.experts[1], found.cases[0]) is None
    assert len(shown(found.talk(found.experts[1], found.cases[1]))) == 3
    assert len(shown(found.talk(found.experts[0], found.cases[0]))) == 2
    with pytest.raises(Refused) as refused:
        found.say(found.experts[1], "say", found.cases[0], "我的看法")
    with pytest.raises(Refused) as changed:
        found.do(found.experts[1], "change", sheet={**sheet(found.cases[0], 1, 1), "why": "更正"})
    assert (keys(refused), keys(changed)) == (["panels.no_such_member"], ["discussion.no_own_sheet"])


def test_a_chair_who_stands_aside_asks_about_every_case_but_that_one(world: World) -> None:
    found = debating(world, cases=2, conflict=(0, 0))

    with pytest.raises(Refused) as refused:
        found.say(found.experts[0], "ask", found.cases[0], FAR)
    found.say(found.experts[0], "ask", found.cases[1], FAR)

    assert keys(refused) == ["panels.no_such_member"]


def test_only_the_chair_among_the_experts_asks(world: World) -> None:
    found = debating(world)

    with pytest.raises(Refused) as refused:
        found.say(found.experts[1], "ask", found.cases[0], FAR)

    assert keys(refused) == ["opinion.not_chair"]


def test_the_outlying_expert_is_asked_and_told_and_answers_before_the_scores_are_worked_out(world: World) -> None:
    found = debating(world)
    far = found.experts[2]
    with pytest.raises(Refused) as unasked:
        found.do(found.office, "summarise")
    found.say(found.experts[0], "ask", found.cases[0], FAR)
    with pytest.raises(Refused) as twice:
        found.say(found.office, "ask", found.cases[0], FAR)
    with pytest.raises(Refused) as unanswered:
        found.do(found.office, "summarise")
    with pytest.raises(Refused) as other:
        found.say(found.experts[1], "answer", found.cases[0], "不是我")
    asked = found.talk(far, found.cases[0])
    found.say(far, "answer", found.cases[0], "边界不清")
    found.do(found.office, "summarise")

    assert [keys(one) for one in (unasked, twice, unanswered, other)] == [
        ["discussion.outliers_open"], ["discussion.not_outlying"], ["discussion.outliers_open"], ["discussion.not_asked"],
    ]  # fmt: skip
    assert asked is not None
    assert asked.questions == (FAR,)
    with world.database.read() as tx:
        told = tx.scalars(
            sa.select(inbox_message.c.person_id).where(
                inbox_message.c.case_id == found.host, inbox_message.c.key == "inbox.outlier_asked"
            )
        )
        assert list(told) == [far.person_id]


def test_a_score_that_is_changed_says_why_and_the_first_one_is_kept(world: World) -> None:
    found = debating(world)
    far, case_id = found.experts[2], found.cases[0]
    with pytest.raises(Refused) as refused:
        found.do(far, "change", sheet=sheet(case_id, 35, 35))
    found.do(far, "change", sheet={**sheet(case_id, 35, 35), "why": "漏看附件"})
    found.do(found.office, "summarise")

    with world.database.read() as tx:
        kept = scores.versions(tx, found.host, "jury", case_id, far.person_id)
        assert [(row["phase"], sum(row["marks"].values())) for row in kept] == [("own", 30), ("discussion", 70)]
    assert keys(refused) == ["panels.change_why"]


def test_the_panel_says_whether_names_are_seen_or_nothing_of_the_others(world: World) -> None:
    found = debating(world)
    found.say(found.experts[1], "say", found.cases[0], "建议补充")
    found.say(found.office, "say", found.cases[0], "请核对边界")
    named = found.talk(found.experts[0], found.cases[0], "named")
    never = found.talk(found.experts[0], found.cases[0], "never")

    assert named is not None
    assert [label for label, _ in shown(named)] == [one.name for one in found.experts]
    assert [(render(one.label, "zh"), one.text) for one in named.said] == [
        (found.experts[1].name, "建议补充"),
        ("组织方", "请核对边界"),
    ]
    assert never is not None
    assert ([total for _, total in shown(never)], never.said, never.sheets[0].far) == ([80], (), False)


def test_who_left_the_panel_is_no_peer_and_what_was_said_stays(world: World) -> None:
    found = debating(world)
    found.say(found.experts[1], "say", found.cases[0], "建议补充")
    with world.database.write() as tx:
        tx.execute(seat.update().where(seat.c.person_id == found.experts[1].person_id).values(status="left"))
    talk = found.talk(found.experts[0], found.cases[0])

    assert talk is not None
    assert [total for _, total in shown(talk)] == [80, 30]
    assert [(render(one.label, "zh"), one.text) for one in talk.said] == [("原专家组成员", "建议补充")]


def test_what_is_said_is_sealed_and_stays_with_no_answers_of_the_case(world: World) -> None:
    found, secret = debating(world), "只在合议中说的话"
    found.say(found.experts[0], "say", found.cases[0], secret)

    talk = found.talk(found.experts[1], found.cases[0])
    assert talk is not None
    assert [one.text for one in talk.said] == [secret]
    with world.database.read() as tx:
        everything = "".join(
            str(value) for table in (case, journal) for row in tx.execute(sa.select(table)) for value in row
        )
        kept = tx.scalars(sa.select(personal_value.c.path).where(personal_value.c.case_id == found.host))
        assert secret not in everything
        assert [path for path in kept if path.startswith("say")] == []
